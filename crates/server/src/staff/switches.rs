//! What the assistant may do: all it can, quote only, or nothing.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;
use store::Switches;

use super::clock::Clock;
use super::permission::Permission;
use super::refusal::{Refusal, see_other};
use super::session::{Posted, SignedIn};
use super::templates::{Told, page};
use super::{did, now_ms, words};
use crate::service::Service;

/// The longest message to residents: it stands above each conversation.
const LONGEST_CHARACTERS: usize = 300;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shown {
    done: Option<String>,
}

/// `GET /staff/switches`.
pub(crate) async fn show(
    State(service): State<Arc<Service>>,
    Query(shown): Query<Shown>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Switches)?;
    let now = service.store().switches().await?;
    let name = words::MODES.iter().find(|(_, mode, _)| *mode == now.mode).map_or("", |(name, ..)| name);
    let told = Told::done(shown.done.as_deref());
    shows(&service, &who, StatusCode::OK, &told, (name, &now.message)).await
}

async fn shows(
    service: &Service,
    who: &SignedIn,
    status: StatusCode,
    told: &Told<'_>,
    (mode, message): (&str, &str),
) -> Result<Response, Refusal> {
    let now = service.store().switches().await?;
    let clock = Clock::of(&service.knowledge().council);
    let by = match &now.staff_id {
        Some(id) => service.store().staff(id).await?.map(|staff| staff.display_name),
        None => None,
    };
    let values = context! {
        modes => words::MODES.map(|(value, mode, hint)| context! { value, name => words::mode(mode), hint }),
        now => words::mode(now.mode),
        now_message => now.message,
        changed => (now.changed_ms > 0).then(|| clock.moment(now.changed_ms)),
        by,
        mode,
        message,
        longest => LONGEST_CHARACTERS,
    };
    page(service, who, status, "/staff/switches", told, "staff/switches.html", values)
}

/// `POST /staff/switches`.
pub(crate) async fn set(
    State(service): State<Arc<Service>>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Switches)?;
    let (sent, message) = (fields.text("mode"), fields.line("message"));
    let Some((name, mode, _)) = words::MODES.iter().find(|(name, ..)| *name == sent) else {
        let told = Told::problem("mode-on", "Choose what the assistant may do.");
        return shows(&service, &who, StatusCode::UNPROCESSABLE_ENTITY, &told, (sent, &message)).await;
    };
    if message.chars().count() > LONGEST_CHARACTERS {
        let told = Told::problem("message", format!("Write up to {LONGEST_CHARACTERS} characters."));
        return shows(&service, &who, StatusCode::UNPROCESSABLE_ENTITY, &told, (sent, &message)).await;
    }
    let detail = format!("{name}: {message}");
    let switches = Switches { mode: *mode, message, changed_ms: now_ms(), staff_id: Some(who.staff.id.clone()) };
    service.store().set_switches(&switches, &did(&who.staff, "set_switches", "", &detail)).await?;
    Ok(see_other("/staff/switches?done=switched"))
}
