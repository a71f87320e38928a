//! Indices: what may be set out, what is missing, and that every value comes from the observations that it names.

use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::{Command, Context, decide};
use domain::fact::Fact;
use domain::history::{History, View};
use domain::index::{
    Absence, Aggregation, Index, IndexFact, IndexFault, IndexPeriod, IndexValues, IndexVersion, Span, text,
};
use domain::indicator::{IndicatorFact, Instrument};
use domain::journal::{Entry, Hash, Seq};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::refusal::Problem;
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

const LINES: &str = "\
# 便利性 | Convenience | 1
shops | count / percent | higher | range 0 100 | 1 | 附表
# 宜居性 | Liveability | 3
parks | count / m2 | higher | target 4 12 | 1 | 附表
noise | meter / db | lower | range 40 80 | 1 | 附表
";

struct Books {
    history: History,
    seq: u64,
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn plan() -> Code {
    code("p")
}

fn index() -> Subject {
    Subject::index(&plan(), &code("living"))
}

fn version(name: &str, least_coverage: Option<u8>, lines: &str) -> IndexVersion {
    IndexVersion {
        version: code(name),
        period: IndexPeriod::Year,
        aggregation: Aggregation::Arithmetic,
        least_coverage,
        dimensions: text::parse(lines).unwrap(),
    }
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

impl Books {
    fn new() -> Self {
        let mut books = Self { history: History::default(), seq: 0 };
        books.put(
            date(2018, 1, 1),
            Subject::plan(&plan()),
            vec![
                PlanFact::Name(Named::new("计划", "")).into(),
                PlanFact::Period { from: date(2018, 1, 1), to: date(2020, 12, 31) }.into(),
            ],
        );
        for area in ["east", "west"] {
            let facts: Vec<Fact> = vec![
                AreaFact::Name(Named::new(area, "")).into(),
                AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
            ];
            books.put(date(2018, 1, 1), Subject::area(&code(area)), facts);
        }
        for indicator in ["shops", "parks", "noise"] {
            let facts: Vec<Fact> = vec![
                IndicatorFact::Name(Named::new(indicator, "")).into(),
                IndicatorFact::Unit(Named::new("值", "")).into(),
            ];
            books.put(date(2018, 1, 1), Subject::indicator(&plan(), &code(indicator)), facts);
        }
        books.put(
            date(2019, 1, 1),
            index(),
            vec![
                IndexFact::Name(Named::new("生活指数", "")).into(),
                IndexFact::Version(version("a", None, LINES)).into(),
            ],
        );
        books
    }

    fn context(effective: Date) -> Context {
        Context {
            today: date(2026, 1, 1),
            actor: code("operator"),
            effective,
            source: Source::default(),
            reason: String::new(),
        }
    }

    fn put(&mut self, effective: Date, subject: Subject, facts: Vec<Fact>) {
        let command = Command::Put { subject, facts };
        let drafts = decide(&command, &Self::context(effective), &self.history).unwrap();
        for draft in drafts {
            self.seq += 1;
            self.history.apply(&Entry {
                seq: Seq(self.seq),
                recorded_at: Timestamp::UNIX_EPOCH,
                draft,
                hash: Hash::GENESIS,
            });
        }
    }

    fn refused(&self, version: IndexVersion) -> Vec<Problem> {
        let facts = vec![IndexFact::Version(version).into()];
        let command = Command::Record { subject: index(), facts, expected: None };
        let refused = decide(&command, &Self::context(date(2020, 1, 1)), &self.history).unwrap_err();
        refused.into_iter().map(|refusal| refusal.problem).collect()
    }

    fn observe(&mut self, indicator: &str, by: (&str, &str), on: Date, value: i64, area: Option<&str>) {
        let key = format!("k{}", self.seq);
        let fact = IndicatorFact::Observation {
            key: code(&key),
            on,
            value: Decimal::from(value),
            instrument: Instrument { instrument: code(by.0), scale: code(by.1) },
            approximate: false,
            area: area.map(code),
            wave: None,
        };
        self.put(on, Subject::indicator(&plan(), &code(indicator)), vec![fact.into()]);
    }

    fn year(&mut self, year: i16, [shops, parks, noise]: [i64; 3], area: Option<&str>) {
        let on = date(year, 6, 1);
        self.observe("shops", ("count", "percent"), on, shops, area);
        self.observe("parks", ("count", "m2"), on, parks, area);
        self.observe("noise", ("meter", "db"), on, noise, area);
    }

    fn portfolio(&self, as_of: Date) -> Portfolio {
        Portfolio::at(&self.history, &plan(), View::as_of(as_of)).unwrap()
    }

    fn values(&self, as_of: Date) -> IndexValues {
        let portfolio = self.portfolio(as_of);
        let index = &portfolio.indices[0];
        IndexValues::of(index.in_force().unwrap(), &portfolio).unwrap()
    }
}

fn close(left: Option<f64>, right: f64) {
    let left = left.unwrap();
    assert!((left - right).abs() < 1e-9, "{left} is not {right}");
}

#[test]
fn a_value_is_worked_out_by_hand_and_names_its_observations() {
    let mut books = Books::new();
    books.year(2019, [80, 8, 60], None);
    let values = books.values(date(2020, 1, 1));
    let cell = values.cell(None, span("2019")).unwrap();
    // 80 of 100; half the way from 4 to 12; half the way down from 80 to 40. Weights 1/4, 3/8, 3/8.
    close(cell.value, 0.25 * 80.0 + 0.375 * 50.0 + 0.375 * 50.0);
    close(cell.dimensions[0], 80.0);
    close(cell.dimensions[1], 50.0);
    let used = cell.parts[1].used.as_ref().unwrap();
    assert_eq!((used.observation.value, used.observation.on), (Decimal::from(8), date(2019, 6, 1)));
    assert!(!cell.running && !cell.illustrative && cell.missing().next().is_none());
    // Seen from within the year, it is not over; from before, there is nothing.
    assert!(books.values(date(2019, 7, 1)).cells[0].running);
    assert!(books.values(date(2019, 5, 1)).cells.is_empty());
}

#[test]
fn what_is_missing_is_named_and_nothing_stands_in_for_it() {
    let mut books = Books::new();
    books.year(2018, [80, 8, 60], None);
    books.observe("shops", ("count", "percent"), date(2019, 3, 1), 90, None);
    books.observe("parks", ("estimate", "m2"), date(2019, 3, 1), 9, None);
    let noise = Subject::indicator(&plan(), &code("noise"));
    books.observe("noise", ("meter", "db"), date(2019, 3, 1), 55, None);
    books.observe("noise", ("meter", "db"), date(2019, 3, 1), 65, None);
    let values = books.values(date(2020, 1, 1));
    let cell = values.cell(None, span("2019")).unwrap();
    assert_eq!(cell.value, None);
    let missing: Vec<(&str, Absence)> = cell.missing().map(|(code, why)| (code.as_str(), why)).collect();
    assert_eq!(missing, [("parks", Absence::OtherInstrument), ("noise", Absence::Disputed)]);
    assert_eq!(cell.coverage, 0.25);
    let before = values.cell(None, span("2018")).unwrap();
    assert!(values.moved(before, cell).is_err());
    // Once one of the two is accepted, it counts.
    let key = books.portfolio(date(2020, 1, 1)).indicators[0].whole.observations.last().unwrap().key.clone();
    let accepted =
        IndicatorFact::Accepted { on: date(2019, 3, 1), key, because: "现场".into(), area: None };
    books.put(date(2019, 3, 1), noise, vec![accepted.into()]);
    let values = books.values(date(2020, 1, 1));
    let cell = values.cell(None, span("2019")).unwrap();
    assert_eq!(cell.parts[2].used.as_ref().unwrap().observation.value, Decimal::from(65));
    // With a rule that lets the others stand for the whole, there is a value that says how much it covers.
    books.put(date(2019, 6, 1), index(), vec![IndexFact::Version(version("b", Some(60), LINES)).into()]);
    let values = books.values(date(2020, 1, 1));
    let cell = values.cell(None, span("2019")).unwrap();
    close(cell.value, (0.25 * 90.0 + 0.375 * 37.5) / 0.625);
    assert_eq!(cell.coverage, 0.625);
    assert_eq!(cell.missing().count(), 1);
}

#[test]
fn versions_follow_each_other_and_stay_answerable() {
    let mut books = Books::new();
    let later = LINES.replace("| 3\n", "| 1\n");
    books.put(date(2020, 1, 1), index(), vec![IndexFact::Version(version("b", None, &later)).into()]);
    books.year(2019, [80, 8, 60], None);
    close(books.values(date(2019, 12, 31)).cells[0].value, 57.5);
    close(books.values(date(2020, 1, 1)).cells[0].value, 65.0);
    let portfolio = books.portfolio(date(2020, 6, 1));
    let index = &portfolio.indices[0];
    let first = index.version("a").unwrap();
    assert_eq!(index.until(first), Some(date(2020, 1, 1)));
    assert_eq!(index.in_force().unwrap().version.version.as_str(), "b");
    close(IndexValues::of(first, &portfolio).unwrap().cells[0].value, 57.5);
    let history = books.history.get(&self::index()).unwrap();
    assert_eq!(Index::at(history, View::as_of(date(2018, 12, 31))), None);
}

#[test]
fn areas_have_values_of_their_own_and_ranks_say_how_sure_they_are() {
    let mut books = Books::new();
    books.year(2019, [90, 12, 40], Some("east"));
    books.year(2019, [50, 8, 60], Some("west"));
    books.observe("shops", ("count", "percent"), date(2020, 6, 1), 60, Some("west"));
    let values = books.values(date(2020, 12, 31));
    assert!(values.of_area(None).next().is_none(), "areas do not make up a value of the whole");
    let ranked = values.ranked(span("2019"), &books.portfolio(date(2020, 12, 31)));
    let ranks: Vec<(&str, usize, usize)> = ranked
        .iter()
        .map(|held| (held.area.as_str(), held.sensitivity.rank, held.sensitivity.worst_rank))
        .collect();
    // The first is better in everything: no weights change that.
    assert_eq!(ranks, [("east", 1, 1), ("west", 2, 2)]);
    assert_eq!(values.cell(Some(&code("west")), span("2020")).unwrap().value, None);
}

#[test]
fn what_moved_a_value_adds_up_to_its_change() {
    let mut books = Books::new();
    books.year(2018, [80, 8, 60], None);
    books.year(2019, [85, 10, 70], None);
    let values = books.values(date(2020, 1, 1));
    let [from, to] = ["2018", "2019"].map(|year| values.cell(None, span(year)).unwrap());
    let moved = values.moved(from, to).unwrap();
    let sum: f64 = moved.iter().map(|line| line.points).sum();
    close(to.value, from.value.unwrap() + sum);
    assert!(moved[1].points > 0.0 && moved[2].points < 0.0);
}

#[test]
fn whatever_makes_no_sense_is_refused_by_name() {
    let books = Books::new();
    let refused = |lines: &str, least| {
        books.refused(version("b", least, lines)).iter().map(Problem::key).collect::<Vec<_>>()
    };
    for (from, to, key) in [
        ("| 3\n", "| 0\n", "index-weight"),
        ("range 40 80", "range 80 40", "index-scaling"),
        ("target 4 12", "target 12 4", "index-scaling"),
        ("noise |", "parks |", "index-twice"),
        ("宜居性", "便利性", "index-twice"),
        ("noise |", "smell |", "unknown-reference"),
        ("| 1 | 附表\n# 宜", "| 1 | \n# 宜", "index-no-source"),
    ] {
        let lines = LINES.replace(from, to);
        assert_ne!(lines, LINES);
        assert_eq!(refused(&lines, None), [key], "{lines}");
    }
    assert_eq!(refused(LINES, Some(0)), ["index-coverage"]);
    assert_eq!(refused(LINES, Some(101)), ["index-coverage"]);
    assert_eq!(refused("# 便利性 | | 1", None), ["index-empty"]);
    assert_eq!(refused("", None), ["index-empty"]);
    let mut barred = version("b", None, LINES);
    barred.dimensions[0].name.en = "a | b".into();
    assert_eq!(books.refused(barred)[0].key(), "index-line");
    // Nothing is put on the books without a version.
    let facts = vec![IndexFact::Name(Named::new("空", "")).into()];
    let command = Command::Register { subject: Subject::index(&plan(), &code("empty")), facts };
    let refusals = decide(&command, &Books::context(date(2020, 1, 1)), &books.history).unwrap_err();
    assert_eq!(refusals[0].problem, Problem::Missing("index_version"));
}

#[test]
fn what_rests_on_something_made_up_says_so() {
    let mut books = Books::new();
    books.year(2019, [80, 8, 60], None);
    assert!(!books.values(date(2020, 1, 1)).cells[0].illustrative);
    let fact = IndicatorFact::Observation {
        key: code("made-up"),
        on: date(2019, 9, 1),
        value: Decimal::from(81),
        instrument: Instrument { instrument: code("count"), scale: code("percent") },
        approximate: false,
        area: None,
        wave: None,
    };
    let subject = Subject::indicator(&plan(), &code("shops"));
    let command = Command::Put { subject, facts: vec![fact.into()] };
    let source = Source { grade: Grade::Illustrative, ..Source::default() };
    let context = Context { source, ..Books::context(date(2019, 9, 1)) };
    for draft in decide(&command, &context, &books.history).unwrap() {
        books.seq += 1;
        books.history.apply(&Entry {
            seq: Seq(books.seq),
            recorded_at: Timestamp::UNIX_EPOCH,
            draft,
            hash: Hash::GENESIS,
        });
    }
    assert!(books.values(date(2020, 1, 1)).cells[0].illustrative);
}

#[test]
fn weights_beyond_every_ratio_are_refused() {
    let books = Books::new();
    for lines in [
        LINES.replace("| 3\n", "| 1000001\n"),
        LINES.replace("100 | 1 |", "100 | 79228162514264337593543950335 |"),
    ] {
        let found = books.refused(version("b", None, &lines));
        assert!(matches!(&found[..], [Problem::BadIndex(IndexFault::Heavy { .. })]), "{found:?}");
    }
}
