//! Population totals as CSV, in either of two shapes.
//!
//! Long: one line per category, with the columns `variable` (or margin, dimension, column), `category`
//! (or level, value, group) and `total` (or population, count, target, share, percent, proportion).
//!
//! ```csv
//! variable,category,total
//! sex,F,51000
//! sex,M,49000
//! ```
//!
//! Wide: the columns are columns of the responses, and one total. Each line fills the columns its total
//! is of: one column is a margin, two or more are a margin of their combinations.
//!
//! ```csv
//! sex,age,total
//! F,,51000
//! M,,49000
//! ,18-34,30000
//! ```
//!
//! Totals may be people, shares that add up to 1 or percent that add up to 100.

use std::io::Read;

use survey::spec::TotalsSpec;
use thiserror::Error;

use crate::responses::{ResponsesError, explain, open};

#[derive(Debug, Error)]
pub enum TotalsError {
    #[error(transparent)]
    File(#[from] ResponsesError),
    #[error(
        "the heading ({found}) has no column of totals: expected variable,category,total (long), or columns of \
         the responses and one of total, population, count, target, share, percent (wide)"
    )]
    NoTotals { found: String },
    #[error(
        "the heading ({found}) is neither variable,category,total (long) nor columns of the responses with a \
         total (wide); the responses have {columns}"
    )]
    UnknownShape { found: String, columns: String },
    #[error("line {line}: the total \"{found}\" is not a number")]
    NotANumber { line: u64, found: String },
    #[error("line {line} names no category: fill at least one column beside the total")]
    NoCategory { line: u64 },
    #[error("the file has a heading but no totals")]
    NoLines,
}

const TOTAL: [&str; 20] = [
    "total",
    "totals",
    "population",
    "population_total",
    "pop",
    "count",
    "target",
    "control",
    "n",
    "freq",
    "frequency",
    "share",
    "proportion",
    "percent",
    "pct",
    "value",
    "人口",
    "总数",
    "合计",
    "占比",
];
const VARIABLE: [&str; 12] = [
    "variable",
    "var",
    "margin",
    "dimension",
    "column",
    "factor",
    "name",
    "field",
    "question",
    "变量",
    "维度",
    "类别变量",
];
const CATEGORY: [&str; 14] = [
    "category",
    "level",
    "value",
    "group",
    "code",
    "label",
    "class",
    "categories",
    "cell",
    "stratum",
    "类别",
    "组",
    "取值",
    "值",
];

/// Reads totals; `known` are the columns of the responses.
///
/// # Errors
/// Headings of another shape, totals that are no numbers, lines without a category.
pub fn read(input: impl Read, known: &[String]) -> Result<Vec<TotalsSpec>, TotalsError> {
    let (mut reader, names) = open(input)?;
    let lower: Vec<String> = names.iter().map(|name| name.to_lowercase().replace([' ', '-'], "_")).collect();
    let find = |wanted: &[&str], not: &[usize]| -> Option<usize> {
        wanted
            .iter()
            .find_map(|want| (0..lower.len()).find(|index| lower[*index] == *want && !not.contains(index)))
    };
    let shape = long(&lower, |index: usize| known.contains(&names[index]), &find)
        .map_or_else(|| wide(&names, known, &find), Ok)?;
    let mut specs: Vec<TotalsSpec> = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(explain)? {
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |index: usize| record.get(index).unwrap_or_default().trim();
        let (columns, categories): (Vec<String>, Vec<String>) = match &shape {
            Shape::Long { variable, category, .. } => {
                // "sex*age" and "F*18-34" are a combination.
                let variables: Vec<&str> = parts(cell(*variable));
                let categories =
                    if variables.len() > 1 { parts(cell(*category)) } else { vec![cell(*category)] };
                variables.into_iter().zip(categories).map(|(a, b)| (a.to_owned(), b.to_owned())).unzip()
            }
            Shape::Wide { columns, .. } => columns
                .iter()
                .filter(|index| !cell(**index).is_empty())
                .map(|index| (names[*index].clone(), cell(*index).to_owned()))
                .unzip(),
        };
        if columns.iter().chain(&categories).all(String::is_empty) {
            return Err(TotalsError::NoCategory { line });
        }
        let text = cell(shape.total());
        let (bare, factor) = match text.strip_suffix(['%', '％']) {
            Some(bare) => (bare.trim(), 0.01),
            None => (text, 1.0),
        };
        let total = bare
            .replace([',', '，', ' ', '_'], "")
            .parse::<f64>()
            .ok()
            .filter(|total| total.is_finite())
            .ok_or_else(|| TotalsError::NotANumber { line, found: text.to_owned() })?
            * factor;
        match specs.iter_mut().find(|spec| spec.columns == columns) {
            Some(spec) => spec.totals.push((categories, total)),
            None => specs.push(TotalsSpec { columns, totals: vec![(categories, total)] }),
        }
    }
    if specs.is_empty() { Err(TotalsError::NoLines) } else { Ok(specs) }
}

type Find<'a> = &'a dyn Fn(&[&str], &[usize]) -> Option<usize>;

fn long(names: &[String], known: impl Fn(usize) -> bool, find: Find<'_>) -> Option<Shape> {
    let all = names.len();
    let variable = find(&VARIABLE, &[]).filter(|index| !known(*index));
    let taken: Vec<usize> = variable.into_iter().collect();
    let category = find(&CATEGORY, &taken).filter(|index| !known(*index))?;
    let taken: Vec<usize> = taken.into_iter().chain([category]).collect();
    let rest = |taken: &[usize]| {
        let mut rest = (0..all).filter(|index| !taken.contains(index));
        rest.next().filter(|_| rest.next().is_none())
    };
    // What is left over when the others are known can only be the missing one.
    let total = find(&TOTAL, &taken).or_else(|| rest(&taken))?;
    let taken: Vec<usize> = taken.into_iter().chain([total]).collect();
    let variable = variable.or_else(|| rest(&taken).filter(|index| !known(*index)))?;
    Some(Shape::Long { variable, category, total })
}

fn wide(names: &[String], known: &[String], find: Find<'_>) -> Result<Shape, TotalsError> {
    let columns: Vec<usize> = (0..names.len()).filter(|index| known.contains(&names[*index])).collect();
    let total = find(&TOTAL, &columns).or_else(|| {
        let mut rest = (0..names.len()).filter(|index| !columns.contains(index));
        rest.next().filter(|_| rest.next().is_none())
    });
    let found = names.join(",");
    match total {
        _ if columns.is_empty() => Err(TotalsError::UnknownShape { found, columns: known.join(", ") }),
        None => Err(TotalsError::NoTotals { found }),
        Some(total) => Ok(Shape::Wide { columns, total }),
    }
}

/// The columns of a combination such as "sex*age".
pub(crate) fn parts(text: &str) -> Vec<&str> {
    text.split(['*', '×']).map(str::trim).collect()
}

enum Shape {
    Long { variable: usize, category: usize, total: usize },
    Wide { columns: Vec<usize>, total: usize },
}

impl Shape {
    fn total(&self) -> usize {
        match self {
            Shape::Long { total, .. } | Shape::Wide { total, .. } => *total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(text: &str) -> Result<Vec<TotalsSpec>, TotalsError> {
        read(text.as_bytes(), &["sex".into(), "age".into(), "area".into()])
    }

    #[test]
    fn both_shapes_say_the_same() {
        let long = totals("variable,category,total\nsex,F,51\nsex,M,49\nage,young,100\n").expect("long");
        let wide = totals("sex,age,population\nF,,51\nM,,49\n,young,100\n").expect("wide");
        assert_eq!(long, wide);
        assert_eq!(long.len(), 2);
        let other = totals("margin;value;count\nsex;F;51\nsex;M;49\nage;young;100\n").expect("synonyms");
        assert_eq!(long, other);
        let third = totals("variable,level,value\nsex,F,51\nsex,M,49\nage,young,100\n").expect("synonyms");
        assert_eq!(long, third);
        let fourth = totals("name,category,value\nsex,F,51\nsex,M,49\nage,young,100\n").expect("synonyms");
        assert_eq!(long, fourth);
    }

    #[test]
    fn combinations_are_one_margin() {
        let wide = totals("sex,age,total\nF,young,\"1,200\"\nM,young,49\n").expect("wide");
        assert_eq!(wide.len(), 1);
        assert_eq!(wide[0].columns, ["sex", "age"]);
        assert_eq!(wide[0].totals[0].1, 1200.0);
        assert_eq!(
            wide,
            totals("variable,category,total\nsex*age,F*young,1200\nsex*age,M*young,49\n").expect("long")
        );
    }

    #[test]
    fn percent_signs_are_understood() {
        let found = totals("variable,category,share\nsex,F,51%\nsex,M,49 %\n").expect("long");
        assert!((found[0].totals[0].1 - 0.51).abs() < 1e-12);
    }

    #[test]
    fn says_what_is_expected() {
        let error = |text: &str| totals(text).expect_err("refused").to_string();
        assert!(error("a,b\nx,1\n").contains("variable,category,total"));
        assert!(error("variable,category,total\nsex,F,many\n").contains("line 2"));
        assert!(error("sex,total\n,3\n").contains("names no category"));
        assert!(error("variable,category,total\n").contains("no totals"));
    }
}
