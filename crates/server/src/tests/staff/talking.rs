//! Talking with a resident: one person has a conversation, and one voice is heard in it.

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::json;
use store::Role;

use super::super::app::{TestApp, eventually, names};
use super::client::{Browser, hidden, request, so_far, waiting};

fn page(id: &str) -> String {
    format!("/staff/conversations/{id}")
}

#[tokio::test]
async fn two_accept_and_one_has_it() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let mut ben = Browser::of(&app, "ben", Role::Agent).await;
    let opened = waiting(&app, "Where is my bin?").await;
    assert!(asha.get("/staff").await.has("Where is my bin?"));
    let accept = format!("{}/accept", page(&opened.id));
    let (first, second) = (asha.post(&accept, &[]).await, ben.post(&accept, &[]).await);
    assert_eq!(first.location, Some(format!("{}?done=accepted", page(&opened.id))));
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.has("Asha Example has this conversation. Nothing was changed."));
    // Sent again, it is still theirs.
    assert_eq!(asha.post(&accept, &[]).await.status, StatusCode::SEE_OTHER);
    // Reading it is allowed, speaking in it is not.
    let read = ben.get(&page(&opened.id)).await;
    assert!(read.has("Asha Example has it") && !read.has("Your message to the resident"));
    let spoken = ben.post(&format!("{}/messages", page(&opened.id)), &[("text", "Hello")]).await;
    assert_eq!(spoken.status, StatusCode::CONFLICT);
    assert!(spoken.has("This was not sent:") && spoken.has("Hello"));
    assert!(asha.get(&page(&opened.id)).await.has("Your message to the resident"));
    let long = "n".repeat(4001);
    let noted = ben.post(&format!("{}/notes", page(&opened.id)), &[("note", &long)]).await;
    assert!(noted.status == StatusCode::UNPROCESSABLE_ENTITY && noted.has(&format!("{long}</textarea>")));
}

#[tokio::test]
async fn at_once_too_only_one_has_it() {
    let app = TestApp::start().await;
    let mut browsers = Vec::new();
    for name in ["asha", "ben", "cai", "dee"] {
        browsers.push(Browser::of(&app, name, Role::Agent).await);
    }
    let opened = waiting(&app, "Where is my bin?").await;
    let accept = format!("{}/accept", page(&opened.id));
    let all = browsers.iter_mut().map(|browser| browser.post(&accept, &[]));
    let shown = futures_util::future::join_all(all).await;
    let accepted = shown.iter().filter(|shown| shown.status == StatusCode::SEE_OTHER).count();
    assert_eq!(accepted, 1);
    let events = app.service.store().events(&opened.id, 0).await.unwrap();
    assert_eq!(events.iter().filter(|kept| kept.event.name() == "accepted").count(), 1);
}

#[tokio::test]
async fn the_assistant_says_nothing_after_a_person_has_come() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let opened = waiting(&app, "Where is my bin?").await;
    let running = app.turn(&opened, "second", "hold on").await;
    eventually(|| app.script.asked().len() == 2).await;
    asha.post(&format!("{}/accept", page(&opened.id)), &[]).await;
    let told = super::super::app::Stream::of(running).rest().await;
    let last = told.last().unwrap();
    assert_eq!((last.name.as_str(), &last.data["code"]), ("error", &json!("taken_over")));
    app.script.release();
    let body = json!({ "client_turn_id": "third", "text": "And now?" });
    assert_eq!(app.on(&opened, Method::POST, "/turns", Some(body)).await.status(), StatusCode::CONFLICT);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let events = app.service.store().events(&opened.id, 0).await.unwrap();
    let kept: Vec<&str> = events.iter().map(|kept| kept.event.name()).collect();
    assert_eq!(kept, ["asked", "replied", "requested", "queued", "asked", "stopped", "accepted"]);
}

#[tokio::test]
async fn both_write_and_the_conversation_is_closed_and_goes_on() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let opened = waiting(&app, "Where is my bin?").await;
    asha.post(&format!("{}/accept", page(&opened.id)), &[]).await;
    let shown = asha.get(&page(&opened.id)).await;
    let message_id = hidden(&shown.text, "message_id");
    let address = format!("{}/messages", page(&opened.id));
    let empty = asha.post(&address, &[("text", " \r\n "), ("message_id", &message_id)]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.has("<a href=\"#reply-text\">Write a message first.</a>"));
    for _ in 0..2 {
        // The second is the same form again.
        let fields = [("text", "Hello,\r\nI look for it."), ("message_id", message_id.as_str())];
        assert_eq!(asha.post(&address, &fields).await.status, StatusCode::SEE_OTHER);
    }
    // Another text of the same form, as after going back, is another message.
    let fields = [("text", "Found it."), ("message_id", message_id.as_str())];
    assert_eq!(asha.post(&address, &fields).await.status, StatusCode::SEE_OTHER);
    let body = json!({ "client_message_id": "a", "text": "Thank you" });
    assert_eq!(app.on(&opened, Method::POST, "/messages", Some(body)).await.status(), StatusCode::CREATED);
    asha.post(&format!("{}/notes", page(&opened.id)), &[("note", "Seems to be at number 4")]).await;
    let shown = asha.get(&page(&opened.id)).await;
    assert!(shown.has("Thank you") && shown.has("Internal note") && shown.has("Seems to be at number 4"));
    assert_eq!(shown.text.matches("I look for it.").count(), 1);
    assert_eq!(shown.text.matches("Found it.").count(), 1);

    let unsaid = asha.post(&format!("{}/close", page(&opened.id)), &[]).await;
    assert!(unsaid.has("Choose how the conversation came out."));
    let closed = asha.post(&format!("{}/close", page(&opened.id)), &[("outcome", "resolved")]).await;
    assert_eq!(closed.location, Some(format!("{}?done=closed", page(&opened.id))));
    let late = asha.post(&address, &[("text", "One more thing")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);

    // Residents are told the messages and not the note; the assistant answers again and knows nothing of before.
    let told = so_far(&app, &opened).await;
    let text = told.iter().map(|told| told.data.to_string()).collect::<String>();
    assert!(text.contains("I look for it.") && !text.contains("number 4"));
    let again = app.ask(&opened, "after", "What does it cost?").await;
    assert_eq!(names(&again).last(), Some(&"reply"));
    assert!(app.script.asked().last().unwrap().history.is_empty());
    let audit = app.service.store().audit(20, 0).await.unwrap();
    let mut actions: Vec<&str> = audit.iter().map(|row| row.action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!(
        actions,
        ["accept", "close", "message", "message", "note", "sign_in"],
        "what was sent twice counts once"
    );
    assert!(audit.iter().all(|row| !row.detail.contains("number 4") && !row.detail.contains("look for it")));
}

#[tokio::test]
async fn a_conversation_is_passed_on_or_given_back() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let mut ben = Browser::of(&app, "ben", Role::Agent).await;
    let ben_id = app.service.store().staff_by_name("ben").await.unwrap().unwrap().id;
    let opened = waiting(&app, "Where is my bin?").await;
    let (accept, transfer) = (format!("{}/accept", page(&opened.id)), format!("{}/transfer", page(&opened.id)));
    asha.post(&accept, &[]).await;
    // Nobody is handed to someone who is not there.
    let away = asha.post(&transfer, &[("colleague", &ben_id)]).await;
    assert_eq!(away.status, StatusCode::UNPROCESSABLE_ENTITY);
    ben.post("/staff/availability", &[("available", "yes")]).await;
    assert_eq!(asha.post(&transfer, &[("colleague", &ben_id)]).await.status, StatusCode::SEE_OTHER);
    assert!(ben.get("/staff").await.has("Mine (1)"));
    assert_eq!(asha.post(&transfer, &[("service", "waste")]).await.status, StatusCode::CONFLICT);
    assert_eq!(ben.post(&transfer, &[("service", "nonsense")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ben.post(&transfer, &[("service", "waste")]).await.status, StatusCode::SEE_OTHER);
    assert!(asha.get("/staff?service=waste").await.has("Waiting (1)"));
    assert!(asha.get("/staff?service=council").await.has("Nobody is waiting for this service"));
    asha.post(&accept, &[]).await;
    asha.post(&format!("{}/return", page(&opened.id)), &[]).await;
    assert!(asha.get(&page(&opened.id)).await.has("With the assistant"));
    request(&app, &opened).await;
    assert!(asha.get("/staff").await.has("Waiting (1)"));
}

#[tokio::test]
async fn a_conversation_is_taken_over_from_someone_who_is_gone() {
    for way in ["unseen", "signed out", "deactivated", "curator"] {
        let app = TestApp::start().await;
        let mut asha = Browser::of(&app, "asha", Role::Agent).await;
        let mut ben = Browser::of(&app, "ben", Role::Agent).await;
        let mut cora = Browser::of(&app, "cora", Role::Curator).await;
        let id = app.store.staff_by_name("asha").await.unwrap().unwrap().id;
        let opened = waiting(&app, "Where is my bin?").await;
        let accept = format!("{}/accept", page(&opened.id));
        asha.post(&accept, &[]).await;
        assert!(!ben.get(&page(&opened.id)).await.has("Take over"));
        assert_eq!(ben.post(&accept, &[]).await.status, StatusCode::CONFLICT);

        let minutes_ago = |minutes: i64| Timestamp::now().as_millisecond() - minutes * 60 * 1000;
        match way {
            "unseen" => {
                app.store.note_seen(&id, minutes_ago(9)).await.unwrap();
                assert_eq!(ben.post(&accept, &[]).await.status, StatusCode::CONFLICT, "not yet");
                app.store.note_seen(&id, minutes_ago(11)).await.unwrap();
            }
            "signed out" => drop(asha.post("/staff/sign-out", &[]).await),
            "deactivated" => app.store.set_active(&id, false, None).await.unwrap(),
            _ => app.store.set_role(&id, Role::Curator, None).await.unwrap(),
        }
        let shown = ben.get(&page(&opened.id)).await;
        assert!(shown.has("Asha Example is not there any more") && shown.has("Take over"), "{way}");
        assert!(!cora.get(&page(&opened.id)).await.has("Take over"), "who does not talk with residents: {way}");
        assert_eq!(ben.post(&accept, &[]).await.location, Some(format!("{}?done=accepted", page(&opened.id))), "{way}");
        let shown = ben.get(&page(&opened.id)).await;
        assert!(shown.has("Ben Example took over from Asha Example.") && shown.has("Your message to the resident"));
        let told = so_far(&app, &opened).await;
        assert_eq!(told.iter().rev().find(|told| told.name == "state").unwrap().data["staff"], "Ben Example");
        let audit = app.store.audit(20, 0).await.unwrap();
        assert!(audit.iter().any(|row| row.action == "take_over" && row.staff_name == "ben"), "{way}");
    }
}

#[tokio::test]
async fn a_sentence_of_a_page_is_sent_with_its_page() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let opened = waiting(&app, "What does it cost?").await;
    asha.post(&format!("{}/accept", page(&opened.id)), &[]).await;
    let found = asha.get(&format!("{}?find=subscription", page(&opened.id))).await;
    assert!(found.has("A subscription costs £52 a year."));
    let sentence = hidden(&found.text, "sentence");
    let canned = format!("{}/canned", page(&opened.id));
    let invented = asha.post(&canned, &[("page", "garden-waste"), ("sentence", "nonsense")]).await;
    assert_eq!(invented.status, StatusCode::UNPROCESSABLE_ENTITY);
    asha.post(&canned, &[("page", "garden-waste"), ("sentence", &sentence)]).await;
    let told = so_far(&app, &opened).await;
    let message = told.iter().find(|told| told.name == "message").unwrap();
    assert_eq!(message.data["text"], "A subscription costs £52 a year.");
    assert_eq!(message.data["page"], json!({ "title": "Garden waste", "href": "/pages/garden-waste" }));
}

#[tokio::test]
async fn a_page_is_told_when_to_look_again() {
    let app = TestApp::start().await;
    let asha = Browser::of(&app, "asha", Role::Agent).await;
    let opened = app.open().await;
    app.ask(&opened, "first", "Where is my bin?").await;
    let request_stream = axum::http::Request::get(format!("/staff/live?conversation={}", opened.id))
        .header("cookie", asha.cookie())
        .header("accept", "text/event-stream")
        .body(axum::body::Body::empty())
        .unwrap();
    let response = app.send(request_stream).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut read = String::new();
    let mut until = async |wanted: &str| {
        while !read.contains(wanted) {
            let frame =
                tokio::time::timeout(std::time::Duration::from_secs(5), http_body_util::BodyExt::frame(&mut body));
            let data = frame.await.unwrap().unwrap().unwrap().into_data().unwrap();
            read.push_str(std::str::from_utf8(&data).unwrap());
        }
        read.clear();
    };
    until("event: begun").await;
    request(&app, &opened).await;
    until("event: queue").await;
    assert_eq!(app.on(&opened, Method::POST, "/typing", None).await.status(), StatusCode::NO_CONTENT);
    until("event: typing\ndata: {\"from\":\"resident\"}").await;
    app.ask(&opened, "second", "And when?").await;
    until("event: changed").await;
}

#[tokio::test]
async fn a_resident_whose_page_is_open_is_said_to_be_there_and_so_is_the_person() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let opened = waiting(&app, "Where is my bin?").await;
    let conversations = app.service.conversations();
    let mut stream = app.events(&opened, None).await;
    app.service.people().tell_presence(conversations).await;
    assert!(asha.get(&page(&opened.id)).await.has("Has the page open"));
    // Another server, to which the resident never came, knows it as well and does not say otherwise.
    let other = app.again().await;
    other.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap();
    other.service.people().tell_presence(other.service.conversations()).await;
    assert!(asha.get(&page(&opened.id)).await.has("Has the page open"));

    asha.post(&format!("{}/accept", page(&opened.id)), &[]).await;
    app.service.people().tell_presence(conversations).await;
    let long_ago_ms = Timestamp::now().as_millisecond() - 10 * 60 * 1000;
    let id = app.store.staff_by_name("asha").await.unwrap().unwrap().id;
    app.store.note_seen(&id, long_ago_ms).await.unwrap();
    app.service.people().tell_presence(conversations).await;
    assert_eq!(stream.until("presence").await.data["here"], false);
    // Told when it changes, and once.
    app.service.people().tell_presence(conversations).await;
    app.store.note_seen(&id, Timestamp::now().as_millisecond()).await.unwrap();
    app.service.people().tell_presence(conversations).await;
    assert_eq!(stream.until("presence").await.data["here"], true);

    drop(stream);
    app.service.people().tell_presence(conversations).await;
    assert!(!asha.get(&page(&opened.id)).await.has("Has the page open"));
}

#[tokio::test]
async fn staff_see_on_which_page_the_resident_asked() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let opened = app.open().await;
    for (name, address) in [
        ("one", "https://www.council.example/bins/<b>?name=Jo"),
        ("two", "https://www.council.example/bins?name=Jo#top"),
        ("three", "https://www.council.example/bins"),
        ("four", "/pages/garden-waste?from=search"),
    ] {
        let body = json!({ "client_turn_id": name, "text": "How much is it?", "page": address });
        let response = app.on(&opened, Method::POST, "/turns", Some(body)).await;
        super::super::app::Stream::of(response).rest().await;
    }
    let shown = asha.get(&page(&opened.id)).await.text.replace("&#x2f;", "/");
    assert_eq!(shown.matches("Asked on the page /bins</p>").count(), 1, "once for two questions in a row: {shown}");
    let link =
        "<a class=\"govuk-link\" href=\"/pages/garden-waste\" target=\"_blank\" rel=\"noopener\">/pages/garden-waste<";
    assert!(shown.contains(&format!("Asked on the page {link}")), "{shown}");
    assert!(shown.contains(&format!("<dt>Asked on the page</dt><dd>{link}")), "{shown}");
    assert!(!shown.contains("Jo") && !shown.contains("from=search") && !shown.contains("<b>"), "{shown}");
    assert!(
        !app.files().iter().any(|file| file.windows(7).any(|bytes| bytes == b"name=Jo")),
        "and nothing else is kept"
    );
}
