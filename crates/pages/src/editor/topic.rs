//! Facts as fields of a form: which fields each kind of fact has and how they are typed.
//!
//! One table serves recording, correcting and showing: what a fact is called and how its values read
//! is the same wherever a person meets it.

use domain::fact::Fact;
use domain::indicator::IndicatorFact;
use domain::plan::PlanFact;
use domain::project::ProjectFact;
use domain::{area::AreaFact, person::PersonFact, unit::UnitFact};

/// What a value may be chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    Template,
    Sector,
    Campaign,
    Unit,
    Area,
    OutputKind,
    Step,
    Part,
    Project,
    Revision,
    Aspect,
    Cause,
    Stage,
    Basis,
    Membership,
    Direction,
    AreaLevel,
    UnitLevel,
    LimitUnit,
    Entry,
    Aim,
    Role,
}

/// How a value is typed and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Long,
    Code,
    Number,
    Whole,
    Yuan,
    Day,
    /// A day, month, quarter or year.
    Date,
    YesNo,
    Url,
    Email,
    Pick(Pick),
    Many(Pick),
}

/// One field of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

const fn must(name: &'static str, kind: Kind) -> Spec {
    Spec { name, kind, required: true }
}

const fn may(name: &'static str, kind: Kind) -> Spec {
    Spec { name, kind, required: false }
}

/// A kind of fact: its name and its fields. Without fields it is shown in one line and not typed.
#[derive(Debug, PartialEq, Eq)]
pub struct Topic {
    pub key: &'static str,
    pub fields: &'static [Spec],
}

use Kind::{Code, Date, Day, Email, Long, Many, Number, Pick as P, Text, Url, Whole, YesNo, Yuan};

const NAME: &[Spec] = &[must("name_zh", Text), may("name_en", Text)];
const ACTIVE: &[Spec] = &[must("active", YesNo)];
const VALUE: &[Spec] =
    &[must("on", Day), must("value", Number), must("instrument", Code), must("scale", Code)];

macro_rules! topics {
    ($($name:ident = $key:literal $fields:expr;)*) => {
        $(static $name: Topic = Topic { key: $key, fields: $fields };)*
        /// All kinds of facts.
        pub static TOPICS: &[&Topic] = &[$(&$name),*];
    };
}

topics! {
    NAMED = "name" NAME;
    ALIAS = "alias" &[must("alias", Text)];
    KIND = "kind" &[must("kind", P(Pick::Template))];
    SECTOR = "sector" &[must("sector", P(Pick::Sector))];
    CAMPAIGN = "campaign" &[must("campaign", P(Pick::Campaign))];
    LEAD_UNIT = "lead_unit" &[must("lead_unit", P(Pick::Unit))];
    SUPPORTING_UNIT = "supporting_unit" &[
        must("supporting_unit", P(Pick::Unit)),
        must("unit_role", Code),
        must("active", YesNo),
    ];
    PLACE = "place" &[may("areas", Many(Pick::Area)), may("address", Text)];
    BUDGET = "budget" &[must("budget_yuan", Yuan)];
    FUNDING = "funding" &[must("funding_origin", Code), must("funding_yuan", Yuan)];
    MEMBERSHIP = "membership" &[
        must("membership", P(Pick::Membership)),
        may("revision", P(Pick::Revision)),
        may("other", P(Pick::Project)),
    ];
    PART = "part" &[must("part_code", Code), must("part_name_zh", Text), may("part_name_en", Text)];
    STEP = "step" &[
        must("step_code", Code),
        must("order", Whole),
        must("step_name_zh", Text),
        may("step_name_en", Text),
        may("authority_zh", Text),
        may("authority_en", Text),
        may("paper_zh", Text),
        may("paper_en", Text),
        may("limit", Whole),
        may("limit_unit", P(Pick::LimitUnit)),
    ];
    MILESTONE = "milestone" &[
        must("step", P(Pick::Step)),
        may("part", P(Pick::Part)),
        must("aspect", P(Pick::Aspect)),
        may("date", Date),
        may("cause", P(Pick::Cause)),
    ];
    GATE = "gate" &[
        must("step", P(Pick::Step)),
        may("applied", Day),
        may("decided", Day),
        may("number", Text),
        may("granted", YesNo),
    ];
    PROGRESS = "progress" &[may("part", P(Pick::Part)), must("percent", Number)];
    OUTPUT = "output" &[
        must("output_kind", P(Pick::OutputKind)),
        must("stage", P(Pick::Stage)),
        must("basis", P(Pick::Basis)),
        must("quantity", Number),
    ];
    SUSPENDED = "suspended" &[must("suspended", YesNo), may("suspension_document", Text)];
    DOCUMENT = "document" &[must("document_title", Text), must("document_url", Url)];
    REMARK = "remark" &[must("text", Long)];

    INDICATOR_UNIT = "unit" &[must("unit_zh", Text), may("unit_en", Text)];
    DIRECTION = "direction" &[must("direction", P(Pick::Direction))];
    BASELINE = "baseline" VALUE;
    TARGET = "target" VALUE;
    OBSERVATION = "observation" &[
        must("observation_key", Code),
        must("on", Day),
        must("value", Number),
        must("instrument", Code),
        must("scale", Code),
        may("approximate", YesNo),
    ];
    ACCEPTED = "accepted" &[must("on", Day), must("observation_key", Code), must("because", Long)];

    AREA_LEVEL = "area_level" &[must("area_level", P(Pick::AreaLevel))];
    AREA_PARENT = "area_parent" &[may("parent_area", P(Pick::Area))];
    POPULATION = "population" &[must("population", Whole)];
    IS_ACTIVE = "active" ACTIVE;
    UNIT_LEVEL = "unit_level" &[must("unit_level", P(Pick::UnitLevel))];
    UNIT_PARENT = "unit_parent" &[may("parent_unit", P(Pick::Unit))];
    IN_AREA = "area" &[must("area", P(Pick::Area))];
    PERSON_NAME = "person_name" &[must("person_name", Text)];
    EMAIL = "email" &[may("email", Email)];
    PERSON_UNIT = "person_unit" &[must("person_unit", P(Pick::Unit))];
    ROLE = "role" &[must("role", P(Pick::Role)), must("scope", Text), must("held", YesNo)];

    PERIOD = "period" &[must("from", Day), must("to", Day)];
    SECTOR_OF_PLAN = "plan_sector" &[
        must("sector_code", Code), must("order", Whole), must("name_zh", Text), may("name_en", Text),
    ];
    CAMPAIGN_OF_PLAN = "plan_campaign" &[
        must("campaign_code", Code), must("order", Whole), must("name_zh", Text), may("name_en", Text),
    ];
    REVISION = "revision" &[
        must("revision_number", Whole), must("title_zh", Text), may("title_en", Text), may("declared", Whole),
    ];
    YEARLY_LIST = "yearly_list" &[
        must("year", Whole),
        must("issue", Whole),
        must("title_zh", Text),
        may("title_en", Text),
        may("declared_carried_over", Whole),
        may("declared_new", Whole),
    ];
    LIST_ENTRY = "list_entry" &[
        must("year", Whole),
        must("issue", Whole),
        must("project", P(Pick::Project)),
        must("entry", P(Pick::Entry)),
        may("aim", P(Pick::Aim)),
    ];
    OUTPUT_KIND = "output_kind" &[
        must("kind_code", Code),
        must("name_zh", Text),
        may("name_en", Text),
        must("unit_zh", Text),
        may("unit_en", Text),
    ];
    // Held as they are: these have pages of their own or come with the plan's file.
    TEMPLATE = "template" &[];
    OUTPUT_GROUP = "output_group" &[];
    FIGURE = "figure" &[];
    PUBLISHED = "published" &[];
    LIMITS = "limits" &[];
    LIGHTS = "lights" &[];
    ITEM = "item" &[];
}

pub fn topic(key: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.key == key).copied()
}

/// The topic of a fact.
pub fn topic_of(fact: &Fact) -> &'static Topic {
    match fact {
        Fact::Project(fact) => match fact {
            ProjectFact::Name(_) => &NAMED,
            ProjectFact::Alias { .. } => &ALIAS,
            ProjectFact::Kind { .. } => &KIND,
            ProjectFact::Sector { .. } => &SECTOR,
            ProjectFact::Campaign { .. } => &CAMPAIGN,
            ProjectFact::LeadUnit { .. } => &LEAD_UNIT,
            ProjectFact::SupportingUnit { .. } => &SUPPORTING_UNIT,
            ProjectFact::Place { .. } => &PLACE,
            ProjectFact::Budget { .. } => &BUDGET,
            ProjectFact::Funding { .. } => &FUNDING,
            ProjectFact::Membership { .. } => &MEMBERSHIP,
            ProjectFact::Part { .. } => &PART,
            ProjectFact::Step { .. } => &STEP,
            ProjectFact::Milestone { .. } => &MILESTONE,
            ProjectFact::GatePapers { .. } => &GATE,
            ProjectFact::Progress { .. } => &PROGRESS,
            ProjectFact::Output { .. } => &OUTPUT,
            ProjectFact::Suspended { .. } => &SUSPENDED,
            ProjectFact::Document { .. } => &DOCUMENT,
            ProjectFact::Remark { .. } => &REMARK,
        },
        Fact::Indicator(fact) => match fact {
            IndicatorFact::Name(_) => &NAMED,
            IndicatorFact::Unit(_) => &INDICATOR_UNIT,
            IndicatorFact::Direction { .. } => &DIRECTION,
            IndicatorFact::Sector { .. } => &SECTOR,
            IndicatorFact::Baseline { .. } => &BASELINE,
            IndicatorFact::Target { .. } => &TARGET,
            IndicatorFact::Observation { .. } => &OBSERVATION,
            IndicatorFact::Accepted { .. } => &ACCEPTED,
        },
        Fact::Item(_) => &ITEM,
        Fact::Area(fact) => match fact {
            AreaFact::Name(_) => &NAMED,
            AreaFact::Level { .. } => &AREA_LEVEL,
            AreaFact::Parent { .. } => &AREA_PARENT,
            AreaFact::Population { .. } => &POPULATION,
            AreaFact::Active { .. } => &IS_ACTIVE,
        },
        Fact::Unit(fact) => match fact {
            UnitFact::Name(_) => &NAMED,
            UnitFact::Level { .. } => &UNIT_LEVEL,
            UnitFact::Parent { .. } => &UNIT_PARENT,
            UnitFact::Area { .. } => &IN_AREA,
            UnitFact::Active { .. } => &IS_ACTIVE,
        },
        Fact::Person(fact) => match fact {
            PersonFact::Name { .. } => &PERSON_NAME,
            PersonFact::Email { .. } => &EMAIL,
            PersonFact::Unit { .. } => &PERSON_UNIT,
            PersonFact::Role { .. } => &ROLE,
            PersonFact::Active { .. } => &IS_ACTIVE,
        },
        Fact::Plan(fact) => match fact {
            PlanFact::Name(_) => &NAMED,
            PlanFact::Period { .. } => &PERIOD,
            PlanFact::Area { .. } => &IN_AREA,
            PlanFact::Sector { .. } => &SECTOR_OF_PLAN,
            PlanFact::Campaign { .. } => &CAMPAIGN_OF_PLAN,
            PlanFact::Template { .. } => &TEMPLATE,
            PlanFact::Revision { .. } => &REVISION,
            PlanFact::YearlyList { .. } => &YEARLY_LIST,
            PlanFact::ListEntry { .. } => &LIST_ENTRY,
            PlanFact::OutputKind(_) => &OUTPUT_KIND,
            PlanFact::OutputGroup(_) => &OUTPUT_GROUP,
            PlanFact::Figure(_) => &FIGURE,
            PlanFact::PublishedFigure { .. } => &PUBLISHED,
            PlanFact::Limits(_) => &LIMITS,
            PlanFact::Lights(_) => &LIGHTS,
        },
    }
}
