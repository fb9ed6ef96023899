//! What happened in a conversation, as a numbered list of events that any stream can read from any place.

use std::sync::Arc;

/// The kind of an event, its name on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventName {
    /// What the resident asked; in the conversation's stream only, for a page that is loaded again.
    Question,
    Status,
    Sentence,
    Reply,
    Error,
}

impl EventName {
    /// The name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Status => "status",
            Self::Sentence => "sentence",
            Self::Reply => "reply",
            Self::Error => "error",
        }
    }
}

/// One event as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct LoggedEvent {
    /// Its number in the conversation, from 1.
    pub(crate) id: u64,
    /// The number of its turn; none for an event of the whole conversation.
    pub(crate) turn: Option<usize>,
    pub(crate) name: EventName,
    /// JSON.
    pub(crate) data: Arc<str>,
}

/// Which events a stream shows, and when it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope {
    /// One turn's, until it has ended.
    Turn(usize),
    /// All, until the conversation ends.
    Conversation,
    /// All that happened so far.
    SoFar,
}

impl Scope {
    fn shows(self, event: &LoggedEvent) -> bool {
        match self {
            Self::Turn(turn) => event.turn.is_none_or(|of| of == turn) && event.name != EventName::Question,
            Self::Conversation | Self::SoFar => true,
        }
    }
}

/// The events of one conversation.
#[derive(Debug, Default)]
pub(crate) struct EventLog(Vec<LoggedEvent>);

impl EventLog {
    /// Adds an event under the next number.
    pub(crate) fn push(&mut self, turn: Option<usize>, name: EventName, data: String) {
        let id = self.last_id() + 1;
        self.0.push(LoggedEvent { id, turn, name, data: data.into() });
    }

    /// The events after number `after` that the scope shows, and the number of the last event of all.
    pub(crate) fn after(&self, after: u64, scope: Scope) -> (Vec<LoggedEvent>, u64) {
        let start = usize::try_from(after).unwrap_or(usize::MAX).min(self.0.len());
        let events = self.0[start..].iter().filter(|event| scope.shows(event)).cloned().collect();
        (events, self.last_id())
    }

    /// The number of the last event; 0 when there is none.
    pub(crate) fn last_id(&self) -> u64 {
        self.0.len() as u64
    }

    /// Forgets everything that was said.
    pub(crate) fn clear(&mut self) {
        self.0 = Vec::new();
    }
}
