//! The projects' timetable: each dated step as it was promised, is expected and came true.

use document::{Align, Block, Cell, Kind, Row, Table, TextSize};
use domain::code::Code;
use domain::milestone::Track;
use domain::planned_date::PlannedDate;
use domain::project::Project;
use rust_decimal::Decimal;
use words::{Lang, shown};

use super::scribe::{Scribe, landscape};
use super::{Data, PRINTED_MOST, PaperError, SHEET_MOST};
use crate::App;
use crate::read::Asked;

impl App {
    pub(super) async fn timetable_paper(
        &self,
        plan: &Code,
        codes: Option<&[Code]>,
        lang: Lang,
        asked: Asked,
        book: bool,
    ) -> Result<Data, PaperError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let projects: Vec<&Project> = match codes {
            None => portfolio.members().collect(),
            Some(codes) => codes.iter().filter_map(|code| portfolio.project(code.as_str())).collect(),
        };
        let scribe = Scribe { lang, portfolio: &portfolio };
        let day = portfolio.view.as_of;
        let table = table(&scribe, &projects, codes.is_none());
        let most = if book { SHEET_MOST } else { PRINTED_MOST };
        if table.rows.len() > most {
            return Err(PaperError::TooLong { found: table.rows.len() as u64, most });
        }
        let title = scribe.tw("paper-timetable-title", &[("plan", &scribe.plan_name())]);
        let (date, count) = (scribe.day(day), projects.len().to_string());
        let note = scribe.tw("paper-timetable-note", &[("date", &date), ("count", &count)]);
        if book {
            let sheet = scribe.sheet(scribe.t("paper-timetable"), title, Some(note), table);
            return Ok(Data::Book(scribe.book(day, vec![sheet])));
        }
        let mut blocks = vec![Block::Note(note)];
        blocks.push(if table.rows.is_empty() {
            Block::paragraph(scribe.t("projects-none"))
        } else {
            Block::Table(table)
        });
        let mut out = scribe.document(Kind::Plain, "", title, day);
        out.body = vec![landscape(blocks)];
        Ok(Data::Document(Box::new(out)))
    }
}

/// A row for each dated step; sectors as headings where the whole plan is printed.
fn table(scribe: &Scribe<'_>, projects: &[&Project], by_sector: bool) -> Table {
    let mut rows = Vec::new();
    let mut number = 0;
    if by_sector {
        let english = scribe.english();
        let sectors = &scribe.portfolio.plan.sectors;
        for sector in sectors {
            let here: Vec<&&Project> =
                projects.iter().filter(|project| project.sector.as_ref() == Some(&sector.code)).collect();
            if here.is_empty() {
                continue;
            }
            rows.push(Row::strong([Cell::Empty, Cell::from(sector.name.get(english))]).kept());
            here.into_iter().for_each(|project| rows.extend(lines(scribe, project, &mut number)));
        }
        let known = |project: &Project| {
            project.sector.as_ref().is_some_and(|held| sectors.iter().any(|sector| sector.code == *held))
        };
        let rest = projects.iter().filter(|project| !known(project));
        rest.for_each(|project| rows.extend(lines(scribe, project, &mut number)));
    } else {
        projects.iter().for_each(|project| rows.extend(lines(scribe, project, &mut number)));
    }
    let group = scribe.t("paper-head-dates");
    let date = |key: &str| scribe.column(key, 14, Align::Centre).under(group.clone());
    Table {
        caption: None,
        columns: vec![
            scribe.column("paper-head-no", 8, Align::Centre),
            scribe.column("paper-head-project", 36, Align::Start),
            scribe.column("head-lead-unit", 20, Align::Start),
            scribe.column("paper-head-step", 14, Align::Start),
            date("paper-head-first-promised"),
            date("paper-head-promised"),
            date("paper-head-forecast"),
            date("paper-head-actual"),
            scribe.column("paper-head-slip", 10, Align::Number),
        ],
        rows,
        size: TextSize::Tiny,
    }
}

fn lines(scribe: &Scribe<'_>, project: &Project, number: &mut i64) -> Vec<Row> {
    let english = scribe.english();
    let as_of = scribe.portfolio.view.as_of;
    *number += 1;
    let planned =
        |date: Option<PlannedDate>| date.map_or(Cell::Empty, |date| Cell::from(compact(scribe.lang, date)));
    let said =
        |track: &Track| track.promised().is_some() || track.forecast.is_some() || track.actual.is_some();
    let mut tracks: Vec<_> = project.tracks.iter().filter(|(_, track)| said(track)).collect();
    let order = |step: &Code| {
        project.steps.iter().find(|line| line.step == *step).map_or(u32::MAX, |line| line.order)
    };
    tracks.sort_by_key(|((part, step), _)| (part.clone(), order(step), step.clone()));
    let head = |first: bool| {
        if first {
            [
                Cell::from(*number),
                Cell::from(project.name.get(english)),
                scribe.unit_cell(project.lead_unit.as_ref()),
            ]
        } else {
            [Cell::Empty, Cell::Empty, Cell::Empty]
        }
    };
    if tracks.is_empty() {
        return vec![Row::new(head(true))];
    }
    let count = tracks.len();
    let rows = tracks.into_iter().enumerate().map(|(at, ((part, step), track))| {
        let name = project.steps.iter().find(|line| line.step == *step);
        let step = name.map_or_else(|| step.to_string(), |line| line.name.get(english).to_owned());
        let part = part.as_ref().and_then(|part| project.parts.iter().find(|(held, _)| held == part));
        let step = part.map_or(step.clone(), |(_, part)| format!("{} · {step}", part.get(english)));
        // A promise that never moved is said once.
        let promised = track.promised().filter(|now| track.first_promised() != Some(*now));
        let cells = [
            Cell::from(step),
            planned(track.first_promised()),
            planned(promised),
            planned(track.forecast.filter(|_| track.actual.is_none())),
            planned(track.actual),
            track.slip_days(as_of).map_or(Cell::Empty, |days| Cell::Number(Decimal::from(days))),
        ];
        let row = Row::new(head(at == 0).into_iter().chain(cells));
        // A project is told on one page.
        if at + 1 < count { row.kept() } else { row }
    });
    rows.collect()
}

/// A day in figures; a month, quarter or year in words, as far as it was said.
fn compact(lang: Lang, date: PlannedDate) -> String {
    use domain::planned_date::Precision;
    match date.precision() {
        Precision::Day => date.last().to_string(),
        _ => shown::planned(lang, date),
    }
}
