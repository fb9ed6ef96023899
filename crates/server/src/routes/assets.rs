//! The style sheet and the icon, embedded in the program, and the widget's module for every council's website.
//!
//! The widget's stable address is a line that imports the module under its content's hash: the line is asked for again
//! after minutes, the module is kept for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::api_error::ApiError;

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Browsers ask each time whether the file changed, so that a new version counts at once.
const ASK_AGAIN: &str = "no-cache";
/// A new version of the widget reaches every page within minutes, and a busy page does not ask for each visitor.
const FOR_MINUTES: &str = "public, max-age=300";
/// What stands under its own hash never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The name under which pages embed the widget.
const WIDGET: &str = "reeve-chat.js";
/// Digits of the hash in an address: enough that no two versions share one.
const HASH_DIGITS: usize = 16;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A file, its entity tag, and how long it is kept.
pub(crate) struct Asset {
    name: String,
    content_type: &'static str,
    bytes: Vec<u8>,
    tag: String,
    kept: &'static str,
}

impl Asset {
    /// A file that browsers ask for each time.
    pub(crate) fn new(name: &str, content_type: &'static str, bytes: &[u8]) -> Self {
        Self::kept(name, content_type, bytes, ASK_AGAIN)
    }

    fn kept(name: &str, content_type: &'static str, bytes: &[u8], kept: &'static str) -> Self {
        let tag = format!("\"{}\"", hash(bytes));
        Self { name: name.to_owned(), content_type, bytes: bytes.to_vec(), tag, kept }
    }
}

fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

static ASSETS: LazyLock<[Asset; 2]> = LazyLock::new(|| {
    [
        Asset::new("reeve.css", CSS, include_bytes!("../../assets/reeve.css")),
        Asset::new("reeve.svg", "image/svg+xml", include_bytes!("../../assets/reeve.svg")),
    ]
});

static WIDGET_FILES: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let module = include_bytes!("../../assets/reeve-chat.js");
    let name = format!("reeve-chat-{}.js", &hash(module)[..HASH_DIGITS]);
    // Relative, so that it holds behind a proxy that serves Reeve below a folder.
    let import = format!("import \"./{name}\";\n");
    [
        Asset::kept(WIDGET, SCRIPT, import.as_bytes(), FOR_MINUTES),
        Asset::kept(&name, SCRIPT, module, FOR_EVER),
        // Loaded by the module, which checks that the words are of its own edition.
        Asset::kept("reeve-chat-cy.js", SCRIPT, include_bytes!("../../assets/reeve-chat-cy.js"), FOR_MINUTES),
    ]
});

/// One of these files, unless there is none of that name; or that the client's copy is still the same.
pub(crate) fn send(assets: &'static [Asset], name: &str, headers: &HeaderMap) -> Option<Response> {
    let asset = assets.iter().find(|asset| asset.name == name)?;
    let kept = [(header::CACHE_CONTROL, asset.kept), (header::ETAG, asset.tag.as_str())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A proxy that compresses marks the tag as weak; the file is still the same.
    if known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == asset.tag) {
        return Some((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Some((kept, [(header::CONTENT_TYPE, asset.content_type)], asset.bytes.as_slice()).into_response())
}

/// `GET /assets/{name}`.
pub(crate) async fn asset(name: Result<Path<String>, PathRejection>, headers: HeaderMap) -> Result<Response, ApiError> {
    find(&*ASSETS, name, &headers)
}

/// `GET /widget/{name}`: for pages of any website, also such as take in only what says that they may (Cross-Origin
/// Embedder Policy).
pub(crate) async fn widget(
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut response = find(&*WIDGET_FILES, name, &headers)?;
    response.headers_mut().insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    Ok(response)
}

fn find(
    assets: &'static [Asset],
    name: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let sent = name.ok().and_then(|Path(name)| send(assets, &name, headers));
    sent.ok_or_else(|| ApiError::not_found("There is no such file."))
}
