//! The form by which something leaves the books from a day on: that day, and why.

use app::{AppError, Receipt};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;

use crate::editor::field::{Control, Field, Typed};
use crate::editor::page::{done, form_page};
use crate::editor::reader::Reader;
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::visit::Visit;

/// What leaves, and where it is listed.
pub(super) struct Leaving {
    pub name: String,
    pub list: String,
    pub action: String,
    /// The words of the title and of the button.
    pub title: &'static str,
    /// The words of the day's label.
    pub from: &'static str,
    pub intro: String,
}

impl Leaving {
    fn sheet(&self, visit: &Visit) -> Sheet {
        let lang = visit.lang;
        let today = visit.app.clock().today().to_string();
        let fields = vec![
            Field::new(lang, "effective", self.from, Control::Day).required().value(today),
            Field::new(lang, "reason", "network-reason", Control::Text),
        ];
        let sheet = Sheet::new(&*self.action, &*self.list, visit.t(self.title)).group(&*self.name, fields);
        Sheet { intro: self.intro.clone(), danger: true, ..sheet }
    }

    pub fn show(&self, visit: &Visit) -> Result<Response, PageError> {
        form_page(visit, StatusCode::OK, visit.t(self.title), self.sheet(visit))
    }

    /// Takes what was sent, lets it leave from that day on for that reason, and goes back to the list; or shows the
    /// form again with what is wrong.
    pub async fn take(
        &self,
        visit: &Visit,
        typed: &Typed,
        leave: impl AsyncFnOnce(Date, String) -> Result<Receipt, AppError>,
    ) -> Result<Response, PageError> {
        let mut sheet = self.sheet(visit);
        sheet.refill(typed);
        let mut reader = Reader::new(typed);
        let effective = reader.must("effective", Reader::day);
        let reason = reader.text("reason").to_owned();
        sheet.mistakes(visit.lang, &reader.mistakes);
        let mut status = StatusCode::UNPROCESSABLE_ENTITY;
        if let Some(effective) = effective.filter(|_| !sheet.has_faults()) {
            match leave(effective, reason).await {
                Ok(receipt) => return Ok(done(&self.list, Some(&receipt))),
                Err(error) => {
                    let refusals = refused(error)?;
                    status = refused_status(&refusals);
                    for refusal in &refusals {
                        sheet.fault("effective", words::refusal(visit.lang, refusal));
                    }
                }
            }
        }
        form_page(visit, status, visit.t(self.title), sheet)
    }
}
