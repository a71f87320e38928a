//! The rhythm's reports: drafted from the ledger as of their period's end, edited by people, issued once.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::View;
use domain::item::kind::{ItemKind, Series};
use domain::item::ledger::LedgerRow;
use domain::item::light::Judge;
use domain::item::query::{LedgerQuery, Sort};
use domain::item::workflow::Standing;
use domain::item::{Item, ItemFact, State, Step};
use domain::journal::{Entry, Hash, Seq};
use domain::named::Named;
use domain::report::{Content, Pack, Period, Rhythm, Shortfall, Stated, Study, compose};
use domain::source::Source;
use domain::statement::Fault;
use domain::subject::Subject;
use jiff::civil::Date;
use store::{EntryFilter, Tx};
use words::Lang;

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt, make};
use crate::error::AppError;
use crate::ledger::Paging;
use crate::read::Asked;

#[cfg(test)]
mod tests;

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

/// A report as it is frozen.
#[derive(Debug, Clone)]
pub(crate) struct Frozen {
    pub series: Series,
    pub as_of: Date,
    /// The last entry before the ledger was read for it.
    pub known: Seq,
    pub content: String,
    /// What is recorded with its being issued.
    pub facts: Vec<Fact>,
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
    #[error("the report is not fit to be issued: {}", .0.key())]
    Unfit(domain::report::Unfit),
    /// A figure or table of it stands on more rows than a report holds.
    #[error("'{title}' stands on {found} rows")]
    TooManyRows { title: String, found: usize },
}

/// Issued reports looked through at once for the one before a period.
const LOOKED: usize = 20;
/// Entries about a report's period that were made after it was issued; more are told by the audit.
const LATER_MOST: usize = 100;
/// How many times as many are looked through for those that concern a report's rows.
const LATER_PAGES: usize = 20;

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
        let (content, _) = self.compose(plan, series, period).await?;
        let due = self.portfolio(plan, Asked::default()).await?.plan.rhythm_rules().report_due(period);
        let facts = [
            ItemFact::Kind { kind: ItemKind::Report },
            ItemFact::Name(title(series, period)),
            ItemFact::Series { series },
            ItemFact::Period { from: period.from, to: period.to },
            // It is owed from its period's end, however late somebody begins it.
            ItemFact::Received { on: period.to.min(self.clock().today()) },
            ItemFact::Due { on: due },
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

    /// What a period's report says by the ledger as it is known now, and what the report before it said.
    async fn compose(
        &self,
        plan: &Code,
        series: Series,
        period: Period,
    ) -> Result<(Content, Option<Content>), AppError> {
        let last = self.last_issued(plan, series, period).await?;
        let eve = period.from.yesterday().unwrap_or(period.from);
        let moving = plan.clone();
        let (before, after) =
            self.database().read_async(move |c| c.moving(&moving, (eve, period.to))).await?;
        let (before, judge_before) = self.with_projects(plan, eve, before).await?;
        let (after, judge_after) = self.with_projects(plan, period.to, after).await?;
        let mut content = compose(period, &before, &after, (&judge_before, &judge_after), last.as_ref());
        if series != Series::Weekly {
            let (mut pack, faults) = self.pack_and_faults(plan, (period.from, period.to)).await?;
            if series == Series::Annual {
                pack.unclosed = faults.iter().flat_map(unclosed).collect();
            }
            content.pack = Some(pack);
        }
        Ok((content, last))
    }

    /// What the dispatch of some days is shown besides the ledger: what units asked, and the plan's
    /// figures on the last of them.
    pub(crate) async fn pack(&self, plan: &Code, days: (Date, Date)) -> Result<Pack, AppError> {
        self.pack_and_faults(plan, days).await.map(|(pack, _)| pack)
    }

    async fn pack_and_faults(&self, plan: &Code, days: (Date, Date)) -> Result<(Pack, Vec<Fault>), AppError> {
        let asked = Asked { as_of: Some(days.1), known_at: None };
        let (portfolio, statement) = self.statement(plan, asked).await?;
        let figures = statement.figures.iter().zip(&portfolio.plan.figures);
        let stated = figures.map(|(figure, held)| Stated::of(&portfolio, held, figure)).collect();
        let returned = self.asked_between(plan, days, asked).await?;
        let pack = Pack { asks: self.asks(plan, days).await?, returned, stated, unclosed: Vec::new() };
        Ok((pack, statement.faults.clone()))
    }

    /// The items of a day with the plan's projects, and the rules of the day's lights.
    async fn with_projects(
        &self,
        plan: &Code,
        day: Date,
        mut rows: Vec<LedgerRow>,
    ) -> Result<(Vec<LedgerRow>, Judge), AppError> {
        let portfolio = match self.portfolio_at(plan, View::as_of(day)).await {
            // Before the plan was on the books there was nothing.
            Err(AppError::NotFound) => {
                let rules = domain::item::light::LightRules::usual();
                return Ok((Vec::new(), rules.on(day)));
            }
            portfolio => portfolio?,
        };
        let judge = portfolio.plan.lights().on(day);
        rows.extend(self.all_projects(&portfolio).await?);
        Ok((rows, judge))
    }

    /// The content of the newest issued report of the series that ended before this period began.
    async fn last_issued(
        &self,
        plan: &Code,
        series: Series,
        period: Period,
    ) -> Result<Option<Content>, AppError> {
        let view = self.view(Asked::default()).await?;
        let query = LedgerQuery {
            kinds: vec![ItemKind::Report],
            series: Some(series),
            standings: vec![Standing::Done],
            ..LedgerQuery::default()
        };
        let mut paging = Paging { sort: Sort::Finished, descending: true, after: None, limit: LOOKED };
        let mut last: Option<(Date, Code)> = None;
        loop {
            let page = self.ledger_at(plan, &query, &paging, view).await?;
            let codes: Vec<Code> = page.rows.iter().map(|(row, _)| row.code.clone()).collect();
            let reports = self.items_without_content(plan, &codes, view).await?;
            let ended = reports.into_iter().filter_map(|(code, item)| Some((item.period?.1, code)));
            last = last.into_iter().chain(ended.filter(|(to, _)| *to < period.from)).max();
            // A report goes out after its period: whatever went out before this one's end is about an earlier one.
            let oldest = page.rows.last().and_then(|(row, _)| row.finished);
            let found = last.as_ref().is_some_and(|(to, _)| oldest.is_some_and(|oldest| oldest <= *to));
            if found || page.next.is_none() {
                break;
            }
            paging.after = page.next;
        }
        let Some((_, code)) = last else { return Ok(None) };
        let (item, _) = self.item(plan, &code, Asked::default()).await?;
        Ok(Content::parse(&item.content))
    }

    /// A report with what speaks against issuing it, or against trusting it.
    pub async fn report(&self, plan: &Code, code: &Code) -> Result<Report, AppError> {
        self.report_and_fresh(plan, code).await.map(|(report, _)| report)
    }

    /// A report, and what a draft would say by the ledger as it is known now.
    async fn report_and_fresh(
        &self,
        plan: &Code,
        code: &Code,
    ) -> Result<(Report, Option<Content>), AppError> {
        let (item, _) = self.item(plan, code, Asked::default()).await?;
        let content = Content::parse(&item.content).ok_or(AppError::NotFound)?;
        let intact = is_intact(&item);
        let (mut shortfalls, mut outdated, mut composed) = (Vec::new(), false, None);
        if let (State::Draft, Some((series, period))) = (item.state, of(&item)) {
            let (fresh, last) = self.compose(plan, series, period).await?;
            outdated = !content.counts_as(&fresh);
            shortfalls = content.shortfalls(last.as_ref());
            composed = Some(fresh);
        }
        Ok((Report { item, content, shortfalls, outdated, intact }, composed))
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
        let (report, fresh) = self.report_and_fresh(plan, code).await?;
        let mut content = match fresh {
            Some(fresh) => Content { sections: report.content.sections, ..fresh },
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
        let frozen = self.fit_report(plan, code).await?;
        Ok(self.number_and_issue(actor, (plan, code), frozen, expected, source).await?)
    }

    /// A report as it would be frozen now, where nothing speaks against issuing it.
    async fn fit_report(&self, plan: &Code, code: &Code) -> Result<Frozen, IssueError> {
        // What is recorded from here on is not surely in it, and is listed beside it.
        let known = self.head().await?;
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
        let (as_of, content) = (report.content.to, report.item.content);
        Ok(Frozen { series, as_of, known, content, facts: Vec::new() })
    }

    /// Numbers and freezes a report. The number is taken where it is written down: whoever issues another
    /// report of the series at the same moment, on whichever server, waits for this one.
    pub(crate) async fn number_and_issue(
        &self,
        actor: &Actor,
        (plan, code): (&Code, &Code),
        frozen: Frozen,
        expected: Seq,
        source: &Source,
    ) -> Result<Receipt, AppError> {
        let Frozen { series, as_of, known, content, facts } = frozen;
        let (actor, plan, code, source) = (actor.clone(), plan.clone(), code.clone(), source.clone());
        let (now, today) = (self.clock().now(), self.clock().today());
        let issue = move |tx: &mut Tx| -> Result<Receipt, AppError> {
            let numbered = tx.numbered_reports(&plan, series)?;
            let number = numbered.into_iter().map(|(_, number)| number).max().unwrap_or(0) + 1;
            // Tried again when the databases ask for it, so what was handed in stays.
            let mut facts = facts.clone();
            facts.extend([
                ItemFact::Number { number: number.to_string() }.into(),
                ItemFact::Issue { number, as_of, known: known.0, digest: Hash::of(&content).to_string() }
                    .into(),
                ItemFact::Move { step: Step::Issue, state: State::Issued, by: None }.into(),
            ]);
            make(tx, &actor, &record(&plan, &code, facts, expected, &source), now, today)
        };
        self.database().write_async(issue).await
    }

    /// What was recorded about an issued report's days after it was issued, newest first: it changes
    /// nothing in the report, and stands beside it. Of a report on a matter of its own, what concerns its
    /// rows.
    pub async fn recorded_later(&self, plan: &Code, item: &Item) -> Result<Vec<Entry>, AppError> {
        let Some(issued) = &item.issued else { return Ok(Vec::new()) };
        let filter = EntryFilter {
            scope: Some(plan.clone()),
            after: Some(issued.known),
            effective_to: Some(issued.as_of),
            ..EntryFilter::default()
        };
        let own = Study::parse(&item.content);
        let rows: Option<BTreeSet<&Code>> = own.as_ref().map(|own| own.rows().map(|row| &row.code).collect());
        let (mut out, mut before) = (Vec::new(), None);
        for _ in 0..if rows.is_some() { LATER_PAGES } else { 1 } {
            let page = self.entries(filter.clone(), before, LATER_MOST).await?;
            out.extend(page.items.into_iter().filter(|entry| {
                let code = &entry.draft.subject.code;
                *code != item.code && rows.as_ref().is_none_or(|rows| rows.contains(code))
            }));
            before = page.next;
            if before.is_none() || out.len() >= LATER_MOST {
                break;
            }
        }
        Ok(out)
    }
}

/// Whether an issued report is still what its digest says.
pub(crate) fn is_intact(item: &Item) -> bool {
    item.issued.as_ref().is_none_or(|issued| issued.digest == Hash::of(&item.content).to_string())
}

pub(crate) fn record(plan: &Code, code: &Code, facts: Vec<Fact>, expected: Seq, source: &Source) -> Change {
    Change {
        command: Command::Record { subject: Subject::item(plan, code), facts, expected: Some(expected) },
        effective: None,
        source: source.clone(),
        reason: String::new(),
    }
}

/// What a fault of the statement names: its projects, or the fault itself where it has none.
fn unclosed(fault: &Fault) -> Vec<String> {
    match fault.projects() {
        [] => vec![fault.key().to_owned()],
        projects => projects.iter().map(Code::to_string).collect(),
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
