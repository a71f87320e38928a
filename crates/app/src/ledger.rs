//! The ledger: one list of everything to be delivered, each item whole, and why it exists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::code::Code;
use domain::figure::kinds_counted;
use domain::history::{SubjectHistory, View};
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::{Judge, Light, Verdict};
use domain::item::query::{After, LedgerQuery, Sort};
use domain::item::{Item, ItemKind, Relation, Target};
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use domain::subject::{Subject, SubjectKind};
use store::StoreError;

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
        let portfolio = self.portfolio(plan, asked).await?;
        let judge = portfolio.plan.lights().on(portfolio.view.as_of);
        let limit = paging.limit.clamp(1, PAGE_MOST);
        let mut rows = if portfolio.view.known == Seq::LATEST {
            let (plan, query, judge) = (plan.clone(), query.clone(), judge.clone());
            let (order, after) = ((paging.sort, paging.descending), paging.after.clone());
            self.database()
                .read_async(move |c| c.ledger(&plan, &query, &judge, order, after.as_ref(), limit + 1))
                .await?
                .rows
        } else {
            self.items_at(plan, portfolio.view, query, &judge).await?
        };
        let floats = self.floats(&portfolio, &judge).await?;
        rows.extend(project_rows(&portfolio, query, &judge, &floats));
        let beyond = |row: &LedgerRow| {
            paging.after.as_ref().is_none_or(|after| {
                paging.sort.after(row).compare(after, paging.descending) == std::cmp::Ordering::Greater
            })
        };
        rows.retain(beyond);
        rows.sort_by(|a, b| paging.sort.after(a).compare(&paging.sort.after(b), paging.descending));
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| paging.sort.after(row));
        let rows = rows.into_iter().map(|row| (judge.judge(&row), row)).map(|(v, row)| (row, v)).collect();
        Ok(LedgerPage { rows, next })
    }

    /// How many rows of each light a query finds.
    pub async fn ledger_lights(
        &self,
        plan: &Code,
        query: &LedgerQuery,
        asked: Asked,
    ) -> Result<BTreeMap<Light, u64>, AppError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let judge = portfolio.plan.lights().on(portfolio.view.as_of);
        let mut out: BTreeMap<Light, u64> = BTreeMap::new();
        if portfolio.view.known == Seq::LATEST {
            let (plan, query, judge) = (plan.clone(), query.clone(), judge.clone());
            out.extend(self.database().read_async(move |c| c.ledger_lights(&plan, &query, &judge)).await?);
        } else {
            for row in self.items_at(plan, portfolio.view, query, &judge).await? {
                *out.entry(judge.judge(&row).light).or_default() += 1;
            }
        }
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
        let (plan, view) = (portfolio.plan.code.clone(), portfolio.view);
        let judge = portfolio.plan.lights().on(view.as_of);
        let mut rows = if view.known == Seq::LATEST {
            let query = query.clone();
            self.database().read_async(move |c| c.all_items(&plan, &query, &judge)).await?
        } else {
            self.items_at(&plan, view, query, &judge).await?
        };
        rows.sort_by(|a, b| (a.received, &a.code).cmp(&(b.received, &b.code)));
        Ok(rows)
    }

    /// Items as they were known at an earlier moment: folded from their facts one by one, since the
    /// ledger's rows hold what is known now.
    async fn items_at(
        &self,
        plan: &Code,
        view: View,
        query: &LedgerQuery,
        judge: &Judge,
    ) -> Result<Vec<LedgerRow>, AppError> {
        let (plan, query, judge) = (plan.clone(), query.clone(), judge.clone());
        let rows = self
            .database()
            .read_async(move |c| {
                let mut rows = Vec::new();
                c.each_item(&plan, &mut |history| {
                    if let Some(row) = Item::at(&history, view).map(|item| LedgerRow::of_item(&item))
                        && query.takes(&row, &judge)
                    {
                        rows.push(row);
                    }
                    Ok(())
                })?;
                Ok::<_, StoreError>(rows)
            })
            .await?;
        Ok(rows)
    }

    /// The next free code for an item of a kind: `DIR-2019-0042`.
    pub async fn next_item_code(&self, plan: &Code, kind: ItemKind) -> Result<Code, AppError> {
        let prefix = format!("{}-{}-", prefix_of(kind), self.clock().today().year());
        let plan = plan.clone();
        let looked = prefix.clone();
        let last = self.database().read_async(move |c| c.last_item_code(&plan, &looked)).await?;
        let number = last
            .and_then(|code| code.strip_prefix(&prefix)?.parse::<u32>().ok())
            .map_or(1, |number| number + 1);
        Code::new(&format!("{prefix}{number:04}")).map_err(|_| AppError::NotFound)
    }

    /// Why a thing exists and what came of it, both ways, nearest first.
    pub async fn trace(&self, plan: &Code, start: &Target, asked: Asked) -> Result<Trace, AppError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let (plan, start, view) = (plan.clone(), start.clone(), portfolio.view);
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
                                next.push(other.clone());
                                lines.push(TraceLine {
                                    thing: other,
                                    nearer: thing.clone(),
                                    relation,
                                    steps,
                                    row,
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
                line.row = portfolio.project(code.as_str()).map(|project| {
                    let level = project.lead_unit.as_ref().and_then(|u| portfolio.units.get(u)?.level);
                    let mut row = LedgerRow::of_project(project, level);
                    floats.put(&mut row);
                    row
                });
            }
        }
        Ok(trace)
    }
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

/// The rows of projects and milestones that a query finds.
fn project_rows(
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
        let level = project.lead_unit.as_ref().and_then(|unit| portfolio.units.get(unit)?.level);
        if query.projects {
            rows.push(LedgerRow::of_project(project, level));
        }
        if query.milestones {
            rows.extend(LedgerRow::of_milestones(project, level));
        }
    }
    rows.iter_mut().for_each(|row| floats.put(row));
    rows.retain(|row| !matches!(row.kind, RowKind::Item(_)) && query.takes(row, judge));
    rows
}
