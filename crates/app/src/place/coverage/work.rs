//! Working coverage out. Pure; it takes a while for a city.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::Code;
use domain::facility::{FacilityKind, FacilityStanding};
use domain::portfolio::Portfolio;
use place::coverage::{Basis, Completeness, Figure, Residence, State, figures, state};
use place::nearest::Nearest;

use super::capacity::capacity;
use super::gap::{Causes, Elsewhere};
use super::{CountedIn, Coverage, CoverageAsked, FAR, Ground, KindCoverage, Rule, RuleCoverage, Way, sum};

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
        unreached_facilities += usize::from(open && !ground.facility_reached(number));
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
    Coverage {
        way: ground.way(),
        unreached_homes: (0..residences.homes.len()).filter(|home| !ground.reached(*home)).count(),
        unreached_facilities,
        residences,
        communities,
        community_of,
        homes_of,
        kinds,
        ground,
        effect: std::sync::OnceLock::new(),
        year_end: std::sync::OnceLock::new(),
    }
}

/// Which of the plan's areas each facility lies in.
struct Counted<'a>(Vec<Option<&'a Code>>);

impl<'a> Counted<'a> {
    fn of(portfolio: &'a Portfolio) -> Self {
        Self(portfolio.facilities.iter().map(|held| portfolio.area_of(held).map(|area| &area.code)).collect())
    }

    /// How complete the data of a kind are in an area, or in all that the plan is about.
    fn completeness(
        &self,
        portfolio: &Portfolio,
        kind: &Code,
        area: Option<&Code>,
        open: &[usize],
    ) -> Completeness {
        let of = (kind.clone(), area.cloned());
        let official = portfolio.plan.official_counts.get(&of).map(|held| u64::from(held.count));
        let below = area.map(|area| portfolio.areas_below(area));
        let counts = |number: &&usize| match (&below, self.0.get(**number).copied().flatten()) {
            (Some(below), Some(area)) => below.contains(area),
            (None, Some(_)) => true,
            (_, None) => false,
        };
        Completeness { known: open.iter().filter(counts).count() as u64, official }
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
        if rules.is_empty() && own.is_empty() {
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
                let completeness = counted.completeness(self.portfolio, &kind.kind, area.as_ref(), &open);
                CountedIn { area, completeness }
            })
            .collect();
        let rules =
            rules.into_iter().map(|rule| self.rule(rule, &near, &people, &counted_in, &elsewhere)).collect();
        Some(KindCoverage {
            completeness: counted.completeness(self.portfolio, &kind.kind, None, &open),
            // Everybody in the place of some ages says nothing of whether there is enough.
            capacity: match everybody {
                true => None,
                false => capacity(self.portfolio, self.ground, kind, &open, (&near, &people)),
            },
            kind: kind.kind.clone(),
            open,
            near,
            people,
            everybody,
            counted: counted_in,
            rules,
        })
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
        let mut area = Some(community.clone());
        // More levels than there are, where a circle was recorded.
        for _ in 0..8 {
            let code = area?;
            if self.portfolio.plan.official_counts.contains_key(&(kind.clone(), Some(code.clone()))) {
                return Some(code);
            }
            area = self.portfolio.areas.get(&code).and_then(|held| held.parent.clone());
        }
        None
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
        // Where people are not known of all, the whole can only count residences.
        let whole = match own.iter().all(|figure| figure.basis == Basis::People) {
            true => sum(own.iter()),
            false => {
                sum((0..homes.len()).map(|community| figure(community, false)).collect::<Vec<_>>().iter())
            }
        };
        let causes = homes
            .iter()
            .enumerate()
            .map(|(community, homes)| {
                let mut causes = Causes::default();
                for (home, held) in homes {
                    let weight = match own[community].basis {
                        Basis::People => held.people.map_or(0, u64::from),
                        Basis::Residences => 1,
                    };
                    if state(held, rule.limit, counted[community].completeness, threshold) != State::Covered {
                        causes.add(elsewhere.cause(*home, held, rule.limit), weight);
                    }
                }
                causes
            })
            .collect();
        RuleCoverage { rule, figures: own, causes, whole }
    }
}
