//! The HTTP service: routes, wire types, conversations at hand, the model worker, the pages that residents see, and how
//! people are brought in.
//!
//! This crate knows HTTP and how to keep a resident's conversation going; what is answered comes from `assistant`. It
//! knows nothing of models, search indexes or the command line.

mod api_error;
mod chat;
mod clock;
mod config;
mod conversations;
mod delivery;
mod error;
mod extract;
mod language;
mod middleware;
mod openapi;
mod origins;
mod pages;
mod panics;
mod people;
mod recorder;
mod resident_page;
mod routes;
mod serve;
mod service;
mod staff;
mod streams;
#[cfg(test)]
mod tests;
mod token;
mod wire;
mod work;

pub use config::{AlertsConfig, HandoffConfig, RetentionConfig, ServerConfig};
pub use delivery::{DeliveryError, MailConfig, WebhookConfig};
pub use error::ServerError;
pub use origins::{OriginError, Origins};
pub use panics::log_panics_without_text;
pub use recorder::Recorder;
pub use serve::serve;
pub use service::Service;
pub use staff::{PasswordError, hash_password};
