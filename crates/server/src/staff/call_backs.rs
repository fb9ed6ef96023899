//! Call-backs: who is to be called until when, and what came of it.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use super::clock::Clock;
use super::conversation::services;
use super::inbox::CallBackLine;
use super::permission::Permission;
use super::personal::pieces;
use super::refusal::{Refusal, see_other};
use super::session::{Posted, SignedIn};
use super::templates::{Told, page};
use super::{audit, now_ms};
use crate::service::Service;

/// The longest result.
const LONGEST_CHARACTERS: usize = 2000;

/// What the address of the list may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shown {
    service: Option<String>,
    /// `yes` for those that are closed as well.
    all: Option<String>,
    done: Option<String>,
}

/// `GET /staff/call-backs`.
pub(crate) async fn list(
    State(service): State<Arc<Service>>,
    Query(shown): Query<Shown>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    let council = &service.knowledge().council;
    let clock = Clock::of(council);
    let of = shown.service.as_deref().filter(|of| !of.is_empty());
    let all = shown.all.as_deref() == Some("yes");
    let rows = service.store().call_backs(!all, of).await?;
    let values = context! {
        service => of,
        services => services(&service),
        all,
        rows => rows.iter().map(|row| CallBackLine::of(row, council, &clock)).collect::<Vec<_>>(),
    };
    let told = Told::done(shown.done.as_deref());
    page(&service, &who, StatusCode::OK, "/staff/call-backs", &told, "staff/call_backs.html", values)
}

/// `GET /staff/call-backs/{reference}`.
pub(crate) async fn show(
    State(service): State<Arc<Service>>,
    Path(reference): Path<String>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    shows(&service, &who, &reference, StatusCode::OK, &Told::default(), "").await
}

async fn shows(
    service: &Service,
    who: &SignedIn,
    reference: &str,
    status: StatusCode,
    told: &Told<'_>,
    result: &str,
) -> Result<Response, Refusal> {
    let store = service.store();
    let row = store.call_back(reference).await?.ok_or(Refusal::NotFound)?;
    let council = &service.knowledge().council;
    let clock = Clock::of(council);
    let conversation = match &row.conversation_id {
        Some(id) => store.conversation(id).await?.map(|_| id.clone()),
        None => None,
    };
    let closed_by = match &row.closed_by {
        Some(id) => store.staff(id).await?.map(|staff| staff.display_name),
        None => None,
    };
    let values = context! {
        line => CallBackLine::of(&row, council, &clock),
        created => clock.moment(row.created_ms),
        phone => row.details.phone,
        email => row.details.email,
        question => pieces(&row.details.question),
        consent => row.details.consent,
        team => council.team_for(row.details.service.as_deref()),
        conversation,
        closed_by,
        result => row.result,
        draft => result,
    };
    page(service, who, status, "/staff/call-backs", told, "staff/call_back.html", values)
}

/// `POST /staff/call-backs/{reference}`.
pub(crate) async fn close(
    State(service): State<Arc<Service>>,
    Path(reference): Path<String>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Inbox)?;
    let result = fields.line("result");
    let problem = if result.is_empty() {
        Some("Say what came of it.")
    } else if result.chars().count() > LONGEST_CHARACTERS {
        Some("Write up to 2000 characters.")
    } else {
        None
    };
    if let Some(problem) = problem {
        let told = Told::problem("result", problem);
        return shows(&service, &who, &reference, StatusCode::UNPROCESSABLE_ENTITY, &told, &result).await;
    }
    if !service.store().close_call_back(&reference, &who.staff.id, &result, now_ms()).await? {
        let told = Told::problem("result", "Somebody has closed this call-back already. Nothing was changed.");
        return shows(&service, &who, &reference, StatusCode::CONFLICT, &told, "").await;
    }
    audit(&service, &who.staff, "close_call_back", &reference, "").await?;
    Ok(see_other("/staff/call-backs?done=call_back_closed"))
}
