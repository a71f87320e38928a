//! Work orders of a hotline, brought in by tables: once for their number, with what became of them, on both
//! databases.

mod broken;
mod decided;
mod rated;

use std::sync::Arc;

use app::import::{
    ImportReport, Mode, Outcome, Prepared, Profile, Resolver, RowProblem, Sheet, SheetRow, prepare,
};
use app::read::Asked;
use app::request::{NewRequest, ProtectionKey, RequestAct};
use app::table::table;
use app::{Actor, App, Change, FixedClock};
use domain::area::{AreaFact, AreaLevel};
use domain::boundary::Boundary;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::request::query::RequestQuery;
use domain::request::rules::Preset;
use domain::request::{Channel, Request, RequestCategory, RequestRules, RequestState};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

struct Place {
    app: App,
    runtime: tokio::runtime::Runtime,
    _scratch: Scratch,
}

impl Place {
    fn open(scratch: Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let app = App::new(database, clock);
        app.protect(ProtectionKey::random());
        let place = Self { app, runtime, _scratch: scratch };
        let area = vec![
            AreaFact::Name(Named::new("清水苑", "Qingshuiyuan")).into(),
            AreaFact::Level { level: AreaLevel::Community }.into(),
        ];
        place.register(Subject::area(&code("qingshuiyuan")), area);
        for (unit, name) in [("office", "街道办事处"), ("water", "自来水公司")] {
            let facts = vec![
                UnitFact::Name(Named::new(name, unit)).into(),
                UnitFact::Level { level: UnitLevel::District }.into(),
            ];
            place.register(Subject::unit(&code(unit)), facts);
        }
        let plan = Subject::plan(&code("p"));
        let period = PlanFact::Period { from: date(2018, 8, 1), to: date(2020, 12, 31) };
        place.register(plan.clone(), vec![PlanFact::Name(Named::new("计划", "Plan")).into(), period.into()]);
        let facts = vec![
            PlanFact::RequestCategory(category("lamps", "路灯", &["路灯"])).into(),
            PlanFact::RequestCategory(category("water", "供水", &["停水", "漏水"])).into(),
            PlanFact::RequestRules(rules()).into(),
        ];
        place.change(Command::Record { subject: plan, facts, expected: None });
        place
    }

    fn change(&self, command: Command) {
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        self.runtime.block_on(self.app.change(&Actor::operator(), change)).unwrap();
    }

    fn register(&self, subject: Subject, facts: Vec<Fact>) {
        self.change(Command::Register { subject, facts });
    }

    fn import(&self, rows: &[&[&str]], mode: Mode) -> ImportReport {
        self.import_read_on(self.app.clock().today(), rows, mode)
    }

    /// Takes rows in that were read on a day.
    fn import_read_on(&self, today: Date, rows: &[&[&str]], mode: Mode) -> ImportReport {
        self.import_prepared(self.read(today, rows), mode)
    }

    fn import_prepared(&self, prepared: Prepared, mode: Mode) -> ImportReport {
        self.runtime.block_on(self.app.import(&Actor::operator(), prepared, mode, None)).unwrap()
    }

    fn read(&self, today: Date, rows: &[&[&str]]) -> Prepared {
        let numbered = rows.iter().zip(1..).map(|(cells, number)| SheetRow {
            number,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        });
        let sheet = Sheet { rows: numbered.collect(), ..Sheet::default() };
        let portfolio = self.runtime.block_on(self.app.portfolio(&code("p"), Asked::default())).unwrap();
        let resolver = Resolver::of(&portfolio);
        prepare(table("requests").unwrap(), &code("p"), &sheet, &Profile::default(), &resolver, today)
            .unwrap()
    }

    fn one(&self, number: &str) -> Request {
        self.runtime.block_on(self.app.request(&code("p"), &code(number), Asked::default())).unwrap().0
    }

    fn count(&self) -> u64 {
        self.runtime.block_on(self.app.request_count(&code("p"), &RequestQuery::default())).unwrap().number
    }
}

fn category(name: &str, zh: &str, words: &[&str]) -> RequestCategory {
    RequestCategory {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..RequestCategory::new(code(name), 1, Named::new(zh, name), code("usual"))
    }
}

fn rules() -> RequestRules {
    RequestRules::of_offices(
        Named::new("规则", "Rules"),
        Named::new("试验", "Test"),
        Preset::usual(code("usual"), Named::new("一般", "Usual")),
        Default::default(),
        code("office"),
    )
}

const HEAD: &[&str] = &[
    "工单编号",
    "受理时间",
    "主要内容",
    "来电人",
    "联系电话",
    "来电类别",
    "紧急程度",
    "分类",
    "办理单位",
    "转办时间",
    "办结时间",
    "办理结果",
    "是否公开",
];

fn an_order_comes_in_without_a_caller_where_others_need_one(scratch: Scratch) {
    let place = Place::open(scratch);
    let held = RequestCategory { needs_contact: true, ..category("lamps", "路灯", &["路灯"]) };
    let facts = vec![PlanFact::RequestCategory(held).into()];
    place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
    let row = ["N-1", "2019-08-12 09:00", "清水苑路灯不亮", "", "", "", "", "路灯", "", "", "", "", ""];
    let report = place.import(&[HEAD, &row], Mode::Apply);
    assert!(report.applied, "{:?}", report.problems);
    assert_eq!(place.one("N-1").category, Some(code("lamps")));
}

fn an_order_that_ended_elsewhere_is_answered_for_those_merged_into_it(scratch: Scratch) {
    let place = Place::open(scratch);
    let row = |number, answer: bool| {
        let (done, text) = if answer { ("2019-08-13 16:00", "已更换灯具") } else { ("", "") };
        let said = "清水苑路灯不亮";
        let given = "2019-08-12 10:00";
        [number, "2019-08-12 09:00", said, "", "", "投诉", "", "路灯", "街道办事处", given, done, text, ""]
    };
    let (one, two) = (row("G-1", false), row("G-2", false));
    place.import(&[HEAD, &one, &two], Mode::Apply);
    let act = RequestAct::Merge { master: code("G-1") };
    let plan = code("p");
    let (actor, merged) = (Actor::operator(), code("G-2"));
    let done = place.app.act_on_request(&actor, &plan, &merged, act, Source::default());
    place.runtime.block_on(done).unwrap();
    let report = place.import(&[HEAD, &row("G-1", true)], Mode::Apply);
    assert!(report.applied, "{:?}", report.problems);
    assert_eq!(place.one("G-1").state, RequestState::Answered);
    let merged = place.one("G-2");
    assert_eq!(merged.answer().unwrap().1, "已更换灯具");
    assert!(merged.may_be_judged(14, merged.since.date()));
}

fn orders_come_in_once_with_what_became_of_them(scratch: Scratch) {
    let place = Place::open(scratch);
    let rows: &[&[&str]] = &[
        HEAD,
        &[
            "20190801001",
            "2019/8/1 9:05",
            "清水苑3号楼前路灯不亮，请回电13812345678",
            "张三",
            "13812345678",
            "投诉",
            "一般",
            "",
            "",
            "",
            "",
            "",
            "是",
        ],
        &[
            "20190801002",
            "2019年8月1日 10:30",
            "小区停水",
            "",
            "",
            "求助",
            "紧急",
            "供水",
            "自来水公司",
            "2019-08-01 11:00",
            "2019-08-02 16:20",
            "已恢复供水",
            "",
        ],
        &[
            "A 1/3",
            "2019-08-03 08:00",
            "什么时候修路？",
            "",
            "",
            "咨询",
            "",
            "",
            "",
            "",
            "2019-08-03 08:05",
            "",
            "",
        ],
    ];
    let tried = place.import(rows, Mode::DryRun);
    assert!(tried.is_good(), "{:?}", tried.problems);
    assert_eq!((tried.counts.new, place.count()), (3, 0));
    let report = place.import(rows, Mode::Apply);
    assert!(report.applied, "{:?}", report.problems);
    // Taken in, given out; taken in, given out, accepted, answered; taken in and answered at once.
    assert_eq!((report.counts.new, report.entries, place.count()), (3, 6, 3));

    let lamp = place.one("20190801001");
    assert_eq!((lamp.state, lamp.lead_unit), (RequestState::Assigned, Some(code("office"))));
    assert_eq!((lamp.category, lamp.suggested), (Some(code("lamps")), true));
    assert_eq!(lamp.areas, [code("qingshuiyuan")]);
    assert!(lamp.may_be_public && lamp.text.contains("请回电***"), "{}", lamp.text);
    let kept = place.runtime.block_on(place.app.keeps_person(&code("p"), &code("20190801001"))).unwrap();
    assert!(kept, "who asked is sealed beside it");

    let water = place.one("20190801002");
    assert_eq!((water.state, water.lead_unit.clone()), (RequestState::Answered, Some(code("water"))));
    assert_eq!(water.answers, [(date(2019, 8, 2).at(16, 20, 0, 0), "已恢复供水".to_owned())]);
    assert!(!water.may_be_public, "what was said on the telephone was not said to everybody");
    // A number that cannot stand in an address is known by its digest; it stays to be read.
    let found = RequestQuery { states: vec![RequestState::Answered], ..RequestQuery::default() };
    let paging = app::request::RequestPaging { limit: 5, ..Default::default() };
    let page = place.runtime.block_on(place.app.requests(&code("p"), &found, &paging)).unwrap();
    assert!(page.rows.iter().any(|row| row.number == "A 1/3"), "{:?}", page.rows);

    // Again, it changes nothing.
    let again = place.import(rows, Mode::Apply);
    assert_eq!((again.counts.new, again.counts.unchanged, again.entries), (0, 3, 0));
    assert!(again.rows.iter().all(|row| row.outcome == Outcome::Unchanged));
    assert_eq!(place.count(), 3);
}

fn what_is_wrong_is_named_by_row_and_column(scratch: Scratch) {
    let place = Place::open(scratch);
    let row = |number: &'static str, cells: [&'static str; 4]| {
        let [received, unit, assigned, answered] = cells;
        vec![number, received, "路灯不亮", "", "", "", "", "", unit, assigned, answered, "", ""]
    };
    let rows: Vec<Vec<&str>> = vec![
        HEAD.to_vec(),
        row("1", ["2019-08-01 09:00", "", "", ""]),
        row("2", ["yesterday", "", "", ""]),
        row("3", ["2019-08-01 09:00", "街道办事处", "2019-07-31 09:00", ""]),
        row("4", ["2019-08-01 09:00", "", "", "2019-08-01 08:00"]),
        row("5", ["2019-08-01 09:00", "不存在的单位", "", ""]),
        row("6", ["2019-08-01 09:00", "nobody", "", ""]),
        row("7", ["2019-09-01 09:00", "", "", ""]),
        row("1", ["2019-08-01 09:00", "", "", ""]),
        row("", ["2019-08-01 09:00", "", "", ""]),
    ];
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let report = place.import(&rows, Mode::Apply);
    let named: Vec<(u32, &str)> =
        report.problems.iter().map(|problem| (problem.row, problem.field.as_str())).collect();
    assert_eq!(
        named,
        [
            (3, "received"),
            (4, "assigned"),
            (5, "answered"),
            (6, "unit"),
            (7, "unit"),
            (8, "received"),
            (9, "number"),
            (10, "number"),
        ]
    );
    assert!(!report.applied);
    assert_eq!(place.count(), 0, "nothing of a file with mistakes");
    let report = place.import(&rows, Mode::ApplyGood);
    assert!(report.applied);
    assert_eq!((report.counts.new, report.counts.refused, place.count()), (1, 8, 1));
}

const SHORT: &[&str] = &["工单编号", "受理时间", "主要内容", "办理单位", "转办时间", "办结时间", "办理结果"];

/// A row of these: number, text, unit, when it was given out and answered, and the answer.
fn short([number, text, unit, assigned, answered, answer]: [&str; 6]) -> Vec<&str> {
    vec![number, "2019-08-01 09:00", text, unit, assigned, answered, answer]
}

/// Rows under their headings.
fn headed<'a>(rows: &'a [Vec<&'a str>]) -> Vec<&'a [&'a str]> {
    std::iter::once(SHORT).chain(rows.iter().map(Vec::as_slice)).collect()
}

fn only_the_outcome_is_wrong(scratch: Scratch) {
    let place = Place::open(scratch);
    let (long, fitting) = ("字".repeat(4_001), "字".repeat(4_000));
    // Masked, a name of two characters is three.
    let masked = format!("{}。我叫张三。", "字".repeat(3_994));
    let rows = [
        short(["1", "路灯不亮", "", "", "2019-08-02 09:00", &long]),
        short(["2", "路灯不亮", "", "", "2019-08-15 09:00", "已修复"]),
        short(["3", "路灯不亮", "", "", "2019-08-02 09:00", &fitting]),
        short(["4", "路灯不亮", "", "", "2019-08-02 09:00", "已\t修\u{1}复"]),
        short(["5", "路灯不亮", "", "", "2019-08-02 09:00", &masked]),
    ];
    let report = place.import(&headed(&rows), Mode::ApplyGood);
    let named: Vec<(u32, &str, &str)> =
        report.problems.iter().map(|it| (it.row, it.column.as_str(), it.key())).collect();
    assert_eq!(
        named,
        [(2, "办理结果", "cell-too-long"), (3, "办结时间", "cell-future"), (6, "办理结果", "cell-too-long")]
    );
    assert_eq!((report.counts.new, report.counts.refused, place.count()), (2, 3, 2));
    assert_eq!(place.one("3").state, RequestState::Answered);
    assert_eq!(place.one("4").answers[0].1, "已 修复");
}

fn half_an_order_takes_all_with_it(scratch: Scratch) {
    let place = Place::open(scratch);
    let rows = [
        short(["1", "路灯不亮", "", "", "", ""]),
        short(["2", "路灯不亮", "", "", "2019-08-20 09:00", "已修复"]),
    ];
    // Read where the day is a later one, the outcome is found wrong only when the order has been written.
    let report = place.import_read_on(date(2019, 9, 1), &headed(&rows), Mode::ApplyGood);
    assert!(!report.applied);
    assert!(!report.is_good() && report.problems.iter().all(|problem| problem.row == 3));
    assert_eq!(place.count(), 0);
}

fn an_order_brought_again_brings_its_outcome(scratch: Scratch) {
    let place = Place::open(scratch);
    let import = |rows: &[Vec<&str>], mode: Mode| {
        let report = place.import(&headed(rows), mode);
        assert!(report.is_good(), "{:?}", report.problems);
        (report.counts.new, report.counts.changed, report.counts.unchanged)
    };
    let (lamp, road, water, again) = ("清水苑路灯不亮", "什么时候修路？", "清水苑停水", "清水苑路灯又不亮");
    let monday = [("lamp", lamp), ("road", road), ("water", water), ("again", again)];
    let monday = monday.map(|(number, text)| short([number, text, "", "", "", ""]));
    assert_eq!(import(&monday, Mode::Apply), (4, 0, 0));
    let state = |number: &str| place.one(number).state;
    assert_eq!((state("lamp"), state("water")), (RequestState::Assigned, RequestState::Assigned));
    assert_eq!((state("road"), state("again")), (RequestState::Received, RequestState::Assigned));
    // One of them gets an answer first, and then another one.
    let ended = "2019-08-05 10:00";
    let first = [short(["again", again, "", "", ended, "另有答复"])];
    assert_eq!(import(&first, Mode::Apply), (0, 1, 0));
    let friday = [
        short(["lamp", lamp, "", "", ended, "已处理"]),
        short(["road", road, "", "", ended, "已处理"]),
        short(["water", water, "自来水公司", "2019-08-02 09:00", ended, "已处理"]),
        short(["again", again, "", "", ended, "已处理"]),
    ];
    assert_eq!(import(&friday, Mode::DryRun), (0, 3, 1));
    assert_eq!(import(&friday, Mode::Apply), (0, 3, 1));
    for number in ["lamp", "road", "water"] {
        let held = place.one(number);
        assert_eq!(held.state, RequestState::Answered, "{number}");
        assert_eq!(held.answers, [(date(2019, 8, 5).at(10, 0, 0, 0), "已处理".to_owned())], "{number}");
    }
    let steps = |number: &str| -> Vec<&'static str> {
        place.one(number).moves.iter().map(|moved| moved.step.as_str()).collect()
    };
    assert_eq!(steps("lamp"), ["assign", "accept", "answer"]);
    assert_eq!(steps("road"), ["answer"], "nobody had it");
    assert_eq!(steps("water"), ["assign", "redispatch", "accept", "answer"]);
    assert_eq!(place.one("water").lead_unit, Some(code("water")));
    assert_eq!(place.one("again").answers[0].1, "另有答复");
    assert_eq!(import(&friday, Mode::Apply), (0, 0, 4), "and once");
}

fn numbers_of_this_site_and_of_others_are_told_apart(scratch: Scratch) {
    let place = Place::open(scratch);
    let ask = || {
        let new = NewRequest { address: "东门".into(), ..NewRequest::new(Channel::Site, "路灯不亮") };
        place.runtime.block_on(place.app.file_request(&Actor::Public, &code("p"), new)).unwrap()
    };
    let asked = ask().code;
    let (day, number) = asked.as_str().split_once('-').unwrap();
    let number: u64 = number.parse().unwrap();
    // An order that is called like a request of this site is another one.
    let report =
        place.import(&headed(&[short([asked.as_str(), "小区停水", "", "", "", ""])]), Mode::ApplyGood);
    let named: Vec<(&str, &str)> =
        report.problems.iter().map(|problem| (problem.field.as_str(), problem.key())).collect();
    assert_eq!((named, place.count()), (vec![("number", "already-registered")], 1));
    // Numbers that this site would give next are taken.
    let numbers: Vec<String> = (number + 20..number + 60).map(|next| format!("{day}-{next}")).collect();
    let rows: Vec<Vec<&str>> =
        numbers.iter().map(|number| short([number, "小区停水", "", "", "", ""])).collect();
    let rows = headed(&rows);
    assert_eq!(place.import(&rows, Mode::Apply).counts.new, 40);
    let next = ask();
    assert!(!next.again && !numbers.iter().any(|number| number == next.code.as_str()), "{next:?}");
    assert_eq!(place.count(), 42);
    assert_eq!(place.import(&rows, Mode::Apply).counts.unchanged, 40);
}

fn a_point_is_two_numbers_on_earth(scratch: Scratch) {
    let place = Place::open(scratch);
    let row = |number: &'static str, longitude: &'static str, latitude: &'static str| {
        vec![number, "2019-08-01 09:00", "路灯不亮", longitude, latitude]
    };
    let rows = [
        vec!["工单编号", "受理时间", "主要内容", "经度", "纬度"],
        row("1", "116.361", "40.071"),
        row("2", "116.361", ""),
        row("3", "", "40.071"),
        row("4", "116361", "40.071"),
        row("5", "116.361", "90.000001"),
        row("6", "79228162514264337593543950335", "40.071"),
        row("7", "-180", "-90"),
    ];
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let report = place.import(&rows, Mode::ApplyGood);
    let named: Vec<(u32, &str, &str)> =
        report.problems.iter().map(|it| (it.row, it.field.as_str(), it.key())).collect();
    assert_eq!(
        named,
        [
            (3, "latitude", "cell-missing"),
            (4, "longitude", "cell-missing"),
            (5, "longitude", "cell-not-degrees"),
            (6, "latitude", "cell-not-degrees"),
            (7, "longitude", "cell-not-degrees"),
        ]
    );
    assert_eq!(report.counts.new, 2);
    let point = place.one("1").point.unwrap();
    assert_eq!((point.longitude, point.latitude), (116_361_000, 40_071_000));
}

/// One spot as maps of three kinds have it, swapped or not, and some that are none.
fn places_of_chinese_maps_are_put_right(scratch: Scratch) {
    let place = Place::open(scratch);
    let around = "POLYGON ((116.32 40.06, 116.35 40.06, 116.35 40.08, 116.32 40.08, 116.32 40.06))";
    let town = vec![
        AreaFact::Name(Named::new("东小口镇", "Dongxiaokou")).into(),
        AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
        AreaFact::Boundary { boundary: Boundary::parse(around).unwrap() }.into(),
    ];
    place.register(Subject::area(&code("town")), town);
    let row = |number: &'static str, longitude: &'static str, latitude: &'static str, datum: &'static str| {
        vec![number, "2019-08-01 09:00", "路灯不亮", longitude, latitude, datum]
    };
    let rows = [
        vec!["工单编号", "受理时间", "主要内容", "经度", "纬度", "坐标系"],
        row("1", "116.3362", "40.0702", ""),
        row("2", "116.342373", "40.071534", "高德"),
        row("3", "116.348984", "40.077185", "BD-09"),
        row("4", "40.071534", "116.342373", "gcj02"),
        row("5", "121.4737", "31.2304", ""),
        row("6", "0", "0", ""),
        row("7", "116.3362", "40.0702", "北京54"),
        row("8", "170", "120", ""),
    ];
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let report = place.import(&rows, Mode::ApplyGood);
    let named = |of: &[RowProblem]| -> Vec<(u32, String, &'static str)> {
        of.iter().map(|it| (it.row, it.column.clone(), it.key())).collect()
    };
    assert_eq!(
        named(&report.problems),
        [
            (6, "纬度".to_owned(), "cell-outside-areas"),
            (8, "坐标系".to_owned(), "cell-not-one-of"),
            (9, "纬度".to_owned(), "cell-not-degrees"),
        ]
    );
    assert_eq!(named(&report.notices), [(5, "经度".to_owned(), "cell-swapped")]);
    assert_eq!((report.counts.new, report.counts.refused), (5, 3));
    for number in ["1", "2", "3", "4"] {
        let held = place.one(number);
        let point = held.point.unwrap();
        assert!(
            (point.longitude - 116_336_200).abs() < 3 && (point.latitude - 40_070_200).abs() < 3,
            "{number}"
        );
        assert_eq!(held.areas, [code("town")], "{number}");
    }
    assert_eq!((place.one("6").point, place.one("6").areas), (None, Vec::new()));
}

on_both!(
    an_order_comes_in_without_a_caller_where_others_need_one,
    an_order_that_ended_elsewhere_is_answered_for_those_merged_into_it,
    orders_come_in_once_with_what_became_of_them,
    what_is_wrong_is_named_by_row_and_column,
    only_the_outcome_is_wrong,
    half_an_order_takes_all_with_it,
    an_order_brought_again_brings_its_outcome,
    numbers_of_this_site_and_of_others_are_told_apart,
    a_point_is_two_numbers_on_earth,
    places_of_chinese_maps_are_put_right
);
