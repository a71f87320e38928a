//! Charts over several pages: heads and key come again, PDF and SVG say the same, nothing is lost between pages.

use document::chart::{Bar, Chart, ChartColumn, ChartRow, ChartTie, KeyMark, Shape, write_svg};
use document::font::{Library, SYSTEM_FOLDERS};
use document::{Language, Paper, Properties, Tone, pdf};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use scratch::drawn::{check_pages, pictures, present, text_of};

fn day(row: usize) -> Date {
    date(2019, 1, 1).saturating_add(jiff::Span::new().days((row * 7 % 900) as i64))
}

fn chart(language: Language, count: usize) -> Chart {
    let rows = (0..count).map(|row| ChartRow {
        cells: vec![format!("节点 Step <{row}> & 验收"), day(row).to_string()],
        strong: row % 10 == 0,
        bars: vec![
            Bar { shape: Shape::Done, from: day(row), to: day(row + 3) },
            Bar { shape: Shape::Baseline, from: day(row), to: day(row + 1) },
        ],
        flag: (row % 5 == 0).then(|| (day(row + 4), Tone::Red)),
    });
    Chart {
        language,
        properties: Properties {
            author: "Task force".into(),
            subject: "Plan".into(),
            keywords: Vec::new(),
            created: Timestamp::UNIX_EPOCH,
        },
        paper: Paper::A3,
        title: "横道图 Bars".into(),
        note: "截至 2019-08-14".into(),
        columns: vec![
            ChartColumn { heading: "项目 Project".into(), width: 70 },
            ChartColumn { heading: "开始 Start".into(), width: 22 },
        ],
        from: date(2019, 1, 1),
        to: date(2021, 12, 31),
        today: Some(date(2019, 8, 14)),
        rows: rows.collect(),
        ties: (1..count)
            .map(|row| ChartTie { from: (row - 1, day(row)), to: (row, day(row)), strong: row % 2 == 0 })
            .collect(),
        key: vec![(KeyMark::Bar(Shape::Done), "已完成 done".into()), (KeyMark::Today, "当日 today".into())],
    }
}

fn numbers(text: &str, name: &str) -> Vec<f64> {
    text.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.parse().ok())
        .collect()
}

#[test]
fn every_page_has_its_heads_and_every_row_stands_once() {
    let chart = chart(Language::Chinese, 130);
    let pages = write_svg(&chart);
    assert!(pages.len() >= 3, "{}", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains("项目 Project") && page.contains("已完成 done"), "page {at}");
        assert!(page.contains(&format!("{} / {}", at + 1, pages.len())));
        assert!(page.contains(">2019<") && page.contains(">2021<"));
        // Everything lies on the paper.
        let (width, height) = (1190.56, 841.9);
        for (name, edge) in [("x", width), ("y", height)] {
            assert!(numbers(page, name).iter().all(|at| (0.0..=edge).contains(at)), "{name} on page {at}");
        }
        let mut reader = quick_xml::Reader::from_str(page);
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    }
    for row in 0..130 {
        let name = format!("节点 Step &lt;{row}&gt; &amp; 验收");
        let found = pages.iter().filter(|page| page.contains(&name)).count();
        assert_eq!(found, 1, "row {row}");
    }
    // A group's head does not stand alone at the foot of a page.
    for page in &pages[..pages.len() - 1] {
        let last = page.rfind("节点 Step").map(|at| &page[at..]).unwrap();
        let row: usize = last.split("&lt;").nth(1).unwrap().split("&gt;").next().unwrap().parse().unwrap();
        assert_ne!(row % 10, 0, "{row}");
    }
}

#[test]
fn a_page_is_the_same_on_paper() {
    if !(present("pdftotext") && present("pdftoppm")) {
        return;
    }
    for language in [Language::Chinese, Language::English] {
        let chart = chart(language, 70);
        let library = Library::scan(&SYSTEM_FOLDERS);
        let written = pdf::write_chart(&chart, &library).unwrap();
        assert_eq!(written.pages, write_svg(&chart).len());
        assert!(written.missing.is_empty(), "{:?}", written.missing);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chart.pdf");
        std::fs::write(&path, &written.bytes).unwrap();
        let text = text_of(&path);
        for row in 0..70 {
            assert!(text.contains(&format!("<{row}>")), "row {row} is not on paper");
        }
        let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
        assert_eq!(pages.len(), written.pages);
        for page in pages {
            assert!(page.contains("Project") && page.contains("done"), "{page}");
        }
        let drawn = pictures(&path, folder.path());
        assert_eq!(drawn.len(), written.pages);
        check_pages("chart", &drawn, |_| [14.0; 4], 0.0);
    }
}

#[test]
fn an_empty_chart_is_one_page_with_its_title() {
    let chart = chart(Language::English, 0);
    let pages = write_svg(&chart);
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains("<title>横道图 Bars</title>"));
    assert_eq!(pdf::write_chart(&chart, &Library::scan(&SYSTEM_FOLDERS)).unwrap().pages, 1);
}
