//! What happened to a request, in order: for those who work on it, and for everybody else.

use domain::item::Target;
use domain::portfolio::Portfolio;
use domain::request::{PhotoShows, Request, RequestState, Told};
use jiff::civil::DateTime;
use words::Lang;

use super::choices::unit_name;
use crate::words_of::{day, moment, word};

pub(super) struct Happening {
    pub at: String,
    pub title: String,
    pub text: String,
    /// Only those who work on it see this.
    pub inner: bool,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Those who work on it: everything.
    Staff,
    /// Whoever asked: what was said between them and the office.
    Asker,
    /// Everybody, where it is published: what was done and answered. What whoever asked added, and what they were
    /// asked, nobody looked at before it would be read.
    Everybody,
}

/// What whoever asked was told of, and by what it was reached. Projects are public; items are working papers, so
/// that others than staff are told that the matter was put right, and not what the paper is called.
fn reached(portfolio: &Portfolio, told: &Told, lang: Lang, reader: Reader) -> (String, String) {
    let on = day(lang, told.on);
    let title = words::text(lang, "told-title").into_owned();
    let text = match (&told.of, &told.step) {
        (Target::Project(code), Some(step)) => {
            let project = portfolio.project(code.as_str());
            let name = project
                .map_or_else(|| code.to_string(), |project| project.name.get(lang.is_english()).to_owned());
            let step = project
                .and_then(|project| project.steps.iter().find(|line| line.step == *step))
                .map_or_else(|| step.to_string(), |line| line.name.get(lang.is_english()).to_owned());
            words::with(lang, "told-step", &[("name", &name), ("step", &step), ("on", &on)])
        }
        (of, _) if reader == Reader::Staff => {
            words::with(lang, "told-item", &[("code", of.code().as_str()), ("on", &on)])
        }
        _ => words::with(lang, "told-done", &[("on", &on)]),
    };
    (title, text)
}

/// Everything that happened and that a reader sees, the earliest first.
pub(super) fn timeline(
    portfolio: &Portfolio,
    request: &Request,
    lang: Lang,
    reader: Reader,
) -> Vec<Happening> {
    let (staff, own) = (reader == Reader::Staff, reader != Reader::Everybody);
    let mut out: Vec<(DateTime, u8, Happening)> = Vec::new();
    let t = |key: &str, args: &[(&str, &str)]| words::with(lang, key, args);
    let mut add = |at: DateTime, rank: u8, title: String, text: String, inner: bool| {
        out.push((at, rank, Happening { at: moment(lang, at), title, text, inner }));
    };
    let channel = word(lang, "request-channel", request.channel.as_str());
    add(request.received, 0, t("request-event-received", &[("channel", &channel)]), String::new(), false);
    for moved in &request.moves {
        // What the answer says is told below.
        if moved.to == RequestState::Answered {
            continue;
        }
        let step = word(lang, "request-done", moved.step.as_str());
        let unit = unit_name(portfolio, moved.unit.as_ref(), lang);
        let title = if unit.is_empty() { step } else { format!("{step} · {unit}") };
        let mut said = Vec::new();
        said.extend(moved.ground.map(|ground| word(lang, "refusal-ground", ground.as_str())));
        said.extend(moved.until.map(|until| day(lang, until)));
        // Why it was refused or stands on the books concerns everybody.
        let told = staff
            || own && moved.to.tells_asker_why()
            || matches!(moved.to, RequestState::Refused | RequestState::OnTheBooks);
        if told && !moved.reason.is_empty() {
            said.push(moved.reason.clone());
        }
        add(moved.at, 1, title, said.join(" · "), false);
    }
    for it in request.followed.iter().map(|(_, it)| it).filter(|it| it.state != RequestState::Answered) {
        let step = word(lang, "request-done", it.step.as_str());
        let unit = unit_name(portfolio, it.unit.as_ref(), lang);
        let what = if unit.is_empty() { step } else { format!("{step} · {unit}") };
        let mut said = Vec::new();
        said.extend(it.ground.map(|ground| word(lang, "refusal-ground", ground.as_str())));
        said.extend(it.until.map(|until| day(lang, until)));
        // What they were asked is between the office and those who asked.
        if own && !it.reason.is_empty() {
            said.push(it.reason.clone());
        }
        add(it.at, 1, t("request-event-followed", &[("what", &what)]), said.join(" · "), false);
    }
    for (at, way, text) in &request.contacts {
        let way = word(lang, "call-way", way.as_str());
        let text = if staff { text.clone() } else { String::new() };
        add(*at, 2, t("request-event-contact", &[("way", &way)]), text, false);
    }
    for (at, text) in &request.answers {
        add(*at, 2, t("request-event-answer", &[]), text.clone(), false);
    }
    for told in &request.told {
        let (title, text) = reached(portfolio, told, lang, reader);
        add(told.at, 2, title, text, false);
    }
    for (at, text) in request.words.iter().filter(|_| own) {
        add(*at, 2, t("request-event-word", &[]), text.clone(), false);
    }
    let mut sent: Vec<(DateTime, PhotoShows, usize)> = Vec::new();
    for held in request.photos.iter().filter(|_| own) {
        match sent.iter_mut().find(|(at, shows, _)| (*at, *shows) == (held.at, held.shows)) {
            Some((.., count)) => *count += 1,
            None => sent.push((held.at, held.shows, 1)),
        }
    }
    for (at, shows, count) in sent {
        let (shows, count) = (word(lang, "photo-shows", shows.as_str()), count.to_string());
        add(at, 2, t("request-event-photos", &[("count", &count), ("shows", &shows)]), String::new(), false);
    }
    for call in &request.call_backs {
        let way = word(lang, "call-way", call.way.as_str());
        let mut said = Vec::new();
        if !call.reached {
            said.push(t("request-event-unreached", &[]));
        }
        if let Some(contacted) = call.contacted.filter(|_| staff) {
            let key = if contacted { "request-event-contacted-yes" } else { "request-event-contacted-no" };
            said.push(t(key, &[]));
        }
        said.extend(call.solved.map(|it| word(lang, "solved", it.as_str())));
        said.extend(call.satisfaction.map(|it| word(lang, "satisfaction", it.as_str())));
        if staff && !call.text.is_empty() {
            said.push(call.text.clone());
        }
        add(call.at, 0, t("request-event-call-back", &[("way", &way)]), said.join(" · "), false);
    }
    for (at, act, ground) in request.moderated.iter().filter(|_| own) {
        let act = word(lang, "moderation-act", act.as_str());
        add(*at, 3, act, word(lang, "moderation-ground", ground.as_str()), false);
    }
    if staff {
        for (at, text) in &request.notes {
            add(*at, 3, t("request-event-note", &[]), text.clone(), true);
        }
    }
    out.sort_by_key(|(at, rank, _)| (*at, *rank));
    out.into_iter().map(|(_, _, happening)| happening).collect()
}
