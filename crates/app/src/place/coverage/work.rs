//! Working coverage out. Pure; it takes a while for a city.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::area::AreaLevel;
use domain::code::Code;
use domain::facility::{FacilityKind, FacilityStanding, Metric};
use domain::portfolio::Portfolio;
use place::coverage::{Basis, Completeness, Figure, Residence, State, figures, state};
use place::nearest::Nearest;

use super::capacity::capacity;
use super::gap::{Causes, Elsewhere};
use super::{
    CountedIn, Coverage, CoverageAsked, FAR, Ground, KindCoverage, ReachedCounts, Rule, RuleCoverage, Supply,
    Way,
};

pub(super) fn coverage(portfolio: &Portfolio, ground: Arc<Ground>, asked: CoverageAsked) -> Coverage {
    let residences = ground.residences.clone();
    let communities = residences.communities();
    let number = |code: &Code| communities.binary_search(code).unwrap_or(0);
    let community_of: Vec<usize> = residences.homes.iter().map(|home| number(&home.community)).collect();
    let mut homes_of = vec![Vec::new(); communities.len()];
    for (home, community) in community_of.iter().enumerate() {
        homes_of[*community].push(home);
    }
    let counted = Counted::of(portfolio);
    let mut by_kind: BTreeMap<&Code, Vec<usize>> = BTreeMap::new();
    let mut unreached_facilities = 0;
    for (number, facility) in portfolio.facilities.iter().enumerate() {
        let Some(kind) = &facility.kind else { continue };
        by_kind.entry(kind).or_default().push(number);
        let open = portfolio.standing_of(facility) == FacilityStanding::Open;
        unreached_facilities += usize::from(open && ground.reached_by(number).is_none());
    }
    let work = Work { portfolio, ground: &ground, communities: &communities, homes_of: &homes_of };
    let kinds = portfolio
        .plan
        .facility_kinds
        .iter()
        .filter_map(|kind| {
            let own = by_kind.get(&kind.kind).map_or(&[][..], Vec::as_slice);
            work.kind(kind, own, &counted, asked)
        })
        .collect();
    let lived_in: BTreeSet<&Code> = communities.iter().collect();
    let within = portfolio.plan.area.as_ref().map(|area| portfolio.areas_below(area));
    let without_residences = portfolio
        .areas
        .values()
        .filter(|area| area.active && area.level == Some(AreaLevel::Community))
        .filter(|area| within.as_ref().is_none_or(|within| within.contains(&area.code)))
        // Where residences are known for the area above only, its people stand there.
        .filter(|area| !with_those_above(portfolio, &area.code).any(|code| lived_in.contains(&code)))
        .map(|area| area.code.clone())
        .collect();
    Coverage {
        without_residences,
        way: ground.way(),
        unreached_homes: (0..residences.homes.len()).filter(|home| !ground.reached(*home)).count(),
        unreached_facilities,
        island_homes: ground.walk().map_or(0, |walk| {
            let cut_off = |home: &usize| walk.island_of(ground.home_legs(*home)).is_some();
            (0..residences.homes.len()).filter(cut_off).count()
        }),
        residences,
        communities,
        community_of,
        homes_of,
        kinds,
        ground,
        effect: std::sync::OnceLock::new(),
        year_end: std::sync::OnceLock::new(),
        choices: super::choice::Choices::default(),
    }
}

/// An area and those above it; no more levels than there are, where a circle was recorded.
fn with_those_above<'a>(portfolio: &'a Portfolio, area: &'a Code) -> impl Iterator<Item = &'a Code> {
    let above = |code: &&'a Code| portfolio.areas.get(*code)?.parent.as_ref();
    std::iter::successors(Some(area), move |code| above(code)).take(8)
}

/// Which of the plan's areas each facility lies in.
struct Counted<'a>(Vec<Option<&'a Code>>);

impl<'a> Counted<'a> {
    fn of(portfolio: &'a Portfolio) -> Self {
        Self(portfolio.facilities.iter().map(|held| portfolio.area_of(held).map(|area| &area.code)).collect())
    }

    /// How complete the data of a kind are in an area, or in all that the plan is about.
    fn counted_in(
        &self,
        portfolio: &Portfolio,
        kind: &Code,
        area: Option<&Code>,
        open: &[usize],
    ) -> CountedIn {
        let of = (kind.clone(), area.cloned());
        let official = portfolio.plan.official_counts.get(&of).map(|held| u64::from(held.count));
        let below = area.map(|area| portfolio.areas_below(area));
        let counts = |number: &&usize| match (&below, self.0.get(**number).copied().flatten()) {
            (Some(below), Some(area)) => below.contains(area),
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let known = open.iter().filter(counts);
        let seen = known.clone().filter(|number| portfolio.facilities[**number].on_site.is_seen());
        CountedIn {
            area: area.cloned(),
            seen: seen.count() as u64,
            completeness: Completeness { known: known.count() as u64, official },
        }
    }
}

struct Work<'a> {
    portfolio: &'a Portfolio,
    ground: &'a Ground,
    communities: &'a [Code],
    homes_of: &'a [Vec<usize>],
}

impl Work<'_> {
    /// Nothing for a kind that no rule says anything of, and of which nothing is known.
    fn kind(
        &self,
        kind: &FacilityKind,
        own: &[usize],
        counted: &Counted<'_>,
        asked: CoverageAsked,
    ) -> Option<KindCoverage> {
        let rules = self.rules(kind, asked);
        let standards = || self.portfolio.plan.standards_of(kind.kind.as_str(), self.portfolio.view.as_of);
        if rules.is_empty() && own.is_empty() && standards().next().is_none() {
            return None;
        }
        let standing = |wanted: FacilityStanding| -> Vec<usize> {
            let facilities = &self.portfolio.facilities;
            own.iter().copied().filter(|at| self.portfolio.standing_of(&facilities[*at]) == wanted).collect()
        };
        let open = standing(FacilityStanding::Open);
        let near = self.ground.nearest(&open, FAR);
        let homes = &self.ground.residences.homes;
        let mut everybody = false;
        let people: Vec<Option<u32>> = homes
            .iter()
            .map(|home| {
                let (people, stand_in) = home.people_for(kind.ages);
                everybody |= stand_in;
                people
            })
            .collect();
        let elsewhere = Elsewhere {
            planned: self.unless_empty(&standing(FacilityStanding::Planned)),
            closed: self.unless_empty(&standing(FacilityStanding::Closed)),
            straight: match self.ground.way() {
                Way::Network => self.ground.straight(&open, FAR),
                Way::Straight => Vec::new(),
            },
        };
        let counted_in: Vec<CountedIn> = self
            .communities
            .iter()
            .map(|community| {
                let area = self.counted_area(&kind.kind, community);
                counted.counted_in(self.portfolio, &kind.kind, area.as_ref(), &open)
            })
            .collect();
        let rules =
            rules.into_iter().map(|rule| self.rule(rule, &near, &people, &counted_in, &elsewhere)).collect();
        let mut out = KindCoverage {
            whole: counted.counted_in(self.portfolio, &kind.kind, None, &open),
            // Everybody in the place of some ages says nothing of whether there is enough.
            capacity: match everybody {
                true => None,
                false => capacity(self.portfolio, self.ground, kind, &open, (&near, &people)),
            },
            kind: kind.kind.clone(),
            reached: ReachedCounts::of(self.ground, &open),
            open,
            near,
            people,
            everybody,
            counted: counted_in,
            rules,
            supplies: Vec::new(),
        };
        if asked.limit.is_none() {
            let supplies = standards().filter(|standard| standard.metric == Metric::PerThousand);
            out.supplies = supplies.map(|standard| Supply::new(standard, &out, self.homes_of)).collect();
        }
        Some(out)
    }

    fn unless_empty(&self, facilities: &[usize]) -> Vec<Option<Nearest>> {
        if facilities.is_empty() { Vec::new() } else { self.ground.nearest(facilities, FAR) }
    }

    fn rules(&self, kind: &FacilityKind, asked: CoverageAsked) -> Vec<Rule> {
        if let Some(metres) = asked.limit {
            return vec![Rule { standard: None, limit: metres.saturating_mul(1_000).min(FAR) }];
        }
        let walking = self.portfolio.plan.coverage_rules().walking_metres;
        let standards = self.portfolio.plan.standards_of(kind.kind.as_str(), self.portfolio.view.as_of);
        standards.filter_map(|standard| Rule::of(standard, walking)).collect()
    }

    /// The area whose official count tells how complete the data of a community are: its own, else the nearest above
    /// it; nothing: the whole plan.
    fn counted_area(&self, kind: &Code, community: &Code) -> Option<Code> {
        let counted = |code: &&Code| {
            self.portfolio.plan.official_counts.contains_key(&(kind.clone(), Some((*code).clone())))
        };
        with_those_above(self.portfolio, community).find(counted).cloned()
    }

    fn rule(
        &self,
        rule: Rule,
        near: &[Option<Nearest>],
        people: &[Option<u32>],
        counted: &[CountedIn],
        elsewhere: &Elsewhere,
    ) -> RuleCoverage {
        let threshold = self.portfolio.plan.coverage_rules().complete_permille;
        let residence = |home: usize| Residence {
            community: 0,
            people: people[home],
            reached: self.ground.reached(home),
            nearest: near[home].map(|near| near.distance),
        };
        let own = |homes: &Vec<usize>| homes.iter().map(|home| (*home, residence(*home))).collect();
        let homes: Vec<Vec<(usize, Residence)>> = self.homes_of.iter().map(own).collect();
        let figure = |community: usize, people_known: bool| -> Figure {
            let own: Vec<Residence> = homes[community]
                .iter()
                .map(|(_, held)| Residence { people: held.people.filter(|_| people_known), ..*held })
                .collect();
            figures(1, &own, rule.limit, counted[community].completeness, threshold)[0]
        };
        let own: Vec<Figure> = (0..homes.len()).map(|community| figure(community, true)).collect();
        let mut causes = vec![Causes::default(); homes.len()];
        let mut residences: Vec<(Figure, Causes)> =
            (0..homes.len()).map(|community| (figure(community, false), Causes::default())).collect();
        for (community, homes) in homes.iter().enumerate() {
            for (home, held) in homes {
                if state(held, rule.limit, counted[community].completeness, threshold) == State::Covered {
                    continue;
                }
                let cause = elsewhere.cause(*home, held, rule.limit);
                residences[community].1.add(cause, 1);
                let weight = match own[community].basis {
                    Basis::People => held.people.map_or(0, u64::from),
                    Basis::Residences => 1,
                };
                causes[community].add(cause, weight);
            }
        }
        let all: Vec<usize> = (0..own.len()).collect();
        let empty = Figure { basis: Basis::People, covered: 0, not_covered: 0, unknown: 0, unreached: 0 };
        let mut out = RuleCoverage {
            rule,
            figures: own,
            causes,
            residences,
            whole: empty,
            whole_causes: Causes::default(),
        };
        (out.whole, out.whole_causes) = out.over(&all, false);
        out
    }
}
