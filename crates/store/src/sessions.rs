//! Sessions of signed-in staff.

use crate::Store;
use crate::error::StoreError;
use crate::value::values;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The sha256 of the token that the browser holds.
    pub token_digest_hex: String,
    /// Whose it is.
    pub staff_id: String,
    /// What every form of it carries.
    pub csrf_token: String,
    /// When it began.
    pub created_ms: i64,
    /// When it was last used.
    pub last_seen_ms: i64,
    /// When it ends, used or not.
    pub expires_ms: i64,
}

impl Store {
    /// Begins a session, and forgets those that have expired by then.
    pub async fn add_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        transaction.change("DELETE FROM sessions WHERE expires_ms <= $1", values![session.created_ms]).await?;
        transaction
            .change(
                "INSERT INTO sessions (token_digest_hex, staff_id, csrf_token, created_ms, last_seen_ms, expires_ms) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
                values![
                    &session.token_digest_hex,
                    &session.staff_id,
                    &session.csrf_token,
                    session.created_ms,
                    session.last_seen_ms,
                    session.expires_ms,
                ],
            )
            .await?;
        transaction.commit().await
    }

    /// A session that has not expired.
    pub async fn session(&self, token_digest_hex: &str, now_ms: i64) -> Result<Option<SessionRow>, StoreError> {
        let row = self
            .database
            .row(
                "SELECT token_digest_hex, staff_id, csrf_token, created_ms, last_seen_ms, expires_ms \
                 FROM sessions WHERE token_digest_hex = $1 AND expires_ms > $2",
                values![token_digest_hex, now_ms],
            )
            .await?;
        row.map(|row| {
            Ok(SessionRow {
                token_digest_hex: row.text("token_digest_hex")?,
                staff_id: row.text("staff_id")?,
                csrf_token: row.text("csrf_token")?,
                created_ms: row.integer("created_ms")?,
                last_seen_ms: row.integer("last_seen_ms")?,
                expires_ms: row.integer("expires_ms")?,
            })
        })
        .transpose()
    }

    /// Whether a member of staff has a session that has not expired.
    pub async fn is_signed_in(&self, staff_id: &str, now_ms: i64) -> Result<bool, StoreError> {
        let sql = "SELECT staff_id FROM sessions WHERE staff_id = $1 AND expires_ms > $2 LIMIT 1";
        Ok(self.database.row(sql, values![staff_id, now_ms]).await?.is_some())
    }

    /// A session is used: so its member of staff is there. Each use costs a write, so callers do it once in a while.
    pub async fn touch_session(&self, token_digest_hex: &str, at_ms: i64) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        transaction
            .change(
                "UPDATE sessions SET last_seen_ms = $2 WHERE token_digest_hex = $1",
                values![token_digest_hex, at_ms],
            )
            .await?;
        transaction
            .change(
                "UPDATE staff SET last_seen_ms = $2 \
                 WHERE id IN (SELECT staff_id FROM sessions WHERE token_digest_hex = $1)",
                values![token_digest_hex, at_ms],
            )
            .await?;
        transaction.commit().await
    }

    /// Ends a session.
    pub async fn end_session(&self, token_digest_hex: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE token_digest_hex = $1";
        self.database.change(sql, values![token_digest_hex]).await.map(drop)
    }

    /// Ends all sessions of a member of staff.
    pub async fn end_sessions_of(&self, staff_id: &str) -> Result<(), StoreError> {
        self.database.change("DELETE FROM sessions WHERE staff_id = $1", values![staff_id]).await.map(drop)
    }
}
