//! What changed from one frozen wave to another, where the same was asked.

use domain::plan::Plan;
use domain::survey::{HeldWave, ResultRow, WaveResults};
use rust_decimal::prelude::ToPrimitive;
use survey::change::{Change, ChangeError, Comparison, Figure, change, holm};

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

#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub lines: Vec<ComparedLine>,
}

impl Compared {
    /// Lines of the later wave's whole sample beside those of the earlier one.
    pub fn of(plan: &Plan, before: (&HeldWave, &WaveResults), after: (&HeldWave, &WaveResults)) -> Self {
        Self::of_group(plan, before, after, None)
    }

    /// As [`of`](Self::of), for those who gave an answer to a question by which results are broken down.
    pub fn of_group(
        plan: &Plan,
        (before, before_results): (&HeldWave, &WaveResults),
        (after, after_results): (&HeldWave, &WaveResults),
        group: Option<&(String, String)>,
    ) -> Self {
        let asked = |held: &HeldWave, question: &str| {
            let found = plan.questionnaire(&held.wave.instrument, held.wave.version)?;
            found.asks.question(question).map(|question| question.fingerprint())
        };
        let lines = after_results
            .rows
            .iter()
            .filter(|row| row.group.as_ref() == group)
            // Of those who gave an answer, all gave it.
            .filter(|row| group.is_none_or(|(by, _)| row.question != *by))
            // What sheets were weighted to is known, and no answer of the wave.
            .filter(|row| after.wave.margins.iter().all(|margin| margin.question != row.question))
            .map(|row| {
                let old = before_results.rows.iter().find(|old| {
                    (&old.question, &old.row, old.kind, &old.answer, &old.group)
                        == (&row.question, &row.row, row.kind, &row.answer, &row.group)
                });
                let found = (|| {
                    let new_print = asked(after, &row.question);
                    let old_print = asked(before, &row.question);
                    if old_print.is_none() {
                        return Err(CompareFault::NotAsked);
                    }
                    let same = new_print == old_print;
                    let texts = (
                        old_print.map(|print| print.to_string()).unwrap_or_default(),
                        new_print.map(|print| print.to_string()).unwrap_or_default(),
                    );
                    let bridge = plan
                        .survey_bridges
                        .iter()
                        .find(|held| (&held.from, &held.to) == (&texts.0, &texts.1));
                    if !same && bridge.is_none() {
                        return Err(CompareFault::AskedOtherwise);
                    }
                    let figure = |held: &HeldWave, row: &ResultRow, print| {
                        let shown = row.shown?;
                        Some(Figure {
                            wave: held.wave.wave.to_string(),
                            instrument: print,
                            estimate: shown.estimate.to_f64()?,
                            std_error: shown.std_error.to_f64(),
                            df: shown.df.and_then(|df| df.to_f64()).unwrap_or(f64::INFINITY),
                        })
                    };
                    let old = old.ok_or(CompareFault::NotAsked)?;
                    let first = figure(before, old, old_print).ok_or(CompareFault::TooFew)?;
                    let second = figure(after, row, new_print).ok_or(CompareFault::TooFew)?;
                    let line = bridge.map(|held| &held.line).filter(|_| !same);
                    change(&first, &second, line, Comparison::default()).map_err(|error| match error {
                        ChangeError::OutOfRange { .. } => CompareFault::TooFew,
                        _ => CompareFault::AskedOtherwise,
                    })
                })();
                ComparedLine { before: old.cloned(), after: row.clone(), change: found, p_holm: None }
            });
        let mut lines: Vec<ComparedLine> = lines.collect();
        let told: Vec<f64> = lines.iter().filter_map(ComparedLine::p_value).collect();
        let mut judged = holm(&told).into_iter();
        for line in lines.iter_mut().filter(|line| line.p_value().is_some()) {
            line.p_holm = judged.next();
        }
        Self { lines }
    }
}
