//! What leaves the building, where the council has configured it: mail to staff and a signed webhook.
//!
//! One message is delivered once; when it is tried again, and where messages are kept meanwhile, is the outbox's matter.

mod addresses;
mod mail;
#[cfg(test)]
pub(crate) mod tests;
mod webhook;

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use mail::MailConfig;
pub(crate) use mail::Mailer;
pub(crate) use webhook::Webhook;
pub use webhook::WebhookConfig;

/// The longest that one delivery takes.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The wait after the first attempt. Each further one is twice as long.
const FIRST_WAIT_MS: i64 = 30_000;
/// The longest wait.
const LONGEST_WAIT_MS: i64 = 4 * 60 * 60 * 1_000;
/// With these waits, the last attempt is made 48 hours after the first.
const ATTEMPTS: u32 = 21;

/// A message that is to leave the building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outgoing {
    /// Names it at the receiver too: what arrives twice under one id is one message.
    pub(crate) id: String,
    /// What it is.
    #[serde(flatten)]
    pub(crate) kind: OutgoingKind,
}

/// What leaves the building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum OutgoingKind {
    /// An e-mail.
    Mail {
        /// The addresses of the receivers, parted by commas.
        to: String,
        /// Its subject.
        subject: String,
        /// Its text, in UTF-8, with line breaks.
        text: String,
    },
    /// A call of the council's webhook.
    Webhook {
        /// What is sent as JSON.
        body: Value,
    },
}

/// The ways out of the building that are configured.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) mailer: Option<Mailer>,
    pub(crate) webhook: Option<Webhook>,
}

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// Nothing of the kind is configured.
    #[error("no {0} is configured")]
    NotConfigured(&'static str),
    /// The mail server's address or the sender's cannot be read.
    #[error("the setting {setting} cannot be read")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The message has no form that can be sent, for instance because the receiver's address is none.
    #[error("the message cannot be put into the form of an e-mail")]
    Unmailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The webhook leads to an address that is not public.
    #[error("the webhook leads to {0}, which is not a public address, and [webhook] allow_private is false")]
    PrivateAddress(IpAddr),
    /// The webhook is not one that is called over TLS.
    #[error("the webhook's address does not begin with https://, and [webhook] allow_private is false")]
    Insecure,
    /// The receiver answered, and not with success.
    #[error("the webhook answered with status {0}")]
    Status(u16),
    /// The receiver did not answer as HTTP.
    #[error("the webhook could not be called")]
    Call(#[source] Box<ureq::Error>),
    /// The mail server refused, or did not answer.
    #[error("the mail server did not take the message")]
    Smtp(#[source] lettre::transport::smtp::Error),
    /// It took too long.
    #[error("nothing came back within {} seconds", TIMEOUT.as_secs())]
    TooSlow,
    /// The part that sends broke down.
    #[error("the delivery broke down")]
    BrokeDown(#[source] tokio::task::JoinError),
}

/// Whether another attempt can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Later it may go through.
    Later,
    /// It will never go through as it is.
    Never,
}

impl Delivery {
    /// Delivers a message. It may have arrived even if an error comes back, so that receivers go by its id.
    pub(crate) async fn deliver(&self, message: &Outgoing) -> Result<(), DeliveryError> {
        match &message.kind {
            OutgoingKind::Mail { to, subject, text } => {
                let mailer = self.mailer.as_ref().ok_or(DeliveryError::NotConfigured("mail server"))?;
                mailer.send(&message.id, to, subject, text).await
            }
            OutgoingKind::Webhook { body } => {
                let webhook = self.webhook.as_ref().ok_or(DeliveryError::NotConfigured("webhook"))?;
                webhook.call(&message.id, body).await
            }
        }
    }
}

impl DeliveryError {
    /// Whether another attempt can help. What a person can mend within two days, such as a password or a certificate,
    /// is tried again.
    pub(crate) fn retry(&self) -> Retry {
        let never = match self {
            Self::NotConfigured(_)
            | Self::Setting { .. }
            | Self::Unmailable(_)
            | Self::PrivateAddress(_)
            | Self::Insecure => true,
            Self::Status(status) => webhook::is_final(*status),
            Self::Call(error) => matches!(**error, ureq::Error::BadUri(_) | ureq::Error::Http(_)),
            Self::Smtp(error) => mail::is_final(error),
            Self::TooSlow | Self::BrokeDown(_) => false,
        };
        if never { Retry::Never } else { Retry::Later }
    }
}

/// When to try again after so many attempts, in milliseconds since 1970; none when it is time to give up.
pub(crate) fn next_attempt_ms(attempts: u32, now_ms: i64) -> Option<i64> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let doublings = attempts.saturating_sub(1);
    let wait_ms = 2_i64.checked_pow(doublings).map_or(LONGEST_WAIT_MS, |times| FIRST_WAIT_MS.saturating_mul(times));
    Some(now_ms.saturating_add(wait_ms.min(LONGEST_WAIT_MS)))
}
