//! The dates of a project's steps side by side, with the slip of each promise and the grade of each date.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::milestone::{Aspect, Limit, Track};
use domain::planned_date::PlannedDate;
use domain::project::{Project, ProjectFact, StepLine};
use domain::source::Grade;
use jiff::civil::Date;
use words::Lang;

use crate::words_of;

/// Dates with the grade of their record, by part, step and aspect.
type HeldDates = BTreeMap<(Option<Code>, Code, Aspect), Vec<(PlannedDate, Grade)>>;

/// The grade of every date that counts at a point of view: a published project may have illustrative
/// dates, and each says so.
#[derive(Debug, Default)]
pub(crate) struct Grades {
    held: HeldDates,
}

impl Grades {
    pub(crate) fn of(history: &SubjectHistory, view: View) -> Self {
        let mut held: BTreeMap<_, Vec<(PlannedDate, Grade)>> = BTreeMap::new();
        for fact in history.visible::<ProjectFact>(view) {
            if let ProjectFact::Milestone { aspect, part, step, date: Some(date), .. } = fact.fact {
                held.entry((part.clone(), step.clone(), *aspect)).or_default().push((*date, fact.grade));
            }
        }
        Self { held }
    }

    /// The grade of the latest record that gives this date.
    fn get(&self, part: &Option<Code>, step: &Code, aspect: Aspect, date: PlannedDate) -> Option<Grade> {
        let dates = self.held.get(&(part.clone(), step.clone(), aspect))?;
        dates.iter().rev().find(|(held, _)| *held == date).map(|(_, grade)| *grade)
    }
}

/// A date with the grade of the record it stands in.
pub(crate) struct Graded {
    pub text: String,
    pub grade: Option<Grade>,
}

pub(crate) struct TrackLine {
    pub step: String,
    pub part: Option<String>,
    pub promised: Option<Graded>,
    /// The day the promise was published.
    pub promised_on: String,
    /// How often it was promised.
    pub times: usize,
    pub planned: Option<Graded>,
    pub forecast: Option<Graded>,
    pub actual: Option<Graded>,
    pub slip: Option<i32>,
    pub late: bool,
    pub cause: String,
    pub gate: Option<GateLine>,
}

/// An approval: who decides, what is granted, within which limit, and the papers.
pub(crate) struct GateLine {
    pub authority: String,
    pub document: String,
    pub limit: String,
    pub papers: String,
}

/// All promises of one step, in the order they were published.
pub(crate) struct MovedPromise {
    pub step: String,
    pub promises: Vec<PromiseLine>,
}

pub(crate) struct PromiseLine {
    pub on: String,
    pub date: String,
    pub grade: Option<Grade>,
    /// Days against the promise before it.
    pub moved: Option<i32>,
    /// Days against the first one.
    pub total: Option<i32>,
}

/// A part of the project that is delivered on its own.
pub(crate) struct PartLine {
    pub name: String,
    pub start: String,
    pub completion: String,
    pub in_use: String,
    pub percent: String,
}

/// Steps with at least one date, in the order of the project's chain; the whole before its parts.
pub(crate) fn ordered(project: &Project) -> Vec<(&(Option<Code>, Code), &Track)> {
    let place = |code: &Code| project.steps.iter().position(|l| l.step == *code).unwrap_or(usize::MAX);
    let mut out: Vec<_> = project.tracks.iter().filter(|(_, track)| !track.is_empty()).collect();
    out.sort_by_key(|((part, step), _)| (place(step), part.clone()));
    out
}

pub(crate) fn step_name(project: &Project, step: &Code, lang: Lang) -> String {
    match project.steps.iter().find(|line| line.step == *step) {
        Some(line) => line.name.get(lang.is_english()).to_owned(),
        None => words_of::word(lang, "step", step.as_str()),
    }
}

pub(crate) fn part_name(project: &Project, part: &Code, lang: Lang) -> String {
    let held = project.parts.iter().find(|(held, _)| held == part);
    held.map_or(part.to_string(), |(_, name)| name.get(lang.is_english()).to_owned())
}

pub(crate) fn lines(project: &Project, grades: &Grades, as_of: Date, lang: Lang) -> Vec<TrackLine> {
    ordered(project)
        .into_iter()
        .map(|((part, step), track)| {
            let graded = |aspect, date: Option<PlannedDate>| {
                date.map(|date| Graded {
                    text: words_of::planned(lang, date),
                    grade: grades.get(part, step, aspect, date),
                })
            };
            TrackLine {
                step: step_name(project, step, lang),
                part: part.as_ref().map(|part| part_name(project, part, lang)),
                promised: graded(Aspect::Promised, track.promised()),
                promised_on: track.promises.last().map_or(String::new(), |(on, _)| words_of::day(lang, *on)),
                times: track.promises.len(),
                planned: graded(Aspect::Planned, track.planned),
                forecast: graded(Aspect::Forecast, track.forecast),
                actual: graded(Aspect::Actual, track.actual),
                slip: track.slip_days(as_of),
                late: track.is_late(as_of),
                cause: track.cause.map_or(String::new(), |c| words_of::word(lang, "cause", c.as_str())),
                gate: project.steps.iter().find(|l| l.step == *step).and_then(|l| gate(project, l, lang)),
            }
        })
        .collect()
}

/// The rest of the chain: steps for which nobody has given a date.
pub(crate) fn undated(project: &Project, lang: Lang) -> Vec<TrackLine> {
    let has_date = |step: &Code| project.tracks.iter().any(|((_, held), t)| held == step && !t.is_empty());
    project
        .steps
        .iter()
        .filter(|line| !has_date(&line.step))
        .map(|line| TrackLine {
            step: line.name.get(lang.is_english()).to_owned(),
            part: None,
            promised: None,
            promised_on: String::new(),
            times: 0,
            planned: None,
            forecast: None,
            actual: None,
            slip: None,
            late: false,
            cause: String::new(),
            gate: gate(project, line, lang),
        })
        .collect()
}

fn gate(project: &Project, line: &StepLine, lang: Lang) -> Option<GateLine> {
    let english = lang.is_english();
    let gate = line.gate.as_ref()?;
    let within = |key, days: u16| words::with(lang, key, &[("days", &days.to_string())]);
    let papers = project.gates.get(&line.step).map_or(String::new(), |papers| {
        let dated = |key, on: Option<Date>| {
            on.map(|on| format!("{} {}", words::text(lang, key), words_of::day(lang, on)))
        };
        let granted = papers.granted.map(|granted| {
            words::text(lang, if granted { "fact-granted" } else { "fact-refused" }).into_owned()
        });
        let number = Some(papers.number.clone()).filter(|number| !number.is_empty());
        let said =
            [number, dated("fact-applied", papers.applied), dated("fact-decided", papers.decided), granted];
        said.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    Some(GateLine {
        authority: gate.authority.get(english).to_owned(),
        document: gate.document.get(english).to_owned(),
        limit: match gate.limit {
            Some(Limit::Days(days)) => within("limit-days", days),
            Some(Limit::WorkingDays(days)) => within("limit-working-days", days),
            None => String::new(),
        },
        papers,
    })
}

/// Steps that were promised more than once, with every promise ever published.
pub(crate) fn moved(project: &Project, grades: &Grades, lang: Lang) -> Vec<MovedPromise> {
    ordered(project)
        .into_iter()
        .filter(|(_, track)| track.promises.len() > 1)
        .map(|((part, step), track)| {
            let mut name = step_name(project, step, lang);
            if let Some(part) = part {
                name = format!("{name} · {}", part_name(project, part, lang));
            }
            let first = track.first_promised();
            let promises = track.promises.iter().enumerate().map(|(at, (on, date))| PromiseLine {
                on: words_of::day(lang, *on),
                date: words_of::planned(lang, *date),
                grade: grades.get(part, step, Aspect::Promised, *date),
                moved: at.checked_sub(1).map(|before| track.promises[before].1.days_until(*date)),
                total: first.filter(|_| at > 0).map(|first| first.days_until(*date)),
            });
            MovedPromise { step: name, promises: promises.collect() }
        })
        .collect()
}

pub(crate) fn parts(project: &Project, as_of: Date, lang: Lang) -> Vec<PartLine> {
    use domain::milestone::step;
    project
        .parts
        .iter()
        .map(|(part, name)| {
            let date = |wanted: &str| {
                let track = project
                    .tracks
                    .iter()
                    .find(|((p, s), _)| p.as_ref() == Some(part) && s.as_str() == wanted);
                let Some((_, track)) = track else { return String::new() };
                match (track.actual, track.expected()) {
                    (Some(actual), _) => words_of::planned(lang, actual),
                    (None, Some(date)) => {
                        let key = if date.last() < as_of { "date-was-due" } else { "date-expected" };
                        words::with(lang, key, &[("date", &words_of::planned(lang, date))])
                    }
                    (None, None) => String::new(),
                }
            };
            let percent = project.progress.get(&Some(part.clone())).and_then(|values| values.last());
            PartLine {
                name: name.get(lang.is_english()).to_owned(),
                start: date(step::START),
                completion: date(step::COMPLETION),
                in_use: date(step::IN_USE),
                percent: percent
                    .map_or(String::new(), |(_, value)| format!("{} %", words_of::number(*value))),
            }
        })
        .collect()
}
