//! The routes and what surrounds them.

pub(crate) mod assets;
mod conversations;
mod health;
mod pages;
mod people;
mod turns;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::api_error::ApiError;
use crate::middleware;
use crate::service::Service;
use crate::staff;

/// All routes of the service.
pub(crate) fn router(service: &Arc<Service>) -> Router {
    Router::new()
        .route("/", get(pages::ask))
        .route("/pages/{*id}", get(pages::page))
        .route("/assets/{name}", get(assets::asset))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/api/v1/conversations", post(conversations::create))
        .route("/api/v1/conversations/{id}", delete(conversations::delete))
        .route("/api/v1/conversations/{id}/turns", post(turns::create))
        .route("/api/v1/conversations/{id}/events", get(turns::events))
        .route("/api/v1/conversations/{id}/cancel", post(turns::cancel))
        .route("/api/v1/conversations/{id}/feedback", post(turns::feedback))
        .route("/api/v1/conversations/{id}/handoff", post(people::handoff).delete(people::leave))
        .route("/api/v1/conversations/{id}/messages", post(people::message))
        .route("/api/v1/conversations/{id}/call_backs", post(people::call_back))
        .route("/api/v1/conversations/{id}/typing", post(people::typing))
        .merge(staff::routes())
        .fallback(pages::not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(service.request_limit_bytes()))
        .layer(from_fn_with_state(Arc::clone(service), middleware::limit_body))
        .layer(CatchPanicLayer::custom(middleware::panicked))
        .layer(from_fn(middleware::around))
        .with_state(Arc::clone(service))
}

async fn method_not_allowed() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take that method.")
}
