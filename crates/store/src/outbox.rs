//! What has to leave the building: kept until it is sent, taken by one replica at a time.

use serde_json::Value as Json;

use crate::database::Transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::{Store, fresh_id};

/// Something to send.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOutbound {
    /// How it is to be sent, in the sender's words.
    pub kind: String,
    /// What is to be sent.
    pub payload: Json,
    /// The conversation that it quotes: deleted with that, sent or not. None where it has to be sent in any case.
    pub conversation_id: Option<String>,
}

/// Something to send that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboundRow {
    /// Its id, the same in every attempt.
    pub id: String,
    /// When it was put there.
    pub created_ms: i64,
    /// How it is to be sent.
    pub kind: String,
    /// What is to be sent.
    pub payload: Json,
    /// Attempts that failed before.
    pub attempts: i64,
    /// When it was given up.
    pub given_up_ms: Option<i64>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// What is to happen after an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Another one, at this time.
    AtMs(i64),
    /// None. It is kept for staff to see.
    GiveUp {
        /// Since when.
        at_ms: i64,
    },
}

impl Store {
    /// Puts something into the outbox that no conversation causes.
    pub async fn add_outbound(&self, outbound: &NewOutbound, at_ms: i64) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        add(&mut transaction, outbound, at_ms).await?;
        transaction.commit().await
    }

    /// Takes what is due, those that have waited longest first, at most `limit`. Nobody else is given it until
    /// `claim_until_ms`; what was neither sent nor failed by then is given out again.
    pub async fn due(&self, now_ms: i64, limit: i64, claim_until_ms: i64) -> Result<Vec<OutboundRow>, StoreError> {
        // The condition stands twice: of two replicas that have read the same rows, the second one waits for the first
        // and then looks at the outer condition again, and finds them taken. So no `SKIP LOCKED` is needed.
        let sql = "UPDATE outbox SET claimed_until_ms = $3 \
                   WHERE sent_ms IS NULL AND given_up_ms IS NULL AND next_attempt_ms <= $1 AND claimed_until_ms <= $1 \
                   AND id IN (SELECT id FROM outbox WHERE sent_ms IS NULL AND given_up_ms IS NULL \
                   AND next_attempt_ms <= $1 AND claimed_until_ms <= $1 ORDER BY next_attempt_ms, id LIMIT $2) \
                   RETURNING id, created_ms, kind, payload, attempts, given_up_ms, last_error";
        let rows = self.database.change_returning(sql, values![now_ms, limit, claim_until_ms]).await?;
        let mut taken = rows.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
        taken.sort_by(|left, right| (left.created_ms, &left.id).cmp(&(right.created_ms, &right.id)));
        Ok(taken)
    }

    /// It has been sent. What it said is forgotten.
    pub async fn sent(&self, id: &str, at_ms: i64) -> Result<(), StoreError> {
        self.database
            .change(
                "UPDATE outbox SET sent_ms = $2, payload = 'null', last_error = NULL WHERE id = $1 AND sent_ms IS NULL",
                values![id, at_ms],
            )
            .await
            .map(drop)
    }

    /// An attempt has failed.
    pub async fn failed(&self, id: &str, error: &str, retry: Retry) -> Result<(), StoreError> {
        match retry {
            Retry::AtMs(next_ms) => {
                let sql = "UPDATE outbox SET attempts = attempts + 1, last_error = $2, next_attempt_ms = $3, \
                           claimed_until_ms = 0 WHERE id = $1 AND sent_ms IS NULL";
                self.database.change(sql, values![id, error, next_ms]).await.map(drop)
            }
            Retry::GiveUp { at_ms } => {
                let sql = "UPDATE outbox SET attempts = attempts + 1, last_error = $2, given_up_ms = $3 \
                           WHERE id = $1 AND sent_ms IS NULL";
                self.database.change(sql, values![id, error, at_ms]).await.map(drop)
            }
        }
    }

    /// What could not be sent so far, the newest first: given up, or failed at least once.
    pub async fn undelivered(&self, limit: i64) -> Result<Vec<OutboundRow>, StoreError> {
        let sql = "SELECT id, created_ms, kind, payload, attempts, given_up_ms, last_error FROM outbox \
                   WHERE sent_ms IS NULL AND attempts > 0 ORDER BY created_ms DESC, id LIMIT $1";
        self.database.rows(sql, values![limit]).await?.iter().map(of_row).collect()
    }
}

/// Keeps something to be sent.
pub(crate) async fn add(transaction: &mut Transaction, outbound: &NewOutbound, at_ms: i64) -> Result<(), StoreError> {
    transaction
        .change(
            "INSERT INTO outbox (id, conversation_id, created_ms, kind, payload, attempts, next_attempt_ms, \
             claimed_until_ms) VALUES ($1, $2, $3, $4, $5, 0, $3, 0)",
            values![
                fresh_id(),
                outbound.conversation_id.as_deref(),
                at_ms,
                &outbound.kind,
                outbound.payload.to_string(),
            ],
        )
        .await
        .map(drop)
}

fn of_row(row: &Row) -> Result<OutboundRow, StoreError> {
    let payload = serde_json::from_str(&row.text("payload")?)
        .map_err(|error| StoreError::damaged("a message to be sent", error))?;
    Ok(OutboundRow {
        id: row.text("id")?,
        created_ms: row.integer("created_ms")?,
        kind: row.text("kind")?,
        payload,
        attempts: row.integer("attempts")?,
        given_up_ms: row.some_integer("given_up_ms")?,
        last_error: row.some_text("last_error")?,
    })
}
