//! The routes and what surrounds them.

pub(crate) mod assets;
pub(crate) mod conversations;
pub(crate) mod details;
mod health;
mod pages;
pub(crate) mod people;
mod service;
pub(crate) mod turns;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::api_error::ApiError;
use crate::service::Service;
use crate::{chat, middleware, origins, staff};

/// All routes of the service.
pub(crate) fn router(service: &Arc<Service>) -> Router {
    // Around what guards a route, so that a page of another website can read a refusal as well.
    let interface = guarded(interface(), service).layer(service.origins().interface());
    let files = guarded(Router::new().route("/widget/{name}", get(assets::widget)), service).layer(origins::files());
    // Without any of that: no page of another website may read the console or a resident's page.
    let pages = guarded(pages().merge(staff::routes()).fallback(pages::not_found), service);
    interface.merge(files).merge(pages).layer(from_fn(middleware::around)).with_state(Arc::clone(service))
}

/// What the widget and other programs use.
fn interface() -> Router<Arc<Service>> {
    Router::new()
        .route("/api/v1/service", get(service::show))
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
}

/// What a resident's browser shows, and how the service is.
fn pages() -> Router<Arc<Service>> {
    Router::new()
        .route("/", get(pages::home))
        .route("/chat", get(chat::show).post(chat::step))
        .route("/pages/{*id}", get(pages::page))
        .route("/assets/{name}", get(assets::asset))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
}

/// Routes with what guards every one of them: the largest body, and that a panic is an answer.
fn guarded(routes: Router<Arc<Service>>, service: &Arc<Service>) -> Router<Arc<Service>> {
    routes
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(service.request_limit_bytes()))
        .layer(from_fn_with_state(Arc::clone(service), middleware::limit_body))
        .layer(CatchPanicLayer::custom(middleware::panicked))
}

async fn method_not_allowed() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take that method.")
}
