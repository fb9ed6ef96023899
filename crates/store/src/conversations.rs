//! Conversations and their events, as they are read.

use conversation::{ConversationRecord, Event};

use crate::database::Transaction;
use crate::error::StoreError;
use crate::notices::Notice;
use crate::value::{Row, Value, values};
use crate::{Store, to_the_end};

/// A conversation that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptConversation {
    /// The sha256 of the token that opens it.
    pub token_digest_hex: String,
    /// When it began.
    pub created_ms: i64,
    /// When somebody last said something in it.
    pub last_message_ms: i64,
    /// The number of its last event.
    pub version: i64,
    /// The name of its state.
    pub phase: String,
    /// Whose matter it was last.
    pub service: Option<String>,
    /// When the resident's page was last known to be open, while a person was wanted or there.
    pub resident_seen_ms: Option<i64>,
}

/// An event with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedEvent {
    /// Its number, from 1.
    pub n: i64,
    /// When it happened.
    pub at_ms: i64,
    /// What happened.
    pub event: Event,
}

impl Store {
    /// Begins a conversation.
    pub async fn create_conversation(&self, id: &str, token_digest_hex: &str, at_ms: i64) -> Result<(), StoreError> {
        self.database
            .change(
                "INSERT INTO conversations (id, token_digest_hex, created_ms, last_message_ms, version, phase) \
                 VALUES ($1, $2, $3, $3, 0, $4)",
                values![id, token_digest_hex, at_ms, ConversationRecord::default().phase().name()],
            )
            .await
            .map(drop)
    }

    /// A conversation.
    pub async fn conversation(&self, id: &str) -> Result<Option<KeptConversation>, StoreError> {
        let row = self
            .database
            .row(
                "SELECT token_digest_hex, created_ms, last_message_ms, version, phase, service, resident_seen_ms \
                 FROM conversations WHERE id = $1",
                values![id],
            )
            .await?;
        row.map(|row| {
            Ok(KeptConversation {
                token_digest_hex: row.text("token_digest_hex")?,
                created_ms: row.integer("created_ms")?,
                last_message_ms: row.integer("last_message_ms")?,
                version: row.integer("version")?,
                phase: row.text("phase")?,
                service: row.some_text("service")?,
                resident_seen_ms: row.some_integer("resident_seen_ms")?,
            })
        })
        .transpose()
    }

    /// The events of a conversation after the one with the number `after`, in their order. None where there is no such
    /// conversation.
    pub async fn events(&self, id: &str, after: i64) -> Result<Vec<NumberedEvent>, StoreError> {
        let rows = self.database.rows(EVENTS, values![id, after]).await?;
        rows.iter().map(of_row).collect()
    }

    /// The resident's page was open at a time, or, with none, is not any more. With `changed`, whoever shows it is told.
    pub async fn note_resident(&self, id: &str, seen_ms: Option<i64>, changed: bool) -> Result<(), StoreError> {
        let (store, id) = (self.clone(), id.to_owned());
        to_the_end(async move {
            let mut transaction = store.database.begin().await?;
            let sql = "UPDATE conversations SET resident_seen_ms = $2 WHERE id = $1";
            transaction.change(sql, values![&id, Value::Integer(seen_ms)]).await?;
            let notices = if changed { vec![Notice::Conversation { id }] } else { Vec::new() };
            store.commit(transaction, notices).await
        })
        .await
    }

    /// Deletes a conversation and every word of it; its call-backs stay, they are records of their own. Gives whether
    /// there was one. Where this fails it can be called again.
    pub async fn delete_conversation(&self, id: &str, at_ms: i64) -> Result<bool, StoreError> {
        let (store, id) = (self.clone(), id.to_owned());
        to_the_end(async move {
            let mut transaction = store.database.begin().await?;
            let found = delete(&mut transaction, &id, at_ms).await?;
            store.commit(transaction, vec![Notice::Erased { id }, Notice::Queue]).await?;
            store.database.forget_deleted().await?;
            Ok(found)
        })
        .await
    }
}

const EVENTS: &str = "SELECT n, at_ms, body FROM events WHERE conversation_id = $1 AND n > $2 ORDER BY n";

/// A conversation as its events leave it, within a transaction.
pub(crate) async fn record(transaction: &mut Transaction, id: &str) -> Result<ConversationRecord, StoreError> {
    let mut record = ConversationRecord::default();
    for row in transaction.rows(EVENTS, values![id, 0_i64]).await? {
        let NumberedEvent { n, at_ms, event } = of_row(&row)?;
        record
            .add(&event, at_ms)
            .map_err(|error| StoreError::damaged(format!("event {n} of a conversation"), error))?;
    }
    Ok(record)
}

/// Deletes a conversation within a transaction. What stays of its hand-offs is what the figures need.
pub(crate) async fn delete(transaction: &mut Transaction, id: &str, at_ms: i64) -> Result<bool, StoreError> {
    // First, so that nobody appends to it meanwhile.
    let found = transaction.change("UPDATE conversations SET version = version + 1 WHERE id = $1", values![id]).await?;
    transaction.change("DELETE FROM events WHERE conversation_id = $1", values![id]).await?;
    transaction.change("DELETE FROM replies WHERE conversation_id = $1", values![id]).await?;
    transaction.change("DELETE FROM marks WHERE conversation_id = $1", values![id]).await?;
    transaction.change("DELETE FROM outbox WHERE conversation_id = $1", values![id]).await?;
    transaction
        .change(
            "UPDATE handoffs SET ended_ms = $2, ended_by = 'user', outcome = 'cancelled', state = 'ended' \
             WHERE conversation_id = $1 AND ended_ms IS NULL",
            values![id, at_ms],
        )
        .await?;
    transaction
        .change("UPDATE handoffs SET question = NULL, conversation_id = NULL WHERE conversation_id = $1", values![id])
        .await?;
    transaction.change("DELETE FROM conversations WHERE id = $1", values![id]).await?;
    Ok(found > 0)
}

fn of_row(row: &Row) -> Result<NumberedEvent, StoreError> {
    let n = row.integer("n")?;
    let event = serde_json::from_str(&row.text("body")?)
        .map_err(|error| StoreError::damaged(format!("event {n} of a conversation"), error))?;
    Ok(NumberedEvent { n, at_ms: row.integer("at_ms")?, event })
}
