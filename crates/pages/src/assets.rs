//! Style, scripts and sign, embedded; addresses carry a digest, so browsers keep them for good.

use std::io::Read;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use crate::PagesState;

enum Body {
    Text(&'static str),
    /// Packed with gzip, as it is sent to whoever takes it so.
    Packed(&'static [u8]),
}

impl Body {
    fn bytes(&self) -> &'static [u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Packed(packed) => packed,
        }
    }
}

struct Asset {
    name: &'static str,
    kind: &'static str,
    body: Body,
    address: String,
}

fn named(name: &'static str, kind: &'static str, body: Body) -> Asset {
    let digest = Sha256::digest(body.bytes());
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Asset { name, kind, body, address: format!("/assets/{short}/{name}") }
}

macro_rules! asset {
    ($name:literal, $kind:expr, $($file:literal),+) => {
        named($name, $kind, Body::Text(concat!($(include_str!(concat!("../assets/", $file))),+)))
    };
}

/// A file of another project, as it was published, packed.
macro_rules! packed {
    ($folder:literal, $name:literal, $kind:expr) => {
        named($name, $kind, Body::Packed(include_bytes!(concat!("../assets/", $folder, "/", $name, ".gz"))))
    };
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        asset!(
            "style.css",
            STYLE,
            "base.css",
            "parts.css",
            "staff.css",
            "map.css",
            "survey.css",
            "print.css"
        ),
        asset!("script.js", SCRIPT, "script.js"),
        asset!("map.js", SCRIPT, "map.js"),
        asset!("survey.js", SCRIPT, "survey.js"),
        asset!("sign.svg", "image/svg+xml", "sign.svg"),
        packed!("maplibre", "maplibre-gl.mjs", SCRIPT),
        packed!("maplibre", "maplibre-gl-worker.mjs", SCRIPT),
        packed!("maplibre", "maplibre-gl.css", STYLE),
        asset!("maplibre-licence.txt", "text/plain; charset=utf-8", "maplibre/LICENSE.txt"),
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

/// Whether whoever asks takes gzip.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let given = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        matches!(name.trim(), "gzip" | "x-gzip" | "*") && !refused
    })
}

fn unpacked(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut out)?;
    Ok(out)
}

/// The script that keeps the field desk on a device. It works for the addresses beside its own, so that it stands among
/// those of the plan's surveys, and is asked for anew.
pub(crate) async fn desk_worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, SCRIPT),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept-encoding"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; connect-src 'self'"),
    ];
    (headers, include_str!("../assets/desk-worker.js")).into_response()
}

async fn serve(Path((_, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        // Assets are the same for everybody; what differs is how they are packed.
        (header::VARY, "accept-encoding"),
    ];
    match asset.body {
        Body::Text(text) => (kept, text).into_response(),
        Body::Packed(packed) if takes_gzip(&headers) => {
            (kept, [(header::CONTENT_ENCODING, "gzip")], packed).into_response()
        }
        Body::Packed(packed) => match unpacked(packed) {
            Ok(body) => (kept, body).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the published files of MapLibre GL JS 6.17.0.
    const PUBLISHED: [(&str, &str); 3] = [
        ("maplibre-gl.mjs", "e02cb08c572fd0950a75343cd558099c2a1dbbaf67f26b0c96f115431962d1ae"),
        ("maplibre-gl-worker.mjs", "73d7a024a4efe1a46e49db193e18cfe33271e3ecc652ec7542c281a4ef5f0f04"),
        ("maplibre-gl.css", "a90798a1953017790e590f7e1bd35ff103a8a4263972cb47290b78adf86f8c20"),
    ];
    /// What a map may cost a reader, in bytes as they are sent.
    const SCRIPTS_MOST: usize = 500_000;

    #[test]
    fn files_of_others_are_what_was_published_and_small() {
        let mut sent = asset_named("map.js").body.bytes().len();
        for (name, digest) in PUBLISHED {
            let Body::Packed(packed) = asset_named(name).body else { panic!("{name} is not packed") };
            let found = Sha256::digest(unpacked(packed).unwrap());
            let found: String = found.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, digest, "{name}");
            sent += packed.len();
        }
        assert!(sent <= SCRIPTS_MOST, "{sent}");
    }

    fn asset_named(name: &str) -> &'static Asset {
        ASSETS.iter().find(|asset| asset.name == name).unwrap()
    }

    #[tokio::test]
    async fn what_is_packed_is_unpacked_for_whoever_asks_so() {
        let ask = async |coding: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, coding.parse().unwrap());
            let answer = serve(Path((String::new(), "maplibre-gl.css".into())), headers).await;
            assert_eq!(answer.headers()[header::CONTENT_TYPE], STYLE);
            let coding = answer.headers().get(header::CONTENT_ENCODING).cloned();
            let body = axum::body::to_bytes(answer.into_body(), 10_000_000).await.unwrap();
            (coding.is_some(), body.starts_with(b"."))
        };
        for taken in ["gzip", "br, gzip;q=0.5", "*", "deflate,gzip"] {
            assert_eq!(ask(taken).await, (true, false), "{taken}");
        }
        for not in ["identity", "br", "gzip;q=0", "br, gzip; q=0.0"] {
            assert_eq!(ask(not).await, (false, true), "{not}");
        }
    }
}
