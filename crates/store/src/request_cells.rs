//! Requests counted by month, area and category, and what the requests that are linked to a thing are about: what an
//! evaluation sets beside each other.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::journal::Seq;
use domain::subject::SubjectKind;
use jiff::civil::Date;

use crate::error::{Result, damaged};
use crate::request_signs::span;
use crate::sql::{Connection, Param};

/// How many requests of one month, area and category came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCell {
    /// The first day of the month.
    pub month: Date,
    pub area: Option<Code>,
    pub category: Code,
    pub number: u64,
}

/// How many requests of one category came in of one area; in an area that nobody knows they are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedCount {
    pub category: Code,
    pub area: Code,
    pub number: u64,
}

/// How many requests of one category and area were linked to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedCount {
    pub item: Code,
    pub placed: PlacedCount,
}

/// Categories that are asked for at a time.
const AT_ONCE: usize = 200;

/// From the counts that are kept as requests move, so that no request is walked through: a row for each month, area and
/// category that has one, of some categories.
fn cells(categories: usize) -> String {
    let places: Vec<String> = (0..categories).map(|at| format!("${}", at + 4)).collect();
    format!(
        "SELECT month, area, category, CAST(SUM(number) AS BIGINT) FROM request_tally \
         WHERE plan = $1 AND month >= $2 AND month <= $3 AND category IN ({}) \
         GROUP BY month, area, category ORDER BY month, area, category",
        places.join(", ")
    )
}

/// Looked up from the links: the other way round, all requests of the plan would be walked through.
fn linked(of: &str) -> String {
    format!(
        "SELECT to_code, about, COUNT(*) FROM (SELECT to_code, COALESCE((SELECT category FROM request AS held \
         WHERE held.plan = link.plan AND held.code = link.request), '') AS about FROM request_link AS link \
         WHERE plan = $1 AND to_kind = $2 AND since <= $3{of}) AS linked WHERE about <> '' \
         GROUP BY to_code, about ORDER BY to_code, COUNT(*) DESC, about LIMIT 20000"
    )
}

/// Of one thing.
const OF: &str = " AND to_code = $4";

/// Places of categories from the fourth parameter on.
fn listed(categories: usize) -> String {
    let places: Vec<String> = (0..categories).map(|at| format!("${}", at + 4)).collect();
    places.join(", ")
}

/// Of whole months, as they are kept.
fn placed_months(categories: usize, shown: bool) -> String {
    let shown = if shown { " AND shown = 1" } else { "" };
    format!(
        "SELECT category, area, CAST(SUM(number) AS BIGINT) FROM request_tally \
         WHERE plan = $1 AND month >= $2 AND month <= $3 AND category IN ({}){shown} GROUP BY category, area",
        listed(categories)
    )
}

/// Of some days: less than a month each time.
fn placed_days(categories: usize, shown: bool) -> String {
    let shown = if shown { " AND shown = 1" } else { "" };
    format!(
        "SELECT category, area, COUNT(*) FROM request \
         WHERE plan = $1 AND received >= $2 AND received <= $3 AND category IN ({}){shown} GROUP BY category, area",
        listed(categories)
    )
}

/// From the links, which are fewer than requests. Most first: what is beyond the most that are read is of the fewest.
fn led(categories: usize) -> String {
    format!(
        "SELECT to_code, category, area, COUNT(*) FROM request_link AS link CROSS JOIN request \
         WHERE link.plan = $1 AND to_kind = 'item' AND request.plan = link.plan AND request.code = link.request \
         AND received >= $2 AND received <= $3 AND category IN ({}) \
         GROUP BY to_code, category, area ORDER BY COUNT(*) DESC, to_code, category, area LIMIT 20000",
        listed(categories)
    )
}

/// A first and a last day, both included.
type Days = (Date, Date);

/// The months that lie whole between two days, and the days before and after them.
fn months_within((from, to): Days) -> (Option<Days>, Vec<Days>) {
    let first = if from.day() == 1 { Some(from) } else { from.last_of_month().tomorrow().ok() };
    let last = if to == to.last_of_month() { Some(to) } else { to.first_of_month().yesterday().ok() };
    let whole = first.zip(last).filter(|(first, last)| first <= last);
    let days = match whole {
        None => vec![(from, to)],
        Some((first, last)) => {
            let before = first.yesterday().ok().map(|end| (from, end));
            let after = last.tomorrow().ok().map(|begin| (begin, to));
            before.into_iter().chain(after).filter(|(from, to)| from <= to).collect()
        }
    };
    (whole, days)
}

fn month(day: Date) -> String {
    day.strftime("%Y-%m").to_string()
}

impl Connection {
    /// The counts of the months from one to another, named by any of their days; of some categories.
    pub fn request_cells(
        &mut self,
        plan: &Code,
        (from, to): (Date, Date),
        categories: &[Code],
    ) -> Result<Vec<RequestCell>> {
        let (from, to) = (month(from), month(to));
        let mut out = Vec::new();
        for some in categories.chunks(AT_ONCE) {
            let mut params = vec![Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
            params.extend(some.iter().map(|category| Param::Text(category.as_str())));
            out.extend(self.rows(&cells(some.len()), &params, |row| {
                Ok(RequestCell {
                    month: format!("{}-01", row.text(0)?).parse().map_err(damaged)?,
                    area: row.opt_code(1)?,
                    category: row.code(2)?,
                    number: row.int(3)?.max(0) as u64,
                })
            })?);
        }
        out.retain(|cell| cell.number > 0);
        Ok(out)
    }

    /// How many requests of some categories came in from one day to another, by category and area; `shown`: only those
    /// that everybody may read.
    pub fn placed_counts(
        &mut self,
        plan: &Code,
        days: (Date, Date),
        categories: &[Code],
        shown: bool,
    ) -> Result<Vec<PlacedCount>> {
        let (whole, days) = months_within(days);
        let mut spans: Vec<(bool, String, String)> = Vec::new();
        spans.extend(whole.map(|(first, last)| (true, month(first), month(last))));
        spans.extend(days.into_iter().map(span).map(|(from, to)| (false, from, to)));
        let mut out: BTreeMap<(Code, Code), u64> = BTreeMap::new();
        for some in categories.chunks(AT_ONCE) {
            for (whole, from, to) in &spans {
                let sql =
                    if *whole { placed_months(some.len(), shown) } else { placed_days(some.len(), shown) };
                let mut params = vec![Param::Text(plan.as_str()), Param::Text(from), Param::Text(to)];
                params.extend(some.iter().map(|category| Param::Text(category.as_str())));
                let rows =
                    self.rows(&sql, &params, |row| Ok((row.code(0)?, row.opt_code(1)?, row.int(2)?.max(0))))?;
                for (category, area, number) in rows {
                    if let Some(area) = area {
                        *out.entry((category, area)).or_default() += number as u64;
                    }
                }
            }
        }
        let counts = out.into_iter().filter(|(_, number)| *number > 0);
        Ok(counts.map(|((category, area), number)| PlacedCount { category, area, number }).collect())
    }

    /// The items to which requests of some categories, received from one day to another, were linked: by item, category
    /// and area, those with most first.
    pub fn led_counts(
        &mut self,
        plan: &Code,
        days: (Date, Date),
        categories: &[Code],
    ) -> Result<Vec<LedCount>> {
        let (from, to) = span(days);
        let mut out = Vec::new();
        for some in categories.chunks(AT_ONCE) {
            let mut params = vec![Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
            params.extend(some.iter().map(|category| Param::Text(category.as_str())));
            let rows = self.rows(&led(some.len()), &params, |row| {
                Ok((row.code(0)?, row.code(1)?, row.opt_code(2)?, row.int(3)?.max(0) as u64))
            })?;
            out.extend(rows.into_iter().filter_map(|(item, category, area, number)| {
                Some(LedCount { item, placed: PlacedCount { category, area: area?, number } })
            }));
        }
        Ok(out)
    }

    /// What the requests that were linked to projects by an entry are about: by project, the commonest first, and how
    /// many each. Of one project, where it is named.
    pub fn linked_categories(
        &mut self,
        plan: &Code,
        project: Option<&Code>,
        known: Seq,
    ) -> Result<Vec<(Code, Code, u64)>> {
        let mut params =
            vec![plan.as_str().into(), SubjectKind::Project.as_str().into(), Param::from(known.0)];
        params.extend(project.map(|project| Param::Text(project.as_str())));
        let sql = linked(if project.is_some() { OF } else { "" });
        self.rows(&sql, &params, |row| Ok((row.code(0)?, row.code(1)?, row.int(2)?.max(0) as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn every_day_of_a_span_is_counted_once() {
        use jiff::ToSpan;
        use jiff::civil::date;
        for (from, to) in [
            (date(2018, 11, 28), date(2019, 11, 27)),
            (date(2019, 1, 1), date(2019, 12, 31)),
            (date(2019, 1, 2), date(2019, 1, 30)),
            (date(2019, 1, 31), date(2019, 2, 1)),
            (date(2019, 2, 28), date(2019, 2, 28)),
            (date(2020, 2, 1), date(2020, 2, 29)),
        ] {
            let (whole, days) = months_within((from, to));
            let mut all: Vec<(Date, Date)> = whole.into_iter().chain(days).collect();
            all.sort_unstable();
            assert_eq!((all[0].0, all[all.len() - 1].1), (from, to));
            assert!(all.windows(2).all(|pair| pair[0].1 + 1.day() == pair[1].0), "{all:?}");
            if let Some((first, last)) = whole {
                assert_eq!((first.day(), last), (1, last.last_of_month()));
            }
        }
    }

    #[test]
    fn sqlite_counts_by_indexes() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let months = ["p", "2019-01", "2019-12", "roads", "lamps"].map(Param::Text);
        let links = [Param::Text("p"), Param::Text("project"), Param::Int(9), Param::Text("x")];
        let days = ["p", "2019-01-01T00:00:00", "2019-01-09T23:59:59", "roads", "lamps"].map(Param::Text);
        let (one, all, counts) = (linked(OF), linked(""), cells(2));
        let (placed, some, led) = (placed_months(2, true), placed_days(2, true), led(2));
        let looked: [(&str, &[Param], &[&str]); 6] = [
            (&placed, &months, &["USING PRIMARY KEY (plan=? AND month>? AND month<?)"]),
            (&some, &days, &["(plan=? AND category=? AND received>? AND received<?)"]),
            (&led, &days, &["request_link_back (plan=? AND to_kind=?)", "request_by_code"]),
            (&counts, &months, &["USING PRIMARY KEY (plan=? AND month>? AND month<?)"]),
            (
                &one,
                &links[..],
                &["request_link_back (plan=? AND to_kind=? AND to_code=?)", "request_by_code"],
            ),
            (&all, &links[..3], &["request_link_back (plan=? AND to_kind=?)", "request_by_code"]),
        ];
        for (sql, params, by) in looked {
            let explained = format!("EXPLAIN QUERY PLAN {sql}");
            let steps =
                database.read(|c| c.rows(&explained, params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
            for by in by {
                assert!(steps.iter().any(|step| step.contains(by)), "{by}: {steps:?}");
            }
        }
    }
}
