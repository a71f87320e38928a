//! What of the ledger somebody asks for, in the words of a list's address: it can be kept as data, and
//! asked again on another day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::kind::{ItemKind, Level, Series};
use super::light::Light;
use super::query::{After, LedgerQuery, Sort};
use super::workflow::Standing;
use crate::code::Code;
use crate::planned_date::parse_day;
use crate::portfolio::Portfolio;

/// The wanted part of the ledger. A word that there is not does not narrow it; a unit or area that there
/// is not leaves nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asking {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub standing: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub light: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub level: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub series: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub area: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sector: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub due_from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub due_to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub received_from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub received_to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sort: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order: String,
    /// Where the page begins: the key and the row it comes after.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl Asking {
    /// Every condition by its name; those that are empty ask nothing.
    pub fn pairs(&self) -> [(&'static str, &str); 15] {
        [
            ("q", &self.q),
            ("kind", &self.kind),
            ("standing", &self.standing),
            ("light", &self.light),
            ("unit", &self.unit),
            ("level", &self.level),
            ("series", &self.series),
            ("area", &self.area),
            ("sector", &self.sector),
            ("due_from", &self.due_from),
            ("due_to", &self.due_to),
            ("received_from", &self.received_from),
            ("received_to", &self.received_to),
            ("sort", &self.sort),
            ("order", &self.order),
        ]
    }

    pub fn query(&self, portfolio: &Portfolio) -> LedgerQuery {
        let code = |text: &str| Code::new(text).ok();
        let day = |text: &str| -> Option<Date> { parse_day(text) };
        let mut query = LedgerQuery {
            standings: match self.standing.as_str() {
                "all" => Vec::new(),
                text => vec![Standing::parse(text).unwrap_or(Standing::Open)],
            },
            lights: Light::parse(&self.light).into_iter().collect(),
            unit: code(&self.unit),
            level: Level::parse(&self.level),
            series: Series::parse(&self.series),
            sector: code(&self.sector),
            areas: code(&self.area).map_or_else(Vec::new, |area| portfolio.areas_below(&area)),
            due: (day(&self.due_from), day(&self.due_to)),
            received: (day(&self.received_from), day(&self.received_to)),
            words: self.q.trim().to_owned(),
            ..LedgerQuery::default()
        };
        match self.kind.as_str() {
            "project" => query.projects = true,
            "milestone" => query.milestones = true,
            text => match ItemKind::parse(text) {
                Some(kind) => query.kinds = vec![kind],
                None => (query.projects, query.milestones) = (true, true),
            },
        }
        // A light that only done items have is asked of all.
        if let [Light::Done | Light::Suspended | Light::Withdrawn] = query.lights[..] {
            query.standings.clear();
        }
        query
    }

    pub fn sort(&self) -> (Sort, bool) {
        (Sort::parse(&self.sort).unwrap_or(Sort::Due), self.order == "down")
    }

    pub fn after(&self) -> Option<After> {
        (!self.after.is_empty()).then(|| After { key: self.key.clone(), code: self.after.clone() })
    }
}
