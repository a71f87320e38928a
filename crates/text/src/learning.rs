//! Learning a category model from labelled messages.

use thiserror::Error;

use crate::category::{Calibration, CategoryModel, MessageText, damp};
use crate::evaluation::{Answer, Evaluation};
use crate::grouping::{folds, same_message_groups};
use crate::ngrams::{NgramCounter, NgramShape};
use crate::sparse::SparseRows;
use crate::svm::{self, Hyperplane, SvmParameters};

/// A message whose category a person gave.
#[derive(Debug, Clone, Copy)]
pub struct Example<'a> {
    pub text: MessageText<'a>,
    pub label: &'a str,
}

/// How to learn. The defaults are what the measurements chose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearningParameters {
    pub shape: NgramShape,
    /// An n-gram that occurs in fewer messages is dropped: it neither helps nor may a shared model give
    /// away what one person wrote.
    pub fewest_messages: u32,
    pub svm: SvmParameters,
    /// Parts of the rotation that fits the calibration: 2 or more.
    pub folds: usize,
    /// Seed of the split.
    pub seed: u64,
}

impl Default for LearningParameters {
    fn default() -> Self {
        Self {
            shape: NgramShape { longest: 2, bits: 17 },
            fewest_messages: 2,
            svm: SvmParameters { cost: 2.0, ..SvmParameters::default() },
            folds: 5,
            seed: 1,
        }
    }
}

/// Why nothing can be learnt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LearningError {
    #[error("only {categories} category among {examples} labelled messages: give messages of at least two")]
    TooFewCategories { categories: usize, examples: usize },
    #[error("category '{label}' has {examples} distinct messages, {needed} are needed: add some or merge it")]
    TooFewExamples { label: String, examples: usize, needed: usize },
    #[error("{categories} categories are more than the 255 a model can hold: merge some")]
    TooManyCategories { categories: usize },
    #[error("{name} is {value}, it must be from {least} to {most}")]
    Parameter { name: &'static str, value: u64, least: u64, most: u64 },
}

/// Labelled messages prepared for learning: categories numbered, groups of messages that say the same.
#[derive(Debug)]
pub struct Lesson {
    labels: Vec<String>,
    wanted: Vec<u8>,
    groups: Vec<u32>,
    /// Damped counts; not yet weighted, because idf depends on who is learnt from.
    counts: SparseRows,
    /// Rows that may be asked when measuring; the others only help to learn.
    asked: Vec<bool>,
    parameters: LearningParameters,
}

impl Lesson {
    /// `examples` are learnt from and asked about when measuring, `helpers` are only learnt from.
    pub fn prepare(
        examples: &[Example<'_>],
        helpers: &[Example<'_>],
        parameters: LearningParameters,
    ) -> Result<Self, LearningError> {
        check(parameters)?;
        let all: Vec<Example<'_>> = examples.iter().chain(helpers).copied().collect();
        let mut labels: Vec<String> = all.iter().map(|e| e.label.trim().to_owned()).collect();
        labels.sort();
        labels.dedup();
        if labels.len() > 255 {
            return Err(LearningError::TooManyCategories { categories: labels.len() });
        }
        if labels.len() < 2 {
            return Err(LearningError::TooFewCategories { categories: labels.len(), examples: all.len() });
        }
        let wanted: Vec<u8> = all
            .iter()
            .map(|e| labels.binary_search_by(|l| l.as_str().cmp(e.label.trim())).unwrap_or(0) as u8)
            .collect();
        let texts: Vec<MessageText<'_>> = all.iter().map(|e| e.text).collect();
        let groups = same_message_groups(&texts);
        for (number, label) in labels.iter().enumerate() {
            let mut own: Vec<u32> = groups
                .iter()
                .zip(&wanted)
                .filter(|(_, w)| usize::from(**w) == number)
                .map(|(g, _)| *g)
                .collect();
            own.sort_unstable();
            own.dedup();
            if own.len() < parameters.folds {
                return Err(LearningError::TooFewExamples {
                    label: label.clone(),
                    examples: own.len(),
                    needed: parameters.folds,
                });
            }
        }
        let mut counter = NgramCounter::new(parameters.shape);
        let mut counts = SparseRows::default();
        let mut units = Vec::new();
        let mut row: Vec<(u32, f32)> = Vec::new();
        for text in &texts {
            units.clear();
            row.clear();
            text.push_units(&mut units);
            counter.count(&units, |bucket, count| row.push((bucket, damp(count))));
            row.sort_unstable_by_key(|(bucket, _)| *bucket);
            counts.push(row.iter().copied());
        }
        let asked = (0..all.len()).map(|at| at < examples.len()).collect();
        Ok(Self { labels, wanted, groups, counts, asked, parameters })
    }

    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Number of groups of messages that say the same.
    pub fn distinct_messages(&self) -> usize {
        let mut groups = self.groups.clone();
        groups.sort_unstable();
        groups.dedup();
        groups.len()
    }

    /// Learns from all but one part of the messages and asks about the rest, in rotation. Messages that
    /// say the same always stand in the same part. Answers are in the order of the examples.
    pub fn rotate(&self) -> Evaluation {
        let parts = folds(&self.groups, &self.wanted, self.parameters.folds, self.parameters.seed);
        let mut answers: Vec<(u32, Answer)> = Vec::new();
        for part in 0..self.parameters.folds {
            let (asked, learnt): (Vec<u32>, Vec<u32>) =
                (0..self.wanted.len() as u32).partition(|row| parts[*row as usize] == part);
            let fitted = self.fit(&learnt);
            let mut scores = vec![0f32; self.labels.len()];
            for row in asked.into_iter().filter(|row| self.asked[*row as usize]) {
                let (columns, values) = fitted.weigh(self.counts.row(row as usize));
                for (score, plane) in scores.iter_mut().zip(&fitted.planes) {
                    *score = plane.score(&columns, &values);
                }
                answers.push((row, Answer::from_scores(u16::from(self.wanted[row as usize]), &scores)));
            }
        }
        answers.sort_by_key(|(row, _)| *row);
        Evaluation::new(self.labels.clone(), answers.into_iter().map(|(_, answer)| answer).collect())
    }

    /// Learns from everything. `measured` is the result of [`Self::rotate`]: it calibrates the confidence
    /// and is noted on the card after the lines of `card`.
    pub fn learn(&self, measured: &Evaluation, card: Vec<(String, String)>) -> CategoryModel {
        let rows: Vec<u32> = (0..self.wanted.len() as u32).collect();
        let fitted = self.fit(&rows);
        let classes = self.labels.len();
        let highest = fitted.idf.iter().copied().fold(1.0, f32::max);
        let idf_step = ((highest - 1.0) / 254.0).max(1e-6);
        let idf_steps = fitted
            .idf
            .iter()
            .map(|idf| if *idf == 0.0 { 0 } else { 1 + ((idf - 1.0) / idf_step).round() as u8 })
            .collect();
        let scales: Vec<f32> = fitted
            .planes
            .iter()
            .map(|plane| plane.weights.iter().fold(0f32, |most, w| most.max(w.abs())).max(1e-9) / 127.0)
            .collect();
        let mut weights = vec![0i8; classes * self.parameters.shape.buckets()];
        for (class, plane) in fitted.planes.iter().enumerate() {
            for (bucket, weight) in plane.weights.iter().enumerate() {
                weights[bucket * classes + class] = (weight / scales[class]).round() as i8;
            }
        }
        CategoryModel {
            labels: self.labels.clone(),
            shape: self.parameters.shape,
            idf_step,
            idf_steps,
            weights,
            scales,
            biases: fitted.planes.iter().map(|plane| plane.bias).collect(),
            calibration: calibrate(&measured.answers),
            card,
        }
    }

    fn fit(&self, rows: &[u32]) -> Fitted {
        let buckets = self.parameters.shape.buckets();
        let mut frequency = vec![0u32; buckets];
        for row in rows {
            for bucket in self.counts.row(*row as usize).0 {
                frequency[*bucket as usize] += 1;
            }
        }
        let total = rows.len() as f32;
        let idf: Vec<f32> = frequency
            .into_iter()
            .map(|messages| {
                if messages < self.parameters.fewest_messages.max(1) {
                    0.0
                } else {
                    ((1.0 + total) / (1.0 + messages as f32)).ln() + 1.0
                }
            })
            .collect();
        let mut fitted = Fitted { idf, planes: Vec::new() };
        let mut weighed = SparseRows::default();
        for row in rows {
            let (columns, values) = fitted.weigh(self.counts.row(*row as usize));
            weighed.push(columns.into_iter().zip(values));
        }
        let chosen: Vec<u32> = (0..rows.len() as u32).collect();
        fitted.planes = std::thread::scope(|scope| {
            let (weighed, chosen) = (&weighed, &chosen);
            let tasks: Vec<_> = (0..self.labels.len())
                .map(|class| {
                    scope.spawn(move || {
                        let wanted =
                            |row: u32| usize::from(self.wanted[rows[row as usize] as usize]) == class;
                        svm::train(weighed, buckets, chosen, wanted, self.parameters.svm)
                    })
                })
                .collect();
            tasks.into_iter().map(|task| task.join().unwrap_or_else(|_| Hyperplane::flat(buckets))).collect()
        });
        fitted
    }
}

/// One round of learning.
struct Fitted {
    idf: Vec<f32>,
    planes: Vec<Hyperplane>,
}

impl Fitted {
    fn weigh(&self, (columns, counts): (&[u32], &[f32])) -> (Vec<u32>, Vec<f32>) {
        let mut known = Vec::with_capacity(columns.len());
        let mut values = Vec::with_capacity(columns.len());
        for (column, count) in columns.iter().zip(counts) {
            let idf = self.idf[*column as usize];
            if idf > 0.0 {
                known.push(*column);
                values.push(count * idf);
            }
        }
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-9);
        for value in &mut values {
            *value /= length;
        }
        (known, values)
    }
}

fn check(parameters: LearningParameters) -> Result<(), LearningError> {
    let bounds = [
        ("longest n-gram", u64::from(parameters.shape.longest), 1, 4),
        ("bits of the hash", u64::from(parameters.shape.bits), 8, 22),
        ("number of parts", parameters.folds as u64, 2, 50),
    ];
    for (name, value, least, most) in bounds {
        if !(least..=most).contains(&value) {
            return Err(LearningError::Parameter { name, value, least, most });
        }
    }
    Ok(())
}

/// So many imagined answers without any margin, half of them right: where two categories score the same
/// nobody knows better, even if no message of the lesson showed it.
const TOSSED: usize = 8;

/// Fits the logistic curve from margin to "was right" by Newton's method (Platt 1999, with the priors of
/// Lin, Lin, Weng 2007 so that a perfect run does not claim certainty).
pub fn calibrate(answers: &[Answer]) -> Calibration {
    let right = answers.iter().filter(|a| a.best == a.wanted).count() as f64;
    let wrong = answers.len() as f64 - right;
    let (high, low) = ((right + 1.0) / (right + 2.0), 1.0 / (wrong + 2.0));
    let (mut slope, mut offset) = (1.0f64, 0.0f64);
    for _ in 0..100 {
        let (mut g_slope, mut g_offset) = (1e-9 * slope, 0.0);
        let (mut h_ss, mut h_so, mut h_oo) = (1e-6, 0.0, 1e-6);
        let tossed = std::iter::repeat_n((0.0, 0.5), TOSSED);
        let asked = answers.iter().map(|answer| {
            let target = if answer.best == answer.wanted { high } else { low };
            (f64::from(answer.margin), target)
        });
        for (margin, target) in asked.chain(tossed) {
            let p = 1.0 / (1.0 + (-(slope * margin + offset)).exp());
            let (error, spread) = (p - target, (p * (1.0 - p)).max(1e-12));
            g_slope += error * margin;
            g_offset += error;
            h_ss += spread * margin * margin;
            h_so += spread * margin;
            h_oo += spread;
        }
        let determinant = h_ss * h_oo - h_so * h_so;
        if determinant.abs() < 1e-12 {
            break;
        }
        let step_slope = ((h_oo * g_slope - h_so * g_offset) / determinant).clamp(-2.0, 2.0);
        let step_offset = ((h_ss * g_offset - h_so * g_slope) / determinant).clamp(-2.0, 2.0);
        slope -= step_slope;
        offset -= step_offset;
        if step_slope.abs() + step_offset.abs() < 1e-7 {
            break;
        }
    }
    // More margin must never mean less confidence.
    Calibration { slope: slope.max(0.0) as f32, offset: offset as f32 }
}
