//! One conversation: what the resident wants, why the assistant stopped, everything that was said, and what staff do.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use conversation::{Phase, StaffMember};
use minijinja::context;
use serde::{Deserialize, Serialize};
use store::{NumberedEvent, StaffRow};
use uuid::Uuid;

use super::acting::{self, Act, Acted};
use super::canned;
use super::clock::Clock;
use super::permission::{Permission, allows};
use super::personal::pieces;
use super::refusal::{Refusal, see_other};
use super::session::{self, Posted, SignedIn};
use super::templates::{Told, page};
use super::transcript::{Transcript, transcript};
use super::{address, now_ms, words};
use crate::conversations::Conversation;
use crate::pages::service_name;
use crate::people::{HERE_MS, PRESENT_MS};
use crate::service::Service;

/// The longest message or note of staff.
pub(crate) const LONGEST_CHARACTERS: usize = 4000;

/// What the address of a conversation may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shown {
    done: Option<String>,
    /// What is looked for in the pages, for a canned reply.
    find: Option<String>,
}

/// A name to choose, and what is sent for it.
#[derive(Debug, Serialize)]
pub(crate) struct Choice {
    value: String,
    name: String,
}

/// `GET /staff/conversations/{id}`.
pub(crate) async fn show(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Conversations)?;
    let told = Told::done(shown.done.as_deref());
    let find = shown.find.as_deref().unwrap_or_default();
    shows(&service, &who, &id, StatusCode::OK, &told, Typed { find, ..Typed::default() }).await
}

/// What was typed, and is shown again: a reply or a note that could not be kept, and what is looked for in the pages.
#[derive(Default)]
struct Typed<'a> {
    reply: &'a str,
    note: &'a str,
    find: &'a str,
}

/// The page of a conversation.
async fn shows(
    service: &Service,
    who: &SignedIn,
    id: &str,
    status: StatusCode,
    told: &Told<'_>,
    typed: Typed<'_>,
) -> Result<Response, Refusal> {
    let store = service.store();
    let kept = store.conversation(id).await?.ok_or(Refusal::NotFound)?;
    let events = store.events(id, 0).await?;
    let marks = store.marks_of(id).await?;
    let knowledge = service.knowledge();
    let clock = Clock::of(&knowledge.council);
    let Transcript { record, entries, last_reply, last_page } = transcript(&events, &marks, knowledge, &clock)?;
    let request = record.phase().open_request();
    let question = request.and_then(|request| request.question.as_deref()).or(record.last_question());
    let (mine, owner) = match record.phase() {
        Phase::WithPerson(with) => (with.staff.id == who.staff.id, Some(&with.staff)),
        Phase::WithAssistant(_)
        | Phase::Offered(_)
        | Phase::Requested(_)
        | Phase::Waiting(_)
        | Phase::CallBackOffered(_)
        | Phase::Closed(_) => (false, None),
    };
    let gone = match owner {
        Some(owner) if !mine => acting::is_gone(store, &owner.id).await?,
        Some(_) | None => false,
    };
    let call_back = store.call_back_of(id).await?;
    let here = kept.resident_seen_ms.is_some_and(|seen_ms| seen_ms > clock.now_ms() - HERE_MS);
    let service_id = request.and_then(|request| request.service.clone()).or(kept.service);
    let values = context! {
        id,
        last_n => events.last().map_or(0, |event: &NumberedEvent| event.n),
        phase => words::phase(record.phase()),
        began => clock.moment(kept.created_ms),
        question => question.map(pieces),
        entries,
        why => request.map(|request| context! {
            reason => words::reason(request.reason),
            waited => clock.distance(request.since_ms),
            since => clock.moment(request.since_ms),
        }),
        service_name => service_id.as_deref().map(|id| service_name(&knowledge.council, id)),
        team => knowledge.council.team_for(service_id.as_deref()),
        last_reply,
        last_page,
        mine,
        owner => owner.map(|owner| &owner.name),
        gone,
        here,
        waiting => matches!(record.phase(), Phase::Waiting(_)),
        may_accept => who.may(Permission::Inbox),
        may_mark => who.may(Permission::Marks),
        call_back => call_back.map(|row| context! {
            reference => row.details.reference,
            name => row.details.name,
            phone => row.details.phone,
            email => row.details.email,
            preferred_time => row.details.preferred_time,
            consent => row.details.consent,
            closed => row.closed_ms.is_some(),
        }),
        draft => typed.reply,
        note => typed.note,
        find => typed.find,
        message_id => Uuid::new_v4().to_string(),
        found => (mine && !typed.find.trim().is_empty()).then(|| canned::find(knowledge, typed.find)),
        outcomes => words::CLOSE_OUTCOMES.map(|(value, outcome)| choice(value, words::close_outcome(outcome))),
        colleagues => if mine { colleagues(service, who).await? } else { Vec::new() },
        services => if mine { other_services(service, service_id.as_deref()) } else { Vec::new() },
        longest => LONGEST_CHARACTERS,
    };
    page(service, who, status, "/staff/search", told, "staff/conversation.html", values)
}

/// The page where what was sent cannot be done as it is: it says why, and shows what was typed.
async fn unprocessable(
    service: &Service,
    who: &SignedIn,
    id: &str,
    told: &Told<'_>,
    typed: Typed<'_>,
) -> Result<Response, Refusal> {
    shows(service, who, id, StatusCode::UNPROCESSABLE_ENTITY, told, typed).await
}

fn choice(value: &str, name: &str) -> Choice {
    Choice { value: value.to_owned(), name: name.to_owned() }
}

/// Colleagues who are there to take a conversation.
async fn colleagues(service: &Service, who: &SignedIn) -> Result<Vec<Choice>, Refusal> {
    let there = service.store().available_staff(now_ms() - PRESENT_MS).await?;
    let others = there.iter().filter(|staff| staff.id != who.staff.id && allows(staff.role, Permission::Inbox));
    Ok(others.map(|staff| choice(&staff.id, &staff.display_name)).collect())
}

fn other_services(service: &Service, this: Option<&str>) -> Vec<Choice> {
    services(service).into_iter().filter(|other| Some(other.value.as_str()) != this).collect()
}

/// The services that the pages or the council name.
pub(crate) fn services(service: &Service) -> Vec<Choice> {
    let council = &service.knowledge().council;
    service_ids(service).into_iter().map(|id| Choice { name: service_name(council, &id), value: id }).collect()
}

/// All services, by id.
fn service_ids(service: &Service) -> std::collections::BTreeSet<String> {
    let knowledge = service.knowledge();
    let of_pages = knowledge.pages.iter().filter_map(|page| page.service.clone());
    of_pages.chain(knowledge.council.services.keys().cloned()).collect()
}

async fn find(service: &Service, id: &str) -> Result<Arc<Conversation>, Refusal> {
    let id: Uuid = id.parse().map_err(|_| Refusal::NotFound)?;
    service.conversations().find(id).await?.ok_or(Refusal::NotFound)
}

/// `POST …/accept`: takes a conversation that waits, or over from someone who is not there any more.
pub(crate) async fn accept(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    let conversation = find(&service, &id).await?;
    match acting::accept(service.store(), &conversation, &who).await? {
        Acted::Done | Acted::TakenOver(_) => Ok(see_other(&format!("/staff/conversations/{id}?done=accepted"))),
        acted @ (Acted::TakenBy(_) | Acted::NotWaiting) => refused(&service, &who, &id, &acted, "").await,
    }
}

/// What stands in the way: somebody else has it, or nobody waits any more.
async fn refused(service: &Service, who: &SignedIn, id: &str, acted: &Acted, draft: &str) -> Result<Response, Refusal> {
    let why = match acted {
        Acted::TakenBy(name) => format!("{name} has this conversation. Nothing was changed."),
        Acted::NotWaiting | Acted::Done | Acted::TakenOver(_) => {
            "The resident is not waiting for a person any more, or the conversation has ended. Nothing was changed."
                .to_owned()
        }
    };
    shows(
        service,
        who,
        id,
        StatusCode::CONFLICT,
        &Told::problem("conversation", why),
        Typed { reply: draft, ..Typed::default() },
    )
    .await
}

/// `POST …/messages`.
pub(crate) async fn say(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    let text = fields.line("text");
    if let Some(problem) = problem_of(&text, "Write a message first.") {
        let told = Told::problem("reply-text", problem);
        return unprocessable(&service, &who, &id, &told, Typed { reply: &text, ..Typed::default() }).await;
    }
    let act =
        Act::Say { client_message_id: message_id(fields.text("message_id"), &text), text: text.clone(), page: None };
    acts(&service, &who, &id, &act, ("message", "", "sent"), &text).await
}

/// `POST …/canned`: a sentence of a published page, with its page.
pub(crate) async fn say_canned(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    let Some((text, link)) = canned::sentence(service.knowledge(), fields.text("page"), fields.text("sentence")) else {
        let told = Told::problem("find", "That page has changed. Look for the sentence again.");
        let find = fields.line("find");
        return unprocessable(&service, &who, &id, &told, Typed { find: &find, ..Typed::default() }).await;
    };
    let detail = link.page_id.clone();
    let act = Act::Say { client_message_id: message_id(fields.text("message_id"), &text), text, page: Some(link) };
    acts(&service, &who, &id, &act, ("canned_message", &detail, "sent"), "").await
}

/// `POST …/notes`.
pub(crate) async fn note(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Conversations)?;
    let text = fields.line("note");
    if let Some(problem) = problem_of(&text, "Write a note first.") {
        let told = Told::problem("note-text", problem);
        let typed = Typed { note: &text, ..Typed::default() };
        return unprocessable(&service, &who, &id, &told, typed).await;
    }
    acting::note(&*find(&service, &id).await?, &who, &text).await?;
    Ok(see_other(&format!("/staff/conversations/{id}?done=noted")))
}

/// `POST …/transfer`: to a colleague who is there, or to another service's team.
pub(crate) async fn transfer(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    let (colleague, to_service) = (fields.text("colleague"), fields.text("service"));
    if !colleague.is_empty() {
        let there = service.store().available_staff(now_ms() - PRESENT_MS).await?;
        let takes = |staff: &&StaffRow| {
            staff.id == colleague && staff.id != who.staff.id && allows(staff.role, Permission::Inbox)
        };
        let Some(to) = there.iter().find(takes) else {
            let told = Told::problem("colleague", "They are not available any more. Choose someone else.");
            return unprocessable(&service, &who, &id, &told, Typed::default()).await;
        };
        let act = Act::HandOn { to: StaffMember { id: to.id.clone(), name: to.display_name.clone() } };
        return acts(&service, &who, &id, &act, ("hand_on", &to.name, "handed_on"), "").await;
    }
    if service_ids(&service).contains(to_service) {
        let act = Act::HandToService { service: to_service.to_owned() };
        return acts(&service, &who, &id, &act, ("hand_to_service", to_service, "handed_to_service"), "").await;
    }
    let told = Told::problem("colleague", "Choose a colleague or a service.");
    unprocessable(&service, &who, &id, &told, Typed::default()).await
}

/// `POST …/close`.
pub(crate) async fn close(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    let chosen = words::CLOSE_OUTCOMES.iter().find(|(value, _)| *value == fields.text("outcome"));
    let Some((name, outcome)) = chosen else {
        let told = Told::problem("outcome-resolved", "Choose how the conversation came out.");
        return unprocessable(&service, &who, &id, &told, Typed::default()).await;
    };
    acts(&service, &who, &id, &Act::Close { outcome: *outcome }, ("close", name, "closed"), "").await
}

/// `POST …/return`.
pub(crate) async fn return_to_assistant(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    acts(&service, &who, &id, &Act::Return, ("return_to_assistant", "", "returned"), "").await
}

/// Does something and shows the conversation again. The names are those of the action in the audit, its detail there, and
/// what the page then says was done.
async fn acts(
    service: &Service,
    who: &SignedIn,
    id: &str,
    act: &Act,
    (action, detail, done): (&str, &str, &str),
    draft: &str,
) -> Result<Response, Refusal> {
    let conversation = find(service, id).await?;
    match acting::act(&conversation, who, act, (action, detail)).await? {
        Acted::Done => Ok(see_other(&format!("/staff/conversations/{id}{}", address::query(&[("done", done)])))),
        acted => refused(service, who, id, &acted, draft).await,
    }
}

fn problem_of(text: &str, empty: &'static str) -> Option<String> {
    if text.is_empty() {
        return Some(empty.to_owned());
    }
    let count = text.chars().count();
    (count > LONGEST_CHARACTERS).then(|| format!("Write up to {LONGEST_CHARACTERS} characters. This has {count}."))
}

/// The name of a message: the same for the same text of the same form, so that it counts once when it is sent twice, and
/// another for another text of a form that a browser has kept.
fn message_id(of_form: &str, text: &str) -> String {
    let of_form = of_form.parse::<Uuid>().unwrap_or_else(|_| Uuid::new_v4());
    session::digest(&format!("{of_form}\n{text}"))
}
