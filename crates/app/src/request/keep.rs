//! What happens to requests by itself: a question to a resident that stood too long no longer stops the
//! clock, and an answer that nobody spoke against closes.

use domain::code::Code;
use domain::request::query::{RequestPaging, RequestQuery};
use domain::request::{RequestState, RequestStep, Who};
use domain::source::Source;
use jiff::Span;

use super::act::RequestAct;
use super::by_rules;
use crate::App;
use crate::error::AppError;

/// Requests that move in one round at most; the next round goes on.
const ROUND: usize = 500;
/// Pages of a round that are looked through: past those that cannot move yet.
const PAGES: usize = 20;

impl App {
    /// Does what is due by now; how many requests moved. Doing it again, or from two servers, does nothing
    /// twice: a request that has moved on is left alone.
    pub async fn keep_requests(&self, plan: &Code) -> Result<usize, AppError> {
        let portfolio = self.portfolio(plan, crate::read::Asked::default()).await?;
        let Some(rules) = portfolio.plan.request_rules.clone() else { return Ok(0) };
        let today = self.clock().today();
        let mut moved = 0;
        for (state, days, step) in [
            (RequestState::WaitingForResident, rules.resident_days, RequestStep::Resume),
            (RequestState::Answered, rules.call_back_days, RequestStep::Close),
        ] {
            let before = today.saturating_sub(Span::new().days(i64::from(days)));
            let query = RequestQuery {
                states: vec![state],
                moved_to: before.yesterday().ok().map(|day| day.at(23, 59, 59, 0)),
                ..RequestQuery::default()
            };
            let mut paging = RequestPaging { limit: ROUND, ..RequestPaging::default() };
            for _ in 0..PAGES {
                let page = self.requests(plan, &query, &paging).await?;
                for row in &page.rows {
                    let act = RequestAct::Step { step, reason: String::new() };
                    let done = self
                        .act(by_rules(), Who::Timer, plan, (&row.code, None), act, Source::default())
                        .await;
                    match done {
                        Ok(_) => moved += 1,
                        // Somebody was quicker.
                        Err(AppError::Refused(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                paging.after = page.next;
                if paging.after.is_none() || moved >= ROUND {
                    break;
                }
            }
        }
        Ok(moved)
    }
}
