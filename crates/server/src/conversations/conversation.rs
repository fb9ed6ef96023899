//! One conversation: its turns, its events, who listens. One turn runs at a time.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use assistant::Reply;
use axum::http::StatusCode;
use conversation::Turn;
use tokio::sync::watch;
use uuid::Uuid;

use super::listening::Listening;
use super::log::EventName;
use super::state::{Progress, State, TurnRecord};
use crate::api_error::ApiError;
use crate::token::TokenDigest;
use crate::wire::{Ending, Feedback, StageName, TurnNames, error_event};

/// How many turns a conversation holds. It bounds the memory of one conversation; no real enquiry comes near.
const MOST_TURNS: usize = 100;
/// How many streams may be open on one conversation: some tabs of one browser.
const MOST_LISTENERS: usize = 12;

/// A conversation.
pub(crate) struct Conversation {
    id: Uuid,
    token: TokenDigest,
    listener_grace: Duration,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

/// How a turn that was sent relates to those already there.
pub(crate) enum Begun {
    /// It is new: it has to be answered, after this history.
    New { turn: usize, history: Vec<Turn> },
    /// It was sent before: its events are there or on their way.
    Known { turn: usize },
}

impl Conversation {
    /// An empty conversation.
    pub(crate) fn new(id: Uuid, token: TokenDigest, listener_grace: Duration) -> Self {
        Self {
            id,
            token,
            listener_grace,
            state: Mutex::new(State::new(Instant::now())),
            changed: watch::Sender::new(()),
        }
    }

    /// Its name in addresses.
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// Whether the token opens it.
    pub(crate) fn admits(&self, token: &str) -> bool {
        self.token.is_of(token)
    }

    /// Notes that it is in use.
    pub(crate) fn touch(&self) {
        self.lock().last_used = Instant::now();
    }

    /// Whether nobody has used it for this long, nobody listens and nothing runs.
    pub(crate) fn is_idle_since(&self, idle: Duration) -> bool {
        let state = self.lock();
        state.listeners == 0 && state.running().is_none() && state.last_used.elapsed() >= idle
    }

    /// Orders conversations by how much they would be missed: asked in, busy, used lately.
    pub(crate) fn worth(&self, now: Instant) -> (bool, bool, Reverse<Duration>) {
        let state = self.lock();
        let busy = state.listeners > 0 || state.running().is_some();
        (!state.turns.is_empty(), busy, Reverse(now.saturating_duration_since(state.last_used)))
    }

    /// Takes a turn up, or finds it again: the same client's name and the same text are the same turn.
    pub(crate) fn begin_turn(&self, client_turn_id: &str, question: &str) -> Result<Begun, ApiError> {
        let mut state = self.lock();
        if state.closed {
            return Err(ApiError::shutting_down());
        }
        if let Some(turn) = state.turn_of(client_turn_id) {
            if state.turns[turn].question == question {
                return Ok(Begun::Known { turn });
            }
            return Err(ApiError::conflict("turn_differs", "This client_turn_id was used for another text."));
        }
        if state.running().is_some() {
            return Err(ApiError::conflict(
                "turn_in_progress",
                "Wait for the answer to your last question, or cancel it.",
            ));
        }
        if state.turns.len() >= MOST_TURNS {
            return Err(ApiError::conflict("conversation_full", "This conversation is long. Start a new one."));
        }
        let history = state.history();
        let turn = state.turns.len();
        let names = TurnNames { turn: Uuid::new_v4(), client_turn_id: client_turn_id.to_owned() };
        let now = Instant::now();
        state.log.push(Some(turn), EventName::Question, names.question(question));
        state.turns.push(TurnRecord {
            names,
            question: question.to_owned(),
            progress: Progress::Running { since: now },
            feedback: None,
        });
        // The listener of this turn is still on its way; its grace starts now.
        state.last_listener_left = now;
        self.announce(state);
        Ok(Begun::New { turn, history })
    }

    /// Notes what the assistant is at.
    pub(crate) fn note_stage(&self, turn: usize, stage: StageName) {
        self.add(turn, |names| (EventName::Status, names.status(stage)));
    }

    /// Notes a sentence of the reply to come.
    pub(crate) fn note_sentence(&self, turn: usize, index: usize, text: &str, citations: &[u32]) {
        self.add(turn, |names| (EventName::Sentence, names.sentence(index, text, citations)));
    }

    /// Ends a turn with its reply, and gives the name of the turn. Whatever ended it before stands, and then there is none.
    pub(crate) fn finish(&self, turn: usize, reply: &Reply) -> Option<Uuid> {
        let mut state = self.lock();
        let Some(Progress::Running { since }) = state.turns.get(turn).map(|record| &record.progress) else {
            return None;
        };
        let duration_ms = since.elapsed().as_millis() as u64;
        let names = state.turns[turn].names.clone();
        let (outcome, reason, path) = (reply.outcome(), reply.reason(), reply.trace().path.as_str());
        tracing::info!(turn = %names.turn, ?outcome, ?reason, path, duration_ms, "replied");
        let told = match names.reply(reply) {
            Ok(data) => {
                state.log.push(Some(turn), EventName::Reply, data);
                state.turns[turn].progress = Progress::Replied { text: reply.text().to_owned() };
                Some(names.turn)
            }
            Err(error) => {
                tracing::error!(turn = %names.turn, %error, "the reply could not be written as JSON");
                state.stop(turn, Ending::Internal);
                None
            }
        };
        state.last_used = Instant::now();
        self.announce(state);
        told
    }

    /// Ends a turn without a reply. Whatever ended it before stands.
    pub(crate) fn stop(&self, turn: usize, ending: Ending) {
        let mut state = self.lock();
        if state.is_running(turn) {
            state.stop(turn, ending);
            self.announce(state);
        }
    }

    /// Stops the turn of this name on the resident's wish. Nothing happens when it has ended already or never came: either
    /// way it does not run, and a client that stops early cannot know which.
    pub(crate) fn cancel(&self, client_turn_id: &str) {
        let turn = self.lock().turn_of(client_turn_id);
        if let Some(turn) = turn {
            self.stop(turn, Ending::Cancelled);
        }
    }

    /// Whether anyone still wants the turn: it has not been ended, and someone listens or may be about to come back.
    pub(crate) fn wants(&self, turn: usize) -> bool {
        let state = self.lock();
        state.is_running(turn) && (state.listeners > 0 || state.last_listener_left.elapsed() < self.listener_grace)
    }

    /// Keeps what the resident thought of a turn; the last word counts.
    pub(crate) fn keep_feedback(&self, feedback: Feedback) -> Result<(), ApiError> {
        let mut state = self.lock();
        let record = state.turns.iter_mut().find(|record| record.names.turn == feedback.turn);
        let record = record.ok_or_else(|| ApiError::not_found("There is no such turn in this conversation."))?;
        let has_comment = feedback.comment.as_deref().is_some_and(|comment| !comment.trim().is_empty());
        tracing::info!(turn = %feedback.turn, helpful = feedback.helpful, has_comment, "feedback");
        record.feedback = Some(feedback);
        Ok(())
    }

    /// Ends the conversation because the service ends.
    pub(crate) fn shut_down(&self) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        match state.running() {
            Some(turn) => state.stop(turn, Ending::ShuttingDown),
            None => state.log.push(None, EventName::Error, error_event(None, Ending::ShuttingDown)),
        }
        state.closed = true;
        self.announce(state);
    }

    /// Ends the conversation and forgets everything that was said in it.
    pub(crate) fn delete(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.log.clear();
        state.turns = Vec::new();
        self.announce(state);
    }

    /// Registers a listener.
    pub(crate) fn listen(self: &Arc<Self>) -> Result<Listening, ApiError> {
        let mut state = self.lock();
        if state.listeners >= MOST_LISTENERS {
            let detail = "Too many streams are open on this conversation. Close some.";
            return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", detail));
        }
        state.listeners += 1;
        Ok(Listening { conversation: Arc::clone(self), changed: self.changed.subscribe() })
    }

    fn add(&self, turn: usize, event: impl FnOnce(&TurnNames) -> (EventName, String)) {
        let mut state = self.lock();
        if state.is_running(turn) {
            let (name, data) = event(&state.turns[turn].names);
            state.log.push(Some(turn), name, data);
            self.announce(state);
        }
    }

    /// Wakes the streams, after the lock is given back.
    fn announce(&self, state: MutexGuard<'_, State>) {
        drop(state);
        self.changed.send_replace(());
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
