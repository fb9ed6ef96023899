//! The routes and what surrounds them.

pub(crate) mod assets;
pub(crate) mod conversations;
pub(crate) mod details;
mod health;
mod pages;
pub(crate) mod people;
mod service;
pub(crate) mod turns;

use std::future::ready;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api_error::ApiError;
use crate::service::Service;
use crate::{chat, middleware, openapi, origins, staff};

/// What the widget and other programs use: its routes and, from the same list, what the document says of them.
fn interface() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(service::show))
        .routes(routes!(conversations::create))
        .routes(routes!(conversations::delete))
        .routes(routes!(turns::create))
        .routes(routes!(turns::events))
        .routes(routes!(turns::cancel))
        .routes(routes!(turns::feedback))
        .routes(routes!(people::handoff, people::leave))
        .routes(routes!(people::message))
        .routes(routes!(people::call_back))
        .routes(routes!(people::typing))
}

/// How the service is; in the document as well.
fn health() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new().routes(routes!(health::livez)).routes(routes!(health::readyz))
}

/// All routes of the service.
pub(crate) fn router(service: &Arc<Service>) -> Router {
    let (interface, mut document) = interface().split_for_parts();
    let (health, of_health) = health().split_for_parts();
    document.merge(of_health);
    let document = Arc::new(openapi::complete(document));
    // Around what guards a route, so that a page of another website can read a refusal as well.
    let interface = guarded(interface, service).layer(service.origins().interface());
    // These travel compressed, which pages do not: what is compressed with a secret can give it away (BREACH, 2013).
    let files = Router::new().route("/widget/{name}", get(assets::widget));
    let files = guarded(files, service).layer(origins::files());
    // Without any of that: no page of another website may read the console or a resident's page.
    let pages = pages()
        .route("/openapi.json", get(move || ready(Json(&*document).into_response())))
        .merge(health)
        .merge(staff::routes());
    let pages = guarded(pages.fallback(pages::not_found), service);
    interface.merge(files).merge(pages).layer(from_fn(middleware::around)).with_state(Arc::clone(service))
}

/// What a resident's browser shows.
fn pages() -> Router<Arc<Service>> {
    Router::new()
        .route("/", get(pages::home))
        .route("/chat", get(chat::show).post(chat::step))
        .route("/pages/{*id}", get(pages::page))
        .route("/assets/{name}", get(assets::asset))
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
