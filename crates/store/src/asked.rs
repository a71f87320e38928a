//! The ledger's questions as statements.
//!
//! Of all rows those that still hold are asked for most. They are kept in every order of a page, each with all
//! that may be asked of it, one standing after the other: a page is read from where it begins until it is full.
//! Rows that ended are of days gone by; today there are none but those of changes that were dated ahead.
//!
//! Words are looked for in the first rows of an order at first: what many rows say fills a page there. What few
//! say is found in the index of words, and is quickly put in order.

use domain::code::Code;
use domain::item::Standing;
use domain::item::light::{Condition, Judge, Light};
use domain::item::query::{After, LedgerQuery, NEVER, Sort};
use domain::journal::Seq;
use jiff::civil::Date;

use crate::ledger::changed_since;
use crate::sql::Param;
use crate::statements::places;

/// One of the parts that the rows of a day are asked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Rows that still hold, of one standing.
    Holding(Standing),
    /// Rows that ended after the day.
    Ended,
}

/// How the rows of a page are come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// In their order, until the page is full.
    Order,
    /// Among so many first ones of the order.
    Look(usize),
    /// All that there are, put in order as they are found.
    Find,
}

/// Which page of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paged<'a> {
    pub(crate) order: (Sort, bool),
    pub(crate) after: Option<&'a After>,
    pub(crate) limit: usize,
}

/// What may be asked of a row that is looked at.
const LOOKED_INTO: &str = "plan, code, from_day, kind, standing, level, series, lead_unit, units, areas, caller, person, \
                           sector, received, due, finished, reported, late, weekly, evidence, number, name, words";

/// The standings that rows of a query may have.
fn standings(query: &LedgerQuery) -> Vec<Standing> {
    let asked = |standing: &Standing| query.standings.is_empty() || query.standings.contains(standing);
    let lit = |standing: &Standing| {
        query.lights.is_empty()
            || match plain(*standing) {
                Some(light) => query.lights.contains(&light),
                None => {
                    query.lights.iter().any(|light| Standing::ALL.iter().all(|s| plain(*s) != Some(*light)))
                }
            }
    };
    Standing::ALL.iter().copied().filter(asked).filter(lit).collect()
}

/// The light of all rows of a standing; `None`: that depends on the day.
pub(crate) fn plain(standing: Standing) -> Option<Light> {
    match standing {
        Standing::Open => None,
        Standing::Done => Some(Light::Done),
        Standing::Suspended => Some(Light::Suspended),
        Standing::Withdrawn => Some(Light::Withdrawn),
    }
}

/// A statement under construction: texts with numbered places, and their values.
pub(crate) struct Asked {
    /// Which part of the plan's rows.
    part: String,
    /// What is asked of each of them.
    filter: String,
    values: Vec<Value>,
}

/// A value that a statement is asked with. None stands in its text: each would make another statement.
pub(crate) enum Value {
    Int(i64),
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl Asked {
    /// The place of a value.
    pub(crate) fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub(crate) fn and(&mut self, condition: &str) {
        self.filter.push_str(" AND ");
        self.filter.push_str(condition);
    }

    /// The condition on rows.
    pub(crate) fn wanted(&self) -> String {
        format!("{}{}", self.part, self.filter)
    }

    fn same(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let place = self.value(value);
            self.and(&format!("{column} = {place}"));
        }
    }

    fn among<'a>(&mut self, column: &str, values: impl Iterator<Item = &'a str>) {
        let places: Vec<String> = values.map(|value| self.value(value)).collect();
        match &places[..] {
            [] => {}
            [place] => self.and(&format!("{column} = {place}")),
            _ => self.and(&format!("{column} IN ({})", places.join(", "))),
        }
    }

    /// Whether a column has a text in it. SQLite takes small and capital letters for the same here.
    fn like(&mut self, column: &str, text: &str) {
        let mut pattern = String::with_capacity(text.len() + 2);
        pattern.push('%');
        for letter in text.chars() {
            if matches!(letter, '%' | '_' | '!') {
                pattern.push('!');
            }
            pattern.push(letter);
        }
        pattern.push('%');
        let place = self.value(pattern);
        self.and(&format!("{column} LIKE {place} ESCAPE '!'"));
    }

    fn within(&mut self, column: &str, (from, to): (Option<Date>, Option<Date>)) {
        if let Some(from) = from {
            let place = self.value(from.to_string());
            self.and(&format!("{column} >= {place}"));
        }
        if from.is_some() || to.is_some() {
            let last = to.map_or_else(|| "9999-12-30".to_owned(), |to| to.to_string());
            let place = self.value(last);
            self.and(&format!("{column} <= {place}"));
        }
    }

    /// `item` rows of the plan on a day.
    pub(crate) fn on(plan: &Code, day: Date, part: Part) -> Self {
        let mut asked = Self { part: String::new(), filter: String::new(), values: Vec::new() };
        let (plan, day) = (asked.value(plan.as_str()), asked.value(day.to_string()));
        let part = match part {
            Part::Holding(standing) => {
                format!("until_day = '{NEVER}' AND standing = {}", asked.value(standing.as_str()))
            }
            Part::Ended => format!("until_day > {day} AND until_day < '{NEVER}'"),
        };
        asked.part = format!("plan = {plan} AND from_day <= {day} AND {part}");
        asked
    }

    /// `item` rows of the plan on the day that the query asks for, of items that nothing was recorded of
    /// after `known`: the rows of others show what was known later.
    pub(crate) fn new(plan: &Code, query: &LedgerQuery, (judge, known): (&Judge, Seq), part: Part) -> Self {
        let mut asked = Self::on(plan, judge.day, part);
        if known != Seq::LATEST {
            let known = asked.value(known.0 as i64);
            asked.and(&format!("code NOT IN ({})", changed_since("$1", &known)));
        }
        if part == Part::Ended {
            asked.among("standing", query.standings.iter().map(|standing| standing.as_str()));
        }
        asked.among("kind", query.kinds.iter().map(|kind| kind.as_str()));
        asked.same("lead_unit", query.lead_unit.as_ref().map(Code::as_str));
        asked.same("caller", query.caller.as_ref().map(Code::as_str));
        asked.same("person", query.person.as_ref().map(Code::as_str));
        asked.same("sector", query.sector.as_ref().map(Code::as_str));
        asked.same("level", query.level.map(|level| level.as_str()));
        asked.same("series", query.series.map(|series| series.as_str()));
        if let Some(unit) = &query.unit {
            let unit = format!("|{unit}|");
            // The first is quick, the second exact.
            asked.like("units", &unit);
            let place = asked.value(unit);
            asked.and(&format!("replace(units, {place}, '') <> units"));
        }
        asked.within("due", query.due);
        asked.within("received", query.received);
        asked.within("finished", query.finished);
        if !query.areas.is_empty() {
            // Any number of areas makes few different statements.
            let some = places(0, query.areas.len()).len();
            let areas = query.areas.iter().cycle().take(some);
            let places: Vec<String> = areas.map(|area| asked.value(area.as_str())).collect();
            asked.and(&format!(
                "areas IN (SELECT a.areas FROM item_area a WHERE a.plan = $1 AND a.area IN ({}))",
                places.join(", ")
            ));
        }
        for word in query.words.to_lowercase().split_whitespace() {
            asked.like("words", word);
        }
        if !query.lights.is_empty() && matches!(part, Part::Ended | Part::Holding(Standing::Open)) {
            let light = asked.light(judge);
            asked.among(&light, query.lights.iter().map(|light| light.as_str()));
        }
        asked
    }

    /// The light of a row, judged by the same conditions as [`Judge::judge`].
    pub(crate) fn light(&mut self, judge: &Judge) -> String {
        let mut cases = String::from("CASE");
        for standing in Standing::ALL {
            if let Some(light) = plain(*standing) {
                cases += &format!(" WHEN standing = '{}' THEN '{}'", standing.as_str(), light.as_str());
            }
        }
        for (light, tests) in &judge.rules {
            let any: Vec<String> = tests
                .iter()
                .map(|(_, condition)| match condition {
                    Condition::DueBefore(day) => format!("due < {}", self.value(day.to_string())),
                    Condition::ForecastAfterDue => "late = 1".to_owned(),
                    Condition::ReportBefore(day) => {
                        format!("(weekly = 1 AND reported < {})", self.value(day.to_string()))
                    }
                    Condition::EvidenceReturned => "evidence = 'returned'".to_owned(),
                    // Items stand in no timetable.
                    Condition::FloatBelow(_) => "1 = 0".to_owned(),
                })
                .collect();
            cases += &format!(" WHEN {} THEN '{}'", any.join(" OR "), light.as_str());
        }
        format!(
            "{cases} WHEN due < '{NEVER}' THEN '{}' ELSE '{}' END",
            Light::Green.as_str(),
            Light::NoDate.as_str()
        )
    }

    /// The rows of the part from where a page begins, and their order.
    fn begin(&mut self, key: &str, page: Paged) -> (String, String) {
        let (turn, beyond) = if page.order.1 { ("DESC", "<") } else { ("ASC", ">") };
        let mut part = self.part.clone();
        if let Some(after) = page.after {
            let (k, c) = (self.value(after.key.as_str()), self.value(after.code.as_str()));
            part += &format!(" AND ({key}, code) {beyond} ({k}, {c})");
        }
        (part, format!("ORDER BY {key} {turn}, code {turn}"))
    }

    /// The statement for the rows of a page, as key, code and body.
    pub(crate) fn page(&mut self, way: Way, page: Paged) -> String {
        let column = column(page.order.0);
        // What is found in other ways is not to be looked for in the order.
        let key = match way {
            Way::Find => format!("COALESCE({column}, '')"),
            Way::Order | Way::Look(_) => column.to_owned(),
        };
        let (part, ordered) = self.begin(&key, page);
        let (rows, wanted) = match way {
            Way::Look(rows) => {
                let rows = self.value(rows as i64);
                let first = format!("SELECT {LOOKED_INTO} FROM item WHERE {part} {ordered} LIMIT {rows}");
                (format!("({first}) looked_at"), format!("1 = 1{}", self.filter))
            }
            Way::Order | Way::Find => ("item".to_owned(), format!("{part}{}", self.filter)),
        };
        let most = self.value(page.limit as i64 + 1);
        // Only the rows of the page are read whole.
        format!(
            "SELECT p.sorted, p.code, i.body FROM (SELECT plan, code, from_day, {key} AS sorted FROM {rows} \
             WHERE {wanted} {ordered} LIMIT {most}) p \
             JOIN item i ON i.plan = p.plan AND i.code = p.code AND i.from_day = p.from_day"
        )
    }

    /// The statement for whether the part goes on after so many rows from where a page begins.
    pub(crate) fn beyond(&mut self, rows: usize, page: Paged) -> String {
        let (part, ordered) = self.begin(column(page.order.0), page);
        let rows = self.value(rows as i64);
        format!("SELECT 1 FROM item WHERE {part} {ordered} LIMIT 1 OFFSET {rows}")
    }

    pub(crate) fn params(&self) -> Vec<Param<'_>> {
        self.values
            .iter()
            .map(|value| match value {
                Value::Int(number) => Param::Int(*number),
                Value::Text(text) => Param::Text(text),
            })
            .collect()
    }
}

fn column(sort: Sort) -> &'static str {
    match sort {
        Sort::Due => "due",
        Sort::Received => "received",
        Sort::Finished => "finished",
        Sort::Reported => "reported",
        Sort::Number => "number",
        Sort::LeadUnit => "lead_unit",
        Sort::Name => "name",
    }
}

/// The parts in which a query's rows are asked for.
pub(crate) fn parts(query: &LedgerQuery) -> impl Iterator<Item = Part> {
    standings(query).into_iter().map(Part::Holding).chain([Part::Ended])
}

#[cfg(test)]
mod tests {
    use domain::item::ItemKind;
    use domain::item::kind::{Level, Series};
    use domain::item::light::LightRules;
    use jiff::civil::date;
    use scratch::Scratch;

    use super::*;
    use crate::database::Database;

    /// Every condition that a list can be narrowed by, alone.
    fn filters() -> Vec<(&'static str, LedgerQuery)> {
        let all = LedgerQuery::default;
        let code = |text: &str| Some(Code::new(text).unwrap());
        let days = (Some(date(2019, 1, 1)), Some(date(2019, 2, 1)));
        let areas = vec![Code::new("a").unwrap(), Code::new("b").unwrap()];
        vec![
            ("all", all()),
            ("kind", LedgerQuery { kinds: vec![ItemKind::Directive], ..all() }),
            ("kinds", LedgerQuery { kinds: vec![ItemKind::Directive, ItemKind::Finding], ..all() }),
            ("standing", LedgerQuery { standings: vec![Standing::Open], ..all() }),
            ("red", LedgerQuery { lights: vec![Light::Red], ..all() }),
            ("lights", LedgerQuery { lights: vec![Light::Yellow, Light::Done], ..all() }),
            ("unit", LedgerQuery { unit: code("u"), ..all() }),
            ("lead unit", LedgerQuery { lead_unit: code("u"), ..all() }),
            ("caller", LedgerQuery { caller: code("u"), ..all() }),
            ("person", LedgerQuery { person: code("u"), ..all() }),
            ("level", LedgerQuery { level: Some(Level::City), ..all() }),
            ("series", LedgerQuery { series: Some(Series::Weekly), ..all() }),
            ("sector", LedgerQuery { sector: code("s"), ..all() }),
            ("areas", LedgerQuery { areas, ..all() }),
            ("due", LedgerQuery { due: days, ..all() }),
            ("received", LedgerQuery { received: days, ..all() }),
            ("finished", LedgerQuery { finished: (days.0, None), ..all() }),
            ("words", LedgerQuery { words: "路 road".into(), ..all() }),
        ]
    }

    #[test]
    fn sqlite_reads_pages_in_their_order() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let judge = LightRules::usual().on(date(2019, 8, 14));
        let plan = Code::new("p").unwrap();
        let after = After { key: "2019-08-14".into(), code: "T-1".into() };
        for (name, query) in filters() {
            for (sort, after) in Sort::ALL.iter().flat_map(|sort| [(*sort, None), (*sort, Some(&after))]) {
                for descending in [false, true] {
                    for (part, way) in parts(&query).flat_map(|part| ways(name, part)) {
                        let mut asked = Asked::new(&plan, &query, (&judge, Seq::LATEST), part);
                        let page = asked.page(way, Paged { order: (sort, descending), after, limit: 50 });
                        let sql = format!("EXPLAIN QUERY PLAN {page}");
                        let steps = database
                            .read(|c| c.rows(&sql, &asked.params(), |row| Ok(row.text(3)?.to_owned())))
                            .unwrap();
                        let fault = fault(way, sort, part, &steps);
                        assert!(
                            fault.is_none(),
                            "{name} by {}: {}: {steps:?}",
                            sort.as_str(),
                            fault.unwrap()
                        );
                    }
                }
            }
        }
    }

    fn ways(name: &str, part: Part) -> Vec<(Part, Way)> {
        match (part, name) {
            (Part::Ended, _) => vec![(part, Way::Find)],
            (_, "words") => vec![(part, Way::Look(100)), (part, Way::Find)],
            _ => vec![(part, Way::Order)],
        }
    }

    /// What is wrong with the way that a page is found.
    fn fault(way: Way, sort: Sort, part: Part, steps: &[String]) -> Option<&'static str> {
        // The rows of the page itself are joined one by one.
        if steps.iter().any(|step| step.contains("SCAN") && step != "SCAN p" && step != "SCAN looked_at") {
            return Some("all rows are read");
        }
        let Some(by) = steps.iter().find(|step| step.contains(" item ")) else { return Some("no index") };
        let sorted = steps.iter().any(|step| step.contains("USE TEMP B-TREE FOR ORDER BY"));
        let own = format!("INDEX item_in_{} (plan=? AND standing=?", column(sort));
        match (part, way) {
            (Part::Ended, _) => (!by.contains("item_by_day (plan=? AND until_day>? AND until_day<?)"))
                .then_some("ended rows are not found by their day"),
            (_, Way::Find) => {
                (!by.contains("COVERING INDEX item_in_words")).then_some("words are looked for in whole rows")
            }
            (_, Way::Look(_)) => {
                (!by.contains(&own) || sorted).then_some("what is looked at is put in order")
            }
            (_, Way::Order) if !sorted => {
                // An index of its own holds what is open of a kind, by its limit.
                (!by.contains(&format!("COVERING {own}")) && !by.contains("COVERING INDEX item_open"))
                    .then_some("not in order")
            }
            // Only what the filter leaves is put in order.
            (_, Way::Order) => {
                let narrowed = [" due>", " received>", " finished>", " lead_unit="];
                (!narrowed.iter().any(|range| by.contains(range))).then_some("all rows are put in order")
            }
        }
    }
}
