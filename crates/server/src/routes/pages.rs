//! The pages that a browser shows.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::api_error::ApiError;
use crate::service::Service;

/// `GET /`: the council's front page.
pub(crate) async fn home(State(service): State<Arc<Service>>) -> Result<Response, ApiError> {
    html(StatusCode::OK, service.templates().home(service.knowledge()))
}

/// `GET /pages/{id}`: a page of the council, as it is cited.
pub(crate) async fn page(
    State(service): State<Arc<Service>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let knowledge = service.knowledge();
    match id.ok().and_then(|Path(id)| knowledge.page(&id)) {
        Some(page) => html(StatusCode::OK, service.templates().page(knowledge, page)),
        None => html(StatusCode::NOT_FOUND, service.templates().not_found(knowledge)),
    }
}

/// Every other address: a page for people, the usual refusal for programs.
pub(crate) async fn not_found(
    State(service): State<Arc<Service>>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if method == Method::GET && accepted.contains("text/html") {
        html(StatusCode::NOT_FOUND, service.templates().not_found(service.knowledge()))
    } else {
        Err(ApiError::not_found("There is nothing at this address."))
    }
}

fn html(status: StatusCode, page: Result<String, minijinja::Error>) -> Result<Response, ApiError> {
    let page = page.map_err(|error| ApiError::internal(&error))?;
    let kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((status, kept, Html(page)).into_response())
}
