//! What all routes share: the conversations, the work, the templates.

use std::sync::Arc;
use std::time::Duration;

use assistant::Assistant;
use axum::Router;
use corpus::Knowledge;

use crate::config::ServerConfig;
use crate::conversations::{Conversations, LISTENER_GRACE};
use crate::error::ServerError;
use crate::pages::Templates;
use crate::recorder::Recorder;
use crate::routes;
use crate::work::{Answerer, Work};

/// How often idle conversations are looked for, unless they expire sooner than that.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// The running service behind the routes.
pub struct Service {
    conversations: Conversations,
    work: Arc<Work>,
    templates: Templates,
    request_limit_bytes: usize,
}

impl Service {
    /// Starts the model's thread and the sweeping of idle conversations. To be called inside a tokio runtime.
    pub fn start(
        assistant: Arc<Assistant>,
        config: &ServerConfig,
        recorder: Option<Recorder>,
    ) -> Result<Arc<Self>, ServerError> {
        Self::start_with(Answerer::Assistant(assistant), config, recorder, LISTENER_GRACE)
    }

    /// [`Self::start`] with the source of replies and the patience towards lost listeners of a test.
    pub(crate) fn start_with(
        answerer: Answerer,
        config: &ServerConfig,
        recorder: Option<Recorder>,
        listener_grace: Duration,
    ) -> Result<Arc<Self>, ServerError> {
        let work =
            Work::start(answerer, recorder, config.queue_length, config.draft_deadline).map_err(ServerError::Worker)?;
        let service = Arc::new(Self {
            conversations: Conversations::new(config.conversations_kept, config.conversation_idle, listener_grace),
            work,
            templates: Templates::new()?,
            request_limit_bytes: config.request_limit_bytes,
        });
        let swept = Arc::downgrade(&service);
        let interval = SWEEP_INTERVAL.min(config.conversation_idle).max(Duration::from_millis(10));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(interval).await;
                let Some(service) = swept.upgrade() else { return };
                service.conversations.expire();
            }
        });
        Ok(service)
    }

    /// The routes of the service.
    pub fn router(self: &Arc<Self>) -> Router {
        routes::router(self)
    }

    /// Ends every stream with the error `shutting_down` and cuts the model's work short. Nothing new begins.
    pub fn shut_down(&self) {
        self.conversations.shut_down();
        self.work.shut_down();
    }

    /// Whether the model's thread has ended, which it does soon after [`Self::shut_down`].
    pub fn has_ended(&self) -> bool {
        self.work.has_ended()
    }

    pub(crate) fn conversations(&self) -> &Conversations {
        &self.conversations
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

    pub(crate) fn request_limit_bytes(&self) -> usize {
        self.request_limit_bytes
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The model's thread holds the work, not the service; without this it would wait for ever.
        self.work.shut_down();
    }
}
