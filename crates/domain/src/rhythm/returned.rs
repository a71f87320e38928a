//! A unit's return: what the ledger says of its work in a period, and what the unit says to it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::item::kind::{ItemKind, texts};
use crate::item::ledger::{LedgerRow, RowKind};
use crate::item::light::{Judge, Light};
use crate::item::{Item, Standing, State, Step};
use crate::named::Named;
use crate::report::Period;

texts! {
    /// Where a line of a return stands.
    ReturnPart { Done => "done", Late => "late", InHand => "in_hand" }
}

/// One thing that the unit leads, as it stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReturnLine {
    /// The row's id on the ledger: see [`LedgerRow::id`].
    pub id: String,
    pub kind: String,
    pub name: Named,
    pub part: ReturnPart,
    pub light: Light,
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Date>,
    /// What the unit says: for what is late, why; else how far it is and what comes next.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReturnContent {
    pub from: Date,
    pub to: Date,
    pub lines: Vec<ReturnLine>,
    #[serde(default)]
    pub next: String,
    /// What the unit needs others to decide, a matter each.
    #[serde(default)]
    pub asks: Vec<String>,
}

/// A matter that a unit asks, in a return that it handed in, to have decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnAsk {
    pub unit: Code,
    /// The return in which it is asked, and what it is called.
    pub in_return: Code,
    pub name: Named,
    /// Which of the return's matters.
    pub key: Code,
    pub on: Option<Date>,
    pub text: String,
}

impl ReturnAsk {
    /// What a return asks for; nothing before it is handed in.
    pub fn of(item: &Item) -> Vec<Self> {
        let (State::Submitted, Some(unit)) = (item.state, &item.lead_unit) else { return Vec::new() };
        let Some(content) = ReturnContent::parse(&item.content) else { return Vec::new() };
        let on = item.moves.iter().rev().find(|moved| moved.step == Step::Submit).map(|moved| moved.on);
        let asks = content.asks.into_iter().enumerate();
        asks.filter_map(|(at, text)| {
            let key = Code::new(&format!("r{}", at + 1)).ok()?;
            let (unit, in_return, name) = (unit.clone(), item.code.clone(), item.name.clone());
            Some(Self { unit, in_return, name, key, on, text })
        })
        .collect()
    }
}

/// Kinds that a unit answers for in a return.
const KINDS: [ItemKind; 6] = [
    ItemKind::Directive,
    ItemKind::TrackedTask,
    ItemKind::Finding,
    ItemKind::Decision,
    ItemKind::Whistle,
    ItemKind::Dispatch,
];

impl ReturnContent {
    /// Matters that one return may ask to have decided.
    pub const ASKS_MOST: usize = 5;
    /// Kinds of item that returns are about, besides projects.
    pub const KINDS: [ItemKind; 6] = KINDS;

    fn is_about(row: &LedgerRow) -> bool {
        match &row.kind {
            RowKind::Item(kind) => KINDS.contains(kind),
            RowKind::Project => true,
            RowKind::Milestone { .. } => false,
        }
    }

    /// Units that owe a return: those that lead something open.
    pub fn owing(rows: &[LedgerRow]) -> Vec<Code> {
        let open = rows.iter().filter(|row| Self::is_about(row) && row.standing == Standing::Open);
        let mut units: Vec<Code> = open.filter_map(|row| row.lead_unit.clone()).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// What the ledger of the judge's day says of a unit's work in a period.
    pub fn compose(unit: &Code, period: Period, rows: &[LedgerRow], judge: &Judge) -> Self {
        let own = rows.iter().filter(|row| Self::is_about(row) && row.lead_unit.as_ref() == Some(unit));
        let mut lines: Vec<ReturnLine> = own
            .filter_map(|row| {
                let within = |on: Date| (period.from..=period.to).contains(&on);
                let part = match row.standing {
                    Standing::Done if row.finished.is_some_and(within) => ReturnPart::Done,
                    Standing::Open if row.due.is_some_and(|due| due < judge.day) => ReturnPart::Late,
                    Standing::Open => ReturnPart::InHand,
                    _ => return None,
                };
                Some(ReturnLine {
                    id: row.id(),
                    kind: row.kind.as_str().into(),
                    name: row.name.clone(),
                    part,
                    light: judge.judge(row).light,
                    state: row.state.clone(),
                    due: row.due,
                    finished: row.finished,
                    said: String::new(),
                })
            })
            .collect();
        lines.sort_by(|a, b| (a.part, a.due, &a.id).cmp(&(b.part, b.due, &b.id)));
        Self { from: period.from, to: period.to, lines, next: String::new(), asks: Vec::new() }
    }

    /// Takes over what was written in an earlier draft.
    pub fn keep(&mut self, draft: &Self) {
        for line in &mut self.lines {
            if let Some(held) = draft.lines.iter().find(|held| held.id == line.id) {
                line.said.clone_from(&held.said);
            }
        }
        self.next.clone_from(&draft.next);
        self.asks.clone_from(&draft.asks);
    }

    pub fn part(&self, part: ReturnPart) -> impl Iterator<Item = &ReturnLine> {
        self.lines.iter().filter(move |line| line.part == part)
    }

    /// What is late and not explained.
    pub fn unexplained(&self) -> Vec<String> {
        let late = self.part(ReturnPart::Late).filter(|line| line.said.trim().is_empty());
        late.map(|line| line.id.clone()).collect()
    }

    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("plain data")
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
