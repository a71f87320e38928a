//! A category model as bytes.
//!
//! ```text
//! HUITIAN-CATEGORY 1\n
//! key: value\n …            the model card, readable with any editor
//! \n                        an empty line ends the card
//! u8 categories, u8 longest n-gram, u8 bits, u8 zero
//! per category: u16 length, UTF-8 label
//! f32 idf step, f32 slope, f32 offset; per category f32 scale; per category f32 bias
//! 2^bits / 8 bytes: bit set = the bucket is known
//! per known bucket: u8 idf step, per category i8 weight
//! u64 FNV-1a of everything before
//! ```
//! All numbers little-endian.

use thiserror::Error;

use crate::category::{Calibration, CategoryModel};
use crate::ngrams::NgramShape;

const FIRST_LINE: &[u8] = b"HUITIAN-CATEGORY 1\n";
/// Weights in memory up to which it does not matter how many buckets are empty.
const EMPTY_FREE: usize = 64 << 20;
/// Beyond that at least one bucket of so many is known: real messages fill far more.
const EMPTY_MOST: usize = 256;

/// Why bytes are not a model.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelFileError {
    #[error(
        "not a category model (it does not begin with 'HUITIAN-CATEGORY 1'): learn one with `text learn`"
    )]
    NotAModel,
    #[error("the model ends early, at byte {at}: copy it again from where it came")]
    Truncated { at: usize },
    #[error("the model was changed after it was written (its checksum differs): copy it again")]
    Checksum,
    #[error("the model says {what}, which no model can: learn it again")]
    Impossible { what: String },
}

pub fn write(model: &CategoryModel) -> Vec<u8> {
    let mut out = FIRST_LINE.to_vec();
    for (key, value) in &model.card {
        let clean = |s: &str| s.replace(['\n', '\r'], " ");
        out.extend_from_slice(format!("{}: {}\n", clean(key).replace(": ", " "), clean(value)).as_bytes());
    }
    out.push(b'\n');
    let classes = model.labels.len();
    out.extend_from_slice(&[classes as u8, model.shape.longest, model.shape.bits, 0]);
    for label in &model.labels {
        let bytes = &label.as_bytes()[..label.len().min(usize::from(u16::MAX))];
        out.extend_from_slice(&(bytes.len() as u16).to_le_bytes());
        out.extend_from_slice(bytes);
    }
    let fixed = [model.idf_step, model.calibration.slope, model.calibration.offset];
    for number in fixed.iter().chain(&model.scales).chain(&model.biases) {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for eight in model.idf_steps.chunks(8) {
        out.push(eight.iter().enumerate().fold(0, |byte, (bit, step)| byte | (u8::from(*step > 0) << bit)));
    }
    for (step, weights) in model.idf_steps.iter().zip(model.weights.chunks(classes)) {
        if *step > 0 {
            out.push(*step);
            out.extend(weights.iter().map(|w| w.cast_unsigned()));
        }
    }
    let sum = fnv1a(&out);
    out.extend_from_slice(&sum.to_le_bytes());
    out
}

pub fn read(bytes: &[u8]) -> Result<CategoryModel, ModelFileError> {
    if !bytes.starts_with(FIRST_LINE) {
        return Err(ModelFileError::NotAModel);
    }
    let mut reader = Reader { bytes, at: FIRST_LINE.len() };
    let mut card = Vec::new();
    loop {
        let line = reader.line()?;
        if line.is_empty() {
            break;
        }
        let (key, value) = line.split_once(": ").unwrap_or((line, ""));
        card.push((key.to_owned(), value.to_owned()));
    }
    let head = reader.take(4)?;
    let (classes, longest, bits) = (usize::from(head[0]), head[1], head[2]);
    if classes < 2 || !(1..=4).contains(&longest) || !(8..=22).contains(&bits) {
        return Err(ModelFileError::Impossible {
            what: format!("{classes} categories, n-grams to {longest}, {bits} bits"),
        });
    }
    let shape = NgramShape { longest, bits };
    let mut labels = Vec::with_capacity(classes);
    for _ in 0..classes {
        let length = reader.take(2)?;
        let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
        let label = std::str::from_utf8(reader.take(length)?)
            .map_err(|_| ModelFileError::Impossible { what: "a label that is not UTF-8".to_owned() })?;
        labels.push(label.to_owned());
    }
    let (idf_step, slope, offset) = (reader.number()?, reader.number()?, reader.number()?);
    let scales = (0..classes).map(|_| reader.number()).collect::<Result<Vec<_>, _>>()?;
    let biases = (0..classes).map(|_| reader.number()).collect::<Result<Vec<_>, _>>()?;
    let buckets = shape.buckets();
    let known = reader.take(buckets / 8)?;
    let held = known.iter().map(|byte| byte.count_ones() as usize).sum::<usize>();
    // A file of half a mebibyte could ask for a gibibyte of empty buckets.
    if buckets * classes > EMPTY_FREE && held < buckets / EMPTY_MOST {
        return Err(ModelFileError::Impossible {
            what: format!("{held} known n-grams among {buckets} buckets for {classes} categories"),
        });
    }
    let mut idf_steps = vec![0u8; buckets];
    let mut weights = vec![0i8; buckets * classes];
    for bucket in 0..buckets {
        if known[bucket / 8] >> (bucket % 8) & 1 == 1 {
            let entry = reader.take(1 + classes)?;
            idf_steps[bucket] = entry[0];
            for (weight, byte) in weights[bucket * classes..].iter_mut().zip(&entry[1..]) {
                *weight = byte.cast_signed();
            }
        }
    }
    let end = reader.at;
    let sum = reader.take(8)?;
    if reader.at != bytes.len() || sum != fnv1a(&bytes[..end]).to_le_bytes() {
        return Err(ModelFileError::Checksum);
    }
    let calibration = Calibration { slope, offset };
    Ok(CategoryModel { labels, shape, idf_step, idf_steps, weights, scales, biases, calibration, card })
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ModelFileError> {
        let end = self.at.saturating_add(length);
        let part = self.bytes.get(self.at..end).ok_or(ModelFileError::Truncated { at: self.bytes.len() })?;
        self.at = end;
        Ok(part)
    }

    fn line(&mut self) -> Result<&'a str, ModelFileError> {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .position(|b| *b == b'\n')
            .ok_or(ModelFileError::Truncated { at: self.bytes.len() })?;
        self.at += length + 1;
        std::str::from_utf8(&rest[..length])
            .map_err(|_| ModelFileError::Impossible { what: "a card that is not UTF-8".to_owned() })
    }

    fn number(&mut self) -> Result<f32, ModelFileError> {
        let four = self.take(4)?;
        let number = f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
        if number.is_finite() {
            Ok(number)
        } else {
            Err(ModelFileError::Impossible { what: "a number that is not finite".to_owned() })
        }
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
