//! A fresh database of PostgreSQL for a test.
#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::sync::Once;

use sqlx::{Connection as _, Executor as _};

/// The address of a database that nobody else uses, on the server that `REEVE_TEST_POSTGRES` names, as `cargo xtask test`
/// does. None where no server is there to test with, which is said once.
///
/// # Panics
/// Where the server does not take it.
pub async fn postgres() -> Option<String> {
    let Ok(server) = std::env::var("REEVE_TEST_POSTGRES") else {
        static SAID: Once = Once::new();
        // Not by a macro: what macros print is kept back where tests pass.
        SAID.call_once(|| {
            let _ = writeln!(std::io::stderr(), "REEVE_TEST_POSTGRES is not set: tested on SQLite only");
        });
        return None;
    };
    let name = format!("reeve_{}", uuid::Uuid::new_v4().simple());
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    connection.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
    connection.close().await.unwrap();
    let (address, options) = server.split_once('?').unwrap_or((&server, ""));
    let (address, _) = address.rsplit_once('/').unwrap();
    Some(format!("{address}/{name}?{options}"))
}
