//! Facts of items, and the rules that a plan's items go by, in the form the journal keeps them.

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! as_kept {
    ($($(#[$outer:meta])* $name:ident of $kept:ty, $text:literal;)*) => {$(
        $(#[$outer])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $kept);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::Object).description(Some($text)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
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
    /// Rules of status lights.
    LightRules of domain::item::light::LightRules,
        "Rules that give status lights: the first rule of which any test holds.";
}
