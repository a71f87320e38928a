//! How a person wants to be told.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::notice::Topic;
use domain::preference::{Channel, Language, Preferences, QuietHours, Rhythm};
use jiff::civil::{Time, Weekday};

use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::Filled;
use crate::editor::sheet::Sheet;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

#[derive(Template)]
#[template(path = "notices/preferences.html")]
struct PreferencesPage {
    page: Page,
    said: String,
    sheet: Sheet,
}

const CHANNELS: [(Channel, &str); 2] = [(Channel::Email, "email"), (Channel::Webhook, "webhook")];
const RHYTHMS: [(Rhythm, &str); 3] =
    [(Rhythm::AtOnce, "at-once"), (Rhythm::Daily, "daily"), (Rhythm::Weekly, "weekly")];

fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn sheet(visit: &Visit, held: &Preferences) -> Sheet {
    let lang = visit.lang;
    let topics = Topic::ALL
        .iter()
        .map(|topic| {
            let choices = CHANNELS.map(|(_, key)| Choice::new(key, visit.t(&format!("channel-{key}"))));
            let chosen = held.channels(*topic);
            let value: Vec<&str> = CHANNELS
                .iter()
                .filter(|(channel, _)| chosen.contains(channel))
                .map(|(_, key)| *key)
                .collect();
            let name = format!("topic_{}", topic.as_str());
            let label = format!("notify-topic-{}", topic.as_str());
            Field::new(lang, name, &label, Control::Checks(choices.to_vec())).value(value.join(";"))
        })
        .collect();
    let languages = vec![Choice::new("zh-CN", "中文"), Choice::new("en", "English")];
    let language = if held.language == Language::English { "en" } else { "zh-CN" };
    let rhythms = RHYTHMS.map(|(_, key)| Choice::new(key, visit.t(&format!("digest-{key}")))).to_vec();
    let rhythm = RHYTHMS.iter().find(|(rhythm, _)| *rhythm == held.rhythm).map_or("", |(_, key)| *key);
    let days =
        (1..=7i8).map(|day| Choice::new(day.to_string(), visit.t(&format!("weekday-name-{day}")))).collect();
    let quiet = |of: fn(QuietHours) -> Time| held.quiet.map_or(String::new(), |quiet| clock(of(quiet)));
    Sheet::new("/notices/preferences", "/notices", visit.t("preferences-save"))
        .group(visit.t("preferences-topics"), topics)
        .group(
            visit.t("preferences-mail"),
            vec![
                Field::new(lang, "language", "preferences-language", Control::Select(languages))
                    .value(language),
                Field::new(lang, "rhythm", "preferences-rhythm", Control::Select(rhythms)).value(rhythm),
                Field::new(lang, "digest_time", "preferences-digest-time", Control::Text)
                    .value(clock(held.digest_time))
                    .required(),
                Field::new(lang, "digest_day", "preferences-digest-day", Control::Select(days))
                    .value(held.digest_day.to_monday_one_offset().to_string()),
            ],
        )
        .group(
            visit.t("preferences-quiet"),
            vec![
                Field::new(lang, "quiet_from", "preferences-quiet-from", Control::Text)
                    .value(quiet(|q| q.from)),
                Field::new(lang, "quiet_until", "preferences-quiet-until", Control::Text)
                    .value(quiet(|q| q.until)),
            ],
        )
}

fn page(visit: &Visit, status: StatusCode, said: String, sheet: Sheet) -> Result<Response, PageError> {
    render(status, &PreferencesPage { page: visit.page(visit.t("preferences-title")), said, sheet })
}

pub async fn show(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let person = visit.signed_in()?;
    let saved = Typed(query).has("saved");
    let said = if saved { visit.t("preferences-saved").into_owned() } else { String::new() };
    let held = visit.app.preferences(&person).await?;
    page(&visit, StatusCode::OK, said, sheet(&visit, &held))
}

pub async fn save(visit: Visit, Filled(typed): Filled) -> Result<Response, PageError> {
    let person = visit.signed_in()?;
    let mut sheet = sheet(&visit, &visit.app.preferences(&person).await?);
    sheet.refill(&typed);
    let mut wanted = Preferences::default();
    for topic in Topic::ALL {
        let ticked = typed.joined(&format!("topic_{}", topic.as_str()));
        let ticked: BTreeSet<Channel> = CHANNELS
            .iter()
            .filter(|(_, key)| ticked.split(';').any(|held| held == *key))
            .map(|(channel, _)| *channel)
            .collect();
        if ticked != wanted.channels(topic) {
            wanted.channels.insert(topic, ticked);
        }
    }
    wanted.language = if typed.get("language") == "en" { Language::English } else { Language::Chinese };
    match RHYTHMS.iter().find(|(_, key)| *key == typed.get("rhythm")) {
        Some((rhythm, _)) => wanted.rhythm = *rhythm,
        None => sheet.fault("rhythm", visit.t("field-error-not-a-choice").into_owned()),
    }
    match typed.get("digest_day").parse().ok().and_then(|day| Weekday::from_monday_one_offset(day).ok()) {
        Some(day) => wanted.digest_day = day,
        None => sheet.fault("digest_day", visit.t("field-error-not-a-choice").into_owned()),
    }
    let mut time = |name: &str| -> Option<Time> {
        let found = Time::strptime("%H:%M", typed.get(name).trim()).ok();
        if found.is_none() {
            sheet.fault(name, visit.t("field-error-time").into_owned());
        }
        found
    };
    if let Some(at) = time("digest_time") {
        wanted.digest_time = at;
    }
    let quiet = !typed.get("quiet_from").trim().is_empty() || !typed.get("quiet_until").trim().is_empty();
    if quiet && let (Some(from), Some(until)) = (time("quiet_from"), time("quiet_until")) {
        wanted.quiet = Some(QuietHours { from, until });
    }
    if sheet.has_faults() {
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, String::new(), sheet);
    }
    visit.app.set_preferences(&person, wanted).await?;
    Ok(Redirect::to("/notices/preferences?saved").into_response())
}
