//! The one shape of every refusal: `{"code", "detail"}` with a fitting status.
//!
//! The detail of a 5xx is logged, inside the span that holds the request's id, and not sent.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::ErrorCode;

/// The code of a conversation that holds as much as it can.
const CONVERSATION_FULL: &str = "conversation_full";

/// A refusal.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: ErrorBody,
}

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    #[schema(value_type = ErrorCode)]
    code: &'static str,
    /// What is wrong and what to do, for people.
    #[schema(value_type = String)]
    detail: Cow<'static, str>,
}

impl ApiError {
    /// A refusal with this status, code and explanation.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, body: ErrorBody { code, detail: detail.into() } }
    }

    /// 400: the request is not well formed.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: the token is missing or wrong.
    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send the conversation's token in the header: Authorization: Bearer TOKEN.",
        )
    }

    /// 404: there is no such thing, or not any more.
    pub(crate) fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 409: it does not go together with what is already there.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 409: the conversation holds as much as it can.
    pub(crate) fn conversation_full() -> Self {
        Self::conflict(CONVERSATION_FULL, "This conversation is long. Start a new one.")
    }

    /// Whether it is [`Self::conversation_full`].
    pub(crate) fn is_full(&self) -> bool {
        self.code() == CONVERSATION_FULL
    }

    /// 413: it is too long.
    pub(crate) fn too_large(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code, detail)
    }

    /// 422: it is well formed and still not what is expected.
    pub(crate) fn unprocessable(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 503: the service is about to end.
    pub(crate) fn shutting_down() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "shutting_down", "The service is restarting. Try again in a minute.")
    }

    /// 503: what happened cannot be kept or read. Its cause goes to the log only.
    pub(crate) fn store(cause: &store::StoreError) -> Self {
        tracing::error!(cause = %chain(cause), "the database failed");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "We cannot save your conversation at the moment. Please call us, or try again in a few minutes.",
        )
    }

    /// Its name.
    pub(crate) fn code(&self) -> &'static str {
        self.body.code
    }

    /// In words.
    pub(crate) fn detail(&self) -> &str {
        &self.body.detail
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether the service is at fault, and not the request.
    pub(crate) fn is_ours(&self) -> bool {
        self.status.is_server_error()
    }

    /// 500: a fault of ours. Its cause goes to the log only.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side. Give the x-request-id of this answer when you report it.",
        )
    }
}

/// An error with what caused it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let challenge = self.status == StatusCode::UNAUTHORIZED;
        let mut response = (self.status, Json(self.body)).into_response();
        if challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
