//! Properties that no single expected value shows: 95 % intervals cover 95 times in 100, and estimates do not
//! depend on how the same sample is written down.

use proptest::prelude::*;
use survey::calibration::Projection;
use survey::coded::Coded;
use survey::design::{Design, LonelyUnit, Population, Stage};
use survey::estimate::{Answers, Cell, Outcome, Settings, estimate};
use survey::rake::{Margin, RakeSettings, rake};
use survey::random::Random;
use survey::selection::{simple_random, systematic_pps};

/// Felt or not, minutes, woman or not.
type Person = (bool, f64, bool);

/// A population of clusters in strata, whose share and mean are known.
struct Town {
    /// Stratum and people of each cluster.
    clusters: Vec<(usize, Vec<Person>)>,
    share: f64,
    mean: f64,
    women: f64,
    people: f64,
}

const STRATA: usize = 4;

fn town(random: &mut Random) -> Town {
    let mut clusters = Vec::new();
    for stratum in 0..STRATA {
        for _ in 0..60 {
            let effect = 0.5 * random.normal() + 0.3 * stratum as f64;
            let size = 20 + random.below(60);
            let people = (0..size).map(|_| {
                let woman = random.unit() < 0.5;
                let lean = effect + if woman { 0.6 } else { -0.2 };
                (
                    random.unit() < 1.0 / (1.0 + (-lean).exp()),
                    (10.0 * (lean + random.normal())).exp().ln_1p(),
                    woman,
                )
            });
            clusters.push((stratum, people.collect::<Vec<_>>()));
        }
    }
    let all: Vec<&Person> = clusters.iter().flat_map(|(_, people)| people).collect();
    let people = all.len() as f64;
    Town {
        share: all.iter().filter(|person| person.0).count() as f64 / people,
        mean: all.iter().map(|person| person.1).sum::<f64>() / people,
        women: all.iter().filter(|person| person.2).count() as f64,
        people,
        clusters,
    }
}

/// A two-stage sample, and whether the intervals of share and mean cover the truth.
fn covers(town: &Town, random: &mut Random, calibrated: bool) -> (bool, bool) {
    let (mut strata, mut units, mut weights, mut felt, mut minutes, mut sex) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for stratum in 0..STRATA {
        let inside: Vec<usize> =
            (0..town.clusters.len()).filter(|index| town.clusters[*index].0 == stratum).collect();
        let sizes: Vec<f64> = inside.iter().map(|&index| town.clusters[index].1.len() as f64).collect();
        for drawn in systematic_pps(&sizes, 12, random).expect("clusters") {
            let people = &town.clusters[inside[drawn.index]].1;
            let taken = 10.min(people.len());
            for person in simple_random(people.len(), taken, random).expect("people") {
                strata.push(stratum as u32);
                units.push(inside[drawn.index] as u32);
                weights.push(people.len() as f64 / taken as f64 / drawn.probability);
                felt.push(u32::from(people[person].0));
                minutes.push(people[person].1);
                sex.push(u32::from(people[person].2));
            }
        }
    }
    let labels = |count: usize| (0..count).map(|label| label.to_string()).collect::<Vec<_>>();
    let strata = Coded::from_codes(strata, labels(STRATA)).expect("codes");
    let units = Coded::from_codes(units, labels(town.clusters.len())).expect("codes");
    let felt = Coded::from_codes(felt, labels(2)).expect("codes");
    let sex = Coded::from_codes(sex, labels(2)).expect("codes");
    let mut projection = None;
    if calibrated {
        let totals = vec![("0".to_owned(), town.people - town.women), ("1".to_owned(), town.women)];
        let margin = Margin::new("sex".into(), sex.clone(), totals).expect("margin");
        projection = Some(Projection::new(&weights, vec![sex]).expect("projection"));
        weights = rake(&weights, &[margin], &RakeSettings::default()).expect("raked").weights;
    }
    let stage = Stage { units: Some(units), population: None };
    let rows = weights.len();
    let mut design = Design::new(weights, Some(&strata), vec![stage], LonelyUnit::Refuse).expect("design");
    if let Some(projection) = projection {
        design = design.calibrated(projection).expect("as many responses");
    }
    let inside = |answers: Answers<'_>, level: usize, truth: f64| {
        let whole = Coded::whole(rows, "all");
        let cells = estimate(&design, answers, &whole, &Settings::default()).expect("estimate");
        let Outcome::Shown(found) = cells[level].outcome else { panic!("suppressed") };
        found.ci_low <= truth && truth <= found.ci_high
    };
    (inside(Answers::Categories(&felt), 1, town.share), inside(Answers::Numbers(&minutes), 0, town.mean))
}

#[test]
fn intervals_cover_95_of_100_times() {
    let mut random = Random::new(20_261_125);
    let town = town(&mut random);
    for calibrated in [false, true] {
        let rounds = 6_000;
        let (mut share, mut mean) = (0, 0);
        for _ in 0..rounds {
            let (a, b) = covers(&town, &mut random, calibrated);
            share += u32::from(a);
            mean += u32::from(b);
        }
        for (what, count) in [("share", share), ("mean", mean)] {
            let coverage = f64::from(count) / f64::from(rounds);
            println!("{what}, calibrated {calibrated}: {coverage:.4}");
            assert!((0.94..=0.96).contains(&coverage), "{what}, calibrated {calibrated}: {coverage}");
        }
    }
}

/// Stratum, cluster, weight, category, number, group.
type Row = (u32, u32, f64, u32, f64, u32);

/// A small sample.
#[derive(Debug, Clone)]
struct Made {
    rows: Vec<Row>,
}

fn made() -> impl Strategy<Value = Made> {
    let row = (0_u32..3, 0_u32..4, 0.1_f64..5.0, 0_u32..3, -100.0_f64..100.0, 0_u32..2);
    // Two clusters in every stratum, so that none is lonely.
    proptest::collection::vec(row, 1..80).prop_map(|mut rows| {
        for stratum in 0..3 {
            rows.push((stratum, 0, 1.0, 0, 1.0, 0));
            rows.push((stratum, 1, 1.0, 1, 2.0, 1));
        }
        Made { rows }
    })
}

fn cells(made: &Made, factor: f64, finite: bool) -> (Vec<Cell>, Vec<Cell>) {
    let labels = |count: usize| (0..count).map(|label| label.to_string()).collect::<Vec<_>>();
    let column = |pick: &dyn Fn(&Row) -> u32, count| {
        Coded::from_codes(made.rows.iter().map(pick).collect(), labels(count)).expect("codes")
    };
    let strata = column(&|row| row.0, 3);
    let population = finite.then(|| vec![Population::Units(9.0); made.rows.len()]);
    let stage = Stage { units: Some(column(&|row| row.1, 4)), population };
    let weights = made.rows.iter().map(|row| row.2 * factor).collect();
    let design = Design::new(weights, Some(&strata), vec![stage], LonelyUnit::Refuse).expect("design");
    let groups = column(&|row| row.5, 2);
    let numbers: Vec<f64> = made.rows.iter().map(|row| row.4).collect();
    let run = |answers| estimate(&design, answers, &groups, &Settings::default()).expect("estimates");
    (run(Answers::Categories(&column(&|row| row.3, 3))), run(Answers::Numbers(&numbers)))
}

fn shown(cell: &Cell) -> survey::estimate::Estimate {
    match cell.outcome {
        Outcome::Shown(found) => found,
        Outcome::Suppressed { .. } => panic!("suppressed"),
    }
}

proptest! {
    #[test]
    fn order_and_unit_of_weights_do_not_matter(made in made(), seed: u64, factor in 0.01_f64..100.0) {
        let mut shuffled = made.clone();
        Random::new(seed).shuffle(&mut shuffled.rows);
        let (shares, means) = cells(&made, 1.0, false);
        let (other_shares, other_means) = cells(&shuffled, factor, false);
        for (a, b) in shares.iter().chain(&means).zip(other_shares.iter().chain(&other_means)) {
            let (a, b) = (shown(a), shown(b));
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs());
            prop_assert!(close(a.estimate, b.estimate) && close(a.std_error, b.std_error), "{a:?} {b:?}");
            prop_assert!(close(a.ci_low, b.ci_low) && close(a.ci_high, b.ci_high), "{a:?} {b:?}");
            prop_assert_eq!(a.n, b.n);
        }
    }

    #[test]
    fn shares_add_up_and_finite_populations_never_add_error(made in made()) {
        let (shares, means) = cells(&made, 1.0, false);
        for group in shares.chunks(3) {
            prop_assert!((group.iter().map(|cell| shown(cell).estimate).sum::<f64>() - 1.0).abs() < 1e-12);
            for found in group.iter().map(shown) {
                prop_assert!(found.ci_low >= 0.0 && found.ci_high <= 1.0);
                prop_assert!(found.ci_low <= found.estimate && found.estimate <= found.ci_high);
            }
        }
        let (finite_shares, finite_means) = cells(&made, 1.0, true);
        for (a, b) in shares.iter().chain(&means).zip(finite_shares.iter().chain(&finite_means)) {
            prop_assert!(shown(b).std_error <= shown(a).std_error * (1.0 + 1e-12));
        }
    }

    /// A share is the mean of its indicator.
    #[test]
    fn the_two_paths_agree(weights in proptest::collection::vec(0.1_f64..9.0, 4..60), bits: u64) {
        let codes: Vec<u32> = (0..weights.len()).map(|row| (bits >> (row % 64) & 1) as u32).collect();
        let numbers: Vec<f64> = codes.iter().map(|code| f64::from(*code)).collect();
        let column = Coded::from_codes(codes, vec!["0".into(), "1".into()]).expect("codes");
        let whole = Coded::whole(weights.len(), "all");
        let design = Design::simple(weights).expect("design");
        let run = |answers| estimate(&design, answers, &whole, &Settings::default()).expect("estimates");
        let (share, mean) = (shown(&run(Answers::Categories(&column))[1]), shown(&run(Answers::Numbers(&numbers))[0]));
        prop_assert!((share.estimate - mean.estimate).abs() < 1e-12);
        prop_assert!((share.std_error - mean.std_error).abs() < 1e-12);
        match (share.deff, mean.deff) {
            (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-8 * a.max(1.0)),
            (a, b) => prop_assert!(a.is_none() && b.is_none()),
        }
    }
}
