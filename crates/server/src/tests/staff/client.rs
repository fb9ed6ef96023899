//! A member of staff with a browser that runs no scripts.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use store::{NewStaff, Role};

use super::super::app::{Opened, Stream, TestApp, Told, text_of};

pub(super) const PASSWORD: &str = "correct horse battery";

/// A browser: it keeps cookies.
pub(super) struct Browser<'a> {
    pub(super) app: &'a TestApp,
    cookies: Vec<(String, String)>,
}

/// What a page came to.
pub(super) struct Shown {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    pub(super) cookies: Vec<String>,
    pub(super) text: String,
}

impl Shown {
    async fn of(response: Response) -> Self {
        let all = |name| response.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned());
        let (cookies, location) = (all(header::SET_COOKIE).collect(), all(header::LOCATION).next());
        Self { status: response.status(), location, cookies, text: text_of(response).await }
    }

    pub(super) fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

pub(super) async fn add(app: &TestApp, name: &str, role: Role) -> String {
    let password_hash = crate::hash_password(PASSWORD).unwrap();
    let display_name = format!("{}{} Example", name[..1].to_uppercase(), &name[1..]);
    app.service.store().add_staff(&NewStaff { name: name.to_owned(), display_name, role, password_hash }).await.unwrap()
}

impl<'a> Browser<'a> {
    pub(super) fn new(app: &'a TestApp) -> Self {
        Self { app, cookies: Vec::new() }
    }

    /// A member of staff of this role, added and signed in.
    pub(super) async fn of(app: &'a TestApp, name: &str, role: Role) -> Self {
        add(app, name, role).await;
        let mut browser = Self::new(app);
        let shown = browser.sign_in(name, PASSWORD).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
        browser
    }

    pub(super) async fn sign_in(&mut self, name: &str, password: &str) -> Shown {
        let form = self.get("/staff/sign-in").await;
        let csrf = hidden(&form.text, "csrf");
        self.send("/staff/sign-in", &[("csrf", &csrf), ("name", name), ("password", password)]).await
    }

    pub(super) async fn get(&mut self, address: &str) -> Shown {
        let request = Request::get(address).header(header::HOST, "reeve.example").header(header::COOKIE, self.cookie());
        let shown = Shown::of(self.app.send(request.body(Body::empty()).unwrap()).await).await;
        self.keep(&shown);
        shown
    }

    /// Sends a form of a page: with the secret that the page has.
    pub(super) async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Shown {
        let csrf = hidden(&self.get("/staff/search").await.text, "csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        self.send(address, &all).await
    }

    /// Sends a form as it is.
    pub(super) async fn send(&mut self, address: &str, fields: &[(&str, &str)]) -> Shown {
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", crate::staff::encoded(value)));
        let request = Request::post(address)
            .header(header::HOST, "reeve.example")
            .header(header::COOKIE, self.cookie())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(pairs.collect::<Vec<_>>().join("&")))
            .unwrap();
        let shown = Shown::of(self.app.send(request).await).await;
        self.keep(&shown);
        shown
    }

    pub(super) fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(super) fn session(&self) -> String {
        self.cookies.iter().find(|(name, _)| name == "reeve_staff").unwrap().1.clone()
    }

    fn keep(&mut self, shown: &Shown) {
        for cookie in &shown.cookies {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// The value of a hidden field.
pub(super) fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    page.split_once(&start)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(value, _)| value.to_owned())
        .unwrap_or_default()
}

/// A conversation in which the resident waits for a person, whatever the hours are.
pub(super) async fn waiting(app: &TestApp, question: &str) -> Opened {
    let opened = app.open().await;
    app.ask(&opened, "first", question).await;
    request(app, &opened).await;
    opened
}

/// The resident asks for a person and waits.
pub(super) async fn request(app: &TestApp, opened: &Opened) {
    let conversation = app.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap();
    conversation
        .add(|record| {
            let question = record.last_question().map(str::to_owned);
            let requested = record.phase().request(question).unwrap();
            let then = record.clone().with(&requested, 0).unwrap();
            let conversation::Phase::Requested(request) = then.phase() else { panic!("{:?}", then.phase()) };
            let queued = request.queue();
            Ok((vec![requested, queued], Vec::new(), ()))
        })
        .await
        .unwrap();
}

/// What the resident was told so far.
pub(super) async fn so_far(app: &TestApp, opened: &Opened) -> Vec<Told> {
    Stream::of(app.on(opened, Method::GET, "/events?follow=false", None).await).rest().await
}
