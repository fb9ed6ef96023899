//! The pages that residents see: the council's front page, its pages as they are cited, and the templates of all.

mod examples;
mod hours;
mod links;
mod markdown;
mod site;
mod slug;
mod templates;

pub(crate) use examples::examples;
pub(crate) use hours::in_words as hours_in_words;
pub(crate) use links::{address, heading_address};
pub(crate) use markdown::plain_text;
pub(crate) use site::service_name;
pub(crate) use templates::Templates;
