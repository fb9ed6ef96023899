//! How conversations end: deleted, idle, pushed out, or with the service.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::app::{Opened, Stream, TestApp, config, eventually, json_of, names};
use crate::ServerConfig;

#[tokio::test]
async fn a_deleted_conversation_is_gone_and_its_streams_end() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let following = app.events(&opened, None).await;
    let mut running = Stream::of(app.turn(&opened, "one", "hold on").await);
    running.until("status").await;
    let deleted = app.on(&opened, Method::DELETE, "", None).await;
    assert_eq!(deleted.status(), StatusCode::OK);
    assert!(json_of(deleted).await["receipt"].is_string());
    assert!(running.rest().await.is_empty());
    following.rest().await;
    for (method, route) in [(Method::GET, "/events"), (Method::DELETE, ""), (Method::POST, "/handoff")] {
        let response = app.on(&opened, method, route, None).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(json_of(response).await["code"], "not_found");
    }
    // The model is free again.
    let other = app.open().await;
    assert_eq!(app.ask(&other, "one", "And this?").await.last().unwrap().name, "reply");
}

#[tokio::test]
async fn an_idle_conversation_is_let_go_and_read_again() {
    let idle = Duration::from_millis(80);
    let app = TestApp::with(&ServerConfig { conversation_idle: idle, ..config() }, Duration::from_secs(30)).await;
    let (left, followed) = (app.open().await, app.open().await);
    app.ask(&left, "one", "What does it cost?").await;
    let _stream = app.events(&followed, None).await;
    let at_hand = |opened: &Opened| app.service.conversations().at_hand(opened.id.parse().unwrap()).is_some();
    assert!(at_hand(&left));
    eventually(|| !at_hand(&left)).await;
    assert!(at_hand(&followed), "someone listens");
    let so_far = app.on(&left, Method::GET, "/events?follow=false", None).await;
    assert_eq!(names(&Stream::of(so_far).rest().await), ["question", "reply"]);
}

#[tokio::test]
async fn conversations_that_nobody_uses_make_room() {
    let app = TestApp::with(&ServerConfig { conversations_kept: 3, ..config() }, Duration::from_secs(30)).await;
    let (asked, followed) = (app.open().await, app.open().await);
    app.ask(&asked, "one", "What does it cost?").await;
    let _stream = app.events(&followed, None).await;
    for _ in 0..10 {
        app.open().await;
    }
    let at_hand = app.service.conversations().all_at_hand();
    assert_eq!(at_hand.len(), 3);
    assert!(at_hand.iter().any(|conversation| conversation.id().to_string() == followed.id));
    // Nothing is lost: it is read again.
    assert_eq!(app.ask(&asked, "two", "And this?").await.last().unwrap().data["text"], "Answered: And this?");
    assert_eq!(app.script.asked().last().unwrap().history.len(), 2);
}

#[tokio::test]
async fn shutting_down_ends_every_stream_with_the_reason() {
    let app = TestApp::start().await;
    let (busy, quiet) = (app.open().await, app.open().await);
    let mut running = Stream::of(app.turn(&busy, "one", "hold on").await);
    running.until("status").await;
    let following = app.events(&quiet, None).await;
    app.service.shut_down().await;
    for events in [running.rest().await, following.rest().await] {
        assert_eq!(names(&events), ["error"]);
        assert_eq!(events[0].data["code"], "shutting_down");
    }
    eventually(|| app.service.has_ended()).await;
    assert_eq!(app.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.get("/livez").await.status(), StatusCode::OK);
    let late = app.turn(&busy, "two", "And this?").await;
    assert_eq!(late.status(), StatusCode::SERVICE_UNAVAILABLE);
}

/// One request over a real connection: what comes back until `until` is found or the connection ends.
fn exchange(address: std::net::SocketAddr, request: &str, until: &str) -> (TcpStream, String) {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let text = read_until(&mut connection, until);
    (connection, text)
}

fn read_until(connection: &mut TcpStream, until: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(until) {
        match connection.read(&mut buffer).unwrap() {
            0 => break,
            count => text.push_str(&String::from_utf8_lossy(&buffer[..count])),
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serving_ends_within_seconds_though_clients_hold_on() {
    let app = TestApp::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let config = config();
    let serving = crate::serve::run(listener, &app.service, &config, async { ended.await.unwrap() });
    let client = tokio::task::spawn_blocking(move || {
        let post = "POST /api/v1/conversations HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n";
        let (_idle, created) = exchange(address, post, "}");
        let body: Value = serde_json::from_str(created.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        let (id, token) = (body["id"].as_str().unwrap(), body["token"].as_str().unwrap());
        let turn = r#"{"client_turn_id":"one","text":"hold on"}"#;
        let ask = format!(
            "POST /api/v1/conversations/{id}/turns HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{turn}",
            turn.len()
        );
        let (mut stream, begun) = exchange(address, &ask, "searching");
        assert!(begun.contains("event: status"));
        let start = Instant::now();
        end.send(()).unwrap();
        let told = read_until(&mut stream, "shutting_down");
        assert!(told.contains("event: error"), "{told}");
        start
    });
    serving.await.unwrap();
    let start = client.await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(6));
    assert!(app.service.has_ended());
}
