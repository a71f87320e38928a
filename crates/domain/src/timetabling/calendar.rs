//! The plan's working calendars as the engine has them, and days counted in them.

use jiff::civil::Date;
use timetable::calendar::{Calendar, DayHours, Period};
use timetable::china::WorkingDays;
use timetable::{TaskId, WorkingTime};

use super::network::{CLOSE, DAY, Timetable};
use super::work::WorkCalendar;
use crate::workday;

/// The plan's own calendar as the engine has it. Closed times are laid out over the years a plan can reach.
pub(super) fn work_calendar(of: &WorkCalendar, national: &WorkingDays, as_of: Date) -> Calendar {
    let hours = |worked: bool| if worked { DayHours::office() } else { DayHours::free() };
    let mut out = if of.holidays {
        national.calendar(of.calendar.as_str(), &DayHours::office())
    } else {
        Calendar { name: of.calendar.to_string(), ..Calendar::default() }
    };
    out.week = of.week.map(|worked| Some(hours(worked)));
    let free: timetable::calendar::Week = std::array::from_fn(|_| Some(DayHours::free()));
    for closed in &of.closed {
        for year in as_of.year() - 10..=as_of.year() + 30 {
            let over = closed.to < closed.from;
            let ends = (closed.from.in_year(year), closed.to.in_year(year + i16::from(over)));
            if let (Some(from), Some(to)) = ends {
                let (from, to) = (workday::day(from), workday::day(to));
                out.periods.push(Period { from, to, week: free.clone() });
                // A make-up day inside it is no working day on the site either.
                for (_, hours) in out.days.range_mut(from..=to) {
                    *hours = DayHours::free();
                }
            }
        }
    }
    out
}

/// Days worked after one day up to and with another.
pub(super) fn days_worked(calendar: &WorkingTime, from: Date, to: Date) -> i64 {
    let evening = |day: Date| workday::day(day).at(CLOSE);
    calendar.between(evening(from), evening(to)) / DAY
}

impl Timetable {
    /// Days after one day up to and with another that are worked in the calendar of a step.
    pub fn days_worked(&self, task: TaskId, from: Date, to: Date) -> i64 {
        self.network.calendar_of(task).map_or(0, |calendar| days_worked(calendar, from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::named::Named;
    use crate::timetabling::Closed;
    use jiff::civil::date;
    use timetable::calendar::{CalendarId, expand};

    fn expanded(of: &WorkCalendar) -> WorkingTime {
        let days = WorkingDays::known_on(None);
        expand(&[work_calendar(of, &days, date(2020, 1, 1))], CalendarId(0)).unwrap()
    }

    #[test]
    fn days_are_counted_in_the_calendar_itself() {
        let site = WorkCalendar {
            calendar: Code::new("site").unwrap(),
            name: Named::new("工地", ""),
            holidays: false,
            week: [true; 7],
            closed: vec![Closed { from: "11-15".parse().unwrap(), to: "03-15".parse().unwrap() }],
        };
        let days = expanded(&site);
        // The week of the National Day: seven days on the site.
        assert_eq!(days_worked(&days, date(2018, 9, 30), date(2018, 10, 7)), 7);
        // From 10 November to 20 March: the 11th to the 14th, the 16th to the 20th.
        assert_eq!(days_worked(&days, date(2018, 11, 10), date(2019, 3, 20)), 4 + 5);
        assert_eq!(days_worked(&days, date(2019, 1, 5), date(2019, 1, 1)), 0);
        // With the holidays none of that week is worked, and of the next one the Saturday is: its own week counts.
        let week = [true, true, true, true, true, true, false];
        let six = WorkCalendar { holidays: true, week, closed: Vec::new(), ..site };
        let days = expanded(&six);
        assert_eq!(days_worked(&days, date(2018, 9, 30), date(2018, 10, 7)), 0);
        assert_eq!(days_worked(&days, date(2018, 10, 7), date(2018, 10, 14)), 6);
    }
}
