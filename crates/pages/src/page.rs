//! The frame around every page, and what templates ask it for.

use std::borrow::{Borrow, Cow};

use app::Actor;
use domain::policy::Action;
use jiff::civil::Date;
use rust_decimal::Decimal;
use words::Lang;

use crate::PagesState;
use crate::assets;
use crate::visitor::{Theme, Visitor};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRef {
    pub code: String,
    pub name: String,
}

/// Header, navigation and footer; templates reach it as `page`.
#[derive(Debug, Clone)]
pub struct Page {
    pub lang: Lang,
    pub theme: Theme,
    pub title: String,
    pub plan: Option<PlanRef>,
    pub plans: Vec<PlanRef>,
    /// The address with its query, for switches that come back to it.
    pub here: String,
    pub path: String,
    pub as_of: Date,
    /// Given by the reader, else empty: today.
    pub as_of_given: String,
    pub known_at_given: String,
    pub today: Date,
    pub user: Option<String>,
    /// Notices that the reader has not read, counted up to a hundred.
    pub unread: i64,
    pub csrf: String,
    pub may_edit: bool,
    pub may_import: bool,
    /// Works on the plan: sees the ledger.
    pub may_work: bool,
    pub may_audit: bool,
    pub may_admin: bool,
    /// Said once at the top, after something was done.
    pub notice: Option<String>,
}

/// One of several views that lie side by side.
pub struct Tab {
    pub address: String,
    pub key: &'static str,
    pub here: bool,
}

impl Page {
    pub(crate) fn new(
        visitor: &Visitor,
        state: &PagesState,
        title: String,
        plan: Option<PlanRef>,
        plans: Vec<PlanRef>,
    ) -> Self {
        let today = state.app.clock().today();
        let user = match &visitor.actor {
            Actor::Person { name, .. } | Actor::Token { name, .. } => Some(name.clone()),
            Actor::Operator(name) => Some(name.to_string()),
            Actor::Public => None,
        };
        let may = |action| visitor.actor.may_somewhere(action);
        Self {
            lang: visitor.lang,
            theme: visitor.theme,
            title,
            plan,
            plans,
            path: visitor.here.split('?').next().unwrap_or("/").to_owned(),
            here: visitor.here.clone(),
            as_of: visitor.asked.as_of.unwrap_or(today),
            as_of_given: visitor.asked.as_of.map_or(String::new(), |day| day.to_string()),
            known_at_given: visitor.known_day.map_or(String::new(), |day| day.to_string()),
            today,
            user,
            unread: 0,
            csrf: visitor.csrf.clone(),
            may_edit: may(Action::ReportProgress) || may(Action::DescribeProject),
            may_import: may(Action::Import),
            may_work: may(Action::ReadStaff),
            may_audit: may(Action::ReadAudit),
            may_admin: may(Action::ManagePeople) || may(Action::ManageDirectory),
            notice: None,
        }
    }

    pub fn t(&self, key: &str) -> Cow<'static, str> {
        words::text(self.lang, key)
    }

    /// How many notices are unread, as the header says it.
    pub fn unread_said(&self) -> String {
        if self.unread >= app::notify::UNREAD_MOST as i64 { "99+".into() } else { self.unread.to_string() }
    }

    /// A message with one value.
    pub fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        words::with(self.lang, key, &[(name, &value.to_string())])
    }

    pub fn t2(
        &self,
        key: &str,
        name1: &str,
        value1: impl ToString,
        name2: &str,
        value2: impl ToString,
    ) -> String {
        words::with(self.lang, key, &[(name1, &value1.to_string()), (name2, &value2.to_string())])
    }

    /// A word of a closed list: `phase-in-use` for `word("phase", "in_use")`.
    pub fn word(&self, list: &str, value: &str) -> String {
        crate::words_of::word(self.lang, list, value)
    }

    pub fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    /// The address of a page of this plan, looking at the same day.
    pub fn link(&self, path: &str) -> String {
        let plan = self.plan.as_ref().map_or("", |plan| plan.code.as_str());
        self.at(&format!("/p/{plan}{path}"))
    }

    /// Any address, with the day looked at carried along.
    pub fn at(&self, address: &str) -> String {
        let mut out = address.to_owned();
        for (name, value) in [("as_of", &self.as_of_given), ("known_at", &self.known_at_given)] {
            if !value.is_empty() {
                out.push(if out.contains('?') { '&' } else { '?' });
                out.push_str(&format!("{name}={value}"));
            }
        }
        out
    }

    /// The address of a table as a file, of the same day, with a list's own conditions.
    pub fn table(&self, name: &str, format: &str, query: &str) -> String {
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        self.link(&format!("/tables/{name}.{format}{query}"))
    }

    /// `aria-current` for the navigation.
    pub fn is_here(&self, path: &str) -> bool {
        let plan = self.plan.as_ref().map_or("", |plan| plan.code.as_str());
        let full = format!("/p/{plan}{path}");
        self.path == full || (!path.is_empty() && self.path.starts_with(&format!("{full}/")))
    }

    /// Whether the navigation leads here by an address: indices stand with the indicators.
    pub fn is_below(&self, path: &str) -> bool {
        self.is_here(path) || path == "/indicators" && self.is_here("/indices")
    }

    /// Views of the plan side by side: the one that is looked at is the nearest to the page's own address.
    pub fn tabs(&self, views: &[(&str, &'static str)]) -> Vec<Tab> {
        let here = views.iter().map(|(path, _)| *path).filter(|path| self.is_here(path));
        let here = here.max_by_key(|path| path.len());
        views
            .iter()
            .map(|(path, key)| Tab { address: self.link(path), key, here: here == Some(*path) })
            .collect()
    }

    /// Meetings, dispatches, whistles and what else brings units together.
    pub fn is_coordinating(&self) -> bool {
        let pages = ["/meetings", "/dispatches", "/whistles", "/report-ins", "/good-deeds", "/communities"];
        pages.iter().any(|path| self.is_here(path))
    }

    pub fn is_past(&self) -> bool {
        !self.as_of_given.is_empty() || !self.known_at_given.is_empty()
    }

    /// How a slip in days is coloured.
    pub fn slip_class(&self, days: impl Borrow<i32>) -> &'static str {
        match *days.borrow() {
            late if late > 0 => "slip late",
            0 => "slip",
            _ => "slip early",
        }
    }

    pub fn slip_text(&self, days: impl Borrow<i32>) -> String {
        let days = *days.borrow();
        match days {
            late if late > 0 => self.t1("slip-late", "days", late),
            0 => self.t("slip-none").into_owned(),
            early => self.t1("slip-early", "days", early.unsigned_abs()),
        }
    }

    /// Working days by which something comes later or earlier.
    pub fn shift_text(&self, days: impl Borrow<i32>) -> String {
        match *days.borrow() {
            0 => self.t("shift-none").into_owned(),
            later if later > 0 => self.t1("shift-later", "days", later),
            earlier => self.t1("shift-earlier", "days", earlier.unsigned_abs()),
        }
    }

    /// By how much a promise was moved.
    pub fn moved_text(&self, days: impl Borrow<i32>) -> String {
        match *days.borrow() {
            later if later > 0 => self.t1("moved-later", "days", later),
            0 => self.t("moved-not").into_owned(),
            earlier => self.t1("moved-earlier", "days", earlier.unsigned_abs()),
        }
    }

    /// A day as people of the language write it.
    pub fn comma(&self) -> &'static str {
        crate::words_of::comma(self.lang)
    }

    pub fn day(&self, date: &Date) -> String {
        crate::words_of::day(self.lang, *date)
    }

    /// A number with its thousands separated; whole numbers without decimals.
    pub fn number(&self, value: &Decimal) -> String {
        crate::words_of::number(*value)
    }

    /// Whether a record's text is Chinese on an English page, so that it is read out as Chinese.
    pub fn is_foreign(&self, text: &str) -> bool {
        self.lang.is_english() && text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    /// The address in the form of one path, as `back` of a switch.
    pub fn back(&self) -> String {
        crate::words_of::encode(&self.here)
    }
}
