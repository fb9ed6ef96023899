//! Many conversations at once: 200 that are listened to, 20 of them with a person. No message is lost, doubled or out of
//! order. How long messages take is printed, not asserted: `cargo test --release -p server many_talk -- --nocapture`.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use conversation::{Phase, StaffMember};
use serde_json::json;

use super::app::{Opened, Stream, TestApp, config};
use super::people::{ALWAYS, staff};

const LISTENING: usize = 200;
const TALKING: usize = 20;
const MESSAGES: usize = 10;
/// A pair of people writes so often.
const PAUSE: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_talk_at_once_and_every_message_arrives_once() {
    let app: &'static TestApp = Box::leak(Box::new(TestApp::with_hours(ALWAYS, &config()).await));
    let ann = staff(app, "Ann").await;
    let mut quiet = Vec::new();
    for _ in TALKING..LISTENING {
        let opened = app.open().await;
        quiet.push(app.events(&opened, None).await);
    }
    let mut talks = Vec::new();
    for _ in 0..TALKING {
        talks.push(tokio::spawn(talk(app, ann.clone())));
    }
    let mut waits = Vec::new();
    for talk in talks {
        waits.extend(talk.await.unwrap());
    }
    waits.sort_unstable();
    assert_eq!(waits.len(), TALKING * MESSAGES * 2);
    let share = |part: usize| waits[waits.len() * part / 100];
    eprintln!(
        "{LISTENING} conversations, {TALKING} with a person: {} messages, delivered in p50 {:?}, p95 {:?}, longest {:?}",
        waits.len(),
        share(50),
        share(95),
        waits[waits.len() - 1]
    );
    drop(quiet);
}

/// One resident and one member of staff who write in turns; gives how long each message took to arrive.
async fn talk(app: &TestApp, ann: StaffMember) -> Vec<Duration> {
    let opened = app.open().await;
    let mut stream = app.events(&opened, None).await;
    assert_eq!(app.on(&opened, Method::POST, "/handoff", None).await.status(), StatusCode::OK);
    let conversation = app.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap();
    let accepted = conversation.add(|record| {
        let Phase::Waiting(waiting) = record.phase() else { panic!("{:?}", record.phase()) };
        Ok((vec![waiting.accept(ann.clone())], Vec::new(), ()))
    });
    accepted.await.unwrap();
    let mut waits = Vec::new();
    for number in 0..MESSAGES {
        let name = format!("resident {number}");
        let sent = Instant::now();
        let body = json!({ "client_message_id": name, "text": name });
        let response = app.on(&opened, Method::POST, "/messages", Some(body)).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        expect(&mut stream, &name).await;
        waits.push(sent.elapsed());
        let name = format!("staff {number}");
        let sent = Instant::now();
        let said = conversation.add(|record| {
            let Phase::WithPerson(with) = record.phase() else { panic!("{:?}", record.phase()) };
            Ok((vec![with.owned_by(&ann).unwrap().say(&name, &name, None)], Vec::new(), ()))
        });
        said.await.unwrap();
        expect(&mut stream, &name).await;
        waits.push(sent.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    assert_all_once(app, &opened).await;
    waits
}

async fn expect(stream: &mut Stream, text: &str) {
    assert_eq!(stream.until("message").await.data["text"], text);
}

async fn assert_all_once(app: &TestApp, opened: &Opened) {
    let so_far = Stream::of(app.on(opened, Method::GET, "/events?follow=false", None).await).rest().await;
    let texts: Vec<_> =
        so_far.iter().filter(|told| told.name == "message").map(|told| told.data["text"].clone()).collect();
    let expected: Vec<_> =
        (0..MESSAGES).flat_map(|n| [json!(format!("resident {n}")), json!(format!("staff {n}"))]).collect();
    assert_eq!(texts, expected);
}
