//! Looking ahead and back: the plan's forecast, how forecasts came true, measured durations, limits, what changed.

mod calibration;
mod changes;
mod durations;
mod forecast;
mod limits;
pub(crate) mod preview;
mod rules;

use axum::Router;
use axum::routing::{get, post};
use domain::code::Code;
use domain::plan::PlanFact;
use domain::policy::{Action, Target};
use domain::source::{Grade, Source};
use domain::subject::Subject;

use app::Change;
use domain::command::Command;

use crate::PagesState;
use crate::editor::change::own_unit;
use crate::visit::Visit;

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/timetable/forecast", get(forecast::show).post(forecast::keep))
        .route("/p/{plan}/timetable/forecast/rules", get(rules::show).post(rules::save))
        .route("/p/{plan}/timetable/calibration", get(calibration::show))
        .route("/p/{plan}/timetable/durations", get(durations::show).post(durations::take))
        .route("/p/{plan}/timetable/limits", get(limits::show))
        .route("/p/{plan}/timetable/limits/new", get(limits::new).post(limits::save))
        .route("/p/{plan}/timetable/limits/{code}", post(limits::withdraw))
        .route("/p/{plan}/timetable/changes", get(changes::show))
}

/// Whether the reader may change what belongs to the plan as a whole.
fn may_manage(visit: &Visit, plan: &Code) -> bool {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    visit.actor.may(Action::ManagePlan, &target)
}

/// A change of the plan by the reader.
fn change_of(visit: &Visit, plan: &Code, facts: Vec<PlanFact>, reason: &str) -> Change {
    let unit = Code::new(&own_unit(&visit.actor)).ok();
    let facts = facts.into_iter().map(Into::into).collect();
    Change {
        command: Command::Record { subject: Subject::plan(plan), facts, expected: None },
        effective: None,
        source: Source { grade: Grade::Reported, unit, ..Source::default() },
        reason: reason.replace("\r\n", "\n"),
    }
}
