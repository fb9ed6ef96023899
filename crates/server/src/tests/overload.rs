//! More turns than the model can take, a panic in it, listeners who leave.

use std::time::Duration;

use assistant::{Path, QuoteOnlyReason};
use axum::http::{Method, StatusCode};
use serde_json::json;

use super::app::{Opened, Stream, TestApp, config, eventually, names};
use crate::ServerConfig;

/// A service whose model is busy and whose queue, of this length, is full of held turns.
async fn full(queue_length: usize) -> (TestApp, Vec<(Opened, Stream)>) {
    let app = TestApp::with(&ServerConfig { queue_length, ..config() }, Duration::from_secs(30)).await;
    let held = hold(&app, queue_length + 1).await;
    (app, held)
}

/// So many turns that the model does not come to an end with, the first of them in work.
async fn hold(app: &TestApp, turns: usize) -> Vec<(Opened, Stream)> {
    let before = app.script.asked().len();
    let mut held = Vec::new();
    for number in 0..turns {
        let opened = app.open().await;
        let stream = Stream::of(app.turn(&opened, "held", "hold on").await);
        held.push((opened, stream));
        if number == 0 {
            eventually(|| app.script.asked().len() == before + 1).await;
        }
    }
    held
}

#[tokio::test]
async fn danger_waits_for_nobody_and_no_limit() {
    let (app, _held) = full(1).await;
    let opened = app.open().await;
    let long = format!("danger {}", "please help ".repeat(400));
    for (name, text) in [("one", "danger"), ("two", long.as_str())] {
        let events = app.ask(&opened, name, text).await;
        assert_eq!(names(&events), ["reply"], "{name}");
        assert_eq!(events[0].data["outcome"], "signpost");
    }
    let long = long.replace("danger", "bins");
    assert_eq!(app.turn(&opened, "three", &long).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn danger_waits_for_no_answer_of_its_own_conversation_either() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let running = Stream::of(app.turn(&opened, "one", "hold on").await);
    let events = app.ask(&opened, "two", "danger").await;
    assert_eq!(events.last().unwrap().data["outcome"], "signpost");
    assert_eq!(running.rest().await.last().unwrap().data["code"], "cancelled");
}

#[tokio::test]
async fn a_turn_that_waits_says_so() {
    let (app, mut held) = full(1).await;
    assert_eq!(held[1].1.next().await.unwrap().data["stage"], "waiting");
    app.script.release();
    for (_, stream) in held {
        assert_eq!(stream.rest().await.last().unwrap().data["text"], "Answered: hold on");
    }
}

#[tokio::test]
async fn when_the_queue_is_full_the_page_is_quoted() {
    let (app, _held) = full(1).await;
    let opened = app.open().await;
    let events = app.ask(&opened, "one", "What does it cost?").await;
    assert_eq!(events.last().unwrap().data["text"], "Quoted: What does it cost?");
    let asked = app.script.asked();
    let last = asked.last().unwrap();
    assert_eq!((last.path, last.has_deadline), (Path::QuoteOnly(QuoteOnlyReason::Overload), false));
    app.script.release();
}

/// Two turns of the length that is guessed at first would take longer than this, two quick ones not.
const LESS_THAN_TWO: Duration = Duration::from_millis(450);

#[tokio::test]
async fn nobody_waits_for_longer_than_turns_took_lately() {
    let app = TestApp::with(&ServerConfig { longest_wait: LESS_THAN_TWO, ..config() }, Duration::from_secs(30)).await;
    let _held = hold(&app, 2).await;
    let events = app.ask(&app.open().await, "one", "What does it cost?").await;
    assert_eq!(events.last().unwrap().data["text"], "Quoted: What does it cost?");

    let app = TestApp::with(&ServerConfig { longest_wait: LESS_THAN_TWO, ..config() }, Duration::from_secs(30)).await;
    for number in 0..5 {
        app.ask(&app.open().await, "quick", &format!("Question {number}?")).await;
    }
    let _held = hold(&app, 2).await;
    let third = Stream::of(app.turn(&app.open().await, "one", "What does it cost?").await);
    app.script.release();
    assert_eq!(third.rest().await.last().unwrap().data["text"], "Answered: What does it cost?");
}

#[tokio::test]
async fn where_several_wait_for_long_the_next_is_hurried() {
    let longest_wait = Duration::from_secs(2);
    let app = TestApp::with(&ServerConfig { longest_wait, ..config() }, Duration::from_secs(30)).await;
    let held = hold(&app, 4).await;
    app.script.release();
    for (_, stream) in held {
        stream.rest().await;
    }
    // Behind the second, two waited.
    let paths: Vec<Path> = app.script.asked().iter().map(|asked| asked.path).collect();
    assert_eq!(paths, [Path::Full, Path::Hurried, Path::Full, Path::Full]);
}

#[tokio::test]
async fn who_has_waited_for_too_long_is_quoted_to_for_those_behind() {
    // By what is guessed at first, the fourth would wait for just so long.
    let longest_wait = Duration::from_millis(750);
    let app = TestApp::with(&ServerConfig { longest_wait, ..config() }, Duration::from_secs(30)).await;
    let held = hold(&app, 4).await;
    tokio::time::sleep(longest_wait + Duration::from_millis(100)).await;
    app.script.release();
    for (_, stream) in held {
        stream.rest().await;
    }
    // Nobody waited behind the last.
    let quoted = Path::QuoteOnly(QuoteOnlyReason::Overload);
    let paths: Vec<Path> = app.script.asked().iter().map(|asked| asked.path).collect();
    assert_eq!(paths, [Path::Full, quoted, quoted, Path::Full]);
}

#[tokio::test]
async fn when_quoting_is_busy_too_the_way_to_a_person_is_shown() {
    let (app, _held) = full(0).await;
    let mut quoting = Vec::new();
    for _ in 0..2 {
        let opened = app.open().await;
        quoting.push(Stream::of(app.turn(&opened, "held", "hold on").await));
    }
    eventually(|| app.script.asked().len() == 3).await;
    let opened = app.open().await;
    let events = app.ask(&opened, "one", "What does it cost?").await;
    assert_eq!(events.last().unwrap().data["text"], "Please call us.");
    assert_eq!(app.script.asked().len(), 3);
    app.script.release();
    for stream in quoting {
        assert_eq!(stream.rest().await.last().unwrap().data["text"], "Quoted: hold on");
    }
}

#[tokio::test]
async fn a_cancelled_turn_gives_its_place_in_the_queue_up() {
    let (app, held) = full(1).await;
    let waiting = &held[1].0;
    app.on(waiting, Method::POST, "/cancel", Some(json!({ "client_turn_id": "held" }))).await;
    let opened = app.open().await;
    let stream = Stream::of(app.turn(&opened, "one", "What does it cost?").await);
    app.script.release();
    assert_eq!(stream.rest().await.last().unwrap().data["text"], "Answered: What does it cost?");
}

#[tokio::test]
async fn a_panic_leads_to_a_person_and_the_model_goes_on() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let events = app.ask(&opened, "one", "panic at this").await;
    assert_eq!(names(&events), ["status", "reply"]);
    assert_eq!(events[1].data["text"], "Something broke. Please call us.");
    let next = app.ask(&opened, "two", "And this?").await;
    assert_eq!(next.last().unwrap().data["text"], "Answered: And this?");
}

#[tokio::test]
async fn work_stops_some_time_after_the_last_listener_left() {
    let app = TestApp::with(&config(), Duration::from_millis(50)).await;
    let opened = app.open().await;
    let mut stream = Stream::of(app.turn(&opened, "one", "hold on").await);
    stream.until("status").await;
    tokio::time::sleep(Duration::from_millis(120)).await;
    let conversation = app.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap();
    assert!(conversation.record().running().is_some(), "someone listens");
    drop(stream);
    tokio::time::sleep(Duration::from_millis(120)).await;
    let events = app.ask(&opened, "one", "hold on").await;
    assert_eq!(names(&events), ["error"]);
    assert_eq!(events[0].data["code"], "abandoned");
}

#[tokio::test]
async fn only_so_many_streams_on_one_conversation() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let mut streams = Vec::new();
    for _ in 0..12 {
        streams.push(app.events(&opened, None).await);
    }
    let one_more = app.on(&opened, Method::GET, "/events", None).await;
    assert_eq!(one_more.status(), StatusCode::TOO_MANY_REQUESTS);
    streams.pop();
    assert_eq!(app.on(&opened, Method::GET, "/events", None).await.status(), StatusCode::OK);
}
