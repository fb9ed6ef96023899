//! The steps that a resident takes without a script: what each button of the page does.

use std::sync::Arc;

use axum::response::Response;
use uuid::Uuid;

use super::Key;
use super::call_back;
use super::page::{self, Told, render};
use super::transcript;
use super::waiting::wait;
use super::words;
use crate::api_error::ApiError;
use crate::conversations::Conversation;
use crate::extract::Fields;
use crate::routes::{conversations, people, turns};
use crate::service::Service;
use crate::token::TokenDigest;
use crate::wire::Feedback;

/// What a button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Ask,
    Look,
    Stop,
    Person,
    Leave,
    Message,
    CallBackForm,
    CallBack,
    Feedback,
    Delete,
    ReallyDelete,
    Save,
}

impl Step {
    /// By its name in forms. What is unknown changes nothing.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "ask" => Self::Ask,
            "stop" => Self::Stop,
            "person" => Self::Person,
            "leave" => Self::Leave,
            "message" => Self::Message,
            "call_back_form" => Self::CallBackForm,
            "call_back" => Self::CallBack,
            "feedback" => Self::Feedback,
            "delete" => Self::Delete,
            "really_delete" => Self::ReallyDelete,
            "save" => Self::Save,
            _ => Self::Look,
        }
    }

    /// Whether a conversation begins with it.
    pub(super) fn begins(self) -> bool {
        match self {
            Self::Ask | Self::Person | Self::CallBack => true,
            Self::Look
            | Self::Stop
            | Self::Leave
            | Self::Message
            | Self::CallBackForm
            | Self::Feedback
            | Self::Delete
            | Self::ReallyDelete
            | Self::Save => false,
        }
    }
}

/// Takes a step and shows the conversation then.
pub(super) async fn take(
    service: &Arc<Service>,
    key: &Key,
    conversation: &Arc<Conversation>,
    step: Step,
    fields: &Fields,
) -> Result<Response, ApiError> {
    let told = match step {
        Step::Ask => ask(service, key, conversation, fields).await,
        Step::Look => look(service, key, conversation).await,
        Step::Stop => conversation.cancel(fields.text("client_turn_id")).await.map(|()| Told::default()),
        Step::Person => service.people().try_request(conversation).await.map(|()| Told::default()),
        Step::Leave => leave(service, conversation, fields).await,
        Step::Message => message(service, conversation, fields).await,
        Step::CallBackForm => Ok(Told::default().with_call_back(fields)),
        Step::CallBack => call_back::ask(service, conversation, fields).await,
        Step::Feedback => feedback(conversation, fields).await,
        Step::Delete => Ok(Told::default().asking_to_delete()),
        Step::ReallyDelete => match conversations::erase(service, conversation).await {
            Ok(receipt) => return page::deleted(service, key.visit.clone(), &receipt),
            Err(error) => Err(error),
        },
        Step::Save => match page::said(service, conversation, key.visit.language).await {
            Ok(entries) => return Ok(transcript::file(service, &key.visit, &entries)),
            Err(error) => Err(error),
        },
    };
    // Whatever was refused, the conversation is shown, with what was typed still in its place.
    let told = told.unwrap_or_else(|error| Told::failed(&error).keeping(step, fields));
    render(service, key, Some(conversation), &told).await
}

/// A question; or a message, where a person came while it was typed.
async fn ask(
    service: &Service,
    key: &Key,
    conversation: &Arc<Conversation>,
    fields: &Fields,
) -> Result<Told, ApiError> {
    let text = fields.text("text");
    let name = name(fields.text("client_turn_id"), text);
    match turns::ask(service, conversation, &name, text, key.visit.page.as_deref()).await {
        Ok(turns::Asked::Turn { turn, listening }) => Ok(Told::lost(wait(conversation, listening, turn).await)),
        Ok(turns::Asked::Lost { reply, .. }) => Ok(Told::lost(Some(reply.wire)).with_draft(fields.line("text"))),
        Err(error) if error.code() == "with_person" => {
            people::say(service, conversation, &name, text).await.map(|_| Told::default())
        }
        Err(error) => Ok(Told::refused(&error, words::of_question(&error)).with_draft(fields.line("text"))),
    }
}

/// Looks what has come since. A turn that is being answered is waited for, and one whose process ended is taken up again.
async fn look(service: &Service, key: &Key, conversation: &Arc<Conversation>) -> Result<Told, ApiError> {
    conversation.catch_up().await?;
    let record = conversation.record();
    let Some(running) = record.running() else { return Ok(Told::default()) };
    let page = key.visit.page.as_deref();
    match turns::ask(service, conversation, &running.client_turn_id, &running.question, page).await? {
        turns::Asked::Turn { turn, listening } => Ok(Told::lost(wait(conversation, listening, turn).await)),
        turns::Asked::Lost { reply, .. } => Ok(Told::lost(Some(reply.wire))),
    }
}

/// No person (any more), if things still stand as on the page that said so.
async fn leave(service: &Service, conversation: &Conversation, fields: &Fields) -> Result<Told, ApiError> {
    conversation.catch_up().await?;
    // Whoever stops waiting in the moment in which somebody comes does not mean to leave them.
    if conversation.phase().name() != fields.text("phase") {
        return Ok(Told::default().with_notice(words::CHANGED));
    }
    service.people().leave(conversation).await.map(|()| Told::default())
}

async fn message(service: &Service, conversation: &Conversation, fields: &Fields) -> Result<Told, ApiError> {
    let text = fields.text("text");
    let name = name(fields.text("client_message_id"), text);
    match people::say(service, conversation, &name, text).await {
        Ok(_) => Ok(Told::default()),
        Err(error) => Ok(Told::refused(&error, words::of_message(&error)).with_draft(fields.line("text"))),
    }
}

async fn feedback(conversation: &Conversation, fields: &Fields) -> Result<Told, ApiError> {
    let turn: Uuid = fields.text("turn").parse().map_err(|_| ApiError::not_found(words::NO_SUCH_ANSWER))?;
    let comment = Some(fields.line("comment")).filter(|comment| !comment.is_empty());
    let helpful = fields.text("helpful") == "yes";
    turns::rate(conversation, Feedback { turn, helpful, comment }).await?;
    Ok(Told::default().with_notice(words::THANKS))
}

/// The name of what a form sends: the same for the same text of the same form, so that it counts once when it is sent
/// twice, and another for another text of a form that a browser has kept.
fn name(of_form: &str, text: &str) -> String {
    TokenDigest::of(&format!("{of_form}\n{text}")).to_hex()
}
