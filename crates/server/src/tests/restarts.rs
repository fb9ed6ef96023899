//! What a restart and a failing database leave: everything that was acknowledged, and a way to a person.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::app::{Stream, TestApp, eventually, json_of, names};

#[tokio::test]
async fn a_conversation_goes_on_after_a_restart() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    app.ask(&opened, "one", "What does it cost?").await;
    let turn = app.events(&opened, None).await.until("reply").await.data["turn"].clone();
    let feedback = json!({ "turn": turn, "helpful": true, "comment": null });
    app.on(&opened, Method::POST, "/feedback", Some(feedback)).await;
    let app = app.again().await;
    let so_far = Stream::of(app.on(&opened, Method::GET, "/events?follow=false", None).await).rest().await;
    assert_eq!(names(&so_far), ["question", "reply", "feedback"]);
    app.ask(&opened, "two", "And that?").await;
    assert_eq!(app.script.asked().last().unwrap().history[0].text, "What does it cost?");
}

#[tokio::test]
async fn a_turn_that_a_dead_process_left_is_answered_when_it_is_sent_again() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let lost = Stream::of(app.turn(&opened, "one", "hold on").await);
    eventually(|| app.script.asked().len() == 1).await;
    // The old service is left as it is: it never gets to say how the turn ended.
    let next = app.again().await;
    next.script.release();
    let events = next.ask(&opened, "one", "hold on").await;
    assert_eq!(events.last().unwrap().data["text"], "Answered: hold on");
    // Should the first process come back to life, the turn has its reply already.
    app.script.release();
    let told = lost.rest().await;
    assert_eq!(told.last().unwrap().data["text"], "Answered: hold on");
    let so_far = Stream::of(next.on(&opened, Method::GET, "/events?follow=false", None).await).rest().await;
    assert_eq!(names(&so_far), ["question", "reply"]);
}

#[tokio::test]
async fn without_the_database_there_is_still_a_way_to_a_person() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    app.store.close().await;
    let events = app.ask(&opened, "one", "What does it cost?").await;
    assert_eq!((names(&events), &events[0].data["text"]), (vec!["reply"], &json!("Something broke. Please call us.")));
    assert_eq!(events[0].id, None, "nothing is promised to be there later");
    let danger = app.ask(&opened, "two", "danger").await;
    assert_eq!(danger[0].data["outcome"], "signpost");
    let told = app.on(&opened, Method::POST, "/handoff", None).await;
    assert_eq!(told.status(), StatusCode::OK);
    let told = json_of(told).await;
    assert_eq!((&told["phase"], &told["contact"]["phone"]), (&json!("unavailable"), &json!("01632 960100")));
    let new = app.on(&opened, Method::DELETE, "", None).await;
    assert_eq!((new.status(), &json_of(new).await["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("unavailable")));
}
