//! Reading requests: one whole, a page of a list, what is near, counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::request::query::{Counted, RequestPaging, RequestQuery};
use domain::request::{Request, RequestRow, RequestState};
use domain::subject::Subject;
use jiff::civil::DateTime;
use store::{Connection, RequestPage, RequestsFound, StoreError};

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// The most rows of one page.
pub(super) const PAGE_MOST: usize = 1_000;
/// The most rows that are passed over for a page that is asked for by its number.
pub const SKIP_MOST: usize = 100_000;
/// What a list is counted up to: beyond, it says "more than".
pub const COUNT_MOST: u64 = 10_000;

/// How many requests there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestCounts {
    pub by_state: BTreeMap<RequestState, u64>,
    /// Open, and their limit has run out.
    pub late: Counted,
    /// That nobody has looked at, though they may be shown.
    pub unlooked: u64,
}

impl RequestCounts {
    pub fn all(&self) -> u64 {
        self.by_state.values().sum()
    }

    pub fn open(&self) -> u64 {
        self.by_state.iter().filter(|(state, _)| state.is_open()).map(|(_, count)| count).sum()
    }
}

impl App {
    /// A request at a point of view, with everything ever recorded of it.
    pub async fn request(
        &self,
        plan: &Code,
        code: &Code,
        asked: Asked,
    ) -> Result<(Request, Arc<SubjectHistory>), AppError> {
        let view = self.view(asked).await?;
        let history = self.subject(&Subject::request(plan, code)).await?.ok_or(AppError::NotFound)?;
        let request = Request::at(&history, view).ok_or(AppError::NotFound)?;
        Ok((request, Arc::new(history)))
    }

    /// A page of requests as they are now.
    pub async fn requests(
        &self,
        plan: &Code,
        query: &RequestQuery,
        paging: &RequestPaging,
    ) -> Result<RequestPage, AppError> {
        let (plan, query, mut paging) = (plan.clone(), query.clone(), paging.clone());
        paging.limit = paging.limit.clamp(1, PAGE_MOST);
        paging.skip = paging.skip.min(SKIP_MOST);
        Ok(self.database().read_async(move |c: &mut Connection| c.requests(&plan, &query, &paging)).await?)
    }

    /// A page of requests as they are now, and how many there are: exactly, or counted up to [`COUNT_MOST`].
    pub async fn requests_found(
        &self,
        plan: &Code,
        query: &RequestQuery,
        paging: &RequestPaging,
    ) -> Result<RequestsFound, AppError> {
        let (plan, query, mut paging) = (plan.clone(), query.clone(), paging.clone());
        paging.limit = paging.limit.clamp(1, PAGE_MOST);
        paging.skip = paging.skip.min(SKIP_MOST);
        let read = move |c: &mut Connection| c.requests_found(&plan, &query, &paging, COUNT_MOST);
        Ok(self.database().read_async(read).await?)
    }

    /// How many a query finds: exactly, or counted up to [`COUNT_MOST`].
    pub async fn request_count(&self, plan: &Code, query: &RequestQuery) -> Result<Counted, AppError> {
        let (plan, query) = (plan.clone(), query.clone());
        Ok(self.database().read_async(move |c| c.request_count(&plan, &query, COUNT_MOST)).await?)
    }

    /// What stands at the head of the desk.
    pub async fn request_counts(&self, plan: &Code) -> Result<RequestCounts, AppError> {
        let (plan, now) = (plan.clone(), self.wall());
        let read = move |c: &mut Connection| {
            let late = RequestQuery { late_at: Some(now), ..RequestQuery::default() };
            let unlooked = RequestQuery { unlooked: true, ..RequestQuery::default() };
            Ok::<_, StoreError>(RequestCounts {
                by_state: c.request_states(&plan)?.into_iter().collect(),
                late: c.request_count(&plan, &late, COUNT_MOST)?,
                unlooked: c.request_count(&plan, &unlooked, COUNT_MOST)?.number,
            })
        };
        Ok(self.database().read_async(read).await?)
    }

    /// How many people follow a request.
    pub async fn followers(&self, plan: &Code, code: &Code) -> Result<u64, AppError> {
        let (plan, code) = (plan.clone(), code.clone());
        Ok(self.database().read_async(move |c| c.followers(&plan, &code)).await?)
    }

    /// Counts somebody as following a published request instead of asking the same.
    pub async fn follow_request(&self, plan: &Code, code: &Code, follower: &str) -> Result<(), AppError> {
        self.public_request(plan, code).await?;
        let now = self.clock().now().as_microsecond();
        // With the key, so that nobody finds out whose address it was by trying all of them.
        let follower = self.key().map_or_else(|| crate::account::hash(follower), |key| key.digest(follower));
        let (plan, code) = (plan.clone(), code.clone());
        Ok(self.database().write_async(move |tx| tx.follow(&plan, &code, &follower, now)).await?)
    }

    /// What those who asked have said of some requests since, and when; what they said when called back among it.
    pub async fn said_since(
        &self,
        plan: &Code,
        codes: Vec<Code>,
    ) -> Result<BTreeMap<Code, Vec<(DateTime, String)>>, AppError> {
        let plan = plan.clone();
        let read = move |c: &mut Connection| {
            let mut out = BTreeMap::new();
            for code in codes {
                let held = c.subject(&Subject::request(&plan, &code))?;
                let Some(request) = held.and_then(|held| Request::at(&held, View::ALL)) else { continue };
                let own = request.call_backs.into_iter().filter(|call| call.way.is_own());
                let calls = own.map(|call| (call.at, call.text));
                let mut said: Vec<_> = request.words.into_iter().chain(calls).collect();
                said.retain(|(_, text)| !text.is_empty());
                said.sort_by_key(|(at, _)| *at);
                out.insert(code, said);
            }
            Ok::<_, StoreError>(out)
        };
        Ok(self.database().read_async(read).await?)
    }

    /// Those that hold on to a request: merged into it (`true`) or matters of it.
    pub async fn requests_with(&self, plan: &Code, code: &Code) -> Result<Vec<(RequestRow, bool)>, AppError> {
        let (plan, code) = (plan.clone(), code.clone());
        let read = move |c: &mut Connection| {
            let mut out = Vec::new();
            for merged in [true, false] {
                let mut query = RequestQuery::default();
                if merged {
                    query.master = Some(code.clone());
                } else {
                    query.parent = Some(code.clone());
                }
                let paging = RequestPaging { limit: 100, ..RequestPaging::default() };
                let page = c.requests(&plan, &query, &paging)?;
                out.extend(page.rows.into_iter().map(|row| (row, merged)));
            }
            Ok::<_, StoreError>(out)
        };
        Ok(self.database().read_async(read).await?)
    }
}
