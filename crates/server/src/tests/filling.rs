//! Passage states that are filled while nobody asks.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::app::{Stream, TestApp, eventually, json_of};

/// What `/readyz` says of the states; it says that the service is ready in any case.
async fn told(app: &TestApp) -> Value {
    let response = app.get("/readyz").await;
    assert_eq!(response.status(), StatusCode::OK);
    json_of(response).await["passage_states"].clone()
}

#[tokio::test]
async fn states_are_filled_at_idle_and_a_question_does_not_wait_for_them() {
    let app = TestApp::with_states(3).await;
    assert_eq!(told(&app).await, json!({ "kept": 0, "of": 3 }));
    app.script.allow_states(1);
    eventually(|| app.script.passage_states().kept == 1).await;
    assert_eq!(told(&app).await, json!({ "kept": 1, "of": 3 }));

    // The second would not be done before it is allowed: the question cuts it short.
    let opened = app.open().await;
    let events = app.ask(&opened, "one", "What does it cost?").await;
    assert_eq!(events.last().unwrap().data["text"], "Answered: What does it cost?");
    assert_eq!((app.script.interruptions(), told(&app).await["kept"].as_u64()), (1, Some(1)));

    // It begins again after the answer.
    app.script.allow_states(3);
    eventually(|| app.script.passage_states().kept == 3).await;
    assert_eq!(told(&app).await, json!({ "kept": 3, "of": 3 }));
    let events = app.ask(&opened, "two", "And the second bin?").await;
    assert_eq!(events.last().unwrap().data["text"], "Answered: And the second bin?");
}

#[tokio::test]
async fn nothing_is_filled_while_a_turn_is_in_work() {
    let app = TestApp::with_states(1).await;
    let opened = app.open().await;
    let held = Stream::of(app.turn(&opened, "one", "hold on").await);
    eventually(|| app.script.asked().len() == 1).await;
    app.script.allow_states(1);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(app.script.passage_states().kept, 0);
    app.script.release();
    assert_eq!(held.rest().await.last().unwrap().data["text"], "Answered: hold on");
    eventually(|| app.script.passage_states().kept == 1).await;
}

#[tokio::test]
async fn the_service_ends_in_the_middle_of_it() {
    let app = TestApp::with_states(1).await;
    assert!(!app.service.has_ended());
    app.service.shut_down().await;
    eventually(|| app.service.has_ended()).await;
    assert_eq!(app.script.passage_states().kept, 0);
}
