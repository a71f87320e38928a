//! The requests behind a number of the rates.

use domain::code::Code;
use domain::history::View;
use domain::request::frozen::FrozenLine;
use domain::request::query::{RateGroup, RateQuery, RequestPaging, RequestQuery};
use domain::request::rate::RateSide;
use jiff::civil::Date;
use store::{Connection, RequestsFound};

use super::rate_lines::RatesBy;
use super::rates::run_out;
use super::read::{COUNT_MOST, PAGE_MOST};
use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// A number of the rates of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateNumber {
    pub from: Date,
    pub to: Date,
    /// The line that it stands in, with what its name is; that of all lines otherwise.
    pub line: Option<(RatesBy, String)>,
    pub side: RateSide,
    /// The issue of the published period that it stands in.
    pub issue: Option<u32>,
}

/// The requests behind a number.
#[derive(Debug, Clone, PartialEq)]
pub struct BehindNumber {
    pub found: RequestsFound,
    /// The days on which their limits ran out.
    pub days: (Date, Date),
    /// Whether they are told as they stood at an earlier point of view, and no other conditions hold.
    pub then: bool,
    /// The number as it was published, where it is known.
    pub published: Option<u64>,
}

impl App {
    /// A page of the requests behind a number of the rates: those that it was counted from, by the same formula, at the
    /// same point of view; `None` while there is no such number. `besides` narrows those of today further.
    pub async fn requests_behind(
        &self,
        plan: &Code,
        number: &RateNumber,
        besides: RequestQuery,
        asked: Asked,
        paging: &RequestPaging,
    ) -> Result<Option<BehindNumber>, AppError> {
        let (period, side) = ((number.from, number.to), number.side);
        let latest = self.portfolio(plan, Asked::default()).await?;
        let issue = number
            .issue
            .map(|issue| latest.plan.issues(number.from, number.to).find(|(held, _)| held.issue == issue));
        let (view, formula, published) = match issue {
            Some(None) => return Ok(None),
            Some(Some((held, on))) => {
                let view = View { as_of: on, known: held.known };
                let by = held.formula.counting();
                // Only the units' numbers are published.
                let published = |line: &&FrozenLine| {
                    number
                        .line
                        .as_ref()
                        .is_none_or(|(by, wanted)| *by == RatesBy::Unit && line.unit.as_str() == wanted)
                };
                let lines = held.lines.iter().filter(published);
                let lines: Option<Vec<u64>> = lines.map(|line| line.tally.on(side, &by)).collect();
                let lines = lines.filter(|lines| !lines.is_empty());
                (view, Some(held.formula.clone()), lines.map(|lines| lines.into_iter().sum()))
            }
            None => (self.view(asked).await?, None, None),
        };
        let portfolio = self.portfolio_at(plan, view).await?;
        let Some(formula) = formula.or_else(|| portfolio.plan.rate_formula(number.to).cloned()) else {
            return Ok(None);
        };
        let group = match &number.line {
            None => RateGroup::All,
            Some((by, line)) => match by.group(&portfolio, line) {
                Some(group) => group,
                None => return Ok(None),
            },
        };
        let days = run_out(period, view);
        let query = RateQuery { from: days.0, to: days.1, group, side, by: formula.counting() };
        let then = number.issue.is_some() || asked != Asked::default();
        let found = if then {
            let (plan, after) = (plan.clone(), paging.after.clone());
            let limit = paging.limit.clamp(1, PAGE_MOST);
            let read = move |c: &mut Connection| {
                c.requests_rated_then(&plan, &query, view, (after.as_ref(), limit), COUNT_MOST)
            };
            self.database().read_async(read).await?
        } else {
            self.requests_found(plan, &RequestQuery { rate: Some(query), ..besides }, paging).await?
        };
        Ok(Some(BehindNumber { found, days, then, published }))
    }
}
