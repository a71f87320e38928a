//! Lists of requests, and what is near or like another.

use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::journal::Seq;
use domain::request::pieces::Pieces;
use domain::request::query::{Counted, RequestAfter, RequestOrder, RequestPaging, RequestQuery};
use domain::request::{Point, Publicly, RequestRow};
use domain::subject::Subject;
use jiff::civil::Date;

use crate::error::Result;
use crate::request::{COLUMNS, moment, row};
use crate::request_where::{FEW_CELLS, For, HITS_MOST, Where, around, cells_of, column_of, number_of, page};
use crate::sql::{Connection, Param, Row};

/// Where more than so many lie in a few cells or are in some states, walking through the newest requests meets enough of
/// them sooner.
const CROWD: usize = 2_000;

/// A page of requests, with where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestPage {
    pub rows: Vec<RequestRow>,
    pub next: Option<RequestAfter>,
}

/// A page of requests, and how many there are on all pages.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestsFound {
    pub page: RequestPage,
    pub total: Counted,
}

impl Connection {
    fn made_for(&mut self, plan: &Code, query: &RequestQuery, order: RequestOrder) -> Result<For> {
        let crowded = match cells_of(query) {
            Some(cells) => self.is_crowded(plan, &cells)?,
            None => false,
        };
        let few = query.is_by_states() && !self.is_crowd(&Where::of(plan, query, For::default()))?;
        Ok(For { postgres: self.is_postgres(), order, crowded, few })
    }

    /// Whether more requests than a few lie in some cells.
    fn is_crowded(&mut self, plan: &Code, cells: &[(i64, i64)]) -> Result<bool> {
        if !(1..=FEW_CELLS).contains(&number_of(cells)) {
            return Ok(false);
        }
        let mut wanted = Where::new(plan);
        wanted.in_cells(cells, false);
        self.is_crowd(&wanted)
    }

    /// Whether they are more than a few: counted in an index of theirs, and no further than that.
    fn is_crowd(&mut self, wanted: &Where) -> Result<bool> {
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM request WHERE {} LIMIT {}) AS lie",
            wanted.sql,
            CROWD + 1
        );
        let number = self.first(&sql, &wanted.params(), |row| row.int(0))?.unwrap_or_default();
        Ok(number > CROWD as i64)
    }

    /// One request's row.
    pub fn request_row(&mut self, plan: &Code, code: &Code) -> Result<Option<RequestRow>> {
        self.first(
            &format!("SELECT {COLUMNS} FROM request WHERE plan = $1 AND code = $2"),
            &[Param::Text(plan.as_str()), Param::Text(code.as_str())],
            row,
        )
    }

    /// A page of requests, from behind a row on.
    pub fn requests(
        &mut self,
        plan: &Code,
        query: &RequestQuery,
        paging: &RequestPaging,
    ) -> Result<RequestPage> {
        let RequestPaging { order, limit, .. } = *paging;
        let made = self.made_for(plan, query, order)?;
        let (sql, wanted) = page(plan, query, paging, made);
        let mut rows = self.rows(&sql, &wanted.params(), row)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let key = |row: &RequestRow| match order {
            RequestOrder::Received => moment(row.received),
            RequestOrder::Moved => moment(row.since),
            RequestOrder::Due => row.limit.map(|(_, due)| moment(due)).unwrap_or_default(),
        };
        let next =
            rows.last().filter(|_| more).map(|row| RequestAfter { key: key(row), code: row.code.clone() });
        Ok(RequestPage { rows, next })
    }

    /// A page of requests with their number, counted up to `most` where it is not kept. Texts are looked through once.
    pub fn requests_found(
        &mut self,
        plan: &Code,
        query: &RequestQuery,
        paging: &RequestPaging,
        most: u64,
    ) -> Result<RequestsFound> {
        if Pieces::of(&query.text).is_empty() {
            let page = self.requests(plan, query, paging)?;
            let with_limit = paging.order == RequestOrder::Due;
            return Ok(RequestsFound { page, total: self.counted(plan, query, with_limit, most)? });
        }
        let RequestPaging { order, after, skip, limit } = paging;
        // What has the text comes first, however many others lie where it asks.
        let made = For { postgres: self.is_postgres(), order: *order, ..For::default() };
        let mut wanted = Where::of(plan, query, made);
        let (column, descending) = column_of(*order, false);
        if *order == RequestOrder::Due {
            wanted.and("due <> ''");
        }
        let direction = if descending { "DESC" } else { "ASC" };
        let sql = format!(
            "{}SELECT {column}, request.code, {} FROM {} WHERE {} ORDER BY {column} {direction}, \
             request.code {direction}",
            wanted.with,
            wanted.hits_counted(),
            wanted.from(),
            wanted.sql
        );
        let mut counted = None;
        let mut hits = self.rows(&sql, &wanted.params(), |row| {
            counted = Some(row.int(2)? as usize);
            Ok(RequestAfter { key: row.text(0)?.to_owned(), code: row.code(1)? })
        })?;
        let more = match counted {
            Some(hits) => hits > HITS_MOST,
            // None of the newest is what else is asked for; older ones may be.
            None => self.counted(plan, query, *order == RequestOrder::Due, most)?.more,
        };
        let total = Counted { number: hits.len().min(HITS_MOST) as u64, more };
        if let Some(after) = after {
            let behind = |hit: &RequestAfter| {
                let order = (&hit.key, &hit.code).cmp(&(&after.key, &after.code));
                if descending { order.is_lt() } else { order.is_gt() }
            };
            hits.retain(behind);
        }
        hits.drain(..(*skip).min(hits.len()));
        let next = hits.get(limit.saturating_sub(1)).filter(|_| hits.len() > *limit).cloned();
        hits.truncate(*limit);
        let codes: Vec<Code> = hits.into_iter().map(|hit| hit.code).collect();
        if codes.is_empty() {
            return Ok(RequestsFound { page: RequestPage { rows: Vec::new(), next: None }, total });
        }
        let these = RequestQuery { codes, ..RequestQuery::default() };
        let paging = RequestPaging { order: *order, after: None, skip: 0, limit: *limit };
        let rows = self.requests(plan, &these, &paging)?.rows;
        Ok(RequestsFound { page: RequestPage { rows, next }, total })
    }

    /// How many requests a query finds: as it is kept where it asks for sorts of requests, else counted up to `most`.
    pub fn request_count(&mut self, plan: &Code, query: &RequestQuery, most: u64) -> Result<Counted> {
        self.counted(plan, query, false, most)
    }

    /// `with_limit`: only those that have a limit.
    fn counted(&mut self, plan: &Code, query: &RequestQuery, with_limit: bool, most: u64) -> Result<Counted> {
        // Counted where they lie: in no order, and no further than is wanted.
        let made = For { postgres: self.is_postgres(), ..For::default() };
        let mut wanted = Where::of(plan, query, made);
        if with_limit {
            wanted.and("due <> ''");
        }
        let kept = query.is_by_sort() && !with_limit;
        let sql = if kept {
            // Named like what its columns are those of.
            format!(
                "SELECT CAST(COALESCE(SUM(number), 0) AS BIGINT), {} FROM request_tally AS request WHERE {}",
                wanted.hits_counted(),
                wanted.sql
            )
        } else {
            format!(
                "{}SELECT COUNT(*), {} FROM (SELECT 1 AS one FROM {} WHERE {} LIMIT {}) AS found",
                wanted.with,
                wanted.hits_counted(),
                wanted.from(),
                wanted.sql,
                most.saturating_add(1)
            )
        };
        let count = |row: &Row| Ok((row.int(0)? as u64, row.int(1)? as usize));
        let (number, hits) = self.first(&sql, &wanted.params(), count)?.unwrap_or_default();
        let more = !kept && (number > most || hits > HITS_MOST);
        Ok(Counted { number: if kept { number } else { number.min(most) }, more })
    }

    /// The newest open requests around a point, or in an area where there is no point: what somebody about to
    /// ask may find asked already.
    pub fn requests_near(
        &mut self,
        plan: &Code,
        (point, metres): (Option<Point>, u32),
        area: Option<&Code>,
        published: Option<&Publicly>,
        limit: usize,
    ) -> Result<Vec<RequestRow>> {
        let Some((sql, wanted)) = around(plan, (point, metres), area, published, limit) else {
            return Ok(Vec::new());
        };
        self.rows(&sql, &wanted.params(), row)
    }

    /// The requests that something was recorded of after `known`, or that takes effect after `as_of`: as
    /// they are now, and with everything on record, for folding them as they were. Of those of which nothing is on
    /// record then, only the row.
    pub fn each_changed_request(
        &mut self,
        plan: &Code,
        view: View,
        visit: &mut dyn FnMut(RequestRow, Option<SubjectHistory>) -> Result<()>,
    ) -> Result<()> {
        let mut after = String::new();
        let (known, as_of) = (Param::from(view.known.0), view.as_of.to_string());
        if view.known == Seq::LATEST && view.as_of == Date::MAX {
            return Ok(());
        }
        loop {
            let codes = self.rows(
                "SELECT subject, (SELECT COUNT(*) FROM (SELECT 1 FROM entry AS old WHERE old.kind = 'request' AND \
                 old.scope = $1 AND old.subject = changed.subject AND old.seq <= $2 AND old.effective <= $3 \
                 LIMIT 1) AS held) FROM (SELECT DISTINCT subject FROM entry WHERE kind = 'request' AND scope = $1 \
                 AND subject > $4 AND (seq > $2 OR effective > $3) ORDER BY subject LIMIT 500) AS changed \
                 ORDER BY subject",
                &[plan.as_str().into(), known, Param::Text(&as_of), Param::Text(&after)],
                |row| Ok((row.code(0)?, row.int(1)? > 0)),
            )?;
            let Some((last, _)) = codes.last() else { return Ok(()) };
            after = last.to_string();
            for (code, was) in codes {
                let Some(row) = self.request_row(plan, &code)? else { continue };
                let history = if was { self.subject(&Subject::request(plan, &code))? } else { None };
                visit(row, history)?;
            }
        }
    }
}
