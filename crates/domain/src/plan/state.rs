//! A plan as of a day, as known at a moment.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use rust_decimal::Decimal;
use timetable::china::WorkingDays;

use super::fact::{Aim, ListEntryKind, PlanFact};
use crate::code::Code;
use crate::facility::{CoverageRules, FacilityKind, FacilityStandard, Gap, HeldAnswer, HeldCount};
use crate::figure::FigureDefinition;
use crate::forecast::{ForecastRules, KeptForecast};
use crate::history::{Held, SubjectHistory, View};
use crate::item::light::LightRules;
use crate::item::limit::LimitRules;
use crate::journal::Seq;
use crate::layer::{HeldLayer, LayerKind};
use crate::link::HeldLink;
use crate::milestone::{Gate, StepTemplate};
use crate::named::Named;
use crate::output::{OutputGroup, OutputKind};
use crate::project::Project;
use crate::request::frozen::FrozenRates;
use crate::request::rate::RateFormula;
use crate::request::rules::Preset;
use crate::request::{RequestCategory, RequestRules, RulesInPieces};
use crate::rhythm::{InForce, RhythmRules};
use crate::scenario::Scenario;
use crate::source::Grade;
use crate::survey::{HeldCited, HeldWave, Questionnaire, SurveyBridge, WaveEvent};
use crate::timetabling::holidays::arrangements;
use crate::timetabling::{HolidayPapers, Work, WorkCalendar, WorkLimit};
use crate::workday;

/// A sector or a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Sector {
    pub code: Code,
    pub order: u32,
    pub name: Named,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub code: Code,
    pub name: Named,
    pub steps: Vec<StepTemplate>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    pub number: u32,
    pub title: Named,
    pub declared: Option<u32>,
    pub on: Date,
    pub seq: Seq,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ListEntry {
    pub project: Code,
    pub entry: ListEntryKind,
    pub aim: Option<Aim>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct YearlyList {
    pub year: i16,
    pub issue: u32,
    pub title: Named,
    pub on: Date,
    pub declared_carried_over: Option<u32>,
    pub declared_new: Option<u32>,
    pub entries: Vec<ListEntry>,
}

impl YearlyList {
    pub fn declared(&self) -> Option<u32> {
        Some(self.declared_carried_over? + self.declared_new?)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub code: Code,
    pub version: Seq,
    pub name: Named,
    pub period: Option<(Date, Date)>,
    pub area: Option<Code>,
    pub sectors: Vec<Sector>,
    pub campaigns: Vec<Sector>,
    pub templates: Vec<Template>,
    /// How long the work to a step usually takes, by template and step.
    pub usual_work: BTreeMap<(Code, Code), Work>,
    /// Working calendars besides the national one.
    pub calendars: Vec<WorkCalendar>,
    /// Papers on the nation's holidays that the program does not hold, or holds otherwise.
    pub holidays: HolidayPapers,
    /// Capacities that several projects share.
    pub work_limits: Vec<WorkLimit>,
    /// What was tried out, with the entry that last changed it, in the order of their codes.
    pub scenarios: Vec<(Scenario, Seq)>,
    own_forecast_rules: Option<ForecastRules>,
    /// Forecasts on record, the oldest first.
    pub forecasts: Vec<KeptForecast>,
    pub revisions: Vec<Revision>,
    pub lists: Vec<YearlyList>,
    pub output_kinds: Vec<OutputKind>,
    /// With the grade and entry of the record that states the quantity.
    pub output_groups: Vec<(OutputGroup, Grade, Seq)>,
    pub figures: Vec<FigureDefinition>,
    /// The plan's own limits and lights, where it does not work by the usual ones.
    own_limits: Option<LimitRules>,
    own_lights: Option<LightRules>,
    /// The rhythm, where the plan has begun to keep one.
    pub rhythm: Option<InForce>,
    pub request_categories: Vec<RequestCategory>,
    /// How requests are handled, where the plan takes any.
    pub request_rules: Option<RequestRules>,
    /// The pieces they are made of, known before the whole is.
    in_pieces: RulesInPieces,
    /// Versions of the formula of the three rates, by the day they hold from.
    pub rate_formulas: Vec<RateFormula>,
    /// Every issue of the periods whose rates were published, each with the day of it, as they follow each other.
    pub frozen_rates: Vec<(FrozenRates, Date)>,
    /// By their order.
    pub facility_kinds: Vec<FacilityKind>,
    pub facility_standards: Vec<FacilityStandard>,
    /// Where people live and walk, and where something may be built.
    pub layers: BTreeMap<LayerKind, HeldLayer>,
    /// By kind of facility and the area that was counted; none is the whole plan.
    pub official_counts: BTreeMap<(Code, Option<Code>), HeldCount>,
    own_coverage_rules: Option<CoverageRules>,
    /// What is said of gaps.
    pub gap_answers: BTreeMap<Gap, HeldAnswer>,
    /// Links that are built or are to be, in the order of their codes.
    pub links: Vec<HeldLink>,
    /// Versions of questionnaires, by instrument and number.
    pub questionnaires: Vec<Questionnaire>,
    /// Waves of surveys, the first to begin first.
    pub waves: Vec<HeldWave>,
    /// Waves that others held, in the order of their recording.
    pub cited_waves: Vec<HeldCited>,
    pub survey_bridges: Vec<SurveyBridge>,
    /// Published values by figure and day.
    pub published: BTreeMap<(Code, Date), Decimal>,
}

impl Plan {
    pub fn at(history: &SubjectHistory, view: View) -> Option<Self> {
        if !history.exists(view) {
            return None;
        }
        let code = history.subject.code.clone();
        let mut out = Self {
            name: Named::new(code.as_str(), ""),
            code,
            version: history.version,
            period: None,
            area: None,
            sectors: Vec::new(),
            campaigns: Vec::new(),
            templates: Vec::new(),
            usual_work: BTreeMap::new(),
            calendars: Vec::new(),
            holidays: HolidayPapers::new(),
            work_limits: Vec::new(),
            scenarios: Vec::new(),
            own_forecast_rules: None,
            forecasts: Vec::new(),
            revisions: Vec::new(),
            lists: Vec::new(),
            output_kinds: Vec::new(),
            output_groups: Vec::new(),
            figures: Vec::new(),
            own_limits: None,
            own_lights: None,
            rhythm: None,
            request_categories: Vec::new(),
            request_rules: None,
            in_pieces: RulesInPieces::default(),
            rate_formulas: Vec::new(),
            frozen_rates: Vec::new(),
            facility_kinds: Vec::new(),
            facility_standards: Vec::new(),
            layers: BTreeMap::new(),
            official_counts: BTreeMap::new(),
            own_coverage_rules: None,
            gap_answers: BTreeMap::new(),
            links: Vec::new(),
            questionnaires: Vec::new(),
            waves: Vec::new(),
            cited_waves: Vec::new(),
            survey_bridges: Vec::new(),
            published: BTreeMap::new(),
        };
        let mut entries: BTreeMap<(i16, u32), Vec<ListEntry>> = BTreeMap::new();
        let mut steps: Vec<(Code, WaveEvent, Date)> = Vec::new();
        for held in history.visible::<PlanFact>(view) {
            if let PlanFact::WaveStep(step) = held.fact {
                steps.push((step.wave.clone(), step.event.clone(), held.effective));
            }
            out.take(held, &mut entries);
        }
        for (wave, event, on) in steps {
            if let Some(held) = out.waves.iter_mut().find(|held| held.wave.wave == wave) {
                held.events.push((event, on));
            }
        }
        out.questionnaires.sort_by(|a, b| (&a.instrument, a.version).cmp(&(&b.instrument, b.version)));
        out.waves.sort_by(|a, b| (a.wave.from, &a.wave.wave).cmp(&(b.wave.from, &b.wave.wave)));
        out.sectors.sort_by_key(|s| s.order);
        out.campaigns.sort_by_key(|s| s.order);
        out.revisions.sort_by_key(|r| r.number);
        out.figures.sort_by_key(|f| f.order);
        out.forecasts.sort_by_key(|forecast| forecast.on);
        out.request_categories.sort_by_key(|category| category.order);
        out.facility_kinds.sort_by_key(|kind| kind.order);
        out.links.sort_by(|a, b| a.code.cmp(&b.code));
        out.rate_formulas.sort_by_key(|formula| formula.from);
        out.in_pieces.gather();
        out.request_rules = out.in_pieces.rules();
        for list in &mut out.lists {
            list.entries = entries.remove(&(list.year, list.issue)).unwrap_or_default();
        }
        out.lists.sort_by_key(|list| (list.year, list.issue));
        Some(out)
    }

    fn take(&mut self, held: Held<'_, PlanFact>, entries: &mut BTreeMap<(i16, u32), Vec<ListEntry>>) {
        let Held { fact, effective, seq, grade } = held;
        match fact {
            PlanFact::Name(name) => self.name = name.clone(),
            PlanFact::Period { from, to } => self.period = Some((*from, *to)),
            PlanFact::Area { area } => self.area = Some(area.clone()),
            PlanFact::Sector { sector, order, name } => put(
                &mut self.sectors,
                |held| held.code == *sector,
                Sector { code: sector.clone(), order: *order, name: name.clone() },
            ),
            PlanFact::Campaign { campaign, order, name } => put(
                &mut self.campaigns,
                |held| held.code == *campaign,
                Sector { code: campaign.clone(), order: *order, name: name.clone() },
            ),
            PlanFact::Template { template, name, steps } => put(
                &mut self.templates,
                |held| held.code == *template,
                Template { code: template.clone(), name: name.clone(), steps: steps.clone() },
            ),
            PlanFact::Revision { number, title, declared } => put(
                &mut self.revisions,
                |held| held.number == *number,
                Revision { number: *number, title: title.clone(), declared: *declared, on: effective, seq },
            ),
            PlanFact::YearlyList { year, issue, title, declared_carried_over, declared_new } => put(
                &mut self.lists,
                |held| (held.year, held.issue) == (*year, *issue),
                YearlyList {
                    year: *year,
                    issue: *issue,
                    title: title.clone(),
                    on: effective,
                    declared_carried_over: *declared_carried_over,
                    declared_new: *declared_new,
                    entries: Vec::new(),
                },
            ),
            PlanFact::ListEntry { year, issue, project, entry, aim } => put(
                entries.entry((*year, *issue)).or_default(),
                |held| held.project == *project,
                ListEntry { project: project.clone(), entry: *entry, aim: *aim },
            ),
            PlanFact::OutputKind(kind) => {
                put(&mut self.output_kinds, |held| held.kind == kind.kind, kind.clone());
            }
            PlanFact::OutputGroup(group) => put(
                &mut self.output_groups,
                |(held, ..)| held.group == group.group,
                (group.clone(), grade, seq),
            ),
            PlanFact::Figure(figure) => {
                put(&mut self.figures, |held| held.id == figure.id, figure.clone());
            }
            PlanFact::Limits(limits) => self.own_limits = Some(limits.clone()),
            PlanFact::Lights(lights) => self.own_lights = Some(lights.clone()),
            PlanFact::UsualWork { template, step, work } => {
                let place = (template.clone(), step.clone());
                match work {
                    Some(work) => self.usual_work.insert(place, work.clone()),
                    None => self.usual_work.remove(&place),
                };
            }
            PlanFact::WorkCalendar(calendar) => {
                put(&mut self.calendars, |held| held.calendar == calendar.calendar, calendar.clone());
            }
            PlanFact::Holidays { year, published, paper } => {
                let place = (*published, *year);
                match paper {
                    Some(paper) => self.holidays.insert(place, paper.clone()),
                    None => self.holidays.remove(&place),
                };
            }
            PlanFact::WorkLimit { limit, held } => {
                self.work_limits.retain(|other| other.limit != *limit);
                self.work_limits.extend(held.clone());
            }
            PlanFact::Scenario(scenario) => put(
                &mut self.scenarios,
                |(held, _)| held.scenario == scenario.scenario,
                (scenario.clone(), seq),
            ),
            PlanFact::ForecastRules(rules) => self.own_forecast_rules = Some(*rules),
            PlanFact::Forecast(forecast) => {
                put(&mut self.forecasts, |held| held.on == forecast.on, forecast.clone());
            }
            PlanFact::Rhythm(rhythm) => self.rhythm = Some(rhythm.clone()),
            PlanFact::RequestCategory(category) => {
                put(&mut self.request_categories, |held| held.category == category.category, category.clone())
            }
            PlanFact::RequestRules(_)
            | PlanFact::RequestSettings(_)
            | PlanFact::RequestPreset(_)
            | PlanFact::RequestRoute(_)
            | PlanFact::RequestOffice { .. }
            | PlanFact::RequestReply(_) => self.in_pieces.say(effective, seq, fact),
            PlanFact::RateFormula(formula) => {
                put(&mut self.rate_formulas, |held| held.version == formula.version, formula.clone());
            }
            PlanFact::FrozenRates(frozen) => self.frozen_rates.push((frozen.clone(), effective)),
            PlanFact::FacilityKind(kind) => {
                put(&mut self.facility_kinds, |held| held.kind == kind.kind, kind.clone());
            }
            PlanFact::FacilityStandard(standard) => {
                put(
                    &mut self.facility_standards,
                    |held| held.standard == standard.standard,
                    standard.clone(),
                );
            }
            PlanFact::Layer { layer, held } => {
                match held {
                    Some(held) => {
                        let held = HeldLayer { layer: held.clone(), from: effective, seq, grade };
                        self.layers.insert(*layer, held)
                    }
                    None => self.layers.remove(layer),
                };
            }
            PlanFact::OfficialCount(held) => {
                let place = (held.kind.clone(), held.area.clone());
                match held.count {
                    Some(count) => {
                        self.official_counts.insert(place, HeldCount { count, on: effective, seq, grade })
                    }
                    None => self.official_counts.remove(&place),
                };
            }
            PlanFact::CoverageRules(rules) => self.own_coverage_rules = Some(*rules),
            PlanFact::GapAnswer { gap, answer } => {
                match answer {
                    Some(answer) => {
                        let held = HeldAnswer { answer: answer.clone(), on: effective, seq };
                        self.gap_answers.insert(gap.clone(), held)
                    }
                    None => self.gap_answers.remove(gap),
                };
            }
            PlanFact::Link { link, held } => {
                self.links.retain(|other| other.code != *link);
                let code = link.clone();
                self.links.extend(held.clone().map(|link| HeldLink {
                    code,
                    link,
                    grade,
                    seq,
                    on: effective,
                }));
            }
            PlanFact::Questionnaire(asked) => put(
                &mut self.questionnaires,
                |held| (&held.instrument, held.version) == (&asked.instrument, asked.version),
                asked.clone(),
            ),
            PlanFact::Wave(wave) => put(
                &mut self.waves,
                |held| held.wave.wave == wave.wave,
                HeldWave { wave: wave.clone(), seq, grade, events: Vec::new() },
            ),
            // Taken in once all waves are known.
            PlanFact::WaveStep(_) => {}
            PlanFact::CitedWave(cited) => put(
                &mut self.cited_waves,
                |held| held.cited.wave == cited.wave,
                HeldCited { cited: cited.clone(), seq, grade },
            ),
            PlanFact::SurveyBridge(bridge) => {
                put(&mut self.survey_bridges, |held| held.bridge == bridge.bridge, bridge.clone());
            }
            PlanFact::PublishedFigure { figure, on, value } => {
                self.published.insert((figure.clone(), *on), *value);
            }
        }
    }

    pub fn questionnaire(&self, instrument: &Code, version: u32) -> Option<&Questionnaire> {
        self.questionnaires.iter().find(|held| (&held.instrument, held.version) == (instrument, version))
    }

    pub fn wave(&self, code: &str) -> Option<&HeldWave> {
        self.waves.iter().find(|held| held.wave.wave.as_str() == code)
    }

    pub fn cited_wave(&self, code: &str) -> Option<&HeldCited> {
        self.cited_waves.iter().find(|held| held.cited.wave.as_str() == code)
    }

    pub fn sector(&self, code: &str) -> Option<&Sector> {
        self.sectors.iter().find(|sector| sector.code.as_str() == code)
    }

    pub fn template(&self, code: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.code.as_str() == code)
    }

    /// The authorities whose decisions the plan's templates wait for, each once, in the order of the steps.
    pub fn authorities(&self) -> Vec<&Named> {
        let mut out: Vec<&Named> = Vec::new();
        let steps = self.templates.iter().flat_map(|template| &template.steps);
        for Gate { authority, .. } in steps.filter_map(|step| step.gate.as_ref()) {
            if !out.iter().any(|held| held.zh == authority.zh) {
                out.push(authority);
            }
        }
        out
    }

    /// The nation's working days as they were known at the end of a day: by the program's papers and the plan's.
    pub fn working_days(&self, known: Option<Date>) -> WorkingDays {
        WorkingDays::with(&arrangements(&self.holidays), known.map(workday::day))
    }

    /// How long the work to a project's step takes: its own word, else what is usual for its kind.
    pub fn work<'a>(&'a self, project: &'a Project, step: &Code) -> Option<&'a Work> {
        let usual = || self.usual_work.get(&(project.kind.clone()?, step.clone()));
        project.work.get(step).or_else(usual)
    }

    pub fn output_kind(&self, code: &str) -> Option<&OutputKind> {
        self.output_kinds.iter().find(|kind| kind.kind.as_str() == code)
    }

    /// The time limits in force.
    pub fn limits(&self) -> &LimitRules {
        static USUAL: LazyLock<LimitRules> = LazyLock::new(LimitRules::usual);
        self.own_limits.as_ref().unwrap_or(&USUAL)
    }

    /// The rhythm that the plan keeps; the usual one says what is due where it keeps none.
    pub fn rhythm_rules(&self) -> &RhythmRules {
        self.rhythm.as_ref().map_or_else(|| RhythmRules::usual(), |held| &held.rules)
    }

    /// The rules of status lights in force.
    pub fn lights(&self) -> &LightRules {
        static USUAL: LazyLock<LightRules> = LazyLock::new(LightRules::usual);
        self.own_lights.as_ref().unwrap_or(&USUAL)
    }

    /// How forecasts are drawn.
    pub fn forecast_rules(&self) -> ForecastRules {
        self.own_forecast_rules.unwrap_or_else(ForecastRules::usual)
    }

    pub fn scenario(&self, code: &str) -> Option<&Scenario> {
        self.scenarios.iter().map(|(held, _)| held).find(|held| held.scenario.as_str() == code)
    }

    pub fn request_category(&self, code: &str) -> Option<&RequestCategory> {
        self.request_categories.iter().find(|held| held.category.as_str() == code)
    }

    pub fn facility_kind(&self, code: &str) -> Option<&FacilityKind> {
        self.facility_kinds.iter().find(|held| held.kind.as_str() == code)
    }

    /// The standards that facilities of a kind are held against on a day. Levels do not stand in for each other, so
    /// all of them count.
    pub fn standards_of<'a>(
        &'a self,
        kind: &'a str,
        on: Date,
    ) -> impl Iterator<Item = &'a FacilityStandard> + use<'a> {
        self.facility_standards.iter().filter(move |held| held.kind.as_str() == kind && held.holds_on(on))
    }

    pub fn facility_standard(&self, code: &str) -> Option<&FacilityStandard> {
        self.facility_standards.iter().find(|held| held.standard.as_str() == code)
    }

    pub fn link(&self, code: &str) -> Option<&HeldLink> {
        self.links.iter().find(|held| held.code.as_str() == code)
    }

    /// How coverage is worked out.
    pub fn coverage_rules(&self) -> CoverageRules {
        self.own_coverage_rules.unwrap_or_default()
    }

    /// The sets of limits, also where no more of the rules is known yet.
    pub fn request_presets(&self) -> &[Preset] {
        &self.in_pieces.presets
    }

    /// The formula of the three rates in force on a day.
    pub fn rate_formula(&self, on: Date) -> Option<&RateFormula> {
        self.rate_formulas.iter().rfind(|formula| formula.from <= on)
    }

    /// The issues of a period whose rates were published, the first one first.
    pub fn issues(&self, from: Date, to: Date) -> impl Iterator<Item = (&FrozenRates, Date)> {
        let of = move |held: &FrozenRates| (held.from, held.to) == (from, to);
        self.frozen_rates.iter().filter(move |(held, _)| of(held)).map(|(held, on)| (held, *on))
    }

    /// When what fell due on a day was first published.
    pub fn first_published(&self, due: Date) -> Option<Date> {
        let within = |held: &FrozenRates| (held.from..=held.to).contains(&due);
        self.frozen_rates.iter().filter(|(held, _)| within(held)).map(|(_, on)| *on).min()
    }

    /// The revision in force.
    pub fn revision(&self) -> Option<&Revision> {
        self.revisions.last()
    }
}

/// Replaces the item that is the same thing, or adds it.
pub(crate) fn put<T>(list: &mut Vec<T>, same: impl Fn(&T) -> bool, item: T) {
    match list.iter_mut().find(|held| same(held)) {
        Some(held) => *held = item,
        None => list.push(item),
    }
}
