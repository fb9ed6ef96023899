//! The page of `/chat`: what it tells, and the template that it is put into.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use conversation::Phase;
use minijinja::{Value as Shown, context};
use serde_json::Value;
use uuid::Uuid;

use super::Key;
use super::call_back::Typed;
use super::entries::{self, Entry};
use super::steps::Step;
use super::visit::Visit;
use super::words;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::conversations::Conversation;
use crate::extract::Fields;
use crate::language::Language;
use crate::routes::people;
use crate::service::Service;
use crate::wire::{Receipt, ServiceTold};

/// Something that is wrong with what was sent.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    /// The id of the field; empty where it is about no field.
    field: String,
    /// In English; it is told in the language of the page.
    english: String,
    /// The characters that are allowed, where it is too long.
    longest: usize,
}

impl Problem {
    pub(super) fn new(field: impl Into<String>, english: impl Into<String>, longest: usize) -> Self {
        Self { field: field.into(), english: english.into(), longest }
    }

    fn told(&self, language: Language) -> Shown {
        let (text, is_left) = language.tell(&self.english, &[("longest", &self.longest.to_string())]);
        let in_english = Shown::from_safe_string(if is_left { language.marks_english() } else { "" }.to_owned());
        context! { field => self.field, text, in_english, error => language.say("Error:", &[]) }
    }
}

/// What a page tells besides the conversation.
#[derive(Debug, Default)]
pub(super) struct Told {
    status: StatusCode,
    problems: Vec<Problem>,
    /// What came of the last step.
    notice: Option<&'static str>,
    /// What was typed and not taken.
    draft: String,
    /// The form for a call-back is open, with this in it.
    call_back: Option<Typed>,
    /// It is asked once more whether the conversation is to be deleted.
    asks_to_delete: bool,
    /// A reply that could not be kept.
    lost: Option<Value>,
    /// The conversation holds as much as it can; the page leads to a new one.
    is_full: bool,
}

impl Told {
    /// What was sent is refused: the problem stands beside the box for questions and messages.
    pub(super) fn refused(error: &ApiError, (text, longest): (&str, usize)) -> Self {
        if error.is_ours() {
            return Self::failed(error);
        }
        Self::problem(error, Problem::new("chat-text", text, longest))
    }

    /// Something went wrong on our side, or the page is out of date.
    pub(super) fn failed(error: &ApiError) -> Self {
        let (text, longest) = words::of_fault(error);
        Self::problem(error, Problem::new("", text, longest))
    }

    fn problem(error: &ApiError, problem: Problem) -> Self {
        Self { status: error.status(), problems: vec![problem], is_full: error.is_full(), ..Self::default() }
    }

    /// With what was typed, which is shown again.
    pub(super) fn keeping(self, step: Step, fields: &Fields) -> Self {
        let told = self.with_draft(fields.line("text"));
        if step == Step::CallBack { told.with_call_back(fields) } else { told }
    }

    pub(super) fn too_large() -> Self {
        let problem = Problem::new("", words::TOO_LARGE, 0);
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

    pub(super) fn with_notice(self, notice: &'static str) -> Self {
        Self { notice: Some(notice), ..self }
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
pub(super) fn fresh(service: &Service, visit: Visit, told: &Told) -> Result<Response, ApiError> {
    let values = context! { element => told.status == StatusCode::OK, may_ask => true };
    page(service, &Key::issue(visit)?, told, &[], values)
}

/// There is no conversation that the form opens.
pub(super) fn gone(service: &Service, visit: Visit, draft: String) -> Result<Response, ApiError> {
    let problem = vec![Problem::new("", words::GONE, 0)];
    let told = Told::default().with_status(StatusCode::NOT_FOUND).with_problems(problem).with_draft(draft);
    fresh(service, visit, &told)
}

/// The conversation is erased.
pub(super) fn deleted(service: &Service, visit: Visit, receipt: &Receipt) -> Result<Response, ApiError> {
    let clock = Clock::of(&service.knowledge().council);
    let when = clock.moment_in(visit.language, receipt.erased_at.as_millisecond());
    let values = context! { deleted => context! { receipt => receipt.receipt, when }, may_ask => true };
    page(service, &Key::issue(visit)?, &Told::default(), &[], values)
}

/// The conversation so far with the forms that fit where it stands; without one, what was typed and the way to a person.
pub(super) async fn render(
    service: &Arc<Service>,
    key: &Key,
    conversation: Option<&Arc<Conversation>>,
    told: &Told,
) -> Result<Response, ApiError> {
    let Some(conversation) = conversation else {
        let lost: Vec<Entry> = told.lost.iter().map(|wire| entries::lost(wire, service.knowledge())).collect();
        return page(service, key, told, &lost, context! { may_ask => true, call_back => told.call_back });
    };
    let key = Key { id: key.id.clone(), token: key.token.clone(), is_new: false, visit: key.visit.clone() };
    let (mut entries, standing) = match so_far(service, conversation, key.visit.language).await {
        Ok(so_far) => so_far,
        // What was said cannot be read now; the way to a person is on the page all the same.
        Err(error) => {
            let failed = Told { draft: told.draft.clone(), ..Told::failed(&error) };
            let lost: Vec<Entry> = told.lost.iter().map(|wire| entries::lost(wire, service.knowledge())).collect();
            return page(service, &key, &failed, &lost, context! { may_ask => true, call_back => told.call_back });
        }
    };
    entries.extend(told.lost.iter().map(|wire| entries::lost(wire, service.knowledge())));
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
        // What was typed and not taken stays in its box, also while another question is being answered.
        may_ask => person.is_none() && (running.is_none() || !told.draft.is_empty()),
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
    language: Language,
) -> Result<(Vec<Entry>, crate::wire::HandoffTold), ApiError> {
    let entries = said(service, conversation, language).await?;
    Ok((entries, people::standing(service, conversation).await?))
}

/// What was said.
pub(super) async fn said(
    service: &Service,
    conversation: &Conversation,
    language: Language,
) -> Result<Vec<Entry>, ApiError> {
    conversation.catch_up().await?;
    let (store, id) = (service.store(), conversation.id().to_string());
    let events = store.events(&id, 0).await.map_err(|error| ApiError::store(&error))?;
    let call_back = store.call_back_of(&id).await.map_err(|error| ApiError::store(&error))?;
    let knowledge = service.knowledge();
    let speaker = entries::Speech { language, knowledge, clock: Clock::of(&knowledge.council) };
    Ok(entries::entries(&events, call_back.as_ref(), &speaker))
}

fn page(service: &Service, key: &Key, told: &Told, entries: &[Entry], values: Shown) -> Result<Response, ApiError> {
    let knowledge = service.knowledge();
    let about = ServiceTold::new(knowledge, service.people().retention(), &service.people().switches());
    let (visit, language) = (&key.visit, key.visit.language);
    let frame = context! {
        lang => language.code(),
        words => language.code(),
        in_english => Shown::from_safe_string(language.marks_english().to_owned()),
        other_language => visit.other_language(key),
        key => visit.key(key),
        // One name for each form, made when the page is: sent twice, a form counts once.
        form_id => Uuid::new_v4().to_string(),
        about,
        entries,
        problems => told.problems.iter().map(|problem| problem.told(language)).collect::<Vec<Shown>>(),
        notice => told.notice.map(|notice| language.say(notice, &[])),
        draft => told.draft,
        asks_to_delete => told.asks_to_delete,
        is_full => told.is_full,
    };
    let html = service
        .templates()
        .chat(knowledge, context! { ..frame, ..values })
        .map_err(|error| ApiError::internal(&format!("{error:#}")))?;
    // It holds the conversation and what opens it.
    Ok((told.status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}
