//! Links of the plan: one row for each.

use domain::code::Code;
use domain::facility::{Datum, Stated};
use domain::fact::Fact;
use domain::link::{EndsSeen, LinkForm, NewLink};
use domain::plan::PlanFact;
use domain::request::Point;
use domain::subject::Subject;

use super::cells::CellProblem;
use super::orders::DATUMS;
use super::{Cells, ColumnKind as K, Reading, Table, column};
use crate::place::site;

const FORMS: &[&str] = &["bridge", "underpass", "crossing", "path"];

pub(super) const LINKS: Table = Table {
    name: "links",
    columns: &[
        column("link", true, K::Code),
        column("name_zh", true, K::Text),
        column("name_en", false, K::Text),
        column("link_form", true, K::OneOf(FORMS)),
        column("from_longitude", true, K::Number),
        column("from_latitude", true, K::Number),
        column("to_longitude", true, K::Number),
        column("to_latitude", true, K::Number),
        // What coordinates refer to is asked for, never guessed.
        column("datum", true, K::OneOf(DATUMS)),
        column("metres", false, K::Whole),
        column("opens_on", false, K::Day),
        column("closes_on", false, K::Day),
        column("project", false, K::Code),
        column("seen_on", false, K::Day),
        column("seen_by", false, K::Text),
    ],
    reading: Reading::Record(link),
};

fn link(cells: &mut Cells, plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let (link, name) = (cells.code("link"), cells.named("name_zh", "name_en"));
    let form = cells.word("link_form", FORMS, LinkForm::parse);
    let datum = cells.word("datum", DATUMS, Datum::parse);
    let mut end = |columns: [&str; 2]| {
        let [longitude, latitude] = columns;
        let at = (cells.degrees(longitude, 180), cells.degrees(latitude, 90));
        let at = Point { longitude: at.0?, latitude: at.1? };
        let placed = site(Stated { datum: datum?, at });
        if placed.is_none() {
            cells.fail(longitude, CellProblem::NotDegrees { most: 180 });
        }
        placed
    };
    let from = end(["from_longitude", "from_latitude"]);
    let to = end(["to_longitude", "to_latitude"]);
    let (metres, project) = (cells.whole("metres"), cells.code("project"));
    let (opens, closes) = (cells.day("opens_on"), cells.day("closes_on"));
    let seen = match (cells.is_empty("seen_on"), cells.is_empty("seen_by")) {
        (true, true) => None,
        _ => {
            let on = cells.must("seen_on", |cells| cells.day("seen_on"));
            let by = cells.must("seen_by", |cells| Some(cells.text("seen_by")));
            Some(EndsSeen { on: on?, by: by? })
        }
    };
    let ends = [from?, to?];
    let held = NewLink { name: name?, form: form?, ends, metres, opens, closes, project, seen };
    let fact = PlanFact::Link { link: link?, held: Some(held) };
    Some((Subject::plan(plan), vec![fact.into()]))
}
