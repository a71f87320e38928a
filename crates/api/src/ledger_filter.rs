//! What of the ledger is asked for, and in which order.

use std::borrow::Cow;

use domain::item::query::{LedgerQuery, Sort};
use domain::portfolio::Portfolio;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::problem::ApiError;
use crate::value::{CodeText, Day, MARK};
use crate::word::{ItemKindWord, ItemLevelWord, LightWord, SeriesWord, StandingWord};

/// Which rows. Parameters that may stand several times hold when one of their values does; all others
/// must hold together. Without `item`, `projects` and `milestones` every row is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LedgerFilter {
    /// Words that must all occur in name, number, code or text.
    #[param(max_length = 200, required = false)]
    q: Option<String>,
    /// Items of this kind.
    #[serde(default)]
    #[param(required = false)]
    item: Vec<ItemKindWord>,
    /// Rows of projects.
    #[serde(default)]
    #[param(required = false)]
    projects: bool,
    /// Rows of projects' milestones.
    #[serde(default)]
    #[param(required = false)]
    milestones: bool,
    #[serde(default)]
    #[param(required = false)]
    standing: Vec<StandingWord>,
    #[serde(default)]
    #[param(required = false)]
    light: Vec<LightWord>,
    /// Led or supported by this unit.
    #[param(required = false)]
    unit: Option<CodeText>,
    /// Led by this unit.
    #[param(required = false)]
    lead_unit: Option<CodeText>,
    /// Called or set by this unit.
    #[param(required = false)]
    caller: Option<CodeText>,
    /// In this person's charge.
    #[param(required = false)]
    person: Option<CodeText>,
    #[param(required = false)]
    level: Option<ItemLevelWord>,
    #[param(required = false)]
    series: Option<SeriesWord>,
    #[param(required = false)]
    sector: Option<CodeText>,
    /// In this area or one below it.
    #[param(required = false)]
    area: Option<CodeText>,
    #[param(required = false)]
    due_from: Option<Day>,
    #[param(required = false)]
    due_to: Option<Day>,
    #[param(required = false)]
    received_from: Option<Day>,
    #[param(required = false)]
    received_to: Option<Day>,
    #[param(required = false)]
    finished_from: Option<Day>,
    #[param(required = false)]
    finished_to: Option<Day>,
}

/// The order of the rows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LedgerOrder {
    /// The order; with `-` before it, descending. By due date when not given.
    #[param(required = false)]
    sort: Option<LedgerSort>,
}

impl LedgerOrder {
    pub(crate) fn sort(&self) -> (Sort, bool) {
        self.sort.map_or((Sort::Due, false), |sort| (sort.key, sort.descending))
    }
}

/// An order of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LedgerSort {
    key: Sort,
    descending: bool,
}

fn sort_words() -> Vec<String> {
    Sort::ALL.iter().flat_map(|sort| [sort.as_str().to_owned(), format!("-{}", sort.as_str())]).collect()
}

impl<'de> Deserialize<'de> for LedgerSort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let word = text.strip_prefix('-').unwrap_or(&text);
        let key = Sort::parse(word).ok_or_else(|| {
            D::Error::custom(format_args!("{MARK}not-one-of{MARK}{}", sort_words().join(", ")))
        })?;
        Ok(Self { key, descending: word.len() < text.len() })
    }
}

impl PartialSchema for LedgerSort {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(sort_words()));
        RefOr::T(schema.build().into())
    }
}

impl ToSchema for LedgerSort {}

impl LedgerFilter {
    pub(crate) fn query(self, portfolio: &Portfolio) -> Result<LedgerQuery, ApiError> {
        let code = |code: Option<CodeText>| code.map(|code| code.0);
        let day = |day: Option<Day>| day.map(|day| day.0);
        let everything = self.item.is_empty() && !self.projects && !self.milestones;
        let areas = match code(self.area) {
            Some(area) if portfolio.areas.contains_key(&area) => portfolio.areas_below(&area),
            // An area that there is not has nothing in it.
            Some(area) => vec![area],
            None => Vec::new(),
        };
        let query = LedgerQuery {
            kinds: self.item.into_iter().map(|kind| kind.0).collect(),
            projects: self.projects || everything,
            milestones: self.milestones || everything,
            standings: self.standing.into_iter().map(|standing| standing.0).collect(),
            lights: self.light.into_iter().map(|light| light.0).collect(),
            unit: code(self.unit),
            lead_unit: code(self.lead_unit),
            caller: code(self.caller),
            person: code(self.person),
            level: self.level.map(|level| level.0),
            series: self.series.map(|series| series.0),
            sector: code(self.sector),
            areas,
            due: (day(self.due_from), day(self.due_to)),
            received: (day(self.received_from), day(self.received_to)),
            finished: (day(self.finished_from), day(self.finished_to)),
            words: self.q.unwrap_or_default().trim().to_owned(),
        };
        if query.words.chars().count() > 200 {
            return Err(ApiError::parameter("q", "out-of-range"));
        }
        Ok(query)
    }
}
