//! Listening to a conversation: what a stream reads, and the count of those who read.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use super::conversation::Conversation;
use super::log::{LoggedEvent, Scope};

/// Someone listens to a conversation for as long as this lives.
pub(crate) struct Listening {
    pub(super) conversation: Arc<Conversation>,
    pub(super) changed: watch::Receiver<()>,
}

impl Listening {
    /// The events after number `after`, the number to go on from, and whether that was all there will ever be.
    pub(crate) fn events(&mut self, after: u64, scope: Scope) -> (Vec<LoggedEvent>, u64, bool) {
        // Marked as seen before reading, so that what happens in between wakes the next wait.
        self.changed.borrow_and_update();
        let state = self.conversation.lock();
        let (events, last) = state.log.after(after, scope);
        let ended = match scope {
            Scope::Turn(turn) => state.closed || !state.is_running(turn),
            Scope::Conversation => state.closed,
            Scope::SoFar => true,
        };
        (events, last, ended)
    }

    /// The number to go on from for a client that names `last` as its last event; one that there was not yet is the last.
    pub(crate) fn going_on_from(&self, last: u64) -> u64 {
        last.min(self.conversation.lock().log.last_id())
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
