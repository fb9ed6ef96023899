//! The council's webhook, signed as Standard Webhooks lays down (<https://www.standardwebhooks.com>).

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use serde_json::Value;
use sha2::Sha256;
use ureq::Agent;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;

use super::addresses::{NotPublic, PublicOnly};
use super::{DeliveryError, TIMEOUT};

/// What marks a secret that is written in base64.
const SECRET_PREFIX: &str = "whsec_";

/// Where the webhook is and how it is signed.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookConfig {
    /// Its address.
    pub url: String,
    /// The secret that is shared with the receiver: `whsec_` and base64, or any other text, whose bytes it then is.
    pub secret: String,
    /// Whether it may stand at a private address, and be called without TLS.
    pub allow_private: bool,
}

/// The secret is not shown.
impl fmt::Debug for WebhookConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("WebhookConfig");
        shown.field("url", &self.url).field("allow_private", &self.allow_private).finish_non_exhaustive()
    }
}

/// Calls the webhook.
#[derive(Clone)]
pub(crate) struct Webhook {
    agent: Agent,
    url: String,
    key: Hmac<Sha256>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Webhook").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Webhook {
    /// Reads the settings. Connects to nothing.
    pub(crate) fn new(config: &WebhookConfig) -> Result<Self, DeliveryError> {
        Self::with_timeout(config, TIMEOUT)
    }

    pub(super) fn with_timeout(config: &WebhookConfig, timeout: Duration) -> Result<Self, DeliveryError> {
        if !config.allow_private && !config.url.starts_with("https://") {
            return Err(DeliveryError::Insecure);
        }
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            // What a redirect leads to was not checked, and is nobody's setting.
            .max_redirects(0)
            // A proxy would resolve the name for itself.
            .proxy(None)
            .max_idle_connections(0)
            .timeout_global(Some(timeout))
            .build();
        let resolver = PublicOnly { allow_private: config.allow_private, resolver: DefaultResolver::default() };
        let agent = Agent::with_parts(settings, DefaultConnector::default(), resolver);
        Ok(Self { agent, url: config.url.clone(), key: key(&config.secret)? })
    }

    pub(super) async fn call(&self, id: &str, body: &Value) -> Result<(), DeliveryError> {
        let (webhook, id, body) = (self.clone(), id.to_owned(), body.to_string());
        let called = tokio::task::spawn_blocking(move || webhook.post(&id, &body, Timestamp::now().as_second())).await;
        called.map_err(DeliveryError::BrokeDown)?
    }

    fn post(&self, id: &str, body: &str, timestamp: i64) -> Result<(), DeliveryError> {
        let answered = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature(&self.key, id, timestamp, body))
            .send(body);
        match answered {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(DeliveryError::Status(answer.status().as_u16())),
            Err(error) => Err(failed(error)),
        }
    }
}

/// Whether the receiver will answer so every time: the message is not one that it takes, it is gone for good, or it sends
/// us elsewhere.
pub(super) fn is_final(status: u16) -> bool {
    matches!(status, 300..400 | 400 | 410 | 413 | 415 | 422)
}

fn failed(error: ureq::Error) -> DeliveryError {
    match error {
        ureq::Error::Timeout(_) => DeliveryError::TooSlow,
        ureq::Error::Other(other) => match other.downcast::<NotPublic>() {
            Ok(not_public) => DeliveryError::PrivateAddress(not_public.0),
            Err(other) => DeliveryError::Call(Box::new(ureq::Error::Other(other))),
        },
        error => DeliveryError::Call(Box::new(error)),
    }
}

pub(super) fn key(secret: &str) -> Result<Hmac<Sha256>, DeliveryError> {
    let unreadable = |source| DeliveryError::Setting { setting: "[webhook] secret", source };
    let bytes = match secret.strip_prefix(SECRET_PREFIX) {
        Some(encoded) => STANDARD.decode(encoded).map_err(|error| unreadable(error.into()))?,
        None => secret.as_bytes().to_vec(),
    };
    if bytes.is_empty() {
        return Err(unreadable("it is empty, and everybody could sign with it".into()));
    }
    Hmac::new_from_slice(&bytes).map_err(|error| unreadable(error.into()))
}

pub(super) fn signature(key: &Hmac<Sha256>, id: &str, timestamp: i64, body: &str) -> String {
    let signed = key.clone().chain_update(format!("{id}.{timestamp}.{body}"));
    format!("v1,{}", STANDARD.encode(signed.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The expected values come from Python's `hmac` and `base64`.
    #[test]
    fn signatures_are_those_of_another_implementation() {
        let body = r#"{"type":"call_back","reference":"CB-1","text":"Bins – 3 weeks"}"#;
        let check = |secret: &str, expected: &str| {
            assert_eq!(signature(&key(secret).unwrap(), "msg_1", 1_795_000_000, body), expected);
        };
        check("whsec_cmVldmUtdGVzdC1zZWNyZXQtMjQtYnl0ZXM=", "v1,75v61DbL7EPO38HUaO6raIH2ZpAtN8rYIHdZjrHEzww=");
        check("reeve-test-secret-24-bytes", "v1,75v61DbL7EPO38HUaO6raIH2ZpAtN8rYIHdZjrHEzww=");
        check("another", "v1,JoKVG6x+WfeLmPW1iw3rDf2Wglo1NcTQwnpu2GNDBxw=");
    }

    #[test]
    fn secrets_that_are_none() {
        for secret in ["", "whsec_", "whsec_not base64"] {
            let error = key(secret).unwrap_err();
            assert!(error.to_string().contains("[webhook] secret"), "{error}");
        }
    }
}
