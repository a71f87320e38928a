//! From which point of view something is read, and which page of it.
//!
//! `as_of` is the last effective day that counts, `known_at` the last moment of recording. A list is
//! pinned to the journal's last entry when its first page is read: the cursor carries the view on, so a
//! walk meets everything exactly once however much is recorded meanwhile.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use domain::code::Code;
use domain::history::{History, View};
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::body::Params;
use crate::problem::{ApiError, Kind};
use crate::value::{Day, KnownAt, Moment};

/// The most items of one page.
pub(crate) const LIMIT_MOST: u16 = 500;
const LIMIT_DEFAULT: u16 = 50;

/// The point of view.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the fields describe parameters")]
pub(crate) struct ViewParams {
    /// The last effective day that counts; today when not given.
    #[param(required = false)]
    as_of: Option<Day>,
    /// Only what was on record at this moment, or at the end of this day; everything when not given.
    #[param(required = false)]
    known_at: Option<KnownAt>,
}

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// The most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Option<u16>,
    /// Where the page before ended: the `next` of its answer, with all other parameters as they were.
    #[param(max_length = 320, required = false)]
    cursor: Option<String>,
}

/// What was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub view: View,
    pub known_at: Option<Timestamp>,
    pub limit: usize,
    /// How many items came before, or the entry before which to read on.
    pub position: Option<u64>,
    /// After which row to read on, in a list that is walked by its keys.
    pub after: Option<String>,
    /// The day that was given, not the one that stands in for it.
    pub as_of_given: Option<Date>,
    /// What the cursor belongs to.
    query: String,
}

impl FromRequestParts<Api> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let Params(view) = Params::<ViewParams>::from_request_parts(parts, api).await?;
        let Params(page) = Params::<PageParams>::from_request_parts(parts, api).await?;
        let limit = page.limit.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MOST).contains(&limit) {
            return Err(ApiError::parameter("limit", "limit"));
        }
        let known_at = view.known_at.map(|known| match known {
            KnownAt::Day(day) => api.app().clock().end_of(day),
            KnownAt::Moment(moment) => moment,
        });
        let as_of_given = view.as_of.map(|day| day.0);
        let query = query_of(parts);
        let mut asked = Self {
            view: View::as_of(Date::MIN),
            known_at,
            limit: limit.into(),
            position: None,
            after: None,
            as_of_given,
            query,
        };
        match page.cursor.filter(|cursor| !cursor.is_empty()) {
            Some(cursor) => {
                let cursor = Cursor::read(&cursor, &asked.query).ok_or(ApiError::new(Kind::InvalidCursor))?;
                asked.view = View { as_of: cursor.as_of, known: cursor.known };
                match cursor.place {
                    Ended::At(position) => asked.position = Some(position),
                    Ended::After(row) => asked.after = Some(row),
                }
            }
            None => asked.view = api.app().view(app::read::Asked { as_of: as_of_given, known_at }).await?,
        }
        Ok(asked)
    }
}

/// The address with its parameters in order, except those that differ from page to page.
fn query_of(parts: &Parts) -> String {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    let mut pairs: Vec<&str> = uri
        .query()
        .unwrap_or("")
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=") && !pair.starts_with("limit="))
        .collect();
    pairs.sort_unstable();
    format!("{}?{}", uri.path(), pairs.join("&"))
}

impl Asked {
    /// The view on a history as it is now: later entries will not count.
    pub(crate) fn pinned(&self, history: &History) -> View {
        View { as_of: self.view.as_of, known: self.view.known.min(history.head()) }
    }

    pub(crate) fn used(&self, view: View) -> ViewUsed {
        ViewUsed { as_of: view.as_of.into(), known_at: self.known_at.map(Moment), entry: view.known.0 }
    }

    /// The wanted page of a list that is complete.
    pub(crate) fn page<T, U>(&self, view: View, items: Vec<T>, show: impl Fn(T) -> U) -> Page<U> {
        let total = items.len();
        let from = self.position.and_then(|at| usize::try_from(at).ok()).unwrap_or(0).min(total);
        let to = from.saturating_add(self.limit).min(total);
        let next = (to < total).then(|| self.cursor(view, to as u64));
        let items = items.into_iter().skip(from).take(to - from).map(show).collect();
        Page { items, next, total: Some(total as u64), view: self.used(view) }
    }

    /// The cursor for what follows `position`.
    pub(crate) fn cursor(&self, view: View, position: u64) -> String {
        self.cursor_to(view, Ended::At(position))
    }

    /// The cursor for what follows a row.
    pub(crate) fn cursor_after(&self, view: View, row: String) -> String {
        self.cursor_to(view, Ended::After(row))
    }

    fn cursor_to(&self, view: View, place: Ended) -> String {
        Cursor { place, known: view.known, as_of: view.as_of }.write(&self.query)
    }
}

/// Where a page ended: after so many things or before an entry, or after a row.
#[derive(Debug, Clone, PartialEq)]
enum Ended {
    At(u64),
    After(String),
}

/// The place where a page ended, with the view of the walk.
#[derive(Debug, Clone, PartialEq)]
struct Cursor {
    place: Ended,
    known: Seq,
    as_of: Date,
}

impl Cursor {
    fn write(&self, query: &str) -> String {
        let (form, place) = match &self.place {
            Ended::At(position) => ("c1", position.to_string()),
            // What rows are called by fits into an address but for the stroke.
            Ended::After(row) => ("c2", row.replace('/', "~")),
        };
        let plain = format!("{form}.{}.{}.{place}", self.known, self.as_of);
        let check = check(&plain, query);
        format!("{plain}.{check:016x}")
    }

    /// `None` for anything that [`write`](Self::write) did not make for the same question.
    fn read(text: &str, query: &str) -> Option<Self> {
        let (plain, given) = text.rsplit_once('.')?;
        if given != format!("{:016x}", check(plain, query)) {
            return None;
        }
        let mut parts = plain.splitn(4, '.');
        let form = parts.next()?;
        let known = Seq(parts.next()?.parse::<u64>().ok().filter(|known| *known <= Seq::LATEST.0)?);
        let as_of = parts.next()?.parse().ok()?;
        let place = match (form, parts.next()?) {
            ("c1", position) => Ended::At(position.parse().ok()?),
            ("c2", row) => Ended::After(row.replace('~', "/")),
            _ => return None,
        };
        Some(Self { place, known, as_of })
    }
}

/// FNV-1a, 64 bits: tells a damaged or strange cursor from ours. It keeps no secret: a cursor made up
/// with care only shows another page of what its reader may see.
fn check(plain: &str, query: &str) -> u64 {
    plain
        .bytes()
        .chain([0])
        .chain(query.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The point of view that was used.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ViewUsed {
    /// The last effective day that counted.
    pub as_of: Day,
    /// The moment up to which records counted, where one was asked for.
    pub known_at: Option<Moment>,
    /// The last entry of the journal that counted.
    pub entry: u64,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    pub items: Vec<T>,
    /// The cursor of the next page; `null` on the last one.
    pub next: Option<String>,
    /// How many items the whole list has, where that is counted.
    pub total: Option<u64>,
    pub view: ViewUsed,
}

/// The code of a thing that an address names.
pub(crate) fn found<T>(thing: Option<T>) -> Result<T, ApiError> {
    thing.ok_or(ApiError::new(Kind::NotFound))
}

impl Api {
    /// The history of a plan that is on the books. Others are not looked up: each would be kept in
    /// memory for good.
    pub(crate) async fn history(&self, plan: &Code) -> Result<Arc<History>, ApiError> {
        if !self.knows(plan) {
            let plans = self.app().plans().await?;
            let known = plans.contains(plan);
            self.learn(plans);
            if !known {
                return Err(ApiError::new(Kind::NotFound));
            }
        }
        Ok(self.app().history(plan).await?)
    }

    /// The view on a plan as it is now: later entries will not count.
    pub(crate) async fn view(&self, plan: &Code, asked: &Asked) -> Result<View, ApiError> {
        Ok(asked.pinned(&*self.history(plan).await?))
    }

    /// A plan as it is asked for, and the view on it.
    pub(crate) async fn portfolio(
        &self,
        plan: &Code,
        asked: &Asked,
    ) -> Result<(Arc<Portfolio>, View), ApiError> {
        let view = self.view(plan, asked).await?;
        Ok((self.app().portfolio_at(plan, view).await?, view))
    }

    /// The history of areas, units and people.
    pub(crate) async fn directory(&self) -> Result<Arc<History>, ApiError> {
        Ok(self.app().history(&domain::subject::directory()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_cursor_is_read_back_and_no_other_text_is() {
        let row = Cursor {
            place: Ended::After("HT-1.x/-/completion".into()),
            known: Seq(7),
            as_of: date(2019, 8, 14),
        };
        assert_eq!(Cursor::read(&row.write("q"), "q"), Some(row));
        let cursor = Cursor { place: Ended::At(50), known: Seq(7), as_of: date(2019, 8, 14) };
        let text = cursor.write("/api/v1/plans?x=1");
        assert_eq!(Cursor::read(&text, "/api/v1/plans?x=1"), Some(cursor));
        assert_eq!(Cursor::read(&text, "/api/v1/plans?x=2"), None);
        for at in 0..text.len() {
            let mut forged = text.clone().into_bytes();
            forged[at] = if forged[at] == b'1' { b'2' } else { b'1' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(Cursor::read(&forged, "/api/v1/plans?x=1"), None, "{forged}");
        }
        for text in ["", ".", "c1", "c1.1.2.3", "c2.1", "🙂.0000000000000000"] {
            assert_eq!(Cursor::read(text, ""), None);
        }
    }
}
