//! A visit to a staff page: the reader, the application and the frame of the page in one.

use std::borrow::Cow;
use std::sync::Arc;

use app::read::Asked;
use app::{Actor, App, AppError};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use words::Lang;

use crate::PagesState;
use crate::error::PageError;
use crate::page::Page;
use crate::visitor::{Visitor, check_csrf};

pub struct Visit {
    pub app: App,
    pub lang: Lang,
    pub actor: Actor,
    pub asked: Asked,
    here: String,
    frame: Page,
}

impl FromRequestParts<PagesState> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &PagesState) -> Result<Self, PageError> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        // The plan that the address names, if it names one.
        let plan = RawPathParams::from_request_parts(parts, state)
            .await
            .ok()
            .and_then(|params| params.iter().find(|(name, _)| *name == "plan").map(|(_, v)| v.to_owned()))
            .and_then(|code| Code::new(&code).ok());
        let frame = visitor.page(state, plan.as_ref(), String::new()).await?;
        let Visitor { lang, actor, asked, here, .. } = visitor;
        Ok(Self { app: state.app.clone(), lang, actor, asked, here, frame })
    }
}

impl Visit {
    /// Goes on in another language.
    pub(crate) fn speak(&mut self, lang: Lang) {
        (self.lang, self.frame.lang) = (lang, lang);
    }

    pub fn t(&self, key: &str) -> Cow<'static, str> {
        words::text(self.lang, key)
    }

    pub fn tw(&self, key: &str, args: &[(&str, &str)]) -> String {
        words::with(self.lang, key, args)
    }

    /// The frame of the page, under a title.
    pub fn page(&self, title: impl Into<String>) -> Page {
        Page { title: title.into(), ..self.frame.clone() }
    }

    /// The plan as this reader looks at it. One that came later than the day looked at is told from
    /// one that never was.
    pub async fn portfolio(&self, plan: &Code) -> Result<Arc<Portfolio>, PageError> {
        match self.app.portfolio(plan, self.asked).await {
            Err(AppError::NotFound) if self.asked != Asked::default() => {
                self.app.portfolio(plan, Asked::default()).await?;
                Err(PageError::not_yet())
            }
            outcome => Ok(outcome?),
        }
    }

    /// Why the reader is sent away: to sign in when nobody is, else because of what may not be done.
    pub fn forbidden(&self, action: Action) -> PageError {
        match self.actor {
            Actor::Public => PageError::sign_in(&self.here),
            _ => PageError::forbidden(action).in_lang(self.lang),
        }
    }

    /// Refuses a form that was not made for this session.
    pub fn check_csrf(&self, token: &str) -> Result<(), PageError> {
        check_csrf(&self.frame.csrf, token).map_err(|error| error.in_lang(self.lang))
    }

    /// Only for those who have signed in.
    pub fn signed_in(&self) -> Result<Code, PageError> {
        self.actor.person().cloned().ok_or_else(|| PageError::sign_in(&self.here))
    }
}

/// A page with its status.
pub fn render(status: StatusCode, template: &impl askama::Template) -> Result<Response, PageError> {
    Ok((status, crate::error::render(template)?).into_response())
}
