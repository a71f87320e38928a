//! One project: what was promised, what is expected, what happened, and who said so.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Html;
use axum::routing::get;
use domain::authorize::target_of;
use domain::code::Code;
use domain::fact::Fact;
use domain::journal::{Entry, Event, Seq};
use domain::milestone::{Limit, Track};
use domain::output::Stage;
use domain::planned_date::days_between;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::project::{Phase, Project, ProjectFact};
use domain::source::Grade;
use domain::subject::Subject;
use jiff::civil::Date;
use store::EntryFilter;
use words::Lang;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::overview::plan_code;
use crate::page::Page;
use crate::visitor::Visitor;
use crate::words_of;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new().route("/p/{plan}/projects/{code}", get(show))
}

/// How many entries of its history a page shows at once.
const HISTORY: usize = 100;

struct PromiseLine {
    on: String,
    date: String,
    moved: Option<i32>,
}

struct TrackLine {
    step: String,
    part: Option<String>,
    promised: String,
    planned: String,
    forecast: String,
    actual: String,
    slip: Option<i32>,
    late: bool,
    cause: String,
    promises: Vec<PromiseLine>,
    gate: Option<GateLine>,
}

struct GateLine {
    authority: String,
    document: String,
    limit: String,
    papers: String,
}

/// A mark on the time line: kind, place in thousandths of the width, and what it says.
struct Mark {
    kind: &'static str,
    x: i64,
    text: String,
}

struct ChartRow {
    label: String,
    y: usize,
    marks: Vec<Mark>,
}

struct Chart {
    rows: Vec<ChartRow>,
    years: Vec<(i64, String)>,
    today: i64,
    height: usize,
}

struct OutputView {
    name: String,
    unit: String,
    planned: String,
    approved: String,
    built: String,
    gross: bool,
    grade: Grade,
    /// Counted together with other projects.
    group: Option<String>,
}

struct ProgressLine {
    part: String,
    points: Vec<(String, String)>,
    polyline: String,
    dots: Vec<(String, String)>,
}

struct HistoryLine {
    seq: Seq,
    recorded: String,
    effective: String,
    who: String,
    facts: Vec<String>,
    grade: Grade,
    source: String,
    url: String,
    reason: String,
    corrects: Option<Seq>,
    corrected_by: Option<Seq>,
}

#[derive(Template)]
#[template(path = "project/page.html")]
struct ProjectPage {
    page: Page,
    code: String,
    phase: Phase,
    grade: Grade,
    aliases: Vec<String>,
    sector: String,
    campaign: String,
    kind: String,
    lead: Option<(String, String)>,
    supporting: Vec<(String, String, String)>,
    areas: Vec<String>,
    address: String,
    budget: String,
    funding: Vec<(String, String)>,
    membership: String,
    percent: Option<(String, String)>,
    slip: Option<i32>,
    suspended: Option<String>,
    tracks: Vec<TrackLine>,
    other_steps: Vec<TrackLine>,
    chart: Option<Chart>,
    outputs: Vec<OutputView>,
    progress: Vec<ProgressLine>,
    sources: Vec<(String, String)>,
    remarks: Vec<(String, String)>,
    history: Vec<HistoryLine>,
    more_history: bool,
    may_edit: bool,
    may_staff: bool,
}

async fn show(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path((plan, code)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    let portfolio = state.app.portfolio(&plan, visitor.asked).await.map_err(|e| visitor.fail(e))?;
    let project = portfolio.project(&code).ok_or_else(|| PageError::not_found().in_lang(visitor.lang))?;
    let subject = Subject::project(&plan, &project.code);
    let filter = EntryFilter {
        subject: Some(subject.clone()),
        known: Some(portfolio.view.known),
        ..EntryFilter::default()
    };
    let entries = state.app.entries(filter, None, HISTORY).await.map_err(|e| visitor.fail(e))?;
    let history = state.app.history(&plan).await.map_err(|e| visitor.fail(e))?;
    let target = target_of(&subject, &*history);
    let may_edit = [Action::DescribeProject, Action::ReportProgress].iter().any(|a| visitor.may(*a, &target));
    let title = project.name.get(visitor.english()).to_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    let may_staff = visitor.may(Action::ReadStaff, &target);
    let mut view = compose(page, &portfolio, project, visitor.lang);
    view.may_edit = may_edit && !view.page.is_past();
    view.may_staff = may_staff;
    view.more_history = entries.next.is_some();
    view.history =
        history_lines(&entries.items, &portfolio, project, visitor.lang, state.app.clock().zone(), may_staff);
    if !may_staff {
        view.remarks.clear();
    }
    render(&view)
}

fn compose(page: Page, portfolio: &Portfolio, project: &Project, lang: Lang) -> ProjectPage {
    let english = lang.is_english();
    let as_of = portfolio.view.as_of;
    let unit_name = |code: &Code| {
        portfolio.units.get(code).map_or(code.to_string(), |unit| unit.name.get(english).to_owned())
    };
    let (tracks, other_steps) = track_lines(project, as_of, lang);
    ProjectPage {
        code: project.code.to_string(),
        phase: project.phase(),
        grade: project.grade,
        aliases: project.aliases.clone(),
        sector: project
            .sector
            .as_ref()
            .and_then(|code| portfolio.plan.sector(code.as_str()))
            .map_or(String::new(), |sector| sector.name.get(english).to_owned()),
        campaign: project
            .campaign
            .as_ref()
            .and_then(|code| portfolio.plan.campaigns.iter().find(|held| held.code == *code))
            .map_or(String::new(), |campaign| campaign.name.get(english).to_owned()),
        kind: project
            .kind
            .as_ref()
            .and_then(|code| portfolio.plan.template(code.as_str()))
            .map_or(String::new(), |template| template.name.get(english).to_owned()),
        lead: project.lead_unit.as_ref().map(|code| (code.to_string(), unit_name(code))),
        supporting: project
            .supporting_units
            .iter()
            .map(|(unit, role)| {
                (unit.to_string(), unit_name(unit), words_of::word(lang, "unit-role", role.as_str()))
            })
            .collect(),
        areas: project
            .areas
            .iter()
            .map(|code| {
                portfolio.areas.get(code).map_or(code.to_string(), |a| a.name.get(english).to_owned())
            })
            .collect(),
        address: project.address.clone(),
        budget: project.budget.map_or(String::new(), |fen| fen.to_string()),
        funding: project
            .funding
            .iter()
            .map(|(origin, fen)| (words_of::word(lang, "funding", origin.as_str()), fen.to_string()))
            .collect(),
        membership: membership(portfolio, project, lang),
        percent: project.percent().map(|(on, percent)| (words_of::number(percent), words_of::day(lang, on))),
        slip: project.worst_slip(as_of).map(|(_, days)| days),
        suspended: project.suspended.clone(),
        chart: chart(project, as_of, lang),
        tracks,
        other_steps,
        outputs: output_views(portfolio, project, english),
        progress: progress_lines(project, lang),
        sources: project.documents.iter().rev().cloned().collect(),
        remarks: project
            .remarks
            .iter()
            .rev()
            .map(|(on, text)| (words_of::day(lang, *on), text.clone()))
            .collect(),
        history: Vec::new(),
        more_history: false,
        may_edit: false,
        may_staff: false,
        page,
    }
}

fn membership(portfolio: &Portfolio, project: &Project, lang: Lang) -> String {
    let state = words_of::word(lang, "membership", project.membership.as_str());
    let revision = project
        .since_revision
        .and_then(|number| portfolio.plan.revisions.iter().find(|held| held.number == number))
        .map(|revision| revision.title.get(lang.is_english()).to_owned());
    match (revision, &project.membership_other) {
        (Some(revision), _) => format!("{state} · {revision}"),
        (None, Some(other)) => format!("{state} · {other}"),
        (None, None) => state,
    }
}

/// The public steps, and the rest of the chain.
fn track_lines(project: &Project, as_of: Date, lang: Lang) -> (Vec<TrackLine>, Vec<TrackLine>) {
    let english = lang.is_english();
    let date = |date| words_of::planned(lang, date);
    let order = |code: &Code| project.steps.iter().position(|line| line.step == *code).unwrap_or(usize::MAX);
    let mut keys: Vec<&(Option<Code>, Code)> = project.tracks.keys().collect();
    keys.sort_by_key(|(part, step)| (order(step), part.clone()));
    let mut out = Vec::new();
    let mut rest = Vec::new();
    let line = |step: &Code, part: Option<&Code>, track: &Track| {
        let named = project.steps.iter().find(|line| line.step == *step);
        let gate = named.and_then(|line| line.gate.as_ref()).map(|gate| GateLine {
            authority: gate.authority.get(english).to_owned(),
            document: gate.document.get(english).to_owned(),
            limit: match gate.limit {
                Some(Limit::Days(n)) => words::with(lang, "limit-days", &[("days", &n.to_string())]),
                Some(Limit::WorkingDays(n)) => {
                    words::with(lang, "limit-working-days", &[("days", &n.to_string())])
                }
                None => String::new(),
            },
            papers: project.gates.get(step).map_or(String::new(), |papers| {
                [papers.number.clone(), papers.decided.map_or(String::new(), |on| words_of::day(lang, on))]
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · ")
            }),
        });
        TrackLine {
            step: named.map_or_else(
                || words_of::word(lang, "step", step.as_str()),
                |line| line.name.get(english).to_owned(),
            ),
            part: part.map(|code| {
                project
                    .parts
                    .iter()
                    .find(|(held, _)| held == code)
                    .map_or(code.to_string(), |(_, name)| name.get(english).to_owned())
            }),
            promised: track.promised().map_or(String::new(), date),
            planned: track.planned.map_or(String::new(), date),
            forecast: track.forecast.map_or(String::new(), date),
            actual: track.actual.map_or(String::new(), date),
            slip: track.slip_days(as_of),
            late: track.is_late(as_of),
            cause: track.cause.map_or(String::new(), |cause| words_of::word(lang, "cause", cause.as_str())),
            promises: track
                .promises
                .iter()
                .enumerate()
                .map(|(at, (on, promised))| PromiseLine {
                    on: words_of::day(lang, *on),
                    date: date(*promised),
                    moved: at.checked_sub(1).map(|before| track.promises[before].1.days_until(*promised)),
                })
                .collect(),
            gate,
        }
    };
    for key in keys {
        if let Some(track) = project.tracks.get(key).filter(|track| !track.is_empty()) {
            out.push(line(&key.1, key.0.as_ref(), track));
        }
    }
    let nothing = Track::default();
    for step in &project.steps {
        if !project.tracks.iter().any(|((_, held), track)| *held == step.step && !track.is_empty()) {
            rest.push(line(&step.step, None, &nothing));
        }
    }
    (out, rest)
}

/// The time line: a row for each step with a date, from the first year to the last.
fn chart(project: &Project, as_of: Date, lang: Lang) -> Option<Chart> {
    let mut dates = vec![as_of];
    for track in project.tracks.values() {
        dates.extend(track.promises.iter().map(|(_, date)| date.last()));
        dates.extend([track.planned, track.forecast, track.actual].into_iter().flatten().map(|d| d.last()));
    }
    if dates.len() < 2 {
        return None;
    }
    let from = dates.iter().min()?.first_of_year();
    let to = dates.iter().max()?.last_of_year();
    let span = i64::from(days_between(from, to).max(1));
    let x = |day: Date| 190 + i64::from(days_between(from, day)) * 790 / span;
    let (lines, _) = track_lines(project, as_of, lang);
    let order = |code: &Code| project.steps.iter().position(|line| line.step == *code).unwrap_or(usize::MAX);
    let mut keys: Vec<&(Option<Code>, Code)> =
        project.tracks.iter().filter(|(_, track)| !track.is_empty()).map(|(key, _)| key).collect();
    keys.sort_by_key(|(part, step)| (order(step), part.clone()));
    let rows: Vec<ChartRow> = keys
        .iter()
        .zip(&lines)
        .enumerate()
        .filter_map(|(at, (key, line))| {
            let track = project.tracks.get(*key)?;
            let mut marks = Vec::new();
            let mut mark = |kind: &'static str, word: &str, date: domain::planned_date::PlannedDate| {
                let text =
                    format!("{} {}", words_of::word(lang, "aspect", word), words_of::planned(lang, date));
                marks.push(Mark { kind, x: x(date.last()), text });
            };
            for (_, date) in &track.promises {
                mark("promised", "promised", *date);
            }
            if let Some(date) = track.forecast.or(track.planned).filter(|_| track.actual.is_none()) {
                mark("forecast", "forecast", date);
            }
            if let Some(date) = track.actual {
                mark("actual", "actual", date);
            }
            let label = match &line.part {
                Some(part) => format!("{} · {part}", line.step),
                None => line.step.clone(),
            };
            // The label's column is narrow; the table beside the chart has it whole.
            let wide = |c: char| if (c as u32) < 0x1100 { 1 } else { 2 };
            let mut room = 25;
            let short: String = label
                .chars()
                .take_while(|c| {
                    room -= wide(*c);
                    room >= 0
                })
                .collect();
            let label = if short.len() < label.len() { format!("{short}…") } else { label };
            Some(ChartRow { label, y: at * 26 + 34, marks })
        })
        .collect();
    let years = (from.year()..=to.year())
        .filter_map(|year| Some((x(Date::new(year, 1, 1).ok()?), year.to_string())))
        .collect();
    let height = rows.len() * 26 + 46;
    Some(Chart { rows, years, today: x(as_of), height })
}

fn output_views(portfolio: &Portfolio, project: &Project, english: bool) -> Vec<OutputView> {
    let mut keys: Vec<(&Code, domain::output::Basis)> =
        project.outputs.iter().map(|line| (&line.kind, line.basis)).collect();
    keys.dedup();
    let kind_of = |code: &Code| {
        portfolio.plan.output_kind(code.as_str()).map_or((code.to_string(), String::new()), |kind| {
            (kind.name.get(english).to_owned(), kind.unit.get(english).to_owned())
        })
    };
    let mut out: Vec<OutputView> = Vec::new();
    for (kind, basis) in keys {
        let at = |stage: Stage| {
            project
                .outputs
                .iter()
                .find(|line| &line.kind == kind && line.basis == basis && line.stage == stage)
                .map_or(String::new(), |line| words_of::number(line.quantity))
        };
        let (name, unit) = kind_of(kind);
        let grade = project.outputs.iter().find(|l| &l.kind == kind).map_or(Grade::Reported, |l| l.grade);
        out.push(OutputView {
            name,
            unit,
            planned: at(Stage::Planned),
            approved: at(Stage::Approved),
            built: at(Stage::Built),
            gross: basis == domain::output::Basis::Gross,
            grade,
            group: None,
        });
    }
    for (group, grade, _) in &portfolio.plan.output_groups {
        if group.members.contains(&project.code) {
            let quantity = words_of::number(group.quantity);
            let at = |stage: Stage| if group.stage == stage { quantity.clone() } else { String::new() };
            out.push(OutputView {
                name: kind_of(&group.kind).0,
                unit: kind_of(&group.kind).1,
                planned: at(Stage::Planned),
                approved: at(Stage::Approved),
                built: at(Stage::Built),
                gross: false,
                grade: *grade,
                group: Some(format!("{} ({})", group.name.get(english), group.members.len())),
            });
        }
    }
    out
}

fn progress_lines(project: &Project, lang: Lang) -> Vec<ProgressLine> {
    use rust_decimal::prelude::ToPrimitive;
    project
        .progress
        .iter()
        .map(|(part, values)| {
            let first = values.first().map_or(Date::MIN, |(on, _)| *on);
            let last = values.last().map_or(first, |(on, _)| *on);
            let span = i64::from(days_between(first, last).max(1));
            let dots: Vec<(String, String)> = values
                .iter()
                .map(|(on, percent)| {
                    let x = 40 + i64::from(days_between(first, *on)) * 540 / span;
                    let y = 110.0 - percent.to_f64().unwrap_or(0.0);
                    (x.to_string(), format!("{y:.1}"))
                })
                .collect();
            ProgressLine {
                part: part.as_ref().map_or_else(
                    || words::text(lang, "whole-project").into_owned(),
                    |code| {
                        project
                            .parts
                            .iter()
                            .find(|(held, _)| held == code)
                            .map_or(code.to_string(), |(_, name)| name.get(lang.is_english()).to_owned())
                    },
                ),
                points: values
                    .iter()
                    .map(|(on, percent)| (words_of::day(lang, *on), words_of::number(*percent)))
                    .collect(),
                polyline: dots.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" "),
                dots,
            }
        })
        .collect()
}

fn history_lines(
    entries: &[Entry],
    portfolio: &Portfolio,
    project: &Project,
    lang: Lang,
    zone: &jiff::tz::TimeZone,
    may_staff: bool,
) -> Vec<HistoryLine> {
    let corrected: Vec<(Seq, Seq)> = entries
        .iter()
        .filter_map(|entry| entry.draft.event.corrects().map(|wrong| (wrong, entry.seq)))
        .collect();
    entries
        .iter()
        .map(|entry| {
            let mut facts: Vec<String> = entry
                .draft
                .event
                .facts()
                .iter()
                // Working remarks are not for everybody.
                .filter(|fact| may_staff || !matches!(fact, Fact::Project(ProjectFact::Remark { .. })))
                .filter_map(|fact| crate::fact_words::say(fact, portfolio, Some(project), lang))
                .collect();
            // A new project's chain of steps is one thing to say.
            if matches!(entry.draft.event, Event::Registered { .. }) {
                facts.insert(0, words::text(lang, "history-registered").into_owned());
            }
            HistoryLine {
                seq: entry.seq,
                recorded: words_of::day(lang, zone.to_datetime(entry.recorded_at).date()),
                effective: words_of::day(lang, entry.draft.effective),
                who: if may_staff { entry.draft.actor.to_string() } else { String::new() },
                facts,
                grade: entry.draft.source.grade,
                source: entry.draft.source.title.clone(),
                url: entry.draft.source.url.clone(),
                reason: entry.draft.reason.clone(),
                corrects: entry.draft.event.corrects(),
                corrected_by: corrected.iter().find(|(wrong, _)| *wrong == entry.seq).map(|(_, by)| *by),
            }
        })
        .filter(|line| !line.facts.is_empty() || line.corrects.is_some())
        .collect()
}
