//! The document of the interface, held against the router and against what the service says.

mod schemas;

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use conversation::{Citation, CloseOutcome, PageLink, Speaker, SuggestedPage};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Notice;

use self::schemas::Document;
use super::app::{Opened, Stream, TestApp, Told, config, json_of};
use super::people::{ALWAYS, NEVER, accept, as_owner, request, say, staff};

/// Where the interface for residents is.
const INTERFACE: &str = "/api/v1/";

#[tokio::test]
async fn the_document_is_served() {
    let app = TestApp::start().await;
    let response = app.get("/openapi.json").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let document = json_of(response).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

#[tokio::test]
async fn what_the_document_names_is_in_it() {
    let document = Document::of(&TestApp::start().await).await;
    let mut names = BTreeSet::new();
    for (path, method, operation) in document.operations() {
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "twice: {operation}");
        for needed in ["summary", "description", "tags"] {
            assert!(!operation[needed].is_null(), "{method} {path} has no {needed}");
        }
        let opened = path.contains("{id}");
        assert_eq!(
            operation["security"],
            if opened { json!([{ "token": [] }]) } else { Value::Null },
            "{method} {path}"
        );
    }
    let refs = document.references();
    assert!(refs.len() > 10);
    for reference in refs {
        assert!(document.json.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
}

#[tokio::test]
async fn the_router_and_the_document_have_the_same_routes() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let documented = |of: &str| document.operations().filter(|(path, ..)| path.starts_with(of)).collect::<Vec<_>>();
    assert_eq!(documented("/").len(), documented(INTERFACE).len() + 2, "and /livez and /readyz");

    // What the router shows of itself when it is printed are its paths, among others.
    let printed = format!("{:?}", app.service.router());
    let routed: BTreeSet<&str> = printed.split('"').filter(|piece| piece.starts_with('/')).collect();
    assert!(routed.contains("/staff/search"), "the router is printed with its paths: {printed}");
    let routed: BTreeSet<&str> = routed.into_iter().filter(|path| path.starts_with("/api/")).collect();
    let paths: BTreeSet<&str> = documented(INTERFACE).into_iter().map(|(path, ..)| path).collect();
    assert_eq!(routed, paths);

    // No route takes PATCH; each says then what it takes.
    let mut methods = BTreeMap::<&str, BTreeSet<String>>::new();
    for (path, method, _) in documented("/") {
        methods.entry(path).or_default().insert(method.to_uppercase());
    }
    for (path, methods) in methods {
        let response = app.send(Request::patch(path.replace("{id}", "x")).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = response.headers()[header::ALLOW].to_str().unwrap();
        let allowed: BTreeSet<String> =
            allowed.split(',').filter(|method| *method != "HEAD").map(str::to_owned).collect();
        assert_eq!(allowed, methods, "{path}");
    }
}

/// What happens in a few conversations, in which each event happens at least once.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is of one lifetime only")]
async fn all_events(app: &TestApp, document: &Document) -> Vec<Told> {
    let ann = staff(app, "Ann").await;
    let opened = app.open().await;
    let mut stream = app.events(&opened, None).await;
    let mut seen = app.ask(&opened, "one", "What does it cost?").await;
    for told in &seen {
        document.check("TurnEvent", &json!({ "event": told.name, "data": told.data }));
    }
    let rating = json!({ "turn": seen[0].data["turn"], "helpful": true, "comment": null });
    document.check("Feedback", &rating);
    assert_eq!(app.on(&opened, Method::POST, "/feedback", Some(rating)).await.status(), StatusCode::NO_CONTENT);

    let held = Stream::of(app.turn(&opened, "two", "hold on").await);
    app.on(&opened, Method::POST, "/cancel", Some(json!({ "client_turn_id": "two" }))).await;
    for told in held.rest().await {
        document.check("TurnEvent", &json!({ "event": told.name, "data": told.data }));
    }

    document.check("HandoffTold", &request(app, &opened).await);
    seen.push(stream.until("queue").await);
    assert!(accept(app, &opened, &ann).await);
    document.check("HandoffTold", &request(app, &opened).await);
    document.check("SentMessage", &json_of(say(app, &opened, "m1", "Hello Ann").await).await);
    let notice = Notice::Typing { conversation: opened.id.clone(), from: Speaker::Staff(ann.clone()) };
    app.store.notify(notice).await.unwrap();
    seen.push(stream.until("typing").await);
    app.store.note_seen(&ann.id, Timestamp::now().as_millisecond() - 10 * 60 * 1000).await.unwrap();
    app.service.people().tell_presence(app.service.conversations()).await;
    seen.push(stream.until("presence").await);
    let page = PageLink { page_id: "garden-waste".to_owned(), title: "Garden waste".to_owned() };
    assert!(as_owner(app, &opened, &ann, |owned| owned.say("s1", "Look here", Some(page.clone()))).await);
    assert!(as_owner(app, &opened, &ann, |owned| owned.close(CloseOutcome::FollowUp)).await);
    drop(stream);
    seen.extend(super::people::so_far(app, &opened).await);

    app.store.note_seen(&ann.id, Timestamp::now().as_millisecond()).await.unwrap();
    let other = app.open().await;
    request(app, &other).await;
    accept(app, &other, &ann).await;
    assert!(as_owner(app, &other, &ann, |owned| owned.return_to_assistant()).await);
    seen.extend(super::people::so_far(app, &other).await);
    document.check("Receipt", &json_of(app.on(&opened, Method::DELETE, "", None).await).await);
    seen
}

#[tokio::test]
async fn what_happens_in_conversations_is_as_the_document_says() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let document = Document::of(&app).await;
    let seen = all_events(&app, &document).await;
    let names: BTreeSet<&str> = seen.iter().map(|told| told.name.as_str()).collect();
    assert_eq!(names, document.events("ConversationEvent"), "every event that the document names has happened");
    for told in &seen {
        document.check("ConversationEvent", &json!({ "event": told.name, "data": told.data }));
    }
    // The service ends.
    let opened = app.open().await;
    let mut stream = app.events(&opened, None).await;
    app.service.shut_down().await;
    let told = stream.until("error").await;
    document.check("ConversationEvent", &json!({ "event": "error", "data": told.data }));
}

#[tokio::test]
async fn a_call_back_is_as_the_document_says() {
    let app = TestApp::with_hours(NEVER, &config()).await;
    let document = Document::of(&app).await;
    let opened = app.open().await;
    let told = request(&app, &opened).await;
    assert_eq!(told["phase"], "call_back_offered");
    document.check("HandoffTold", &told);
    let body = json!({ "name": "Jo", "phone": "01632 960 001", "question": "My bin?", "consent": true });
    document.check("NewCallBackBody", &body);
    document.check("PromiseTold", &json_of(app.on(&opened, Method::POST, "/call_backs", Some(body)).await).await);
    for told in super::people::so_far(&app, &opened).await {
        document.check("ConversationEvent", &json!({ "event": told.name, "data": told.data }));
    }
}

#[tokio::test]
async fn citations_and_suggested_pages_have_the_fields_that_the_document_names() {
    let document = Document::of(&TestApp::start().await).await;
    let text = String::new;
    let citation = Citation {
        n: 1,
        page_id: text(),
        title: text(),
        heading: text(),
        url: text(),
        quote: text(),
        page_digest: text(),
    };
    let mut told = serde_json::to_value(citation).unwrap();
    for added in ["href", "quote_text"] {
        told[added] = json!("");
    }
    document.check("Citation", &told);
    let page = SuggestedPage { page_id: text(), title: text(), heading: text(), url: text() };
    let mut told = serde_json::to_value(page).unwrap();
    told["href"] = json!("");
    document.check("SuggestedPage", &told);
}

#[tokio::test]
async fn small_answers_are_as_the_document_says() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let opened = app.send(Request::post("/api/v1/conversations").body(Body::empty()).unwrap()).await;
    document.check("NewConversation", &json_of(opened).await);
    document.check("ServiceTold", &json_of(app.get("/api/v1/service").await).await);
    document.check("Live", &json_of(app.get("/livez").await).await);
    document.check("Ready", &json_of(app.get("/readyz").await).await);
    app.service.shut_down().await;
    let unready = app.get("/readyz").await;
    assert_eq!(unready.status(), StatusCode::SERVICE_UNAVAILABLE);
    document.check("Ready", &json_of(unready).await);
}

#[tokio::test]
async fn refusals_are_as_the_document_says() {
    let app = TestApp::with_hours(NEVER, &config()).await;
    let document = Document::of(&app).await;
    let opened = app.open().await;
    let wrong = Opened { token: "wrong".to_owned(), ..opened.clone() };
    let nowhere = Opened { id: "00000000-0000-4000-8000-000000000000".to_owned(), ..opened.clone() };
    let turn = |text: &str| json!({ "client_turn_id": "one", "text": text });
    let call_back =
        |phone: &str, consent| json!({ "name": "Jo", "phone": phone, "question": "My bin?", "consent": consent });
    let message = |text: &str| json!({ "client_message_id": "one", "text": text });
    let post = Method::POST;
    let mut codes = BTreeSet::new();
    for (who, method, route, body) in [
        (&wrong, Method::DELETE, "", Value::Null),
        (&nowhere, Method::GET, "/events", Value::Null),
        (&opened, Method::GET, "/events?follow=perhaps", Value::Null),
        (&opened, post.clone(), "/turns", turn(" ")),
        (&opened, post.clone(), "/turns", turn(&"a".repeat(2001))),
        (&opened, post.clone(), "/turns", turn(&"a".repeat(100_000))),
        (&opened, post.clone(), "/turns", json!({ "text": "No name" })),
        (&opened, post.clone(), "/turns", json!({ "client_turn_id": "one", "text": "a", "model": "b" })),
        (&opened, post.clone(), "/turns", json!({ "client_turn_id": "", "text": "a" })),
        (&opened, post.clone(), "/turns", json!(["not", "an", "object"])),
        (&opened, post.clone(), "/feedback", json!({ "turn": opened.id, "helpful": true })),
        (&opened, post.clone(), "/messages", message("Hello?")),
        (&opened, post.clone(), "/messages", message(&"a".repeat(4001))),
        (&opened, post.clone(), "/messages", message(" ")),
        (&opened, post.clone(), "/call_backs", call_back("01632 960 001", false)),
        (&opened, post.clone(), "/call_backs", call_back("12", true)),
        (&opened, post.clone(), "/call_backs", call_back("", true)),
        (&opened, post.clone(), "/cancel", Value::Null),
    ] {
        let response = app.on(who, method.clone(), route, (!body.is_null()).then_some(body)).await;
        let path = route.split('?').next().unwrap();
        codes.insert(refused(&document, &format!("/api/v1/conversations/{{id}}{path}"), &method, response).await);
    }
    assert!(codes.len() >= 15, "{codes:?}");
    // Addresses and methods that there are not have no route, but the same shape.
    for response in [app.get("/api/v1/nothing").await, app.get("/api/v1/conversations").await] {
        document.check("ErrorBody", &json_of(response).await);
    }
}

/// Checks a refusal: its status and its code stand at the route. Gives the code.
async fn refused(document: &Document, path: &str, method: &Method, response: Response) -> String {
    let status = response.status();
    let body = json_of(response).await;
    document.check("ErrorBody", &body);
    let operation = document.operation(path, method);
    let documented = &operation["responses"][status.as_str()];
    assert_eq!(
        documented["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/ErrorBody",
        "{status}"
    );
    let code = body["code"].as_str().unwrap();
    let named = documented["description"].as_str().unwrap().contains(&format!("`{code}`"));
    assert!(named, "{method} {path} does not name {status} {code}");
    code.to_owned()
}
