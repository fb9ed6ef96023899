//! Words that come from other crates, as they are on the wire: each is asked how it writes itself, and one that is missing
//! here does not compile.

use std::borrow::Cow;

use conversation::{CallBackWhy, Offer, Outcome, Phase, Reason, SentenceKind, TurnEnding};
use serde::Serialize;
use store::Mode;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

fn one_of(description: &str, words: &[impl Serialize]) -> RefOr<Schema> {
    let words: Vec<_> = words.iter().filter_map(|word| serde_json::to_value(word).ok()).collect();
    ObjectBuilder::new().schema_type(Type::String).description(Some(description.trim())).enum_values(Some(words)).into()
}

macro_rules! words {
    ($(#[doc = $doc:literal] $name:ident = $source:ident $($word:ident)|+;)*) => {$(
        #[doc = $doc]
        pub(crate) struct $name;

        const _: fn($source) = |word| match word { $($source::$word)|+ => () };

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of($doc, &[$($source::$word),+])
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($source).into()
            }
        }
    )*};
}

words! {
    /// How a reply ended the enquiry's way.
    OutcomeWord = Outcome Answer | Clarify | Handoff | Signpost | Decline | Greeting;
    /// Where a sentence of a reply comes from.
    SentenceKindWord = SentenceKind Quoted | Generated | Fixed;
    /// What a resident is offered beside a reply.
    OfferWord = Offer Human | CallBack;
    /// Why a reply is not an answer, or why a person is asked for.
    ReasonWord = Reason AskedForPerson | LowConfidence | MissingKnowledge | AccountSpecific | Complaint | Safeguarding
        | UnsupportedLanguage | Overload | Fault | SwitchedOff | OffTopic | Instruction | Abuse | Unreadable;
    /// Why a turn, or the whole stream, ended without a reply.
    TurnEndingWord = TurnEnding Cancelled | Abandoned | ShuttingDown | Internal | TakenOver;
    /// What the assistant may do.
    ModeWord = Mode On | QuotesOnly | Off;
    /// Why a call-back is offered instead of a chat.
    CallBackWhyWord = CallBackWhy Closed | NobodyCame;
}

/// The names of the states.
const PHASES: [&str; 7] =
    ["with_assistant", "offered", "requested", "waiting", "with_person", "call_back_offered", "closed"];

// With a new state this does not compile, so that its name is added above.
const _: fn(Phase) = |phase| match phase {
    Phase::WithAssistant(_)
    | Phase::Offered(_)
    | Phase::Requested(_)
    | Phase::Waiting(_)
    | Phase::WithPerson(_)
    | Phase::CallBackOffered(_)
    | Phase::Closed(_) => (),
};

/// Where a conversation stands.
pub(crate) struct PhaseWord;

impl PartialSchema for PhaseWord {
    fn schema() -> RefOr<Schema> {
        one_of("Where a conversation stands.", &PHASES)
    }
}

impl ToSchema for PhaseWord {
    fn name() -> Cow<'static, str> {
        "Phase".into()
    }
}

/// What asking for a person comes to.
pub(crate) struct HandoffPhaseWord;

impl PartialSchema for HandoffPhaseWord {
    fn schema() -> RefOr<Schema> {
        let words: Vec<&str> = PHASES.into_iter().chain(["unavailable"]).collect();
        one_of("Where a conversation stands, or `unavailable` where the wish for a person could not be kept.", &words)
    }
}

impl ToSchema for HandoffPhaseWord {
    fn name() -> Cow<'static, str> {
        "HandoffPhase".into()
    }
}
