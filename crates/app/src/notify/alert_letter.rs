//! The mails of area alerts. What is told is looked at once more when the mail is made: only what everybody may read
//! then is in it.

use domain::code::Code;
use domain::history::View;
use domain::portfolio::Portfolio;
use domain::request::Request;
use domain::subject::Subject;
use jiff::Timestamp;
use store::{Connection, Job, StoreError};
use words::Lang;

use super::errand::{AlertErrand, AlertLine, AlertMatter};
use super::parcel::{Letter, Parcel};
use crate::request::{AlertPurpose, ProtectionKey, alert_address, alert_link, alert_name, alert_step_name};

pub(super) fn alert_letter(
    c: &mut Connection,
    job: &Job,
    errand: &AlertErrand,
    portfolio: &Portfolio,
    (key, site): (&ProtectionKey, &str),
    now: Timestamp,
) -> Result<Parcel, StoreError> {
    let AlertErrand { plan, alert, matter, .. } = errand;
    let Some(held) = c.area_alert(plan, alert)? else {
        return Ok(Parcel::Nothing("the address was erased"));
    };
    if held.stopped_at.is_some() {
        return Ok(Parcel::Nothing("nothing more is wanted there"));
    }
    if held.confirmed_at.is_some() == (*matter == AlertMatter::Confirm) {
        return Ok(Parcel::Nothing("the address was not confirmed, or is already"));
    }
    let Some(address) = alert_address(key, &held) else {
        return Ok(Parcel::Broken("the address was sealed with another key".into()));
    };
    let lang = Lang::parse(&held.language).unwrap_or_default();
    let place = alert_name(portfolio, &held.wish, lang);
    let every = words::text(lang, &format!("alert-rhythm-{}", held.wish.every.as_str())).into_owned();
    let t = |key: &str| words::with(lang, key, &[("place", &place), ("every", &every)]);
    let to = |purpose| format!("{site}{}", alert_link(key, purpose, (plan, alert), now));
    let stop = to(AlertPurpose::Stop);
    let (subject, text, stops) = match matter {
        AlertMatter::Confirm => {
            let parts = [t("alert-mail-confirm"), to(AlertPurpose::Confirm), t("alert-mail-not-you")];
            (t("alert-mail-confirm-subject"), parts.join("\n\n"), None)
        }
        AlertMatter::Digest { lines, left } => {
            let mut told = Vec::new();
            for line in lines {
                told.extend(self::line(c, portfolio, plan, line, lang, site)?);
            }
            if told.is_empty() {
                return Ok(Parcel::Nothing("nothing of it is shown any more"));
            }
            let count = (told.len() + *left as usize).to_string();
            let args = [("place", place.as_str()), ("count", &count)];
            let subject = words::with(lang, "alert-mail-subject", &args);
            let mut parts = vec![words::with(lang, "alert-mail-lead", &args), told.join("\n\n")];
            if *left > 0 {
                parts.push(format!(
                    "{}\n{site}/p/{plan}/voices",
                    words::with(lang, "alert-mail-left", &[("count", &left.to_string())])
                ));
            }
            parts.push(format!(
                "-- \n{}\n{}\n{}\n{stop}",
                t("alert-mail-foot"),
                to(AlertPurpose::Manage),
                t("alert-mail-stop")
            ));
            (subject, parts.join("\n\n"), Some(stop))
        }
    };
    Ok(Parcel::Letter(Letter {
        to: address,
        name: String::new(),
        subject,
        text: format!("{text}\n"),
        lang: lang.tag(),
        id: crate::account::hash(&job.key).chars().take(40).collect(),
        stop: stops,
        reply: None,
    }))
}

/// One thing as it is now; nothing where it is not shown any more.
fn line(
    c: &mut Connection,
    portfolio: &Portfolio,
    plan: &Code,
    line: &AlertLine,
    lang: Lang,
    site: &str,
) -> Result<Option<String>, StoreError> {
    match line {
        AlertLine::Request { code, news } => {
            let held = c.subject(&Subject::request(plan, code))?;
            let request = held.and_then(|held| Request::at(&held, View::ALL));
            let Some(request) = request.filter(|request| portfolio.plan.shows(request)) else {
                return Ok(None);
            };
            let said: Vec<_> =
                news.iter().map(|news| words::text(lang, &format!("alert-news-{}", news.as_str()))).collect();
            let area = request.areas.first().and_then(|area| portfolio.areas.get(area));
            let area = area.map_or("", |area| area.name.get(lang.is_english()));
            let comma = if lang.is_english() { ", " } else { "、" };
            Ok(Some(format!(
                "· {}\n  {}{}{area}\n  {site}/p/{plan}/voices/{code}",
                request.shown_title().replace('\n', " / "),
                said.join(comma),
                if area.is_empty() { "" } else { " · " },
            )))
        }
        AlertLine::Works { project, step } => {
            let Some((name, step)) = alert_step_name(portfolio, project, step) else { return Ok(None) };
            let english = lang.is_english();
            let args = [("name", name.get(english)), ("step", step.get(english))];
            let said = words::with(lang, "alert-news-works", &args);
            Ok(Some(format!("· {said}\n  {site}/p/{plan}/projects/{project}")))
        }
    }
}
