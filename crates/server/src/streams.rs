//! Server-sent events (WHATWG HTML, 9.2) out of a conversation's log.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::conversations::{Listening, LoggedEvent, Scope};

/// How often a silent stream says that it is alive. Proxies cut a silent connection after 30 to 60 seconds, and the write
/// is how a lost listener is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Tells nginx to pass events on at once.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Streams the events after number `after`.
pub(crate) fn respond(listening: Listening, after: u64, scope: Scope) -> Response {
    let follower = Follower { listening, after, scope, ready: VecDeque::new() };
    let events = stream::unfold(follower, Follower::next);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // What a resident asked must not stay in a cache.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(NO_BUFFERING, HeaderValue::from_static("no"));
    response
}

/// A stream's place in the log.
struct Follower {
    listening: Listening,
    after: u64,
    scope: Scope,
    ready: VecDeque<LoggedEvent>,
}

impl Follower {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((Ok(to_wire(&event)), self));
            }
            let (events, last, ended) = self.listening.events(self.after, self.scope);
            self.after = last;
            if !events.is_empty() {
                self.ready = events.into();
            } else if ended {
                return None;
            } else {
                self.listening.wait().await;
            }
        }
    }
}

fn to_wire(event: &LoggedEvent) -> Event {
    Event::default().id(event.id.to_string()).event(event.name.as_str()).data(&event.data)
}
