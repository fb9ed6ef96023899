//! The other pages: call-backs, figures, switches, staff, audit, files.

use axum::http::{Request, StatusCode, header};
use store::{Append, Effect, Mode, NewCallBack, Role};

use super::super::app::{TestApp, text_of};
use super::client::{Browser, PASSWORD, add, waiting};

async fn call_back(app: &TestApp, reference: &str, due_ms: i64) {
    let opened = waiting(app, "Please call").await;
    let conversation = app.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap();
    let record = conversation.record();
    let conversation::Phase::Waiting(waiting) = record.phase() else { panic!("{:?}", record.phase()) };
    let details = NewCallBack {
        reference: reference.to_owned(),
        name: "Jo <Resident>".to_owned(),
        phone: Some("01632 960123".to_owned()),
        email: None,
        question: "Please call".to_owned(),
        preferred_time: Some("mornings".to_owned()),
        consent: "You may call me.".to_owned(),
        service: Some("waste".to_owned()),
        due_ms,
    };
    let append = Append {
        id: &opened.id,
        expected_version: record.version(),
        facts: &[waiting.arrange_call_back(reference)],
        at_ms: due_ms,
        effects: &[Effect::CallBack(details)],
    };
    app.service.store().append(&append).await.unwrap();
}

#[tokio::test]
async fn call_backs_are_listed_with_their_due_times_and_closed_once() {
    let app = TestApp::start().await;
    let mut asha = Browser::of(&app, "asha", Role::Agent).await;
    let now_ms = jiff::Timestamp::now().as_millisecond();
    call_back(&app, "LATE-2345", now_ms - 3 * 60 * 60_000).await;
    call_back(&app, "SOON-2345", now_ms + 3 * 60 * 60_000).await;
    let inbox = asha.get("/staff").await;
    assert!(inbox.has("Call-backs (2 open, 1 overdue)"));
    let list = asha.get("/staff/call-backs?service=waste").await;
    assert!(list.has("Overdue by 3 hours") && list.has("Jo &lt;Resident&gt;, SOON-2345"));
    assert!(asha.get("/staff/call-backs?service=council").await.has("There are no open call-backs."));
    let one = asha.get("/staff/call-backs/LATE-2345").await;
    assert!(one.has("01632 960123") && one.has("You may call me.") && one.has("mornings"));
    assert!(asha.post("/staff/call-backs/LATE-2345", &[]).await.has("Say what came of it."));
    let fields = [("result", "Called")];
    assert_eq!(asha.post("/staff/call-backs/LATE-2345", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(asha.post("/staff/call-backs/LATE-2345", &fields).await.status, StatusCode::CONFLICT);
    assert!(asha.get("/staff").await.has("Call-backs (1 open)"));
    assert!(asha.get("/staff/call-backs?all=yes").await.has("LATE-2345"));
    assert_eq!(asha.get("/staff/call-backs/NONE-2345").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_overview_counts_and_draws_what_happened() {
    let app = TestApp::start().await;
    let mut eva = Browser::of(&app, "eva", Role::Evaluator).await;
    assert!(eva.get("/staff/overview").await.has("None in 7 days."));
    let opened = app.open().await;
    app.ask(&opened, "first", "Where is my bin?").await;
    let shown = eva.get("/staff/overview?days=30").await;
    assert!(shown.has("Overview of the last 30 days") && shown.has("1 in 30 days, the most on "));
    assert_eq!(shown.text.matches("class=\"staff-bar\"").count(), 60);
    assert!(eva.get("/staff/overview?days=1000").await.has("Overview of the last 7 days"));
}

#[tokio::test]
async fn switches_take_effect() {
    let app = TestApp::start().await;
    let mut ada = Browser::of(&app, "ada", Role::Administrator).await;
    assert!(ada.get("/staff/switches").await.has("The assistant is <strong>On</strong>"));
    assert!(ada.post("/staff/switches", &[("mode", "half")]).await.has("Choose what the assistant may do."));
    let fields = [("mode", "off"), ("message", "We are <updating>")];
    assert_eq!(ada.post("/staff/switches", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.service.store().switches().await.unwrap().mode, Mode::Off);
    let shown = ada.get("/staff/switches?done=switched").await;
    assert!(shown.has("by Ada Example") && shown.has("We are &lt;updating&gt;") && shown.has("The switch was set."));
    assert!(ada.get("/staff").await.has("The assistant is switched: Off."));
}

#[tokio::test]
async fn administrators_say_who_may_do_what_but_not_about_themselves() {
    let app = TestApp::start().await;
    let mut ada = Browser::of(&app, "ada", Role::Administrator).await;
    let own = app.service.store().staff_by_name("ada").await.unwrap().unwrap().id;
    let other = add(&app, "asha", Role::Agent).await;
    let mut asha = Browser::new(&app);
    asha.sign_in("asha", PASSWORD).await;
    for (route, fields) in [("role", ("role", "agent")), ("active", ("active", "no"))] {
        let shown = ada.post(&format!("/staff/people/{own}/{route}"), &[fields]).await;
        assert_eq!(shown.status, StatusCode::CONFLICT);
    }
    asha.post("/staff/availability", &[("available", "yes")]).await;
    ada.post(&format!("/staff/people/{other}/role"), &[("role", "evaluator")]).await;
    assert_eq!(asha.get("/staff/overview").await.status, StatusCode::OK);
    assert!(!app.service.store().staff(&other).await.unwrap().unwrap().available);
    ada.post(&format!("/staff/people/{other}/active"), &[("active", "no")]).await;
    assert_eq!(asha.get("/staff/overview").await.status, StatusCode::SEE_OTHER);
    assert!(ada.get("/staff/people").await.has("Let Asha Example sign in again"));
    assert_eq!(ada.post("/staff/people/nobody/active", &[]).await.status, StatusCode::NOT_FOUND);
    let audit = ada.get("/staff/audit").await;
    assert!(audit.has("set_role") && audit.has("evaluator") && audit.has("deactivated"));
}

#[tokio::test]
async fn files_are_kept_by_browsers_until_they_change() {
    let app = TestApp::start().await;
    for name in ["govuk-frontend.css", "staff.css", "staff.js"] {
        let address = format!("/staff/assets/{name}");
        let response = app.get(&address).await;
        assert_eq!(response.status(), StatusCode::OK);
        let tag = response.headers()[header::ETAG].clone();
        let text = text_of(response).await;
        assert!(!text.contains("@font-face") && !text.contains("url(/") && !text.contains("GDS"), "{name}");
        let again = Request::get(&address).header(header::IF_NONE_MATCH, tag).body(axum::body::Body::empty()).unwrap();
        assert_eq!(app.send(again).await.status(), StatusCode::NOT_MODIFIED);
    }
    assert_eq!(app.get("/staff/assets/other.css").await.status(), StatusCode::NOT_FOUND);
}
