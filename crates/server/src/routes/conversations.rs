//! Starting and ending a conversation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;

use crate::api_error::ApiError;
use crate::conversations::Conversation;
use crate::extract::Opened;
use crate::service::Service;
use crate::wire::{NewConversation, Receipt};

/// `POST /api/v1/conversations`: the id goes into addresses, the token into the header `Authorization`.
#[utoipa::path(
    post, path = "/api/v1/conversations", operation_id = "start", tag = "conversations",
    summary = "Start a conversation",
    description = "The id goes into addresses, the token into the header `Authorization`. The token is told once.",
    responses((status = CREATED, body = NewConversation, description = "It has begun"))
)]
pub(crate) async fn create(
    State(service): State<Arc<Service>>,
) -> Result<(StatusCode, Json<NewConversation>), ApiError> {
    let (conversation, token) = service.conversations().create().await?;
    Ok((StatusCode::CREATED, Json(NewConversation { id: conversation.id(), token })))
}

/// `DELETE /api/v1/conversations/{id}`: all that was said is erased. The receipt names nothing of it; a call-back that was
/// asked for stays, because staff owe it.
#[utoipa::path(
    delete, path = "/api/v1/conversations/{id}", operation_id = "erase", tag = "conversations",
    summary = "Erase a conversation",
    description = "All that was said is erased, and the receipt names nothing of it. A call-back that was asked for stays, \
        because staff owe it.",
    params(Opened), security(("token" = [])),
    responses((status = OK, body = Receipt, description = "It is erased"))
)]
pub(crate) async fn delete(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
) -> Result<Json<Receipt>, ApiError> {
    erase(&service, &conversation).await.map(Json)
}

/// Erases a conversation; gives the receipt.
pub(crate) async fn erase(service: &Service, conversation: &Conversation) -> Result<Receipt, ApiError> {
    service.conversations().delete(conversation.id()).await?;
    Ok(Receipt { receipt: Uuid::new_v4(), erased_at: Timestamp::now() })
}
