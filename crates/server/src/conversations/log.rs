//! What a stream is told of a conversation: the kept events in the words of the wire, by their numbers, and what passes.

use std::sync::Arc;

use conversation::Event;

use crate::wire::{of_turn, told};

/// The kind of an event, its name on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventName {
    /// What the resident asked; in the conversation's stream only, for a page that is loaded again.
    Question,
    Status,
    Sentence,
    Reply,
    Error,
    /// Where the conversation stands: with the assistant, waiting for a person, and so on.
    State,
    /// A message between people.
    Message,
    /// Whether a reply helped, as the resident said.
    Feedback,
    /// The place in the queue.
    Queue,
    /// The person is writing.
    Typing,
    /// Whether the person has the conversation open.
    Presence,
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
            Self::State => "state",
            Self::Message => "message",
            Self::Feedback => "feedback",
            Self::Queue => "queue",
            Self::Typing => "typing",
            Self::Presence => "presence",
        }
    }
}

/// One event as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct ToldEvent {
    /// Its number in the conversation, from 1, under which a stream resumes; none for what passes.
    pub(crate) id: Option<i64>,
    /// Its turn; none for an event of the whole conversation.
    pub(crate) turn: Option<String>,
    pub(crate) name: EventName,
    /// JSON.
    pub(crate) data: Arc<str>,
}

/// Which events a stream shows, and when it ends.
#[derive(Debug, Clone)]
pub(crate) enum Scope {
    /// One turn's, until it has ended.
    Turn(String),
    /// All, until the conversation ends.
    Conversation,
    /// All that happened so far.
    SoFar,
}

impl Scope {
    fn shows(&self, event: &ToldEvent) -> bool {
        match self {
            Self::Turn(turn) => match event.name {
                EventName::Status | EventName::Sentence | EventName::Reply => event.turn.as_ref() == Some(turn),
                EventName::Error => event.turn.as_ref().is_none_or(|of| of == turn),
                EventName::Question
                | EventName::State
                | EventName::Message
                | EventName::Feedback
                | EventName::Queue
                | EventName::Typing
                | EventName::Presence => false,
            },
            Self::Conversation | Self::SoFar => true,
        }
    }
}

/// A stream's place: after this kept event, and after so much of what passes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    pub(crate) kept: i64,
    pub(crate) passing: u64,
}

/// The events of one conversation.
#[derive(Debug, Default)]
pub(crate) struct EventLog {
    kept: Vec<ToldEvent>,
    /// What is not kept, oldest first: the stages and sentences of the turn that is being answered, and of everything else
    /// the latest.
    passing: Vec<(u64, ToldEvent)>,
    passed: u64,
}

impl EventLog {
    /// Adds a kept event, if residents are told of it. `client_turn_id` is the client's name for a turn of ours.
    pub(crate) fn keep(&mut self, n: i64, at_ms: i64, event: &Event, client_turn_id: impl Fn(&str) -> String) {
        if let Event::Replied { turn, .. } | Event::Signposted { turn, .. } | Event::Stopped { turn, .. } = event {
            self.passing.retain(|(_, passing)| passing.turn.as_ref() != Some(turn));
        }
        if let Some((turn, name, data)) = told(event, n, at_ms) {
            if name == EventName::State {
                self.passing.retain(|(_, passing)| passing.turn.is_some());
            } else if name == EventName::Message {
                self.passing.retain(|(_, passing)| passing.name != EventName::Typing);
            }
            let data = match &turn {
                Some(turn) => of_turn(turn, &client_turn_id(turn), data),
                None => data.to_string(),
            };
            self.kept.push(ToldEvent { id: Some(n), turn, name, data: data.into() });
        }
    }

    /// Tells whoever listens now, or while it lasts, something that is not kept.
    pub(crate) fn pass(&mut self, turn: Option<&str>, name: EventName, data: String) {
        match name {
            EventName::Status | EventName::Sentence => (),
            EventName::Question
            | EventName::Reply
            | EventName::Error
            | EventName::State
            | EventName::Message
            | EventName::Feedback
            | EventName::Queue
            | EventName::Typing
            | EventName::Presence => self.passing.retain(|(_, passing)| passing.name != name),
        }
        self.passed += 1;
        let event = ToldEvent { id: None, turn: turn.map(str::to_owned), name, data: data.into() };
        self.passing.push((self.passed, event));
    }

    /// What was last told under this name and is not over.
    pub(crate) fn last_passed(&self, name: EventName) -> Option<&str> {
        self.passing.iter().rev().find(|(_, passing)| passing.name == name).map(|(_, passing)| &*passing.data)
    }

    /// The events after a place that the scope shows, and the place after them.
    pub(crate) fn after(&self, place: Place, scope: &Scope) -> (Vec<ToldEvent>, Place) {
        let kept = self.kept.iter().filter(|event| event.id.is_some_and(|id| id > place.kept));
        let passing = self.passing.iter().filter(|(number, _)| *number > place.passing).map(|(_, event)| event);
        let events = kept.chain(passing).filter(|event| scope.shows(event)).cloned().collect();
        (events, Place { kept: self.last_id().max(place.kept), passing: self.passed })
    }

    /// The number of the last kept event that is told; 0 when there is none.
    pub(crate) fn last_id(&self) -> i64 {
        self.kept.last().and_then(|event| event.id).unwrap_or(0)
    }

    /// Forgets everything that was said.
    pub(crate) fn clear(&mut self) {
        self.kept = Vec::new();
        self.passing = Vec::new();
    }
}
