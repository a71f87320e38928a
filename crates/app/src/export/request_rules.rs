//! What requests are about and whom they go to, as sheets that are brought in again.

use domain::fact::Fact;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::policy::Action;
use domain::request::question_text;
use domain::request::routing::RouteTo;
use domain::subject::SubjectKind;

use super::Cell;
use super::ExportTable;
use super::records::fact_table;

fn both(name: Option<&Named>) -> [Cell; 2] {
    name.map_or([Cell::Empty, Cell::Empty], |name| [Cell::text(&name.zh), Cell::text(&name.en)])
}

fact_table!(
    REQUEST_CATEGORIES,
    "request_categories",
    SubjectKind::Plan,
    Action::ReadStaff,
    [
        "category",
        "order",
        "name_zh",
        "name_en",
        "about_zh",
        "about_en",
        "category_words",
        "request_preset",
        "private",
        "shown_place",
        "batch",
        "needs_contact",
        "warning_zh",
        "warning_en",
        "questions",
        "closed"
    ],
    [],
    |_, _, fact| {
        let Fact::Plan(PlanFact::RequestCategory(held)) = &fact.fact else { return None };
        let mut own = vec![Cell::code(Some(&held.category)), Cell::whole(held.order)];
        own.extend(both(Some(&held.name)));
        own.extend(both(held.about.as_ref()));
        own.extend([
            Cell::text(held.words_text()),
            Cell::code(Some(&held.preset)),
            Cell::Bool(held.private),
            Cell::text(held.shown_place.to_text()),
            Cell::Bool(held.batch),
            Cell::Bool(held.needs_contact),
        ]);
        own.extend(both(held.warning.as_ref()));
        own.extend([Cell::text(question_text::to_text(&held.questions)), Cell::Bool(held.closed)]);
        Some((own, Vec::new()))
    }
);

fact_table!(
    REQUEST_ROUTES,
    "request_routes",
    SubjectKind::Plan,
    Action::ReadStaff,
    [
        "route",
        "order",
        "categories",
        "areas",
        "on_days",
        "hours_from",
        "hours_to",
        "unit",
        "supporting_units",
        "closed"
    ],
    [],
    |_, _, fact| {
        let Fact::Plan(PlanFact::RequestRoute(held)) = &fact.fact else { return None };
        let hour = |time: jiff::civil::Time| Cell::text(time.strftime("%H:%M").to_string());
        let unit = match &held.to {
            RouteTo::Unit(unit) => Some(unit),
            RouteTo::AreaOffice => None,
        };
        let own = vec![
            Cell::code(Some(&held.route)),
            Cell::whole(held.order),
            Cell::codes(&held.categories),
            Cell::codes(&held.areas),
            Cell::text(held.days.as_str()),
            held.hours.map_or(Cell::Empty, |(from, _)| hour(from)),
            held.hours.map_or(Cell::Empty, |(_, to)| hour(to)),
            Cell::code(unit),
            Cell::codes(&held.supporting),
            Cell::Bool(held.closed),
        ];
        Some((own, Vec::new()))
    }
);
