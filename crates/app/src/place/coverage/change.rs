//! What changes for people: between two days, by projects, and by the end of the year.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::Arc;

use domain::code::Code;
use domain::facility::{Facility, FacilityStanding, Opened};
use domain::link::NewLink;
use domain::portfolio::Portfolio;
use domain::report::covered_before;
use jiff::ToSpan;
use jiff::civil::Date;
use place::coverage::{Basis, Figure};
use place::effect::{Odds, attribute, forecast};
use place::nearest::Nearest;

use super::{Coverage, CoverageAsked, FAR, Ground, KindCoverage, Rule, RuleCoverage};
use crate::App;
use crate::error::AppError;
use crate::timetable::sampling;

/// What changed by one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct KindDifference {
    pub kind: Code,
    pub rule: Rule,
    pub basis: Basis,
    /// People, or residences, that are covered now and were not, and the other way round; by the number of the
    /// community.
    pub gained: Vec<u64>,
    pub lost: Vec<u64>,
    /// Person-metres to the nearest one that were saved and added, among those who had one on both days.
    pub saved: u64,
    pub added: u64,
}

impl KindDifference {
    pub fn gained_whole(&self) -> u64 {
        self.gained.iter().sum()
    }

    pub fn lost_whole(&self) -> u64 {
        self.lost.iter().sum()
    }
}

/// Two days compared for the same people.
#[derive(Debug, Clone)]
pub struct Difference {
    pub before: Arc<Coverage>,
    pub after: Arc<Coverage>,
    pub kinds: Vec<KindDifference>,
    pub basis: Basis,
    /// People, or residences, of whom at least so many gain a service, by the number of the community.
    pub gaining: Vec<u64>,
}

/// One rule on both days.
#[derive(Debug, Clone, Copy)]
pub struct DifferenceLine<'a> {
    pub held: &'a KindDifference,
    /// On the later day.
    pub rule: &'a RuleCoverage,
}

/// Who was covered and who is, in what the rule is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub before: u64,
    pub after: u64,
    pub gained: u64,
    pub lost: u64,
    pub all: u64,
}

impl DifferenceLine<'_> {
    pub fn whole(&self) -> Counts {
        Counts::of(&self.rule.whole, self.held.gained_whole(), self.held.lost_whole())
    }

    /// Of one community: where residences are counted for a kind, they are in every line of it.
    pub fn of(&self, community: usize) -> Counts {
        let (figure, _) = self.rule.over(&[community], self.held.basis == Basis::Residences);
        Counts::of(&figure, self.held.gained[community], self.held.lost[community])
    }
}

impl Counts {
    fn of(figure: &Figure, gained: u64, lost: u64) -> Self {
        let (after, all) = (figure.covered, figure.total());
        Self { before: covered_before(after, gained, lost), after, gained, lost, all }
    }
}

impl Difference {
    /// What changed, rule by rule.
    pub fn lines(&self) -> impl Iterator<Item = DifferenceLine<'_>> {
        self.kinds.iter().filter_map(|held| {
            let rules = &self.after.kind(held.kind.as_str())?.rules;
            Some(DifferenceLine { held, rule: rules.iter().find(|own| own.rule == held.rule)? })
        })
    }
}

/// The day to compare with: as it is given, or a year before, within the plan. Nothing where it is later than the day
/// that is looked at.
pub fn since(portfolio: &Portfolio, given: Option<Date>) -> Option<Date> {
    let as_of = portfolio.view.as_of;
    // Before the first day of the plan there is nothing to compare with.
    let began = portfolio.plan.period.map_or(as_of, |(from, _)| from).min(as_of);
    match given {
        Some(day) => (day <= as_of).then_some(day),
        None => Some(as_of.saturating_sub(1.year()).max(began)),
    }
}

/// What one project does for people covered, summed over kinds and their rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectGain {
    pub project: Code,
    /// With it alone against none.
    pub alone: i64,
    /// With all against all but it.
    pub last: i64,
}

/// The effects of all projects. They need not add up: the rest is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectsEffect {
    pub basis: Basis,
    pub projects: Vec<ProjectGain>,
    pub together: i64,
    pub shared: i64,
}

/// People covered by the end of a year, weighted with the odds of projects; summed over kinds and their rules.
#[derive(Debug, Clone, PartialEq)]
pub struct YearEnd {
    pub by: Date,
    pub basis: Basis,
    /// On the day that is looked at.
    pub now: u64,
    pub expected: f64,
    /// One in ten lies below, half, one in ten above.
    pub range: (u64, u64, u64),
    /// All combinations were worked out, not drawn.
    pub exact: bool,
    /// The projects that open facilities or links, with the share of draws in which they are in use by then.
    pub odds: Vec<(Code, f64)>,
    /// Those of which nothing honest can be said: they count as not in use.
    pub unknown: Vec<Code>,
}

/// Where people are not known of all, residences are counted.
fn basis(people: &[Option<u32>]) -> Basis {
    if people.iter().all(Option::is_some) { Basis::People } else { Basis::Residences }
}

fn weight(basis: Basis, people: Option<u32>) -> u64 {
    match basis {
        Basis::People => people.map_or(0, u64::from),
        Basis::Residences => 1,
    }
}

fn within(near: Option<Nearest>, limit: u32) -> bool {
    near.is_some_and(|near| near.distance <= limit)
}

/// Compares two days. Both are of the same residences.
pub(super) fn difference(before: Arc<Coverage>, after: Arc<Coverage>) -> Difference {
    let communities = after.communities.len();
    let homes = after.residences.homes.len();
    let people: Vec<Option<u32>> = after.residences.homes.iter().map(|home| home.people).collect();
    let whole = basis(&people);
    // Whom the kinds are for that a home gains: at least so many gain something. Where people are known of all homes,
    // they are of those of any ages; else residences are counted, whatever is known for one kind.
    let mut gains = vec![0u64; homes];
    let nothing: Vec<Option<Nearest>> = vec![None; homes];
    let mut kinds = Vec::new();
    for kind in &after.kinds {
        let near_before =
            before.kind(kind.kind.as_str()).map_or(nothing.as_slice(), |held| held.near.as_slice());
        let basis = basis(&kind.people);
        for held in &kind.rules {
            let limit = held.rule.limit;
            let mut out = KindDifference {
                kind: kind.kind.clone(),
                rule: held.rule.clone(),
                basis,
                gained: vec![0; communities],
                lost: vec![0; communities],
                saved: 0,
                added: 0,
            };
            for home in 0..homes {
                let (was, is) = (near_before[home], kind.near[home]);
                let community = after.community_of[home];
                let gain = weight(whole, kind.people[home]);
                let weight = weight(basis, kind.people[home]);
                match (within(was, limit), within(is, limit)) {
                    (false, true) => {
                        out.gained[community] += weight;
                        gains[home] = gains[home].max(gain);
                    }
                    (true, false) => out.lost[community] += weight,
                    _ => {}
                }
                if let (Some(was), Some(is)) = (was, is) {
                    let metres = |from: u32, to: u32| weight * u64::from(from.saturating_sub(to)) / 1_000;
                    out.saved += metres(was.distance, is.distance);
                    out.added += metres(is.distance, was.distance);
                }
            }
            kinds.push(out);
        }
    }
    let mut gaining = vec![0; communities];
    for (home, gain) in gains.into_iter().enumerate() {
        gaining[after.community_of[home]] += gain;
    }
    Difference { before, after, kinds, basis: whole, gaining }
}

/// What sums over kinds count: people only where they are known of every home for every kind.
fn basis_of_all<'a>(kinds: impl IntoIterator<Item = &'a KindCoverage>) -> Basis {
    let known = kinds.into_iter().all(|kind| basis(&kind.people) == Basis::People);
    if known { Basis::People } else { Basis::Residences }
}

/// Who is covered by a kind, where these are the nearest of it.
fn covered(kind: &KindCoverage, near: &[Option<Nearest>], basis: Basis) -> u64 {
    kind.rules
        .iter()
        .flat_map(|held| {
            let limit = held.rule.limit;
            near.iter().zip(&kind.people).filter(move |(near, _)| within(**near, limit))
        })
        .map(|(_, people)| weight(basis, *people))
        .sum()
}

/// Who is covered by a kind, by those of its facilities and of the links that count: the same ones are not looked at
/// again.
struct Counted<'a> {
    kind: &'a KindCoverage,
    basis: Basis,
    facilities: Vec<usize>,
    known: HashMap<(Vec<usize>, Vec<usize>), u64>,
}

impl<'a> Counted<'a> {
    fn new(kind: &'a KindCoverage, ground: &Ground, basis: Basis, facilities: Vec<usize>) -> Self {
        let now = (kind.open.clone(), ground.links().open().to_vec());
        let known = HashMap::from([(now, covered(kind, &kind.near, basis))]);
        Self { kind, basis, facilities, known }
    }

    fn by(&mut self, ground: &Ground, counts: impl Fn(&usize) -> bool, links: &[usize]) -> u64 {
        let own: Vec<usize> = self.facilities.iter().copied().filter(counts).collect();
        let (kind, basis) = (self.kind, self.basis);
        let near = |(own, links): &(Vec<usize>, Vec<usize>)| ground.nearest_by(own, links, FAR);
        let found = self.known.entry((own, links.to_vec()));
        *found.or_insert_with_key(|counts| covered(kind, &near(counts), basis))
    }
}

/// The projects that build something, each once.
fn projects_of<'a>(built: impl Iterator<Item = Option<&'a Code>>) -> Vec<Code> {
    let codes: BTreeSet<&Code> = built.flatten().collect();
    codes.into_iter().cloned().collect()
}

/// What each project did for people covered on the day.
pub(super) fn effect(coverage: &Coverage, portfolio: &Portfolio) -> ProjectsEffect {
    let ground = &coverage.ground;
    let builder = |at: &usize| portfolio.facilities[*at].project.as_ref();
    let links = ground.links().open();
    let link_builder = |at: &usize| portfolio.plan.links[*at].link.project.as_ref();
    // Kinds of which no project built anything are the same whoever counts, unless one built a way to them.
    let built = |kind: &&KindCoverage| {
        !kind.rules.is_empty()
            && (kind.open.iter().any(|at| builder(at).is_some())
                || links.iter().any(|at| link_builder(at).is_some()))
    };
    let kinds: Vec<&KindCoverage> = coverage.kinds.iter().filter(built).collect();
    let basis = basis_of_all(kinds.iter().copied());
    let mut kinds: Vec<Counted> =
        kinds.into_iter().map(|kind| Counted::new(kind, ground, basis, kind.open.clone())).collect();
    let facilities = kinds.iter().flat_map(|kind| &kind.facilities);
    let projects = projects_of(facilities.map(builder).chain(links.iter().map(link_builder)));
    let number = |code: &Code| projects.binary_search(code).map_or(u32::MAX, |at| at as u32);
    let numbers: Vec<u32> = (0..projects.len() as u32).collect();
    let found = attribute(&numbers, |with| {
        let counts = |builder: Option<&Code>| builder.is_none_or(|code| with(number(code)));
        let links: Vec<usize> = links.iter().copied().filter(|at| counts(link_builder(at))).collect();
        let value = kinds.iter_mut().map(|kind| kind.by(ground, |at| counts(builder(at)), &links));
        Ok::<u64, std::convert::Infallible>(value.sum())
    });
    let Ok(found) = found;
    ProjectsEffect {
        basis,
        projects: found
            .projects
            .iter()
            .zip(projects)
            .map(|(effect, project)| ProjectGain { project, alone: effect.alone, last: effect.last })
            .collect(),
        together: found.together,
        shared: found.shared,
    }
}

/// What is built, as it stands by a day.
struct Work<'a> {
    /// The project without whose use it does not serve.
    waits_for: Option<&'a Code>,
    open: bool,
    closed: bool,
}

impl<'a> Work<'a> {
    fn of_facility(portfolio: &Portfolio, held: &'a Facility, by: Date) -> Self {
        Self::of(held.project.as_ref(), held.opened(portfolio.project_of(held)), held.closes, by)
    }

    fn of_link(portfolio: &Portfolio, held: &'a NewLink, by: Date) -> Self {
        Self::of(held.project.as_ref(), held.opened(portfolio.builder_of(held)), held.closes, by)
    }

    /// Of what a project builds, which opened, and closes.
    fn of(builder: Option<&'a Code>, opened: Opened, closes: Option<Date>, by: Date) -> Self {
        let standing = FacilityStanding::of(opened, closes, by);
        Self {
            waits_for: builder.filter(|_| opened == Opened::NotInUse),
            open: standing == FacilityStanding::Open,
            closed: standing == FacilityStanding::Closed,
        }
    }
}

/// Draws where there are too many uncertain projects for all combinations.
const DRAWS: NonZeroUsize = NonZeroUsize::new(2_000).expect("not zero");

/// Who is covered by a day, weighted with the odds of projects, by their number in the portfolio.
fn year_end(
    coverage: &Coverage,
    portfolio: &Portfolio,
    by: Date,
    odds: &[(usize, f64)],
    seed: u64,
) -> YearEnd {
    let ground = &coverage.ground;
    let facility = |at: &usize| Work::of_facility(portfolio, &portfolio.facilities[*at], by);
    let link = |at: &usize| Work::of_link(portfolio, &portfolio.plan.links[*at].link, by);
    let of_kind = |kind: &KindCoverage| -> Vec<usize> {
        let all = portfolio.facilities.iter().enumerate();
        all.filter(|(_, held)| held.kind.as_ref() == Some(&kind.kind)).map(|(at, _)| at).collect()
    };
    let chance: Vec<(Code, f64)> = odds
        .iter()
        .filter_map(|(project, share)| Some((portfolio.projects.get(*project)?.code.clone(), *share)))
        .collect();
    let number = |code: &Code| chance.iter().position(|(held, _)| held == code).map(|at| at as u32);
    let numbered: Vec<Odds> = chance
        .iter()
        .zip(0..)
        .map(|((_, share), project)| Odds { project, permille: (share * 1_000.0).round() as u16 })
        .collect();
    let kinds = coverage.kinds.iter().filter(|kind| !kind.rules.is_empty());
    let kinds: Vec<&KindCoverage> = kinds.collect();
    let basis = basis_of_all(kinds.iter().copied());
    let mut kinds: Vec<Counted> =
        kinds.into_iter().map(|kind| Counted::new(kind, ground, basis, of_kind(kind))).collect();
    let links: Vec<usize> = (0..portfolio.plan.links.len()).filter(|at| ground.links().meets(*at)).collect();
    let found = forecast(&numbered, DRAWS, seed, |comes| {
        let counts = |work: Work<'_>| match work.waits_for.filter(|_| !work.closed).and_then(number) {
            Some(project) => comes(project).unwrap_or(false),
            None => work.open,
        };
        let links: Vec<usize> = links.iter().copied().filter(|at| counts(link(at))).collect();
        let value = kinds.iter_mut().map(|kind| kind.by(ground, |at| counts(facility(at)), &links));
        Ok::<u64, std::convert::Infallible>(value.sum())
    });
    let Ok(found) = found;
    let facilities = kinds.iter().flat_map(|kind| &kind.facilities).map(facility);
    let works = facilities.chain(links.iter().map(link));
    let waiting = projects_of(works.map(|work| work.waits_for));
    YearEnd {
        by,
        basis,
        now: kinds.iter().map(|held| covered(held.kind, &held.kind.near, basis)).sum(),
        expected: found.expected,
        range: (found.tenth, found.median, found.ninetieth),
        exact: found.exact,
        unknown: waiting.into_iter().filter(|code| !chance.iter().any(|(held, _)| held == code)).collect(),
        odds: chance,
    }
}

impl App {
    /// What changed between two days, for the people of the later one.
    pub async fn coverage_difference(
        &self,
        before: &Arc<Portfolio>,
        after: &Arc<Portfolio>,
        asked: CoverageAsked,
    ) -> Result<Option<Difference>, AppError> {
        let Some(now) = self.coverage_of(after, after, asked).await? else { return Ok(None) };
        let Some(then) = self.coverage_of(before, after, asked).await? else { return Ok(None) };
        Ok(Some(self.place_work(move || difference(then, now)).await?))
    }

    /// What each project did for people covered on the day of a portfolio.
    pub async fn coverage_by_projects(
        &self,
        portfolio: &Arc<Portfolio>,
    ) -> Result<Option<Arc<ProjectsEffect>>, AppError> {
        let Some(coverage) = self.coverage(portfolio, CoverageAsked::default()).await? else {
            return Ok(None);
        };
        if let Some(found) = coverage.effect.get() {
            return Ok(Some(found.clone()));
        }
        let portfolio = portfolio.clone();
        let work = move || coverage.effect.get_or_init(|| Arc::new(effect(&coverage, &portfolio))).clone();
        Ok(Some(self.place_work(work).await?))
    }

    /// Who is covered by the end of the year that a portfolio looks at.
    pub async fn coverage_by_year_end(
        &self,
        portfolio: &Arc<Portfolio>,
    ) -> Result<Option<YearEnd>, AppError> {
        let Some(coverage) = self.coverage(portfolio, CoverageAsked::default()).await? else {
            return Ok(None);
        };
        if let Some(found) = coverage.year_end.get() {
            return Ok(Some(found.clone()));
        }
        let by = portfolio.view.as_of.last_of_year();
        let facilities = portfolio.facilities.iter().map(|held| Work::of_facility(portfolio, held, by));
        let links = portfolio.plan.links.iter().enumerate();
        let links = links.filter(|(at, _)| coverage.ground.links().meets(*at));
        let links = links.map(|(_, held)| Work::of_link(portfolio, &held.link, by));
        let waiting = projects_of(facilities.chain(links).map(|work| work.waits_for));
        let projects: Vec<usize> = waiting.iter().filter_map(|code| portfolio.place(code.as_str())).collect();
        let mut odds = Vec::new();
        if !projects.is_empty() {
            // A plan without a timetable has no odds, and is told so.
            match self.timetable_dates(&portfolio.plan.code, portfolio.view).await {
                Ok(held) => {
                    let draw = move |held: &crate::timetable::PlanTimetable| {
                        let sampling = sampling(&held.portfolio.plan);
                        held.timetable.in_use_by(&held.portfolio, &held.rows, (by, &projects), sampling)
                    };
                    odds = held.aside(draw).await?;
                }
                Err(AppError::Timetable(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let seed = portfolio.plan.forecast_rules().seed;
        let portfolio = portfolio.clone();
        let work = move || {
            let found = coverage.year_end.get_or_init(|| year_end(&coverage, &portfolio, by, &odds, seed));
            found.clone()
        };
        Ok(Some(self.place_work(work).await?))
    }
}
