//! The timetable as bars on paper: a row for each project, or for each of its steps.

use document::chart::{Bar, Chart, ChartColumn, ChartRow, ChartTie, KeyMark, Shape};
use document::{Paper as Size, Tone};
use domain::code::Code;
use domain::timetabling::Flag;
use jiff::civil::Date;

use super::scribe::Scribe;
use super::{Data, PaperError, SHEET_MOST};
use crate::App;
use crate::gantt::{Baseline, Gantt, Line};
use crate::read::Asked;
use words::{Lang, shown};

/// What is printed of the timetable as bars.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GanttPaper {
    /// These projects in their order; all members of the plan where none are named.
    pub projects: Option<Vec<Code>>,
    /// Each step in a row of its own.
    pub steps: bool,
    pub baseline: Baseline,
}

fn tone(flag: Flag) -> Tone {
    match flag {
        Flag::Kept => Tone::Green,
        Flag::Holds => Tone::Blue,
        Flag::Short => Tone::Orange,
        Flag::Missed => Tone::Red,
    }
}

impl App {
    pub(super) async fn gantt_paper(
        &self,
        plan: &Code,
        asking: &GanttPaper,
        lang: Lang,
        asked: Asked,
    ) -> Result<Data, PaperError> {
        let held = self.timetable(plan, self.view(asked).await?).await?;
        let base = self.baseline(&held, asking.baseline).await?;
        let rows: Vec<usize> = match &asking.projects {
            None => (0..held.rows.len()).collect(),
            Some(codes) => codes.iter().filter_map(|code| held.place(code.as_str())).collect(),
        };
        let gantt = Gantt::of(&held, &rows, base.as_deref());
        let steps = |group: &crate::gantt::Group| if asking.steps { group.steps.len() } else { 0 };
        let found: usize = gantt.groups.iter().map(|group| 1 + steps(group)).sum();
        if found > SHEET_MOST {
            return Err(PaperError::TooLong { found: found as u64, most: SHEET_MOST });
        }
        let scribe = Scribe { lang, portfolio: &held.portfolio };
        Ok(Data::Chart(Box::new(chart(&scribe, &gantt, asking.steps))))
    }
}

fn chart(scribe: &Scribe<'_>, gantt: &Gantt, steps: bool) -> Chart {
    let column = |key: &str, width| ChartColumn { heading: scribe.t(key), width };
    let mut rows = Vec::new();
    // Where each group begins.
    let mut places = Vec::with_capacity(gantt.groups.len());
    for group in &gantt.groups {
        places.push(rows.len());
        rows.push(row(scribe, &group.line, steps));
        if steps {
            rows.extend(group.steps.iter().map(|line| row(scribe, line, false)));
        }
    }
    let ties = gantt.links.iter().filter(|link| steps || link.from.0 != link.to.0).filter_map(|link| {
        let line = |(group, step): (usize, usize)| gantt.groups.get(group)?.steps.get(step);
        let row = |(group, step): (usize, usize)| places[group] + if steps { 1 + step } else { 0 };
        let (from, to) = (line(link.from)?, line(link.to)?);
        let (left, right) = crate::gantt::ends(link.kind, from, to)?;
        Some(ChartTie { from: (row(link.from), left), to: (row(link.to), right), strong: link.driving })
    });
    let mut key: Vec<(KeyMark, String)> = [
        (KeyMark::Bar(Shape::Done), "bars-done"),
        (KeyMark::Bar(Shape::Ahead), "bars-ahead"),
        (KeyMark::Bar(Shape::Critical), "bars-critical-or-over"),
        (KeyMark::Bar(Shape::Spare), "bars-float"),
    ]
    .map(|(mark, key)| (mark, scribe.t(key)))
    .into();
    if gantt.baseline.is_some() {
        key.push((KeyMark::Bar(Shape::Baseline), scribe.t("bars-base")));
    }
    key.extend(Flag::ALL.iter().map(|flag| (KeyMark::Flag(tone(*flag)), scribe.word("flag", flag.as_str()))));
    key.push((KeyMark::Today, scribe.t("key-day")));
    let (date, count) = (scribe.day(gantt.as_of), gantt.groups.len().to_string());
    let mut note = scribe.tw("paper-gantt-note", &[("date", &date), ("count", &count)]);
    if let Some(day) = gantt.baseline {
        if scribe.english() {
            note.push(' ');
        }
        note.push_str(&scribe.tw("paper-gantt-base", &[("date", &scribe.day(day))]));
    }
    let title = match gantt.groups.as_slice() {
        [only] => scribe.tw("timetable-of", &[("name", only.line.name.get(scribe.english()))]),
        _ => scribe.tw("paper-gantt-title", &[("plan", &scribe.plan_name())]),
    };
    Chart {
        language: scribe.language(),
        properties: scribe.properties(gantt.as_of),
        paper: Size::A3,
        title,
        note,
        columns: vec![
            column("paper-head-project", 72),
            column("timetable-start", 20),
            column("timetable-finish", 20),
            column("timetable-head-promised", 20),
            column("paper-gantt-float", 17),
            column("paper-gantt-odds", 17),
        ],
        from: gantt.from,
        to: gantt.to,
        today: Some(gantt.as_of),
        rows,
        ties: ties.collect(),
        key,
    }
}

fn row(scribe: &Scribe<'_>, line: &Line, strong: bool) -> ChartRow {
    let day = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    let bars = &line.bars;
    let ahead = if bars.critical { Shape::Critical } else { Shape::Ahead };
    let spans = [
        (Shape::Spare, bars.spare),
        (Shape::Baseline, line.base),
        (Shape::Done, bars.done),
        (ahead, bars.ahead),
        (Shape::Over, bars.over),
    ];
    let drawn = spans.into_iter().filter_map(|(shape, span)| {
        let (from, to) = span?;
        Some(Bar { shape, from, to })
    });
    ChartRow {
        cells: vec![
            line.name.get(scribe.english()).to_owned(),
            day(line.start),
            if line.implied { format!("≤ {}", day(line.finish)) } else { day(line.finish) },
            day(bars.promise.map(|(day, _)| day)),
            line.float.map_or_else(String::new, |days| days.to_string()),
            line.odds.map_or_else(String::new, shown::odds),
        ],
        strong,
        bars: drawn.collect(),
        flag: bars.promise.map(|(day, flag)| (day, tone(flag))),
    }
}
