//! The form by which a layer is brought: its files, and what is said of them.

use app::import::FILE_MOST;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::source::Grade;

use super::layers::enter;
use crate::error::PageError;
use crate::form::FormState;
use crate::page::Page;
use crate::visit::{Visit, render};

/// How a kind of layer is brought.
pub(super) struct Brings {
    /// Keys of the words.
    pub title: &'static str,
    pub lead: &'static str,
    pub licence_hint: &'static str,
    /// Of each file its field, the key of its label, and the endings that a browser offers.
    pub files: &'static [(&'static str, &'static str, &'static str)],
    /// Where it has to be said what its coordinates refer to, the key of the hint.
    pub asks_datum: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "place/coverage/bring.html")]
struct BringPage<'a> {
    page: Page,
    form: FormState,
    brings: &'a Brings,
    grades: Vec<(&'static str, String)>,
    file_most: usize,
    megabytes: usize,
    too_large: String,
}

impl Brings {
    /// The form with nothing in it, for those who may bring layers.
    pub async fn begin(&self, visit: &Visit, plan: &str) -> Result<Response, PageError> {
        enter(visit, plan).await?;
        let mut form = FormState::default();
        form.set("grade", Grade::Reported.as_str());
        self.page(visit, StatusCode::OK, form)
    }

    /// The form as it was sent, with its mistakes.
    pub fn page(&self, visit: &Visit, status: StatusCode, form: FormState) -> Result<Response, PageError> {
        let megabytes = FILE_MOST >> 20;
        let grade = |grade: Grade| visit.t(&format!("grade-{}", grade.as_str())).into_owned();
        let body = BringPage {
            page: visit.page(visit.t(self.title)),
            form,
            brings: self,
            grades: Grade::ALL.into_iter().map(|held| (held.as_str(), grade(held))).collect(),
            file_most: FILE_MOST,
            megabytes,
            too_large: visit.tw("import-too-large", &[("max", &megabytes.to_string())]),
        };
        render(status, &body)
    }
}
