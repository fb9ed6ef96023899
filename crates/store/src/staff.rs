//! Members of staff: who they are, what they may do, whether they are there.

use serde::{Deserialize, Serialize};

use crate::audit::{self, AuditRow};
use crate::error::StoreError;
use crate::notices::Notice;
use crate::value::{Row, Value, values, word};
use crate::{Store, fresh_id, to_the_end};

/// What a member of staff may do. What each role allows is for those who ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Talks with residents.
    Agent,
    /// Looks after the pages.
    Curator,
    /// Looks after the quality of answers.
    Evaluator,
    /// Looks after staff and switches.
    Administrator,
}

/// A member of staff to be added.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// The name to sign in with; capital letters make no difference. Different from all others.
    pub name: String,
    /// The name that residents see.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// The digest of their password, in the words of its algorithm.
    pub password_hash: String,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Their id.
    pub id: String,
    /// The name to sign in with, in small letters.
    pub name: String,
    /// The name that residents see.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// The digest of their password.
    pub password_hash: String,
    /// Whether they may sign in at all.
    pub active: bool,
    /// Attempts to sign in that failed since the last one that did not.
    pub failed_attempts: i64,
    /// Until when they cannot sign in.
    pub locked_until_ms: i64,
    /// Whether they say that they are there for residents.
    pub available: bool,
    /// Since when.
    pub available_since_ms: Option<i64>,
    /// When they last did anything.
    pub last_seen_ms: Option<i64>,
}

/// All columns, for every query of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, display_name, role, password_hash, active, failed_attempts, locked_until_ms, available, ",
            "available_since_ms, last_seen_ms FROM staff ",
            $rest
        )
    };
}

impl Store {
    /// Adds a member of staff; gives their id.
    pub async fn add_staff(&self, new: &NewStaff) -> Result<String, StoreError> {
        let id = fresh_id();
        self.database
            .change(
                "INSERT INTO staff (id, name, display_name, role, password_hash, active, failed_attempts, \
                 locked_until_ms, available) VALUES ($1, $2, $3, $4, $5, 1, 0, 0, 0)",
                values![&id, folded(&new.name), &new.display_name, word(&new.role)?, &new.password_hash],
            )
            .await?;
        Ok(id)
    }

    /// The member of staff who signs in with a name.
    pub async fn staff_by_name(&self, name: &str) -> Result<Option<StaffRow>, StoreError> {
        Ok(self.read_staff(select!("WHERE name = $1"), values![folded(name)]).await?.pop())
    }

    /// A member of staff.
    pub async fn staff(&self, id: &str) -> Result<Option<StaffRow>, StoreError> {
        Ok(self.read_staff(select!("WHERE id = $1"), values![id]).await?.pop())
    }

    /// All members of staff, by name, also those who may not sign in any more.
    pub async fn list_staff(&self) -> Result<Vec<StaffRow>, StoreError> {
        let mut staff = self.read_staff(select!(""), values![]).await?;
        // Here and not in the database, whose order of letters depends on how it was set up.
        staff.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(staff)
    }

    /// Those who are there for residents, and were seen since a time.
    pub async fn available_staff(&self, seen_after_ms: i64) -> Result<Vec<StaffRow>, StoreError> {
        let sql = select!("WHERE active = 1 AND available = 1 AND last_seen_ms > $1 ORDER BY available_since_ms, id");
        self.read_staff(sql, values![seen_after_ms]).await
    }

    /// Sets a password, lifts a lock, and ends the sessions that were begun with the old one. `did` is written down with it.
    pub async fn set_password(
        &self,
        staff_id: &str,
        password_hash: &str,
        did: Option<&AuditRow>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET password_hash = $2, failed_attempts = 0, locked_until_ms = 0 WHERE id = $1";
        self.set(staff_id, sql, values![staff_id, password_hash], Sessions::End, did).await
    }

    /// Sets what a member of staff may do. `did` is written down with it.
    pub async fn set_role(&self, staff_id: &str, role: Role, did: Option<&AuditRow>) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET role = $2 WHERE id = $1";
        self.set(staff_id, sql, values![staff_id, word(&role)?], Sessions::Keep, did).await
    }

    /// Sets whether a member of staff may sign in. Who may not is not available either, and their sessions end. `did` is written
    /// down with it.
    pub async fn set_active(&self, staff_id: &str, active: bool, did: Option<&AuditRow>) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET active = $2, available = available * $2 WHERE id = $1";
        let sessions = if active { Sessions::Keep } else { Sessions::End };
        self.set(staff_id, sql, values![staff_id, active], sessions, did).await
    }

    /// A member of staff says whether they are there for residents.
    pub async fn set_available(&self, staff_id: &str, available: bool, at_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET available = $2, available_since_ms = CASE WHEN available = $2 \
                   THEN available_since_ms ELSE $3 END, last_seen_ms = $3 WHERE id = $1";
        self.set(staff_id, sql, values![staff_id, available, at_ms], Sessions::Keep, None).await
    }

    /// An attempt to sign in has failed. After each `limit` failures in a row, nobody signs in under this name until
    /// `locked_until_ms`. Gives the number of failures in a row.
    pub async fn note_failed_sign_in(
        &self,
        staff_id: &str,
        limit: i64,
        locked_until_ms: i64,
    ) -> Result<i64, StoreError> {
        let sql = "UPDATE staff SET failed_attempts = failed_attempts + 1, locked_until_ms = CASE \
                   WHEN (failed_attempts + 1) % $2 = 0 THEN $3 ELSE locked_until_ms END WHERE id = $1 \
                   RETURNING failed_attempts";
        let rows = self.database.change_returning(sql, values![staff_id, limit, locked_until_ms]).await?;
        rows.first().ok_or(NO_STAFF)?.integer("failed_attempts")
    }

    /// A member of staff has signed in.
    pub async fn note_sign_in(&self, staff_id: &str, at_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET failed_attempts = 0, locked_until_ms = 0, last_seen_ms = $2 WHERE id = $1";
        if self.database.change(sql, values![staff_id, at_ms]).await? == 0 { Err(NO_STAFF) } else { Ok(()) }
    }

    /// A member of staff's browser was heard of.
    pub async fn note_seen(&self, staff_id: &str, at_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET last_seen_ms = $2 WHERE id = $1";
        if self.database.change(sql, values![staff_id, at_ms]).await? == 0 { Err(NO_STAFF) } else { Ok(()) }
    }

    async fn set(
        &self,
        staff_id: &str,
        sql: &'static str,
        values: Vec<Value>,
        sessions: Sessions,
        did: Option<&AuditRow>,
    ) -> Result<(), StoreError> {
        let (store, staff_id, did) = (self.clone(), staff_id.to_owned(), did.cloned());
        to_the_end(async move {
            let mut transaction = store.database.begin().await?;
            if transaction.change(sql, values).await? == 0 {
                return Err(NO_STAFF);
            }
            match sessions {
                Sessions::Keep => (),
                Sessions::End => {
                    transaction.change("DELETE FROM sessions WHERE staff_id = $1", values![staff_id]).await?;
                }
            }
            if let Some(did) = did {
                audit::add(&mut transaction, &did).await?;
            }
            store.commit(transaction, vec![Notice::Queue]).await
        })
        .await
    }

    async fn read_staff(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<StaffRow>, StoreError> {
        self.database.rows(sql, values).await?.iter().map(of_row).collect()
    }
}

/// What becomes of a member of staff's sessions.
enum Sessions {
    Keep,
    End,
}

const NO_STAFF: StoreError = StoreError::NotFound { what: "member of staff" };

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

fn of_row(row: &Row) -> Result<StaffRow, StoreError> {
    Ok(StaffRow {
        id: row.text("id")?,
        name: row.text("name")?,
        display_name: row.text("display_name")?,
        role: row.word("role")?,
        password_hash: row.text("password_hash")?,
        active: row.flag("active")?,
        failed_attempts: row.integer("failed_attempts")?,
        locked_until_ms: row.integer("locked_until_ms")?,
        available: row.flag("available")?,
        available_since_ms: row.some_integer("available_since_ms")?,
        last_seen_ms: row.some_integer("last_seen_ms")?,
    })
}
