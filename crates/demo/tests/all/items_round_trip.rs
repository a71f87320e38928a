//! Items and what was said of them, exported and read again into a plan that has none: the same facts, and
//! once more nothing new.

use std::collections::{BTreeMap, BTreeSet};

use app::export::{self, Cell};
use app::import::{ImportReport, Mode, Profile, Resolver, Sheet, SheetRow, prepare};
use app::read::Asked;
use app::table::table;
use app::{Actor, App, AppError, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::View;
use domain::item::{Item, ItemFact, ItemKind, Target};
use domain::plan::PlanFact;
use domain::source::{Grade, Source};
use domain::subject::{Subject, SubjectKind};
use jiff::civil::{Date, date};

use crate::loaded::{looked_back_at, plan, runtime};

fn text(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Number(text) => text,
        Cell::Day(day) => day.to_string(),
        Cell::Bool(yes) => yes.to_string(),
    }
}

async fn exported(app: &App, plan: &Code, name: &str) -> Sheet {
    let snapshot = app.snapshot(plan, Asked::default(), false, true).await.unwrap();
    let table = export::table(name).unwrap();
    let cells = table.columns.iter().map(|name| (*name).to_owned()).collect();
    let mut sheet =
        Sheet { name: name.into(), rows: vec![SheetRow { number: 1, cells }], faults: Vec::new() };
    let keep = |row: Vec<Cell>| {
        assert_eq!(row.len(), table.columns.len(), "{name}");
        let number = sheet.rows.len() as u32 + 1;
        sheet.rows.push(SheetRow { number, cells: row.into_iter().map(text).collect() });
        Ok::<(), AppError>(())
    };
    app.export_rows(table, &snapshot, None, Asked::default(), keep).await.unwrap();
    sheet
}

async fn import(
    app: &App,
    actor: &Actor,
    plan: &Code,
    name: &str,
    sheet: &Sheet,
    mode: Mode,
) -> ImportReport {
    let resolver = Resolver::of(&app.portfolio(plan, Asked::default()).await.unwrap());
    let (table, today) = (table(name).unwrap(), app.clock().today());
    let prepared = prepare(table, plan, sheet, &Profile::default(), &resolver, today).unwrap();
    app.import(actor, prepared, mode, None).await.unwrap()
}

/// The requests of a plan that its items name, as they were when they came in.
fn named_requests(app: &App, plan: &Code) -> Vec<(Subject, Date, Vec<Fact>)> {
    let find = |c: &mut store::Connection| {
        let mut named = BTreeSet::new();
        c.each_item(plan, &mut |history| {
            let links = history.visible::<ItemFact>(View::ALL).filter_map(|held| match held.fact {
                ItemFact::Link { to: Target::Request(request), .. } => Some(request.clone()),
                _ => None,
            });
            named.extend(links);
            Ok(())
        })?;
        let mut out = Vec::new();
        for request in named {
            let subject = Subject::request(plan, &request);
            let history = c.subject(&subject)?.unwrap();
            let first: Vec<_> =
                history.facts().iter().filter(|held| held.seq == history.registered).collect();
            out.push((subject, first[0].effective, first.iter().map(|held| held.fact.clone()).collect()));
        }
        Ok::<_, store::StoreError>(out)
    };
    app.database().read(find).unwrap()
}

/// A plan with the sectors, kinds of output, projects and indicators of another, the requests that its items name, and
/// no items.
async fn without_items(app: &App, of: &Code, copy: &Code) {
    let history = app.history(of).await.unwrap();
    let make = async |subject: Subject, effective: Date, facts: Vec<Fact>| {
        let command = Command::Put { subject, facts };
        let source = Source { grade: Grade::Illustrative, ..Source::default() };
        let change = Change { command, effective: Some(effective), source, reason: "copy".into() };
        app.change(&Actor::operator(), change).await.unwrap();
    };
    let plan = history.get(&Subject::plan(of)).unwrap();
    let first = |fact: &PlanFact| {
        matches!(
            fact,
            PlanFact::Name(_)
                | PlanFact::Period { .. }
                | PlanFact::Sector { .. }
                | PlanFact::OutputKind(_)
                | PlanFact::RequestCategory(_)
        )
    };
    let facts = plan.visible::<PlanFact>(View::ALL).filter(|held| first(held.fact));
    make(Subject::plan(copy), date(2018, 8, 1), facts.map(|held| held.fact.clone().into()).collect()).await;
    for kind in [SubjectKind::Project, SubjectKind::Indicator] {
        for held in history.of_kind(of, kind) {
            let wanted = |slot: &str| ["name", "sector", "unit"].contains(&slot);
            let facts = held.facts().iter().filter(|fact| fact.superseded.is_none() && wanted(&fact.slot));
            let mut by_slot: BTreeMap<&str, Fact> = BTreeMap::new();
            facts.for_each(|fact| drop(by_slot.insert(&fact.slot, fact.fact.clone())));
            let subject = Subject { scope: copy.clone(), ..held.subject.clone() };
            make(subject, date(2018, 8, 1), by_slot.into_values().collect()).await;
        }
    }
    for (subject, came, facts) in named_requests(app, of) {
        make(Subject { scope: copy.clone(), ..subject }, came, facts).await;
    }
}

/// Everything that counts of a plan's items, but for what is composed and not brought.
fn facts(app: &App, plan: &Code) -> BTreeMap<Code, Vec<(String, Date, Grade, ItemFact)>> {
    let mut out = BTreeMap::new();
    app.database()
        .read(|c| {
            c.each_item(plan, &mut |history| {
                let item = Item::at(&history, View::ALL).unwrap();
                let mut facts: Vec<_> = history
                    .visible::<ItemFact>(View::ALL)
                    // Reminders are the calendar's own word, which it says again by itself.
                    .filter(|held| !matches!(held.fact, ItemFact::Chased { .. } | ItemFact::ThemeMeasured(_)))
                    .map(|held| (held.fact.slot(), held.effective, held.grade, held.fact.clone()))
                    .collect();
                // Of one day, the order in which things were written down may differ.
                facts.sort_by(|a, b| {
                    (&a.0, a.1, format!("{:?}", a.3)).cmp(&(&b.0, b.1, format!("{:?}", b.3)))
                });
                if !matches!(item.kind, ItemKind::Report | ItemKind::Return) {
                    out.insert(item.code, facts);
                }
                Ok(())
            })
        })
        .unwrap();
    out
}

#[test]
fn items_are_read_again_as_they_were_written() {
    let (app, _folder) = looked_back_at();
    runtime().block_on(async {
        let (plan, copy) = (plan(), Code::new("copy").unwrap());
        without_items(&app, &plan, &copy).await;
        let operator = Actor::operator();
        let names = ["items", "item_records"];
        let mut sheets = Vec::new();
        for name in names {
            let sheet = exported(&app, &plan, name).await;
            assert!(sheet.rows.len() > 600, "{name}: {}", sheet.rows.len());
            // Where it came from, nothing is new.
            let report = import(&app, &operator, &plan, name, &sheet, Mode::DryRun).await;
            assert!(report.is_good(), "{name}: {:?}", report.problems.first());
            assert_eq!(report.entries, 0, "{name}");
            let report = import(&app, &operator, &copy, name, &sheet, Mode::Apply).await;
            assert!(report.applied, "{name}: {:?}", report.problems.iter().take(3).collect::<Vec<_>>());
            sheets.push(sheet);
        }
        let (here, there) = (facts(&app, &plan), facts(&app, &copy));
        assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
        for (code, facts) in &here {
            assert_eq!(facts, &there[code], "{code}");
        }
        for (name, sheet) in names.iter().zip(&sheets) {
            let again = import(&app, &operator, &copy, name, sheet, Mode::Apply).await;
            assert_eq!((again.is_good(), again.entries), (true, 0), "{name}: {:?}", again.problems.first());
        }
        // Who is no operator brings nobody else's word.
        let record = sheets[1].rows.iter().find(|row| row.cells[1] == "move").unwrap();
        let mut moved = Sheet { rows: vec![sheets[1].rows[0].clone(), record.clone()], ..Sheet::default() };
        moved.rows[1].cells[2] = "withdraw".into();
        moved.rows[1].cells[3] = "withdrawn".into();
        let person = app.actor(&Code::new("task-force").unwrap()).await.unwrap().unwrap();
        let report = import(&app, &person, &copy, "item_records", &moved, Mode::Apply).await;
        let keys: Vec<&str> = report.problems.iter().map(|problem| problem.key()).collect();
        assert!(!report.applied && (keys == ["word-of-other"] || keys == ["illegal-move"]), "{keys:?}");
    });
}

#[test]
fn mistakes_are_named_row_by_row_and_nothing_is_written() {
    let (app, _folder) = looked_back_at();
    let rows = |cells: &[&[&str]]| -> Sheet {
        let row = |(cells, number): (&&[&str], u32)| SheetRow {
            number,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        };
        Sheet { name: String::new(), rows: cells.iter().zip(1..).map(row).collect(), faults: Vec::new() }
    };
    runtime().block_on(async {
        let plan = plan();
        let operator = Actor::operator();
        // As a supervision office keeps it: headings, words and names in Chinese.
        let good = rows(&[
            &[
                "事项编号",
                "事项种类",
                "事项名称",
                "事项分解",
                "来件日期",
                "办理时限",
                "主责单位",
                "缓急程度",
                "关联",
            ],
            &[
                "NEW-1",
                "批示",
                "关于道路的批示",
                "1. 修路\n2. 通车",
                "2025年12月1日",
                "2026-03-02",
                "昌平区教委",
                "急件",
                "",
            ],
            &[
                "NEW-2",
                "督办任务",
                "修路",
                "",
                "2025/12/2",
                "2026-02-02",
                "changping-education",
                "",
                "split_from:item:NEW-1",
            ],
        ]);
        let tried = import(&app, &operator, &plan, "items", &good, Mode::DryRun).await;
        assert!(tried.is_good(), "{:?}", tried.problems);
        assert_eq!(tried.counts.new, 2);
        let head = app.database().read(|c| c.head()).unwrap();
        let mut wrong = good.clone();
        wrong.rows[1].cells[5] = "2026-03-01".into();
        wrong.rows[2].cells[6] = "没有的单位".into();
        wrong.rows.extend(rows(&[&["NEW-3", "无此种类", "x", "", "", "", "", "", "goes:to"]]).rows);
        wrong.rows[3].number = 4;
        let report = import(&app, &operator, &plan, "items", &wrong, Mode::Apply).await;
        let found: Vec<(u32, &str, &str)> =
            report.problems.iter().map(|p| (p.row, p.field.as_str(), p.key())).collect();
        for expected in [
            (2, "due", "day-off"),
            (3, "lead_unit", "cell-not-a-code"),
            (4, "item_kind", "cell-not-one-of"),
            (4, "links", "cell-not-a-link"),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        assert!(!report.applied);
        assert_eq!(app.database().read(|c| c.head()).unwrap(), head);
        let made = import(&app, &operator, &plan, "items", &good, Mode::Apply).await;
        assert!(made.applied);
        // A move that the table does not have is named at its row.
        let moves = rows(&[
            &["item", "item_record", "item_step", "effective"],
            &["NEW-2", "move", "assign", "2025-12-03"],
            &["NEW-2", "流转", "销账", "2025-12-04"],
            &["NEW-1", "move", "send_back", "2025-12-04"],
        ]);
        let report = import(&app, &operator, &plan, "item_records", &moves, Mode::Apply).await;
        let found: Vec<(u32, &str, &str)> =
            report.problems.iter().map(|p| (p.row, p.field.as_str(), p.key())).collect();
        assert!(found.contains(&(3, "item_step", "illegal-move")), "{found:?}");
        assert!(found.contains(&(4, "item_state", "cell-missing")), "{found:?}");
        assert!(!found.iter().any(|(row, ..)| *row == 2), "{found:?}");
    });
}
