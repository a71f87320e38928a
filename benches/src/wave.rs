//! A large wave of a survey: weights for a million answers sheets, and every estimate by area.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context;
use survey::coded::Coded;
use survey::design::LonelyUnit;
use survey::rake::{Margin, RakeSettings, rake};
use survey::random::Random;
use survey::spec::{Kind, QuestionSpec, Spec, StageSpec, TotalsSpec};
use survey::tabulate::{Columns, tabulate};

use crate::alone::{self, Told};
use crate::results::{Goal, Results};

const SHEETS: usize = 1_000_000;
const QUESTIONS: usize = 30;
const AREAS: usize = 150;
const MARGINS: [(&str, usize); 4] = [("area", AREAS), ("sex", 2), ("age", 6), ("tenure", 4)];

/// What is estimated, by how the sample was drawn, one after another.
const ESTIMATES: [&str; 5] = [
    "weights only",
    "stratified by area",
    "stratified, raked to four margins with the gain in the error",
    "1,500 clusters in 150 strata",
    "clusters, raked to four margins with the gain in the error",
];

fn column(random: &mut Random, labels: usize) -> anyhow::Result<Coded> {
    let codes = (0..SHEETS).map(|_| random.below(labels as u64) as u32).collect();
    Ok(Coded::from_codes(codes, (1..=labels).map(|label| label.to_string()).collect())?)
}

fn seconds<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let done = black_box(work());
    (done, begun.elapsed().as_secs_f64())
}

/// All of it, in a process of its own.
pub fn million(told: &mut Told) -> anyhow::Result<()> {
    let mut random = Random::new(20_261_125);
    let mut columns = Columns::new();
    let area = column(&mut random, AREAS)?;
    // Ten communities in each area; sheets arrive in no order.
    let codes = area.codes().iter().map(|code| code * 10 + random.below(10) as u32).collect();
    let communities = (0..AREAS * 10).map(|label| label.to_string()).collect();
    columns.insert("community".into(), Coded::from_codes(codes, communities)?);
    columns.insert("weight".into(), column(&mut random, 40)?);
    let mut questions = Vec::new();
    for index in 0..QUESTIONS {
        let name = format!("q{index:02}");
        let (kind, labels) = if index % 3 == 2 { (Kind::Mean, 10) } else { (Kind::Share, 5) };
        columns.insert(name.clone(), column(&mut random, labels)?);
        questions.push(QuestionSpec { column: name, kind: Some(kind), ..QuestionSpec::default() });
    }
    let mut margins = Vec::new();
    for (name, labels) in MARGINS {
        let column = if name == "area" { area.clone() } else { column(&mut random, labels)? };
        let shares: Vec<f64> = (0..labels).map(|_| 0.5 + random.unit()).collect();
        let sum: f64 = shares.iter().sum();
        let totals = column.labels().iter().cloned().zip(shares.iter().map(|it| it / sum * 8.5e5)).collect();
        columns.insert(name.into(), column.clone());
        margins.push(Margin::new(name.into(), column, totals)?);
    }
    let base: Vec<f64> = (0..SHEETS).map(|_| 0.5 + random.unit()).collect();
    let (raked, took) = seconds(|| rake(&base, &margins, &RakeSettings::default()));
    told.add("rake", took);
    told.add("rounds", f64::from(u32::try_from(raked?.report.rounds)?));
    let bounds = RakeSettings { bounds: Some((0.4, 2.0)), ..RakeSettings::default() };
    let (held, took) = seconds(|| rake(&base, &margins, &bounds));
    held?;
    told.add("held", took);
    drop((base, margins));

    let weights_only = Spec {
        weights: Some("weight".into()),
        questions,
        groups: vec![vec!["area".into()]],
        ..Spec::default()
    };
    let stratified = Spec { strata: vec!["area".into()], ..weights_only.clone() };
    let even = |name: &str| {
        let labels = columns.get(name).context("a margin has a column")?.labels();
        let totals = labels.iter().map(|label| (vec![label.clone()], 1.0 / labels.len() as f64)).collect();
        anyhow::Ok(TotalsSpec { columns: vec![name.into()], totals })
    };
    let totals = MARGINS.iter().map(|(name, _)| even(name)).collect::<anyhow::Result<Vec<_>>>()?;
    let stages = vec![StageSpec { units: Some("community".into()), population: None }];
    let clustered = Spec { stages, lonely: LonelyUnit::Centre, ..stratified.clone() };
    let raked = |spec: &Spec| Spec { totals: totals.clone(), ..spec.clone() };
    let all = [weights_only, stratified.clone(), raked(&stratified), clustered.clone(), raked(&clustered)];
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for (name, spec) in ESTIMATES.into_iter().zip(&all) {
        let (table, took) = seconds(|| tabulate(spec, &columns, threads));
        told.add(name, took);
        told.add("estimates", table?.rows.len() as f64);
    }
    Ok(())
}

pub fn wave(results: &mut Results) -> anyhow::Result<()> {
    let told = alone::run("wave")?;
    let what = format!("weights of {SHEETS} sheets raked on four margins");
    let beside = format!("150, 2, 6 and 4 shares to 1e-10, {} rounds", told.get("rounds")?);
    results.add(what, Goal::AtMost(1.0), told.get("rake")?, "s", beside);
    let held = told.get("held")?;
    results.add("… held between 0.4 and 2 times the mean", Goal::AtMost(1.0), held, "s", "");
    let estimates = told.get("estimates")?;
    for name in ESTIMATES {
        let what = format!("all estimates of {QUESTIONS} questions by {AREAS} areas: {name}");
        let beside = format!("{estimates} estimates with their errors");
        results.add(what, Goal::AtMost(2.0), told.get(name)?, "s", beside);
    }
    told.memory(results, 500.0)
}
