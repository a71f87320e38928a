//! Linear support vector machine with squared hinge loss, trained by dual coordinate descent.
//!
//! Source: Hsieh, Chang, Lin, Keerthi, Sundararajan, "A dual coordinate descent method for large-scale
//! linear SVM", ICML 2008 (algorithm 1 with random order and shrinking left out: rows here are few).

use crate::random::SplitMix;
use crate::sparse::SparseRows;

/// How hard the machine is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SvmParameters {
    /// Price of a unit of loss; larger fits the examples closer.
    pub cost: f32,
    /// Training stops when the largest violation of an optimality condition is below this.
    pub tolerance: f32,
    /// … or after so many passes over the rows.
    pub passes: usize,
    /// Seed of the order in which rows are visited.
    pub seed: u64,
}

impl Default for SvmParameters {
    fn default() -> Self {
        Self { cost: 0.5, tolerance: 0.01, passes: 200, seed: 17 }
    }
}

/// Weights and bias of one two-sided decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperplane {
    pub weights: Vec<f32>,
    pub bias: f32,
}

impl Hyperplane {
    /// The plane that decides nothing.
    pub fn flat(columns: usize) -> Self {
        Self { weights: vec![0.0; columns], bias: 0.0 }
    }

    pub fn score(&self, columns: &[u32], values: &[f32]) -> f32 {
        columns.iter().zip(values).map(|(c, v)| self.weights[*c as usize] * v).sum::<f32>() + self.bias
    }
}

/// Trains one machine: `wanted(row)` is the side of the row.
pub fn train(
    rows: &SparseRows,
    columns: usize,
    chosen: &[u32],
    wanted: impl Fn(u32) -> bool,
    parameters: SvmParameters,
) -> Hyperplane {
    let mut weights = vec![0f32; columns];
    let mut bias = 0f32;
    let mut dual = vec![0f32; chosen.len()];
    let norms: Vec<f32> =
        chosen.iter().map(|row| rows.row(*row as usize).1.iter().map(|v| v * v).sum::<f32>() + 1.0).collect();
    let diagonal = 1.0 / (2.0 * parameters.cost).max(1e-9);
    let mut order: Vec<u32> = (0..chosen.len() as u32).collect();
    let mut random = SplitMix::new(parameters.seed);
    for _ in 0..parameters.passes {
        random.shuffle(&mut order);
        let mut worst = 0f32;
        for &at in &order {
            let row = chosen[at as usize];
            let (columns, values) = rows.row(row as usize);
            let side = if wanted(row) { 1f32 } else { -1f32 };
            let score = columns.iter().zip(values).map(|(c, v)| weights[*c as usize] * v).sum::<f32>() + bias;
            let old = dual[at as usize];
            let gradient = side * score - 1.0 + diagonal * old;
            let projected = if old == 0.0 { gradient.min(0.0) } else { gradient };
            worst = worst.max(projected.abs());
            if projected.abs() > 1e-12 {
                let new = (old - gradient / (norms[at as usize] + diagonal)).max(0.0);
                dual[at as usize] = new;
                let step = (new - old) * side;
                for (c, v) in columns.iter().zip(values) {
                    weights[*c as usize] += step * v;
                }
                bias += step;
            }
        }
        if worst < parameters.tolerance {
            break;
        }
    }
    Hyperplane { weights, bias }
}
