//! What a page has to know of the service before anybody asks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::service::Service;
use crate::wire::ServiceTold;

/// `GET /api/v1/service`. That it answers also tells the widget that it can offer itself.
#[utoipa::path(
    get, path = "/api/v1/service", operation_id = "service", tag = "service",
    summary = "What a page has to know before anybody asks",
    description = "That it answers also tells that the assistant can be offered.",
    responses((status = OK, body = ServiceTold, description = "As things stand"))
)]
pub(crate) async fn show(State(service): State<Arc<Service>>) -> Json<ServiceTold> {
    let people = service.people();
    Json(ServiceTold::new(service.knowledge(), people.retention(), &people.switches()))
}
