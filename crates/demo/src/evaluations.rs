//! The demonstration's annual evaluation report: its figures are those of the records, its words are made up and say so.

use anyhow::Context;
use app::App;
use app::read::Asked;
use domain::code::Code;
use domain::named::Named;
use domain::report::Study;
use jiff::civil::{Date, date};

use crate::registers::book::{illustrative, person};

/// The year that is reported on, and the day on which the report goes out.
const YEAR: i16 = 2019;
pub(crate) const DAY: Date = date(2020, 2, 20);

fn words(part: usize) -> Option<Named> {
    Some(match part {
        0 => Named::new(
            "（演示文字）本报告按“承诺了什么、兑现了什么、有没有用上、居民感受如何”四个问题评估 2019 年度，数字截至年末。",
            "(Made up for the demonstration.) This report looks at 2019 by four questions: what was promised, delivered, used and felt. Its figures are those of the end of the year.",
        ),
        2 => Named::new(
            "（演示文字）是否兑现，按最初承诺的日期判断。诉求的变化只在能够比较的地方下结论，居民感受的变化不归于单个项目。",
            "(Made up for the demonstration.) Whether a promise was kept is judged by the date that was told first. What requests say is judged only where there is something to compare with, and what residents felt is put down to no single project.",
        ),
        3 => Named::new(
            "（演示文字）继续核对逾期项目的新期限；下一轮调查沿用同一问卷，以便比较。",
            "(Made up for the demonstration.) Settle new dates for overdue projects, and ask the next wave by the same questionnaire, so that it can be compared.",
        ),
        _ => return None,
    })
}

/// As the task force does it by the pages: begun, written and issued.
pub(crate) async fn issue(app: &App, plan: &Code) -> anyhow::Result<()> {
    let (actor, source) = (person("task-force"), illustrative());
    let code = app.draft_evaluation(&actor, plan, YEAR, &source).await?;
    let (begun, _) = app.item(plan, &code, Asked::default()).await?;
    let mut study = Study::parse(&begun.content).context("a draft without content")?;
    for (at, part) in study.parts.iter_mut().enumerate() {
        part.text = words(at).unwrap_or_default();
    }
    let receipt = app.redraft_study(&actor, plan, &code, begun.version, study, &source).await?;
    let version = receipt.entries.last().map_or(begun.version, |entry| entry.seq);
    app.issue_study(&actor, plan, &code, version, &source).await?;
    Ok(())
}
