//! What is exported is imported again: unchanged where it came from, the same in an empty database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::export::{self, Cell};
use app::import::{ImportReport, Mode, Outcome, ProblemKind, Profile, Resolver, Sheet, SheetRow, prepare};
use app::read::Asked;
use app::table::{PlanFile, TABLES, table};
use app::{Actor, App, Change, FixedClock};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::person::PersonFact;
use domain::policy::{Role, Scope};
use domain::source::Source;
use domain::subject::{Subject, directory};
use jiff::civil::date;
use store::Database;

fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(file)
}

fn app(folder: &Path, name: &str) -> App {
    let address = format!("sqlite://{}", folder.join(name).display()).parse().unwrap();
    let clock = Arc::new(FixedClock::morning(date(2026, 11, 25)).unwrap());
    App::new(Database::open(&address, 0).unwrap(), clock)
}

/// Splits plain CSV text with quotation marks: enough for the demonstration's own files.
fn csv_sheet(text: &str) -> Sheet {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            character => cell.push(character),
        }
    }
    let rows = rows.into_iter().zip(1..).map(|(cells, number)| SheetRow { number, cells }).collect();
    Sheet { name: String::new(), rows, faults: Vec::new() }
}

fn rows(header: &[&str], body: &[&[&str]]) -> Sheet {
    let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
    let all = std::iter::once(&header).chain(body).zip(1..);
    let rows = all.map(|(cells, number)| SheetRow { number, cells: texts(cells) }).collect();
    Sheet { name: String::new(), rows, faults: Vec::new() }
}

async fn import_as(
    app: &App,
    actor: &Actor,
    name: &str,
    plan: &Code,
    sheet: &Sheet,
    mode: Mode,
) -> ImportReport {
    let profile = Profile::default();
    let resolver = match app.portfolio(plan, Asked::default()).await {
        Ok(portfolio) => Resolver::of(&portfolio),
        Err(_) => Resolver::default(),
    };
    let prepared =
        prepare(table(name).unwrap(), plan, sheet, &profile, &resolver, app.clock().today()).unwrap();
    app.import(actor, prepared, mode, None).await.unwrap()
}

async fn import(app: &App, name: &str, plan: &Code, sheet: &Sheet) -> ImportReport {
    import_as(app, &Actor::operator(), name, plan, sheet, Mode::Apply).await
}

/// The demonstration plan, from its files, through the import that anyone uses.
async fn load(app: &App) -> Code {
    let file = PlanFile::parse(&std::fs::read_to_string(demo("huitian-2018/plan.toml")).unwrap()).unwrap();
    let plan = file.code.clone();
    for name in ["areas", "units"] {
        let text = std::fs::read_to_string(demo(&format!("{name}.csv"))).unwrap();
        // These files name each area once a plan; the first row of each is taken.
        let mut sheet = csv_sheet(&text);
        let mut seen = Vec::new();
        sheet.rows.retain(|row| {
            !seen.contains(&row.cells[0]) && {
                seen.push(row.cells[0].clone());
                true
            }
        });
        let report = import(app, name, &directory(), &sheet).await;
        assert!(report.applied, "{name}: {:?}", report.problems.first());
    }
    app.change(&Actor::operator(), file.registration()).await.unwrap();
    for (_, change) in file.editions() {
        app.change(&Actor::operator(), change).await.unwrap();
    }
    for table in TABLES.iter().filter(|table| {
        let others = [
            "areas",
            "units",
            "indicators",
            "items",
            "item_records",
            "step_work",
            "step_links",
            "requests",
            "residences",
            "parcels",
            "index_versions",
            "evaluations",
        ];
        !others.contains(&table.name) && !table.name.starts_with("request_")
    }) {
        if table.name == "baselines" {
            load_one(app, &plan, "indicators").await;
        }
        load_one(app, &plan, table.name).await;
    }
    for (_, change) in file.results() {
        app.change(&Actor::operator(), change).await.unwrap();
    }
    let report = import(app, "index_versions", &plan, &csv_sheet(INDEX)).await;
    assert!(report.applied, "{:?}", report.problems.first());
    plan
}

/// The demonstration's indices are made by its program, not by a file.
const INDEX: &str = "\
index,name_zh,name_en,version,index_period,index_aggregation,least_coverage,index_parts,effective
living,生活指数,Living,2019,year,arithmetic,60,\"# 便利性 | Convenience | 1
retail_coverage | community_count / percent | higher | range 0 100 | 1 | 示例\",2019-09-01
";

async fn load_one(app: &App, plan: &Code, name: &str) {
    let text = std::fs::read_to_string(demo(&format!("huitian-2018/{name}.csv"))).unwrap();
    let sheet = csv_sheet(&text);
    if sheet.rows.len() > 1 {
        let report = import(app, name, plan, &sheet).await;
        assert!(report.applied, "{name}: {:?}", report.problems.first());
    }
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Number(text) => text,
        Cell::Day(day) => day.to_string(),
        Cell::Bool(yes) => yes.to_string(),
    }
}

async fn exported(app: &App, plan: &Code, name: &str, asked: Asked) -> Sheet {
    let snapshot = app.snapshot(plan, asked, false, true).await.unwrap();
    let table = export::table(name).unwrap();
    let heading =
        SheetRow { number: 1, cells: table.columns.iter().map(|name| (*name).to_owned()).collect() };
    let mut sheet = Sheet { name: name.into(), rows: vec![heading], faults: Vec::new() };
    table.each(&snapshot, &mut |row| {
        assert_eq!(row.len(), table.columns.len(), "{name}");
        let number = sheet.rows.len() as u32 + 1;
        sheet.rows.push(SheetRow { number, cells: row.into_iter().map(text).collect() });
    });
    sheet
}

#[tokio::test]
async fn exported_tables_are_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = app(folder.path(), "first.db");
    let plan = load(&first).await;
    let head = first.database().read(|c| c.head()).unwrap();
    let names: Vec<&str> =
        export::TABLES.iter().filter(|table| table.importable).map(|table| table.name).collect();
    // Work orders come in, and are not given out again with whoever asked.
    assert_eq!(names.len(), TABLES.iter().filter(|table| !table.is_of_orders()).count());

    // Where it came from, nothing is new.
    for name in &names {
        let sheet = exported(&first, &plan, name, Asked::default()).await;
        let report = import(&first, name, &plan, &sheet).await;
        assert!(report.is_good(), "{name}: {:?}", report.problems.first());
        assert_eq!((report.entries, report.counts.unchanged), (0, sheet.rows.len() - 1), "{name}");
    }
    assert_eq!(first.database().read(|c| c.head()).unwrap(), head);

    // In a database that has only the plan itself, it gives the same tables.
    let second = app(folder.path(), "second.db");
    let file = PlanFile::parse(&std::fs::read_to_string(demo("huitian-2018/plan.toml")).unwrap()).unwrap();
    let mut registered = false;
    for name in &names {
        let sheet = exported(&first, &plan, name, Asked::default()).await;
        if *name == "projects" && !std::mem::replace(&mut registered, true) {
            second.change(&Actor::operator(), file.registration()).await.unwrap();
            for (_, change) in file.editions() {
                second.change(&Actor::operator(), change).await.unwrap();
            }
        }
        let report = import(&second, name, &plan, &sheet).await;
        assert!(report.applied, "{name}: {:?}", report.problems.first());
    }
    for name in names {
        let (mut here, mut there) = (
            exported(&first, &plan, name, Asked::default()).await,
            exported(&second, &plan, name, Asked::default()).await,
        );
        here.rows.sort_by(|a, b| a.cells.cmp(&b.cells));
        there.rows.sort_by(|a, b| a.cells.cmp(&b.cells));
        let cells = |sheet: Sheet| sheet.rows.into_iter().map(|row| row.cells).collect::<Vec<_>>();
        let (here, there) = (cells(here), cells(there));
        let differs = here.iter().zip(&there).find(|(here, there)| here != there);
        assert_eq!(differs, None, "{name}");
        assert_eq!(here.len(), there.len(), "{name}");
    }
}

#[tokio::test]
async fn all_or_nothing_with_every_mistake_named() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), "one.db");
    let plan = load(&app).await;
    let head = app.database().read(|c| c.head()).unwrap();
    let sheet = rows(
        &["项目编码", "节点", "日期性质", "节点日期", "生效日"],
        &[
            &["HT-EDU-001", "开工", "预计", "2030年3月", "2026-01-05"],
            &["HT-EDU-001", "开工", "预计", "2030-04", "2026-01-05"],
            &["NO-SUCH", "start", "forecast", "2030", ""],
            &["HT-EDU-002", "完工", "大概", "明年", ""],
            &["HT-EDU-002", "竣工", "forecast", "2030", ""],
        ],
    );
    let report = import(&app, "milestones", &plan, &sheet).await;
    assert!(!report.applied);
    let found: Vec<(u32, &str, &str)> =
        report.problems.iter().map(|p| (p.row, p.field.as_str(), p.key())).collect();
    assert!(found.contains(&(4, "project", "unknown-subject")), "{found:?}");
    assert!(found.contains(&(5, "aspect", "cell-not-one-of")), "{found:?}");
    assert!(found.contains(&(5, "date", "cell-not-a-date")), "{found:?}");
    assert!(found.iter().any(|(row, ..)| *row == 6), "{found:?}");
    // Values are named as they stand in the file.
    assert!(report.problems.iter().any(|p| p.value == "明年" && p.column == "节点日期"), "{found:?}");
    assert!(report.problems.iter().any(|p| p.row == 3 && p.kind == ProblemKind::Twin { first: 2 }));
    assert_eq!(app.database().read(|c| c.head()).unwrap(), head, "nothing was written");

    // The good row alone: first tried, then made, then nothing new.
    let good = Sheet { rows: sheet.rows[..2].to_vec(), ..Sheet::default() };
    let tried = import_as(&app, &Actor::operator(), "milestones", &plan, &good, Mode::DryRun).await;
    assert_eq!((tried.applied, tried.counts.changed, tried.entries), (false, 1, 1));
    assert_eq!(tried.rows[0].recorded[0].slot, "milestone/forecast/-/start");
    assert_eq!(app.database().read(|c| c.head()).unwrap(), head);
    let made = import(&app, "milestones", &plan, &good).await;
    assert_eq!((made.applied, made.rows[0].outcome), (true, Outcome::Changed));
    let again = import(&app, "milestones", &plan, &good).await;
    assert_eq!((again.counts.unchanged, again.entries), (1, 0));
}

#[tokio::test]
async fn a_row_without_a_day_is_new_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("days.db").display()).parse().unwrap();
    let clock = Arc::new(FixedClock::morning(date(2026, 11, 25)).unwrap());
    let app = App::new(Database::open(&address, 0).unwrap(), clock.clone());
    let plan = load(&app).await;
    let sheet = rows(&["project", "percent"], &[&["HT-EDU-001", "40%"], &["HT-EDU-002", "55"]]);
    assert_eq!(import(&app, "progress", &plan, &sheet).await.entries, 2);
    let remarks = rows(&["project", "text"], &[&["HT-EDU-001", "甲"], &["HT-EDU-001", "乙"]]);
    assert_eq!(import(&app, "remarks", &plan, &remarks).await.entries, 2);
    clock.set_morning(date(2026, 12, 2)).unwrap();
    assert_eq!(import(&app, "progress", &plan, &sheet).await.entries, 0);
    assert_eq!(import(&app, "remarks", &plan, &remarks).await.entries, 0);
}

#[tokio::test]
async fn a_person_imports_within_their_rights_only() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), "rights.db");
    let plan = load(&app).await;
    for (code, role, scope) in [
        ("zhao", Role::DistrictTaskForce, Scope::Area(Code::new("changping").unwrap())),
        ("shen", Role::Auditor, Scope::Everything),
    ] {
        let facts = [PersonFact::Name { name: code.into() }, PersonFact::Role { role, scope, held: true }];
        let subject = Subject::person(&Code::new(code).unwrap());
        let command = Command::Register { subject, facts: facts.into_iter().map(Fact::from).collect() };
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        app.change(&Actor::operator(), change).await.unwrap();
    }
    let sheet = rows(&["project", "percent"], &[&["HT-EDU-001", "40"]]);
    let zhao = app.actor(&Code::new("zhao").unwrap()).await.unwrap().unwrap();
    let report = import_as(&app, &zhao, "progress", &plan, &sheet, Mode::Apply).await;
    assert!(report.applied, "{:?}", report.problems);
    // Promises are the municipal task force's to move.
    let promise = rows(
        &["project", "step", "aspect", "date", "reason"],
        &[&["HT-EDU-001", "completion", "promised", "2031", "因故"]],
    );
    let report = import_as(&app, &zhao, "milestones", &plan, &promise, Mode::Apply).await;
    assert_eq!((report.applied, report.problems[0].key()), (false, "not-allowed"));
    let shen = app.actor(&Code::new("shen").unwrap()).await.unwrap().unwrap();
    let profile = Profile::default();
    let resolver = Resolver::default();
    let today = app.clock().today();
    let prepared = prepare(table("progress").unwrap(), &plan, &sheet, &profile, &resolver, today).unwrap();
    assert!(app.import(&shen, prepared, Mode::DryRun, None).await.is_err());
}

#[test]
fn profiles_name_columns_constants_and_words() {
    let profile = Profile::parse(
        "table = \"projects\"\nheader_row = 3\ndates = [\"%d.%m.%Y\"]\n[columns]\n\"工程号\" = \"code\"\n\
         \"名称\" = \"name_zh\"\n\"备注\" = \"\"\n[constants]\ngrade = \"reported\"\n\
         [values.membership]\n\"在管\" = \"member\"\n",
    )
    .unwrap();
    let mut sheet = rows(
        &["2019年项目台账", "", "", "", ""],
        &[
            &["制表:专班", "", "", "", ""],
            &["工程号", "名称", "状态", "起算日期", "备注"],
            &["A-1", "天通苑路", "在管", "14.08.2019", "无"],
        ],
    );
    let plan = Code::new("p").unwrap();
    let prepare_it = |sheet: &Sheet, profile: &Profile| {
        prepare(table("projects").unwrap(), &plan, sheet, profile, &Resolver::default(), date(2026, 11, 25))
    };
    let prepared = prepare_it(&sheet, &profile).unwrap();
    assert!(prepared.problems().is_empty(), "{:?}", prepared.problems());
    assert_eq!(prepared.headings[4].field, None);
    // Without a profile's row the headings are found by what they say.
    let found = prepare_it(&sheet, &Profile { header_row: None, ..profile.clone() }).unwrap();
    assert_eq!(found.headings, prepared.headings);
    sheet.rows[2].cells[0] = "别的".into();
    let error = prepare_it(&sheet, &profile).err().unwrap();
    assert!(error.to_string().contains("工程号"), "{error}");
    assert!(Profile::parse("table = \"projects\"\n[columns]\n\"a\" = \"colour\"").is_err());
    assert!(Profile::parse("{\"table\": \"projects\", \"colums\": {}}").is_err());
}
