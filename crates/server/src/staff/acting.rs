//! What staff do in a conversation. Each is a move that the conversation's own rules allow where it stands then; what they
//! do not allow comes back as the reason why nothing was done. Who did it is written down together with it.

use conversation::{
    CloseOutcome, ConversationRecord, Fact, Impossible, Owned, PageLink, Phase, StaffMember, TurnEnding,
};

use store::{Effect, Store, StoreError};

use super::permission::{Permission, allows};
use super::session::SignedIn;
use super::{MINUTE_MS, did, now_ms};
use crate::api_error::ApiError;
use crate::conversations::Conversation;

/// Whoever has a conversation and has not been heard of for so long is not there any more. It is long enough to read
/// and write without the console's script, which says every half minute that it runs.
const GONE_MS: i64 = 10 * MINUTE_MS;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Acted {
    /// It was done, or had been done before by the same form.
    Done,
    /// It was taken over from the person of this name, who is not there any more.
    TakenOver(String),
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

/// Whether a member of staff who has a conversation is not there any more: signed out, not heard of for long, or not
/// allowed to talk with residents by now.
pub(crate) async fn is_gone(store: &Store, staff_id: &str) -> Result<bool, StoreError> {
    let Some(staff) = store.staff(staff_id).await? else { return Ok(true) };
    let now_ms = now_ms();
    let heard_of = staff.last_seen_ms.is_some_and(|seen_ms| seen_ms > now_ms - GONE_MS);
    let may_talk = staff.active && allows(staff.role, Permission::Inbox);
    Ok(!(heard_of && may_talk && store.is_signed_in(staff_id, now_ms).await?))
}

/// Takes a conversation that waits, or over from someone who is not there any more. A reply that is being made is
/// stopped in the same addition, so that the assistant does not speak after it.
pub(crate) async fn accept(store: &Store, conversation: &Conversation, who: &SignedIn) -> Result<Acted, ApiError> {
    let staff = who.member();
    let gone = match conversation.phase() {
        Phase::WithPerson(with) => {
            let gone = is_gone(store, &with.staff.id).await.map_err(|error| ApiError::store(&error))?;
            gone.then_some(with.staff)
        }
        Phase::WithAssistant(_)
        | Phase::Offered(_)
        | Phase::Requested(_)
        | Phase::Waiting(_)
        | Phase::CallBackOffered(_)
        | Phase::Closed(_) => None,
    };
    conversation
        .add(|record| {
            let (facts, acted) =
                acceptance(record, &staff, gone.as_ref()).map_err(|error| ApiError::internal(&error))?;
            let (action, from) = match &acted {
                Acted::TakenOver(from) => ("take_over", from.as_str()),
                Acted::Done | Acted::TakenBy(_) | Acted::NotWaiting => ("accept", ""),
            };
            let effects = written_down(&facts, conversation, who, (action, from));
            Ok((facts, effects, acted))
        })
        .await
}

/// Who did it, for the audit; nothing where nothing was done. The action has a name and a detail there.
fn written_down(
    facts: &[Fact],
    conversation: &Conversation,
    who: &SignedIn,
    (action, detail): (&str, &str),
) -> Vec<Effect> {
    if facts.is_empty() {
        return Vec::new();
    }
    vec![Effect::Audit(did(&who.staff, action, &conversation.id().to_string(), detail))]
}

fn acceptance(
    record: &ConversationRecord,
    staff: &StaffMember,
    gone: Option<&StaffMember>,
) -> Result<(Vec<Fact>, Acted), Impossible> {
    let nothing = |acted| Ok((Vec::new(), acted));
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
            Ok((facts, Acted::Done))
        }
        Phase::WithPerson(with) if with.staff.id == staff.id => nothing(Acted::Done),
        Phase::WithPerson(with) if Some(&with.staff) == gone => {
            Ok((vec![with.take_over(staff.clone())], Acted::TakenOver(with.staff.name.clone())))
        }
        Phase::WithPerson(with) => nothing(Acted::TakenBy(with.staff.name.clone())),
        Phase::WithAssistant(_)
        | Phase::Offered(_)
        | Phase::Requested(_)
        | Phase::CallBackOffered(_)
        | Phase::Closed(_) => nothing(Acted::NotWaiting),
    }
}

/// Does something in a conversation that the member of staff has. A message that was sent twice by one form counts once.
/// `named` is the action's name and detail in the audit.
pub(crate) async fn act(
    conversation: &Conversation,
    who: &SignedIn,
    act: &Act,
    named: (&str, &str),
) -> Result<Acted, ApiError> {
    let staff = who.member();
    conversation
        .add(|record| {
            let (facts, acted) = decided(record, &staff, act);
            let effects = written_down(&facts, conversation, who, named);
            Ok((facts, effects, acted))
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
pub(crate) async fn note(conversation: &Conversation, who: &SignedIn, text: &str) -> Result<(), ApiError> {
    conversation
        .add(|record| {
            let facts = vec![record.phase().note(who.member(), text)];
            let effects = written_down(&facts, conversation, who, ("note", ""));
            Ok((facts, effects, ()))
        })
        .await
}
