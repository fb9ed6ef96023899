//! What is kept: the conversation as a file for the resident, and for staff the page on which it was asked.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{StatusCode, header};
use conversation::Event;

use super::super::app::{TestApp, text_of};
use super::super::people::ALWAYS;
use super::{Browser, form};

/// The file that a form of the page gives.
async fn saved(app: &TestApp, fields: &BTreeMap<String, String>) -> (String, String) {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", crate::staff::encoded(value))).collect();
    let mut request = form(Body::from(pairs.join("&")));
    request.headers_mut().insert(header::HOST, "reeve.test.example".parse().unwrap());
    let response = app.send(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let named = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    (named, text_of(response).await)
}

#[tokio::test]
async fn the_conversation_can_be_kept_as_a_file() {
    let app = TestApp::with_hours(ALWAYS, &super::config()).await;
    let mut browser = Browser::open(&app).await;
    browser.has_not("value=\"save\"");
    browser.send("ask", &[("text", "cite What does <b>it</b> cost?")]).await;
    browser.send("feedback", &[("helpful", "yes")]).await;
    browser.send("ask", &[("text", "unsure And next year?")]).await;
    browser.send("person", &[]).await;
    let fields = browser.fields("save", &[]);
    let (named, text) = saved(&app, &fields).await;
    assert_eq!(named, "attachment; filename=\"conversation.txt\"");
    let mut rest = text.as_str();
    for part in [
        "Conversation with Test <Council>\n\ntoday at ",
        "You asked (today at ",
        "\n\ncite What does <b>it</b> cost?\n\n",
        "The assistant answered (today at ",
        "\n\nAnswered: cite What does <b>it</b> cost? [1]\n\n",
        "Where this comes from\n\n1. Garden waste › What it costs: reeve.test.example/pages/garden-waste#what-it-costs\n\n",
        "It is not certain.\n\nPages that may help\n\n- Garden waste › What it costs: reeve.test.example/pages/garden-waste#what-it-costs\n\n",
        "You asked to talk to a person.",
    ] {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part} is missing, or out of order, in {text}")).1;
    }
    for part in ["Was this helpful?", "You said", &fields["token"], &fields["conversation"]] {
        assert!(!text.contains(part), "{part} stands in {text}");
    }
    // Nobody else gets it.
    let mut foreign = fields.clone();
    foreign.insert("token".to_owned(), "0".repeat(64));
    browser.send_fields(&foreign).await;
    assert_eq!(browser.status, StatusCode::NOT_FOUND);
    browser.has_not("What does");
}

#[tokio::test]
async fn the_file_of_a_conversation_in_welsh_is_in_welsh() {
    let app = TestApp::in_welsh(ALWAYS).await;
    let mut browser = Browser::open_at(&app, "/chat?lang=cy", &[]).await;
    browser.send("ask", &[("text", "cite Faint?")]).await;
    let (named, text) = saved(&app, &browser.fields("save", &[])).await;
    assert_eq!(named, "attachment; filename=\"sgwrs.txt\"");
    for part in ["Sgwrs gyda Test <Council>\n\nheddiw am ", "Gofynnoch chi (heddiw am ", "O ble y daw hyn"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[tokio::test]
async fn a_first_question_may_be_about_the_page_that_the_resident_came_from() {
    let elsewhere = "https://www.council.example/pages/garden-waste";
    let referred = format!("{elsewhere}?name=Jo#cost");
    for (address, referer, carried) in [
        ("/chat?page=/pages/garden-waste%3Fname=Jo", None, Some("/pages/garden-waste")),
        ("/chat", Some(referred.as_str()), Some(elsewhere)),
        // What the link says counts for more than from where it was followed.
        ("/chat?page=/pages/garden-waste", Some("https://www.council.example/bins"), Some("/pages/garden-waste")),
        // Most browsers tell another website no more than this.
        ("/chat", Some("https://www.council.example/"), None),
        ("/chat", Some("https://reeve.test.example/chat?page=/bins"), None),
        ("/chat?page=javascript:alert(1)", None, None),
        ("/chat", None, None),
    ] {
        let app = TestApp::start().await;
        let headers: Vec<_> = referer.map(|referer| (header::REFERER, referer)).into_iter().collect();
        let mut browser = Browser::open_at(&app, address, &headers).await;
        browser.has_not("Jo");
        assert_eq!(browser.fields("ask", &[]).get("page").map(String::as_str), carried, "{address} {referer:?}");
        for question in ["How much is it?", "And a second one?"] {
            browser.send("ask", &[("text", question)]).await;
        }
        let history: Vec<usize> = app.script.asked().iter().map(|enquiry| enquiry.history.len()).collect();
        let with_page = usize::from(carried.is_some());
        assert_eq!(history, [with_page, 2], "{address} {referer:?}");
        if with_page == 1 {
            assert_eq!(app.script.asked()[0].history[0].text, "Garden waste");
        }
        let events = app.store.events(&browser.conversation().to_string(), 0).await.unwrap();
        let kept = events.iter().filter_map(|kept| match &kept.event {
            Event::Asked { page, .. } => Some(page.as_deref()),
            _ => None,
        });
        let path = carried.map(|_| "/pages/garden-waste");
        assert_eq!(kept.collect::<Vec<_>>(), [path, path], "the path and nothing else");
    }
}
