//! What an index comes to: a value for each area and period, each open down to its observations.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use survey::index::{self as engine, Contribution, IndexError, Observed, Sensitivity, SensitivitySettings};

use super::HeldVersion;
use super::fault::IndexFault;
use super::span::Span;
use super::version::{IndexPart, float};
use crate::area::AreaLevel;
use crate::code::Code;
use crate::indicator::{Indicator, Observation};
use crate::portfolio::Portfolio;
use crate::source::Grade;

/// How far every weight is moved up and down to see what depends on it.
pub const WEIGHT_SPREAD: f64 = 0.5;
/// The periods that are worked out: the latest.
const SPANS_MOST: usize = 120;

/// The observation that an indicator's value is.
#[derive(Debug, Clone, PartialEq)]
pub struct Used {
    pub observation: Observation,
    /// It is the value before the plan began.
    pub baseline: bool,
}

/// Why an indicator has no value for a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// The plan does not have it at this point of view.
    NoIndicator,
    /// Nobody stated a value for a day of the period.
    NotObserved,
    /// There are values, but of other instruments or scales.
    OtherInstrument,
    /// Sources disagree and none is accepted, or the one that was accepted is of another instrument.
    Disputed,
}

impl Absence {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoIndicator => "no_indicator",
            Self::NotObserved => "not_observed",
            Self::OtherInstrument => "other_instrument",
            Self::Disputed => "disputed",
        }
    }
}

/// One indicator of a value.
#[derive(Debug, Clone, PartialEq)]
pub struct PartValue {
    /// The place of its dimension.
    pub dimension: usize,
    pub indicator: Code,
    pub used: Result<Used, Absence>,
    /// 0 to 100.
    pub score: Option<f64>,
    /// Share of all weight, before any rescaling.
    pub weight: f64,
}

/// The index of one area and period.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexCell {
    /// None: the whole of the plan.
    pub area: Option<Code>,
    pub span: Span,
    /// Whether days of the period are still to come.
    pub running: bool,
    /// 0 to 100; none where too much is missing.
    pub value: Option<f64>,
    /// Share of all weight whose indicators have a value.
    pub coverage: f64,
    /// In the order of the version's dimensions.
    pub dimensions: Vec<Option<f64>>,
    pub parts: Vec<PartValue>,
    /// Whether the version or something that it rests on is made up.
    pub illustrative: bool,
}

impl IndexCell {
    pub fn missing(&self) -> impl Iterator<Item = (&Code, Absence)> {
        self.parts.iter().filter_map(|part| part.used.as_ref().err().map(|why| (&part.indicator, *why)))
    }

    fn observed(&self) -> Observed {
        let used = self.parts.iter().filter_map(|part| part.used.as_ref().ok().map(|used| (part, used)));
        used.map(|(part, used)| (part.indicator.to_string(), float(used.observation.value))).collect()
    }
}

/// An area beside the others of its level, under weights drawn around those of the version.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedArea {
    pub area: Code,
    pub level: AreaLevel,
    pub sensitivity: Sensitivity,
}

/// All values of a version, as the plan stands.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexValues {
    pub version: HeldVersion,
    engine: engine::IndexVersion,
    /// The whole plan first, then areas by code; periods in order.
    pub cells: Vec<IndexCell>,
}

impl IndexValues {
    /// # Errors
    /// A version that makes no sense, which the rules keep off the books.
    pub fn of(version: &HeldVersion, portfolio: &Portfolio) -> Result<Self, IndexFault> {
        let engine = version.version.engine()?;
        let parts: Vec<(usize, &IndexPart, Option<&Indicator>)> = version
            .version
            .parts()
            .map(|(at, part)| {
                let held =
                    portfolio.indicators.iter().find(|held| held.code.as_ref() == Some(&part.indicator));
                (at, part, held)
            })
            .collect();
        let cells = places(version, &parts).into_iter().filter_map(|(area, span)| {
            let parts: Vec<PartValue> = parts
                .iter()
                .map(|(dimension, part, held)| PartValue {
                    dimension: *dimension,
                    indicator: part.indicator.clone(),
                    used: held
                        .map_or(Err(Absence::NoIndicator), |held| used(held, part, area.as_ref(), span)),
                    score: None,
                    weight: 0.0,
                })
                .collect();
            let made_up = |part: &PartValue| {
                part.used.as_ref().is_ok_and(|used| used.observation.grade == Grade::Illustrative)
            };
            let mut cell = IndexCell {
                area,
                span,
                running: span.last() > portfolio.view.as_of,
                value: None,
                coverage: 0.0,
                dimensions: Vec::new(),
                illustrative: version.grade == Grade::Illustrative || parts.iter().any(made_up),
                parts,
            };
            // Observations are decimals, which are finite: there is always an answer.
            let found = engine.value(&cell.observed()).ok()?;
            for (part, score) in cell.parts.iter_mut().zip(&found.scores) {
                (part.score, part.weight) = (score.score, score.weight);
            }
            cell.value = found.value;
            cell.coverage = found.coverage;
            cell.dimensions = found.dimensions.iter().map(|dimension| dimension.value).collect();
            Some(cell)
        });
        let cells = cells.collect();
        Ok(Self { version: version.clone(), engine, cells })
    }

    pub fn of_area(&self, area: Option<&Code>) -> impl DoubleEndedIterator<Item = &IndexCell> {
        let from = self.cells.partition_point(|cell| cell.area.as_ref() < area);
        let to = self.cells.partition_point(|cell| cell.area.as_ref() <= area);
        self.cells[from..to].iter()
    }

    pub fn cell(&self, area: Option<&Code>, span: Span) -> Option<&IndexCell> {
        let found = self.cells.binary_search_by(|cell| (cell.area.as_ref(), cell.span).cmp(&(area, span)));
        found.ok().map(|at| &self.cells[at])
    }

    /// The areas that have values of their own.
    pub fn areas(&self) -> BTreeSet<&Code> {
        self.cells.iter().filter_map(|cell| cell.area.as_ref()).collect()
    }

    /// What moved the index from one period to another, indicator by indicator.
    ///
    /// # Errors
    /// An indicator that is missing in one of them: it would move the index without anything having changed.
    pub fn moved(&self, from: &IndexCell, to: &IndexCell) -> Result<Vec<Contribution>, IndexError> {
        engine::contributions(&self.engine, &from.observed(), &to.observed())
    }

    /// How far one value depends on the weights.
    pub fn depends(&self, cell: &IndexCell) -> Option<Sensitivity> {
        self.sensitivity(&[(String::new(), cell.observed())]).pop()
    }

    /// Areas of a period that have a value, beside the others of their level, with the ranks that they would have
    /// under other weights.
    pub fn ranked(&self, span: Span, portfolio: &Portfolio) -> Vec<RankedArea> {
        let mut levels: BTreeMap<AreaLevel, Vec<(String, Observed)>> = BTreeMap::new();
        for cell in self.cells.iter().filter(|cell| cell.span == span) {
            let area = cell.area.as_ref().and_then(|code| portfolio.areas.get(code));
            if let Some((area, level)) = area.and_then(|area| Some((area, area.level?))) {
                levels.entry(level).or_default().push((area.code.to_string(), cell.observed()));
            }
        }
        let mut out = Vec::new();
        for (level, areas) in levels {
            let found = self.sensitivity(&areas);
            let ranked = found.into_iter().filter_map(|sensitivity| {
                Some(RankedArea { area: Code::new(&sensitivity.area).ok()?, level, sensitivity })
            });
            out.extend(ranked);
        }
        out
    }

    fn sensitivity(&self, areas: &[(String, Observed)]) -> Vec<Sensitivity> {
        let settings = SensitivitySettings { spread: WEIGHT_SPREAD, ..SensitivitySettings::default() };
        // Settings and values are sound by themselves.
        engine::sensitivity(&self.engine, areas, settings).unwrap_or_default()
    }
}

/// The areas and periods for which anything was observed.
fn places(
    version: &HeldVersion,
    parts: &[(usize, &IndexPart, Option<&Indicator>)],
) -> BTreeSet<(Option<Code>, Span)> {
    let mut out: BTreeMap<Option<Code>, BTreeSet<Span>> = BTreeMap::new();
    for (_, part, held) in parts {
        let Some(held) = held else { continue };
        let baseline = held.baseline.iter().map(|held| (None, held));
        let areas = held.by_area.iter().flat_map(|(area, series)| {
            series.observations.iter().map(move |held| (Some(area.clone()), held))
        });
        let whole = held.whole.observations.iter().map(|held| (None, held));
        for (area, observation) in baseline.chain(whole).chain(areas) {
            if observation.instrument == part.instrument {
                out.entry(area).or_default().insert(version.version.period.holding(observation.on));
            }
        }
    }
    let latest = |(area, spans): (Option<Code>, BTreeSet<Span>)| {
        spans.into_iter().rev().take(SPANS_MOST).map(move |span| (area.clone(), span))
    };
    out.into_iter().flat_map(latest).collect()
}

/// The last observation of the period that counts.
fn used(held: &Indicator, part: &IndexPart, area: Option<&Code>, span: Span) -> Result<Used, Absence> {
    let Some(series) = held.series(area) else { return Err(Absence::NotObserved) };
    let inside = series.within(span.first(), span.last());
    if let Some(last) = inside.iter().rev().find(|held| held.instrument == part.instrument) {
        let standing = series.standing_by(last.on, &part.instrument).ok_or(Absence::Disputed)?;
        return Ok(Used { observation: standing.clone(), baseline: false });
    }
    let baseline = held.baseline.iter().filter(|held| area.is_none() && span.holds(held.on));
    if let Some(baseline) = baseline.clone().find(|held| held.instrument == part.instrument) {
        return Ok(Used { observation: baseline.clone(), baseline: true });
    }
    let others = !inside.is_empty() || baseline.count() > 0;
    Err(if others { Absence::OtherInstrument } else { Absence::NotObserved })
}

/// A value as people read it: one decimal.
pub fn rounded(value: f64) -> Decimal {
    Decimal::from_f64_retain(value).unwrap_or_default().round_dp(1)
}
