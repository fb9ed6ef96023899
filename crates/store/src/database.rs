//! The database: opening it, and the one way on which a query goes to either kind.
//!
//! The text of a query is the same for both. What differs is here: how a connection is set up, how a transaction that
//! writes begins, and what has to be done so that deleted bytes leave the files.

use std::path::Path;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Executor as _, Postgres, Sqlite, SqliteConnection};

use crate::error::{Obstacle, StoreError};
use crate::value::{Row, Value, bound};

/// Readers beside the one writer of SQLite. Queries are short, so a few suffice.
const SQLITE_READERS: u32 = 4;

/// The wait before a new file that another program is setting up is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(20);

/// Connections of one replica to PostgreSQL: ten replicas stay within its default of 100.
const POSTGRES_CONNECTIONS: u32 = 8;

/// A database of either kind.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// A file. There is one writer, so that writers in this process wait in turn and only other processes can be in
    /// the way.
    Sqlite {
        /// The connection that writes.
        writer: SqlitePool,
        /// Those that read.
        readers: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

impl Database {
    /// Connects; makes the file of SQLite where there is none.
    pub(crate) async fn open(url: &str, busy_timeout: Duration) -> Result<Self, StoreError> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(rest.strip_prefix("//").unwrap_or(rest)), busy_timeout).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url, busy_timeout).await
        } else {
            Err(StoreError::Address { detail: "it begins with something else".to_owned() })
        }
    }

    async fn open_sqlite(path: &Path, busy_timeout: Duration) -> Result<Self, StoreError> {
        if path.as_os_str().is_empty() || path == Path::new(":memory:") {
            return Err(StoreError::Address { detail: "it names no file".to_owned() });
        }
        make_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .foreign_keys(true)
            .busy_timeout(busy_timeout)
            // What was acknowledged survives a loss of power.
            .synchronous(SqliteSynchronous::Full)
            // Deleted text is overwritten.
            .pragma("secure_delete", "ON")
            // Text does not go into temporary files.
            .pragma("temp_store", "MEMORY");
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                // Those who wait for the writer wait for each of those before them.
                .acquire_timeout(busy_timeout * 2)
                .idle_timeout(None)
                .max_lifetime(None)
                .after_release(|connection, _| Box::pin(is_whole(connection)))
        };
        // The writer first: it makes the file and sets its mode. SQLite does not wait for others who do so at the same time.
        let begun = Instant::now();
        let writer = loop {
            match pool(1).connect_with(options.clone()).await.map_err(StoreError::from) {
                Err(StoreError::Unavailable { why: Obstacle::Locked, .. }) if begun.elapsed() < busy_timeout => {
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                connected => break connected?,
            }
        };
        let readers = pool(SQLITE_READERS).connect_with(options.pragma("query_only", "ON")).await?;
        Ok(Self::Sqlite { writer, readers })
    }

    async fn open_postgres(url: &str, busy_timeout: Duration) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Address { detail: "it cannot be read as an address of PostgreSQL".to_owned() })?;
        let timeout_ms = busy_timeout.as_millis();
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(busy_timeout * 2)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    let setting = format!("SET lock_timeout = {timeout_ms}");
                    connection.execute(setting.as_str()).await.map(drop)
                })
            })
            .connect_with(options)
            .await
            .map_err(no_connection)?;
        Ok(Self::Postgres(pool))
    }

    /// The rows of a query that only reads.
    pub(crate) async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                let rows = bound::<Sqlite>(sql, values).fetch_all(readers).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => {
                let rows = bound::<Postgres>(sql, values).fetch_all(pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of a query that only reads.
    pub(crate) async fn row(&self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// One statement that writes, as a transaction of its own; gives the number of rows that it changed.
    pub(crate) async fn change(&self, sql: &'static str, values: Vec<Value>) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => bound::<Sqlite>(sql, values).execute(writer).await?.rows_affected(),
            Self::Postgres(pool) => bound::<Postgres>(sql, values).execute(pool).await?.rows_affected(),
        })
    }

    /// The same for a statement with `RETURNING`.
    pub(crate) async fn change_returning(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                let rows = bound::<Sqlite>(sql, values).fetch_all(writer).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => {
                let rows = bound::<Postgres>(sql, values).fetch_all(pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// A transaction that writes. What is not committed has not happened.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(match self {
            // A transaction that begins by reading would be refused at its first write where another process wrote
            // meanwhile, without waiting; this one waits at its beginning.
            Self::Sqlite { writer, .. } => Transaction::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await.map_err(no_connection)?),
        })
    }

    /// Takes what was deleted out of the files. On SQLite nothing is left of it afterwards. PostgreSQL overwrites it in
    /// its own time (`VACUUM`), which is for those who run it.
    pub(crate) async fn forget_deleted(&self) -> Result<(), StoreError> {
        let Self::Sqlite { writer, .. } = self else { return Ok(()) };
        // Zeros have been written over what was deleted, but the log still holds the pages as they were.
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await?;
        if Row::Sqlite(row).integer("busy")? == 0 {
            return Ok(());
        }
        let source = sqlx::Error::Protocol("the log is read by another program".to_owned());
        Err(StoreError::Unavailable { why: Obstacle::Locked, source })
    }

    /// Ends all connections, after what is under way.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Whether a connection can be used again. Where the disk is full, SQLite ends a transaction by itself; the driver then
/// takes it for open for ever, and every later one for a part of it. Such a connection is closed and another one opened.
async fn is_whole(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // What is under way, such as the end of a transaction, comes first.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// A pool that times out on a file waits for those before it; on a server there is none to be had.
fn no_connection(source: sqlx::Error) -> StoreError {
    match source {
        sqlx::Error::PoolTimedOut => StoreError::Unavailable { why: Obstacle::Connection, source },
        other => other.into(),
    }
}

/// Makes the file so that only its owner can read it; SQLite gives the files beside it the same permissions.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::Unavailable { why: Obstacle::File, source: sqlx::Error::Io(at(path, &error)) }),
    }
}

fn at(path: &Path, error: &std::io::Error) -> std::io::Error {
    std::io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A transaction under way. Dropped, it has not happened.
pub(crate) enum Transaction {
    /// On SQLite.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    /// The rows of a query.
    pub(crate) async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(transaction) => {
                let rows = bound::<Sqlite>(sql, values).fetch_all(&mut **transaction).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(transaction) => {
                let rows = bound::<Postgres>(sql, values).fetch_all(&mut **transaction).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of a query.
    pub(crate) async fn row(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// A statement that writes; gives the number of rows that it changed.
    pub(crate) async fn change(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(transaction) => {
                bound::<Sqlite>(sql, values).execute(&mut **transaction).await?.rows_affected()
            }
            Self::Postgres(transaction) => {
                bound::<Postgres>(sql, values).execute(&mut **transaction).await?.rows_affected()
            }
        })
    }

    /// Several statements without values, as a migration has them.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => sqlx::raw_sql(sql).execute(&mut **transaction).await.map(drop)?,
            Self::Postgres(transaction) => sqlx::raw_sql(sql).execute(&mut **transaction).await.map(drop)?,
        }
        Ok(())
    }

    /// Makes it so.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}
