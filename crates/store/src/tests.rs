//! What is kept, on both databases: each check runs on a fresh SQLite file, and on a fresh database of PostgreSQL where
//! `REEVE_TEST_POSTGRES` gives the address of a server, as `cargo xtask test` does.
#![allow(clippy::unwrap_used)]

mod at_once;
mod conversations;
mod erasing;
mod faults;
mod handoffs;
mod notices;
mod outbox;
mod overview;
mod people;
mod replies;

use std::time::Duration;

use conversation::{ConversationRecord, Fact, NewReply, Outcome, Phase, Reason, StaffMember};
use serde_json::json;

use crate::{Append, Appended, Store, testing};

/// A database that belongs to one check.
pub(crate) struct Place {
    pub(crate) url: String,
    /// Of SQLite: where its files are.
    pub(crate) folder: Option<tempfile::TempDir>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { url: format!("sqlite:{}", folder.path().join("reeve.db").display()), folder: Some(folder) }
    }

    /// None where no server is there to test with.
    pub(crate) async fn postgres() -> Option<Self> {
        testing::postgres().await.map(|url| Self { url, folder: None })
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open_patiently(&self.url, Duration::from_secs(20)).await.unwrap()
    }
}

/// Runs a check on a fresh database of each kind.
pub(crate) async fn on_both(check: impl AsyncFn(Store)) {
    let place = Place::sqlite();
    let store = place.open().await;
    check(store.clone()).await;
    store.close().await;
    if let Some(place) = Place::postgres().await {
        let store = place.open().await;
        check(store.clone()).await;
        store.close().await;
    }
}

/// A conversation as it is kept.
pub(crate) async fn record(store: &Store, id: &str) -> ConversationRecord {
    let mut record = ConversationRecord::default();
    for event in store.events(id, 0).await.unwrap() {
        assert_eq!(event.n, record.version() + 1);
        record.add(&event.event, event.at_ms).unwrap();
    }
    record
}

/// Adds one fact, with nobody else around.
pub(crate) async fn add(store: &Store, id: &str, at_ms: i64, make: impl FnOnce(&Phase) -> Fact) {
    let record = record(store, id).await;
    let fact = make(record.phase());
    let append = Append { id, expected_version: record.version(), facts: &[fact], at_ms, effects: &[] };
    assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
}

/// A question and its reply, two events.
pub(crate) async fn ask(store: &Store, id: &str, at_ms: i64, (turn, question): (&str, &str), reply: NewReply) {
    add(store, id, at_ms, |phase| phase.ask(turn, &format!("client-{turn}"), question).unwrap()).await;
    add(store, id, at_ms, |phase| phase.voice().unwrap().reply(turn, reply)).await;
}

/// Asks for a person and is put into the queue.
pub(crate) async fn request(store: &Store, id: &str, at_ms: i64) {
    add(store, id, at_ms, |phase| phase.request(None).unwrap()).await;
    add(store, id, at_ms, |phase| match phase {
        Phase::Requested(requested) => requested.queue(),
        other => panic!("{other:?}"),
    })
    .await;
}

pub(crate) async fn accept(store: &Store, id: &str, at_ms: i64, staff: &StaffMember) {
    add(store, id, at_ms, |phase| match phase {
        Phase::Waiting(waiting) => waiting.accept(staff.clone()),
        other => panic!("{other:?}"),
    })
    .await;
}

/// A move of the member of staff who owns the conversation.
pub(crate) async fn own(
    store: &Store,
    id: &str,
    at_ms: i64,
    staff: &StaffMember,
    make: impl FnOnce(conversation::Owned<'_>) -> Fact,
) {
    add(store, id, at_ms, |phase| match phase {
        Phase::WithPerson(with) => make(with.owned_by(staff).unwrap()),
        other => panic!("{other:?}"),
    })
    .await;
}

pub(crate) fn person(name: &str) -> StaffMember {
    StaffMember { id: format!("id-{name}"), name: name.to_owned() }
}

/// An answer from a page of a service.
pub(crate) fn answer(text: &str, service: Option<&str>, page_id: &str, confidence: f64) -> NewReply {
    NewReply {
        outcome: Outcome::Answer,
        reason: None,
        offers_person: false,
        service: service.map(str::to_owned),
        text: text.to_owned(),
        confidence: Some(confidence),
        wire: json!({"text": text, "citations": [{"n": 1, "page_id": page_id}, {"n": 2, "page_id": "another"}]}),
    }
}

/// An offer of a person.
pub(crate) fn no_answer(reason: Reason, service: Option<&str>) -> NewReply {
    NewReply {
        outcome: Outcome::Handoff,
        reason: Some(reason),
        offers_person: true,
        service: service.map(str::to_owned),
        text: "A person can help you.".to_owned(),
        confidence: None,
        wire: json!({"citations": []}),
    }
}
