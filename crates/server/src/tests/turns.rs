//! A turn's way: events in order, the same turn twice, resuming, what the assistant is told.

use std::future::poll_fn;
use std::task::Poll;

use assistant::Path;
use assistant::testing::{fixed_reply, handoff_reply};
use axum::http::{Method, StatusCode};
use conversation::{Reason, Role, Turn, TurnEnding};
use serde_json::json;

use super::app::{Opened, Stream, TestApp, eventually, json_of, names};
use super::people::{conversation, so_far};
use crate::conversations::Begun;
use crate::wire::{ContactDetails, new_reply};

#[tokio::test]
async fn a_turn_is_told_from_its_search_to_its_reply() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let events = app.ask(&opened, "one", "  What does it cost? \n").await;
    assert_eq!(names(&events), ["status", "status", "sentence", "reply"]);
    // Only what is kept has a number under which a stream resumes.
    assert_eq!(events.iter().map(|told| told.id.is_some()).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(events[0].data["stage"], "searching");
    assert_eq!(events[2].data["text"], "Answered: What does it cost?");
    assert_eq!(events[2].data["citations"], json!([1]));
    let reply = &events[3].data;
    assert_eq!(reply["text"], "Answered: What does it cost?");
    assert_eq!(reply["client_turn_id"], "one");
    for key in ["outcome", "sentences", "citations", "offers", "turn", "trace"] {
        assert!(!reply[key].is_null(), "{key} is missing in {reply}");
    }
    let asked = app.script.asked();
    assert_eq!((asked.len(), asked[0].path, asked[0].has_deadline), (1, Path::Full, true));
}

#[tokio::test]
async fn the_same_turn_is_told_again_and_never_answered_twice() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let first = app.ask(&opened, "one", "What does it cost?").await;
    // What was said on the way is over; the reply stands.
    assert_eq!(app.ask(&opened, "one", "What does it cost?").await, first[3..]);
    assert_eq!(app.script.asked().len(), 1);
    let other = app.turn(&opened, "one", "Something else?").await;
    assert_eq!(other.status(), StatusCode::CONFLICT);
    assert_eq!(json_of(other).await["code"], "turn_differs");
}

#[tokio::test]
async fn a_lost_listener_takes_up_a_running_turn() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let mut lost = Stream::of(app.turn(&opened, "one", "hold on").await);
    let status = lost.until("status").await;
    drop(lost);
    let mut again = Stream::of(app.turn(&opened, "one", "hold on").await);
    assert_eq!(again.next().await, Some(status));
    app.script.release();
    assert_eq!(names(&again.rest().await), ["status", "sentence", "reply"]);
    assert_eq!(app.script.asked().len(), 1);
}

#[tokio::test]
async fn one_turn_at_a_time() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let first = app.turn(&opened, "one", "hold on").await;
    let second = app.turn(&opened, "two", "And this?").await;
    assert_eq!(second.status(), StatusCode::CONFLICT);
    assert_eq!(json_of(second).await["code"], "turn_in_progress");
    app.script.release();
    Stream::of(first).rest().await;
    assert_eq!(app.ask(&opened, "two", "And this?").await.last().unwrap().data["text"], "Answered: And this?");
}

#[tokio::test]
async fn the_conversation_can_be_followed_and_resumed() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let mut all = app.events(&opened, None).await;
    let turn = app.ask(&opened, "one", "What does it cost?").await;
    let question = all.next().await.unwrap();
    assert_eq!((question.name.as_str(), &question.data["text"]), ("question", &json!("What does it cost?")));
    let reply = turn.last().unwrap();
    assert_eq!(all.until("reply").await, *reply);
    let mut resumed = app.events(&opened, question.id).await;
    assert_eq!(resumed.next().await.as_ref(), Some(reply));
    // Still open: the next turn comes through both.
    let next = app.ask(&opened, "two", "And that?").await;
    assert_eq!(resumed.until("reply").await, *next.last().unwrap());
    assert_eq!(all.until("reply").await, *next.last().unwrap());
    // A number from the future shows only what is new.
    let mut ahead = app.events(&opened, Some(9999)).await;
    app.ask(&opened, "three", "More?").await;
    assert_eq!(ahead.next().await.unwrap().data["client_turn_id"], "three");
}

#[tokio::test]
async fn what_happened_so_far_ends_by_itself() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    app.ask(&opened, "one", "What does it cost?").await;
    let so_far = app.on(&opened, Method::GET, "/events?follow=false", None).await;
    let events = Stream::of(so_far).rest().await;
    assert_eq!(names(&events), ["question", "reply"]);
    let odd = app.on(&opened, Method::GET, "/events?follow=perhaps", None).await;
    assert_eq!((odd.status(), json_of(odd).await["code"].clone()), (StatusCode::BAD_REQUEST, json!("invalid_query")));
}

#[tokio::test]
async fn a_first_question_may_be_about_the_page_that_the_resident_is_on() {
    let app = TestApp::start().await;
    let ask = async |opened: &Opened, name: &str, page: &str| {
        let body = json!({ "client_turn_id": name, "text": "How much is it?", "page": page });
        Stream::of(app.on(opened, Method::POST, "/turns", Some(body)).await).rest().await;
        app.script.asked().pop().unwrap().history
    };
    let opened = app.open().await;
    let history = ask(&opened, "first", "https://test.example/pages/garden-waste?from=search#cost").await;
    assert_eq!(history, [Turn { role: Role::User, text: "Garden waste".to_owned() }]);
    // Later, what was said says what it is about.
    let history = ask(&opened, "second", "/pages/contact-us").await;
    assert_eq!(
        history.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>(),
        ["How much is it?", "Answered: How much is it?"]
    );
    assert!(ask(&app.open().await, "first", "https://test.example/news").await.is_empty());
}

#[tokio::test]
async fn the_assistant_is_told_the_last_eight_turns_that_were_replied_to() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    for number in 0..10 {
        app.ask(&opened, &format!("turn {number}"), &format!("Question {number}?")).await;
    }
    let stopped = app.turn(&opened, "stopped", "hold on").await;
    app.on(&opened, Method::POST, "/cancel", Some(json!({ "client_turn_id": "stopped" }))).await;
    Stream::of(stopped).rest().await;
    app.ask(&opened, "last", "And now?").await;
    let history = app.script.asked().pop().unwrap().history;
    assert_eq!(history.len(), 16);
    assert_eq!((history[0].role, history[0].text.as_str()), (Role::User, "Question 2?"));
    assert_eq!((history[15].role, history[15].text.as_str()), (Role::Assistant, "Answered: Question 9?"));
    // Another resident's conversation knows nothing of it.
    let other = app.open().await;
    app.ask(&other, "first", "Hello?").await;
    assert!(app.script.asked().pop().unwrap().history.is_empty());
}

#[tokio::test]
async fn feedback_is_kept_for_a_turn_that_there_was() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let turn = app.ask(&opened, "one", "What does it cost?").await[0].data["turn"].clone();
    let rated = |body| app.on(&opened, Method::POST, "/feedback", Some(body));
    assert_eq!(rated(json!({ "turn": turn, "helpful": true })).await.status(), StatusCode::NO_CONTENT);
    let commented = json!({ "turn": turn, "helpful": false, "comment": "No price." });
    assert_eq!(rated(commented).await.status(), StatusCode::NO_CONTENT);
    let unknown = json!({ "turn": "6a0f3c5e-8b1d-4f53-9a68-0d4f7a0a9b11", "helpful": true });
    assert_eq!(rated(unknown).await.status(), StatusCode::NOT_FOUND);
    let long = json!({ "turn": turn, "helpful": true, "comment": "x".repeat(2001) });
    assert_eq!(rated(long).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_conversation_holds_only_so_many_turns() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    for number in 0..100 {
        app.ask(&opened, &number.to_string(), "Again?").await;
    }
    let full = app.turn(&opened, "one more", "Again?").await;
    assert_eq!(full.status(), StatusCode::CONFLICT);
    assert_eq!(json_of(full).await["code"], "conversation_full");
}

#[tokio::test]
async fn a_cancelled_turn_ends_at_once_and_the_next_can_begin() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let mut stream = Stream::of(app.turn(&opened, "one", "hold on").await);
    stream.until("status").await;
    let cancelled = app.on(&opened, Method::POST, "/cancel", Some(json!({ "client_turn_id": "one" }))).await;
    assert_eq!(cancelled.status(), StatusCode::NO_CONTENT);
    let events = stream.rest().await;
    assert_eq!(names(&events), ["error"]);
    assert_eq!(events[0].data["code"], "cancelled");
    // The model's thread noticed too, and what it gave back is not shown.
    let next = app.ask(&opened, "two", "And this?").await;
    assert_eq!(next.last().unwrap().data["text"], "Answered: And this?");
    let again = app.ask(&opened, "one", "hold on").await;
    assert_eq!(names(&again), ["error"]);
    let unknown = app.on(&opened, Method::POST, "/cancel", Some(json!({ "client_turn_id": "never sent" }))).await;
    assert_eq!(unknown.status(), StatusCode::NO_CONTENT);
    eventually(|| app.script.asked().len() == 2).await;
}

#[tokio::test]
async fn every_reply_is_recorded_under_the_name_of_its_turn_and_a_cancelled_turn_is_not() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let first = app.ask(&opened, "one", "What does it cost?").await;
    let danger = app.ask(&opened, "two", "danger").await;
    let panicked = app.ask(&opened, "three", "panic at this").await;
    let cancelled = Stream::of(app.turn(&opened, "four", "hold on").await);
    app.on(&opened, Method::POST, "/cancel", Some(json!({ "client_turn_id": "four" }))).await;
    cancelled.rest().await;
    let last = app.ask(&opened, "five", "And this?").await;
    eventually(|| app.recorded().len() == 4).await;
    let told = [first, danger, panicked, last].map(|events| {
        let reply = events.last().unwrap().data.clone();
        (reply["turn"].as_str().unwrap().to_owned(), reply["text"].as_str().unwrap().to_owned())
    });
    let recorded = app.recorded();
    assert_eq!(recorded.iter().map(|(turn, _, _, text)| (turn.clone(), text.clone())).collect::<Vec<_>>(), told);
    let asked: Vec<(&str, usize)> =
        recorded.iter().map(|(_, question, history, _)| (question.as_str(), *history)).collect();
    assert_eq!(asked[..2], [("What does it cost?", 0), ("danger", 2)]);
    assert_eq!(asked[3].0, "And this?");
}

#[tokio::test]
async fn a_turn_whose_client_goes_away_at_once_is_answered() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let conversation = conversation(&app, &opened).await;
    let taken_up = poll_fn(|context| {
        context.waker().wake_by_ref();
        if conversation.record().running().is_some() { Poll::Ready(()) } else { Poll::Pending }
    });
    // The request is dropped as soon as its turn is kept.
    tokio::select! {
        biased;
        _ = app.turn(&opened, "one", "slow question") => panic!("it was taken up first"),
        () = taken_up => (),
    }
    eventually(|| conversation.record().running().is_none()).await;
    assert_eq!(names(&so_far(&app, &opened).await), ["question", "reply"]);
}

#[tokio::test]
async fn an_old_turn_that_ends_once_more_leaves_the_new_one_alone() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let conversation = conversation(&app, &opened).await;
    let begin = async |name: &str| conversation.begin_turn(name, "What does it cost?", None, false).await.unwrap();
    let Begun::New { turn: old, .. } = begin("one").await else { panic!("it is new") };
    conversation.cancel("one").await.unwrap();
    assert!(matches!(begin("two").await, Begun::New { .. }));
    let reply = app.script.handoff_fault();
    conversation.stop(&old, TurnEnding::Abandoned).await.unwrap();
    assert!(matches!(begin("two").await, Begun::Known { .. }), "stopped");
    assert!(!conversation.finish(&old, &reply, None).await.unwrap());
    assert!(matches!(begin("two").await, Begun::Known { .. }), "finished");
    conversation.give_up(&old, &reply);
    assert!(matches!(begin("two").await, Begun::Known { .. }), "given up");
}

#[tokio::test]
async fn a_reply_that_offers_a_person_says_how_its_service_is_reached() {
    let app = TestApp::start().await;
    let knowledge = app.service.knowledge();
    let about = || Some(("waste".to_owned(), ContactDetails::new(Some("waste"), knowledge)));
    let handed_over = new_reply(&handoff_reply("Call us.", Reason::LowConfidence), about()).unwrap();
    assert_eq!(handed_over.wire["contact"], serde_json::to_value(about().unwrap().1).unwrap());
    assert_eq!(handed_over.wire["contact"]["name"], knowledge.council.name);
    for told in [
        new_reply(&handoff_reply("Call us.", Reason::LowConfidence), None).unwrap(),
        new_reply(&fixed_reply("It costs £52."), about()).unwrap(),
    ] {
        assert!(told.wire.get("contact").is_none(), "{}", told.wire);
    }
}
