//! What this process holds of a conversation: the record that its kept events leave, and who uses it.

use std::time::Instant;

use conversation::ConversationRecord;

use super::log::EventLog;

/// The part of a conversation that changes.
pub(super) struct State {
    pub(super) record: ConversationRecord,
    pub(super) log: EventLog,
    /// The turn that this process answers.
    pub(super) working_on: Option<Working>,
    /// The turn whose reply could not be kept; its streams end, and it can be sent again.
    pub(super) given_up: Option<String>,
    /// Whether staff were told that the resident's page is open, and when.
    pub(super) told_here: Option<(bool, Instant)>,
    /// Ended: nothing more happens here, and every stream ends after what it has not shown yet.
    pub(super) closed: bool,
    pub(super) last_used: Instant,
    pub(super) listeners: usize,
    pub(super) last_listener_left: Instant,
}

/// The turn that this process answers.
pub(super) struct Working {
    pub(super) turn: String,
    pub(super) since: Instant,
}

impl State {
    /// Nothing was said yet.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            record: ConversationRecord::default(),
            log: EventLog::default(),
            working_on: None,
            given_up: None,
            told_here: None,
            closed: false,
            last_used: now,
            listeners: 0,
            last_listener_left: now,
        }
    }

    /// This process does not answer the turn any more. It may answer another by now.
    pub(super) fn put_down(&mut self, turn: &str) {
        self.working_on.take_if(|working| working.turn == turn);
    }

    /// Whether a reply to the turn is still to come.
    pub(super) fn is_running(&self, turn: &str) -> bool {
        self.record.running().is_some_and(|record| record.turn == turn)
    }
}
