//! Who asks for a page, in which language, looking at which day.

use std::sync::Arc;

use app::read::Asked;
use app::{Actor, AppError};
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::CookieJar;
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use jiff::civil::Date;
use serde::Deserialize;
use words::Lang;

use crate::PagesState;
use crate::error::PageError;
use crate::page::{Page, PlanRef};

/// The choice of the reader's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == text)
    }
}

/// Everything a handler wants to know of its reader.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub lang: Lang,
    pub theme: Theme,
    pub actor: Actor,
    /// The session's form secret; empty without a session.
    pub csrf: String,
    pub asked: Asked,
    pub known_day: Option<Date>,
    /// The address with its query, to come back to.
    pub here: String,
    pub is_script: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Times {
    #[serde(default)]
    as_of: String,
    #[serde(default)]
    known_at: String,
}

pub(crate) fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-huitian" } else { "huitian" }
}

/// The language a request asks for.
pub(crate) fn lang_of(headers: &HeaderMap) -> Lang {
    lang(headers, &CookieJar::from_headers(headers))
}

pub(crate) fn lang(headers: &HeaderMap, jar: &CookieJar) -> Lang {
    jar.get("lang").and_then(|cookie| Lang::parse(cookie.value())).unwrap_or_else(|| {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        accepted.map_or(Lang::Zh, Lang::negotiate)
    })
}

impl FromRequestParts<PagesState> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &PagesState) -> Result<Self, PageError> {
        let jar = CookieJar::from_headers(&parts.headers);
        let lang = lang(&parts.headers, &jar);
        let theme = jar.get("theme").and_then(|c| Theme::parse(c.value())).unwrap_or_default();
        let here = parts.uri.path_and_query().map_or("/".to_owned(), ToString::to_string);
        let fail = |error: PageError| error.in_lang(lang);
        let (actor, csrf) = match jar.get(session_cookie(state.secure_cookies)) {
            Some(cookie) => state
                .app
                .session(cookie.value())
                .await
                .map_err(|error| fail(error.into()))?
                .unwrap_or((Actor::Public, String::new())),
            None => (Actor::Public, String::new()),
        };
        let times = Query::<Times>::try_from_uri(&parts.uri).map(|Query(times)| times).unwrap_or_default();
        let day = |text: &str| -> Result<Option<Date>, PageError> {
            if text.is_empty() {
                return Ok(None);
            }
            parse_day(text).map(Some).ok_or_else(|| fail(PageError::bad_date(text)))
        };
        let (as_of, known_day) = (day(&times.as_of)?, day(&times.known_at)?);
        let asked = Asked { as_of, known_at: known_day.map(|day| state.app.clock().end_of(day)) };
        let is_script = parts.headers.contains_key("x-requested-by-script");
        Ok(Self { lang, theme, actor, csrf, asked, known_day, here, is_script })
    }
}

impl Visitor {
    pub fn english(&self) -> bool {
        self.lang.is_english()
    }

    pub fn may(&self, action: Action, target: &Target) -> bool {
        self.actor.may(action, target)
    }

    /// Refuses a page that the reader may not see: to sign in when nobody is, else plainly.
    pub fn require(&self, action: Action) -> Result<(), PageError> {
        if self.actor.may_somewhere(action) {
            return Ok(());
        }
        Err(match self.actor {
            Actor::Public => PageError::sign_in(&self.here),
            _ => PageError::forbidden(action).in_lang(self.lang),
        })
    }

    /// Refuses a form that was not made for this session.
    pub fn check_csrf(&self, token: &str) -> Result<(), PageError> {
        check_csrf(&self.csrf, token).map_err(|error| error.in_lang(self.lang))
    }

    /// The frame of a page about a plan.
    pub async fn page(
        &self,
        state: &PagesState,
        plan: Option<&Code>,
        title: String,
    ) -> Result<Page, PageError> {
        let mut plans = Vec::new();
        for code in state.app.plans().await.map_err(|error| self.fail(error))? {
            // A plan that is not on the books at the asked point of view is not offered.
            if let Ok(portfolio) = state.app.portfolio(&code, Asked::default()).await {
                plans.push(PlanRef {
                    name: portfolio.plan.name.get(self.english()).to_owned(),
                    code: code.to_string(),
                });
            }
        }
        let plan = plan
            .and_then(|code| plans.iter().find(|held| held.code == code.as_str()))
            .or(plans.first())
            .cloned();
        let mut page = Page::new(self, state, title, plan, plans);
        if let Some(person) = self.actor.person() {
            page.unread = state.app.unread(person).await.map_err(|error| self.fail(error))?;
        }
        Ok(page)
    }

    /// A plan as this reader looks at it. A plan, or a record, that came later than the day looked at
    /// is told from one that never was.
    pub async fn portfolio(&self, state: &PagesState, plan: &Code) -> Result<Arc<Portfolio>, PageError> {
        match state.app.portfolio(plan, self.asked).await {
            Err(AppError::NotFound) if self.asked != Asked::default() => {
                match state.app.portfolio(plan, Asked::default()).await {
                    Ok(_) => Err(PageError::not_yet().in_lang(self.lang)),
                    Err(error) => Err(self.fail(error)),
                }
            }
            outcome => outcome.map_err(|error| self.fail(error)),
        }
    }

    pub fn fail(&self, error: AppError) -> PageError {
        PageError::of(error, self.lang)
    }
}

/// Whether a form was made for the session with this secret.
pub(crate) fn check_csrf(held: &str, token: &str) -> Result<(), PageError> {
    let same = !held.is_empty() && constant_time_eq(held.as_bytes(), token.as_bytes());
    if same { Ok(()) } else { Err(PageError::stale_form()) }
}

pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0u8, |all, (a, b)| all | (a ^ b)) == 0
}
