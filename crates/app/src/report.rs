//! The rhythm's reports: drafted from the ledger as of their period's end, edited by people, issued once.

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::View;
use domain::item::kind::{ItemKind, Series};
use domain::item::ledger::LedgerRow;
use domain::item::light::Judge;
use domain::item::query::LedgerQuery;
use domain::item::workflow::Standing;
use domain::item::{Item, ItemFact, State, Step};
use domain::journal::{Entry, Hash, Seq};
use domain::named::Named;
use domain::report::{Content, Period, Rhythm, Shortfall, compose};
use domain::source::Source;
use domain::subject::Subject;
use store::{EntryFilter, Tx};
use words::Lang;

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt, make};
use crate::error::AppError;
use crate::read::Asked;

/// A report as its page shows it.
#[derive(Debug, Clone)]
pub struct Report {
    pub item: Item,
    pub content: Content,
    /// Sums that do not close; an issued report had none.
    pub shortfalls: Vec<Shortfall>,
    /// A draft whose numbers are no longer what the ledger says.
    pub outdated: bool,
    /// Whether an issued report is still what its digest says.
    pub intact: bool,
}

/// Why a report is not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error("sums do not close")]
    DoesNotClose(Vec<Shortfall>),
    #[error("the ledger has moved on since it was drafted")]
    Outdated,
    #[error("the period has not ended")]
    NotOver,
}

/// Entries about a report's period that were made after it was issued; more are told by the audit.
const LATER_MOST: usize = 100;

impl App {
    /// Drafts the report that closes a period; one that is there already is given as it is.
    pub async fn draft_report(
        &self,
        actor: &Actor,
        plan: &Code,
        (series, period): (Series, Period),
        source: &Source,
    ) -> Result<Code, AppError> {
        let code = period.report(series);
        if self.subject(&Subject::item(plan, &code)).await?.is_some() {
            return Ok(code);
        }
        let content = self.compose(plan, series, period).await?;
        let facts = [
            ItemFact::Kind { kind: ItemKind::Report },
            ItemFact::Name(title(series, period)),
            ItemFact::Series { series },
            ItemFact::Period { from: period.from, to: period.to },
            // It is owed from its period's end, however late somebody begins it.
            ItemFact::Received { on: period.to.min(self.clock().today()) },
            ItemFact::Due { on: period.report_due() },
            ItemFact::Content { content: content.to_text() },
        ];
        let change = Change {
            command: Command::Register {
                subject: Subject::item(plan, &code),
                facts: facts.into_iter().map(Fact::from).collect(),
            },
            effective: None,
            source: source.clone(),
            reason: String::new(),
        };
        self.change(actor, change).await?;
        Ok(code)
    }

    /// What a period's report says by the ledger as it is known now.
    async fn compose(&self, plan: &Code, series: Series, period: Period) -> Result<Content, AppError> {
        let last = self.last_issued(plan, series, period).await?;
        let eve = period.from.yesterday().unwrap_or(period.from);
        let (before, judge_before) = self.whole_ledger(plan, eve).await?;
        let (after, judge_after) = self.whole_ledger(plan, period.to).await?;
        Ok(compose(period, &before, &after, (&judge_before, &judge_after), last.as_ref()))
    }

    /// Every item and project on a day, with the rules of its lights.
    async fn whole_ledger(
        &self,
        plan: &Code,
        day: jiff::civil::Date,
    ) -> Result<(Vec<LedgerRow>, Judge), AppError> {
        let portfolio = match self.portfolio_at(plan, View::as_of(day)).await {
            // Before the plan was on the books there was nothing.
            Err(AppError::NotFound) => {
                let rules = domain::item::light::LightRules::usual();
                return Ok((Vec::new(), rules.on(day)));
            }
            portfolio => portfolio?,
        };
        let mut rows = self.all_items(&portfolio, &LedgerQuery::default()).await?;
        for project in portfolio.members() {
            let level = project.lead_unit.as_ref().and_then(|unit| portfolio.units.get(unit)?.level);
            rows.push(LedgerRow::of_project(project, level));
        }
        Ok((rows, portfolio.plan.lights().on(day)))
    }

    /// The content of the newest issued report of the series that ended before this period began.
    async fn last_issued(
        &self,
        plan: &Code,
        series: Series,
        period: Period,
    ) -> Result<Option<Content>, AppError> {
        let reports = self.issued(plan, series).await?;
        let last = reports
            .into_iter()
            .filter(|item| item.period.is_some_and(|(_, to)| to < period.from))
            .max_by_key(|item| item.period);
        Ok(last.and_then(|item| Content::parse(&item.content)))
    }

    /// All reports of a series that were issued, as known now.
    async fn issued(&self, plan: &Code, series: Series) -> Result<Vec<Item>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let query = LedgerQuery {
            kinds: vec![ItemKind::Report],
            series: Some(series),
            standings: vec![Standing::Done],
            ..LedgerQuery::default()
        };
        let mut out = Vec::new();
        for row in self.all_items(&portfolio, &query).await? {
            out.push(self.item(plan, &row.code, Asked::default()).await?.0);
        }
        Ok(out)
    }

    /// A report with what speaks against issuing it, or against trusting it.
    pub async fn report(&self, plan: &Code, code: &Code) -> Result<Report, AppError> {
        let (item, _) = self.item(plan, code, Asked::default()).await?;
        let content = Content::parse(&item.content).ok_or(AppError::NotFound)?;
        let intact =
            item.issued.as_ref().is_none_or(|issued| issued.digest == Hash::of(&item.content).to_string());
        let (mut shortfalls, mut outdated) = (Vec::new(), false);
        if let (State::Draft, Some((series, period))) = (item.state, of(&item)) {
            let fresh = self.compose(plan, series, period).await?;
            outdated = !content.counts_as(&fresh);
            let last = self.last_issued(plan, series, period).await?;
            shortfalls = content.shortfalls(last.as_ref());
        }
        Ok(Report { item, content, shortfalls, outdated, intact })
    }

    /// Takes the ledger's present numbers into a draft, and what people wrote.
    pub async fn redraft_report(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        expected: Seq,
        written: &[(String, String)],
        source: &Source,
    ) -> Result<Receipt, AppError> {
        let report = self.report(plan, code).await?;
        let mut content = match of(&report.item) {
            Some((series, period)) => {
                let mut fresh = self.compose(plan, series, period).await?;
                fresh.sections = report.content.sections;
                fresh
            }
            None => report.content,
        };
        for section in &mut content.sections {
            if let Some((_, text)) = written.iter().find(|(key, _)| *key == section.key) {
                section.text.clone_from(text);
            }
        }
        let facts = vec![ItemFact::Content { content: content.to_text() }.into()];
        self.change(actor, record(plan, code, facts, expected, source)).await
    }

    /// Numbers, freezes and issues a report.
    pub async fn issue_report(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        expected: Seq,
        source: &Source,
    ) -> Result<Receipt, IssueError> {
        let report = self.report(plan, code).await?;
        if !report.shortfalls.is_empty() {
            return Err(IssueError::DoesNotClose(report.shortfalls));
        }
        if report.outdated {
            return Err(IssueError::Outdated);
        }
        if report.content.to >= self.clock().today() {
            return Err(IssueError::NotOver);
        }
        let series = report.item.series.ok_or(AppError::NotFound)?;
        let (actor, plan, code, source) = (actor.clone(), plan.clone(), code.clone(), source.clone());
        let (now, today) = (self.clock().now(), self.clock().today());
        // The number is taken where it is written down: whoever issues another report of the series at the
        // same moment, on whichever server, waits for this one.
        let issue = move |tx: &mut Tx| -> Result<Receipt, AppError> {
            let numbered = tx.numbered_reports(&plan, series)?;
            let number = numbered.into_iter().map(|(_, number)| number).max().unwrap_or(0) + 1;
            let facts = vec![
                ItemFact::Number { number: number.to_string() }.into(),
                ItemFact::Issue {
                    number,
                    as_of: report.content.to,
                    known: tx.head().0,
                    digest: Hash::of(&report.item.content).to_string(),
                }
                .into(),
                ItemFact::Move { step: Step::Issue, state: State::Issued, by: None }.into(),
            ];
            make(tx, &actor, &record(&plan, &code, facts, expected, &source), now, today)
        };
        Ok(self.database().write_async(issue).await?)
    }

    /// What was recorded about an issued report's days after it was issued, newest first: it changes
    /// nothing in the report, and stands beside it.
    pub async fn recorded_later(&self, plan: &Code, item: &Item) -> Result<Vec<Entry>, AppError> {
        let Some(issued) = &item.issued else { return Ok(Vec::new()) };
        let filter = EntryFilter {
            scope: Some(plan.clone()),
            after: Some(issued.known),
            effective_to: Some(issued.as_of),
            ..EntryFilter::default()
        };
        let later = self.entries(filter, None, LATER_MOST).await?.items;
        Ok(later.into_iter().filter(|entry| entry.draft.subject.code != item.code).collect())
    }
}

fn record(plan: &Code, code: &Code, facts: Vec<Fact>, expected: Seq, source: &Source) -> Change {
    Change {
        command: Command::Record { subject: Subject::item(plan, code), facts, expected: Some(expected) },
        effective: None,
        source: source.clone(),
        reason: String::new(),
    }
}

/// The series and period of a report that has a rhythm.
fn of(item: &Item) -> Option<(Series, Period)> {
    let series = item.series?;
    let (from, _) = item.period?;
    Some((series, Period::containing(Rhythm::of(series)?, from)))
}

/// The report's name in both languages, as the records keep it.
fn title(series: Series, period: Period) -> Named {
    let name =
        |lang| format!("{} {}", words::text(lang, &format!("series-{}", series.as_str())), period.name());
    Named::new(name(Lang::Zh), name(Lang::En))
}
