//! Special, research and evaluation reports: drafted about a matter, written, shown with what the ledger says, issued.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::kind::{ItemKind, Series};
use domain::item::light::Light;
use domain::item::{Item, ItemFact, Relation, State, Target};
use domain::journal::Seq;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::report::study::{Found, ROWS_MOST, tally};
use domain::report::{Exhibit, Part, Show, Study, Unfit};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::Date;
use words::Lang;

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::ledger::{PAGE_MOST, Paging};
use crate::read::Asked;
use crate::report::{Frozen, IssueError, is_intact, record};

/// What a report is about when it is begun.
#[derive(Debug, Clone)]
pub struct Subjected {
    pub series: Series,
    pub name: Named,
    pub period: (Date, Date),
    /// What made it necessary: a directive, say.
    pub about: Option<Target>,
}

/// A report on a matter of its own as its page shows it.
#[derive(Debug, Clone)]
pub struct StudyReport {
    pub item: Item,
    pub study: Study,
    /// The plan on the report's day.
    pub portfolio: Arc<Portfolio>,
    /// The exhibits that stand on more rows than a report holds, by title, with their number.
    pub overlong: Vec<(Named, usize)>,
    /// Whether an issued report is still what its digest says.
    pub intact: bool,
}

/// What rows are counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// A kind of row.
    Kind(String),
    /// The unit that leads them, where one does.
    Unit(Option<Code>),
}

/// How many rows of each kind or unit show which light, the largest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The lights that any row shows.
    pub lights: Vec<Light>,
    pub lines: Vec<(Counted, BTreeMap<Light, usize>)>,
    pub sum: BTreeMap<Light, usize>,
}

/// Counts the rows of an exhibit; `None` where they are listed or told by their number.
pub fn counts(exhibit: &Exhibit) -> Option<Counts> {
    let empty = Found::new();
    let found = exhibit.found.as_ref().unwrap_or(&empty);
    let lines: Vec<(Counted, BTreeMap<Light, usize>)> = match exhibit.show {
        Show::Count | Show::Rows => return None,
        Show::Lights => tally(found, |row| row.kind.as_str())
            .into_iter()
            .map(|(kind, counts)| (Counted::Kind(kind.to_owned()), counts))
            .collect(),
        Show::Units => tally(found, |row| row.lead_unit.clone())
            .into_iter()
            .map(|(unit, counts)| (Counted::Unit(unit), counts))
            .collect(),
    };
    let mut sum: BTreeMap<Light, usize> = BTreeMap::new();
    for (light, count) in lines.iter().flat_map(|(_, counts)| counts) {
        *sum.entry(*light).or_default() += count;
    }
    let lights = Light::ALL.iter().copied().filter(|light| sum.contains_key(light)).collect();
    Some(Counts { lights, lines, sum })
}

/// The parts that a report of the series usually has, named in both languages.
pub fn usual_parts(series: Series) -> Vec<Part> {
    let name = |lang, key: &str| words::text(lang, &format!("study-part-{key}")).into_owned();
    let keys = Study::usual_parts(series).iter();
    keys.map(|key| {
        let title = Named::new(name(Lang::Zh, key), name(Lang::En, key));
        Part::of(title, Named::default())
    })
    .collect()
}

/// Why a report is not kept.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error("the report is not fit: {}", .0.key())]
    Unfit(Unfit),
}

impl App {
    /// Begins a report with the parts that one of its series usually has.
    pub async fn draft_study(
        &self,
        actor: &Actor,
        plan: &Code,
        subjected: Subjected,
        parts: Vec<Part>,
        source: &Source,
    ) -> Result<Code, AppError> {
        let today = self.clock().today();
        let (from, to) = subjected.period;
        let study = Study { as_of: to.min(today), parts };
        let mut facts = vec![
            ItemFact::Kind { kind: ItemKind::Report },
            ItemFact::Name(subjected.name),
            ItemFact::Series { series: subjected.series },
            ItemFact::Period { from, to },
            ItemFact::Received { on: today },
            ItemFact::Content { content: study.to_text() },
        ];
        let arises = |to| ItemFact::Link { relation: Relation::ArisesFrom, to, held: true };
        facts.extend(subjected.about.map(arises));
        let facts: Vec<Fact> = facts.into_iter().map(Fact::from).collect();
        let changes = |code: &Code| {
            let command = Command::Register { subject: Subject::item(plan, code), facts: facts.clone() };
            Ok(vec![Change { command, effective: None, source: source.clone(), reason: String::new() }])
        };
        let numbered = self.change_numbered(actor, plan, ItemKind::Report, changes).await;
        numbered.map(|(code, _)| code).map_err(|(_, error)| error)
    }

    /// A report with what its exhibits find: what was frozen, or what the ledger says to a draft.
    pub async fn study(&self, plan: &Code, code: &Code) -> Result<StudyReport, AppError> {
        let (item, _) = self.item(plan, code, Asked::default()).await?;
        let mut study = Study::parse(&item.content).ok_or(AppError::NotFound)?;
        let asked = Asked { as_of: Some(study.as_of), known_at: None };
        let portfolio = self.portfolio(plan, asked).await?;
        let mut overlong = Vec::new();
        let exhibits = study.parts.iter_mut().flat_map(|part| &mut part.exhibits);
        for exhibit in exhibits.filter(|it| it.found.is_none()) {
            let (mut found, mut more) = self.found(plan, &portfolio, exhibit, asked).await?;
            // A report is no evidence for itself.
            let others = found.len();
            found.retain(|(row, _)| row.code != *code);
            more -= others - found.len();
            if more > ROWS_MOST {
                overlong.push((exhibit.title.clone(), more));
            }
            exhibit.found = Some(found);
        }
        let tables = study.parts.iter_mut().flat_map(|part| &mut part.tables);
        for table in tables.filter(|it| it.found.is_none()) {
            table.found = Some(self.request_table(plan, &portfolio, table).await?);
        }
        let gaps = study.parts.iter_mut().flat_map(|part| &mut part.gaps);
        for table in gaps.filter(|it| it.found.is_none()) {
            table.found = Some(self.gap_table(&portfolio, table).await?);
        }
        let evaluations = study.parts.iter_mut().flat_map(|part| &mut part.evaluations);
        for table in evaluations.filter(|it| it.found.is_none()) {
            table.found = Some(self.evaluation_table(&portfolio, table).await?);
        }
        let intact = is_intact(&item);
        Ok(StudyReport { item, study, portfolio, overlong, intact })
    }

    /// The rows of an exhibit, as many as a report holds, and how many there are.
    async fn found(
        &self,
        plan: &Code,
        portfolio: &Portfolio,
        exhibit: &Exhibit,
        asked: Asked,
    ) -> Result<(Found, usize), AppError> {
        let query = exhibit.asking.query(portfolio);
        let (sort, descending) = exhibit.asking.sort();
        const { assert!(ROWS_MOST <= PAGE_MOST) };
        let paging = Paging { sort, descending, after: None, limit: ROWS_MOST };
        let page = self.ledger(plan, &query, &paging, asked).await?;
        let rows: Found = page.rows.into_iter().map(|(row, verdict)| (row, verdict.light)).collect();
        let count = match page.next {
            None => rows.len(),
            Some(_) => {
                let lights = self.ledger_lights(plan, &query, asked).await?;
                usize::try_from(lights.values().sum::<u64>()).unwrap_or(usize::MAX)
            }
        };
        Ok((rows, count))
    }

    /// Keeps what people wrote and chose in a draft. What the exhibits find is not kept.
    pub async fn redraft_study(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        expected: Seq,
        mut study: Study,
        source: &Source,
    ) -> Result<Receipt, StudyError> {
        study.check().map_err(StudyError::Unfit)?;
        for part in &mut study.parts {
            part.exhibits.iter_mut().for_each(|it| it.found = None);
            part.tables.iter_mut().for_each(|it| it.found = None);
            part.gaps.iter_mut().for_each(|it| it.found = None);
            part.evaluations.iter_mut().for_each(|it| it.found = None);
        }
        let facts = vec![ItemFact::Content { content: study.to_text() }.into()];
        Ok(self.change(actor, record(plan, code, facts, expected, source)).await?)
    }

    /// Freezes what the exhibits find on the report's day, numbers the report and issues it.
    pub async fn issue_study(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        expected: Seq,
        source: &Source,
    ) -> Result<Receipt, IssueError> {
        let frozen = self.fit_study(plan, code).await?;
        Ok(self.number_and_issue(actor, (plan, code), frozen, expected, source).await?)
    }

    /// A report as it would be frozen now, where nothing speaks against issuing it.
    async fn fit_study(&self, plan: &Code, code: &Code) -> Result<Frozen, IssueError> {
        // What is recorded from here on is not surely in it, and is listed beside it.
        let known = self.head().await?;
        let report = self.study(plan, code).await?;
        report.study.check_issue().map_err(IssueError::Unfit)?;
        if report.study.as_of > self.clock().today() {
            return Err(IssueError::NotOver);
        }
        if let Some((title, found)) = report.overlong.into_iter().next() {
            return Err(IssueError::TooManyRows { title: title.zh, found });
        }
        // An issued one says of itself that it is: the life cycle refuses to issue it again.
        let content = match report.item.state {
            State::Draft => report.study.to_text(),
            _ => report.item.content,
        };
        let series = report.item.series.ok_or(AppError::NotFound)?;
        let facts = vec![ItemFact::Content { content: content.clone() }.into()];
        Ok(Frozen { series, as_of: report.study.as_of, known, content, facts })
    }
}
