//! The wire types: what travels between the widget and the service.

mod told;

use assistant::limits::MAX_QUESTION_CHARACTERS;
use assistant::{Reply, Stage};
use conversation::{CallBackWhy, NewReply, Offer, TurnEnding};
use corpus::{Knowledge, SignpostKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Mode, Switches};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::config::{RetentionConfig, SECONDS_A_DAY};
use crate::openapi::ModeWord;
use crate::pages;
use crate::people::QueuePlace;
pub(crate) use told::told;

/// Answer to `GET /api/v1/service`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceTold {
    /// The council's name.
    pub(crate) council: String,
    /// Characters that a question may have.
    pub(crate) longest: usize,
    /// Days after which the details of a closed call-back are erased, and conversations after their last message.
    pub(crate) call_back_days: u64,
    pub(crate) conversations_days: u64,
    /// What staff tell residents.
    #[schema(required)]
    pub(crate) notice: Option<String>,
    #[schema(value_type = ModeWord)]
    pub(crate) mode: Mode,
    /// Questions to start with.
    pub(crate) examples: Vec<String>,
    pub(crate) contact: ContactDetails,
    /// What the council says where somebody is in danger.
    pub(crate) emergency: String,
}

impl ServiceTold {
    /// As things stand.
    pub(crate) fn new(knowledge: &Knowledge, retention: &RetentionConfig, switches: &Switches) -> Self {
        let council = &knowledge.council;
        Self {
            council: council.name.clone(),
            longest: MAX_QUESTION_CHARACTERS,
            call_back_days: retention.call_backs.as_secs() / SECONDS_A_DAY,
            conversations_days: retention.conversations.as_secs() / SECONDS_A_DAY,
            notice: Some(switches.message.trim()).filter(|message| !message.is_empty()).map(str::to_owned),
            mode: switches.mode,
            examples: pages::examples(knowledge),
            contact: ContactDetails::new(None, knowledge),
            emergency: council.signpost(SignpostKind::LifeDanger).to_owned(),
        }
    }
}

/// Answer to `POST /api/v1/conversations`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewConversation {
    pub(crate) id: Uuid,
    pub(crate) token: String,
}

/// Body of `POST …/turns`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTurn {
    pub(crate) client_turn_id: String,
    pub(crate) text: String,
    /// The address of the page that the resident is on: what a first question such as "how much is it?" is about. One
    /// that is none of the council's pages makes no difference to the answer. Of any, staff see the path; its query is not
    /// kept.
    pub(crate) page: Option<String>,
}

/// Body of `POST …/cancel`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelTurn {
    pub(crate) client_turn_id: String,
}

/// Body of `POST …/feedback`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feedback {
    /// The `turn` of the events.
    pub(crate) turn: Uuid,
    pub(crate) helpful: bool,
    pub(crate) comment: Option<String>,
}

/// Query of `GET …/events`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// With `false` the stream ends after what has happened so far.
    #[serde(default = "yes")]
    pub(crate) follow: bool,
}

fn yes() -> bool {
    true
}

/// Answer to `DELETE /api/v1/conversations/{id}`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Receipt {
    pub(crate) receipt: Uuid,
    /// As RFC 3339.
    #[schema(value_type = String)]
    pub(crate) erased_at: Timestamp,
}

/// Answer to `POST …/handoff`: where the conversation stands, and the way to a person.
#[derive(Debug, Serialize)]
pub(crate) struct HandoffTold {
    pub(crate) phase: &'static str,
    #[serde(flatten)]
    pub(crate) queue: Option<QueuePlace>,
    pub(crate) why: Option<CallBackWhy>,
    pub(crate) reopens: Option<String>,
    pub(crate) contact: ContactDetails,
}

/// Body of `POST …/messages`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    pub(crate) client_message_id: String,
    pub(crate) text: String,
}

/// Answer to `POST …/messages`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentMessage {
    /// The number of its event.
    pub(crate) message_id: i64,
}

/// Body of `POST …/call_backs`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCallBackBody {
    pub(crate) name: String,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) question: String,
    pub(crate) preferred_time: Option<String>,
    pub(crate) consent: bool,
}

/// Answer to `POST …/call_backs`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromiseTold {
    pub(crate) reference: String,
    /// As RFC 3339.
    pub(crate) due: String,
}

/// How the council is reached; what it does not name is null.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactDetails {
    pub(crate) name: String,
    #[schema(required)]
    pub(crate) phone: Option<String>,
    #[schema(required)]
    pub(crate) email: Option<String>,
    #[schema(required)]
    pub(crate) address: Option<String>,
    /// In words; null where the council's rule is too special to be put in words safely.
    #[schema(required)]
    pub(crate) opening_hours: Option<String>,
    /// Address of the page that says more.
    #[schema(required)]
    pub(crate) page: Option<String>,
}

impl ContactDetails {
    /// The details of a council, or of one of its services.
    pub(crate) fn new(service: Option<&str>, knowledge: &Knowledge) -> Self {
        let council = &knowledge.council;
        let contact = council.contact_for(service);
        let page = contact.page.as_deref().filter(|id| knowledge.page(id).is_some());
        Self {
            name: council.name.clone(),
            phone: contact.phone,
            email: contact.email,
            address: contact.address,
            opening_hours: council.opening_hours_for(service).and_then(pages::hours_in_words),
            page: page.map(pages::address),
        }
    }
}

/// Names a turn on both sides; every event of a turn holds it: `turn` is ours, which feedback names, and
/// `client_turn_id` the client's.
pub(crate) fn of_turn(turn: &str, client_turn_id: &str, mut data: Value) -> String {
    data["turn"] = json!(turn);
    data["client_turn_id"] = json!(client_turn_id);
    data.to_string()
}

/// Data of the event `status`.
pub(crate) fn status(turn: &str, client_turn_id: &str, stage: StageName) -> String {
    of_turn(turn, client_turn_id, json!({ "stage": stage }))
}

/// Data of the event `sentence`.
pub(crate) fn sentence(turn: &str, client_turn_id: &str, index: usize, text: &str, citations: &[u32]) -> String {
    of_turn(turn, client_turn_id, json!({ "index": index, "text": text, "citations": citations }))
}

/// A reply that cannot be written as JSON.
pub(crate) type NewReplyError = serde_json::Error;

/// A reply as it is kept: as `ask --json` prints it, and in each citation and each page `href`, its place on this service's own
/// copy of the page, and in citations `quote_text`, the quote without Markdown. Where it offers a person, `contact` is how the
/// service that it is about is reached.
pub(crate) fn new_reply(reply: &Reply, about: Option<(String, ContactDetails)>) -> Result<NewReply, NewReplyError> {
    let mut wire = serde_json::to_value(reply)?;
    let offers_person = reply.offers().contains(&Offer::Human);
    let (service, contact) = about.unzip();
    if let Some(contact) = contact.filter(|_| offers_person) {
        wire["contact"] = serde_json::to_value(contact)?;
    }
    if let Some(citations) = wire.get_mut("citations").and_then(Value::as_array_mut) {
        for (told, citation) in citations.iter_mut().zip(reply.citations()) {
            told["href"] = json!(pages::heading_address(&citation.page_id, &citation.title, &citation.heading));
            told["quote_text"] = json!(pages::plain_text(&citation.quote));
        }
    }
    if let Some(links) = wire.get_mut("pages").and_then(Value::as_array_mut) {
        for (told, link) in links.iter_mut().zip(reply.pages()) {
            told["href"] = json!(pages::heading_address(&link.page_id, &link.title, &link.heading));
        }
    }
    Ok(NewReply {
        outcome: reply.outcome(),
        reason: reply.reason(),
        offers_person,
        service,
        text: reply.text().to_owned(),
        confidence: reply.confidence(),
        wire,
    })
}

/// Data of the event `reply`.
pub(crate) fn reply(turn: &str, client_turn_id: &str, reply: &NewReply) -> String {
    of_turn(turn, client_turn_id, reply.wire.clone())
}

/// Data of the event `error`, of a turn, by its two names, or of the whole conversation.
pub(crate) fn error(names: Option<(&str, &str)>, ending: TurnEnding) -> String {
    let data = error_data(ending);
    match names {
        Some((turn, client_turn_id)) => of_turn(turn, client_turn_id, data),
        None => data.to_string(),
    }
}

fn error_data(ending: TurnEnding) -> Value {
    json!({ "code": ending, "detail": detail(ending) })
}

/// Data of the event `queue`.
pub(crate) fn queue(place: usize, estimate_minutes: Option<i64>) -> String {
    json!({ "place": place, "estimate_minutes": estimate_minutes }).to_string()
}

/// Data of the event `presence`.
pub(crate) fn presence(name: &str, here: bool) -> String {
    json!({ "from": "staff", "name": name, "here": here }).to_string()
}

/// Data of the event `typing`.
pub(crate) fn typing(name: &str) -> String {
    json!({ "from": "staff", "name": name }).to_string()
}

/// What the assistant is at.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
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

/// Why a turn ended without a reply, in words for the resident.
fn detail(ending: TurnEnding) -> &'static str {
    match ending {
        TurnEnding::Cancelled => "You stopped this answer.",
        TurnEnding::Abandoned => "The connection was lost before the answer was ready. Ask again.",
        TurnEnding::ShuttingDown => "The service is restarting. Ask again in a minute.",
        TurnEnding::Internal => "Something went wrong on our side. Ask again, or talk to a person.",
        TurnEnding::TakenOver => "A member of staff has joined and will answer instead.",
    }
}
