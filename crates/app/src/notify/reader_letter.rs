//! Mails to those who asked or follow a request. The address is opened for the moment of sending, and stands in no
//! job and no log; no link holds a word of what anybody wrote.

use domain::code::Code;
use domain::history::View;
use domain::notice::Value;
use domain::plan::Plan;
use domain::request::Request;
use domain::subject::Subject;
use jiff::Timestamp;
use store::{Connection, Job, StoreError};
use words::Lang;

use super::errand::{ReaderErrand, ReaderMatter};
use super::parcel::{Letter, Parcel};
use super::wording::say;
use crate::request::{MailPurpose, ProtectionKey, mail_link, reader_address, reply_token};

pub(super) fn letter_to_reader(
    c: &mut Connection,
    job: &Job,
    errand: &ReaderErrand,
    key: &ProtectionKey,
    site: &str,
    now: Timestamp,
) -> Result<Parcel, StoreError> {
    let ReaderErrand { plan, request, reader, matter, .. } = errand;
    let Some(held) = c.request_reader(plan, request, reader)? else {
        return Ok(Parcel::Nothing("the address was erased"));
    };
    if held.stopped_at.is_some() {
        return Ok(Parcel::Nothing("nothing more is wanted there"));
    }
    let confirming = matches!(matter, ReaderMatter::Confirm | ReaderMatter::ConfirmUnread);
    if held.confirmed_at.is_none() && !confirming {
        return Ok(Parcel::Nothing("the address was not confirmed"));
    }
    if held.follows && !is_shown(c, plan, request)? {
        return Ok(Parcel::Nothing("the request is not shown to everybody any more"));
    }
    let Some(address) = reader_address(key, &held) else {
        return Ok(Parcel::Broken("the address was sealed with another key".into()));
    };
    let lang = Lang::parse(&held.language).unwrap_or_default();
    let to = |purpose| format!("{site}{}", mail_link(key, purpose, (plan, request, reader), now));
    let t = |key: &str| words::with(lang, key, &[("code", request.as_str())]);
    let (open, stop) = (to(MailPurpose::Open), to(MailPurpose::Stop));
    let (subject, parts) = match matter {
        ReaderMatter::Confirm | ReaderMatter::ConfirmUnread if held.follows => (
            t("asker-mail-confirm-subject"),
            vec![t("asker-mail-confirm-follow"), to(MailPurpose::Confirm), t("asker-mail-confirm-not-you")],
        ),
        ReaderMatter::Confirm => (
            t("asker-mail-confirm-subject"),
            vec![t("asker-mail-confirm"), to(MailPurpose::Confirm), t("asker-mail-confirm-not-you")],
        ),
        ReaderMatter::ConfirmUnread => (
            t("asker-mail-confirm-subject"),
            vec![
                t("asker-mail-confirm"),
                to(MailPurpose::Confirm),
                t("asker-mail-unread"),
                t("asker-mail-confirm-not-you"),
            ],
        ),
        ReaderMatter::Link => (t("asker-mail-link-subject"), vec![t("asker-mail-link"), open]),
        ReaderMatter::News { said, words, link, judge } => {
            let said = said.clone().with("code", Value::Text(request.to_string()));
            let said = say(lang, &said);
            let mut parts = vec![said.clone()];
            if !words.is_empty() {
                parts.push(quoted(words));
            }
            if let Some(link) = link {
                parts.push(format!("{}\n{site}{link}", t("asker-mail-more")));
            }
            let lead = match *judge && !held.follows {
                true => "asker-mail-judge",
                false => "asker-mail-open",
            };
            parts.push(format!("{}\n{open}", t(lead)));
            (said, parts)
        }
    };
    let foot = match confirming {
        true => t("asker-mail-foot-confirm"),
        false => format!("{}\n{stop}", t("asker-mail-foot")),
    };
    let digest: String = crate::account::hash(&job.key).chars().take(24).collect();
    let reply = (!held.follows).then(|| reply_token(key, plan, request));
    Ok(Parcel::Letter(Letter {
        to: address,
        name: String::new(),
        subject,
        text: format!("{}\n\n-- \n{foot}\n", parts.join("\n\n")),
        lang: lang.tag(),
        // An answer names it: so it is known what it belongs to.
        id: match &reply {
            Some(reply) => format!("{digest}.{plan}.{reply}"),
            None => digest,
        },
        stop: (!confirming).then_some(stop),
        reply,
    }))
}

/// Whether everybody may read a request, as it stands now.
fn is_shown(c: &mut Connection, plan: &Code, request: &Code) -> Result<bool, StoreError> {
    let of_plan = c.subject(&Subject::plan(plan))?.and_then(|held| Plan::at(&held, View::ALL));
    let held = c.subject(&Subject::request(plan, request))?.and_then(|held| Request::at(&held, View::ALL));
    Ok(of_plan.zip(held).is_some_and(|(plan, request)| plan.shows(&request)))
}

/// What somebody wrote, set off from what the site says.
fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
