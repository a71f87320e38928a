//! Facts of items, read from the fields in which they are [shown](super::item_fields).

use domain::item::kind::{
    Attendance, InspectionWay, Level, ObjectionTo, Part, Party, ReportInForm, Series, SlipColour, Urgency,
    WhistleKind,
};
use domain::item::{ItemFact, Relation, State, Step, Target};
use domain::subject::{Subject, SubjectKind};

use super::reader::{Mistake, Reader};

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
        "item_called_at" => ItemFact::CalledAt { at: r.must("item_called_at", Reader::moment)? },
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
        "item_acknowledged" => {
            let (unit, at) = (r.must("item_unit", Reader::code), r.must("item_at", Reader::moment));
            ItemFact::Acknowledged { unit: unit?, at: at? }
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
        "item_beneficiaries" => {
            let people = r.whole("item_served");
            ItemFact::Beneficiaries { whom: r.text("item_whom").to_owned(), people }
        }
        "item_sent" => ItemFact::People { people: r.must("item_sent", Reader::whole)? },
        "item_form" => {
            ItemFact::ReportInForm { form: r.must("item_form", |r, f| r.word(f, ReportInForm::parse))? }
        }
        "item_party" => ItemFact::Party { party: r.must("item_party", |r, f| r.word(f, Party::parse))? },
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
        "item_agenda_asked" => {
            let (key, unit) =
                (r.must("item_request", Reader::code), r.must("item_asking_unit", Reader::code));
            let title = r.must("item_point_title", |r, f| Some(r.text(f).to_owned()));
            let (about, text) = (target(r), r.long("item_point_text"));
            ItemFact::AgendaAsked { key: key?, unit: unit?, title: title?, about, text }
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
    use crate::editor::item_fields::described;
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
            ItemFact::CalledAt { at },
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
            ItemFact::Acknowledged { unit: unit(), at },
            ItemFact::Answer { unit: unit(), at, text: "即到".into() },
            ItemFact::Arrival { unit: unit(), at, people: 4 },
            ItemFact::Mark { unit: unit(), mark: 2, veto: true, note: "迟".into() },
            ItemFact::Outcome { solved: true, text: "通".into() },
            ItemFact::Quantity { kind: code("k"), quantity: "7.25".parse().unwrap() },
            ItemFact::Beneficiaries { whom: "老人".into(), people: Some(12) },
            ItemFact::Beneficiaries { whom: String::new(), people: Some(3) },
            ItemFact::Beneficiaries { whom: "老人".into(), people: None },
            ItemFact::People { people: 5 },
            ItemFact::ReportInForm { form: ReportInForm::StreetChief },
            ItemFact::Party { party: Party::OwnersCommittee },
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
            ItemFact::AgendaAsked {
                key: code("q1"),
                unit: unit(),
                title: "题".into(),
                about: Some(Target::Project(code("P-1"))),
                text: "由".into(),
            },
            ItemFact::AgendaAsked {
                key: code("q1"),
                unit: unit(),
                title: "题".into(),
                about: None,
                text: String::new(),
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
