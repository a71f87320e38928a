//! Signing in and out, and the reader's choices of language and light.

use app::AppError;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::Extensions;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::Deserialize;
use words::Lang;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::form::FormState;
use crate::lang_choice::choice;
use crate::page::Page;
use crate::sign_in_rate::{self, SignInRate};
use crate::visitor::{Theme, Visitor, constant_time_eq, session_cookie};

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/sign-in", get(form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/lang/{tag}", get(choose_lang))
        .route("/theme/{theme}", get(choose_theme))
        .layer(Extension(SignInRate::default()))
}

#[derive(Debug, Default, Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

/// Only an address of this site, so that nobody is sent elsewhere after signing in.
fn safe_back(back: &str) -> &str {
    // Browsers drop tabs and line ends from addresses, and take a backslash for a slash.
    let own = back.starts_with('/')
        && !back.starts_with("//")
        && !back.contains(|c: char| c == '\\' || c.is_control());
    if own { back } else { "/" }
}

#[derive(Template)]
#[template(path = "session/sign_in.html")]
struct SignInPage {
    page: Page,
    back: String,
    form: FormState,
    /// The form's own secret: the same stands in a cookie, which another site can neither read nor set.
    token: String,
    demo: Option<crate::DemoSignIns>,
}

fn form_cookie(secure: bool) -> &'static str {
    if secure { "__Host-huitian-form" } else { "huitian-form" }
}

/// 128 random bits; `None` when the system gives none, and then nobody can sign in.
fn form_secret() -> Option<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

async fn form(
    State(state): State<PagesState>,
    visitor: Visitor,
    jar: CookieJar,
    Query(Back { back }): Query<Back>,
) -> Result<Response, PageError> {
    show(&state, &visitor, jar, &back, FormState::default(), StatusCode::OK).await
}

async fn show(
    state: &PagesState,
    visitor: &Visitor,
    jar: CookieJar,
    back: &str,
    form: FormState,
    status: StatusCode,
) -> Result<Response, PageError> {
    let title = words::text(visitor.lang, "sign-in-title").into_owned();
    let mut page = visitor.page(state, None, title).await?;
    // After signing in, people come back to where they were, not to the form.
    page.here = safe_back(back).to_owned();
    let name = form_cookie(state.secure_cookies);
    // A second tab must not make the first one's form stale.
    let (jar, token) = match jar.get(name).map(|cookie| cookie.value().to_owned()) {
        Some(held) if held.len() == 32 && held.bytes().all(|b| b.is_ascii_hexdigit()) => (jar, held),
        _ => {
            let secret = form_secret().unwrap_or_default();
            let cookie = Cookie::build((name, secret.clone()))
                .path("/")
                .http_only(true)
                .secure(state.secure_cookies)
                .same_site(SameSite::Strict);
            (jar.add(cookie), secret)
        }
    };
    let template =
        SignInPage { page, back: safe_back(back).to_owned(), form, token, demo: state.demo.clone() };
    Ok((status, jar, render(&template)?).into_response())
}

#[derive(Debug, Deserialize)]
struct Credentials {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    back: String,
    #[serde(default)]
    csrf: String,
}

/// Another site must not sign a reader in as somebody: browsers say where a form comes from.
pub(crate) fn comes_from_here(headers: &HeaderMap) -> bool {
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
    Extension(rate): Extension<SignInRate>,
    visitor: Visitor,
    extensions: Extensions,
    headers: HeaderMap,
    jar: CookieJar,
    Form(credentials): Form<Credentials>,
) -> Result<Response, PageError> {
    let Credentials { name, password, back, csrf } = credentials;
    let held = jar.get(form_cookie(state.secure_cookies)).map_or("", |cookie| cookie.value());
    let same = !held.is_empty() && constant_time_eq(held.as_bytes(), csrf.as_bytes());
    if !same || !comes_from_here(&headers) {
        return Err(PageError::stale_form().in_lang(visitor.lang));
    }
    let lang = visitor.lang;
    let mut form = FormState::default();
    form.set("name", name.trim());
    for (field, empty, key) in [
        ("name", name.trim().is_empty(), "sign-in-name-missing"),
        ("password", password.is_empty(), "sign-in-password-missing"),
    ] {
        if empty {
            form.fail(field, words::text(lang, key));
        }
    }
    if !form.errors.is_empty() {
        return show(&state, &visitor, jar, &back, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let address = sign_in_rate::client(&extensions);
    if let Err(seconds) = rate.take(address, state.app.clock().now()) {
        form.fail("", words::with(lang, "sign-in-slow", &[("seconds", &seconds.max(1).to_string())]));
        return show(&state, &visitor, jar, &back, form, StatusCode::TOO_MANY_REQUESTS).await;
    }
    match state.app.sign_in(&name, &password).await {
        Ok(signed_in) => {
            rate.give_back(address);
            let cookie = Cookie::build((session_cookie(state.secure_cookies), signed_in.token))
                .path("/")
                .http_only(true)
                .secure(state.secure_cookies)
                .same_site(SameSite::Lax);
            Ok((jar.add(cookie), Redirect::to(safe_back(&back))).into_response())
        }
        Err(AppError::WrongPassword) => {
            form.fail("name", words::text(lang, "sign-in-wrong"));
            show(&state, &visitor, jar, &back, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(AppError::Locked { seconds }) => {
            let minutes = ((seconds + 59) / 60).to_string();
            form.fail("name", words::with(lang, "sign-in-locked", &[("minutes", &minutes)]));
            show(&state, &visitor, jar, &back, form, StatusCode::UNPROCESSABLE_ENTITY).await
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
