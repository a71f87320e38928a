//! What residents say of a gap: their requests of the categories that belong to the kind, and the hot issues that were
//! confirmed of them. They are no part of what is found: the gap is one without them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, PoisonError, Weak};

use domain::code::Code;
use domain::facility::Gap;
use domain::item::kind::ItemKind;
use domain::item::{Item, State};
use domain::journal::Seq;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::request::public::suppressed;
use jiff::ToSpan;
use jiff::civil::Date;
use store::{Connection, LedCount, PlacedCount, StoreError};

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// A matter that one resident raises is no hot issue.
const SEVERAL: u64 = 2;
/// The items that are looked at, those with most requests first.
const ITEMS_MOST: usize = 300;
/// An area lies in so many at most; more were a circle.
const LEVELS_MOST: usize = 8;

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Staff,
    /// Only published requests of whole months count, so that moving the day by one does not tell of a single day, and no
    /// small number is told or follows from what is.
    Everybody,
}

/// A confirmed hot issue: a task that several requests led to.
#[derive(Debug, Clone, PartialEq)]
pub struct HotIssue {
    pub item: Code,
    pub name: Named,
    /// How many of its requests are of the community and the categories.
    pub requests: u64,
}

/// What stands beside one gap.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GapEvidence {
    /// `None`: everybody is not told, because of small numbers.
    pub requests: Option<u64>,
    /// Those with most requests first; staff alone see them.
    pub issues: Vec<HotIssue>,
}

/// What stands beside the gaps of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Received on these days, both included: the twelve months up to the day that is looked at; for everybody those up
    /// to the last month that was over on it.
    pub from: Date,
    pub to: Date,
    /// The categories of each kind that has some.
    pub categories: BTreeMap<Code, Vec<Code>>,
    held: HashMap<(Code, Code), GapEvidence>,
}

impl Evidence {
    /// Nothing where no category belongs to the kind.
    pub fn of(&self, gap: &Gap) -> Option<&GapEvidence> {
        self.at(&gap.community, &gap.kind)
    }

    pub fn at(&self, community: &Code, kind: &Code) -> Option<&GapEvidence> {
        self.held.get(&(community.clone(), kind.clone()))
    }
}

/// What evidence hangs on: as of the last entry that can change it, on the day on which it is asked for.
struct Of {
    portfolio: Weak<Portfolio>,
    last: Seq,
    today: Date,
    reader: Reader,
    communities: Vec<Code>,
}

impl Of {
    fn same(&self, other: &Self) -> bool {
        std::ptr::eq(self.portfolio.as_ptr(), other.portfolio.as_ptr())
            && (self.last, self.today, self.reader) == (other.last, other.today, other.reader)
            && self.communities == other.communities
    }
}

/// Evidence lately gathered, the last one first: whoever goes from one list of gaps to another is told the same.
#[derive(Default)]
pub(crate) struct EvidenceCache(VecDeque<(Of, Arc<Evidence>)>);

impl EvidenceCache {
    /// A day for staff and for everybody, of two plans, and days beside it.
    const MOST: usize = 8;

    fn find(&mut self, of: &Of) -> Option<Arc<Evidence>> {
        self.0.retain(|(held, _)| held.portfolio.strong_count() > 0);
        let at = self.0.iter().position(|(held, _)| held.same(of))?;
        let held = self.0.remove(at)?;
        let found = held.1.clone();
        self.0.push_front(held);
        Some(found)
    }

    fn keep(&mut self, of: Of, found: Arc<Evidence>) {
        self.0.retain(|(held, _)| !held.same(&of));
        self.0.truncate(Self::MOST - 1);
        self.0.push_front((of, found));
    }
}

/// The communities that an area is, or lies in.
fn communities_of(portfolio: &Portfolio, communities: &[Code], area: &Code) -> Vec<usize> {
    let mut out = Vec::new();
    let mut at = Some(area);
    for _ in 0..LEVELS_MOST {
        let Some(code) = at else { break };
        out.extend(communities.iter().position(|held| held == code));
        at = portfolio.areas.get(code).and_then(|area| area.parent.as_ref());
    }
    out
}

/// By community, of each category.
fn by_community(
    portfolio: &Portfolio,
    communities: &[Code],
    counts: &[PlacedCount],
) -> HashMap<(usize, Code), u64> {
    let mut known: HashMap<&Code, Vec<usize>> = HashMap::new();
    let mut out: HashMap<(usize, Code), u64> = HashMap::new();
    for held in counts {
        let within =
            known.entry(&held.area).or_insert_with(|| communities_of(portfolio, communities, &held.area));
        for community in within {
            *out.entry((*community, held.category.clone())).or_default() += held.number;
        }
    }
    out
}

/// What everybody is not told, by community and category, so that no small number follows from what is told. Kinds share
/// categories, so each category is decided on by itself, over all communities, and the number of a kind is told only
/// where that of each of its categories is. Of a community in which another one lies nothing is told: less that one, it
/// were the rest.
fn untold(
    portfolio: &Portfolio,
    communities: &[Code],
    categories: &BTreeSet<&Code>,
    requests: &HashMap<(usize, Code), u64>,
) -> HashSet<(usize, Code)> {
    let mut holds_others = vec![false; communities.len()];
    for (at, community) in communities.iter().enumerate() {
        for around in communities_of(portfolio, communities, community) {
            holds_others[around] |= around != at;
        }
    }
    let apart: Vec<usize> = (0..communities.len()).filter(|at| !holds_others[*at]).collect();
    let mut out = HashSet::new();
    for category in categories {
        let number = |at: &usize| requests.get(&(*at, (*category).clone())).copied().unwrap_or(0);
        let few = suppressed(&apart.iter().map(number).collect::<Vec<u64>>());
        let few = apart.iter().zip(few).filter_map(|(at, few)| few.then_some(*at));
        let around = (0..communities.len()).filter(|at| holds_others[*at]);
        out.extend(few.chain(around).map(|at| (at, (*category).clone())));
    }
    out
}

/// The days whose requests count.
fn days(as_of: Date, reader: Reader) -> (Date, Date) {
    let over = as_of.first_of_month().yesterday().unwrap_or(as_of);
    let to = if reader == Reader::Staff || as_of == as_of.last_of_month() { as_of } else { over };
    let after = match reader {
        Reader::Staff => to.checked_sub(1.year()).and_then(Date::tomorrow),
        Reader::Everybody => to.first_of_month().checked_sub(11.months()),
    };
    (after.unwrap_or(to), to)
}

impl App {
    /// What stands beside the gaps of some communities on the day of a portfolio, as the requests stand now.
    pub async fn gap_evidence(
        &self,
        portfolio: &Arc<Portfolio>,
        communities: &[Code],
        reader: Reader,
    ) -> Result<Arc<Evidence>, AppError> {
        // Looked at first: what is kept is never older than the entry it is kept by.
        let of = Of {
            portfolio: Arc::downgrade(portfolio),
            last: self.last_of(&portfolio.plan.code, reader).await?,
            today: self.clock().today(),
            reader,
            communities: communities.to_vec(),
        };
        let cache = || self.inner.evidence.lock().unwrap_or_else(PoisonError::into_inner);
        let held = cache().find(&of);
        if let Some(held) = held {
            return Ok(held);
        }
        // Of many who come at once one gathers it.
        let _turn = self.inner.evidence_turn.lock().await;
        let held = cache().find(&of);
        if let Some(held) = held {
            return Ok(held);
        }
        let found = Arc::new(self.gather_evidence(portfolio, communities, reader).await?);
        cache().keep(of, found.clone());
        Ok(found)
    }

    /// The last entry that can change what a reader is told: of tasks everybody is told nothing.
    async fn last_of(&self, plan: &Code, reader: Reader) -> Result<Seq, AppError> {
        let head = self.head().await?;
        match reader {
            Reader::Staff => Ok(head),
            Reader::Everybody => {
                let plan = plan.clone();
                let read = move |c: &mut Connection| Ok::<_, StoreError>(c.request_version(&plan, head)?.0);
                Ok(self.database().read_async(read).await?)
            }
        }
    }

    async fn gather_evidence(
        &self,
        portfolio: &Arc<Portfolio>,
        communities: &[Code],
        reader: Reader,
    ) -> Result<Evidence, AppError> {
        let (from, to) = days(portfolio.view.as_of, reader);
        let hidden = match reader {
            Reader::Staff => Vec::new(),
            // As of today, whatever day is looked at: what is private now was not so once.
            Reader::Everybody => {
                self.portfolio(&portfolio.plan.code, Asked::default()).await?.plan.publicly().hidden
            }
        };
        let mut categories: BTreeMap<Code, Vec<Code>> = BTreeMap::new();
        for kind in &portfolio.plan.facility_kinds {
            let of: Vec<Code> =
                kind.request_categories.iter().filter(|held| !hidden.contains(held)).cloned().collect();
            if !of.is_empty() {
                categories.insert(kind.kind.clone(), of);
            }
        }
        let asked: BTreeSet<Code> = categories.values().flatten().cloned().collect();
        let mut out = Evidence { from, to, categories, held: HashMap::new() };
        if asked.is_empty() || communities.is_empty() {
            return Ok(out);
        }
        let (plan, public) = (portfolio.plan.code.clone(), reader == Reader::Everybody);
        let read = move |c: &mut Connection| {
            let asked: Vec<Code> = asked.into_iter().collect();
            let counts = c.placed_counts(&plan, (from, to), &asked, public)?;
            let led = if public { Vec::new() } else { c.led_counts(&plan, (from, to), &asked)? };
            Ok::<_, StoreError>((counts, led))
        };
        let (counts, led) = self.database().read_async(read).await?;
        let issues = self.hot_issues(portfolio, &led).await?;
        let requests = by_community(portfolio, communities, &counts);
        let asked = out.categories.values().flatten().collect();
        let untold = if public { untold(portfolio, communities, &asked, &requests) } else { HashSet::new() };
        let mut raised: BTreeMap<&Code, Vec<PlacedCount>> = BTreeMap::new();
        for held in led.iter().filter(|held| issues.contains_key(&held.item)) {
            raised.entry(&held.item).or_default().push(held.placed.clone());
        }
        let raised: BTreeMap<&Code, HashMap<(usize, Code), u64>> = raised
            .into_iter()
            .map(|(item, placed)| (item, by_community(portfolio, communities, &placed)))
            .collect();
        for (kind, of) in &out.categories {
            let sum = |counts: &HashMap<(usize, Code), u64>, at: usize| -> u64 {
                of.iter().filter_map(|category| counts.get(&(at, category.clone()))).sum()
            };
            for (at, community) in communities.iter().enumerate() {
                let of_item = raised.iter().filter_map(|(item, counts)| {
                    let requests = sum(counts, at);
                    let name = issues.get(*item)?.clone();
                    (requests > 0).then(|| HotIssue { item: (*item).clone(), name, requests })
                });
                let mut issues: Vec<HotIssue> = of_item.collect();
                issues.sort_by(|a, b| b.requests.cmp(&a.requests).then_with(|| a.item.cmp(&b.item)));
                let untold = of.iter().any(|category| untold.contains(&(at, category.clone())));
                let requests = (!untold).then(|| sum(&requests, at));
                out.held.insert((community.clone(), kind.clone()), GapEvidence { requests, issues });
            }
        }
        Ok(out)
    }

    /// The tasks among items that several requests led to, with their names: those that were withdrawn are none.
    async fn hot_issues(
        &self,
        portfolio: &Portfolio,
        led: &[LedCount],
    ) -> Result<BTreeMap<Code, Named>, AppError> {
        let mut requests: BTreeMap<&Code, u64> = BTreeMap::new();
        for held in led {
            *requests.entry(&held.item).or_default() += held.placed.number;
        }
        let mut several: Vec<(&Code, u64)> =
            requests.into_iter().filter(|(_, number)| *number >= SEVERAL).collect();
        several.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let looked: Vec<Code> = several.into_iter().take(ITEMS_MOST).map(|(item, _)| item.clone()).collect();
        let items = self.items_without_content(&portfolio.plan.code, &looked, portfolio.view).await?;
        let hot = |held: &Item| held.kind == ItemKind::TrackedTask && held.state != State::Withdrawn;
        Ok(items.into_iter().filter(|(_, held)| hot(held)).map(|(item, held)| (item, held.name)).collect())
    }
}
