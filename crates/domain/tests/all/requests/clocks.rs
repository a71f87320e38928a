//! Clocks that stand still.

use domain::request::clock::{Pause, TimeLimit};
use jiff::Span;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;

fn moment() -> impl Strategy<Value = DateTime> {
    (0i64..400 * 24 * 60).prop_map(|minutes| {
        date(2019, 1, 1).at(0, 0, 0, 0).checked_add(Span::new().minutes(minutes)).expect("in range")
    })
}

fn limit() -> impl Strategy<Value = TimeLimit> {
    prop_oneof![
        (1u16..100).prop_map(TimeLimit::Hours),
        (1u16..30).prop_map(TimeLimit::Days),
        (1u16..30).prop_map(TimeLimit::WorkingDays),
    ]
}

proptest! {
    #[test]
    fn a_pause_never_takes_time_away(
        limit in limit(), from in moment(), start in 0i64..20_000, length in 0i64..20_000,
    ) {
        let start = from.checked_add(Span::new().minutes(start)).unwrap();
        let end = start.checked_add(Span::new().minutes(length)).unwrap();
        let plain = limit.due(from, &[]);
        let paused = limit.due(from, &[Pause { from: start, to: Some(end) }]);
        prop_assert!(paused >= plain);
        // One that lasts no time, has not ended, or began too late changes nothing.
        prop_assert_eq!(limit.due(from, &[Pause { from: start, to: Some(start) }]), plain);
        prop_assert_eq!(limit.due(from, &[Pause { from: start, to: None }]), plain);
        if start > plain {
            prop_assert_eq!(paused, plain);
        }
    }

    #[test]
    fn hours_stand_still_to_the_second(
        hours in 1u16..200, from in moment(), start in 0i64..10_000, length in 1i64..10_000,
    ) {
        let start = from.checked_add(Span::new().minutes(start)).unwrap();
        let end = start.checked_add(Span::new().minutes(length)).unwrap();
        let limit = TimeLimit::Hours(hours);
        let plain = limit.due(from, &[]);
        prop_assume!(start <= plain);
        let paused = limit.due(from, &[Pause { from: start, to: Some(end) }]);
        prop_assert_eq!(plain.duration_until(paused).as_mins(), length);
    }

    #[test]
    fn a_pause_in_two_parts_is_one_pause(
        limit in limit(), from in moment(), start in 0i64..3_000, first in 1i64..9_000, second in 1i64..9_000,
    ) {
        let plus = |at: DateTime, minutes| at.checked_add(Span::new().minutes(minutes)).unwrap();
        let start = plus(from, start);
        let (middle, end) = (plus(start, first), plus(plus(start, first), second));
        let whole = limit.due(from, &[Pause { from: start, to: Some(end) }]);
        let parts = [Pause { from: start, to: Some(middle) }, Pause { from: middle, to: Some(end) }];
        prop_assert_eq!(limit.due(from, &parts), whole);
    }

    #[test]
    fn limits_are_written_and_read(limit in limit()) {
        prop_assert_eq!(TimeLimit::parse(&limit.to_text()), Some(limit));
    }
}
