//! What requests are about, and whom they go to: rules of a plan that offices keep as sheets.

use std::str::FromStr;

use domain::code::Code;
use domain::fact::Fact;
use domain::plan::PlanFact;
use domain::request::routing::{OnDays, Route, RouteTo};
use domain::request::{RequestCategory, ShownPlace, question_text};
use domain::subject::Subject;
use jiff::civil::Time;

use super::cells::CellProblem;
use super::{Cells, ColumnKind as K, Reading, Table, column};

const ON_DAYS: &[&str] = &["any", "working", "off"];

fn of(plan: &Code, fact: PlanFact) -> Option<(Subject, Vec<Fact>)> {
    Some((Subject::plan(plan), vec![fact.into()]))
}

pub(super) const REQUEST_CATEGORIES: Table = Table {
    name: "request_categories",
    columns: &[
        column("category", true, K::Code),
        column("order", true, K::Whole),
        column("name_zh", true, K::Text),
        column("name_en", false, K::Text),
        column("about_zh", false, K::Text),
        column("about_en", false, K::Text),
        column("category_words", false, K::Text),
        column("request_preset", true, K::Code),
        // What everybody sees is never left to what a sheet does not say.
        column("private", true, K::YesNo),
        column("shown_place", true, K::Text),
        column("batch", false, K::YesNo),
        column("needs_contact", false, K::YesNo),
        column("warning_zh", false, K::Text),
        column("warning_en", false, K::Text),
        column("questions", false, K::Text),
        column("closed", false, K::YesNo),
    ],
    reading: Reading::Record(category),
};

fn category(cells: &mut Cells, plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let category = cells.code("category");
    let order = cells.whole("order");
    let name = cells.named("name_zh", "name_en");
    let about = cells.named("about_zh", "about_en");
    let words = RequestCategory::parse_words(&cells.text("category_words"));
    let preset = cells.code("request_preset");
    let private = cells.yes_no("private").unwrap_or(true);
    let shown_place = cells.parsed("shown_place", CellProblem::NotAShownPlace, ShownPlace::parse);
    let batch = cells.yes_no("batch").unwrap_or(false);
    let needs_contact = cells.yes_no("needs_contact").unwrap_or(false);
    let warning = cells.named("warning_zh", "warning_en");
    let questions =
        cells.parsed("questions", CellProblem::NotQuestions, |text| question_text::parse(text).ok());
    let closed = cells.yes_no("closed").unwrap_or(false);
    if !cells.errors().is_empty() {
        return None;
    }
    let held = RequestCategory {
        about,
        words,
        private,
        shown_place: shown_place?,
        batch,
        needs_contact,
        warning,
        closed,
        questions: questions.unwrap_or_default(),
        ..RequestCategory::new(category?, order?, name?, preset?)
    };
    of(plan, PlanFact::RequestCategory(held))
}

pub(super) const REQUEST_ROUTES: Table = Table {
    name: "request_routes",
    columns: &[
        column("route", true, K::Code),
        column("order", true, K::Whole),
        column("categories", false, K::Codes),
        column("areas", false, K::Codes),
        column("on_days", false, K::OneOf(ON_DAYS)),
        column("hours_from", false, K::Text),
        column("hours_to", false, K::Text),
        column("unit", false, K::Code),
        column("supporting_units", false, K::Codes),
        column("closed", false, K::YesNo),
    ],
    reading: Reading::Record(route),
};

fn route(cells: &mut Cells, plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let route = cells.code("route");
    let order = cells.whole("order");
    let (categories, areas) = (cells.codes("categories"), cells.codes("areas"));
    let days = cells.word("on_days", ON_DAYS, OnDays::parse).unwrap_or_default();
    let [from, to] = ["hours_from", "hours_to"]
        .map(|name| cells.parsed(name, CellProblem::NotATime, |text| Time::from_str(text).ok()));
    if from.is_some() != to.is_some() {
        cells.require("hours_from");
        cells.require("hours_to");
    }
    let unit = cells.code("unit");
    let supporting = cells.codes("supporting_units");
    let closed = cells.yes_no("closed").unwrap_or(false);
    if !cells.errors().is_empty() {
        return None;
    }
    let held = Route {
        areas,
        categories,
        days,
        hours: from.zip(to),
        supporting,
        closed,
        ..Route::new(route?, order?, unit.map_or(RouteTo::AreaOffice, RouteTo::Unit))
    };
    of(plan, PlanFact::RequestRoute(held))
}
