//! Whom a kind of facility is for, by age.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Completed years, both ends included: `3-5`, `65+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ages {
    from: u8,
    /// None: everybody older as well.
    to: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write ages as 3-5 or 65+")]
pub struct NotAges;

impl Ages {
    /// The oldest age that is told apart.
    const MOST: u8 = 120;

    /// `None` where the end lies before the beginning, or nobody is so old.
    pub fn new(from: u8, to: Option<u8>) -> Option<Self> {
        let last = to.unwrap_or(from);
        (from <= last && last <= Self::MOST).then_some(Self { from, to })
    }

    pub fn hold(self, age: u8) -> bool {
        age >= self.from && self.to.is_none_or(|to| age <= to)
    }

    /// Whether all of other ages are among these.
    pub fn hold_all(self, other: Self) -> bool {
        let last = |ages: Self| ages.to.unwrap_or(u8::MAX);
        self.from <= other.from && last(other) <= last(self)
    }

    /// Whether nobody can be of both.
    pub fn are_apart(self, other: Self) -> bool {
        let before = |a: Self, b: Self| a.to.is_some_and(|to| to < b.from);
        before(self, other) || before(other, self)
    }
}

impl fmt::Display for Ages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "{}-{to}", self.from),
            None => write!(f, "{}+", self.from),
        }
    }
}

impl FromStr for Ages {
    type Err = NotAges;

    fn from_str(text: &str) -> Result<Self, NotAges> {
        let number = |text: &str| text.trim().parse::<u8>().map_err(|_| NotAges);
        let text = text.trim();
        let ages = match text.strip_suffix(['+', '\u{ff0b}']) {
            Some(from) => Self::new(number(from)?, None),
            None => {
                let (from, to) = text.split_once(['-', '–', '~']).ok_or(NotAges)?;
                Self::new(number(from)?, Some(number(to)?))
            }
        };
        ages.ok_or(NotAges)
    }
}

impl TryFrom<String> for Ages {
    type Error = NotAges;

    fn try_from(text: String) -> Result<Self, NotAges> {
        text.parse()
    }
}

impl From<Ages> for String {
    fn from(ages: Ages) -> Self {
        ages.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ages_are_read_as_people_write_them() {
        assert_eq!("3-5".parse(), Ok(Ages { from: 3, to: Some(5) }));
        assert_eq!("65+".parse(), Ok(Ages { from: 65, to: None }));
        for wrong in ["", "3", "5-3", "-", "+", "3-200", "x+", "65-+", "300+"] {
            assert_eq!(wrong.parse::<Ages>(), Err(NotAges), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_the_same(from in 0u8..=120, more in prop::option::of(0u8..60)) {
            let ages = Ages::new(from, more.map(|more| from.saturating_add(more).min(120)));
            let ages = ages.unwrap();
            prop_assert_eq!(ages.to_string().parse(), Ok(ages));
            prop_assert!(ages.hold(from) && (from == 0 || !ages.hold(from - 1)));
        }

        #[test]
        fn ages_lie_within_others_and_apart_as_their_years_do(
            a in (0u8..100, prop::option::of(0u8..20)), b in (0u8..100, prop::option::of(0u8..20)),
        ) {
            let [a, b] = [a, b].map(|(from, more)| Ages::new(from, more.map(|more| from + more)).unwrap());
            // Nobody grows so old.
            let years = || 0..=u8::MAX;
            prop_assert_eq!(a.hold_all(b), years().all(|age| a.hold(age) || !b.hold(age)));
            prop_assert_eq!(a.are_apart(b), years().all(|age| !(a.hold(age) && b.hold(age))));
        }
    }
}
