//! The staff console, at `/staff`: pages that a server makes and that work without a script, and what the script adds.
//!
//! Everything that staff do is a form that is sent and then leads on to a page; each form carries a secret of its session.
//! What happens in conversations happens through [`Conversation::add`](crate::conversations::Conversation::add) with the
//! moves that the conversation allows, so that a console cannot do what its rules do not.

mod acting;
mod address;
mod assets;
mod call_backs;
mod canned;
mod conversation;
mod inbox;
mod live;
mod marks;
mod overview;
mod password;
mod people;
mod permission;
mod personal;
mod refusal;
mod search;
mod session;
mod sign_in;
mod switches;
mod templates;
mod transcript;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use jiff::Timestamp;
use store::{AuditRow, StaffRow};

use crate::clock::{self, MINUTE_MS};
use crate::service::Service;
pub(crate) use address::encoded;
pub use password::{PasswordError, hash_password};
use refusal::Refusal;
#[cfg(test)]
pub(crate) use session::digest;
use templates::Templates;

/// What the console keeps while the service runs.
pub(crate) struct Console {
    templates: Templates,
    signing_in: tokio::sync::Mutex<()>,
}

impl Console {
    /// Parses the templates.
    pub(crate) fn new() -> Result<Self, minijinja::Error> {
        Ok(Self { templates: Templates::new()?, signing_in: tokio::sync::Mutex::default() })
    }
}

/// The routes of the console.
pub(crate) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/staff", get(inbox::show))
        .route("/staff/", get(inbox::show))
        .route("/staff/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/staff/sign-out", post(sign_in::sign_out))
        .route("/staff/availability", post(inbox::set_availability))
        .route("/staff/assets/{name}", get(assets::asset))
        .route("/staff/live", get(live::stream))
        .route("/staff/heartbeat", post(live::heartbeat))
        .route("/staff/conversations/{id}", get(conversation::show))
        .route("/staff/conversations/{id}/accept", post(conversation::accept))
        .route("/staff/conversations/{id}/messages", post(conversation::say))
        .route("/staff/conversations/{id}/canned", post(conversation::say_canned))
        .route("/staff/conversations/{id}/notes", post(conversation::note))
        .route("/staff/conversations/{id}/transfer", post(conversation::transfer))
        .route("/staff/conversations/{id}/close", post(conversation::close))
        .route("/staff/conversations/{id}/return", post(conversation::return_to_assistant))
        .route("/staff/conversations/{id}/typing", post(live::typing))
        .route("/staff/conversations/{id}/replies/{turn}/mark", get(marks::form).post(marks::mark))
        .route("/staff/search", get(search::show))
        .route("/staff/marks", get(marks::list))
        .route("/staff/marks.ndjson", get(marks::download))
        .route("/staff/call-backs", get(call_backs::list))
        .route("/staff/call-backs/{reference}", get(call_backs::show).post(call_backs::close))
        .route("/staff/overview", get(overview::show))
        .route("/staff/switches", get(switches::show).post(switches::set))
        .route("/staff/people", get(people::list))
        .route("/staff/people/{id}/role", post(people::set_role))
        .route("/staff/people/{id}/active", post(people::set_active))
        .route("/staff/audit", get(people::audit))
        .route("/staff/{*rest}", get(nowhere))
}

async fn nowhere() -> Refusal {
    Refusal::NotFound
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Who did what, for the audit. `detail` holds no words of residents: it is not erased with them.
fn did(staff: &StaffRow, action: &str, subject: &str, detail: &str) -> AuditRow {
    AuditRow {
        at_ms: now_ms(),
        staff_id: Some(staff.id.clone()),
        staff_name: staff.name.clone(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
    }
}

/// Writes down who did what, after it was done. What is done in conversations, to accounts and to the switches is written
/// down together with it instead, so that it is never done by nobody.
async fn audit(service: &Service, staff: &StaffRow, action: &str, subject: &str, detail: &str) -> Result<(), Refusal> {
    service.store().note(&did(staff, action, subject, detail)).await.map_err(Refusal::from)
}
