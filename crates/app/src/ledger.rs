//! The ledger: one list of everything to be delivered, each item whole, and why it exists.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::code::Code;
use domain::figure::kinds_counted;
use domain::history::{SubjectHistory, View};
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::{Judge, Light, Verdict};
use domain::item::query::{After, LedgerQuery, Sort};
use domain::item::{Item, ItemKind, Relation, Target};
use domain::portfolio::Portfolio;
use domain::project::Project;
use domain::request::Request;
use domain::subject::{Subject, SubjectKind};
use domain::unit::UnitLevel;
use jiff::civil::Date;
use store::{Connection, StoreError};

use crate::App;
use crate::error::AppError;
use crate::read::Asked;
use crate::timetable::Floats;

/// A page of the ledger, each row with its light.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerPage {
    pub rows: Vec<(LedgerRow, Verdict)>,
    pub next: Option<After>,
}

/// How a page is ordered and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Paging {
    pub sort: Sort,
    pub descending: bool,
    pub after: Option<After>,
    pub limit: usize,
}

/// The most rows of one page.
pub const PAGE_MOST: usize = 500;
/// Steps a trace follows from where it begins.
const TRACE_MOST: usize = 200;

/// A thing on a trace: what it is, how it is linked to the thing one step nearer to the start, and how far
/// away it is.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceLine {
    pub thing: Target,
    pub nearer: Target,
    pub relation: Relation,
    pub steps: usize,
    /// Its row, for an item or a project that is on the books.
    pub row: Option<LedgerRow>,
    /// What a request is about: it has no row there.
    pub title: Option<String>,
}

/// Why a thing exists, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    pub origins: Vec<TraceLine>,
    pub outcomes: Vec<TraceLine>,
}

impl App {
    /// An item at a point of view, with everything ever recorded of it.
    pub async fn item(
        &self,
        plan: &Code,
        code: &Code,
        asked: Asked,
    ) -> Result<(Item, Arc<SubjectHistory>), AppError> {
        let view = self.view(asked).await?;
        let history = self.subject(&Subject::item(plan, code)).await?.ok_or(AppError::NotFound)?;
        let item = Item::at(&history, view).ok_or(AppError::NotFound)?;
        Ok((item, Arc::new(history)))
    }

    /// A page of the ledger.
    pub async fn ledger(
        &self,
        plan: &Code,
        query: &LedgerQuery,
        paging: &Paging,
        asked: Asked,
    ) -> Result<LedgerPage, AppError> {
        self.ledger_at(plan, query, paging, self.view(asked).await?).await
    }

    /// A page of the ledger at a point of view that is already settled.
    pub async fn ledger_at(
        &self,
        plan: &Code,
        query: &LedgerQuery,
        paging: &Paging,
        view: View,
    ) -> Result<LedgerPage, AppError> {
        let portfolio = self.portfolio_at(plan, view).await?;
        let judge = portfolio.plan.lights().on(view.as_of);
        let limit = paging.limit.clamp(1, PAGE_MOST);
        let mut rows = {
            let (plan, query, judge, paging) = (plan.clone(), query.clone(), judge.clone(), paging.clone());
            let read = move |c: &mut Connection| {
                let order = (paging.sort, paging.descending);
                let known = (&judge, view.known);
                let mut rows = c.ledger(&plan, &query, known, order, paging.after.as_ref(), limit + 1)?.rows;
                each_changed(c, &plan, view, |row| {
                    rows.extend(query.takes(&row, &judge).then_some(row));
                    // No more is kept than a page may show.
                    if rows.len() > 4 * PAGE_MOST {
                        paging.first(&mut rows, limit + 1);
                    }
                })?;
                Ok::<_, StoreError>(rows)
            };
            self.database().read_async(read).await?
        };
        let floats = self.floats(&portfolio, &judge).await?;
        rows.extend(project_rows(&portfolio, query, &judge, &floats));
        paging.first(&mut rows, limit + 1);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| paging.sort.after(row));
        let rows = rows.into_iter().map(|row| (judge.judge(&row), row)).map(|(v, row)| (row, v)).collect();
        Ok(LedgerPage { rows, next })
    }

    /// The first `most` rows that a query finds in an order, read page by page.
    pub(crate) async fn ledger_rows(
        &self,
        plan: &Code,
        query: &LedgerQuery,
        (sort, descending): (Sort, bool),
        most: usize,
        view: View,
    ) -> Result<Vec<(LedgerRow, Verdict)>, AppError> {
        let mut paging = Paging { sort, descending, after: None, limit: PAGE_MOST };
        let mut rows = Vec::new();
        loop {
            let page = self.ledger_at(plan, query, &paging, view).await?;
            rows.extend(page.rows);
            // What came in meanwhile is left to the next time.
            if page.next.is_none() || rows.len() >= most {
                break;
            }
            paging.after = page.next;
        }
        rows.truncate(most);
        Ok(rows)
    }

    /// How many rows of each light a query finds.
    pub async fn ledger_lights(
        &self,
        plan: &Code,
        query: &LedgerQuery,
        asked: Asked,
    ) -> Result<BTreeMap<Light, u64>, AppError> {
        self.ledger_lights_at(plan, query, self.view(asked).await?).await
    }

    /// As [`ledger_lights`](Self::ledger_lights), at a point of view that is already settled.
    pub async fn ledger_lights_at(
        &self,
        plan: &Code,
        query: &LedgerQuery,
        view: View,
    ) -> Result<BTreeMap<Light, u64>, AppError> {
        let portfolio = self.portfolio_at(plan, view).await?;
        let judge = portfolio.plan.lights().on(view.as_of);
        let mut out: BTreeMap<Light, u64> = {
            let (plan, query, judge) = (plan.clone(), query.clone(), judge.clone());
            let read = move |c: &mut Connection| {
                let found = c.ledger_lights(&plan, &query, (&judge, view.known))?;
                let mut out = BTreeMap::from_iter(found);
                each_changed(c, &plan, view, |row| {
                    if query.takes(&row, &judge) {
                        *out.entry(judge.judge(&row).light).or_default() += 1;
                    }
                })?;
                Ok::<_, StoreError>(out)
            };
            self.database().read_async(read).await?
        };
        let floats = self.floats(&portfolio, &judge).await?;
        for row in project_rows(&portfolio, query, &judge, &floats) {
            *out.entry(judge.judge(&row).light).or_default() += 1;
        }
        Ok(out)
    }

    /// The items that a plan's figures count, on the portfolio's day.
    pub async fn items_counted(&self, portfolio: &Portfolio) -> Result<Vec<LedgerRow>, AppError> {
        let kinds = kinds_counted(&portfolio.plan.figures);
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let query = LedgerQuery { kinds, ..LedgerQuery::default() };
        self.all_items(portfolio, &query).await
    }

    /// All items that a query finds on the portfolio's day, in the order they came in.
    pub async fn all_items(
        &self,
        portfolio: &Portfolio,
        query: &LedgerQuery,
    ) -> Result<Vec<LedgerRow>, AppError> {
        let (plan, view, query) = (portfolio.plan.code.clone(), portfolio.view, query.clone());
        let judge = portfolio.plan.lights().on(view.as_of);
        let read = move |c: &mut Connection| {
            let mut rows = c.all_items(&plan, &query, (&judge, view.known))?;
            each_changed(c, &plan, view, |row| rows.extend(query.takes(&row, &judge).then_some(row)))?;
            Ok::<_, StoreError>(rows)
        };
        let mut rows = self.database().read_async(read).await?;
        rows.sort_by(|a, b| (a.received, &a.code).cmp(&(b.received, &b.code)));
        Ok(rows)
    }

    /// The plan's projects on the portfolio's day, as its lights judge them.
    pub(crate) async fn all_projects(&self, portfolio: &Portfolio) -> Result<Vec<LedgerRow>, AppError> {
        let floats = self.floats(portfolio, &portfolio.plan.lights().on(portfolio.view.as_of)).await?;
        Ok(portfolio.members().map(|project| project_row(portfolio, project, &floats)).collect())
    }

    /// The row that the ledger calls by an id, at a point of view.
    pub async fn ledger_row(&self, plan: &Code, id: &str, view: View) -> Result<Option<LedgerRow>, AppError> {
        let Some((project, _)) = id.split_once('/') else {
            let Ok(code) = Code::new(id) else { return Ok(None) };
            let history = self.subject(&Subject::item(plan, &code)).await?;
            let item = history.and_then(|history| Item::at(&history, view));
            return Ok(item.map(|item| LedgerRow::of_item(&item)));
        };
        let portfolio = self.portfolio_at(plan, view).await?;
        let Some(project) = portfolio.project(project) else { return Ok(None) };
        let floats = self.floats(&portfolio, &portfolio.plan.lights().on(view.as_of)).await?;
        let mut rows = milestone_rows(&portfolio, project, &floats);
        rows.push(project_row(&portfolio, project, &floats));
        Ok(rows.into_iter().find(|row| row.id() == id))
    }

    /// Some items at a point of view, without the long content that reports have.
    pub async fn items_without_content(
        &self,
        plan: &Code,
        codes: &[Code],
        view: View,
    ) -> Result<BTreeMap<Code, Item>, AppError> {
        let histories = self.item_histories(plan, codes).await?;
        let item = |(code, history): (Code, SubjectHistory)| Some((code, Item::at(&history, view)?));
        Ok(histories.into_iter().filter_map(item).collect())
    }

    /// What is on record of some items, without the long content that reports have.
    pub async fn item_histories(
        &self,
        plan: &Code,
        codes: &[Code],
    ) -> Result<BTreeMap<Code, SubjectHistory>, AppError> {
        let (plan, codes) = (plan.clone(), codes.to_vec());
        let found = self.database().read_async(move |c| c.items(&plan, &codes)).await?;
        Ok(found.into_iter().map(|history| (history.subject.code.clone(), history)).collect())
    }

    /// The next free code for an item of a kind: `DIR-2019-0042`.
    pub async fn next_item_code(&self, plan: &Code, kind: ItemKind) -> Result<Code, AppError> {
        let (plan, prefix) = (plan.clone(), code_prefix(kind, self.clock().today()));
        let (code, _) = self.database().read_async(move |c| c.next_item_code(&plan, &prefix)).await?;
        Ok(code)
    }

    /// Why a thing exists and what came of it, both ways, nearest first.
    pub async fn trace(&self, plan: &Code, start: &Target, asked: Asked) -> Result<Trace, AppError> {
        self.trace_at(plan, start, self.view(asked).await?).await
    }

    /// As [`trace`](Self::trace), at a point of view that is already settled.
    pub async fn trace_at(&self, plan: &Code, start: &Target, view: View) -> Result<Trace, AppError> {
        let portfolio = self.portfolio_at(plan, view).await?;
        let (plan, start) = (plan.clone(), start.clone());
        let (origins, outcomes) = self
            .database()
            .read_async(move |c| {
                let mut walk = |back: bool| -> Result<Vec<TraceLine>, StoreError> {
                    let mut lines: Vec<TraceLine> = Vec::new();
                    let mut seen = BTreeSet::from([start.clone()]);
                    let mut layer = vec![start.clone()];
                    for steps in 1.. {
                        let mut next = Vec::new();
                        for thing in &layer {
                            for (relation, other) in neighbours(c, &plan, thing, view, back)? {
                                if lines.len() >= TRACE_MOST || !seen.insert(other.clone()) {
                                    continue;
                                }
                                let row = match &other {
                                    Target::Item(code) => c
                                        .subject(&Subject::item(&plan, code))?
                                        .and_then(|history| Item::at(&history, view))
                                        .map(|item| LedgerRow::of_item(&item)),
                                    _ => None,
                                };
                                let title = match &other {
                                    Target::Request(code) => c
                                        .subject(&Subject::request(&plan, code))?
                                        .and_then(|history| Request::at(&history, view))
                                        .map(|request| request.title),
                                    _ => None,
                                };
                                next.push(other.clone());
                                lines.push(TraceLine {
                                    thing: other,
                                    nearer: thing.clone(),
                                    relation,
                                    steps,
                                    row,
                                    title,
                                });
                            }
                        }
                        if next.is_empty() {
                            break;
                        }
                        layer = next;
                    }
                    Ok(lines)
                };
                Ok::<_, StoreError>((walk(false)?, walk(true)?))
            })
            .await?;
        let judge = portfolio.plan.lights().on(portfolio.view.as_of);
        let floats = self.floats(&portfolio, &judge).await?;
        let mut trace = Trace { origins, outcomes };
        for line in trace.origins.iter_mut().chain(&mut trace.outcomes) {
            if let Target::Project(code) = &line.thing {
                let project = portfolio.project(code.as_str());
                line.row = project.map(|project| project_row(&portfolio, project, &floats));
            }
        }
        Ok(trace)
    }
}

impl Paging {
    /// Leaves the first `most` rows of those beyond where the page begins, in order.
    fn first(&self, rows: &mut Vec<LedgerRow>, most: usize) {
        let beyond = |place: &After| match &self.after {
            Some(after) => place.compare(after, self.descending) == Ordering::Greater,
            None => true,
        };
        let mut placed: Vec<(After, LedgerRow)> = rows
            .drain(..)
            .map(|row| (self.sort.after(&row), row))
            .filter(|(place, _)| beyond(place))
            .collect();
        placed.sort_by(|(a, _), (b, _)| a.compare(b, self.descending));
        rows.extend(placed.into_iter().take(most).map(|(_, row)| row));
    }
}

/// The rows of items as they were known before something more was recorded of them.
pub(crate) fn each_changed(
    connection: &mut Connection,
    plan: &Code,
    view: View,
    mut found: impl FnMut(LedgerRow),
) -> Result<(), StoreError> {
    connection.each_changed_item(plan, view.known, &mut |history| {
        if let Some(item) = Item::at(&history, view) {
            found(LedgerRow::of_item(&item));
        }
        Ok(())
    })
}

/// What the codes of a kind begin with in a year.
pub(crate) fn code_prefix(kind: ItemKind, today: Date) -> String {
    format!("{}-{}-", prefix_of(kind), today.year())
}

/// What the codes of a kind begin with.
fn prefix_of(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Directive => "DIR",
        ItemKind::TrackedTask => "TSK",
        ItemKind::Inspection => "INS",
        ItemKind::Finding => "FND",
        ItemKind::Decision => "DEC",
        ItemKind::Whistle => "WHS",
        ItemKind::ReportIn => "RPI",
        ItemKind::GoodDeed => "DEED",
        ItemKind::Visit => "VIS",
        ItemKind::Meeting => "MTG",
        ItemKind::Dispatch => "DSP",
        ItemKind::Return => "RET",
        ItemKind::Report => "REP",
        ItemKind::Slip => "SLP",
        ItemKind::Need => "NEED",
        ItemKind::Resource => "RES",
    }
}

/// The things one link away: what a thing links to, or (`back`) what links to it.
fn neighbours(
    connection: &mut store::Connection,
    plan: &Code,
    thing: &Target,
    view: View,
    back: bool,
) -> Result<Vec<(Relation, Target)>, StoreError> {
    if back {
        let links = connection.links_to(plan, thing, TRACE_MOST)?;
        return Ok(links.into_iter().map(|link| (link.relation, Target::Item(link.item))).collect());
    }
    if thing.kind() != SubjectKind::Item {
        return Ok(Vec::new());
    }
    let history = connection.subject(&thing.subject(plan))?;
    Ok(history.and_then(|history| Item::at(&history, view)).map_or_else(Vec::new, |item| item.links))
}

fn level(portfolio: &Portfolio, project: &Project) -> Option<UnitLevel> {
    project.lead_unit.as_ref().and_then(|unit| portfolio.units.get(unit)?.level)
}

/// A project's row, with what lights ask of the timetable.
pub(crate) fn project_row(portfolio: &Portfolio, project: &Project, floats: &Floats) -> LedgerRow {
    let mut row = LedgerRow::of_project(project, level(portfolio, project));
    floats.put(&mut row);
    row
}

fn milestone_rows(portfolio: &Portfolio, project: &Project, floats: &Floats) -> Vec<LedgerRow> {
    let mut rows = LedgerRow::of_milestones(project, level(portfolio, project));
    rows.iter_mut().for_each(|row| floats.put(row));
    rows
}

/// The rows of projects and milestones that a query finds.
pub(crate) fn project_rows(
    portfolio: &Portfolio,
    query: &LedgerQuery,
    judge: &Judge,
    floats: &Floats,
) -> Vec<LedgerRow> {
    if !query.projects && !query.milestones {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for project in portfolio.members() {
        if query.projects {
            rows.push(project_row(portfolio, project, floats));
        }
        if query.milestones {
            rows.extend(milestone_rows(portfolio, project, floats));
        }
    }
    rows.retain(|row| !matches!(row.kind, RowKind::Item(_)) && query.takes(row, judge));
    rows
}
