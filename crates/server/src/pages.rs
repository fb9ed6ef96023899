//! The pages that residents see: the one on which they ask, and the council's own as they are cited.

mod examples;
mod hours;
mod links;
mod markdown;
mod slug;
mod templates;

pub(crate) use hours::in_words as hours_in_words;
pub(crate) use links::{address, heading_address};
pub(crate) use markdown::plain_text;
pub(crate) use templates::Templates;
