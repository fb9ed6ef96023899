//! People: asked for, waited for, talked with, missed; call-backs; who may speak when.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use conversation::{CloseOutcome, Phase, StaffMember};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{AuditRow, Mode, NewStaff, Role, Switches};

use super::app::{Opened, Stream, TestApp, config, eventually, json_of, names, text_of};
use crate::conversations::Conversation;
use crate::delivery::tests::servers::{Answer, HttpServer, MailServer};
use crate::{AlertsConfig, HandoffConfig, MailConfig, RetentionConfig, ServerConfig, WebhookConfig};

pub(super) const ALWAYS: &str = "24/7";
pub(super) const NEVER: &str = "Mo-Su 00:00-24:00 off";

/// A member of staff who is there and available.
pub(super) async fn staff(app: &TestApp, name: &str) -> StaffMember {
    let new = NewStaff {
        name: name.to_owned(),
        display_name: name.to_owned(),
        role: Role::Agent,
        password_hash: "none".to_owned(),
    };
    let id = app.store.add_staff(&new).await.unwrap();
    app.store.set_available(&id, true, Timestamp::now().as_millisecond()).await.unwrap();
    StaffMember { id, name: name.to_owned() }
}

pub(super) async fn conversation(app: &TestApp, opened: &Opened) -> std::sync::Arc<Conversation> {
    app.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap()
}

/// A move of staff, made where the conversation allows it.
async fn moved(app: &TestApp, opened: &Opened, made: impl Fn(&Phase) -> Option<conversation::Fact>) -> bool {
    let conversation = conversation(app, opened).await;
    let moved = conversation.add(|record| {
        let fact = made(record.phase());
        let moved = fact.is_some();
        Ok((fact.into_iter().collect(), Vec::new(), moved))
    });
    moved.await.unwrap()
}

pub(super) async fn accept(app: &TestApp, opened: &Opened, who: &StaffMember) -> bool {
    moved(app, opened, |phase| match phase {
        Phase::Waiting(waiting) => Some(waiting.accept(who.clone())),
        _ => None,
    })
    .await
}

pub(super) async fn as_owner(
    app: &TestApp,
    opened: &Opened,
    who: &StaffMember,
    act: impl Fn(&conversation::Owned<'_>) -> conversation::Fact,
) -> bool {
    moved(app, opened, |phase| match phase {
        Phase::WithPerson(with) => with.owned_by(who).ok().map(|owned| act(&owned)),
        _ => None,
    })
    .await
}

pub(super) async fn request(app: &TestApp, opened: &Opened) -> Value {
    json_of(app.on(opened, Method::POST, "/handoff", None).await).await
}

pub(super) async fn say(app: &TestApp, opened: &Opened, name: &str, text: &str) -> axum::response::Response {
    let body = json!({ "client_message_id": name, "text": text });
    app.on(opened, Method::POST, "/messages", Some(body)).await
}

pub(super) async fn so_far(app: &TestApp, opened: &Opened) -> Vec<super::app::Told> {
    Stream::of(app.on(opened, Method::GET, "/events?follow=false", None).await).rest().await
}

#[tokio::test]
async fn a_person_comes_talks_and_gives_the_conversation_back() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let opened = app.open().await;
    app.ask(&opened, "one", "What does it cost?").await;
    let mut stream = app.events(&opened, None).await;
    let told = request(&app, &opened).await;
    assert_eq!((&told["phase"], &told["place"]), (&json!("waiting"), &json!(1)));
    assert_eq!(told["estimate_minutes"], Value::Null, "nobody has waited yet, so nothing is promised");
    assert_eq!(stream.until("state").await.data["phase"], "requested");
    assert_eq!(stream.until("state").await.data["phase"], "waiting");
    assert_eq!(stream.until("queue").await.data["place"], 1);
    // Asked twice, it is one request. While waiting, the assistant still answers.
    assert_eq!(request(&app, &opened).await["phase"], "waiting");
    assert_eq!(app.ask(&opened, "two", "And this?").await.last().unwrap().name, "reply");
    assert!(accept(&app, &opened, &ann).await);
    assert!(!accept(&app, &opened, &staff(&app, "Bob").await).await, "one person has it");
    assert_eq!(stream.until("state").await.data["staff"], "Ann");
    // From here on the assistant is silent.
    let asked = app.turn(&opened, "three", "And now?").await;
    assert_eq!((asked.status(), &json_of(asked).await["code"]), (StatusCode::CONFLICT, &json!("with_person")));
    // A message sent twice is one message.
    let first = json_of(say(&app, &opened, "m1", "Hello Ann").await).await;
    assert_eq!(json_of(say(&app, &opened, "m1", "Hello Ann").await).await, first);
    assert!(as_owner(&app, &opened, &ann, |owned| owned.say("s1", "Hello", None)).await);
    assert_eq!(stream.until("message").await.data["from"], "user");
    let message = stream.until("message").await;
    assert_eq!((&message.data["from"], &message.data["name"]), (&json!("staff"), &json!("Ann")));
    assert!(as_owner(&app, &opened, &ann, |owned| owned.close(CloseOutcome::Resolved)).await);
    assert_eq!(stream.until("state").await.data["phase"], "closed");
    // The assistant answers again, and knows nothing of what was said before.
    assert_eq!(app.ask(&opened, "four", "Something else?").await.last().unwrap().name, "reply");
    assert_eq!(app.script.asked().last().unwrap().history.len(), 0);
    let told = so_far(&app, &opened).await;
    assert_eq!(told.iter().filter(|told| told.name == "message").count(), 2);
    assert!(told.windows(2).all(|pair| pair[0].id < pair[1].id));
}

#[tokio::test]
async fn a_person_who_takes_over_ends_the_answer_that_is_being_made() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let opened = app.open().await;
    request(&app, &opened).await;
    let running = Stream::of(app.turn(&opened, "one", "hold on").await);
    eventually(|| app.script.asked().len() == 1).await;
    let conversation = conversation(&app, &opened).await;
    let taken = conversation.add(|record| {
        let stopped = record.running().map(|turn| record.phase().stop(&turn.turn, conversation::TurnEnding::TakenOver));
        let Phase::Waiting(waiting) = record.phase() else { panic!("{:?}", record.phase()) };
        Ok((stopped.into_iter().chain([waiting.accept(ann.clone())]).collect(), Vec::new(), ()))
    });
    taken.await.unwrap();
    app.script.release();
    let events = running.rest().await;
    assert_eq!(
        (events.last().unwrap().name.as_str(), &events.last().unwrap().data["code"]),
        ("error", &json!("taken_over"))
    );
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!names(&so_far(&app, &opened).await).contains(&"reply"), "one voice");
}

#[tokio::test]
async fn danger_is_met_while_a_person_has_the_conversation() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let opened = app.open().await;
    request(&app, &opened).await;
    accept(&app, &opened, &ann).await;
    say(&app, &opened, "m1", "danger").await;
    let mut told = so_far(&app, &opened).await;
    // A place in the queue that was told late may come after them.
    told.retain(|told| told.id.is_some());
    assert_eq!(names(&told)[told.len() - 2..], ["message", "reply"]);
    assert_eq!(told.last().unwrap().data["outcome"], "signpost");
}

#[tokio::test]
async fn nobody_available_is_closed_whatever_the_hours_say() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    app.store.set_available(&ann.id, false, Timestamp::now().as_millisecond()).await.unwrap();
    let opened = app.open().await;
    let told = request(&app, &opened).await;
    assert_eq!((&told["phase"], &told["why"]), (&json!("call_back_offered"), &json!("closed")));
    assert_eq!(told["contact"]["phone"], "01632 960100");
    // Somebody comes back: asked again, the resident waits.
    app.store.set_available(&ann.id, true, Timestamp::now().as_millisecond()).await.unwrap();
    assert_eq!(request(&app, &opened).await["phase"], "waiting");
}

#[tokio::test]
async fn out_of_hours_a_call_back_is_kept_once() {
    let app = TestApp::with_hours(NEVER, &config()).await;
    staff(&app, "Ann").await;
    let opened = app.open().await;
    let details = |change: &[(&str, Value)]| {
        let mut body = json!({ "name": "Jo", "phone": "01632 960 001", "question": "My bin?", "consent": true });
        for (field, value) in change {
            body[*field] = value.clone();
        }
        Some(body)
    };
    assert_eq!(request(&app, &opened).await["phase"], "call_back_offered");
    for (field, value, code) in [
        ("consent", json!(false), "no_consent"),
        ("phone", json!(""), "no_way_to_reach_you"),
        ("phone", json!("12"), "invalid_phone"),
        ("email", json!("nobody"), "invalid_email"),
        ("name", json!(" "), "invalid_field"),
        ("question", json!(" "), "empty_question"),
    ] {
        let refused = app.on(&opened, Method::POST, "/call_backs", details(&[(field, value)])).await;
        assert_eq!(json_of(refused).await["code"], code);
    }
    let kept = app.on(&opened, Method::POST, "/call_backs", details(&[])).await;
    assert_eq!(kept.status(), StatusCode::CREATED);
    let promise = json_of(kept).await;
    let again = json_of(app.on(&opened, Method::POST, "/call_backs", details(&[])).await).await;
    assert_eq!(promise, again, "sent twice, it is one call-back");
    let rows = app.store.call_backs(true, None).await.unwrap();
    assert_eq!((rows.len(), rows[0].details.name.as_str()), (1, "Jo"));
    assert_eq!(rows[0].details.reference, promise["reference"].as_str().unwrap());
    assert_eq!(so_far(&app, &opened).await.last().unwrap().data["reference"], promise["reference"]);
}

#[tokio::test]
async fn a_corrected_call_back_is_the_same_one() {
    let app = TestApp::with_hours(NEVER, &config()).await;
    let opened = app.open().await;
    let body = |phone: &str, question: &str| {
        Some(json!({ "name": "Jo", "phone": phone, "question": question, "consent": true }))
    };
    let ask = async |phone: &str, question: &str| {
        json_of(app.on(&opened, Method::POST, "/call_backs", body(phone, question)).await).await
    };
    // Several times at once, as by an impatient finger.
    let promises = futures_util::future::join_all((0..4).map(|_| ask("01632 960 001", "My bin?"))).await;
    assert!(promises.iter().all(|promise| *promise == promises[0]), "{promises:?}");
    let kept = app.store.call_backs(true, None).await.unwrap();
    assert_eq!(kept.len(), 1);
    let version = conversation(&app, &opened).await.record().version();
    assert_eq!(ask("01632 960 002", "My bin?").await, promises[0]);
    let corrected = app.store.call_backs(true, None).await.unwrap();
    assert_eq!((corrected.len(), corrected[0].details.due_ms), (1, kept[0].details.due_ms));
    assert_eq!(corrected[0].details.phone.as_deref(), Some("01632 960 002"));
    assert_eq!(conversation(&app, &opened).await.record().version(), version);
    // Another matter is another call-back.
    assert_ne!(ask("01632 960 002", "My tree?").await["reference"], promises[0]["reference"]);
    assert_eq!(app.store.call_backs(true, None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn all_who_wait_are_in_one_queue_as_in_the_inbox() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let (first, second) = (app.open().await, app.open().await);
    request(&app, &first).await;
    accept(&app, &first, &ann).await;
    assert!(as_owner(&app, &first, &ann, |owned| owned.hand_to_service("waste")).await);
    assert_eq!(request(&app, &second).await["place"], 2, "whatever the service");
}

#[tokio::test]
async fn a_call_back_can_be_had_at_once_and_not_while_a_person_is_there() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let opened = app.open().await;
    let body = || Some(json!({ "name": "Jo", "email": "jo@example.org", "question": "My bin?", "consent": true }));
    assert_eq!(app.on(&opened, Method::POST, "/call_backs", body()).await.status(), StatusCode::CREATED);
    assert!(app.store.waiting().await.unwrap().is_empty());
    let other = app.open().await;
    request(&app, &other).await;
    accept(&app, &other, &ann).await;
    let refused = app.on(&other, Method::POST, "/call_backs", body()).await;
    assert_eq!((refused.status(), &json_of(refused).await["code"]), (StatusCode::CONFLICT, &json!("no_call_back")));
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let soon = HandoffConfig {
        alert_after: Duration::from_millis(50),
        nobody_came_after: Duration::from_millis(300),
        call_back_due: Duration::from_secs(3600),
    };
    let config = ServerConfig { handoff: soon, conversation_idle: Duration::from_millis(20), ..config() };
    let app = TestApp::with_hours(ALWAYS, &config).await;
    staff(&app, "Ann").await;
    let opened = app.open().await;
    let mut stream = app.events(&opened, None).await;
    request(&app, &opened).await;
    loop {
        let told = stream.until("state").await;
        if told.data["phase"] == "call_back_offered" {
            assert_eq!(told.data["why"], "nobody_came");
            break;
        }
    }
    let events = app.store.events(&opened.id, 0).await.unwrap();
    let names: Vec<_> = events.iter().map(|numbered| numbered.event.name()).collect();
    assert_eq!(names, ["requested", "queued", "alerted", "call_back_offered"]);
}

#[tokio::test]
async fn a_call_back_is_told_to_another_program_without_what_the_resident_left() {
    let hook = HttpServer::start(Answer::Status("200 OK"));
    let webhook =
        Some(WebhookConfig { url: hook.url("http"), secret: "a secret of the test".to_owned(), allow_private: true });
    let config = ServerConfig { alerts: AlertsConfig { mail: None, webhook }, ..config() };
    let app = TestApp::with_hours(NEVER, &config).await;
    let opened = app.open().await;
    let body = json!({ "name": "Jo", "email": "jo@example.org", "question": "My bin?", "consent": true });
    let promise = json_of(app.on(&opened, Method::POST, "/call_backs", Some(body)).await).await;
    eventually(|| !hook.requests().is_empty()).await;
    let told = &hook.requests()[0];
    assert!(told.header("webhook-signature").is_some());
    assert!(told.body.contains(promise["reference"].as_str().unwrap()), "{}", told.body);
    for secret in ["Jo", "example.org", "bin"] {
        assert!(!told.body.contains(secret), "{}", told.body);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(hook.requests().len(), 1, "told once");
}

#[tokio::test]
async fn a_call_back_is_told_by_mail() {
    let server = MailServer::start("250 OK");
    let mail = MailConfig { smtp: server.url(), from: "Reeve <reeve@test.example>".to_owned() };
    let alerts = AlertsConfig { mail: Some((mail, "staff@test.example".to_owned())), webhook: None };
    let app = TestApp::with_hours(NEVER, &ServerConfig { alerts, ..config() }).await;
    let opened = app.open().await;
    let body = json!({ "name": "Jo", "email": "jo@example.org", "question": "My bin?", "consent": true });
    let promise = json_of(app.on(&opened, Method::POST, "/call_backs", Some(body)).await).await;
    let reference = promise["reference"].as_str().unwrap();
    eventually(|| server.said().iter().any(|line| line.contains(reference))).await;
    assert!(!server.said().iter().any(|line| line.contains("example.org")), "what the resident left stays here");
}

#[tokio::test]
async fn what_has_expired_is_erased_from_the_files() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    app.ask(&opened, "one", "What about my Zugspitzplatt?").await;
    let stands = || app.files().iter().any(|bytes| bytes.windows(13).any(|word| word == b"Zugspitzplatt"));
    assert!(stands(), "it was kept");
    tokio::time::sleep(Duration::from_millis(5)).await;
    let retention = RetentionConfig { conversations: Duration::ZERO, call_backs: Duration::ZERO };
    let _next = app.again_with(&ServerConfig { retention, ..config() }).await;
    eventually(|| !stands()).await;
    assert!(app.store.conversation(&opened.id).await.unwrap().is_none());
}

#[tokio::test]
async fn leaving_is_whatever_it_is() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let opened = app.open().await;
    let leave = || app.on(&opened, Method::DELETE, "/handoff", None);
    assert_eq!(leave().await.status(), StatusCode::NO_CONTENT, "nothing to leave");
    request(&app, &opened).await;
    leave().await;
    assert!(!accept(&app, &opened, &ann).await, "who has left the queue is not taken");
    request(&app, &opened).await;
    accept(&app, &opened, &ann).await;
    leave().await;
    assert!(!as_owner(&app, &opened, &ann, |owned| owned.say("s1", "Hello?", None)).await);
    assert_eq!(so_far(&app, &opened).await.last().unwrap().data["phase"], "closed");
}

/// Switches the assistant, and waits until the service knows.
pub(super) async fn switch(app: &TestApp, mode: Mode) {
    let changed_ms = Timestamp::now().as_millisecond();
    let switches = Switches { mode, message: "Back at <noon>.".to_owned(), changed_ms, staff_id: None };
    let text = str::to_owned;
    let did = AuditRow {
        at_ms: changed_ms,
        staff_id: None,
        staff_name: text("ann"),
        action: text("set_switches"),
        subject: text(""),
        detail: text(""),
    };
    app.store.set_switches(&switches, &did).await.unwrap();
    eventually(|| app.service.people().mode() == mode).await;
}

#[tokio::test]
async fn residents_are_told_what_staff_want_to_tell_them_also_while_the_assistant_is_on() {
    let app = TestApp::start().await;
    assert!(json_of(app.get("/api/v1/service").await).await["notice"].is_null());
    switch(&app, Mode::QuotesOnly).await;
    switch(&app, Mode::On).await;
    assert_eq!(json_of(app.get("/api/v1/service").await).await["notice"], "Back at <noon>.");
}

#[tokio::test]
async fn where_there_are_only_quotes_one_waits_for_them() {
    let app = TestApp::start().await;
    switch(&app, Mode::QuotesOnly).await;
    let mut asking = Vec::new();
    for _ in 0..4 {
        asking.push(Stream::of(app.turn(&app.open().await, "one", "hold on").await));
    }
    eventually(|| app.script.asked().len() == 2).await;
    app.script.release();
    for stream in asking {
        assert_eq!(stream.rest().await.last().unwrap().data["text"], "Quoted: hold on");
    }
}

#[tokio::test]
async fn switched_off_residents_go_straight_to_people() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    staff(&app, "Ann").await;
    switch(&app, Mode::Off).await;
    assert!(text_of(app.get("/chat").await).await.contains("Back at &lt;noon&gt;."));
    let about = json_of(app.get("/api/v1/service").await).await;
    assert_eq!((&about["mode"], &about["notice"]), (&json!("off"), &json!("Back at <noon>.")));
    let opened = app.open().await;
    let events = app.ask(&opened, "one", "What does it cost?").await;
    assert_eq!(events.last().unwrap().data["text"], "Switched off. Please call us.");
    assert!(app.script.asked().is_empty());
    let conversation = conversation(&app, &opened).await;
    for _ in 0..1000 {
        if matches!(conversation.record().phase(), Phase::Waiting(_)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the resident was not put into the queue");
}
