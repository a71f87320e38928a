//! Links in mails, each for one purpose. Opening one does nothing by itself: programs that look through mails open them
//! all. A button does it.

use app::request::{MailDoor, MailLinked, MailPurpose};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{Extensions, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::preference::Language;
use words::Lang;

use std::sync::LazyLock;

use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::sign_in_rate::{SignInRate, client};
use crate::visit::{Visit, render};
use crate::words_of::encode;

/// New links that one address may ask for, and links that it may try.
static FLOOD: LazyLock<SignInRate> = LazyLock::new(SignInRate::default);

#[derive(Template)]
#[template(path = "requests/mail.html")]
struct MailPage {
    page: Page,
    heading: &'static str,
    /// What is said, by its key; and whether it is good news.
    said: &'static str,
    good: bool,
    here: String,
    token: String,
    /// The button, by its key, where there is one to press.
    button: &'static str,
    /// Whether a new link can be had.
    fresh: bool,
    /// Where to go on, with what that is called.
    onward: Option<(String, &'static str)>,
}

pub(super) fn language(lang: Lang) -> Language {
    if lang.is_english() { Language::English } else { Language::Chinese }
}

fn purpose(text: &str) -> Result<MailPurpose, PageError> {
    match text {
        "confirm" => Ok(MailPurpose::Confirm),
        "open" => Ok(MailPurpose::Open),
        "stop" => Ok(MailPurpose::Stop),
        _ => Err(app::AppError::NotFound.into()),
    }
}

fn onward(plan: &Code, door: &MailDoor) -> Option<(String, &'static str)> {
    match door {
        MailDoor::Mine(secret) => Some((format!("/p/{plan}/my?key={}", encode(secret)), "mail-confirm-mine")),
        MailDoor::Public(code) => Some((format!("/p/{plan}/voices/{code}"), "mail-confirm-public")),
        MailDoor::Gone => None,
    }
}

/// What a link came to; `done` once it was used just now.
fn page(
    visit: &Visit,
    plan: &Code,
    purpose: MailPurpose,
    token: &str,
    linked: &MailLinked,
    done: bool,
) -> Result<Response, PageError> {
    use MailPurpose::{Confirm, Open, Stop};
    let (status, said, good) = match (linked, purpose) {
        (MailLinked::Unknown, _) => (StatusCode::NOT_FOUND, "mail-unknown", false),
        (MailLinked::Expired, _) => (StatusCode::GONE, "mail-expired", false),
        (MailLinked::Used(_), Stop) => (StatusCode::OK, "mail-stop-used", true),
        (MailLinked::Used(_), _) => (StatusCode::OK, "mail-confirm-used", true),
        (MailLinked::Good(_), Open) => (StatusCode::GONE, "mail-open-gone", false),
        (MailLinked::Good(_), Confirm) if done => (StatusCode::OK, "mail-confirm-done", true),
        (MailLinked::Good(_), Confirm) => (StatusCode::OK, "mail-confirm-lead", true),
        (MailLinked::Good(_), Stop) if done => (StatusCode::OK, "mail-stop-done", true),
        (MailLinked::Good(_), Stop) => (StatusCode::OK, "mail-stop-lead", true),
    };
    let asks = matches!(linked, MailLinked::Good(_)) && !done;
    let view = MailPage {
        heading: match purpose {
            Confirm => "mail-confirm-heading",
            Open => "mail-open-heading",
            Stop => "mail-stop-heading",
        },
        said,
        good,
        here: format!("/p/{plan}/mail/{}", purpose.as_str()),
        token: token.to_owned(),
        button: match purpose {
            Confirm if asks => "mail-confirm-button",
            Stop if asks => "mail-stop-button",
            _ => "",
        },
        fresh: matches!(linked, MailLinked::Expired)
            || matches!(linked, MailLinked::Used(_)) && purpose == Confirm,
        onward: match linked {
            MailLinked::Good(door) if done => onward(plan, door),
            _ => None,
        },
        page: visit.page(visit.t("mail-page-title")),
    };
    let mut response = render(status, &view)?;
    // The address holds what opens a request: it goes nowhere else.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// Guesses are slowed.
fn slowed(visit: &Visit, extensions: &Extensions) -> Result<(), PageError> {
    match FLOOD.take(client(extensions), visit.app.clock().now()) {
        Ok(()) => Ok(()),
        Err(_) => Err(PageError::busy().in_lang(visit.lang)),
    }
}

pub async fn show(
    visit: Visit,
    Path((plan, name)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    extensions: Extensions,
) -> Result<Response, PageError> {
    let (plan, purpose, typed) = (known_code(&plan)?, purpose(&name)?, Typed(query));
    let token = typed.get("t");
    let linked = visit.app.look_at_mail_link(&plan, purpose, token).await?;
    if linked == MailLinked::Unknown {
        slowed(&visit, &extensions)?;
    }
    if let (MailPurpose::Open, MailLinked::Good(door)) = (purpose, &linked)
        && let Some((address, _)) = onward(&plan, door)
    {
        return Ok(Redirect::to(&address).into_response());
    }
    page(&visit, &plan, purpose, token, &linked, false)
}

/// The button, or a mail program's own "unsubscribe".
pub async fn save(
    visit: Visit,
    Path((plan, name)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    extensions: Extensions,
    // Mail programs that unsubscribe send a form of either sort, or none: the address says it all (RFC 8058).
    form: Result<axum::Form<Vec<(String, String)>>, axum::extract::rejection::FormRejection>,
) -> Result<Response, PageError> {
    let (plan, purpose) = (known_code(&plan)?, purpose(&name)?);
    let pairs = form.map(|axum::Form(pairs)| pairs).unwrap_or_default();
    let typed = Typed(pairs.into_iter().chain(query).collect());
    let token = typed.get("t");
    // Guesses are slowed; whoever has a link is not: programs of few providers end the mails of many.
    if typed.has("fresh") || visit.app.look_at_mail_link(&plan, purpose, token).await? == MailLinked::Unknown
    {
        slowed(&visit, &extensions)?;
    }
    if typed.has("fresh") {
        // Whether there is such an address is told to nobody.
        match visit.app.fresh_mail_link(&plan, purpose, token).await {
            Ok(()) | Err(app::AppError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        let view = MailPage {
            heading: "mail-open-heading",
            said: "mail-fresh-done",
            good: true,
            here: String::new(),
            token: String::new(),
            button: "",
            fresh: false,
            onward: None,
            page: visit.page(visit.t("mail-page-title")),
        };
        return render(StatusCode::OK, &view);
    }
    let linked = visit.app.use_mail_link(&plan, purpose, token).await?;
    page(&visit, &plan, purpose, token, &linked, true)
}
