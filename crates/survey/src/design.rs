//! The sample design: weights, strata, stages of selection and finite populations, checked once.

use thiserror::Error;

use crate::calibration::Projection;
use crate::coded::Coded;

/// What one stage of selection looked like.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    /// The unit each response belongs to at this stage; `None` when every response is its own unit.
    /// Units are nested: the same label under two strata, or under two units of the stage before,
    /// means two units.
    pub units: Option<Coded>,
    /// How much of the population was taken, one value per response, constant within what is selected
    /// from (the stratum, or the unit of the stage before); `None` when the population is so large, or
    /// the selection such, that no finite population correction applies.
    pub population: Option<Vec<Population>>,
}

/// The size of what a stage selected from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Population {
    /// Number of units in the population of the stratum.
    Units(f64),
    /// Share of the units that is in the sample, between 0 and 1.
    Fraction(f64),
}

/// What to do with a stratum of which only one unit is in the sample: its variance cannot be estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LonelyUnit {
    /// Refuse, naming the stratum.
    #[default]
    Refuse,
    /// The unit was taken with certainty: it adds nothing.
    Certainty,
    /// Take its distance from the mean of all units instead: conservative.
    Centre,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum DesignError {
    #[error("the sample has no responses")]
    Empty,
    #[error("{what} has {found} rows, the weights have {expected}: give one value per response")]
    UnequalLengths { what: &'static str, found: usize, expected: usize },
    #[error("the weight of row {row} is {weight}: weights are finite and not below 0")]
    BadWeight { row: usize, weight: f64 },
    #[error("all weights are 0: no response counts")]
    NoWeight,
    #[error("row {row} has no {what}: every response needs one (drop the row or give it its own)")]
    Missing { row: usize, what: &'static str },
    #[error(
        "stratum \"{stratum}\" has only one {unit} in the sample, so its variance cannot be estimated: join it \
         to a similar stratum, or choose a rule for lonely units (certainty, centre)"
    )]
    Lonely { stratum: String, unit: &'static str },
    #[error("row {row}: a population of {value} units; it must be a finite number above 0")]
    BadPopulation { row: usize, value: f64 },
    #[error("row {row}: a sampled fraction of {value}; it must be above 0 and at most 1")]
    BadFraction { row: usize, value: f64 },
    #[error(
        "the finite population correction changes within stratum or unit \"{place}\" (row {row}): it must be \
         one value for everything selected from the same population"
    )]
    PopulationVaries { place: String, row: usize },
    #[error(
        "\"{place}\" has {sampled} sampled units but a population of only {population}: the population counts \
         the units of this stage, not the people"
    )]
    PopulationTooSmall { place: String, sampled: usize, population: f64 },
    #[error("{stages} stages of selection: at most {most} are supported")]
    TooManyStages { stages: usize, most: usize },
}

/// Most stages of selection a design may have.
const MOST_STAGES: usize = 6;

/// A checked design, sorted once so that every variance is one walk through the sample.
#[derive(Debug, Clone)]
pub struct Design {
    pub(crate) weights: Vec<f64>,
    /// Rows ordered by stratum, first-stage unit, second-stage unit …
    pub(crate) order: Vec<u32>,
    /// The weights in this order.
    pub(crate) ordered_weights: Vec<f64>,
    /// For each position of `order`, the stage whose unit starts there: 0 a new stratum, 1 a new
    /// first-stage unit, …; `stages + 1` when the last-stage unit goes on.
    pub(crate) starts: Vec<u8>,
    /// Number of stages that carry variance.
    pub(crate) stages: usize,
    /// For each stage the parents in order of their first row.
    pub(crate) parents: Vec<Vec<Parent>>,
    pub(crate) lonely: LonelyUnit,
    first_stage_finite: bool,
    strata: usize,
    pub(crate) calibration: Option<Calibration>,
}

/// Known totals the weights were calibrated to.
#[derive(Debug, Clone)]
pub(crate) struct Calibration {
    pub projection: Projection,
    /// Where responses are the units: whether a new combination of stratum and calibration groups starts at
    /// each position of the order, which is sorted by them.
    pub runs: Option<Vec<bool>>,
    /// Groups of the responses in the order of the design, those of one response side by side.
    pub groups: Vec<u32>,
}

/// Something units are selected from: a stratum at stage 0, a unit of the stage before at later stages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    pub(crate) units: u32,
    /// Share of units sampled, 0 without a finite population.
    pub(crate) fraction: f64,
}

impl Calibration {
    /// The groups of the response at a position of the order.
    #[inline]
    pub(crate) fn groups_at(&self, position: usize) -> &[u32] {
        let margins = self.projection.margins();
        &self.groups[position * margins..(position + 1) * margins]
    }
}

impl Design {
    /// A simple random sample with these weights.
    ///
    /// # Errors
    /// Weights that are negative, not finite or all zero.
    pub fn simple(weights: Vec<f64>) -> Result<Self, DesignError> {
        Self::new(weights, None, Vec::new(), LonelyUnit::Refuse)
    }

    /// A stratified multi-stage sample. Without stages every response is its own first-stage unit.
    ///
    /// Stages after the first count only while the stage before has a finite population: with replacement
    /// at one stage, the later ones are inside its between-unit variance (Särndal, Swensson and Wretman
    /// 1992, section 4.3; the "ultimate cluster").
    ///
    /// # Errors
    /// Unequal lengths, missing codes, weights or populations outside their range, strata with one unit
    /// under [`LonelyUnit::Refuse`].
    pub fn new(
        weights: Vec<f64>,
        strata: Option<&Coded>,
        mut stages: Vec<Stage>,
        lonely: LonelyUnit,
    ) -> Result<Self, DesignError> {
        let rows = weights.len();
        check_weights(&weights)?;
        if let Some(strata) = strata {
            check_codes(strata, rows, "stratum")?;
        }
        if stages.len() > MOST_STAGES {
            return Err(DesignError::TooManyStages { stages: stages.len(), most: MOST_STAGES });
        }
        for (index, stage) in stages.iter().enumerate() {
            if let Some(units) = &stage.units {
                check_codes(units, rows, unit_name(index))?;
            }
            if let Some(population) = &stage.population {
                check_population(population, rows)?;
            }
        }
        if stages.is_empty() {
            stages.push(Stage::default());
        }
        // Variance stops at the first stage without a finite population, or where rows are units.
        let carrying = stages
            .iter()
            .position(|stage| stage.population.is_none() || stage.units.is_none())
            .map_or(stages.len(), |last| last + 1);
        stages.truncate(carrying);

        let mut design = Self {
            weights,
            order: Vec::new(),
            ordered_weights: Vec::new(),
            starts: Vec::new(),
            stages: stages.len(),
            parents: Vec::new(),
            lonely,
            first_stage_finite: stages[0].population.is_some(),
            strata: 0,
            calibration: None,
        };
        design.sort(strata, &stages);
        design.collect_parents(strata, &stages)?;
        Ok(design)
    }

    /// The design whose weights were calibrated to totals: they take their part out of the error.
    ///
    /// # Errors
    /// A calibration of another number of responses.
    pub fn calibrated(mut self, projection: Projection) -> Result<Self, DesignError> {
        let (found, expected) = (projection.len(), self.len());
        if found != expected {
            return Err(DesignError::UnequalLengths { what: "the calibration", found, expected });
        }
        let runs = self.units_are_rows().then(|| self.sort_into_runs(&projection.combinations()));
        let groups = projection.groups_in_order(&self.order);
        self.calibration = Some(Calibration { projection, runs, groups });
        Ok(self)
    }

    /// Sorts the responses of every stratum by their combination of groups, so that what they share is worked
    /// out once; true where a run of equal ones starts.
    fn sort_into_runs(&mut self, combinations: &[u32]) -> Vec<bool> {
        let combination = |row: &u32| combinations[*row as usize];
        let mut first = 0;
        while first < self.order.len() {
            let next = self.starts[first + 1..].iter().position(|start| *start == 0);
            let end = next.map_or(self.order.len(), |offset| first + 1 + offset);
            self.order[first..end].sort_by_key(combination);
            first = end;
        }
        self.ordered_weights = self.order.iter().map(|&row| self.weights[row as usize]).collect();
        let order = &self.order;
        let starts = self.starts.iter().enumerate();
        starts
            .map(|(position, start)| {
                *start == 0 || combination(&order[position]) != combination(&order[position - 1])
            })
            .collect()
    }

    /// Number of responses.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Number of strata.
    pub fn strata(&self) -> usize {
        self.strata
    }

    /// Number of first-stage units over all strata.
    pub fn units(&self) -> usize {
        self.parents[0].iter().map(|parent| parent.units as usize).sum()
    }

    /// Degrees of freedom: first-stage units less strata.
    pub fn degrees_of_freedom(&self) -> f64 {
        self.units().saturating_sub(self.strata) as f64
    }

    /// Whether the first stage was drawn from a finite population that is taken into account.
    pub fn is_finite(&self) -> bool {
        self.first_stage_finite
    }

    /// Whether every response is a unit of its own in a single stage.
    pub(crate) fn units_are_rows(&self) -> bool {
        self.stages == 1 && self.starts.iter().all(|start| usize::from(*start) <= 1)
    }

    fn sort(&mut self, strata: Option<&Coded>, stages: &[Stage]) {
        let mut keys: Vec<&[u32]> = Vec::new();
        keys.extend(strata.map(Coded::codes));
        let strata_keys = keys.len();
        keys.extend(stages.iter().filter_map(|stage| stage.units.as_ref().map(Coded::codes)));
        let mut order: Vec<u32> = (0..self.weights.len() as u32).collect();
        let compare = |a: &u32, b: &u32| {
            let (a, b) = (*a as usize, *b as usize);
            keys.iter().map(|key| key[a].cmp(&key[b])).find(|o| o.is_ne()).unwrap_or(a.cmp(&b))
        };
        if !keys.is_empty() && !order.is_sorted_by(|a, b| compare(a, b).is_le()) {
            order.sort_unstable_by(compare);
        }
        let rows_are_units = stages.last().is_some_and(|stage| stage.units.is_none());
        let going_on = if rows_are_units { stages.len() } else { stages.len() + 1 };
        let mut starts = Vec::with_capacity(order.len());
        for (position, &row) in order.iter().enumerate() {
            let start = if position == 0 {
                0
            } else {
                let before = order[position - 1] as usize;
                let changed = keys.iter().position(|key| key[before] != key[row as usize]);
                match changed {
                    Some(key) if key < strata_keys => 0,
                    Some(key) => key - strata_keys + 1,
                    None => going_on,
                }
            };
            starts.push(start as u8);
        }
        self.ordered_weights = order.iter().map(|&row| self.weights[row as usize]).collect();
        self.order = order;
        self.starts = starts;
    }

    fn collect_parents(&mut self, strata: Option<&Coded>, stages: &[Stage]) -> Result<(), DesignError> {
        let mut parents = Vec::with_capacity(stages.len());
        for (stage_index, stage) in stages.iter().enumerate() {
            let name_of = |row: usize| {
                let column = match stage_index {
                    0 => strata,
                    _ => stages[stage_index - 1].units.as_ref(),
                };
                column.and_then(|column| column.label(row)).unwrap_or("the whole sample").to_owned()
            };
            let mut list: Vec<Parent> = Vec::new();
            let mut first_rows: Vec<usize> = Vec::new();
            let mut population: Option<Population> = None;
            for (&row, &start) in self.order.iter().zip(&self.starts) {
                let (row, start) = (row as usize, start as usize);
                let here = stage.population.as_ref().map(|population| population[row]);
                if start <= stage_index {
                    list.push(Parent { units: 0, fraction: 0.0 });
                    first_rows.push(row);
                    population = here;
                } else if here != population {
                    return Err(DesignError::PopulationVaries { place: name_of(row), row: row + 1 });
                }
                if start <= stage_index + 1
                    && let Some(parent) = list.last_mut()
                {
                    parent.units += 1;
                }
            }
            for (parent, &row) in list.iter_mut().zip(&first_rows) {
                let sampled = parent.units;
                match stage.population.as_ref().map(|population| population[row]) {
                    None => {}
                    Some(Population::Fraction(fraction)) => parent.fraction = fraction,
                    // A population given with rounding may lie a hair below the sample.
                    Some(Population::Units(units)) if units * (1.0 + 1e-9) >= f64::from(sampled) => {
                        parent.fraction = (f64::from(sampled) / units).min(1.0);
                    }
                    Some(Population::Units(population)) => {
                        return Err(DesignError::PopulationTooSmall {
                            place: name_of(row),
                            sampled: sampled as usize,
                            population,
                        });
                    }
                }
                if sampled == 1 && parent.fraction < 1.0 && self.lonely == LonelyUnit::Refuse {
                    return Err(DesignError::Lonely { stratum: name_of(row), unit: unit_name(stage_index) });
                }
            }
            parents.push(list);
        }
        self.strata = parents[0].len();
        self.parents = parents;
        Ok(())
    }
}

fn unit_name(stage: usize) -> &'static str {
    if stage == 0 { "primary sampling unit" } else { "unit of a later stage" }
}

fn check_weights(weights: &[f64]) -> Result<(), DesignError> {
    if weights.is_empty() {
        return Err(DesignError::Empty);
    }
    if let Some(row) = weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
        return Err(DesignError::BadWeight { row: row + 1, weight: weights[row] });
    }
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(DesignError::NoWeight);
    }
    Ok(())
}

fn check_codes(column: &Coded, rows: usize, what: &'static str) -> Result<(), DesignError> {
    if column.len() != rows {
        return Err(DesignError::UnequalLengths { what, found: column.len(), expected: rows });
    }
    match column.codes().iter().position(|&code| code == Coded::MISSING) {
        Some(row) => Err(DesignError::Missing { row: row + 1, what }),
        None => Ok(()),
    }
}

fn check_population(population: &[Population], rows: usize) -> Result<(), DesignError> {
    if population.len() != rows {
        let (found, expected) = (population.len(), rows);
        return Err(DesignError::UnequalLengths {
            what: "the finite population correction",
            found,
            expected,
        });
    }
    for (index, value) in population.iter().enumerate() {
        let row = index + 1;
        match *value {
            Population::Units(value) if !value.is_finite() || value <= 0.0 => {
                return Err(DesignError::BadPopulation { row, value });
            }
            Population::Fraction(value) if !(value > 0.0 && value <= 1.0) => {
                return Err(DesignError::BadFraction { row, value });
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(values: &[&str]) -> Coded {
        Coded::from_texts(values.iter().map(|value| Some(*value)))
    }

    #[test]
    fn counts_units_within_strata() {
        let strata = coded(&["a", "b", "a", "b", "a", "b"]);
        let units = coded(&["1", "1", "2", "2", "1", "2"]);
        let stage = Stage { units: Some(units), population: None };
        let design =
            Design::new(vec![1.0; 6], Some(&strata), vec![stage], LonelyUnit::Refuse).expect("valid");
        assert_eq!((design.strata(), design.units()), (2, 4));
        assert_eq!(design.degrees_of_freedom(), 2.0);
        assert_eq!(design.starts, [0, 2, 1, 0, 1, 2]);
    }

    #[test]
    fn names_the_lonely_stratum() {
        let strata = coded(&["a", "b", "a"]);
        let error =
            Design::new(vec![1.0; 3], Some(&strata), vec![], LonelyUnit::Refuse).expect_err("lonely b");
        assert!(error.to_string().contains("\"b\""), "{error}");
        assert!(Design::new(vec![1.0; 3], Some(&strata), vec![], LonelyUnit::Certainty).is_ok());
    }

    #[test]
    fn refuses_what_cannot_be() {
        assert_eq!(Design::simple(vec![]).expect_err("empty"), DesignError::Empty);
        assert_eq!(Design::simple(vec![0.0]).expect_err("zero"), DesignError::NoWeight);
        assert!(Design::simple(vec![1.0, -1.0]).is_err());
        assert!(Design::simple(vec![1.0, f64::NAN]).is_err());
        let stage = Stage { units: None, population: Some(vec![Population::Units(1.0); 2]) };
        assert!(matches!(
            Design::new(vec![1.0; 2], None, vec![stage], LonelyUnit::Refuse),
            Err(DesignError::PopulationTooSmall { .. })
        ));
        let stage =
            Stage { units: None, population: Some(vec![Population::Units(9.0), Population::Units(8.0)]) };
        assert!(matches!(
            Design::new(vec![1.0; 2], None, vec![stage], LonelyUnit::Refuse),
            Err(DesignError::PopulationVaries { .. })
        ));
    }
}
