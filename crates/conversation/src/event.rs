//! What happens in a conversation, as it is kept: a list of events, of which everything else about it follows.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Outcome, Reason};

/// A member of staff, as a conversation names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// Their id.
    pub id: String,
    /// The name that residents see.
    pub name: String,
}

/// Who sent a message between people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Speaker {
    /// The resident.
    User,
    /// A member of staff.
    Staff(StaffMember),
}

/// A published page, as a canned reply names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLink {
    /// The page.
    pub page_id: String,
    /// Its title.
    pub title: String,
}

/// Why a turn ended without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnEnding {
    /// The resident stopped it.
    Cancelled,
    /// Nobody had listened to it for a while.
    Abandoned,
    /// The service ended before the reply was ready.
    ShuttingDown,
    /// The reply could not be made or sent.
    Internal,
    /// A person took the conversation over before the reply was ready.
    TakenOver,
}

/// Why a call-back is offered instead of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallBackWhy {
    /// Outside opening hours, or nobody is available.
    Closed,
    /// Somebody was to come and nobody did in time.
    NobodyCame,
}

/// Who closed a conversation with a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum ClosedBy {
    /// The resident left.
    User,
    /// The member of staff ended it.
    Staff(StaffMember),
}

/// How a conversation with a person came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseOutcome {
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
}

/// What a reply brings into a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewReply {
    /// How the reply ended the enquiry's way.
    pub outcome: Outcome,
    /// Why it is not an answer.
    pub reason: Option<Reason>,
    /// Whether a person was offered.
    pub offers_person: bool,
    /// The service of the nearest page, where there is one.
    pub service: Option<String>,
    /// What the resident reads.
    pub text: String,
    /// The probability that the candidate answer is right.
    pub confidence: Option<f64>,
    /// The whole reply in the words of the wire, with its citations and its trace.
    pub wire: Value,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are named for what they are")]
pub enum Event {
    /// The resident asked the assistant, perhaps on a page of the council's website, of which the path is kept.
    Asked {
        turn: String,
        client_turn_id: String,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<String>,
    },
    /// The assistant replied.
    Replied { turn: String, reply: NewReply },
    /// A turn ended without a reply.
    Stopped { turn: String, ending: TurnEnding },
    /// The emergency signpost was shown while a person owns the conversation: a notice of the service.
    Signposted { turn: String, reply: NewReply },
    /// The resident said whether a reply helped.
    Rated { turn: String, helpful: bool, comment: Option<String> },
    /// The resident does not want the person who was offered.
    Declined,
    /// The resident asked for a person.
    Requested { reason: Reason, service: Option<String>, question: Option<String> },
    /// The request waits for a member of staff.
    Queued,
    /// Nobody came and those who should have were told so. The request goes on waiting.
    Alerted,
    /// The resident does not want to wait any more.
    Cancelled,
    /// A call-back is offered instead; `reopens` says when people answer again, as RFC 3339.
    CallBackOffered { why: CallBackWhy, reopens: Option<String> },
    /// The resident left details for a call-back.
    CallBackRequested { reference: String },
    /// The resident does not want to be called back.
    CallBackDeclined,
    /// A member of staff took the conversation.
    Accepted { staff: StaffMember },
    /// A message between people. `client_message_id` is the sender's own name for it: sent twice, it counts once.
    Said { by: Speaker, client_message_id: String, text: String, page: Option<PageLink> },
    /// A note that only staff see.
    Noted { staff: StaffMember, text: String },
    /// The conversation goes to another member of staff.
    HandedOn { from: StaffMember, to: StaffMember },
    /// The conversation goes back to those who wait, for another service's team.
    HandedToService { from: StaffMember, service: String },
    /// The conversation with a person ended.
    Closed { by: ClosedBy, outcome: CloseOutcome },
    /// The member of staff gave the conversation back to the assistant.
    ReturnedToAssistant { staff: StaffMember },
}

impl Event {
    /// The name of the event, as it is kept.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::Replied { .. } => "replied",
            Self::Stopped { .. } => "stopped",
            Self::Signposted { .. } => "signposted",
            Self::Rated { .. } => "rated",
            Self::Declined => "declined",
            Self::Requested { .. } => "requested",
            Self::Queued => "queued",
            Self::Alerted => "alerted",
            Self::Cancelled => "cancelled",
            Self::CallBackOffered { .. } => "call_back_offered",
            Self::CallBackRequested { .. } => "call_back_requested",
            Self::CallBackDeclined => "call_back_declined",
            Self::Accepted { .. } => "accepted",
            Self::Said { .. } => "said",
            Self::Noted { .. } => "noted",
            Self::HandedOn { .. } => "handed_on",
            Self::HandedToService { .. } => "handed_to_service",
            Self::Closed { .. } => "closed",
            Self::ReturnedToAssistant { .. } => "returned_to_assistant",
        }
    }
}

/// An event that is allowed where the conversation stands. Only the states of a conversation make one, and only
/// facts can be added to a conversation: what is not allowed cannot be written down.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Fact(pub(crate) Event);

impl Fact {
    /// What happened.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.0
    }

    /// What happened.
    #[must_use]
    pub fn into_event(self) -> Event {
        self.0
    }
}
