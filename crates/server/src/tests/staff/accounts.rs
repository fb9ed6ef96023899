//! Signing in and out, sessions, and what each role may see.

use axum::http::StatusCode;
use store::{Role, SessionRow};

use super::super::app::TestApp;
use super::client::{Browser, PASSWORD, add, hidden};

#[tokio::test]
async fn signing_in_gives_a_session_that_scripts_and_other_sites_cannot_use() {
    let app = TestApp::start().await;
    add(&app, "asha", Role::Agent).await;
    let mut browser = Browser::new(&app);
    let away = browser.get("/staff/conversations/1?a=b").await;
    assert_eq!(away.location.as_deref(), Some("/staff/sign-in?next=/staff/conversations/1%3Fa%3Db"));
    let shown = browser.sign_in("Asha", PASSWORD).await;
    assert_eq!((shown.status, shown.location.as_deref()), (StatusCode::SEE_OTHER, Some("/staff")));
    let cookie = shown.cookies.iter().find(|cookie| cookie.starts_with("reeve_staff=")).unwrap();
    assert!(cookie.ends_with("; Path=/staff; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
    assert!(browser.get("/staff").await.has("Asha Example (Agent)"));
    // Only the digest is kept.
    let token = browser.session();
    assert!(app.service.store().session(&token, 0).await.unwrap().is_none());
    let shown = browser.post("/staff/sign-out", &[]).await;
    assert_eq!(shown.location.as_deref(), Some("/staff/sign-in?done=signed_out"));
    let mut thief = Browser::new(&app);
    thief.sign_in("asha", "wrong password").await;
    assert_eq!(browser.get("/staff").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_of_another_browser_signs_nobody_in() {
    let app = TestApp::start().await;
    add(&app, "asha", Role::Agent).await;
    let csrf = hidden(&Browser::new(&app).get("/staff/sign-in").await.text, "csrf");
    assert_eq!(csrf.len(), 64);
    let mut other = Browser::new(&app);
    let fields = [("csrf", csrf.as_str()), ("name", "asha"), ("password", PASSWORD)];
    assert_eq!(other.send("/staff/sign-in", &fields).await.status, StatusCode::FORBIDDEN);
    let mut own = Browser::new(&app);
    let csrf = hidden(&own.get("/staff/sign-in").await.text, "csrf");
    let fields = [("csrf", csrf.as_str()), ("name", "asha"), ("password", PASSWORD), ("next", "//evil.example")];
    assert_eq!(own.send("/staff/sign-in", &fields).await.location.as_deref(), Some("/staff"));
}

#[tokio::test]
async fn five_failures_lock_a_name_and_unknown_names_are_answered_alike() {
    let app = TestApp::start().await;
    let id = add(&app, "asha", Role::Agent).await;
    let mut browser = Browser::new(&app);
    let said = |text: &str, name: &str| text.replace(name, "").split("<main").nth(1).unwrap().to_owned();
    let unknown = browser.sign_in("nobody", PASSWORD).await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    for _ in 0..5 {
        let started = std::time::Instant::now();
        let wrong = browser.sign_in("asha", "wrong password").await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert!(started.elapsed().as_millis() >= 500);
        assert_eq!(said(&wrong.text, "asha"), said(&unknown.text, "nobody"));
    }
    // Locked: the right password is answered like a wrong one.
    let locked = browser.sign_in("asha", PASSWORD).await;
    assert_eq!(locked.status, StatusCode::UNAUTHORIZED);
    assert_eq!(said(&locked.text, "asha"), said(&unknown.text, "nobody"));
    let staff = app.service.store().staff(&id).await.unwrap().unwrap();
    let minutes = (staff.locked_until_ms - jiff::Timestamp::now().as_millisecond()) / 60_000;
    assert!((13..=15).contains(&minutes), "{minutes}");
    let audit = app.service.store().audit(10, 0).await.unwrap();
    assert_eq!(audit.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["locked"]);
    // A new password lifts the lock.
    app.service.store().set_password(&id, &crate::hash_password("another password").unwrap(), None).await.unwrap();
    assert_eq!(browser.sign_in("asha", "another password").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_failure_after_a_lock_that_has_ended_locks_nobody_out() {
    let app = TestApp::start().await;
    let id = add(&app, "asha", Role::Agent).await;
    let ended_ms = jiff::Timestamp::now().as_millisecond() - 1;
    for _ in 0..15 {
        app.store.note_failed_sign_in(&id, 5, ended_ms).await.unwrap();
    }
    let mut browser = Browser::new(&app);
    browser.sign_in("asha", "wrong password").await;
    assert_eq!(browser.sign_in("asha", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let app = TestApp::start().await;
    let id = add(&app, "asha", Role::Agent).await;
    let store = app.service.store();
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let minute_ms = 60_000;
    let status = async |token: &str, created_ms: i64, last_seen_ms: i64| {
        let session = SessionRow {
            token_digest_hex: crate::staff::digest(token),
            staff_id: id.clone(),
            csrf_token: "csrf".to_owned(),
            created_ms,
            last_seen_ms,
            expires_ms: created_ms + 12 * 60 * minute_ms,
        };
        store.add_session(&session).await.unwrap();
        let request = axum::http::Request::get("/staff")
            .header("cookie", format!("reeve_staff={token}"))
            .body(axum::body::Body::empty())
            .unwrap();
        app.send(request).await.status()
    };
    assert_eq!(status("fresh", now_ms - 59 * minute_ms, now_ms - 59 * minute_ms).await, StatusCode::OK);
    assert_eq!(status("idle", now_ms - 62 * minute_ms, now_ms - 61 * minute_ms).await, StatusCode::SEE_OTHER);
    assert_eq!(status("old", now_ms - 721 * minute_ms, now_ms).await, StatusCode::SEE_OTHER);
    store.set_active(&id, false, None).await.unwrap();
    assert_eq!(status("removed", now_ms, now_ms).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_without_the_sessions_secret_changes_nothing() {
    let app = TestApp::start().await;
    let mut browser = Browser::of(&app, "ada", Role::Administrator).await;
    for csrf in ["", "wrong"] {
        let fields = [("csrf", csrf), ("mode", "off"), ("message", "")];
        let shown = browser.send("/staff/switches", &fields).await;
        assert_eq!(shown.status, StatusCode::FORBIDDEN);
        assert!(shown.has("This form is out of date"));
    }
    let mut other = Browser::of(&app, "bo", Role::Administrator).await;
    let csrf = hidden(&other.get("/staff").await.text, "csrf");
    let shown = browser.send("/staff/switches", &[("csrf", &csrf), ("mode", "off")]).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN);
    assert_eq!(app.service.store().switches().await.unwrap().mode, store::Mode::On);
}

#[tokio::test]
async fn each_role_sees_what_it_needs() {
    let app = TestApp::start().await;
    let places = [
        "/staff",
        "/staff/call-backs",
        "/staff/search",
        "/staff/marks",
        "/staff/marks.ndjson",
        "/staff/overview",
        "/staff/switches",
        "/staff/people",
        "/staff/audit",
    ];
    for (name, role, seen) in [
        ("agnes", Role::Agent, "110000000"),
        ("cora", Role::Curator, "r01110000"),
        ("eva", Role::Evaluator, "r01111000"),
        ("ada", Role::Administrator, "111111111"),
    ] {
        let expected: Vec<u16> = seen
            .chars()
            .zip(places)
            .map(|(seen, place)| match seen {
                _ if place == "/staff/search" => 200,
                '1' => 200,
                'r' => 303,
                _ => 403,
            })
            .collect();
        let mut browser = Browser::of(&app, name, role).await;
        let mut found = Vec::new();
        for place in places {
            found.push(browser.get(place).await.status.as_u16());
        }
        assert_eq!(found, expected, "{role:?}");
    }
    let mut agent = Browser::new(&app);
    agent.sign_in("agnes", PASSWORD).await;
    assert_eq!(agent.post("/staff/switches", &[("mode", "off")]).await.status, StatusCode::FORBIDDEN);
    let refused = agent.get("/staff/overview").await;
    assert!(refused.has("You cannot use this page"));
    let mut curator = Browser::new(&app);
    curator.sign_in("cora", PASSWORD).await;
    assert_eq!(curator.post("/staff/availability", &[("available", "yes")]).await.status, StatusCode::FORBIDDEN);
}
