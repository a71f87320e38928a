//! Against values computed by other programs. The data do not ship with the repository: without the
//! folder of shared data (HUITIAN_SHARED, or `../shared` beside the repository) the tests are skipped.

use std::{fs::File, path::PathBuf};

use exchange::{
    geojson::{self, Geometry},
    network_csv::Nodes,
    siting_csv::{Costs, Demand as DemandFile},
};
use place::{
    capacity::{Decay, Demand, Step, e2sfca},
    distance,
    network::{Direction, Link, Network, NodeId},
    point::Point,
    polygon::Polygon,
};

fn shared(path: &str) -> Option<PathBuf> {
    scratch::shared_data(format!("data/place/{path}"))
}

fn rows(path: &PathBuf) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn point_to_point_distances_within_a_centimetre() {
    let (Some(nodes), Some(edges), Some(pairs)) = (
        shared("networks/porto_portugal_simp_nodes.csv"),
        shared("networks/porto_portugal_simp_edges.csv"),
        shared("oracles/pandana_porto_simp_1000_pairs.csv"),
    ) else {
        return;
    };
    let nodes = Nodes::read(File::open(nodes).unwrap()).unwrap();
    let links = nodes.read_edges(File::open(edges).unwrap()).unwrap();
    let links = links
        .into_iter()
        .map(|edge| Link {
            from: edge.from,
            to: edge.to,
            length: edge.millimetres,
            direction: Direction::Both,
        })
        .collect();
    let network = Network::build(nodes.len(), &[], links).unwrap();
    // A sweep over the whole network for each pair is slow without optimisation: every tenth is enough.
    for row in rows(&pairs).iter().step_by(10) {
        let node = |column: usize| -> NodeId { network.node(row[column].parse().unwrap()).unwrap() };
        let expected: f64 = row[2].parse().unwrap();
        let found = f64::from(distance::between(&network, node(0), node(1)).unwrap()) / 1000.0;
        assert!((found - expected).abs() <= 0.01, "{row:?} {found}");
    }
}

/// Supply per head by the PyPI package `access` 1.1.10 (PySAL), full precision: `enhanced_two_stage_fca` with
/// `weights.step_fn({500: 1, 1000: .68, 1500: .22})`, and `two_stage_fca` with `max_cost=1000`. Supplies are
/// 60 + (37·j mod 400). The problem `made` is the one of [`made`]; `shared` has the distances and weights of
/// `loc_d500s100_*`.
const ACCESS: &str = include_str!("data/access_vector.csv");

/// The rows of one problem: enhanced, and plain.
fn access_vector(problem: &str) -> Vec<[f64; 2]> {
    let mut reader = csv::Reader::from_reader(ACCESS.as_bytes());
    let rows = reader.records().map(Result::unwrap).filter(|row| &row[0] == problem);
    rows.map(|row| [2, 3].map(|column| row[column].parse().unwrap())).collect()
}

/// 300 homes and 40 facilities with distances of up to 4 km that follow from their numbers.
fn made() -> (Vec<Demand>, usize) {
    let far = |home: u64, site: u64| {
        let number = home * home * 7_919 + site * site * 104_729 + home * site * 611_953;
        (number % 4_000_037) as u32
    };
    let home = |home: u64| Demand {
        people: home * 7_919 % 5_801 + 207,
        reach: (0..40).map(|site| (site as usize, far(home, site))).collect(),
    };
    ((0..300).map(home).collect(), 40)
}

/// Every value to a billionth of a place for a person.
fn holds_against_access(problem: &str, demand: &[Demand], facilities: usize) -> [Vec<f64>; 2] {
    let expected = access_vector(problem);
    assert_eq!(expected.len(), demand.len());
    let supply: Vec<f64> = (0..facilities).map(|site| (60 + 37 * site % 400) as f64).collect();
    let step = |within, weight| Step { within, weight };
    let steps = vec![step(500_000, 1.0), step(1_000_000, 0.68), step(1_500_000, 0.22)];
    let decays = [Decay::new(steps).unwrap(), Decay::flat(1_000_000)];
    let mut column = 0;
    decays.map(|decay| {
        let access = e2sfca(&supply, demand, &decay).unwrap();
        for (home, (found, expected)) in access.iter().zip(&expected).enumerate() {
            let expected = expected[column];
            assert!((found - expected).abs() <= 1e-9, "{problem} {home}: {found} {expected}");
        }
        column += 1;
        let received: f64 = access.iter().zip(demand).map(|(a, home)| a * home.people as f64).sum();
        assert!((received - supply.iter().sum::<f64>()).abs() < 1e-6, "{received}");
        access
    })
}

#[test]
fn supply_per_head_equals_pysals_for_every_home() {
    let (demand, facilities) = made();
    holds_against_access("made", &demand, facilities);
}

#[test]
fn supply_per_head_equals_pysals_over_a_network() {
    let (Some(cost), Some(demand)) =
        (shared("oracles/loc_d500s100_cost.csv"), shared("oracles/loc_d500s100_demand.csv"))
    else {
        return;
    };
    let costs = Costs::read(File::open(cost).unwrap()).unwrap();
    let people = DemandFile::read(File::open(demand).unwrap()).unwrap().weights;
    let demand: Vec<Demand> = people
        .iter()
        .enumerate()
        .map(|(row, &people)| {
            let distances = &costs.millimetres[row * costs.columns..][..costs.columns];
            let reach = distances.iter().enumerate().filter_map(|(site, d)| Some((site, (*d)?)));
            Demand { people, reach: reach.collect() }
        })
        .collect();
    let found = holds_against_access("shared", &demand, costs.columns);
    for (access, (first, max, zero)) in found.iter().zip([
        ([0.012_823_69, 0.030_865_30, 0.009_138_53], 0.070_768_76, 15),
        ([0.011_564_04, 0.041_330_69, 0.008_284_18], 0.092_992_88, 65),
    ]) {
        for (found, expected) in access.iter().zip(first) {
            assert!((found - expected).abs() < 5e-9, "{found} {expected}");
        }
        let largest = access.iter().copied().fold(0.0, f64::max);
        assert!((largest - max).abs() < 1e-8, "{largest}");
        assert_eq!(access.iter().filter(|&&value| value == 0.0).count(), zero);
    }
}

#[test]
fn the_seven_subdistricts_have_their_areas() {
    let Some(path) = shared("huitian/streets.geojson") else { return };
    let features = geojson::read(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(features.len(), 7);
    let mut total = 0.0;
    for feature in &features {
        let Some(Geometry::Polygons(polygons)) = &feature.geometry else { panic!("no polygon") };
        for rings in polygons {
            let rings = rings
                .iter()
                .map(|ring| ring.iter().map(|&[lon, lat]| Point::new(lon, lat).unwrap()).collect())
                .collect();
            total += Polygon::new(rings).unwrap().square_metres() / 1e6;
        }
    }
    assert!((total - 61.92).abs() < 0.15, "{total} km²");
}
