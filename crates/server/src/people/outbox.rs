//! What leaves the building: put into the outbox for each way that is configured, and sent from there until it has arrived.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::{Effect, NewOutbound, OutboundRow, Retry};

use super::People;
use crate::delivery::{self, Outgoing, OutgoingKind, next_attempt_ms};

/// Messages that are taken at a time.
const AT_A_TIME: i64 = 20;
/// A process that ends while it sends has its messages given out again after so long; far longer than deliveries take.
const CLAIM: SignedDuration = SignedDuration::from_mins(10);
/// How often the outbox is looked into.
pub(crate) const OUTBOX_INTERVAL: Duration = Duration::from_secs(2);

impl People {
    /// Tells of something by every way that is configured. `facts` must hold nothing that a resident wrote or left: it goes
    /// out of the building.
    pub(super) fn tell(&self, what: &str, subject: &str, facts: &Value) -> Vec<Effect> {
        let webhook = OutgoingKind::Webhook {
            body: json!({ "type": what, "timestamp": Timestamp::now().to_string(), "data": facts }),
        };
        let mail = self.mail_to.as_ref().map(|to| OutgoingKind::Mail {
            to: to.clone(),
            subject: subject.to_owned(),
            text: in_lines(subject, facts),
        });
        let ways = mail.into_iter().chain(self.delivery.webhook.is_some().then_some(webhook));
        let kept = ways.filter_map(|way| serde_json::to_value(way).ok());
        kept.map(|payload| Effect::Outbound(NewOutbound { kind: what.to_owned(), payload, conversation_id: None }))
            .collect()
    }

    /// Sends what is due.
    pub(crate) async fn send_what_is_due(&self) {
        let now = Timestamp::now();
        let taken = self.store.due(now.as_millisecond(), AT_A_TIME, (now + CLAIM).as_millisecond()).await;
        match taken {
            Ok(messages) => {
                for message in messages {
                    self.send(message).await;
                }
            }
            Err(error) => tracing::error!(%error, "the outbox could not be read; it is tried again"),
        }
    }

    async fn send(&self, message: OutboundRow) {
        let id = message.id.clone();
        let sent = match serde_json::from_value::<OutgoingKind>(message.payload) {
            Ok(kind) => self.delivery.deliver(&Outgoing { id: message.id, kind }).await,
            Err(error) => {
                tracing::error!(%error, id, "a message in the outbox cannot be read and is given up");
                return self.keep_failure(&id, "unreadable", give_up()).await;
            }
        };
        let Err(error) = sent else {
            if let Err(error) = self.store.sent(&id, Timestamp::now().as_millisecond()).await {
                tracing::error!(%error, id, "that a message was sent could not be kept; it may be sent again");
            }
            return;
        };
        let now_ms = Timestamp::now().as_millisecond();
        let attempts = u32::try_from(message.attempts).unwrap_or(u32::MAX).saturating_add(1);
        let retry = match error.retry() {
            delivery::Retry::Never => give_up(),
            delivery::Retry::Later => next_attempt_ms(attempts, now_ms).map_or_else(give_up, Retry::AtMs),
        };
        tracing::warn!(%error, id, kind = message.kind, attempts, ?retry, "a message could not be delivered");
        self.keep_failure(&id, &error.to_string(), retry).await;
    }

    async fn keep_failure(&self, id: &str, why: &str, retry: Retry) {
        if let Err(error) = self.store.failed(id, why, retry).await {
            tracing::error!(%error, id, "that a message failed could not be kept; it is tried again");
        }
    }
}

fn give_up() -> Retry {
    Retry::GiveUp { at_ms: Timestamp::now().as_millisecond() }
}

/// Facts as lines of an e-mail.
fn in_lines(subject: &str, facts: &Value) -> String {
    let mut text = format!("{subject}\n\n");
    for (name, value) in facts.as_object().into_iter().flatten() {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !value.is_null() {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{}: {shown}", name.replace('_', " "));
        }
    }
    text.push_str("\nSign in to the staff console to see it.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_become_lines() {
        let text = in_lines("Somebody waits", &json!({ "service": "waste", "waiting_since": "noon", "team": null }));
        assert_eq!(
            text,
            "Somebody waits\n\nservice: waste\nwaiting since: noon\n\nSign in to the staff console to see it.\n"
        );
    }
}
