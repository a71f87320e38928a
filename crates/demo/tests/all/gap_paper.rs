//! A special report on gaps as others read it: every sign and number of its tables comes back from the PDF.

use app::paper::{Data, Format, Paper};
use app::read::Asked;
use app::study::Subjected;
use document::font::{Library, SYSTEM_FOLDERS};
use document::{Block, Cell, Language, pdf};
use domain::item::kind::Series;
use domain::named::Named;
use domain::report::{GapTable, Part};
use domain::source::Source;
use jiff::civil::date;
use scratch::drawn::{present, text_of};
use words::Lang;

use crate::loaded::{plan, runtime};
use crate::papers::{blocks, copy, tables, task_force};

/// Without what line breaks and thousands may add.
fn bare(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace() && *sign != ',').collect()
}

fn said(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Signal { text, .. } => bare(text),
        Cell::Number(number) => number.to_string(),
        Cell::Percent(number) => format!("{number}%"),
        Cell::Day(day) => panic!("no day stands in these tables: {day}"),
    }
}

#[test]
fn every_sign_of_a_report_on_gaps_comes_back_from_its_pdf() {
    if !present("pdftotext") {
        return;
    }
    let library = Library::scan(&SYSTEM_FOLDERS);
    if library.uses(Language::Chinese).len() != 5 || library.uses(Language::English).len() != 5 {
        scratch::skip("a Chinese font (fonts-noto-cjk) and a Latin one (fonts-liberation)");
        return;
    }
    let (app, folder) = copy(date(2021, 12, 1));
    let (runtime, source) = (runtime(), Source::default());
    let gaps = |title: Named, kind: Option<&str>| GapTable {
        title,
        kind: kind.map(crate::papers::code),
        area: None,
        since: date(2019, 8, 14),
        found: None,
    };
    let part = Part {
        gaps: vec![
            gaps(Named::new("各类服务的短板", "Gaps by service"), None),
            gaps(Named::new("公园短板", "Where parks are missing"), Some("park")),
        ],
        ..Part::of(
            Named::new("情况", "Facts"),
            Named::new("截至本期，短板如下。", "The gaps are as follows."),
        )
    };
    let subjected = Subjected {
        series: Series::Special,
        name: Named::new("服务短板专报", "Gaps in services"),
        period: (date(2021, 11, 1), date(2021, 11, 30)),
        about: None,
    };
    let report = runtime.block_on(async {
        let report = app.draft_study(&task_force(), &plan(), subjected, vec![part], &source).await.unwrap();
        let seen = app.study(&plan(), &report).await.unwrap().item.version;
        app.issue_study(&task_force(), &plan(), &report, seen, &source).await.unwrap();
        report
    });
    let issued = runtime.block_on(app.study(&plan(), &report)).unwrap();
    let found = issued.study.gaps().next().unwrap().found.clone().unwrap();
    let people: u64 = found.sums.iter().map(|sum| sum.covered + sum.not_covered + sum.unknown).sum();
    assert!(found.sums.len() >= 4 && people > 863_000, "{:?}", found.sums);
    for lang in Lang::ALL {
        let (own, paper) = (plan(), Paper::Report(report.clone()));
        let data = app.paper(&own, &paper, Format::Pdf, lang, Asked::default());
        let Data::Document(held) = runtime.block_on(data).unwrap() else { panic!("a document") };
        let written = pdf::write(&held, &library).unwrap();
        assert!(written.missing.is_empty(), "{:?}", written.missing);
        let file = folder.path().join(format!("gaps-{}.pdf", lang.tag()));
        std::fs::write(&file, &written.bytes).unwrap();
        let text = bare(&text_of(&file));
        let tables = tables(&held);
        assert_eq!(tables.len(), 4, "by kind and line by line, twice");
        // Cells stand in the file as they are read: each is found behind the one before.
        let (mut at, mut cells) = (0, 0);
        for cell in tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells) {
            let wanted = said(cell);
            let place = text[at..].find(&wanted);
            at += place.unwrap_or_else(|| panic!("{wanted} is not behind {}", &text[..at])) + wanted.len();
            cells += usize::from(!wanted.is_empty());
        }
        assert!(cells > 100, "{cells}");
        for sum in &found.sums {
            let kind =
                bare(&format!("{} · {}", sum.kind.get(lang.is_english()), sum.rule.get(lang.is_english())));
            assert!(text.contains(&kind), "{kind}");
        }
        for block in blocks(&held) {
            let Block::Note(note) = block else { continue };
            assert!(text.contains(&bare(note)), "{note}");
        }
    }
}
