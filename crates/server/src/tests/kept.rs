//! The same question again: it is worked on once. The script shares the replies to what is asked `again`.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use super::app::{Opened, Stream, TestApp, config, eventually, names};
use crate::ServerConfig;

const QUESTION: &str = "What does it cost again?";

/// Asks in a new conversation; the text of the reply.
async fn ask(app: &TestApp, question: &str) -> String {
    let opened = app.open().await;
    let events = app.ask(&opened, "one", question).await;
    events.last().unwrap().data["text"].as_str().unwrap().to_owned()
}

/// Asks in a new conversation and does not wait.
async fn begin(app: &TestApp, question: &str) -> (Opened, Stream) {
    let opened = app.open().await;
    let stream = Stream::of(app.turn(&opened, "one", question).await);
    (opened, stream)
}

#[tokio::test]
async fn what_was_answered_is_not_asked_of_the_model_again() {
    let app = TestApp::start().await;
    assert_eq!(ask(&app, QUESTION).await, "Answered: What does it cost again?");
    let opened = app.open().await;
    let events = app.ask(&opened, "one", QUESTION).await;
    assert_eq!(names(&events), ["reply"]);
    assert_eq!(events[0].data["text"], "Answered: What does it cost again?");
    assert_eq!(app.script.asked().len(), 1);
    // It is in the conversation, and was recorded, like any other.
    let conversation = app.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap();
    assert!(conversation.record().running().is_none());
    assert_eq!(app.recorded().len(), 2);
}

#[tokio::test]
async fn another_history_another_time_and_another_question_are_asked_anew() {
    let app = TestApp::start().await;
    ask(&app, QUESTION).await;
    ask(&app, "And what does that cost again?").await;
    assert_eq!(app.script.asked().len(), 2);
    let opened = app.open().await;
    app.ask(&opened, "one", "Tell me about bins").await;
    app.ask(&opened, "two", QUESTION).await;
    assert_eq!(app.script.asked().len(), 4);
    app.script.set_open(false);
    ask(&app, QUESTION).await;
    assert_eq!(app.script.asked().len(), 5);
}

#[tokio::test]
async fn what_was_cut_short_or_failed_is_not_kept() {
    let app = TestApp::start().await;
    for question in ["late again", "panic again"] {
        let before = app.script.asked().len();
        ask(&app, question).await;
        ask(&app, question).await;
        assert_eq!(app.script.asked().len(), before + 2, "{question}");
    }
}

#[tokio::test]
async fn only_so_many_are_kept() {
    for (kept_replies, asked) in [(0, 3), (1, 3), (2, 2)] {
        let app = TestApp::with(&ServerConfig { kept_replies, ..config() }, Duration::from_secs(30)).await;
        for question in ["one again", "two again", "one again"] {
            ask(&app, question).await;
        }
        assert_eq!(app.script.asked().len(), asked, "{kept_replies} kept");
    }
}

#[tokio::test]
async fn those_who_ask_at_the_same_time_share_one_answer() {
    let app = TestApp::with(&ServerConfig { queue_length: 0, ..config() }, Duration::from_secs(30)).await;
    let mut asking = Vec::new();
    // More than the queue takes.
    for _ in 0..4 {
        asking.push(begin(&app, "hold again").await.1);
    }
    eventually(|| app.script.asked().len() == 1).await;
    app.script.release();
    for stream in asking {
        let events = stream.rest().await;
        assert_eq!(events.last().unwrap().data["text"], "Answered: hold again");
    }
    assert_eq!(app.script.asked().len(), 1);
}

#[tokio::test]
async fn the_work_goes_on_for_those_who_stay() {
    let app = TestApp::start().await;
    let (first, first_stream) = begin(&app, "hold again").await;
    let (_second, stream) = begin(&app, "hold again").await;
    app.on(&first, Method::POST, "/cancel", Some(json!({ "client_turn_id": "one" }))).await;
    assert_eq!(first_stream.rest().await.last().unwrap().data["code"], "cancelled");
    app.script.release();
    assert_eq!(stream.rest().await.last().unwrap().data["text"], "Answered: hold again");
    assert_eq!(app.script.asked().len(), 1);
}

#[tokio::test]
async fn the_work_ends_when_all_have_left() {
    let app = TestApp::start().await;
    let (first, _) = begin(&app, "hold again").await;
    let (second, _) = begin(&app, "hold again").await;
    for opened in [&first, &second] {
        app.on(opened, Method::POST, "/cancel", Some(json!({ "client_turn_id": "one" }))).await;
    }
    // The model is free, though nothing was released.
    assert_eq!(ask(&app, "And this?").await, "Answered: And this?");
    app.script.release();
    assert_eq!(ask(&app, "hold again").await, "Answered: hold again");
    assert_eq!(app.script.asked().len(), 3);
}

#[tokio::test]
async fn a_fault_is_told_to_all() {
    let app = TestApp::start().await;
    let (_, held) = begin(&app, "hold on").await;
    let mut asking = Vec::new();
    for _ in 0..2 {
        asking.push(begin(&app, "panic again").await.1);
    }
    app.script.release();
    held.rest().await;
    for stream in asking {
        assert_eq!(stream.rest().await.last().unwrap().data["text"], "Something broke. Please call us.");
    }
    assert_eq!(app.script.asked().len(), 2);
}

#[tokio::test]
async fn a_kept_reply_needs_no_place_in_the_queue() {
    let app = TestApp::with(&ServerConfig { queue_length: 0, ..config() }, Duration::from_secs(30)).await;
    ask(&app, QUESTION).await;
    let (_, held) = begin(&app, "hold on").await;
    assert_eq!(ask(&app, QUESTION).await, "Answered: What does it cost again?");
    assert_eq!(ask(&app, "Another question?").await, "Quoted: Another question?");
    app.script.release();
    held.rest().await;
}
