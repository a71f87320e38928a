//! `?lang=en` on any address: that language for this page and, by cookie, from then on.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use words::Lang;

use crate::PagesState;

/// Takes the choice out of the address, so that no link carries it on.
pub(crate) async fn choose(State(state): State<PagesState>, mut request: Request, next: Next) -> Response {
    let Some((lang, uri)) = chosen(request.uri()) else { return next.run(request).await };
    *request.uri_mut() = uri;
    let jar = CookieJar::from_headers(request.headers()).add(Cookie::new("lang", lang.tag()));
    let held: Vec<String> =
        jar.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
    if let Ok(value) = HeaderValue::from_str(&held.join("; ")) {
        request.headers_mut().insert(header::COOKIE, value);
    }
    let mut response = next.run(request).await;
    let kept = choice(&state, "lang", lang.tag());
    if let Ok(value) = HeaderValue::from_str(&kept.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The language asked for, and the address without it.
fn chosen(uri: &Uri) -> Option<(Lang, Uri)> {
    let query = uri.query()?;
    let lang = query.split('&').find_map(|pair| Lang::parse(pair.strip_prefix("lang=")?))?;
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("lang=")).collect();
    let address =
        if rest.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), rest.join("&")) };
    Some((lang, address.parse().ok()?))
}

/// A cookie for a choice of the reader that lasts.
pub(crate) fn choice(state: &PagesState, name: &'static str, value: &'static str) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(state.secure_cookies)
        .same_site(SameSite::Lax)
        .permanent()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_is_taken_out_of_the_address() {
        let of = |text: &str| chosen(&text.parse().expect("an address")).map(|(l, u)| (l, u.to_string()));
        assert_eq!(
            of("/p/x?as_of=2019-08-14&lang=en&q=a"),
            Some((Lang::En, "/p/x?as_of=2019-08-14&q=a".into()))
        );
        assert_eq!(of("/?lang=zh-CN"), Some((Lang::Zh, "/".into())));
        assert_eq!(of("/?lang=tlh"), None);
        assert_eq!(of("/?language=en"), None);
    }
}
