//! What leaves the building arrives, and what must not leave does not. The servers are the test's own, on this machine.
#![allow(clippy::unwrap_used)]

pub(crate) mod servers;

use std::time::Duration;

use serde_json::json;

use super::*;
use servers::{Answer, HttpServer, MailServer};

const SECRET: &str = "reeve-test-secret-24-bytes";

fn webhook(url: &str, allow_private: bool) -> Result<Webhook, DeliveryError> {
    Webhook::new(&WebhookConfig { url: url.to_owned(), secret: SECRET.to_owned(), allow_private })
}

fn called() -> Outgoing {
    Outgoing {
        id: "msg_1".to_owned(),
        kind: OutgoingKind::Webhook { body: json!({"type": "call_back", "name": "Zoë"}) },
    }
}

fn mailed(to: &str) -> Outgoing {
    let (subject, text) = ("Somebody waits – bins".to_owned(), "Line one.\nLine two.\n".to_owned());
    Outgoing { id: "msg_2".to_owned(), kind: OutgoingKind::Mail { to: to.to_owned(), subject, text } }
}

async fn deliver_call(webhook: Webhook) -> Result<(), DeliveryError> {
    Delivery { mailer: None, webhook: Some(webhook) }.deliver(&called()).await
}

async fn deliver_mail(smtp: &str, to: &str) -> Result<(), DeliveryError> {
    let config = MailConfig { smtp: smtp.to_owned(), from: "Reeve <reeve@council.example>".to_owned() };
    Delivery { mailer: Some(Mailer::new(&config)?), webhook: None }.deliver(&mailed(to)).await
}

#[tokio::test]
async fn a_webhook_is_called_and_signed() {
    let server = HttpServer::start(Answer::Status("204 No Content"));
    deliver_call(webhook(&server.url("http"), true).unwrap()).await.unwrap();
    let [request] = <[_; 1]>::try_from(server.requests()).unwrap();
    assert!(request.head.starts_with("POST /hook HTTP/1.1\r\n"), "{}", request.head);
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("webhook-id"), Some("msg_1"));
    assert_eq!(request.body, r#"{"name":"Zoë","type":"call_back"}"#);
    let timestamp: i64 = request.header("webhook-timestamp").unwrap().parse().unwrap();
    assert!((jiff::Timestamp::now().as_second() - timestamp).abs() < 300);
    let expected = webhook::signature(&webhook::key(SECRET).unwrap(), "msg_1", timestamp, &request.body);
    assert_eq!(request.header("webhook-signature"), Some(expected.as_str()));
}

#[tokio::test]
async fn answers_say_whether_another_attempt_can_help() {
    for (status, number, retry) in [
        ("500 Internal Server Error", 500, Retry::Later),
        ("429 Too Many Requests", 429, Retry::Later),
        ("401 Unauthorized", 401, Retry::Later),
        ("410 Gone", 410, Retry::Never),
        ("422 Unprocessable Content", 422, Retry::Never),
    ] {
        let server = HttpServer::start(Answer::Status(status));
        let error = deliver_call(webhook(&server.url("http"), true).unwrap()).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Status(found) if found == number), "{error:?}");
        assert_eq!(error.retry(), retry, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = HttpServer::start(Answer::Status("204 No Content"));
    let server = HttpServer::start(Answer::Redirect(elsewhere.url("http")));
    let error = deliver_call(webhook(&server.url("http"), true).unwrap()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Status(307)), "{error:?}");
    assert_eq!(error.retry(), Retry::Never);
    assert_eq!((server.requests().len(), elsewhere.requests().len()), (1, 0));
}

#[tokio::test]
async fn nobody_is_waited_for_without_end() {
    let server = HttpServer::start(Answer::Nothing);
    let config = WebhookConfig { url: server.url("http"), secret: SECRET.to_owned(), allow_private: true };
    let webhook = Webhook::with_timeout(&config, Duration::from_millis(200)).unwrap();
    let error = deliver_call(webhook).await.unwrap_err();
    assert!(matches!(error, DeliveryError::TooSlow), "{error:?}");
    assert_eq!(error.retry(), Retry::Later);
}

#[tokio::test]
async fn private_addresses_are_refused_before_anything_connects() {
    let server = HttpServer::start(Answer::Status("204 No Content"));
    let port = server.port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "10.0.0.1", "169.254.169.254", "[fd00::1]"] {
        let error = deliver_call(webhook(&format!("https://{host}:{port}/hook"), false).unwrap()).await.unwrap_err();
        assert!(matches!(error, DeliveryError::PrivateAddress(_)), "{host}: {error:?}");
        assert_eq!(error.retry(), Retry::Never);
    }
    assert_eq!(server.connections(), 0);
    let error = webhook(&server.url("http"), false).unwrap_err();
    assert!(matches!(error, DeliveryError::Insecure), "{error:?}");
}

#[tokio::test]
async fn mail_arrives() {
    let server = MailServer::start("250 OK");
    deliver_mail(&server.url(), "duty@council.example, Team <team@council.example>").await.unwrap();
    let said = server.said();
    for line in [
        "MAIL FROM:<reeve@council.example>",
        "RCPT TO:<duty@council.example>",
        "RCPT TO:<team@council.example>",
        "From: Reeve <reeve@council.example>",
        "Message-ID: <msg_2@council.example>",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
        "Line one.",
        "Line two.",
    ] {
        assert!(said.iter().any(|found| found.starts_with(line)), "{line} is not in {said:#?}");
    }
    assert!(said.iter().any(|line| line.starts_with("Subject: ") && line.is_ascii()), "{said:#?}");
}

#[tokio::test]
async fn refusals_of_the_mail_server() {
    for (answer, retry) in
        [("550 No such user", Retry::Never), ("451 Later", Retry::Later), ("530 Sign in first", Retry::Later)]
    {
        let server = MailServer::start(answer);
        let error = deliver_mail(&server.url(), "duty@council.example").await.unwrap_err();
        assert!(matches!(error, DeliveryError::Smtp(_)), "{error:?}");
        assert_eq!(error.retry(), retry, "{answer}");
    }
}

#[tokio::test]
async fn nobody_listens() {
    let port = servers::free_port();
    let error = deliver_call(webhook(&format!("http://127.0.0.1:{port}/"), true).unwrap()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Call(_)), "{error:?}");
    assert_eq!(error.retry(), Retry::Later);
    let error = deliver_mail(&format!("smtp://127.0.0.1:{port}"), "duty@council.example").await.unwrap_err();
    assert_eq!(error.retry(), Retry::Later, "{error:?}");
}

#[tokio::test]
async fn what_cannot_be_sent() {
    let nothing = Delivery { mailer: None, webhook: None };
    for message in [called(), mailed("duty@council.example")] {
        let error = nothing.deliver(&message).await.unwrap_err();
        assert!(matches!(error, DeliveryError::NotConfigured(_)) && error.retry() == Retry::Never, "{error:?}");
    }
    let error = deliver_mail("smtp://127.0.0.1:1", "nobody").await.unwrap_err();
    assert!(matches!(error, DeliveryError::Unmailable(_)) && error.retry() == Retry::Never, "{error:?}");
    let error = deliver_mail("ftp://127.0.0.1", "duty@council.example").await.unwrap_err();
    assert!(matches!(error, DeliveryError::Setting { setting: "[mail] smtp", .. }), "{error:?}");
}

#[test]
fn settings_do_not_show_their_secrets() {
    let mail = MailConfig { smtp: "smtps://u:hidden@mail.example".to_owned(), from: "a@b.example".to_owned() };
    let call = WebhookConfig { url: "https://a.example".to_owned(), secret: "hidden".to_owned(), allow_private: false };
    let shown = format!("{mail:?} {call:?} {:?} {:?}", Mailer::new(&mail).unwrap(), Webhook::new(&call).unwrap());
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn messages_are_kept_as_json() {
    for message in [called(), mailed("a@b.example")] {
        let kept = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Outgoing>(&kept).unwrap(), message);
    }
    assert!(serde_json::to_string(&called()).unwrap().starts_with(r#"{"id":"msg_1","kind":"webhook","body":{"#));
}

#[test]
fn attempts_become_rarer_and_end_after_two_days() {
    let mut at_ms = 0;
    let mut last_wait_ms = 0;
    let mut attempts = 1;
    while let Some(next_ms) = next_attempt_ms(attempts, at_ms) {
        let wait_ms = next_ms - at_ms;
        assert!(wait_ms >= last_wait_ms && wait_ms <= LONGEST_WAIT_MS);
        (at_ms, last_wait_ms, attempts) = (next_ms, wait_ms, attempts + 1);
    }
    assert_eq!(next_attempt_ms(1, 5), Some(30_005));
    assert_eq!((attempts, last_wait_ms), (21, LONGEST_WAIT_MS));
    let hours = at_ms / 3_600_000;
    assert_eq!(hours, 48);
}
