//! The ledger as the database keeps it: each item's rows through time, its areas and its links.

use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::item::ledger::{LedgerRow, Span, spans};
use domain::item::light::{Condition, Judge, Light};
use domain::item::query::{After, LedgerQuery, NEVER, Sort, searched};
use domain::item::{Item, ItemFact, Relation, Standing, Target};
use domain::journal::{Entry, Event, Seq};
use domain::subject::{Subject, SubjectKind};
use jiff::civil::Date;

use crate::error::{Result, StoreError};
use crate::sql::{Connection, Param, Row};

/// A page of ledger rows, with where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerPage {
    pub rows: Vec<LedgerRow>,
    pub next: Option<After>,
}

/// A link as seen from its far end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackLink {
    pub item: Code,
    pub relation: Relation,
}

/// The tables that are made again from the journal.
const TABLES: [&str; 3] = ["item", "item_area", "item_link"];

/// The rows of an item from a day on. The day is compared as an expression: by the index that begins with it,
/// SQLite would walk through every item that is open instead of this one's few rows.
const FORGET: &str = "DELETE FROM item WHERE plan = $1 AND code = $2 AND until_day || '' >= $3";

/// Brings an item's rows up to date after an entry about it.
pub(crate) fn project(connection: &mut Connection, entry: &Entry, history: &SubjectHistory) -> Result<()> {
    // Rows that ended before anything changed stay as they are. The row that ends on the very day is
    // written again: until now it may have been the last one, without an end.
    let mut from = entry.draft.effective;
    if let Event::Corrected { entry: wrong, .. } = &entry.draft.event {
        let days = history.facts().iter().filter(|fact| fact.seq == *wrong).map(|fact| fact.effective);
        from = days.chain([from]).min().unwrap_or(from);
    }
    let (plan, code) = (&history.subject.scope, &history.subject.code);
    let from = from.to_string();
    connection.send(FORGET, &[plan.as_str().into(), code.as_str().into(), from.as_str().into()])?;
    for span in spans(history) {
        if span.until.is_none_or(|until| until.to_string() >= from) {
            insert(connection, plan, &span)?;
        }
    }
    let linked = |fact: &domain::fact::Fact| {
        matches!(fact, domain::fact::Fact::Item(ItemFact::Link { .. } | ItemFact::Place { .. }))
    };
    if entry.draft.event.corrects().is_some() || entry.draft.event.facts().iter().any(linked) {
        links(connection, history)?;
    }
    Ok(())
}

/// Writes all that is projected of an item.
fn project_whole(connection: &mut Connection, history: &SubjectHistory) -> Result<()> {
    for span in spans(history) {
        insert(connection, &history.subject.scope, &span)?;
    }
    links(connection, history)
}

fn insert(connection: &mut Connection, plan: &Code, span: &Span) -> Result<()> {
    let row = &span.row;
    let day = |date: Option<Date>| date.map_or_else(|| NEVER.to_owned(), |date| date.to_string());
    let code = |code: &Option<Code>| code.as_ref().map(Code::to_string).unwrap_or_default();
    let mut units = String::new();
    for unit in row.lead_unit.iter().chain(&row.supporting_units) {
        units.push('|');
        units.push_str(unit.as_str());
    }
    units.push('|');
    let late = matches!((row.forecast, row.due), (Some(forecast), Some(due)) if forecast > due);
    let body = serde_json::to_string(row).map_err(|error| StoreError::Damaged(error.to_string()))?;
    let texts = [
        span.from.to_string(),
        day(span.until),
        code(&row.lead_unit),
        code(&row.caller),
        code(&row.person),
        code(&row.sector),
        day(row.received),
        day(row.due),
        day(row.finished),
        day(row.last_report.or(row.received)),
        searched(row),
    ];
    let [from, until, lead, caller, person, sector, received, due, finished, reported, words] = &texts;
    connection.send(
        "INSERT INTO item (plan, code, from_day, until_day, kind, standing, level, series, lead_unit, units, \
         caller, person, sector, received, due, finished, reported, late, weekly, evidence, number, name, \
         words, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
         $18, $19, $20, $21, $22, $23, $24)",
        &[
            plan.as_str().into(),
            row.code.as_str().into(),
            from.into(),
            until.into(),
            row.kind.as_str().into(),
            row.standing.as_str().into(),
            row.level.map_or("", |level| level.as_str()).into(),
            row.series.map_or("", |series| series.as_str()).into(),
            lead.into(),
            Param::Text(&units),
            caller.into(),
            person.into(),
            sector.into(),
            received.into(),
            due.into(),
            finished.into(),
            reported.into(),
            Param::Int(i64::from(late)),
            Param::Int(i64::from(row.weekly)),
            row.evidence.as_str().into(),
            Param::Text(&row.number),
            Param::Text(&row.name.zh),
            words.into(),
            Param::Text(&body),
        ],
    )
}

/// Writes the links that hold now and every area the item was ever placed in.
fn links(connection: &mut Connection, history: &SubjectHistory) -> Result<()> {
    let (plan, code) = (history.subject.scope.as_str(), history.subject.code.as_str());
    for table in ["item_area", "item_link"] {
        connection.send(
            &format!("DELETE FROM {table} WHERE plan = $1 AND item = $2"),
            &[plan.into(), code.into()],
        )?;
    }
    let Some(item) = Item::at(history, View::ALL) else { return Ok(()) };
    let mut areas: Vec<&Code> = history
        .visible::<ItemFact>(View::ALL)
        .filter_map(|held| match held.fact {
            ItemFact::Place { areas, .. } => Some(areas),
            _ => None,
        })
        .flatten()
        .collect();
    areas.sort_unstable();
    areas.dedup();
    for area in areas {
        connection.send(
            "INSERT INTO item_area (plan, area, item) VALUES ($1, $2, $3)",
            &[plan.into(), area.as_str().into(), code.into()],
        )?;
    }
    for (relation, to) in &item.links {
        connection.send(
            "INSERT INTO item_link (plan, item, relation, to_kind, to_code) VALUES ($1, $2, $3, $4, $5)",
            &[
                plan.into(),
                code.into(),
                relation.as_str().into(),
                to.kind().as_str().into(),
                to.code().as_str().into(),
            ],
        )?;
    }
    Ok(())
}

/// A statement under construction: texts with numbered places, and their values.
struct Asked {
    sql: String,
    values: Vec<String>,
}

impl Asked {
    /// The place of a value.
    fn value(&mut self, value: impl Into<String>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    fn same(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let place = self.value(value);
            self.and(&format!("{column} = {place}"));
        }
    }

    fn among<'a>(&mut self, column: &str, values: impl Iterator<Item = &'a str>) {
        let places: Vec<String> = values.map(|value| self.value(value)).collect();
        if !places.is_empty() {
            self.and(&format!("{column} IN ({})", places.join(", ")));
        }
    }

    /// Whether a column has a text in it, letter by letter: LIKE differs between the databases.
    fn holds(&mut self, column: &str, place: &str) {
        self.and(&format!("replace({column}, {place}, '') <> {column}"));
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

    /// `item` rows of the plan on the day that the query asks for, of items that nothing was recorded of
    /// after `known`: the rows of others show what was known later.
    fn new(plan: &Code, query: &LedgerQuery, judge: &Judge, known: Seq) -> Self {
        let mut asked = Self { sql: String::new(), values: Vec::new() };
        let (plan, day) = (asked.value(plan.as_str()), asked.value(judge.day.to_string()));
        asked.sql = format!("plan = {plan} AND from_day <= {day} AND until_day > {day}");
        if known != Seq::LATEST {
            asked.and(&format!("code NOT IN ({})", changed_since(&plan, known)));
        }
        asked.among("kind", query.kinds.iter().map(|kind| kind.as_str()));
        asked.among("standing", query.standings.iter().map(|standing| standing.as_str()));
        asked.same("lead_unit", query.lead_unit.as_ref().map(Code::as_str));
        asked.same("caller", query.caller.as_ref().map(Code::as_str));
        asked.same("person", query.person.as_ref().map(Code::as_str));
        asked.same("sector", query.sector.as_ref().map(Code::as_str));
        asked.same("level", query.level.map(|level| level.as_str()));
        asked.same("series", query.series.map(|series| series.as_str()));
        if let Some(unit) = &query.unit {
            let place = asked.value(format!("|{unit}|"));
            asked.holds("units", &place);
        }
        asked.within("due", query.due);
        asked.within("received", query.received);
        asked.within("finished", query.finished);
        if !query.areas.is_empty() {
            let places: Vec<String> = query.areas.iter().map(|area| asked.value(area.as_str())).collect();
            asked.and(&format!(
                "code IN (SELECT a.item FROM item_area a WHERE a.plan = {plan} AND a.area IN ({}))",
                places.join(", ")
            ));
        }
        for word in query.words.to_lowercase().split_whitespace() {
            let place = asked.value(word);
            asked.holds("words", &place);
        }
        if !query.lights.is_empty() {
            let light = asked.light(judge);
            asked.among(&light, query.lights.iter().map(|light| light.as_str()));
        }
        asked
    }

    /// The light of a row, judged by the same conditions as [`Judge::judge`].
    fn light(&mut self, judge: &Judge) -> String {
        let mut cases = String::from("CASE");
        for (standing, light) in [
            (Standing::Done, Light::Done),
            (Standing::Suspended, Light::Suspended),
            (Standing::Withdrawn, Light::Withdrawn),
        ] {
            cases += &format!(" WHEN standing = '{}' THEN '{}'", standing.as_str(), light.as_str());
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

    fn params(&self) -> Vec<Param<'_>> {
        self.values.iter().map(Param::from).collect()
    }
}

/// The items of a plan that something was recorded of after an entry.
pub(crate) fn changed_since(plan: &str, known: Seq) -> String {
    let kind = SubjectKind::Item.as_str();
    format!("SELECT subject FROM entry WHERE kind = '{kind}' AND scope = {plan} AND seq > {known}")
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

impl Connection {
    /// The items of a plan that a query asks for on the judge's day, without those that something was
    /// recorded of after `known`: see [`each_changed_item`](Self::each_changed_item).
    pub fn ledger(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        (judge, known): (&Judge, Seq),
        (sort, descending): (Sort, bool),
        after: Option<&After>,
        limit: usize,
    ) -> Result<LedgerPage> {
        if !query.wants_items() {
            return Ok(LedgerPage { rows: Vec::new(), next: None });
        }
        let mut asked = Asked::new(plan, query, judge, known);
        let (key, turn) = (column(sort), if descending { "DESC" } else { "ASC" });
        if let Some(after) = after {
            let (k, c) = (asked.value(after.key.as_str()), asked.value(after.code.as_str()));
            let beyond = if descending { "<" } else { ">" };
            asked.and(&format!("({key} {beyond} {k} OR ({key} = {k} AND code {beyond} {c}))"));
        }
        // The rows are chosen from an index; only those of the page are read whole.
        let sql = format!(
            "SELECT i.body, p.sorted FROM (SELECT plan, code, from_day, {key} AS sorted FROM item WHERE {} \
             ORDER BY {key} {turn}, code {turn} LIMIT {}) p \
             JOIN item i ON i.plan = p.plan AND i.code = p.code AND i.from_day = p.from_day \
             ORDER BY p.sorted {turn}, p.code {turn}",
            asked.sql,
            limit + 1
        );
        let mut keys = Vec::new();
        let mut rows = self.rows(&sql, &asked.params(), |row| {
            keys.push(row.text(1)?.to_owned());
            serde_json::from_str::<LedgerRow>(row.text(0)?)
                .map_err(|error| StoreError::Damaged(error.to_string()))
        })?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        keys.truncate(limit);
        let next = (more && limit > 0).then(|| keys.pop().zip(rows.last())).flatten();
        let next = next.map(|(key, row)| After { key, code: row.id() });
        Ok(LedgerPage { rows, next })
    }

    /// All items that a query finds on the judge's day, without those that changed after `known`.
    pub fn all_items(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        (judge, known): (&Judge, Seq),
    ) -> Result<Vec<LedgerRow>> {
        let asked = Asked::new(plan, query, judge, known);
        self.rows(&format!("SELECT body FROM item WHERE {}", asked.sql), &asked.params(), |row| {
            serde_json::from_str(row.text(0)?).map_err(|error| StoreError::Damaged(error.to_string()))
        })
    }

    /// The items that a report of a period stands on, on its eve and on its last day: those that were open
    /// on the day, and those that changed in between. What has long been done is not read.
    pub fn moving(
        &mut self,
        plan: &Code,
        (eve, last): (Date, Date),
    ) -> Result<(Vec<LedgerRow>, Vec<LedgerRow>)> {
        let (eve, last) = (eve.to_string(), last.to_string());
        let open = "standing IN ('open', 'suspended')";
        let mut rows = |on: &str, changed: &str| {
            let sql = format!(
                "SELECT body FROM item WHERE plan = $1 AND from_day <= {on} AND until_day > {on} \
                 AND ({open} OR {changed})"
            );
            self.rows(&sql, &[plan.as_str().into(), (&eve).into(), (&last).into()], |row| {
                serde_json::from_str(row.text(0)?).map_err(|error| StoreError::Damaged(error.to_string()))
            })
        };
        Ok((rows("$2", "until_day <= $3")?, rows("$3", "from_day > $2")?))
    }

    /// How many items of each light a query finds, without those that changed after `known`.
    pub fn ledger_lights(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        (judge, known): (&Judge, Seq),
    ) -> Result<Vec<(Light, u64)>> {
        if !query.wants_items() {
            return Ok(Vec::new());
        }
        let mut asked = Asked::new(plan, query, judge, known);
        let light = asked.light(judge);
        let sql = format!(
            "SELECT light, COUNT(*) FROM (SELECT {light} AS light FROM item WHERE {}) found GROUP BY light",
            asked.sql
        );
        let found = self.rows(&sql, &asked.params(), |row| {
            let light =
                Light::parse(row.text(0)?).ok_or_else(|| StoreError::Damaged("an unknown light".into()))?;
            Ok((light, row.int(1)? as u64))
        })?;
        Ok(found)
    }

    /// How many items a query finds, counted up to `most`; without those that changed after `known`.
    pub fn ledger_count(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        (judge, known): (&Judge, Seq),
        most: u64,
    ) -> Result<u64> {
        if !query.wants_items() {
            return Ok(0);
        }
        let asked = Asked::new(plan, query, judge, known);
        let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM item WHERE {} LIMIT {most}) found", asked.sql);
        let count = self.first(&sql, &asked.params(), |row| row.int(0))?;
        Ok(count.unwrap_or(0) as u64)
    }

    /// The last item code that begins with a prefix.
    pub fn last_item_code(&mut self, plan: &Code, prefix: &str) -> Result<Option<String>> {
        self.first(
            "SELECT code FROM item WHERE plan = $1 AND code >= $2 AND code < $3 ORDER BY code DESC LIMIT 1",
            &[plan.as_str().into(), prefix.into(), format!("{prefix}~").as_str().into()],
            |row| Ok(row.text(0)?.to_owned()),
        )
    }

    /// The items that link to a thing.
    pub fn links_to(&mut self, plan: &Code, to: &Target, limit: usize) -> Result<Vec<BackLink>> {
        self.rows(
            &format!(
                "SELECT item, relation FROM item_link WHERE plan = $1 AND to_kind = $2 AND to_code = $3 \
                 ORDER BY item LIMIT {limit}"
            ),
            &[plan.as_str().into(), to.kind().as_str().into(), to.code().as_str().into()],
            |row| {
                let damaged = |why: String| StoreError::Damaged(why);
                Ok(BackLink {
                    item: Code::new(row.text(0)?).map_err(|error| damaged(error.to_string()))?,
                    relation: Relation::parse(row.text(1)?)
                        .ok_or_else(|| damaged("an unknown relation".into()))?,
                })
            },
        )
    }

    /// Visits what is projected of the ledger, in the order of its keys.
    pub(crate) fn each_ledger_row(&mut self, visit: &mut dyn FnMut(&[&str])) -> Result<()> {
        let texts = |row: &Row, count: usize, visit: &mut dyn FnMut(&[&str])| -> Result<()> {
            let texts: Vec<&str> = (0..count).map(|at| row.text(at)).collect::<Result<_>>()?;
            visit(&texts);
            Ok(())
        };
        let sql = "SELECT plan, code, from_day, until_day, kind, standing, level, series, lead_unit, units, \
                   caller, person, sector, received, due, finished, reported, evidence, number, name, words, \
                   body FROM item ORDER BY plan, code, from_day";
        self.each(sql, &[], &mut |row| texts(row, 22, visit))?;
        let sql = "SELECT plan, area, item FROM item_area ORDER BY plan, area, item";
        self.each(sql, &[], &mut |row| texts(row, 3, visit))?;
        let sql = "SELECT plan, item, relation, to_kind, to_code FROM item_link \
                   ORDER BY plan, item, relation, to_kind, to_code";
        self.each(sql, &[], &mut |row| texts(row, 5, visit))
    }

    /// Makes all rows of the ledger again from the facts.
    pub(crate) fn rebuild_ledger(&mut self) -> Result<()> {
        for table in TABLES {
            self.execute(&format!("DELETE FROM {table}"), &[])?;
        }
        for subject in self.item_subjects()? {
            if let Some(history) = self.subject(&subject)? {
                project_whole(self, &history)?;
            }
        }
        Ok(())
    }

    fn item_subjects(&mut self) -> Result<Vec<Subject>> {
        self.rows(
            "SELECT DISTINCT scope, subject FROM entry WHERE kind = $1 ORDER BY scope, subject",
            &[SubjectKind::Item.as_str().into()],
            |row| {
                let code =
                    |text: &str| Code::new(text).map_err(|error| StoreError::Damaged(error.to_string()));
                Ok(Subject::item(&code(row.text(0)?)?, &code(row.text(1)?)?))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_finds_an_items_rows_by_its_code() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let areas = "DELETE FROM item_area WHERE plan = $1 AND item = $2 AND $3 = $3";
        for (sql, by) in [(FORGET, "PRIMARY KEY (plan=? AND code=?)"), (areas, "(plan=? AND item=?)")] {
            let params = ["p", "T-1", "2019-01-01"].map(Param::Text);
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            let plan = database.read(|c| c.rows(&sql, &params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
            assert!(plan.iter().any(|step| step.contains(by)), "{plan:?}");
        }
    }
}
