//! What places are called: aliases of areas in tables, and the area that a text names by one or by a facility.

use app::export::{self, Cell};
use app::import::{ImportReport, Mode, Profile, Resolver, Sheet, SheetRow, prepare};
use app::read::Asked;
use app::table::table;
use app::{Actor, App};
use domain::area::{AreaFact, AreaLevel};
use domain::boundary::Boundary;
use domain::code::Code;
use domain::command::Command;
use domain::facility::{FacilityFact, FacilityKind, Site};
use domain::fact::Fact;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::request::Point;
use domain::subject::{Subject, directory};
use scratch::Scratch;

use crate::place::{Place, code};

fn sheet(rows: &[&[&str]]) -> Sheet {
    let numbered = rows.iter().zip(1..).map(|(cells, number)| SheetRow {
        number,
        cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
    });
    Sheet { rows: numbered.collect(), ..Sheet::default() }
}

fn import(place: &Place, sheet: &Sheet) -> ImportReport {
    use app::Clock;
    let portfolio = place.runtime.block_on(place.app.portfolio(&code("p"), Asked::default())).unwrap();
    let (table, resolver) = (table("areas").unwrap(), Resolver::of(&portfolio));
    let today = place.clock.today();
    let prepared = prepare(table, &directory(), sheet, &Profile::default(), &resolver, today).unwrap();
    place.runtime.block_on(place.app.import(&Actor::operator(), prepared, Mode::Apply, None)).unwrap()
}

/// The table of areas as it is given out.
fn exported(place: &Place) -> Sheet {
    let snapshot =
        place.runtime.block_on(place.app.snapshot(&code("p"), Asked::default(), false, true)).unwrap();
    let table = export::table("areas").unwrap();
    let mut rows = vec![table.columns.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>()];
    table.each(&snapshot, &mut |row| {
        let text = |cell: Cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Number(text) => text,
            Cell::Day(day) => day.to_string(),
            Cell::Bool(yes) => yes.to_string(),
        };
        rows.push(row.into_iter().map(text).collect());
    });
    let rows = rows.into_iter().zip(1..).map(|(cells, number)| SheetRow { number, cells });
    Sheet { rows: rows.collect(), ..Sheet::default() }
}

fn aliases(sheet: &Sheet, area: &str) -> String {
    let at = sheet.rows[0].cells.iter().position(|head| head == "aliases").unwrap();
    let row = sheet.rows.iter().find(|row| row.cells[0] == area).unwrap();
    row.cells[at].clone()
}

fn aliases_go_out_and_come_in_again(scratch: Scratch) {
    let place = Place::open(scratch);
    let report = import(&place, &sheet(&[&["编码", "别名"], &["town", "老镇；镇上、 Old Town\n老镇东"]]));
    assert_eq!((report.applied, report.counts.changed), (true, 1), "{:?}", report.problems.first());
    let out = exported(&place);
    assert_eq!(aliases(&out, "town"), "老镇; 镇上; Old Town; 老镇东");
    assert_eq!(aliases(&out, "estate"), "");
    let again = import(&place, &out);
    assert_eq!((again.entries, again.counts.unchanged), (0, out.rows.len() - 1));
    // An empty cell says nothing; what is wrong is named where it stands, and nothing is recorded.
    let none = import(&place, &sheet(&[&["code", "level", "又名"], &["town", "subdistrict", ""]]));
    assert_eq!((none.entries, aliases(&exported(&place), "town").is_empty()), (0, false));
    let twice = import(&place, &sheet(&[&["code", "aliases"], &["estate", "老院"], &["town", "甲院;甲院"]]));
    assert!(!twice.applied);
    let found: Vec<(u32, &str)> = twice.problems.iter().map(|it| (it.row, it.key())).collect();
    assert_eq!(found, [(3, "twice")]);
    assert_eq!(aliases(&exported(&place), "estate"), "");
    // Other tables name an area by what people call it.
    let below = import(
        &place,
        &sheet(&[&["code", "名称", "level", "parent"], &["new", "新区", "community", "老镇"]]),
    );
    assert!(below.applied, "{:?}", below.problems.first());
    let held = place.runtime.block_on(place.app.portfolio(&code("p"), Asked::default())).unwrap();
    assert_eq!(held.areas[&code("new")].parent, Some(code("town")));
}

struct Town(Place);

impl Town {
    fn open(scratch: Scratch) -> Self {
        let town = Self(Place::open(scratch));
        for (area, parent, level) in [
            ("mill", "town", AreaLevel::Community),
            ("harbour", "district", AreaLevel::Subdistrict),
            ("quay", "harbour", AreaLevel::Community),
        ] {
            let facts = vec![
                AreaFact::Name(Named::new(format!("{area}街坊"), "")).into(),
                AreaFact::Level { level }.into(),
                AreaFact::Parent { parent: Some(code(parent)) }.into(),
            ];
            town.0.register(Subject::area(&code(area)), facts);
        }
        let kind = FacilityKind {
            kind: code("sport"),
            order: 1,
            name: Named::new("体育场地、健身房", "Sports ground"),
            ages: None,
            capacity_unit: None,
            request_categories: Vec::new(),
            least_square_metres: None,
            closed: false,
        };
        town.record(Subject::plan(&code("p")), vec![PlanFact::FacilityKind(kind).into()]);
        town
    }

    fn record(&self, subject: Subject, facts: Vec<Fact>) {
        self.0.change(Command::Record { subject, facts, expected: None });
    }

    fn facility(&self, own: &str, name: Named, area: &str) {
        let facts = vec![
            FacilityFact::Kind { kind: code("sport") }.into(),
            FacilityFact::Site(Site::wgs84(Point { longitude: 116_320_000, latitude: 40_070_000 })).into(),
            FacilityFact::Area { area: Some(code(area)) }.into(),
            FacilityFact::Name(name).into(),
        ];
        self.0.register(Subject::facility(&code("p"), &code(own)), facts);
    }

    fn area_at(&self, text: &str, point: Option<Point>) -> Option<String> {
        let (app, plan): (&App, Code) = (&self.0.app, code("p"));
        let found = self.0.runtime.block_on(app.area_of_request(&plan, text, "", point)).unwrap();
        // Whoever is about to ask is told the same.
        let asked = app.suggest_for_request(&plan, text, "", None, point);
        assert_eq!(self.0.runtime.block_on(asked).unwrap().area, found, "{text}");
        found.map(|code| code.to_string())
    }

    fn area(&self, text: &str) -> Option<String> {
        self.area_at(text, None)
    }
}

fn a_text_is_of_the_area_that_people_call_so(scratch: Scratch) {
    let town = Town::open(scratch);
    let called = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        town.record(Subject::area(&code("town")), vec![AreaFact::Aliases { names }.into()]);
    };
    assert_eq!(town.area("老镇东头的路灯不亮"), None);
    called(&["老镇", "Old Town"]);
    assert_eq!(town.area("老镇东头的路灯不亮").as_deref(), Some("town"));
    assert_eq!(town.area("No light in old town since Monday").as_deref(), Some("town"));
    // What is finer says more.
    assert_eq!(town.area("老镇 mill街坊的路灯不亮").as_deref(), Some("mill"));
    // Called so no longer, it is not found so.
    called(&[]);
    assert_eq!(town.area("老镇东头的路灯不亮"), None);
    // A name that two go by tells nothing.
    called(&["老镇"]);
    let names = AreaFact::Aliases { names: vec!["老镇".into()] };
    town.record(Subject::area(&code("harbour")), vec![names.into()]);
    assert_eq!(town.area("老镇东头的路灯不亮"), None);
}

fn a_text_is_of_the_area_of_the_facility_that_it_names(scratch: Scratch) {
    let town = Town::open(scratch);
    let zh = |name: &str| Named::new(name, "");
    town.facility("F-1", Named::new("老磨坊球场", "Old Mill Court"), "mill");
    for (own, name, area) in [
        // Of one name, in one area and in two.
        ("F-2", "晨光健身", "mill"),
        ("F-3", "晨光健身", "mill"),
        ("F-4", "飞跃健身", "mill"),
        ("F-5", "飞跃健身", "quay"),
        // Too short, and what only says what it is.
        ("F-6", "球场", "quay"),
        ("F-7", "健身房", "quay"),
        ("F-8", "11号楼", "quay"),
        ("F-9", "体育公园", "quay"),
        ("F-10", "滨海体育公园", "quay"),
        // Of an area that is too large to say where, and called as an area is.
        ("F-11", "全区体育馆", "district"),
        ("F-12", "estate小区", "quay"),
    ] {
        town.facility(own, zh(name), area);
    }
    let found = |text: &str| town.area(text);
    assert_eq!(found("老磨坊球场门口的路灯不亮").as_deref(), Some("mill"));
    assert_eq!(found("The lamp at Old Mill Court is broken").as_deref(), Some("mill"));
    assert_eq!(found("晨光健身太吵").as_deref(), Some("mill"));
    assert_eq!(found("滨海体育公园停水").as_deref(), Some("quay"));
    for nothing in
        ["飞跃健身太吵", "球场停水", "健身房停水", "住11号楼，停水", "体育公园停水", "全区体育馆停水"]
    {
        assert_eq!(found(nothing), None, "{nothing}");
    }
    // The name of an area is the area, whoever else is called so.
    assert_eq!(found("estate小区停水").as_deref(), Some("estate"));
    // Two in different areas: nobody knows which it is about.
    assert_eq!(found("从老磨坊球场到滨海体育公园没有路灯"), None);
    // An area that is named decides; a facility in it says more, another nothing.
    assert_eq!(found("town小区，老磨坊球场路灯不亮").as_deref(), Some("mill"));
    assert_eq!(found("town小区，滨海体育公园路灯不亮").as_deref(), Some("town"));
    assert_eq!(found("estate小区，老磨坊球场路灯不亮").as_deref(), Some("estate"));
    assert_eq!(found("quay街坊，飞跃健身路灯不亮").as_deref(), Some("quay"));
    // So does the one that is drawn around the point.
    let around = "POLYGON ((116.3 40.0, 116.4 40.0, 116.4 40.1, 116.3 40.1, 116.3 40.0))";
    let boundary = Boundary::parse(around).unwrap();
    town.record(Subject::area(&code("town")), vec![AreaFact::Boundary { boundary }.into()]);
    let inside = Some(Point { longitude: 116_350_000, latitude: 40_050_000 });
    assert_eq!(town.area_at("老磨坊球场路灯不亮", inside).as_deref(), Some("mill"));
    assert_eq!(town.area_at("滨海体育公园路灯不亮", inside).as_deref(), Some("town"));
    assert_eq!(town.area_at("路灯不亮", inside).as_deref(), Some("town"));
}

on_both!(
    aliases_go_out_and_come_in_again,
    a_text_is_of_the_area_that_people_call_so,
    a_text_is_of_the_area_of_the_facility_that_it_names,
);
