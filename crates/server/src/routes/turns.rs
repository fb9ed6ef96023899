//! Asking, listening, stopping, and saying whether it helped.

use std::sync::Arc;

use assistant::Enquiry;
use assistant::limits::MAX_QUESTION_CHARACTERS;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use conversation::{NewReply, Role, Turn};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::api_error::ApiError;
use crate::conversations::{Begun, Conversation, EventName, Listening, Place, Scope};
use crate::extract::{JsonBody, Opened};
use crate::openapi::{ConversationEvent, TurnEvent};
use crate::resident_page;
use crate::service::Service;
use crate::streams;
use crate::wire::{self, CancelTurn, EventsQuery, Feedback, NewTurn, new_reply};
use crate::work::Job;

/// Room for a UUID and more; the name is kept with the turn.
pub(super) const MAX_NAME_CHARACTERS: usize = 100;
/// What a resident can add to "this did not help".
pub(crate) const MAX_COMMENT_CHARACTERS: usize = 2000;

/// What came of asking.
pub(crate) enum Asked {
    /// The turn is answered, or was before: this hears its events.
    Turn { turn: String, listening: Listening },
    /// Nothing can be kept. This is what the resident is told all the same.
    Lost { turn: String, reply: NewReply },
}

/// `POST …/turns`: answers with the turn's events from its first, whether the turn is new or was sent before.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/turns", operation_id = "ask", tag = "turns",
    summary = "Ask the assistant",
    description = "The same `client_turn_id` and text is the same turn: it is told again and never answered twice.",
    params(Opened), security(("token" = [])),
    request_body = NewTurn,
    responses((
        status = OK, content_type = "text/event-stream", body = TurnEvent,
        description = "The turn's events, to its `reply` or `error`"
    ))
)]
pub(crate) async fn create(
    State(service): State<Arc<Service>>,
    Opened(conversation): Opened,
    JsonBody(turn): JsonBody<NewTurn>,
) -> Result<Response, ApiError> {
    Ok(match ask(&service, &conversation, &turn.client_turn_id, &turn.text, turn.page.as_deref()).await? {
        Asked::Turn { turn, listening } => streams::respond(listening, Place::default(), Scope::Turn(turn)),
        Asked::Lost { turn: lost, reply } => {
            streams::respond_once(EventName::Reply, &wire::reply(&lost, &turn.client_turn_id, &reply))
        }
    })
}

/// Sees to it that a question is answered, once however often it is sent under the same name. At the beginning of a
/// conversation it may lean on the title of the `page` that the resident is on. The path of the page is kept for staff.
pub(crate) async fn ask(
    service: &Service,
    conversation: &Arc<Conversation>,
    client_turn_id: &str,
    text: &str,
    page: Option<&str>,
) -> Result<Asked, ApiError> {
    if !is_name(client_turn_id) {
        let detail = format!("client_turn_id has to be 1 to {MAX_NAME_CHARACTERS} characters long.");
        return Err(ApiError::unprocessable("invalid_client_turn_id", detail));
    }
    let question = readable(text)?;
    let answerer = service.work().answerer();
    let signpost = answerer.signpost(&question).await;
    // A long message is refused, unless it says that someone is in danger.
    if question.chars().count() > MAX_QUESTION_CHARACTERS && signpost.is_none() {
        let detail = format!("A question can be up to {MAX_QUESTION_CHARACTERS} characters long. Make it shorter.");
        return Err(ApiError::too_large("question_too_long", detail));
    }
    let listening = conversation.listen()?;
    let page = page.and_then(resident_page::bare);
    let path = page.and_then(resident_page::path);
    let title = page.and_then(|page| service.knowledge().page_at(page)).map(|page| page.title.clone());
    let (work, conversation) = (Arc::clone(service.work()), Arc::clone(conversation));
    let (client_turn_id, path, urgent) = (client_turn_id.to_owned(), path.map(str::to_owned), signpost.is_some());
    // In a task of its own: a client that goes away in between would leave a turn on which nobody works.
    let taken_up = tokio::spawn(
        async move {
            Ok(match conversation.begin_turn(&client_turn_id, &question, path.as_deref(), urgent).await? {
                Begun::Known { turn } => turn,
                Begun::New { turn, mut history } => {
                    let title = title.filter(|_| history.is_empty());
                    history.extend(title.map(|text| Turn { role: Role::User, text }));
                    let enquiry = Enquiry { question, history };
                    work.submit(Job::new(conversation, turn.clone(), enquiry)).await;
                    turn
                }
            })
        }
        .in_current_span(),
    );
    // The message of a panic could hold the question's text; the panic hook logs where it happened.
    match taken_up.await.unwrap_or_else(|_| Err(ApiError::internal(&"taking up a turn panicked"))) {
        // The database is gone: nothing can be promised, and the resident still gets the signpost or the way to a person.
        // The conversation is full: nothing is kept, and whoever is in danger still gets the signpost.
        Err(error)
            if (error.is_ours() && !service.conversations().is_closing())
                || (error.is_full() && signpost.is_some()) =>
        {
            let reply = signpost.unwrap_or_else(|| answerer.handoff_fault());
            let reply = new_reply(&reply, None).map_err(|error| ApiError::internal(&error))?;
            Ok(Asked::Lost { turn: Uuid::new_v4().to_string(), reply })
        }
        taken_up => Ok(Asked::Turn { turn: taken_up?, listening }),
    }
}

/// Whether a client may call a turn or a message so.
pub(super) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_CHARACTERS).contains(&name.chars().count())
}

/// The question without white space around it and without control characters.
pub(crate) fn readable(text: &str) -> Result<String, ApiError> {
    let spaced = |character: char| if character.is_control() && character != '\n' { ' ' } else { character };
    let text: String = text.replace("\r\n", "\n").chars().map(spaced).collect();
    let text = text.trim_matches(is_blank);
    if text.is_empty() {
        return Err(ApiError::bad_request("empty_question", "Type a question."));
    }
    Ok(text.to_owned())
}

/// White space, and characters that show nothing: zero-width ones, direction marks, the byte-order mark.
fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// `GET …/events`: everything that happens in the conversation, after the event that `Last-Event-ID` names.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/events", operation_id = "follow", tag = "conversations",
    summary = "Follow a conversation",
    description = "Everything that happened and happens, after the event that `Last-Event-ID` names.",
    params(
        Opened,
        EventsQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "The last event that the client has"),
    ),
    security(("token" = [])),
    responses((
        status = OK, content_type = "text/event-stream", body = ConversationEvent,
        description = "The conversation's events"
    ))
)]
pub(crate) async fn events(
    Opened(conversation): Opened,
    query: Result<Query<EventsQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|_| ApiError::bad_request("invalid_query", "follow is either true or false."))?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let scope = if query.follow { Scope::Conversation } else { Scope::SoFar };
    // Without the header, or with one that is not ours, everything is told again.
    let listening = conversation.listen()?;
    let after = listening.going_on_from(last.unwrap_or(0));
    Ok(streams::respond(listening, after, scope))
}

/// `POST …/cancel`: stops the work on a turn.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/cancel", operation_id = "cancel", tag = "turns",
    summary = "Stop an answer",
    description = "A turn that has ended or never came is no error: a client that stops early cannot know which.",
    params(Opened), security(("token" = [])),
    request_body = CancelTurn,
    responses((status = NO_CONTENT, description = "It is stopped, has ended before or never came"))
)]
pub(crate) async fn cancel(
    Opened(conversation): Opened,
    JsonBody(turn): JsonBody<CancelTurn>,
) -> Result<StatusCode, ApiError> {
    conversation.cancel(&turn.client_turn_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/feedback`: whether a turn's reply helped.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/feedback", operation_id = "rate", tag = "turns",
    summary = "Say whether a reply helped",
    description = "The last word on a turn counts.",
    params(Opened), security(("token" = [])),
    request_body = Feedback,
    responses((status = NO_CONTENT, description = "It is kept"))
)]
pub(crate) async fn feedback(
    Opened(conversation): Opened,
    JsonBody(feedback): JsonBody<Feedback>,
) -> Result<StatusCode, ApiError> {
    rate(&conversation, feedback).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps whether a reply helped.
pub(crate) async fn rate(conversation: &Conversation, feedback: Feedback) -> Result<(), ApiError> {
    if feedback.comment.as_deref().is_some_and(|comment| comment.chars().count() > MAX_COMMENT_CHARACTERS) {
        let detail = format!("A comment can be up to {MAX_COMMENT_CHARACTERS} characters long.");
        return Err(ApiError::too_large("comment_too_long", detail));
    }
    conversation.rate(&feedback.turn.to_string(), feedback.helpful, feedback.comment).await
}
