//! Tables of one row a thing: areas, units, projects, indicators as they stand at the point of view.

use domain::area::{Area, AreaFact, aliases_text};
use domain::code::Code;
use domain::facility::Datum;
use domain::history::{SubjectHistory, View};
use domain::journal::Seq;
use domain::named::Named;
use domain::policy::Action;
use domain::project::Membership;
use domain::source::Grade;
use domain::subject::{SubjectKind, directory};
use domain::unit::{Unit, UnitFact};
use jiff::civil::Date;

use super::records::named;
use super::{Cell, ExportTable, Snapshot, columns};

/// The day since which everything the row says holds, with the entry and grade of the registration.
pub(super) fn standing(history: &SubjectHistory, view: View, topics: &[&str]) -> (Date, Seq, Grade) {
    let topic = |slot: &str| topics.contains(&slot.split('/').next().unwrap_or(slot));
    let day = history
        .facts()
        .iter()
        .filter(|fact| fact.is_visible(view) && topic(&fact.slot))
        .map(|fact| fact.effective)
        .max();
    (day.unwrap_or(view.as_of), history.registered, history.grade())
}

/// A name that was never given is not exported as the code that stands in for it.
fn name_of(name: &Named, code: &Code) -> [Cell; 2] {
    if name.zh == code.as_str() && name.en.is_empty() { [Cell::Empty, Cell::Empty] } else { named(name) }
}

pub(super) const AREAS: ExportTable = ExportTable {
    name: "areas",
    columns: columns!(
        ["code", "name_zh", "name_en", "level", "parent", "population", "aliases", "boundary", "datum"],
        []
    ),
    access: Action::ReadPublic,
    importable: true,
    rows: |snapshot, visit| {
        let view = snapshot.portfolio.view;
        for history in in_order_of_registration(snapshot, SubjectKind::Area) {
            let code = &history.subject.code;
            let area = Area::at(code, history.visible::<AreaFact>(view));
            let [zh, en] = name_of(&area.name, code);
            let mut row = vec![
                Cell::code(Some(code)),
                zh,
                en,
                area.level.map_or(Cell::Empty, |level| Cell::text(level.as_str())),
                Cell::code(area.parent.as_ref()),
                area.population.map_or(Cell::Empty, Cell::whole),
                if area.aliases.is_empty() { Cell::Empty } else { Cell::text(aliases_text(&area.aliases)) },
                area.boundary.as_ref().map_or(Cell::Empty, |held| Cell::text(held.to_wkt())),
                area.boundary.as_ref().map_or(Cell::Empty, |_| Cell::text(Datum::Wgs84.as_str())),
            ];
            let (day, seq, grade) =
                standing(history, view, &["name", "level", "parent", "population", "aliases", "boundary"]);
            row.extend(snapshot.common(day, seq, grade));
            visit(row);
        }
    },
};

pub(super) const UNITS: ExportTable = ExportTable {
    name: "units",
    columns: columns!(["code", "name_zh", "name_en", "level", "parent", "area"], []),
    access: Action::ReadPublic,
    importable: true,
    rows: |snapshot, visit| {
        let view = snapshot.portfolio.view;
        for history in in_order_of_registration(snapshot, SubjectKind::Unit) {
            let code = &history.subject.code;
            let unit = Unit::at(code, history.visible::<UnitFact>(view));
            let [zh, en] = name_of(&unit.name, code);
            let mut row = vec![
                Cell::code(Some(code)),
                zh,
                en,
                unit.level.map_or(Cell::Empty, |level| Cell::text(level.as_str())),
                Cell::code(unit.parent.as_ref()),
                Cell::code(unit.area.as_ref()),
            ];
            let (day, seq, grade) = standing(history, view, &["name", "level", "parent", "area"]);
            row.extend(snapshot.common(day, seq, grade));
            visit(row);
        }
    },
};

/// A unit or area comes behind its parent, so that the table can be imported.
fn in_order_of_registration(snapshot: &Snapshot, kind: SubjectKind) -> Vec<&SubjectHistory> {
    let view = snapshot.portfolio.view;
    let mut out: Vec<&SubjectHistory> = snapshot
        .history
        .of_kind(&directory(), kind)
        .filter(|history| history.exists(view))
        .map(|history| &**history)
        .collect();
    out.sort_by_key(|history| history.registered);
    out
}

pub(super) const PROJECTS: ExportTable = ExportTable {
    name: "projects",
    columns: columns!(
        [
            "code",
            "name_zh",
            "name_en",
            "kind",
            "sector",
            "campaign",
            "areas",
            "address",
            "budget_yuan",
            "membership",
            "revision",
            "other"
        ],
        ["phase", "percent", "sector_name", "lead_unit_code", "lead_unit_name", "area_names"]
    ),
    access: Action::ReadPublic,
    importable: true,
    rows: |snapshot, visit| {
        let (portfolio, english) = (&snapshot.portfolio, snapshot.english);
        let mut projects: Vec<_> = snapshot
            .history
            .of_kind(&portfolio.plan.code, SubjectKind::Project)
            .filter_map(|history| Some((history, portfolio.project(history.subject.code.as_str())?)))
            .collect();
        // One that names another comes behind all that do not, so that the table can be imported.
        projects.sort_by_key(|(_, project)| project.membership_other.is_some());
        for (history, project) in projects {
            let [zh, en] = name_of(&project.name, &project.code);
            let areas: Vec<&str> = project.areas.iter().map(Code::as_str).collect();
            // Without a fact of it a project counts as not of the plan; that is no fact of its own.
            let unsaid = project.membership == Membership::Removed && project.since_revision.is_none();
            let said = !unsaid
                || history.facts().iter().any(|f| *f.slot == *"membership" && f.is_visible(portfolio.view));
            let mut row = vec![
                Cell::code(Some(&project.code)),
                zh,
                en,
                Cell::code(project.kind.as_ref()),
                Cell::code(project.sector.as_ref()),
                Cell::code(project.campaign.as_ref()),
                Cell::text(areas.join(";")),
                Cell::text(&project.address),
                project.budget.map_or(Cell::Empty, Cell::yuan),
                if said { Cell::text(project.membership.as_str()) } else { Cell::Empty },
                project.since_revision.map_or(Cell::Empty, Cell::whole),
                Cell::code(project.membership_other.as_ref()),
            ];
            let topics = ["name", "kind", "sector", "campaign", "place", "budget", "membership"];
            let (day, seq, grade) = standing(history, portfolio.view, &topics);
            row.extend(snapshot.common(day, seq, grade));
            row.push(Cell::text(project.phase().as_str()));
            row.push(project.percent().map_or(Cell::Empty, |(_, percent)| Cell::decimal(percent)));
            let sector = project.sector.as_ref().and_then(|code| portfolio.plan.sector(code.as_str()));
            row.push(sector.map_or(Cell::Empty, |sector| Cell::text(sector.name.get(english))));
            // Only to inform: who leads is a record of its own, with its own source and grade, in the
            // table `lead_units`.
            row.push(Cell::code(project.lead_unit.as_ref()));
            let unit = project.lead_unit.as_ref().and_then(|code| portfolio.units.get(code));
            row.push(unit.map_or(Cell::Empty, |unit| Cell::text(unit.name.get(english))));
            let names: Vec<&str> = project
                .areas
                .iter()
                .filter_map(|code| portfolio.areas.get(code))
                .map(|area| area.name.get(english))
                .collect();
            row.push(Cell::text(names.join(";")));
            visit(row);
        }
    },
};

pub(super) const INDICATORS: ExportTable = ExportTable {
    name: "indicators",
    columns: columns!(
        ["code", "name_zh", "name_en", "unit_zh", "unit_en", "direction", "sector"],
        ["latest", "latest_on"]
    ),
    access: Action::ReadPublic,
    importable: true,
    rows: |snapshot, visit| {
        let portfolio = &snapshot.portfolio;
        for history in snapshot.history.of_kind(&portfolio.plan.code, SubjectKind::Indicator) {
            let code = &history.subject.code;
            let Some(indicator) = portfolio.indicators.iter().find(|held| held.code.as_ref() == Some(code))
            else {
                continue;
            };
            let both = |name: &Option<Named>| name.as_ref().map_or([Cell::Empty, Cell::Empty], named);
            let ([zh, en], [unit_zh, unit_en]) = (both(&indicator.name), both(&indicator.unit));
            let mut row = vec![
                Cell::code(Some(code)),
                zh,
                en,
                unit_zh,
                unit_en,
                indicator.direction.map_or(Cell::Empty, |direction| Cell::text(direction.as_str())),
                Cell::code(indicator.sector.as_ref()),
            ];
            let (day, seq, grade) =
                standing(history, portfolio.view, &["name", "unit", "direction", "sector"]);
            row.extend(snapshot.common(day, seq, grade));
            let latest = indicator.latest();
            row.push(latest.map_or(Cell::Empty, |latest| Cell::decimal(latest.value)));
            row.push(latest.map_or(Cell::Empty, |latest| Cell::Day(latest.on)));
            visit(row);
        }
    },
};
