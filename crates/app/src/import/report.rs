//! What an import came to, row by row.

use std::collections::BTreeSet;

use domain::fact::Fact;
use domain::journal::Seq;
use domain::refusal::Refusal;
use domain::subject::Subject;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use words::Lang;

use super::prepare::HeadingUse;
use super::run::Mode;
use crate::table::CellProblem;

/// What became, or would become, of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Puts its subject on the books.
    New,
    /// Records something of a subject on the books.
    Changed,
    /// All of it already holds.
    Unchanged,
    Refused,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowProblem {
    pub row: u32,
    /// The column's heading in the file; empty when the row as a whole is meant.
    pub column: String,
    /// The table's name of the column, or the slot of the fact.
    pub field: String,
    /// The beginning of the cell at fault.
    pub value: String,
    pub kind: ProblemKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ProblemKind {
    /// The cell cannot be read as what its column holds.
    Cell(CellProblem),
    /// The file's reader could not make sense of the cell.
    Sheet { key: &'static str, args: Vec<(&'static str, String)> },
    /// An earlier row says the same thing of the same day.
    Twin { first: u32 },
    /// The rules refuse it.
    Refused(Refusal),
}

impl RowProblem {
    /// What is wrong and how to mend it, in the reader's language.
    pub fn message(&self, lang: Lang) -> String {
        let say = |key: &str, args: &[(&'static str, String)]| {
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            words::with(lang, key, &args)
        };
        match &self.kind {
            ProblemKind::Cell(problem) => {
                let args: Vec<(&'static str, String)> = match problem {
                    CellProblem::NotOneOf(listed) => {
                        let labels = listed.iter().map(|word| {
                            let label = super::values::choice_label(lang, &self.field, word);
                            if label == *word {
                                return label;
                            }
                            words::with(lang, "import-choice", &[("label", &label), ("word", word)])
                        });
                        let comma = words::text(lang, "import-list-comma");
                        vec![("words", labels.collect::<Vec<_>>().join(&comma))]
                    }
                    problem => problem.args(),
                };
                say(problem.key(), &args)
            }
            ProblemKind::Sheet { key, args } => say(key, args),
            ProblemKind::Twin { first } => {
                let key = match self.field.as_str() {
                    "number" => "import-twin-number",
                    "code" => "import-twin-code",
                    _ => "import-twin",
                };
                say(key, &[("first", first.to_string())])
            }
            ProblemKind::Refused(refusal) => words::refusal(lang, refusal),
        }
    }

    /// A short name of the problem that does not change with the language.
    pub fn key(&self) -> &'static str {
        match &self.kind {
            ProblemKind::Cell(problem) => problem.key(),
            ProblemKind::Sheet { key, .. } => key,
            ProblemKind::Twin { .. } => "import-twin",
            ProblemKind::Refused(refusal) => refusal.problem.key(),
        }
    }
}

/// A fact that a row records, beside what held before.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub slot: String,
    pub effective: Date,
    pub before: Option<Fact>,
    pub after: Fact,
}

impl Recorded {
    pub fn before_text(&self) -> Option<String> {
        self.before.as_ref().map(plain)
    }

    pub fn after_text(&self) -> String {
        plain(&self.after)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RowReport {
    pub row: u32,
    pub subject: Option<Subject>,
    pub outcome: Outcome,
    pub recorded: Vec<Recorded>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub refused: usize,
}

impl Counts {
    /// Rows that are on record.
    pub fn taken_in(&self) -> usize {
        self.new + self.changed + self.unchanged
    }
}

/// What an import came to, or would.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportReport {
    pub table: &'static str,
    pub mode: Mode,
    /// Whether the rows are on record now.
    pub applied: bool,
    pub headings: Vec<HeadingUse>,
    pub counts: Counts,
    /// Journal entries written, or that would be.
    pub entries: usize,
    /// The first and the last of them.
    pub span: Option<(Seq, Seq)>,
    /// In the order of the file.
    pub rows: Vec<RowReport>,
    pub problems: Vec<RowProblem>,
    /// What was put right in rows that are taken in.
    pub notices: Vec<RowProblem>,
    /// Of a file in pieces: the first row of the piece at which it stopped, of which nothing was taken in; what is
    /// counted here is what was taken in before.
    pub stopped: Option<u32>,
}

/// What changes is listed for this many rows; beyond it only counted.
pub(super) const LISTED_MOST: usize = 2_000;
/// Rows and problems that are held of several pieces of one file.
const HELD_MOST: usize = 10_000;

impl ImportReport {
    /// Ends what is told of a run: the rows that are wrong are counted, and the first of them listed.
    pub(super) fn close(&mut self, wrong: &BTreeSet<u32>) {
        self.counts.refused = wrong.len();
        let refused = |row: &u32| RowReport {
            row: *row,
            subject: None,
            outcome: Outcome::Refused,
            recorded: Vec::new(),
        };
        self.rows.extend(wrong.iter().take(LISTED_MOST).map(refused));
        self.rows.sort_by_key(|row| row.row);
        self.problems.sort_by_key(|problem| problem.row);
    }

    /// What another piece of the same file came to, added.
    pub fn add(&mut self, piece: Self) {
        self.applied &= piece.applied;
        self.counts.new += piece.counts.new;
        self.counts.changed += piece.counts.changed;
        self.counts.unchanged += piece.counts.unchanged;
        self.counts.refused += piece.counts.refused;
        self.entries += piece.entries;
        self.span = match (self.span, piece.span) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (held, new) => held.or(new),
        };
        let room = HELD_MOST.saturating_sub(self.notices.len());
        self.notices.extend(piece.notices.into_iter().take(room));
        self.list(piece.rows, piece.problems);
    }

    /// What stopped the file in another piece of it, added: of those before it all is on record, of this one
    /// nothing but its mistakes is told.
    pub fn stop(&mut self, piece: Self, row: u32) {
        self.stopped = Some(row);
        self.counts.refused += piece.counts.refused;
        let refused = |row: &RowReport| row.outcome == Outcome::Refused;
        self.list(piece.rows.into_iter().filter(refused).collect(), piece.problems);
    }

    fn list(&mut self, rows: Vec<RowReport>, problems: Vec<RowProblem>) {
        let room = HELD_MOST.saturating_sub(self.rows.len());
        self.rows.extend(rows.into_iter().take(room));
        let room = HELD_MOST.saturating_sub(self.problems.len());
        self.problems.extend(problems.into_iter().take(room));
    }

    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }
}

/// `{"project": {"milestone": {…}}}` to `("milestone", {…})`.
pub(super) fn named_fields(value: &serde_json::Value) -> Option<(&str, &serde_json::Value)> {
    let (_, of_kind) = value.as_object()?.iter().next()?;
    let (name, fields) = of_kind.as_object()?.iter().next()?;
    Some((name, fields))
}

/// A fact in a few words, for programs and the terminal.
fn plain(fact: &Fact) -> String {
    let Ok(value) = serde_json::to_value(fact) else { return String::new() };
    let Some((_, fields)) = named_fields(&value) else { return value.to_string() };
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "-".into(),
        value => value.to_string(),
    };
    match fields.as_object() {
        Some(fields) if fields.len() == 1 => fields.values().map(text).collect(),
        Some(fields) => {
            fields.iter().map(|(name, value)| format!("{name}={}", text(value))).collect::<Vec<_>>().join(" ")
        }
        None => text(fields),
    }
}
