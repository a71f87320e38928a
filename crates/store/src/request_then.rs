//! The requests behind a number of the rates, as they were known at an earlier point of view: the same as that number
//! was counted from.

use std::collections::{BTreeMap, HashSet};

use domain::code::Code;
use domain::history::View;
use domain::request::query::{Counted, RateQuery, RequestAfter, RequestOrder, RequestPaging, RequestQuery};
use domain::request::{Request, RequestRow};

use crate::error::Result;
use crate::request::moment;
use crate::request_list::{RequestPage, RequestsFound};
use crate::sql::Connection;

/// Rows that are read at once: of those that count now, many may have moved since.
const PIECE: usize = 500;

/// A page's rows by where they stand in it.
type Rows = BTreeMap<(String, Code), RequestRow>;

/// Puts a row down where it belongs, and lets go of those that come behind so many.
fn put(rows: &mut Rows, row: RequestRow, most: usize) {
    rows.insert((moment(row.received), row.code.clone()), row);
    if rows.len() > most {
        rows.pop_first();
    }
}

impl Connection {
    /// A page of them, the newest first, with how many there are: counted up to `most`. What was recorded since, or holds
    /// from a later day only, is folded as when rates are counted.
    pub fn requests_rated_then(
        &mut self,
        plan: &Code,
        query: &RateQuery,
        view: View,
        (after, limit): (Option<&RequestAfter>, usize),
        most: u64,
    ) -> Result<RequestsFound> {
        // One more than the page has tells whether there is another page.
        let wanted = limit + 1;
        let behind = |row: &RequestRow| {
            after.is_none_or(|after| (&*moment(row.received), &row.code) < (&*after.key, &after.code))
        };
        let mut rows = Rows::new();
        let mut gone: HashSet<Code> = HashSet::new();
        let mut came = 0;
        self.each_changed_request(plan, view, &mut |row, history| {
            if query.takes(&row) {
                gone.insert(row.code);
            }
            let then = history.and_then(|history| Request::at(&history, view));
            if let Some(then) = then.map(|then| RequestRow::of(&then)).filter(|then| query.takes(then)) {
                came += 1;
                if behind(&then) {
                    put(&mut rows, then, wanted);
                }
            }
            Ok(())
        })?;
        let now = RequestQuery { rate: Some(query.clone()), ..RequestQuery::default() };
        let lost = gone.len() as u64;
        let Counted { number, more } = self.request_count(plan, &now, most.saturating_add(lost))?;
        let total = Counted { number: number.saturating_sub(lost) + came, more };
        let mut paging = RequestPaging {
            order: RequestOrder::Received,
            after: after.cloned(),
            skip: 0,
            limit: wanted.max(PIECE),
        };
        let mut kept = 0;
        loop {
            let page = self.requests(plan, &now, &paging)?;
            for row in page.rows.into_iter().filter(|row| !gone.contains(&row.code)) {
                kept += 1;
                put(&mut rows, row, wanted);
            }
            paging.after = page.next;
            if kept >= wanted || paging.after.is_none() {
                break;
            }
        }
        let mut rows: Vec<((String, Code), RequestRow)> = rows.into_iter().rev().collect();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|((key, code), _)| RequestAfter { key: key.clone(), code: code.clone() });
        let page = RequestPage { rows: rows.into_iter().map(|(_, row)| row).collect(), next };
        Ok(RequestsFound { page, total })
    }
}
