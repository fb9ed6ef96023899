//! Brings a database to the version that this program knows.
//!
//! Each step is embedded, runs in a transaction of its own, and is recorded in the table `migrations`. A step that was
//! published is never changed: what has to be different is another step.

use crate::database::{Database, Transaction};
use crate::error::StoreError;
use crate::value::values;

struct Migration {
    name: &'static str,
    script: &'static str,
}

/// The steps; the first leads to version 1.
const MIGRATIONS: &[Migration] = &[Migration { name: "first", script: include_str!("../migrations/0001_first.sql") }];

/// "reeve" in ASCII: any number that nothing else in the database uses.
const POSTGRES_LOCK: &str = "SELECT pg_advisory_xact_lock(491327157861)";

/// Runs the steps that are missing. Several programs may do so at once.
pub(crate) async fn run(database: &Database) -> Result<(), StoreError> {
    loop {
        let mut transaction = database.begin().await?;
        // SQLite's transaction has locked the whole database; PostgreSQL would let two of them through to here.
        if let Transaction::Postgres(_) = transaction {
            transaction.script(POSTGRES_LOCK).await?;
        }
        transaction
            .script("CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)")
            .await?;
        let row = transaction.row("SELECT COALESCE(MAX(version), 0) AS version FROM migrations", values![]).await?;
        let found = row.map_or(Ok(0), |row| row.integer("version"))?;
        let known = MIGRATIONS.len() as i64;
        if found > known {
            return Err(StoreError::NewerDatabase { found, known });
        }
        let Some(next) = usize::try_from(found).ok().and_then(|found| MIGRATIONS.get(found)) else {
            return transaction.commit().await;
        };
        let version = found + 1;
        step(transaction, version, next).await.map_err(|source| StoreError::Migration {
            version,
            name: next.name,
            source: Box::new(source),
        })?;
    }
}

async fn step(mut transaction: Transaction, version: i64, migration: &Migration) -> Result<(), StoreError> {
    transaction.script(migration.script).await?;
    transaction
        .change("INSERT INTO migrations (version, name) VALUES ($1, $2)", values![version, migration.name])
        .await?;
    transaction.commit().await
}
