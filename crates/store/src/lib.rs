//! What is kept: conversations and what follows from them, hand-offs, call-backs, staff, and what they did.
//!
//! One SQL text for SQLite and PostgreSQL. A conversation is the list of its events; the other tables about it are
//! written with them, in one transaction, and can only be read. Times are milliseconds since 1970 and come from the
//! caller: this crate has no clock. It knows neither HTTP nor models, and no rules of conversations beyond their own.

mod append;
mod audit;
mod call_backs;
mod conversations;
mod database;
mod erase;
mod error;
mod handoffs;
mod marks;
mod migrations;
mod notices;
mod outbox;
mod overview;
mod projections;
mod search;
mod sessions;
mod staff;
mod switches;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;
use std::time::Duration;

pub use append::{Append, Appended, Effect};
pub use audit::AuditRow;
pub use call_backs::{CallBackRow, NewCallBack};
pub use conversations::{KeptConversation, NumberedEvent};
pub use erase::Erased;
pub use error::{Obstacle, StoreError};
pub use handoffs::{HandoffEnd, HandoffRow, HandoffState};
pub use marks::{MarkKind, MarkRow, NewMark};
pub use notices::{Notice, Notices};
pub use outbox::{NewOutbound, OutboundRow, Retry};
pub use overview::{DayFigures, Figures, Overview, Unanswered};
pub use search::{Found, Search};
pub use sessions::SessionRow;
pub use staff::{NewStaff, Role, StaffRow};
pub use switches::{Mode, Switches};

use database::{Database, Transaction};
use notices::Switchboard;

/// What is kept. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    switchboard: Arc<Switchboard>,
}

impl Store {
    /// Opens the database and brings it up to date. `url` is `sqlite:PATH`, where the file is made if there is none, or
    /// `postgres://…`. Has to be called within a tokio runtime.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_patiently(url, error::BUSY_TIMEOUT).await
    }

    /// The same, waiting so long for a database that somebody else has locked.
    pub async fn open_patiently(url: &str, busy_timeout: Duration) -> Result<Self, StoreError> {
        let database = Database::open(url, busy_timeout).await?;
        migrations::run(&database).await?;
        let switchboard = Arc::new(Switchboard::open(&database).await?);
        Ok(Self { database, switchboard })
    }

    /// Ends all connections, after what is under way.
    pub async fn close(&self) {
        self.switchboard.close();
        self.database.close().await;
    }

    /// What changes from now on, here and in other replicas.
    #[must_use]
    pub fn notices(&self) -> Notices {
        self.switchboard.subscribe()
    }

    /// Tells all replicas something that is not kept, such as that somebody writes.
    pub async fn notify(&self, notice: Notice) -> Result<(), StoreError> {
        self.switchboard.tell(&self.database, notice).await
    }

    /// Commits a transaction and tells what it did.
    async fn commit(&self, transaction: Transaction, notices: Vec<Notice>) -> Result<(), StoreError> {
        self.switchboard.commit(transaction, notices).await
    }
}

/// Does something to its end, also where the caller stops waiting for it: a request that is dropped between a commit and
/// its notices would leave those who listen without the news.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Unavailable { why: Obstacle::Connection, source: sqlx::Error::WorkerCrashed }),
        },
    }
}

/// A fresh id that nobody can guess.
fn fresh_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
