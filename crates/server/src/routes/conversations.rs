//! Starting and ending a conversation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::api_error::ApiError;
use crate::extract::Opened;
use crate::service::Service;
use crate::wire::NewConversation;

/// `POST /api/v1/conversations`: the id goes into addresses, the token into the header `Authorization`.
pub(crate) async fn create(
    State(service): State<Arc<Service>>,
) -> Result<(StatusCode, Json<NewConversation>), ApiError> {
    let (conversation, token) = service.conversations().create()?;
    Ok((StatusCode::CREATED, Json(NewConversation { id: conversation.id(), token })))
}

/// `DELETE /api/v1/conversations/{id}`: all that was said is forgotten.
pub(crate) async fn delete(State(service): State<Arc<Service>>, Opened(conversation): Opened) -> StatusCode {
    service.conversations().delete(conversation.id());
    StatusCode::NO_CONTENT
}
