//! Links of the plan, as a sheet that is brought in again.

use domain::facility::{Datum, Site};
use domain::fact::Fact;
use domain::plan::PlanFact;
use domain::policy::Action;
use domain::subject::SubjectKind;
use jiff::civil::Date;

use super::records::{fact_table, named};
use super::{Cell, ExportTable};
use crate::place::degrees_text;

fact_table!(
    LINKS,
    "links",
    SubjectKind::Plan,
    Action::ReadPublic,
    [
        "link",
        "name_zh",
        "name_en",
        "link_form",
        "from_longitude",
        "from_latitude",
        "to_longitude",
        "to_latitude",
        "datum",
        "metres",
        "opens_on",
        "closes_on",
        "project",
        "seen_on",
        "seen_by"
    ],
    ["project_name", "standing"],
    |snapshot, _, fact| {
        let Fact::Plan(PlanFact::Link { link, held: Some(held) }) = &fact.fact else { return None };
        let day = |day: Option<Date>| day.map_or(Cell::Empty, Cell::Day);
        // A row has one datum: where sources gave two, both ends are WGS 84.
        let [first, second] = held.ends.map(Site::source);
        let datum = if first.datum == second.datum { first.datum } else { Datum::Wgs84 };
        let at = |site: Site| if site.source().datum == datum { site.source().at } else { site.at };
        let mut own = vec![Cell::code(Some(link))];
        own.extend(named(&held.name));
        own.push(Cell::text(held.form.as_str()));
        for end in held.ends.map(at) {
            own.extend([end.longitude, end.latitude].map(|degrees| Cell::Number(degrees_text(degrees))));
        }
        own.extend([
            Cell::text(datum.as_str()),
            held.metres.map_or(Cell::Empty, Cell::whole),
            day(held.opens),
            day(held.closes),
            Cell::code(held.project.as_ref()),
            day(held.seen.as_ref().map(|seen| seen.on)),
            held.seen.as_ref().map_or(Cell::Empty, |seen| Cell::text(&seen.by)),
        ]);
        let project = held.project.as_ref().map_or(Cell::Empty, |it| snapshot.project_name(it.as_str()));
        Some((own, vec![project, Cell::text(snapshot.portfolio.link_standing(held).as_str())]))
    }
);
