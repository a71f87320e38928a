//! Requests counted as they move, so that nothing is counted by walking through all of them: by sorts of requests, and
//! what the rates of a period are counted from.
//!
//! What is moved is gathered and written once, before anybody reads: thousands of requests that come in together are of
//! few sorts.

use std::collections::{BTreeMap, HashMap};

use domain::code::Code;
use domain::request::rate::{RateRow, Tally};
use domain::request::{RateParts, RequestRow, Satisfaction, Solved};
use domain::subject::Subject;
use jiff::civil::{Date, DateTime};

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};

/// By what rates are set beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RateBy {
    Unit,
    Category,
    Area,
}

impl RateBy {
    pub const ALL: [RateBy; 3] = [Self::Unit, Self::Category, Self::Area];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Category => "category",
            Self::Area => "area",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == text)
    }

    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Unit => "rate_unit",
            Self::Category => "category",
            Self::Area => "area",
        }
    }

    /// What a row is counted under.
    pub fn of(self, row: &RequestRow) -> String {
        let code = match self {
            Self::Unit => row.rate.as_ref().map(|rate| &rate.unit),
            Self::Category => row.category.as_ref(),
            Self::Area => row.area.as_ref(),
        };
        code.map(Code::to_string).unwrap_or_default()
    }
}

/// What a request is counted under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sort {
    pub month: String,
    pub state: String,
    pub unit: String,
    pub category: String,
    pub area: String,
    pub shown: i64,
}

/// How a request counts in the rates.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Rated {
    /// The day its limit ran out.
    pub due: String,
    pub unit: String,
    pub marks: Marks,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Marks {
    pub in_time: i64,
    pub reached: i64,
    pub solved: String,
    pub satisfaction: String,
    pub left_out: i64,
}

/// Where a request stands in the counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CountedAs {
    pub sort: Sort,
    pub rated: Option<Rated>,
}

/// A request's row as it is counted, by its number.
pub(crate) struct Held {
    pub id: i64,
    pub counted: CountedAs,
}

impl CountedAs {
    /// Of a row; `received` as it is written.
    pub fn of(row: &RequestRow, received: &str, shown: i64) -> Self {
        let text = |code: &Option<Code>| code.as_ref().map(Code::to_string).unwrap_or_default();
        let rated = row.rate.as_ref().map(|rate| Rated {
            due: rate.due.to_string(),
            unit: rate.unit.to_string(),
            marks: Marks {
                in_time: i64::from(rate.in_time),
                reached: i64::from(rate.reached),
                solved: rate.solved.map_or("", Solved::as_str).to_owned(),
                satisfaction: rate.satisfaction.map_or("", Satisfaction::as_str).to_owned(),
                left_out: i64::from(rate.left_out.bits()),
            },
        });
        Self {
            sort: Sort {
                month: received.get(..7).unwrap_or_default().to_owned(),
                state: row.state.as_str().to_owned(),
                unit: text(&row.lead_unit),
                category: text(&row.category),
                area: text(&row.area),
                shown,
            },
            rated,
        }
    }
}

/// What is counted by one group in a month, or on a day of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct RateCell {
    plan: String,
    by: RateBy,
    whole: bool,
    span: String,
    part: String,
    marks: Marks,
}

/// What was moved and is not written yet.
#[derive(Default)]
pub(crate) struct Tallies(BTreeMap<String, Moved>);

/// By how requests are counted, how many more or fewer are.
type Moved = HashMap<CountedAs, i64, foldhash::fast::RandomState>;

impl Tallies {
    pub fn count(&mut self, plan: &str, counted: &CountedAs, more: i64) {
        if !self.0.contains_key(plan) {
            self.0.insert(plan.to_owned(), Moved::default());
        }
        let Some(moved) = self.0.get_mut(plan) else { return };
        match moved.get_mut(counted) {
            Some(held) => *held += more,
            None => drop(moved.insert(counted.clone(), more)),
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Writes what was moved.
    pub fn flush(&mut self, connection: &mut Connection) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut sorts: BTreeMap<(&str, &Sort), i64> = BTreeMap::new();
        let mut cells: BTreeMap<RateCell, i64> = BTreeMap::new();
        let moved = self
            .0
            .iter()
            .flat_map(|(plan, moved)| moved.iter().map(move |(counted, more)| (plan, counted, *more)));
        for (plan, CountedAs { sort, rated }, more) in moved.filter(|(.., more)| *more != 0) {
            *sorts.entry((plan, sort)).or_default() += more;
            let Some(Rated { due, unit, marks }) = rated else { continue };
            let month = due.get(..7).unwrap_or_default();
            for (by, part) in
                [(RateBy::Unit, unit), (RateBy::Category, &sort.category), (RateBy::Area, &sort.area)]
            {
                for (whole, span) in [(true, month), (false, due.as_str())] {
                    let cell = RateCell {
                        plan: plan.clone(),
                        by,
                        whole,
                        span: span.to_owned(),
                        part: part.clone(),
                        marks: marks.clone(),
                    };
                    *cells.entry(cell).or_default() += more;
                }
            }
        }
        for ((plan, sort), more) in sorts.into_iter().filter(|(_, more)| *more != 0) {
            count_sort(connection, plan, sort, more)?;
        }
        for (cell, more) in cells.into_iter().filter(|(_, more)| *more != 0) {
            count_rated(connection, &cell, more)?;
        }
        self.0.clear();
        Ok(())
    }
}

fn count_sort(connection: &mut Connection, plan: &str, sort: &Sort, more: i64) -> Result<()> {
    let all = [
        plan.into(),
        Param::Text(&sort.month),
        Param::Text(&sort.state),
        Param::Text(&sort.unit),
        Param::Text(&sort.category),
        Param::Text(&sort.area),
        Param::Int(sort.shown),
        Param::Int(more),
    ];
    let [place @ .., _] = &all;
    connection.send(
        "INSERT INTO request_tally (plan, month, state, lead_unit, category, area, shown, number) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (plan, month, state, lead_unit, category, area, shown) \
         DO UPDATE SET number = request_tally.number + excluded.number",
        &all,
    )?;
    if more > 0 {
        return Ok(());
    }
    // A sort that no request is of any more takes no place.
    connection.send(
        "DELETE FROM request_tally WHERE plan = $1 AND month = $2 AND state = $3 AND lead_unit = $4 \
         AND category = $5 AND area = $6 AND shown = $7 AND number = 0",
        place,
    )
}

fn count_rated(connection: &mut Connection, cell: &RateCell, more: i64) -> Result<()> {
    let marks = &cell.marks;
    let all = [
        Param::Text(&cell.plan),
        cell.by.as_str().into(),
        Param::Int(i64::from(cell.whole)),
        Param::Text(&cell.span),
        Param::Text(&cell.part),
        Param::Int(marks.in_time),
        Param::Int(marks.reached),
        Param::Text(&marks.solved),
        Param::Text(&marks.satisfaction),
        Param::Int(marks.left_out),
        Param::Int(more),
    ];
    let [place @ .., _] = &all;
    connection.send(
        "INSERT INTO request_rate_tally (plan, part_by, whole, span, part, in_time, reached, solved, satisfaction, \
         left_out, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (plan, part_by, whole, span, part, in_time, reached, solved, satisfaction, left_out) \
         DO UPDATE SET number = request_rate_tally.number + excluded.number",
        &all,
    )?;
    if more > 0 {
        return Ok(());
    }
    connection.send(
        "DELETE FROM request_rate_tally WHERE plan = $1 AND part_by = $2 AND whole = $3 AND span = $4 AND part = $5 \
         AND in_time = $6 AND reached = $7 AND solved = $8 AND satisfaction = $9 AND left_out = $10 AND number = 0",
        place,
    )
}

/// The months that lie whole within some days, and the days besides, each from one to another.
fn spans(from: Date, to: Date) -> Vec<(bool, String, String)> {
    let month = |day: Date| day.strftime("%Y-%m").to_string();
    let days = |from: Date, to: Date| (false, from.to_string(), to.to_string());
    // The first day of the first whole month, and the last of the last one.
    let first = if from.day() == 1 { Some(from) } else { from.last_of_month().tomorrow().ok() };
    let last = if to == to.last_of_month() { Some(to) } else { to.first_of_month().yesterday().ok() };
    let Some((first, last)) = first.zip(last).filter(|(first, last)| first < last) else {
        return if from <= to { vec![days(from, to)] } else { Vec::new() };
    };
    let before = first.yesterday().ok().filter(|end| from <= *end).map(|end| days(from, end));
    let behind = last.tomorrow().ok().filter(|begin| *begin <= to).map(|begin| days(begin, to));
    before.into_iter().chain([(true, month(first), month(last))]).chain(behind).collect()
}

const RATED: &str = "SELECT part, in_time, reached, solved, satisfaction, left_out, number FROM request_rate_tally \
     WHERE plan = $1 AND part_by = $2 AND whole = $3 AND span >= $4 AND span <= $5";

impl Connection {
    /// How a request is counted now.
    pub(crate) fn tallied(&mut self, subject: &Subject) -> Result<Option<Held>> {
        let counted = |row: &Row| {
            let rated = match row.text(7)? {
                "" => None,
                due => Some(Rated {
                    due: due.to_owned(),
                    unit: row.text(8)?.to_owned(),
                    marks: Marks {
                        in_time: row.int(9)?,
                        reached: row.int(10)?,
                        solved: row.text(11)?.to_owned(),
                        satisfaction: row.text(12)?.to_owned(),
                        left_out: row.int(13)?,
                    },
                }),
            };
            let sort = Sort {
                month: row.text(1)?.get(..7).unwrap_or_default().to_owned(),
                state: row.text(2)?.to_owned(),
                unit: row.text(3)?.to_owned(),
                category: row.text(4)?.to_owned(),
                area: row.text(5)?.to_owned(),
                shown: row.int(6)?,
            };
            Ok(Held { id: row.int(0)?, counted: CountedAs { sort, rated } })
        };
        self.first(
            "SELECT id, received, state, lead_unit, category, area, shown, rate_due, rate_unit, in_time, reached, \
             solved, satisfaction, excluded FROM request WHERE plan = $1 AND code = $2",
            &[Param::Text(subject.scope.as_str()), Param::Text(subject.code.as_str())],
            counted,
        )
    }

    /// What the rates of a period are counted from, by unit, category or area.
    pub fn rate_tallies(
        &mut self,
        plan: &Code,
        (from, to): (Date, Date),
        by: RateBy,
    ) -> Result<Vec<(String, Tally)>> {
        let mut out: BTreeMap<String, Tally> = BTreeMap::new();
        let unit = Code::new("unit").map_err(damaged)?;
        for (whole, from, to) in spans(from, to) {
            let place = [
                plan.as_str().into(),
                by.as_str().into(),
                Param::Int(i64::from(whole)),
                Param::Text(&from),
                Param::Text(&to),
            ];
            self.each(RATED, &place, &mut |row| {
                let one = RateRow {
                    due: Date::MIN,
                    unit: unit.clone(),
                    in_time: row.int(1)? != 0,
                    reached: row.int(2)? != 0,
                    solved: Solved::parse(row.text(3)?),
                    satisfaction: Satisfaction::parse(row.text(4)?),
                    left_out: RateParts::from_bits(u8::try_from(row.int(5)?).map_err(damaged)?),
                };
                let part = row.text(0)?;
                let number = row.int(6)?.max(0) as u64;
                match out.get_mut(part) {
                    Some(tally) => tally.add(&one, number),
                    None => out.entry(part.to_owned()).or_default().add(&one, number),
                }
                Ok(())
            })?;
        }
        Ok(out.into_iter().collect())
    }

    /// When the requests whose limit ran out within some days came in and were answered, by unit, category or area.
    pub fn answer_times(
        &mut self,
        plan: &Code,
        (from, to): (Date, Date),
        by: RateBy,
        visit: &mut dyn FnMut(&str, DateTime, DateTime),
    ) -> Result<()> {
        let sql = format!(
            "SELECT {}, received, answered FROM request WHERE plan = $1 AND rate_due <> '' AND rate_due >= $2 \
             AND rate_due <= $3 AND excluded <> {} AND answered <> ''",
            by.column(),
            RateParts::ALL.bits()
        );
        let (from, to) = (from.to_string(), to.to_string());
        let params = [Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
        self.each(&sql, &params, &mut |row| {
            let time = |at: usize| row.text(at)?.parse::<DateTime>().map_err(damaged);
            visit(row.text(0)?, time(1)?, time(2)?);
            Ok(())
        })
    }

    /// Visits the texts of every count, for the digest of all projections.
    pub(crate) fn each_tally(&mut self, visit: &mut dyn FnMut(&[&str])) -> Result<()> {
        self.each(
            "SELECT plan, month, state, lead_unit, category, area, shown, number FROM request_tally \
             WHERE number <> 0 ORDER BY plan, month, state, lead_unit, category, area, shown",
            &[],
            &mut |row| {
                for at in 0..6 {
                    visit(&[row.text(at)?]);
                }
                visit(&[&row.int(6)?.to_string(), &row.int(7)?.to_string()]);
                Ok(())
            },
        )?;
        self.each(
            "SELECT plan, part_by, span, part, solved, satisfaction, whole, in_time, reached, left_out, number \
             FROM request_rate_tally WHERE number <> 0 \
             ORDER BY plan, part_by, whole, span, part, in_time, reached, solved, satisfaction, left_out",
            &[],
            &mut |row| {
                for at in 0..6 {
                    visit(&[row.text(at)?]);
                }
                for at in 6..11 {
                    visit(&[&row.int(at)?.to_string()]);
                }
                Ok(())
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use jiff::civil::date;
    use scratch::Scratch;

    fn days(from: Date, to: Date) -> Vec<Date> {
        from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to).collect()
    }

    #[test]
    fn months_and_days_are_the_days_asked_for() {
        for (start, length) in (0..70).flat_map(|start| (-3..130).map(move |length| (start, length))) {
            let from = date(2019, 12, 1).saturating_add(jiff::Span::new().days(start));
            let to = from.saturating_add(jiff::Span::new().days(length));
            let mut covered: Vec<Date> = Vec::new();
            for (whole, first, last) in spans(from, to) {
                if whole {
                    let last: Date = format!("{last}-01").parse().unwrap();
                    covered.extend(days(format!("{first}-01").parse().unwrap(), last.last_of_month()));
                } else {
                    covered.extend(days(first.parse().unwrap(), last.parse().unwrap()));
                }
            }
            assert_eq!(covered, days(from, to), "{from} {to}");
        }
    }

    #[test]
    fn no_more_days_are_read_than_two_months_have() {
        let of_days = |from, to| -> usize {
            let days = spans(from, to).into_iter().filter(|(whole, ..)| !whole);
            let length = |(_, from, to): (bool, String, String)| {
                let (from, to): (Date, Date) = (from.parse().unwrap(), to.parse().unwrap());
                usize::try_from((to - from).get_days() + 1).unwrap()
            };
            days.map(length).sum()
        };
        assert_eq!(of_days(date(2019, 1, 1), date(2019, 12, 31)), 0);
        assert_eq!(of_days(date(2019, 3, 1), date(2019, 3, 31)), 0);
        assert_eq!(of_days(date(2019, 1, 2), date(2019, 12, 30)), 60);
        assert_eq!(of_days(date(2019, 1, 20), date(2019, 2, 10)), 22);
    }

    #[test]
    fn sqlite_counts_rates_by_the_key_alone() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {RATED}");
        let values = ["p", "unit", "1", "2019-01", "2019-12"].map(Param::Text);
        let steps = database.read(|c| c.rows(&sql, &values, |row| Ok(row.text(3)?.to_owned()))).unwrap();
        let key = "PRIMARY KEY (plan=? AND part_by=? AND whole=? AND span>? AND span<?)";
        assert!(steps.len() == 1 && steps[0].contains(key), "{steps:?}");
    }
}
