//! Members of staff and what they did, for administrators. New ones are added at the command line, with `reeve staff add`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use super::clock::Clock;
use super::permission::{Permission, allows};
use super::refusal::{Refusal, see_other};
use super::session::{Posted, SignedIn};
use super::templates::{Told, page};
use super::{did, now_ms, words};
use crate::people::PRESENT_MS;
use crate::service::Service;

/// Lines of the audit on a page.
const PAGE_LENGTH: i64 = 50;
/// The last page that can be asked for.
const LAST_PAGE: i64 = 100_000;

/// What the addresses may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shown {
    done: Option<String>,
    n: Option<String>,
}

/// `GET /staff/people`.
pub(crate) async fn list(
    State(service): State<Arc<Service>>,
    Query(shown): Query<Shown>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::StaffList)?;
    shows(&service, &who, StatusCode::OK, &Told::done(shown.done.as_deref())).await
}

async fn shows(service: &Service, who: &SignedIn, status: StatusCode, told: &Told<'_>) -> Result<Response, Refusal> {
    let clock = Clock::of(&service.knowledge().council);
    let staff = service.store().list_staff().await?;
    let rows = staff.iter().map(|staff| {
        let seen = |after_ms: i64| staff.last_seen_ms.is_some_and(|seen_ms| seen_ms > after_ms);
        context! {
            id => staff.id,
            name => staff.name,
            display_name => staff.display_name,
            role => words::ROLES.iter().find(|(_, role)| *role == staff.role).map(|(value, _)| value),
            role_name => words::role(staff.role),
            active => staff.active,
            available => staff.available && seen(clock.now_ms() - PRESENT_MS),
            seen => staff.last_seen_ms.map(|seen_ms| clock.moment(seen_ms)),
            locked => staff.locked_until_ms > clock.now_ms(),
            themselves => staff.id == who.staff.id,
        }
    });
    let values = context! {
        rows => rows.collect::<Vec<_>>(),
        roles => words::ROLES.map(|(value, role)| context! { value, name => words::role(role) }),
    };
    page(service, who, status, "/staff/people", told, "staff/people.html", values)
}

/// Nobody changes what they themselves may do: so there is always an administrator.
async fn themselves(service: &Service, who: &SignedIn) -> Result<Response, Refusal> {
    let told = Told::problem("people", "You cannot change your own role or sign-in. Ask another administrator.");
    shows(service, who, StatusCode::CONFLICT, &told).await
}

/// `POST /staff/people/{id}/role`.
pub(crate) async fn set_role(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::StaffList)?;
    if id == who.staff.id {
        return themselves(&service, &who).await;
    }
    let Some((name, role)) = words::ROLES.iter().find(|(name, _)| *name == fields.text("role")) else {
        return shows(&service, &who, StatusCode::UNPROCESSABLE_ENTITY, &Told::problem("people", "Choose a role."))
            .await;
    };
    if !allows(*role, Permission::Inbox) {
        // First of all: residents must not wait for someone who cannot come.
        service.store().set_available(&id, false, now_ms()).await?;
    }
    service.store().set_role(&id, *role, Some(&did(&who.staff, "set_role", &id, name))).await?;
    Ok(see_other("/staff/people?done=role_set"))
}

/// `POST /staff/people/{id}/active`.
pub(crate) async fn set_active(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::StaffList)?;
    if id == who.staff.id {
        return themselves(&service, &who).await;
    }
    let active = fields.text("active") == "yes";
    let name = if active { "activated" } else { "deactivated" };
    service.store().set_active(&id, active, Some(&did(&who.staff, name, &id, ""))).await?;
    Ok(see_other(&format!("/staff/people?done={name}")))
}

/// `GET /staff/audit`.
pub(crate) async fn audit(
    State(service): State<Arc<Service>>,
    Query(shown): Query<Shown>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Audit)?;
    let clock = Clock::of(&service.knowledge().council);
    let number = shown.n.and_then(|n| n.parse::<i64>().ok()).unwrap_or(1).clamp(1, LAST_PAGE);
    let mut rows = service.store().audit(PAGE_LENGTH + 1, (number - 1) * PAGE_LENGTH).await?;
    let more = rows.len() as i64 > PAGE_LENGTH;
    rows.truncate(PAGE_LENGTH as usize);
    let rows = rows.iter().map(|row| {
        context! {
            at => clock.moment(row.at_ms),
            name => row.staff_name,
            action => row.action,
            subject => row.subject,
            detail => row.detail,
        }
    });
    let values = context! {
        rows => rows.collect::<Vec<_>>(),
        previous => (number > 1).then(|| format!("/staff/audit?n={}", number - 1)),
        next => more.then(|| format!("/staff/audit?n={}", number + 1)),
        number,
    };
    page(&service, &who, StatusCode::OK, "/staff/audit", &Told::default(), "staff/audit.html", values)
}
