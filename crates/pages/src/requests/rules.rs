//! The rules by which requests are handled, as they hold, each with the way to change it.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::clock::TimeLimit;
use domain::request::routing::{OnDays, Route, RouteTo};
use domain::request::{ReplyTemplate, RequestCategory, RequestRules, ShownPlace};

use super::choices::{area_name, category_name, unit_name};
use crate::address::encode;
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::revision::may_manage;
use crate::visit::{Visit, render};
use crate::words_of::{comma, day, word};

/// A line of a list: cells in the order of its head, and where it is changed.
struct Line {
    name: String,
    code: String,
    cells: Vec<String>,
    closed: bool,
    edit: String,
    /// A text of several lines, shown below.
    text: String,
}

/// One list of the rules.
struct Part {
    id: &'static str,
    title: String,
    lead: String,
    heads: Vec<String>,
    lines: Vec<Line>,
    none: String,
    add: String,
    add_label: String,
    /// Where its sheet is brought in; empty where there is none.
    bring: String,
}

#[derive(Template)]
#[template(path = "requests/rules.html")]
struct RulesPage {
    page: Page,
    saved: String,
    settings: Vec<(String, String)>,
    edit_settings: String,
    parts: Vec<Part>,
    may: bool,
}

struct Here<'a> {
    visit: &'a Visit,
    page: &'a Page,
    portfolio: &'a Portfolio,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let page = visit.page(visit.t("request-rules-title"));
    let here = Here { visit: &visit, page: &page, portfolio: &portfolio };
    let rules = portfolio.plan.request_rules.as_ref();
    let view = RulesPage {
        saved: saved(visit.lang, &Typed(query)),
        settings: rules.map_or_else(Vec::new, |rules| here.settings(rules)),
        edit_settings: page.link("/record/request_settings"),
        parts: vec![
            here.categories(),
            here.presets(),
            here.routes(rules),
            here.offices(rules),
            here.replies(rules),
            here.formulas(),
        ],
        may: !page.is_past() && may_manage(&visit, &plan),
        page,
    };
    render(StatusCode::OK, &view)
}

impl Here<'_> {
    fn t(&self, key: &str) -> String {
        self.visit.t(key).into_owned()
    }

    fn english(&self) -> bool {
        self.visit.lang.is_english()
    }

    fn edit(&self, topic: &str, code: &str) -> String {
        self.page.link(&format!("/record/{topic}?slot={}", encode(&format!("{topic}/{code}"))))
    }

    fn part(&self, id: &'static str, topic: &str, heads: &[&str], lines: Vec<Line>) -> Part {
        Part {
            id,
            title: self.t(&format!("request-rules-{id}")),
            lead: self.t(&format!("request-rules-{id}-lead")),
            heads: heads.iter().map(|key| self.t(key)).collect(),
            lines,
            none: self.t("request-rules-none"),
            add: self.page.link(&format!("/record/{topic}")),
            add_label: self.t(&format!("request-rules-{id}-add")),
            bring: String::new(),
        }
    }

    fn names(&self, codes: &[Code], of: impl Fn(&Code) -> String) -> String {
        codes.iter().map(of).collect::<Vec<_>>().join(comma(self.visit.lang))
    }

    fn unit(&self, code: &Code) -> String {
        unit_name(self.portfolio, Some(code), self.visit.lang)
    }

    fn preset(&self, code: &Code) -> String {
        let held = self.portfolio.plan.request_presets().iter().find(|held| held.preset == *code);
        held.map_or_else(|| code.to_string(), |held| held.name.get(self.english()).to_owned())
    }

    fn limit(&self, limit: TimeLimit) -> String {
        let (key, count) = match limit {
            TimeLimit::Hours(count) => ("request-limit-hours", count),
            TimeLimit::Days(count) => ("request-limit-days", count),
            TimeLimit::WorkingDays(count) => ("request-limit-working-days", count),
        };
        self.visit.tw(key, &[("count", &count.to_string())])
    }

    fn settings(&self, rules: &RequestRules) -> Vec<(String, String)> {
        let days = |count: u16| self.visit.tw("request-limit-days", &[("count", &count.to_string())]);
        let working = |days: u16| self.limit(TimeLimit::WorkingDays(days));
        let english = self.english();
        let mut out = vec![
            ("request-rules-name", rules.name.get(english).to_owned()),
            ("request-rules-source", rules.source.get(english).to_owned()),
            ("field-usual-preset", self.preset(&rules.usual)),
            ("field-urgent-preset", rules.urgent.as_ref().map_or_else(String::new, |it| self.preset(it))),
            ("field-backstop", self.unit(&rules.backstop)),
            ("field-resident-days", days(rules.resident_days)),
            ("field-call-back-days", days(rules.call_back_days)),
            ("field-reopen-days", days(rules.reopen_days)),
            ("field-free-reopens", rules.free_reopens.to_string()),
            ("field-near-metres", rules.near_metres.to_string()),
            ("field-books-months", rules.books_months.to_string()),
            ("field-extensions-most", rules.extensions_most.to_string()),
            ("field-appeal-file-days", working(rules.appeals.file_days)),
            ("field-appeal-decide-days", working(rules.appeals.decide_days)),
            ("field-jurisdiction", rules.jurisdiction.clone()),
            ("field-jurisdiction-contact", rules.contact.clone()),
        ];
        out.retain(|(_, value)| !value.is_empty());
        out.into_iter().map(|(key, value)| (self.t(key), value)).collect()
    }

    fn categories(&self) -> Part {
        let line = |held: &RequestCategory| {
            let mut marks = Vec::new();
            if held.private {
                marks.push(self.t("request-rules-private"));
            }
            match held.shown_place {
                ShownPlace::Exact => {}
                ShownPlace::Area => marks.push(self.t("request-rules-shown-area")),
                ShownPlace::Grid { metres } => {
                    marks.push(self.visit.tw("request-rules-shown-grid", &[("metres", &metres.to_string())]));
                }
            }
            if held.batch {
                marks.push(self.t("request-rules-batch"));
            }
            if held.needs_contact {
                marks.push(self.t("request-rules-needs-contact"));
            }
            if !held.questions.is_empty() {
                let count = held.questions.len().to_string();
                marks.push(self.visit.tw("request-rules-asks", &[("count", &count)]));
            }
            let english = self.english();
            Line {
                name: held.name.get(english).to_owned(),
                code: held.category.to_string(),
                cells: vec![
                    self.preset(&held.preset),
                    held.words.join(comma(self.visit.lang)),
                    marks.join(comma(self.visit.lang)),
                ],
                closed: held.closed,
                edit: self.edit("request_category", held.category.as_str()),
                text: held.warning.as_ref().map_or_else(String::new, |it| it.get(english).to_owned()),
            }
        };
        let lines = self.portfolio.plan.request_categories.iter().map(line).collect();
        let heads =
            ["request-category", "field-request-preset", "field-category-words", "request-rules-marks"];
        let mut part = self.part("categories", "request_category", &heads, lines);
        part.bring = self.page.link("/import?table=request_categories");
        part
    }

    fn presets(&self) -> Part {
        let held = self.portfolio.plan.request_presets().iter();
        let lines = held
            .map(|held| Line {
                name: held.name.get(self.english()).to_owned(),
                code: held.preset.to_string(),
                cells: [held.assignment, held.response, held.resolution, held.reopened, held.decision]
                    .map(|limit| self.limit(limit))
                    .to_vec(),
                closed: false,
                edit: self.edit("request_preset", held.preset.as_str()),
                text: String::new(),
            })
            .collect();
        let heads = [
            "field-request-preset",
            "field-limit-assignment",
            "field-limit-response",
            "field-limit-resolution",
            "field-limit-reopened",
            "field-limit-decision",
        ];
        self.part("presets", "request_preset", &heads, lines)
    }

    fn when(&self, route: &Route) -> String {
        let mut out = Vec::new();
        if route.days != OnDays::Any {
            out.push(word(self.visit.lang, "on-days", route.days.as_str()));
        }
        if let Some((from, to)) = route.hours {
            out.push(format!("{}–{}", from.strftime("%H:%M"), to.strftime("%H:%M")));
        }
        if out.is_empty() { self.t("request-rules-always") } else { out.join(" ") }
    }

    fn routes(&self, rules: Option<&RequestRules>) -> Part {
        let lang = self.visit.lang;
        let all = |names: String| if names.is_empty() { self.t("request-rules-all") } else { names };
        let line = |route: &Route| {
            let to = match &route.to {
                RouteTo::Unit(unit) => self.unit(unit),
                RouteTo::AreaOffice => self.t("request-rules-area-office"),
            };
            let categories =
                self.names(&route.categories, |it| category_name(self.portfolio, Some(it), lang));
            let areas = self.names(&route.areas, |it| area_name(self.portfolio, Some(it), lang));
            Line {
                name: self.visit.tw("request-rules-route", &[("order", &route.order.to_string())]),
                code: route.route.to_string(),
                cells: vec![
                    all(categories),
                    all(areas),
                    self.when(route),
                    to,
                    self.names(&route.supporting, |it| self.unit(it)),
                ],
                closed: route.closed,
                edit: self.edit("request_route", route.route.as_str()),
                text: String::new(),
            }
        };
        let lines = rules.map_or_else(Vec::new, |rules| rules.routes.iter().map(line).collect());
        let heads = [
            "request-rules-route-head",
            "request-category",
            "requests-area",
            "request-rules-when",
            "request-rules-to",
            "request-supporting",
        ];
        let mut part = self.part("routes", "request_route", &heads, lines);
        part.bring = self.page.link("/import?table=request_routes");
        part
    }

    fn offices(&self, rules: Option<&RequestRules>) -> Part {
        let line = |(area, unit): (&Code, &Code)| Line {
            name: area_name(self.portfolio, Some(area), self.visit.lang),
            code: area.to_string(),
            cells: vec![self.unit(unit)],
            closed: false,
            edit: self.edit("request_office", area.as_str()),
            text: String::new(),
        };
        let lines = rules.map_or_else(Vec::new, |rules| rules.offices.iter().map(line).collect());
        self.part("offices", "request_office", &["requests-area", "field-office-unit"], lines)
    }

    fn replies(&self, rules: Option<&RequestRules>) -> Part {
        let lang = self.visit.lang;
        let all = |names: String| if names.is_empty() { self.t("request-rules-all") } else { names };
        let line = |held: &ReplyTemplate| {
            let states: Vec<String> =
                held.states.iter().map(|state| word(lang, "request-state", state.as_str())).collect();
            let categories = self.names(&held.categories, |it| category_name(self.portfolio, Some(it), lang));
            Line {
                name: held.name.get(self.english()).to_owned(),
                code: held.reply.to_string(),
                cells: vec![
                    word(lang, "request-step", held.step.as_str()),
                    all(categories),
                    all(states.join(comma(lang))),
                ],
                closed: held.closed,
                edit: self.edit("request_reply", held.reply.as_str()),
                text: held.text.clone(),
            }
        };
        let lines = rules.map_or_else(Vec::new, |rules| rules.replies.iter().map(line).collect());
        let heads =
            ["request-rules-reply-head", "request-rules-reply-for", "request-category", "requests-state"];
        self.part("replies", "request_reply", &heads, lines)
    }

    fn formulas(&self) -> Part {
        let lang = self.visit.lang;
        let line = |held: &domain::request::rate::RateFormula| Line {
            name: held.name.get(self.english()).to_owned(),
            code: held.version.to_string(),
            cells: vec![
                day(lang, held.from),
                format!(
                    "{} : {} : {}",
                    held.weights.response, held.weights.resolution, held.weights.satisfaction
                ),
                held.satisfied
                    .iter()
                    .map(|level| word(lang, "satisfaction", level.as_str()))
                    .collect::<Vec<_>>()
                    .join(comma(lang)),
                word(lang, "unreached", held.unreached.as_str()),
                format!("{}%", held.partly),
                held.least.to_string(),
            ],
            closed: false,
            edit: self.edit("rate_formula", held.version.as_str()),
            text: String::new(),
        };
        let lines = self.portfolio.plan.rate_formulas.iter().map(line).collect();
        let heads = [
            "request-rules-formula-head",
            "request-rules-from",
            "request-rules-weights",
            "field-satisfied-levels",
            "field-unreached",
            "field-partly",
            "field-least",
        ];
        self.part("formulas", "rate_formula", &heads, lines)
    }
}
