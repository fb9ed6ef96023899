//! Adding to a conversation: its events, what follows from them, and what they bring about, all or nothing.

use conversation::Fact;

use crate::audit::{self, AuditRow};
use crate::call_backs::{self, NewCallBack};
use crate::error::StoreError;
use crate::notices::Notice;
use crate::outbox::{self, NewOutbound};
use crate::value::values;
use crate::{Store, conversations, projections, to_the_end};

/// What is to be added to a conversation.
#[derive(Debug, Clone)]
pub struct Append<'a> {
    /// The conversation.
    pub id: &'a str,
    /// The version that the facts were made from.
    pub expected_version: i64,
    /// What happened, in order. There may be none, where only effects are to be kept.
    pub facts: &'a [Fact],
    /// When.
    pub at_ms: i64,
    /// What it brings about.
    pub effects: &'a [Effect],
}

/// Something that is kept together with what caused it.
#[derive(Debug, Clone)]
pub enum Effect {
    /// The resident is to be called back.
    CallBack(NewCallBack),
    /// The resident has put right what they left for the call-back of this reference.
    CallBackCorrected(NewCallBack),
    /// Something has to leave the building.
    Outbound(NewOutbound),
    /// A member of staff did it, which is written down.
    Audit(AuditRow),
}

/// What came of adding to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is kept.
    Done,
    /// Something else happened first, and nothing was kept: read on, and decide anew.
    Conflict,
}

impl Store {
    /// Adds to a conversation. What is done is on the disk; what is not has left no trace. It goes on to its end where
    /// the caller stops waiting.
    pub async fn append(&self, append: &Append<'_>) -> Result<Appended, StoreError> {
        let addition = Addition {
            id: append.id.to_owned(),
            expected_version: append.expected_version,
            facts: append.facts.to_vec(),
            at_ms: append.at_ms,
            effects: append.effects.to_vec(),
        };
        let store = self.clone();
        to_the_end(async move { add(&store, addition).await }).await
    }
}

struct Addition {
    id: String,
    expected_version: i64,
    facts: Vec<Fact>,
    at_ms: i64,
    effects: Vec<Effect>,
}

async fn add(store: &Store, addition: Addition) -> Result<Appended, StoreError> {
    let Addition { id, expected_version, facts, at_ms, effects } = addition;
    let version = expected_version + facts.len() as i64;
    let mut transaction = store.database.begin().await?;
    // First of all: from here on nobody else adds to this conversation.
    let turned = transaction
        .change(
            "UPDATE conversations SET version = $3 WHERE id = $1 AND version = $2",
            values![&id, expected_version, version],
        )
        .await?;
    if turned == 0 {
        let row = transaction.row("SELECT version FROM conversations WHERE id = $1", values![&id]).await?;
        return if row.is_some() { Ok(Appended::Conflict) } else { Err(StoreError::NotFound { what: "conversation" }) };
    }
    let mut record = conversations::record(&mut transaction, &id).await?;
    if record.version() != expected_version {
        return Err(StoreError::Damaged { what: "a conversation lacks events".to_owned(), source: None });
    }
    let mut queue_changed = false;
    for fact in &facts {
        record = record.with(fact, at_ms)?;
        queue_changed |= projections::write(&mut transaction, &id, &record, fact.event(), at_ms).await?;
    }
    transaction
        .change("UPDATE conversations SET phase = $2 WHERE id = $1", values![&id, record.phase().name()])
        .await?;
    for effect in effects {
        match effect {
            Effect::CallBack(call_back) => {
                call_backs::add(&mut transaction, &id, &call_back, at_ms).await?;
                queue_changed = true;
            }
            Effect::CallBackCorrected(call_back) => {
                call_backs::correct(&mut transaction, &call_back).await?;
                queue_changed = true;
            }
            Effect::Outbound(outbound) => outbox::add(&mut transaction, &outbound, at_ms).await?,
            Effect::Audit(did) => audit::add(&mut transaction, &did).await?,
        }
    }
    let mut notices = vec![Notice::Conversation { id }];
    if queue_changed {
        notices.push(Notice::Queue);
    }
    store.commit(transaction, notices).await?;
    Ok(Appended::Done)
}
