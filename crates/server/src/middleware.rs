//! What surrounds every request: an id, a line in the log, headers that tell browsers what is allowed, and the refusal of
//! bodies that announce too great a length. The log holds neither addresses with ids nor bodies.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::api_error::ApiError;
use crate::service::Service;
use crate::{chat, extract};

/// Only this service's own files run, style and connect; nothing is embedded elsewhere (W3C Content Security Policy 3).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, answers it, logs it, and adds the headers.
pub(crate) async fn around(request: Request, next: Next) -> Response {
    let request_id = Uuid::new_v4();
    let method = request.method().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", %request_id, %method, route);
    async move {
        let start = Instant::now();
        let mut response = next.run(request).await;
        let (status, duration_ms) = (response.status().as_u16(), start.elapsed().as_millis() as u64);
        tracing::info!(status, duration_ms, "answered");
        add_headers(&mut response, request_id);
        response
    }
    .instrument(span)
    .await
}

fn add_headers(response: &mut Response, request_id: Uuid) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // What a resident asked must not stay in a cache; routes whose answers may be kept say so themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&request_id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
}

/// Refuses a body by its announced length, before it is read and on routes that read none.
pub(crate) async fn limit_body(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > service.request_limit_bytes() as u64) {
        // A person reads this one.
        return if request.uri().path() == chat::ADDRESS {
            chat::too_large(&service, request.headers())
        } else {
            extract::too_large(&service).into_response()
        };
    }
    next.run(request).await
}

/// A panic in a route is a 500 like any other.
pub(crate) fn panicked(_panic: Box<dyn Any + Send>) -> Response {
    ApiError::internal(&"a route panicked").into_response()
}
