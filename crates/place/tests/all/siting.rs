//! Siting against trying every choice, on random instances of all models.

use place::siting::{Control, CoverFloor, Instance, Model, Selection, Site, SitingError, Solution};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    weights: Vec<u64>,
    sites: Vec<Site>,
    distances: Vec<Option<u32>>,
}

impl Case {
    fn instance(&self) -> Instance {
        Instance::new(self.weights.clone(), self.sites.clone(), self.distances.clone()).unwrap()
    }

    fn reach(&self, point: usize, site: usize, radius: u32) -> Option<u32> {
        self.distances[point * self.sites.len() + site].filter(|&distance| distance <= radius)
    }

    /// All sets of open sites that hold the fixed ones and pass the selection.
    fn choices(&self, selection: Selection) -> impl Iterator<Item = u32> + '_ {
        (0u32..1 << self.sites.len()).filter(move |set| {
            let open = |site: usize| set >> site & 1 == 1;
            let new: Vec<usize> =
                (0..self.sites.len()).filter(|&site| open(site) && !self.sites[site].fixed).collect();
            (0..self.sites.len()).all(|site| open(site) || !self.sites[site].fixed)
                && selection.count.is_none_or(|count| new.len() <= count as usize)
                && selection
                    .budget
                    .is_none_or(|budget| new.iter().map(|&site| self.sites[site].cost).sum::<u64>() <= budget)
        })
    }

    fn nearest(&self, point: usize, set: u32, radius: u32) -> Option<u32> {
        (0..self.sites.len())
            .filter(|&site| set >> site & 1 == 1)
            .filter_map(|site| self.reach(point, site, radius))
            .min()
    }

    fn covered(&self, points: impl Iterator<Item = usize>, set: u32, radius: u32) -> u64 {
        points.filter(|&point| self.nearest(point, set, radius).is_some()).map(|p| self.weights[p]).sum()
    }

    fn set(&self, solution: &Solution) -> u32 {
        let fixed = (0..self.sites.len()).filter(|&site| self.sites[site].fixed);
        fixed.chain(solution.chosen.iter().copied()).map(|site| 1 << site).sum()
    }
}

fn case() -> impl Strategy<Value = Case> {
    (1usize..14, 1usize..9).prop_flat_map(|(points, sites)| {
        (
            prop::collection::vec(0u64..60, points),
            prop::collection::vec((0u64..9, prop::bool::weighted(0.15)), sites),
            prop::collection::vec(prop::option::weighted(0.85, 0u32..50), points * sites),
        )
            .prop_map(|(weights, sites, distances)| Case {
                weights,
                sites: sites.into_iter().map(|(cost, fixed)| Site { cost, fixed }).collect(),
                distances,
            })
    })
}

fn selection() -> impl Strategy<Value = Selection> {
    (prop::option::of(0u32..6), prop::option::of(0u64..25))
        .prop_filter("unlimited", |(count, budget)| count.is_some() || budget.is_some())
        .prop_map(|(count, budget)| Selection { count, budget })
}

fn solve(case: &Case, model: &Model) -> Result<Solution, SitingError> {
    case.instance().solve(model, &mut Control { nodes: 100_000, stop: &mut || false })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn p_median_is_the_best_of_all(case in case(), selection in selection(), radius in prop::option::of(10u32..60)) {
        let within = radius.unwrap_or(u32::MAX);
        let cost = |set: u32| {
            (0..case.weights.len())
                .map(|point| Some(case.weights[point] * u64::from(case.nearest(point, set, within)?)))
                .sum::<Option<u64>>()
        };
        let best = case.choices(selection).filter_map(cost).min();
        match (solve(&case, &Model::PMedian { selection, radius }), best) {
            (Ok(solution), Some(best)) => {
                prop_assert!(solution.proven);
                prop_assert_eq!((solution.objective, solution.bound), (best, best));
                prop_assert_eq!(cost(case.set(&solution)), Some(best));
            }
            (Err(SitingError::NoSolution | SitingError::OutOfReach { .. }), None) => {}
            (found, best) => prop_assert!(false, "{:?} instead of {:?}", found, best),
        }
    }

    #[test]
    fn max_cover_is_the_best_of_all(
        case in case(),
        selection in selection(),
        radius in 5u32..50,
        shares in prop::collection::vec(0u64..=100, 0..3),
    ) {
        // Communities take turns; a point belongs to one only.
        let parts = shares.len().max(1);
        let floors: Vec<CoverFloor> = shares
            .iter()
            .enumerate()
            .map(|(index, share)| {
                let points: Vec<usize> = (0..case.weights.len()).filter(|p| p % parts == index).collect();
                let total: u64 = points.iter().map(|&point| case.weights[point]).sum();
                CoverFloor { community: format!("c{index}"), points, at_least: total * share / 200 }
            })
            .collect();
        let keeps = |set: u32| {
            floors.iter().all(|f| case.covered(f.points.iter().copied(), set, radius) >= f.at_least)
        };
        let value = |set: u32| case.covered(0..case.weights.len(), set, radius);
        let best = case.choices(selection).filter(|&set| keeps(set)).map(value).max();
        let model = Model::MaxCover { selection, radius, floors: floors.clone() };
        match (solve(&case, &model), best) {
            (Ok(solution), Some(best)) => {
                prop_assert!(solution.proven);
                prop_assert_eq!((solution.objective, solution.bound), (best, best));
                let set = case.set(&solution);
                prop_assert_eq!(value(set), best);
                prop_assert!(keeps(set));
            }
            (Err(SitingError::FloorsClash { clashing }), None) => {
                prop_assert!(!clashing.is_empty());
                for unmet in &clashing {
                    let floor = floors.iter().find(|floor| floor.community == unmet.community).unwrap();
                    let alone = case
                        .choices(selection)
                        .map(|set| case.covered(floor.points.iter().copied(), set, radius))
                        .max();
                    prop_assert_eq!(Some(unmet.reachable), alone);
                }
            }
            (found, best) => prop_assert!(false, "{:?} instead of {:?}", found, best),
        }
    }

    #[test]
    fn set_cover_is_the_best_of_all(case in case(), radius in 5u32..50, by_cost: bool) {
        let everything = (1u32 << case.sites.len()) - 1;
        let full = |set: u32| {
            (0..case.weights.len()).all(|point| {
                case.nearest(point, set, radius).is_some() == case.nearest(point, everything, radius).is_some()
            })
        };
        let price = |set: u32| -> u64 {
            (0..case.sites.len())
                .filter(|&site| set >> site & 1 == 1 && !case.sites[site].fixed)
                .map(|site| if by_cost { case.sites[site].cost } else { 1 })
                .sum()
        };
        let any = Selection { count: None, budget: None };
        let best = case.choices(any).filter(|&set| full(set)).map(price).min().unwrap();
        let solution = solve(&case, &Model::SetCover { radius, by_cost }).unwrap();
        prop_assert!(solution.proven);
        prop_assert_eq!((solution.objective, solution.bound), (best, best));
        let set = case.set(&solution);
        prop_assert!(full(set));
        prop_assert_eq!(price(set), best);
    }

    #[test]
    fn a_stopped_search_still_bounds(case in case(), count in 1u32..5, nodes in 0u64..3) {
        let selection = Selection { count: Some(count), budget: None };
        let model = Model::MaxCover { selection, radius: 25, floors: vec![] };
        let best = solve(&case, &model).unwrap().objective;
        let mut stop = || false;
        let stopped = case.instance().solve(&model, &mut Control { nodes, stop: &mut stop }).unwrap();
        prop_assert!(stopped.objective <= best && best <= stopped.bound);
        prop_assert_eq!(stopped.proven, stopped.objective == stopped.bound);
    }

    #[test]
    fn the_explanation_adds_up(case in case(), count in 0u32..5) {
        let selection = Selection { count: Some(count), budget: None };
        let model = Model::MaxCover { selection, radius: 30, floors: vec![] };
        let solution = solve(&case, &model).unwrap();
        let explanation = case.instance().explain(&model, &solution);
        prop_assert_eq!(explanation.covered_weight, solution.objective);
        let served: u64 = explanation.sites.iter().map(|site| site.weight).sum();
        prop_assert_eq!(served, solution.objective);
        let set = case.set(&solution);
        let value = |set: u32| case.covered(0..case.weights.len(), set, 30);
        for site in &explanation.sites {
            prop_assert_eq!(solution.objective - value(set & !(1 << site.site)), site.loss);
        }
        if let Some(next) = explanation.next {
            prop_assert_eq!(value(set | 1 << next.site) - solution.objective, next.gain);
        }
    }
}

#[test]
fn says_what_is_missing() {
    let instance = Instance::new(vec![1], vec![Site::default()], vec![None]).unwrap();
    let mut never = || false;
    let mut solve = |model: &Model| {
        instance.solve(model, &mut Control { nodes: 10, stop: &mut never }).unwrap_err().to_string()
    };
    let selection = Selection { count: Some(1), budget: None };
    assert_eq!(
        solve(&Model::PMedian { selection, radius: None }),
        "1 demand points (the first at position 0) have no site in reach: add sites, raise the radius or \
         leave these points out"
    );
    let unlimited = Model::PMedian { selection: Selection::default(), radius: None };
    assert!(solve(&unlimited).starts_with("no number of sites and no budget was given"));
    assert!(matches!(Instance::new(vec![1], vec![], vec![None]), Err(SitingError::Size { .. })));
}

#[test]
fn an_impossible_task_is_recognised_without_trying_everything() {
    // 60 points on a line, a site at every second one; three sites never cover a whole community.
    let (points, sites) = (60u32, 30u32);
    let distances =
        (0..points).flat_map(|p| (0..sites).map(move |s| Some(p.abs_diff(2 * s) * 100))).collect();
    let instance =
        Instance::new(vec![10; points as usize], vec![Site::default(); sites as usize], distances).unwrap();
    let half = |from: usize| CoverFloor {
        community: format!("from {from}"),
        points: (from..from + 30).collect(),
        at_least: 100,
    };
    let selection = Selection { count: Some(3), budget: None };
    let floors = vec![half(0), half(30)];
    let model = Model::MaxCover { selection, radius: 200, floors };
    let mut never = || false;
    let error = instance.solve(&model, &mut Control { nodes: 3_000, stop: &mut never }).unwrap_err();
    let SitingError::FloorsClash { clashing } = error else { panic!("{error}") };
    assert_eq!(clashing.len(), 2);
    assert_eq!(clashing[0].reachable, 150);
    let error = SitingError::FloorsClash { clashing }.to_string();
    assert!(error.contains("from 0 (asks 100, alone 150 possible)"), "{error}");
}

/// Good choices of a large model take minutes to find: the search looks at the clock while it looks for them.
#[test]
fn a_large_search_ends_when_it_is_told_to() {
    let (points, sites) = (1_000usize, 700usize);
    let spread = |point: usize, site: usize| ((point * 7_919 + site * 104_729) % 99_991 + 1) as u32;
    let distances = (0..points).flat_map(|point| (0..sites).map(move |site| Some(spread(point, site))));
    let weights = (0..points as u64).map(|point| 1 + point * 31 % 97).collect();
    let instance = Instance::new(weights, vec![Site::default(); sites], distances.collect()).unwrap();
    let selection = Selection { count: Some(400), budget: None };
    let begun = std::time::Instant::now();
    let mut asked = 0u32;
    let mut stop = || {
        asked += 1;
        asked > 3
    };
    let model = Model::PMedian { selection, radius: None };
    let found = instance.solve(&model, &mut Control { nodes: u64::MAX, stop: &mut stop }).unwrap();
    assert!(!found.proven && found.bound < found.objective && found.chosen.len() <= 3, "{:?}", found.chosen);
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}
