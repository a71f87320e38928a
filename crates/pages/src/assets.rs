//! Style, script and sign, embedded; addresses carry a digest, so browsers keep them for good.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::PagesState;

struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static str,
    address: String,
}

macro_rules! asset {
    ($name:literal, $kind:literal, $($file:literal),+) => {{
        let body: &'static str = concat!($(include_str!(concat!("../assets/", $file))),+);
        let digest = Sha256::digest(body.as_bytes());
        let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Asset { name: $name, kind: $kind, body, address: format!("/assets/{short}/{}", $name) }
    }};
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        asset!(
            "style.css",
            "text/css; charset=utf-8",
            "base.css",
            "parts.css",
            "staff.css",
            "map.css",
            "survey.css",
            "print.css"
        ),
        asset!("script.js", "text/javascript; charset=utf-8", "script.js"),
        asset!("survey.js", "text/javascript; charset=utf-8", "survey.js"),
        asset!("sign.svg", "image/svg+xml", "sign.svg"),
    ]
});

/// The address of an asset, for templates.
pub(crate) fn address(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.address.as_str())
}

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/assets/{digest}/{name}", get(serve))
        .route("/favicon.ico", get(|| async { axum::response::Redirect::permanent(address("sign.svg")) }))
}

async fn serve(Path((_, name)): Path<(String, String)>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => (
            [
                (header::CONTENT_TYPE, asset.kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            asset.body,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
