//! What of the ledger an address asks for: the address is the whole state.

use domain::code::Code;
use domain::item::kind::{ItemKind, Level, Series};
use domain::item::light::Light;
use domain::item::query::{After, LedgerQuery, Sort};
use domain::item::workflow::Standing;
use domain::planned_date::parse_day;
use domain::portfolio::Portfolio;
use serde::Deserialize;

use crate::words_of::encode;

/// The wanted part of the ledger. A word that there is not does not narrow it; a unit or area that there
/// is not leaves nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    pub q: String,
    pub kind: String,
    pub standing: String,
    pub light: String,
    pub unit: String,
    pub level: String,
    pub series: String,
    pub area: String,
    pub sector: String,
    pub due_from: String,
    pub due_to: String,
    pub sort: String,
    pub order: String,
    /// Where the page begins: the key and the row it comes after.
    pub key: String,
    pub after: String,
}

impl Asking {
    pub(super) fn pairs(&self) -> [(&'static str, &str); 13] {
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
            ("sort", &self.sort),
            ("order", &self.order),
        ]
    }

    /// The query text with some values changed, beginning at the first page.
    pub fn with(&self, changed: &[(&str, &str)]) -> String {
        let kept = self.pairs();
        let kept = kept.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        kept.chain(changed)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    }

    pub fn query(&self, portfolio: &Portfolio) -> LedgerQuery {
        let code = |text: &str| Code::new(text).ok();
        let day = |text: &str| parse_day(text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_condition_keeps_the_others_and_goes_back_to_the_first_page() {
        let asking = Asking {
            q: "a&b 路".into(),
            kind: "directive".into(),
            after: "D-1".into(),
            key: "2019".into(),
            ..Asking::default()
        };
        assert_eq!(asking.with(&[("kind", "")]), "q=a%26b%20%E8%B7%AF");
        assert_eq!(
            asking.with(&[("sort", "due"), ("kind", "task")]),
            "q=a%26b%20%E8%B7%AF&sort=due&kind=task"
        );
    }
}
