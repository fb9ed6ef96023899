//! The style sheet and the icon, embedded in the program, and the widget's files for every council's website.
//!
//! What stands at the widget's stable address imports the widget under its content's hash: the former is asked for again
//! after minutes, the latter is kept for ever. `widget/bundle.mjs` makes them, and makes them small: compressed harder than
//! a program would while somebody waits.

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

/// Digits of the hash in an address: enough that no two versions share one. `widget/bundle.mjs` writes as many.
const HASH_DIGITS: usize = 16;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A file, its entity tag, and how long it is kept.
pub(crate) struct Asset {
    name: String,
    content_type: &'static str,
    bytes: &'static [u8],
    /// The same, as it travels to those who can unpack it.
    gzip: Option<&'static [u8]>,
    tag: String,
    kept: &'static str,
}

impl Asset {
    /// A file that browsers ask for each time.
    pub(crate) fn new(name: &str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        let tag = format!("\"{}\"", hash(bytes));
        Self { name: name.to_owned(), content_type, bytes, gzip: None, tag, kept: ASK_AGAIN }
    }

    fn script(name: &str, bytes: &'static [u8], gzip: &'static [u8], kept: &'static str) -> Self {
        Self { gzip: Some(gzip), kept, ..Self::new(name, SCRIPT, bytes) }
    }

    /// A script under its content's hash.
    fn hashed(stem: &str, bytes: &'static [u8], gzip: &'static [u8]) -> Self {
        Self::script(&format!("{stem}-{}.js", &hash(bytes)[..HASH_DIGITS]), bytes, gzip, FOR_EVER)
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
    [
        Asset::script(
            "reeve-chat.js",
            include_bytes!("../../assets/reeve-chat.js"),
            include_bytes!("../../assets/reeve-chat.js.gz"),
            FOR_MINUTES,
        ),
        Asset::hashed(
            "reeve-chat-en",
            include_bytes!("../../assets/reeve-chat-en.js"),
            include_bytes!("../../assets/reeve-chat-en.js.gz"),
        ),
        Asset::hashed(
            "reeve-chat-cy",
            include_bytes!("../../assets/reeve-chat-cy.js"),
            include_bytes!("../../assets/reeve-chat-cy.js.gz"),
        ),
    ]
});

/// One of these files, unless there is none of that name; or that the client's copy is still the same.
pub(crate) fn send(assets: &'static [Asset], name: &str, headers: &HeaderMap) -> Option<Response> {
    let asset = assets.iter().find(|asset| asset.name == name)?;
    let packed = asset.gzip.filter(|_| takes_gzip(headers));
    // Packed it is another sequence of bytes, so its tag is a weak one (RFC 9110, 8.8.3).
    let tag = if packed.is_some() { format!("W/{}", asset.tag) } else { asset.tag.clone() };
    let mut about = HeaderMap::new();
    about.insert(header::CACHE_CONTROL, HeaderValue::from_static(asset.kept));
    about.extend(HeaderValue::try_from(tag).ok().map(|tag| (header::ETAG, tag)));
    if asset.gzip.is_some() {
        about.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A proxy that compresses marks the tag as weak as well; the file is still the same.
    if known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == asset.tag) {
        return Some((StatusCode::NOT_MODIFIED, about).into_response());
    }
    about.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    if packed.is_some() {
        about.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some((about, packed.unwrap_or(asset.bytes)).into_response())
}

/// Whether a client says that it can unpack gzip (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let is_refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
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
