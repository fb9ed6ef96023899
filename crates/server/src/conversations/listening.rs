//! Listening to a conversation: what a stream reads, and the count of those who read.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use super::conversation::Conversation;
use super::log::{Place, Scope, ToldEvent};

/// Someone listens to a conversation for as long as this lives.
pub(crate) struct Listening {
    pub(super) conversation: Arc<Conversation>,
    pub(super) changed: watch::Receiver<()>,
}

impl Listening {
    /// The events after a place, the place to go on from, and whether that was all there will ever be.
    pub(crate) fn events(&mut self, after: Place, scope: &Scope) -> (Vec<ToldEvent>, Place, bool) {
        // Marked as seen before reading, so that what happens in between wakes the next wait.
        self.changed.borrow_and_update();
        let state = self.conversation.lock();
        let (events, place) = state.log.after(after, scope);
        let ended = match scope {
            Scope::Turn(turn) => state.closed || !state.is_running(turn) || state.given_up.as_ref() == Some(turn),
            Scope::Conversation => state.closed,
            Scope::SoFar => true,
        };
        (events, place, ended)
    }

    /// The place of a client that names `last` as its last event; after one that there was not yet comes what is new.
    pub(crate) fn going_on_from(&self, last: i64) -> Place {
        Place { kept: last.min(self.conversation.lock().log.last_id()), passing: 0 }
    }

    /// Waits until something happened since the last [`Self::events`].
    pub(crate) async fn wait(&mut self) {
        // It fails only when the conversation is gone, and this holds it.
        let _ = self.changed.changed().await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut state = self.conversation.lock();
        state.listeners -= 1;
        let now = Instant::now();
        state.last_listener_left = now;
        state.last_used = now;
    }
}
