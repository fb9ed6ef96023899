//! A database that is locked, full, damaged, gone, or not ours.

use std::io::{Seek as _, Write as _};
use std::time::{Duration, Instant};

use conversation::Phase;
use sqlx::{Connection as _, Executor as _};

use super::{Place, on_both, record};
use crate::value::values;
use crate::{Append, Appended, Obstacle, Store, StoreError};

const PATIENCE: Duration = Duration::from_millis(300);

async fn try_to_ask(store: &Store, text: &str) -> Result<Appended, StoreError> {
    let expected_version = record(store, "c1").await.version();
    let fact = [Phase::start().ask("t1", "t1", text).unwrap()];
    store.append(&Append { id: "c1", expected_version, facts: &fact, at_ms: 20, effects: &[] }).await
}

fn obstacle<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Obstacle {
    match result {
        Err(StoreError::Unavailable { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_is_waited_for_and_then_reported() {
    let check = async |place: Place, mut other: AnyConnection| {
        let store = Store::open_patiently(&place.url, PATIENCE).await.unwrap();
        store.create_conversation("c1", "digest", 10).await.unwrap();
        other.run("BEGIN").await;
        other.run("UPDATE conversations SET service = 'held'").await;
        let begun = Instant::now();
        assert_eq!(obstacle(try_to_ask(&store, "a question").await), Obstacle::Locked);
        assert!(begun.elapsed() >= PATIENCE && begun.elapsed() < PATIENCE * 20, "{:?}", begun.elapsed());
        assert_eq!(record(&store, "c1").await.version(), 0, "it can still be read");
        other.run("ROLLBACK").await;
        assert_eq!(try_to_ask(&store, "a question").await.unwrap(), Appended::Done);
        store.close().await;
    };
    let place = Place::sqlite();
    place.open().await.close().await;
    let other = AnyConnection::Sqlite(sqlx::SqliteConnection::connect(&place.url).await.unwrap());
    check(place, other).await;
    if let Some(place) = Place::postgres().await {
        let other = AnyConnection::Postgres(sqlx::PgConnection::connect(&place.url).await.unwrap());
        check(place, other).await;
    }
}

/// Somebody else.
enum AnyConnection {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

impl AnyConnection {
    async fn run(&mut self, sql: &str) {
        match self {
            Self::Sqlite(connection) => drop(connection.execute(sql).await.unwrap()),
            Self::Postgres(connection) => drop(connection.execute(sql).await.unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_reported_and_nothing_is_kept_by_halves() {
    let place = Place::sqlite();
    let store = place.open().await;
    store.create_conversation("c1", "digest", 10).await.unwrap();
    // No page more than there are.
    store.database.change_returning("PRAGMA max_page_count = 1", values![]).await.unwrap();
    let text = "word ".repeat(20_000);
    assert_eq!(obstacle(try_to_ask(&store, &text).await), Obstacle::Full);
    assert_eq!(record(&store, "c1").await.version(), 0);
    assert_eq!(store.conversation("c1").await.unwrap().unwrap().version, 0);
    store.database.change_returning("PRAGMA max_page_count = 1000000", values![]).await.unwrap();
    assert_eq!(try_to_ask(&store, &text).await.unwrap(), Appended::Done, "there is room again");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_reported() {
    let place = Place::sqlite();
    let path = place.folder.as_ref().unwrap().path().join("reeve.db");
    std::fs::write(&path, "This is no database. ".repeat(1000)).unwrap();
    let opened = Store::open(&place.url).await;
    assert!(matches!(opened, Err(StoreError::Damaged { .. })), "{opened:?}");

    let place = Place::sqlite();
    let path = place.folder.as_ref().unwrap().path().join("reeve.db");
    let store = place.open().await;
    store.create_conversation("c1", "digest", 10).await.unwrap();
    assert_eq!(try_to_ask(&store, &"word ".repeat(20_000)).await.unwrap(), Appended::Done);
    // Everything is in this one file now: whether the log beside it is emptied on closing depends on who closes last.
    store.database.forget_deleted().await.unwrap();
    store.close().await;
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let length_bytes = file.metadata().unwrap().len();
    file.seek(std::io::SeekFrom::Start(4096)).unwrap();
    file.write_all(&vec![0xff; usize::try_from(length_bytes).unwrap() - 4096]).unwrap();
    drop(file);
    let read = async {
        let store = Store::open(&place.url).await?;
        store.events("c1", 0).await
    };
    let read = read.await;
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_program_did_not_write_is_reported() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        assert_eq!(try_to_ask(&store, "a question").await.unwrap(), Appended::Done);
        let damage = [
            "UPDATE events SET body = '{\"event\":'",
            "UPDATE events SET body = '{\"event\":\"danced\"}'",
            "UPDATE events SET body = '{\"event\":\"queued\"}'",
            "DELETE FROM events",
        ];
        for damage in damage {
            store.database.change(damage, values![]).await.unwrap();
            let fact = [Phase::start().ask("t2", "t2", "another").unwrap()];
            let append = Append { id: "c1", expected_version: 1, facts: &fact, at_ms: 20, effects: &[] };
            let appended = store.append(&append).await;
            assert!(matches!(appended, Err(StoreError::Damaged { .. })), "{damage}: {appended:?}");
        }
        assert_eq!(store.conversation("c1").await.unwrap().unwrap().version, 1);
        store.database.change("UPDATE switches SET mode = 'sideways'", values![]).await.unwrap();
        assert!(matches!(store.switches().await, Err(StoreError::Damaged { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_program_is_refused() {
    let check = async |place: Place| {
        let store = place.open().await;
        let sql = "INSERT INTO migrations (version, name) VALUES (77, 'later')";
        store.database.change(sql, values![]).await.unwrap();
        store.close().await;
        let opened = Store::open(&place.url).await;
        assert!(matches!(opened, Err(StoreError::NewerDatabase { found: 77, known: 1 })), "{opened:?}");
    };
    check(Place::sqlite()).await;
    if let Some(place) = Place::postgres().await {
        check(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_may_open_a_new_database_at_once() {
    let check = async |place: Place| {
        let (one, two, three) = tokio::join!(place.open(), place.open(), place.open());
        for store in [one, two, three] {
            assert_eq!(store.conversation("c1").await.unwrap(), None);
            store.close().await;
        }
    };
    check(Place::sqlite()).await;
    if let Some(place) = Place::postgres().await {
        check(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_is_reported() {
    let Some(place) = Place::postgres().await else { return };
    let store = Store::open_patiently(&place.url, PATIENCE).await.unwrap();
    store.create_conversation("c1", "digest", 10).await.unwrap();
    let name = place.url.split('?').next().and_then(|address| address.rsplit('/').next()).unwrap().to_owned();
    let server = std::env::var("REEVE_TEST_POSTGRES").unwrap();
    let mut other = sqlx::PgConnection::connect(&server).await.unwrap();
    other.execute(format!("DROP DATABASE {name} WITH (FORCE)").as_str()).await.unwrap();
    assert_eq!(obstacle(store.conversation("c1").await), Obstacle::Connection);
    assert_eq!(obstacle(store.delete_conversation("c1", 20).await), Obstacle::Connection);
    store.close().await;
    other.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_refused_without_repeating_it() {
    for url in
        ["", "mysql://secret@host/x", "sqlite:", "sqlite::memory:", "postgres://a:secret@host:port/x", "reeve.db"]
    {
        match Store::open(url).await {
            Err(error @ StoreError::Address { .. }) => assert!(!format!("{error} {error:?}").contains("secret")),
            other => panic!("{url}: {other:?}"),
        }
    }
    let missing = Store::open("sqlite:/nowhere/at/all/reeve.db").await;
    assert_eq!(obstacle(missing), Obstacle::File);
    let nobody = Store::open_patiently("postgres://reeve@127.0.0.1:1/reeve", PATIENCE).await;
    assert_eq!(obstacle(nobody), Obstacle::Connection);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_its_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::sqlite();
    let store = place.open().await;
    store.create_conversation("c1", "digest", 10).await.unwrap();
    let files = std::fs::read_dir(place.folder.as_ref().unwrap()).unwrap();
    let modes: Vec<u32> = files.map(|file| file.unwrap().metadata().unwrap().permissions().mode() & 0o777).collect();
    assert_eq!(modes, [0o600; 3], "the database, its log, and what its connections share");
    store.close().await;
}
