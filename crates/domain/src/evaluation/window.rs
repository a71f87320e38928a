//! The months that are compared: before the works, and since the delivery.

use jiff::ToSpan;
use jiff::civil::Date;

use super::choice::EvaluationChoice;
use crate::milestone::step;
use crate::planned_date::PlannedDate;
use crate::project::Project;

/// Months before the works that are looked at: two years, so that each season comes twice.
const BEFORE: u16 = 24;
/// Months since the delivery: each season once.
const AFTER: u16 = 12;
/// Longer works are left out up to here; before that, they had not changed much.
const WORKS_MOST: u16 = 24;

/// First days of months: `first` up to `works` lies before, `works` up to `start` is left out, `start` up to `last` with
/// its month lies after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluationWindow {
    pub first: Date,
    pub works: Date,
    pub start: Date,
    pub last: Date,
}

/// Why there is nothing to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoWindow {
    NotDelivered,
    /// No request was registered yet.
    NoRegister,
    /// The register begins after the works did, on this month.
    NothingBefore(Date),
    /// No whole month has passed; the first one ends on this day.
    NothingAfter(Date),
}

/// When a project was delivered: the whole in use, or completed where its use was never promised.
pub fn delivered(project: &Project) -> Option<PlannedDate> {
    let promised = project.track(step::IN_USE).is_some_and(|track| !track.promises.is_empty());
    let completed = || project.full_actual(step::COMPLETION).filter(|_| !promised);
    project.full_actual(step::IN_USE).or_else(completed)
}

fn months_after(month: Date, months: i64) -> Date {
    month.saturating_add(months.months())
}

/// The first month that lies whole behind a day, or begins with it.
fn whole_month_from(day: Date) -> Date {
    if day.day() == 1 { day } else { months_after(day.first_of_month(), 1) }
}

/// Months from one to another, both named by their first days.
fn months_between(from: Date, to: Date) -> usize {
    let number = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
    usize::try_from(number(to) - number(from)).unwrap_or(0)
}

impl EvaluationWindow {
    /// The window of a project as of a day, with requests registered since `register`.
    ///
    /// # Errors
    /// The project is not delivered, or no whole month lies before the works or after the delivery.
    pub fn of(
        project: &Project,
        choice: &EvaluationChoice,
        register: Option<Date>,
        as_of: Date,
    ) -> Result<Self, NoWindow> {
        let delivered = delivered(project).ok_or(NoWindow::NotDelivered)?;
        let start = whole_month_from(delivered.last());
        let works = match choice.left_out {
            Some(months) => months_after(start, -i64::from(months)),
            None => {
                let began = project.first_actual(step::START).map_or(delivered.first(), PlannedDate::first);
                let began = began.min(delivered.first()).first_of_month();
                began.max(months_after(start, -i64::from(WORKS_MOST)))
            }
        };
        let register = whole_month_from(register.ok_or(NoWindow::NoRegister)?);
        let first = months_after(works, -i64::from(choice.before.unwrap_or(BEFORE))).max(register);
        if first >= works {
            return Err(NoWindow::NothingBefore(register));
        }
        let wanted = months_after(start, i64::from(choice.after.unwrap_or(AFTER)) - 1);
        // The month that is still under way is not held against whole ones.
        let this = as_of.first_of_month();
        let whole = if as_of == as_of.last_of_month() { this } else { months_after(this, -1) };
        let last = wanted.min(whole);
        if last < start {
            return Err(NoWindow::NothingAfter(start.last_of_month()));
        }
        Ok(Self { first, works, start, last })
    }

    pub fn months(&self) -> impl Iterator<Item = Date> + use<> {
        let first = self.first;
        (0..self.count()).map(move |at| months_after(first, at as i64))
    }

    /// How many months there are, those that are left out included.
    pub fn count(&self) -> usize {
        months_between(self.first, self.last) + 1
    }

    /// The number of the first month after.
    pub fn start_at(&self) -> usize {
        months_between(self.first, self.start)
    }

    /// The number of the first month that is left out.
    pub fn works_at(&self) -> usize {
        months_between(self.first, self.works)
    }

    /// The number of a month, by any of its days.
    pub fn place(&self, day: Date) -> Option<usize> {
        let inside = day >= self.first && day <= self.last.last_of_month();
        inside.then(|| months_between(self.first, day.first_of_month()))
    }

    /// The days before and after, from the first to the last.
    pub fn days_before(&self) -> (Date, Date) {
        (self.first, self.works.saturating_sub(1.days()))
    }

    pub fn days_after(&self) -> (Date, Date) {
        (self.start, self.last.last_of_month())
    }
}
