//! What is looked at again and again: requests that nobody has seen, those that nobody came to, what has expired, and what
//! was left undecided when a process ended.

use std::time::Duration;

use conversation::Phase;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{HandoffRow, StoreError};

use super::{People, reason_word};
use crate::api_error::ApiError;
use crate::conversations::{Conversation, Conversations};

/// A request is decided at once; one that was not after so long is one whose process ended.
const UNDECIDED_AFTER: SignedDuration = SignedDuration::from_secs(10);

impl People {
    /// Sees to those who wait for too long.
    pub(crate) async fn make_a_round(&self, conversations: &Conversations) {
        let now = Timestamp::now();
        let before =
            |patience: Duration| now.as_millisecond() - i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
        let undecided = self.store.undecided(now.as_millisecond() - UNDECIDED_AFTER.as_millis() as i64).await;
        self.see_to(conversations, undecided, Kind::Undecided).await;
        let abandoned = self.store.overdue(before(self.config.nobody_came_after), true).await;
        self.see_to(conversations, abandoned, Kind::NobodyCame).await;
        let unseen = self.store.overdue(before(self.config.alert_after), false).await;
        self.see_to(conversations, unseen, Kind::Unseen).await;
    }

    /// Erases what has been kept for long enough.
    pub(crate) async fn erase(&self) {
        let retention = self.retention();
        let before = |kept: Duration| {
            Timestamp::now().as_millisecond().saturating_sub(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX))
        };
        match self.store.erase(before(retention.conversations), before(retention.call_backs)).await {
            // Whoever has an erased conversation at hand is told by a notice.
            Ok(erased) if erased == store::Erased::default() => (),
            Ok(erased) => {
                let store::Erased { conversations, call_backs, outbound } = erased;
                tracing::info!(conversations, call_backs, outbound, "erased what has expired");
            }
            Err(error) => tracing::error!(%error, "what has expired could not be erased; it is tried again"),
        }
    }

    async fn see_to(&self, conversations: &Conversations, rows: Result<Vec<HandoffRow>, StoreError>, kind: Kind) {
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%error, ?kind, "the queue could not be looked through; it is tried again");
                return;
            }
        };
        for row in rows {
            let Ok(id) = row.conversation_id.parse() else { continue };
            let seen_to = match conversations.find(id).await {
                Ok(Some(conversation)) => match kind {
                    Kind::Undecided => self.decide(&conversation).await,
                    Kind::NobodyCame => self.nobody_came(&conversation).await,
                    Kind::Unseen => self.alert(&conversation, &row).await,
                },
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = seen_to {
                tracing::error!(?error, ?kind, conversation = %id, "a waiting resident could not be seen to; it is tried again");
            }
        }
    }

    /// Nobody came in time: never silence, but the offer of a call-back.
    async fn nobody_came(&self, conversation: &Conversation) -> Result<(), ApiError> {
        let council = &self.answerer.knowledge().council;
        conversation
            .add(|record| {
                let Phase::Waiting(waiting) = record.phase() else { return Ok((Vec::new(), Vec::new(), ())) };
                let service = waiting.request.service.as_deref();
                let reopens = self.reopens(service, council.is_open(service, Timestamp::now()));
                Ok((vec![waiting.nobody_came(reopens)], Vec::new(), ()))
            })
            .await
    }

    /// Tells staff, by whatever way the council has configured, that someone waits whom nobody has seen.
    async fn alert(&self, conversation: &Conversation, row: &HandoffRow) -> Result<(), ApiError> {
        conversation
            .add(|record| {
                let Phase::Waiting(waiting) = record.phase() else { return Ok((Vec::new(), Vec::new(), ())) };
                let Some(alerted) = waiting.alert() else { return Ok((Vec::new(), Vec::new(), ())) };
                let since =
                    Timestamp::from_millisecond(row.requested_ms).map(|since| since.to_string()).unwrap_or_default();
                // What the resident wrote stays in the building.
                let told = json!({
                    "conversation": row.conversation_id, "service": waiting.request.service,
                    "reason": reason_word(waiting.request.reason), "waiting_since": since,
                });
                Ok((vec![alerted], self.tell("handoff.unseen", "A resident waits and nobody has come", &told), ()))
            })
            .await
    }
}

/// What there is to see to.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Undecided,
    NobodyCame,
    Unseen,
}
