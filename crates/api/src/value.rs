//! The values that bodies and parameters are made of, with their schemas.
//!
//! Each is a domain type in a wrapper of our own: what the API reads and shows is decided here, not by
//! how the domain happens to be stored. A value that does not fit is refused with a code (see
//! [`mistake`]) that [`crate::mistake`] explains in the reader's language.

use std::borrow::Cow;
use std::fmt;

use domain::boundary::Boundary;
use domain::code::Code;
use domain::facility::Ages;
use domain::layer::LayerDigest;
use domain::named::Named;
use domain::planned_date::{PlannedDate, parse_day};
use domain::policy::Scope;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{OneOfBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// The sign by which a refused value's code is told from the parser's own words.
pub(crate) const MARK: &str = "\u{1}";

/// An error that names its explanation.
pub(crate) fn mistake<E: de::Error>(key: &str) -> E {
    E::custom(format_args!("{MARK}{key}{MARK}"))
}

/// Reads a text and makes something of it.
struct TextVisitor<T> {
    parse: fn(&str) -> Option<T>,
    key: &'static str,
    expecting: &'static str,
}

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).ok_or_else(|| mistake(self.key))
    }
}

/// A wrapper that is a text on the wire.
macro_rules! text_value {
    (
        $(#[$doc:meta])*
        $name:ident($inner:ty) as $schema:literal,
        parse $parse:expr, key $key:literal, show $show:expr, object $object:expr
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub $inner);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let show: fn(&$inner) -> Cow<'_, str> = $show;
                serializer.serialize_str(&show(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let parse: fn(&str) -> Option<$inner> = $parse;
                let visitor = TextVisitor { parse, key: $key, expecting: $schema };
                deserializer.deserialize_str(visitor).map(Self)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let object: ObjectBuilder = $object(ObjectBuilder::new().schema_type(Type::String));
                RefOr::T(object.build().into())
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($schema)
            }
        }
    };
}

text_value! {
    /// An identity given once and never changed.
    CodeText(Code) as "Code",
    parse |text| Code::new(text).ok(), key "not-a-code", show |code| Cow::Borrowed(code.as_str()),
    object |object: ObjectBuilder| object
        .pattern(Some("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"))
        .min_length(Some(1))
        .max_length(Some(Code::MAX))
        .description(Some("An identity given once and never changed: letters, digits, '-', '_' and '.', beginning with a letter or digit."))
        .examples([serde_json::json!("HT-EDU-003")])
}

text_value! {
    /// A calendar day.
    Day(Date) as "Day",
    parse strict_day, key "not-a-day", show |day| Cow::Owned(day.to_string()),
    object |object: ObjectBuilder| object
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .pattern(Some(DAY_PATTERN))
        .description(Some("A calendar day within the years 1949 to 2199."))
        .examples([serde_json::json!("2019-08-14")])
}

text_value! {
    /// A date as plans give them: a day, month, quarter or year.
    When(PlannedDate) as "PlannedDate",
    parse |text| text.parse().ok(), key "not-a-date", show |date| Cow::Owned(date.to_string()),
    object |object: ObjectBuilder| object
        .pattern(Some(WHEN_PATTERN))
        .description(Some("A date as plans give them: a day, a month, a quarter or a year; it is kept until its last day."))
        .examples([serde_json::json!("2019-10-13"), serde_json::json!("2019-10"), serde_json::json!("2019-Q4"), serde_json::json!("2019")])
}

text_value! {
    /// A moment, exact to the microsecond.
    Moment(Timestamp) as "Moment",
    parse parse_moment, key "not-a-moment", show |moment| Cow::Owned(moment.to_string()),
    object |object: ObjectBuilder| object
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .pattern(Some(MOMENT_PATTERN))
        .description(Some("A moment as in RFC 3339."))
        .examples([serde_json::json!("2019-08-14T09:00:00+08:00")])
}

text_value! {
    /// Where an area or a facility ends.
    BoundaryText(Boundary) as "Boundary",
    parse |text| Boundary::parse(text).ok(), key "not-a-boundary", show |held| Cow::Owned(held.to_wkt()),
    object |object: ObjectBuilder| object
        .pattern(Some("^(MULTI)?POLYGON"))
        .description(Some("Where an area or a facility ends, as WKT: POLYGON or MULTIPOLYGON, longitude and latitude in degrees (WGS 84)."))
        .examples([serde_json::json!("POLYGON ((116.3 40.07, 116.36 40.07, 116.36 40.09, 116.3 40.07))")])
}

text_value! {
    /// Whom a facility is for.
    AgesText(Ages) as "Ages",
    parse |text| text.parse().ok(), key "not-ages", show |ages| Cow::Owned(ages.to_string()),
    object |object: ObjectBuilder| object
        .pattern(Some("^[0-9]{1,3}([+]|-[0-9]{1,3})$"))
        .description(Some("Completed years, both ends included; a plus sign has everybody older as well."))
        .examples([serde_json::json!("3-5"), serde_json::json!("65+")])
}

text_value! {
    /// The SHA-256 digest of a layer's content.
    DigestText(LayerDigest) as "Digest",
    parse |text| LayerDigest::try_from(text.to_owned()).ok(), key "not-a-digest",
    show |digest| Cow::Owned(digest.to_string()),
    object |object: ObjectBuilder| object
        .pattern(Some("^[0-9a-f]{64}$"))
        .description(Some("The SHA-256 digest of a layer's content, as hexadecimal digits."))
        .examples([serde_json::json!("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")])
}

text_value! {
    /// How far a role reaches.
    ScopeText(Scope) as "Scope",
    parse Scope::parse, key "not-a-scope", show |scope| Cow::Owned(scope.to_string()),
    object |object: ObjectBuilder| object
        .pattern(Some("^(everything|(plan|area|unit):[A-Za-z0-9][A-Za-z0-9._-]{0,63})$"))
        .description(Some("How far a role reaches: everything, plan:CODE, area:CODE or unit:CODE."))
        .examples([serde_json::json!("area:changping")])
}

const DAY_PATTERN: &str =
    "^(19(49|[5-9][0-9])|20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
const MOMENT_PATTERN: &str = "^(19(49|[5-9][0-9])|20[0-9]{2}|21[0-9]{2})-";
const WHEN_PATTERN: &str =
    "^(19(49|[5-9][0-9])|20[0-9]{2}|21[0-9]{2})(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?|-Q[1-4])?$";

/// A day in full, as programs write it: no missing zeros.
fn strict_day(text: &str) -> Option<Date> {
    parse_day(text).filter(|_| text.len() == 10)
}

fn parse_moment(text: &str) -> Option<Timestamp> {
    let moment: Timestamp = text.parse().ok()?;
    let year = jiff::tz::TimeZone::UTC.to_datetime(moment).year();
    // A year more on either side: the moment may be written in another zone.
    (1948..=2200).contains(&year).then_some(moment)
}

/// A day or a moment: up to when what was recorded counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownAt {
    /// The end of the day, in the plan's time zone.
    Day(Date),
    Moment(Timestamp),
}

impl<'de> Deserialize<'de> for KnownAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parse =
            |text: &str| strict_day(text).map(Self::Day).or_else(|| parse_moment(text).map(Self::Moment));
        let visitor = TextVisitor { parse, key: "not-a-day-or-moment", expecting: "a day or a moment" };
        deserializer.deserialize_str(visitor)
    }
}

impl PartialSchema for KnownAt {
    fn schema() -> RefOr<Schema> {
        RefOr::T(OneOfBuilder::new().item(Day::schema()).item(Moment::schema()).build().into())
    }
}

impl ToSchema for KnownAt {}

/// An exact decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub Decimal);

impl Serialize for Amount {
    /// Whole numbers stay whole; others become the nearest JSON number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.0.normalize();
        match value.to_i64().filter(|_| value.fract().is_zero()) {
            Some(whole) => serializer.serialize_i64(whole),
            None => serializer.serialize_f64(value.to_f64().unwrap_or_default()),
        }
    }
}

struct AmountVisitor;

impl AmountVisitor {
    fn bounded<E: de::Error>(value: Option<Decimal>) -> Result<Amount, E> {
        value
            .filter(|value| value.abs() <= Decimal::from(AMOUNT_MOST))
            .map(|value| Amount(value.round_dp(12).normalize()))
            .ok_or_else(|| mistake("not-a-number"))
    }
}

/// The largest number that is taken: far above any budget in fen or number of residents.
const AMOUNT_MOST: i64 = 1_000_000_000_000_000;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Amount, E> {
        Self::bounded(Some(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Amount, E> {
        Self::bounded(Some(value.into()))
    }

    /// The shortest text that gives the same binary number is what the writer meant.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Amount, E> {
        let sound = value.is_finite() && value.abs() <= AMOUNT_MOST as f64;
        Self::bounded(sound.then(|| value.to_string().parse().ok()).flatten())
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        RefOr::T(
            ObjectBuilder::new()
                .schema_type(Type::Number)
                .minimum(Some(-AMOUNT_MOST as f64))
                .maximum(Some(AMOUNT_MOST as f64))
                .description(Some("A number, kept exactly in decimal to twelve places."))
                .build()
                .into(),
        )
    }
}

impl ToSchema for Amount {}

/// Longitude or latitude in millionths of a degree; degrees on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Degrees(pub i32);

impl Serialize for Degrees {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 1e6)
    }
}

impl<'de> Deserialize<'de> for Degrees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Amount(value) = Amount::deserialize(deserializer)?;
        let millionths = (value * Decimal::from(1_000_000)).round().to_i32();
        let on_earth = millionths.filter(|found| found.unsigned_abs() <= 180_000_000);
        on_earth.map(Self).ok_or_else(|| mistake("not-degrees"))
    }
}

impl PartialSchema for Degrees {
    fn schema() -> RefOr<Schema> {
        RefOr::T(
            ObjectBuilder::new()
                .schema_type(Type::Number)
                .minimum(Some(-180.0))
                .maximum(Some(180.0))
                .description(Some("Degrees, kept to a millionth: 11 cm."))
                .build()
                .into(),
        )
    }
}

impl ToSchema for Degrees {}

/// A name in both languages; `en` is empty where nobody gave one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    #[schema(max_length = 200)]
    pub zh: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub en: String,
}

impl From<&Named> for Name {
    fn from(name: &Named) -> Self {
        Self { zh: name.zh.clone(), en: name.en.clone() }
    }
}

impl From<Name> for Named {
    fn from(name: Name) -> Self {
        Named::new(name.zh, name.en)
    }
}

impl From<&Code> for CodeText {
    fn from(code: &Code) -> Self {
        Self(code.clone())
    }
}

impl From<Date> for Day {
    fn from(day: Date) -> Self {
        Self(day)
    }
}

impl From<PlannedDate> for When {
    fn from(date: PlannedDate) -> Self {
        Self(date)
    }
}

pub(crate) fn codes(codes: &[Code]) -> Vec<CodeText> {
    codes.iter().map(CodeText::from).collect()
}

pub(crate) fn code(code: &Option<Code>) -> Option<CodeText> {
    code.as_ref().map(CodeText::from)
}

/// A field that must be there, though it may be `null`: leaving a date out by mistake must not
/// withdraw it.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_they_were_written() {
        for text in ["0.1", "16.5", "-3", "123456789.125", "1000000000000000"] {
            let amount: Amount = serde_json::from_str(text).unwrap();
            assert_eq!(amount.0, text.parse::<Decimal>().unwrap());
            assert_eq!(serde_json::to_string(&amount).unwrap(), text);
        }
        for text in ["1e300", "\"1\"", "true", "1000000000000001", "null"] {
            assert!(serde_json::from_str::<Amount>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_written_in_full() {
        assert!(serde_json::from_str::<Day>("\"2019-08-14\"").is_ok());
        for text in ["2019-8-14", "14.8.2019", "2019-02-30", "0001-01-01", ""] {
            assert!(serde_json::from_str::<Day>(&format!("\"{text}\"")).is_err(), "{text}");
        }
    }
}
