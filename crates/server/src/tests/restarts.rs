//! What a restart and a failing database leave: everything that was acknowledged, and a way to a person.

use std::sync::Arc;
use std::time::Duration;

use assistant::Enquiry;
use axum::http::{Method, StatusCode};
use conversation::TurnEnding;
use serde_json::json;

use super::app::{Opened, Stream, TestApp, eventually, json_of, names};
use super::people::conversation;
use crate::conversations::{Begun, Conversation, Place, Scope};
use crate::work::Job;

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

/// A turn that is kept and not worked on yet.
async fn begun(app: &TestApp, opened: &Opened, question: &str) -> (Arc<Conversation>, String) {
    let conversation = conversation(app, opened).await;
    let Begun::New { turn, .. } = conversation.begin_turn("one", question, None, false).await.unwrap() else {
        panic!("it is new")
    };
    (conversation, turn)
}

#[tokio::test]
async fn where_to_get_help_is_shown_though_it_cannot_be_kept() {
    let app = TestApp::start().await;
    let (conversation, turn) = begun(&app, &app.open().await, "danger").await;
    let mut listening = conversation.listen().unwrap();
    app.store.close().await;
    let enquiry = Enquiry { question: "danger".to_owned(), history: Vec::new() };
    app.service.work().submit(Job::new(conversation, turn.clone(), enquiry)).await;
    let (told, _, ended) = listening.events(Place::default(), &Scope::Turn(turn));
    assert!(ended && told.len() == 1 && told[0].data.contains("Call 999."), "{told:?}");
}

#[tokio::test]
async fn a_turn_that_was_given_up_holds_no_other_up() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let (conversation, turn) = begun(&app, &opened, "What does it cost?").await;
    conversation.give_up(&turn, &app.script.handoff_fault());
    assert_eq!(app.ask(&opened, "two", "And this?").await.last().unwrap().data["text"], "Answered: And this?");
    let so_far = Stream::of(app.on(&opened, Method::GET, "/events?follow=false", None).await).rest().await;
    assert_eq!(names(&so_far), ["question", "error", "question", "reply"]);
    assert_eq!(so_far[1].data["code"], "internal");
}

#[tokio::test]
async fn a_turn_is_not_worked_on_any_more_though_its_end_cannot_be_kept() {
    let app = TestApp::start().await;
    let (conversation, turn) = begun(&app, &app.open().await, "What does it cost?").await;
    assert!(!conversation.is_idle_since(Duration::ZERO));
    app.store.close().await;
    assert!(conversation.stop(&turn, TurnEnding::Abandoned).await.is_err());
    assert!(conversation.is_idle_since(Duration::ZERO));
}
