//! Non-negative decimal numbers as text, read exactly.

/// Places kept after the point; what is finer is rounded.
pub const PLACES_MAX: u8 = 6;

/// A non-negative decimal number: `digits` divided by ten to the power of `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: u64,
    places: u8,
}

impl Decimal {
    /// Reads `12`, `12.50`, `1.2e3`. Nothing for negative, infinite or malformed text, or above 10¹².
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let plain = !(whole.is_empty() && fraction.is_empty())
            && whole.len() <= 12
            && fraction.len() <= usize::from(PLACES_MAX)
            && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if plain {
            let digits = whole
                .bytes()
                .chain(fraction.bytes())
                .fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0'));
            return Some(Self { digits, places: fraction.len() as u8 });
        }
        let value: f64 = text.parse().ok()?;
        if !(0.0..=1e12).contains(&value) {
            return None;
        }
        let mut number =
            Self { digits: (value * 10f64.powi(i32::from(PLACES_MAX))).round() as u64, places: PLACES_MAX };
        while number.places > 0 && number.digits.is_multiple_of(10) {
            number.digits /= 10;
            number.places -= 1;
        }
        Some(number)
    }

    /// Places after the point that are not zero.
    #[must_use]
    pub fn places(self) -> u8 {
        self.places
    }

    /// The number times ten to the power of `places`, rounded half up; nothing if it passes 2⁶⁴ − 1.
    #[must_use]
    pub fn scaled(self, places: u8) -> Option<u64> {
        if places >= self.places {
            self.digits.checked_mul(10u64.checked_pow(u32::from(places - self.places))?)
        } else {
            let unit = 10u64.checked_pow(u32::from(self.places - places))?;
            Some(self.digits / unit + u64::from(self.digits % unit >= unit.div_ceil(2)))
        }
    }
}

/// Writes `value` divided by ten to the power of `places`, with exactly that many places.
#[must_use]
pub fn format_scaled(value: u64, places: u8) -> String {
    let unit = 10u64.saturating_pow(u32::from(places));
    if places == 0 {
        value.to_string()
    } else {
        format!("{}.{:0width$}", value / unit, value % unit, width = usize::from(places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Option<u64> {
        Decimal::parse(text)?.scaled(3)
    }

    #[test]
    fn reads_metres_as_millimetres_without_a_detour_through_floats() {
        assert_eq!(millis("188.359"), Some(188_359));
        assert_eq!(millis(" 0.0005"), Some(1));
        assert_eq!(millis("0.00049"), Some(0));
        assert_eq!(millis("12"), Some(12_000));
        assert_eq!(millis(".5"), Some(500));
        assert_eq!(millis("1e2"), Some(100_000));
        assert_eq!(millis("3.3333333333333335"), Some(3_333));
        assert_eq!(Decimal::parse("10.0").unwrap().places(), 0);
    }

    #[test]
    fn refuses_what_is_no_non_negative_number() {
        for text in ["", ".", "-1", "abc", "inf", "NaN", "1e30", "1,5", "99999999999999"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_all_places() {
        assert_eq!(format_scaled(1_050, 3), "1.050");
        assert_eq!(format_scaled(7, 0), "7");
    }
}
