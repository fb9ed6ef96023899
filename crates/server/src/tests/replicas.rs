//! Two servers on one database of PostgreSQL serve one conversation. `cargo xtask test` starts the database; without
//! `REEVE_TEST_POSTGRES` there is nothing to test on.

use std::time::Duration;

use axum::http::Method;
use conversation::{CloseOutcome, Phase};
use serde_json::json;
use store::Mode;

use super::app::{TestApp, json_of, names};
use super::people::{ALWAYS, staff, switch};

#[tokio::test]
async fn two_servers_serve_one_conversation() {
    let Some(url) = store::testing::postgres().await else { return };
    let (one, two) = (TestApp::on_postgres(&url, ALWAYS).await, TestApp::on_postgres(&url, ALWAYS).await);
    let ann = staff(&one, "Ann").await;
    let opened = one.open().await;
    let mut at_two = two.events(&opened, None).await;
    // Asked at one, told at two; asked there, the first knows of it.
    one.ask(&opened, "one", "What does it cost?").await;
    assert_eq!(at_two.until("reply").await.data["text"], "Answered: What does it cost?");
    two.ask(&opened, "two", "And this?").await;
    assert_eq!(two.script.asked()[0].history.len(), 2);
    // The resident waits at one; somebody accepts at two.
    let waiting = json_of(one.on(&opened, Method::POST, "/handoff", None).await).await;
    assert_eq!(waiting["phase"], "waiting");
    let mut at_one = one.events(&opened, None).await;
    let there = two.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap();
    let accepted = there.add(|record| match record.phase() {
        Phase::Waiting(waiting) => Ok((vec![waiting.accept(ann.clone())], Vec::new(), ())),
        other => panic!("{other:?}"),
    });
    accepted.await.unwrap();
    loop {
        let told = at_one.until("state").await;
        if told.data["phase"] == "with_person" {
            break;
        }
    }
    let body = json!({ "client_message_id": "m1", "text": "Hello" });
    one.on(&opened, Method::POST, "/messages", Some(body)).await;
    assert_eq!(at_two.until("message").await.data["text"], "Hello");
    let said = there.add(|record| match record.phase() {
        Phase::WithPerson(with) => {
            Ok((vec![with.owned_by(&ann).unwrap().close(CloseOutcome::Resolved)], Vec::new(), ()))
        }
        other => panic!("{other:?}"),
    });
    said.await.unwrap();
    assert_eq!(at_one.until("state").await.data["phase"], "closed");
    // A switch set at one takes effect at the other.
    switch(&one, Mode::Off).await;
    for _ in 0..1000 {
        if two.service.people().mode() == Mode::Off {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let events = two.ask(&opened, "three", "What does it cost?").await;
    assert_eq!(names(&events), ["reply"]);
    assert_eq!(events[0].data["text"], "Switched off. Please call us.");
}
