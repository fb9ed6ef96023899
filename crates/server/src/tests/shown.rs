//! The pages and files that a browser gets.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};

use super::app::{TestApp, json_of, text_of};

fn check_policy(headers: &HeaderMap) {
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    for part in
        ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'self'"]
    {
        assert!(policy.contains(part), "{part}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
}

#[tokio::test]
async fn the_front_page_leads_to_every_page_and_to_the_chat() {
    let app = TestApp::start().await;
    let response = app.get("/").await;
    assert_eq!(response.status(), StatusCode::OK);
    check_policy(response.headers());
    // The templates escape slashes as well, which browsers do not care about.
    let page = text_of(response).await.replace("&#x2f;", "/");
    for part in [
        "<title>Home – Test &lt;Council&gt;</title>",
        "<h3>Waste</h3>",
        "<a href=\"/pages/garden-waste\">Garden waste</a>",
        "<a href=\"/pages/contact-us\">Contact us</a>",
        "<a href=\"/chat\">Ask us a question</a> or call <a href=\"tel:01632960100\">01632 960100</a>",
        "<script type=\"module\" src=\"/widget/reeve-chat.js\"></script>",
        "Monday to Friday, 8:30am to 5:30pm. Closed on bank holidays.",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    assert_eq!((page.matches("<h1").count(), page.matches("<reeve-chat").count()), (1, 1));
    check_markup(&page);
}

/// Nothing that the policy forbids, and no id twice.
fn check_markup(page: &str) {
    assert!(!page.contains("<script>") && !page.contains("style=") && !page.contains(" onclick="), "{page}");
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
}

#[tokio::test]
async fn the_page_on_which_a_resident_asks() {
    let app = TestApp::start().await;
    let response = app.get("/chat").await;
    assert_eq!(response.status(), StatusCode::OK);
    check_policy(response.headers());
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store", "it holds what opens a conversation");
    let page = text_of(response).await;
    assert!(page.contains("<title>Ask a question – Test &lt;Council&gt;</title>"), "{page}");
    for part in [
        "automated assistant",
        "<reeve-chat position=\"inline\">",
        "<script type=\"module\" src=\"/widget/reeve-chat.js\"></script>",
        "<a href=\"tel:01632960100\">01632 960100</a>",
        "value=\"How much does a garden waste subscription cost?\"",
        "call <a href=\"tel:999\">999</a>",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    assert_eq!(page.matches("<reeve-chat").count(), 1, "not in the corner as well");
    check_markup(&page);
}

#[tokio::test]
async fn a_page_as_it_is_cited() {
    let app = TestApp::start().await;
    let response = app.get("/pages/garden-waste").await;
    assert_eq!(response.status(), StatusCode::OK);
    check_policy(response.headers());
    let page = text_of(response).await;
    for part in [
        "<title>Garden waste – Test &lt;Council&gt;</title>",
        "<h2 id=\"what-it-costs\">What it costs</h2>",
        "<td>£52</td>",
        "<a href=\"/pages/contact-us#phones\">contact</a>",
        "Last reviewed: 2 March 2026",
        "<a href=\"/#waste\">Waste</a>",
        "<reeve-chat page>",
        "01632 960100",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    assert_eq!(page.matches("<h1").count(), 1);
    check_markup(&page);
    let without_heading = text_of(app.get("/pages/contact-us").await).await;
    assert!(without_heading.contains("<h1>Contact us</h1>"));
}

#[tokio::test]
async fn a_page_in_another_language_than_what_stands_around_it_says_so() {
    let english = text_of(TestApp::start().await.get("/pages/garden-waste").await).await;
    let welsh = text_of(TestApp::with_welsh_pages().await.get("/pages/garden-waste").await).await;
    for (page, marked, label) in [(&english, "", "Table"), (&welsh, " lang=\"cy-GB\"", "Tabl")] {
        for part in [
            "<html lang=\"en\">",
            &format!("<title{marked}>Garden waste – "),
            &format!("<article class=\"page\"{marked}>"),
            &format!("aria-label=\"{label}\""),
        ] {
            assert!(page.contains(part), "{part} is missing in {page}");
        }
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_explained_to_people() {
    let app = TestApp::start().await;
    let response = app.get("/pages/unknown").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(text_of(response).await.contains("Page not found"));
    let request = Request::get("/somewhere").header(header::ACCEPT, "text/html,*/*").body(Body::empty()).unwrap();
    let response = app.send(request).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(text_of(response).await.contains("01632 960100"));
}

#[tokio::test]
async fn files_are_sent_again_only_when_they_changed() {
    let app = TestApp::start().await;
    for (name, content_type) in [("reeve.css", "text/css; charset=utf-8"), ("reeve.svg", "image/svg+xml")] {
        let address = format!("/assets/{name}");
        let response = app.get(&address).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], content_type);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        let tag = response.headers()[header::ETAG].clone();
        assert!(!text_of(response).await.trim().is_empty());
        let again = |known: &str| {
            app.send(Request::get(&address).header(header::IF_NONE_MATCH, known).body(Body::empty()).unwrap())
        };
        assert_eq!(again(tag.to_str().unwrap()).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again(&format!("\"other\", W/{}", tag.to_str().unwrap())).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again("\"other\"").await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn the_service_says_how_it_is() {
    let app = TestApp::start().await;
    let ready = app.get("/readyz").await;
    assert_eq!(ready.status(), StatusCode::OK);
    assert_eq!(ready.headers()[header::CACHE_CONTROL], "no-store");
    let ready = json_of(ready).await;
    assert_eq!((ready["ready"].as_bool(), ready["pages"].as_u64()), (Some(true), Some(2)));
    assert!(ready["passages"].as_u64() >= Some(2));
    assert_eq!(json_of(app.get("/livez").await).await["live"], true);
}
