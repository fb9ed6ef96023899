//! Forgetting what is old.

use crate::error::StoreError;
use crate::notices::Notice;
use crate::value::values;
use crate::{Store, conversations, to_the_end};

/// How much was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Conversations, with everything that follows from them.
    pub conversations: u64,
    /// Call-backs.
    pub call_backs: u64,
    /// Messages that had left the building or were given up.
    pub outbound: u64,
}

/// Conversations that are deleted in one transaction: residents who write meanwhile wait no longer than for so many.
const AT_ONCE: i64 = 50;

impl Store {
    /// Deletes the conversations in which nothing was said since a time, the call-backs that were closed before a time,
    /// and what was sent. Afterwards their bytes are gone from the files of SQLite. Where this fails it can be called
    /// again, and goes on.
    pub async fn erase(&self, conversations_before_ms: i64, call_backs_before_ms: i64) -> Result<Erased, StoreError> {
        let store = self.clone();
        to_the_end(async move {
            let mut erased = Erased::default();
            loop {
                let deleted = store.erase_some(conversations_before_ms).await?;
                erased.conversations += deleted;
                if deleted == 0 {
                    break;
                }
            }
            let sql = "DELETE FROM call_backs WHERE closed_ms < $1";
            erased.call_backs = store.database.change(sql, values![call_backs_before_ms]).await?;
            let sql = "DELETE FROM outbox WHERE sent_ms < $1 OR given_up_ms < $1";
            erased.outbound = store.database.change(sql, values![conversations_before_ms]).await?;
            store.database.forget_deleted().await?;
            Ok(erased)
        })
        .await
    }

    async fn erase_some(&self, before_ms: i64) -> Result<u64, StoreError> {
        let mut transaction = self.database.begin().await?;
        // Takes hold of them, so that nobody says something in one that is about to be deleted. The condition stands twice
        // for those in which somebody just did.
        let sql = "UPDATE conversations SET version = version + 1 WHERE last_message_ms < $1 AND id IN \
                   (SELECT id FROM conversations WHERE last_message_ms < $1 ORDER BY last_message_ms LIMIT $2) \
                   RETURNING id";
        let rows = transaction.rows(sql, values![before_ms, AT_ONCE]).await?;
        let mut notices = Vec::new();
        for row in &rows {
            let id = row.text("id")?;
            conversations::delete(&mut transaction, &id, before_ms).await?;
            notices.push(Notice::Erased { id });
        }
        if !notices.is_empty() {
            notices.push(Notice::Queue);
        }
        self.commit(transaction, notices).await?;
        Ok(rows.len() as u64)
    }
}
