//! Five parties: what a community lacks and offers, what may fit, and matching it.

use domain::area::AreaLevel;
use domain::code::Code;
use domain::item::ledger::LedgerRow;
use domain::item::parties::{self, Nearness, Suggestion, suggest};
use domain::item::query::LedgerQuery;
use domain::item::{ItemFact, ItemKind, Relation, Standing, Target};
use domain::portfolio::Portfolio;
use domain::source::Source;

use super::{item_at, record};
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::read::Asked;

/// Suggestions for one need.
const SUGGESTED_MOST: usize = 3;
/// Needs that one resource is asked about when it is given back.
const SERVED_MOST: usize = 200;

/// The lists of one community, or of everything under a subdistrict or town.
#[derive(Debug, Clone, PartialEq)]
pub struct Community {
    pub needs: Vec<LedgerRow>,
    pub resources: Vec<LedgerRow>,
    /// Resources nearby that a suggestion or a match names.
    pub nearby: Vec<LedgerRow>,
    pub suggestions: Vec<Suggestion>,
}

impl App {
    /// Needs and resources of the whole plan, for the list of communities.
    pub async fn needs_and_resources(&self, plan: &Code, asked: Asked) -> Result<Vec<LedgerRow>, AppError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let query = LedgerQuery {
            kinds: vec![ItemKind::Need, ItemKind::Resource],
            standings: vec![Standing::Open, Standing::Done],
            ..LedgerQuery::default()
        };
        self.all_items(&portfolio, &query).await
    }

    /// What a community lacks and offers, and what of its surroundings may fit.
    pub async fn community(&self, plan: &Code, area: &Code, asked: Asked) -> Result<Community, AppError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let around = surroundings(&portfolio, area).ok_or(AppError::NotFound)?;
        let query = LedgerQuery {
            kinds: vec![ItemKind::Need, ItemKind::Resource],
            standings: vec![Standing::Open, Standing::Done],
            areas: portfolio.areas_below(&around),
            ..LedgerQuery::default()
        };
        let rows = self.all_items(&portfolio, &query).await?;
        let own = portfolio.areas_below(area);
        let here = |row: &&LedgerRow| row.areas.iter().any(|held| own.contains(held));
        let of = |kind: ItemKind| {
            rows.iter().filter(move |row| row.kind == domain::item::ledger::RowKind::Item(kind))
        };
        let needs: Vec<LedgerRow> = of(ItemKind::Need).filter(here).cloned().collect();
        let open: Vec<&LedgerRow> = needs.iter().filter(|row| is_free(row)).collect();
        let free: Vec<&LedgerRow> =
            of(ItemKind::Resource).filter(|row| row.standing == Standing::Open).collect();
        let near = |a: &Code, b: &Code| nearness(&portfolio, a, b);
        let suggestions = suggest(&open, &free, near, SUGGESTED_MOST);
        let named = |row: &&LedgerRow| {
            suggestions.iter().any(|it| it.resource == row.code)
                || needs.iter().any(|need| need.matched.contains(&Target::Item(row.code.clone())))
        };
        Ok(Community {
            nearby: of(ItemKind::Resource).filter(named).cloned().collect(),
            resources: of(ItemKind::Resource).filter(here).cloned().collect(),
            needs,
            suggestions,
        })
    }

    /// Matches a need with a resource or a project: both change together.
    pub async fn match_need(
        &self,
        actor: &Actor,
        plan: &Code,
        need: &Code,
        with: Target,
        source: &Source,
    ) -> Result<Receipt, AppError> {
        let held = self.item_now(plan, need).await?;
        let mut changes = vec![record(plan, need, parties::match_need(&held, with.clone()), source, "")];
        if let Target::Item(code) = &with {
            let facts = parties::match_resource(&self.item_now(plan, code).await?);
            changes.extend(some(plan, code, facts, source, ""));
        }
        self.all_of(actor, changes).await
    }

    /// A need is met; so is the resource, when it serves no other need that is still to be met.
    pub async fn meet_need(
        &self,
        actor: &Actor,
        plan: &Code,
        need: &Code,
        source: &Source,
    ) -> Result<Receipt, AppError> {
        let held = self.item_now(plan, need).await?;
        let mut changes = vec![record(plan, need, parties::meet(&held), source, "")];
        for code in self.serving_alone(plan, need, &held.links).await? {
            let facts = parties::meet(&self.item_now(plan, &code).await?);
            changes.extend(some(plan, &code, facts, source, ""));
        }
        self.all_of(actor, changes).await
    }

    /// Undoes a match: the need is open again, and the resource, when it serves no other, is free again.
    pub async fn part_need(
        &self,
        actor: &Actor,
        plan: &Code,
        need: &Code,
        reason: &str,
        source: &Source,
    ) -> Result<Receipt, AppError> {
        let held = self.item_now(plan, need).await?;
        let mut changes = vec![record(plan, need, parties::part_need(&held), source, reason)];
        for code in self.serving_alone(plan, need, &held.links).await? {
            let facts = parties::release(&self.item_now(plan, &code).await?);
            changes.extend(some(plan, &code, facts, source, reason));
        }
        self.all_of(actor, changes).await
    }

    /// The resources a need is matched with that no other open need is matched with.
    async fn serving_alone(
        &self,
        plan: &Code,
        need: &Code,
        links: &[(Relation, Target)],
    ) -> Result<Vec<Code>, AppError> {
        let matched = links.iter().filter(|(relation, _)| *relation == Relation::MatchedWith);
        let resources: Vec<Code> = matched
            .filter_map(|(_, to)| match to {
                Target::Item(code) => Some(code.clone()),
                _ => None,
            })
            .collect();
        let (plan, need) = (plan.clone(), need.clone());
        let view = self.view(Asked::default()).await?;
        let alone = move |c: &mut store::Connection| {
            let mut out = Vec::new();
            for code in resources {
                let mut others = false;
                for link in c.links_to(&plan, &Target::Item(code.clone()), SERVED_MOST)? {
                    others |= link.relation == Relation::MatchedWith
                        && link.item != need
                        && item_at(c, &plan, &link.item, view)?
                            .is_some_and(|item| item.standing() == Standing::Open);
                }
                if !others {
                    out.push(code);
                }
            }
            Ok::<_, store::StoreError>(out)
        };
        Ok(self.database().read_async(alone).await?)
    }

    async fn all_of(&self, actor: &Actor, changes: Vec<Change>) -> Result<Receipt, AppError> {
        let receipts = self.change_all(actor, changes).await.map_err(|(_, error)| error)?;
        receipts.into_iter().next().ok_or(AppError::NotFound)
    }
}

fn some(plan: &Code, code: &Code, facts: Vec<ItemFact>, source: &Source, reason: &str) -> Option<Change> {
    (!facts.is_empty()).then(|| record(plan, code, facts, source, reason))
}

/// A need that nothing was found for yet.
fn is_free(row: &LedgerRow) -> bool {
    row.standing == Standing::Open && row.matched.is_empty()
}

/// The subdistrict or town that a community lies in; the area itself where it is none.
fn surroundings(portfolio: &Portfolio, area: &Code) -> Option<Code> {
    let held = portfolio.areas.get(area)?;
    match (held.level, &held.parent) {
        (Some(AreaLevel::Community), Some(parent)) => Some(parent.clone()),
        _ => Some(area.clone()),
    }
}

fn nearness(portfolio: &Portfolio, a: &Code, b: &Code) -> Nearness {
    let is_community =
        |code: &Code| portfolio.areas.get(code).is_some_and(|area| area.level == Some(AreaLevel::Community));
    let above = |code: &Code| surroundings(portfolio, code);
    if a == b && is_community(a) {
        Nearness::SameCommunity
    } else if above(a).is_some() && above(a) == above(b) {
        Nearness::Near
    } else {
        Nearness::Far
    }
}
