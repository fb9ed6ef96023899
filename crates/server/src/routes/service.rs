//! What a page has to know of the service before anybody asks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::service::Service;
use crate::wire::ServiceTold;

/// `GET /api/v1/service`. That it answers also tells the widget that it can offer itself.
pub(crate) async fn show(State(service): State<Arc<Service>>) -> Json<ServiceTold> {
    let people = service.people();
    Json(ServiceTold::new(service.knowledge(), people.retention(), &people.switches()))
}
