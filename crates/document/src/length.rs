//! Lengths on paper, in whole thousandths of a point: the same sum on every machine.

/// Thousandths of a point.
pub type Length = i32;

/// Points.
pub const fn pt(points: i32) -> Length {
    points * 1_000
}

/// Tenths of a millimetre.
pub const fn tenths(tenths_of_mm: i32) -> Length {
    (tenths_of_mm as i64 * 7_200_000 / 25_400) as Length
}

/// Millimetres.
pub const fn mm(millimetres: i32) -> Length {
    tenths(millimetres * 10)
}

/// Twentieths of a point, as word processors count.
pub(crate) fn twips(length: Length) -> i32 {
    (length as f64 / 50.0).round() as i32
}

/// Points as a number, for PDF.
pub(crate) fn points(length: Length) -> f32 {
    length as f32 / 1_000.0
}
