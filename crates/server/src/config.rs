//! What the service is told about how to run; the values themselves are chosen and explained in `reeve.toml`.

use std::net::SocketAddr;
use std::time::Duration;

use crate::delivery::{MailConfig, WebhookConfig};
use crate::origins::Origins;

/// How the service runs.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The address that the service says it listens on; the listener itself is handed to [`serve`](crate::serve).
    pub address: SocketAddr,
    /// How many turns may wait for the model besides the one that it works on. When that many wait, a turn is answered
    /// by quoting the pages, without the model.
    pub queue_length: usize,
    /// How long a turn may have to wait for the model, by what turns took lately. One that would wait for longer is answered
    /// likewise, unless it is the next.
    pub longest_wait: Duration,
    /// How many replies are kept for those who ask the same.
    pub kept_replies: usize,
    /// How long the model may take for one turn, counted from when work on it starts.
    pub draft_deadline: Duration,
    /// The largest request body.
    pub request_limit_bytes: usize,
    /// The websites whose pages may use the interface.
    pub origins: Origins,
    /// How many conversations are kept in memory; when there is one more, the one unused for longest is let go. All are in
    /// the store.
    pub conversations_kept: usize,
    /// How long a conversation is kept in memory after its last use.
    pub conversation_idle: Duration,
    /// How people are brought in.
    pub handoff: HandoffConfig,
    /// By which ways staff are told when they are not at the console.
    pub alerts: AlertsConfig,
    /// How long what was said is kept.
    pub retention: RetentionConfig,
}

/// By which ways staff are told of something when they are not at the console. Nothing that a resident wrote is told.
#[derive(Debug, Clone)]
pub struct AlertsConfig {
    /// By mail, and to whom.
    pub mail: Option<(MailConfig, String)>,
    /// By a call of another program.
    pub webhook: Option<WebhookConfig>,
}

/// How people are brought in.
#[derive(Debug, Clone)]
pub struct HandoffConfig {
    /// How long a resident may wait before staff are alerted.
    pub alert_after: Duration,
    /// How long a resident may wait before a call-back is offered instead.
    pub nobody_came_after: Duration,
    /// By when a call-back is due, counted in hours in which people answer.
    pub call_back_due: Duration,
}

/// What days are counted in.
pub(crate) const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// How long what was said is kept.
#[derive(Debug, Clone)]
pub struct RetentionConfig {
    /// A conversation after its last message.
    pub conversations: Duration,
    /// A call-back after it was closed.
    pub call_backs: Duration,
}
