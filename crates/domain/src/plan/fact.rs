//! What can be recorded of a plan.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::facility::{CoverageRules, FacilityKind, FacilityStandard, Gap, GapAnswer, OfficialCount};
use crate::figure::FigureDefinition;
use crate::forecast::{ForecastRules, KeptForecast};
use crate::item::light::LightRules;
use crate::item::limit::LimitRules;
use crate::layer::{LayerKind, PlaceLayer};
use crate::link::NewLink;
use crate::milestone::StepTemplate;
use crate::named::Named;
use crate::output::{OutputGroup, OutputKind};
use crate::request::frozen::FrozenRates;
use crate::request::rate::RateFormula;
use crate::request::routing::Route;
use crate::request::rules::Preset;
use crate::request::{ReplyTemplate, RequestCategory, RequestRules, RequestSettings};
use crate::rhythm::InForce;
use crate::scenario::Scenario;
use crate::survey::{CitedWave, Questionnaire, SurveyBridge, Wave, WaveStep};
use crate::timetabling::{HolidayPaper, Work, WorkCalendar, WorkLimit};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanFact {
    Name(Named),
    Period {
        from: Date,
        to: Date,
    },
    Area {
        area: Code,
    },
    Sector {
        sector: Code,
        order: u32,
        name: Named,
    },
    Campaign {
        campaign: Code,
        order: u32,
        name: Named,
    },
    /// The chain of steps that a project of this kind begins with.
    Template {
        template: Code,
        name: Named,
        steps: Vec<StepTemplate>,
    },
    /// A published version of the plan and how many projects it says it has.
    Revision {
        number: u32,
        title: Named,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        declared: Option<u32>,
    },
    /// An issue of a year's list: the same year may be issued again with other numbers.
    YearlyList {
        year: i16,
        issue: u32,
        title: Named,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        declared_carried_over: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        declared_new: Option<u32>,
    },
    ListEntry {
        year: i16,
        issue: u32,
        project: Code,
        entry: ListEntryKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aim: Option<Aim>,
    },
    OutputKind(OutputKind),
    OutputGroup(OutputGroup),
    Figure(FigureDefinition),
    /// The time limits that supervision works by.
    Limits(LimitRules),
    /// The rules that give status lights.
    Lights(LightRules),
    /// How long the work to a step of a template usually takes; `None` withdraws the word.
    UsualWork {
        template: Code,
        step: Code,
        work: Option<Work>,
    },
    /// A working calendar besides the national one: a site's, an authority's.
    WorkCalendar(WorkCalendar),
    /// What a paper that came out on a day says of a year's holidays and make-up days; `None` withdraws it.
    Holidays {
        year: i16,
        published: Date,
        paper: Option<HolidayPaper>,
    },
    /// A capacity that several projects share; `None` withdraws the word.
    WorkLimit {
        limit: Code,
        held: Option<WorkLimit>,
    },
    /// Changes that are tried out and touch nothing.
    Scenario(Scenario),
    /// How forecasts are drawn.
    ForecastRules(ForecastRules),
    /// A forecast put on record, to be held against what comes true.
    Forecast(KeptForecast),
    /// Reminders, escalation and returns, kept by themselves from a day on.
    Rhythm(InForce),
    /// What requests are about.
    RequestCategory(RequestCategory),
    /// Limits of requests and whom they go to.
    RequestRules(RequestRules),
    /// What holds for all requests: who stands behind, the days, the usual limits.
    RequestSettings(RequestSettings),
    /// A set of limits.
    RequestPreset(Preset),
    /// Whom requests of a sort go to.
    RequestRoute(Route),
    /// The office that answers for an area; none withdraws the word.
    RequestOffice {
        area: Code,
        unit: Option<Code>,
    },
    /// A text that answers begin from.
    RequestReply(ReplyTemplate),
    /// How the three rates are computed, from a day on.
    RateFormula(RateFormula),
    /// The three rates of a period as published.
    FrozenRates(FrozenRates),
    /// A kind of facility.
    FacilityKind(FacilityKind),
    /// A standard that facilities of a kind are held against.
    FacilityStandard(FacilityStandard),
    /// Where people live, where they walk, or where something may be built; `None` withdraws it.
    Layer {
        layer: LayerKind,
        held: Option<PlaceLayer>,
    },
    /// How many facilities of a kind there are officially.
    OfficialCount(OfficialCount),
    /// How coverage is worked out.
    CoverageRules(CoverageRules),
    /// What becomes of a gap; `None` withdraws the word.
    GapAnswer {
        gap: Gap,
        answer: Option<GapAnswer>,
    },
    /// A bridge, an underpass or a path that people walk over from a day on; `None` withdraws it.
    Link {
        link: Code,
        held: Option<NewLink>,
    },
    /// A version of a questionnaire.
    Questionnaire(Questionnaire),
    /// The design of a wave of a survey.
    Wave(Wave),
    /// A step of a wave's life.
    WaveStep(WaveStep),
    /// A wave that others held, known by what was published of it.
    CitedWave(CitedWave),
    /// A way from one question to another that was asked otherwise.
    SurveyBridge(SurveyBridge),
    /// What was published for a figure.
    PublishedFigure {
        figure: Code,
        on: Date,
        value: Decimal,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListEntryKind {
    CarriedOver,
    New,
}

impl ListEntryKind {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "carried_over" => Some(Self::CarriedOver),
            "new" => Some(Self::New),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::CarriedOver => "carried_over",
            Self::New => "new",
        }
    }
}

/// What a project is to reach in the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    Complete,
    Continue,
    Prepare,
}

impl Aim {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "complete" => Some(Self::Complete),
            "continue" => Some(Self::Continue),
            "prepare" => Some(Self::Prepare),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Continue => "continue",
            Self::Prepare => "prepare",
        }
    }
}

impl PlanFact {
    pub fn slot(&self) -> String {
        match self {
            Self::Name(_) => "name".into(),
            Self::Period { .. } => "period".into(),
            Self::Area { .. } => "area".into(),
            Self::Sector { sector, .. } => format!("sector/{sector}"),
            Self::Campaign { campaign, .. } => format!("campaign/{campaign}"),
            Self::Template { template, .. } => format!("template/{template}"),
            Self::Revision { number, .. } => format!("revision/{number}"),
            Self::YearlyList { year, issue, .. } => format!("list/{year}/{issue}"),
            Self::ListEntry { year, issue, project, .. } => format!("list_entry/{year}/{issue}/{project}"),
            Self::OutputKind(kind) => format!("output_kind/{}", kind.kind),
            Self::OutputGroup(group) => format!("output_group/{}", group.group),
            Self::Figure(figure) => format!("figure/{}", figure.id),
            Self::Limits(_) => "limits".into(),
            Self::Lights(_) => "lights".into(),
            Self::UsualWork { template, step, .. } => format!("usual_work/{template}/{step}"),
            Self::WorkCalendar(calendar) => format!("work_calendar/{}", calendar.calendar),
            Self::Holidays { year, published, .. } => format!("holidays/{year}/{published}"),
            Self::WorkLimit { limit, .. } => format!("work_limit/{limit}"),
            Self::Scenario(scenario) => format!("scenario/{}", scenario.scenario),
            Self::ForecastRules(_) => "forecast_rules".into(),
            Self::Forecast(forecast) => format!("forecast/{}", forecast.on),
            Self::Rhythm(_) => "rhythm".into(),
            Self::RequestCategory(category) => format!("request_category/{}", category.category),
            Self::RequestRules(_) => "request_rules".into(),
            Self::RequestSettings(_) => "request_settings".into(),
            Self::RequestPreset(preset) => format!("request_preset/{}", preset.preset),
            Self::RequestRoute(route) => format!("request_route/{}", route.route),
            Self::RequestOffice { area, .. } => format!("request_office/{area}"),
            Self::RequestReply(reply) => format!("request_reply/{}", reply.reply),
            Self::RateFormula(formula) => format!("rate_formula/{}", formula.version),
            Self::FrozenRates(frozen) => format!("frozen_rates/{}/{}", frozen.from, frozen.to),
            Self::FacilityKind(kind) => format!("facility_kind/{}", kind.kind),
            Self::FacilityStandard(held) => format!("facility_standard/{}", held.standard),
            Self::Layer { layer, .. } => format!("layer/{}", layer.as_str()),
            Self::OfficialCount(OfficialCount { kind, area: None, .. }) => format!("official_count/{kind}"),
            Self::OfficialCount(OfficialCount { kind, area: Some(area), .. }) => {
                format!("official_count/{kind}/{area}")
            }
            Self::CoverageRules(_) => "coverage_rules".into(),
            Self::GapAnswer { gap, .. } => format!("gap/{}/{}/{}", gap.community, gap.kind, gap.standard),
            Self::Link { link, .. } => format!("link/{link}"),
            Self::Questionnaire(held) => format!("questionnaire/{}/{}", held.instrument, held.version),
            Self::Wave(wave) => format!("wave/{}", wave.wave),
            Self::WaveStep(step) => format!("wave_step/{}/{}", step.wave, step.event.step().as_str()),
            Self::CitedWave(held) => format!("cited_wave/{}", held.wave),
            Self::SurveyBridge(held) => format!("survey_bridge/{}", held.bridge),
            Self::PublishedFigure { figure, on, .. } => format!("published/{figure}/{on}"),
        }
    }
}
