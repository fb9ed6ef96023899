//! Who owns a conversation, and which moves there are from where it stands.
//!
//! Each state is a type of its own with the moves that it allows as methods. A move gives a [`Fact`]; adding it to the
//! conversation leads to the next state, by [`Phase::after`]. There is no other way to make a fact, so that a move that is
//! not allowed cannot be expressed.

use serde::{Deserialize, Serialize};

use crate::event::{
    CallBackWhy, CloseOutcome, ClosedBy, Event, Fact, NewReply, PageLink, Speaker, StaffMember, TurnEnding,
};
use crate::{Outcome, Reason};

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// The assistant answers.
    WithAssistant(WithAssistant),
    /// The assistant answers and has offered a person.
    Offered(Offered),
    /// A person was asked for; whether one can come is about to be decided.
    Requested(Requested),
    /// The request is in the queue; the assistant still answers.
    Waiting(Waiting),
    /// A person owns the conversation; the assistant is silent.
    WithPerson(WithPerson),
    /// No person can come; a call-back is offered. The assistant still answers.
    CallBackOffered(CallBackOffered),
    /// The conversation with a person has ended. The next question goes to the assistant.
    Closed(Closed),
}

/// See [`Phase::WithAssistant`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithAssistant {}

/// See [`Phase::Offered`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Why a person was offered.
    pub reason: Reason,
    /// The service of the page that was nearest to the question.
    pub service: Option<String>,
    /// The question that led to the offer.
    pub question: Option<String>,
}

/// See [`Phase::Requested`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// Why a person is needed.
    pub reason: Reason,
    /// Whose matter it is.
    pub service: Option<String>,
    /// The question in the resident's words.
    pub question: Option<String>,
    /// When, in milliseconds since 1970: the place in the queue follows from it.
    pub since_ms: i64,
}

/// See [`Phase::Waiting`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// What was asked for.
    pub request: Requested,
    /// Whether staff were alerted that nobody came.
    pub alerted: bool,
}

/// See [`Phase::WithPerson`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithPerson {
    /// What was asked for.
    pub request: Requested,
    /// Who owns the conversation.
    pub staff: StaffMember,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
}

/// See [`Phase::CallBackOffered`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallBackOffered {
    /// What was asked for.
    pub request: Requested,
    /// Why nobody can come.
    pub why: CallBackWhy,
    /// When people answer again, as RFC 3339, where it is known.
    pub reopens: Option<String>,
}

/// See [`Phase::Closed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// How it came out.
    pub outcome: CloseOutcome,
}

/// An event that cannot have happened where the conversation stood: what was kept is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot happen while the conversation is {phase}")]
pub struct Impossible {
    /// The name of the event.
    pub event: String,
    /// The name of the state.
    pub phase: &'static str,
}

/// The conversation is another person's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the conversation is with {owner}")]
pub struct NotTheirs {
    /// The name of the person whose it is.
    pub owner: String,
}

/// The assistant's right to speak. There is none while a person owns the conversation.
#[derive(Debug)]
pub struct Voice(());

impl Voice {
    /// The assistant replies to a turn.
    #[must_use]
    pub fn reply(&self, turn: &str, reply: NewReply) -> Fact {
        Fact(Event::Replied { turn: turn.to_owned(), reply })
    }
}

impl Offered {
    /// The resident does not want a person.
    #[must_use]
    pub fn decline(&self) -> Fact {
        Fact(Event::Declined)
    }
}

impl Requested {
    /// Somebody is available: the request is put into the queue.
    #[must_use]
    pub fn queue(&self) -> Fact {
        Fact(Event::Queued)
    }

    /// Nobody is available: a call-back is offered.
    #[must_use]
    pub fn nobody_available(&self, reopens: Option<String>) -> Fact {
        Fact(Event::CallBackOffered { why: CallBackWhy::Closed, reopens })
    }
}

impl Waiting {
    /// A member of staff takes the conversation.
    #[must_use]
    pub fn accept(&self, staff: StaffMember) -> Fact {
        Fact(Event::Accepted { staff })
    }

    /// The resident does not want to wait any more.
    #[must_use]
    pub fn cancel(&self) -> Fact {
        Fact(Event::Cancelled)
    }

    /// Staff are told that nobody has come; once is enough.
    #[must_use]
    pub fn alert(&self) -> Option<Fact> {
        (!self.alerted).then_some(Fact(Event::Alerted))
    }

    /// Nobody came in time: a call-back is offered.
    #[must_use]
    pub fn nobody_came(&self, reopens: Option<String>) -> Fact {
        Fact(Event::CallBackOffered { why: CallBackWhy::NobodyCame, reopens })
    }

    /// Instead of waiting, the resident leaves details for a call-back.
    #[must_use]
    pub fn arrange_call_back(&self, reference: &str) -> Fact {
        Fact(Event::CallBackRequested { reference: reference.to_owned() })
    }
}

impl CallBackOffered {
    /// The resident leaves details.
    #[must_use]
    pub fn arrange(&self, reference: &str) -> Fact {
        Fact(Event::CallBackRequested { reference: reference.to_owned() })
    }

    /// The resident does not want to be called back.
    #[must_use]
    pub fn decline(&self) -> Fact {
        Fact(Event::CallBackDeclined)
    }
}

impl WithPerson {
    /// The resident writes to the person.
    #[must_use]
    pub fn resident_says(&self, client_message_id: &str, text: &str) -> Fact {
        let client_message_id = client_message_id.to_owned();
        Fact(Event::Said { by: Speaker::User, client_message_id, text: text.to_owned(), page: None })
    }

    /// The resident leaves.
    #[must_use]
    pub fn resident_leaves(&self) -> Fact {
        Fact(Event::Closed { by: ClosedBy::User, outcome: CloseOutcome::NoReply })
    }

    /// A colleague takes the conversation over from a person who is not there any more, which others have to know.
    #[must_use]
    pub fn take_over(&self, by: StaffMember) -> Fact {
        Fact(Event::HandedOn { from: self.staff.clone(), to: by })
    }

    /// The emergency signpost, as a notice of the service.
    #[must_use]
    pub fn signpost(&self, turn: &str, reply: NewReply) -> Option<Fact> {
        (reply.outcome == Outcome::Signpost).then(|| Fact(Event::Signposted { turn: turn.to_owned(), reply }))
    }

    /// The moves of the member of staff whose conversation it is.
    pub fn owned_by<'a>(&'a self, staff: &'a StaffMember) -> Result<Owned<'a>, NotTheirs> {
        if self.is_owned_by(staff) { Ok(Owned { staff }) } else { Err(NotTheirs { owner: self.staff.name.clone() }) }
    }

    fn is_owned_by(&self, staff: &StaffMember) -> bool {
        self.staff.id == staff.id
    }

    fn is_ended_by(&self, by: &ClosedBy) -> bool {
        match by {
            ClosedBy::User => true,
            ClosedBy::Staff(staff) => self.is_owned_by(staff),
        }
    }
}

/// What the member of staff whose conversation it is may do with it.
#[derive(Debug)]
pub struct Owned<'a> {
    staff: &'a StaffMember,
}

impl Owned<'_> {
    /// They write to the resident; `page` is the published page that a canned reply comes from.
    #[must_use]
    pub fn say(&self, client_message_id: &str, text: &str, page: Option<PageLink>) -> Fact {
        let by = Speaker::Staff(self.staff.clone());
        Fact(Event::Said { by, client_message_id: client_message_id.to_owned(), text: text.to_owned(), page })
    }

    /// They hand the conversation to a colleague.
    #[must_use]
    pub fn hand_on(&self, to: StaffMember) -> Fact {
        Fact(Event::HandedOn { from: self.staff.clone(), to })
    }

    /// They put the conversation back into the queue, for another service's team. Its place follows from when it was asked for.
    #[must_use]
    pub fn hand_to_service(&self, service: &str) -> Fact {
        Fact(Event::HandedToService { from: self.staff.clone(), service: service.to_owned() })
    }

    /// They end it.
    #[must_use]
    pub fn close(&self, outcome: CloseOutcome) -> Fact {
        Fact(Event::Closed { by: ClosedBy::Staff(self.staff.clone()), outcome })
    }

    /// They give it back to the assistant.
    #[must_use]
    pub fn return_to_assistant(&self) -> Fact {
        Fact(Event::ReturnedToAssistant { staff: self.staff.clone() })
    }
}

impl Phase {
    /// Where every conversation begins.
    #[must_use]
    pub fn start() -> Self {
        Self::WithAssistant(WithAssistant {})
    }

    /// The assistant's right to speak, unless a person owns the conversation.
    #[must_use]
    pub fn voice(&self) -> Option<Voice> {
        match self {
            Self::WithAssistant(_)
            | Self::Offered(_)
            | Self::Requested(_)
            | Self::Waiting(_)
            | Self::CallBackOffered(_)
            | Self::Closed(_) => Some(Voice(())),
            Self::WithPerson(_) => None,
        }
    }

    /// The resident asks the assistant. None while a person owns the conversation: what the resident writes then is a
    /// message to that person.
    #[must_use]
    pub fn ask(&self, turn: &str, client_turn_id: &str, text: &str) -> Option<Fact> {
        self.ask_on(turn, client_turn_id, text, None)
    }

    /// The same on a page of this path.
    #[must_use]
    pub fn ask_on(&self, turn: &str, client_turn_id: &str, text: &str, page: Option<&str>) -> Option<Fact> {
        let asked = Event::Asked {
            turn: turn.to_owned(),
            client_turn_id: client_turn_id.to_owned(),
            text: text.to_owned(),
            page: page.map(str::to_owned),
        };
        self.voice().map(|_| Fact(asked))
    }

    /// A turn ends without a reply.
    #[must_use]
    pub fn stop(&self, turn: &str, ending: TurnEnding) -> Fact {
        Fact(Event::Stopped { turn: turn.to_owned(), ending })
    }

    /// The resident says whether a reply helped.
    #[must_use]
    pub fn rate(&self, turn: &str, helpful: bool, comment: Option<String>) -> Fact {
        Fact(Event::Rated { turn: turn.to_owned(), helpful, comment })
    }

    /// A member of staff leaves a note for colleagues.
    #[must_use]
    pub fn note(&self, staff: StaffMember, text: &str) -> Fact {
        Fact(Event::Noted { staff, text: text.to_owned() })
    }

    /// The resident asks for a person. None where one is asked for already or there.
    #[must_use]
    pub fn request(&self, question: Option<String>) -> Option<Fact> {
        let (reason, service, question) = match self {
            Self::WithAssistant(_) | Self::Closed(_) => (Reason::AskedForPerson, None, question),
            Self::Offered(offered) => {
                (offered.reason, offered.service.clone(), question.or_else(|| offered.question.clone()))
            }
            // The hours may have changed since.
            Self::CallBackOffered(offered) => (
                offered.request.reason,
                offered.request.service.clone(),
                question.or_else(|| offered.request.question.clone()),
            ),
            Self::Requested(_) | Self::Waiting(_) | Self::WithPerson(_) => return None,
        };
        let reason = match reason {
            // Those say why there was no answer. Whoever wants a person all the same has asked for one.
            Reason::OffTopic | Reason::Instruction | Reason::Abuse | Reason::Unreadable => Reason::AskedForPerson,
            reason @ (Reason::AskedForPerson
            | Reason::LowConfidence
            | Reason::MissingKnowledge
            | Reason::AccountSpecific
            | Reason::Complaint
            | Reason::Safeguarding
            | Reason::UnsupportedLanguage
            | Reason::Overload
            | Reason::Fault
            | Reason::SwitchedOff) => reason,
        };
        Some(Fact(Event::Requested { reason, service, question }))
    }

    /// The name of the state, as it is kept and told.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::WithAssistant(_) => "with_assistant",
            Self::Offered(_) => "offered",
            Self::Requested(_) => "requested",
            Self::Waiting(_) => "waiting",
            Self::WithPerson(_) => "with_person",
            Self::CallBackOffered(_) => "call_back_offered",
            Self::Closed(_) => "closed",
        }
    }

    /// The request that is open, and who has it.
    #[must_use]
    pub fn open_request(&self) -> Option<&Requested> {
        match self {
            Self::Requested(request) => Some(request),
            Self::Waiting(waiting) => Some(&waiting.request),
            Self::WithPerson(with) => Some(&with.request),
            Self::CallBackOffered(offered) => Some(&offered.request),
            Self::WithAssistant(_) | Self::Offered(_) | Self::Closed(_) => None,
        }
    }

    /// The state after an event.
    #[expect(clippy::match_same_arms, reason = "each line is a row of the table of moves")]
    pub fn after(self, event: &Event, at_ms: i64) -> Result<Self, Impossible> {
        let assistant = || Ok(Self::WithAssistant(WithAssistant {}));
        match (event, self) {
            // What changes nothing, wherever the conversation stands.
            (Event::Stopped { .. } | Event::Rated { .. } | Event::Noted { .. }, phase) => Ok(phase),
            // After closing, the next question is the assistant's.
            (Event::Asked { .. }, Self::Closed(_)) => assistant(),
            (
                Event::Asked { .. },
                phase @ (Self::WithAssistant(_)
                | Self::Offered(_)
                | Self::Requested(_)
                | Self::Waiting(_)
                | Self::CallBackOffered(_)),
            ) => Ok(phase),
            (Event::Replied { reply, .. }, Self::WithAssistant(_) | Self::Offered(_) | Self::Closed(_)) => {
                Ok(after_reply(reply))
            }
            // The request stands, whatever is asked and answered meanwhile.
            (Event::Replied { .. }, phase @ (Self::Requested(_) | Self::Waiting(_) | Self::CallBackOffered(_))) => {
                Ok(phase)
            }
            (Event::Signposted { reply, .. }, phase @ Self::WithPerson(_)) if reply.outcome == Outcome::Signpost => {
                Ok(phase)
            }
            (Event::Said { by: Speaker::User, .. }, phase @ Self::WithPerson(_)) => Ok(phase),
            (Event::Said { by: Speaker::Staff(staff), .. }, Self::WithPerson(with)) if with.is_owned_by(staff) => {
                Ok(Self::WithPerson(with))
            }
            (Event::Declined, Self::Offered(_)) => assistant(),
            (
                Event::Requested { reason, service, question },
                Self::WithAssistant(_) | Self::Offered(_) | Self::CallBackOffered(_) | Self::Closed(_),
            ) => Ok(Self::Requested(Requested {
                reason: *reason,
                service: service.clone(),
                question: question.clone(),
                since_ms: at_ms,
            })),
            (Event::Queued, Self::Requested(request)) => Ok(Self::Waiting(Waiting { request, alerted: false })),
            (Event::Alerted, Self::Waiting(waiting)) => Ok(Self::Waiting(Waiting { alerted: true, ..waiting })),
            (Event::Cancelled, Self::Waiting(_)) => assistant(),
            (
                Event::CallBackOffered { why, reopens },
                Self::Requested(request) | Self::Waiting(Waiting { request, .. }),
            ) => Ok(Self::CallBackOffered(CallBackOffered { request, why: *why, reopens: reopens.clone() })),
            (Event::CallBackRequested { .. }, Self::Waiting(_) | Self::CallBackOffered(_)) => assistant(),
            (Event::CallBackDeclined, Self::CallBackOffered(_)) => assistant(),
            (Event::Accepted { staff }, Self::Waiting(Waiting { request, .. })) => {
                Ok(Self::WithPerson(WithPerson { request, staff: staff.clone(), since_ms: at_ms }))
            }
            (Event::HandedOn { from, to }, Self::WithPerson(with)) if with.is_owned_by(from) => {
                Ok(Self::WithPerson(WithPerson { staff: to.clone(), since_ms: at_ms, ..with }))
            }
            (Event::HandedToService { from, service }, Self::WithPerson(with)) if with.is_owned_by(from) => {
                let request = Requested { service: Some(service.clone()), ..with.request };
                Ok(Self::Waiting(Waiting { request, alerted: false }))
            }
            (Event::Closed { by, outcome }, Self::WithPerson(with)) if with.is_ended_by(by) => {
                Ok(Self::Closed(Closed { outcome: *outcome }))
            }
            (Event::ReturnedToAssistant { staff }, Self::WithPerson(with)) if with.is_owned_by(staff) => assistant(),
            // Every other pair: a table of what is allowed is read more easily than one of what is not, and the property
            // tests walk through the moves of every state.
            (event, phase) => Err(Impossible { event: event.name().to_owned(), phase: phase.name() }),
        }
    }
}

fn after_reply(reply: &NewReply) -> Phase {
    match reply.reason {
        Some(reason) if reply.offers_person => {
            Phase::Offered(Offered { reason, service: reply.service.clone(), question: None })
        }
        _ => Phase::WithAssistant(WithAssistant {}),
    }
}
