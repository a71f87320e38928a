//! Variance of domain means and shares by Taylor linearisation, in one walk through the sorted sample.
//!
//! A share or mean of domain d is a ratio of two totals. Its linearised score for response i is
//! `z = w (y − ŷ_d) / Ŵ_d` inside the domain and 0 outside (Woodruff 1971; Särndal, Swensson and Wretman
//! 1992, section 5.7). Scores are summed to units, and at each stage
//!
//! `V = Σ_strata (1 − f) n/(n − 1) Σ_units (z − z̄)²  +  Σ_units f · V(next stage)`
//!
//! Domains keep the whole design, so that their random size is part of the error.

mod elements;
mod runs;

use std::borrow::Cow;

use crate::calibration::Coefficients;
use crate::coded::Coded;
use crate::design::{Calibration, Design, LonelyUnit, Parent};

/// The answers to one question, one entry per response.
#[derive(Debug, Clone, Copy)]
pub enum Answers<'a> {
    /// A category: the outcome is the share of each label.
    Categories(&'a Coded),
    /// A number, NaN where there is none: the outcome is the mean.
    Numbers(&'a [f64]),
}

impl Answers<'_> {
    pub fn len(&self) -> usize {
        match self {
            Answers::Categories(column) => column.len(),
            Answers::Numbers(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Outcomes per domain.
    pub(crate) fn width(&self) -> usize {
        match self {
            Answers::Categories(column) => column.labels().len(),
            Answers::Numbers(_) => 1,
        }
    }

    /// The outcome of one row: its category (0 for numbers) and its number (1 for categories).
    #[inline]
    pub(crate) fn at(&self, row: usize) -> Option<(usize, f64)> {
        match self {
            Answers::Categories(column) => {
                let code = column.codes()[row];
                (code != Coded::MISSING).then_some((code as usize, 1.0))
            }
            Answers::Numbers(values) => {
                let value = values[row];
                value.is_finite().then_some((0, value))
            }
        }
    }
}

/// Weighted point estimates: `values[d * width + outcome]`.
#[derive(Debug, Clone)]
pub(crate) struct Points {
    pub width: usize,
    pub values: Vec<f64>,
    pub weight: Vec<f64>,
    pub weight_squared: Vec<f64>,
    /// Responses with a weight above 0.
    pub base: Vec<usize>,
    /// Weighted sum of squares about the mean, numbers only.
    pub squares: Vec<f64>,
}

pub(crate) fn points(weights: &[f64], answers: Answers<'_>, domains: &Coded) -> Points {
    let (width, count) = (answers.width(), domains.labels().len());
    let mut points = Points {
        width,
        values: vec![0.0; count * width],
        weight: vec![0.0; count],
        weight_squared: vec![0.0; count],
        base: vec![0; count],
        squares: vec![0.0; count],
    };
    let rows = weights.iter().zip(domains.codes()).enumerate();
    for (row, (&weight, &domain)) in rows {
        if domain == Coded::MISSING || weight == 0.0 {
            continue;
        }
        let Some((outcome, value)) = answers.at(row) else { continue };
        let domain = domain as usize;
        points.values[domain * width + outcome] += weight * value;
        points.weight[domain] += weight;
        points.weight_squared[domain] += weight * weight;
        points.base[domain] += 1;
    }
    for domain in 0..count {
        for value in &mut points.values[domain * width..(domain + 1) * width] {
            *value /= points.weight[domain];
        }
    }
    if let Answers::Numbers(values) = answers {
        let rows = weights.iter().zip(domains.codes()).zip(values);
        for ((&weight, &domain), &value) in rows {
            if domain != Coded::MISSING && value.is_finite() {
                let distance = value - points.values[domain as usize];
                points.squares[domain as usize] += weight * distance * distance;
            }
        }
    }
    points
}

/// Variances `[d * width + outcome]` and degrees of freedom per domain.
#[derive(Debug, Clone)]
pub(crate) struct Variances {
    pub values: Vec<f64>,
    /// First-stage units with a member of the domain, less strata with one.
    pub freedom: Vec<f64>,
}

pub(crate) fn variances(
    design: &Design,
    answers: Answers<'_>,
    domains: &Coded,
    points: &Points,
) -> Variances {
    let (width, count) = (points.width, domains.labels().len());
    // One gather per column, so that the walk itself reads memory in order.
    let in_order = InOrder::new(design, answers, domains);
    let known = design.calibration.as_ref().map(|calibration| Known {
        calibration,
        coefficients: calibration.projection.coefficients(answers, domains, points),
    });
    match &known {
        None if design.units_are_rows() => return elements::variances(design, &in_order, points),
        Some(known) => {
            if let Some(runs) = &known.calibration.runs {
                return runs::variances(design, &in_order, points, known, runs);
            }
        }
        None => {}
    }
    let groups = known.as_ref().map_or(0, |known| known.calibration.projection.groups());
    let mut leaf = Leaf::new(points, matches!(answers, Answers::Categories(_)), groups);
    let mut walk = Walk::new(design, width, count);
    for (position, (&start, &weight)) in design.starts.iter().zip(&design.ordered_weights).enumerate() {
        let start = usize::from(start);
        if start <= design.stages {
            if position > 0 {
                walk.members.mark_all(&leaf.touched);
                leaf.finish(known.as_ref());
                walk.take(&mut leaf);
                walk.close(start);
            }
            walk.open(start);
        }
        if weight == 0.0 {
            continue;
        }
        if let Some(known) = &known {
            known.calibration.groups_at(position).iter().for_each(|group| leaf.groups.add(*group, weight));
        }
        if let Some((domain, outcome, value)) = in_order.at(position) {
            leaf.add(domain, outcome, value, weight);
        }
    }
    walk.members.mark_all(&leaf.touched);
    leaf.finish(known.as_ref());
    walk.take(&mut leaf);
    walk.close(0);
    walk.finish()
}

/// What is known of the population, and how it explains the scores.
struct Known<'a> {
    calibration: &'a Calibration,
    coefficients: Coefficients,
}

/// Domains and answers in the order of the design.
struct InOrder<'a> {
    domains: Cow<'a, [u32]>,
    answers: OrderedAnswers<'a>,
}

enum OrderedAnswers<'a> {
    Categories(Cow<'a, [u32]>),
    Numbers(Cow<'a, [f64]>),
}

impl<'a> InOrder<'a> {
    fn new(design: &Design, answers: Answers<'a>, domains: &'a Coded) -> Self {
        Self {
            domains: gather(&design.order, domains.codes()),
            answers: match answers {
                Answers::Categories(column) => {
                    OrderedAnswers::Categories(gather(&design.order, column.codes()))
                }
                Answers::Numbers(values) => OrderedAnswers::Numbers(gather(&design.order, values)),
            },
        }
    }

    /// Domain, category and number of a response that has all of them.
    #[inline]
    fn at(&self, position: usize) -> Option<(usize, usize, f64)> {
        let domain = self.domains[position];
        if domain == Coded::MISSING {
            return None;
        }
        match &self.answers {
            OrderedAnswers::Categories(codes) => {
                let code = codes[position];
                (code != Coded::MISSING).then_some((domain as usize, code as usize, 1.0))
            }
            OrderedAnswers::Numbers(values) => {
                let value = values[position];
                value.is_finite().then_some((domain as usize, 0, value))
            }
        }
    }
}

fn gather<'a, T: Copy>(order: &[u32], values: &'a [T]) -> Cow<'a, [T]> {
    if order.is_sorted() {
        return Cow::Borrowed(values);
    }
    Cow::Owned(order.iter().map(|&row| values[row as usize]).collect())
}

/// Domains written to since the last clearing, each once.
struct Touched {
    list: Vec<u32>,
    marked: Vec<bool>,
}

impl Touched {
    fn new(count: usize) -> Self {
        Self { list: Vec::new(), marked: vec![false; count] }
    }

    #[inline]
    fn mark(&mut self, domain: usize) {
        if !self.marked[domain] {
            self.marked[domain] = true;
            self.list.push(domain as u32);
        }
    }

    fn mark_all(&mut self, other: &Self) {
        for &domain in &other.list {
            self.mark(domain as usize);
        }
    }

    fn clear(&mut self) {
        for &domain in &self.list {
            self.marked[domain as usize] = false;
        }
        self.list.clear();
    }
}

/// The unit of the last stage that is being read: its total score per domain and outcome.
struct Leaf<'a> {
    points: &'a Points,
    categories: bool,
    values: Vec<f64>,
    /// Weight per domain: what every other category of a share loses.
    weight: Vec<f64>,
    touched: Touched,
    /// Weight per calibration group.
    groups: GroupWeights,
}

/// Weight per calibration group, each group once.
struct GroupWeights {
    weight: Vec<f64>,
    touched: Touched,
}

impl GroupWeights {
    #[inline]
    fn add(&mut self, group: u32, weight: f64) {
        self.touched.mark(group as usize);
        self.weight[group as usize] += weight;
    }

    fn take(&mut self, mut with: impl FnMut(u32, f64)) {
        for &group in &self.touched.list {
            with(group, std::mem::take(&mut self.weight[group as usize]));
        }
        self.touched.clear();
    }
}

impl<'a> Leaf<'a> {
    fn new(points: &'a Points, categories: bool, groups: usize) -> Self {
        Self {
            points,
            categories,
            values: vec![0.0; points.values.len()],
            weight: vec![0.0; points.weight.len()],
            touched: Touched::new(points.weight.len()),
            groups: GroupWeights { weight: vec![0.0; groups], touched: Touched::new(groups) },
        }
    }

    #[inline]
    fn add(&mut self, domain: usize, outcome: usize, value: f64, weight: f64) {
        self.touched.mark(domain);
        if self.categories {
            self.values[domain * self.points.width + outcome] += weight;
            self.weight[domain] += weight;
        } else {
            // Centred row by row: large values with little spread lose no digits.
            self.values[domain] += weight * (value - self.points.values[domain]) / self.points.weight[domain];
        }
    }

    /// Turns what was added into scores, less what the calibration totals explain.
    fn finish(&mut self, known: Option<&Known<'_>>) {
        let width = self.points.width;
        if self.categories {
            for &domain in &self.touched.list {
                let domain = domain as usize;
                let (weight, whole) = (self.weight[domain], self.points.weight[domain]);
                let range = domain * width..(domain + 1) * width;
                for (value, share) in self.values[range.clone()].iter_mut().zip(&self.points.values[range]) {
                    *value = (*value - share * weight) / whole;
                }
                self.weight[domain] = 0.0;
            }
        }
        if let Some(known) = known {
            let values = &mut self.values;
            self.groups.take(|group, weight| known.coefficients.subtract(group, weight, values));
            (0..self.weight.len()).for_each(|domain| self.touched.mark(domain));
        }
    }
}

/// Sums over the units of one parent.
struct Sums {
    total: Vec<f64>,
    squares: Vec<f64>,
    touched: Touched,
}

/// Where the walk is: the open parents of each stage and what their units add up to.
struct Walk<'a> {
    design: &'a Design,
    width: usize,
    stages: Vec<Sums>,
    open: Vec<Parent>,
    next: Vec<usize>,
    values: Vec<f64>,
    /// Domains with a member in the open first-stage unit, in the open stratum.
    members: Touched,
    stratum_members: Touched,
    units_with: Vec<f64>,
    strata_with: Vec<f64>,
}

impl<'a> Walk<'a> {
    fn new(design: &'a Design, width: usize, count: usize) -> Self {
        let size = width * count;
        let sums = || Sums { total: vec![0.0; size], squares: vec![0.0; size], touched: Touched::new(count) };
        Self {
            design,
            width,
            stages: (0..design.stages).map(|_| sums()).collect(),
            open: vec![Parent { units: 0, fraction: 0.0 }; design.stages],
            next: vec![0; design.stages],
            values: vec![0.0; size],
            members: Touched::new(count),
            stratum_members: Touched::new(count),
            units_with: vec![0.0; count],
            strata_with: vec![0.0; count],
        }
    }

    /// A stratum (0) or the unit of a stage starts: the parents it holds open with it.
    fn open(&mut self, start: usize) {
        for stage in start..self.design.stages {
            if let Some(parent) = self.design.parents[stage].get(self.next[stage]) {
                self.open[stage] = *parent;
            }
            self.next[stage] += 1;
        }
    }

    /// The last-stage unit is complete.
    fn take(&mut self, leaf: &mut Leaf<'_>) {
        let Some(last) = self.stages.last_mut() else { return };
        for &domain in &leaf.touched.list {
            let domain = domain as usize;
            last.touched.mark(domain);
            for index in domain * self.width..(domain + 1) * self.width {
                let score = leaf.values[index];
                last.total[index] += score;
                last.squares[index] += score * score;
                leaf.values[index] = 0.0;
            }
        }
        leaf.touched.clear();
    }

    /// Closes every parent that ends where a unit of stage `start` begins, innermost first.
    fn close(&mut self, start: usize) {
        for stage in (start..self.stages.len()).rev() {
            let fractions: f64 = self.open[..stage].iter().map(|parent| parent.fraction).product();
            let factor = fractions * (1.0 - self.open[stage].fraction);
            let (outer, inner) = self.stages.split_at_mut(stage);
            let sums = &mut inner[0];
            let units = f64::from(self.open[stage].units);
            for &domain in &sums.touched.list {
                let domain = domain as usize;
                for index in domain * self.width..(domain + 1) * self.width {
                    let (total, squares) = (sums.total[index], sums.squares[index]);
                    let spread = if units > 1.0 {
                        units / (units - 1.0) * (squares - total * total / units)
                    } else if self.design.lonely == LonelyUnit::Centre {
                        // The mean score of all units is 0 by construction.
                        squares
                    } else {
                        0.0
                    };
                    self.values[index] += factor * spread.max(0.0);
                    if let Some(outer) = outer.last_mut() {
                        outer.total[index] += total;
                        outer.squares[index] += total * total;
                    }
                    sums.total[index] = 0.0;
                    sums.squares[index] = 0.0;
                }
            }
            if let Some(outer) = outer.last_mut() {
                outer.touched.mark_all(&sums.touched);
            }
            sums.touched.clear();
        }
        if start <= 1 {
            for &domain in &self.members.list {
                self.units_with[domain as usize] += 1.0;
            }
            self.stratum_members.mark_all(&self.members);
            self.members.clear();
        }
        if start == 0 {
            for &domain in &self.stratum_members.list {
                self.strata_with[domain as usize] += 1.0;
            }
            self.stratum_members.clear();
        }
    }

    fn finish(self) -> Variances {
        let freedom = self
            .units_with
            .iter()
            .zip(&self.strata_with)
            .map(|(units, strata): (&f64, &f64)| (units - strata).max(0.0))
            .collect();
        Variances { values: self.values, freedom }
    }
}
