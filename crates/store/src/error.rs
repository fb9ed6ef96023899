//! What can go wrong with what is kept, sorted by what a caller can do about it.

use std::time::Duration;

/// Something could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer now; the same call may succeed later. What was to be kept may be taken as not kept,
    /// except where the connection was lost: then it has to be read again.
    #[error("the database cannot be used now: {why}")]
    Unavailable {
        /// What stands in the way.
        why: Obstacle,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// What is kept cannot be read: the file is damaged, or something in it is not what this program writes.
    #[error("the database is damaged: {what}. Restore it from a copy")]
    Damaged {
        /// What cannot be read.
        what: String,
        /// Why.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A fact is not one that the conversation allows where it stands. Nothing was kept.
    #[error("a move that is not allowed")]
    Impossible(#[from] conversation::Impossible),
    /// The database was made by a newer program.
    #[error("the database has version {found}, and this program knows versions up to {known}: use a newer program")]
    NewerDatabase {
        /// The version of the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database could not be brought up to date.
    #[error("the database cannot be brought to version {version} ({name})")]
    Migration {
        /// The version that it was to have.
        version: i64,
        /// The name of the change.
        name: &'static str,
        /// Why not.
        #[source]
        source: Box<StoreError>,
    },
    /// There is no such thing.
    #[error("there is no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// A name that has to be different from all others is in use. Nothing was kept.
    #[error("the name is taken: {name}")]
    Taken {
        /// Which rule it breaks, in the database's words.
        name: String,
    },
    /// The address of the database is not one.
    #[error("the address of the database has to be sqlite:PATH or postgres://…: {detail}")]
    Address {
        /// What is wrong with it. Never the address: it may hold a password.
        detail: String,
    },
    /// A fault in this program.
    #[error("the database refused a query")]
    Query(#[source] sqlx::Error),
}

/// Why a database cannot be used for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Somebody else holds it for longer than a call waits.
    Locked,
    /// There is no room on the disk.
    Full,
    /// The file cannot be read or written.
    File,
    /// There is no connection to it.
    Connection,
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Locked => "it is locked by another program",
            Self::Full => "the disk is full",
            Self::File => "its file cannot be read or written",
            Self::Connection => "there is no connection to it",
        })
    }
}

/// How long a call waits for a database that is locked, where nothing else was asked for.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The primary result codes of SQLite (<https://www.sqlite.org/rescode.html>); the upper bits of a code say more.
const SQLITE_PRIMARY: i64 = 0xff;

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        match &source {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                Self::Unavailable { why: Obstacle::Connection, source }
            }
            sqlx::Error::PoolClosed => Self::Unavailable { why: Obstacle::Connection, source },
            sqlx::Error::PoolTimedOut => Self::Unavailable { why: Obstacle::Locked, source },
            sqlx::Error::ColumnDecode { index, .. } => Self::damaged(format!("column {index}"), source),
            sqlx::Error::Database(told) => {
                if told.is_unique_violation() {
                    return Self::Taken { name: told.constraint().unwrap_or(told.message()).to_owned() };
                }
                let Some(code) = told.code() else { return Self::Query(source) };
                // A SQLSTATE has five characters; SQLite's codes are shorter numbers.
                let sorted = match code.parse::<i64>() {
                    Ok(number) if code.len() < 5 => of_sqlite(number & SQLITE_PRIMARY),
                    Ok(_) | Err(_) => of_postgres(&code),
                };
                match sorted {
                    Sorted::Obstacle(why) => Self::Unavailable { why, source },
                    Sorted::Damage => Self::damaged("its file".to_owned(), source),
                    Sorted::Fault => Self::Query(source),
                }
            }
            _ => Self::Query(source),
        }
    }
}

impl StoreError {
    pub(crate) fn damaged(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Damaged { what: what.into(), source: Some(source.into()) }
    }
}

enum Sorted {
    Obstacle(Obstacle),
    Damage,
    Fault,
}

fn of_sqlite(code: i64) -> Sorted {
    match code {
        // SQLITE_BUSY, SQLITE_LOCKED.
        5 | 6 => Sorted::Obstacle(Obstacle::Locked),
        // SQLITE_FULL.
        13 => Sorted::Obstacle(Obstacle::Full),
        // SQLITE_PERM, SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN.
        3 | 8 | 10 | 14 => Sorted::Obstacle(Obstacle::File),
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        11 | 26 => Sorted::Damage,
        _ => Sorted::Fault,
    }
}

/// By <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
fn of_postgres(code: &str) -> Sorted {
    match code {
        // A serialization failure, a deadlock, a lock that was not had in time, a query that took too long.
        "40001" | "40P01" | "55P03" | "57014" => Sorted::Obstacle(Obstacle::Locked),
        "53100" => Sorted::Obstacle(Obstacle::Full),
        // A server that only reads, as a standby does.
        "25006" => Sorted::Obstacle(Obstacle::File),
        "XX001" | "XX002" => Sorted::Damage,
        // No such database, a wrong password, no more connections, a server that ends.
        "3D000" | "53300" | "57P01" | "57P02" | "57P03" | "57P05" => Sorted::Obstacle(Obstacle::Connection),
        _ if code.starts_with("08") || code.starts_with("28") => Sorted::Obstacle(Obstacle::Connection),
        _ if code.starts_with("58") => Sorted::Obstacle(Obstacle::File),
        _ => Sorted::Fault,
    }
}
