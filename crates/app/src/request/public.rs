//! Published requests, as everybody sees them: one filter for pages, tables, feeds, the map and programs.

use domain::code::Code;
use domain::request::Request;
use domain::request::query::{RequestPaging, RequestQuery};
use store::RequestPage;

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

impl App {
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

    /// How many of them there are, counted up to [`COUNT_MOST`](super::COUNT_MOST).
    pub async fn public_count(&self, plan: &Code, query: &RequestQuery) -> Result<u64, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let query = RequestQuery { published: Some(portfolio.plan.publicly()), ..query.clone() };
        self.request_count(plan, &query).await
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
        if let Some((title, text)) = request.edited().cloned() {
            request.title = title;
            request.text = text;
        }
        request.address = place.address;
        request.point = place.point;
        Ok(request)
    }
}
