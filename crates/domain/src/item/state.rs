//! An item as of a day, as known at a moment.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::fact::ItemFact;
use super::goal::{MeasuredWeeks, RequestGoal};
use super::kind::{
    Attendance, InspectionWay, ItemKind, Level, ObjectionTo, Part, Party, ReportInForm, Series, SlipColour,
    Urgency, WhistleKind,
};
use super::relation::{Relation, Target};
use super::theme::{MonthlyTheme, ThemeFigures};
use super::workflow::{Standing, State, Step};
use crate::code::Code;
use crate::history::{Held, SubjectHistory, View};
use crate::journal::Seq;
use crate::named::Named;
use crate::rhythm::Chase;
use crate::source::Grade;

/// A move that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    pub on: Date,
    pub step: Step,
    pub to: State,
    pub by: Option<Code>,
    pub seq: Seq,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceLine {
    pub key: Code,
    pub title: String,
    pub url: String,
    pub on: Date,
    pub by: Option<Code>,
    /// Whether it was accepted, by whom and with which note; `None`: not looked at yet.
    pub checked: Option<(bool, Option<Code>, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ProgressLine {
    pub on: Date,
    pub text: String,
    pub percent: Option<Decimal>,
    pub seq: Seq,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Objection {
    pub on: Date,
    pub to: ObjectionTo,
    pub reason: String,
    pub unit: Option<Code>,
    pub due: Option<Date>,
}

/// An extension that was asked for, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    pub asked: Date,
    pub until: Date,
    pub reason: String,
    pub decided: Option<(Date, bool, String)>,
}

/// What one called unit did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnitLine {
    pub acknowledged: Option<DateTime>,
    pub answered: Option<(DateTime, String)>,
    pub arrived: Option<(DateTime, u32)>,
    /// Mark, veto and note.
    pub mark: Option<(u8, bool, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AgendaPoint {
    pub title: String,
    pub about: Option<Target>,
    pub text: String,
    /// What was asked for that it takes up.
    pub asked: Option<Code>,
}

/// A point that a unit asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedPoint {
    pub key: Code,
    pub unit: Code,
    pub on: Date,
    pub point: AgendaPoint,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Issued {
    pub number: u32,
    pub as_of: Date,
    pub known: Seq,
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub code: Code,
    pub version: Seq,
    pub grade: Grade,
    pub kind: ItemKind,
    pub name: Named,
    pub text: String,
    pub number: String,
    /// The day it came in; the day it was registered for where none was given.
    pub received: Date,
    pub issuer: String,
    pub caller: Option<Code>,
    pub level: Option<Level>,
    pub urgency: Urgency,
    pub series: Option<Series>,
    pub whistle: Option<WhistleKind>,
    pub way: Option<InspectionWay>,
    pub colour: Option<SlipColour>,
    pub lead_unit: Option<Code>,
    pub supporting_units: Vec<(Code, Part)>,
    pub person: Option<Code>,
    pub areas: Vec<Code>,
    pub address: String,
    pub sector: Option<Code>,
    pub due: Option<Date>,
    pub called_at: Option<DateTime>,
    pub answer_by: Option<DateTime>,
    pub period: Option<(Date, Date)>,
    pub appointment: Option<(DateTime, String)>,
    pub links: Vec<(Relation, Target)>,
    pub matters: Vec<(u32, String)>,
    pub splits: Vec<(Code, Vec<u32>)>,
    pub state: State,
    pub moves: Vec<Moved>,
    pub objection: Option<Objection>,
    pub extensions: Vec<Extension>,
    pub progress: Vec<ProgressLine>,
    pub forecast: Option<Date>,
    pub evidence: Vec<EvidenceLine>,
    pub units: BTreeMap<Code, UnitLine>,
    pub outcome: Option<(bool, String)>,
    pub quantities: Vec<(Code, Decimal)>,
    /// Whom it served, and how many.
    pub beneficiaries: Option<(String, Option<u32>)>,
    pub people: Option<u32>,
    pub form: Option<ReportInForm>,
    pub party: Option<Party>,
    pub explanation: Option<(String, Date, Option<Code>)>,
    pub attendance: Vec<(Code, Attendance, String)>,
    pub agenda: Vec<(u32, AgendaPoint)>,
    pub asked: Vec<AskedPoint>,
    pub minutes: String,
    pub content: String,
    pub issued: Option<Issued>,
    /// Reminders and escalations, in the order they were made.
    pub chases: Vec<Chase>,
    /// What it is the theme of a month for, and what was measured of that.
    pub theme: Option<MonthlyTheme>,
    pub theme_figures: Option<ThemeFigures>,
    pub goal: Option<RequestGoal>,
    pub measured: Option<MeasuredWeeks>,
    /// When the goal was said: what was measured before is of another one.
    pub goal_said: Seq,
}

impl Item {
    /// The item at the point of view; `None` before it is on the books.
    pub fn at(history: &SubjectHistory, view: View) -> Option<Self> {
        let (kind, begun) = history.visible::<ItemFact>(view).find_map(|held| match held.fact {
            ItemFact::Kind { kind } => Some((*kind, held.effective)),
            _ => None,
        })?;
        let code = history.subject.code.clone();
        let mut out = Self {
            name: Named::new(code.as_str(), ""),
            code,
            version: history.version,
            grade: history.grade(),
            kind,
            text: String::new(),
            number: String::new(),
            received: begun,
            issuer: String::new(),
            caller: None,
            level: None,
            urgency: Urgency::Ordinary,
            series: None,
            whistle: None,
            way: None,
            colour: None,
            lead_unit: None,
            supporting_units: Vec::new(),
            person: None,
            areas: Vec::new(),
            address: String::new(),
            sector: None,
            due: None,
            called_at: None,
            answer_by: None,
            period: None,
            appointment: None,
            links: Vec::new(),
            matters: Vec::new(),
            splits: Vec::new(),
            state: kind.first_states()[0],
            moves: Vec::new(),
            objection: None,
            extensions: Vec::new(),
            progress: Vec::new(),
            forecast: None,
            evidence: Vec::new(),
            units: BTreeMap::new(),
            outcome: None,
            quantities: Vec::new(),
            beneficiaries: None,
            theme: None,
            theme_figures: None,
            goal: None,
            measured: None,
            goal_said: Seq(0),
            people: None,
            form: None,
            party: None,
            explanation: None,
            attendance: Vec::new(),
            agenda: Vec::new(),
            asked: Vec::new(),
            minutes: String::new(),
            content: String::new(),
            issued: None,
            chases: Vec::new(),
        };
        let mut checks = Vec::new();
        let mut decisions = Vec::new();
        for held in history.visible::<ItemFact>(view) {
            match held.fact {
                ItemFact::EvidenceChecked { key, accepted, note, by } => {
                    checks.push((key, *accepted, by.clone(), note.clone()));
                }
                ItemFact::ExtensionDecided { granted, note } => {
                    decisions.push((held.effective, held.seq, *granted, note.clone()));
                }
                _ => out.take(held),
            }
        }
        for (key, accepted, by, note) in checks {
            if let Some(line) = out.evidence.iter_mut().find(|line| line.key == *key) {
                line.checked = Some((accepted, by, note));
            }
        }
        out.chases.sort_by_key(|chase| (chase.on, chase.seq));
        // Each decision answers the extension last asked for by then.
        decisions.sort_by_key(|(on, seq, ..)| (*on, *seq));
        for (on, _, granted, note) in decisions {
            let asked = out.extensions.iter_mut().rfind(|it| it.asked <= on && it.decided.is_none());
            if let Some(extension) = asked {
                extension.decided = Some((on, granted, note));
            }
        }
        Some(out)
    }

    fn take(&mut self, held: Held<'_, ItemFact>) {
        let Held { fact, effective, seq, .. } = held;
        match fact {
            ItemFact::Kind { .. } | ItemFact::EvidenceChecked { .. } | ItemFact::ExtensionDecided { .. } => {}
            ItemFact::Begin { state } => self.state = *state,
            ItemFact::Name(name) => self.name = name.clone(),
            ItemFact::Text { text } => self.text = text.clone(),
            ItemFact::Number { number } => self.number = number.clone(),
            ItemFact::Received { on } => self.received = *on,
            ItemFact::Issuer { name, unit } => {
                self.issuer = name.clone();
                self.caller = unit.clone();
            }
            ItemFact::Level { level } => self.level = Some(*level),
            ItemFact::Urgency { urgency } => self.urgency = *urgency,
            ItemFact::Series { series } => self.series = Some(*series),
            ItemFact::WhistleKind { whistle } => self.whistle = Some(*whistle),
            ItemFact::InspectionWay { way } => self.way = Some(*way),
            ItemFact::SlipColour { colour } => self.colour = Some(*colour),
            ItemFact::LeadUnit { unit } => self.lead_unit = Some(unit.clone()),
            ItemFact::SupportingUnit { unit, part, active } => {
                self.supporting_units.retain(|(held, _)| held != unit);
                if *active {
                    self.supporting_units.push((unit.clone(), *part));
                }
            }
            ItemFact::Person { person } => self.person = Some(person.clone()),
            ItemFact::Place { areas, address } => {
                self.areas = areas.clone();
                self.address = address.clone();
            }
            ItemFact::Sector { sector } => self.sector = Some(sector.clone()),
            ItemFact::Due { on } => self.due = Some(*on),
            ItemFact::CalledAt { at } => self.called_at = Some(*at),
            ItemFact::AnswerBy { at } => self.answer_by = Some(*at),
            ItemFact::Period { from, to } => self.period = Some((*from, *to)),
            ItemFact::Appointment { at, place } => self.appointment = Some((*at, place.clone())),
            ItemFact::Link { relation, to, held } => {
                let link = (*relation, to.clone());
                self.links.retain(|it| *it != link);
                if *held {
                    self.links.push(link);
                }
            }
            ItemFact::Matter { number, text } => {
                self.matters.retain(|(held, _)| held != number);
                self.matters.push((*number, text.clone()));
            }
            ItemFact::Split { task, matters } => {
                self.splits.retain(|(held, _)| held != task);
                if !matters.is_empty() {
                    self.splits.push((task.clone(), matters.clone()));
                }
            }
            ItemFact::Move { step, state, by } => {
                self.state = *state;
                self.moves.push(Moved { on: effective, step: *step, to: *state, by: by.clone(), seq });
            }
            ItemFact::Objection { to, reason, unit, due } => {
                self.objection = Some(Objection {
                    on: effective,
                    to: *to,
                    reason: reason.clone(),
                    unit: unit.clone(),
                    due: *due,
                });
            }
            ItemFact::ExtensionAsked { until, reason } => self.extensions.push(Extension {
                asked: effective,
                until: *until,
                reason: reason.clone(),
                decided: None,
            }),
            ItemFact::Progress { text, percent } => {
                self.progress.push(ProgressLine { on: effective, text: text.clone(), percent: *percent, seq })
            }
            ItemFact::Forecast { on } => self.forecast = *on,
            ItemFact::Evidence { key, title, url, by } => {
                self.evidence.retain(|line| line.key != *key);
                self.evidence.push(EvidenceLine {
                    key: key.clone(),
                    title: title.clone(),
                    url: url.clone(),
                    on: effective,
                    by: by.clone(),
                    checked: None,
                });
            }
            ItemFact::Acknowledged { unit, at } => {
                self.units.entry(unit.clone()).or_default().acknowledged = Some(*at);
            }
            ItemFact::Answer { unit, at, text } => {
                self.units.entry(unit.clone()).or_default().answered = Some((*at, text.clone()));
            }
            ItemFact::Arrival { unit, at, people } => {
                self.units.entry(unit.clone()).or_default().arrived = Some((*at, *people));
            }
            ItemFact::Mark { unit, mark, veto, note } => {
                self.units.entry(unit.clone()).or_default().mark = Some((*mark, *veto, note.clone()));
            }
            ItemFact::Outcome { solved, text } => self.outcome = Some((*solved, text.clone())),
            ItemFact::Quantity { kind, quantity } => {
                self.quantities.retain(|(held, _)| held != kind);
                self.quantities.push((kind.clone(), *quantity));
            }
            // In the order of their names: the goal comes first.
            ItemFact::Goal(goal) => {
                self.goal = Some(goal.clone());
                self.goal_said = seq;
            }
            ItemFact::Measured(measured) if seq > self.goal_said => self.measured = Some(measured.clone()),
            ItemFact::Measured(_) => {}
            ItemFact::Theme(theme) => self.theme = Some(theme.clone()),
            ItemFact::ThemeMeasured(figures) => self.theme_figures = Some(figures.clone()),
            ItemFact::Beneficiaries { whom, people } => self.beneficiaries = Some((whom.clone(), *people)),
            ItemFact::People { people } => self.people = Some(*people),
            ItemFact::ReportInForm { form } => self.form = Some(*form),
            ItemFact::Party { party } => self.party = Some(*party),
            ItemFact::Explanation { text, until, by } => {
                self.explanation = Some((text.clone(), *until, by.clone()));
            }
            ItemFact::Attendance { unit, attendance, name } => {
                self.attendance.retain(|(held, ..)| held != unit);
                self.attendance.push((unit.clone(), *attendance, name.clone()));
            }
            ItemFact::Agenda { point, title, about, text, asked } => {
                self.agenda.retain(|(held, _)| held != point);
                if !title.is_empty() {
                    let line = AgendaPoint {
                        title: title.clone(),
                        about: about.clone(),
                        text: text.clone(),
                        asked: asked.clone(),
                    };
                    self.agenda.push((*point, line));
                    self.agenda.sort_unstable_by_key(|(point, _)| *point);
                }
            }
            ItemFact::AgendaAsked { key, unit, title, about, text } => {
                self.asked.retain(|line| line.key != *key);
                if !title.is_empty() {
                    let point = AgendaPoint {
                        title: title.clone(),
                        about: about.clone(),
                        text: text.clone(),
                        asked: Some(key.clone()),
                    };
                    self.asked.push(AskedPoint {
                        key: key.clone(),
                        unit: unit.clone(),
                        on: effective,
                        point,
                    });
                }
            }
            ItemFact::Chased { watch, limit, after, to, slip } => self.chases.push(Chase {
                on: effective,
                watch: *watch,
                limit: *limit,
                after: *after,
                to: *to,
                slip: slip.clone(),
                seq,
            }),
            ItemFact::Minutes { text } => self.minutes = text.clone(),
            ItemFact::Content { content } => self.content = content.clone(),
            ItemFact::Issue { number, as_of, known, digest } => {
                self.issued = Some(Issued {
                    number: *number,
                    as_of: *as_of,
                    known: Seq(*known),
                    digest: digest.clone(),
                });
            }
        }
    }

    pub fn standing(&self) -> Standing {
        self.state.standing()
    }

    /// The day it was done, for one that is.
    pub fn finished(&self) -> Option<Date> {
        (self.standing() == Standing::Done).then(|| {
            // Filing is paper work: what counts is when it was done.
            let done = self.moves.iter().rev().find(|it| !matches!(it.step, Step::File | Step::Mark));
            done.map_or(self.received, |it| it.on)
        })
    }

    /// The day it was last handed to its lead unit.
    pub fn assigned(&self) -> Option<Date> {
        self.moves
            .iter()
            .rev()
            .find(|it| matches!(it.step, Step::Assign | Step::RejectObjection))
            .map(|it| it.on)
    }

    /// Every unit with a part in it, the lead unit first.
    pub fn all_units(&self) -> impl Iterator<Item = &Code> {
        self.lead_unit.iter().chain(self.supporting_units.iter().map(|(unit, _)| unit))
    }

    /// Called units that have not answered.
    pub fn unanswered(&self) -> impl Iterator<Item = &Code> {
        self.all_units().filter(|unit| self.units.get(*unit).is_none_or(|line| line.answered.is_none()))
    }

    /// The extension that waits for a decision.
    pub fn pending_extension(&self) -> Option<&Extension> {
        self.extensions.last().filter(|it| it.decided.is_none())
    }

    pub fn linked(&self, relation: Relation) -> impl Iterator<Item = &Target> {
        self.links.iter().filter(move |(held, _)| *held == relation).map(|(_, to)| to)
    }

    /// The matters of a directive that no task covers.
    pub fn uncovered(&self) -> Vec<u32> {
        self.matters
            .iter()
            .map(|(number, _)| *number)
            .filter(|number| !self.splits.iter().any(|(_, matters)| matters.contains(number)))
            .collect()
    }

    pub fn has_accepted_evidence(&self) -> bool {
        self.evidence.iter().any(|line| matches!(line.checked, Some((true, ..))))
    }
}
