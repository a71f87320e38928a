//! A form as a whole: its fields, what is wrong with them, and what changed while it was open.

use app::{AppError, Signers};
use axum::http::StatusCode;
use domain::fact::Fact;
use domain::history::SubjectHistory;
use domain::journal::{Entry, Seq};
use domain::refusal::{Problem, Reference, Refusal};
use domain::source::{Grade, Source};
use domain::timetabling::HolidayFault;
use jiff::civil::Date;
use words::Lang;

use super::book::Book;
use super::field::{Choice, Control, Field, Typed};
use super::reader::{Mistake, Reader};
use super::topic::Pick;
use super::values::topic_of;
use crate::words_of::who;

/// Fields that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub legend: String,
    pub note: String,
    pub fields: Vec<Field>,
    /// Two short fields beside each other where there is room.
    pub pairs: bool,
}

/// An error as the summary at the top lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The element to go to; empty for an error of the form as a whole.
    pub at: String,
    pub label: String,
    pub message: String,
}

/// What someone else recorded while the form was open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meanwhile {
    pub seq: Seq,
    pub actor: String,
    pub lines: Vec<String>,
}

/// Something that is about to change, old beside new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    pub label: String,
    pub old: String,
    pub new: String,
    pub remark: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub action: String,
    pub cancel: String,
    pub submit: String,
    pub intro: String,
    /// What might be better before it is sent; nothing is refused for it.
    pub hints: Vec<String>,
    pub hidden: Vec<(String, String)>,
    pub groups: Vec<Group>,
    pub faults: Vec<Fault>,
    pub meanwhile: Vec<Meanwhile>,
    pub beside: Vec<Beside>,
    /// Whether the change is one that cannot be meant lightly.
    pub danger: bool,
}

impl Sheet {
    pub fn new(action: impl Into<String>, cancel: impl Into<String>, submit: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            cancel: cancel.into(),
            submit: submit.into(),
            intro: String::new(),
            hints: Vec::new(),
            hidden: Vec::new(),
            groups: Vec::new(),
            faults: Vec::new(),
            meanwhile: Vec::new(),
            beside: Vec::new(),
            danger: false,
        }
    }

    pub fn hidden(mut self, name: &str, value: impl Into<String>) -> Self {
        self.hidden.push((name.to_owned(), value.into()));
        self
    }

    /// Makes the form one of what is on record by now, once what others did meanwhile was told: the next press is
    /// about that.
    pub fn renew(&mut self, name: &str, value: &str) {
        for (held, old) in &mut self.hidden {
            if held == name {
                value.clone_into(old);
            }
        }
    }

    pub fn group(mut self, legend: impl Into<String>, fields: Vec<Field>) -> Self {
        self.groups.push(Group { legend: legend.into(), note: String::new(), fields, pairs: false });
        self
    }

    /// Whether files go with it.
    pub fn has_files(&self) -> bool {
        self.groups.iter().flat_map(|group| &group.fields).any(|field| field.control == Control::Photos)
    }

    fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.groups.iter_mut().flat_map(|group| &mut group.fields)
    }

    pub fn field_mut(&mut self, name: &str) -> Option<&mut Field> {
        self.fields_mut().find(|field| field.name == name)
    }

    /// Puts what was typed into the fields, so that nothing has to be typed twice. Passwords are not
    /// sent back.
    pub fn refill(&mut self, typed: &Typed) {
        for field in self.fields_mut() {
            match field.control {
                Control::Fixed => {}
                Control::Password => field.value.clear(),
                Control::Checks(_) => field.value = typed.joined(&field.name),
                _ => field.value = typed.get(&field.name).to_owned(),
            }
        }
    }

    /// Notes an error at a field and in the summary; without such a field, in the summary alone.
    pub fn fault(&mut self, name: &str, message: String) {
        let found = self.field_mut(name).filter(|field| !field.is_fixed());
        let (at, label) = match found {
            Some(field) => {
                field.errors.push(message.clone());
                (field.id(), field.label.clone())
            }
            None => (String::new(), String::new()),
        };
        self.faults.push(Fault { at, label, message });
    }

    pub fn mistakes(&mut self, lang: Lang, mistakes: &[(String, Mistake)]) {
        for (name, mistake) in mistakes {
            self.fault(name, mistake.said(lang));
        }
    }

    /// Puts the domain's refusals at the fields of the facts they are about.
    pub fn refusals(&mut self, lang: Lang, refusals: &[Refusal], slots: &Slots) {
        for refusal in refusals {
            let name = slots.field(refusal);
            self.fault(&name, words::refusal(lang, refusal));
        }
    }

    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }
}

/// Which fields the facts of a command came from.
#[derive(Debug, Clone, Default)]
pub struct Slots(Vec<(String, String, &'static str)>);

impl Slots {
    /// Notes that a fact was read from the fields with this prefix.
    pub fn note(&mut self, fact: &Fact, prefix: &str) {
        self.0.push((fact.slot(), prefix.to_owned(), topic_of(fact).key));
    }

    /// The field that a refusal is about; empty where it is about the whole.
    fn field(&self, refusal: &Refusal) -> String {
        let slot = refusal.field.as_str();
        match (slot, &refusal.problem) {
            ("", Problem::ReasonRequired) => return "reason".into(),
            ("", Problem::AlreadyRegistered(_)) => return "code".into(),
            ("", _) => return String::new(),
            ("reason", _) => return "reason".into(),
            ("source", Problem::BadAddress) => return "source_url".into(),
            ("source", Problem::UnknownReference { .. }) => return "source_unit".into(),
            ("source", _) => return "source_title".into(),
            _ => {}
        }
        match self.0.iter().find(|(held, ..)| held == slot) {
            Some((_, prefix, topic)) => format!("{prefix}{}", field_of(topic, &refusal.problem)),
            // A fact that is missing altogether: registration asks for it by its topic.
            None => field_of(slot, &refusal.problem).to_owned(),
        }
    }
}

/// The field of a topic that a problem is about.
fn field_of(topic: &str, problem: &Problem) -> &'static str {
    use Reference as R;
    let reference = match problem {
        Problem::UnknownReference { what, .. } => Some(*what),
        _ => None,
    };
    if let Some(field) = super::request_rules::field_of(topic, problem) {
        return field;
    }
    if let Some(field) = super::facility::field_of(topic, problem) {
        return field;
    }
    if let Some(field) = super::link::field_of(topic, problem) {
        return field;
    }
    if let Some(field) = super::index::field_of(topic, problem) {
        return field;
    }
    if let Some(field) = super::coverage::field_of(topic, problem) {
        return field;
    }
    match topic {
        "name" | "plan_sector" | "plan_campaign" => "name_zh",
        "alias" => "alias",
        "kind" => "kind",
        "sector" => "sector",
        "campaign" => "campaign",
        "lead_unit" => "lead_unit",
        "supporting_unit" => "supporting_unit",
        "place" if reference == Some(R::Area) => "areas",
        "place" => "address",
        "budget" => "budget_yuan",
        "funding" => "funding_yuan",
        "membership" if reference.is_some() => "other",
        "membership" => "membership",
        "part" => "part_name_zh",
        "step" if matches!(problem, Problem::WaitingCircle(_)) => "order",
        "step" => "step_name_zh",
        "milestone" | "gate" | "progress" if reference == Some(R::Part) => "part",
        "step_link" if reference == Some(R::Project) => "link_project",
        "step_link" => match problem {
            Problem::EstimateOrder(_) => "lag_days",
            _ => "before_step",
        },
        "usual_work" => match problem {
            Problem::WaitingCircle(_) => "after_codes",
            _ if reference == Some(R::WorkCalendar) => "work_calendar",
            _ if reference == Some(R::Template) => "kind",
            _ if reference == Some(R::Step) => "step_code",
            _ => "low_days",
        },
        "holidays" => match problem {
            Problem::BadAddress | Problem::TooLong { .. } | Problem::ControlCharacter => "paper_url",
            Problem::Missing(_) => "paper_url",
            Problem::Future { .. } => "published_on",
            Problem::BadHolidays(HolidayFault::Year) => "year",
            _ => "holiday_days",
        },
        "work_calendar" if *problem == Problem::NoWorkingDay => "worked_days",
        "work_calendar" => "name_zh",
        "step_work" => match problem {
            Problem::WaitingCircle(_) => "after_steps",
            _ if reference == Some(R::WorkCalendar) => "work_calendar",
            _ => "low_days",
        },
        "milestone" | "gate" if reference == Some(R::Step) => "step",
        "milestone" => "date",
        "gate" => match problem {
            Problem::TooLong { .. } | Problem::ControlCharacter => "number",
            _ => "decided",
        },
        "progress" => "percent",
        "output" if reference.is_some() => "output_kind",
        "output" => "quantity",
        "suspended" => "suspension_document",
        "document" if *problem == Problem::BadAddress => "document_url",
        "document" => "document_title",
        "remark" => "text",
        "unit" => "unit_zh",
        "baseline" | "observation" if reference == Some(R::Wave) => "cited_wave",
        "baseline" | "target" | "observation" => "on",
        "asked_by" if reference.is_some() => "survey_instrument",
        "asked_by" => "survey_question",
        "cited_wave" => match problem {
            Problem::BadSurvey(_) => "wave_code",
            Problem::Empty => "name_zh",
            Problem::PeriodOrder | Problem::Future { .. } => "told_on",
            _ => "untold_zh",
        },
        "accepted" if reference.is_some() => "observation_key",
        "accepted" => "because",
        "area_level" => "area_level",
        "unit_level" => "unit_level",
        "area_parent" => "parent_area",
        "unit_parent" => "parent_unit",
        "population" => "population",
        "boundary" => "boundary",
        "area_aliases" => "area_aliases",
        "area" => "area",
        "person_name" => "person_name",
        "email" => "email",
        "person_unit" => "person_unit",
        "role" => "scope",
        "period" => "to",
        "revision" | "yearly_list" => "title_zh",
        "list_entry" => "project",
        "output_kind" | "template" => "name_zh",
        // What a registration misses, named by its slot.
        "level" => "level",
        _ => "",
    }
}

/// The ground a change stands on, as typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    pub effective: Option<Date>,
    pub source: Source,
    pub reason: String,
}

/// The fields every change ends with: since when, by whose word, why.
pub fn ground_fields(book: &Book, today: Date, own_unit: &str) -> Vec<Field> {
    let lang = book.lang;
    let mut units = book.choices(Pick::Unit, own_unit);
    units.insert(0, Choice::new("", words::text(lang, "choice-none")));
    let field = |name: &str, control| Field::new(lang, name, &super::book::label_key(name), control);
    vec![
        field("effective", Control::Day).value(today.to_string()),
        field("source_unit", Control::Select(units)).value(own_unit),
        field("source_title", Control::Text),
        field("source_url", Control::Url),
        field("reason", Control::Area),
    ]
}

/// Reads them. A change without any source is a mistake: someone must stand behind it.
pub fn read_ground(reader: &mut Reader<'_>) -> Ground {
    let effective = reader.day("effective");
    let unit = reader.code("source_unit");
    let title = reader.text("source_title").to_owned();
    let url = reader.text("source_url").to_owned();
    if unit.is_none() && title.is_empty() {
        reader.fail("source_unit", Mistake::NoSource);
    }
    // What stands in a public document can be looked up by anyone; everything else is a report.
    let grade = if url.is_empty() { Grade::Reported } else { Grade::Published };
    let reason = reader.text("reason").replace("\r\n", "\n");
    Ground { effective, source: Source { grade, title, url, unit }, reason }
}

/// The refusals of a change, or its error when it failed for another reason.
pub fn refused(error: AppError) -> Result<Vec<Refusal>, AppError> {
    match error {
        AppError::Refused(refusals) => Ok(refusals),
        other => Err(other),
    }
}

/// Whether someone else was quicker.
pub fn is_conflict(refusals: &[Refusal]) -> bool {
    refusals.iter().any(|refusal| matches!(refusal.problem, Problem::ChangedMeanwhile { .. }))
}

/// The status of a form that is shown again with refusals: its author may not do this at all, somebody else was
/// quicker, or something in it is wrong.
pub fn refused_status(refusals: &[Refusal]) -> StatusCode {
    let forbidden = refusals.iter().any(|refusal| matches!(refusal.problem, Problem::NotAllowed(_)));
    match (forbidden, is_conflict(refusals)) {
        (true, _) => StatusCode::FORBIDDEN,
        (false, true) => StatusCode::CONFLICT,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Takes over what others changed while the form was open: fields that were left alone get the new
/// value, fields that both changed keep what was typed and are listed with the other value.
pub fn merge(
    seen: &[(String, String)],
    now: &[(String, String)],
    typed: &mut Typed,
    joined: impl Fn(&str) -> bool,
) -> Vec<(String, String)> {
    let mut both = Vec::new();
    for (name, new) in now {
        let old = seen.iter().find(|(held, _)| held == name).map_or("", |(_, value)| value.as_str());
        if old == new {
            continue;
        }
        let mine = if joined(name) { typed.joined(name) } else { typed.get(name).to_owned() };
        if mine == old {
            typed.set(name, new.clone());
        } else if mine != *new {
            both.push((name.clone(), new.clone()));
        }
    }
    both
}

/// The entries after `seen` in words.
pub fn meanwhile(book: &Book, signers: &Signers, entries: &[Entry], seen: Seq) -> Vec<Meanwhile> {
    entries
        .iter()
        .filter(|entry| entry.seq > seen)
        .map(|entry| Meanwhile {
            seq: entry.seq,
            actor: who(book.lang, signers, &entry.draft.actor),
            // Every value, in both languages: what was changed must be seen.
            lines: entry
                .draft
                .event
                .facts()
                .iter()
                .flat_map(|fact| book.lines(fact))
                .map(|(label, value)| {
                    words::with(book.lang, "fact-pair", &[("label", &label), ("value", &value)])
                })
                .collect(),
        })
        .collect()
}

/// The fact that holds in a slot on a day, as known at an entry.
pub fn held_fact<'a>(history: &'a SubjectHistory, slot: &str, as_of: Date, known: Seq) -> Option<&'a Fact> {
    let view = domain::history::View { as_of, known };
    history
        .facts()
        .iter()
        .filter(|held| &*held.slot == slot && held.is_visible(view))
        .map(|held| &held.fact)
        .next_back()
}
