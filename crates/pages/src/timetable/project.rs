//! The timetable of one project: its steps, why they do not come earlier, and what a delay would hit.

use app::gantt::Gantt;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::authorize::target_of;
use domain::code::Code;
use domain::policy::Action;
use domain::subject::Subject;
use domain::timetabling::{Progress, StepAt, StepRow};
use serde::Deserialize;

use super::asking::{day, open_drawn, step_name};
use super::drawing::Zoom;
use super::moved::{Moved, moved};
use super::picture::Picture;
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

/// The longest delay that is asked about.
const MOST_DELAY: u16 = 1_000;

struct Line {
    name: String,
    authority: String,
    progress: &'static str,
    /// Working days at best, usually, at worst; the plan's usual ones or the project's own.
    days: String,
    own: bool,
    calendar: String,
    after: String,
    start: String,
    finish: String,
    late_start: String,
    late_finish: String,
    float: Option<i64>,
    promised: String,
    provisional: bool,
    edit: String,
}

/// A step of a part that is ahead.
struct PartLine {
    part: String,
    step: String,
    finish: String,
    promised: String,
    late_finish: String,
    float: Option<i64>,
    /// Of the step that its promise is about.
    odds: String,
}

/// What a delay moves.
struct Hit {
    project: String,
    step: String,
    address: String,
    days: i64,
    before: String,
    after: String,
    broken: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Supposed {
    step: String,
    days: String,
    /// The entry that was recorded just now.
    saved: String,
    unchanged: String,
}

#[derive(Template)]
#[template(path = "timetable/project.html")]
struct ProjectPage {
    page: Page,
    saved: String,
    moved: Option<Moved>,
    code: String,
    back: String,
    name: String,
    lines: Vec<Line>,
    picture: Picture,
    headline: String,
    promised: String,
    finish: String,
    float: Option<i64>,
    odds: String,
    error: String,
    p50: String,
    p80: String,
    p95: String,
    unknown: usize,
    parts: Vec<PartLine>,
    /// Promises of parts that nothing can be reckoned from, in sentences.
    parts_left_out: Vec<String>,
    /// Steps with what they do not wait for here although their words say so.
    left_out: Vec<(String, String)>,
    chain: Vec<String>,
    steps: Vec<(String, String, bool)>,
    delay: String,
    hits: Option<Vec<Hit>>,
    may_edit: bool,
    calendar: String,
}

pub(super) async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(supposed): Query<Supposed>,
) -> Result<Response, PageError> {
    let held = open_drawn(&visit, &plan).await?;
    let plan = known_code(&plan)?;
    let row = held.row(&code).ok_or_else(PageError::not_found)?;
    let project = &held.portfolio.projects[row.project];
    let odds = held.odds().map_err(app::AppError::from)?;
    let english = visit.lang.is_english();
    let name = project.name.get(english).to_owned();
    let page = visit.page(visit.tw("timetable-of", &[("name", &name)]));
    let history = visit.app.history(&plan).await?;
    let target = target_of(&Subject::project(&plan, &project.code), &*history);
    let may_edit = !page.is_past() && visit.actor.may(Action::ReportProgress, &target);
    let called = |step: &Code| step_name(project, step, english);
    let base = format!("/projects/{}", project.code);

    let line = |step: &StepRow| {
        let work = held.portfolio.plan.work(project, &step.step);
        let gate = project.steps.iter().find(|it| it.step == step.step).and_then(|it| it.gate.as_ref());
        let calendar = work.and_then(|work| work.calendar.as_ref());
        Line {
            name: called(&step.step),
            authority: gate.map_or_else(String::new, |gate| gate.authority.get(english).to_owned()),
            progress: match step.progress {
                Progress::Done => "done",
                Progress::Implied => "implied",
                Progress::Running => "running",
                Progress::Open => "open",
            },
            days: work.map_or_else(String::new, |work| {
                let days = work.days;
                if days.low == days.high {
                    days.likely.to_string()
                } else {
                    format!("{} / {} / {}", days.low, days.likely, days.high)
                }
            }),
            own: project.work.contains_key(&step.step),
            calendar: calendar
                .and_then(|code| held.portfolio.plan.calendars.iter().find(|it| it.calendar == *code))
                .map_or_else(String::new, |it| it.name.get(english).to_owned()),
            after: waits(project, &step.step, english, visit.lang),
            start: page.day(&step.start),
            finish: page.day(&step.finish),
            late_start: day(&page, step.late_start),
            late_finish: day(&page, step.late_finish),
            float: step.float,
            promised: day(&page, step.promised.filter(|_| !step.is_done())),
            provisional: step.provisional,
            edit: page.link(&format!("{base}/edit/step_work?step={}", step.step)),
        }
    };
    let place = held.place(&code).ok_or_else(PageError::not_found)?;
    let gantt = Gantt::of(&held, &[place], None);
    // A row leads to its line in the table below.
    let picture = Picture::of(&gantt, Zoom::Fit, &page, true, |_, step| match step {
        Some(step) => format!("#step-{step}"),
        None => "#steps-title".to_owned(),
    });
    let said = |at: &StepAt| {
        let of = &held.portfolio.projects[at.project];
        let step = of.steps.get(at.step).map_or("", |line| line.name.get(english));
        if at.project == row.project {
            step.to_owned()
        } else {
            format!("{} · {step}", of.name.get(english))
        }
    };
    let left_out = held.timetable.left_out(row.project).map(|(step, before)| (said(step), said(before)));
    let left_out = left_out.collect();
    let part_name = |part: &Code| {
        let name = project.parts.iter().find(|(held, _)| held == part);
        name.map_or_else(|| part.to_string(), |(_, name)| name.get(english).to_owned())
    };
    let of_project = held.timetable.parts().into_iter().filter(|part| part.project == row.project);
    let parts = of_project.flat_map(|part| {
        let name = part_name(&part.part);
        let drawn = odds.of_part(part.project, &part.part).and_then(|it| it.on_time);
        let headline = part.headline().map(|step| step.task);
        let open: Vec<StepRow> = part.steps.into_iter().filter(|step| !step.is_done()).collect();
        open.into_iter().map(move |step| {
            let drawn = drawn.filter(|_| headline == Some(step.task));
            (name.clone(), step, drawn.map_or_else(String::new, |(share, _)| words::shown::odds(share)))
        })
    });
    let parts = parts.map(|(part, step, odds)| PartLine {
        part,
        odds,
        step: called(&step.step),
        finish: page.day(&step.finish),
        promised: day(&page, step.promised),
        late_finish: day(&page, step.late_finish),
        float: step.float,
    });
    let parts = parts.collect();
    let left_out_parts = held.timetable.parts_left_out().iter().filter(|it| it.project == row.project);
    let parts_left_out = left_out_parts
        .map(|it| {
            let (part, step, day) = (part_name(&it.part), called(&it.step), page.day(&it.promised));
            visit.tw("timetable-part-left-out", &[("part", &part), ("step", &step), ("date", &day)])
        })
        .collect();
    let headline = row.headline();
    let drawn = odds.of(row.project);
    let chain = headline.map_or_else(Vec::new, |step| {
        let chain = held.timetable.driving_chain(step.task);
        chain.iter().filter_map(|task| held.timetable.place(*task)).map(said).collect()
    });
    let delay = supposed.days.trim().parse::<u16>().ok().filter(|days| (1..=MOST_DELAY).contains(days));
    let supposed_step = row.steps.iter().find(|step| step.step.as_str() == supposed.step && !step.is_done());
    let hits = match (supposed_step, delay) {
        (Some(step), Some(days)) => Some(hits(&held, step, days, &page, english)?),
        _ => None,
    };
    let mut query = vec![("saved".to_owned(), supposed.saved.clone())];
    if !supposed.unchanged.is_empty() {
        query.push(("unchanged".to_owned(), supposed.unchanged.clone()));
    }
    let view = ProjectPage {
        saved: saved(visit.lang, &Typed(query)),
        moved: moved(&visit, &page, &held, &supposed.saved).await?,
        code: project.code.to_string(),
        back: page.link(&base),
        lines: row.steps.iter().map(line).collect(),
        picture,
        headline: headline.map_or_else(String::new, |step| called(&step.step)),
        promised: day(&page, headline.and_then(|step| step.promised)),
        finish: day(&page, headline.map(|step| step.finish)),
        float: headline.and_then(|step| step.float),
        odds: drawn
            .and_then(|it| it.on_time)
            .map_or_else(String::new, |(share, _)| words::shown::odds(share)),
        error: drawn
            .and_then(|it| it.on_time)
            .map_or_else(String::new, |(_, error)| format!("{:.1}", error * 100.0)),
        p50: day(&page, drawn.map(|it| it.p50)),
        p80: day(&page, drawn.map(|it| it.p80)),
        p95: day(&page, drawn.map(|it| it.p95)),
        unknown: row.unknown,
        parts,
        parts_left_out,
        left_out,
        chain,
        steps: row
            .steps
            .iter()
            .filter(|step| !step.is_done())
            .map(|step| (step.step.to_string(), called(&step.step), step.step.as_str() == supposed.step))
            .collect(),
        delay: delay.map_or_else(|| "10".to_owned(), |days| days.to_string()),
        hits,
        may_edit,
        calendar: held.timetable.calendar_version.clone(),
        name,
        page,
    };
    render(StatusCode::OK, &view)
}

/// What a step waits for besides the one before it, in words.
fn waits(project: &domain::project::Project, step: &Code, english: bool, lang: words::Lang) -> String {
    let links = project.links.iter().filter(|link| link.step == *step).map(|link| {
        let other = link.project.as_ref().map_or_else(String::new, |code| format!("{code} "));
        let name = if link.project.is_none() {
            step_name(project, &link.before, english)
        } else {
            link.before.to_string()
        };
        let kind = crate::words_of::word(lang, "step-link-kind", link.kind.as_str());
        let lag = if link.lag == 0 { String::new() } else { format!(" {:+}", link.lag) };
        format!("{other}{name} {kind}{lag}")
    });
    links.collect::<Vec<_>>().join(crate::words_of::comma(lang))
}

fn hits(
    held: &app::timetable::PlanTimetable,
    step: &StepRow,
    days: u16,
    page: &Page,
    english: bool,
) -> Result<Vec<Hit>, PageError> {
    let found = held.timetable.delay(step.task, days).map_err(app::AppError::from)?;
    Ok(found
        .into_iter()
        .filter_map(|(task, days, before, after)| {
            let at = held.timetable.place(task)?;
            let project = &held.portfolio.projects[at.project];
            Some(Hit {
                project: project.name.get(english).to_owned(),
                step: project.steps.get(at.step)?.name.get(english).to_owned(),
                address: page.link(&format!("/projects/{}/timetable", project.code)),
                days,
                before: page.day(&before),
                after: page.day(&after),
                broken: at.promise.is_some_and(|promise| before <= promise && promise < after),
            })
        })
        .collect())
}
