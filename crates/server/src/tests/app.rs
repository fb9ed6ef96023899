//! A service of a test's own, and a client of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use corpus::Knowledge;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::work::{Answerer, ScriptedAnswers};
use crate::{AlertsConfig, HandoffConfig, Origins, Recorder, RetentionConfig, ServerConfig, Service};
use store::Store;
use tempfile::TempDir;

/// Everything a test waits for comes at once; this only ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) const COUNCIL: &str = "name = \"Test <Council>\"\nopening_hours = \"Mo-Fr 08:30-17:30; PH off\"\n\
    bank_holidays = [\"2026-12-25\"]\n[contact]\nphone = \"01632 960100\"\nemail = \"help@test.example\"\npage = \"contact-us\"\n";

pub(crate) const GARDEN_WASTE: &str = "---\nid: garden-waste\ntitle: Garden waste\nservice: waste\nowner: a@test.example\n\
    last_reviewed: 2026-03-02\n---\n# Garden waste\n\nA subscription costs £52 a year.\n\n## What it costs\n\n\
    | Bin | Cost |\n| --- | ---: |\n| First | £52 |\n\nSee [contact](../council/contact-us.md#phones).\n";

pub(crate) const CONTACT_US: &str =
    "---\nid: contact-us\ntitle: Contact us\nservice: council\n---\n## Phones\n\nCall 01632 960100.\n";

pub(crate) struct TestApp {
    pub(crate) service: Arc<Service>,
    pub(crate) script: Arc<ScriptedAnswers>,
    pub(crate) store: Store,
    recorded: Arc<Mutex<Vec<Recorded>>>,
    router: Router,
    /// The database's; kept for as long as the service is.
    folder: Arc<TempDir>,
}

/// What the recorder was told: turn, question, earlier turns, text of the reply.
pub(crate) type Recorded = (String, String, usize, String);

/// A conversation as its client knows it.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) id: String,
    pub(crate) token: String,
}

pub(crate) fn config() -> ServerConfig {
    ServerConfig {
        address: ([127, 0, 0, 1], 0).into(),
        queue_length: 4,
        longest_wait: Duration::from_secs(3600),
        kept_replies: 100,
        draft_deadline: Duration::from_secs(5),
        request_limit_bytes: 64 * 1024,
        origins: Origins::Any,
        conversations_kept: 100,
        conversation_idle: Duration::from_secs(3600),
        handoff: HandoffConfig {
            alert_after: Duration::from_secs(180),
            nobody_came_after: Duration::from_secs(900),
            call_back_due: Duration::from_secs(8 * 3600),
        },
        alerts: AlertsConfig { mail: None, webhook: None },
        retention: RetentionConfig {
            conversations: Duration::from_secs(30 * 24 * 3600),
            call_backs: Duration::from_secs(90 * 24 * 3600),
        },
    }
}

/// The council and pages of every test.
pub(crate) fn knowledge() -> Knowledge {
    knowledge_of(COUNCIL)
}

fn knowledge_with_hours(hours: &str) -> Knowledge {
    knowledge_of(&COUNCIL.replace("Mo-Fr 08:30-17:30; PH off", hours))
}

fn knowledge_of(council: &str) -> Knowledge {
    let folder = tempfile::tempdir().unwrap();
    let file = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    file("council.toml", council);
    file("pages/waste/garden-waste.md", GARDEN_WASTE);
    file("pages/council/contact-us.md", CONTACT_US);
    Knowledge::load(folder.path()).unwrap()
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::with(&config(), Duration::from_secs(30)).await
    }

    pub(crate) async fn with(config: &ServerConfig, listener_grace: Duration) -> Self {
        Self::on_database(Arc::new(tempfile::tempdir().unwrap()), config, listener_grace, knowledge()).await
    }

    /// A council whose people answer in these hours, whatever the time of the test.
    pub(crate) async fn with_hours(hours: &str, config: &ServerConfig) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::on_database(folder, config, Duration::from_secs(30), knowledge_with_hours(hours)).await
    }

    /// A council that offers Welsh, whose people answer in these hours.
    pub(crate) async fn in_welsh(hours: &str) -> Self {
        let council = COUNCIL.replace("Mo-Fr 08:30-17:30; PH off", hours);
        Self::with_knowledge(knowledge_of(&format!("languages = [\"en\", \"cy\"]\n{council}"))).await
    }

    /// The same, and its pages are in Welsh.
    pub(crate) async fn with_welsh_pages() -> Self {
        let mut knowledge = knowledge_of(&format!("languages = [\"en\", \"cy\"]\n{COUNCIL}"));
        for page in &mut knowledge.pages {
            page.lang = "cy-GB".to_owned();
        }
        Self::with_knowledge(knowledge).await
    }

    async fn with_knowledge(knowledge: Knowledge) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::on_database(folder, &config(), Duration::from_secs(30), knowledge).await
    }

    /// Another process's service on the same database, as after a restart.
    pub(crate) async fn again(&self) -> Self {
        self.again_with(&config()).await
    }

    /// The same, with another configuration.
    pub(crate) async fn again_with(&self, config: &ServerConfig) -> Self {
        let knowledge = self.service.knowledge().clone();
        Self::on_database(Arc::clone(&self.folder), config, Duration::from_secs(30), knowledge).await
    }

    /// A service that has so many passage states to fill, none of which is done before the script allows it.
    pub(crate) async fn with_states(of: usize) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let url = format!("sqlite:{}", folder.path().join("reeve.db").display());
        let script = ScriptedAnswers::new(knowledge()).with_states(of);
        Self::with_script(&url, folder, &config(), Duration::from_secs(30), script).await
    }

    async fn on_database(
        folder: Arc<TempDir>,
        config: &ServerConfig,
        listener_grace: Duration,
        knowledge: Knowledge,
    ) -> Self {
        let url = format!("sqlite:{}", folder.path().join("reeve.db").display());
        Self::on_url(&url, folder, config, listener_grace, knowledge).await
    }

    /// A server on a database of PostgreSQL.
    pub(crate) async fn on_postgres(url: &str, hours: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::on_url(url, folder, &config(), Duration::from_secs(30), knowledge_with_hours(hours)).await
    }

    async fn on_url(
        url: &str,
        folder: Arc<TempDir>,
        config: &ServerConfig,
        listener_grace: Duration,
        knowledge: Knowledge,
    ) -> Self {
        Self::with_script(url, folder, config, listener_grace, ScriptedAnswers::new(knowledge)).await
    }

    async fn with_script(
        url: &str,
        folder: Arc<TempDir>,
        config: &ServerConfig,
        listener_grace: Duration,
        script: ScriptedAnswers,
    ) -> Self {
        let store = Store::open(url).await.unwrap();
        let script = Arc::new(script);
        let answerer = Answerer::Scripted(Arc::clone(&script));
        let recorded: Arc<Mutex<Vec<Recorded>>> = Arc::default();
        let kept = Arc::clone(&recorded);
        let keep: Recorder = Arc::new(move |turn, enquiry, reply| {
            let (question, text) = (enquiry.question.clone(), reply.text().to_owned());
            kept.lock().unwrap().push((turn.to_string(), question, enquiry.history.len(), text));
        });
        let service = Service::start_with(answerer, store.clone(), config, Some(keep), listener_grace).await.unwrap();
        let router = service.router();
        Self { service, script, store, recorded, router, folder }
    }

    /// The bytes of the database's files.
    pub(crate) fn files(&self) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        files.map(|file| std::fs::read(file).unwrap()).collect()
    }

    /// What the recorder was told so far, in order.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.recorded.lock().unwrap().clone()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        tokio::time::timeout(PATIENCE, self.router.clone().oneshot(request)).await.unwrap().unwrap()
    }

    pub(crate) async fn get(&self, address: &str) -> Response {
        self.send(Request::get(address).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn open(&self) -> Opened {
        let response = self.send(Request::post("/api/v1/conversations").body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let body = json_of(response).await;
        let text = |key: &str| body[key].as_str().unwrap().to_owned();
        Opened { id: text("id"), token: text("token") }
    }

    /// A request on a conversation with its token.
    pub(crate) async fn on(&self, opened: &Opened, method: Method, route: &str, body: Option<Value>) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/conversations/{}{route}", opened.id))
            .header(header::AUTHORIZATION, format!("Bearer {}", opened.token));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn turn(&self, opened: &Opened, name: &str, text: &str) -> Response {
        let body = json!({ "client_turn_id": name, "text": text });
        self.on(opened, Method::POST, "/turns", Some(body)).await
    }

    /// Sends a turn and gives all its events.
    pub(crate) async fn ask(&self, opened: &Opened, name: &str, text: &str) -> Vec<Told> {
        let response = self.turn(opened, name, text).await;
        assert_eq!(response.status(), StatusCode::OK);
        Stream::of(response).rest().await
    }

    /// The stream of the conversation after an event.
    pub(crate) async fn events(&self, opened: &Opened, last_event_id: Option<i64>) -> Stream {
        let mut request = Request::get(format!("/api/v1/conversations/{}/events", opened.id))
            .header(header::AUTHORIZATION, format!("Bearer {}", opened.token));
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = self.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        Stream::of(response)
    }
}

/// An event as a client reads it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    /// None for what is not kept.
    pub(crate) id: Option<i64>,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// A stream of events as a client reads it.
pub(crate) struct Stream {
    body: Body,
    rest: String,
}

impl Stream {
    pub(crate) fn of(response: Response) -> Self {
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self { body: response.into_body(), rest: String::new() }
    }

    /// The next event; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        tokio::time::timeout(PATIENCE, self.next_ever()).await.expect("an event or the end in time")
    }

    async fn next_ever(&mut self) -> Option<Told> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let told = told(block);
                self.rest = rest.to_owned();
                match told {
                    Some(told) => return Some(told),
                    None => continue,
                }
            }
            let frame = self.body.frame().await?;
            let data = frame.unwrap().into_data().unwrap();
            self.rest.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next event of this name.
    pub(crate) async fn until(&mut self, name: &str) -> Told {
        loop {
            let told = self.next().await.expect("the event before the end");
            if told.name == name {
                return told;
            }
        }
    }

    /// All events to the end.
    pub(crate) async fn rest(mut self) -> Vec<Told> {
        let mut events = Vec::new();
        while let Some(told) = self.next().await {
            events.push(told);
        }
        events
    }
}

fn told(block: &str) -> Option<Told> {
    let field =
        |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim_start().to_owned());
    Some(Told {
        id: field("id:").map(|id| id.parse().unwrap()),
        name: field("event:")?,
        data: serde_json::from_str(&field("data:")?).unwrap(),
    })
}

pub(crate) fn names(events: &[Told]) -> Vec<&str> {
    events.iter().map(|told| told.name.as_str()).collect()
}

pub(crate) async fn text_of(response: Response) -> String {
    let bytes = tokio::time::timeout(PATIENCE, response.into_body().collect()).await.unwrap().unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) async fn json_of(response: Response) -> Value {
    serde_json::from_str(&text_of(response).await).unwrap()
}

/// Waits until something holds.
pub(crate) async fn eventually(mut holds: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not come to hold");
}
