//! The widget's files, what it is told of the service, and from where it may be used.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::app::{TestApp, config, json_of, text_of};
use crate::{Origins, ServerConfig};

const ELSEWHERE: &str = "https://www.council.example";

async fn ask(app: &TestApp, method: Method, address: &str, headers: &[(header::HeaderName, &str)]) -> Response {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn from_elsewhere(app: &TestApp, address: &str) -> Response {
    ask(app, Method::GET, address, &[(header::ORIGIN, ELSEWHERE)]).await
}

async fn preflight(app: &TestApp, address: &str, method: &str) -> Response {
    let wanted = [
        (header::ORIGIN, ELSEWHERE),
        (header::ACCESS_CONTROL_REQUEST_METHOD, method),
        (header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type,last-event-id"),
    ];
    ask(app, Method::OPTIONS, address, &wanted).await
}

fn allowed(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
}

/// The names of the modules that the stable address imports, English and Welsh.
async fn modules(app: &TestApp) -> [String; 2] {
    let text = text_of(from_elsewhere(app, "/widget/reeve-chat.js").await).await;
    ["en", "cy"].map(|lang| {
        let hash = text.split_once(&format!("\"{lang}-")).unwrap().1.split_once('"').unwrap().0;
        assert!(hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()), "{hash}");
        format!("reeve-chat-{lang}-{hash}.js")
    })
}

#[tokio::test]
async fn the_stable_address_imports_the_modules_under_their_hashes() {
    let app = TestApp::start().await;
    let first = from_elsewhere(&app, "/widget/reeve-chat.js").await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(first.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert_eq!(first.headers()[header::CACHE_CONTROL], "public, max-age=300");
    let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    let kept: [&[u8]; 2] =
        [include_bytes!("../../assets/reeve-chat-en.js"), include_bytes!("../../assets/reeve-chat-cy.js")];
    for (name, bytes) in modules(&app).await.iter().zip(kept) {
        let module = from_elsewhere(&app, &format!("/widget/{name}")).await;
        assert_eq!(module.status(), StatusCode::OK, "{name} is what the stable address imports: run npm run build");
        assert_eq!(module.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(module.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        let hash = &name["reeve-chat-en-".len()..][..16];
        assert!(module.headers()[header::ETAG].to_str().unwrap().starts_with(&format!("\"{hash}")));
        assert_eq!(text_of(module).await.as_bytes(), bytes);
    }
    for tag in [format!("W/{tag}"), tag] {
        let known = [(header::IF_NONE_MATCH, &*tag), (header::ACCEPT_ENCODING, "gzip")];
        let unchanged = ask(&app, Method::GET, "/widget/reeve-chat.js", &known).await;
        assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(unchanged.headers()[header::CACHE_CONTROL], "public, max-age=300");
        assert_eq!(unchanged.headers()[header::VARY], "accept-encoding");
    }
}

#[tokio::test]
async fn another_hash_is_not_kept() {
    let app = TestApp::start().await;
    for name in [
        "reeve-chat-en-0123456789abcdef.js",
        "reeve-chat-en-.js",
        "reeve-chat-en.js",
        "reeve.css",
        "%ff",
        "..%2fassets%2freeve.css",
    ] {
        let response = from_elsewhere(&app, &format!("/widget/{name}")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}

#[tokio::test]
async fn every_page_may_load_the_files() {
    // Whatever the list says of the interface.
    let origins = Origins::try_from(vec!["https://other.example".to_owned()]).unwrap();
    let app = TestApp::with(&ServerConfig { origins, ..config() }, std::time::Duration::from_secs(30)).await;
    let [english, welsh] = modules(&app).await;
    for name in ["reeve-chat.js", &english, &welsh] {
        let response = from_elsewhere(&app, &format!("/widget/{name}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{name}");
        assert_eq!(allowed(response.headers()).unwrap(), "*");
        assert_eq!(response.headers()["cross-origin-resource-policy"], "cross-origin");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(response.headers()[header::VARY], "accept-encoding", "one copy for all who ask");
    }
}

#[tokio::test]
async fn the_files_travel_compressed_and_pages_with_secrets_do_not() {
    let app = TestApp::start().await;
    let sent = async |address: &str, accepted: &str| {
        let response = ask(&app, Method::GET, address, &[(header::ACCEPT_ENCODING, accepted)]).await;
        assert_eq!(response.status(), StatusCode::OK);
        let how = response.headers().get(header::CONTENT_ENCODING).map(|how| how.to_str().unwrap().to_owned());
        (how, to_bytes(response.into_body(), usize::MAX).await.unwrap())
    };
    let [english, welsh] = modules(&app).await;
    let files: [(&str, &[u8]); 3] = [
        ("reeve-chat.js", include_bytes!("../../assets/reeve-chat.js.gz")),
        (&english, include_bytes!("../../assets/reeve-chat-en.js.gz")),
        (&welsh, include_bytes!("../../assets/reeve-chat-cy.js.gz")),
    ];
    for (name, packed) in files {
        let address = format!("/widget/{name}");
        for accepted in ["gzip, br", "br;q=1.0, GZIP;q=0.5"] {
            let (how, bytes) = sent(&address, accepted).await;
            assert_eq!((how.as_deref(), &*bytes), (Some("gzip"), packed), "{name}: what the widget's test measures");
        }
        for refused in ["br", "gzip;q=0, br", "identity, gzip; q=0.000"] {
            assert_eq!(sent(&address, refused).await.0, None, "{name} for {refused}");
        }
    }
    for address in ["/chat", "/", "/api/v1/service"] {
        assert_eq!(sent(address, "gzip").await.0, None, "{address}");
    }
}

#[tokio::test]
async fn the_interface_may_be_used_from_every_page() {
    let app = TestApp::start().await;
    let opened = app.open().await;
    let address = format!("/api/v1/conversations/{}", opened.id);
    for (address, method) in [
        ("/api/v1/service".to_owned(), "GET"),
        ("/api/v1/conversations".to_owned(), "POST"),
        (address.clone(), "DELETE"),
        (format!("{address}/events"), "GET"),
        (format!("{address}/turns"), "POST"),
    ] {
        let response = preflight(&app, &address, method).await;
        assert_eq!(response.status(), StatusCode::OK, "{address}");
        let headers = response.headers();
        assert_eq!(allowed(headers).unwrap(), "*");
        let listed = |name| headers[name].to_str().unwrap().to_ascii_lowercase();
        assert!(listed(header::ACCESS_CONTROL_ALLOW_METHODS).contains(&method.to_ascii_lowercase()));
        for wanted in ["authorization", "content-type", "last-event-id"] {
            assert!(listed(header::ACCESS_CONTROL_ALLOW_HEADERS).contains(wanted), "{wanted}");
        }
        assert!(headers.contains_key(header::ACCESS_CONTROL_MAX_AGE));
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "no cookie is ever of use");
    }
    // A page can read refusals as well, also those of what stands around the routes.
    let refused = from_elsewhere(&app, &format!("{address}/events")).await;
    assert_eq!(
        (refused.status(), allowed(refused.headers()).unwrap()),
        (StatusCode::UNAUTHORIZED, &HeaderValue::from_static("*"))
    );
    let large = [(header::ORIGIN, ELSEWHERE), (header::CONTENT_LENGTH, "1000000")];
    let refused = ask(&app, Method::POST, "/api/v1/conversations", &large).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(allowed(refused.headers()).is_some());
    let refused = ask(&app, Method::PUT, "/api/v1/conversations", &[(header::ORIGIN, ELSEWHERE)]).await;
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(allowed(refused.headers()).is_some());
}

#[tokio::test]
async fn a_list_of_origins_lets_in_no_other() {
    let with = async |origin: &str| {
        let origins = Origins::try_from(vec![origin.to_owned()]).unwrap();
        TestApp::with(&ServerConfig { origins, ..config() }, std::time::Duration::from_secs(30)).await
    };
    let theirs = with(ELSEWHERE).await;
    assert_eq!(allowed(from_elsewhere(&theirs, "/api/v1/service").await.headers()).unwrap(), ELSEWHERE);
    assert_eq!(allowed(preflight(&theirs, "/api/v1/conversations", "POST").await.headers()).unwrap(), ELSEWHERE);
    let others = with("https://other.example").await;
    let response = from_elsewhere(&others, "/api/v1/service").await;
    assert!(allowed(response.headers()).is_none());
    assert!(response.headers()[header::VARY].to_str().unwrap().to_ascii_lowercase().contains("origin"));
    assert!(allowed(preflight(&others, "/api/v1/conversations", "POST").await.headers()).is_none());
}

#[tokio::test]
async fn no_other_page_may_read_the_console_or_a_residents_page() {
    let app = TestApp::start().await;
    for address in
        ["/", "/chat", "/pages/garden-waste", "/assets/reeve.css", "/staff", "/staff/sign-in", "/staff/assets/staff.js"]
    {
        assert!(allowed(from_elsewhere(&app, address).await.headers()).is_none(), "{address}");
        assert!(allowed(preflight(&app, address, "POST").await.headers()).is_none(), "{address}");
    }
}

#[tokio::test]
async fn the_service_says_what_the_widget_has_to_know() {
    let app = TestApp::start().await;
    let response = from_elsewhere(&app, "/api/v1/service").await;
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let about = json_of(response).await;
    assert!(about["emergency"].as_str().unwrap().contains("999"), "{about}");
    let expected = json!({
        "council": "Test <Council>", "longest": 2000, "call_back_days": 90, "conversations_days": 30,
        "notice": null, "mode": "on", "examples": ["How much does a garden waste subscription cost?"],
        "contact": {
            "name": "Test <Council>", "phone": "01632 960100", "email": "help@test.example", "address": null,
            "opening_hours": "Monday to Friday, 8:30am to 5:30pm. Closed on bank holidays.", "page": "/pages/contact-us",
        },
        "emergency": about["emergency"],
    });
    assert_eq!(about, expected);
}
