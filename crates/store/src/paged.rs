//! Pages of the ledger as statements: where they begin, and how their rows are come by.
//!
//! Words are looked for in the first rows of an order at first: what many rows say fills a page there. What few
//! say is found in the index of words, and is quickly put in order.

use domain::item::query::{After, Sort};

use crate::asked::Asked;

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

impl Asked {
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

#[cfg(test)]
mod tests {
    use domain::code::Code;
    use domain::item::kind::{Level, Series};
    use domain::item::light::{Light, LightRules};
    use domain::item::query::LedgerQuery;
    use domain::item::{ItemKind, Standing};
    use domain::journal::Seq;
    use jiff::civil::date;
    use scratch::Scratch;

    use super::*;
    use crate::asked::{Part, parts};
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
