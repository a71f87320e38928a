//! What a report says: queries over the ledger as it stood before and at the end of its period.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::period::Period;
use super::stated::Stated;
use crate::code::Code;
use crate::item::kind::ObjectionTo;
use crate::item::ledger::{LedgerRow, RowKind};
use crate::item::light::{Judge, Light};
use crate::item::workflow::Standing;
use crate::named::Named;
use crate::rhythm::ReturnAsk;

/// A number of the report with the rows it stands on, as they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The key under which messages name it.
    pub key: String,
    /// Ids of rows: see [`Content::rows`].
    pub rows: Vec<String>,
}

/// A part that people write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    pub key: String,
    #[serde(default)]
    pub text: String,
}

/// What a unit asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskKind {
    /// More time.
    Extension,
    Objection(ObjectionTo),
    /// A second look at what an inspection found.
    Review,
}

/// Something that a unit asked of the task force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub code: Code,
    pub name: Named,
    pub unit: Option<Code>,
    pub kind: AskKind,
    pub on: Date,
    /// The day that is asked for.
    pub until: Option<Date>,
    pub reason: String,
    /// What was answered by the period's end.
    pub granted: Option<bool>,
}

/// What a month's dispatch is shown besides, and a quarter's and a year's report say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    pub asks: Vec<Ask>,
    /// What units asked in their returns to have decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<ReturnAsk>,
    pub stated: Vec<Stated>,
    /// Projects by which sums of the annual statement do not close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclosed: Vec<String>,
}

/// The whole report. What it counts and shows stands in it, so that an issued one can be opened down to
/// its rows for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub from: Date,
    pub to: Date,
    pub figures: Vec<Figure>,
    /// Every row that a figure names, as it stood at the end of the period (or last stood before).
    pub rows: BTreeMap<String, (LedgerRow, Light)>,
    /// Rows by which the opening count differs from the closing count of the issue before.
    pub adjusted: Vec<String>,
    pub sections: Vec<Section>,
    /// Of all but a weekly report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<Pack>,
}

/// A sum of the report that does not close, with the rows at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    pub key: &'static str,
    pub rows: Vec<String>,
}

/// Sections that every report begins with.
const SECTIONS: [&str; 3] = ["summary", "problems", "next"];

/// Kinds that are the rhythm's own paper and not what it reports on.
fn is_reported(row: &LedgerRow) -> bool {
    use crate::item::ItemKind as K;
    !matches!(&row.kind, RowKind::Item(K::Return | K::Report | K::Slip))
}

fn is_open(row: &LedgerRow) -> bool {
    matches!(row.standing, Standing::Open | Standing::Suspended)
}

/// Composes a report from the ledger on the day before its period and on its last day. `last` is the
/// content of the issue before, where there is one.
pub fn compose(
    period: Period,
    before: &[LedgerRow],
    after: &[LedgerRow],
    (judge_before, judge_after): (&Judge, &Judge),
    last: Option<&Content>,
) -> Content {
    let by_id = |rows: &[LedgerRow]| -> BTreeMap<String, LedgerRow> {
        rows.iter().filter(|row| is_reported(row)).map(|row| (row.id(), row.clone())).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let pick = |wanted: &dyn Fn(&str, &LedgerRow) -> bool| -> Vec<String> {
        after.iter().filter(|(id, row)| wanted(id, row)).map(|(id, _)| id.clone()).collect()
    };
    let was_open = |id: &str| before.get(id).is_some_and(is_open);
    let open_before: Vec<String> =
        before.iter().filter(|(_, row)| is_open(row)).map(|(id, _)| id.clone()).collect();
    let new = pick(&|id, _| !before.contains_key(id));
    let reopened = pick(&|id, row| is_open(row) && before.get(id).is_some_and(|held| !is_open(held)));
    let came = |id: &str| was_open(id) || !before.contains_key(id);
    let done = pick(&|id, row| came(id) && row.standing == Standing::Done);
    let withdrawn = pick(&|id, row| came(id) && row.standing == Standing::Withdrawn);
    let open_after = pick(&|_, row| is_open(row));
    let light = |judge: &Judge, row: &LedgerRow| judge.judge(row).light;
    let lit = |wanted: Light| pick(&|_, row| light(judge_after, row) == wanted);
    let turned_red = pick(&|id, row| {
        light(judge_after, row) == Light::Red
            && before.get(id).is_none_or(|held| light(judge_before, held) != Light::Red)
    });
    let made_good = pick(&|id, row| {
        row.standing == Standing::Done
            && before.get(id).is_some_and(|held| light(judge_before, held) == Light::Red)
    });
    let next = period.next();
    let due_next =
        pick(&|_, row| is_open(row) && row.due.is_some_and(|due| due >= next.from && due <= next.to));
    let adjusted = last.map_or_else(Vec::new, |last| {
        let closing: BTreeSet<&String> = last.ids("open_after").collect();
        let opening: BTreeSet<&String> = open_before.iter().collect();
        closing.symmetric_difference(&opening).map(|id| (*id).clone()).collect()
    });
    let figures: Vec<Figure> = [
        ("open_before", open_before),
        ("new", new),
        ("reopened", reopened),
        ("done", done),
        ("withdrawn", withdrawn),
        ("open_after", open_after),
        ("red", lit(Light::Red)),
        ("yellow", lit(Light::Yellow)),
        ("turned_red", turned_red),
        ("made_good", made_good),
        ("due_next", due_next),
    ]
    .into_iter()
    .map(|(key, rows)| Figure { key: key.into(), rows })
    .collect();
    let named: BTreeSet<String> =
        figures.iter().flat_map(|figure| &figure.rows).chain(&adjusted).cloned().collect();
    let rows = named
        .into_iter()
        .filter_map(|id| {
            let shown = after
                .get(&id)
                .map(|row| (row.clone(), light(judge_after, row)))
                .or_else(|| before.get(&id).map(|row| (row.clone(), light(judge_before, row))))
                .or_else(|| last.and_then(|last| last.rows.get(&id).cloned()))?;
            Some((id, shown))
        })
        .collect();
    let sections = SECTIONS.map(|key| Section { key: key.into(), text: String::new() }).to_vec();
    Content { from: period.from, to: period.to, figures, rows, adjusted, sections, pack: None }
}

impl Content {
    /// The rows of a figure; none for one that is not there.
    pub fn ids<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a String> + use<'a> {
        let found = self.figures.iter().find(|figure| figure.key == key);
        found.into_iter().flat_map(|figure| &figure.rows)
    }

    /// Sums that do not close: what was open, came and came back must be open, done or withdrawn now; and
    /// what was open at the last issue's end must be open at this one's beginning, but for rows that are
    /// named. The annual statement's own sums must close too.
    pub fn shortfalls(&self, last: Option<&Content>) -> Vec<Shortfall> {
        let set = |key: &str| self.ids(key).collect::<BTreeSet<_>>();
        let sum = |keys: &[&str]| keys.iter().flat_map(|key| self.ids(key)).collect::<BTreeSet<_>>();
        let mut out = Vec::new();
        let (into, out_of) =
            (sum(&["open_before", "new", "reopened"]), sum(&["open_after", "done", "withdrawn"]));
        let rows: Vec<String> = into.symmetric_difference(&out_of).map(|id| (*id).clone()).collect();
        if !rows.is_empty() {
            out.push(Shortfall { key: "balance", rows });
        }
        if let Some(pack) = self.pack.as_ref().filter(|pack| !pack.unclosed.is_empty()) {
            out.push(Shortfall { key: "statement", rows: pack.unclosed.clone() });
        }
        if let Some(last) = last {
            let closing: BTreeSet<&String> = last.ids("open_after").collect();
            let explained: BTreeSet<&String> = self.adjusted.iter().collect();
            let opening = set("open_before");
            let rows: Vec<String> = closing
                .symmetric_difference(&opening)
                .filter(|id| !explained.contains(*id))
                .map(|id| (*id).clone())
                .collect();
            if !rows.is_empty() {
                out.push(Shortfall { key: "carried", rows });
            }
        }
        out
    }

    /// Whether another composition counts the same: what people wrote is left out.
    pub fn counts_as(&self, other: &Self) -> bool {
        self.figures == other.figures
            && self.rows == other.rows
            && self.adjusted == other.adjusted
            && self.pack == other.pack
    }

    /// The text that is frozen.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("plain data")
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
