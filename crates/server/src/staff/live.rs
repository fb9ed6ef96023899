//! What the console's script is told without asking: that the inbox or the conversation has changed, and who writes. It
//! then reads the page again; nothing that residents wrote travels here.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::response::sse::Event;
use conversation::{Phase, Speaker};
use futures_util::stream;
use serde::Deserialize;
use store::{Notice, Notices};
use uuid::Uuid;

use super::now_ms;
use super::permission::Permission;
use super::refusal::Refusal;
use super::session::{COOKIE, Posted, SignedIn, cookie, signed_in};
use crate::service::Service;
use crate::streams::{kept_alive, unbuffered};

/// How often a stream looks whether its session is still good, and whether the service is about to end.
const LOOK: Duration = Duration::from_secs(2);
/// How many looks there are between two at the session.
const LOOKS_BETWEEN: u32 = 15;

/// What a page wants to be told of.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    /// The conversation that the page shows, if it shows one.
    conversation: Option<String>,
}

/// `GET /staff/live`: server-sent events `begun`, `changed` (read the page again), `queue` (and the inbox),
/// `typing` and `signed_out`.
pub(crate) async fn stream(
    State(service): State<Arc<Service>>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Conversations)?;
    let teller = Teller {
        notices: service.store().notices(),
        token: cookie(&headers, COOKIE).unwrap_or_default().to_owned(),
        conversation: wanted.conversation,
        ready: VecDeque::from([Event::default().event("begun").data("{}")]),
        looks: 0,
        over: false,
        service,
    };
    Ok(unbuffered(kept_alive(stream::unfold(teller, Teller::next))))
}

struct Teller {
    service: Arc<Service>,
    notices: Notices,
    token: String,
    conversation: Option<String>,
    ready: VecDeque<Event>,
    looks: u32,
    over: bool,
}

impl Teller {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((Ok(event), self));
            }
            if self.over || self.service.conversations().is_closing() {
                return None;
            }
            match tokio::time::timeout(LOOK, self.notices.next()).await {
                Ok(notice) => self.tell(&notice),
                Err(_nothing_happened) => self.look().await,
            }
        }
    }

    fn tell(&mut self, notice: &Notice) {
        let changed = || Event::default().event("changed").data("{}");
        match (notice, self.conversation.as_deref()) {
            (Notice::Conversation { id } | Notice::Erased { id }, Some(shown)) if id == shown => {
                self.ready.push_back(changed());
            }
            (Notice::Typing { conversation, from }, Some(shown)) if conversation == shown => {
                let from = match from {
                    Speaker::User => "resident",
                    Speaker::Staff(_) => "staff",
                };
                self.ready.push_back(Event::default().event("typing").data(format!("{{\"from\":\"{from}\"}}")));
            }
            // Who waits, also on the page of a conversation: a resident who waits is to be heard on each page.
            (Notice::Queue | Notice::Missed | Notice::Switches, _) => {
                self.ready.push_back(Event::default().event("queue").data("{}"));
            }
            (Notice::Conversation { .. } | Notice::Erased { .. } | Notice::Typing { .. }, _) => (),
        }
    }

    async fn look(&mut self) {
        self.looks += 1;
        if !self.looks.is_multiple_of(LOOKS_BETWEEN) {
            return;
        }
        // Where the database does not answer, the session may well be good.
        if let Ok(None) = signed_in(&self.service, &self.token).await {
            self.ready.push_back(Event::default().event("signed_out").data("{}"));
            self.over = true;
        }
    }
}

/// `POST /staff/heartbeat`: the page is open. With `active`, somebody has used it since, which keeps the session.
pub(crate) async fn heartbeat(
    State(service): State<Arc<Service>>,
    Posted { who, fields }: Posted,
) -> Result<StatusCode, Refusal> {
    let store = service.store();
    if fields.text("active") == "yes" {
        store.touch_session(&who.session.token_digest_hex, now_ms()).await?;
    } else {
        store.note_seen(&who.staff.id, now_ms()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/typing`: who has the conversation writes.
pub(crate) async fn typing(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<StatusCode, Refusal> {
    who.need(Permission::Inbox)?;
    let uuid: Uuid = id.parse().map_err(|_| Refusal::NotFound)?;
    let conversation = service.conversations().find(uuid).await?.ok_or(Refusal::NotFound)?;
    if let Phase::WithPerson(with) = conversation.record().phase()
        && with.staff.id == who.staff.id
    {
        service.store().notify(Notice::Typing { conversation: id, from: Speaker::Staff(who.member()) }).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
