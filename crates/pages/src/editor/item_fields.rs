//! Facts of items as values of fields; they are [read back](super::item_read) from the same.

use domain::item::goal::hundredths;
use domain::item::theme::ThemeMonth;
use domain::item::{ItemFact, Target};

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
        ItemFact::CalledAt { at } => (&ITEM_CALLED_AT, vec![("item_called_at", minutes(at))]),
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
        ItemFact::Acknowledged { unit, at } => {
            (&ITEM_ACKNOWLEDGED, vec![("item_unit", unit.to_string()), ("item_at", minutes(at))])
        }
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
        ItemFact::Goal(goal) => (
            &ITEM_GOAL,
            vec![
                ("item_goal_baseline", hundredths(goal.baseline)),
                ("item_goal_target", hundredths(goal.target)),
                ("item_goal_weeks", goal.weeks.to_string()),
                ("item_goal_words", goal.words.join("；")),
            ],
        ),
        ItemFact::Theme(theme) => (
            &ITEM_THEME,
            vec![
                ("item_theme_month", theme.month.strftime("%Y-%m").to_string()),
                ("item_theme_about", theme.about.zh.clone()),
                ("item_theme_measures", theme.measures.zh.clone()),
                ("item_theme_done", theme.done.zh.clone()),
                ("item_theme_shown", yes_no(theme.shown)),
            ],
        ),
        ItemFact::ThemeMeasured(figures) => {
            let month = |it: &ThemeMonth| format!("{} {}", it.month.strftime("%Y-%m"), it.requests);
            (
                &ITEM_THEME_MEASURED,
                vec![
                    ("item_measured_to", figures.to.to_string()),
                    ("item_theme_requests", figures.months.iter().map(month).collect::<Vec<_>>().join("；")),
                ],
            )
        }
        ItemFact::Measured(measured) => {
            let people: Vec<String> = measured.people.iter().map(u32::to_string).collect();
            (
                &ITEM_MEASURED,
                vec![
                    ("item_measured_to", measured.to.to_string()),
                    ("item_measured_people", people.join(" ")),
                ],
            )
        }
        ItemFact::Beneficiaries { whom, people } => {
            (&ITEM_BENEFICIARIES, vec![("item_whom", whom.clone()), ("item_served", opt(people))])
        }
        ItemFact::People { people } => (&ITEM_SENT, vec![("item_sent", people.to_string())]),
        ItemFact::ReportInForm { form } => (&ITEM_FORM, vec![("item_form", text(form.as_str()))]),
        ItemFact::Party { party } => (&ITEM_PARTY, vec![("item_party", text(party.as_str()))]),
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
        ItemFact::Agenda { point, title, about, text, asked } => {
            let mut out = vec![("item_point", point.to_string()), ("item_point_title", title.clone())];
            out.extend(toward(about.as_ref()));
            out.extend([("item_point_text", text.clone()), ("item_point_asked", opt(asked))]);
            (&ITEM_AGENDA, out)
        }
        ItemFact::AgendaAsked { key, unit, title, about, text } => {
            let mut out = vec![
                ("item_request", key.to_string()),
                ("item_asking_unit", unit.to_string()),
                ("item_point_title", title.clone()),
            ];
            out.extend(toward(about.as_ref()));
            out.push(("item_point_text", text.clone()));
            (&ITEM_AGENDA_ASKED, out)
        }
        ItemFact::Minutes { text } => (&ITEM_MINUTES, vec![("item_minutes", text.clone())]),
        ItemFact::Issue { number, .. } => (&ITEM_ISSUE, vec![("item_number", number.to_string())]),
        // Read on the page of its report or return.
        ItemFact::Content { .. } => (&ITEM_CONTENT, Vec::new()),
        ItemFact::Chased { limit, to, slip, .. } => (
            &ITEM_CHASED,
            vec![
                ("item_chased_to", text(to.as_str())),
                ("item_chased_limit", minutes(limit)),
                ("item_chased_slip", opt(slip)),
            ],
        ),
    }
}

/// What a point is about, where it is about something on the books.
fn toward(about: Option<&Target>) -> [(&'static str, String); 2] {
    let kind = about.map_or("", |to| to.kind().as_str());
    [("item_to_kind", kind.to_owned()), ("item_toward", opt(&about.map(Target::code)))]
}

/// A time of day as a browser's field has it: to the minute, or the second where it has one.
fn minutes(at: &jiff::civil::DateTime) -> String {
    at.strftime(if at.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" }).to_string()
}
