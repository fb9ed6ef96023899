//! Replies that staff marked as wrong, each with the draft of a case for the question set.

use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::value::{Row, Value, values, word};
use crate::{Store, fresh_id};

/// What is wrong with a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// It is not true.
    Incorrect,
    /// It should not have been said, or not so.
    Inappropriate,
    /// Something is missing.
    Incomplete,
    /// It was true once.
    Outdated,
    /// Something else, which the comment says.
    Other,
}

/// A reply is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMark {
    /// The conversation.
    pub conversation_id: String,
    /// The turn.
    pub turn: String,
    /// Who marks it.
    pub staff_id: String,
    /// When.
    pub at_ms: i64,
    /// What is wrong.
    pub kind: MarkKind,
    /// What else there is to say.
    pub comment: String,
    /// The draft of a case, as a line of a question set.
    pub case_json: String,
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkRow {
    /// Its id.
    pub id: String,
    /// What it says.
    pub mark: NewMark,
}

/// All columns, for every query of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, conversation_id, turn, staff_id, at_ms, kind, comment, case_json FROM marks ", $rest)
    };
}

impl Store {
    /// Marks a reply; gives the mark's id.
    pub async fn add_mark(&self, mark: &NewMark) -> Result<String, StoreError> {
        let id = fresh_id();
        // From the reply's own row, so that there is no mark where there is no reply.
        let sql = "INSERT INTO marks (id, conversation_id, turn, staff_id, at_ms, kind, comment, case_json) \
                   SELECT $1, conversation_id, turn, $4, $5, $6, $7, $8 FROM replies \
                   WHERE conversation_id = $2 AND turn = $3";
        let values = values![
            &id,
            &mark.conversation_id,
            &mark.turn,
            &mark.staff_id,
            mark.at_ms,
            word(&mark.kind)?,
            &mark.comment,
            &mark.case_json,
        ];
        if self.database.change(sql, values).await? == 0 {
            return Err(StoreError::NotFound { what: "reply" });
        }
        Ok(id)
    }

    /// Marks, the newest first.
    pub async fn marks(&self, limit: i64, offset: i64) -> Result<Vec<MarkRow>, StoreError> {
        self.read_marks(select!("ORDER BY at_ms DESC, id LIMIT $1 OFFSET $2"), values![limit, offset]).await
    }

    /// The marks of a conversation, the oldest first.
    pub async fn marks_of(&self, conversation_id: &str) -> Result<Vec<MarkRow>, StoreError> {
        self.read_marks(select!("WHERE conversation_id = $1 ORDER BY at_ms, id"), values![conversation_id]).await
    }

    async fn read_marks(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<MarkRow>, StoreError> {
        self.database.rows(sql, values).await?.iter().map(of_row).collect()
    }
}

fn of_row(row: &Row) -> Result<MarkRow, StoreError> {
    Ok(MarkRow {
        id: row.text("id")?,
        mark: NewMark {
            conversation_id: row.text("conversation_id")?,
            turn: row.text("turn")?,
            staff_id: row.text("staff_id")?,
            at_ms: row.integer("at_ms")?,
            kind: row.word("kind")?,
            comment: row.text("comment")?,
            case_json: row.text("case_json")?,
        },
    })
}
