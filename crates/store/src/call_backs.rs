//! Call-backs: who wants to be called, about what, and until when.

use crate::database::Transaction;
use crate::error::StoreError;
use crate::notices::Notice;
use crate::value::{Row, Value, values};
use crate::{Store, to_the_end};

/// Details that a resident left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCallBack {
    /// The number that the resident can name. Different from all others.
    pub reference: String,
    /// The resident's name.
    pub name: String,
    /// A phone number.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// What it is about.
    pub question: String,
    /// When the resident would like to be called, in their words.
    pub preferred_time: Option<String>,
    /// The words that the resident agreed to.
    pub consent: String,
    /// Whose matter it is.
    pub service: Option<String>,
    /// Until when somebody is to call.
    pub due_ms: i64,
}

/// A call-back that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallBackRow {
    /// What the resident left.
    pub details: NewCallBack,
    /// The conversation that it came from. It may be gone.
    pub conversation_id: Option<String>,
    /// When it was asked for.
    pub created_ms: i64,
    /// When it was done.
    pub closed_ms: Option<i64>,
    /// The id of the member of staff who did it.
    pub closed_by: Option<String>,
    /// What came of it.
    pub result: Option<String>,
}

/// All columns, for every query of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT reference, conversation_id, created_ms, name, phone, email, question, preferred_time, consent, service, ",
            "due_ms, closed_ms, closed_by, result FROM call_backs ",
            $rest
        )
    };
}

impl Store {
    /// Call-backs, those that are due first at the top; of one service, or of all.
    pub async fn call_backs(&self, open_only: bool, service: Option<&str>) -> Result<Vec<CallBackRow>, StoreError> {
        let sql = select!(
            "WHERE (closed_ms IS NULL OR $1 = 0) AND ($2 IS NULL OR service = $2) \
             ORDER BY CASE WHEN closed_ms IS NULL THEN 0 ELSE 1 END, due_ms, created_ms"
        );
        self.read_call_backs(sql, values![open_only, service]).await
    }

    /// The call-back with a reference.
    pub async fn call_back(&self, reference: &str) -> Result<Option<CallBackRow>, StoreError> {
        Ok(self.read_call_backs(select!("WHERE reference = $1"), values![reference]).await?.pop())
    }

    /// The last call-back that came from a conversation.
    pub async fn call_back_of(&self, conversation_id: &str) -> Result<Option<CallBackRow>, StoreError> {
        let sql = select!("WHERE conversation_id = $1 ORDER BY created_ms DESC LIMIT 1");
        Ok(self.read_call_backs(sql, values![conversation_id]).await?.pop())
    }

    /// A call-back is done. Gives false where it was done already, or there is none: two who click at once are told apart.
    pub async fn close_call_back(
        &self,
        reference: &str,
        staff_id: &str,
        result: &str,
        at_ms: i64,
    ) -> Result<bool, StoreError> {
        let (store, values) = (self.clone(), values![reference, at_ms, staff_id, result]);
        to_the_end(async move {
            let mut transaction = store.database.begin().await?;
            let sql = "UPDATE call_backs SET closed_ms = $2, closed_by = $3, result = $4 \
                       WHERE reference = $1 AND closed_ms IS NULL";
            let closed = transaction.change(sql, values).await?;
            store.commit(transaction, vec![Notice::Queue]).await?;
            Ok(closed > 0)
        })
        .await
    }

    async fn read_call_backs(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<CallBackRow>, StoreError> {
        self.database.rows(sql, values).await?.iter().map(of_row).collect()
    }
}

/// Keeps the details that a resident left.
pub(crate) async fn add(
    transaction: &mut Transaction,
    conversation_id: &str,
    new: &NewCallBack,
    at_ms: i64,
) -> Result<(), StoreError> {
    transaction
        .change(
            "INSERT INTO call_backs (reference, conversation_id, created_ms, name, phone, email, question, \
             preferred_time, consent, service, due_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                &new.reference,
                conversation_id,
                at_ms,
                &new.name,
                new.phone.as_deref(),
                new.email.as_deref(),
                &new.question,
                new.preferred_time.as_deref(),
                &new.consent,
                new.service.as_deref(),
                new.due_ms,
            ],
        )
        .await
        .map(drop)
}

/// Puts right what a resident left. What they were promised stays.
pub(crate) async fn correct(transaction: &mut Transaction, corrected: &NewCallBack) -> Result<(), StoreError> {
    transaction
        .change(
            "UPDATE call_backs SET name = $2, phone = $3, email = $4, question = $5, preferred_time = $6 \
             WHERE reference = $1",
            values![
                &corrected.reference,
                &corrected.name,
                corrected.phone.as_deref(),
                corrected.email.as_deref(),
                &corrected.question,
                corrected.preferred_time.as_deref(),
            ],
        )
        .await
        .map(drop)
}

fn of_row(row: &Row) -> Result<CallBackRow, StoreError> {
    Ok(CallBackRow {
        details: NewCallBack {
            reference: row.text("reference")?,
            name: row.text("name")?,
            phone: row.some_text("phone")?,
            email: row.some_text("email")?,
            question: row.text("question")?,
            preferred_time: row.some_text("preferred_time")?,
            consent: row.text("consent")?,
            service: row.some_text("service")?,
            due_ms: row.integer("due_ms")?,
        },
        conversation_id: row.some_text("conversation_id")?,
        created_ms: row.integer("created_ms")?,
        closed_ms: row.some_integer("closed_ms")?,
        closed_by: row.some_text("closed_by")?,
        result: row.some_text("result")?,
    })
}
