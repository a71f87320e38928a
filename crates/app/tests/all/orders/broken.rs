//! Cells of orders that cannot be read: each is named, and takes nothing along.

use app::import::{ImportReport, Mode};
use app::read::Asked;
use domain::request::RequestState;
use scratch::Scratch;

use super::{Place, code};

/// Every column of an order, as its table names them.
const COLUMNS: [&str; 24] = [
    "number",
    "received",
    "text",
    "title",
    "request_kind",
    "request_channel",
    "urgency",
    "category",
    "area",
    "address",
    "longitude",
    "latitude",
    "datum",
    "asker",
    "phone",
    "email",
    "may_be_public",
    "unit",
    "assigned",
    "answered",
    "answer",
    "source_title",
    "source_url",
    "source_unit",
];

/// Cells that cannot be read, by column, with what is said of each.
fn broken() -> Vec<(&'static str, String, &'static str)> {
    let mut out: Vec<(&'static str, String, &'static str)> = Vec::new();
    let mut add = |column, values: &[&str], key| {
        out.extend(values.iter().map(|value| (column, (*value).to_owned(), key)));
    };
    let moments = [
        "昨天",
        "yesterday",
        "2019-13-01 09:00",
        "2019-02-30 09:00",
        "2019-08-01 25:00",
        "2019-08-01 09:61",
        "2019-00-10 09:00",
        "09:00",
        "never",
        "2019-08-",
        "八月一日",
        "0",
    ];
    for column in ["received", "assigned", "answered"] {
        add(column, &moments, "cell-not-a-moment");
        add(column, &["2019-09-01 09:00", "2999-01-01 00:00"], "cell-future");
    }
    add("assigned", &["2019-07-31 09:00", "2018-08-01 10:00"], "cell-too-early");
    add("answered", &["2019-07-31 09:00", "2019-08-01 09:30"], "cell-too-early");
    add("received", &[""], "cell-missing");
    add("number", &["", "  "], "cell-missing");
    add("text", &["", " ", "\n"], "cell-missing");
    let unlisted = ["???", "no such thing", "不知道", "!!", "-1"];
    for column in ["request_kind", "request_channel", "urgency", "datum"] {
        add(column, &unlisted, "cell-not-one-of");
    }
    add("may_be_public", &["???", "maybe", "也许", "2", "-"], "cell-not-yes-no");
    for column in ["longitude", "latitude"] {
        add(column, &["east", "116°20'", "--", "116..3", "NaN", "1/2"], "cell-not-a-number");
        add(column, &["180.1", "-181", "999999"], "cell-not-degrees");
        add(column, &[""], "cell-missing");
    }
    for column in ["category", "area", "unit", "source_unit"] {
        add(column, &["不存在的名称", "a b", "???"], "cell-not-a-code");
        add(column, &["nobody", "n-1"], "");
    }
    add("source_url", &["not a link", "ftp:/x", "javascript:alert(1)"], "bad-address");
    for (column, most) in
        [("number", 200), ("text", 4_000), ("title", 200), ("address", 200), ("answer", 4_000)]
    {
        for more in [1, 500] {
            out.push((column, "字".repeat(most + more), "cell-too-long"));
        }
    }
    for column in ["asker", "phone", "email", "source_title"] {
        out.push((column, "字".repeat(40_000), "cell-too-long"));
    }
    out
}

fn a_hundred_kinds_of_broken_cells_are_each_named_and_take_nothing_along(scratch: Scratch) {
    let place = Place::open(scratch);
    let good = |number: &str| -> Vec<String> {
        let cell = |column: &&str| match *column {
            "number" => number,
            "received" => "2019-08-01 09:00",
            "text" => "清水苑路灯不亮",
            "unit" => "office",
            "assigned" => "2019-08-01 10:00",
            "answered" => "2019-08-02 10:00",
            "answer" => "已修复",
            "longitude" => "116.361",
            "latitude" => "40.071",
            _ => "",
        };
        COLUMNS.iter().map(|column| cell(column).to_owned()).collect()
    };
    let broken = broken();
    assert!(broken.len() > 100);
    let untried: Vec<&&str> =
        COLUMNS.iter().filter(|column| broken.iter().all(|(at, ..)| at != *column)).collect();
    assert!(untried.is_empty(), "{untried:?}");
    let mut rows: Vec<Vec<String>> = vec![COLUMNS.iter().map(|column| (*column).to_owned()).collect()];
    let mut expected = Vec::new();
    // Each between two good ones.
    for (number, (column, value, key)) in broken.iter().enumerate() {
        rows.push(good(&format!("good-{number}")));
        let mut row = good(&format!("broken-{number}"));
        let at = COLUMNS.iter().position(|held| held == column).unwrap();
        row[at].clone_from(value);
        rows.push(row);
        expected.push((rows.len() as u32, *column, *key));
    }
    rows.push(good("good-last"));
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let cells: Vec<&[&str]> = cells.iter().map(Vec::as_slice).collect();
    let wrong = |report: &ImportReport| -> Vec<String> {
        let said = |at: u32| -> Vec<(&str, &str)> {
            let named = report.problems.iter().filter(|problem| problem.row == at);
            named.map(|problem| (problem.field.as_str(), problem.key())).collect()
        };
        let of_good = report.problems.iter().filter(|problem| problem.row % 2 == 0);
        let mut out: Vec<String> = of_good.map(|problem| format!("a good row: {problem:?}")).collect();
        for (row, column, key) in &expected {
            let found = said(*row);
            // A moment that cannot be may be wrong beside others, too.
            let alone = found.len() == 1 || matches!(*column, "received" | "assigned");
            let fits = alone && found.iter().any(|(at, is)| at == column && (key.is_empty() || is == key));
            if !fits {
                let cell = &rows[*row as usize - 1][COLUMNS.iter().position(|it| it == column).unwrap()];
                let cell: String = cell.chars().take(20).collect();
                out.push(format!("{column} {cell:?}: {found:?}, not {key}"));
            }
        }
        out
    };
    // Nothing of a file with mistakes comes in where that was not asked for.
    let report = place.import(&cells, Mode::Apply);
    let found = wrong(&report);
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(!report.applied && report.counts.refused == broken.len());
    assert_eq!(place.count(), 0);
    // Where it was, all that is good does, and no more.
    let report = place.import(&cells, Mode::ApplyGood);
    assert!(report.applied && wrong(&report).is_empty());
    assert_eq!((report.counts.new, report.counts.refused), (broken.len() + 1, broken.len()));
    assert_eq!(place.count(), broken.len() as u64 + 1);
    for number in 0..broken.len() {
        let held = place.one(&format!("good-{number}"));
        assert_eq!((held.state, held.text.as_str()), (RequestState::Answered, "清水苑路灯不亮"));
        let broken = code(&format!("broken-{number}"));
        let other = place.runtime.block_on(place.app.request(&code("p"), &broken, Asked::default()));
        assert!(other.is_err(), "{broken}");
    }
    // Put right, the others come in as well, and nothing twice.
    let all: Vec<Vec<String>> = std::iter::once(rows[0].clone())
        .chain(
            (0..broken.len())
                .flat_map(|number| [good(&format!("good-{number}")), good(&format!("broken-{number}"))]),
        )
        .collect();
    let all: Vec<Vec<&str>> = all.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let all: Vec<&[&str]> = all.iter().map(Vec::as_slice).collect();
    let report = place.import(&all, Mode::Apply);
    assert!(report.applied, "{:?}", report.problems);
    assert_eq!((report.counts.new, report.counts.unchanged), (broken.len(), broken.len()));
}

on_both!(a_hundred_kinds_of_broken_cells_are_each_named_and_take_nothing_along);
