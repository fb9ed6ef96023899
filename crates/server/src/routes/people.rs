//! The way to a person. Nobody answers inside the chat; the council's own phone, e-mail and offices do.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api_error::ApiError;
use crate::extract::Opened;
use crate::service::Service;
use crate::wire::{ContactDetails, WayToAPerson};

/// `POST …/handoff`: how to reach a person.
pub(crate) async fn handoff(State(service): State<Arc<Service>>, Opened(_): Opened) -> Json<WayToAPerson> {
    let knowledge = service.knowledge();
    let council = &knowledge.council;
    Json(WayToAPerson { contact: ContactDetails::new(council, &council.contact, knowledge) })
}

/// `POST …/messages`: a message to the person in the chat, of whom there is none.
pub(crate) async fn message(Opened(_): Opened) -> ApiError {
    ApiError::conflict(
        "no_person",
        "No member of staff is in this conversation. Ask for the way to a person with handoff.",
    )
}
