//! Facts of items, and the rules that a plan's items go by, in the form the journal keeps them.

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::value::Amount;

macro_rules! as_kept {
    ($($(#[$outer:meta])* $name:ident of $kept:ty, $text:literal;)*) => {$(
        $(#[$outer])*
        #[derive(Debug, Clone)]
        pub struct $name(pub $kept);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut told = serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?;
                numbers(&mut told, &|text| serde_json::to_value(Amount(text.as_str()?.parse().ok()?)).ok());
                told.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut given = Value::deserialize(deserializer)?;
                numbers(&mut given, &|number| number.is_number().then(|| number.to_string().into()));
                let kept: $kept = serde_json::from_value(given.clone()).map_err(D::Error::custom)?;
                let told = serde_json::to_value(&kept).map_err(D::Error::custom)?;
                match stray(&given, &told) {
                    Some(name) => Err(D::Error::custom(format_args!("unknown field `{name}`"))),
                    None => Ok(Self(kept)),
                }
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::Object).description(Some($text)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

/// The members of facts that are exact decimals: the journal keeps them as text, bodies as numbers.
const DECIMALS: [(&str, &str); 2] = [("progress", "percent"), ("quantity", "quantity")];

fn numbers(fact: &mut Value, turn: &dyn Fn(&Value) -> Option<Value>) {
    for (name, member) in DECIMALS {
        let found = fact.get_mut(name).and_then(|fact| fact.get_mut(member));
        if let Some(found) = found
            && let Some(turned) = turn(found)
        {
            *found = turned;
        }
    }
}

/// A member that was given and would be passed over without a word. What is given as nothing may be left
/// out of what is kept.
fn stray(given: &Value, kept: &Value) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => {
            given.iter().find_map(|(name, value)| match kept.get(name) {
                Some(held) => stray(value, held),
                None if value.is_null() || value == "" => None,
                None => Some(name.clone()),
            })
        }
        (Value::Array(given), Value::Array(kept)) => {
            given.iter().zip(kept).find_map(|(given, kept)| stray(given, kept))
        }
        _ => None,
    }
}

as_kept! {
    /// A fact of an item.
    ItemFact of domain::item::ItemFact,
        "One fact of an item: an object with one member, its name, as in {\"due\": {\"on\": \"2019-08-14\"}}.";
    /// Time limits.
    LimitRules of domain::item::limit::LimitRules,
        "Time limits: objection, ordinary, urgent, immediate, review.";
    /// The work to a step.
    Work of domain::timetabling::Work,
        "The work to a step: days (low, likely, high: working days that do not fall), calendar (a working calendar of \
         the plan; the national one when absent), after (the steps it waits for; the one before when absent), not_before \
         (the day before which it does not begin).";
    /// Something a step waits for.
    StepLink of domain::timetabling::StepLink,
        "step (the one that waits), project and before (the step that is waited for; the same project when absent), \
         kind (finish_to_start, start_to_start, finish_to_finish, start_to_finish), lag (working days, negative for a lead).";
    /// A working calendar.
    WorkCalendar of domain::timetabling::WorkCalendar,
        "calendar (its code), name, holidays (whether it keeps the national holidays), week (seven yes or no, Monday \
         first), closed (times of every year without work: from and to as 11-15).";
    /// What a paper says of a year's holidays.
    HolidayPaper of domain::timetabling::HolidayPaper,
        "address (where the paper can be read), days (from, to, working (made up; else off), name), in their order.";
    /// A capacity that several projects share.
    WorkLimit of domain::timetabling::WorkLimit,
        "limit (its code), name, by ({\"authority\": its Chinese name} or {\"unit\": a code}), capacity (steps at once).";
    /// Changes that are tried out.
    Scenario of domain::scenario::Scenario,
        "scenario (its code), name, aim, changes (each an object with one member: merge, together, shorten, shifts, \
         start, close, work_through or capacity), standing (open, withdrawn or {\"adopted\": a revision's number}).";
    /// How forecasts are drawn.
    ForecastRules of domain::forecast::ForecastRules,
        "correlation (percent that the decisions of one authority have in common), draws, seed.";
    /// A forecast on record.
    KeptForecast of domain::forecast::KeptForecast,
        "on (its day), rules, digest (of what it was drawn from), promises (project, step, promised, permille, p50, p80).";
    /// What is said in a round of the joint review.
    ReviewFact of domain::review::ReviewFact,
        "An object with one member: opened (step, units, days), opinion (unit, verdict, text), point (number, unit, \
         text, days, standing: open or {\"settled\": how}) or closed (outcome, text).";
    /// Rules of reminders, escalation and returns.
    InForceRhythm of domain::rhythm::InForce,
        "Rules of the rhythm with the days they are in force: ladders of reminders and escalation, periods of returns.";
    /// A fact of a request.
    RequestFact of domain::request::RequestFact,
        "One fact of a request: an object with one member, its name, as in {\"note\": {\"at\": \"2019-08-14T09:30:00\", \
         \"text\": \"…\"}}. Texts are masked: one that tells who somebody is is refused.";
    /// A category of requests.
    RequestCategory of domain::request::RequestCategory,
        "category (its code), order, name, about, words (that speak for it in a text), preset (its limits), private \
         (shown to nobody), shown_place (how exactly everybody sees where: exact, {\"grid\": {\"metres\": 500}} or \
         area), batch (programs are told the number once somebody has looked), needs_contact (whoever asks \
         leaves a telephone number or an address of mail), warning, closed, \
         questions (question, kind, name, about, required, choices).";
    /// Limits of requests and whom they go to.
    RequestRules of domain::request::RequestRules,
        "name, source, presets (assignment, response, resolution, reopened as {\"hours\": 24}, {\"days\": 7} or \
         {\"working_days\": 5}), usual, urgent, routes (the first that fits decides), offices, backstop, days, jurisdiction \
         (by which programs of Open311 ask for this plan) and contact (whom those who write them can ask).";
    /// What holds for all requests.
    RequestSettings of domain::request::RequestSettings,
        "name, source, usual and urgent (sets of limits), backstop (a unit), resident_days, call_back_days, reopen_days, \
         free_reopens, near_metres, books_months, extensions_most, appeals (file_days and decide_days, working days), jurisdiction, \
         contact, privacy (keep: how many days each kind of what tells who asked is kept).";
    /// A set of limits.
    RequestPreset of domain::request::rules::Preset,
        "preset (its code), name, assignment, response, resolution, reopened and decision (of the desk), each as {\"hours\": 24}, {\"days\": 7} or \
         {\"working_days\": 5}.";
    /// Whom requests of a sort go to.
    RequestRoute of domain::request::routing::Route,
        "route (its code), order, areas, categories, days (any, working or off), hours (from and to), to \
         (\"area_office\" or {\"unit\": a code}), supporting, closed.";
    /// A text to begin from.
    RequestReply of domain::request::ReplyTemplate,
        "reply (its code), order, name, step, categories, states, text (with places in braces: number, title, category, \
         place, unit, received, due, date), closed.";
    /// How the three rates are computed.
    RateFormula of domain::request::rate::RateFormula,
        "version, name, source, from (the day it holds from), weights, satisfied, unreached, partly (hundredths), least.";
    /// Rates as published.
    FrozenRates of domain::request::frozen::FrozenRates,
        "from, to, formula (the whole version), known (the last entry the numbers knew of), lines (unit, tally), \
         issue, corrects (the digest of the issue that it corrects), because (requests that count otherwise since), digest.";
    /// A version of a questionnaire.
    Questionnaire of domain::survey::Questionnaire,
        "instrument (its code), version, asks (name, version, title, questions: name, wording, hint, form, required, condition). \
         Texts are {\"zh\", \"en\"}; a form has kind: single, multiple, scale, number, text or matrix.";
    /// The design of a wave.
    SurveyWave of domain::survey::Wave,
        "wave (its code), name, instrument, version, from, to, frame, modes (web, telephone, street, paper), access (anyone or \
         invited), area (a question), groups (questions), quotas (of, target), margins (question, totals, source), trim \
         (percent of the mean weight), least (people behind what is shown).";
    /// A step of a wave's life.
    SurveyWaveStep of domain::survey::WaveStep,
        "wave (its code), event: {\"opened\": {\"asked\": the questionnaire's fingerprint}}, \"closed\", \"published\", \
         \"withdrawn\"; {\"frozen\": …} is only read: freezing counts the sheets.";
    /// What an observation rests on that a survey came to.
    SurveyMeasure of domain::indicator::Measured,
        "key (of the observation), wave, question, answer, asked (the question's fingerprint), std_error, low, high, n; exact \
         decimals as texts.";
    /// A wave that others held.
    CitedWave of domain::survey::CitedWave,
        "wave (its code), name, from, to (days on which people were asked, as far as published), told (the day of the \
         publication), untold (what was not published).";
    /// A way from one question to another.
    SurveyBridge of domain::survey::SurveyBridge,
        "bridge (its code), from and to (fingerprints of the two questions), intercept, slope, std_error, reason.";
    /// Rules of status lights.
    LightRules of domain::item::light::LightRules,
        "Rules that give status lights: the first rule of which any test holds.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_say_nothing_to_a_fact_are_refused() {
        let read = |text: &str| serde_json::from_str::<ItemFact>(text).map_err(|error| error.to_string());
        assert!(read(r#"{"due":{"on":"2019-08-14"}}"#).is_ok());
        let progress = read(r#"{"progress":{"text":"t","percent":12.50}}"#).unwrap();
        assert!(serde_json::to_string(&progress).unwrap().contains(r#""percent":12.5"#));
        assert!(read(r#"{"evidence":{"key":"e1","title":"t","url":"","by":null}}"#).is_ok());
        assert!(read(r#"{"due":{"on":"2019-08-14","until":"x"}}"#).unwrap_err().contains("`until`"));
        assert!(
            read(r#"{"agenda":{"point":1,"title":"t","abuot":{"item":"T-1"}}}"#)
                .unwrap_err()
                .contains("`abuot`")
        );
        assert!(read(r#"{"duu":{"on":"2019-08-14"}}"#).unwrap_err().contains("unknown variant"));
    }
}
