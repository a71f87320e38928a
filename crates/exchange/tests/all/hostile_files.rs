//! Whatever a file holds, reading it ends with a result or an error that says something.

use std::io::Cursor;

use exchange::{bridges, population_totals, responses, survey_design, xlsform};
use proptest::prelude::*;
use survey::tabulate::{margins, tabulate};

/// Lines of a design put together at random.
fn design() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(vec![
        "weights",
        "strata",
        "psu",
        "ssu",
        "fpc",
        "groups",
        "questions",
        "population_totals",
        "confidence",
        "min_base",
        "lonely_psu",
        "deff",
        "alpha",
        "missing",
        "wieght",
        "colour",
        "[design]",
        "[[questions]]",
        "[questions.q]",
        "[population_totals.a]",
        "[fpc]",
        "column",
        "kind",
        "labels",
        "range",
        "share_of",
        "values",
        "unlisted",
    ]);
    let values = prop::sample::select(vec![
        "\"a\"",
        "\"w\"",
        "\"q\"",
        "5",
        "0",
        "-1",
        "0.5",
        "true",
        "[]",
        "[\"a\", \"q\"]",
        "[1, 5]",
        "{ a = 1 }",
        "{ column = \"a\" }",
        "\"share\"",
        "\"mean\"",
        "\"multiple\"",
        "\"centre\"",
        "[[\"a\"]]",
        "{ x = \"y\" }",
        "\"keep\"",
        "nan",
        "[{ column = \"a\", totals = { x = 3 } }]",
    ]);
    prop::collection::vec((keys, values), 0..8).prop_map(|lines| {
        let line = |(key, value): (&str, &str)| {
            if key.starts_with('[') { format!("{key}\n") } else { format!("{key} = {value}\n") }
        };
        lines.into_iter().map(line).collect()
    })
}

fn table() -> impl Strategy<Value = String> {
    let cell = prop::sample::select(vec!["", "x", "y", "1", "2.5", "-3", "NA", "\"", "9e99", "total", "是"]);
    let line = prop::collection::vec(cell, 3..4).prop_map(|cells| cells.join(","));
    prop::collection::vec(line, 0..12).prop_map(|lines| format!("a,w,q\n{}\n", lines.join("\n")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_design_on_any_table(design in design(), table in table()) {
        let read = survey_design::read(&design);
        if let Err(error) = &read {
            prop_assert!(!error.to_string().is_empty());
        }
        if let (Ok(design), Ok(table)) = (read, responses::read(table.as_bytes(), None)) {
            match tabulate(&design.spec, &table.columns, 1) {
                Ok(found) => prop_assert!(!found.rows.is_empty()),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }

    #[test]
    fn any_totals_on_any_table(
        head in prop::sample::select(vec!["variable,category,total", "a,q,total", "a,total,share", "x,y", "", "a;b;c"]),
        lines in prop::collection::vec("[axyq,.0-9%\"]{0,12}", 0..6),
        table in table(),
    ) {
        let text = format!("{head}\n{}\n", lines.join("\n"));
        let names = ["a".to_owned(), "w".to_owned(), "q".to_owned()];
        if let (Ok(totals), Ok(table)) =
            (population_totals::read(text.as_bytes(), &names), responses::read(table.as_bytes(), None))
            && let Ok(margins) = margins(&totals, &table.columns, table.rows as f64)
        {
            let base = vec![1.0; table.rows];
            if let Ok(raked) = survey::rake::rake(&base, &margins, &survey::rake::RakeSettings::default()) {
                prop_assert!(raked.weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0));
            }
        }
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = responses::read(bytes.as_slice(), None);
        let _ = population_totals::read(bytes.as_slice(), &[]);
        prop_assert!(xlsform::read(Cursor::new(&bytes)).is_err());
        let text = String::from_utf8_lossy(&bytes);
        let _ = survey_design::read(&text);
        let _ = bridges::read(&text);
    }
}
