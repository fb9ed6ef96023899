//! What staff see of a conversation, how they look for it, and what they make of wrong replies.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use store::Role;

use super::super::app::TestApp;
use super::client::{Browser, waiting};

#[tokio::test]
async fn what_residents_write_is_shown_as_text_with_personal_data_marked() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let hostile = "<script>alert(1)</script> <img src=x onerror=alert(2)> call me on 07700 900123";
    let opened = waiting(&app, hostile).await;
    for address in ["/staff".to_owned(), format!("/staff/conversations/{}", opened.id), "/staff/search".to_owned()] {
        let shown = asha.get(&address).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.has("&lt;script&gt;alert(1)"), "{address}");
        assert!(!shown.has("<script>alert") && !shown.has("<img"), "{address}");
        let marked =
            "<mark class=\"staff-personal\">07700 900123 <span class=\"staff-label\">phone number</span></mark>";
        assert!(shown.has(marked), "{address}");
    }
    asha.post(&format!("/staff/conversations/{}/accept", opened.id), &[]).await;
    let fields = [("text", "<b>bold</b>")];
    asha.post(&format!("/staff/conversations/{}/messages", opened.id), &fields).await;
    assert!(asha.get(&format!("/staff/conversations/{}", opened.id)).await.has("&lt;b&gt;bold&lt;"));
    let found = asha.get("/staff/search?text=%22%3E%3Cscript%3E").await;
    assert!(!found.has("\"><script>"));
}

#[tokio::test]
async fn pages_run_and_show_nothing_but_their_own() {
    let app = TestApp::start().await;
    let mut ada = Browser::of(&app, "ada", Role::Administrator).await;
    let opened = waiting(&app, "Where is my bin?").await;
    ada.post(&format!("/staff/conversations/{}/accept", opened.id), &[]).await;
    for address in [
        "/staff/sign-in",
        "/staff",
        "/staff/search",
        "/staff/marks",
        "/staff/call-backs",
        "/staff/overview",
        "/staff/switches",
        "/staff/people",
        "/staff/audit",
        "/staff/nowhere",
        &format!("/staff/conversations/{}?find=waste", opened.id),
    ] {
        let shown = ada.get(address).await;
        assert!(!shown.has("style=\"") && !shown.has("<style") && !has_handler(&shown.text), "{address}: inline");
        assert_eq!(shown.text.matches("<h1").count(), 1, "{address}");
        assert!(shown.has("<title>") && shown.has("lang=\"en\""), "{address}");
        assert_eq!(shown.text.matches("<script").count(), shown.text.matches("<script type=\"module\" src=\"").count());
        let posts = shown.text.matches("method=\"post\"").count();
        assert_eq!(shown.text.matches("name=\"csrf\" value=\"").count(), posts, "{address}: each form has its secret");
    }
}

#[tokio::test]
async fn replies_are_found_and_marked_and_become_drafts_of_cases() {
    let app = TestApp::start().await;
    let mut eva = Browser::of(&app, "eva", Role::Evaluator).await;
    let opened = app.open().await;
    app.ask(&opened, "first", "I am jo@example.com. Which bin?").await;
    let told = app.ask(&opened, "second", "What does it cost (a year)?").await;
    let turn = told.last().unwrap().data["turn"].as_str().unwrap().to_owned();
    let feedback = json!({ "turn": turn, "helpful": false, "comment": "Not <right>" });
    assert!(app.on(&opened, Method::POST, "/feedback", Some(feedback)).await.status().is_success());

    assert!(eva.get("/staff/search").await.has("Replies 1 to 2 of 2"));
    assert!(eva.get("/staff/search?text=COST&outcome=answer&helpful=no").await.has("Replies 1 to 1 of 1"));
    assert!(eva.get("/staff/search?helpful=yes").await.has("No replies"));
    assert!(eva.get("/staff/search?from=2020-01-01&to=2020-01-02").await.has("No replies"));
    let wrong = eva.get("/staff/search?confidence_below=high&from=yesterday").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.has("href=\"#confidence_below\"") && wrong.has("href=\"#from\""));

    let shown = eva.get(&format!("/staff/conversations/{}", opened.id)).await;
    assert!(shown.has("it did not help") && shown.has("Not &lt;right&gt;"));
    let address = format!("/staff/conversations/{}/replies/{turn}/mark", opened.id);
    assert!(eva.get(&address).await.has("What does it cost (a year)?"));
    assert!(eva.post(&address, &[("kind", "wrong")]).await.has("Choose what is wrong."));
    assert!(eva.post(&address, &[("kind", "other")]).await.has("Say what is wrong."));
    let fields = [("kind", "incorrect"), ("comment", "It is £60"), ("expect", "answer"), ("page", "garden-waste")];
    assert_eq!(eva.post(&address, &fields).await.status, StatusCode::SEE_OTHER);
    assert!(eva.get(&format!("/staff/conversations/{}", opened.id)).await.has("Marked: Incorrect"));
    assert!(eva.get("/staff/marks").await.has("It is £60"));
    let lines = eva.get("/staff/marks.ndjson").await.text;
    assert_eq!(lines.lines().count(), 1);
    let case: Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(case["question"], "What does it cost (a year)?");
    assert_eq!(case["page_ids"], json!(["garden-waste"]));
    assert_eq!(case["expect"], "answer");
    assert_eq!(case["must_not"], json!([r"Answered: What does it cost \(a year\)?".replace('?', r"\?")]));
    assert_eq!(case["history"][0], json!({ "role": "user", "text": "I am [e-mail]. Which bin?" }));
    assert_eq!(case["history"].as_array().unwrap().len(), 2);
    assert_eq!(eva.get(&address.replace(&turn, "nonsense")).await.status, StatusCode::NOT_FOUND);
}

/// Whether an element has a handler of its own, such as `onclick="`.
fn has_handler(page: &str) -> bool {
    page.split(" on").skip(1).any(|rest| {
        let name = rest.split("=\"").next().unwrap_or_default();
        name.len() < rest.len() && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}
