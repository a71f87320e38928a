//! One project: what was promised, what is expected, what happened, and who said so.

use app::read::Asked;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Html;
use axum::routing::get;
use domain::authorize::target_of;
use domain::code::Code;
use domain::facility::GapAnswer;
use domain::output::Stage;
use domain::planned_date::days_between;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::project::{Phase, Project};
use domain::source::Grade;
use domain::subject::Subject;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::EntryFilter;
use words::Lang;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::overview::plan_code;
use crate::page::Page;
use crate::project_chart::{self, Chart};
use crate::project_history::{self, HistoryLine};
use crate::project_track::{self, Grades, MovedPromise, PartLine, TrackLine};
use crate::timetable::Brief;
use crate::visitor::Visitor;
use crate::words_of;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new().route("/p/{plan}/projects/{code}", get(show))
}

/// How many entries of its history a page shows at once.
const HISTORY: usize = 100;

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

/// Percent complete over time, of the whole or of a part: the picture.
struct ProgressChart {
    part: String,
    polyline: String,
    dots: Vec<(String, String)>,
}

/// One observation of percent complete; `length` is the percent as a length of 100.
struct ProgressLine {
    part: String,
    on: String,
    percent: String,
    length: String,
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
    /// The steps whose promise was made more than once.
    moved: Vec<MovedPromise>,
    chart: Option<Chart>,
    parts: Vec<PartLine>,
    outputs: Vec<OutputView>,
    progress: Vec<ProgressLine>,
    progress_charts: Vec<ProgressChart>,
    sources: Vec<(String, String)>,
    remarks: Vec<(String, String)>,
    history: Vec<HistoryLine>,
    entries: usize,
    /// Entries left out because they hold only from a day after the one looked at.
    later_entries: usize,
    more_history: bool,
    may_edit: bool,
    may_staff: bool,
    /// Gaps that it is to close: where, and of what.
    gaps: Vec<(String, String, String)>,
    /// How its promise stands by the timetable, for those who work on the plan.
    brief: Option<Brief>,
}

async fn show(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path((plan, code)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    let portfolio = visitor.portfolio(&state, &plan).await?;
    let Some(project) = portfolio.project(&code) else {
        return Err(absent(&state, &visitor, &plan, &code).await);
    };
    let subject = Subject::project(&plan, &project.code);
    let filter = EntryFilter {
        subject: Some(subject.clone()),
        known: Some(portfolio.view.known),
        ..EntryFilter::default()
    };
    let entries = state.app.entries(filter, None, HISTORY).await.map_err(|e| visitor.fail(e))?;
    let later = entries.items.iter().filter(|e| e.draft.effective > portfolio.view.as_of).count();
    let history = state.app.history(&plan).await.map_err(|e| visitor.fail(e))?;
    let target = target_of(&subject, &*history);
    let may_edit = [Action::DescribeProject, Action::ReportProgress].iter().any(|a| visitor.may(*a, &target));
    let title = project.name.get(visitor.english()).to_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    let may_staff = visitor.may(Action::ReadStaff, &target);
    let grades = history.get(&subject).map_or_else(Grades::default, |h| Grades::of(h, portfolio.view));
    let mut view = compose(page, &portfolio, project, &grades, visitor.lang);
    view.may_edit = may_edit && !view.page.is_past();
    view.may_staff = may_staff;
    view.more_history = entries.next.is_some();
    let zone = state.app.clock().zone();
    let signers = if may_staff { Some(state.app.signers().await?) } else { None };
    view.history =
        project_history::lines(&entries.items, &portfolio, project, visitor.lang, zone, signers.as_ref());
    view.entries = entries.items.len() - later;
    view.later_entries = later;
    if may_staff {
        view.brief = crate::timetable::brief(&state.app, &portfolio, project, visitor.lang)
            .await
            .map_err(|e| visitor.fail(e))?;
    } else {
        view.remarks.clear();
    }
    render(&view)
}

/// Why there is no such project: it never was, or it came after the day looked at.
async fn absent(state: &PagesState, visitor: &Visitor, plan: &Code, code: &str) -> PageError {
    let today = if visitor.asked == Asked::default() {
        None
    } else {
        state.app.portfolio(plan, Asked::default()).await.ok()
    };
    let is_there_now = today.is_some_and(|portfolio| portfolio.project(code).is_some());
    let error = if is_there_now { PageError::not_yet() } else { PageError::not_found() };
    error.in_lang(visitor.lang)
}

fn compose(page: Page, portfolio: &Portfolio, project: &Project, grades: &Grades, lang: Lang) -> ProjectPage {
    let english = lang.is_english();
    let as_of = portfolio.view.as_of;
    let unit_name = |code: &Code| {
        portfolio.units.get(code).map_or(code.to_string(), |unit| unit.name.get(english).to_owned())
    };
    let tracks = project_track::lines(project, grades, as_of, lang);
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
        budget: project.budget.map_or(String::new(), words_of::yuan),
        funding: project
            .funding
            .iter()
            .map(|(origin, fen)| (words_of::word(lang, "funding", origin.as_str()), words_of::yuan(*fen)))
            .collect(),
        membership: membership(portfolio, project, lang),
        percent: project.percent().map(|(on, percent)| (words_of::number(percent), words_of::day(lang, on))),
        slip: project.worst_slip(as_of).map(|(_, days)| days),
        suspended: project.suspended.clone(),
        chart: project_chart::chart(project, as_of, lang),
        moved: project_track::moved(project, grades, lang),
        parts: project_track::parts(project, as_of, lang),
        other_steps: project_track::undated(project, lang),
        tracks,
        outputs: output_views(portfolio, project, english),
        progress: progress_lines(project, lang),
        progress_charts: progress_charts(project, lang),
        sources: project.documents.iter().rev().cloned().collect(),
        remarks: project
            .remarks
            .iter()
            .rev()
            .map(|(on, text)| (words_of::day(lang, *on), text.clone()))
            .collect(),
        history: Vec::new(),
        entries: 0,
        later_entries: 0,
        more_history: false,
        may_edit: false,
        may_staff: false,
        gaps: crate::place::gaps_of(lang, portfolio, &GapAnswer::Project { project: project.code.clone() }),
        brief: None,
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

fn progress_part(project: &Project, part: &Option<Code>, lang: Lang) -> String {
    match part {
        Some(part) => project_track::part_name(project, part, lang),
        None => words::text(lang, "whole-project").into_owned(),
    }
}

fn progress_lines(project: &Project, lang: Lang) -> Vec<ProgressLine> {
    let of_part = |(part, values): (&Option<Code>, &Vec<(Date, Decimal)>)| {
        let part = progress_part(project, part, lang);
        let line = |(on, percent): &(Date, Decimal)| ProgressLine {
            part: part.clone(),
            on: words_of::day(lang, *on),
            percent: words_of::number(*percent),
            length: percent.clamp(&Decimal::ZERO, &Decimal::ONE_HUNDRED).to_string(),
        };
        values.iter().rev().map(line).collect::<Vec<_>>()
    };
    project.progress.iter().flat_map(of_part).collect()
}

/// A line needs two points.
fn progress_charts(project: &Project, lang: Lang) -> Vec<ProgressChart> {
    let chart = |(part, values): (&Option<Code>, &Vec<(Date, Decimal)>)| {
        let (first, last) = (values.first()?.0, values.last()?.0);
        let span = i64::from(days_between(first, last).max(1));
        let dots: Vec<(String, String)> = values
            .iter()
            .map(|(on, percent)| {
                let x = 40 + i64::from(days_between(first, *on)) * 540 / span;
                (x.to_string(), (Decimal::from(110) - *percent).to_string())
            })
            .collect();
        (dots.len() > 1).then(|| ProgressChart {
            part: progress_part(project, part, lang),
            polyline: dots.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" "),
            dots,
        })
    };
    project.progress.iter().filter_map(chart).collect()
}
