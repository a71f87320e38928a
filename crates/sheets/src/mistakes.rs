//! What is wrong with a file's rows, as files for those who mend them.

use std::io::Write;

use app::import::{ImportReport, Outcome, Profile, Sheet};
use exchange::cell::{Cell, Heading, WriteError};
use words::Lang;

use crate::format::Style;

/// Every mistake as a row: where it is, what stands there, what is wrong and how to mend it.
pub fn write_mistakes(
    out: impl Write + Send,
    report: &ImportReport,
    style: Style,
    lang: Lang,
) -> Result<(), WriteError> {
    let headings = [
        ("row", "import-row"),
        ("column", "import-column"),
        ("field", "import-field"),
        ("value", "import-value"),
        ("problem", "import-problem-key"),
        ("message", "import-problem"),
    ]
    .map(|(name, key)| Heading { name: name.into(), label: words::text(lang, key).into_owned() });
    let mut sink = style.sink(out, &words::text(lang, "import-annotation"), &headings)?;
    for problem in &report.problems {
        sink.row(&[
            Cell::number(problem.row),
            Cell::text(problem.column.as_str()),
            Cell::text(problem.field.as_str()),
            Cell::text(problem.value.as_str()),
            Cell::text(problem.key()),
            Cell::text(problem.message(lang)),
        ])?;
    }
    sink.finish()
}

/// The file's rows with what is to be mended behind each; headings as they were, so that the mended
/// file can be imported.
pub fn write_annotated(
    out: impl Write + Send,
    sheet: &Sheet,
    report: &ImportReport,
    profile: &Profile,
    style: Style,
    lang: Lang,
) -> Result<(), WriteError> {
    let columns = report.headings.iter().map(|heading| heading.column + 1).max().unwrap_or(0);
    let mut headings: Vec<Heading> = (0..columns)
        .map(|at| {
            let held = report.headings.iter().find(|heading| heading.column == at);
            let label = held.map_or(String::new(), |heading| heading.heading.clone());
            Heading { name: label.clone(), label }
        })
        .collect();
    for key in ["import-row", "import-annotation"] {
        let label = words::text(lang, key).into_owned();
        headings.push(Heading { name: label.clone(), label });
    }
    let heading_row = heading_row(sheet, report, profile);
    let mut sink = Style { labels: true, ..style }.sink(out, &sheet.name, &headings)?;
    let mut problems = report.problems.iter().peekable();
    for row in sheet.rows.iter().filter(|row| heading_row.is_none_or(|heading| row.number > heading)) {
        let mut cells: Vec<Cell> =
            (0..columns).map(|at| Cell::text(row.cells.get(at).map_or("", String::as_str))).collect();
        let mut found = Vec::new();
        while let Some(problem) = problems.next_if(|problem| problem.row <= row.number) {
            let column =
                if problem.column.is_empty() { String::new() } else { format!("{}: ", problem.column) };
            found.push(format!("{column}{}", problem.message(lang)));
        }
        if found.is_empty()
            && let Ok(at) = report.rows.binary_search_by_key(&row.number, |held| held.row)
            && report.rows[at].outcome != Outcome::Refused
        {
            let key = format!("import-outcome-{}", report.rows[at].outcome.as_str());
            found.push(words::text(lang, &key).into_owned());
        }
        cells.push(Cell::number(row.number));
        cells.push(Cell::text(found.join("\n")));
        sink.row(&cells)?;
    }
    sink.finish()
}

fn heading_row(sheet: &Sheet, report: &ImportReport, profile: &Profile) -> Option<u32> {
    profile.header_row.or_else(|| {
        let is_it = |cells: &[String]| {
            report
                .headings
                .iter()
                .all(|held| cells.get(held.column).is_some_and(|cell| cell.trim() == held.heading))
        };
        sheet.rows.iter().find(|row| is_it(&row.cells)).map(|row| row.number)
    })
}
