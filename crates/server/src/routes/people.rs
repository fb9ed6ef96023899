//! People: asking for one, writing to them, leaving details for a call-back.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use conversation::{Phase, Speaker};
use store::Notice;

use crate::api_error::ApiError;
use crate::extract::{JsonBody, Opened};
use crate::people::{CallBackDetails, People};
use crate::routes::turns::readable;
use crate::service::Service;
use crate::wire::{ContactDetails, HandoffTold, NewCallBackBody, NewMessage, PromiseTold, SentMessage};

/// As long as a question can be.
const MAX_MESSAGE_CHARACTERS: usize = 4000;
/// Room for a UUID and more.
const MAX_CLIENT_ID_CHARACTERS: usize = 100;
/// A name, a number, an address or a time.
const MAX_DETAIL_CHARACTERS: usize = 200;
/// Digits of the shortest phone number in use.
const LEAST_PHONE_DIGITS: usize = 6;

/// `POST …/handoff`: asks for a person. The answer says where the conversation stands then, and how else the council is
/// reached, so that it is a way to a person even where nobody is there.
pub(crate) async fn handoff(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
) -> Result<Json<HandoffTold>, ApiError> {
    let requested = service.people().try_request(&conversation).await;
    let record = conversation.record();
    let knowledge = service.knowledge();
    let of_service = record.phase().open_request().and_then(|request| request.service.clone());
    let contact = knowledge.council.contact_for(of_service.as_deref());
    let contact = ContactDetails::new(&knowledge.council, &contact, of_service.as_deref(), knowledge);
    if let Err(error) = requested {
        // The database is gone; the phone is not.
        tracing::error!(?error, "a request for a person could not be kept");
        return Ok(Json(HandoffTold { phase: "unavailable", queue: None, why: None, reopens: None, contact }));
    }
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
    Ok(Json(HandoffTold { phase: record.phase().name(), queue, why, reopens, contact }))
}

/// `DELETE …/handoff`: no person (any more).
pub(crate) async fn leave(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
) -> Result<StatusCode, ApiError> {
    service.people().leave(&conversation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/messages`: a message to the person in the chat.
pub(crate) async fn message(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
    JsonBody(message): JsonBody<NewMessage>,
) -> Result<(StatusCode, Json<SentMessage>), ApiError> {
    within("client_message_id", &message.client_message_id, 1, MAX_CLIENT_ID_CHARACTERS)?;
    let text = readable(&message.text)?;
    if text.chars().count() > MAX_MESSAGE_CHARACTERS {
        let detail = format!("A message can be up to {MAX_MESSAGE_CHARACTERS} characters long. Send it in parts.");
        return Err(ApiError::too_large("message_too_long", detail));
    }
    let message_id = service.people().say(&conversation, &message.client_message_id, &text).await?;
    Ok((StatusCode::CREATED, Json(SentMessage { message_id })))
}

/// `POST …/typing`: the resident is writing to the person.
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
pub(crate) async fn call_back(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
    JsonBody(body): JsonBody<NewCallBackBody>,
) -> Result<(StatusCode, Json<PromiseTold>), ApiError> {
    let details = details(body)?;
    let promise = service.people().call_back(&conversation, &details).await?;
    Ok((StatusCode::CREATED, Json(PromiseTold { reference: promise.reference, due: promise.due.to_string() })))
}

fn details(body: NewCallBackBody) -> Result<CallBackDetails, ApiError> {
    if !body.consent {
        return Err(ApiError::unprocessable("no_consent", "We need your agreement to keep these details."));
    }
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let (name, question) = (body.name.trim().to_owned(), readable(&body.question)?);
    let (phone, email, preferred_time) = (filled(body.phone), filled(body.email), filled(body.preferred_time));
    within("name", &name, 1, MAX_DETAIL_CHARACTERS)?;
    within("question", &question, 1, MAX_MESSAGE_CHARACTERS)?;
    for (field, text) in [("phone", &phone), ("email", &email), ("preferred_time", &preferred_time)] {
        within(field, text.as_deref().unwrap_or_default(), 0, MAX_DETAIL_CHARACTERS)?;
    }
    let digits = |phone: &String| phone.chars().filter(char::is_ascii_digit).count();
    if phone.as_ref().is_some_and(|phone| digits(phone) < LEAST_PHONE_DIGITS) {
        return Err(ApiError::unprocessable("invalid_phone", "Enter a phone number, like 01632 960 001."));
    }
    if email.as_ref().is_some_and(|email| !looks_like_email(email)) {
        return Err(ApiError::unprocessable("invalid_email", "Enter an e-mail address, like name@example.com."));
    }
    if phone.is_none() && email.is_none() {
        return Err(ApiError::unprocessable("no_way_to_reach_you", "Enter a phone number or an e-mail address."));
    }
    Ok(CallBackDetails { name, phone, email, question, preferred_time })
}

fn looks_like_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    !name.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.contains(char::is_whitespace)
}

fn within(field: &'static str, text: &str, least: usize, most: usize) -> Result<(), ApiError> {
    let length = text.chars().count();
    if length < least || length > most {
        return Err(ApiError::unprocessable(
            "invalid_field",
            format!("{field} has to be {least} to {most} characters long."),
        ));
    }
    Ok(())
}
