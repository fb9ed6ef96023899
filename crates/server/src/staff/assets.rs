//! The console's style sheets and script, embedded in the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use super::refusal::Refusal;
use crate::routes::assets::{Asset, send};

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let (css, script) = ("text/css; charset=utf-8", "text/javascript; charset=utf-8");
    [
        Asset::new("govuk-frontend.css", css, include_bytes!("../../assets/govuk-frontend.css")),
        Asset::new("staff.css", css, include_bytes!("../../assets/staff.css")),
        Asset::new("staff.js", script, include_bytes!("../../assets/staff.js")),
    ]
});

/// `GET /staff/assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    send(&*ASSETS, &name, &headers).ok_or(Refusal::NotFound)
}
