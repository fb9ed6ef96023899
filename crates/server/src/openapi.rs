//! The OpenAPI document of the interface for residents, `GET /openapi.json`: what it says as a whole. What it says of each
//! route stands at the route's handler, and of each type at the type.
//!
//! The routes and the document come from one list, in `routes.rs`. The staff console is no part of it.

mod errors;
mod events;
mod replies;
mod words;

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

pub(crate) use errors::ErrorCode;
pub(crate) use events::{ConversationEvent, TurnEvent};
pub(crate) use replies::HandoffAnswer;
pub(crate) use words::ModeWord;

/// The name of the bearer scheme in the document.
const TOKEN: &str = "token";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Reeve",
        description = "Residents' questions to a council, answered from the council's own pages, and the way to a person.\n\n\
            A conversation is started with `POST /api/v1/conversations`, which gives its id and its token. The token \
            travels as `Authorization: Bearer TOKEN` and never in an address. Times are RFC 3339 in UTC.\n\n\
            Streams are server-sent events (`text/event-stream`). The schema of a stream is that of one event, as an \
            object: `event` is the event's name, and `data` what its data holds, which is sent as JSON in one line. An \
            event that is kept has a number as its `id`, under which the conversation's stream resumes; `status`, \
            `sentence`, `queue`, `typing` and `presence` have none. A client passes over events and fields that it does \
            not know.\n\n\
            Every refusal is an `ErrorBody`. Its `code` is for programs, its `detail` for people.",
    ),
    tags(
        (name = "conversations", description = "Starting, following and deleting a conversation"),
        (name = "turns", description = "Asking the assistant"),
        (name = "people", description = "The way to a person"),
        (name = "service", description = "What a page has to know"),
        (name = "health", description = "Whether the service works"),
    ),
    components(schemas(crate::api_error::ErrorBody)),
)]
struct Head;

/// The document before the routes are in it.
pub(crate) fn head() -> OpenApi {
    let mut document = Head::openapi();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token that `POST /api/v1/conversations` gave. It opens its own conversation only."))
        .build();
    document.components.get_or_insert_default().add_security_scheme(TOKEN, SecurityScheme::Http(scheme));
    document
}

/// The document of routes with the refusals that they have.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    errors::add(&mut document);
    document
}
