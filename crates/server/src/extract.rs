//! What is read out of a request: a JSON body, a form, and the conversation that a token opens. Every refusal is an
//! [`ApiError`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, Required, SchemaFormat};
use uuid::Uuid;

use crate::api_error::ApiError;
use crate::conversations::Conversation;
use crate::service::Service;

/// How long a client may take to send its body, which is at most some kilobytes. It stops a client that sends a byte a
/// minute from holding a connection for ever.
const BODY_PATIENCE: Duration = Duration::from_secs(20);

/// A JSON body of a known shape.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Service>> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send the body as application/json.",
            ));
        }
        let body = read(request, service).await?;
        // Read as an object first: left to itself, serde takes an array for a struct.
        let fields: Map<String, Value> = serde_json::from_slice(&body).map_err(|error| refusal(&error))?;
        serde_json::from_value(Value::Object(fields)).map(Self).map_err(|error| refusal(&error))
    }
}

async fn read(request: Request, service: &Arc<Service>) -> Result<Bytes, ApiError> {
    let bytes = tokio::time::timeout(BODY_PATIENCE, Bytes::from_request(request, service)).await;
    bytes.map_err(|_| too_slow())?.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            too_large(service)
        } else {
            ApiError::bad_request("invalid_body", "The body could not be read to its end.")
        }
    })
}

/// The refusal of a body over the limit.
pub(crate) fn too_large(service: &Service) -> ApiError {
    ApiError::too_large("too_large", format!("The body may be at most {} bytes long.", service.request_limit_bytes()))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn refusal(error: &serde_json::Error) -> ApiError {
    let message = error.to_string();
    if !error.is_data() {
        ApiError::bad_request("invalid_json", format!("The body is not JSON: {message}."))
    } else if message.starts_with("unknown field") {
        // serde gives this error no type of its own; the words are fixed in serde and a test holds them.
        ApiError::unprocessable("unknown_field", message)
    } else {
        ApiError::unprocessable("invalid_field", message)
    }
}

/// The conversation of the address, opened with its token.
pub(crate) struct Opened(pub(crate) Arc<Conversation>);

impl FromRequestParts<Arc<Service>> for Opened {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, ApiError> {
        let Path(id) = Path::<String>::from_request_parts(parts, service).await.map_err(|_| no_conversation())?;
        let id: Uuid = id.parse().map_err(|_| no_conversation())?;
        let token = bearer(&parts.headers).ok_or_else(ApiError::unauthorized)?;
        open(service, id, token).await?.map(Self).ok_or_else(no_conversation)
    }
}

impl IntoParams for Opened {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
        let id = ParameterBuilder::new()
            .name("id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("The conversation."))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).format(Some(uuid)).build()));
        vec![id.build()]
    }
}

/// The conversation of this id, if there is one; refused to those who do not have its token.
pub(crate) async fn open(service: &Service, id: Uuid, token: &str) -> Result<Option<Arc<Conversation>>, ApiError> {
    let Some(conversation) = service.conversations().find(id).await? else { return Ok(None) };
    if !conversation.admits(token) {
        return Err(ApiError::unauthorized());
    }
    conversation.touch();
    Ok(Some(conversation))
}

/// The fields of a form. One that was not sent is empty; of one that was sent twice, the last counts.
#[derive(Debug, Default)]
pub(crate) struct Fields(HashMap<String, String>);

impl Fields {
    /// Reads a form.
    pub(crate) async fn read(request: Request, service: &Arc<Service>) -> Result<Self, ApiError> {
        let form = Form::<Vec<(String, String)>>::from_request(request, service);
        let form = tokio::time::timeout(BODY_PATIENCE, form).await.map_err(|_| too_slow())?;
        let Form(fields) = form.map_err(|rejection| {
            // The rejection says so in its status only once it is a response.
            if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                too_large(service)
            } else {
                ApiError::bad_request("invalid_form", "The form could not be read.")
            }
        })?;
        Ok(Self(fields.into_iter().collect()))
    }

    /// A field without white space at its ends, and with lines that end in one character.
    pub(crate) fn line(&self, name: &str) -> String {
        self.text(name).replace("\r\n", "\n").trim().to_owned()
    }

    /// A field as it was sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }
}

fn too_slow() -> ApiError {
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout", "The body took too long to arrive.")
}

fn no_conversation() -> ApiError {
    ApiError::not_found("There is no such conversation, or it has ended. Start a new one.")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
