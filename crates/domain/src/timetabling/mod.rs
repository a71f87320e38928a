//! The plan's timetable: every step of every project worked back from what was promised, and the odds.

mod calendar;
mod chain;
mod closing;
pub mod holidays;
mod limits;
mod network;
mod odds;
mod parts;
mod picture;
mod rows;
mod waiting;
mod within_limits;
mod work;

pub use holidays::{HolidayFault, HolidayPaper, HolidayPapers, HolidaySpan};
pub use limits::{Bound, Limited, LimitedBy, WorkLimit};
pub use network::{Progress, StepAt, Timetable, TimetableError};
pub use odds::{Odds, OnTimeBy, ProjectOdds};
pub use parts::{PartLeftOut, PartRow};
pub use picture::{Bars, Flag, Span, Tie};
pub use rows::{Row, StepRow};
pub(crate) use waiting::{usual_circle, waiting_circle, waits_for, way};
pub use work::{
    Closed, DayOfYear, Estimate, MOST_DAYS, NotADayOfYear, StepLink, StepLinkKind, Work, WorkCalendar,
};
