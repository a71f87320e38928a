//! A large wave: 1,000,000 responses, 30 questions, 150 areas.
//!
//! `cargo bench -p survey` prints seconds; the first argument changes the number of responses. The targets
//! are raking on four margins within 1 s, all estimates by area within 2 s.

use std::hint::black_box;
use std::time::Instant;

use survey::coded::Coded;
use survey::design::LonelyUnit;
use survey::rake::{Margin, RakeSettings, rake};
use survey::random::Random;
use survey::spec::{Kind, QuestionSpec, Spec, StageSpec, TotalsSpec};
use survey::tabulate::{Columns, tabulate};

fn column(random: &mut Random, rows: usize, labels: usize) -> Coded {
    let codes = (0..rows).map(|_| random.below(labels as u64) as u32).collect();
    Coded::from_codes(codes, (1..=labels).map(|label| label.to_string()).collect()).expect("codes in range")
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = black_box(work());
    println!("{what:60} {:>8.3} s", start.elapsed().as_secs_f64());
    result
}

fn main() {
    let rows = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(1_000_000);
    let mut random = Random::new(20_261_125);
    let mut columns = Columns::new();
    let area = column(&mut random, rows, 150);
    // Ten communities per area; responses arrive in no order.
    let codes = area.codes().iter().map(|code| code * 10 + random.below(10) as u32).collect();
    let community = Coded::from_codes(codes, (0..1500).map(|label| label.to_string()).collect());
    columns.insert("community".into(), community.expect("codes in range"));
    let weights = column(&mut random, rows, 40);
    columns.insert("weight".into(), weights);
    let mut questions = Vec::new();
    for index in 0..30 {
        let name = format!("q{index:02}");
        let (kind, labels) = if index % 3 == 2 { (Kind::Mean, 10) } else { (Kind::Share, 5) };
        columns.insert(name.clone(), column(&mut random, rows, labels));
        questions.push(QuestionSpec { column: name, kind: Some(kind), ..QuestionSpec::default() });
    }
    let margin = |random: &mut Random, name: &str, labels: usize| {
        let column = column(random, rows, labels);
        let shares: Vec<f64> = (0..labels).map(|_| 0.5 + random.unit()).collect();
        let sum: f64 = shares.iter().sum();
        let totals =
            column.labels().iter().cloned().zip(shares.iter().map(|share| share / sum * 8.5e5)).collect();
        Margin::new(name.into(), column, totals).expect("margin")
    };
    let margins: Vec<Margin> = [("area", 150), ("sex", 2), ("age", 6), ("tenure", 4)]
        .into_iter()
        .map(|(name, labels)| margin(&mut random, name, labels))
        .collect();
    for margin in &margins {
        columns.insert(margin.name().into(), margin.column().clone());
    }
    // The areas of the clusters, not those of the raking bench.
    columns.insert("area".into(), area);
    let base: Vec<f64> = (0..rows).map(|_| 0.5 + random.unit()).collect();
    let raked = timed("rake, four margins (150, 2, 6, 4), to 1e-10", || {
        rake(&base, &margins, &RakeSettings::default()).expect("meets the margins")
    });
    println!("  {} rounds, deviation {:.1e}", raked.report.rounds, raked.report.deviation);
    let bounds = RakeSettings { bounds: Some((0.4, 2.0)), ..RakeSettings::default() };
    let held = timed("rake with weights held between 0.4 and 2 times the mean", || {
        rake(&base, &margins, &bounds).expect("meets the margins")
    });
    println!("  {} rounds, {} held", held.report.rounds, held.report.trimmed);

    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut spec = Spec {
        weights: Some("weight".into()),
        questions,
        groups: vec![vec!["area".into()]],
        ..Spec::default()
    };
    let run = |what: &str, spec: &Spec| {
        let table = timed(what, || tabulate(spec, &columns, threads).expect("estimates"));
        println!("  {} estimates, {threads} threads", table.rows.len());
    };
    run("30 questions, whole and 150 areas, weights only", &spec);
    spec.strata = vec!["area".into()];
    run("the same, stratified by area", &spec);
    let even = |name: &str, columns: &Columns| TotalsSpec {
        columns: vec![name.into()],
        totals: columns[name]
            .labels()
            .iter()
            .map(|label| (vec![label.clone()], 1.0 / columns[name].labels().len() as f64))
            .collect(),
    };
    let totals: Vec<TotalsSpec> =
        ["area", "sex", "age", "tenure"].iter().map(|name| even(name, &columns)).collect();
    spec.totals.clone_from(&totals);
    run("the same, raked to four margins with the gain in the error", &spec);
    spec.totals.clear();
    spec.stages = vec![StageSpec { units: Some("community".into()), population: None }];
    spec.lonely = LonelyUnit::Centre;
    run("1,500 clusters in 150 strata", &spec);
    spec.totals = totals;
    run("the same, raked to four margins with the gain in the error", &spec);
}
