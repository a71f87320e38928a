//! Writing official documents: a weekly report with a long ledger.

use std::time::Instant;

use document::font::{Library, SYSTEM_FOLDERS};
use document::{
    Align, Block, Cell, Column, Document, Issue, Kind, Labels, Language, Letterhead, Orientation, Paper,
    Properties, Row, Section, Series, Table, TextSize, docx, pdf,
};
use jiff::civil::date;

use crate::results::{Goal, Results, median, millis};

const ROWS: i64 = 500;
const RUNS: usize = 5;

fn report() -> Document {
    let columns = [("序号", 5, Align::Number), ("项目", 26, Align::Start), ("责任单位", 16, Align::Start)]
        .into_iter()
        .chain([("承诺", 12, Align::Centre), ("预计", 12, Align::Centre), ("进展及问题", 40, Align::Start)])
        .map(|(heading, width, align)| Column::new(heading, width, align))
        .collect();
    let rows = (0..ROWS).map(|at| {
        Row::new([
            Cell::from(at + 1),
            Cell::from(format!("示例{}号地块学校新建工程", at + 1)),
            Cell::from("示例区教育委员会"),
            Cell::from(date(2019, 12, 31)),
            Cell::from(date(2020, 6, 30)),
            Cell::from(
                "主体结构施工至三层；电力迁改方案已经评审，需于本月底前出具意见，逾期将影响结构封顶。",
            ),
        ])
    });
    let table = Table { caption: None, columns, rows: rows.collect(), size: TextSize::Small };
    let ledger =
        Section { paper: Paper::A4, orientation: Orientation::Landscape, blocks: vec![Block::Table(table)] };
    let text = Section {
        blocks: vec![Block::heading(1, "总体进展"), Block::paragraph("本周各项目总体按计划推进。")],
        ..Section::default()
    };
    Document {
        language: Language::Chinese,
        properties: Properties {
            author: "示例工作专班".into(),
            subject: String::new(),
            keywords: Vec::new(),
            created: jiff::Timestamp::UNIX_EPOCH,
        },
        labels: Labels { annex: "附件".into() },
        kind: Kind::Report(Series {
            issue: Issue { number: 32, total: None },
            body: "示例工作专班".into(),
            date: date(2019, 8, 14),
        }),
        head: Letterhead { mark: "示例周报".into(), ..Letterhead::default() },
        title: "第32周进展情况".into(),
        addressee: None,
        body: vec![text, ledger],
        signature: None,
        attendance: Vec::new(),
        note: None,
        annexes: Vec::new(),
        imprint: None,
    }
}

/// The most memory the process has held since it was last asked, in megabytes.
fn peak() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).unwrap_or_default();
    Ok(kilobytes.parse::<f64>()? / 1_024.0)
}

/// Runs something a few times: the median in milliseconds, and the most memory the process held.
fn measure(mut run: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<(f64, f64)> {
    // Starts the peak afresh.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        run()?;
        times.push(millis(begun.elapsed()));
    }
    Ok((median(times), peak()?))
}

pub fn report_files(results: &mut Results) -> anyhow::Result<()> {
    let report = report();
    let (time, memory) = measure(|| {
        docx::write(&report)?;
        Ok(())
    })?;
    results.add("weekly report of 500 rows as DOCX", Goal::AtMost(1_000.0), time, "ms", "");
    results.add("… memory of the process", Goal::AtMost(200.0), memory, "MB", "");
    let library = Library::scan(&SYSTEM_FOLDERS);
    let mut pages = 0;
    let (time, memory) = measure(|| {
        pages = pdf::write(&report, &library)?.pages;
        Ok(())
    })?;
    let beside = format!("{pages} pages, fonts read and embedded");
    results.add("weekly report of 500 rows as PDF", Goal::AtMost(1_000.0), time, "ms", beside);
    results.add("… memory of the process", Goal::AtMost(200.0), memory, "MB", "");
    Ok(())
}
