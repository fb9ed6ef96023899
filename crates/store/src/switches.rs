//! What the assistant may do now.

use serde::{Deserialize, Serialize};

use crate::audit::{self, AuditRow};
use crate::error::StoreError;
use crate::notices::Notice;
use crate::value::{values, word};
use crate::{Store, to_the_end};

/// What the assistant may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// All it can.
    On,
    /// Quote pages; the language model is not asked.
    QuotesOnly,
    /// Nothing: residents go straight to people.
    Off,
}

/// The switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switches {
    /// What the assistant may do.
    pub mode: Mode,
    /// What residents are told. May be empty.
    pub message: String,
    /// When they were set.
    pub changed_ms: i64,
    /// Who set them.
    pub staff_id: Option<String>,
}

impl Store {
    /// The switches as they are now.
    pub async fn switches(&self) -> Result<Switches, StoreError> {
        let sql = "SELECT mode, message, changed_ms, staff_id FROM switches WHERE id = 1";
        let row = self.database.row(sql, values![]).await?.ok_or(StoreError::NotFound { what: "switches" })?;
        Ok(Switches {
            mode: row.word("mode")?,
            message: row.text("message")?,
            changed_ms: row.integer("changed_ms")?,
            staff_id: row.some_text("staff_id")?,
        })
    }

    /// Sets the switches, for all replicas, and writes down who did it.
    pub async fn set_switches(&self, switches: &Switches, did: &AuditRow) -> Result<(), StoreError> {
        let Switches { mode, message, changed_ms, staff_id } = switches;
        let values = values![word(mode)?, message, *changed_ms, staff_id.as_deref()];
        let (store, did) = (self.clone(), did.clone());
        to_the_end(async move {
            let mut transaction = store.database.begin().await?;
            let sql = "UPDATE switches SET mode = $1, message = $2, changed_ms = $3, staff_id = $4 WHERE id = 1";
            transaction.change(sql, values).await?;
            audit::add(&mut transaction, &did).await?;
            store.commit(transaction, vec![Notice::Switches]).await
        })
        .await
    }
}
