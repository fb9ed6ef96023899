//! Server-sent events (WHATWG HTML, 9.2) out of a conversation's log.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};

use crate::conversations::{EventName, Listening, Place, Scope, ToldEvent};

/// How often a silent stream says that it is alive. Proxies cut a silent connection after 30 to 60 seconds, and the write
/// is how a lost listener is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Tells nginx to pass events on at once.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Streams the events after a place.
pub(crate) fn respond(listening: Listening, after: Place, scope: Scope) -> Response {
    let follower = Follower { listening, after, scope, ready: VecDeque::new() };
    let events = stream::unfold(follower, Follower::next);
    unbuffered(kept_alive(events))
}

/// A stream that says now and then that it is alive.
pub(crate) fn kept_alive<Events>(events: Events) -> impl IntoResponse
where
    Events: Stream<Item = Result<Event, Infallible>> + Send + 'static,
{
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// A stream of one event that is not kept.
pub(crate) fn respond_once(name: EventName, data: &str) -> Response {
    let event = Event::default().event(name.as_str()).data(data);
    unbuffered(Sse::new(stream::iter([Ok::<_, Infallible>(event)])))
}

/// Sees to it that events arrive as they happen and are kept nowhere.
pub(crate) fn unbuffered(events: impl IntoResponse) -> Response {
    let mut response = events.into_response();
    // What a resident asked must not stay in a cache.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(NO_BUFFERING, HeaderValue::from_static("no"));
    response
}

/// A stream's place in the log.
struct Follower {
    listening: Listening,
    after: Place,
    scope: Scope,
    ready: VecDeque<ToldEvent>,
}

impl Follower {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((Ok(to_wire(&event)), self));
            }
            let (events, last, ended) = self.listening.events(self.after, &self.scope);
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

fn to_wire(event: &ToldEvent) -> Event {
    let wire = Event::default().event(event.name.as_str()).data(&event.data);
    match event.id {
        Some(id) => wire.id(id.to_string()),
        None => wire,
    }
}
