//! The style sheet, the script and the icon, embedded in the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::api_error::ApiError;

/// A file and its entity tag.
pub(crate) struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    tag: String,
}

impl Asset {
    pub(crate) fn new(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { name, content_type, bytes, tag: format!("\"{:x}\"", Sha256::digest(bytes)) }
    }
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        Asset::new("reeve.css", "text/css; charset=utf-8", include_bytes!("../../assets/reeve.css")),
        Asset::new("reeve.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/reeve.js")),
        Asset::new("reeve.svg", "image/svg+xml", include_bytes!("../../assets/reeve.svg")),
    ]
});

/// One of these files, unless there is none of that name. Browsers keep it and ask whether it changed, so that a new version
/// counts at once.
pub(crate) fn send(assets: &'static [Asset], name: &str, headers: &HeaderMap) -> Option<Response> {
    let asset = assets.iter().find(|asset| asset.name == name)?;
    let kept = [(header::CACHE_CONTROL, "no-cache"), (header::ETAG, asset.tag.as_str())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A proxy that compresses marks the tag as weak; the file is still the same.
    if known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == asset.tag) {
        return Some((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Some((kept, [(header::CONTENT_TYPE, asset.content_type)], asset.bytes).into_response())
}

/// `GET /assets/{name}`.
pub(crate) async fn asset(name: Result<Path<String>, PathRejection>, headers: HeaderMap) -> Result<Response, ApiError> {
    let sent = name.ok().and_then(|Path(name)| send(&*ASSETS, &name, &headers));
    sent.ok_or_else(|| ApiError::not_found("There is no such file."))
}
