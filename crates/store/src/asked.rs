//! The ledger's questions as statements.
//!
//! Of all rows those that still hold are asked for most. They are kept in every order of a page, each with all
//! that may be asked of it, one standing after the other: a page is read from where it begins until it is full.
//! Rows that ended are of days gone by; today there are none but those of changes that were dated ahead.

use domain::code::Code;
use domain::item::Standing;
use domain::item::light::{Condition, Judge, Light};
use domain::item::query::{LedgerQuery, NEVER};
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
    pub(crate) part: String,
    /// What is asked of each of them.
    pub(crate) filter: String,
    values: Vec<Value>,
}

/// A value that a statement is asked with. None stands in its text: each would make another statement.
pub(crate) enum Value {
    Int(i64),
    Text(String),
}

impl Value {
    pub(crate) fn param(&self) -> Param<'_> {
        match self {
            Self::Int(number) => Param::Int(*number),
            Self::Text(text) => Param::Text(text),
        }
    }
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
        // Numbers first: few rows say the same, and those that do not are asked for no other word.
        let words = query.words.to_lowercase();
        let mut words: Vec<&str> = words.split_whitespace().collect();
        words.sort_by_key(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
        for word in words {
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

    pub(crate) fn params(&self) -> Vec<Param<'_>> {
        self.values.iter().map(Value::param).collect()
    }
}

/// The parts in which a query's rows are asked for.
pub(crate) fn parts(query: &LedgerQuery) -> impl Iterator<Item = Part> {
    standings(query).into_iter().map(Part::Holding).chain([Part::Ended])
}
