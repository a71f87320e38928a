//! Facts of items as values of fields, and read back from them.

use domain::item::kind::{
    Attendance, InspectionWay, Level, ObjectionTo, Part, Series, SlipColour, Urgency, WhistleKind,
};
use domain::item::{ItemFact, Relation, State, Step, Target};
use domain::subject::{Subject, SubjectKind};

use super::reader::{Mistake, Reader};
use super::topic::*;
use super::values::{Described, codes, named, opt, yes_no};

/// A fact's topic and its values in the order of the topic's fields.
pub(super) fn described(fact: &ItemFact) -> Described {
    let text = |text: &str| text.to_owned();
    match fact {
        ItemFact::Kind { kind } => (&ITEM_KIND, vec![("item_kind", text(kind.as_str()))]),
        ItemFact::Begin { state } => (&ITEM_BEGIN, vec![("item_state", text(state.as_str()))]),
        ItemFact::Name(name) => (&NAMED, named("name_zh", "name_en", name)),
        ItemFact::Text { text } => (&ITEM_TEXT, vec![("item_text", text.clone())]),
        ItemFact::Number { number } => (&ITEM_NUMBER, vec![("item_number", number.clone())]),
        ItemFact::Received { on } => (&ITEM_RECEIVED, vec![("item_received", on.to_string())]),
        ItemFact::Issuer { name, unit } => {
            (&ITEM_ISSUER, vec![("item_issuer_name", name.clone()), ("item_caller", opt(unit))])
        }
        ItemFact::Level { level } => (&ITEM_LEVEL, vec![("item_level", text(level.as_str()))]),
        ItemFact::Urgency { urgency } => (&ITEM_URGENCY, vec![("item_urgency", text(urgency.as_str()))]),
        ItemFact::Series { series } => (&ITEM_SERIES, vec![("item_series", text(series.as_str()))]),
        ItemFact::WhistleKind { whistle } => (&ITEM_WHISTLE, vec![("item_whistle", text(whistle.as_str()))]),
        ItemFact::InspectionWay { way } => (&ITEM_WAY, vec![("item_way", text(way.as_str()))]),
        ItemFact::SlipColour { colour } => (&ITEM_COLOUR, vec![("item_colour", text(colour.as_str()))]),
        ItemFact::LeadUnit { unit } => (&LEAD_UNIT, vec![("lead_unit", unit.to_string())]),
        ItemFact::SupportingUnit { unit, part, active } => (
            &ITEM_SUPPORTING,
            vec![
                ("item_unit", unit.to_string()),
                ("item_part", text(part.as_str())),
                ("active", yes_no(*active)),
            ],
        ),
        ItemFact::Person { person } => (&ITEM_PERSON, vec![("item_person", person.to_string())]),
        ItemFact::Place { areas, address } => {
            (&PLACE, vec![("areas", codes(areas)), ("address", address.clone())])
        }
        ItemFact::Sector { sector } => (&SECTOR, vec![("sector", sector.to_string())]),
        ItemFact::Due { on } => (&ITEM_DUE, vec![("item_due", on.to_string())]),
        ItemFact::AnswerBy { at } => (&ITEM_ANSWER_BY, vec![("item_answer_by", minutes(at))]),
        ItemFact::Period { from, to } => (&PERIOD, vec![("from", from.to_string()), ("to", to.to_string())]),
        ItemFact::Appointment { at, place } => {
            (&ITEM_APPOINTMENT, vec![("item_held_at", minutes(at)), ("item_meeting_place", place.clone())])
        }
        ItemFact::Link { relation, to, held } => (
            &ITEM_LINK,
            vec![
                ("item_relation", text(relation.as_str())),
                ("item_to_kind", text(to.kind().as_str())),
                ("item_toward", to.code().to_string()),
                ("active", yes_no(*held)),
            ],
        ),
        ItemFact::Matter { number, text } => {
            (&ITEM_MATTER, vec![("item_matter_number", number.to_string()), ("item_matter", text.clone())])
        }
        ItemFact::Split { task, matters } => {
            let matters: Vec<String> = matters.iter().map(u32::to_string).collect();
            (&ITEM_SPLIT, vec![("item_task", task.to_string()), ("item_covers", matters.join(";"))])
        }
        ItemFact::Move { step, state, .. } => {
            (&ITEM_MOVE, vec![("item_step", text(step.as_str())), ("item_state", text(state.as_str()))])
        }
        fact => said(fact),
    }
}

/// What was said in the course of handling it.
fn said(fact: &ItemFact) -> Described {
    let text = |text: &str| text.to_owned();
    match fact {
        ItemFact::Objection { to, reason, unit, due } => (
            &ITEM_OBJECTION,
            vec![
                ("item_objection_to", text(to.as_str())),
                ("item_why", reason.clone()),
                ("item_proposed_unit", opt(unit)),
                ("item_proposed_due", opt(due)),
            ],
        ),
        ItemFact::ExtensionAsked { until, reason } => {
            (&ITEM_EXTENSION_ASKED, vec![("item_until", until.to_string()), ("item_why", reason.clone())])
        }
        ItemFact::ExtensionDecided { granted, note } => {
            (&ITEM_EXTENSION_DECIDED, vec![("item_granted", yes_no(*granted)), ("item_note", note.clone())])
        }
        ItemFact::Progress { text, percent } => {
            let percent = percent.map(|percent| percent.normalize());
            (&ITEM_PROGRESS, vec![("item_progress", text.clone()), ("item_percent", opt(&percent))])
        }
        ItemFact::Forecast { on } => (&ITEM_FORECAST, vec![("item_forecast", opt(on))]),
        ItemFact::Evidence { key, title, url, .. } => (
            &ITEM_EVIDENCE,
            vec![
                ("item_evidence_key", key.to_string()),
                ("item_evidence_title", title.clone()),
                ("item_evidence_url", url.clone()),
            ],
        ),
        ItemFact::EvidenceChecked { key, accepted, note, .. } => (
            &ITEM_EVIDENCE_CHECKED,
            vec![
                ("item_evidence_key", key.to_string()),
                ("item_accepted", yes_no(*accepted)),
                ("item_note", note.clone()),
            ],
        ),
        ItemFact::Answer { unit, at, text } => (
            &ITEM_ANSWER,
            vec![("item_unit", unit.to_string()), ("item_at", minutes(at)), ("item_answer", text.clone())],
        ),
        ItemFact::Arrival { unit, at, people } => (
            &ITEM_ARRIVAL,
            vec![
                ("item_unit", unit.to_string()),
                ("item_at", minutes(at)),
                ("item_people", people.to_string()),
            ],
        ),
        ItemFact::Mark { unit, mark, veto, note } => (
            &ITEM_MARK,
            vec![
                ("item_unit", unit.to_string()),
                ("item_mark", mark.to_string()),
                ("item_vetoed", yes_no(*veto)),
                ("item_note", note.clone()),
            ],
        ),
        ItemFact::Outcome { solved, text } => {
            (&ITEM_OUTCOME, vec![("item_solved", yes_no(*solved)), ("item_outcome", text.clone())])
        }
        ItemFact::Quantity { kind, quantity } => (
            &ITEM_QUANTITY,
            vec![
                ("item_quantity_kind", kind.to_string()),
                ("item_quantity", quantity.normalize().to_string()),
            ],
        ),
        ItemFact::Explanation { text, until, .. } => {
            (&ITEM_EXPLANATION, vec![("item_explanation", text.clone()), ("item_until", until.to_string())])
        }
        ItemFact::Attendance { unit, attendance, name } => (
            &ITEM_ATTENDANCE,
            vec![
                ("item_attending_unit", unit.to_string()),
                ("item_attendance", text(attendance.as_str())),
                ("item_attendee", name.clone()),
            ],
        ),
        ItemFact::Agenda { point, title, about, text, asked } => (
            &ITEM_AGENDA,
            vec![
                ("item_point", point.to_string()),
                ("item_point_title", title.clone()),
                ("item_to_kind", about.as_ref().map_or("", |to| to.kind().as_str()).to_owned()),
                ("item_toward", about.as_ref().map_or_else(String::new, |to| to.code().to_string())),
                ("item_point_text", text.clone()),
                ("item_point_asked", asked.as_ref().map_or_else(String::new, ToString::to_string)),
            ],
        ),
        ItemFact::Minutes { text } => (&ITEM_MINUTES, vec![("item_minutes", text.clone())]),
        ItemFact::Issue { number, .. } => (&ITEM_ISSUE, vec![("item_number", number.to_string())]),
        // A report's content is read on the report's page; the others are told above.
        _ => (&ITEM_CONTENT, Vec::new()),
    }
}

/// A time of day as a browser's field has it: to the minute, or the second where it has one.
fn minutes(at: &jiff::civil::DateTime) -> String {
    at.strftime(if at.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" }).to_string()
}

/// Reads one fact of an item.
pub(super) fn read(topic: &str, r: &mut Reader<'_>) -> Option<ItemFact> {
    Some(match topic {
        "item_begin" => ItemFact::Begin { state: r.must("item_state", |r, f| r.word(f, State::parse))? },
        "name" => ItemFact::Name(r.named("name_zh", "name_en")?),
        "item_text" => ItemFact::Text { text: r.long("item_text") },
        "item_number" => ItemFact::Number { number: r.text("item_number").to_owned() },
        "item_received" => ItemFact::Received { on: r.must("item_received", Reader::day)? },
        "item_issuer" => {
            let unit = r.code("item_caller");
            ItemFact::Issuer { name: r.text("item_issuer_name").to_owned(), unit }
        }
        "item_level" => ItemFact::Level { level: r.must("item_level", |r, f| r.word(f, Level::parse))? },
        "item_urgency" => {
            ItemFact::Urgency { urgency: r.must("item_urgency", |r, f| r.word(f, Urgency::parse))? }
        }
        "item_series" => ItemFact::Series { series: r.must("item_series", |r, f| r.word(f, Series::parse))? },
        "item_whistle" => {
            ItemFact::WhistleKind { whistle: r.must("item_whistle", |r, f| r.word(f, WhistleKind::parse))? }
        }
        "item_way" => {
            ItemFact::InspectionWay { way: r.must("item_way", |r, f| r.word(f, InspectionWay::parse))? }
        }
        "item_colour" => {
            ItemFact::SlipColour { colour: r.must("item_colour", |r, f| r.word(f, SlipColour::parse))? }
        }
        "lead_unit" => ItemFact::LeadUnit { unit: r.must("lead_unit", Reader::code)? },
        "item_supporting" => {
            let unit = r.must("item_unit", Reader::code);
            let part = r.must("item_part", |r, f| r.word(f, Part::parse));
            let active = r.must("active", Reader::yes_no);
            ItemFact::SupportingUnit { unit: unit?, part: part?, active: active? }
        }
        "item_person" => ItemFact::Person { person: r.must("item_person", Reader::code)? },
        "place" => ItemFact::Place { areas: r.codes("areas"), address: r.text("address").to_owned() },
        "sector" => ItemFact::Sector { sector: r.must("sector", Reader::code)? },
        "item_due" => ItemFact::Due { on: r.must("item_due", Reader::day)? },
        "item_answer_by" => ItemFact::AnswerBy { at: r.must("item_answer_by", Reader::moment)? },
        "period" => {
            let (from, to) = (r.must("from", Reader::day), r.must("to", Reader::day));
            ItemFact::Period { from: from?, to: to? }
        }
        "item_appointment" => {
            let at = r.must("item_held_at", Reader::moment);
            ItemFact::Appointment { at: at?, place: r.text("item_meeting_place").to_owned() }
        }
        "item_link" => {
            let relation = r.must("item_relation", |r, f| r.word(f, Relation::parse));
            let to = target(r);
            if to.is_none() {
                r.fail("item_toward", Mistake::Missing);
            }
            let held = r.must("active", Reader::yes_no);
            ItemFact::Link { relation: relation?, to: to?, held: held? }
        }
        "item_matter" => {
            let number = r.must("item_matter_number", Reader::whole);
            let text = r.must("item_matter", |r, f| Some(r.long(f)));
            ItemFact::Matter { number: number?, text: text? }
        }
        "item_split" => {
            let task = r.must("item_task", Reader::code);
            let matters = numbers(r, "item_covers");
            ItemFact::Split { task: task?, matters: matters? }
        }
        "item_move" => {
            let step = r.must("item_step", |r, f| r.word(f, Step::parse));
            let state = r.must("item_state", |r, f| r.word(f, State::parse));
            ItemFact::Move { step: step?, state: state?, by: None }
        }
        topic => return read_said(topic, r),
    })
}

fn read_said(topic: &str, r: &mut Reader<'_>) -> Option<ItemFact> {
    Some(match topic {
        "item_objection" => {
            let to = r.must("item_objection_to", |r, f| r.word(f, ObjectionTo::parse));
            let reason = r.must("item_why", |r, f| Some(r.long(f)));
            let (unit, due) = (r.code("item_proposed_unit"), r.day("item_proposed_due"));
            ItemFact::Objection { to: to?, reason: reason?, unit, due }
        }
        "item_extension_asked" => {
            let until = r.must("item_until", Reader::day);
            let reason = r.must("item_why", |r, f| Some(r.long(f)));
            ItemFact::ExtensionAsked { until: until?, reason: reason? }
        }
        "item_extension_decided" => {
            let granted = r.must("item_granted", Reader::yes_no);
            ItemFact::ExtensionDecided { granted: granted?, note: r.long("item_note") }
        }
        "item_progress" => {
            let percent = r.number("item_percent");
            ItemFact::Progress { text: r.must("item_progress", |r, f| Some(r.long(f)))?, percent }
        }
        "item_forecast" => ItemFact::Forecast { on: r.day("item_forecast") },
        "item_evidence" => {
            let key = r.must("item_evidence_key", Reader::code);
            let title = r.must("item_evidence_title", |r, f| Some(r.text(f).to_owned()));
            let url = r.text("item_evidence_url").to_owned();
            ItemFact::Evidence { key: key?, title: title?, url, by: None }
        }
        "item_evidence_checked" => {
            let key = r.must("item_evidence_key", Reader::code);
            let accepted = r.must("item_accepted", Reader::yes_no);
            ItemFact::EvidenceChecked { key: key?, accepted: accepted?, note: r.long("item_note"), by: None }
        }
        "item_answer" => {
            let (unit, at) = (r.must("item_unit", Reader::code), r.must("item_at", Reader::moment));
            ItemFact::Answer { unit: unit?, at: at?, text: r.long("item_answer") }
        }
        "item_arrival" => {
            let (unit, at) = (r.must("item_unit", Reader::code), r.must("item_at", Reader::moment));
            ItemFact::Arrival { unit: unit?, at: at?, people: r.must("item_people", Reader::whole)? }
        }
        "item_mark" => {
            let unit = r.must("item_unit", Reader::code);
            let (mark, veto) = (r.must("item_mark", Reader::whole), r.must("item_vetoed", Reader::yes_no));
            ItemFact::Mark { unit: unit?, mark: mark?, veto: veto?, note: r.long("item_note") }
        }
        "item_outcome" => {
            let solved = r.must("item_solved", Reader::yes_no);
            let text = r.must("item_outcome", |r, f| Some(r.long(f)));
            ItemFact::Outcome { solved: solved?, text: text? }
        }
        "item_quantity" => {
            let kind = r.must("item_quantity_kind", Reader::code);
            ItemFact::Quantity { kind: kind?, quantity: r.must("item_quantity", Reader::number)? }
        }
        "item_explanation" => {
            let text = r.must("item_explanation", |r, f| Some(r.long(f)));
            ItemFact::Explanation { text: text?, until: r.must("item_until", Reader::day)?, by: None }
        }
        "item_attendance" => {
            let unit = r.must("item_attending_unit", Reader::code);
            let attendance = r.must("item_attendance", |r, f| r.word(f, Attendance::parse));
            let name = r.text("item_attendee").to_owned();
            ItemFact::Attendance { unit: unit?, attendance: attendance?, name }
        }
        "item_agenda" => {
            let point = r.must("item_point", Reader::whole);
            let (title, about) = (r.text("item_point_title").to_owned(), target(r));
            let asked = r.code("item_point_asked");
            ItemFact::Agenda { point: point?, title, about, text: r.long("item_point_text"), asked }
        }
        "item_minutes" => ItemFact::Minutes { text: r.must("item_minutes", |r, f| Some(r.long(f)))? },
        _ => return None,
    })
}

/// What a link or an agenda point leads to; nothing where no code is given.
fn target(r: &mut Reader<'_>) -> Option<Target> {
    let code = r.code("item_toward")?;
    let kind = r.must("item_to_kind", |r, f| r.word(f, SubjectKind::parse))?;
    let scope = domain::subject::directory();
    let to = Target::of(&Subject { scope, kind, code });
    if to.is_none() {
        r.fail("item_to_kind", Mistake::NotAChoice);
    }
    to
}

/// Whole numbers, separated as people do.
fn numbers(r: &mut Reader<'_>, field: &str) -> Option<Vec<u32>> {
    let text = r.text(field);
    let parts = text.split([';', '\u{ff1b}', ',', '\u{ff0c}', '\u{3001}', ' ']).map(str::trim);
    let numbers: Option<Vec<u32>> =
        parts.filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    if numbers.is_none() {
        r.fail(field, Mistake::NotWhole);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::field::Typed;
    use domain::code::Code;
    use jiff::civil::{date, datetime};

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    /// One of each, with every field filled, and once more with what may be left out.
    fn facts() -> Vec<ItemFact> {
        let day = date(2019, 3, 4);
        let at = datetime(2019, 3, 4, 9, 30, 15, 0);
        let unit = || code("u");
        vec![
            ItemFact::Begin { state: State::Planned },
            ItemFact::Name(domain::named::Named::new("名", "name")),
            ItemFact::Text { text: "一\n二".into() },
            ItemFact::Number { number: "〔2019〕3 号".into() },
            ItemFact::Received { on: day },
            ItemFact::Issuer { name: "某".into(), unit: Some(unit()) },
            ItemFact::Issuer { name: String::new(), unit: None },
            ItemFact::Level { level: Level::City },
            ItemFact::Urgency { urgency: Urgency::Long },
            ItemFact::Series { series: Series::Weekly },
            ItemFact::WhistleKind { whistle: WhistleKind::Emergency },
            ItemFact::InspectionWay { way: InspectionWay::Summons },
            ItemFact::SlipColour { colour: SlipColour::Red },
            ItemFact::LeadUnit { unit: unit() },
            ItemFact::SupportingUnit { unit: unit(), part: Part::JointLead, active: false },
            ItemFact::Person { person: code("p") },
            ItemFact::Place { areas: vec![code("a"), code("b")], address: "路口".into() },
            ItemFact::Sector { sector: code("s") },
            ItemFact::Due { on: day },
            ItemFact::AnswerBy { at },
            ItemFact::Period { from: day, to: day },
            ItemFact::Appointment { at: datetime(2019, 3, 4, 9, 30, 0, 0), place: "会议室".into() },
            ItemFact::Link { relation: Relation::Serves, to: Target::Project(code("P-1")), held: true },
            ItemFact::Link { relation: Relation::Reopens, to: Target::Item(code("T-1")), held: false },
            ItemFact::Matter { number: 3, text: "事".into() },
            ItemFact::Split { task: code("T-1"), matters: vec![1, 3] },
            ItemFact::Split { task: code("T-1"), matters: Vec::new() },
            ItemFact::Move { step: Step::TakeUp, state: State::InHand, by: None },
            ItemFact::Objection { to: ObjectionTo::Date, reason: "急".into(), unit: None, due: Some(day) },
            ItemFact::Objection {
                to: ObjectionTo::Duty, reason: "非".into(), unit: Some(unit()), due: None
            },
            ItemFact::ExtensionAsked { until: day, reason: "雨".into() },
            ItemFact::ExtensionDecided { granted: false, note: String::new() },
            ItemFact::Progress { text: "半".into(), percent: Some("12.5".parse().unwrap()) },
            ItemFact::Progress { text: "半".into(), percent: None },
            ItemFact::Forecast { on: None },
            ItemFact::Forecast { on: Some(day) },
            ItemFact::Evidence {
                key: code("e1"),
                title: "照片".into(),
                url: "https://e.org/".into(),
                by: None,
            },
            ItemFact::EvidenceChecked { key: code("e1"), accepted: true, note: "好".into(), by: None },
            ItemFact::Answer { unit: unit(), at, text: "即到".into() },
            ItemFact::Arrival { unit: unit(), at, people: 4 },
            ItemFact::Mark { unit: unit(), mark: 2, veto: true, note: "迟".into() },
            ItemFact::Outcome { solved: true, text: "通".into() },
            ItemFact::Quantity { kind: code("k"), quantity: "7.25".parse().unwrap() },
            ItemFact::Explanation { text: "因".into(), until: day, by: None },
            ItemFact::Attendance { unit: unit(), attendance: Attendance::Observing, name: "甲".into() },
            ItemFact::Agenda {
                point: 2,
                title: "题".into(),
                about: Some(Target::Item(code("T-1"))),
                text: "记".into(),
                asked: Some(code("a1")),
            },
            ItemFact::Agenda {
                point: 2,
                title: String::new(),
                about: None,
                text: String::new(),
                asked: None,
            },
            ItemFact::Minutes { text: "要".into() },
        ]
    }

    #[test]
    fn what_a_form_shows_is_read_back_from_it() {
        for fact in facts() {
            let (topic, values) = described(&fact);
            let typed = values.iter().map(|(name, value)| (format!("f0-{name}"), value.clone())).collect();
            let typed = Typed(typed);
            let mut reader = Reader::prefixed(&typed, "f0-");
            assert_eq!(read(topic.key, &mut reader), Some(fact), "{:?}", reader.mistakes);
            let specs: Vec<&str> = topic.fields.iter().map(|spec| spec.name).collect();
            let shown: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
            assert_eq!(specs, shown, "{}", topic.key);
        }
    }
}
