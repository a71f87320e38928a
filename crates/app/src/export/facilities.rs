//! Facilities with their kinds and standards, as sheets that are brought in again.

use domain::facility::{Datum, Facility, OnSite, Site, entrances_text};
use domain::fact::Fact;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::policy::Action;
use domain::request::Point;
use domain::subject::SubjectKind;

use super::records::{fact_table, named};
use super::register::standing;
use super::{Cell, ExportTable, Snapshot, columns};
use crate::place::degrees_text;

fn both(name: Option<&Named>) -> [Cell; 2] {
    name.map_or([Cell::Empty, Cell::Empty], named)
}

fact_table!(
    FACILITY_KINDS,
    "facility_kinds",
    SubjectKind::Plan,
    Action::ReadPublic,
    [
        "kind",
        "order",
        "name_zh",
        "name_en",
        "ages",
        "capacity_unit_zh",
        "capacity_unit_en",
        "request_categories",
        "least_square_metres",
        "closed"
    ],
    [],
    |_, _, fact| {
        let Fact::Plan(PlanFact::FacilityKind(held)) = &fact.fact else { return None };
        let mut own = vec![Cell::code(Some(&held.kind)), Cell::whole(held.order)];
        own.extend(both(Some(&held.name)));
        own.push(held.ages.map_or(Cell::Empty, |ages| Cell::text(ages.to_string())));
        own.extend(both(held.capacity_unit.as_ref()));
        own.push(Cell::codes(&held.request_categories));
        own.push(held.least_square_metres.map_or(Cell::Empty, Cell::whole));
        own.push(Cell::Bool(held.closed));
        Some((own, Vec::new()))
    }
);

fact_table!(
    FACILITY_STANDARDS,
    "facility_standards",
    SubjectKind::Plan,
    Action::ReadPublic,
    [
        "standard",
        "kind",
        "name_zh",
        "name_en",
        "circle",
        "metric",
        "value",
        "valid_from",
        "valid_to",
        "standard_url",
        "checked_on",
        "checked_by"
    ],
    ["checked"],
    |_, _, fact| {
        let Fact::Plan(PlanFact::FacilityStandard(held)) = &fact.fact else { return None };
        let mut own = vec![Cell::code(Some(&held.standard)), Cell::code(Some(&held.kind))];
        own.extend(both(Some(&held.name)));
        own.extend([
            Cell::text(held.circle.as_str()),
            Cell::text(held.metric.as_str()),
            Cell::decimal(held.value),
            held.valid_from.map_or(Cell::Empty, Cell::Day),
            held.valid_to.map_or(Cell::Empty, Cell::Day),
            Cell::text(&held.url),
            held.checked.as_ref().map_or(Cell::Empty, |checked| Cell::Day(checked.on)),
            held.checked.as_ref().map_or(Cell::Empty, |checked| Cell::text(&checked.by)),
        ]);
        Some((own, vec![Cell::Bool(held.is_checked())]))
    }
);

fact_table!(
    OFFICIAL_COUNTS,
    "official_counts",
    SubjectKind::Plan,
    Action::ReadPublic,
    ["kind", "area", "count"],
    ["kind_name"],
    |snapshot, _, fact| {
        let Fact::Plan(PlanFact::OfficialCount(held)) = &fact.fact else { return None };
        let count = held.count?;
        let own = vec![Cell::code(Some(&held.kind)), Cell::code(held.area.as_ref()), Cell::whole(count)];
        let kind = snapshot.portfolio.plan.facility_kind(held.kind.as_str());
        let name = kind.map_or(Cell::Empty, |kind| Cell::text(kind.name.get(snapshot.english)));
        Some((own, vec![name]))
    }
);

pub(super) const FACILITIES: ExportTable = ExportTable {
    name: "facilities",
    columns: columns!(
        [
            "code",
            "name_zh",
            "name_en",
            "kind",
            "longitude",
            "latitude",
            "datum",
            "boundary",
            "entrances",
            "area",
            "capacity",
            "opens_on",
            "closes_on",
            "project",
            "licence",
            "seen_on",
            "seen_by",
            "seen_capacity"
        ],
        ["kind_name", "capacity_unit", "area_name", "project_name", "standing", "on_site"]
    ),
    access: Action::ReadPublic,
    importable: true,
    rows: |snapshot, visit| {
        let portfolio = &snapshot.portfolio;
        for history in snapshot.history.of_kind(&portfolio.plan.code, SubjectKind::Facility) {
            if let Some(row) = row(snapshot, history) {
                visit(row);
            }
        }
    },
};

/// Where a facility is, where it ends and where people go in, as its source gave them, so that the same comes in again.
/// A row has one datum: where sources gave several, all of it is WGS 84.
fn whereabouts(facility: &Facility) -> [Cell; 5] {
    let datums = facility.site.iter().chain(&facility.entrances).map(|site| site.source().datum);
    let mut datums = datums.chain(facility.boundary.iter().map(|held| held.source().0));
    let datum = datums.next().filter(|first| datums.all(|other| other == *first));
    let at = |site: &Site| if datum.is_some() { site.source().at } else { site.at };
    let degrees = |of: fn(Point) -> i32| {
        facility.site.map_or(Cell::Empty, |site| Cell::Number(degrees_text(of(at(&site)))))
    };
    let boundary = facility.boundary.as_ref().map(|held| match datum {
        Some(_) => held.source().1,
        None => &held.boundary,
    });
    let entrances = entrances_text(facility.entrances.iter().map(at));
    [
        degrees(|at| at.longitude),
        degrees(|at| at.latitude),
        facility.site.map_or(Cell::Empty, |_| Cell::text(datum.unwrap_or(Datum::Wgs84).as_str())),
        boundary.map_or(Cell::Empty, |drawn| Cell::text(drawn.to_wkt())),
        if entrances.is_empty() { Cell::Empty } else { Cell::text(entrances) },
    ]
}

fn row(snapshot: &Snapshot, history: &domain::history::SubjectHistory) -> Option<Vec<Cell>> {
    let (portfolio, english) = (&snapshot.portfolio, snapshot.english);
    let facility = portfolio.facility(history.subject.code.as_str())?;
    let [zh, en] = both(facility.name.as_ref());
    let day = |day: Option<jiff::civil::Date>| day.map_or(Cell::Empty, Cell::Day);
    let mut row = vec![Cell::code(Some(&facility.code)), zh, en, Cell::code(facility.kind.as_ref())];
    row.extend(whereabouts(facility));
    row.extend([
        Cell::code(facility.area.as_ref()),
        facility.capacity.map_or(Cell::Empty, Cell::whole),
        day(facility.opens),
        day(facility.closes),
        Cell::code(facility.project.as_ref()),
        Cell::text(&facility.licence),
    ]);
    // What lapsed is no word to bring in again.
    let seen = match &facility.on_site {
        OnSite::Seen(seen) => Some(seen),
        OnSite::Lapsed(_) | OnSite::Never => None,
    };
    row.extend([
        day(seen.map(|seen| seen.on)),
        seen.map_or(Cell::Empty, |seen| Cell::text(&seen.by)),
        seen.map_or(Cell::Empty, |seen| Cell::Bool(seen.capacity)),
    ]);
    let topics = [
        "name",
        "kind",
        "site",
        "boundary",
        "entrances",
        "area",
        "capacity",
        "opens",
        "closes",
        "project",
        "licence",
        "on_site",
    ];
    let (day, seq, grade) = standing(history, portfolio.view, &topics);
    row.extend(snapshot.common(day, seq, grade));
    let kind = facility.kind.as_ref().and_then(|kind| portfolio.plan.facility_kind(kind.as_str()));
    row.push(kind.map_or(Cell::Empty, |kind| Cell::text(kind.name.get(english))));
    let unit = kind.and_then(|kind| kind.capacity_unit.as_ref());
    row.push(unit.map_or(Cell::Empty, |unit| Cell::text(unit.get(english))));
    row.push(portfolio.area_of(facility).map_or(Cell::Empty, |area| Cell::text(area.name.get(english))));
    row.push(facility.project.as_ref().map_or(Cell::Empty, |it| snapshot.project_name(it.as_str())));
    row.push(Cell::text(portfolio.standing_of(facility).as_str()));
    row.push(Cell::text(facility.on_site.as_str()));
    Some(row)
}
