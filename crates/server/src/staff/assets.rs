//! The console's style sheets and script, embedded in the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::refusal::Refusal;

struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    tag: String,
}

impl Asset {
    fn new(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { name, content_type, bytes, tag: format!("\"{:x}\"", Sha256::digest(bytes)) }
    }
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let (css, script) = ("text/css; charset=utf-8", "text/javascript; charset=utf-8");
    [
        Asset::new("govuk-frontend.css", css, include_bytes!("../../assets/govuk-frontend.css")),
        Asset::new("staff.css", css, include_bytes!("../../assets/staff.css")),
        Asset::new("staff.js", script, include_bytes!("../../assets/staff.js")),
    ]
});

/// `GET /staff/assets/{name}`. Browsers keep the file and ask whether it changed, so that a new version counts at once.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(Refusal::NotFound)?;
    let kept = [(header::CACHE_CONTROL, "no-cache"), (header::ETAG, asset.tag.as_str())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A proxy that compresses marks the tag as weak; the file is still the same.
    if known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == asset.tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, [(header::CONTENT_TYPE, asset.content_type)], asset.bytes).into_response())
}
