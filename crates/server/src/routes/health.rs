//! Whether the service lives, and whether it can answer.

use std::sync::Arc;

use assistant::KeptStates;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::Service;

/// Answer to `GET /livez`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Live {
    live: bool,
}

/// Answer to `GET /readyz`.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the field is what the answer says")]
pub(crate) struct Ready {
    /// Whether the model's thread takes turns.
    ready: bool,
    /// Published pages.
    pages: usize,
    /// Passages that the pages are cut into.
    passages: usize,
    /// What is read before anybody asks. Questions can be answered before all of it is.
    passage_states: PassageStatesTold,
}

/// How many states of passages are kept: with them, a first question on a passage need not wait until it is read.
#[derive(Serialize, ToSchema)]
pub(crate) struct PassageStatesTold {
    /// Kept so far, in memory or on disk.
    kept: usize,
    /// One for each passage and language model; 0 without one.
    of: usize,
}

/// `GET /livez`: the process answers.
#[utoipa::path(
    get, path = "/livez", operation_id = "livez", tag = "health",
    summary = "Whether the process answers",
    description = "Says nothing of the models or the database.",
    responses((status = OK, body = Live, description = "It does"))
)]
pub(crate) async fn livez() -> Json<Live> {
    Json(Live { live: true })
}

/// `GET /readyz`: 200 when turns can be answered, else 503.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "health",
    summary = "Whether questions can be answered",
    description = "With how many pages the answers come from, and how many passages have been read in advance.",
    responses(
        (status = OK, body = Ready, description = "They can"),
        (status = SERVICE_UNAVAILABLE, body = Ready, description = "They cannot"),
    )
)]
pub(crate) async fn readyz(State(service): State<Arc<Service>>) -> (StatusCode, Json<Ready>) {
    let pages = &service.knowledge().pages;
    let ready = !service.conversations().is_closing() && !service.has_ended();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let passages = pages.iter().map(|page| page.passages.len()).sum();
    let KeptStates { kept, of } = service.work().answerer().passage_states();
    let passage_states = PassageStatesTold { kept, of };
    (status, Json(Ready { ready, pages: pages.len(), passages, passage_states }))
}
