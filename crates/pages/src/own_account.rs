//! One's own account: password and tokens for programs.

use app::{AppError, NewToken, TokenScope};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;

use crate::editor::book::Book;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::Filled;
use crate::editor::sheet::Sheet;
use crate::error::PageError;
use crate::page::Page;
use crate::person::{password_fields, read_password};
use crate::visit::{Visit, render};
use crate::words_of::comma;

/// The days a token lives unless someone says otherwise.
const TOKEN_DAYS: &str = "90";

struct TokenLine {
    id: String,
    name: String,
    scopes: String,
    expires: String,
    status: String,
    live: bool,
    revoke_label: String,
}

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage<'a> {
    page: Page,
    code: &'a Code,
    roles: Vec<String>,
    said: String,
    secret: String,
    tokens: Vec<TokenLine>,
    password_sheet: Sheet,
    token_sheet: Sheet,
}

fn password_sheet(visit: &Visit) -> Sheet {
    let now = Field::new(visit.lang, "password_now", "field-password-now", Control::Password)
        .required()
        .autocomplete("current-password");
    let mut fields = vec![now];
    fields.extend(password_fields(visit));
    Sheet::new("/account/password", "/account", visit.t("own-password"))
        .group(visit.t("own-password"), fields)
}

fn token_sheet(visit: &Visit) -> Sheet {
    let scopes = [TokenScope::Read, TokenScope::Write, TokenScope::Requests]
        .map(|scope| Choice::new(scope.as_str(), visit.t(&format!("token-scope-{}", scope.as_str()))))
        .to_vec();
    let fields = vec![
        Field::new(visit.lang, "token_name", "field-token-name", Control::Text).required(),
        Field::new(visit.lang, "token_scope", "field-token-scope", Control::Select(scopes)).value("read"),
        Field::new(visit.lang, "token_days", "field-token-days", Control::Number)
            .value(TOKEN_DAYS)
            .required(),
    ];
    Sheet::new("/account/tokens", "/account", visit.t("own-token-new"))
        .group(visit.t("own-token-new"), fields)
}

struct View {
    status: StatusCode,
    said: String,
    secret: String,
    password: Option<Sheet>,
    token: Option<Sheet>,
}

impl View {
    fn plain(said: String) -> Self {
        Self { status: StatusCode::OK, said, secret: String::new(), password: None, token: None }
    }

    fn wrong(password: Option<Sheet>, token: Option<Sheet>) -> Self {
        let plain = Self::plain(String::new());
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, password, token, ..plain }
    }
}

async fn page(visit: &Visit, view: View) -> Result<Response, PageError> {
    let code = visit.signed_in()?;
    let now = visit.app.clock().now().as_microsecond();
    let zone = visit.app.clock().zone();
    let (book, _) = Book::of_directory(visit.lang, &visit.app).await?;
    let mut tokens = visit.app.api_tokens(&code).await?;
    tokens.sort_by_key(|token| std::cmp::Reverse(token.created_at));
    let tokens = tokens
        .into_iter()
        .map(|token| {
            let expires = jiff::Timestamp::from_microsecond(token.expires_at)
                .map(|at| zone.to_datetime(at).date().to_string())
                .unwrap_or_default();
            let (status, live) = match token.revoked_at {
                Some(_) => ("own-token-revoked", false),
                None if token.expires_at <= now => ("own-token-expired", false),
                None => ("own-token-live", true),
            };
            let scopes: Vec<String> = token
                .scopes
                .split(',')
                .map(|scope| visit.t(&format!("token-scope-{scope}")).into_owned())
                .collect();
            TokenLine {
                revoke_label: visit.tw("own-token-revoke-of", &[("name", &token.name)]),
                id: token.id,
                name: token.name,
                scopes: scopes.join(comma(visit.lang)),
                expires,
                status: visit.t(status).into_owned(),
                live,
            }
        })
        .collect();
    let roles = visit
        .actor
        .grants()
        .iter()
        .map(|grant| {
            let role = visit.t(&format!("role-{}", grant.role.as_str().replace('_', "-")));
            format!("{role} · {}", book.scope_name(&grant.scope.to_string()))
        })
        .collect();
    let page = AccountPage {
        page: visit.page(visit.t("own-title")),
        code: &code,
        roles,
        said: view.said,
        secret: view.secret,
        tokens,
        password_sheet: view.password.unwrap_or_else(|| password_sheet(visit)),
        token_sheet: view.token.unwrap_or_else(|| token_sheet(visit)),
    };
    let mut response = render(view.status, &page)?;
    // A secret may stand on this page.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

pub async fn show(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let revoked = Typed(query).has("revoked");
    let said = if revoked { visit.t("own-token-revoked-done").into_owned() } else { String::new() };
    page(&visit, View::plain(said)).await
}

pub async fn password(visit: Visit, Filled(typed): Filled) -> Result<Response, PageError> {
    let code = visit.signed_in()?;
    let mut sheet = password_sheet(&visit);
    let now = typed.0.iter().find(|(name, _)| name == "password_now").map_or("", |(_, v)| v.as_str());
    if now.is_empty() {
        sheet.fault("password_now", visit.t("field-error-missing").into_owned());
    }
    let wanted = read_password(&visit, &typed, &mut sheet);
    let Some(wanted) = wanted.filter(|_| !sheet.has_faults()) else {
        return page(&visit, View::wrong(Some(sheet), None)).await;
    };
    // Proving the present password counts wrong ones and locks like signing in does.
    match visit.app.sign_in(code.as_str(), now).await {
        Ok(proved) => visit.app.sign_out(&proved.token).await?,
        Err(AppError::WrongPassword) => {
            sheet.fault("password_now", visit.t("field-error-wrong-password").into_owned());
            return page(&visit, View::wrong(Some(sheet), None)).await;
        }
        Err(AppError::Locked { seconds }) => {
            let args = [("seconds", seconds.to_string())];
            let message = visit.tw("field-error-locked", &[(args[0].0, &args[0].1)]);
            sheet.fault("password_now", message);
            return page(&visit, View::wrong(Some(sheet), None)).await;
        }
        Err(error) => return Err(error.into()),
    }
    match visit.app.set_password(&code, &wanted).await {
        // All sessions ended, this one too.
        Ok(()) => Ok(Redirect::to("/sign-in?password").into_response()),
        Err(AppError::WeakPassword) => {
            sheet.fault("password", visit.t("field-error-weak-password").into_owned());
            page(&visit, View::wrong(Some(sheet), None)).await
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn new_token(visit: Visit, Filled(typed): Filled) -> Result<Response, PageError> {
    let code = visit.signed_in()?;
    let mut sheet = token_sheet(&visit);
    sheet.refill(&typed);
    let name = typed.get("token_name");
    if name.is_empty() {
        sheet.fault("token_name", visit.t("field-error-missing").into_owned());
    }
    let scope = TokenScope::parse(typed.get("token_scope"));
    if scope.is_none() {
        sheet.fault("token_scope", visit.t("field-error-not-a-choice").into_owned());
    }
    let days = typed.get("token_days").parse::<i64>().ok().filter(|days| (1..=366).contains(days));
    if days.is_none() {
        sheet.fault("token_days", visit.t("field-error-token-days").into_owned());
    }
    let (Some(scope), Some(days), false) = (scope, days, sheet.has_faults()) else {
        return page(&visit, View::wrong(None, Some(sheet))).await;
    };
    let scopes: &[TokenScope] = match scope {
        TokenScope::Read => &[TokenScope::Read],
        TokenScope::Write => &[TokenScope::Read, TokenScope::Write],
        TokenScope::Requests => &[TokenScope::Requests],
    };
    let NewToken { secret, .. } = visit.app.new_api_token(&code, name, scopes, days).await?;
    page(&visit, View { secret, ..View::plain(String::new()) }).await
}

pub async fn revoke(visit: Visit, Path(id): Path<String>, Filled(_): Filled) -> Result<Response, PageError> {
    let code = visit.signed_in()?;
    if visit.app.revoke_api_token(&code, &id).await? {
        Ok(Redirect::to("/account?revoked").into_response())
    } else {
        Err(AppError::NotFound.into())
    }
}
