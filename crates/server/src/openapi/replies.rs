//! A reply, and the answer to asking for a person, as the document shows them. They are put together elsewhere, of types of
//! other crates; tests hold what is told against these shapes.
#![expect(dead_code, reason = "only the shapes are used")]

use utoipa::ToSchema;
use uuid::Uuid;

use super::words::{CallBackWhyWord, HandoffPhaseWord, OfferWord, OutcomeWord, ReasonWord, SentenceKindWord};
use crate::wire::ContactDetails;

/// The reply to a turn: the last of its events.
#[derive(ToSchema)]
pub(crate) struct ReplyData {
    turn: Uuid,
    client_turn_id: String,
    outcome: OutcomeWord,
    /// All sentences; list items and steps on lines of their own.
    text: String,
    sentences: Vec<ReplySentence>,
    citations: Vec<Citation>,
    /// The probability that the candidate answer is right; null where there was none.
    #[schema(required)]
    confidence: Option<f64>,
    /// Why it is not an answer; null where it is one.
    #[schema(required)]
    reason: Option<ReasonWord>,
    offers: Vec<OfferWord>,
    /// The readings that a `clarify` offers to choose from.
    #[schema(nullable = false)]
    choices: Option<Vec<String>>,
    /// Where the answer may stand, of a hand-off.
    #[schema(nullable = false)]
    pages: Option<Vec<SuggestedPage>>,
    /// Of a reply that offers a person: how the service that it is about is reached.
    #[schema(nullable = false)]
    contact: Option<Box<ContactDetails>>,
    /// How it came about. What is in it may change with every version.
    #[schema(value_type = Object)]
    trace: (),
}

/// A sentence of a reply.
#[derive(ToSchema)]
pub(crate) struct ReplySentence {
    text: String,
    kind: SentenceKindWord,
    /// Numbers of the citations that support it.
    citations: Vec<u32>,
}

/// A place on a page that supports sentences of a reply.
#[derive(ToSchema)]
pub(crate) struct Citation {
    /// Its number within the reply, from 1.
    n: u32,
    page_id: String,
    title: String,
    /// The heading under which the quote stands; the title where it stands under none.
    heading: String,
    /// Where the resident can read the page.
    url: String,
    /// A verbatim span of the page's source.
    quote: String,
    /// The digest of the page as it was cited.
    page_digest: String,
    /// The place on this service's own copy of the page.
    href: String,
    /// The quote without Markdown.
    quote_text: String,
}

/// A place on a page to which a resident is pointed where there is no certain answer.
#[derive(ToSchema)]
pub(crate) struct SuggestedPage {
    page_id: String,
    title: String,
    /// The heading of what was found there; the title where it stands under none.
    heading: String,
    /// Where the resident can read the page.
    url: String,
    /// The place on this service's own copy of the page.
    href: String,
}

/// Answer to `POST …/handoff`: where the conversation stands then, and how else the council is reached.
#[derive(ToSchema)]
#[schema(as = HandoffTold)]
pub(crate) struct HandoffAnswer {
    phase: HandoffPhaseWord,
    /// Of `waiting`: the place in the queue; 1 is next.
    #[schema(nullable = false)]
    place: Option<usize>,
    /// Of `waiting`: minutes that most of those who waited lately waited at most; null where too few did.
    estimate_minutes: Option<i64>,
    /// Of `call_back_offered`; else null.
    #[schema(required)]
    why: Option<CallBackWhyWord>,
    /// Of `call_back_offered`: when people answer again, as RFC 3339, where it is known; else null.
    #[schema(required)]
    reopens: Option<String>,
    contact: ContactDetails,
}
