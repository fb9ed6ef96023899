//! The conversations that are going on: found by id, ended when idle, bounded in number. All of it is in memory.

mod conversation;
mod listening;
mod log;
mod state;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::api_error::ApiError;
use crate::token;
pub(crate) use conversation::{Begun, Conversation};
pub(crate) use listening::Listening;
pub(crate) use log::{LoggedEvent, Scope};

/// Work on a turn stops when nobody has listened to it for this long. A phone that loses its line in a lift is back sooner.
pub(crate) const LISTENER_GRACE: Duration = Duration::from_secs(30);

/// Every conversation that has not ended.
pub(crate) struct Conversations {
    kept: usize,
    idle: Duration,
    listener_grace: Duration,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    by_id: HashMap<Uuid, Arc<Conversation>>,
    closing: bool,
}

impl Conversations {
    /// No conversations yet; at most `kept` at a time, each for `idle` after its last use.
    pub(crate) fn new(kept: usize, idle: Duration, listener_grace: Duration) -> Self {
        Self { kept: kept.max(1), idle, listener_grace, open: Mutex::default() }
    }

    /// Starts a conversation; gives its token, which is not kept.
    pub(crate) fn create(&self) -> Result<(Arc<Conversation>, String), ApiError> {
        let (token, digest) = token::issue().map_err(|error| ApiError::internal(&error))?;
        let conversation = Arc::new(Conversation::new(Uuid::new_v4(), digest, self.listener_grace));
        let mut open = self.lock();
        if open.closing {
            return Err(ApiError::shutting_down());
        }
        if open.by_id.len() >= self.kept {
            make_room(&mut open.by_id);
        }
        open.by_id.insert(conversation.id(), Arc::clone(&conversation));
        Ok((conversation, token))
    }

    /// The conversation of this id, unless it has been idle for too long.
    pub(crate) fn find(&self, id: Uuid) -> Option<Arc<Conversation>> {
        let mut open = self.lock();
        let conversation = open.by_id.get(&id)?;
        if conversation.is_idle_since(self.idle) {
            conversation.delete();
            open.by_id.remove(&id);
            return None;
        }
        open.by_id.get(&id).cloned()
    }

    /// Ends a conversation and forgets all that was said in it.
    pub(crate) fn delete(&self, id: Uuid) {
        if let Some(conversation) = self.lock().by_id.remove(&id) {
            conversation.delete();
        }
    }

    /// Ends the conversations that have been idle for too long.
    pub(crate) fn expire(&self) {
        let idle = self.idle;
        self.lock().by_id.retain(|_, conversation| {
            let expired = conversation.is_idle_since(idle);
            if expired {
                conversation.delete();
            }
            !expired
        });
    }

    /// Ends every stream with the error `shutting_down`, stops every turn, and lets nothing new begin.
    pub(crate) fn shut_down(&self) {
        let mut open = self.lock();
        open.closing = true;
        for conversation in open.by_id.values() {
            conversation.shut_down();
        }
    }

    /// Whether [`Self::shut_down`] was called.
    pub(crate) fn is_closing(&self) -> bool {
        self.lock().closing
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the conversation that is missed least: first those in which nothing was asked, so that someone who opens
/// conversations by the thousand does not push out residents; then those at which nobody listens; then the longest unused.
fn make_room(by_id: &mut HashMap<Uuid, Arc<Conversation>>) {
    let now = Instant::now();
    let least_missed = by_id.iter().min_by_key(|(_, conversation)| conversation.worth(now)).map(|(id, _)| *id);
    if let Some(conversation) = least_missed.and_then(|id| by_id.remove(&id)) {
        conversation.delete();
    }
}
