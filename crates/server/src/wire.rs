//! The wire types: what travels between the widget and the service.

use assistant::{Reply, Stage};
use corpus::{Contact, Council, Knowledge};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pages;

/// Answer to `POST /api/v1/conversations`.
#[derive(Debug, Serialize)]
pub(crate) struct NewConversation {
    pub(crate) id: Uuid,
    pub(crate) token: String,
}

/// Body of `POST …/turns`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTurn {
    pub(crate) client_turn_id: String,
    pub(crate) text: String,
}

/// Body of `POST …/cancel`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelTurn {
    pub(crate) client_turn_id: String,
}

/// Body of `POST …/feedback`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feedback {
    /// The `turn` of the events.
    pub(crate) turn: Uuid,
    pub(crate) helpful: bool,
    pub(crate) comment: Option<String>,
}

/// Query of `GET …/events`.
#[derive(Debug, Deserialize)]
pub(crate) struct EventsQuery {
    /// With `false` the stream ends after what has happened so far.
    #[serde(default = "yes")]
    pub(crate) follow: bool,
}

fn yes() -> bool {
    true
}

/// The way to a person: answer to `POST …/handoff`.
#[derive(Debug, Serialize)]
pub(crate) struct WayToAPerson {
    pub(crate) contact: ContactDetails,
}

/// How the council is reached; what it does not name is null.
#[derive(Debug, Serialize)]
pub(crate) struct ContactDetails {
    pub(crate) name: String,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) address: Option<String>,
    /// In words; null where the council's rule is too special to be put in words safely.
    pub(crate) opening_hours: Option<String>,
    /// Address of the page that says more.
    pub(crate) page: Option<String>,
}

impl ContactDetails {
    /// The details of a council, or of one of its services.
    pub(crate) fn new(council: &Council, contact: &Contact, knowledge: &Knowledge) -> Self {
        let page = contact.page.as_deref().filter(|id| knowledge.page(id).is_some());
        Self {
            name: council.name.clone(),
            phone: contact.phone.clone(),
            email: contact.email.clone(),
            address: contact.address.clone(),
            opening_hours: council.opening_hours.as_deref().and_then(pages::hours_in_words),
            page: page.map(pages::address),
        }
    }
}

/// Names a turn on both sides; every event of a turn holds it.
#[derive(Debug, Clone)]
pub(crate) struct TurnNames {
    /// Ours; feedback names it.
    pub(crate) turn: Uuid,
    /// The client's.
    pub(crate) client_turn_id: String,
}

impl TurnNames {
    fn with(&self, mut data: Value) -> String {
        data["turn"] = json!(self.turn);
        data["client_turn_id"] = json!(self.client_turn_id);
        data.to_string()
    }

    /// Data of the event `question`.
    pub(crate) fn question(&self, text: &str) -> String {
        self.with(json!({ "text": text }))
    }

    /// Data of the event `status`.
    pub(crate) fn status(&self, stage: StageName) -> String {
        self.with(json!({ "stage": stage }))
    }

    /// Data of the event `sentence`.
    pub(crate) fn sentence(&self, index: usize, text: &str, citations: &[u32]) -> String {
        self.with(json!({ "index": index, "text": text, "citations": citations }))
    }

    /// Data of the event `reply`: the reply as `ask --json` prints it, and in each citation `href`, its place on this
    /// service's own copy of the page, and `quote_text`, the quote without Markdown.
    pub(crate) fn reply(&self, reply: &Reply) -> Result<String, serde_json::Error> {
        let mut data = serde_json::to_value(reply)?;
        if let Some(citations) = data.get_mut("citations").and_then(Value::as_array_mut) {
            for (wire, citation) in citations.iter_mut().zip(reply.citations()) {
                wire["href"] = json!(pages::heading_address(&citation.page_id, &citation.title, &citation.heading));
                wire["quote_text"] = json!(pages::plain_text(&citation.quote));
            }
        }
        Ok(self.with(data))
    }
}

/// Data of the event `error`, of a turn or of the whole conversation.
pub(crate) fn error_event(names: Option<&TurnNames>, ending: Ending) -> String {
    let data = json!({ "code": ending, "detail": ending.detail() });
    names.map_or_else(|| data.to_string(), |names| names.with(data.clone()))
}

/// What the assistant is at.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StageName {
    /// Other residents' turns come first.
    Waiting,
    Searching,
    Reading,
    Writing,
}

impl From<Stage> for StageName {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Searching => Self::Searching,
            Stage::Reading => Self::Reading,
            Stage::Writing => Self::Writing,
        }
    }
}

/// Why a turn ended without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// The resident stopped it.
    Cancelled,
    /// Nobody had listened to it for a while.
    Abandoned,
    /// The service ends.
    ShuttingDown,
    /// The reply could not be sent.
    Internal,
}

impl Ending {
    fn detail(self) -> &'static str {
        match self {
            Self::Cancelled => "You stopped this answer.",
            Self::Abandoned => "The connection was lost before the answer was ready. Ask again.",
            Self::ShuttingDown => "The service is restarting. Ask again in a minute.",
            Self::Internal => "Something went wrong on our side. Ask again, or talk to a person.",
        }
    }
}
