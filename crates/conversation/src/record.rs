//! A conversation as its events leave it: where it stands, its turns, and what the assistant may know of it.

use crate::event::{Event, Fact};
use crate::phase::{Impossible, Phase};
use crate::{Role, Turn};

/// How many earlier turns the assistant is told. What was said longer ago rarely bears on a question.
const HISTORY_TURNS: usize = 8;

/// What the events of a conversation come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRecord {
    phase: Phase,
    turns: Vec<TurnRecord>,
    /// The first turn after a person last had the conversation.
    context_from: usize,
    /// The senders' names of the messages between people, and their numbers.
    messages: Vec<(String, i64)>,
    version: i64,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRecord {
    /// Our name for it.
    pub turn: String,
    /// The client's name for it.
    pub client_turn_id: String,
    /// What was asked.
    pub question: String,
    /// How far it has come.
    pub progress: Progress,
    /// What the resident said of its reply, last.
    pub rating: Option<Rating>,
}

/// Whether a reply helped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Whether it did.
    pub helpful: bool,
    /// What the resident added.
    pub comment: Option<String>,
}

/// How far a turn has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A reply is to come.
    Running,
    /// This was replied.
    Replied {
        /// The text of the reply.
        text: String,
    },
    /// It ended without a reply.
    Stopped,
}

impl Default for ConversationRecord {
    fn default() -> Self {
        Self { phase: Phase::start(), turns: Vec::new(), context_from: 0, messages: Vec::new(), version: 0 }
    }
}

impl ConversationRecord {
    /// Where the conversation stands.
    #[must_use]
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// How many events it has; the number of the last one.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Its turns.
    #[must_use]
    pub fn turns(&self) -> &[TurnRecord] {
        &self.turns
    }

    /// The turn that the client calls so.
    #[must_use]
    pub fn turn_of(&self, client_turn_id: &str) -> Option<&TurnRecord> {
        self.turns.iter().find(|record| record.client_turn_id == client_turn_id)
    }

    /// The client's name for a turn of ours.
    #[must_use]
    pub fn client_turn_id(&self, turn: &str) -> Option<&str> {
        self.turns.iter().find(|record| record.turn == turn).map(|record| record.client_turn_id.as_str())
    }

    /// The turn that is being answered. Only the last one can be.
    #[must_use]
    pub fn running(&self) -> Option<&TurnRecord> {
        self.turns.last().filter(|record| record.progress == Progress::Running)
    }

    /// The number of the message that its sender calls so.
    #[must_use]
    pub fn message(&self, client_message_id: &str) -> Option<i64> {
        self.messages.iter().find(|(name, _)| name == client_message_id).map(|(_, number)| *number)
    }

    /// The last question of all, for the person who takes over.
    #[must_use]
    pub fn last_question(&self) -> Option<&str> {
        self.turns.last().map(|record| record.question.as_str())
    }

    /// The turns that the assistant is told: the last ones that were replied to since a person had the conversation,
    /// oldest first.
    #[must_use]
    pub fn history(&self) -> Vec<Turn> {
        let replied = self.turns[self.context_from..].iter().filter_map(|record| match &record.progress {
            Progress::Replied { text } => Some((&record.question, text)),
            Progress::Running | Progress::Stopped => None,
        });
        let replied: Vec<_> = replied.collect();
        let recent = &replied[replied.len().saturating_sub(HISTORY_TURNS)..];
        let said = |role, text: &String| Turn { role, text: text.clone() };
        recent.iter().flat_map(|(asked, replied)| [said(Role::User, asked), said(Role::Assistant, replied)]).collect()
    }

    /// Adds the next event.
    pub fn add(&mut self, event: &Event, at_ms: i64) -> Result<(), Impossible> {
        self.phase = self.phase.clone().after(event, at_ms)?;
        match event {
            Event::Asked { turn, client_turn_id, text, .. } => self.turns.push(TurnRecord {
                turn: turn.clone(),
                client_turn_id: client_turn_id.clone(),
                question: text.clone(),
                progress: Progress::Running,
                rating: None,
            }),
            Event::Replied { turn, reply } | Event::Signposted { turn, reply } => {
                self.end(turn, Progress::Replied { text: reply.text.clone() });
            }
            Event::Stopped { turn, .. } => self.end(turn, Progress::Stopped),
            Event::Said { client_message_id, .. } => self.messages.push((client_message_id.clone(), self.version + 1)),
            Event::Rated { turn, helpful, comment } => {
                if let Some(record) = self.turn_mut(turn) {
                    record.rating = Some(Rating { helpful: *helpful, comment: comment.clone() });
                }
            }
            Event::Closed { .. } | Event::ReturnedToAssistant { .. } => self.context_from = self.turns.len(),
            Event::Declined
            | Event::Requested { .. }
            | Event::Queued
            | Event::Alerted
            | Event::Cancelled
            | Event::CallBackOffered { .. }
            | Event::CallBackRequested { .. }
            | Event::CallBackDeclined
            | Event::Accepted { .. }
            | Event::Noted { .. }
            | Event::HandedOn { .. }
            | Event::HandedToService { .. } => (),
        }
        self.version += 1;
        Ok(())
    }

    /// The record after a fact that one of its own states made.
    pub fn with(mut self, fact: &Fact, at_ms: i64) -> Result<Self, Impossible> {
        self.add(fact.event(), at_ms)?;
        Ok(self)
    }

    fn end(&mut self, turn: &str, progress: Progress) {
        if let Some(record) = self.turn_mut(turn) {
            record.progress = progress;
        }
    }

    fn turn_mut(&mut self, turn: &str) -> Option<&mut TurnRecord> {
        self.turns.iter_mut().find(|record| record.turn == turn)
    }
}
