//! The closed lists that items are described by, as choices of a form.

use domain::facility::{Circle, Datum, Metric};
use domain::index::{Aggregation, IndexPeriod};
use domain::item::kind::{
    Attendance, InspectionWay, Level, ObjectionTo, Part, Party, ReportInForm, Series, SlipColour, Urgency,
    WhistleKind,
};
use domain::item::{Relation, State, Step};
use domain::link::LinkForm;
use domain::request::rate::Unreached;
use domain::request::routing::OnDays;
use domain::request::{ReplyTemplate, RequestState, Satisfaction};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    State,
    Step,
    Level,
    Urgency,
    Series,
    Whistle,
    Way,
    Colour,
    Part,
    Relation,
    Target,
    Objection,
    Attendance,
    ReportInForm,
    Party,
    OnDays,
    /// The acts on a request whose text may begin from a template.
    ReplyStep,
    RequestState,
    Satisfaction,
    Unreached,
    Circle,
    Metric,
    Datum,
    LinkForm,
    IndexPeriod,
    Aggregation,
}

/// What an item may be linked to.
const TARGETS: [&str; 4] = ["item", "project", "indicator", "request"];

impl Listed {
    /// What the messages for its words begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::OnDays => "on-days",
            Self::ReplyStep => "request-step",
            Self::RequestState => "request-state",
            Self::Satisfaction => "satisfaction",
            Self::Unreached => "unreached",
            Self::IndexPeriod => "index-period",
            Self::Aggregation => "aggregation",
            Self::Circle => "circle",
            Self::Metric => "metric",
            Self::Datum => "datum",
            Self::LinkForm => "link-form",
            Self::State => "item-state",
            Self::Step => "item-step",
            Self::Level => "item-level",
            Self::Urgency => "urgency",
            Self::Series => "series",
            Self::Whistle => "whistle-kind",
            Self::Way => "inspection-way",
            Self::Colour => "slip-colour",
            Self::Part => "unit-part",
            Self::Relation => "relation",
            Self::Target => "subject",
            Self::Objection => "objection-to",
            Self::Attendance => "attendance",
            Self::ReportInForm => "report-in-form",
            Self::Party => "party",
        }
    }

    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::IndexPeriod => IndexPeriod::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Aggregation => Aggregation::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Circle => Circle::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Metric => Metric::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Datum => Datum::ALL.iter().map(|word| word.as_str()).collect(),
            Self::LinkForm => LinkForm::ALL.iter().map(|word| word.as_str()).collect(),
            Self::State => State::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Step => Step::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Level => Level::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Urgency => Urgency::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Series => Series::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Whistle => WhistleKind::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Way => InspectionWay::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Colour => SlipColour::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Part => Part::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Relation => Relation::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Target => TARGETS.to_vec(),
            Self::Objection => ObjectionTo::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Attendance => Attendance::ALL.iter().map(|word| word.as_str()).collect(),
            Self::ReportInForm => ReportInForm::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Party => Party::ALL.iter().map(|word| word.as_str()).collect(),
            Self::OnDays => OnDays::ALL.iter().map(|word| word.as_str()).collect(),
            Self::ReplyStep => ReplyTemplate::STEPS.iter().map(|word| word.as_str()).collect(),
            Self::RequestState => RequestState::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Satisfaction => Satisfaction::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Unreached => Unreached::ALL.iter().map(|word| word.as_str()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::Lang;

    #[test]
    fn every_word_of_every_list_is_said_in_both_languages() {
        use Listed as L;
        let lists = [
            L::State,
            L::Step,
            L::Level,
            L::Urgency,
            L::Series,
            L::Whistle,
            L::Way,
            L::Colour,
            L::Part,
            L::Relation,
            L::Target,
            L::Objection,
            L::Attendance,
            L::ReportInForm,
            L::Party,
            L::OnDays,
            L::ReplyStep,
            L::RequestState,
            L::Satisfaction,
            L::Unreached,
            L::IndexPeriod,
            L::Aggregation,
            L::LinkForm,
        ];
        for list in lists {
            for word in list.words() {
                let key = format!("{}-{word}", list.prefix()).replace('_', "-");
                assert!(Lang::ALL.iter().all(|lang| words::has(*lang, &key)), "{key}");
            }
        }
    }
}
