//! A project's journal in words, newest first: what was recorded together is shown together.

use std::sync::Arc;

use app::Signers;
use domain::fact::Fact;
use domain::journal::{Entry, Event, Seq};
use domain::portfolio::Portfolio;
use domain::project::{Project, ProjectFact};
use domain::source::Grade;
use jiff::tz::TimeZone;
use words::Lang;

use crate::editor::book::Book;
use crate::words_of;

/// Entries of one day from one source.
pub(crate) struct HistoryLine {
    pub recorded: String,
    pub effective: String,
    /// For staff only.
    pub who: String,
    pub grade: Grade,
    pub source: String,
    pub url: String,
    pub said: Vec<Said>,
}

/// One entry.
pub(crate) struct Said {
    pub seq: Seq,
    pub facts: Vec<String>,
    pub reason: String,
    pub corrects: Option<Seq>,
    pub corrected_by: Option<Seq>,
}

impl HistoryLine {
    fn is_with(&self, other: &HistoryLine) -> bool {
        let key = |line: &HistoryLine| {
            (
                line.recorded.clone(),
                line.effective.clone(),
                line.who.clone(),
                line.grade,
                line.source.clone(),
                line.url.clone(),
            )
        };
        key(self) == key(other)
    }
}

/// With `signers`, for those who may know who said it.
pub(crate) fn lines(
    entries: &[Entry],
    portfolio: &Arc<Portfolio>,
    project: &Project,
    lang: Lang,
    zone: &TimeZone,
    signers: Option<&Signers>,
) -> Vec<HistoryLine> {
    let mut book = Book::of_plan(lang, portfolio.clone());
    book.project = Some(project.clone());
    let corrected: Vec<(Seq, Seq)> = entries
        .iter()
        .filter_map(|entry| entry.draft.event.corrects().map(|wrong| (wrong, entry.seq)))
        .collect();
    let mut out: Vec<HistoryLine> = Vec::new();
    // What holds only from a later day is not part of what is looked at; but a correction counts
    // for the entry it corrects from when it is known.
    for entry in entries.iter().filter(|entry| entry.draft.effective <= portfolio.view.as_of) {
        let mut facts: Vec<String> = entry
            .draft
            .event
            .facts()
            .iter()
            // Working remarks are not for everybody.
            .filter(|fact| signers.is_some() || !matches!(fact, Fact::Project(ProjectFact::Remark { .. })))
            // A project's chain of steps is one thing to say, not one for each step.
            .filter(|fact| !matches!(fact, Fact::Project(ProjectFact::Step { .. })))
            .map(|fact| book.line(fact))
            .collect();
        if matches!(entry.draft.event, Event::Registered { .. }) {
            facts.insert(0, words::text(lang, "history-registered").into_owned());
        }
        let said = Said {
            seq: entry.seq,
            facts,
            reason: entry.draft.reason.clone(),
            corrects: entry.draft.event.corrects(),
            corrected_by: corrected.iter().find(|(wrong, _)| *wrong == entry.seq).map(|(_, by)| *by),
        };
        if said.facts.is_empty() && said.corrects.is_none() {
            continue;
        }
        let line = HistoryLine {
            recorded: words_of::day(lang, zone.to_datetime(entry.recorded_at).date()),
            effective: words_of::day(lang, entry.draft.effective),
            who: signers.map_or_else(String::new, |signers| words_of::who(lang, signers, &entry.draft.actor)),
            grade: entry.draft.source.grade,
            source: entry.draft.source.title.clone(),
            url: entry.draft.source.url.clone(),
            said: vec![said],
        };
        match out.last_mut() {
            Some(last) if last.is_with(&line) => last.said.extend(line.said),
            _ => out.push(line),
        }
    }
    out
}
