//! Who did what.

use crate::database::Transaction;
use crate::error::StoreError;
use crate::value::{Row, Value, values};
use crate::{Store, fresh_id};

/// Something that a member of staff did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at_ms: i64,
    /// Who. None where it was done at the command line.
    pub staff_id: Option<String>,
    /// Their name, as it was then.
    pub staff_name: String,
    /// What, as a word: `accept`, `set_switches`.
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// What else is to be known. No words of residents: this is not erased with them.
    pub detail: String,
}

impl Store {
    /// Writes down what a member of staff did, where that is not kept together with what they did.
    pub async fn note(&self, did: &AuditRow) -> Result<(), StoreError> {
        self.database.change(NOTE, columns(did)).await.map(drop)
    }

    /// What was done, the newest first.
    pub async fn audit(&self, limit: i64, offset: i64) -> Result<Vec<AuditRow>, StoreError> {
        let sql = "SELECT at_ms, staff_id, staff_name, action, subject, detail FROM audit \
                   ORDER BY at_ms DESC, id LIMIT $1 OFFSET $2";
        self.database.rows(sql, values![limit, offset]).await?.iter().map(of_row).collect()
    }
}

/// Writes it down within the transaction of what was done: neither is kept without the other.
pub(crate) async fn add(transaction: &mut Transaction, did: &AuditRow) -> Result<(), StoreError> {
    transaction.change(NOTE, columns(did)).await.map(drop)
}

const NOTE: &str = "INSERT INTO audit (id, at_ms, staff_id, staff_name, action, subject, detail) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7)";

fn columns(did: &AuditRow) -> Vec<Value> {
    let AuditRow { at_ms, staff_id, staff_name, action, subject, detail } = did;
    values![fresh_id(), *at_ms, staff_id.as_deref(), staff_name, action, subject, detail]
}

fn of_row(row: &Row) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        at_ms: row.integer("at_ms")?,
        staff_id: row.some_text("staff_id")?,
        staff_name: row.text("staff_name")?,
        action: row.text("action")?,
        subject: row.text("subject")?,
        detail: row.text("detail")?,
    })
}
