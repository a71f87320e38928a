//! Error pages: what happened and what to do.

use app::AppError;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use store::StoreError;
use words::Lang;

use crate::PagesState;
use crate::assets;
use crate::visitor::Visitor;
use crate::words_of::encode;

/// An answer that is no page of the product.
#[derive(Debug, Clone)]
pub enum PageError {
    /// Somebody must sign in first, and then comes back.
    SignIn {
        back: String,
    },
    Told {
        status: StatusCode,
        lang: Lang,
        key: &'static str,
        detail: Vec<Detail>,
    },
}

/// What an error names, said in the reader's language when it is shown.
#[derive(Debug, Clone)]
pub enum Detail {
    /// As it was given.
    Given(String),
    Action(Action),
    Refusal(Refusal),
}

impl Detail {
    fn text(&self, lang: Lang) -> String {
        match self {
            Self::Given(text) => text.clone(),
            Self::Action(action) => crate::words_of::word(lang, "action", action.as_str()),
            Self::Refusal(refusal) => words::refusal(lang, refusal),
        }
    }
}

impl PageError {
    fn told(status: StatusCode, key: &'static str) -> Self {
        Self::Told { status, lang: Lang::Zh, key, detail: Vec::new() }
    }

    pub fn not_found() -> Self {
        Self::told(StatusCode::NOT_FOUND, "error-not-found")
    }

    /// On the books today, but not on the day looked at.
    pub fn not_yet() -> Self {
        Self::told(StatusCode::NOT_FOUND, "error-not-yet")
    }

    pub fn sign_in(back: &str) -> Self {
        Self::SignIn { back: back.to_owned() }
    }

    pub fn forbidden(action: Action) -> Self {
        Self::told(StatusCode::FORBIDDEN, "error-forbidden").naming(Detail::Action(action))
    }

    pub fn stale_form() -> Self {
        Self::told(StatusCode::FORBIDDEN, "error-stale-form")
    }

    /// Others kept changing the same thing while it was tried.
    pub fn busy() -> Self {
        Self::told(StatusCode::CONFLICT, "error-busy")
    }

    /// A file could not be made.
    pub fn unwritten() -> Self {
        Self::told(StatusCode::INTERNAL_SERVER_ERROR, "error-internal")
    }

    /// More rows than the paper holds.
    pub fn too_long(rows: String) -> Self {
        Self::told(StatusCode::UNPROCESSABLE_ENTITY, "error-too-long").naming(Detail::Given(rows))
    }

    /// A statement whose sums do not close, with what is wrong.
    pub fn sums(faults: impl Iterator<Item = String>) -> Self {
        let told = Self::told(StatusCode::UNPROCESSABLE_ENTITY, "error-sums");
        faults.fold(told, |told, fault| told.naming(Detail::Given(fault)))
    }

    /// Not to be done with it as it stands now.
    pub fn not_now() -> Self {
        Self::told(StatusCode::CONFLICT, "error-not-now")
    }

    pub fn bad_request() -> Self {
        Self::told(StatusCode::BAD_REQUEST, "error-bad-request")
    }

    pub fn bad_date(given: &str) -> Self {
        let given = given.chars().take(40).collect();
        Self::told(StatusCode::BAD_REQUEST, "error-bad-date").naming(Detail::Given(given))
    }

    fn naming(mut self, named: Detail) -> Self {
        if let Self::Told { detail, .. } = &mut self {
            detail.push(named);
        }
        self
    }

    pub fn in_lang(mut self, wanted: Lang) -> Self {
        if let Self::Told { lang, .. } = &mut self {
            *lang = wanted;
        }
        self
    }
}

impl From<AppError> for PageError {
    fn from(error: AppError) -> Self {
        Self::of(error, Lang::default())
    }
}

impl PageError {
    /// What a failed use case means to a reader of that language.
    pub fn of(error: AppError, lang: Lang) -> Self {
        let error = match error {
            AppError::NotFound => Self::not_found(),
            AppError::Refused(refusals) => {
                let any = |wanted: fn(&Problem) -> bool| refusals.iter().any(|r| wanted(&r.problem));
                let status = if any(|problem| matches!(problem, Problem::NotAllowed(_))) {
                    StatusCode::FORBIDDEN
                } else if any(|problem| matches!(problem, Problem::ChangedMeanwhile { .. })) {
                    StatusCode::CONFLICT
                } else {
                    StatusCode::UNPROCESSABLE_ENTITY
                };
                let detail = refusals.into_iter().map(Detail::Refusal).collect();
                Self::Told { status, lang, key: "error-refused", detail }
            }
            AppError::Store(StoreError::Unavailable(why) | StoreError::Insecure(why)) => {
                tracing::warn!(why, "the database is out of reach");
                Self::told(StatusCode::SERVICE_UNAVAILABLE, "error-unavailable")
            }
            AppError::Store(StoreError::Uncertain(why)) => {
                tracing::error!(why, "a commit of unknown outcome");
                Self::told(StatusCode::SERVICE_UNAVAILABLE, "error-uncertain")
            }
            AppError::Store(StoreError::DiskFull(why)) => {
                tracing::error!(why, "the disk is full");
                Self::told(StatusCode::INSUFFICIENT_STORAGE, "error-disk-full")
            }
            AppError::Timetable(error) => {
                let detail = vec![Detail::Given(words::timetable_error(lang, &error))];
                Self::Told { status: StatusCode::UNPROCESSABLE_ENTITY, lang, key: "error-timetable", detail }
            }
            error => {
                tracing::error!(%error, "a page failed");
                Self::told(StatusCode::INTERNAL_SERVER_ERROR, "error-internal")
            }
        };
        error.in_lang(lang)
    }
}

#[derive(Template)]
#[template(path = "error/page.html")]
struct ErrorPage {
    lang: Lang,
    status: u16,
    title: String,
    text: String,
    detail: Vec<String>,
    home: String,
    /// The same page without the day looked at, where that is the trouble.
    today: Option<String>,
    style: &'static str,
    sign: &'static str,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { back } => {
                Redirect::to(&format!("/sign-in?back={}", encode(&back))).into_response()
            }
            Self::Told { status, lang, key, detail } => {
                let page = ErrorPage {
                    lang,
                    status: status.as_u16(),
                    title: words::text(lang, key).into_owned(),
                    text: words::text(lang, &format!("{key}-do")).into_owned(),
                    detail: detail.iter().map(|it| it.text(lang)).collect(),
                    home: words::text(lang, "error-home").into_owned(),
                    today: matches!(key, "error-not-yet" | "error-bad-date")
                        .then(|| words::text(lang, "as-of-today").into_owned()),
                    style: assets::address("style.css"),
                    sign: assets::address("sign.svg"),
                };
                let body = page.render().unwrap_or_else(|_| page.title.clone());
                let mut response = (status, Html(body)).into_response();
                // For [`in_reader_language`], where the error was made without knowing the reader.
                response.extensions_mut().insert(Self::Told { status, lang, key, detail });
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
                }
                response
            }
        }
    }
}

pub(crate) async fn not_found(State(_): State<PagesState>, visitor: Visitor) -> PageError {
    PageError::not_found().in_lang(visitor.lang)
}

/// Says every error in the reader's language, wherever it arose.
pub(crate) async fn in_reader_language(request: Request, next: Next) -> Response {
    let lang = crate::visitor::lang_of(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<PageError>() {
        Some(PageError::Told { lang: said, .. }) if said == lang => response,
        Some(error) => error.in_lang(lang).into_response(),
        None => response,
    }
}

/// Renders a template; a template that fails is an error of ours, not of the reader.
pub(crate) fn render(template: &impl Template) -> Result<Html<String>, PageError> {
    template.render().map(Html).map_err(|error| {
        tracing::error!(%error, "a template failed");
        PageError::told(StatusCode::INTERNAL_SERVER_ERROR, "error-internal")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_refused_is_told_in_the_readers_language_wherever_it_arose() {
        let refusal = Refusal { field: "due".into(), problem: Problem::Twice };
        for lang in [Lang::Zh, Lang::En] {
            let error = PageError::from(AppError::Refused(vec![refusal.clone()])).in_lang(lang);
            let body = axum::body::to_bytes(error.into_response().into_body(), 1 << 20).await.unwrap();
            let words = words::refusal(lang, &refusal);
            assert!(String::from_utf8_lossy(&body).contains(&words), "{words}");
        }
    }
}
