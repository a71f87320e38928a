//! Published requests, as everybody sees them: one filter for pages, tables, feeds, the map and programs.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::journal::Seq;
use domain::request::query::{RequestPaging, RequestQuery};
use domain::request::{Request, RequestRow};
use store::{Connection, RequestPage, RequestsFound, StoreError};

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// The newest requests that a map draws, and how many of them are read at once.
pub const DRAWN_MOST: usize = 5_000;
const TOGETHER: usize = 1_000;
/// The characters of a text that are kept of what is drawn: a list shows its beginning.
const BEGINNING: usize = 160;
/// Maps that are kept: each takes some megabytes.
const KEPT: usize = 2;

/// The newest published requests of a sort, with the beginnings of their texts.
#[derive(Debug, Default, PartialEq)]
pub struct Drawn {
    pub rows: Vec<RequestRow>,
    /// Whether there are older ones.
    pub more: bool,
}

/// Maps lately asked for, each as of the last entry that can have changed it: whoever goes nearer or aside looks at the
/// same requests.
#[derive(Debug, Default)]
pub(crate) struct DrawnCache(VecDeque<(Code, RequestQuery, Seq, Arc<Drawn>)>);

impl DrawnCache {
    fn find(&self, plan: &Code, query: &RequestQuery, version: Seq) -> Option<Arc<Drawn>> {
        let of = |held: &&(Code, RequestQuery, Seq, Arc<Drawn>)| {
            held.0 == *plan && held.1 == *query && held.2 == version
        };
        self.0.iter().find(of).map(|(.., drawn)| drawn.clone())
    }

    fn keep(&mut self, plan: Code, query: RequestQuery, version: Seq, drawn: Arc<Drawn>) {
        self.0.retain(|(held, asked, ..)| *held != plan || *asked != query);
        self.0.truncate(KEPT - 1);
        self.0.push_front((plan, query, version, drawn));
    }
}

impl App {
    /// What a map draws of the published requests that are asked for.
    pub async fn drawn_requests(&self, plan: &Code, query: &RequestQuery) -> Result<Arc<Drawn>, AppError> {
        // Of what the rules are as of by which places are shown: what is kept is never older than its version.
        let (of, known) = (plan.clone(), self.head().await?);
        let version =
            self.database().read_async(move |c: &mut Connection| c.request_version(&of, known)).await?.0;
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let query = RequestQuery { published: Some(portfolio.plan.publicly()), ..query.clone() };
        let (app, plan) = (self.clone(), plan.clone());
        let read = move |c: &mut Connection| {
            if let Some(held) = app.drawn().find(&plan, &query, version) {
                return Ok(held);
            }
            let mut drawn = Drawn::default();
            let mut paging = RequestPaging { limit: TOGETHER, ..RequestPaging::default() };
            loop {
                let page = c.requests(&plan, &query, &paging)?;
                drawn.rows.extend(page.rows.into_iter().map(|row| {
                    let mut row = portfolio.seen_by_everybody(row);
                    if let Some((end, _)) = row.text.char_indices().nth(BEGINNING) {
                        row.text.truncate(end);
                    }
                    row.text.shrink_to_fit();
                    row
                }));
                paging.after = page.next;
                drawn.more = paging.after.is_some();
                if !drawn.more || drawn.rows.len() >= DRAWN_MOST {
                    break;
                }
            }
            let drawn = Arc::new(drawn);
            app.drawn().keep(plan, query, version, drawn.clone());
            Ok::<_, StoreError>(drawn)
        };
        Ok(self.database().read_async(read).await?)
    }

    /// Forgets what was drawn: of a journal that is another one now, or of words that were erased.
    pub(crate) fn forget_drawn(&self) {
        self.drawn().0.clear();
    }

    fn drawn(&self) -> std::sync::MutexGuard<'_, DrawnCache> {
        self.inner.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page of published requests, whatever else is asked for.
    pub async fn public_requests(
        &self,
        plan: &Code,
        query: &RequestQuery,
        paging: &RequestPaging,
    ) -> Result<RequestPage, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let query = RequestQuery { published: Some(portfolio.plan.publicly()), ..query.clone() };
        let mut page = self.requests(plan, &query, paging).await?;
        page.rows = page.rows.into_iter().map(|row| portfolio.seen_by_everybody(row)).collect();
        Ok(page)
    }

    /// A page of them, and how many there are: exactly, or counted up to [`COUNT_MOST`](super::COUNT_MOST).
    pub async fn public_requests_found(
        &self,
        plan: &Code,
        query: &RequestQuery,
        paging: &RequestPaging,
    ) -> Result<RequestsFound, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let query = RequestQuery { published: Some(portfolio.plan.publicly()), ..query.clone() };
        let mut found = self.requests_found(plan, &query, paging).await?;
        found.page.rows = found.page.rows.into_iter().map(|row| portfolio.seen_by_everybody(row)).collect();
        Ok(found)
    }

    /// A published request; any other is as if it were not there.
    pub async fn public_request(&self, plan: &Code, code: &Code) -> Result<Request, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let (mut request, _) = self.request(plan, code, Asked::default()).await?;
        if !portfolio.plan.shows(&request) {
            return Err(AppError::NotFound);
        }
        let place = portfolio.public_place(
            request.category.as_ref(),
            request.areas.first(),
            &request.address,
            request.point,
        );
        request.address = place.address;
        request.point = place.point;
        Ok(request.as_read_by_everybody(&portfolio.plan))
    }
}
