//! Weeks, months, quarters and years as the rhythm of reporting counts them.

use jiff::Span;
use jiff::civil::{Date, ISOWeekDate};

use crate::code::Code;
use crate::item::kind::{Series, texts};

texts! {
    /// How often a series comes.
    Rhythm { Week => "week", Month => "month", Quarter => "quarter", Year => "year" }
}

impl Rhythm {
    /// Special, research and evaluation reports have no rhythm.
    pub fn of(series: Series) -> Option<Self> {
        match series {
            Series::Weekly => Some(Self::Week),
            Series::Monthly => Some(Self::Month),
            Series::Quarterly => Some(Self::Quarter),
            Series::Annual => Some(Self::Year),
            Series::Special | Series::Research | Series::Evaluation | Series::Joint | Series::Dispatch => {
                None
            }
        }
    }
}

/// A period, first and last day included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub rhythm: Rhythm,
    pub from: Date,
    pub to: Date,
}

/// The days that some days are held against: the ones before them, as many; of whole months as many whole months.
pub fn days_before((from, to): (Date, Date)) -> (Date, Date) {
    if from.day() == 1 && to == to.last_of_month() && from <= to {
        let months = (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month())
            - i32::from(from.month())
            + 1;
        let back = |day: Date| day.saturating_sub(Span::new().months(months));
        return (back(from), back(to.first_of_month()).last_of_month());
    }
    let days = from.until(to).map_or(0, |span| span.get_days()) + 1;
    let back = |day: Date| day.saturating_sub(Span::new().days(days));
    (back(from), back(to))
}

impl Period {
    /// The period that a day lies in. Weeks begin on Monday.
    pub fn containing(rhythm: Rhythm, day: Date) -> Self {
        let (from, to) = match rhythm {
            Rhythm::Week => {
                let back = i64::from(day.weekday().to_monday_zero_offset());
                let from = day.saturating_sub(Span::new().days(back));
                (from, from.saturating_add(Span::new().days(6)))
            }
            Rhythm::Month => (day.first_of_month(), day.last_of_month()),
            Rhythm::Quarter => {
                let first = (day.month() - 1) / 3 * 3 + 1;
                let from = Date::new(day.year(), first, 1).unwrap_or(day);
                (from, from.saturating_add(Span::new().months(2)).last_of_month())
            }
            Rhythm::Year => (day.first_of_year(), day.last_of_year()),
        };
        Self { rhythm, from, to }
    }

    pub fn next(self) -> Self {
        Self::containing(self.rhythm, self.to.saturating_add(Span::new().days(1)))
    }

    pub fn previous(self) -> Self {
        Self::containing(self.rhythm, self.from.saturating_sub(Span::new().days(1)))
    }

    /// The name in codes: `2019-W33`, `2019-08`, `2019-Q3`, `2019`.
    pub fn name(self) -> String {
        match self.rhythm {
            Rhythm::Week => {
                let week: ISOWeekDate = self.from.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Rhythm::Month => format!("{:04}-{:02}", self.from.year(), self.from.month()),
            Rhythm::Quarter => format!("{:04}-Q{}", self.from.year(), (self.from.month() - 1) / 3 + 1),
            Rhythm::Year => format!("{:04}", self.from.year()),
        }
    }

    /// The code of the report that closes it.
    pub fn report(self, series: Series) -> Code {
        Code::new(&format!("REP-{}-{}", series.as_str(), self.name())).expect("letters, digits and hyphens")
    }

    /// Whether its last day has passed.
    pub fn is_over(self, today: Date) -> bool {
        today > self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn names_and_limits() {
        let week = Period::containing(Rhythm::Week, date(2018, 10, 3));
        assert_eq!(
            (week.name(), week.from, week.to),
            ("2018-W40".into(), date(2018, 10, 1), date(2018, 10, 7))
        );
        assert_eq!(Period::containing(Rhythm::Week, date(2019, 12, 31)).name(), "2020-W01");
        assert_eq!(Period::containing(Rhythm::Quarter, date(2019, 8, 14)).to, date(2019, 9, 30));
        assert_eq!(week.report(Series::Weekly).as_str(), "REP-weekly-2018-W40");
    }

    proptest! {
        /// Months are held against the months before them, whatever their lengths, other days against as many.
        #[test]
        fn what_days_are_held_against_ends_where_they_begin(
            days in 0i64..20_000, length in 0i64..800, whole in any::<bool>(),
        ) {
            let plus = |day: Date, days| day.checked_add(Span::new().days(days)).unwrap();
            let from = plus(date(1990, 1, 1), days);
            let (from, to) = if whole {
                (from.first_of_month(), plus(from, length).last_of_month())
            } else {
                (from, plus(from, length))
            };
            let (first, last) = days_before((from, to));
            prop_assert_eq!(last.tomorrow().unwrap(), from);
            if from.day() == 1 && to == to.last_of_month() {
                prop_assert_eq!(first.day(), 1);
                let months = |from: Date, to: Date| {
                    i32::from(to.year() - from.year()) * 12 + i32::from(to.month() - from.month())
                };
                prop_assert_eq!(months(first, last), months(from, to));
            } else {
                prop_assert_eq!(first.until(last).unwrap().get_days(), from.until(to).unwrap().get_days());
            }
        }

        #[test]
        fn periods_follow_each_other_without_gaps(days in 0i64..20_000, which in 0usize..4) {
            let day = date(1990, 1, 1).checked_add(Span::new().days(days)).unwrap();
            let rhythm = [Rhythm::Week, Rhythm::Month, Rhythm::Quarter, Rhythm::Year][which];
            let period = Period::containing(rhythm, day);
            prop_assert!(period.from <= day && day <= period.to);
            prop_assert_eq!(period.next().from, period.to.tomorrow().unwrap());
            prop_assert_eq!(period.next().previous(), period);
            prop_assert_ne!(period.next().name(), period.name());
            prop_assert!(!period.is_over(period.to) && period.is_over(period.next().from));
        }
    }
}
