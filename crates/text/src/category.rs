//! The category of a message: a linear model over hashed character n-grams.
//!
//! Features are counts of 1- and 2-grams of units, damped as in BM25 (`c·(1+k)/(c+k)`), weighted by
//! `idf = ln((1+N)/(1+df)) + 1` and scaled to length 1; one hyperplane per category. Weights are kept as
//! one signed byte each, so that a model is small and holds nothing but numbers.

use std::cmp::Ordering;

use crate::ngrams::{NgramCounter, NgramShape, each_ngram};
use crate::units::{BREAK, Unit, push_units};

/// What a message says. The title may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageText<'a> {
    pub title: &'a str,
    pub body: &'a str,
}

impl<'a> MessageText<'a> {
    /// Title and body as one row of units with a break between them.
    pub fn push_units(self, into: &mut Vec<Unit>) {
        push_units(self.title, into, None);
        into.push(BREAK);
        push_units(self.body, into, None);
    }
}

/// Damping of counts: the largest weight of a count is `1 + DAMPING` times that of one occurrence.
pub const DAMPING: f32 = 5.0;

pub(crate) fn damp(count: u16) -> f32 {
    let count = f32::from(count);
    count * (1.0 + DAMPING) / (count + DAMPING)
}

/// How the difference between the two best scores becomes a probability of being right:
/// `1 / (1 + exp(-(slope · margin + offset)))`, fitted on messages the scores were not learnt from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    pub slope: f32,
    pub offset: f32,
}

impl Calibration {
    pub fn confidence(self, margin: f32) -> f32 {
        1.0 / (1.0 + (-(self.slope * margin + self.offset)).exp())
    }
}

/// A learnt model. Built by [`crate::learning::learn`] or read by [`crate::model_file::read`].
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryModel {
    pub(crate) labels: Vec<String>,
    pub(crate) shape: NgramShape,
    /// Step of `idf_steps`: idf = 1 + (byte − 1) · step; byte 0 = the bucket is unknown.
    pub(crate) idf_step: f32,
    pub(crate) idf_steps: Vec<u8>,
    /// Weight of bucket b for category k: `weights[b · K + k] · scales[k]`.
    pub(crate) weights: Vec<i8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) biases: Vec<f32>,
    pub(crate) calibration: Calibration,
    /// Lines `key: value` of the model card, in order.
    pub(crate) card: Vec<(String, String)>,
}

/// The answer for one message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Classification {
    /// Index into [`CategoryModel::labels`].
    pub best: usize,
    /// The runner-up; equal to `best` only in a model of one category.
    pub second: usize,
    /// Difference of their scores, never negative.
    pub margin: f32,
    /// Probability that `best` is right, 0 to 1; 0 when the model knows no part of the text.
    pub confidence: f32,
}

/// A category, or the admission that a person has to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    Sure(Classification),
    /// Less sure than asked: show both candidates.
    Unsure(Classification),
}

/// A piece of the text that spoke for the chosen category against the runner-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    pub words: String,
    /// Contribution to the margin.
    pub weight: f32,
}

impl CategoryModel {
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    pub fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", String::as_str)
    }

    /// The model card: what it was learnt from, how, and how well it does.
    pub fn card(&self) -> &[(String, String)] {
        &self.card
    }

    pub fn calibration(&self) -> Calibration {
        self.calibration
    }

    fn idf(&self, bucket: u32) -> f32 {
        match self.idf_steps[bucket as usize] {
            0 => 0.0,
            step => 1.0 + f32::from(step - 1) * self.idf_step,
        }
    }

    pub fn classifier(&self) -> Classifier<'_> {
        Classifier {
            model: self,
            counter: NgramCounter::new(self.shape),
            units: Vec::new(),
            scores: vec![0.0; self.labels.len()],
        }
    }
}

/// A model with its scratch memory: one per thread.
#[derive(Debug)]
pub struct Classifier<'m> {
    model: &'m CategoryModel,
    counter: NgramCounter,
    units: Vec<Unit>,
    scores: Vec<f32>,
}

impl Classifier<'_> {
    /// Scores of all categories, in the order of the labels, and whether any n-gram was known.
    pub fn scores(&mut self, text: MessageText<'_>) -> (&[f32], bool) {
        self.units.clear();
        text.push_units(&mut self.units);
        let model = self.model;
        let classes = model.labels.len();
        let scores = &mut self.scores;
        scores.fill(0.0);
        let mut square = 0f32;
        self.counter.count(&self.units, |bucket, count| {
            let idf = model.idf(bucket);
            if idf == 0.0 {
                return;
            }
            let value = damp(count) * idf;
            square += value * value;
            let from = bucket as usize * classes;
            for (score, weight) in scores.iter_mut().zip(&model.weights[from..from + classes]) {
                *score += value * f32::from(*weight);
            }
        });
        let scale = if square > 0.0 { square.sqrt().recip() } else { 0.0 };
        for (score, (unit, bias)) in scores.iter_mut().zip(model.scales.iter().zip(&model.biases)) {
            *score = *score * scale * unit + bias;
        }
        (&self.scores, square > 0.0)
    }

    pub fn classify(&mut self, text: MessageText<'_>) -> Classification {
        let calibration = self.model.calibration;
        let (scores, known) = self.scores(text);
        let (mut best, mut second) = (0, 0);
        for (at, score) in scores.iter().enumerate().skip(1) {
            if score.total_cmp(&scores[best]) == Ordering::Greater {
                second = best;
                best = at;
            } else if second == best || score.total_cmp(&scores[second]) == Ordering::Greater {
                second = at;
            }
        }
        let margin = if best == second { 0.0 } else { scores[best] - scores[second] };
        let confidence = if known { calibration.confidence(margin) } else { 0.0 };
        Classification { best, second, margin, confidence }
    }

    /// As [`Self::classify`], but says "unsure" below `least` confidence.
    pub fn decide(&mut self, text: MessageText<'_>, least: f32) -> Decision {
        let answer = self.classify(text);
        if answer.confidence >= least { Decision::Sure(answer) } else { Decision::Unsure(answer) }
    }

    /// The `most` pieces of the text that spoke loudest for `answer.best` against `answer.second`, loudest
    /// first. A piece is a run of at most six units; pieces do not overlap and none appears twice.
    pub fn reasons(&mut self, text: MessageText<'_>, answer: Classification, most: usize) -> Vec<Reason> {
        let model = self.model;
        let classes = model.labels.len();
        let mut loud: Vec<Reason> = Vec::new();
        let scale = self.length(text);
        for part in [text.title, text.body] {
            self.units.clear();
            let mut starts = Vec::new();
            push_units(part, &mut self.units, Some(&mut starts));
            starts.push(part.len() as u32);
            // What each unit contributes: an n-gram shares its contribution among its units.
            let mut shares = vec![0f32; self.units.len()];
            each_ngram(&self.units, model.shape, |bucket, first, length| {
                let at = bucket as usize * classes;
                let gain = f32::from(model.weights[at + answer.best]) * model.scales[answer.best]
                    - f32::from(model.weights[at + answer.second]) * model.scales[answer.second];
                let each = gain * model.idf(bucket) * scale / length as f32;
                for share in &mut shares[first..first + length] {
                    *share += each;
                }
            });
            let mut from = 0;
            while from < shares.len() {
                if shares[from] <= 0.0 || self.units[from] == BREAK {
                    from += 1;
                    continue;
                }
                let mut to = from;
                while to < shares.len() && to - from < 6 && shares[to] > 0.0 && self.units[to] != BREAK {
                    to += 1;
                }
                let weight: f32 = shares[from..to].iter().sum();
                let words = part
                    .get(starts[from] as usize..starts[to] as usize)
                    .unwrap_or_default()
                    .trim_end_matches(|c: char| !c.is_alphanumeric());
                match loud.iter_mut().find(|reason| reason.words == words) {
                    Some(reason) => reason.weight += weight,
                    None => loud.push(Reason { words: words.to_owned(), weight }),
                }
                from = to;
            }
        }
        loud.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        loud.truncate(most);
        loud
    }

    /// 1 / length of the feature vector of the text.
    fn length(&mut self, text: MessageText<'_>) -> f32 {
        self.units.clear();
        text.push_units(&mut self.units);
        let model = self.model;
        let mut square = 0f32;
        self.counter.count(&self.units, |bucket, count| {
            let value = damp(count) * model.idf(bucket);
            square += value * value;
        });
        if square > 0.0 { square.sqrt().recip() } else { 0.0 }
    }
}
