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
    /// Time limits and the escalation ladder.
    LimitRules of domain::item::limit::LimitRules,
        "Time limits: objection, ordinary, urgent, immediate, review, and the rungs of the ladder.";
    /// The work to a step.
    Work of domain::timetabling::Work,
        "The work to a step: days (low, likely, high: working days that do not fall), calendar (a working calendar of \
         the plan; the national one when absent), after (the steps it waits for; the one before when absent).";
    /// Something a step waits for.
    StepLink of domain::timetabling::StepLink,
        "step (the one that waits), project and before (the step that is waited for; the same project when absent), \
         kind (finish_to_start, start_to_start, finish_to_finish, start_to_finish), lag (working days, negative for a lead).";
    /// A working calendar.
    WorkCalendar of domain::timetabling::WorkCalendar,
        "calendar (its code), name, holidays (whether it keeps the national holidays), week (seven yes or no, Monday \
         first), closed (times of every year without work: from and to as 11-15).";
    /// Rules of status lights.
    LightRules of domain::item::light::LightRules,
        "Rules that give status lights: the first rule of which any test holds.";
}
