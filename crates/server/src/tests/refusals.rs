//! What is refused, and the one shape of every refusal.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::app::{Opened, TestApp, json_of};

async fn check(response: Response, status: u16, code: &str) {
    assert_eq!(response.status().as_u16(), status, "for {code}");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    assert!(response.headers().contains_key("x-request-id"));
    assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let body = json_of(response).await;
    assert_eq!(body["code"], code);
    assert_eq!(body.as_object().unwrap().len(), 2);
    assert!(!body["detail"].as_str().unwrap().is_empty());
}

fn raw(opened: &Opened, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(format!("/api/v1/conversations/{}/turns", opened.id))
        .header(header::AUTHORIZATION, format!("Bearer {}", opened.token))
        .header(header::CONTENT_TYPE, content_type)
        .body(body.into())
        .unwrap()
}

#[tokio::test]
async fn bodies_that_are_not_what_is_expected() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let send = |content_type: &'static str, body: String| app.send(raw(&opened, content_type, body));
    let json = "application/json";
    check(send(json, "{".into()).await, 400, "invalid_json").await;
    check(send(json, "\u{0}".into()).await, 400, "invalid_json").await;
    check(send(json, format!("{{\"text\":{}", "[".repeat(5000))).await, 400, "invalid_json").await;
    check(send(json, json!(["a", "b"]).to_string()).await, 422, "invalid_field").await;
    check(
        send(json, json!({ "client_turn_id": "a", "text": "b", "model": "c" }).to_string()).await,
        422,
        "unknown_field",
    )
    .await;
    check(send(json, json!({ "client_turn_id": "a" }).to_string()).await, 422, "invalid_field").await;
    check(send(json, json!({ "client_turn_id": 1, "text": "b" }).to_string()).await, 422, "invalid_field").await;
    check(send(json, json!({ "client_turn_id": "", "text": "b" }).to_string()).await, 422, "invalid_client_turn_id")
        .await;
    let long_name = json!({ "client_turn_id": "a".repeat(101), "text": "b" });
    check(send(json, long_name.to_string()).await, 422, "invalid_client_turn_id").await;
    check(send("text/plain", "{}".into()).await, 415, "unsupported_media_type").await;
    check(send("application/x-www-form-urlencoded", "a=b".into()).await, 415, "unsupported_media_type").await;
    let not_utf8 = raw(&opened, json, b"{\"client_turn_id\":\"a\",\"text\":\"\xff\"}".to_vec());
    check(app.send(not_utf8).await, 400, "invalid_json").await;
    assert!(app.script.asked().is_empty());
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let megabyte = json!({ "client_turn_id": "a", "text": "b".repeat(1_000_000) }).to_string();
    check(app.send(raw(&opened, "application/json", megabyte.clone())).await, 413, "too_large").await;
    // One that does not announce its length.
    let pieces = futures_util::stream::iter(megabyte.into_bytes().chunks(4096).map(<[u8]>::to_vec).collect::<Vec<_>>());
    let pieces = futures_util::StreamExt::map(pieces, Ok::<_, std::io::Error>);
    check(app.send(raw(&opened, "application/json", Body::from_stream(pieces))).await, 413, "too_large").await;
    // One that is announced to a route that reads none.
    let create =
        Request::post("/api/v1/conversations").header(header::CONTENT_LENGTH, 1_000_000).body(Body::empty()).unwrap();
    check(app.send(create).await, 413, "too_large").await;
}

#[tokio::test]
async fn questions_that_say_nothing_or_too_much() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    for empty in ["", "   \n\t ", "\u{0}\u{7}\u{1b}", "\u{200b}\u{feff}\u{200e}"] {
        check(app.turn(&opened, "a", empty).await, 400, "empty_question").await;
    }
    check(app.turn(&opened, "a", &"é".repeat(2001)).await, 413, "question_too_long").await;
    assert!(app.script.asked().is_empty());
}

#[tokio::test]
async fn odd_questions_are_answered_like_any_other() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let quotes = format!("{}why{}", "\"'“".repeat(300), "”'\"".repeat(300));
    let longest = "é".repeat(2000);
    for (number, odd) in
        ["🗑️🗑️", "👨‍👩‍👧", &quotes, &longest, "<script>alert(1)</script>", "'; DROP TABLE turns; --"].iter().enumerate()
    {
        let events = app.ask(&opened, &number.to_string(), odd).await;
        assert_eq!(events.last().unwrap().data["text"], format!("Answered: {odd}"));
    }
    // Control characters become spaces, so that nothing that reads the question later trips over them.
    app.ask(&opened, "control", "bin\u{0}day\r\nplease\u{1b}[31m").await;
    assert_eq!(app.script.asked().pop().unwrap().question, "bin day\nplease [31m");
}

#[tokio::test]
async fn a_conversation_opens_to_its_token_only() {
    let app = TestApp::start().await;
    let (opened, other) = (app.open().await, app.open().await);
    let body = || Some(json!({ "client_turn_id": "a", "text": "b" }));
    let wrong = Opened { token: other.token.clone(), ..opened.clone() };
    check(app.on(&wrong, Method::POST, "/turns", body()).await, 401, "unauthorized").await;
    check(app.on(&wrong, Method::GET, "/events", None).await, 401, "unauthorized").await;
    check(app.on(&wrong, Method::DELETE, "", None).await, 401, "unauthorized").await;
    let address = format!("/api/v1/conversations/{}/events?token={}", opened.id, opened.token);
    let response = app.get(&address).await;
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    check(response, 401, "unauthorized").await;
    for id in ["00000000-0000-4000-8000-000000000000", "x", "%ff"] {
        let nowhere = Opened { id: id.to_owned(), token: opened.token.clone() };
        check(app.on(&nowhere, Method::POST, "/turns", body()).await, 404, "not_found").await;
    }
    assert_eq!(app.on(&opened, Method::POST, "/handoff", None).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn addresses_and_methods_that_there_are_not() {
    let app = TestApp::start().await;
    for address in ["/nothing", "/api/v1/nothing", "/assets/..%2fsecret", "/assets/%ff"] {
        check(app.get(address).await, 404, "not_found").await;
    }
    let response = app.get("/api/v1/conversations").await;
    assert_eq!(response.headers()[header::ALLOW], "POST");
    check(response, 405, "method_not_allowed").await;
}

#[tokio::test]
async fn there_is_a_way_to_a_person_and_nobody_in_the_chat() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let contact = json_of(app.on(&opened, Method::POST, "/handoff", Some(Value::Null)).await).await;
    assert_eq!(contact["contact"]["phone"], "01632 960100");
    assert_eq!(contact["contact"]["page"], "/pages/contact-us");
    let message = json!({ "client_message_id": "one", "text": "Hello?" });
    check(app.on(&opened, Method::POST, "/messages", Some(message)).await, 409, "no_person").await;
}
