//! What a conversation holds: its turns, its log, and who uses it.

use std::time::Instant;

use conversation::{Role, Turn};

use super::log::{EventLog, EventName};
use crate::wire::{Ending, Feedback, TurnNames, error_event};

/// How many earlier turns the assistant is told. What was said longer ago rarely bears on a question.
const HISTORY_TURNS: usize = 8;

/// The part of a conversation that changes.
pub(super) struct State {
    pub(super) log: EventLog,
    pub(super) turns: Vec<TurnRecord>,
    /// Ended: nothing more happens, and every stream ends after what it has not shown yet.
    pub(super) closed: bool,
    pub(super) last_used: Instant,
    pub(super) listeners: usize,
    pub(super) last_listener_left: Instant,
}

/// One turn.
pub(super) struct TurnRecord {
    pub(super) names: TurnNames,
    pub(super) question: String,
    pub(super) progress: Progress,
    pub(super) feedback: Option<Feedback>,
}

/// How far a turn has come.
pub(super) enum Progress {
    Running {
        since: Instant,
    },
    Replied {
        text: String,
    },
    /// Ended without a reply.
    Stopped,
}

impl State {
    /// Nothing was said yet.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            log: EventLog::default(),
            turns: Vec::new(),
            closed: false,
            last_used: now,
            listeners: 0,
            last_listener_left: now,
        }
    }

    /// The turn that the client calls so.
    pub(super) fn turn_of(&self, client_turn_id: &str) -> Option<usize> {
        self.turns.iter().position(|record| record.names.client_turn_id == client_turn_id)
    }

    /// Whether a reply to the turn is still to come.
    pub(super) fn is_running(&self, turn: usize) -> bool {
        self.turns.get(turn).is_some_and(|record| matches!(record.progress, Progress::Running { .. }))
    }

    /// Only the last turn can be running.
    pub(super) fn running(&self) -> Option<usize> {
        self.turns.len().checked_sub(1).filter(|turn| self.is_running(*turn))
    }

    /// Ends a turn without a reply.
    pub(super) fn stop(&mut self, turn: usize, ending: Ending) {
        let record = &mut self.turns[turn];
        record.progress = Progress::Stopped;
        tracing::info!(turn = %record.names.turn, ?ending, "ended without a reply");
        let data = error_event(Some(&record.names), ending);
        self.log.push(Some(turn), EventName::Error, data);
    }

    /// The last turns that were replied to, oldest first.
    pub(super) fn history(&self) -> Vec<Turn> {
        let replied = self.turns.iter().filter_map(|record| match &record.progress {
            Progress::Replied { text } => Some((&record.question, text)),
            Progress::Running { .. } | Progress::Stopped => None,
        });
        let replied: Vec<_> = replied.collect();
        let recent = &replied[replied.len().saturating_sub(HISTORY_TURNS)..];
        let said = |role, text: &String| Turn { role, text: text.clone() };
        recent.iter().flat_map(|(asked, replied)| [said(Role::User, asked), said(Role::Assistant, replied)]).collect()
    }
}
