//! What follows from the events of conversations, written down beside them so that it can be looked for: the replies,
//! and the hand-offs with how they went.

use conversation::{CallBackWhy, CloseOutcome, ClosedBy, ConversationRecord, Event, NewReply, Reason, StaffMember};

use crate::database::Transaction;
use crate::error::StoreError;
use crate::fresh_id;
use crate::handoffs::HandoffEnd;
use crate::value::{Value, some_word, values, word};

/// Writes an event and what follows from it. `record` is the conversation with the event. Gives whether the queue looks
/// different now.
pub(crate) async fn write(
    transaction: &mut Transaction,
    id: &str,
    record: &ConversationRecord,
    event: &Event,
    at_ms: i64,
) -> Result<bool, StoreError> {
    write_event(transaction, id, record.version(), event, at_ms).await?;
    let mut handoff = OpenHandoff { transaction, id, at_ms };
    match event {
        Event::Asked { .. } | Event::Stopped { .. } | Event::Said { .. } => {
            handoff.touch().await?;
            return Ok(false);
        }
        Event::Replied { turn, reply } | Event::Signposted { turn, reply } => {
            handoff.touch().await?;
            write_reply(handoff.transaction, id, record, (turn, reply), at_ms).await?;
            return Ok(false);
        }
        Event::Rated { turn, helpful, comment } => {
            handoff
                .transaction
                .change(
                    "UPDATE replies SET helpful = $3, comment = $4 WHERE conversation_id = $1 AND turn = $2",
                    values![id, turn, *helpful, comment.as_deref()],
                )
                .await?;
            return Ok(false);
        }
        Event::Noted { .. } | Event::Declined => return Ok(false),
        Event::Requested { reason, service, question } => {
            handoff.request(*reason, service.as_deref(), question.as_deref()).await?;
        }
        Event::Queued => handoff.wait().await?,
        Event::Alerted => handoff.alert().await?,
        Event::Cancelled => handoff.end("user", HandoffEnd::Cancelled).await?,
        Event::CallBackOffered { why, .. } => {
            let outcome = match why {
                CallBackWhy::Closed => HandoffEnd::Closed,
                CallBackWhy::NobodyCame => HandoffEnd::NobodyCame,
            };
            handoff.end("service", outcome).await?;
        }
        // From the offer of a call-back, the wait for a person ended with the offer; from the queue, it ends now.
        Event::CallBackRequested { .. } => handoff.end("user", HandoffEnd::CallBack).await?,
        Event::CallBackDeclined => (),
        Event::Accepted { staff } => handoff.accept(staff).await?,
        Event::HandedOn { to, .. } => handoff.hand_on(to).await?,
        Event::HandedToService { service, .. } => handoff.hand_to_service(service).await?,
        Event::Closed { by, outcome } => handoff.end(name_of(by), of_close(*outcome)).await?,
        Event::ReturnedToAssistant { .. } => handoff.end("staff", HandoffEnd::ReturnedToAssistant).await?,
    }
    Ok(true)
}

async fn write_event(
    transaction: &mut Transaction,
    id: &str,
    n: i64,
    event: &Event,
    at_ms: i64,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(event).map_err(|error| StoreError::damaged("an event", error))?;
    transaction
        .change(
            "INSERT INTO events (conversation_id, n, at_ms, name, body) VALUES ($1, $2, $3, $4, $5)",
            values![id, n, at_ms, event.name(), body],
        )
        .await
        .map(drop)
}

async fn write_reply(
    transaction: &mut Transaction,
    id: &str,
    record: &ConversationRecord,
    (turn, reply): (&str, &NewReply),
    at_ms: i64,
) -> Result<(), StoreError> {
    let asked = record.turns().iter().rev().find(|record| record.turn == *turn);
    let question = asked.map_or("", |record| record.question.as_str());
    let page_id = reply.wire.pointer("/citations/0/page_id").and_then(serde_json::Value::as_str);
    transaction
        .change(
            "INSERT INTO replies (conversation_id, turn, n, at_ms, question, text, folded, outcome, reason, confidence, \
             service, page_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            values![
                id,
                turn,
                record.version(),
                at_ms,
                question,
                &reply.text,
                fold(&format!("{question}\n{}", reply.text)),
                word(&reply.outcome)?,
                some_word(reply.reason.as_ref())?,
                Value::Real(reply.confidence),
                reply.service.as_deref(),
                page_id,
            ],
        )
        .await?;
    if let Some(service) = &reply.service {
        set_service(transaction, id, service).await?;
    }
    Ok(())
}

/// Text as it is looked for.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
}

async fn set_service(transaction: &mut Transaction, id: &str, service: &str) -> Result<(), StoreError> {
    transaction.change("UPDATE conversations SET service = $2 WHERE id = $1", values![id, service]).await.map(drop)
}

/// The one hand-off of a conversation that has not ended, and when something happens to it.
struct OpenHandoff<'a> {
    transaction: &'a mut Transaction,
    id: &'a str,
    at_ms: i64,
}

impl OpenHandoff<'_> {
    /// Somebody said something.
    async fn touch(&mut self) -> Result<(), StoreError> {
        self.change("UPDATE conversations SET last_message_ms = $2 WHERE id = $1", values![self.id, self.at_ms]).await
    }

    async fn request(
        &mut self,
        reason: Reason,
        service: Option<&str>,
        question: Option<&str>,
    ) -> Result<(), StoreError> {
        let values = values![fresh_id(), self.id, word(&reason)?, service, question, self.at_ms];
        self.change(
            "INSERT INTO handoffs (id, conversation_id, state, reason, service, question, requested_ms, waiting_since_ms) \
             VALUES ($1, $2, 'requested', $3, $4, $5, $6, $6)",
            values,
        )
        .await
    }

    async fn wait(&mut self) -> Result<(), StoreError> {
        let values = values![self.id, self.at_ms];
        self.change(
            "UPDATE handoffs SET state = 'waiting', waiting_since_ms = $2 WHERE conversation_id = $1 AND ended_ms IS NULL",
            values,
        )
        .await
    }

    async fn alert(&mut self) -> Result<(), StoreError> {
        let values = values![self.id, self.at_ms];
        self.change("UPDATE handoffs SET alerted_ms = $2 WHERE conversation_id = $1 AND ended_ms IS NULL", values).await
    }

    async fn accept(&mut self, staff: &StaffMember) -> Result<(), StoreError> {
        // The resident's wait ended when the first person came.
        let values = values![self.id, self.at_ms, &staff.id, &staff.name];
        self.change(
            "UPDATE handoffs SET state = 'with_person', accepted_ms = COALESCE(accepted_ms, $2), staff_id = $3, \
             staff_name = $4 WHERE conversation_id = $1 AND ended_ms IS NULL",
            values,
        )
        .await
    }

    async fn hand_on(&mut self, to: &StaffMember) -> Result<(), StoreError> {
        let values = values![self.id, &to.id, &to.name];
        self.change(
            "UPDATE handoffs SET staff_id = $2, staff_name = $3 WHERE conversation_id = $1 AND ended_ms IS NULL",
            values,
        )
        .await
    }

    async fn hand_to_service(&mut self, service: &str) -> Result<(), StoreError> {
        let values = values![self.id, self.at_ms, service];
        self.change(
            "UPDATE handoffs SET state = 'waiting', waiting_since_ms = $2, alerted_ms = NULL, service = $3, \
             staff_id = NULL, staff_name = NULL WHERE conversation_id = $1 AND ended_ms IS NULL",
            values,
        )
        .await?;
        set_service(self.transaction, self.id, service).await
    }

    async fn end(&mut self, by: &'static str, outcome: HandoffEnd) -> Result<(), StoreError> {
        let values = values![self.id, self.at_ms, by, word(&outcome)?];
        self.change(
            "UPDATE handoffs SET state = 'ended', ended_ms = $2, ended_by = $3, outcome = $4 \
             WHERE conversation_id = $1 AND ended_ms IS NULL",
            values,
        )
        .await
    }

    async fn change(&mut self, sql: &'static str, values: Vec<Value>) -> Result<(), StoreError> {
        self.transaction.change(sql, values).await.map(drop)
    }
}

fn name_of(by: &ClosedBy) -> &'static str {
    match by {
        ClosedBy::User => "user",
        ClosedBy::Staff(_) => "staff",
    }
}

fn of_close(outcome: CloseOutcome) -> HandoffEnd {
    match outcome {
        CloseOutcome::Resolved => HandoffEnd::Resolved,
        CloseOutcome::ReferredElsewhere => HandoffEnd::ReferredElsewhere,
        CloseOutcome::FollowUp => HandoffEnd::FollowUp,
        CloseOutcome::NoReply => HandoffEnd::NoReply,
        CloseOutcome::OutOfScope => HandoffEnd::OutOfScope,
    }
}
