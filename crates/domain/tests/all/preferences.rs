//! When a notice goes out, whatever the hours, the zone and the rhythm.

use std::collections::BTreeSet;

use domain::notice::Topic;
use domain::preference::{Channel, Preferences, QuietHours, Rhythm, When, deliveries};
use jiff::Timestamp;
use jiff::civil::{Time, Weekday, time};
use jiff::tz::TimeZone;
use proptest::prelude::*;

const ZONES: [&str; 5] =
    ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn quiet(from: Time, until: Time) -> Preferences {
    Preferences { quiet: Some(QuietHours { from, until }), ..Preferences::default() }
}

fn mail(preferences: &Preferences, urgent: bool, now: &str, place: &str) -> When {
    deliveries(preferences, Topic::Item, urgent, at(now), &zone(place))[&Channel::Email]
}

#[test]
fn quiet_hours_go_over_midnight() {
    let night = quiet(time(22, 0, 0, 0), time(7, 30, 0, 0));
    let shanghai = |now| mail(&night, false, now, "Asia/Shanghai");
    assert_eq!(shanghai("2019-08-14T13:59:59Z"), When::Now, "21:59:59");
    assert_eq!(shanghai("2019-08-14T14:00:00Z"), When::At(at("2019-08-14T23:30:00Z")), "22:00");
    assert_eq!(shanghai("2019-08-14T16:30:00Z"), When::At(at("2019-08-14T23:30:00Z")), "after midnight");
    assert_eq!(shanghai("2019-08-14T23:30:00Z"), When::Now, "07:30");
    assert_eq!(mail(&night, true, "2019-08-14T16:30:00Z", "Asia/Shanghai"), When::Now, "urgent");
    let noon = quiet(time(12, 0, 0, 0), time(13, 0, 0, 0));
    assert_eq!(
        mail(&noon, false, "2019-08-14T04:30:00Z", "Asia/Shanghai"),
        When::At(at("2019-08-14T05:00:00Z"))
    );
    let never = quiet(time(9, 0, 0, 0), time(9, 0, 0, 0));
    assert_eq!(mail(&never, false, "2019-08-14T01:00:00Z", "Asia/Shanghai"), When::Now);
}

#[test]
fn digests_end_a_period_and_respect_quiet_hours() {
    let daily = Preferences { rhythm: Rhythm::Daily, ..Preferences::default() };
    let eight_thirty = When::Digest(at("2019-08-15T00:30:00Z"));
    assert_eq!(mail(&daily, false, "2019-08-14T00:30:00Z", "Asia/Shanghai"), eight_thirty);
    assert_eq!(mail(&daily, false, "2019-08-15T00:29:59Z", "Asia/Shanghai"), eight_thirty);
    let weekly = Preferences { rhythm: Rhythm::Weekly, digest_day: Weekday::Friday, ..daily.clone() };
    assert_eq!(
        mail(&weekly, false, "2019-08-14T00:00:00Z", "Asia/Shanghai"),
        When::Digest(at("2019-08-16T00:30:00Z"))
    );
    let late = QuietHours { from: time(20, 0, 0, 0), until: time(9, 0, 0, 0) };
    let daily = Preferences { quiet: Some(late), ..daily };
    assert_eq!(
        mail(&daily, false, "2019-08-14T03:00:00Z", "Asia/Shanghai"),
        When::Digest(at("2019-08-15T01:00:00Z"))
    );
    let hook = deliveries(&daily, Topic::Item, false, at("2019-08-14T03:00:00Z"), &zone("Asia/Shanghai"));
    assert_eq!(hook[&Channel::Webhook], When::Now, "a stream has no digests");
}

#[test]
fn a_time_that_clocks_skip_comes_later_and_one_they_repeat_comes_soonest() {
    let night = quiet(time(22, 0, 0, 0), time(2, 30, 0, 0));
    // 02:00 to 03:00 are skipped in Berlin on 31 March 2019.
    assert_eq!(
        mail(&night, false, "2019-03-31T00:30:00Z", "Europe/Berlin"),
        When::At(at("2019-03-31T01:30:00Z"))
    );
    // 02:00 to 03:00 come twice on 27 October: within the second, its own end is the next.
    assert_eq!(
        mail(&night, false, "2019-10-27T01:10:00Z", "Europe/Berlin"),
        When::At(at("2019-10-27T01:30:00Z"))
    );
}

#[test]
fn what_is_urgent_is_mailed_even_where_the_topic_is_not() {
    let mut silent = quiet(time(0, 0, 0, 0), time(23, 59, 0, 0));
    silent.channels.insert(Topic::Item, BTreeSet::new());
    let now = at("2019-08-14T03:00:00Z");
    assert!(deliveries(&silent, Topic::Item, false, now, &zone("Asia/Shanghai")).is_empty());
    let urgent = deliveries(&silent, Topic::Item, true, now, &zone("Asia/Shanghai"));
    assert_eq!(urgent.into_iter().collect::<Vec<_>>(), [(Channel::Email, When::Now)]);
}

fn some_time() -> impl Strategy<Value = Time> {
    (0i8..24, 0i8..60, 0i8..60).prop_map(|(h, m, s)| time(h, m, s, 0))
}

fn some_preferences() -> impl Strategy<Value = Preferences> {
    let quiet = proptest::option::of((some_time(), some_time()));
    let rhythm = prop_oneof![Just(Rhythm::AtOnce), Just(Rhythm::Daily), Just(Rhythm::Weekly)];
    (quiet, rhythm, some_time(), 1i8..=7, any::<[bool; 4]>()).prop_map(|(quiet, rhythm, at, day, chosen)| {
        let mut out = Preferences {
            rhythm,
            digest_time: at,
            digest_day: Weekday::from_monday_one_offset(day).unwrap(),
            quiet: quiet.map(|(from, until)| QuietHours { from, until }),
            ..Preferences::default()
        };
        if chosen[0] {
            let set = [(chosen[1], Channel::Email), (chosen[2], Channel::Webhook)];
            out.channels
                .insert(Topic::Item, set.into_iter().filter(|(yes, _)| *yes).map(|(_, c)| c).collect());
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_is_early_lost_or_in_quiet_hours(
        preferences in some_preferences(),
        seconds in 1_262_304_000i64..1_893_456_000,
        place in 0..ZONES.len(),
        urgent: bool,
    ) {
        let (now, zone) = (Timestamp::from_second(seconds).unwrap(), zone(ZONES[place]));
        let out = deliveries(&preferences, Topic::Item, urgent, now, &zone);
        let mut expected = preferences.channels(Topic::Item);
        if urgent {
            expected.insert(Channel::Email);
        }
        prop_assert_eq!(out.keys().copied().collect::<BTreeSet<_>>(), expected);
        for (channel, when) in out {
            let moment = match when {
                When::Now => now,
                When::At(moment) => {
                    prop_assert!(moment > now);
                    // Two nights, for a day that a zone skipped.
                    prop_assert!(moment.duration_since(now).as_hours() <= 50);
                    moment
                }
                When::Digest(moment) => {
                    prop_assert_eq!(channel, Channel::Email);
                    prop_assert_ne!(preferences.rhythm, Rhythm::AtOnce);
                    prop_assert!(moment > now);
                    prop_assert!(moment.duration_since(now).as_hours() <= 15 * 24);
                    moment
                }
            };
            if urgent {
                prop_assert_eq!(when, When::Now);
            } else if let Some(quiet) = preferences.quiet {
                prop_assert!(!quiet.contains(zone.to_datetime(moment).time()), "{}", moment);
            }
        }
    }

    /// Whatever falls into one period is told in one digest: the next one is never before it.
    #[test]
    fn periods_follow_each_other(
        preferences in some_preferences(),
        seconds in 1_262_304_000i64..1_893_456_000,
        later in 0i64..1_000_000,
        place in 0..ZONES.len(),
    ) {
        let zone = zone(ZONES[place]);
        let when = |seconds| {
            let now = Timestamp::from_second(seconds).unwrap();
            match deliveries(&preferences, Topic::Item, false, now, &zone).get(&Channel::Email) {
                Some(When::Digest(end)) => Some((now, *end)),
                _ => None,
            }
        };
        if let (Some((_, first)), Some((then, second))) = (when(seconds), when(seconds + later)) {
            prop_assert!(first <= second);
            // Before the period ends, the digest stays the same one.
            let ends = preferences.quiet.is_none();
            prop_assert!(!ends || then >= first || first == second);
        }
    }

    #[test]
    fn preferences_are_read_back(preferences in some_preferences()) {
        let text = serde_json::to_string(&preferences).unwrap();
        prop_assert_eq!(serde_json::from_str::<Preferences>(&text).unwrap(), preferences);
    }
}
