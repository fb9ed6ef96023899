//! A full conversation at `/chat`: the page says so, loses nothing that was typed, and lets the chat end.

use axum::http::StatusCode;

use super::super::full::fill;
use super::super::people::{ALWAYS, staff};
use super::{Browser, TestApp, accept, config};

const FULL: &str = "This conversation is long. Start a new one.";

#[tokio::test]
async fn a_full_conversation_says_so() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "What does it cost?")]).await;
    let id = browser.conversation();
    let conversation = app.service.conversations().find(id).await.unwrap().unwrap();
    fill(&conversation, &ann).await;
    for (step, typed) in [("feedback", vec![("helpful", "no")]), ("person", vec![])] {
        browser.send(step, &typed).await;
        assert_eq!(browser.status, StatusCode::CONFLICT, "{step}");
        browser.has(FULL);
        browser.has("01632 960100");
    }
}

#[tokio::test]
async fn a_message_that_a_full_conversation_does_not_take_stays_in_its_box() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let mut browser = Browser::open(&app).await;
    browser.send("person", &[]).await;
    let id = browser.conversation();
    accept(&app, id, &ann).await;
    let conversation = app.service.conversations().find(id).await.unwrap().unwrap();
    fill(&conversation, &ann).await;
    browser.send("look", &[]).await;
    browser.send("message", &[("text", "Are you there?")]).await;
    assert_eq!(browser.status, StatusCode::CONFLICT);
    browser.has(FULL);
    browser.has("Are you there?</textarea>");
    browser.send("leave", &[]).await;
    browser.has("You ended the chat.");
}
