//! One scenario: its changes, what they are worth, and which promises they move.

use app::AppError;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::policy::Action;
use domain::scenario::{Change, Scenario, Standing, moves};
use domain::timetabling::TimetableError;

use super::said::{MEASURES, Measures, MoveLine, Teller, signed};
use super::{Opened, may_try, source, target};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, done, saved};
use crate::editor::sheet::{is_conflict, refused};
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::asking::open;
use crate::visit::{Visit, render};
use words::shown::odds as percent;

struct ChangeLine {
    said: String,
    /// Why it does nothing; empty where it does something.
    idle: String,
}

/// What the changes come to.
pub(in crate::timetable) struct Outcome {
    pub before: Measures,
    pub after: Measures,
    pub within: i64,
    pub float: i64,
    pub expected: String,
    pub moves: Vec<MoveLine>,
}

#[derive(Template)]
#[template(path = "scenario/show.html")]
struct ScenarioPage {
    page: Page,
    saved: String,
    name: String,
    aim: String,
    standing: &'static str,
    standing_name: String,
    revision: String,
    here: String,
    adopt: String,
    edit: String,
    version: String,
    changes: Vec<ChangeLine>,
    kinds: Vec<(String, String, String)>,
    outcome: Option<Outcome>,
    /// Why the changes allow no timetable.
    impossible: String,
    may_try: bool,
    may_adopt: bool,
    may_reopen: bool,
    fault: String,
}

pub(super) async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code).await?;
    let saved = saved(visit.lang, &Typed(query));
    shown(&visit, opened, StatusCode::OK, saved, String::new()).await
}

async fn shown(
    visit: &Visit,
    opened: Opened,
    status: StatusCode,
    saved: String,
    fault: String,
) -> Result<Response, PageError> {
    let base = open(visit, opened.plan.as_str()).await?;
    let scenario = &opened.scenario;
    let name = scenario.name.get(visit.lang.is_english()).to_owned();
    let page = visit.page(visit.tw("scenario-of", &[("name", &name)]));
    let teller = Teller { lang: visit.lang, portfolio: &opened.now };
    let (mut outcome, mut impossible, mut idle) = (None, String::new(), Vec::new());
    // What became the plan is in it by now: made once more it would be worth something else.
    let adopted = matches!(scenario.standing, Standing::Adopted(_));
    if !scenario.changes.is_empty() && !adopted {
        match visit.app.try_changes(&base.portfolio, &scenario.changes).await? {
            Ok(tried) => {
                idle = tried.without_effect.clone();
                outcome = Some(compared(&page, &teller, &base, &tried.timetable)?);
            }
            Err(error) => impossible = said_error(visit, &error),
        }
    }
    let changes = scenario
        .changes
        .iter()
        .enumerate()
        .map(|(at, change)| ChangeLine {
            said: teller.change(change),
            idle: idle
                .get(at)
                .copied()
                .flatten()
                .map_or_else(String::new, |why| page.word("scenario-idle", why.as_str())),
        })
        .collect();
    let may = visit.actor.may(Action::TryScenario, &target(&opened.plan));
    let kinds = Change::KINDS
        .iter()
        .filter(|kind| **kind != "capacity" || !opened.now.plan.work_limits.is_empty())
        .map(|kind| {
            (
                page.link(&format!("{}/add/{kind}", opened.path())),
                page.word("scenario-kind", kind),
                page.word("scenario-kind-note", kind),
            )
        })
        .collect();
    let revision = match scenario.standing {
        Standing::Adopted(number) => number.to_string(),
        Standing::Open | Standing::Withdrawn => String::new(),
    };
    let shown = ScenarioPage {
        saved,
        name,
        aim: scenario.aim.clone(),
        standing: scenario.standing.as_str(),
        standing_name: page.word("scenario-standing", scenario.standing.as_str()),
        revision,
        here: page.link(&opened.path()),
        adopt: page.link(&format!("{}/adopt", opened.path())),
        edit: page.link(&format!("{}/edit", opened.path())),
        version: opened.version.to_string(),
        changes,
        kinds,
        outcome,
        impossible,
        may_try: may && opened.is_open(),
        may_adopt: opened.is_open()
            && !scenario.changes.is_empty()
            && !page.is_past()
            && visit.actor.may(Action::ManagePlan, &target(&opened.plan)),
        may_reopen: may && scenario.standing == Standing::Withdrawn,
        fault,
        page,
    };
    render(status, &shown)
}

/// Why there is no timetable, in the reader's words with the engine's ground.
pub(in crate::timetable) fn said_error(visit: &Visit, error: &TimetableError) -> String {
    visit.tw("scenario-impossible", &[("why", &error.to_string())])
}

/// Two timetables of a plan side by side.
pub(in crate::timetable) fn compared(
    page: &Page,
    teller: &Teller<'_>,
    base: &app::timetable::PlanTimetable,
    tried: &app::timetable::PlanTimetable,
) -> Result<Outcome, PageError> {
    let (before, after) = (base.value().map_err(AppError::from)?, tried.value().map_err(AppError::from)?);
    let (old, new) = (base.odds().map_err(AppError::from)?, tried.odds().map_err(AppError::from)?);
    let share = |held: &app::timetable::PlanTimetable, odds: &domain::timetabling::Odds, code: &str| {
        let row = held.row(code)?;
        let (share, _) = odds.of(row.project)?.on_time?;
        Some(percent(share))
    };
    let mut lines: Vec<MoveLine> = moves(&base.side(), &tried.side())
        .iter()
        .map(|moved| MoveLine {
            odds_before: share(base, old, moved.project.as_str()).unwrap_or_default(),
            odds_after: share(tried, new, moved.project.as_str()).unwrap_or_default(),
            ..MoveLine::new(page, teller, moved)
        })
        .collect();
    // Promises that are saved or broken come first, then other promises, the furthest move first.
    lines.sort_by_key(|line| {
        (!(line.breaks || line.saves), line.promised.is_empty(), std::cmp::Reverse(line.days.abs()))
    });
    let gained = after.expected - before.expected;
    Ok(Outcome {
        within: after.within as i64 - before.within as i64,
        float: after.float - before.float,
        expected: format!("{gained:+.1}").replace('-', "−"),
        before: Measures::of(page.lang, &before),
        after: Measures::of(page.lang, &after),
        moves: lines,
    })
}

impl Outcome {
    /// Every measure as planned and as changed.
    pub fn rows(&self) -> Vec<(&'static str, &str, &str)> {
        let (before, after) = (self.before.texts(), self.after.texts());
        MEASURES
            .into_iter()
            .zip(before)
            .zip(after)
            .map(|((key, before), after)| (key, before, after))
            .collect()
    }
}

impl ScenarioPage {
    fn signed(&self, number: &i64) -> String {
        signed(*number)
    }

    /// What may be done with one press: its name, the key of its words, whether it may be done now.
    fn acts(&self) -> [(&'static str, &'static str, bool); 3] {
        let may = self.may_try || self.may_reopen;
        [
            ("copy", "scenario-copy", may),
            ("withdraw", "scenario-withdraw", self.may_try),
            ("reopen", "scenario-reopen", self.may_reopen),
        ]
    }
}

/// Takes a change out, withdraws the scenario, takes it up again, or makes another one of it.
pub(super) async fn act(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code).await?;
    may_try(&visit, &opened.plan)?;
    let held = &opened.scenario;
    let mut wanted = held.clone();
    match typed.get("act") {
        "remove" => {
            let at: usize = typed.get("at").parse().unwrap_or(usize::MAX);
            if at < wanted.changes.len() {
                wanted.changes.remove(at);
            }
        }
        "withdraw" => wanted.standing = Standing::Withdrawn,
        "reopen" => wanted.standing = Standing::Open,
        "copy" => {
            let lang = visit.lang;
            let copy = |text: &str| words::with(lang, "scenario-copy-of", &[("name", text)]);
            wanted = Scenario {
                scenario: super::form::free_code(&opened.now.plan),
                name: domain::named::Named::new(
                    copy(&held.name.zh),
                    if held.name.en.is_empty() { String::new() } else { copy(&held.name.en) },
                ),
                standing: Standing::Open,
                ..held.clone()
            };
        }
        _ => return Err(PageError::bad_request().in_lang(visit.lang)),
    }
    let at = format!("/p/{}/timetable/scenarios/{}", opened.plan, wanted.scenario);
    let expected = Some(crate::editor::change::seen(&typed));
    let ground = (source(&visit), String::new());
    match visit.app.save_scenario(&visit.actor, &opened.plan, wanted, expected, ground).await {
        Ok(receipt) => {
            let page = visit.page("");
            match page.is_past() {
                true => Ok(Redirect::to(&page.at(&at)).into_response()),
                false => Ok(done(&at, Some(&receipt))),
            }
        }
        Err(error) => {
            let refusals = refused(error)?;
            let said = refusals.iter().map(|it| words::refusal(visit.lang, it)).collect::<Vec<_>>().join(" ");
            let status =
                if is_conflict(&refusals) { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            let opened = Opened::new(&visit, &plan, &code).await?;
            shown(&visit, opened, status, String::new(), said).await
        }
    }
}
