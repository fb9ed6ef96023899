//! Mail to staff, by the council's own mail server.

use std::fmt;

use lettre::message::header::{ContentType, HeaderName, HeaderValue, To};
use lettre::message::{Mailbox, Mailboxes};
use lettre::transport::smtp::{self, response::Severity};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::{DeliveryError, TIMEOUT};

/// How mail leaves the building.
#[derive(Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// The mail server: `smtps://USER:PASSWORD@HOST`, `smtp://USER:PASSWORD@HOST?tls=required`, or `smtp://HOST:25` without
    /// encryption, for a server next door.
    pub smtp: String,
    /// The sender, as in `Reeve <reeve@council.example>`.
    pub from: String,
}

/// The address of the mail server may hold a password.
impl fmt::Debug for MailConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MailConfig").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Sends mail.
#[derive(Clone)]
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Mailer {
    /// Reads the settings. Connects to nothing.
    pub(crate) fn new(config: &MailConfig) -> Result<Self, DeliveryError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.smtp)
            .map_err(|error| DeliveryError::Setting { setting: "[mail] smtp", source: Box::new(error) })?;
        let from = config.from.parse().map_err(|error: lettre::address::AddressError| DeliveryError::Setting {
            setting: "[mail] from",
            source: Box::new(error),
        })?;
        Ok(Self { transport: transport.timeout(Some(TIMEOUT)).build(), from })
    }

    pub(super) async fn send(&self, id: &str, to: &str, subject: &str, text: &str) -> Result<(), DeliveryError> {
        let message = self.message(id, to, subject, text)?;
        match tokio::time::timeout(TIMEOUT, self.transport.send(message)).await {
            Ok(sent) => sent.map(|_| ()).map_err(DeliveryError::Smtp),
            Err(_) => Err(DeliveryError::TooSlow),
        }
    }

    fn message(&self, id: &str, to: &str, subject: &str, text: &str) -> Result<Message, DeliveryError> {
        let to: Mailboxes = to.parse().map_err(|error| DeliveryError::Unmailable(Box::new(error)))?;
        // No answers from machines: RFC 3834.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        Message::builder()
            .from(self.from.clone())
            .mailbox(To::from(to))
            .subject(subject)
            // The same at each attempt, so that a mail that arrives twice can be told from two mails.
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|error| DeliveryError::Unmailable(Box::new(error)))
    }
}

/// Whether the server will refuse the message every time. Refusals that are about signing in (RFC 4954: 530 to 538) are the
/// configuration's, which somebody can mend.
pub(super) fn is_final(error: &smtp::Error) -> bool {
    error.status().is_some_and(|code| {
        code.severity == Severity::PermanentNegativeCompletion && !code.to_string().starts_with("53")
    })
}
