//! A plan as a package.

use domain::history::History;
use domain::portfolio::Portfolio;
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::model::{Package, Publisher};
use super::project::Teller;
use super::settings::Settings;

/// All projects that belong to the plan at the portfolio's point of view. `history` is the one that
/// the portfolio was made of: it tells the grade of every single record.
pub fn package(
    portfolio: &Portfolio,
    history: &History,
    settings: &Settings,
    published: Timestamp,
    zone: &TimeZone,
) -> Package {
    let teller = Teller { portfolio, settings, zone };
    let plan = &portfolio.plan.code;
    Package {
        uri: settings.uri.clone(),
        version: "0.9".into(),
        published_date: moment(published, zone),
        publisher: Publisher { name: settings.publisher.clone() },
        projects: portfolio
            .members()
            .filter_map(|project| {
                Some(teller.project(project, history.get(&Subject::project(plan, &project.code))?))
            })
            .collect(),
    }
}

/// RFC 3339 with the zone's offset, whole seconds.
fn moment(moment: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(moment);
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    let offset = offset_text(zone.to_offset(moment).seconds());
    format!("{}T{hour:02}:{minute:02}:{second:02}{offset}", local.date())
}

/// The first moment of a day.
pub(super) fn day_start(day: Date, zone: &TimeZone) -> String {
    let offset = zone.to_timestamp(day.at(0, 0, 0, 0)).map_or(0, |at| zone.to_offset(at).seconds());
    format!("{day}T00:00:00{}", offset_text(offset))
}

fn offset_text(seconds: i32) -> String {
    if seconds == 0 {
        return "Z".into();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
