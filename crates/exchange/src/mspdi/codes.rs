//! Numbers and notations of the format: durations, lags, links, constraints.

use timetable::{Constraint, Lag, LinkKind, Moment};

/// Whether a duration or lag format counts the clock (4 em, 6 eh, 8 ed, 10 ew, 12 emo; +32 = estimated).
pub(super) fn is_elapsed(format: i64) -> bool {
    matches!(format & !32, 4 | 6 | 8 | 10 | 12)
}

/// Minutes of an ISO 8601 duration such as `PT40H0M0S`, rounded to the nearest minute; negative with a sign.
pub(super) fn parse_duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let rest = rest.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').unwrap_or((rest, ""));
    let mut minutes = 0.0;
    let mut any = false;
    for (part, units) in [
        (date, &[('D', 1440.0), ('W', 10080.0)][..]),
        (time, &[('H', 60.0), ('M', 1.0), ('S', 1.0 / 60.0)][..]),
    ] {
        let mut number = String::new();
        for c in part.chars() {
            if c.is_ascii_digit() || c == '.' || c == '-' {
                number.push(c);
            } else {
                let &(_, factor) = units.iter().find(|u| u.0 == c)?;
                minutes += number.parse::<f64>().ok()? * factor;
                number.clear();
                any = true;
            }
        }
        if !number.is_empty() {
            return None;
        }
    }
    let minutes = (sign * minutes).round();
    (any && minutes.is_finite() && minutes.abs() < 1e15).then_some(minutes as i64)
}

/// `PT40H0M0S`.
pub(super) fn format_duration(minutes: i64) -> String {
    format!("PT{}H{}M0S", minutes / 60, minutes % 60)
}

/// The link kind of a code: 0 FF, 1 FS, 2 SF, 3 SS.
pub(super) fn link_kind(code: i64) -> Option<LinkKind> {
    Some(match code {
        0 => LinkKind::FinishToFinish,
        1 => LinkKind::FinishToStart,
        2 => LinkKind::StartToFinish,
        3 => LinkKind::StartToStart,
        _ => return None,
    })
}

pub(super) fn link_code(kind: LinkKind) -> i64 {
    match kind {
        LinkKind::FinishToFinish => 0,
        LinkKind::FinishToStart => 1,
        LinkKind::StartToFinish => 2,
        LinkKind::StartToStart => 3,
    }
}

/// A lag from its value (tenths of a minute, or percent) and its format.
pub(super) fn lag(value: i64, format: i64) -> Lag {
    let minutes = (value.abs().saturating_add(5) / 10) * value.signum();
    let percent = value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    match format & !32 {
        19 => Lag::Percent(percent),
        20 => Lag::ElapsedPercent(percent),
        _ if is_elapsed(format) => Lag::Elapsed(minutes),
        _ => Lag::Working(minutes),
    }
}

/// Value and format of a lag.
pub(super) fn lag_code(lag: Lag) -> (i64, i64) {
    match lag {
        Lag::Working(m) => (m * 10, 7),
        Lag::Elapsed(m) => (m * 10, 8),
        Lag::Percent(p) => (i64::from(p), 19),
        Lag::ElapsedPercent(p) => (i64::from(p), 20),
    }
}

/// The constraint of a code 0 … 7; `Err` when its date is missing, `Ok(None)` for an unknown code.
pub(super) fn constraint(code: i64, date: Option<Moment>) -> Result<Option<Constraint>, ()> {
    let dated = |make: fn(Moment) -> Constraint| date.map(|d| Some(make(d))).ok_or(());
    match code {
        0 => Ok(Some(Constraint::AsSoonAsPossible)),
        1 => Ok(Some(Constraint::AsLateAsPossible)),
        2 => dated(Constraint::MustStartOn),
        3 => dated(Constraint::MustFinishOn),
        4 => dated(Constraint::StartNoEarlierThan),
        5 => dated(Constraint::StartNoLaterThan),
        6 => dated(Constraint::FinishNoEarlierThan),
        7 => dated(Constraint::FinishNoLaterThan),
        _ => Ok(None),
    }
}

pub(super) fn constraint_code(constraint: Constraint) -> (i64, Option<Moment>) {
    match constraint {
        Constraint::AsSoonAsPossible => (0, None),
        Constraint::AsLateAsPossible => (1, None),
        Constraint::MustStartOn(d) => (2, Some(d)),
        Constraint::MustFinishOn(d) => (3, Some(d)),
        Constraint::StartNoEarlierThan(d) => (4, Some(d)),
        Constraint::StartNoLaterThan(d) => (5, Some(d)),
        Constraint::FinishNoEarlierThan(d) => (6, Some(d)),
        Constraint::FinishNoLaterThan(d) => (7, Some(d)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_minutes_of_work() {
        for (text, minutes) in [
            ("PT40H0M0S", Some(2400)),
            ("PT0H30M29S", Some(30)),
            ("PT0H30M30S", Some(31)),
            ("PT8H", Some(480)),
            ("P1DT1H", Some(1500)),
            ("PT1.5H", Some(90)),
            ("-PT8H0M0S", Some(-480)),
            ("PT-8H0M0S", Some(-480)),
            ("PT", None),
            ("8h", None),
            ("PT8", None),
            ("PT1X", None),
            ("PT1e300H", None),
        ] {
            assert_eq!(parse_duration(text), minutes, "{text}");
        }
        assert_eq!(format_duration(2430), "PT40H30M0S");
    }

    #[test]
    fn lags_follow_their_format() {
        assert_eq!(lag(4800, 7), Lag::Working(480));
        assert_eq!(lag(-4800, 39), Lag::Working(-480));
        assert_eq!(lag(1_080_000, 8), Lag::Elapsed(75 * 1440));
        assert_eq!(lag(-50, 19), Lag::Percent(-50));
        assert_eq!(lag(50, 52), Lag::ElapsedPercent(50));
        for l in [Lag::Working(-7), Lag::Elapsed(9), Lag::Percent(3), Lag::ElapsedPercent(-3)] {
            let (value, format) = lag_code(l);
            assert_eq!(lag(value, format), l);
        }
    }
}
