//! What came to hold within a span of days: milestones, promises, projects that came or went.

use std::sync::Arc;

use domain::fact::Fact;
use domain::history::History;
use domain::milestone::Aspect;
use domain::portfolio::Portfolio;
use domain::project::ProjectFact;
use domain::source::Grade;
use domain::subject::SubjectKind;
use jiff::civil::Date;
use words::Lang;

use crate::editor::book::Book;
use crate::words_of;

/// One day of one project.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub code: String,
    pub name: String,
    pub grade: Grade,
    pub on: Date,
    pub date: String,
    pub facts: Vec<String>,
    /// Something happened, not only was promised or expected.
    pub happened: bool,
}

/// Whether the public hears about it: a date, a promise, progress, coming and going.
fn is_news(fact: &ProjectFact) -> bool {
    match fact {
        ProjectFact::Milestone { aspect, .. } => *aspect != Aspect::Planned,
        ProjectFact::Membership { .. } | ProjectFact::Suspended { .. } | ProjectFact::Progress { .. } => true,
        _ => false,
    }
}

/// The changes that hold since after `from`, up to the day looked at: the newest day first, and of one
/// day what is published before what is illustrative, what happened before what was said.
pub(crate) fn since(from: Date, history: &History, portfolio: &Arc<Portfolio>, lang: Lang) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    let mut book = Book::of_plan(lang, portfolio.clone());
    for held in history.of_kind(&portfolio.plan.code, SubjectKind::Project) {
        let Some(project) = portfolio.project(held.subject.code.as_str()) else { continue };
        let first = out.len();
        book.project = None;
        for recorded in held.facts() {
            if recorded.effective <= from || !recorded.is_visible(portfolio.view) {
                continue;
            }
            let Fact::Project(fact) = &recorded.fact else { continue };
            if !is_news(fact) {
                continue;
            }
            if book.project.is_none() {
                book.project = Some(project.clone());
            }
            let said = book.line(&recorded.fact);
            let happened = matches!(fact, ProjectFact::Milestone { aspect: Aspect::Actual, .. });
            match out[first..].iter_mut().find(|change| change.on == recorded.effective) {
                Some(change) => {
                    // The least certain of the facts says how far the line can be relied on.
                    change.grade = change.grade.max(recorded.grade);
                    change.facts.push(said);
                    change.happened |= happened;
                }
                None => out.push(Change {
                    code: project.code.to_string(),
                    name: project.name.get(lang.is_english()).to_owned(),
                    grade: recorded.grade,
                    on: recorded.effective,
                    date: words_of::day(lang, recorded.effective),
                    facts: vec![said],
                    happened,
                }),
            }
        }
    }
    out.sort_by_key(|change| (std::cmp::Reverse(change.on), change.grade, !change.happened));
    out
}
