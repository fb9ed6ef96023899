//! One conversation: what this process knows of it, and how it is added to.
//!
//! What happened is kept in the store, and is kept before anyone is told. Whoever wants to add something decides by what
//! the conversation has come to; if something was added meanwhile, here or on another replica, they decide again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use conversation::{ConversationRecord, Event, Fact, Phase, Rating, Turn, TurnEnding};
use jiff::Timestamp;
use store::{Append, Appended, Effect, Store};
use tokio::sync::watch;
use uuid::Uuid;

use super::listening::Listening;
use super::log::EventName;
use super::state::{State, Working};
use crate::api_error::ApiError;
use crate::token::TokenDigest;
use crate::wire::{self, ContactDetails, NewReplyError, StageName};

/// How many turns a conversation holds. It bounds the memory of one conversation; no real enquiry comes near.
pub(crate) const MOST_TURNS: usize = 100;
/// How many events a conversation holds before its resident can add nothing more that [`need_room`] is asked about. Each
/// addition reads all events again while nobody else can write ([`Store::append`]), so that without a bound one
/// conversation could hold up all others. A hundred turns, each rated twice, come to 400 events and a day's chat to some
/// hundreds: no real enquiry comes near.
pub(crate) const MOST_EVENTS: i64 = 2_000;
/// How many streams may be open on one conversation: some tabs of one browser.
const MOST_LISTENERS: usize = 12;

/// A conversation.
pub(crate) struct Conversation {
    id: Uuid,
    token: TokenDigest,
    listener_grace: Duration,
    store: Store,
    /// One addition at a time in this process, so that only other replicas can come between.
    adding: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

/// How a turn that was sent relates to those already there.
pub(crate) enum Begun {
    /// It has to be answered by this process, after this history.
    New { turn: String, history: Vec<Turn> },
    /// It was sent before: its events are there or on their way.
    Known { turn: String },
}

/// Whether there is room for what a resident can add again and again: ratings, messages, requests for a person. Whatever
/// ends or declines something has room in any case, because it follows on something that was counted, and so has what
/// staff and the service do.
pub(crate) fn need_room(record: &ConversationRecord) -> Result<(), ApiError> {
    if record.version() < MOST_EVENTS { Ok(()) } else { Err(ApiError::conversation_full()) }
}

impl Conversation {
    /// A conversation of which nothing was read yet.
    pub(crate) fn new(id: Uuid, token: TokenDigest, listener_grace: Duration, store: Store) -> Self {
        Self {
            id,
            token,
            listener_grace,
            store,
            adding: tokio::sync::Mutex::default(),
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

    /// Whether nobody has used it for this long, nobody listens and nothing runs here.
    pub(crate) fn is_idle_since(&self, idle: Duration) -> bool {
        let state = self.lock();
        state.listeners == 0 && state.working_on.is_none() && state.last_used.elapsed() >= idle
    }

    /// When it was last used.
    pub(crate) fn last_used(&self) -> Instant {
        self.lock().last_used
    }

    /// Where it stands.
    pub(crate) fn phase(&self) -> Phase {
        self.lock().record.phase().clone()
    }

    /// What its events have come to.
    pub(crate) fn record(&self) -> ConversationRecord {
        self.lock().record.clone()
    }

    /// Reads what was added since, by this process or another.
    pub(crate) async fn catch_up(&self) -> Result<(), ApiError> {
        let version = self.lock().record.version();
        let events = self.store.events(&self.id.to_string(), version).await.map_err(|error| ApiError::store(&error))?;
        self.take_in(events.iter().map(|numbered| (numbered.n, numbered.at_ms, &numbered.event)))
    }

    /// Takes in events that are kept, those that it does not have yet, and tells the streams.
    fn take_in<'a>(&self, events: impl Iterator<Item = (i64, i64, &'a Event)>) -> Result<(), ApiError> {
        let mut state = self.lock();
        let State { record, log, closed, .. } = &mut *state;
        for (n, at_ms, event) in events {
            if n == record.version() + 1 {
                record.add(event, at_ms).map_err(|error| ApiError::internal(&error))?;
                // A conversation that has ended here has told its streams the last that they are told.
                if !*closed {
                    let client = |turn: &str| record.client_turn_id(turn).unwrap_or_default().to_owned();
                    log.keep(n, at_ms, event, client);
                }
            }
        }
        let running = state.record.running().map(|record| record.turn.clone());
        if state.working_on.as_ref().is_some_and(|working| running.as_ref() != Some(&working.turn)) {
            state.working_on = None;
        }
        self.announce(state);
        Ok(())
    }

    /// [`Self::catch_up`], where a failure has to wait for the next occasion.
    pub(crate) async fn follow(&self) {
        if let Err(error) = self.catch_up().await {
            tracing::warn!(?error, "what was added to a conversation could not be read");
        }
    }

    /// Whether the resident's page is open, where somebody has to know.
    pub(crate) fn has_listeners(&self) -> bool {
        self.lock().listeners > 0
    }

    /// What staff were last told of whether the resident's page is open, and when.
    pub(crate) fn told_here(&self) -> Option<(bool, Instant)> {
        self.lock().told_here
    }

    /// Notes what staff were told.
    pub(crate) fn note_told_here(&self, here: bool) {
        self.lock().told_here = Some((here, Instant::now()));
    }

    /// [`Self::pass`], unless those who listen were told the same last.
    pub(crate) fn pass_news(&self, name: EventName, data: String, where_nothing_was_told: &str) {
        let mut state = self.lock();
        if state.log.last_passed(name).unwrap_or(where_nothing_was_told) != data {
            state.log.pass(None, name, data);
            self.announce(state);
        }
    }

    /// Adds what `decide` makes of the conversation as it is then, with its effects; nothing where that is nothing. `decide`
    /// is asked again when something else was added first.
    pub(crate) async fn add<Extra>(
        &self,
        mut decide: impl FnMut(&ConversationRecord) -> Result<(Vec<Fact>, Vec<Effect>, Extra), ApiError>,
    ) -> Result<Extra, ApiError> {
        let _turn = self.adding.lock().await;
        // What another replica added may not have been told yet, and a refusal must not rest on what is out of date.
        self.catch_up().await?;
        loop {
            let (version, facts, effects, extra) = {
                let state = self.lock();
                let (facts, effects, extra) = decide(&state.record)?;
                (state.record.version(), facts, effects, extra)
            };
            if facts.is_empty() && effects.is_empty() {
                return Ok(extra);
            }
            let (id, at_ms) = (self.id.to_string(), Timestamp::now().as_millisecond());
            let append = Append { id: &id, expected_version: version, facts: &facts, at_ms, effects: &effects };
            match self.store.append(&append).await.map_err(|error| ApiError::store(&error))? {
                Appended::Done => {
                    self.take_in((version + 1..).zip(&facts).map(|(n, fact)| (n, at_ms, fact.event())))?;
                    return Ok(extra);
                }
                Appended::Conflict => self.catch_up().await?,
            }
        }
    }

    /// Takes a turn up, or finds it again: the same client's name and the same text are the same turn. A turn that was
    /// being answered when a process ended is taken up again. One that was given up holds no other up. An urgent one,
    /// in which someone is in danger, waits for no other: whatever is being answered is stopped. It may also come after
    /// the last turn, as long as there is room for anything. `page` is the path of the page that the resident is on.
    pub(crate) async fn begin_turn(
        &self,
        client_turn_id: &str,
        question: &str,
        page: Option<&str>,
        urgent: bool,
    ) -> Result<Begun, ApiError> {
        if self.lock().closed {
            return Err(ApiError::shutting_down());
        }
        let new_turn = Uuid::new_v4().to_string();
        let given_up = self.lock().given_up.clone();
        let begun = self
            .add(|record| {
                if let Some(known) = record.turn_of(client_turn_id) {
                    if known.question == question {
                        return Ok((Vec::new(), Vec::new(), Begun::Known { turn: known.turn.clone() }));
                    }
                    return Err(ApiError::conflict("turn_differs", "This client_turn_id was used for another text."));
                }
                let stopped = record.running().and_then(|running| {
                    let given_up = given_up.as_ref() == Some(&running.turn);
                    let ending = given_up.then_some(TurnEnding::Internal).or(urgent.then_some(TurnEnding::Cancelled))?;
                    Some(record.phase().stop(&running.turn, ending))
                });
                if record.running().is_some() && stopped.is_none() {
                    return Err(ApiError::conflict(
                        "turn_in_progress",
                        "Wait for the answer to your last question, or cancel it.",
                    ));
                }
                if record.turns().len() >= MOST_TURNS {
                    if !urgent {
                        return Err(ApiError::conversation_full());
                    }
                    need_room(record)?;
                }
                let Some(asked) = record.phase().ask_on(&new_turn, client_turn_id, question, page) else {
                    return Err(ApiError::conflict(
                        "with_person",
                        "A member of staff is in this conversation. Send what you want to say with messages.",
                    ));
                };
                Ok((
                    stopped.into_iter().chain([asked]).collect(),
                    Vec::new(),
                    Begun::New { turn: new_turn.clone(), history: record.history() },
                ))
            })
            .await?;
        let mut state = self.lock();
        let (Begun::New { turn, .. } | Begun::Known { turn }) = &begun;
        let left_behind = state.is_running(turn) && state.working_on.is_none();
        if left_behind {
            let now = Instant::now();
            state.given_up = None;
            state.working_on = Some(Working { turn: turn.clone(), since: now });
            // The listener of this turn is still on its way; its grace starts now.
            state.last_listener_left = now;
            return Ok(Begun::New { turn: turn.clone(), history: state.record.history() });
        }
        Ok(begun)
    }

    /// Notes what the assistant is at.
    pub(crate) fn note_stage(&self, turn: &str, stage: StageName) {
        self.pass_of(turn, |client| (EventName::Status, wire::status(turn, client, stage)));
    }

    /// Notes a sentence of the reply to come.
    pub(crate) fn note_sentence(&self, turn: &str, index: usize, text: &str, citations: &[u32]) {
        self.pass_of(turn, |client| (EventName::Sentence, wire::sentence(turn, client, index, text, citations)));
    }

    /// Tells those who listen now something that is not kept.
    pub(crate) fn pass(&self, name: EventName, data: String) {
        let mut state = self.lock();
        state.log.pass(None, name, data);
        self.announce(state);
    }

    /// Ends a turn with its reply, which may be about a service that is reached so, and says whether it did. Whatever ended it before stands, and a person who has the
    /// conversation by now is not interrupted.
    pub(crate) async fn finish(
        &self,
        turn: &str,
        reply: &assistant::Reply,
        about: Option<(String, ContactDetails)>,
    ) -> Result<bool, ApiError> {
        let new_reply = wire::new_reply(reply, about).map_err(|error: NewReplyError| ApiError::internal(&error))?;
        let since = self.lock().working_on.as_ref().filter(|working| working.turn == turn).map(|working| working.since);
        let done = self
            .add(|record| {
                let running = record.running().is_some_and(|record| record.turn == turn);
                let fact = record.phase().voice().filter(|_| running).map(|voice| voice.reply(turn, new_reply.clone()));
                let done = fact.is_some();
                Ok((fact.into_iter().collect(), Vec::new(), done))
            })
            .await?;
        let mut state = self.lock();
        state.put_down(turn);
        state.last_used = Instant::now();
        self.announce(state);
        if done {
            let duration_ms = since.map(|since| since.elapsed().as_millis() as u64);
            let (outcome, reason, path) = (reply.outcome(), reply.reason(), reply.trace().path.as_str());
            tracing::info!(%turn, ?outcome, ?reason, path, duration_ms, "replied");
        }
        Ok(done)
    }

    /// Ends a turn without a reply. Whatever ended it before stands.
    pub(crate) async fn stop(&self, turn: &str, ending: TurnEnding) -> Result<(), ApiError> {
        let stopped = self
            .add(|record| {
                let running = record.running().is_some_and(|record| record.turn == turn);
                Ok((running.then(|| record.phase().stop(turn, ending)).into_iter().collect(), Vec::new(), ()))
            })
            .await;
        // Also where that could not be kept: then it is taken up again when it is asked for.
        self.lock().put_down(turn);
        stopped?;
        tracing::info!(%turn, ?ending, "ended without a reply");
        Ok(())
    }

    /// Tells those who wait for a turn that nothing can be kept, and shows them the way to a person all the same.
    pub(crate) fn give_up(&self, turn: &str, reply: &assistant::Reply) {
        let mut state = self.lock();
        let client = state.record.client_turn_id(turn).unwrap_or_default().to_owned();
        if let Ok(new_reply) = wire::new_reply(reply, None) {
            state.log.pass(Some(turn), EventName::Reply, wire::reply(turn, &client, &new_reply));
        }
        state.put_down(turn);
        state.given_up = Some(turn.to_owned());
        self.announce(state);
    }

    /// Stops the turn of this name on the resident's wish. Nothing happens when it has ended already or never came: either
    /// way it does not run, and a client that stops early cannot know which.
    pub(crate) async fn cancel(&self, client_turn_id: &str) -> Result<(), ApiError> {
        let turn = self.lock().record.turn_of(client_turn_id).map(|record| record.turn.clone());
        match turn {
            Some(turn) => self.stop(&turn, TurnEnding::Cancelled).await,
            None => Ok(()),
        }
    }

    /// Keeps what the resident thought of a turn's reply; the last word counts. The same said again is kept once.
    pub(crate) async fn rate(&self, turn: &str, helpful: bool, comment: Option<String>) -> Result<(), ApiError> {
        let rating = Rating { helpful, comment };
        let is_new = self
            .add(|record| {
                let Some(rated) = record.turns().iter().find(|record| record.turn == turn) else {
                    return Err(ApiError::not_found("There is no such turn in this conversation."));
                };
                if rated.rating.as_ref() == Some(&rating) {
                    return Ok((Vec::new(), Vec::new(), false));
                }
                need_room(record)?;
                Ok((vec![record.phase().rate(turn, helpful, rating.comment.clone())], Vec::new(), true))
            })
            .await?;
        if is_new {
            let has_comment = rating.comment.is_some_and(|comment| !comment.trim().is_empty());
            tracing::info!(%turn, helpful, has_comment, "feedback");
        }
        Ok(())
    }

    /// Whether anyone still wants the turn: it has not been ended, and someone listens or may be about to come back.
    pub(crate) fn wants(&self, turn: &str) -> bool {
        let state = self.lock();
        !state.closed
            && state.is_running(turn)
            && (state.listeners > 0 || state.last_listener_left.elapsed() < self.listener_grace)
    }

    /// Ends what this process has of the conversation because the process ends: streams are told, and the turn that was
    /// being answered, if any, is given back.
    pub(crate) fn shut_down(&self) -> Option<String> {
        let mut state = self.lock();
        if state.closed {
            return None;
        }
        let running = state.working_on.take().map(|working| working.turn);
        let names = running.as_deref().map(|turn| (turn, state.record.client_turn_id(turn).unwrap_or_default()));
        let data = wire::error(names, TurnEnding::ShuttingDown);
        state.log.pass(None, EventName::Error, data);
        state.closed = true;
        self.announce(state);
        running
    }

    /// Ends what this process has of the conversation and forgets everything that was said in it.
    pub(crate) fn forget(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.working_on = None;
        state.log.clear();
        state.record = ConversationRecord::default();
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

    fn pass_of(&self, turn: &str, event: impl FnOnce(&str) -> (EventName, String)) {
        let mut state = self.lock();
        if let Some(record) = state.record.running().filter(|record| record.turn == turn) {
            let (name, data) = event(&record.client_turn_id);
            state.log.pass(Some(turn), name, data);
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
