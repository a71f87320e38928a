//! Signing in and out, and the reader's choices of language and light.

use app::AppError;
use askama::Template;
use axum::Form;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::Deserialize;
use words::Lang;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::page::Page;
use crate::visitor::{Theme, Visitor, session_cookie};

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/sign-in", get(form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/lang/{tag}", get(choose_lang))
        .route("/theme/{theme}", get(choose_theme))
}

#[derive(Debug, Default, Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

/// Only an address of this site, so that nobody is sent elsewhere after signing in.
fn safe_back(back: &str) -> &str {
    let own = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\r', '\n']);
    if own { back } else { "/" }
}

#[derive(Template)]
#[template(path = "session/sign_in.html")]
struct SignInPage {
    page: Page,
    back: String,
    name: String,
    error: Option<String>,
    demo: Option<crate::DemoSignIns>,
}

async fn form(
    State(state): State<PagesState>,
    visitor: Visitor,
    Query(Back { back }): Query<Back>,
) -> Result<Response, PageError> {
    show(&state, &visitor, &back, String::new(), None).await
}

async fn show(
    state: &PagesState,
    visitor: &Visitor,
    back: &str,
    name: String,
    error: Option<String>,
) -> Result<Response, PageError> {
    let title = words::text(visitor.lang, "sign-in-title").into_owned();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut page = visitor.page(state, None, title).await?;
    // After signing in, people come back to where they were, not to the form.
    page.here = safe_back(back).to_owned();
    let template =
        SignInPage { page, back: safe_back(back).to_owned(), name, error, demo: state.demo.clone() };
    Ok((status, render(&template)?).into_response())
}

#[derive(Debug, Deserialize)]
struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    back: String,
}

/// Another site must not sign a reader in as somebody: browsers say where a form comes from.
fn comes_from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        return matches!(site, "same-origin" | "none");
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("");
    headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).is_none_or(|origin| {
        origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
    })
}

async fn sign_in(
    State(state): State<PagesState>,
    visitor: Visitor,
    headers: HeaderMap,
    jar: CookieJar,
    Form(credentials): Form<Credentials>,
) -> Result<Response, PageError> {
    if !comes_from_here(&headers) {
        return Err(PageError::stale_form().in_lang(visitor.lang));
    }
    match state.app.sign_in(&credentials.name, &credentials.password).await {
        Ok(signed_in) => {
            let cookie = Cookie::build((session_cookie(state.secure_cookies), signed_in.token))
                .path("/")
                .http_only(true)
                .secure(state.secure_cookies)
                .same_site(SameSite::Lax);
            Ok((jar.add(cookie), Redirect::to(safe_back(&credentials.back))).into_response())
        }
        Err(AppError::WrongPassword) => {
            let error = words::text(visitor.lang, "sign-in-wrong").into_owned();
            show(&state, &visitor, &credentials.back, credentials.name, Some(error)).await
        }
        Err(AppError::Locked { seconds }) => {
            let minutes = ((seconds + 59) / 60).to_string();
            let error = words::with(visitor.lang, "sign-in-locked", &[("minutes", &minutes)]);
            show(&state, &visitor, &credentials.back, credentials.name, Some(error)).await
        }
        Err(error) => Err(visitor.fail(error)),
    }
}

#[derive(Debug, Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

async fn sign_out(
    State(state): State<PagesState>,
    visitor: Visitor,
    jar: CookieJar,
    Form(token): Form<Token>,
) -> Result<Response, PageError> {
    visitor.check_csrf(&token.csrf)?;
    let name = session_cookie(state.secure_cookies);
    if let Some(cookie) = jar.get(name) {
        state.app.sign_out(cookie.value()).await.map_err(|error| visitor.fail(error))?;
    }
    let gone = Cookie::build((name, "")).path("/").secure(state.secure_cookies);
    Ok((jar.remove(gone), Redirect::to("/")).into_response())
}

fn choice(state: &PagesState, name: &'static str, value: &'static str) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(state.secure_cookies)
        .same_site(SameSite::Lax)
        .permanent()
        .build()
}

async fn choose_lang(
    State(state): State<PagesState>,
    Path(tag): Path<String>,
    Query(Back { back }): Query<Back>,
    jar: CookieJar,
) -> Response {
    let lang = Lang::parse(&tag).unwrap_or_default();
    (jar.add(choice(&state, "lang", lang.tag())), Redirect::to(safe_back(&back))).into_response()
}

async fn choose_theme(
    State(state): State<PagesState>,
    Path(theme): Path<String>,
    Query(Back { back }): Query<Back>,
    jar: CookieJar,
) -> Response {
    let theme = Theme::parse(&theme).unwrap_or_default();
    (jar.add(choice(&state, "theme", theme.as_str())), Redirect::to(safe_back(&back))).into_response()
}
