//! What a list of requests is asked for.

use jiff::civil::{Date, DateTime};

use super::fact::Point;
use super::kind::{Channel, RequestKind};
use super::public::Publicly;
use super::rate::{Counting, RateSide};
use super::row::RequestRow;
use super::workflow::RequestState;
use crate::code::Code;
use crate::item::Target;

/// What is wanted; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestQuery {
    pub text: String,
    pub states: Vec<RequestState>,
    pub kind: Option<RequestKind>,
    pub channel: Option<Channel>,
    pub categories: Vec<Code>,
    pub unit: Option<Code>,
    /// An area with all below it.
    pub areas: Vec<Code>,
    /// Received within these moments, both included.
    pub received_from: Option<DateTime>,
    pub received_to: Option<DateTime>,
    /// Moved last within these moments, both included.
    pub moved_from: Option<DateTime>,
    pub moved_to: Option<DateTime>,
    /// Those with one of these numbers.
    pub codes: Vec<Code>,
    /// Around a point, in metres.
    pub near: Option<(Point, u32)>,
    /// Between two corners: the south-western and the north-eastern one.
    pub within: Option<(Point, Point)>,
    /// Open, and the limit had run out by this moment.
    pub late_at: Option<DateTime>,
    /// Only what everybody may read, and only by what everybody sees of it.
    pub published: Option<Publicly>,
    /// That may be shown and nobody has looked at yet.
    pub unlooked: bool,
    /// The office that takes requests in has something to give out or to decide.
    pub desk: bool,
    /// A unit waits for the office above it to decide: more time, or the books.
    pub asks: bool,
    /// Merged into this one.
    pub master: Option<Code>,
    pub parent: Option<Code>,
    pub link: Option<Target>,
    pub rate: Option<RateQuery>,
}

impl RequestQuery {
    /// Whether it asks for nothing but what requests are counted by as they move: state, unit, category, area, and
    /// whether they are shown.
    pub fn is_by_sort(&self) -> bool {
        let sort = Self {
            states: self.states.clone(),
            categories: self.categories.clone(),
            unit: self.unit.clone(),
            areas: self.areas.clone(),
            published: self.published.clone(),
            unlooked: self.unlooked,
            desk: self.desk,
            ..Self::default()
        };
        *self == sort
    }

    /// Whether it asks for nothing but several states: each has its own order, and all together have none.
    pub fn is_by_states(&self) -> bool {
        let states = Self { states: self.states.clone(), desk: self.desk, ..Self::default() };
        *self == states && (self.desk || self.states.len() > 1)
    }
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    pub number: u64,
    /// There are more than were counted.
    pub more: bool,
}

/// Requests behind a number of the rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateQuery {
    pub from: Date,
    pub to: Date,
    pub group: RateGroup,
    pub side: RateSide,
    /// By what its sides are told apart.
    pub by: Counting,
}

/// What the requests of a line of the rates have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateGroup {
    All,
    Unit(Code),
    /// Nothing for those that have none.
    Category(Option<Code>),
    /// In one of these areas.
    Areas(Vec<Code>),
    /// In none of these, or nobody knows where.
    OutsideAreas(Vec<Code>),
}

impl RateQuery {
    /// Whether a request is one of them.
    pub fn takes(&self, row: &RequestRow) -> bool {
        let Some(rate) = row.rate.as_ref().filter(|rate| (self.from..=self.to).contains(&rate.due)) else {
            return false;
        };
        let of_group = match &self.group {
            RateGroup::All => true,
            RateGroup::Unit(unit) => rate.unit == *unit,
            RateGroup::Category(category) => row.category == *category,
            RateGroup::Areas(areas) => row.area.as_ref().is_some_and(|area| areas.contains(area)),
            RateGroup::OutsideAreas(areas) => !row.area.as_ref().is_some_and(|area| areas.contains(area)),
        };
        of_group && self.side.takes(rate, &self.by)
    }
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RequestOrder {
    /// The newest first.
    #[default]
    Received,
    /// What runs out first; only what is open.
    Due,
    /// What moved last first.
    Moved,
}

impl RequestOrder {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Due => "due",
            Self::Moved => "moved",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Received, Self::Due, Self::Moved].into_iter().find(|order| order.as_str() == text)
    }
}

/// How a page is ordered, where it begins and how long it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestPaging {
    pub order: RequestOrder,
    pub after: Option<RequestAfter>,
    /// Rows that are left out before it, for programs that ask for pages by number.
    pub skip: usize,
    pub limit: usize,
}

/// Where a page begins: behind this row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestAfter {
    pub key: String,
    pub code: Code,
}
