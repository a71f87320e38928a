//! Papers of the demonstration as others see them: each kind in both languages, written by the program,
//! drawn by Poppler page by page, opened by LibreOffice. And what the papers say.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use app::paper::{Data, Format, PRINTED_MOST, Paper, PaperError};
use app::read::Asked;
use app::report::IssueError;
use app::request::{HotlineSpan, NewRequest};
use app::study::Subjected;
use app::{Actor, App, Change, FixedClock};
use document::font::{Library, SYSTEM_FOLDERS};
use document::{Block, Cell, Document, Kind, Language, Table, Tone, pdf};
use domain::code::Code;
use domain::command::Command;
use domain::history::View;
use domain::item::asking::Asking;
use domain::item::kind::{ItemKind, Series, SlipColour};
use domain::item::query::LedgerQuery;
use domain::item::{Item, ItemFact, Relation, Step, Target};
use domain::journal::Hash;
use domain::named::Named;
use domain::report::{Exhibit, Part, Show, Study, Tabled, TabledRow, compose};
use domain::request::Channel;
use domain::request::query::RequestQuery;
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::drawn::{Picture, check_fonts, check_pages, pictures, present, text_of, with_libreoffice};
use store::{Address, Database};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use words::Lang;

use crate::loaded::{looked_back_at, plan, runtime};

const DAY: Date = date(2019, 8, 14);

struct Books {
    app: App,
    runtime: Runtime,
    slip: Code,
    _folder: TempDir,
}

pub(crate) fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub(crate) fn task_force() -> Actor {
    let person = code("task-force");
    Actor::Person { person, name: "task-force".into(), grants: Vec::new() }
}

/// The demonstration with a slip on one of its red items.
fn books() -> &'static Books {
    static BOOKS: OnceLock<Books> = OnceLock::new();
    BOOKS.get_or_init(|| {
        // Whoever asks first may be within a runtime already.
        std::thread::spawn(|| {
            let ((app, folder), runtime) = (looked_back_at(), runtime());
            let slip = runtime.block_on(send_slip(&app, SlipColour::Orange, "SLP-2019-9007"));
            Books { app, runtime, slip, _folder: folder }
        })
        .join()
        .unwrap()
    })
}

async fn send_slip(app: &App, colour: SlipColour, name: &str) -> Code {
    let slip = code(name);
    let facts = vec![
        ItemFact::Kind { kind: ItemKind::Slip },
        ItemFact::Name(Named::new("示例：关于加快办理逾期事项的督办", "Example: an overdue task")),
        ItemFact::Number { number: "回天督〔2019〕7号".into() },
        ItemFact::Received { on: date(2019, 8, 12) },
        ItemFact::SlipColour { colour },
        ItemFact::LeadUnit { unit: code("changping-health") },
        ItemFact::Due { on: date(2019, 8, 20) },
        ItemFact::Text {
            text: "该事项已逾期，请说明原因、下一步措施和完成时间。".into()
        },
        ItemFact::Link { relation: Relation::Supervises, to: Target::Item(code("HT-DIR-005")), held: true },
    ];
    let command = Command::Register {
        subject: Subject::item(&plan(), &slip),
        facts: facts.into_iter().map(Into::into).collect(),
    };
    let change = Change {
        command,
        effective: Some(date(2019, 8, 12)),
        source: Source::default(),
        reason: String::new(),
    };
    app.change(&Actor::operator(), change).await.unwrap();
    slip
}

/// The books copied, to write in, as on a day.
pub(crate) fn copy(today: Date) -> (App, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let books = match books().app.database().address() {
        Address::Sqlite(path) => path.clone(),
        address => panic!("{address:?}"),
    };
    let copy = folder.path().join("copy.db");
    for end in ["", "-wal"] {
        let from = format!("{}{end}", books.display());
        if std::path::Path::new(&from).exists() {
            std::fs::copy(from, format!("{}{end}", copy.display())).unwrap();
        }
    }
    let clock = Arc::new(FixedClock::morning(today).unwrap());
    (App::new(Database::open_existing(&Address::Sqlite(copy)).unwrap(), clock), folder)
}

fn on_the_day() -> Asked {
    Asked { as_of: Some(DAY), known_at: None }
}

fn tasks() -> Paper {
    Paper::Ledger(Box::new(Asking {
        kind: "tracked_task".into(),
        standing: "all".into(),
        ..Asking::default()
    }))
}

/// A paper of each kind, with the head of its longest table where that goes over pages.
fn papers() -> Vec<(&'static str, Paper, Option<[&'static str; 2]>)> {
    vec![
        ("week", Paper::Report(code("REP-weekly-2019-W10")), None),
        ("special", Paper::Report(code("HT-SR-07")), None),
        ("research", Paper::Report(code("HT-RR-02")), None),
        ("pack", Paper::Pack(code("HT-MD-08")), None),
        ("minutes", Paper::Minutes(code("HT-MD-08")), None),
        ("slip", Paper::Slip(books().slip.clone()), None),
        ("ledger", tasks(), Some(["最新进展", "Latestprogress"])),
        ("timetable", Paper::Timetable(None), Some(["现行承诺", "Promisednow"])),
        ("statement", Paper::Statement, None),
        ("evaluation", Paper::Evaluation(2019), None),
        ("evaluation-report", Paper::Report(code("REP-2020-0001")), None),
    ]
}

fn data(paper: &Paper, format: Format, lang: Lang) -> Result<Data, PaperError> {
    let books = books();
    books.runtime.block_on(books.app.paper(&plan(), paper, format, lang, on_the_day()))
}

fn document(paper: &Paper, lang: Lang) -> Document {
    match data(paper, Format::Docx, lang).unwrap() {
        Data::Document(document) => *document,
        Data::Book(_) | Data::Chart(_) => panic!("a document was asked for"),
    }
}

pub(crate) fn blocks(document: &Document) -> impl Iterator<Item = &Block> {
    document.body.iter().flat_map(|section| &section.blocks)
}

pub(crate) fn tables<'d>(document: &'d Document) -> Vec<&'d Table> {
    let table = |block: &'d Block| if let Block::Table(table) = block { Some(table) } else { None };
    blocks(document).filter_map(table).collect()
}

/// Margins in millimetres: top, right, bottom to the folio's lower edge, left.
fn margins(language: Language, landscape: bool) -> [f64; 4] {
    match (language, landscape) {
        (Language::Chinese, false) => [37.0, 26.0, 22.5, 28.0],
        (Language::Chinese, true) => [28.0, 35.0, 13.5, 37.0],
        (Language::English, false) => [28.0, 28.0, 17.0, 28.0],
        (Language::English, true) => [25.0, 25.0, 14.0, 25.0],
    }
}

/// Every page bears its number: ink between the text and the paper's lower edge.
fn check_folios(name: &str, pages: &[Picture], text: &str, language: Language) {
    for number in 1..=pages.len() {
        let wanted = match language {
            Language::Chinese => format!("—{number}—"),
            Language::English => number.to_string(),
        };
        let lines = text.lines().map(|line| line.replace(char::is_whitespace, ""));
        assert!(lines.into_iter().any(|line| line == wanted), "{name}: no page number {wanted}");
    }
}

fn check_heads(name: &str, head: &str, pages: usize, text: &str) {
    let text = text.replace(char::is_whitespace, "");
    assert_eq!(text.matches(head).count(), pages, "{name}: the heads come on every page");
}

#[test]
fn every_kind_is_sound_page_by_page_in_both_languages() {
    if !(present("soffice") && present("pdftoppm") && present("pdftotext") && present("pdffonts")) {
        return;
    }
    let library = Library::scan(&SYSTEM_FOLDERS);
    if library.uses(Language::Chinese).len() != 5 || library.uses(Language::English).len() != 5 {
        scratch::skip("a Chinese font (fonts-noto-cjk) and a Latin one (fonts-liberation)");
        return;
    }
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut files: Vec<PathBuf> = Vec::new();
    let mut counts = Vec::new();
    for (kind, paper, head) in papers() {
        for lang in Lang::ALL {
            let name = format!("{kind}-{}", lang.tag());
            let held = document(&paper, lang);
            let written = pdf::write(&held, &library).unwrap();
            assert!(written.missing.is_empty(), "{name}: {:?}", written.missing);
            let file = ours.path().join(format!("{name}.pdf"));
            std::fs::write(&file, &written.bytes).unwrap();
            if let Some(kept) = std::env::var_os("HUITIAN_PAPERS") {
                std::fs::create_dir_all(&kept).unwrap();
                std::fs::copy(&file, PathBuf::from(kept).join(format!("{name}.pdf"))).unwrap();
            }
            let pages = pictures(&file, ours.path());
            assert_eq!(pages.len(), written.pages, "{name}");
            check_pages(&name, &pages, |landscape| margins(held.language, landscape), 0.0);
            check_fonts(&name, &file);
            let text = text_of(&file);
            // A paper of one page may do without a number.
            if pages.len() > 1 {
                check_folios(&name, &pages, &text, held.language);
            }
            if let Some(head) = head {
                assert!(pages.len() > 3, "{name}: {} pages", pages.len());
                check_heads(&name, head[usize::from(lang.is_english())], pages.len(), &text);
            }
            for format in paper.formats().iter().filter(|format| **format != Format::Pdf) {
                let bytes = data(&paper, *format, lang).unwrap().write(*format).unwrap();
                let folder = theirs.path().join(format.extension());
                std::fs::create_dir_all(&folder).unwrap();
                let file = folder.join(format!("{name}-{}.{0}", format.extension()));
                std::fs::write(&file, bytes).unwrap();
                files.push(file);
            }
            counts.push((
                name,
                held.language,
                written.pages,
                head.map(|head| head[usize::from(lang.is_english())]),
            ));
        }
    }
    with_libreoffice(theirs.path(), &files);
    for (name, language, ours, head) in counts {
        let file = theirs.path().join(format!("{name}-docx.pdf"));
        let pages = pictures(&file, theirs.path());
        // Other fonts, other breaks: a page in ten, and one.
        assert!(
            pages.len().abs_diff(ours) <= 1 + ours / 10,
            "{name}: {} pages, ours has {ours}",
            pages.len()
        );
        let hanging = if language == Language::Chinese { 8.0 } else { 0.0 };
        check_pages(&name, &pages, |landscape| margins(language, landscape), hanging);
        if let Some(head) = head {
            check_heads(&name, head, pages.len(), &text_of(&file));
        }
        let book = theirs.path().join(format!("{name}-xlsx.pdf"));
        if book.exists() {
            let pages = pictures(&book, theirs.path());
            assert!(pages.iter().all(|page| page.width > page.height), "{name}: sheets are landscape");
            for (at, page) in pages.iter().enumerate() {
                assert!(page.dark() > 500, "{name}: page {} of the workbook is empty", at + 1);
            }
        }
    }
}

#[test]
fn a_ledger_on_paper_has_every_row_of_the_list_and_says_when_it_is_too_long() {
    let books = books();
    let query = LedgerQuery { kinds: vec![ItemKind::TrackedTask], ..LedgerQuery::default() };
    let lights = books.runtime.block_on(books.app.ledger_lights(&plan(), &query, on_the_day())).unwrap();
    let count = usize::try_from(lights.values().sum::<u64>()).unwrap();
    let held = document(&tasks(), Lang::En);
    assert_eq!((tables(&held)[0].rows.len(), count), (107, 107));
    assert!(
        matches!(blocks(&held).next(), Some(Block::Note(note)) if note.contains("107 items; Tracked task; All"))
    );
    let (app, _folder) = copy(date(2019, 8, 15));
    let all = Paper::Ledger(Box::new(Asking { standing: "all".into(), ..Asking::default() }));
    let runtime = runtime();
    let files = |format| runtime.block_on(app.paper(&plan(), &all, format, Lang::Zh, Asked::default()));
    assert!(files(Format::Pdf).is_ok(), "the demonstration is not that long");
    let deeds = (0..PRINTED_MOST).map(|n| {
        let facts = [
            ItemFact::Kind { kind: ItemKind::GoodDeed },
            ItemFact::Name(Named::new(format!("示例：第{n}件实事"), "")),
            ItemFact::LeadUnit { unit: code("changping-health") },
        ];
        let subject = Subject::item(&plan(), &code(&format!("DEED-2019-{n:04}")));
        let command = Command::Register { subject, facts: facts.into_iter().map(Into::into).collect() };
        let source = Source::default();
        (Actor::operator(), Change { command, effective: None, source, reason: String::new() })
    });
    runtime.block_on(app.change_each(deeds.collect())).map_err(|(_, error)| error).unwrap();
    for format in [Format::Pdf, Format::Docx] {
        let refused = files(format);
        assert!(
            matches!(refused, Err(PaperError::TooLong { found, most: PRINTED_MOST }) if found > 3_000),
            "{refused:?}"
        );
    }
    let Ok(Data::Book(book)) = files(Format::Xlsx) else { panic!("a workbook holds them") };
    assert!(book.sheets[0].table.rows.len() > 3_000);
}

#[test]
fn the_statement_on_paper_has_the_values_that_were_published() {
    let books = books();
    let (_, statement) = books.runtime.block_on(books.app.statement(&plan(), on_the_day())).unwrap();
    let held = document(&Paper::Statement, Lang::Zh);
    let rows: Vec<_> = tables(&held)[0].rows.iter().filter(|row| !row.strong).collect();
    assert_eq!(rows.len(), statement.figures.len());
    assert!(rows.iter().all(|row| row.cells[2] == row.cells[3]), "computed as published");
    let records: Vec<&Cell> = rows.iter().map(|row| &row.cells[6]).collect();
    assert!(records.contains(&&Cell::from(274)) && records.contains(&&Cell::from(108)));
    assert!(
        blocks(&held).any(|block| matches!(block, Block::Form(form) if form.rows.len() == 3)),
        "signatures"
    );
    assert_eq!(held.annexes.len(), 1, "the rules");
}

#[test]
fn the_evaluation_of_a_year_adds_up_and_prints_what_was_compared() {
    let books = books();
    let asked = Asked { as_of: Some(date(2022, 12, 31)), known_at: None };
    for lang in Lang::ALL {
        let paper = Paper::Evaluation(2022);
        let data =
            books.runtime.block_on(books.app.paper(&plan(), &paper, Format::Docx, lang, asked)).unwrap();
        let Data::Document(held) = data else { panic!("a document was asked for") };
        let tables = tables(&held);
        let (all, sectors) = tables[0].rows.split_last().unwrap();
        assert_eq!(sectors.len(), 8);
        for column in 1..=5 {
            let number = |row: &document::Row| match &row.cells[column] {
                Cell::Number(number) => *number,
                other => panic!("{other:?}"),
            };
            assert_eq!(sectors.iter().map(number).sum::<rust_decimal::Decimal>(), number(all), "{column}");
        }
        // The example project is the one with an effect: in the table of effects, and with its choice in the annex.
        let measured: Vec<_> = tables.iter().filter(|table| table.columns.len() == 6).collect();
        assert_eq!(measured[0].rows.len(), 1);
        assert_eq!(held.annexes.len(), 1);
    }
}

#[test]
fn a_slip_is_in_its_colour_with_the_part_to_send_back() {
    for lang in Lang::ALL {
        let held = document(&Paper::Slip(books().slip.clone()), lang);
        let Kind::Slip { number, date: sent, tone } = &held.kind else { panic!("a slip") };
        assert_eq!((number.code.as_str(), number.year, number.serial), ("回天督", 2019, 7));
        assert_eq!((*sent, *tone), (date(2019, 8, 12), Tone::Orange));
        let forms = blocks(&held).filter(|block| matches!(block, Block::Form(_))).count();
        assert_eq!(forms, 2, "what is wanted, and what is sent back");
    }
    assert!(matches!(
        data(&Paper::Slip(books().slip.clone()), Format::Xlsx, Lang::Zh),
        Err(PaperError::NotThere)
    ));
    assert!(matches!(data(&Paper::Slip(code("HT-MD-08")), Format::Pdf, Lang::Zh), Err(PaperError::NotThere)));
}

#[test]
fn minutes_name_who_came_and_who_does_what_until_when() {
    let held = document(&Paper::Minutes(code("HT-MD-08")), Lang::Zh);
    assert!(held.attendance.iter().any(|line| line.label == "出席" && line.text.contains("市发展改革委")));
    let table = tables(&held)[0];
    assert_eq!(table.rows.len(), 2, "its own decisions, not those of later meetings");
    assert!(table.rows.iter().all(|row| row.cells[2] != Cell::Empty && matches!(row.cells[3], Cell::Day(_))));
}

#[test]
fn a_pack_holds_what_the_ledger_lights_on_its_day() {
    let books = books();
    let asked = Asked { as_of: Some(date(2019, 3, 25)), known_at: None };
    let held = document(&Paper::Pack(code("HT-MD-08")), Lang::Zh);
    let tables = tables(&held);
    let red = tables[0]
        .rows
        .iter()
        .filter(|row| row.cells.iter().any(|cell| matches!(cell, Cell::Signal { tone: Tone::Red, .. })));
    let portfolio = books.runtime.block_on(books.app.portfolio(&plan(), asked)).unwrap();
    let judge = portfolio.plan.lights().on(date(2019, 3, 25));
    let items = books.runtime.block_on(books.app.all_items(&portfolio, &LedgerQuery::default())).unwrap();
    let projects =
        portfolio.members().map(|project| domain::item::ledger::LedgerRow::of_project(project, None));
    let reported = |row: &domain::item::ledger::LedgerRow| {
        !matches!(row.kind.as_str(), "report" | "return" | "slip")
            && judge.judge(row).light == domain::item::light::Light::Red
    };
    assert_eq!(red.count(), items.into_iter().chain(projects).filter(reported).count());
    // What units asked, each with its answer, and every figure of the plan.
    let asks = tables.iter().find(|table| table.columns.len() == 8).expect("units asked for something");
    assert!(asks.rows.iter().any(|row| row.cells[3] == Cell::from("申请复核")), "{:?}", asks.rows);
    let figures = tables.last().unwrap();
    assert_eq!(figures.rows.len(), portfolio.plan.figures.len());
}

#[test]
fn what_moved_is_all_that_a_report_of_a_period_stands_on() {
    let books = books();
    for (from, to) in [
        (date(2018, 8, 27), date(2018, 9, 2)),
        (date(2019, 3, 4), date(2019, 3, 10)),
        (date(2019, 8, 1), date(2019, 8, 31)),
    ] {
        let rhythm =
            if to.day() == 31 { domain::report::Rhythm::Month } else { domain::report::Rhythm::Week };
        let period = domain::report::Period { rhythm, from, to };
        let eve = from.yesterday().unwrap();
        let (before, after) = books.app.database().read(|c| c.moving(&plan(), (eve, to))).unwrap();
        let judge = domain::item::light::LightRules::usual();
        let judges = (judge.on(eve), judge.on(to));
        let whole = |day: Date| {
            let query = LedgerQuery::default();
            let read = |c: &mut store::Connection| {
                let head = c.head()?;
                c.all_items(&plan(), &query, (&judge.on(day), head))
            };
            books.app.database().read(read).unwrap()
        };
        let (all_before, all_after) = (whole(eve), whole(to));
        // What has long been done is left out; in the first weeks that is nothing yet.
        let fewer = after.len() < all_after.len();
        assert!(
            !after.is_empty() && (fewer || from.year() == 2018),
            "{} of {}",
            after.len(),
            all_after.len()
        );
        let moved = compose(period, &before, &after, (&judges.0, &judges.1), None);
        let full = compose(period, &all_before, &all_after, (&judges.0, &judges.1), None);
        assert!(moved.counts_as(&full), "{from} to {to}");
        assert!(full.ids("new").count() > 0);
    }
}

#[test]
fn special_and_research_reports_are_frozen_with_rows_that_the_ledger_gave() {
    let books = books();
    let mut seen = 0;
    for (series, count) in [("HT-SR", 17), ("HT-RR", 5)] {
        for number in 1..=count {
            let report = code(&format!("{series}-{number:02}"));
            let held = books.runtime.block_on(books.app.study(&plan(), &report)).unwrap();
            assert!(held.intact && held.overlong.is_empty(), "{report}");
            assert_eq!(held.item.issued.as_ref().unwrap().number, number, "{report}");
            assert!(held.study.parts.iter().all(|part| !part.text.zh.is_empty() && !part.text.en.is_empty()));
            let view = View { as_of: held.study.as_of, known: held.item.issued.as_ref().unwrap().known };
            for row in held.study.rows().filter(|row| row.kind.as_str() == "directive") {
                let subject = Subject::item(&plan(), &row.code);
                let history = books.runtime.block_on(books.app.subject(&subject)).unwrap().unwrap();
                let then = domain::item::ledger::LedgerRow::of_item(&Item::at(&history, view).unwrap());
                assert_eq!(*row, then, "{} in {report}", row.code);
                seen += 1;
            }
        }
    }
    assert!(seen > 20);
}

/// A report written by hand: drafted, filled, issued, frozen; what is recorded later stands beside it.
#[test]
fn a_report_on_a_matter_of_its_own_is_frozen_when_it_is_issued() {
    let (app, _folder) = copy(date(2019, 8, 15));
    let runtime = runtime();
    runtime.block_on(async {
        let (actor, source) = (task_force(), Source::default());
        let subjected = Subjected {
            series: Series::Special,
            name: Named::new("关于停车秩序的专报", "Parking"),
            period: (date(2019, 7, 1), DAY),
            about: Some(Target::Item(code("HT-DIR-005"))),
        };
        let empty = Part {
            exhibits: vec![Exhibit {
                title: Named::new("在办任务", "Open tasks"),
                show: Show::Units,
                asking: Asking { kind: "tracked_task".into(), ..Asking::default() },
                found: None,
            }],
            ..Part::of(Named::new("情况", "Facts"), Named::default())
        };
        let report = app.draft_study(&actor, &plan(), subjected, vec![empty], &source).await.unwrap();
        let drafted = app.study(&plan(), &report).await.unwrap();
        let refused = app.issue_study(&actor, &plan(), &report, drafted.item.version, &source).await;
        assert!(matches!(refused, Err(IssueError::Unfit(domain::report::Unfit::Empty))));
        let mut study: Study = drafted.study;
        assert_eq!(study.as_of, DAY);
        study.parts[0].text.zh = "已核实。".into();
        let kept = app.redraft_study(&actor, &plan(), &report, drafted.item.version, study, &source).await;
        let seen = kept.unwrap().entries.last().unwrap().seq;
        let draft = app.item(&plan(), &report, Asked::default()).await.unwrap().0;
        assert!(!draft.content.contains("\"found\""), "a draft keeps the query, not the rows");
        app.issue_study(&actor, &plan(), &report, seen, &source).await.unwrap();
        let issued = app.study(&plan(), &report).await.unwrap();
        let number = issued.item.issued.as_ref().unwrap();
        assert_eq!((number.number, number.as_of), (18, DAY));
        assert_eq!(number.digest, Hash::of(&issued.item.content).to_string());
        let rows: Vec<_> = issued.study.rows().cloned().collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.code.as_str().starts_with("HT-TSK")));
        assert!(app.recorded_later(&plan(), &issued.item).await.unwrap().is_empty());
        // Said afterwards of a day before: the report stays as it is, and names the entry.
        let task = &rows[0].code;
        let fact = ItemFact::Progress { text: "补记".into(), percent: None };
        let later = Change {
            command: Command::Record {
                subject: Subject::item(&plan(), task),
                facts: vec![fact.into()],
                expected: None,
            },
            effective: Some(DAY),
            source: Source::default(),
            reason: String::new(),
        };
        app.change(&Actor::operator(), later).await.unwrap();
        let beside = app.recorded_later(&plan(), &issued.item).await.unwrap();
        assert_eq!(beside.len(), 1);
        assert_eq!(beside[0].draft.subject.code, *task);
        let again = app.study(&plan(), &report).await.unwrap();
        assert_eq!(again.study.rows().cloned().collect::<Vec<_>>(), rows);
        // Frozen: neither words nor a second issue.
        let seen = again.item.version;
        let rewritten = app.redraft_study(&actor, &plan(), &report, seen, again.study, &source).await;
        assert!(rewritten.is_err());
        assert!(app.issue_study(&actor, &plan(), &report, seen, &source).await.is_err());
        assert!(again.item.moves.iter().filter(|moved| moved.step == Step::Issue).count() == 1);
    });
}

#[test]
fn a_report_of_the_hotline_has_its_numbers_and_freezes_them() {
    let (app, _folder) = copy(date(2019, 8, 15));
    let runtime = runtime();
    runtime.block_on(async {
        let (actor, source) = (task_force(), Source::default());
        let span = HotlineSpan::Month(date(2019, 7, 10));
        let report = app.draft_hotline(&actor, &plan(), span, &source).await.unwrap();
        let drafted = app.study(&plan(), &report).await.unwrap();
        assert_eq!(drafted.item.period, Some((date(2019, 7, 1), date(2019, 7, 31))));
        assert!(!drafted.item.content.contains("\"found\""), "a draft asks, and keeps no numbers");
        let table = |study: &Study, shows: Tabled| {
            study.tables().find(|table| table.shows == shows).unwrap().found.clone().unwrap()
        };
        // Each way of counting comes to the same sum, and that is what the list of the month holds.
        let themes = table(&drafted.study, Tabled::Themes);
        let (sum, groups) = themes.split_last().unwrap();
        let requests = |row: &TabledRow| row.cells[0].parse::<u64>().unwrap();
        assert_eq!(groups.iter().map(requests).sum::<u64>(), requests(sum));
        for shows in [Tabled::Channels, Tabled::Communities] {
            assert_eq!(table(&drafted.study, shows).last().unwrap().cells[0], sum.cells[0]);
        }
        let query = RequestQuery {
            received_from: Some(date(2019, 7, 1).at(0, 0, 0, 0)),
            received_to: Some(date(2019, 7, 31).at(23, 59, 59, 0)),
            ..RequestQuery::default()
        };
        assert_eq!(app.request_count(&plan(), &query).await.unwrap().number, requests(sum));
        assert!(drafted.study.parts[0].text.zh.contains(&sum.cells[0]));
        assert!(!table(&drafted.study, Tabled::Units).is_empty());

        app.issue_study(&actor, &plan(), &report, drafted.item.version, &source).await.unwrap();
        let issued = app.study(&plan(), &report).await.unwrap();
        assert_eq!(issued.item.issued.as_ref().unwrap().digest, Hash::of(&issued.item.content).to_string());
        // What comes in afterwards changes nothing in it.
        let late = NewRequest {
            at: Some(date(2019, 7, 20).at(9, 0, 0, 0)),
            address: "东门".into(),
            category: Some(code("parking")),
            ..NewRequest::new(Channel::Hotline, "补录：东门乱停车")
        };
        app.file_request(&Actor::operator(), &plan(), late).await.unwrap();
        let again = app.study(&plan(), &report).await.unwrap();
        assert_eq!(table(&again.study, Tabled::Themes), themes);
        let shown = issued.study.tables().filter(|table| !table.found.as_ref().unwrap().is_empty()).count();
        for lang in Lang::ALL {
            let (own, paper) = (plan(), Paper::Report(report.clone()));
            let data = |format| app.paper(&own, &paper, format, lang, Asked::default());
            let Ok(Data::Document(held)) = data(Format::Docx).await else { panic!("a document holds them") };
            assert_eq!(tables(&held).len(), shown);
            assert!(tables(&held).iter().all(|table| table.caption.is_some()));
            let Ok(Data::Book(book)) = data(Format::Xlsx).await else { panic!("a workbook holds them") };
            assert_eq!(book.sheets.len(), 5);
        }
    });
}
