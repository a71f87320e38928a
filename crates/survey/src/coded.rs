//! A column of categories: one small code per row and the labels once.

use std::collections::HashMap;

use thiserror::Error;

/// A categorical column. Every code is an index into [`Coded::labels`] or [`Coded::MISSING`]; the
/// constructors see to it, so the computations may index without a check that can fail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coded {
    codes: Vec<u32>,
    labels: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodedError {
    #[error(
        "row {row} has code {code}, but only {labels} labels are given: use a code below {labels} or \
         Coded::MISSING"
    )]
    CodeWithoutLabel { row: usize, code: u32, labels: usize },
    #[error(
        "column {index} of the combination has {found} rows, the first has {expected}: give equal lengths"
    )]
    UnequalLengths { index: usize, found: usize, expected: usize },
    #[error("a combination needs at least one column")]
    NothingToCombine,
}

impl Coded {
    /// The code of a row without a value.
    pub const MISSING: u32 = u32::MAX;

    /// Takes ready codes.
    ///
    /// # Errors
    /// [`CodedError::CodeWithoutLabel`] when a code points past the labels.
    pub fn from_codes(codes: Vec<u32>, labels: Vec<String>) -> Result<Self, CodedError> {
        match codes.iter().position(|&code| code != Self::MISSING && code as usize >= labels.len()) {
            Some(row) => Err(CodedError::CodeWithoutLabel { row, code: codes[row], labels: labels.len() }),
            None => Ok(Self { codes, labels }),
        }
    }

    /// Codes a column of texts in order of first appearance; `None` is a missing value.
    pub fn from_texts<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut builder = CodedBuilder::default();
        for value in values {
            builder.push(value);
        }
        builder.finish()
    }

    /// One category for all rows: the whole sample as a domain.
    pub fn whole(rows: usize, label: &str) -> Self {
        Self { codes: vec![0; rows], labels: vec![label.to_owned()] }
    }

    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The label of a row, `None` where the value is missing.
    pub fn label(&self, row: usize) -> Option<&str> {
        let code = *self.codes.get(row)?;
        self.labels.get(code as usize).map(String::as_str)
    }

    /// Number of rows with each label.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.labels.len()];
        for &code in &self.codes {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// Number of rows without a value.
    pub fn missing(&self) -> usize {
        self.codes.iter().filter(|&&code| code == Self::MISSING).count()
    }

    /// The same column with its labels in natural order: as numbers when all are numbers, else as texts.
    #[must_use]
    pub fn sorted(self) -> Self {
        let numbers: Vec<Option<f64>> = self.labels.iter().map(|label| label.trim().parse().ok()).collect();
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        if numbers.iter().all(Option::is_some) {
            order.sort_by(|&a, &b| {
                let (a, b) = (numbers[a].unwrap_or(f64::NAN), numbers[b].unwrap_or(f64::NAN));
                a.total_cmp(&b)
            });
        } else {
            order.sort_by(|&a, &b| self.labels[a].cmp(&self.labels[b]));
        }
        self.reordered(&order)
    }

    /// The same column with `first` as its first labels, in that order (those that do not occur become
    /// labels without rows), then the rest as they were.
    #[must_use]
    pub fn with_first_labels(mut self, first: &[String]) -> Self {
        for label in first {
            if !self.labels.contains(label) {
                self.labels.push(label.clone());
            }
        }
        let mut order: Vec<usize> =
            first.iter().filter_map(|label| self.labels.iter().position(|known| known == label)).collect();
        order.extend((0..self.labels.len()).filter(|&index| !first.contains(&self.labels[index])));
        let mut seen = vec![false; self.labels.len()];
        order.retain(|&index| !std::mem::replace(&mut seen[index], true));
        self.reordered(&order)
    }

    /// The same column where rows with one of `labels` are missing and the labels are gone.
    #[must_use]
    pub fn without_labels(self, labels: &[String]) -> Self {
        let order: Vec<usize> =
            (0..self.labels.len()).filter(|&index| !labels.contains(&self.labels[index])).collect();
        self.reordered(&order)
    }

    /// `order[new] = old`; labels not in `order` become missing.
    fn reordered(self, order: &[usize]) -> Self {
        let mut new_of_old = vec![Self::MISSING; self.labels.len()];
        for (new, &old) in order.iter().enumerate() {
            new_of_old[old] = new as u32;
        }
        let labels = order.iter().map(|&old| self.labels[old].clone()).collect();
        let codes =
            self.codes.iter().map(|&code| *new_of_old.get(code as usize).unwrap_or(&Self::MISSING)).collect();
        Self { codes, labels }
    }

    /// The combination of columns, only combinations that occur, labels joined by `separator`. A row with
    /// a missing value in any column is missing.
    ///
    /// # Errors
    /// Columns of unequal length, or none.
    pub fn cross(columns: &[&Self], separator: &str) -> Result<Self, CodedError> {
        let Some(first) = columns.first() else { return Err(CodedError::NothingToCombine) };
        if let Some(index) = columns.iter().position(|column| column.len() != first.len()) {
            return Err(CodedError::UnequalLengths {
                index,
                found: columns[index].len(),
                expected: first.len(),
            });
        }
        let mut seen: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut labels = Vec::new();
        let mut codes = Vec::with_capacity(first.len());
        for row in 0..first.len() {
            let key: Vec<u32> = columns.iter().map(|column| column.codes[row]).collect();
            if key.contains(&Self::MISSING) {
                codes.push(Self::MISSING);
                continue;
            }
            let code = *seen.entry(key).or_insert_with_key(|key| {
                let parts: Vec<&str> = key
                    .iter()
                    .zip(columns)
                    .map(|(&code, column)| column.labels[code as usize].as_str())
                    .collect();
                labels.push(parts.join(separator));
                (labels.len() - 1) as u32
            });
            codes.push(code);
        }
        Ok(Self { codes, labels })
    }
}

/// Codes a column row by row, without keeping the texts.
#[derive(Debug, Default)]
pub struct CodedBuilder {
    codes: Vec<u32>,
    labels: Vec<String>,
    index: HashMap<String, u32>,
    last: Option<u32>,
}

impl CodedBuilder {
    pub fn push(&mut self, value: Option<&str>) {
        let code = match value {
            None => Coded::MISSING,
            Some(text) => self.code_of(text),
        };
        self.codes.push(code);
    }

    fn code_of(&mut self, text: &str) -> u32 {
        // Files are often sorted by area or interviewer: the same value as in the last row is the common case.
        if let Some(last) = self.last
            && self.labels[last as usize] == text
        {
            return last;
        }
        // A handful of answers is faster compared than hashed.
        let known = if self.labels.len() <= 12 {
            self.labels.iter().position(|label| label == text).map(|index| index as u32)
        } else {
            self.index.get(text).copied()
        };
        let code = known.unwrap_or_else(|| {
            let code = self.labels.len() as u32;
            self.labels.push(text.to_owned());
            self.index.insert(text.to_owned(), code);
            code
        });
        self.last = Some(code);
        code
    }

    pub fn finish(self) -> Coded {
        Coded { codes: self.codes, labels: self.labels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_numbers_as_numbers() {
        let column = Coded::from_texts([Some("10"), Some("9"), None, Some("10")]).sorted();
        assert_eq!(column.labels(), ["9", "10"]);
        assert_eq!(column.codes(), [1, 0, Coded::MISSING, 1]);
        assert_eq!(column.missing(), 1);
    }

    #[test]
    fn crosses_only_what_occurs() {
        let a = Coded::from_texts([Some("x"), Some("y"), None]);
        let b = Coded::from_texts([Some("1"), Some("1"), Some("2")]);
        let both = Coded::cross(&[&a, &b], " × ").expect("equal lengths");
        assert_eq!(both.labels(), ["x × 1", "y × 1"]);
        assert_eq!(both.label(2), None);
        assert!(Coded::cross(&[], "").is_err());
    }

    #[test]
    fn declared_labels_come_first_and_may_be_empty() {
        let column = Coded::from_texts([Some("no"), Some("yes"), Some("?")]).with_first_labels(&[
            "yes".into(),
            "maybe".into(),
            "no".into(),
        ]);
        assert_eq!(column.labels(), ["yes", "maybe", "no", "?"]);
        assert_eq!(column.counts(), [1, 0, 1, 1]);
        let twice = column.clone().with_first_labels(&["no".into(), "yes".into(), "no".into()]);
        assert_eq!(twice.labels(), ["no", "yes", "maybe", "?"]);
        let column = column.without_labels(&["?".into()]);
        assert_eq!(column.missing(), 1);
    }

    #[test]
    fn refuses_codes_without_labels() {
        assert!(Coded::from_codes(vec![0, 2], vec!["a".into()]).is_err());
        assert!(Coded::from_codes(vec![0, Coded::MISSING], vec!["a".into()]).is_ok());
    }
}
