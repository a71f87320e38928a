//! What happens to requests by itself: a question to a resident that stood too long no longer stops the
//! clock, and an answer that nobody spoke against closes.

use domain::code::Code;
use domain::request::query::{RequestOrder, RequestQuery};
use domain::request::{RequestState, RequestStep, Who};
use domain::source::Source;
use jiff::Span;

use super::act::RequestAct;
use super::by_rules;
use crate::App;
use crate::error::AppError;

/// Requests looked at in one round.
const ROUND: usize = 500;

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
            let query = RequestQuery { states: vec![state], ..RequestQuery::default() };
            let mut after = None;
            loop {
                let page = {
                    let (plan, query, after) = (plan.clone(), query.clone(), after.clone());
                    let read = move |c: &mut store::Connection| {
                        c.requests(&plan, &query, RequestOrder::Received, after.as_ref(), ROUND)
                    };
                    self.database().read_async(read).await?
                };
                for row in page.rows.iter().filter(|row| row.since.date() < before) {
                    let act = RequestAct::Step { step, reason: String::new() };
                    let done =
                        self.act(by_rules(), Who::Timer, plan, &row.code, act, Source::default()).await;
                    match done {
                        Ok(_) => moved += 1,
                        // Somebody was quicker.
                        Err(AppError::Refused(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(moved)
    }
}
