//! The conversations that this process has at hand: read from the store when they are asked for, let go when nobody uses
//! them. Everything that was said is in the store.

mod conversation;
mod listening;
mod log;
mod state;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::conversation::TurnEnding;
use jiff::Timestamp;
use store::Store;
use uuid::Uuid;

use crate::api_error::ApiError;
use crate::token::{self, TokenDigest};
pub(crate) use conversation::{Begun, Conversation, need_room};
#[cfg(test)]
pub(crate) use conversation::{MOST_EVENTS, MOST_TURNS};
pub(crate) use listening::Listening;
pub(crate) use log::{EventName, Place, Scope, ToldEvent};

/// Work on a turn stops when nobody has listened to it for this long. A phone that loses its line in a lift is back sooner.
pub(crate) const LISTENER_GRACE: Duration = Duration::from_secs(30);

/// The conversations at hand.
pub(crate) struct Conversations {
    store: Store,
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
    /// None at hand yet; about `kept` at a time, each for `idle` after its last use.
    pub(crate) fn new(store: Store, kept: usize, idle: Duration, listener_grace: Duration) -> Self {
        Self { store, kept: kept.max(1), idle, listener_grace, open: Mutex::default() }
    }

    /// Starts a conversation; gives its token, which is not kept.
    pub(crate) async fn create(&self) -> Result<(Arc<Conversation>, String), ApiError> {
        let (token, digest) = token::issue().map_err(|error| ApiError::internal(&error))?;
        Ok((self.begin(Uuid::new_v4(), digest).await?, token))
    }

    /// Starts a conversation whose id and token were given out before.
    pub(crate) async fn begin(&self, id: Uuid, digest: TokenDigest) -> Result<Arc<Conversation>, ApiError> {
        if self.is_closing() {
            return Err(ApiError::shutting_down());
        }
        let now_ms = Timestamp::now().as_millisecond();
        self.store
            .create_conversation(&id.to_string(), &digest.to_hex(), now_ms)
            .await
            .map_err(|error| ApiError::store(&error))?;
        self.hold(Arc::new(Conversation::new(id, digest, self.listener_grace, self.store.clone())))
    }

    /// The conversation of this id.
    pub(crate) async fn find(&self, id: Uuid) -> Result<Option<Arc<Conversation>>, ApiError> {
        if let Some(conversation) = self.at_hand(id) {
            return Ok(Some(conversation));
        }
        let kept = self.store.conversation(&id.to_string()).await.map_err(|error| ApiError::store(&error))?;
        let Some(digest) = kept.and_then(|kept| TokenDigest::from_hex(&kept.token_digest_hex)) else {
            return Ok(None);
        };
        let conversation = Conversation::new(id, digest, self.listener_grace, self.store.clone());
        conversation.catch_up().await?;
        self.hold(Arc::new(conversation)).map(Some)
    }

    /// The conversation of this id, if this process has it at hand.
    pub(crate) fn at_hand(&self, id: Uuid) -> Option<Arc<Conversation>> {
        self.lock().by_id.get(&id).cloned()
    }

    /// All that are at hand.
    pub(crate) fn all_at_hand(&self) -> Vec<Arc<Conversation>> {
        self.lock().by_id.values().cloned().collect()
    }

    /// Ends a conversation and erases all that was said in it.
    pub(crate) async fn delete(&self, id: Uuid) -> Result<(), ApiError> {
        let now_ms = Timestamp::now().as_millisecond();
        self.store.delete_conversation(&id.to_string(), now_ms).await.map_err(|error| ApiError::store(&error))?;
        self.let_go(id);
        Ok(())
    }

    /// Ends what this process has of a conversation that was erased.
    pub(crate) fn let_go(&self, id: Uuid) {
        if let Some(conversation) = self.lock().by_id.remove(&id) {
            conversation.forget();
        }
    }

    /// Reads again what is at hand, after notices may have been lost; what was erased meanwhile is let go.
    pub(crate) async fn read_again(&self) {
        for conversation in self.all_at_hand() {
            match self.store.conversation(&conversation.id().to_string()).await {
                Ok(None) => self.let_go(conversation.id()),
                Ok(Some(_)) => conversation.follow().await,
                Err(error) => tracing::warn!(%error, "a conversation could not be read again"),
            }
        }
    }

    /// Lets go of the conversations that nobody uses.
    pub(crate) fn expire(&self) {
        let idle = self.idle;
        self.lock().by_id.retain(|_, conversation| !conversation.is_idle_since(idle));
    }

    /// Ends every stream with the error `shutting_down`, lets nothing new begin, and gives back the turns that were being
    /// answered, for [`Self::stop`].
    pub(crate) fn shut_down(&self) -> Vec<(Arc<Conversation>, String)> {
        let mut open = self.lock();
        open.closing = true;
        let ended = open
            .by_id
            .values()
            .filter_map(|conversation| conversation.shut_down().map(|turn| (Arc::clone(conversation), turn)));
        ended.collect()
    }

    /// Keeps that turns ended because the process does.
    pub(crate) async fn stop(turns: Vec<(Arc<Conversation>, String)>) {
        for (conversation, turn) in turns {
            if let Err(error) = conversation.stop(&turn, TurnEnding::ShuttingDown).await {
                tracing::warn!(
                    ?error,
                    "the end of a turn could not be kept; it is taken up again when it is asked for"
                );
            }
        }
    }

    /// Whether [`Self::shut_down`] was called.
    pub(crate) fn is_closing(&self) -> bool {
        self.lock().closing
    }

    /// Takes a conversation to hand, unless another request was quicker: then that one counts, so that there is one.
    fn hold(&self, conversation: Arc<Conversation>) -> Result<Arc<Conversation>, ApiError> {
        let mut open = self.lock();
        if open.closing {
            return Err(ApiError::shutting_down());
        }
        if open.by_id.len() >= self.kept {
            make_room(&mut open.by_id);
        }
        Ok(Arc::clone(open.by_id.entry(conversation.id()).or_insert(conversation)))
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of the conversation unused for longest of those that nobody uses; it is read again when it is asked for. Where
/// all are in use, there is one more for a while.
fn make_room(by_id: &mut HashMap<Uuid, Arc<Conversation>>) {
    let unused = by_id.iter().filter(|(_, conversation)| conversation.is_idle_since(Duration::ZERO));
    let longest: Option<(Instant, Uuid)> = unused.map(|(id, conversation)| (conversation.last_used(), *id)).min();
    if let Some((_, id)) = longest {
        by_id.remove(&id);
    }
}
