//! People: asking for one, writing to them, leaving details for a call-back.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use conversation::{Phase, Speaker};
use store::Notice;

use super::details;
use super::turns::{MAX_NAME_CHARACTERS, is_name, readable};
use crate::api_error::ApiError;
use crate::conversations::Conversation;
use crate::extract::{JsonBody, Opened};
use crate::openapi::HandoffAnswer;
use crate::people::People;
use crate::service::Service;
use crate::wire::{ContactDetails, HandoffTold, NewCallBackBody, NewMessage, PromiseTold, SentMessage};

/// As long as a call-back's question can be.
pub(crate) const MAX_MESSAGE_CHARACTERS: usize = 4000;

/// `POST …/handoff`: asks for a person. The answer says where the conversation stands then, and how else the council is
/// reached, so that it is a way to a person even where nobody is there.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/handoff", operation_id = "ask_for_person", tag = "people",
    summary = "Ask for a person",
    description = "The answer is a way to a person even where nobody is there: it says how else the council is reached.",
    params(Opened), security(("token" = [])),
    responses((status = OK, body = HandoffAnswer, description = "Where the conversation stands then"))
)]
pub(crate) async fn handoff(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
) -> Result<Json<HandoffTold>, ApiError> {
    match service.people().try_request(&conversation).await {
        Ok(()) => standing(&service, &conversation).await.map(Json),
        Err(error) if error.is_ours() => {
            // The database is gone; the phone is not.
            tracing::error!(?error, "a request for a person could not be kept");
            let contact = contact(&service, conversation.record().phase());
            Ok(Json(HandoffTold { phase: "unavailable", queue: None, why: None, reopens: None, contact }))
        }
        Err(full) => Err(full),
    }
}

/// Where a conversation stands on its way to a person.
pub(crate) async fn standing(service: &Service, conversation: &Conversation) -> Result<HandoffTold, ApiError> {
    let record = conversation.record();
    let queue = match record.phase() {
        Phase::Waiting(_) => service.people().queue().await?.remove(&conversation.id().to_string()),
        Phase::WithAssistant(_)
        | Phase::Offered(_)
        | Phase::Requested(_)
        | Phase::WithPerson(_)
        | Phase::CallBackOffered(_)
        | Phase::Closed(_) => None,
    };
    let (why, reopens) = match record.phase() {
        Phase::CallBackOffered(offered) => (Some(offered.why), offered.reopens.clone()),
        Phase::WithAssistant(_)
        | Phase::Offered(_)
        | Phase::Requested(_)
        | Phase::Waiting(_)
        | Phase::WithPerson(_)
        | Phase::Closed(_) => (None, None),
    };
    let contact = contact(service, record.phase());
    Ok(HandoffTold { phase: record.phase().name(), queue, why, reopens, contact })
}

/// How those are reached whose matter it is.
fn contact(service: &Service, phase: &Phase) -> ContactDetails {
    let knowledge = service.knowledge();
    let of_service = phase.open_request().and_then(|request| request.service.as_deref());
    ContactDetails::new(of_service, knowledge)
}

/// `DELETE …/handoff`: no person (any more).
#[utoipa::path(
    delete, path = "/api/v1/conversations/{id}/handoff", operation_id = "leave_person", tag = "people",
    summary = "Decline, leave the queue, or end the chat, whichever it is",
    description = "Nothing happens where no person is asked for.",
    params(Opened), security(("token" = [])),
    responses((status = NO_CONTENT, description = "No person is asked for"))
)]
pub(crate) async fn leave(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
) -> Result<StatusCode, ApiError> {
    service.people().leave(&conversation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/messages`: a message to the person in the chat.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/messages", operation_id = "say", tag = "people",
    summary = "Write to the person",
    description = "The same `client_message_id` is the same message.",
    params(Opened), security(("token" = [])),
    request_body = NewMessage,
    responses((status = CREATED, body = SentMessage, description = "It is kept; sent twice, it is one message"))
)]
pub(crate) async fn message(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
    JsonBody(message): JsonBody<NewMessage>,
) -> Result<(StatusCode, Json<SentMessage>), ApiError> {
    let message_id = say(&service, &conversation, &message.client_message_id, &message.text).await?;
    Ok((StatusCode::CREATED, Json(SentMessage { message_id })))
}

/// Sends a message to the person in the chat; gives its number.
pub(crate) async fn say(
    service: &Service,
    conversation: &Conversation,
    client_message_id: &str,
    text: &str,
) -> Result<i64, ApiError> {
    if !is_name(client_message_id) {
        let detail = format!("client_message_id has to be 1 to {MAX_NAME_CHARACTERS} characters long.");
        return Err(ApiError::unprocessable("invalid_field", detail));
    }
    let text = readable(text)?;
    if text.chars().count() > MAX_MESSAGE_CHARACTERS {
        let detail = format!("A message can be up to {MAX_MESSAGE_CHARACTERS} characters long. Send it in parts.");
        return Err(ApiError::too_large("message_too_long", detail));
    }
    service.people().say(conversation, client_message_id, &text).await
}

/// `POST …/typing`: the resident is writing to the person.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/typing", operation_id = "typing", tag = "people",
    summary = "Tell the person that the resident is writing",
    description = "It is told to the person in the chat and kept nowhere.",
    params(Opened), security(("token" = [])),
    responses((status = NO_CONTENT, description = "It is told to whoever is there"))
)]
pub(crate) async fn typing(State(service): State<Arc<Service>>, Opened(conversation): Opened) -> StatusCode {
    let notice = Notice::Typing { conversation: conversation.id().to_string(), from: Speaker::User };
    tell(service.people(), notice).await;
    StatusCode::NO_CONTENT
}

async fn tell(people: &People, notice: Notice) {
    if let Err(error) = people.store().notify(notice).await {
        tracing::debug!(%error, "a typing notice was not passed on");
    }
}

/// `POST …/call_backs`: the resident leaves their details.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/call_backs", operation_id = "ask_for_call_back", tag = "people",
    summary = "Leave details for a call-back",
    description = "A phone number, an email address or both, and the resident's agreement.",
    params(Opened), security(("token" = [])),
    request_body = NewCallBackBody,
    responses((status = CREATED, body = PromiseTold, description = "They are kept; sent twice, it is one call-back"))
)]
pub(crate) async fn call_back(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
    JsonBody(body): JsonBody<NewCallBackBody>,
) -> Result<(StatusCode, Json<PromiseTold>), ApiError> {
    let details = details::check(body).map_err(|problems| details::refusal(&problems))?;
    let promise = service.people().call_back(&conversation, &details).await?;
    Ok((StatusCode::CREATED, Json(PromiseTold { reference: promise.reference, due: promise.due.to_string() })))
}
