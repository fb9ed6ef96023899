//! The way of an enquiry: history and question in, events and a reply out.
//!
//! triage → contextualise → retrieve → compose → check → judge → reply. Only this crate can make a [`CheckedSentence`],
//! and a [`Reply`] is made of nothing else and of fixed, reviewed texts. It knows neither HTTP nor SQL.

mod assistant;
mod check;
mod contact;
mod context;
mod course;
mod draft;
mod facts;
mod judge;
pub mod limits;
mod parts;
mod polar;
mod proof;
mod quote;
mod record;
mod replay;
mod reply;
mod run;
mod same;
#[cfg(feature = "testing")]
pub mod testing;
mod texts;
mod triage;

pub use assistant::{Assistant, AssistantParts, Clock, Compose, Enquiry, Event, Options, Path, QuoteOnlyReason, Stage};
pub use check::{CheckedSentence, Checker, ReadPassage, Refusal};
pub use draft::{MOST_TOKENS as MOST_DRAFT_TOKENS, prompts, request as draft_request};
pub use facts::{Fact, facts};
pub use judge::{CurvePoint, Judge, Judges, SIGNALS_VERSION, VERIFIED};
pub use proof::unproven_facts;
pub use record::{Record, RecordError, Told, ToldTrace};
pub use replay::{Difference, Replay};
pub use reply::{
    Candidate, RankedPassage, ReadSentence, Reply, ReplySentence, Trace, VerifiedQuote, WrittenSentence,
    is_whole_sentence,
};
pub use retrieval::{Filled, KeptStates, RetrievalError};
pub use same::Sameness;
pub use triage::{DangerClassifier, PersonalData, UnknownClass, personal_data, redact};
