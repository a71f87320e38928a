//! What was said of items, one fact a row, in the order in which it was said.

use domain::code::Code;
use domain::fact::Fact;
use domain::item::goal::RequestGoal;
use domain::item::kind::{
    Attendance, InspectionWay, Level, ObjectionTo, Part, Party, ReportInForm, Series, SlipColour, Urgency,
    WhistleKind,
};
use domain::item::theme::MonthlyTheme;
use domain::item::workflow::MOVES;
use domain::item::{ItemFact, Relation, State, Step};
use domain::named::Named;
use domain::subject::Subject;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::items::{COLOURS, LEVELS, SERIES, URGENCIES, WAYS, WHISTLES, period, target};
use super::{CellProblem, Cells, ColumnKind as K, Reading, Table, column};

/// What may be said: the facts of items by their names.
pub const RECORDS: &[&str] = &[
    "move",
    "progress",
    "evidence",
    "evidence_checked",
    "forecast",
    "due",
    "extension_asked",
    "extension_decided",
    "objection",
    "answer",
    "arrival",
    "mark",
    "outcome",
    "quantity",
    "explanation",
    "name",
    "text",
    "number",
    "received",
    "issuer",
    "level",
    "urgency",
    "series",
    "whistle_kind",
    "inspection_way",
    "slip_colour",
    "lead_unit",
    "supporting_unit",
    "person",
    "place",
    "sector",
    "answer_by",
    "period",
    "appointment",
    "link",
    "matter",
    "split",
    "attendance",
    "agenda",
    "agenda_asked",
    "minutes",
    "called_at",
    "acknowledged",
    "beneficiaries",
    "people",
    "report_in_form",
    "party",
    "goal",
    "theme",
];
pub(crate) const STEPS: &[&str] = &[
    "assign",
    "object",
    "uphold_objection",
    "reject_objection",
    "take_up",
    "report_done",
    "send_back",
    "verify",
    "present",
    "clear",
    "file",
    "suspend",
    "resume",
    "withdraw",
    "order",
    "conclude",
    "ask_review",
    "decide_review",
    "rectify",
    "recheck",
    "answer",
    "arrive",
    "handle",
    "solve",
    "raise",
    "mark",
    "hold",
    "minute",
    "submit",
    "excuse",
    "issue",
    "skip",
    "sign",
    "match",
    "meet",
    "close",
];
pub(crate) const STATES: &[&str] = &[
    "registered",
    "assigned",
    "objected",
    "in_hand",
    "reported",
    "verified",
    "presented",
    "cleared",
    "filed",
    "suspended",
    "withdrawn",
    "planned",
    "ordered",
    "concluded",
    "under_review",
    "rectifying",
    "called",
    "answered",
    "arrived",
    "handling",
    "solved",
    "raised",
    "marked",
    "recorded",
    "held",
    "minuted",
    "open",
    "submitted",
    "excused",
    "missed",
    "draft",
    "issued",
    "skipped",
    "sent",
    "signed",
    "matched",
    "met",
];
const FORMS: &[&str] = &["enforcement", "street_chief", "party_members", "clean_up"];
const PARTIES: &[&str] = &[
    "party_organisation",
    "residents_committee",
    "owners_committee",
    "property_manager",
    "social_organisation",
];
const ATTENDANCES: &[&str] = &["present", "excused", "observing", "absent"];
const OBJECTIONS: &[&str] = &["duty", "date"];

pub(super) const ITEM_RECORDS: Table = Table {
    name: "item_records",
    columns: &[
        column("item", true, K::Code),
        column("item_record", true, K::OneOf(RECORDS)),
        column("item_step", false, K::OneOf(STEPS)),
        column("item_state", false, K::OneOf(STATES)),
        column("by", false, K::Code),
        column("unit", false, K::Code),
        column("person", false, K::Code),
        column("on", false, K::Day),
        column("at", false, K::Moment),
        column("period_from", false, K::Day),
        column("period_to", false, K::Day),
        column("title", false, K::Text),
        column("name_en", false, K::Text),
        column("text", false, K::Text),
        column("url", false, K::Url),
        column("key", false, K::Code),
        column("accepted", false, K::YesNo),
        column("count", false, K::Whole),
        column("percent", false, K::Number),
        column("quantity", false, K::Number),
        column("output_kind", false, K::Code),
        column("value", false, K::Text),
        column("to", false, K::Text),
        column("areas", false, K::Codes),
        column("matters", false, K::Text),
    ],
    reading: Reading::Record(record),
};

/// The column that a refusal about an item is about.
pub(super) fn column_of(topic: &str) -> &str {
    match topic {
        "state" => "item_step",
        "due" | "received" | "extension_asked" | "forecast" => "on",
        "evidence" => "title",
        "evidence_checked" => "key",
        "answer" | "acknowledged" | "arrival" | "mark" | "attendance" | "lead_unit" | "supporting_unit" => {
            "unit"
        }
        "link" => "to",
        "beneficiaries" | "people" => "count",
        "goal" => "percent",
        "theme" => "on",
        "called_at" => "at",
        "progress" | "objection" | "outcome" | "minutes" | "matter" => "text",
        "split" => "matters",
        "place" => "areas",
        "period" => "period_to",
        "source" => "source_url",
        other => other,
    }
}

fn record(cells: &mut Cells, plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let what = cells.word("item_record", RECORDS, |text| RECORDS.iter().find(|word| **word == text))?;
    let fact = described(what, cells).or_else(|| said(what, cells));
    Some((Subject::item(plan, &cells.code("item")?), vec![fact?.into()]))
}

/// The word of a closed list that the row names.
fn listed<T>(cells: &mut Cells, words: &'static [&'static str], parse: fn(&str) -> Option<T>) -> Option<T> {
    cells.must("value", |cells| cells.word("value", words, parse))
}

/// The state that a step leads to: as the row says, else by the table of moves where it leaves no doubt.
fn state(cells: &mut Cells, step: Step) -> Option<State> {
    if !cells.is_empty("item_state") {
        return cells.word("item_state", STATES, State::parse);
    }
    let mut to: Vec<State> = MOVES.iter().filter(|it| it.step == step).map(|it| it.to).collect();
    to.dedup();
    match to.as_slice() {
        [first, rest @ ..] if rest.iter().all(|state| state == first) => Some(*first),
        _ => {
            cells.require("item_state");
            None
        }
    }
}

/// What an item is and who has to do with it.
fn described(what: &str, c: &mut Cells) -> Option<ItemFact> {
    Some(match what {
        "name" => {
            let zh = c.must("title", |c| Some(c.text("title")))?;
            ItemFact::Name(Named::new(zh, c.text("name_en")))
        }
        "text" => ItemFact::Text { text: c.text("text") },
        "number" => ItemFact::Number { number: c.text("title") },
        "received" => ItemFact::Received { on: c.must("on", |c| c.day("on"))? },
        "issuer" => ItemFact::Issuer { name: c.text("title"), unit: c.code("unit") },
        "level" => ItemFact::Level { level: listed(c, LEVELS, Level::parse)? },
        "urgency" => ItemFact::Urgency { urgency: listed(c, URGENCIES, Urgency::parse)? },
        "series" => ItemFact::Series { series: listed(c, SERIES, Series::parse)? },
        "whistle_kind" => ItemFact::WhistleKind { whistle: listed(c, WHISTLES, WhistleKind::parse)? },
        "inspection_way" => ItemFact::InspectionWay { way: listed(c, WAYS, InspectionWay::parse)? },
        "slip_colour" => ItemFact::SlipColour { colour: listed(c, COLOURS, SlipColour::parse)? },
        "lead_unit" => ItemFact::LeadUnit { unit: c.must("unit", |c| c.code("unit"))? },
        "supporting_unit" => {
            let unit = c.must("unit", |c| c.code("unit"));
            let part = listed(c, &["joint_lead", "supporting"], Part::parse);
            let active = c.yes_no("accepted").unwrap_or(true);
            ItemFact::SupportingUnit { unit: unit?, part: part?, active }
        }
        "person" => ItemFact::Person { person: c.must("person", |c| c.code("person"))? },
        "beneficiaries" => ItemFact::Beneficiaries { whom: c.text("title"), people: c.whole("count") },
        "goal" => {
            let weeks: Option<u16> = c.must("count", |c| c.whole("count"));
            let rate = |cells: &mut Cells, column: &'static str| {
                let hundredths = |value: Decimal| (value * Decimal::ONE_HUNDRED).round().to_u32();
                cells.must(column, |cells| cells.number(column).and_then(hundredths))
            };
            let (baseline, target) = (rate(c, "quantity"), rate(c, "percent"));
            let mut categories = c.codes("value").into_iter();
            ItemFact::Goal(RequestGoal {
                category: categories.next(),
                more: categories.collect(),
                areas: c.codes("areas"),
                words: words_of(&c.text("text")),
                baseline: baseline?,
                target: target?,
                weeks: weeks?,
            })
        }
        "theme" => ItemFact::Theme(theme(c)?),
        "people" => ItemFact::People { people: c.must("count", |c| c.whole("count"))? },
        "report_in_form" => ItemFact::ReportInForm { form: listed(c, FORMS, ReportInForm::parse)? },
        "party" => ItemFact::Party { party: listed(c, PARTIES, Party::parse)? },
        "place" => ItemFact::Place { areas: c.codes("areas"), address: c.text("text") },
        "sector" => ItemFact::Sector { sector: c.must("value", |c| c.code("value"))? },
        "due" => ItemFact::Due { on: c.must("on", |c| c.day("on"))? },
        "called_at" => ItemFact::CalledAt { at: c.must("at", |c| c.moment("at"))? },
        "answer_by" => ItemFact::AnswerBy { at: c.must("at", |c| c.moment("at"))? },
        "period" => {
            c.require("period_from");
            period(c)?
        }
        "appointment" => {
            let at = c.must("at", |c| c.moment("at"));
            ItemFact::Appointment { at: at?, place: c.text("title") }
        }
        "link" => {
            let relation = c.must("value", |c| c.parsed("value", CellProblem::NotALink, Relation::parse));
            let to = c.must("to", |c| c.parsed("to", CellProblem::NotALink, target));
            let held = c.yes_no("accepted").unwrap_or(true);
            ItemFact::Link { relation: relation?, to: to?, held }
        }
        "matter" => {
            let number = c.must("count", |c| c.whole("count"));
            let text = c.must("text", |c| Some(c.text("text")));
            ItemFact::Matter { number: number?, text: text? }
        }
        "split" => {
            let task = c.must("key", |c| c.code("key"));
            let numbers = |text: &str| {
                let parts = text.split([';', '\u{ff1b}', ',', '\u{3001}', '\n']).map(str::trim);
                parts.filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
            };
            let matters = c.parsed("matters", CellProblem::NotAWholeNumber, numbers);
            ItemFact::Split { task: task?, matters: matters.unwrap_or_default() }
        }
        _ => return None,
    })
}

/// Words that stand beside each other in one cell.
fn words_of(text: &str) -> Vec<String> {
    let parts = text.split([';', '\u{ff1b}', ',', '\u{ff0c}', '\u{3001}', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What was said in the course of handling it.
fn said(what: &str, c: &mut Cells) -> Option<ItemFact> {
    Some(match what {
        "move" => {
            let step = c.must("item_step", |c| c.word("item_step", STEPS, Step::parse))?;
            ItemFact::Move { step, state: state(c, step)?, by: c.code("by") }
        }
        "progress" => {
            let percent = c.number("percent");
            ItemFact::Progress { text: c.must("text", |c| Some(c.text("text")))?, percent }
        }
        "evidence" => {
            let key = c.must("key", |c| c.code("key"));
            let title = c.must("title", |c| Some(c.text("title")));
            ItemFact::Evidence { key: key?, title: title?, url: c.text("url"), by: c.code("by") }
        }
        "evidence_checked" => {
            let key = c.must("key", |c| c.code("key"));
            let accepted = c.must("accepted", |c| c.yes_no("accepted"));
            ItemFact::EvidenceChecked {
                key: key?,
                accepted: accepted?,
                note: c.text("text"),
                by: c.code("by"),
            }
        }
        "forecast" => ItemFact::Forecast { on: c.day("on") },
        "extension_asked" => {
            let until = c.must("on", |c| c.day("on"));
            let reason = c.must("text", |c| Some(c.text("text")));
            ItemFact::ExtensionAsked { until: until?, reason: reason? }
        }
        "extension_decided" => {
            let granted = c.must("accepted", |c| c.yes_no("accepted"))?;
            ItemFact::ExtensionDecided { granted, note: c.text("text") }
        }
        "objection" => {
            let to = listed(c, OBJECTIONS, ObjectionTo::parse);
            let reason = c.must("text", |c| Some(c.text("text")));
            ItemFact::Objection { to: to?, reason: reason?, unit: c.code("unit"), due: c.day("on") }
        }
        "answer" => {
            let (unit, at) = (c.must("unit", |c| c.code("unit")), c.must("at", |c| c.moment("at")));
            ItemFact::Answer { unit: unit?, at: at?, text: c.text("text") }
        }
        "acknowledged" => {
            let (unit, at) = (c.must("unit", |c| c.code("unit")), c.must("at", |c| c.moment("at")));
            ItemFact::Acknowledged { unit: unit?, at: at? }
        }
        "arrival" => {
            let (unit, at) = (c.must("unit", |c| c.code("unit")), c.must("at", |c| c.moment("at")));
            let people = c.must("count", |c| c.whole("count"));
            ItemFact::Arrival { unit: unit?, at: at?, people: people? }
        }
        "mark" => {
            let unit = c.must("unit", |c| c.code("unit"));
            let mark = c.must("count", |c| c.whole("count"));
            let veto = c.yes_no("accepted").unwrap_or(false);
            ItemFact::Mark { unit: unit?, mark: mark?, veto, note: c.text("text") }
        }
        "outcome" => {
            let solved = c.must("accepted", |c| c.yes_no("accepted"));
            let text = c.must("text", |c| Some(c.text("text")));
            ItemFact::Outcome { solved: solved?, text: text? }
        }
        "quantity" => {
            let kind = c.must("output_kind", |c| c.code("output_kind"));
            let quantity = c.must("quantity", |c| c.number("quantity"));
            ItemFact::Quantity { kind: kind?, quantity: quantity? }
        }
        "explanation" => {
            let text = c.must("text", |c| Some(c.text("text")));
            let until = c.must("on", |c| c.day("on"));
            ItemFact::Explanation { text: text?, until: until?, by: c.code("by") }
        }
        "attendance" => {
            let unit = c.must("unit", |c| c.code("unit"));
            let attendance = listed(c, ATTENDANCES, Attendance::parse);
            ItemFact::Attendance { unit: unit?, attendance: attendance?, name: c.text("title") }
        }
        "agenda" => {
            let point = c.must("count", |c| c.whole("count"));
            let about = c.parsed("to", CellProblem::NotALink, target);
            let (title, text, asked) = (c.text("title"), c.text("text"), c.code("key"));
            ItemFact::Agenda { point: point?, title, about, text, asked }
        }
        "agenda_asked" => {
            let key = c.must("key", |c| c.code("key"));
            let unit = c.must("unit", |c| c.code("unit"));
            let about = c.parsed("to", CellProblem::NotALink, target);
            ItemFact::AgendaAsked {
                key: key?,
                unit: unit?,
                title: c.text("title"),
                about,
                text: c.text("text"),
            }
        }
        "minutes" => ItemFact::Minutes { text: c.must("text", |c| Some(c.text("text")))? },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_words_are_those_of_the_domain() {
        assert_eq!(STEPS, Step::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(FORMS, ReportInForm::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(PARTIES, Party::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(ATTENDANCES, Attendance::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(OBJECTIONS, ObjectionTo::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(STATES, State::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    }
}

/// A theme as it goes out: whole, as JSON; or by its month, its categories, why it was chosen and what is to be done.
fn theme(c: &mut Cells) -> Option<MonthlyTheme> {
    let text = c.text("text");
    if let Ok(theme) = serde_json::from_str::<MonthlyTheme>(&text) {
        return Some(theme);
    }
    let month = c.must("on", |c| c.day("on"));
    let about = c.must("title", |c| Some(c.text("title")).filter(|text| !text.is_empty()));
    Some(MonthlyTheme {
        month: month?.first_of_month(),
        categories: c.codes("value"),
        about: Named::new(about?, ""),
        measures: Named::new(text, ""),
        done: Named::default(),
        shown: c.yes_no("accepted").unwrap_or(false),
    })
}
