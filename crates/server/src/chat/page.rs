//! The page of `/chat`: what it tells, and the template that it is put into.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use conversation::Phase;
use minijinja::context;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::Key;
use super::call_back::Typed;
use super::entries::{self, Entry};
use super::words;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::conversations::Conversation;
use crate::extract::Fields;
use crate::routes::people;
use crate::service::Service;
use crate::wire::{Receipt, ServiceTold};

/// Something that is wrong with what was sent.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Problem {
    /// The id of the field; empty where it is about no field.
    field: String,
    text: String,
}

impl Problem {
    pub(super) fn new(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self { field: field.into(), text: text.into() }
    }
}

/// What a page tells besides the conversation.
#[derive(Debug, Default)]
pub(super) struct Told {
    status: StatusCode,
    problems: Vec<Problem>,
    /// What came of the last step.
    notice: Option<String>,
    /// What was typed and not taken.
    draft: String,
    /// The form for a call-back is open, with this in it.
    call_back: Option<Typed>,
    /// It is asked once more whether the conversation is to be deleted.
    asks_to_delete: bool,
    /// A reply that could not be kept.
    lost: Option<Value>,
}

impl Told {
    /// What was sent is refused: the problem stands beside the box for questions and messages.
    pub(super) fn refused(error: &ApiError, text: &str) -> Self {
        if error.is_ours() {
            return Self::failed(error);
        }
        let problem = Problem::new("chat-text", text);
        Self { status: error.status(), problems: vec![problem], ..Self::default() }
    }

    /// Something went wrong on our side, or the page is out of date.
    pub(super) fn failed(error: &ApiError) -> Self {
        let problem = Problem::new("", words::of_fault(error));
        Self { status: error.status(), problems: vec![problem], ..Self::default() }
    }

    pub(super) fn too_large() -> Self {
        let problem = Problem::new("", words::TOO_LARGE);
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, problems: vec![problem], ..Self::default() }
    }

    pub(super) fn lost(lost: Option<Value>) -> Self {
        Self { lost, ..Self::default() }
    }

    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(super) fn with_problems(self, problems: Vec<Problem>) -> Self {
        Self { problems, ..self }
    }

    pub(super) fn with_notice(self, notice: &str) -> Self {
        Self { notice: Some(notice.to_owned()), ..self }
    }

    pub(super) fn with_draft(self, draft: String) -> Self {
        Self { draft, ..self }
    }

    pub(super) fn with_call_back(self, fields: &Fields) -> Self {
        Self { call_back: Some(Typed::of(fields)), ..self }
    }

    pub(super) fn asking_to_delete(self) -> Self {
        Self { asks_to_delete: true, ..self }
    }
}

/// The page of somebody who has not sent anything that was kept. Only here the element stands around the form: it takes
/// over where scripts run, and must not where a conversation is under way without it.
pub(super) fn fresh(service: &Service, told: &Told) -> Result<Response, ApiError> {
    let values = context! { element => told.status == StatusCode::OK, may_ask => true };
    page(service, &Key::issue()?, told, &[], values)
}

/// There is no conversation that the form opens.
pub(super) fn gone(service: &Service) -> Result<Response, ApiError> {
    let problem = vec![Problem::new("", words::GONE)];
    fresh(service, &Told::default().with_status(StatusCode::NOT_FOUND).with_problems(problem))
}

/// The conversation is erased.
pub(super) fn deleted(service: &Service, receipt: &Receipt) -> Result<Response, ApiError> {
    let when = Clock::of(&service.knowledge().council).moment(receipt.erased_at.as_millisecond());
    let values = context! {
        deleted => context! { receipt => receipt.receipt, when, stays => words::CALL_BACK_STAYS },
        may_ask => true,
    };
    page(service, &Key::issue()?, &Told::default(), &[], values)
}

/// The conversation so far with the forms that fit where it stands; without one, what was typed and the way to a person.
pub(super) async fn render(
    service: &Arc<Service>,
    key: &Key,
    conversation: Option<&Arc<Conversation>>,
    told: &Told,
) -> Result<Response, ApiError> {
    let Some(conversation) = conversation else {
        let lost: Vec<Entry> = told.lost.iter().map(entries::lost).collect();
        return page(service, key, told, &lost, context! { may_ask => true, call_back => told.call_back });
    };
    let key = Key { id: key.id.clone(), token: key.token.clone(), is_new: false };
    let (mut entries, standing) = match so_far(service, conversation).await {
        Ok(so_far) => so_far,
        // What was said cannot be read now; the way to a person is on the page all the same.
        Err(error) => {
            let told = Told { lost: told.lost.clone(), draft: told.draft.clone(), ..Told::failed(&error) };
            let lost: Vec<Entry> = told.lost.iter().map(entries::lost).collect();
            return page(service, &key, &told, &lost, context! { may_ask => true });
        }
    };
    entries.extend(told.lost.iter().map(entries::lost));
    let record = conversation.record();
    let person = match record.phase() {
        Phase::WithPerson(with) => Some(with.staff.name.clone()),
        Phase::WithAssistant(_)
        | Phase::Offered(_)
        | Phase::Requested(_)
        | Phase::Waiting(_)
        | Phase::CallBackOffered(_)
        | Phase::Closed(_) => None,
    };
    let call_back = match record.phase() {
        Phase::CallBackOffered(_) => Some(told.call_back.clone().unwrap_or_default()),
        Phase::Requested(_) | Phase::WithPerson(_) => None,
        Phase::WithAssistant(_) | Phase::Offered(_) | Phase::Waiting(_) | Phase::Closed(_) => told.call_back.clone(),
    };
    let running = record.running().filter(|_| told.lost.is_none());
    let values = context! {
        may_ask => person.is_none() && running.is_none(),
        running => running.map(|running| &running.client_turn_id),
        phase => record.phase().name(),
        person,
        standing,
        call_back => call_back.map(|typed| typed.or_question(record.last_question())),
        may_delete => true,
    };
    page(service, &key, told, &entries, values)
}

/// What was said, and where the conversation stands.
async fn so_far(
    service: &Service,
    conversation: &Conversation,
) -> Result<(Vec<Entry>, crate::wire::HandoffTold), ApiError> {
    conversation.catch_up().await?;
    let (store, id) = (service.store(), conversation.id().to_string());
    let events = store.events(&id, 0).await.map_err(|error| ApiError::store(&error))?;
    let call_back = store.call_back_of(&id).await.map_err(|error| ApiError::store(&error))?;
    let council = &service.knowledge().council;
    let entries = entries::entries(&events, call_back.as_ref(), &council.name, &Clock::of(council));
    Ok((entries, people::standing(service, conversation).await?))
}

fn page(
    service: &Service,
    key: &Key,
    told: &Told,
    entries: &[Entry],
    values: minijinja::Value,
) -> Result<Response, ApiError> {
    let knowledge = service.knowledge();
    let about = ServiceTold::new(knowledge, service.people().retention(), &service.people().switches());
    let frame = context! {
        key => context! { id => key.id, token => key.token, is_new => key.is_new },
        // One name for each form, made when the page is: sent twice, a form counts once.
        form_id => Uuid::new_v4().to_string(),
        about,
        entries,
        problems => told.problems,
        notice => told.notice,
        draft => told.draft,
        asks_to_delete => told.asks_to_delete,
    };
    let html = service
        .templates()
        .chat(knowledge, context! { ..frame, ..values })
        .map_err(|error| ApiError::internal(&format!("{error:#}")))?;
    // It holds the conversation and what opens it.
    Ok((told.status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}
