//! The timetable engine: working calendars to the minute, forward and backward pass, floats against
//! promises, explanations, incremental re-planning, Monte-Carlo forecast, resource-limited schedules.
//!
//! Pure computation: no I/O, no clock, no randomness but a given seed, no panics on any input.
//!
//! ```
//! use timetable::{Duration, Lag, LinkKind, Moment, Network, Plan, Task};
//!
//! let start: Moment = "2019-08-15T08:00".parse()?;
//! let mut plan = Plan::new("School", start);
//! let permit = plan.add(Task::new(1, "Permit", 3 * 480));
//! let build = plan.add(Task { deadline: Some("2019-08-20T17:00".parse()?), ..Task::new(2, "Build", 2 * 480) });
//! plan.link(permit, build, LinkKind::FinishToStart, Lag::Working(0));
//!
//! let network = Network::new(&plan)?;
//! let schedule = network.schedule(&plan)?;
//! let dates = schedule.dates_of(&network, build).unwrap();
//! assert_eq!(dates.early_finish.to_string(), "2019-08-21T17:00");
//! assert_eq!(dates.total_float, -480);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The date semantics are those of Microsoft Project, checked to the minute against the dates it recorded.

pub mod calendar;
mod check;
pub mod china;
mod compile;
mod dates;
mod edit;
mod explain;
pub mod forecast;
pub mod moment;
mod network;
mod plan;
pub mod recurrence;
pub mod resource;
mod rules;
mod schedule;
mod working_time;

pub use calendar::{BadHours, Calendar, CalendarError, CalendarId, DayHours, Period};
pub use dates::TaskDates;
pub use edit::LivePlan;
pub use explain::{ChainStep, Change, Driver, Hit, changes};
pub use moment::{Day, Moment, NotADate};
pub use network::Network;
pub use plan::{
    Constraint, Duration, Horizon, Lag, LagCalendar, Link, LinkKind, MAX_LINKS, MAX_MINUTES, MAX_TASKS,
    Placement, Plan, PlanError, Progress, ScheduleFrom, Task, TaskId,
};
pub use schedule::Schedule;
pub use working_time::WorkingTime;
