//! Estimates against the R package "survey" 4.1 on an own made-up sample (see data/README.md).

use std::collections::HashMap;

use survey::calibration::Projection;
use survey::coded::{Coded, CodedBuilder};
use survey::design::{Design, LonelyUnit, Population, Stage};
use survey::estimate::{Answers, DeffBase, Outcome, Settings, estimate};
use survey::rake::{Margin, RakeSettings, rake};

struct Sample {
    columns: HashMap<String, Coded>,
    rows: usize,
}

impl Sample {
    fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sample.csv");
        let mut reader = csv::Reader::from_path(path).expect("sample");
        let names: Vec<String> = reader.headers().expect("head").iter().map(str::to_owned).collect();
        let mut builders: Vec<CodedBuilder> = names.iter().map(|_| CodedBuilder::default()).collect();
        let mut rows = 0;
        for record in reader.records() {
            let record = record.expect("row");
            for (builder, text) in builders.iter_mut().zip(&record) {
                builder.push((!text.is_empty()).then_some(text));
            }
            rows += 1;
        }
        let columns = names.into_iter().zip(builders.into_iter().map(CodedBuilder::finish)).collect();
        Self { columns, rows }
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        let column = &self.columns[name];
        (0..self.rows)
            .map(|row| column.label(row).map_or(f64::NAN, |label| label.parse().expect("number")))
            .collect()
    }

    fn units(&self, name: &str) -> Vec<Population> {
        self.numbers(name).into_iter().map(Population::Units).collect()
    }
}

fn margins() -> Vec<(&'static str, Vec<(&'static str, f64)>)> {
    vec![
        ("age", vec![("18-34", 18_000.0), ("35-59", 25_000.0), ("60+", 14_000.0)]),
        ("sex", vec![("F", 29_500.0), ("M", 27_500.0)]),
    ]
}

fn raked(sample: &Sample, margins: &[(&'static str, Vec<(&'static str, f64)>)]) -> Vec<f64> {
    let margins: Vec<Margin> = margins
        .iter()
        .map(|(name, totals)| {
            let totals = totals.iter().map(|(label, total)| ((*label).to_owned(), *total)).collect();
            Margin::new((*name).to_owned(), sample.columns[*name].clone(), totals).expect("margin")
        })
        .collect();
    rake(&sample.numbers("weight"), &margins, &RakeSettings::default()).expect("meets its margins").weights
}

/// The design of one block of the expected values, with the calibration whose totals it knows.
fn design(sample: &Sample, name: &str) -> Design {
    let psu = || Some(sample.columns["psu"].clone());
    let strata = (name != "weights").then(|| &sample.columns["stratum"]);
    let finite = Stage { units: psu(), population: Some(sample.units("psus")) };
    let stages = match name {
        "weights" | "strata" | "raked-elements" => vec![],
        "clusters" => vec![Stage { units: psu(), population: None }],
        "two-stage" => {
            let ssu = Some(sample.columns["ssu"].clone());
            vec![finite, Stage { units: ssu, population: Some(sample.units("ssus")) }]
        }
        _ => vec![finite],
    };
    let used = match name {
        "post-strata" => &margins()[..1],
        "raked" | "raked-elements" => &margins()[..],
        _ => &[],
    };
    let weights = if used.is_empty() { sample.numbers("weight") } else { raked(sample, used) };
    let projection = (!used.is_empty()).then(|| {
        let columns = used.iter().map(|(name, _)| sample.columns[*name].clone()).collect();
        Projection::new(&sample.numbers("weight"), columns).expect("few groups")
    });
    let design = Design::new(weights, strata, stages, LonelyUnit::Refuse).expect("valid design");
    match projection {
        Some(projection) => design.calibrated(projection).expect("as many responses"),
        None => design,
    }
}

#[test]
fn equals_the_r_package() {
    let sample = Sample::read();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/expected.csv");
    let mut reader = csv::Reader::from_path(path).expect("expected values");
    let mut compared = 0;
    let mut worst = HashMap::new();
    for record in reader.deserialize() {
        let row: HashMap<String, String> = record.expect("row");
        let design = design(&sample, &row["design"]);
        let groups = match row["group_by"].as_str() {
            "" => Coded::whole(sample.rows, "all"),
            by => sample.columns[by].clone(),
        };
        let numbers;
        let (answers, level) = if row["level"].is_empty() {
            numbers = sample.numbers(&row["question"]);
            (Answers::Numbers(&numbers), 0)
        } else {
            let column = &sample.columns[&row["question"]];
            let level = column.labels().iter().position(|label| *label == row["level"]).expect("label");
            (Answers::Categories(column), level)
        };
        let group = groups.labels().iter().position(|label| *label == row["group"]).expect("group");
        // R compares post-stratified estimates with a simple random sample in another way.
        let finite = ["finite", "two-stage", "post-strata", "raked"].contains(&row["design"].as_str());
        let deff_base = if finite { DeffBase::WithoutReplacement } else { DeffBase::WithReplacement };
        let settings = Settings { deff_base, ..Settings::default() };
        let cells = estimate(&design, answers, &groups, &settings).expect("estimates");
        let cell = cells.iter().find(|cell| cell.group == group && cell.level == level).expect("cell");
        let Outcome::Shown(found) = cell.outcome else { panic!("suppressed: {row:?}") };
        let check = |name: &str, found: f64| {
            let expected: f64 = row[name].parse().unwrap_or(f64::NAN);
            let error = (found - expected).abs() / expected.abs().max(1e-12);
            (name.to_owned(), error)
        };
        for (name, error) in [
            check("estimate", found.estimate),
            check("std_error", found.std_error),
            check("deff", found.deff.unwrap_or(f64::NAN)),
            check("ci_low", found.ci_low),
            check("ci_high", found.ci_high),
            check("df", found.df),
        ] {
            let entry: &mut f64 = worst.entry((row["design"].clone(), name)).or_insert(0.0);
            *entry = if error.is_nan() { f64::NAN } else { entry.max(error) };
        }
        compared += 1;
    }
    let mut worst: Vec<_> = worst.into_iter().collect();
    worst.sort_by(|a, b| a.0.cmp(&b.0));
    for ((design, what), error) in &worst {
        println!("{design:12} {what:10} {error:.2e}");
    }
    assert_eq!(compared, 400);
    for ((design, what), error) in worst {
        assert!(error < 1e-8, "{design} {what}: {error:e}");
    }
}
