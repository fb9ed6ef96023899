//! `/chat`: the whole job without a script. Each step is a form that is sent, and the page that comes back is the
//! conversation so far with the forms that fit where it stands.
//!
//! What is done is done by the same functions as through the interface. What opens the conversation, its id and its
//! token, travels in hidden fields of these forms: never in an address, which would stand in histories and logs, and in no
//! cookie. So a form of another website cannot do anything in a resident's conversation: it does not have the token. It
//! could bring a visitor into a conversation of its own and read what they write there; that is why a form that a browser
//! says comes from another website is not done ([`is_foreign`]).

mod blocks;
mod call_back;
mod entries;
mod page;
mod steps;
mod transcript;
mod visit;
mod waiting;
mod words;

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use crate::api_error::ApiError;
use crate::conversations::Conversation;
use crate::extract::{self, Fields};
use crate::service::Service;
use crate::token::{self, TokenDigest};
use page::{Told, render};
use serde::Deserialize;
use steps::Step;
use visit::Visit;

/// Where the page is.
pub(crate) const ADDRESS: &str = "/chat";

/// What opens a conversation, as the forms carry it.
struct Key {
    id: String,
    token: String,
    /// Nothing was sent with it yet, so that there need not be such a conversation.
    is_new: bool,
    visit: Visit,
}

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shown {
    lang: String,
    page: String,
}

impl Key {
    /// For a page that nobody has sent a form of. That the key is made before the conversation lets a first form that is
    /// sent twice begin one conversation.
    fn issue(visit: Visit) -> Result<Self, ApiError> {
        let (token, _) = token::issue().map_err(|error| ApiError::internal(&error))?;
        Ok(Self { id: Uuid::new_v4().to_string(), token, is_new: true, visit })
    }

    fn of(fields: &Fields, visit: Visit) -> Self {
        let text = |name| fields.text(name).to_owned();
        Self { id: text("conversation"), token: text("token"), is_new: fields.text("new") == "yes", visit }
    }

    /// The conversation, if it has begun.
    async fn open(&self, service: &Service) -> Result<Option<Arc<Conversation>>, ApiError> {
        let Ok(id) = self.id.parse() else { return Ok(None) };
        extract::open(service, id, &self.token).await
    }

    /// Begins the conversation.
    async fn begin(&self, service: &Service) -> Result<Arc<Conversation>, ApiError> {
        let id: Uuid = self.id.parse().map_err(|_| ApiError::bad_request("invalid_form", "The form is incomplete."))?;
        match service.conversations().begin(id, TokenDigest::of(&self.token)).await {
            Ok(conversation) => Ok(conversation),
            // The same form, sent twice, was quicker.
            Err(error) => self.open(service).await?.ok_or(error),
        }
    }
}

/// `GET /chat`. Nothing is kept of a visit until something is sent.
pub(crate) async fn show(
    State(service): State<Arc<Service>>,
    shown: Result<Query<Shown>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // An address that says something else is the page's all the same.
    let Query(shown) = shown.unwrap_or_default();
    let visit = Visit::of(&service, &headers, &shown.lang, &shown.page).or_referer(&headers);
    page::fresh(&service, visit, &Told::default())
}

/// `POST /chat`: does one step and shows the conversation then.
pub(crate) async fn step(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    if is_foreign(&headers) {
        let visit = Visit::of(&service, &headers, "", "");
        return page::fresh(&service, visit, &Told::default().with_status(StatusCode::FORBIDDEN));
    }
    let fields = match Fields::read(request, &service).await {
        Ok(fields) => fields,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => return Ok(too_large(&service, &headers)),
        Err(error) => return Err(error),
    };
    let visit = Visit::of(&service, &headers, fields.text("lang"), fields.text("page"));
    let (key, step) = (Key::of(&fields, visit), Step::of(fields.text("step")));
    let opened = match key.open(&service).await {
        Ok(None) if key.is_new && step.begins() => key.begin(&service).await.map(Some),
        opened => opened,
    };
    match opened {
        Ok(Some(conversation)) => steps::take(&service, &key, &conversation, step, &fields).await,
        Ok(None) if key.is_new && step == Step::CallBackForm => {
            render(&service, &key, None, &Told::default().with_call_back(&fields)).await
        }
        // Gone, or never there; somebody who has no token of a conversation is not told which.
        Ok(None) => page::gone(&service, key.visit, fields.line("text")),
        Err(error) if error.status() == StatusCode::UNAUTHORIZED => {
            page::gone(&service, key.visit, fields.line("text"))
        }
        // The database is gone: the way to a person is not, and neither is what was typed.
        Err(error) => render(&service, &key, None, &Told::failed(&error).keeping(step, &fields)).await,
    }
}

/// What is shown instead of doing what a form of more than the largest size says.
pub(crate) fn too_large(service: &Arc<Service>, headers: &HeaderMap) -> Response {
    page::fresh(service, Visit::of(service, headers, "", ""), &Told::too_large())
        .unwrap_or_else(ApiError::into_response)
}

/// Whether a browser says that another website's page sent this (W3C Fetch Metadata). One that is too old to say so is
/// believed: whoever uses it gets the page as well.
fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    site.is_some_and(|site| site == "cross-site" || site == "same-site")
}
