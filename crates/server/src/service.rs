//! What all routes share: the conversations, the people, the work, the templates.

use std::sync::{Arc, Weak};
use std::time::Duration;

use assistant::Assistant;
use axum::Router;
use conversation::Speaker;
use corpus::Knowledge;
use store::{Notice, Notices, Store};

use crate::config::ServerConfig;
use crate::conversations::{Conversations, EventName, LISTENER_GRACE};
use crate::error::ServerError;
use crate::origins::Origins;
use crate::pages::Templates;
use crate::people::{OUTBOX_INTERVAL, People};
use crate::recorder::Recorder;
use crate::routes;
use crate::staff::Console;
use crate::wire;
use crate::work::{Answerer, JobQueue, Work};

/// How often unused conversations are let go and waiting residents are looked after.
const ROUND_INTERVAL: Duration = Duration::from_secs(5);
/// How often what has expired is erased.
const ERASE_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The running service behind the routes.
pub struct Service {
    conversations: Conversations,
    people: Arc<People>,
    work: Arc<Work>,
    templates: Templates,
    console: Console,
    request_limit_bytes: usize,
    origins: Origins,
}

impl Service {
    /// Starts the model's thread, and the tasks that follow what other replicas do, look after those who wait, and erase
    /// what has expired. To be called inside a tokio runtime.
    pub async fn start(
        assistant: Arc<Assistant>,
        store: Store,
        config: &ServerConfig,
        recorder: Option<Recorder>,
    ) -> Result<Arc<Self>, ServerError> {
        Self::start_with(Answerer::Assistant(assistant), store, config, recorder, LISTENER_GRACE).await
    }

    /// [`Self::start`] with the source of replies and the patience towards lost listeners of a test.
    pub(crate) async fn start_with(
        answerer: Answerer,
        store: Store,
        config: &ServerConfig,
        recorder: Option<Recorder>,
        listener_grace: Duration,
    ) -> Result<Arc<Self>, ServerError> {
        // Before the switches are read, so that no change in between is missed.
        let notices = store.notices();
        let switches = store.switches().await?;
        let people = People::new(store.clone(), answerer.clone(), config, switches)?;
        let queue = JobQueue::new(config.queue_length, config.longest_wait);
        let work =
            Work::start(answerer, recorder, Arc::clone(&people), queue, config.kept_replies, config.draft_deadline)
                .map_err(ServerError::Worker)?;
        let service = Arc::new(Self {
            conversations: Conversations::new(
                store,
                config.conversations_kept,
                config.conversation_idle,
                listener_grace,
            ),
            people,
            work,
            templates: Templates::new()?,
            console: Console::new()?,
            request_limit_bytes: config.request_limit_bytes,
            origins: config.origins.clone(),
        });
        tokio::spawn(follow(Arc::downgrade(&service), notices));
        let round = ROUND_INTERVAL.min(config.conversation_idle).max(Duration::from_millis(10));
        tokio::spawn(every(round, Arc::downgrade(&service), async |service| {
            service.conversations.expire();
            service.people.make_a_round(&service.conversations).await;
            service.people.tell_presence(&service.conversations).await;
        }));
        tokio::spawn(every(OUTBOX_INTERVAL, Arc::downgrade(&service), async |service| {
            service.people.send_what_is_due().await;
        }));
        tokio::spawn(every(ERASE_INTERVAL, Arc::downgrade(&service), async |service| {
            service.people.erase().await;
        }));
        Ok(service)
    }

    /// The routes of the service.
    pub fn router(self: &Arc<Self>) -> Router {
        routes::router(self)
    }

    /// Ends every stream with the error `shutting_down` and cuts the model's work short. Nothing new begins. That the turns
    /// in work have ended is kept.
    pub async fn shut_down(&self) {
        let ended = self.conversations.shut_down();
        self.work.shut_down();
        Conversations::stop(ended).await;
    }

    /// Whether the model's thread has ended, which it does soon after [`Self::shut_down`].
    pub fn has_ended(&self) -> bool {
        self.work.has_ended()
    }

    pub(crate) fn conversations(&self) -> &Conversations {
        &self.conversations
    }

    pub(crate) fn people(&self) -> &Arc<People> {
        &self.people
    }

    pub(crate) fn work(&self) -> &Arc<Work> {
        &self.work
    }

    pub(crate) fn knowledge(&self) -> &Knowledge {
        self.work.answerer().knowledge()
    }

    pub(crate) fn templates(&self) -> &Templates {
        &self.templates
    }

    pub(crate) fn console(&self) -> &Console {
        &self.console
    }

    pub(crate) fn store(&self) -> &Store {
        self.people.store()
    }

    pub(crate) fn request_limit_bytes(&self) -> usize {
        self.request_limit_bytes
    }

    pub(crate) fn origins(&self) -> &Origins {
        &self.origins
    }
}

/// Follows what is added by this process and by others, until the service is gone.
async fn follow(service: Weak<Service>, mut notices: Notices) {
    loop {
        let notice = notices.next().await;
        let Some(service) = service.upgrade() else { return };
        match notice {
            Notice::Conversation { id } => {
                let at_hand = id.parse().ok().and_then(|id| service.conversations.at_hand(id));
                if let Some(conversation) = at_hand {
                    conversation.follow().await;
                }
            }
            Notice::Erased { id } => {
                if let Ok(id) = id.parse() {
                    service.conversations.let_go(id);
                }
            }
            Notice::Queue => service.people.tell_places(&service.conversations).await,
            Notice::Switches => service.people.read_switches().await,
            Notice::Typing { conversation, from: Speaker::Staff(staff) } => {
                let at_hand = conversation.parse().ok().and_then(|id| service.conversations.at_hand(id));
                if let Some(conversation) = at_hand {
                    conversation.pass(EventName::Typing, wire::typing(&staff.name));
                }
            }
            // That the resident writes, staff's own streams tell.
            Notice::Typing { from: Speaker::User, .. } => (),
            Notice::Missed => {
                service.people.read_switches().await;
                service.conversations.read_again().await;
                service.people.tell_places(&service.conversations).await;
            }
        }
    }
}

/// Does something again and again until the service is gone; the first time at once.
async fn every(interval: Duration, service: Weak<Service>, what: impl AsyncFn(&Service)) {
    loop {
        let Some(at_hand) = service.upgrade() else { return };
        what(&at_hand).await;
        drop(at_hand);
        tokio::time::sleep(interval).await;
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The model's thread holds the work, not the service; without this it would wait for ever.
        self.work.shut_down();
    }
}
