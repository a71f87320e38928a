//! Reports on the evaluation of a year: begun here, then written and issued as special and research reports are.

use domain::code::Code;
use domain::item::kind::{ItemKind, Series};
use domain::item::query::{LedgerQuery, Sort};
use domain::item::{Item, State};
use domain::named::Named;
use domain::report::EvaluationTable;
use domain::source::Source;
use jiff::civil::Date;
use words::Lang;

use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::ledger::Paging;
use crate::read::Asked;
use crate::study::{Subjected, usual_parts};

/// The latest reports of the series that are looked through for those of a year.
const LOOKED: usize = 200;

fn both(key: &str, args: &[(&str, &str)]) -> Named {
    Named::new(words::with(Lang::Zh, key, args), words::with(Lang::En, key, args))
}

impl App {
    /// The reports on the evaluation of a year, drafts among them, the latest first.
    pub async fn evaluation_reports(&self, plan: &Code, year: i16) -> Result<Vec<Item>, AppError> {
        let view = self.view(Asked::default()).await?;
        let query = LedgerQuery {
            kinds: vec![ItemKind::Report],
            series: Some(Series::Evaluation),
            ..LedgerQuery::default()
        };
        let paging = Paging { sort: Sort::Received, descending: true, after: None, limit: LOOKED };
        let page = self.ledger_at(plan, &query, &paging, view).await?;
        let codes: Vec<Code> = page.rows.into_iter().map(|(row, _)| row.code).collect();
        let mut held = self.items_without_content(plan, &codes, view).await?;
        let in_order = codes.iter().filter_map(|code| held.remove(code));
        Ok(in_order.filter(|item| item.period.is_some_and(|(from, _)| from.year() == year)).collect())
    }

    /// Begins a report on the evaluation of a year; a draft that is there is given as it is.
    ///
    /// # Errors
    /// The plan has no such year to be reported on, or the actor may not issue reports.
    pub async fn draft_evaluation(
        &self,
        actor: &Actor,
        plan: &Code,
        year: i16,
        source: &Source,
    ) -> Result<Code, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        if !self.evaluation_years(&portfolio).await?.contains(&year) {
            return Err(AppError::NotFound);
        }
        let reports = self.evaluation_reports(plan, year).await?;
        if let Some(draft) = reports.into_iter().find(|item| item.state == State::Draft) {
            return Ok(draft.code);
        }
        let days = Date::new(year, 1, 1).ok().zip(Date::new(year, 12, 31).ok());
        let period = days.ok_or(AppError::NotFound)?;
        let year_text = year.to_string();
        let name = both("evaluation-year-title", &[("year", &year_text)]);
        let mut parts = usual_parts(Series::Evaluation);
        // What was found stands in the part after the overview; people write around it.
        if let Some(part) = parts.get_mut(1) {
            part.evaluations.push(EvaluationTable { title: name.clone(), year, found: None });
        }
        let subjected = Subjected { series: Series::Evaluation, name, period, about: None };
        self.draft_study(actor, plan, subjected, parts, source).await
    }
}
