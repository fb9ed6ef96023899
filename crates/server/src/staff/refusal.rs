//! What a member of staff is shown instead of a page: that they are not signed in, may not, or that something failed.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use store::StoreError;

use crate::api_error::{ApiError, chain};

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nobody is signed in. `next` is where they wanted to go.
    SignIn { next: Option<String> },
    /// Their role does not allow it.
    Forbidden,
    /// The form is not one of this session's, or it cannot be read.
    Form,
    /// There is no such thing, or not any more.
    NotFound,
    /// What is kept cannot be read or written now.
    Store(StoreError),
    /// A part of the service refused.
    Api(ApiError),
    /// The page could not be made.
    Page(String),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<minijinja::Error> for Refusal {
    fn from(error: minijinja::Error) -> Self {
        Self::Page(format!("{error:#}"))
    }
}

const FRAME: &str = include_str!("../templates/staff/refused.html");

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { next } => {
                let address = match next {
                    Some(next) => format!("/staff/sign-in?next={}", super::address::encoded(&next)),
                    None => "/staff/sign-in".to_owned(),
                };
                see_other(&address)
            }
            Self::Forbidden => page(
                StatusCode::FORBIDDEN,
                "You cannot use this page",
                "Your role does not allow it. Ask an administrator if you need it.",
            ),
            Self::Form => page(
                StatusCode::FORBIDDEN,
                "This form is out of date",
                "Nothing was changed. Go back, reload the page, and send the form again.",
            ),
            Self::NotFound => page(
                StatusCode::NOT_FOUND,
                "Page not found",
                "It may have been deleted: conversations are erased when residents ask for it, and after some time.",
            ),
            Self::Store(error) => unavailable(&chain(&error)),
            Self::Api(error) if error.is_ours() => {
                unavailable("a part of the service failed, which has written why into the log")
            }
            Self::Api(_) => page(
                StatusCode::CONFLICT,
                "That could not be done",
                "Something changed meanwhile. Go back, reload the page, and try again.",
            ),
            Self::Page(error) => {
                tracing::error!(cause = error, "a page of the console could not be made");
                page(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong on our side",
                    "Give the time to whoever runs Reeve for you. The log says more.",
                )
            }
        }
    }
}

/// Goes on with another page, by GET (RFC 9110, 15.4.4).
pub(crate) fn see_other(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}

fn unavailable(cause: &str) -> Response {
    tracing::error!(cause, "a page of the console could not be made");
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        "The database cannot be used at the moment",
        "Nothing was changed. Residents are shown the council’s phone number meanwhile. Try again in a minute. If it \
         goes on, tell whoever runs Reeve for you: the log says what stands in the way.",
    )
}

fn page(status: StatusCode, heading: &'static str, text: &'static str) -> Response {
    let page = FRAME.replace("{heading}", heading).replace("{text}", text);
    (status, Html(page)).into_response()
}
