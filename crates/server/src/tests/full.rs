//! A conversation that is full: its resident adds nothing more to it, while what ends something, staff and signposts go on.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use conversation::{Fact, StaffMember, TurnEnding};
use serde_json::json;

use super::app::{Opened, Stream, TestApp, config, json_of};
use super::people::{ALWAYS, accept, as_owner, conversation, request, say, so_far, staff};
use crate::conversations::{Conversation, MOST_EVENTS, MOST_TURNS};

/// Fills a conversation up with notes of staff, of which nobody is told.
pub(super) async fn fill(conversation: &Conversation, ann: &StaffMember) {
    let filled = conversation.add(|record| {
        let missing = MOST_EVENTS - record.version();
        let notes = (0..missing).map(|_| record.phase().note(ann.clone(), "A note.")).collect();
        Ok((notes, Vec::new(), ()))
    });
    filled.await.unwrap();
}

async fn check_full(response: Response) {
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert_eq!(json_of(response).await["code"], "conversation_full");
}

#[tokio::test]
async fn the_resident_adds_nothing_more() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let opened = app.open().await;
    let turn = app.ask(&opened, "one", "What does it cost?").await[0].data["turn"].clone();
    let post = |route: &'static str, body| app.on(&opened, Method::POST, route, Some(body));
    let rating = |helpful: bool| json!({ "turn": turn, "helpful": helpful });
    assert_eq!(post("/feedback", rating(true)).await.status(), StatusCode::NO_CONTENT);
    let conversation = conversation(&app, &opened).await;
    let version = conversation.record().version();
    assert_eq!(post("/feedback", rating(true)).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(conversation.record().version(), version, "the same said again is kept once");
    fill(&conversation, &ann).await;
    assert_eq!(post("/feedback", rating(true)).await.status(), StatusCode::NO_CONTENT);
    check_full(post("/feedback", rating(false)).await).await;
    check_full(app.on(&opened, Method::POST, "/handoff", None).await).await;
    let details = json!({ "name": "Jo", "phone": "01632 960 001", "question": "My bin?", "consent": true });
    check_full(post("/call_backs", details).await).await;
    assert_eq!(conversation.record().version(), MOST_EVENTS);
    assert_eq!(app.on(&opened, Method::DELETE, "", None).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn who_waits_can_stop_and_who_talks_can_end() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let leave = async |opened: &Opened| {
        assert_eq!(app.on(opened, Method::DELETE, "/handoff", None).await.status(), StatusCode::NO_CONTENT);
        conversation(&app, opened).await.phase().name()
    };

    let waiting = app.open().await;
    request(&app, &waiting).await;
    let mut running = Stream::of(app.turn(&waiting, "one", "hold on").await);
    running.until("status").await;
    fill(&*conversation(&app, &waiting).await, &ann).await;
    assert_eq!(request(&app, &waiting).await["phase"], "waiting", "asked for again, it is the same request");
    app.on(&waiting, Method::POST, "/cancel", Some(json!({ "client_turn_id": "one" }))).await;
    assert_eq!(running.rest().await.last().unwrap().data["code"], "cancelled");
    assert_eq!(leave(&waiting).await, "with_assistant");

    let talking = app.open().await;
    request(&app, &talking).await;
    assert!(accept(&app, &talking, &ann).await);
    let first = json_of(say(&app, &talking, "m1", "Hello").await).await;
    fill(&*conversation(&app, &talking).await, &ann).await;
    check_full(say(&app, &talking, "m2", "Are you there?").await).await;
    assert_eq!(json_of(say(&app, &talking, "m1", "Hello").await).await, first, "it was sent before");
    assert!(as_owner(&app, &talking, &ann, |owned| owned.say("s1", "I am.", None)).await);
    assert_eq!(leave(&talking).await, "closed");
}

#[tokio::test]
async fn whoever_is_in_danger_is_shown_the_signpost() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let opened = app.open().await;
    request(&app, &opened).await;
    let conversation = conversation(&app, &opened).await;
    let asked = conversation.add(|record| {
        let turns = (0..MOST_TURNS).flat_map(|number| {
            let name = format!("turn {number}");
            let asked = record.phase().ask(&name, &name, "Again?").unwrap();
            [asked, record.phase().stop(&name, TurnEnding::Cancelled)]
        });
        Ok((turns.collect::<Vec<Fact>>(), Vec::new(), ()))
    });
    asked.await.unwrap();
    // After the last turn it is kept, for as long as there is room.
    let signposted =
        async |name: &str| app.ask(&opened, name, "danger").await.last().unwrap().data["outcome"] == "signpost";
    assert!(signposted("kept").await);
    fill(&conversation, &ann).await;
    assert!(signposted("not kept").await);
    assert_eq!(conversation.record().version(), MOST_EVENTS);
    check_full(app.turn(&opened, "one more", "Again?").await).await;
    // To a person it is a message like any other, and is kept.
    assert!(accept(&app, &opened, &ann).await);
    assert_eq!(say(&app, &opened, "m1", "danger").await.status(), StatusCode::CREATED);
    let told = so_far(&app, &opened).await;
    assert_eq!(told.iter().filter(|told| told.data["outcome"] == "signpost").count(), 2);
}
