//! Lists of the ledger that people keep under a name, and with whom they share them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::policy::{Action, Grant, Scope, Target, allows};

/// The longest name of a list, in characters.
pub const NAME_MOST: usize = 60;
/// The longest query of a list, in bytes.
pub const QUERY_MOST: usize = 2_000;
/// Lists of one person in one plan.
pub const LISTS_MOST: usize = 30;
/// Lists of others that somebody finds.
pub const SHARED_MOST: usize = 200;

/// Who sees a list besides whoever keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    Nobody,
    Unit(Code),
    /// All who work on the plan.
    Plan,
}

impl fmt::Display for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => Ok(()),
            Self::Unit(unit) => write!(f, "unit:{unit}"),
            Self::Plan => f.write_str("plan"),
        }
    }
}

impl Sharing {
    /// Reads nothing, `plan` or `unit:CODE`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self::Nobody),
            "plan" => Some(Self::Plan),
            text => Code::new(text.strip_prefix("unit:")?).ok().map(Self::Unit),
        }
    }
}

/// A filter of the ledger under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedList {
    pub id: String,
    pub plan: Code,
    pub owner: Code,
    pub name: String,
    /// What is asked for, as the ledger's address says it.
    pub query: String,
    pub sharing: Sharing,
}

/// Why a list is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListProblem {
    #[error("a list needs a name")]
    NoName,
    #[error("the name is longer than {NAME_MOST} characters")]
    NameTooLong,
    #[error("one's own lists have different names")]
    NameTaken,
    #[error("the query is longer than {QUERY_MOST} bytes")]
    QueryTooLong,
    #[error("nobody keeps more than {LISTS_MOST} lists")]
    Full,
    #[error("this may not be shared there")]
    NotAllowed,
}

impl ListProblem {
    /// The key under which messages explain it.
    pub fn key(self) -> &'static str {
        match self {
            Self::NoName => "saved-list-no-name",
            Self::NameTooLong => "saved-list-name-too-long",
            Self::NameTaken => "saved-list-name-taken",
            Self::QueryTooLong => "saved-list-query-too-long",
            Self::Full => "saved-list-full",
            Self::NotAllowed => "saved-list-not-allowed",
        }
    }
}

/// The units that a person speaks for.
pub fn own_units(grants: &[Grant]) -> impl Iterator<Item = &Code> {
    grants.iter().filter_map(|grant| match &grant.scope {
        Scope::Unit(unit) => Some(unit),
        _ => None,
    })
}

/// With a unit share its own people; with the plan, whoever supervises its items.
pub fn may_share(grants: &[Grant], plan: &Code, sharing: &Sharing) -> bool {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    let supervises = || allows(grants, Action::SuperviseItem, &target);
    match sharing {
        Sharing::Nobody => true,
        Sharing::Unit(unit) => own_units(grants).any(|own| own == unit) || supervises(),
        Sharing::Plan => supervises(),
    }
}

/// The rules of one list among the other names of its owner's.
pub fn check(list: &SavedList, others: &[&str], grants: &[Grant]) -> Result<(), ListProblem> {
    let name = list.name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(ListProblem::NoName);
    }
    if name.chars().count() > NAME_MOST {
        return Err(ListProblem::NameTooLong);
    }
    if list.query.len() > QUERY_MOST {
        return Err(ListProblem::QueryTooLong);
    }
    if others.contains(&name) {
        return Err(ListProblem::NameTaken);
    }
    if others.len() >= LISTS_MOST {
        return Err(ListProblem::Full);
    }
    if !may_share(grants, &list.plan, &list.sharing) {
        return Err(ListProblem::NotAllowed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Role;

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    fn list(name: &str, sharing: Sharing) -> SavedList {
        SavedList {
            id: "l1".into(),
            plan: code("p"),
            owner: code("wang"),
            name: name.into(),
            query: "light=red".into(),
            sharing,
        }
    }

    #[test]
    fn sharing_is_read_back_as_it_is_written() {
        for sharing in [Sharing::Nobody, Sharing::Plan, Sharing::Unit(code("bureau"))] {
            assert_eq!(Sharing::parse(&sharing.to_string()), Some(sharing));
        }
        for text in ["unit:", "unit:?", "everyone"] {
            assert_eq!(Sharing::parse(text), None, "{text}");
        }
    }

    #[test]
    fn who_may_share_with_whom() {
        let unit = |unit: &str| Sharing::Unit(code(unit));
        let grant = |role, scope| [Grant { role, scope }];
        let department = grant(Role::Department, Scope::Unit(code("bureau")));
        let task_force = grant(Role::MunicipalTaskForce, Scope::Plan(code("p")));
        let elsewhere = grant(Role::MunicipalTaskForce, Scope::Plan(code("q")));
        for (grants, sharing, may) in [
            (&department, Sharing::Nobody, true),
            (&department, unit("bureau"), true),
            (&department, unit("other"), false),
            (&department, Sharing::Plan, false),
            (&task_force, Sharing::Plan, true),
            (&task_force, unit("bureau"), true),
            (&elsewhere, Sharing::Plan, false),
        ] {
            assert_eq!(may_share(grants, &code("p"), &sharing), may, "{grants:?} {sharing:?}");
        }
    }

    #[test]
    fn a_list_has_a_name_of_its_own_and_there_are_not_too_many() {
        let check = |name: &str, others: &[&str]| check(&list(name, Sharing::Nobody), others, &[]);
        assert_eq!(check("红灯", &["黄灯"]), Ok(()));
        assert_eq!(check("  ", &[]), Err(ListProblem::NoName));
        assert_eq!(check("a\u{0}", &[]), Err(ListProblem::NoName));
        assert_eq!(check(&"长".repeat(NAME_MOST), &[]), Ok(()));
        assert_eq!(check(&"长".repeat(NAME_MOST + 1), &[]), Err(ListProblem::NameTooLong));
        assert_eq!(check(" 红灯 ", &["红灯"]), Err(ListProblem::NameTaken));
        assert_eq!(check("红灯", &["x"; LISTS_MOST]), Err(ListProblem::Full));
        let mut long = list("a", Sharing::Nobody);
        long.query = "q".repeat(QUERY_MOST + 1);
        assert_eq!(super::check(&long, &[], &[]), Err(ListProblem::QueryTooLong));
    }
}
