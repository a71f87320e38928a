//! Special, research and evaluation reports: what people write about one matter, and what the ledger says to it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::item::asking::Asking;
use crate::item::kind::{Series, texts};
use crate::item::ledger::LedgerRow;
use crate::item::light::Light;
use crate::named::Named;
use crate::report::{EvaluationTable, GapTable, RequestTable};

texts! {
    /// How the rows that a query finds stand in a report.
    Show {
        /// Their number alone.
        Count => "count",
        /// Each row.
        Rows => "rows",
        /// How many of each kind show which light.
        Lights => "lights",
        /// How many each unit leads, by light.
        Units => "units",
    }
}

/// The rows that a query found, as they stood on the report's day.
pub type Found = Vec<(LedgerRow, Light)>;

/// A figure or table chosen from the ledger: the query is kept as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exhibit {
    pub title: Named,
    pub show: Show,
    pub asking: Asking,
    /// Frozen when the report is issued; a draft asks each time it is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// A part that people write, with the figures and tables that stand in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub title: Named,
    pub text: Named,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exhibits: Vec<Exhibit>,
    /// What residents' requests come to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<RequestTable>,
    /// Where services fall short.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<GapTable>,
    /// How a year is evaluated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evaluations: Vec<EvaluationTable>,
}

impl Part {
    /// A part without figures and tables.
    pub fn of(title: Named, text: Named) -> Self {
        let (exhibits, tables, gaps) = (Vec::new(), Vec::new(), Vec::new());
        Self { title, text, exhibits, tables, gaps, evaluations: Vec::new() }
    }

    pub fn shows_nothing(&self) -> bool {
        self.exhibits.is_empty()
            && self.tables.is_empty()
            && self.gaps.is_empty()
            && self.evaluations.is_empty()
    }
}

/// The whole content of a report on a matter of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// The day its figures and tables look at.
    pub as_of: Date,
    pub parts: Vec<Part>,
}

/// Why a report cannot be kept or issued as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    TooManyParts {
        most: usize,
    },
    TooManyExhibits {
        most: usize,
    },
    /// A part or an exhibit has no Chinese title.
    NoTitle,
    TooLong {
        most: usize,
    },
    /// Nothing is written yet.
    Empty,
    /// The year that is evaluated has not begun on the report's day.
    YearNotBegun,
}

impl Unfit {
    /// The key under which messages say it.
    pub fn key(self) -> &'static str {
        match self {
            Self::TooManyParts { .. } => "too-many-parts",
            Self::TooManyExhibits { .. } => "too-many-exhibits",
            Self::NoTitle => "no-title",
            Self::TooLong { .. } => "too-long",
            Self::Empty => "empty",
            Self::YearNotBegun => "year-not-begun",
        }
    }

    pub fn most(self) -> Option<usize> {
        match self {
            Self::TooManyParts { most } | Self::TooManyExhibits { most } | Self::TooLong { most } => {
                Some(most)
            }
            Self::NoTitle | Self::Empty | Self::YearNotBegun => None,
        }
    }
}

pub const PARTS_MOST: usize = 20;
pub const EXHIBITS_MOST: usize = 20;
/// The longest text of a part, in characters.
pub const PART_MOST: usize = 20_000;
/// The rows that one exhibit may stand on: they are all frozen with the report.
pub const ROWS_MOST: usize = 500;

impl Study {
    /// The parts a report of the series usually has, still without words.
    pub fn usual_parts(series: Series) -> &'static [&'static str] {
        match series {
            Series::Research => &["question", "method", "findings", "proposals", "sources"],
            Series::Evaluation => &["overview", "results", "judgement", "proposals"],
            _ => &["facts", "causes", "options", "request"],
        }
    }

    /// Whether the series' reports are of this form.
    pub fn is_form_of(series: Series) -> bool {
        matches!(series, Series::Special | Series::Research | Series::Evaluation)
    }

    /// What speaks against keeping it.
    pub fn check(&self) -> Result<(), Unfit> {
        if self.parts.len() > PARTS_MOST {
            return Err(Unfit::TooManyParts { most: PARTS_MOST });
        }
        let exhibits = self.exhibits().count() + self.tables().count();
        if exhibits + self.gaps().count() + self.evaluations().count() > EXHIBITS_MOST {
            return Err(Unfit::TooManyExhibits { most: EXHIBITS_MOST });
        }
        let titles = self.parts.iter().map(|part| &part.title).chain(self.exhibits().map(|it| &it.title));
        let titles = titles.chain(self.tables().map(|it| &it.title));
        let titles = titles.chain(self.gaps().map(|it| &it.title));
        let titles = titles.chain(self.evaluations().map(|it| &it.title));
        for title in titles {
            if title.zh.trim().is_empty() {
                return Err(Unfit::NoTitle);
            }
            if [&title.zh, &title.en].iter().any(|text| text.chars().count() > crate::named::NAME_MAX) {
                return Err(Unfit::TooLong { most: crate::named::NAME_MAX });
            }
        }
        let long = |text: &String| text.chars().count() > PART_MOST;
        if self.parts.iter().any(|part| long(&part.text.zh) || long(&part.text.en)) {
            return Err(Unfit::TooLong { most: PART_MOST });
        }
        if self.evaluations().any(|held| held.year > self.as_of.year()) {
            return Err(Unfit::YearNotBegun);
        }
        Ok(())
    }

    /// What speaks against issuing it besides.
    pub fn check_issue(&self) -> Result<(), Unfit> {
        self.check()?;
        if self.parts.iter().all(|part| part.text.zh.trim().is_empty()) {
            return Err(Unfit::Empty);
        }
        Ok(())
    }

    pub fn exhibits(&self) -> impl Iterator<Item = &Exhibit> {
        self.parts.iter().flat_map(|part| &part.exhibits)
    }

    pub fn tables(&self) -> impl Iterator<Item = &RequestTable> {
        self.parts.iter().flat_map(|part| &part.tables)
    }

    pub fn gaps(&self) -> impl Iterator<Item = &GapTable> {
        self.parts.iter().flat_map(|part| &part.gaps)
    }

    pub fn evaluations(&self) -> impl Iterator<Item = &EvaluationTable> {
        self.parts.iter().flat_map(|part| &part.evaluations)
    }

    /// Every row that it stands on, for what was recorded about them later.
    pub fn rows(&self) -> impl Iterator<Item = &LedgerRow> {
        self.exhibits().filter_map(|it| it.found.as_ref()).flatten().map(|(row, _)| row)
    }

    /// The text that is kept and frozen.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("plain data")
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// How many rows of each group show which light; groups in order of their number, largest first.
pub fn tally<G: Ord + Clone>(
    found: &Found,
    group: impl Fn(&LedgerRow) -> G,
) -> Vec<(G, BTreeMap<Light, usize>)> {
    let mut out: BTreeMap<G, BTreeMap<Light, usize>> = BTreeMap::new();
    for (row, light) in found {
        *out.entry(group(row)).or_default().entry(*light).or_default() += 1;
    }
    let mut out: Vec<_> = out.into_iter().collect();
    out.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.values().sum::<usize>()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn part(title: &str, text: &str) -> Part {
        Part::of(Named::new(title, ""), Named::new(text, ""))
    }

    #[test]
    fn an_exhibit_comes_back_with_its_query() {
        let mut study = Study { as_of: date(2019, 8, 14), parts: vec![part("情况", "文字")] };
        study.parts[0].exhibits.push(Exhibit {
            title: Named::new("红灯事项", "Red items"),
            show: Show::Units,
            asking: Asking { light: "red".into(), sector: "transport".into(), ..Asking::default() },
            found: None,
        });
        let text = study.to_text();
        assert!(text.contains(r#""asking":{"light":"red","sector":"transport"}"#), "{text}");
        assert_eq!(Study::parse(&text), Some(study));
    }

    #[test]
    fn what_is_unfit_is_named() {
        let mut study = Study { as_of: date(2019, 8, 14), parts: vec![part("情况", " ")] };
        assert_eq!((study.check(), study.check_issue()), (Ok(()), Err(Unfit::Empty)));
        study.parts[0].text.zh = "字".repeat(PART_MOST + 1);
        assert_eq!(study.check(), Err(Unfit::TooLong { most: PART_MOST }));
        study.parts = vec![part(" ", "字")];
        assert_eq!(study.check_issue(), Err(Unfit::NoTitle));
        study.parts = vec![part("题", "字"); PARTS_MOST + 1];
        assert_eq!(study.check(), Err(Unfit::TooManyParts { most: PARTS_MOST }));
    }
}
