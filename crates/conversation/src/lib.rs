//! The words of a conversation as plain data, and its rules: who spoke, how a reply ended, what it cites, what it offers;
//! who owns the conversation, and what may happen next.
//!
//! This crate knows nothing else: no models, no pages, no HTTP, no SQL, no clock.

mod event;
mod phase;
mod record;

pub use event::{
    CallBackWhy, CloseOutcome, ClosedBy, Event, Fact, NewReply, PageLink, Speaker, StaffMember, TurnEnding,
};
pub use phase::{
    CallBackOffered, Closed, Impossible, NotTheirs, Offered, Owned, Phase, Requested, Voice, Waiting, WithAssistant,
    WithPerson,
};
pub use record::{ConversationRecord, Progress, Rating, TurnRecord};

use serde::{Deserialize, Serialize};

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The resident.
    User,
    /// Reeve.
    Assistant,
    /// A member of staff.
    Staff,
}

/// One thing said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// How a reply ended the enquiry's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The question was answered from the pages.
    Answer,
    /// The resident is asked which of several readings is meant.
    Clarify,
    /// The resident is shown the way to a person.
    Handoff,
    /// The resident is shown where to get help at once.
    Signpost,
    /// The question is not one for the council, or not one to be answered.
    Decline,
    /// A greeting or thanks was returned.
    Greeting,
}

/// Where a sentence of a reply comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceKind {
    /// It stands on a page as it is.
    Quoted,
    /// The language model wrote it and it passed the check against a page.
    Generated,
    /// It is one of the product's own reviewed texts.
    Fixed,
}

/// What a resident is offered beside the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// To talk to a person.
    Human,
    /// To be called back.
    CallBack,
}

/// Why a reply is not an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The resident asked for a person.
    AskedForPerson,
    /// A candidate answer was found, but it is not certain enough.
    LowConfidence,
    /// The pages hold nothing on the question.
    MissingKnowledge,
    /// Only someone who can see the resident's records can answer.
    AccountSpecific,
    /// The resident complains or disputes a decision.
    Complaint,
    /// Someone may be in danger.
    Safeguarding,
    /// The question is in a language that the pages are not in.
    UnsupportedLanguage,
    /// Too many residents are asking at once.
    Overload,
    /// A part of the service failed.
    Fault,
    /// The council has switched the assistant off.
    SwitchedOff,
    /// The message is not about anything that a council does.
    OffTopic,
    /// The message tells the assistant how to behave instead of asking something.
    Instruction,
    /// The message is abusive.
    Abuse,
    /// The message holds nothing that could be read as a question.
    Unreadable,
}

/// A place on a page that supports sentences of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Its number within the reply, from 1.
    pub n: u32,
    /// The page.
    pub page_id: String,
    /// The page's title.
    pub title: String,
    /// The heading under which the quote stands; the title where it stands under none.
    pub heading: String,
    /// Where the resident can read the page.
    pub url: String,
    /// A verbatim span of the page's source.
    pub quote: String,
    /// Digest of the page as it was cited.
    pub page_digest: String,
}

/// A place on a page to which a resident is pointed where there is no certain answer. It supports nothing that is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestedPage {
    /// The page.
    pub page_id: String,
    /// The page's title.
    pub title: String,
    /// The heading of what was found there; the title where it stands under none.
    pub heading: String,
    /// Where the resident can read the page.
    pub url: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_on_the_wire_are_those_of_the_contract() {
        let name = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        assert_eq!(name(serde_json::to_value(Outcome::Handoff).unwrap()), "handoff");
        assert_eq!(name(serde_json::to_value(Offer::CallBack).unwrap()), "call_back");
        assert_eq!(name(serde_json::to_value(Reason::AskedForPerson).unwrap()), "asked_for_person");
        assert_eq!(name(serde_json::to_value(Role::User).unwrap()), "user");
    }
}
