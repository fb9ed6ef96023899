//! The inbox: who waits, who is mine, who is to be called back, and whether I am there.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use corpus::Council;
use minijinja::context;
use serde::{Deserialize, Serialize};
use store::{CallBackRow, HandoffRow, Mode};

use super::clock::Clock;
use super::conversation::services;
use super::permission::Permission;
use super::personal::{Piece, pieces};
use super::refusal::{Refusal, see_other};
use super::session::{Posted, SignedIn};
use super::templates::{Told, page};
use super::transcript::percent;
use super::{audit, now_ms, words};
use crate::pages::service_name;
use crate::service::Service;

/// How many call-backs the inbox shows; there is a page for all of them.
const CALL_BACKS_SHOWN: usize = 5;

/// What the address of the inbox may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shown {
    service: Option<String>,
    done: Option<String>,
}

/// A resident who waits, or whom I talk with.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    reason: &'static str,
    service: Option<String>,
    team: String,
    question: Vec<Piece>,
    since: String,
    waited: String,
    alerted: bool,
    confidence: Option<String>,
    staff: Option<String>,
}

/// A call-back in a list.
#[derive(Debug, Serialize)]
pub(crate) struct CallBackLine {
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) service: Option<String>,
    pub(crate) due: String,
    pub(crate) left: String,
    pub(crate) overdue: bool,
    pub(crate) closed: Option<String>,
    pub(crate) preferred_time: Option<String>,
}

impl CallBackLine {
    pub(crate) fn of(row: &CallBackRow, council: &Council, clock: &Clock) -> Self {
        Self {
            reference: row.details.reference.clone(),
            name: row.details.name.clone(),
            service: row.details.service.as_deref().map(|id| service_name(council, id)),
            due: clock.moment(row.details.due_ms),
            left: clock.distance(row.details.due_ms),
            overdue: row.closed_ms.is_none() && row.details.due_ms < clock.now_ms(),
            closed: row.closed_ms.map(|at_ms| clock.moment(at_ms)),
            preferred_time: row.details.preferred_time.clone(),
        }
    }
}

/// `GET /staff`. Who does not talk with residents begins at the conversations.
pub(crate) async fn show(
    State(service): State<Arc<Service>>,
    Query(shown): Query<Shown>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    if !who.may(Permission::Inbox) {
        return Ok(see_other("/staff/search"));
    }
    let store = service.store();
    let council = &service.knowledge().council;
    let clock = Clock::of(council);
    let of = shown.service.as_deref().filter(|of| !of.is_empty());
    let is_of = |row: &HandoffRow| of.is_none_or(|of| row.service.as_deref() == Some(of));
    let all_waiting = store.waiting().await?;
    let waiting_in_all = all_waiting.len();
    let waiting = rows(&service, &clock, all_waiting.into_iter().filter(is_of));
    let mine = rows(&service, &clock, store.of_staff(&who.staff.id).await?.into_iter());
    let others = store.with_people().await?.into_iter().filter(|row| row.staff_id.as_ref() != Some(&who.staff.id));
    let others = rows(&service, &clock, others.filter(is_of));
    let call_backs = store.call_backs(true, of).await?;
    let switches = store.switches().await?;
    let values = context! {
        service => of,
        services => services(&service),
        waiting,
        waiting_in_all,
        mine,
        others,
        call_backs_in_all => call_backs.len(),
        overdue_in_all => call_backs.iter().filter(|row| row.details.due_ms < clock.now_ms()).count(),
        call_backs => call_backs.iter().take(CALL_BACKS_SHOWN)
            .map(|row| CallBackLine::of(row, council, &clock)).collect::<Vec<_>>(),
        switched => (switches.mode != Mode::On).then(|| words::mode(switches.mode)),
    };
    let told = Told::done(shown.done.as_deref());
    page(&service, &who, StatusCode::OK, "/staff", &told, "staff/inbox.html", values)
}

fn rows(service: &Service, clock: &Clock, handoffs: impl Iterator<Item = HandoffRow>) -> Vec<Row> {
    let council = &service.knowledge().council;
    let row = |handoff: HandoffRow| Row {
        reason: words::reason(handoff.reason),
        team: council.team_for(handoff.service.as_deref()).to_owned(),
        service: handoff.service.as_deref().map(|id| service_name(council, id)),
        question: pieces(handoff.question.as_deref().unwrap_or_default()),
        since: clock.moment(handoff.requested_ms),
        waited: clock.distance(handoff.requested_ms),
        alerted: handoff.alerted_ms.is_some(),
        confidence: handoff.confidence.map(percent),
        staff: handoff.staff_name,
        id: handoff.conversation_id,
    };
    handoffs.map(row).collect()
}

/// `POST /staff/availability`.
pub(crate) async fn set_availability(
    State(service): State<Arc<Service>>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    let available = fields.text("available") == "yes";
    service.store().set_available(&who.staff.id, available, now_ms()).await?;
    let name = if available { "available" } else { "away" };
    audit(&service, &who.staff, name, &who.staff.id, "").await?;
    Ok(see_other(&format!("/staff?done={name}")))
}
