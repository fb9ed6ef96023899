//! What the service is told about how to run; the values themselves are chosen and explained in `reeve.toml`.

use std::net::SocketAddr;
use std::time::Duration;

/// How the service runs.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The address that the service says it listens on; the listener itself is handed to [`serve`](crate::serve).
    pub address: SocketAddr,
    /// How many turns may wait for the model besides the one that it works on. When that many wait, a turn is answered
    /// by quoting the pages, without the model.
    pub queue_length: usize,
    /// How long the model may take for one turn, counted from when work on it starts.
    pub draft_deadline: Duration,
    /// The largest request body.
    pub request_limit_bytes: usize,
    /// How many conversations are kept; when there is one more, the one that has been idle longest goes.
    pub conversations_kept: usize,
    /// How long a conversation is kept after its last use.
    pub conversation_idle: Duration,
}
