//! Reading typed values into facts, and saying at each field what is wrong with it.

use std::str::FromStr;

use domain::area::{AreaFact, AreaLevel, parse_aliases};
use domain::boundary::Boundary;
use domain::code::Code;
use domain::evaluation::EvaluationChoice;
use domain::fact::Fact;
use domain::indicator::{AskedBy, Direction, IndicatorFact, Instrument};
use domain::milestone::{Aspect, DelayReason, Gate, Limit};
use domain::money::Fen;
use domain::named::Named;
use domain::output::{Basis, OutputKind, Stage};
use domain::person::PersonFact;
use domain::plan::{Aim, ListEntryKind, PlanFact};
use domain::planned_date::{PlannedDate, parse_day};
use domain::policy::{Role, Scope};
use domain::project::{Membership, ProjectFact};
use domain::subject::SubjectKind;
use domain::survey::CitedWave;
use domain::timetabling::{
    Closed, Estimate, HolidayPaper, StepLink, StepLinkKind, Work, WorkCalendar, holidays,
};
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use words::Lang;

use super::field::Typed;
use super::values::AT_ONCE;

/// What is wrong with a typed value: the key of a message under `field-error-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    Missing,
    NotACode,
    NotADay,
    NotADate,
    NotAMoment,
    NotANumber,
    NotWhole,
    NotYuan,
    NotAChoice,
    NotWeekdays,
    NotABoundary,
    NotEntrances,
    NotTimesOfYear,
    NotHolidays,
    TooLong,
    /// A value on record cannot be taken away by leaving its field empty.
    CannotBeEmptied,
    /// Not a latitude and a longitude.
    NotAPlace,
    /// Neither a unit nor a document stands behind the change.
    NoSource,
    /// Something typed beside an empty main field.
    Alone,
    /// Not a number of hours, days or working days.
    NotALimit,
    /// Not a time of day.
    NotATime,
    /// Ages such as 3-5 or 65+.
    NotAges,
    /// Not a longitude or latitude.
    NotDegrees,
    /// Not a share in hundredths.
    NotAShare,
    /// Lines of questions that cannot be read.
    NotQuestions,
    /// A line of an index's dimensions and indicators that cannot be read, by its number.
    NotIndexLine(usize),
    /// More than one answer to a gap.
    OneAnswer,
}

impl Mistake {
    pub fn key(self) -> &'static str {
        match self {
            Self::Missing => "field-error-missing",
            Self::NotACode => "field-error-not-a-code",
            Self::NotADay => "field-error-not-a-day",
            Self::NotADate => "field-error-not-a-date",
            Self::NotAMoment => "field-error-not-a-moment",
            Self::NotANumber => "field-error-not-a-number",
            Self::NotWhole => "field-error-not-whole",
            Self::NotYuan => "field-error-not-yuan",
            Self::NotAChoice => "field-error-not-a-choice",
            Self::NotABoundary => "field-error-not-a-boundary",
            Self::NotEntrances => "field-error-not-entrances",
            Self::NotWeekdays => "field-error-not-weekdays",
            Self::NotTimesOfYear => "field-error-not-times-of-year",
            Self::NotHolidays => "field-error-not-holidays",
            Self::TooLong => "field-error-too-long",
            Self::CannotBeEmptied => "field-error-cannot-be-emptied",
            Self::NoSource => "field-error-no-source",
            Self::Alone => "field-error-alone",
            Self::NotALimit => "field-error-not-a-limit",
            Self::NotATime => "field-error-not-a-time",
            Self::NotAges => "field-error-not-ages",
            Self::NotDegrees => "field-error-not-degrees",
            Self::NotAPlace => "place-spot-wrong",
            Self::NotAShare => "field-error-not-a-share",
            Self::NotQuestions => "field-error-not-questions",
            Self::NotIndexLine(_) => "field-error-not-index-line",
            Self::OneAnswer => "field-error-one-answer",
        }
    }

    /// What is wrong, in words.
    pub fn said(self, lang: Lang) -> String {
        match self {
            Self::NotIndexLine(line) => words::with(lang, self.key(), &[("line", &line.to_string())]),
            _ => words::text(lang, self.key()).into_owned(),
        }
    }
}

/// Reads the fields of a form; mistakes gather while it reads.
pub struct Reader<'a> {
    typed: &'a Typed,
    /// Put before every field's name: a form may hold several facts of one kind.
    prefix: String,
    pub mistakes: Vec<(String, Mistake)>,
}

impl<'a> Reader<'a> {
    pub fn new(typed: &'a Typed) -> Self {
        Self { typed, prefix: String::new(), mistakes: Vec::new() }
    }

    pub fn prefixed(typed: &'a Typed, prefix: impl Into<String>) -> Self {
        Self { typed, prefix: prefix.into(), mistakes: Vec::new() }
    }

    fn name(&self, field: &str) -> String {
        format!("{}{field}", self.prefix)
    }

    pub fn fail(&mut self, field: &str, mistake: Mistake) {
        let name = self.name(field);
        self.mistakes.push((name, mistake));
    }

    /// The typed text; a text beyond all bounds counts as a mistake and as empty.
    pub fn text(&mut self, field: &str) -> &'a str {
        let text = self.typed.get(&self.name(field));
        if Typed::too_long(text) {
            self.fail(field, Mistake::TooLong);
            return "";
        }
        text
    }

    pub fn long(&mut self, field: &str) -> String {
        self.text(field).replace("\r\n", "\n")
    }

    pub(super) fn parsed<T>(
        &mut self,
        field: &str,
        mistake: Mistake,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let parsed = parse(text);
        if parsed.is_none() {
            self.fail(field, mistake);
        }
        parsed
    }

    /// A value that must be there; leaving it empty is a mistake.
    pub fn must<T>(&mut self, field: &str, read: impl FnOnce(&mut Self, &str) -> Option<T>) -> Option<T> {
        if self.text(field).is_empty() && !self.mistakes.iter().any(|(name, _)| *name == self.name(field)) {
            self.fail(field, Mistake::Missing);
            return None;
        }
        read(self, field)
    }

    pub fn code(&mut self, field: &str) -> Option<Code> {
        self.parsed(field, Mistake::NotACode, |text| Code::new(text).ok())
    }

    pub fn codes(&mut self, field: &str) -> Vec<Code> {
        let joined = self.typed.joined(&self.name(field));
        let codes: Option<Vec<Code>> =
            joined.split(';').filter(|text| !text.is_empty()).map(|text| Code::new(text).ok()).collect();
        if codes.is_none() {
            self.fail(field, Mistake::NotACode);
        }
        codes.unwrap_or_default()
    }

    /// Ticked words of a closed list.
    pub(super) fn words<T>(&mut self, field: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let joined = self.typed.joined(&self.name(field));
        let words: Option<Vec<T>> = joined.split(';').filter(|text| !text.is_empty()).map(parse).collect();
        if words.is_none() {
            self.fail(field, Mistake::NotAChoice);
        }
        words.unwrap_or_default()
    }

    /// The steps that are waited for, typed or ticked: none said at all, [`AT_ONCE`] for nothing, or their codes.
    fn waited_for(&mut self, field: &str) -> Option<Option<Vec<Code>>> {
        let joined = self.typed.joined(&self.name(field));
        if Typed::too_long(&joined) {
            self.fail(field, Mistake::TooLong);
            return None;
        }
        match joined.as_str() {
            "" => return Some(None),
            AT_ONCE => return Some(Some(Vec::new())),
            _ => {}
        }
        let codes = code_list(&joined);
        if codes.is_none() {
            // Nothing and something at once.
            let both = joined.split(';').any(|text| text.trim() == AT_ONCE);
            self.fail(field, if both { Mistake::NotAChoice } else { Mistake::NotACode });
        }
        codes.map(Some)
    }

    pub fn day(&mut self, field: &str) -> Option<Date> {
        self.parsed(field, Mistake::NotADay, |text| parse_day(&text.replace(['/', '.'], "-")))
    }

    /// A day with the time of day, as `2019-08-14T09:30`.
    pub fn moment(&mut self, field: &str) -> Option<DateTime> {
        self.parsed(field, Mistake::NotAMoment, |text| {
            let text = text.replace(['/', '.'], "-").replace(' ', "T");
            DateTime::from_str(&text).ok()
        })
    }

    fn date(&mut self, field: &str) -> Option<PlannedDate> {
        self.parsed(field, Mistake::NotADate, |text| PlannedDate::from_str(text).ok())
    }

    pub fn number(&mut self, field: &str) -> Option<Decimal> {
        self.parsed(field, Mistake::NotANumber, |text| {
            let plain = text.replace([',', ','], "").replace(['%', '%'], "");
            Decimal::from_str(plain.trim()).ok().map(|number| number.normalize())
        })
    }

    pub fn whole<T: FromStr>(&mut self, field: &str) -> Option<T> {
        self.parsed(field, Mistake::NotWhole, |text| text.replace([',', ','], "").parse().ok())
    }

    fn yuan(&mut self, field: &str) -> Option<Fen> {
        self.parsed(field, Mistake::NotYuan, Fen::parse_yuan)
    }

    pub fn yes_no(&mut self, field: &str) -> Option<bool> {
        self.parsed(field, Mistake::NotAChoice, |text| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }

    pub fn word<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.parsed(field, Mistake::NotAChoice, parse)
    }

    pub(super) fn named(&mut self, zh: &str, en: &str) -> Option<Named> {
        let zh = self.must(zh, |r, f| Some(r.text(f).to_owned()));
        let en = self.text(en).to_owned();
        zh.map(|zh| Named { zh, en })
    }

    /// A name in two fields that may both be empty; the English one alone is a mistake.
    pub(super) fn maybe_named(&mut self, zh: &str, en: &str) -> Option<Named> {
        let (zh_text, en_text) = (self.text(zh).to_owned(), self.text(en).to_owned());
        if zh_text.is_empty() {
            if !en_text.is_empty() {
                self.fail(zh, Mistake::Alone);
            }
            return None;
        }
        Some(Named { zh: zh_text, en: en_text })
    }
}

/// Reads one fact of a kind of subject. `None` with mistakes at the reader when it cannot be read.
pub fn read(kind: SubjectKind, topic: &str, reader: &mut Reader<'_>) -> Option<Fact> {
    match kind {
        SubjectKind::Project => project(topic, reader).map(Fact::from),
        SubjectKind::Indicator => indicator(topic, reader).map(Fact::from),
        SubjectKind::Index => super::index::read(topic, reader).map(Fact::from),
        SubjectKind::Facility => super::facility::read(topic, reader).map(Fact::from),
        SubjectKind::Area => area(topic, reader).map(Fact::from),
        SubjectKind::Unit => unit(topic, reader).map(Fact::from),
        SubjectKind::Person => person(topic, reader).map(Fact::from),
        SubjectKind::Plan => plan(topic, reader).map(Fact::from),
        SubjectKind::Item => super::item_read::read(topic, reader).map(Fact::from),
        // Requests have forms of their own: what is said of one is not typed fact by fact.
        SubjectKind::Request => None,
    }
}

/// The work to a step, a project's own or a template's usual one: three numbers of days, or nothing at all to
/// withdraw the word. What it waits for stands in the field `after`.
fn work(r: &mut Reader<'_>, after: &str) -> Option<Option<Work>> {
    let fields = ["low_days", "likely_days", "high_days"];
    let given = fields.map(|field| !r.text(field).is_empty());
    let (calendar, after) = (r.code("work_calendar"), r.waited_for(after));
    let not_before = r.day("not_before");
    if given == [false; 3] && calendar.is_none() && after == Some(None) && not_before.is_none() {
        return Some(None);
    }
    let [low, likely, high] = fields.map(|field| r.must(field, Reader::whole::<u16>));
    let days = Estimate { low: low?, likely: likely?, high: high? };
    Some(Some(Work { days, calendar, after: after?, not_before }))
}

fn project(topic: &str, r: &mut Reader<'_>) -> Option<ProjectFact> {
    Some(match topic {
        "name" => ProjectFact::Name(r.named("name_zh", "name_en")?),
        "alias" => ProjectFact::Alias { alias: r.must("alias", |r, f| Some(r.text(f).to_owned()))? },
        "kind" => ProjectFact::Kind { kind: r.must("kind", Reader::code)? },
        "sector" => ProjectFact::Sector { sector: r.must("sector", Reader::code)? },
        "campaign" => ProjectFact::Campaign { campaign: r.must("campaign", Reader::code)? },
        "lead_unit" => ProjectFact::LeadUnit { unit: r.must("lead_unit", Reader::code)? },
        "supporting_unit" => {
            let unit = r.must("supporting_unit", Reader::code);
            let role = r.must("unit_role", Reader::code);
            let active = r.yes_no("active").unwrap_or(true);
            ProjectFact::SupportingUnit { unit: unit?, role: role?, active }
        }
        "place" => ProjectFact::Place { areas: r.codes("areas"), address: r.text("address").to_owned() },
        "budget" => ProjectFact::Budget { fen: r.must("budget_yuan", Reader::yuan)? },
        "funding" => {
            let origin = r.must("funding_origin", Reader::code);
            let fen = r.must("funding_yuan", Reader::yuan);
            ProjectFact::Funding { origin: origin?, fen: fen? }
        }
        "membership" => {
            let state = r.must("membership", |r, f| r.word(f, Membership::parse));
            let (revision, other) = (r.whole("revision"), r.code("other"));
            ProjectFact::Membership { state: state?, revision, other }
        }
        "part" => {
            let part = r.must("part_code", Reader::code);
            let name = r.named("part_name_zh", "part_name_en");
            ProjectFact::Part { part: part?, name: name? }
        }
        "step" => {
            let step = r.must("step_code", Reader::code);
            let order = r.must("order", Reader::whole);
            let name = r.named("step_name_zh", "step_name_en");
            let gate = gate(r);
            ProjectFact::Step { step: step?, order: order?, name: name?, gate }
        }
        "milestone" => {
            let step = r.must("step", Reader::code);
            let part = r.code("part");
            let aspect = r.must("aspect", |r, f| r.word(f, Aspect::parse));
            let date = r.date("date");
            let cause = r.word("cause", DelayReason::parse);
            ProjectFact::Milestone { aspect: aspect?, part, step: step?, date, cause }
        }
        "gate" => {
            let step = r.must("step", Reader::code);
            let (applied, decided) = (r.day("applied"), r.day("decided"));
            let number = r.text("number").to_owned();
            let granted = r.yes_no("granted");
            ProjectFact::GatePapers { step: step?, applied, decided, number, granted }
        }
        "step_work" => {
            let step = r.must("step", Reader::code);
            let work = work(r, "after_steps");
            ProjectFact::StepWork { step: step?, work: work? }
        }
        "step_link" => {
            let step = r.must("step", Reader::code);
            let project = r.code("link_project");
            let before = r.must("before_step", Reader::code);
            let kind = r.must("link_kind", |r, f| r.word(f, StepLinkKind::parse));
            let lag = r.whole("lag_days").unwrap_or(0);
            let held = r.must("link_held", Reader::yes_no);
            let link = StepLink { step: step?, project, before: before?, kind: kind?, lag };
            ProjectFact::StepLink { link, held: held? }
        }
        "progress" => {
            let part = r.code("part");
            ProjectFact::Progress { part, percent: r.must("percent", Reader::number)? }
        }
        "output" => {
            let kind = r.must("output_kind", Reader::code);
            let stage = r.must("stage", |r, f| r.word(f, Stage::parse));
            let basis = r.must("basis", |r, f| r.word(f, Basis::parse));
            let quantity = r.must("quantity", Reader::number);
            ProjectFact::Output { kind: kind?, stage: stage?, basis: basis?, quantity: quantity? }
        }
        "suspended" => {
            let suspended = r.must("suspended", Reader::yes_no);
            let document = r.long("suspension_document");
            ProjectFact::Suspended { suspended: suspended?, document }
        }
        "document" => {
            let title = r.must("document_title", |r, f| Some(r.text(f).to_owned()));
            let url = r.must("document_url", |r, f| Some(r.text(f).to_owned()));
            ProjectFact::Document { title: title?, url: url? }
        }
        "evaluation" => ProjectFact::Evaluation(EvaluationChoice {
            reached: r.codes("evaluation_reached"),
            compared: r.codes("evaluation_compared"),
            categories: r.codes("evaluation_categories"),
            before: r.whole("evaluation_before"),
            left_out: r.whole("evaluation_left_out"),
            after: r.whole("evaluation_after"),
        }),
        "remark" => ProjectFact::Remark { text: r.must("text", |r, f| Some(r.long(f)))? },
        _ => return None,
    })
}

/// The gate of a step: none where neither authority nor paper is named.
pub fn gate(r: &mut Reader<'_>) -> Option<Gate> {
    let authority = r.maybe_named("authority_zh", "authority_en");
    let document = r.maybe_named("paper_zh", "paper_en");
    let days: Option<u16> = r.whole("limit");
    let limit = days.map(|days| match r.text("limit_unit") {
        "days" => Limit::Days(days),
        _ => Limit::WorkingDays(days),
    });
    match (authority, document) {
        (Some(authority), Some(document)) => Some(Gate { authority, document, limit }),
        (Some(_), None) => {
            r.fail("paper_zh", Mistake::Missing);
            None
        }
        (None, Some(_)) => {
            r.fail("authority_zh", Mistake::Missing);
            None
        }
        (None, None) => {
            if limit.is_some() {
                r.fail("authority_zh", Mistake::Alone);
            }
            None
        }
    }
}

fn instrument(r: &mut Reader<'_>) -> Option<Instrument> {
    let instrument = r.must("instrument", Reader::code);
    let scale = r.must("scale", Reader::code);
    Some(Instrument { instrument: instrument?, scale: scale? })
}

fn measured(r: &mut Reader<'_>) -> Option<(Date, Decimal, Instrument)> {
    let on = r.must("on", Reader::day);
    let value = r.must("value", Reader::number);
    let instrument = instrument(r);
    Some((on?, value?, instrument?))
}

fn indicator(topic: &str, r: &mut Reader<'_>) -> Option<IndicatorFact> {
    Some(match topic {
        "name" => IndicatorFact::Name(r.named("name_zh", "name_en")?),
        "unit" => IndicatorFact::Unit(r.named("unit_zh", "unit_en")?),
        "direction" => {
            IndicatorFact::Direction { direction: r.must("direction", |r, f| r.word(f, Direction::parse))? }
        }
        "sector" => IndicatorFact::Sector { sector: r.must("sector", Reader::code)? },
        "baseline" => {
            let (measured, wave) = (measured(r), r.code("cited_wave"));
            let (on, value, instrument) = measured?;
            IndicatorFact::Baseline { value, on, instrument, wave }
        }
        "target" => {
            let (on, value, instrument) = measured(r)?;
            IndicatorFact::Target { on, value, instrument }
        }
        "observation" => {
            let key = r.must("observation_key", Reader::code);
            let measured = measured(r);
            let approximate = r.yes_no("approximate").unwrap_or(false);
            let (area, wave) = (r.code("observed_area"), r.code("cited_wave"));
            let (on, value, instrument) = measured?;
            IndicatorFact::Observation { key: key?, on, value, instrument, approximate, area, wave }
        }
        "asked_by" => {
            let instrument = r.must("survey_instrument", Reader::code);
            let question = r.must("survey_question", |r, f| Some(r.text(f).to_owned()));
            let answer = Some(r.text("survey_answer").to_owned()).filter(|answer| !answer.is_empty());
            let others = r.yes_no("survey_others").unwrap_or(false);
            IndicatorFact::AskedBy(AskedBy { instrument: instrument?, question: question?, answer, others })
        }
        "accepted" => {
            let on = r.must("on", Reader::day);
            let key = r.must("observation_key", Reader::code);
            let because = r.must("because", |r, f| Some(r.long(f)));
            let area = r.code("observed_area");
            IndicatorFact::Accepted { on: on?, key: key?, because: because?, area }
        }
        _ => return None,
    })
}

fn area(topic: &str, r: &mut Reader<'_>) -> Option<AreaFact> {
    Some(match topic {
        "name" => AreaFact::Name(r.named("name_zh", "name_en")?),
        "area_level" => AreaFact::Level { level: r.must("area_level", |r, f| r.word(f, AreaLevel::parse))? },
        "area_parent" => AreaFact::Parent { parent: r.code("parent_area") },
        "boundary" => AreaFact::Boundary {
            boundary: r.must("boundary", |r, f| {
                r.parsed(f, Mistake::NotABoundary, |text| Boundary::parse(text).ok())
            })?,
        },
        "area_aliases" => AreaFact::Aliases { names: parse_aliases(r.text("area_aliases")) },
        "population" => AreaFact::Population { people: r.must("population", Reader::whole)? },
        "active" => AreaFact::Active { active: r.must("active", Reader::yes_no)? },
        _ => return None,
    })
}

fn unit(topic: &str, r: &mut Reader<'_>) -> Option<UnitFact> {
    Some(match topic {
        "name" => UnitFact::Name(r.named("name_zh", "name_en")?),
        "unit_level" => UnitFact::Level { level: r.must("unit_level", |r, f| r.word(f, UnitLevel::parse))? },
        "unit_parent" => UnitFact::Parent { parent: r.code("parent_unit") },
        "area" => UnitFact::Area { area: r.must("area", Reader::code)? },
        "active" => UnitFact::Active { active: r.must("active", Reader::yes_no)? },
        _ => return None,
    })
}

fn person(topic: &str, r: &mut Reader<'_>) -> Option<PersonFact> {
    Some(match topic {
        "person_name" => PersonFact::Name { name: r.must("person_name", |r, f| Some(r.text(f).to_owned()))? },
        "email" => PersonFact::Email { email: r.text("email").to_owned() },
        "person_unit" => PersonFact::Unit { unit: r.must("person_unit", Reader::code)? },
        "role" => {
            let role = r.must("role", |r, f| r.word(f, Role::parse));
            let scope = r.must("scope", |r, f| r.word(f, Scope::parse));
            let held = r.yes_no("held").unwrap_or(true);
            PersonFact::Role { role: role?, scope: scope?, held }
        }
        "active" => PersonFact::Active { active: r.must("active", Reader::yes_no)? },
        _ => return None,
    })
}

fn plan(topic: &str, r: &mut Reader<'_>) -> Option<PlanFact> {
    Some(match topic {
        "name" => PlanFact::Name(r.named("name_zh", "name_en")?),
        "period" => {
            let (from, to) = (r.must("from", Reader::day), r.must("to", Reader::day));
            PlanFact::Period { from: from?, to: to? }
        }
        "area" => PlanFact::Area { area: r.must("area", Reader::code)? },
        "plan_sector" => {
            let (sector, order) = (r.must("sector_code", Reader::code), r.must("order", Reader::whole));
            let name = r.named("name_zh", "name_en");
            PlanFact::Sector { sector: sector?, order: order?, name: name? }
        }
        "plan_campaign" => {
            let (campaign, order) = (r.must("campaign_code", Reader::code), r.must("order", Reader::whole));
            let name = r.named("name_zh", "name_en");
            PlanFact::Campaign { campaign: campaign?, order: order?, name: name? }
        }
        "revision" => {
            let number = r.must("revision_number", Reader::whole);
            let title = r.named("title_zh", "title_en");
            let declared = r.whole("declared");
            PlanFact::Revision { number: number?, title: title?, declared }
        }
        "yearly_list" => {
            let (year, issue) = (r.must("year", Reader::whole), r.must("issue", Reader::whole));
            let title = r.named("title_zh", "title_en");
            let (carried, new) = (r.whole("declared_carried_over"), r.whole("declared_new"));
            PlanFact::YearlyList {
                year: year?,
                issue: issue?,
                title: title?,
                declared_carried_over: carried,
                declared_new: new,
            }
        }
        "list_entry" => {
            let (year, issue) = (r.must("year", Reader::whole), r.must("issue", Reader::whole));
            let project = r.must("project", Reader::code);
            let entry = r.must("entry", |r, f| r.word(f, ListEntryKind::parse));
            let aim = r.word("aim", Aim::parse);
            PlanFact::ListEntry { year: year?, issue: issue?, project: project?, entry: entry?, aim }
        }
        "output_kind" => {
            let kind = r.must("kind_code", Reader::code);
            let (name, unit) = (r.named("name_zh", "name_en"), r.named("unit_zh", "unit_en"));
            PlanFact::OutputKind(OutputKind { kind: kind?, name: name?, unit: unit? })
        }
        "usual_work" => {
            let (template, step) = (r.must("kind", Reader::code), r.must("step_code", Reader::code));
            let work = work(r, "after_codes");
            PlanFact::UsualWork { template: template?, step: step?, work: work? }
        }
        "holidays" => {
            let year = r.must("year", Reader::whole);
            let published = r.must("published_on", Reader::day);
            let (url, text) = (r.text("paper_url").to_owned(), r.long("holiday_days"));
            if text.trim().is_empty() {
                return Some(PlanFact::Holidays { year: year?, published: published?, paper: None });
            }
            if url.is_empty() {
                r.fail("paper_url", Mistake::Missing);
            }
            let Ok(days) = holidays::read_lines(&text) else {
                r.fail("holiday_days", Mistake::NotHolidays);
                return None;
            };
            let paper = Some(HolidayPaper::new(url, days));
            PlanFact::Holidays { year: year?, published: published?, paper }
        }
        "work_calendar" => {
            let calendar = r.must("calendar_code", Reader::code);
            let name = r.named("name_zh", "name_en");
            let holidays = r.must("keeps_holidays", Reader::yes_no);
            let week = r.must("worked_days", |r, f| r.parsed(f, Mistake::NotWeekdays, weekdays));
            let closed = if r.text("closed_times").is_empty() {
                Some(Vec::new())
            } else {
                r.parsed("closed_times", Mistake::NotTimesOfYear, times_of_year)
            };
            PlanFact::WorkCalendar(WorkCalendar {
                calendar: calendar?,
                name: name?,
                holidays: holidays?,
                week: week?,
                closed: closed?,
            })
        }
        "cited_wave" => {
            let (wave, name) = (r.must("wave_code", Reader::code), r.named("name_zh", "name_en"));
            let (from, to) = (r.day("asked_from"), r.day("asked_to"));
            let told = r.must("told_on", Reader::day);
            let untold = Named::new(r.text("untold_zh"), r.text("untold_en"));
            PlanFact::CitedWave(CitedWave { wave: wave?, name: name?, from, to, told: told?, untold })
        }
        "facility_kind" | "facility_standard" => return super::facility::read_of_plan(topic, r),
        "plan_link" => return super::link::read(r),
        "official_count" | "coverage_rules" | "gap_answer" => return super::coverage::read(topic, r),
        other => return super::request_rules::read(other, r),
    })
}

fn code_list(text: &str) -> Option<Vec<Code>> {
    let parts = text.split([';', '；', ',', '，', '、', ' ']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| Code::new(part).ok()).collect()
}

/// `1 2 3 4 5`: Monday is 1.
fn weekdays(text: &str) -> Option<[bool; 7]> {
    let mut out = [false; 7];
    for digit in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | '，' | '、')) {
        let day = digit.to_digit(10)? as usize;
        *out.get_mut(day.checked_sub(1)?)? = true;
    }
    Some(out)
}

/// `11-15/03-15; 07-01/08-31`.
fn times_of_year(text: &str) -> Option<Vec<Closed>> {
    let parts = text.split([';', '；', ',', '，']).map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (from, to) = part.split_once(['/', '~', '–'])?;
            Some(Closed { from: from.parse().ok()?, to: to.parse().ok()? })
        })
        .collect()
}
