//! Hand-offs, as they are read: who waits, who talks with whom, how long it took.

use conversation::Reason;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::StoreError;
use crate::value::{Row, values};

/// How far a hand-off has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoffState {
    /// Whether a person can come is about to be decided.
    Requested,
    /// In the queue.
    Waiting,
    /// A person has it.
    WithPerson,
    /// It is over.
    Ended,
}

/// How a hand-off came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoffEnd {
    /// The resident has what they came for.
    Resolved,
    /// The resident was told whom to ask instead.
    ReferredElsewhere,
    /// Someone will come back to the resident.
    FollowUp,
    /// The resident did not answer any more, or left.
    NoReply,
    /// It was not something the council helps with.
    OutOfScope,
    /// The member of staff gave the conversation back to the assistant.
    ReturnedToAssistant,
    /// The resident did not want to wait any more.
    Cancelled,
    /// The resident left details for a call-back instead of waiting.
    CallBack,
    /// It was asked for outside opening hours, or with nobody available; a call-back was offered.
    Closed,
    /// Nobody came in time; a call-back was offered.
    NobodyCame,
}

/// A hand-off.
#[derive(Debug, Clone, PartialEq)]
pub struct HandoffRow {
    /// Its id.
    pub id: String,
    /// Its conversation. Empty where that was deleted.
    pub conversation_id: String,
    /// How far it has come.
    pub state: HandoffState,
    /// Why a person is needed.
    pub reason: Reason,
    /// Whose matter it is.
    pub service: Option<String>,
    /// The question in the resident's words.
    pub question: Option<String>,
    /// When it was asked for. The place in the queue follows from it.
    pub requested_ms: i64,
    /// Since when it waits for the team that it waits for, or waited last.
    pub waiting_since_ms: i64,
    /// When staff were alerted that nobody had come.
    pub alerted_ms: Option<i64>,
    /// When a person first took it.
    pub accepted_ms: Option<i64>,
    /// Who has it, or had it last.
    pub staff_id: Option<String>,
    /// Their name.
    pub staff_name: Option<String>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Who ended it: `user`, `staff` or `service`.
    pub ended_by: Option<String>,
    /// How it came out.
    pub outcome: Option<HandoffEnd>,
    /// How sure the assistant was of its last reply in the conversation.
    pub confidence: Option<f64>,
}

/// All columns, for every query of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, conversation_id, state, reason, service, question, requested_ms, waiting_since_ms, alerted_ms, ",
            "accepted_ms, staff_id, staff_name, ended_ms, ended_by, outcome, (SELECT confidence FROM replies ",
            "WHERE replies.conversation_id = handoffs.conversation_id ORDER BY n DESC LIMIT 1) AS confidence FROM handoffs ",
            $rest
        )
    };
}

impl Store {
    /// Those who wait, in the order in which they asked.
    pub async fn waiting(&self) -> Result<Vec<HandoffRow>, StoreError> {
        self.handoffs(select!("WHERE state = 'waiting' ORDER BY requested_ms, id"), values![]).await
    }

    /// Those whom a member of staff is talking with.
    pub async fn of_staff(&self, staff_id: &str) -> Result<Vec<HandoffRow>, StoreError> {
        let sql = select!("WHERE state = 'with_person' AND staff_id = $1 ORDER BY requested_ms, id");
        self.handoffs(sql, values![staff_id]).await
    }

    /// Those who talk with any member of staff.
    pub async fn with_people(&self) -> Result<Vec<HandoffRow>, StoreError> {
        self.handoffs(select!("WHERE state = 'with_person' ORDER BY requested_ms, id"), values![]).await
    }

    /// The last hand-off of a conversation.
    pub async fn handoff(&self, conversation_id: &str) -> Result<Option<HandoffRow>, StoreError> {
        // One that has not ended is the last one, whatever the clock said.
        let sql = select!(
            "WHERE conversation_id = $1 ORDER BY CASE WHEN ended_ms IS NULL THEN 0 ELSE 1 END, requested_ms DESC LIMIT 1"
        );
        Ok(self.handoffs(sql, values![conversation_id]).await?.pop())
    }

    /// Those that wait since before a time. `alerted` says whether those are meant too whom staff were alerted to.
    pub async fn overdue(&self, waiting_since_before_ms: i64, alerted: bool) -> Result<Vec<HandoffRow>, StoreError> {
        let sql = select!(
            "WHERE state = 'waiting' AND waiting_since_ms < $1 AND (alerted_ms IS NULL OR $2 = 1) \
             ORDER BY requested_ms, id"
        );
        self.handoffs(sql, values![waiting_since_before_ms, alerted]).await
    }

    /// Those for which it was never decided whether a person can come: the program ended in between.
    pub async fn undecided(&self, requested_before_ms: i64) -> Result<Vec<HandoffRow>, StoreError> {
        let sql = select!("WHERE state = 'requested' AND requested_ms < $1 ORDER BY requested_ms, id");
        self.handoffs(sql, values![requested_before_ms]).await
    }

    /// How long residents waited for a person, in milliseconds, for those whom one came to since a time; the last ones
    /// first.
    pub async fn recent_waits(&self, since_ms: i64) -> Result<Vec<i64>, StoreError> {
        let rows = self
            .database
            .rows(
                "SELECT accepted_ms - requested_ms AS wait_ms FROM handoffs \
                 WHERE accepted_ms >= $1 ORDER BY accepted_ms DESC",
                values![since_ms],
            )
            .await?;
        rows.iter().map(|row| row.integer("wait_ms")).collect()
    }

    async fn handoffs(
        &self,
        sql: &'static str,
        values: Vec<crate::value::Value>,
    ) -> Result<Vec<HandoffRow>, StoreError> {
        self.database.rows(sql, values).await?.iter().map(of_row).collect()
    }
}

fn of_row(row: &Row) -> Result<HandoffRow, StoreError> {
    Ok(HandoffRow {
        id: row.text("id")?,
        conversation_id: row.some_text("conversation_id")?.unwrap_or_default(),
        state: row.word("state")?,
        reason: row.word("reason")?,
        service: row.some_text("service")?,
        question: row.some_text("question")?,
        requested_ms: row.integer("requested_ms")?,
        waiting_since_ms: row.integer("waiting_since_ms")?,
        alerted_ms: row.some_integer("alerted_ms")?,
        accepted_ms: row.some_integer("accepted_ms")?,
        staff_id: row.some_text("staff_id")?,
        staff_name: row.some_text("staff_name")?,
        ended_ms: row.some_integer("ended_ms")?,
        ended_by: row.some_text("ended_by")?,
        outcome: row.some_word("outcome")?,
        confidence: row.some_real("confidence")?,
    })
}
