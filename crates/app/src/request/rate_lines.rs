//! The lines in which rates stand beside each other, and what the requests of one have in common. Areas are set beside
//! those of their own level only: a request counts in the one of that level that it lies in.

use std::collections::BTreeMap;

use domain::area::AreaLevel;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::query::RateGroup;
use store::RateBy;

/// By what rates are set beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatesBy {
    Unit,
    Category,
    Subdistrict,
    Community,
}

impl RatesBy {
    pub const ALL: [RatesBy; 4] = [Self::Unit, Self::Category, Self::Subdistrict, Self::Community];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Category => "category",
            Self::Subdistrict => "subdistrict",
            Self::Community => "community",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == text)
    }

    /// As what counts are kept.
    pub(super) fn kept(self) -> RateBy {
        match self {
            Self::Unit => RateBy::Unit,
            Self::Category => RateBy::Category,
            Self::Subdistrict | Self::Community => RateBy::Area,
        }
    }

    fn level(self) -> Option<AreaLevel> {
        match self {
            Self::Unit | Self::Category => None,
            Self::Subdistrict => Some(AreaLevel::Subdistrict),
            Self::Community => Some(AreaLevel::Community),
        }
    }

    /// What the requests of a line have in common; the line without a name is that of those of which it is not known.
    pub fn group(self, portfolio: &Portfolio, line: &str) -> Option<RateGroup> {
        let code = if line.is_empty() { None } else { Some(Code::new(line).ok()?) };
        Some(match (self, code) {
            (Self::Unit, Some(unit)) => RateGroup::Unit(unit),
            // Whatever counts, counts against a unit.
            (Self::Unit, None) => return None,
            (Self::Category, category) => RateGroup::Category(category),
            (Self::Subdistrict | Self::Community, area) => {
                let lines = Lines::new(portfolio, self);
                let of = |wanted: &Code| lines.below(wanted.as_str());
                match area {
                    Some(area) => RateGroup::Areas(of(&area)),
                    None => RateGroup::OutsideAreas(lines.of.into_keys().collect()),
                }
            }
        })
    }
}

/// Which line each area counts in.
pub(super) struct Lines {
    /// Of every area that lies in one of the level, or is one, that one.
    of: BTreeMap<Code, Code>,
    /// Whether lines are areas.
    rolls: bool,
}

impl Lines {
    pub fn new(portfolio: &Portfolio, by: RatesBy) -> Self {
        let mut of = BTreeMap::new();
        let Some(level) = by.level() else { return Self { of, rolls: false } };
        for area in portfolio.areas.keys() {
            let is = |above: &Code| portfolio.areas.get(above).is_some_and(|held| held.level == Some(level));
            let line = portfolio.areas_above(area).into_iter().find(is);
            of.extend(line.map(|line| (area.clone(), line)));
        }
        Self { of, rolls: true }
    }

    /// The line that a group of what is kept counts in.
    pub fn line<'a>(&'a self, group: &'a str) -> &'a str {
        if self.rolls { self.of.get(group).map_or("", Code::as_str) } else { group }
    }

    /// The areas that count in a line.
    fn below(&self, line: &str) -> Vec<Code> {
        self.of.iter().filter(|(_, held)| held.as_str() == line).map(|(area, _)| area.clone()).collect()
    }
}
