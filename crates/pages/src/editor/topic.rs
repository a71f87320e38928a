//! Facts as fields of a form: which fields each kind of fact has and how they are typed.
//!
//! One table serves recording, correcting and showing: what a fact is called and how its values read
//! is the same wherever a person meets it.

use super::listed::Listed;

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
    /// A closed list of words.
    Listed(Listed),
    WorkCalendar,
    StepLinkKind,
    RequestCategory,
    RequestPreset,
    FacilityKind,
}

/// How a value is typed and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Long,
    Code,
    /// A code of an open list, with the prefix of the words for those that have one.
    Word(&'static str),
    Number,
    Percent,
    Whole,
    Yuan,
    Day,
    /// A day with the time of day.
    Moment,
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
    pub line: Line,
}

impl Topic {
    pub fn kind_of(&self, field: &str) -> Option<Kind> {
        self.fields.iter().find(|spec| spec.name == field).map(|spec| spec.kind)
    }
}

/// Which values a fact is told by in one line, and in what order. A name in two languages goes by its
/// stem: `name` for `name_zh` and `name_en`.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Before the colon; [`TOPIC`] is what the topic is called.
    pub head: &'static [&'static str],
    /// Behind it; empty: all values.
    pub rest: &'static [&'static str],
}

/// Stands for what the topic is called.
pub const TOPIC: &str = "";

use Kind::{
    Code, Date, Day, Email, Long, Many, Moment, Number, Percent, Pick as P, Text, Url, Whole, Word, YesNo,
    Yuan,
};

const NAME: &[Spec] = &[must("name_zh", Text), may("name_en", Text)];
const ACTIVE: &[Spec] = &[must("active", YesNo)];
const VALUE: &[Spec] =
    &[must("on", Day), must("value", Number), must("instrument", Code), must("scale", Code)];

macro_rules! line {
    () => {
        Line { head: &[TOPIC], rest: &[] }
    };
    ($head:expr, $rest:expr) => {
        Line { head: &$head, rest: &$rest }
    };
}

macro_rules! topics {
    ($($name:ident = $key:literal $fields:expr $(=> $head:expr, $rest:expr)?;)*) => {
        $(pub(super) static $name: Topic =
            Topic { key: $key, fields: $fields, line: line!($($head, $rest)?) };)*
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
        must("unit_role", Word("unit-role")),
        must("active", YesNo),
    ];
    PLACE = "place" &[may("areas", Many(Pick::Area)), may("address", Text)];
    BUDGET = "budget" &[must("budget_yuan", Yuan)];
    FUNDING = "funding" &[must("funding_origin", Word("funding")), must("funding_yuan", Yuan)];
    MEMBERSHIP = "membership" &[
        must("membership", P(Pick::Membership)),
        may("revision", P(Pick::Revision)),
        may("other", P(Pick::Project)),
    ];
    PART = "part" &[must("part_code", Code), must("part_name_zh", Text), may("part_name_en", Text)] => [TOPIC], ["part_name"];
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
    ] => [TOPIC], ["step_name"];
    MILESTONE = "milestone" &[
        must("step", P(Pick::Step)),
        may("part", P(Pick::Part)),
        must("aspect", P(Pick::Aspect)),
        may("date", Date),
        may("cause", P(Pick::Cause)),
    ] => ["step", "part", "aspect"], ["date", "cause"];
    GATE = "gate" &[
        must("step", P(Pick::Step)),
        may("applied", Day),
        may("decided", Day),
        may("number", Text),
        may("granted", YesNo),
    ] => ["step"], ["number", "applied", "decided", "granted"];
    STEP_WORK = "step_work" &[
        must("step", P(Pick::Step)),
        may("low_days", Whole),
        may("likely_days", Whole),
        may("high_days", Whole),
        may("work_calendar", P(Pick::WorkCalendar)),
        may("after_steps", Many(Pick::Step)),
        may("not_before", Day),
    ] => [TOPIC, "step"], ["low_days", "likely_days", "high_days", "work_calendar", "after_steps", "not_before"];
    STEP_LINK = "step_link" &[
        must("step", P(Pick::Step)),
        may("link_project", P(Pick::Project)),
        must("before_step", Code),
        must("link_kind", P(Pick::StepLinkKind)),
        may("lag_days", Number),
        must("link_held", YesNo),
    ] => [TOPIC, "step"], ["link_project", "before_step", "link_kind", "lag_days", "link_held"];
    PROGRESS = "progress" &[may("part", P(Pick::Part)), must("percent", Percent)] => [TOPIC, "part"], ["percent"];
    OUTPUT = "output" &[
        must("output_kind", P(Pick::OutputKind)),
        must("stage", P(Pick::Stage)),
        must("basis", P(Pick::Basis)),
        must("quantity", Number),
    ] => ["output_kind", "stage", "basis"], ["quantity"];
    SUSPENDED = "suspended" &[must("suspended", YesNo), may("suspension_document", Text)] => ["suspended"], ["suspension_document"];
    DOCUMENT = "document" &[must("document_title", Text), must("document_url", Url)] => [TOPIC], ["document_title"];
    EVALUATION = "evaluation" &[
        may("evaluation_reached", Many(Pick::Area)),
        may("evaluation_compared", Many(Pick::Area)),
        may("evaluation_categories", Many(Pick::RequestCategory)),
        may("evaluation_before", Whole),
        may("evaluation_left_out", Whole),
        may("evaluation_after", Whole),
    ];
    REMARK = "remark" &[must("text", Long)];

    INDICATOR_UNIT = "unit" &[must("unit_zh", Text), may("unit_en", Text)];
    DIRECTION = "direction" &[must("direction", P(Pick::Direction))];
    BASELINE = "baseline" &[
        must("on", Day),
        must("value", Number),
        must("instrument", Code),
        must("scale", Code),
        may("cited_wave", Code),
    ] => [TOPIC], ["value", "on"];
    TARGET = "target" VALUE => [TOPIC], ["value", "on"];
    OBSERVATION = "observation" &[
        must("observation_key", Code),
        must("on", Day),
        must("value", Number),
        must("instrument", Code),
        must("scale", Code),
        may("approximate", YesNo),
        may("observed_area", P(Pick::Area)),
        may("cited_wave", Code),
    ] => [TOPIC], ["value", "on", "observed_area", "observation_key", "approximate"];
    MEASURED = "measured" &[] => [TOPIC], ["observation_key", "wave", "people"];
    ASKED_BY = "asked_by" &[
        must("survey_instrument", Code),
        must("survey_question", Text),
        may("survey_answer", Text),
        may("survey_others", YesNo),
    ] => [TOPIC, "survey_instrument"], ["survey_question", "survey_answer"];
    ACCEPTED = "accepted" &[
        must("on", Day), must("observation_key", Code), must("because", Long), may("observed_area", P(Pick::Area)),
    ];
    INDEX_VERSION = "index_version" &[
        must("index_version_code", Code),
        must("index_period", P(Pick::Listed(Listed::IndexPeriod))),
        must("index_aggregation", P(Pick::Listed(Listed::Aggregation))),
        may("least_coverage", Whole),
        must("index_parts", Long),
    ] => [TOPIC, "index_version_code"], ["index_period", "index_aggregation", "least_coverage"];

    AREA_LEVEL = "area_level" &[must("area_level", P(Pick::AreaLevel))];
    AREA_PARENT = "area_parent" &[may("parent_area", P(Pick::Area))];
    POPULATION = "population" &[must("population", Whole)];
    BOUNDARY = "boundary" &[must("boundary", Long)];
    AREA_ALIASES = "area_aliases" &[may("area_aliases", Long)];
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
    ] => [TOPIC], ["name"];
    CAMPAIGN_OF_PLAN = "plan_campaign" &[
        must("campaign_code", Code), must("order", Whole), must("name_zh", Text), may("name_en", Text),
    ] => [TOPIC], ["name"];
    REVISION = "revision" &[
        must("revision_number", Whole), must("title_zh", Text), may("title_en", Text), may("declared", Whole),
    ] => [TOPIC], ["title", "declared"];
    YEARLY_LIST = "yearly_list" &[
        must("year", Whole),
        must("issue", Whole),
        must("title_zh", Text),
        may("title_en", Text),
        may("declared_carried_over", Whole),
        may("declared_new", Whole),
    ] => [TOPIC], ["title"];
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
    ] => [TOPIC], ["name", "unit"];
    USUAL_WORK = "usual_work" &[
        must("kind", P(Pick::Template)),
        must("step_code", Code),
        may("low_days", Whole),
        may("likely_days", Whole),
        may("high_days", Whole),
        may("work_calendar", P(Pick::WorkCalendar)),
        may("after_codes", Text),
    ] => [TOPIC, "kind", "step_code"], ["low_days", "likely_days", "high_days", "work_calendar", "after_codes"];
    WORK_CALENDAR = "work_calendar" &[
        must("calendar_code", Code),
        must("name_zh", Text),
        may("name_en", Text),
        must("keeps_holidays", YesNo),
        must("worked_days", Text),
        may("closed_times", Text),
    ] => [TOPIC], ["name", "worked_days", "keeps_holidays", "closed_times"];
    HOLIDAYS = "holidays" &[
        must("year", Whole), must("published_on", Day), must("paper_url", Url), may("holiday_days", Long),
    ] => [TOPIC, "year"], ["published_on", "holiday_days"];
    FACILITY_KIND = "facility_kind" &[
        must("kind_code", Code),
        must("order", Whole),
        must("name_zh", Text),
        may("name_en", Text),
        may("ages", Text),
        may("capacity_unit_zh", Text),
        may("capacity_unit_en", Text),
        may("kind_categories", Many(Pick::RequestCategory)),
        may("least_square_metres", Whole),
        may("closed", YesNo),
    ] => [TOPIC], ["name", "ages", "capacity_unit"];
    FACILITY_STANDARD = "facility_standard" &[
        must("standard_code", Code),
        must("facility_kind", P(Pick::FacilityKind)),
        must("name_zh", Text),
        may("name_en", Text),
        must("circle", P(Pick::Listed(Listed::Circle))),
        must("metric", P(Pick::Listed(Listed::Metric))),
        must("value", Number),
        may("valid_from", Day),
        may("valid_to", Day),
        may("standard_url", Url),
        may("checked_on", Day),
        may("checked_by", Text),
    ] => [TOPIC, "facility_kind"], ["name", "circle", "metric", "value"];
    OFFICIAL_COUNT = "official_count" &[
        must("facility_kind", P(Pick::FacilityKind)), may("area", P(Pick::Area)), may("official_count", Whole),
    ] => [TOPIC, "facility_kind", "area"], ["official_count"];
    COVERAGE_RULES = "coverage_rules" &[
        must("complete_percent", Number), must("access_metres", Whole), must("walking_metres", Whole),
    ];
    GAP_ANSWER = "gap_answer" &[
        must("area", P(Pick::Area)),
        must("facility_kind", P(Pick::FacilityKind)),
        must("gap_standard", Code),
        may("gap_project", P(Pick::Project)),
        may("gap_item", Code),
        may("gap_refused", Long),
    ] => [TOPIC, "area", "facility_kind"], ["gap_project", "gap_item", "gap_refused"];
    PLAN_LINK = "plan_link" &[
        must("link_code", Code),
        must("name_zh", Text),
        may("name_en", Text),
        must("link_form", P(Pick::Listed(Listed::LinkForm))),
        must("link_from", Text),
        must("link_to", Text),
        must("link_datum", P(Pick::Listed(Listed::Datum))),
        may("link_metres", Whole),
        may("link_opens", Day),
        may("link_closes", Day),
        may("project", P(Pick::Project)),
        may("link_seen_on", Day),
        may("link_seen_by", Text),
    ] => [TOPIC, "link_code"], ["name", "link_form", "link_opens", "project"];
    LAYER = "layer" &[] => [TOPIC], ["name", "counted"];
    FACILITY_SORT = "facility_sort" &[must("facility_kind", P(Pick::FacilityKind))];
    SITE = "site" &[
        must("longitude", Number), must("latitude", Number), must("datum", P(Pick::Listed(Listed::Datum))),
    ];
    FACILITY_BOUNDARY = "facility_boundary" &[
        may("facility_boundary", Long), may("boundary_datum", P(Pick::Listed(Listed::Datum))),
    ] => [TOPIC], ["boundary_datum"];
    ENTRANCES = "entrances" &[may("entrances", Long), may("entrances_datum", P(Pick::Listed(Listed::Datum)))];
    FACILITY_AREA = "facility_area" &[may("area", P(Pick::Area))];
    FACILITY_CAPACITY = "facility_capacity" &[may("facility_capacity", Whole)];
    OPENS = "opens" &[may("opens_on", Day)];
    CLOSES = "closes" &[may("closes_on", Day)];
    FACILITY_PROJECT = "facility_project" &[may("project", P(Pick::Project))];
    LICENCE = "licence" &[may("licence", Text)];
    ON_SITE = "on_site" &[may("seen_on", Day), may("seen_by", Text), may("seen_capacity", YesNo)];
    // Held as they are: these have pages of their own or come with the plan's file.
    TEMPLATE = "template" &[] => [TOPIC], ["name"];
    OUTPUT_GROUP = "output_group" &[] => [TOPIC], ["name", "quantity"];
    FIGURE = "figure" &[] => [TOPIC], ["name"];
    PUBLISHED = "published" &[];
    LIMITS = "limits" &[];
    LIGHTS = "lights" &[];
    ITEM_KIND = "item_kind" &[] => [TOPIC], ["item_kind"];
    ITEM_BEGIN = "item_begin" &[must("item_state", P(Pick::Listed(Listed::State)))];
    ITEM_TEXT = "item_text" &[may("item_text", Long)];
    ITEM_NUMBER = "item_number" &[may("item_number", Text)];
    ITEM_RECEIVED = "item_received" &[must("item_received", Day)];
    ITEM_ISSUER = "item_issuer" &[may("item_issuer_name", Text), may("item_caller", P(Pick::Unit))];
    ITEM_LEVEL = "item_level" &[must("item_level", P(Pick::Listed(Listed::Level)))];
    ITEM_URGENCY = "item_urgency" &[must("item_urgency", P(Pick::Listed(Listed::Urgency)))];
    ITEM_SERIES = "item_series" &[must("item_series", P(Pick::Listed(Listed::Series)))];
    ITEM_WHISTLE = "item_whistle" &[must("item_whistle", P(Pick::Listed(Listed::Whistle)))];
    ITEM_WAY = "item_way" &[must("item_way", P(Pick::Listed(Listed::Way)))];
    ITEM_COLOUR = "item_colour" &[must("item_colour", P(Pick::Listed(Listed::Colour)))];
    ITEM_SUPPORTING = "item_supporting" &[
        must("item_unit", P(Pick::Unit)), must("item_part", P(Pick::Listed(Listed::Part))), must("active", YesNo),
    ];
    ITEM_PERSON = "item_person" &[must("item_person", Code)];
    ITEM_DUE = "item_due" &[must("item_due", Day)];
    ITEM_CALLED_AT = "item_called_at" &[must("item_called_at", Moment)];
    ITEM_ANSWER_BY = "item_answer_by" &[must("item_answer_by", Moment)];
    ITEM_APPOINTMENT = "item_appointment" &[must("item_held_at", Moment), may("item_meeting_place", Text)];
    ITEM_LINK = "item_link" &[
        must("item_relation", P(Pick::Listed(Listed::Relation))),
        must("item_to_kind", P(Pick::Listed(Listed::Target))),
        must("item_toward", Code),
        must("active", YesNo),
    ] => ["item_relation"], ["item_to_kind", "item_toward", "active"];
    ITEM_MATTER = "item_matter" &[must("item_matter_number", Whole), must("item_matter", Long)] =>
        [TOPIC, "item_matter_number"], ["item_matter"];
    ITEM_SPLIT = "item_split" &[must("item_task", Code), may("item_covers", Text)];
    ITEM_MOVE = "item_move" &[
        must("item_step", P(Pick::Listed(Listed::Step))), must("item_state", P(Pick::Listed(Listed::State))),
    ] => ["item_step"], ["item_state"];
    ITEM_OBJECTION = "item_objection" &[
        must("item_objection_to", P(Pick::Listed(Listed::Objection))),
        must("item_why", Long),
        may("item_proposed_unit", P(Pick::Unit)),
        may("item_proposed_due", Day),
    ];
    ITEM_EXTENSION_ASKED = "item_extension_asked" &[must("item_until", Day), must("item_why", Long)];
    ITEM_EXTENSION_DECIDED = "item_extension_decided" &[must("item_granted", YesNo), may("item_note", Long)];
    ITEM_PROGRESS = "item_progress" &[must("item_progress", Long), may("item_percent", Percent)];
    ITEM_FORECAST = "item_forecast" &[may("item_forecast", Day)];
    ITEM_EVIDENCE = "item_evidence" &[
        must("item_evidence_key", Code), must("item_evidence_title", Text), may("item_evidence_url", Url),
    ] => [TOPIC], ["item_evidence_title"];
    ITEM_EVIDENCE_CHECKED = "item_evidence_checked" &[
        must("item_evidence_key", Code), must("item_accepted", YesNo), may("item_note", Long),
    ];
    ITEM_ACKNOWLEDGED = "item_acknowledged" &[must("item_unit", P(Pick::Unit)), must("item_at", Moment)];
    ITEM_ANSWER = "item_answer" &[
        must("item_unit", P(Pick::Unit)), must("item_at", Moment), may("item_answer", Long),
    ];
    ITEM_ARRIVAL = "item_arrival" &[
        must("item_unit", P(Pick::Unit)), must("item_at", Moment), must("item_people", Whole),
    ];
    ITEM_MARK = "item_mark" &[
        must("item_unit", P(Pick::Unit)), must("item_mark", Whole), must("item_vetoed", YesNo), may("item_note", Long),
    ];
    ITEM_OUTCOME = "item_outcome" &[must("item_solved", YesNo), must("item_outcome", Long)];
    ITEM_QUANTITY = "item_quantity" &[
        must("item_quantity_kind", P(Pick::OutputKind)), must("item_quantity", Number),
    ];
    ITEM_BENEFICIARIES = "item_beneficiaries" &[may("item_whom", Text), may("item_served", Whole)];
    ITEM_SENT = "item_sent" &[must("item_sent", Whole)];
    ITEM_FORM = "item_form" &[must("item_form", P(Pick::Listed(Listed::ReportInForm)))];
    ITEM_PARTY = "item_party" &[must("item_party", P(Pick::Listed(Listed::Party)))];
    ITEM_EXPLANATION = "item_explanation" &[must("item_explanation", Long), must("item_until", Day)];
    ITEM_ATTENDANCE = "item_attendance" &[
        must("item_attending_unit", P(Pick::Unit)),
        must("item_attendance", P(Pick::Listed(Listed::Attendance))),
        may("item_attendee", Text),
    ];
    ITEM_AGENDA = "item_agenda" &[
        must("item_point", Whole),
        may("item_point_title", Text),
        may("item_to_kind", P(Pick::Listed(Listed::Target))),
        may("item_toward", Code),
        may("item_point_text", Long),
        may("item_point_asked", Code),
    ] => [TOPIC, "item_point"], ["item_point_title"];
    ITEM_AGENDA_ASKED = "item_agenda_asked" &[
        must("item_request", Code),
        must("item_asking_unit", P(Pick::Unit)),
        must("item_point_title", Text),
        may("item_to_kind", P(Pick::Listed(Listed::Target))),
        may("item_toward", Code),
        may("item_point_text", Long),
    ] => [TOPIC, "item_asking_unit"], ["item_point_title"];
    ITEM_MINUTES = "item_minutes" &[must("item_minutes", Long)];
    ITEM_CONTENT = "item_content" &[];
    // Said when a matter is confirmed, and measured: neither is typed.
    ITEM_GOAL = "item_goal" &[]
        => [TOPIC, "item_goal_target"], ["item_goal_baseline", "item_goal_weeks", "item_goal_words"];
    ITEM_MEASURED = "item_measured" &[] => [TOPIC, "item_measured_to"], ["item_measured_people"];
    ITEM_THEME = "item_theme" &[] => [TOPIC, "item_theme_month"],
        ["item_theme_about", "item_theme_measures", "item_theme_done", "item_theme_shown"];
    ITEM_THEME_MEASURED = "item_theme_measured" &[] => [TOPIC, "item_measured_to"], ["item_theme_requests"];
    // The calendar's own word: it is told, and not typed.
    ITEM_CHASED = "item_chased" &[] => [TOPIC, "item_chased_to"], ["item_chased_limit", "item_chased_slip"];
    ITEM_ISSUE = "item_issue" &[];
    RHYTHM = "rhythm" &[];
    WORK_LIMIT = "work_limit" &[] => [TOPIC], ["name", "capacity"];
    SCENARIO = "scenario" &[] => [TOPIC], ["name"];
    FORECAST_RULES = "forecast_rules" &[];
    FORECAST = "forecast" &[];
    REVIEW = "review" &[] => [TOPIC], ["round", "unit", "review_said", "text"];
    REQUEST = "request" &[];
    REQUEST_CATEGORY = "request_category" &[
        must("category_code", Code),
        must("order", Whole),
        must("name_zh", Text),
        may("name_en", Text),
        may("about_zh", Text),
        may("about_en", Text),
        may("category_words", Text),
        must("request_preset", P(Pick::RequestPreset)),
        may("private", YesNo),
        may("shown_place", Text),
        may("batch", YesNo),
        may("needs_contact", YesNo),
        may("warning_zh", Text),
        may("warning_en", Text),
        may("category_questions", Long),
        may("closed", YesNo),
    ] => [TOPIC], ["name"];
    REQUEST_RULES = "request_rules" &[] => [TOPIC], ["name"];
    REQUEST_SETTINGS = "request_settings" &[
        must("name_zh", Text),
        may("name_en", Text),
        must("origin_zh", Text),
        may("origin_en", Text),
        must("usual_preset", P(Pick::RequestPreset)),
        may("urgent_preset", P(Pick::RequestPreset)),
        must("backstop", P(Pick::Unit)),
        must("resident_days", Whole),
        must("call_back_days", Whole),
        must("reopen_days", Whole),
        must("free_reopens", Whole),
        must("near_metres", Whole),
        must("books_months", Whole),
        must("extensions_most", Whole),
        must("appeal_file_days", Whole),
        must("appeal_decide_days", Whole),
        may("kept_days", Text),
        may("jurisdiction", Text),
        may("jurisdiction_contact", Text),
    ] => [TOPIC], ["name"];
    REQUEST_PRESET = "request_preset" &[
        must("preset_code", Code),
        must("name_zh", Text),
        may("name_en", Text),
        must("limit_assignment", Text),
        must("limit_response", Text),
        must("limit_resolution", Text),
        must("limit_reopened", Text),
        may("limit_decision", Text),
    ] => [TOPIC], ["name", "limit_assignment", "limit_response", "limit_resolution", "limit_reopened"];
    REQUEST_ROUTE = "request_route" &[
        must("route_code", Code),
        must("order", Whole),
        may("request_categories", Many(Pick::RequestCategory)),
        may("route_areas", Many(Pick::Area)),
        must("on_days", P(Pick::Listed(Listed::OnDays))),
        may("hours_from", Text),
        may("hours_to", Text),
        may("route_unit", P(Pick::Unit)),
        may("route_supporting", Many(Pick::Unit)),
        may("closed", YesNo),
    ] => [TOPIC, "route_code"], ["request_categories", "route_areas", "route_unit"];
    REQUEST_OFFICE = "request_office" &[must("area", P(Pick::Area)), may("office_unit", P(Pick::Unit))];
    REQUEST_REPLY = "request_reply" &[
        must("reply_code", Code),
        must("order", Whole),
        must("name_zh", Text),
        may("name_en", Text),
        must("reply_step", P(Pick::Listed(Listed::ReplyStep))),
        may("request_categories", Many(Pick::RequestCategory)),
        may("reply_states", Many(Pick::Listed(Listed::RequestState))),
        must("reply_text", Long),
        may("closed", YesNo),
    ] => [TOPIC], ["name", "reply_text"];
    FROZEN_RATES = "frozen_rates" &[] => [TOPIC], ["from", "to", "digest"];
    QUESTIONNAIRE = "questionnaire" &[] => [TOPIC, "kind_code"], ["version", "questions", "digest"];
    WAVE = "wave" &[] => [TOPIC, "kind_code"], ["name", "from", "to"];
    WAVE_STEP = "wave_step" &[] => [TOPIC, "kind_code"], ["wave_move", "sheets", "digest"];
    CITED_WAVE = "cited_wave" &[
        must("wave_code", Code),
        must("name_zh", Text),
        may("name_en", Text),
        may("asked_from", Day),
        may("asked_to", Day),
        must("told_on", Day),
        may("untold_zh", Text),
        may("untold_en", Text),
    ] => [TOPIC, "wave_code"], ["name", "told_on"];
    SURVEY_BRIDGE = "survey_bridge" &[] => [TOPIC, "kind_code"], ["because"];
    RATE_FORMULA = "rate_formula" &[
        must("formula_code", Code),
        must("name_zh", Text),
        may("name_en", Text),
        must("origin_zh", Text),
        may("origin_en", Text),
        must("from", Day),
        must("weight_response", Whole),
        must("weight_resolution", Whole),
        must("weight_satisfaction", Whole),
        must("satisfied_levels", Many(Pick::Listed(Listed::Satisfaction))),
        must("unreached", P(Pick::Listed(Listed::Unreached))),
        must("partly", Whole),
        must("least", Whole),
    ] => [TOPIC], ["name", "from"];
}

pub fn topic(key: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.key == key).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::Lang;

    #[test]
    fn every_line_is_told_by_fields_of_its_topic() {
        for topic in TOPICS.iter().filter(|topic| !topic.fields.is_empty()) {
            for name in topic.line.head.iter().chain(topic.line.rest).filter(|name| **name != TOPIC) {
                let known = topic.kind_of(name).or_else(|| topic.kind_of(&format!("{name}_zh")));
                assert!(known.is_some(), "{}: {name}", topic.key);
            }
        }
    }

    #[test]
    fn topics_and_fields_have_words() {
        for lang in Lang::ALL {
            for topic in TOPICS {
                let key = format!("topic-{}", topic.key.replace('_', "-"));
                assert!(words::has(lang, &key), "{key}");
                for spec in topic.fields {
                    let label = format!("field-{}", spec.name.replace('_', "-"));
                    assert!(words::has(lang, &label), "{label}");
                    // A yes or no that is a fact's only word must be said either way.
                    let only = topic.fields.len() == 1 && spec.kind == Kind::YesNo;
                    for answer in ["yes", "no"].iter().filter(|_| only) {
                        let key = format!("said-{}-{}-{answer}", topic.key, spec.name).replace('_', "-");
                        assert!(words::has(lang, &key), "{key}");
                    }
                }
            }
        }
    }
}
