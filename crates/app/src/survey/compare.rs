//! What changed from one frozen wave to another, where the same was asked.

use std::collections::HashMap;

use domain::plan::Plan;
use domain::survey::{HeldWave, ResultRow, WaveResults};
use rust_decimal::prelude::ToPrimitive;
use survey::change::{Change, ChangeError, Comparison, Figure, change, holm};
use survey::instrument::Fingerprint;

/// Why two figures are not set beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareFault {
    /// Wording, answers, scale or condition differ, and nobody declared a bridge.
    AskedOtherwise,
    /// One of them does not ask it.
    NotAsked,
    /// Too few people are behind one of them.
    TooFew,
}

impl CompareFault {
    /// The key under which messages say it.
    pub fn key(self) -> &'static str {
        match self {
            Self::AskedOtherwise => "compare-asked-otherwise",
            Self::NotAsked => "compare-not-asked",
            Self::TooFew => "compare-too-few",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ComparedLine {
    pub before: Option<ResultRow>,
    pub after: ResultRow,
    pub change: Result<Change, CompareFault>,
    /// The p-value that allows for all lines having been looked at (Holm 1979), where there is one.
    pub p_holm: Option<f64>,
}

impl ComparedLine {
    /// Whether it changed by more than chance explains at 95 %, all lines judged together.
    pub fn is_significant(&self) -> bool {
        self.p_holm.is_some_and(|p| p < 0.05)
    }

    fn p_value(&self) -> Option<f64> {
        Some(self.change.as_ref().ok()?.tested?.p_value)
    }
}

/// What is compared of two waves.
type Key<'a> = (&'a str, &'a Option<String>, &'static str, &'a Option<String>);

fn key(row: &ResultRow) -> Key<'_> {
    (&row.question, &row.row, row.kind.as_str(), &row.answer)
}

/// How a question is asked in the earlier wave and in the later one.
type Prints = [Option<Fingerprint>; 2];

fn figure(held: &HeldWave, row: &ResultRow, print: Option<Fingerprint>) -> Option<Figure> {
    let shown = row.shown?;
    Some(Figure {
        wave: held.wave.wave.to_string(),
        instrument: print,
        estimate: shown.estimate.to_f64()?,
        std_error: shown.std_error.to_f64(),
        df: shown.df.and_then(|df| df.to_f64()).unwrap_or(f64::INFINITY),
    })
}

/// Lines of a later wave beside those of an earlier one, of everybody or of those who gave an answer to a question by which
/// results are broken down. They are not judged yet: see [`judge`].
pub fn compared(
    plan: &Plan,
    (before, before_results): (&HeldWave, &WaveResults),
    (after, after_results): (&HeldWave, &WaveResults),
    group: Option<&(String, String)>,
) -> Vec<ComparedLine> {
    let asked = |held: &HeldWave, question: &str| {
        let found = plan.questionnaire(&held.wave.instrument, held.wave.version)?;
        found.asks.question(question).map(|question| question.fingerprint())
    };
    let of_group = |row: &&ResultRow| row.group.as_ref() == group;
    // Of a wave by area there are tens of thousands.
    let old: HashMap<Key<'_>, &ResultRow> =
        before_results.rows.iter().filter(of_group).map(|row| (key(row), row)).collect();
    let mut prints: HashMap<&str, Prints> = HashMap::new();
    let rows = after_results.rows.iter().filter(of_group);
    // Of those who gave an answer, all gave it.
    let rows = rows.filter(|row| group.is_none_or(|(by, _)| row.question != *by));
    // What sheets were weighted to is known, and no answer of the wave.
    let rows = rows.filter(|row| after.wave.margins.iter().all(|margin| margin.question != row.question));
    rows.map(|row| {
        let of_question = prints
            .entry(&row.question)
            .or_insert_with(|| [before, after].map(|held| asked(held, &row.question)));
        let old = old.get(&key(row)).copied();
        let change = set_beside(plan, of_question, (before, old), (after, row));
        ComparedLine { before: old.cloned(), after: row.clone(), change, p_holm: None }
    })
    .collect()
}

fn set_beside(
    plan: &Plan,
    prints: &Prints,
    (before, old): (&HeldWave, Option<&ResultRow>),
    (after, row): (&HeldWave, &ResultRow),
) -> Result<Change, CompareFault> {
    let [old_print, new_print] = *prints;
    if old_print.is_none() {
        return Err(CompareFault::NotAsked);
    }
    let same = new_print == old_print;
    let [from, to] = prints.map(|print| print.map(|print| print.to_string()).unwrap_or_default());
    let bridge = plan.survey_bridges.iter().find(|held| (&held.from, &held.to) == (&from, &to));
    if !same && bridge.is_none() {
        return Err(CompareFault::AskedOtherwise);
    }
    let old = old.ok_or(CompareFault::NotAsked)?;
    let first = figure(before, old, old_print).ok_or(CompareFault::TooFew)?;
    let second = figure(after, row, new_print).ok_or(CompareFault::TooFew)?;
    let line = bridge.map(|held| &held.line).filter(|_| !same);
    change(&first, &second, line, Comparison::default()).map_err(|error| match error {
        ChangeError::OutOfRange { .. } => CompareFault::TooFew,
        _ => CompareFault::AskedOtherwise,
    })
}

/// Judges lines by all that are looked at together: of many, some change by chance.
pub fn judge<'a>(lines: impl Iterator<Item = &'a mut ComparedLine>) {
    let mut told: Vec<&mut ComparedLine> = lines.filter(|line| line.p_value().is_some()).collect();
    let values: Vec<f64> = told.iter().filter_map(|line| line.p_value()).collect();
    for (line, p) in told.iter_mut().zip(holm(&values)) {
        line.p_holm = Some(p);
    }
}

/// As [`compared`], each line judged by all of them.
pub fn judged(
    plan: &Plan,
    before: (&HeldWave, &WaveResults),
    after: (&HeldWave, &WaveResults),
    group: Option<&(String, String)>,
) -> Vec<ComparedLine> {
    let mut lines = compared(plan, before, after, group);
    judge(lines.iter_mut());
    lines
}
