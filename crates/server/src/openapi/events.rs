//! The events of the streams, as the document shows them. Their data are put together where they are told, in `wire.rs` and
//! `wire/told.rs`; tests hold what is told against these shapes.
#![expect(dead_code, reason = "only the shapes are used")]

use utoipa::ToSchema;
use uuid::Uuid;

use super::replies::ReplyData;
use super::words::{CallBackWhyWord, PhaseWord, ReasonWord, TurnEndingWord};
use crate::people::QueuePlace;
use crate::wire::StageName;

/// An event of a turn's stream, which ends after `reply` or `error`.
#[derive(ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub(crate) enum TurnEvent {
    Status(StatusData),
    Sentence(SentenceData),
    Reply(ReplyData),
    Error(ErrorData),
}

/// An event of a conversation's stream.
#[derive(ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub(crate) enum ConversationEvent {
    Question(QuestionData),
    Status(StatusData),
    Sentence(SentenceData),
    Reply(ReplyData),
    Error(ErrorData),
    State(StateData),
    Message(MessageData),
    Feedback(FeedbackData),
    Queue(QueuePlace),
    Typing(TypingData),
    Presence(PresenceData),
}

/// What the resident asked. In the conversation's stream only, for a page that is loaded again.
#[derive(ToSchema)]
pub(crate) struct QuestionData {
    turn: Uuid,
    client_turn_id: String,
    text: String,
}

/// What the assistant is at. Passes.
#[derive(ToSchema)]
pub(crate) struct StatusData {
    turn: Uuid,
    client_turn_id: String,
    stage: StageName,
}

/// A sentence of the reply to come, once it is sure that the reply is an answer. Passes.
#[derive(ToSchema)]
pub(crate) struct SentenceData {
    turn: Uuid,
    client_turn_id: String,
    /// Its place in the reply, from 0.
    index: usize,
    text: String,
    /// Numbers of what the reply cites.
    citations: Vec<u32>,
}

/// A turn ended without a reply. Without the names of a turn, the whole stream ends.
#[derive(ToSchema)]
pub(crate) struct ErrorData {
    #[schema(nullable = false)]
    turn: Option<Uuid>,
    #[schema(nullable = false)]
    client_turn_id: Option<String>,
    code: TurnEndingWord,
    /// In words for the resident.
    detail: String,
}

/// Where the conversation stands from now on, and what belongs to that.
#[derive(ToSchema)]
pub(crate) struct StateData {
    phase: PhaseWord,
    /// When, as RFC 3339.
    #[schema(required)]
    at: Option<String>,
    /// Of `requested`.
    #[schema(nullable = false)]
    reason: Option<ReasonWord>,
    /// Of `with_person`: the name of the member of staff.
    #[schema(nullable = false)]
    staff: Option<String>,
    /// Of `call_back_offered`.
    #[schema(nullable = false)]
    why: Option<CallBackWhyWord>,
    /// Of `call_back_offered`: when people answer again, as RFC 3339; null where it is not known.
    reopens: Option<String>,
    /// Of `with_assistant`: the reference number of a call-back that was arranged.
    #[schema(nullable = false)]
    reference: Option<String>,
    /// Of `with_assistant`: a member of staff gave the conversation back.
    #[schema(nullable = false)]
    returned: Option<bool>,
    /// Of `closed`.
    #[schema(nullable = false)]
    by: Option<Side>,
    /// Of `closed`: someone will come back to the resident.
    #[schema(nullable = false)]
    follow_up: Option<bool>,
}

/// A message between people.
#[derive(ToSchema)]
pub(crate) struct MessageData {
    message_id: i64,
    /// The sender's own name for it.
    client_message_id: String,
    from: Side,
    /// The name of the member of staff; null where the resident wrote.
    #[schema(required)]
    name: Option<String>,
    text: String,
    #[schema(required)]
    page: Option<PageTold>,
    /// When, as RFC 3339.
    #[schema(required)]
    at: Option<String>,
}

/// A page of the council that belongs to a message.
#[derive(ToSchema)]
pub(crate) struct PageTold {
    title: String,
    /// Its address on this service.
    href: String,
}

/// Whether a reply helped, as the resident said; the last word counts.
#[derive(ToSchema)]
pub(crate) struct FeedbackData {
    turn: Uuid,
    helpful: bool,
}

/// The person is writing. Passes.
#[derive(ToSchema)]
pub(crate) struct TypingData {
    from: Side,
    name: String,
}

/// Whether the person has the conversation open. Passes; as long as nothing is told, they have.
#[derive(ToSchema)]
pub(crate) struct PresenceData {
    from: Side,
    name: String,
    here: bool,
}

/// Who: the resident or a member of staff.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    User,
    Staff,
}
