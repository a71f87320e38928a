//! What residents say of a gap, as pages show it.

use app::place::evidence::{Evidence, Reader};
use domain::code::Code;
use domain::policy::Action;

use super::whole;
use crate::address::with_query;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::day;

/// The requests beside one gap, and the hot issues that were confirmed of them.
#[derive(Default)]
pub(super) struct Said {
    /// Empty where no category of requests belongs to the kind.
    pub requests: String,
    /// The list of them, as the reader may see it; empty where there is none to open.
    pub link: String,
    /// Each with its page.
    pub issues: Vec<(String, String)>,
}

impl Said {
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.issues.is_empty()
    }
}

/// Whether it is counted for staff or for everybody.
pub(super) fn reader(visit: &Visit) -> Reader {
    if visit.actor.may_somewhere(Action::ReadStaff) { Reader::Staff } else { Reader::Everybody }
}

pub(super) fn said(
    visit: &Visit,
    page: &Page,
    plan: &Code,
    evidence: &Evidence,
    (community, kind): (&Code, &Code),
) -> Said {
    let (Some(held), Some(categories)) = (evidence.at(community, kind), evidence.categories.get(kind)) else {
        return Said::default();
    };
    let list = match reader(visit) {
        Reader::Staff => "requests",
        Reader::Everybody => "voices",
    };
    let (from, to) = (evidence.from.to_string(), evidence.to.to_string());
    let mut pairs: Vec<(&str, &str)> =
        categories.iter().map(|category| ("category", category.as_str())).collect();
    pairs.extend([("area", community.as_str()), ("from", from.as_str()), ("to", to.as_str())]);
    let name = |held: &app::place::evidence::HotIssue| match held.name.get(visit.lang.is_english()) {
        "" => held.item.to_string(),
        name => name.to_owned(),
    };
    Said {
        requests: held.requests.map_or_else(|| visit.t("gap-requests-few").into_owned(), whole),
        link: match held.requests {
            Some(1..) => with_query(&format!("/p/{plan}/{list}"), &pairs),
            Some(0) | None => String::new(),
        },
        issues: held
            .issues
            .iter()
            .map(|held| (name(held), page.link(&format!("/items/{}", held.item))))
            .collect(),
    }
}

/// What the numbers are of; empty where no kind has a category.
pub(super) fn note(visit: &Visit, evidence: &Evidence) -> String {
    if evidence.categories.is_empty() {
        return String::new();
    }
    let (from, to) = (day(visit.lang, evidence.from), day(visit.lang, evidence.to));
    let key = match reader(visit) {
        Reader::Staff => "gap-requests-note",
        Reader::Everybody => "gap-requests-note-public",
    };
    visit.tw(key, &[("from", &from), ("to", &to)])
}
