//! What staff do in a conversation. Each is a move that the conversation's own rules allow where it stands then; what they
//! do not allow comes back as the reason why nothing was done.

use conversation::{
    CloseOutcome, ConversationRecord, Fact, Impossible, Owned, PageLink, Phase, StaffMember, TurnEnding,
};

use super::now_ms;
use crate::api_error::ApiError;
use crate::conversations::Conversation;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Acted {
    /// It was done, or had been done before by the same form.
    Done,
    /// Somebody else has the conversation: this is their name.
    TakenBy(String),
    /// Nobody waits for a person in it any more.
    NotWaiting,
}

/// What the person who has the conversation does.
pub(crate) enum Act {
    /// Writes to the resident.
    Say { client_message_id: String, text: String, page: Option<PageLink> },
    /// Hands it to a colleague.
    HandOn { to: StaffMember },
    /// Puts it back into the queue, for another service's team.
    HandToService { service: String },
    /// Ends it.
    Close { outcome: CloseOutcome },
    /// Gives it back to the assistant.
    Return,
}

impl Act {
    fn fact(&self, owned: &Owned<'_>) -> Fact {
        match self {
            Self::Say { client_message_id, text, page } => owned.say(client_message_id, text, page.clone()),
            Self::HandOn { to } => owned.hand_on(to.clone()),
            Self::HandToService { service } => owned.hand_to_service(service),
            Self::Close { outcome } => owned.close(*outcome),
            Self::Return => owned.return_to_assistant(),
        }
    }
}

/// Takes a conversation that waits. A reply that is being made is stopped in the same addition, so that the assistant
/// does not speak after it.
pub(crate) async fn accept(conversation: &Conversation, staff: &StaffMember) -> Result<Acted, ApiError> {
    conversation.add(|record| acceptance(record, staff).map_err(|error| ApiError::internal(&error))).await
}

fn acceptance(
    record: &ConversationRecord,
    staff: &StaffMember,
) -> Result<(Vec<Fact>, Vec<store::Effect>, Acted), Impossible> {
    let nothing = |acted| Ok((Vec::new(), Vec::new(), acted));
    let mut facts = Vec::new();
    let mut next = record.clone();
    if let (Phase::Waiting(_), Some(running)) = (record.phase(), record.running()) {
        let stop = record.phase().stop(&running.turn, TurnEnding::TakenOver);
        next = next.with(&stop, now_ms())?;
        facts.push(stop);
    }
    match next.phase() {
        Phase::Waiting(waiting) => {
            facts.push(waiting.accept(staff.clone()));
            Ok((facts, Vec::new(), Acted::Done))
        }
        Phase::WithPerson(with) if with.staff.id == staff.id => nothing(Acted::Done),
        Phase::WithPerson(with) => nothing(Acted::TakenBy(with.staff.name.clone())),
        Phase::WithAssistant(_)
        | Phase::Offered(_)
        | Phase::Requested(_)
        | Phase::CallBackOffered(_)
        | Phase::Closed(_) => nothing(Acted::NotWaiting),
    }
}

/// Does something in a conversation that the member of staff has. A message that was sent twice by one form counts once.
pub(crate) async fn act(conversation: &Conversation, staff: &StaffMember, act: &Act) -> Result<Acted, ApiError> {
    conversation
        .add(|record| {
            let (facts, acted) = decided(record, staff, act);
            Ok((facts, Vec::new(), acted))
        })
        .await
}

fn decided(record: &ConversationRecord, staff: &StaffMember, act: &Act) -> (Vec<Fact>, Acted) {
    if let Act::Say { client_message_id, .. } = act
        && record.message(client_message_id).is_some()
    {
        return (Vec::new(), Acted::Done);
    }
    match record.phase() {
        Phase::WithPerson(with) => match with.owned_by(staff) {
            Ok(owned) => (vec![act.fact(&owned)], Acted::Done),
            Err(other) => (Vec::new(), Acted::TakenBy(other.owner)),
        },
        Phase::WithAssistant(_)
        | Phase::Offered(_)
        | Phase::Requested(_)
        | Phase::Waiting(_)
        | Phase::CallBackOffered(_)
        | Phase::Closed(_) => (Vec::new(), Acted::NotWaiting),
    }
}

/// Leaves a note, wherever the conversation stands.
pub(crate) async fn note(conversation: &Conversation, staff: &StaffMember, text: &str) -> Result<(), ApiError> {
    conversation.add(|record| Ok((vec![record.phase().note(staff.clone(), text)], Vec::new(), ()))).await
}
