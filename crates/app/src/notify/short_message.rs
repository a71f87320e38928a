//! Questions to whoever asked, by short message. The number is opened for the moment of sending, and stands in no job and
//! no log; the message tells the request's number and nothing of what it is about.

use domain::history::View;
use domain::plan::Plan;
use domain::preference::Language;
use domain::request::Request;
use domain::subject::Subject;
use jiff::civil::Date;
use store::{Connection, Job, StoreError};

use super::errand::AskErrand;
use super::parcel::{Parcel, ShortMessage};
use super::wording::lang;
use crate::request::{ProtectionKey, SmsQuestion, awaited, mobile};

pub(super) fn short_message(
    c: &mut Connection,
    job: &Job,
    ask: &AskErrand,
    language: Language,
    key: &ProtectionKey,
    today: Date,
) -> Result<Parcel, StoreError> {
    let AskErrand { plan, request, question, .. } = ask;
    let of_plan = c.subject(&Subject::plan(plan))?.and_then(|held| Plan::at(&held, View::ALL));
    let held = c.subject(&Subject::request(plan, request))?.and_then(|held| Request::at(&held, View::ALL));
    let days = of_plan.and_then(|plan| plan.request_rules).map(|rules| rules.call_back_days);
    let asked = days.zip(held).and_then(|(days, held)| awaited(&held, days, today));
    if asked.is_none_or(|(now, _)| now != *question) {
        return Ok(Parcel::Nothing("it was answered meanwhile, or it is too late to ask"));
    }
    let person = match c.sealed_person(plan, request)?.map(|held| key.person(&held)).transpose() {
        Ok(person) => person.flatten(),
        Err(_) => return Ok(Parcel::Broken("the number was sealed with another key".into())),
    };
    let Some(person) = person else {
        return Ok(Parcel::Nothing("whoever asked was erased"));
    };
    let Some(phone) = mobile(&person.phone) else {
        return Ok(Parcel::Nothing("whoever asked left no mobile number"));
    };
    let lang = lang(language);
    let text = match question {
        SmsQuestion::Solved => "sms-ask-solved",
        SmsQuestion::Satisfied => "sms-ask-satisfied",
    };
    Ok(Parcel::Text(ShortMessage {
        id: crate::account::hash(&job.key).chars().take(40).collect(),
        phone,
        text: words::with(lang, text, &[("code", request.as_str())]),
        lang: lang.tag(),
    }))
}
