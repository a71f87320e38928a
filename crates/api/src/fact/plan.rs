//! Facts of a plan.

use domain::figure::{FigureDefinition, Query};
use domain::item::kind::{ItemKind, Level, Series};
use domain::milestone::StepTemplate as DomainStep;
use domain::output::{OutputGroup, OutputKind};
use domain::plan::PlanFact as Domain;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Schema, Type};

use super::coverage::{CoverageRules, Gap, GapAnswer, OfficialCount, PlaceLayer};
use super::facility::{FacilityKind, FacilityStandard};
use super::item::{
    CitedWave, ForecastRules, FrozenRates, HolidayPaper, InForceRhythm, KeptForecast, LightRules, LimitRules,
    Questionnaire, RateFormula, RequestCategory, RequestPreset, RequestReply, RequestRoute, RequestRules,
    RequestSettings, Scenario, SurveyBridge, SurveyWave, SurveyWaveStep, Work, WorkCalendar, WorkLimit,
};
use super::link::NewLink;
use utoipa::openapi::{OneOfBuilder, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::project::Gate;
use crate::value::{Amount, CodeText, Day, Name, codes, present};
use crate::word::{AimWord, EntryWord, LayerKindWord, StageWord};

/// One thing that can be recorded of a plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PlanFact {
    Name(Name),
    Period {
        from: Day,
        to: Day,
    },
    Area {
        area: CodeText,
    },
    Sector {
        sector: CodeText,
        order: u32,
        name: Name,
    },
    Campaign {
        campaign: CodeText,
        order: u32,
        name: Name,
    },
    /// The chain of steps that a project of this kind begins with.
    Template {
        template: CodeText,
        name: Name,
        steps: Vec<StepTemplate>,
    },
    /// A published version of the plan and how many projects it says it has.
    Revision {
        number: u32,
        title: Name,
        #[serde(default)]
        declared: Option<u32>,
    },
    /// An issue of a year's list.
    YearlyList {
        #[schema(minimum = 1949, maximum = 2199)]
        year: i16,
        issue: u32,
        title: Name,
        #[serde(default)]
        declared_carried_over: Option<u32>,
        #[serde(default)]
        declared_new: Option<u32>,
    },
    ListEntry {
        #[schema(minimum = 1949, maximum = 2199)]
        year: i16,
        issue: u32,
        project: CodeText,
        entry: EntryWord,
        #[serde(default)]
        aim: Option<AimWord>,
    },
    OutputKind {
        kind: CodeText,
        name: Name,
        unit: Name,
    },
    /// A quantity that was published for several projects together.
    OutputGroup {
        group: CodeText,
        name: Name,
        kind: CodeText,
        stage: StageWord,
        quantity: Amount,
        members: Vec<CodeText>,
    },
    /// A figure that the plan publishes, as a query over its records.
    Figure {
        id: CodeText,
        order: u32,
        group: CodeText,
        label: Name,
        unit: Name,
        query: FigureQuery,
        rule: Name,
        /// Kinds of facilities whose coverage is worked out beside the figure: communities that have all of them in
        /// reach.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        services: Vec<CodeText>,
    },
    /// What was published for a figure.
    Limits(LimitRules),
    Lights(LightRules),
    /// How long the work to a step of a template usually takes; `null` withdraws the word.
    UsualWork {
        template: CodeText,
        step: CodeText,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        work: Option<Work>,
    },
    /// A working calendar besides the national one.
    WorkCalendar(WorkCalendar),
    /// What a paper that came out on a day says of a year's holidays and make-up days; `null` withdraws it.
    Holidays {
        #[schema(minimum = 2007, maximum = 2100)]
        year: i16,
        published: Day,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        paper: Option<HolidayPaper>,
    },
    /// A capacity that several projects share; `null` withdraws it.
    WorkLimit {
        limit: CodeText,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        held: Option<WorkLimit>,
    },
    Scenario(Scenario),
    ForecastRules(ForecastRules),
    Forecast(KeptForecast),
    Rhythm(InForceRhythm),
    /// What requests are about.
    RequestCategory(RequestCategory),
    /// Limits of requests and whom they go to.
    RequestRules(RequestRules),
    /// What holds for all requests.
    RequestSettings(RequestSettings),
    /// A set of limits of requests.
    RequestPreset(RequestPreset),
    /// Whom requests of a sort go to.
    RequestRoute(RequestRoute),
    /// The office that answers for an area; `null` withdraws the word.
    RequestOffice {
        area: CodeText,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        unit: Option<CodeText>,
    },
    /// A text that answers begin from.
    RequestReply(RequestReply),
    /// How the three rates are computed.
    RateFormula(RateFormula),
    /// The three rates of a period as published.
    FrozenRates(FrozenRates),
    /// A kind of facility.
    FacilityKind(FacilityKind),
    /// A standard that facilities of a kind are held against.
    FacilityStandard(FacilityStandard),
    /// A layer of the ground whose content is kept; `null` withdraws it.
    Layer {
        layer: LayerKindWord,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        held: Option<PlaceLayer>,
    },
    /// How many facilities of a kind there are officially.
    OfficialCount(OfficialCount),
    /// How coverage is worked out.
    CoverageRules(CoverageRules),
    /// What becomes of a gap; `null` withdraws the word.
    GapAnswer {
        gap: Gap,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        answer: Option<GapAnswer>,
    },
    /// A bridge, an underpass or a path that people walk over; `null` withdraws it.
    Link {
        link: CodeText,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        held: Option<NewLink>,
    },
    /// A version of a questionnaire.
    Questionnaire(Questionnaire),
    /// The design of a wave of a survey.
    Wave(SurveyWave),
    /// A step of a wave's life.
    WaveStep(SurveyWaveStep),
    /// A wave that others held, known by what was published of it.
    CitedWave(CitedWave),
    /// A way from one question to another that was asked otherwise.
    SurveyBridge(SurveyBridge),
    PublishedFigure {
        figure: CodeText,
        on: Day,
        value: Amount,
    },
}

/// A step of a template for a kind of project.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepTemplate {
    pub step: CodeText,
    pub name: Name,
    #[serde(default)]
    pub gate: Option<Gate>,
}

/// What a figure counts or sums.
#[derive(Debug, Clone)]
pub struct FigureQuery(pub Query);

impl Serialize for FigureQuery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FigureQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Value::deserialize(deserializer)?;
        let query = Query::deserialize(&given).map_err(D::Error::custom)?;
        // What the query did not take up would be lost without a word.
        let kept = serde_json::to_value(&query).map_err(D::Error::custom)?;
        let stray = given.as_object().and_then(|given| given.keys().find(|key| kept.get(key).is_none()));
        match stray {
            Some(key) => Err(D::Error::custom(format_args!("unknown field `{key}`"))),
            None => Ok(Self(query)),
        }
    }
}

/// One of these words.
fn words(words: &[&str]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build()
}

/// Items of the ledger, and what of them is counted.
fn items_query() -> Object {
    let all = |of: &[&str]| ArrayBuilder::new().items(words(of)).build();
    let kinds: Vec<&str> = ItemKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let series: Vec<&str> = Series::ALL.iter().map(|series| series.as_str()).collect();
    let levels: Vec<&str> = Level::ALL.iter().map(|level| level.as_str()).collect();
    let quantity = ObjectBuilder::new()
        .property("quantity", Ref::from_schema_name("Code"))
        .required("quantity")
        .description(Some("The sum of a quantity that the items brought."));
    ObjectBuilder::new()
        .property("query", words(&["items"]))
        .required("query")
        .property("kind", all(&kinds))
        .required("kind")
        .property("series", words(&series))
        .property("level", words(&levels))
        .property("done", ObjectBuilder::new().schema_type(Type::Boolean))
        .property("answered", ObjectBuilder::new().schema_type(Type::Boolean))
        .property("count", OneOfBuilder::new().item(words(&["items", "lead_units"])).item(quantity))
        .build()
}

impl PartialSchema for FigureQuery {
    fn schema() -> RefOr<Schema> {
        let query = |name: &str, needs: &[&str], selects: bool| {
            let mut object = ObjectBuilder::new().property("query", words(&[name])).required("query");
            for need in needs {
                object = object.property(*need, Ref::from_schema_name("Code")).required(*need);
            }
            if selects {
                let day = ObjectBuilder::new().property("on", Ref::from_schema_name("Day")).required("on");
                object = object
                    .property("sector", Ref::from_schema_name("Code"))
                    .property("output", Ref::from_schema_name("Code"))
                    .property("standing", words(&STANDINGS))
                    .property("horizon", OneOfBuilder::new().item(words(&["year_end"])).item(day));
            }
            object.build()
        };
        RefOr::T(
            OneOfBuilder::new()
                .item(query("projects", &[], true))
                .item(query("output", &["kind"], true))
                .item(query("sectors", &[], false))
                .item(query("baseline", &["indicator"], false))
                .item(query("indicator", &["indicator"], false))
                .item(items_query())
                .item(query("register", &["register"], false))
                .description(Some(
                    "What a figure counts or sums: projects, a kind of output, sectors, an indicator's baseline \
                     or latest value, items of the ledger, or a register.",
                ))
                .build()
                .into(),
        )
    }
}

/// Where a project must stand to be counted.
const STANDINGS: [&str; 8] =
    ["any", "started", "completed", "in_use", "under_way", "to_start", "later", "due"];

impl ToSchema for FigureQuery {}

impl From<&DomainStep> for StepTemplate {
    fn from(step: &DomainStep) -> Self {
        Self {
            step: (&step.step).into(),
            name: (&step.name).into(),
            gate: step.gate.as_ref().map(Into::into),
        }
    }
}

impl From<StepTemplate> for DomainStep {
    fn from(step: StepTemplate) -> Self {
        Self { step: step.step.0, name: step.name.into(), gate: step.gate.map(Into::into) }
    }
}

impl From<PlanFact> for Domain {
    fn from(fact: PlanFact) -> Self {
        use PlanFact as F;
        match fact {
            F::Name(name) => Self::Name(name.into()),
            F::Period { from, to } => Self::Period { from: from.0, to: to.0 },
            F::Area { area } => Self::Area { area: area.0 },
            F::Sector { sector, order, name } => Self::Sector { sector: sector.0, order, name: name.into() },
            F::Campaign { campaign, order, name } => {
                Self::Campaign { campaign: campaign.0, order, name: name.into() }
            }
            F::Template { template, name, steps } => Self::Template {
                template: template.0,
                name: name.into(),
                steps: steps.into_iter().map(Into::into).collect(),
            },
            F::Revision { number, title, declared } => {
                Self::Revision { number, title: title.into(), declared }
            }
            F::YearlyList { year, issue, title, declared_carried_over, declared_new } => {
                Self::YearlyList { year, issue, title: title.into(), declared_carried_over, declared_new }
            }
            F::ListEntry { year, issue, project, entry, aim } => {
                Self::ListEntry { year, issue, project: project.0, entry: entry.0, aim: aim.map(|aim| aim.0) }
            }
            F::OutputKind { kind, name, unit } => {
                Self::OutputKind(OutputKind { kind: kind.0, name: name.into(), unit: unit.into() })
            }
            F::OutputGroup { group, name, kind, stage, quantity, members } => {
                Self::OutputGroup(OutputGroup {
                    group: group.0,
                    name: name.into(),
                    kind: kind.0,
                    stage: stage.0,
                    quantity: quantity.0,
                    members: members.into_iter().map(|code| code.0).collect(),
                })
            }
            F::Figure { id, order, group, label, unit, query, rule, services } => {
                Self::Figure(FigureDefinition {
                    id: id.0,
                    order,
                    group: group.0,
                    label: label.into(),
                    unit: unit.into(),
                    query: query.0,
                    rule: rule.into(),
                    services: services.into_iter().map(|kind| kind.0).collect(),
                })
            }
            F::Limits(rules) => Self::Limits(rules.0),
            F::Lights(rules) => Self::Lights(rules.0),
            F::UsualWork { template, step, work } => {
                Self::UsualWork { template: template.0, step: step.0, work: work.map(|work| work.0) }
            }
            F::WorkCalendar(calendar) => Self::WorkCalendar(calendar.0),
            F::Holidays { year, published, paper } => {
                Self::Holidays { year, published: published.0, paper: paper.map(|paper| paper.0) }
            }
            F::WorkLimit { limit, held } => Self::WorkLimit { limit: limit.0, held: held.map(|held| held.0) },
            F::Scenario(scenario) => Self::Scenario(scenario.0),
            F::ForecastRules(rules) => Self::ForecastRules(rules.0),
            F::Forecast(forecast) => Self::Forecast(forecast.0),
            F::Rhythm(rules) => Self::Rhythm(rules.0),
            F::RequestCategory(category) => Self::RequestCategory(category.0),
            F::RequestRules(rules) => Self::RequestRules(rules.0),
            F::RequestSettings(settings) => Self::RequestSettings(settings.0),
            F::RequestPreset(preset) => Self::RequestPreset(preset.0),
            F::RequestRoute(route) => Self::RequestRoute(route.0),
            F::RequestOffice { area, unit } => {
                Self::RequestOffice { area: area.0, unit: unit.map(|unit| unit.0) }
            }
            F::RequestReply(reply) => Self::RequestReply(reply.0),
            F::RateFormula(formula) => Self::RateFormula(formula.0),
            F::FrozenRates(frozen) => Self::FrozenRates(frozen.0),
            F::FacilityKind(kind) => Self::FacilityKind(kind.into()),
            F::FacilityStandard(standard) => Self::FacilityStandard(standard.into()),
            F::Layer { layer, held } => Self::Layer { layer: layer.0, held: held.map(Into::into) },
            F::OfficialCount(count) => Self::OfficialCount(count.into()),
            F::CoverageRules(rules) => Self::CoverageRules(rules.into()),
            F::GapAnswer { gap, answer } => {
                Self::GapAnswer { gap: gap.into(), answer: answer.map(Into::into) }
            }
            F::Link { link, held } => Self::Link { link: link.0, held: held.map(Into::into) },
            F::Questionnaire(held) => Self::Questionnaire(held.0),
            F::Wave(wave) => Self::Wave(wave.0),
            F::WaveStep(step) => Self::WaveStep(step.0),
            F::CitedWave(cited) => Self::CitedWave(cited.0),
            F::SurveyBridge(bridge) => Self::SurveyBridge(bridge.0),
            F::PublishedFigure { figure, on, value } => {
                Self::PublishedFigure { figure: figure.0, on: on.0, value: value.0 }
            }
        }
    }
}

impl From<&Domain> for PlanFact {
    fn from(fact: &Domain) -> Self {
        match fact {
            Domain::Name(name) => Self::Name(name.into()),
            Domain::Period { from, to } => Self::Period { from: (*from).into(), to: (*to).into() },
            Domain::Area { area } => Self::Area { area: area.into() },
            Domain::Sector { sector, order, name } => {
                Self::Sector { sector: sector.into(), order: *order, name: name.into() }
            }
            Domain::Campaign { campaign, order, name } => {
                Self::Campaign { campaign: campaign.into(), order: *order, name: name.into() }
            }
            Domain::Template { template, name, steps } => Self::Template {
                template: template.into(),
                name: name.into(),
                steps: steps.iter().map(Into::into).collect(),
            },
            Domain::Revision { number, title, declared } => {
                Self::Revision { number: *number, title: title.into(), declared: *declared }
            }
            Domain::YearlyList { year, issue, title, declared_carried_over, declared_new } => {
                Self::YearlyList {
                    year: *year,
                    issue: *issue,
                    title: title.into(),
                    declared_carried_over: *declared_carried_over,
                    declared_new: *declared_new,
                }
            }
            Domain::ListEntry { year, issue, project, entry, aim } => Self::ListEntry {
                year: *year,
                issue: *issue,
                project: project.into(),
                entry: (*entry).into(),
                aim: aim.map(Into::into),
            },
            Domain::OutputKind(kind) => Self::OutputKind {
                kind: (&kind.kind).into(),
                name: (&kind.name).into(),
                unit: (&kind.unit).into(),
            },
            Domain::OutputGroup(group) => Self::OutputGroup {
                group: (&group.group).into(),
                name: (&group.name).into(),
                kind: (&group.kind).into(),
                stage: group.stage.into(),
                quantity: Amount(group.quantity),
                members: codes(&group.members),
            },
            Domain::Figure(figure) => Self::Figure {
                id: (&figure.id).into(),
                order: figure.order,
                group: (&figure.group).into(),
                label: (&figure.label).into(),
                unit: (&figure.unit).into(),
                query: FigureQuery(figure.query.clone()),
                rule: (&figure.rule).into(),
                services: figure.services.iter().map(Into::into).collect(),
            },
            Domain::Limits(rules) => Self::Limits(LimitRules(rules.clone())),
            Domain::Lights(rules) => Self::Lights(LightRules(rules.clone())),
            Domain::UsualWork { template, step, work } => {
                Self::UsualWork { template: template.into(), step: step.into(), work: work.clone().map(Work) }
            }
            Domain::WorkCalendar(calendar) => Self::WorkCalendar(WorkCalendar(calendar.clone())),
            Domain::Holidays { year, published, paper } => Self::Holidays {
                year: *year,
                published: (*published).into(),
                paper: paper.clone().map(HolidayPaper),
            },
            Domain::WorkLimit { limit, held } => {
                Self::WorkLimit { limit: limit.into(), held: held.clone().map(WorkLimit) }
            }
            Domain::Scenario(scenario) => Self::Scenario(Scenario(scenario.clone())),
            Domain::ForecastRules(rules) => Self::ForecastRules(ForecastRules(*rules)),
            Domain::Forecast(forecast) => Self::Forecast(KeptForecast(forecast.clone())),
            Domain::Rhythm(rules) => Self::Rhythm(InForceRhythm(rules.clone())),
            Domain::RequestCategory(category) => Self::RequestCategory(RequestCategory(category.clone())),
            Domain::RequestRules(rules) => Self::RequestRules(RequestRules(rules.clone())),
            Domain::RequestSettings(settings) => Self::RequestSettings(RequestSettings(settings.clone())),
            Domain::RequestPreset(preset) => Self::RequestPreset(RequestPreset(preset.clone())),
            Domain::RequestRoute(route) => Self::RequestRoute(RequestRoute(route.clone())),
            Domain::RequestOffice { area, unit } => {
                Self::RequestOffice { area: area.into(), unit: unit.as_ref().map(Into::into) }
            }
            Domain::RequestReply(reply) => Self::RequestReply(RequestReply(reply.clone())),
            Domain::RateFormula(formula) => Self::RateFormula(RateFormula(formula.clone())),
            Domain::FrozenRates(frozen) => Self::FrozenRates(FrozenRates(frozen.clone())),
            Domain::FacilityKind(kind) => Self::FacilityKind(kind.into()),
            Domain::FacilityStandard(standard) => Self::FacilityStandard(standard.into()),
            Domain::Layer { layer, held } => {
                Self::Layer { layer: (*layer).into(), held: held.as_ref().map(Into::into) }
            }
            Domain::OfficialCount(count) => Self::OfficialCount(count.into()),
            Domain::CoverageRules(rules) => Self::CoverageRules(rules.into()),
            Domain::GapAnswer { gap, answer } => {
                Self::GapAnswer { gap: gap.into(), answer: answer.as_ref().map(Into::into) }
            }
            Domain::Link { link, held } => {
                Self::Link { link: link.into(), held: held.as_ref().map(Into::into) }
            }
            Domain::Questionnaire(held) => Self::Questionnaire(Questionnaire(held.clone())),
            Domain::Wave(wave) => Self::Wave(SurveyWave(wave.clone())),
            Domain::WaveStep(step) => Self::WaveStep(SurveyWaveStep(step.clone())),
            Domain::CitedWave(cited) => Self::CitedWave(CitedWave(cited.clone())),
            Domain::SurveyBridge(bridge) => Self::SurveyBridge(SurveyBridge(bridge.clone())),
            Domain::PublishedFigure { figure, on, value } => {
                Self::PublishedFigure { figure: figure.into(), on: (*on).into(), value: Amount(*value) }
            }
        }
    }
}
