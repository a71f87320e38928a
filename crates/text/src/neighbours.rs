//! Which earlier vectors lie near a new one, by cosine, without looking at all of them.
//!
//! An inverted index of each vector's heaviest entries: those that are left out are together shorter than
//! the least cosine asked for, so that no neighbour is missed (the bound of Bayardo, Ma, Srikant, "Scaling
//! up all pairs similarity search", WWW 2007).

/// A sparse vector of length 1, entries by descending weight.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnitVector {
    entries: Vec<(u32, f32)>,
}

impl UnitVector {
    /// Scales to length 1 and sorts. Entries that are not positive are dropped; columns must be distinct.
    pub fn new(mut entries: Vec<(u32, f32)>) -> Self {
        entries.retain(|(_, weight)| *weight > 0.0 && weight.is_finite());
        let length = entries.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
        for (_, weight) in &mut entries {
            *weight /= length;
        }
        entries.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Self { entries }
    }

    pub fn entries(&self) -> &[(u32, f32)] {
        &self.entries
    }
}

/// A vector added before and its cosine with the new one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    pub number: u32,
    pub cosine: f32,
}

/// Vectors added so far.
#[derive(Debug)]
pub struct NeighbourIndex {
    least: f32,
    /// Per column: who has it among its heaviest entries, and how heavy.
    holders: Vec<Vec<(u32, f32)>>,
    /// Per vector: the entries that were left out, by column.
    rest: Vec<Box<[(u32, f32)]>>,
    rest_length: Vec<f32>,
    sums: Vec<f32>,
    touched: Vec<u32>,
    /// The new vector, spread out by column.
    spread: Vec<f32>,
}

impl NeighbourIndex {
    /// `columns` bounds the column numbers; `least` is the cosine from which vectors are neighbours.
    pub fn new(columns: usize, least: f32) -> Self {
        Self {
            least: if least.is_nan() { 1.0 } else { least.clamp(0.05, 1.0) },
            holders: vec![Vec::new(); columns],
            rest: Vec::new(),
            rest_length: Vec::new(),
            sums: Vec::new(),
            touched: Vec::new(),
            spread: vec![0.0; columns],
        }
    }

    pub fn len(&self) -> usize {
        self.rest.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Adds a vector; `each` gets its neighbours among those added before. Columns out of bounds are
    /// ignored.
    pub fn add(&mut self, vector: &UnitVector, mut each: impl FnMut(Neighbour)) {
        let columns = self.spread.len();
        let entries = || vector.entries.iter().copied().filter(|(c, _)| (*c as usize) < columns);
        for (column, weight) in entries() {
            self.spread[column as usize] = weight;
            for (holder, theirs) in &self.holders[column as usize] {
                let sum = &mut self.sums[*holder as usize];
                if *sum == 0.0 {
                    self.touched.push(*holder);
                }
                *sum += weight * theirs;
            }
        }
        for number in self.touched.drain(..) {
            let mut cosine = std::mem::take(&mut self.sums[number as usize]);
            if cosine + self.rest_length[number as usize] < self.least {
                continue;
            }
            for (column, weight) in &self.rest[number as usize] {
                cosine += self.spread[*column as usize] * weight;
            }
            if cosine >= self.least {
                each(Neighbour { number, cosine: cosine.min(1.0) });
            }
        }
        for (column, _) in entries() {
            self.spread[column as usize] = 0.0;
        }
        let number = self.rest.len() as u32;
        let mut left: f32 = entries().map(|(_, w)| w * w).sum();
        let mut rest = Vec::new();
        let bound = self.least * self.least;
        let mut rest_square = None;
        for (column, weight) in entries() {
            if left >= bound * 0.999 {
                self.holders[column as usize].push((number, weight));
            } else {
                rest_square.get_or_insert(left.max(0.0));
                rest.push((column, weight));
            }
            left -= weight * weight;
        }
        self.rest.push(rest.into_boxed_slice());
        self.rest_length.push(rest_square.unwrap_or(0.0).sqrt());
        self.sums.push(0.0);
    }
}
