//! What a replica tells all replicas, itself among them: that something has changed and is to be read again.
//!
//! On SQLite there is one process, and a channel in it does. On PostgreSQL notices go through the server (`NOTIFY`),
//! as a part of the transaction that they tell of: they arrive when it is done, and not if it is not.

use std::time::Duration;

use conversation::Speaker;
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use tokio::sync::broadcast;

use crate::database::{Database, Transaction};
use crate::error::StoreError;
use crate::value::{Value, values};

/// Something has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A conversation has new events, or its resident has come or gone.
    Conversation {
        /// Its id.
        id: String,
    },
    /// A conversation was deleted.
    Erased {
        /// Its id.
        id: String,
    },
    /// Who waits, who is available, or the list of call-backs has changed.
    Queue,
    /// The switches were set.
    Switches,
    /// Somebody writes. Not kept, and true for a few seconds.
    Typing {
        /// The id of the conversation.
        conversation: String,
        /// Who writes.
        from: Speaker,
    },
    /// Notices may have been lost: whatever they could have told of is to be read again.
    Missed,
}

/// Notices from now on.
#[derive(Debug)]
pub struct Notices {
    receiver: broadcast::Receiver<Notice>,
}

impl Notices {
    /// The next notice. After the store was closed there are none any more, and this waits for ever.
    pub async fn next(&mut self) -> Notice {
        match self.receiver.recv().await {
            Ok(notice) => notice,
            Err(broadcast::error::RecvError::Lagged(_)) => Notice::Missed,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Notices that a slow reader may be behind before it has missed some.
const KEPT_NOTICES: usize = 4096;

const CHANNEL: &str = "reeve_notices";

const NOTIFY: &str = "SELECT pg_notify('reeve_notices', $1)";

/// A connection that nothing comes over is asked this often whether it is alive: a line that was cut says nothing.
const SILENCE: Duration = Duration::from_secs(20);

/// How long a server may take to say that it is alive.
const ANSWER: Duration = Duration::from_secs(5);

/// The wait before a connection is tried anew.
const RETRY: Duration = Duration::from_secs(1);

/// Sends notices, and passes on those that come.
#[derive(Debug)]
pub(crate) struct Switchboard {
    sender: broadcast::Sender<Notice>,
    listening: Option<tokio::task::JoinHandle<()>>,
}

impl Switchboard {
    /// Begins to listen. What is sent after this returns is heard.
    pub(crate) async fn open(database: &Database) -> Result<Self, StoreError> {
        let (sender, _) = broadcast::channel(KEPT_NOTICES);
        let listening = match database {
            Database::Sqlite { .. } => None,
            Database::Postgres(pool) => {
                let first = listener(pool).await?;
                Some(tokio::spawn(listen(pool.clone(), first, sender.clone())))
            }
        };
        Ok(Self { sender, listening })
    }

    pub(crate) fn subscribe(&self) -> Notices {
        Notices { receiver: self.sender.subscribe() }
    }

    /// Commits a transaction and tells what it did.
    pub(crate) async fn commit(&self, mut transaction: Transaction, notices: Vec<Notice>) -> Result<(), StoreError> {
        if let Transaction::Postgres(_) = transaction {
            for notice in &notices {
                transaction.rows(NOTIFY, payload(notice)?).await?;
            }
            return transaction.commit().await;
        }
        transaction.commit().await?;
        for notice in notices {
            self.pass_on(notice);
        }
        Ok(())
    }

    /// Tells something that is not kept.
    pub(crate) async fn tell(&self, database: &Database, notice: Notice) -> Result<(), StoreError> {
        match database {
            Database::Sqlite { .. } => self.pass_on(notice),
            Database::Postgres(_) => drop(database.rows(NOTIFY, payload(&notice)?).await?),
        }
        Ok(())
    }

    pub(crate) fn close(&self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }

    /// That nobody listens is no error.
    pub(crate) fn pass_on(&self, notice: Notice) {
        let _ = self.sender.send(notice);
    }
}

impl Drop for Switchboard {
    fn drop(&mut self) {
        self.close();
    }
}

fn payload(notice: &Notice) -> Result<Vec<Value>, StoreError> {
    let text = serde_json::to_string(notice).map_err(|error| StoreError::damaged("a notice", error))?;
    Ok(values![text])
}

/// A connection that listens. It has a pool of its own: one that was cut off must not keep a place in the other.
async fn listener(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let options = pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new().max_connections(1).acquire_timeout(ANSWER).connect_with(options).await?;
    let mut listener = PgListener::connect_with(&own).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

async fn listen(pool: PgPool, first: PgListener, sender: broadcast::Sender<Notice>) {
    let mut connected = Some(first);
    loop {
        match connected.take() {
            Some(mut listener) => {
                if let Heard::Notice(notice) = hear(&mut listener).await {
                    connected = Some(listener);
                    let _ = sender.send(notice);
                }
            }
            None => match listener(&pool).await {
                Ok(listener) => {
                    // Only now: what is read again from here on is followed by notices.
                    connected = Some(listener);
                    let _ = sender.send(Notice::Missed);
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot listen to the database");
                    tokio::time::sleep(RETRY).await;
                }
            },
        }
    }
}

enum Heard {
    Notice(Notice),
    Lost,
}

async fn hear(listener: &mut PgListener) -> Heard {
    loop {
        match tokio::time::timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(told))) => {
                return Heard::Notice(serde_json::from_str(told.payload()).unwrap_or_else(|_| {
                    tracing::warn!("a notice from another version of the program");
                    Notice::Missed
                }));
            }
            Ok(Ok(None) | Err(_)) => return Heard::Lost,
            Err(_silent) => {
                let alive = tokio::time::timeout(ANSWER, sqlx::query("SELECT 1").execute(&mut *listener)).await;
                if !matches!(alive, Ok(Ok(_))) {
                    return Heard::Lost;
                }
            }
        }
    }
}
