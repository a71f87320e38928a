//! One subject on the desk: a form for some of its facts, from opening it to what was recorded.

use app::{Actor, App, AppError, Change, Receipt};
use axum::http::StatusCode;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::journal::Seq;
use domain::plan::Plan;
use domain::source::Source;
use domain::subject::{Subject, SubjectKind};
use jiff::civil::Date;

use super::book::{Book, label_key};
use super::change::{Sent, Wanted, own_unit, reconcile, record, seen, send};
use super::field::{Control, Field, Typed};
use super::reader::{Mistake, Reader, read};
use super::request_rules;
use super::sheet::{Ground, Sheet, Slots, ground_fields, held_fact, read_ground};
use super::topic::topic;
use super::values::values;

/// Where a form's values come from and what it may leave out.
pub struct Desk<'a> {
    pub book: &'a Book,
    pub kind: SubjectKind,
    /// `None` for something that is yet to be registered.
    pub history: Option<&'a SubjectHistory>,
    pub today: Date,
    pub topics: Vec<&'static str>,
    /// Whether the fields always hold what stands now, each topic in a slot of its own; otherwise the
    /// form adds something, or changes what stands in `slot`.
    pub state: bool,
    pub slot: String,
    /// Topics that are shown but not to be changed.
    pub fixed: Vec<&'static str>,
    /// Topics that may be left empty where nothing is on record.
    pub optional: &'static [&'static str],
    /// Values to begin with where nothing is on record.
    pub presets: Vec<(&'static str, String)>,
    /// Whether the change has to name its source, or only may give a reason.
    pub sourced: bool,
}

/// Topics whose empty form says something: "no address", "no unit above".
const MAY_EMPTY: &[&str] = &[
    "place",
    "area_parent",
    "area_aliases",
    "unit_parent",
    "email",
    "facility_boundary",
    "entrances",
    "facility_area",
    "facility_capacity",
    "opens",
    "closes",
    "facility_project",
    "licence",
    "on_site",
];

/// The slot of a topic that has one slot only.
fn only_slot(topic: &'static str) -> &'static str {
    match topic {
        "area_level" | "unit_level" => "level",
        "area_parent" | "unit_parent" => "parent",
        "area_aliases" => "aliases",
        "person_name" => "name",
        "person_unit" => "unit",
        "facility_sort" => "kind",
        "facility_boundary" => "boundary",
        "facility_area" => "area",
        "facility_capacity" => "capacity",
        "facility_project" => "project",
        other => other,
    }
}

impl<'a> Desk<'a> {
    pub fn new(book: &'a Book, kind: SubjectKind, history: Option<&'a SubjectHistory>, today: Date) -> Self {
        Self {
            book,
            kind,
            history,
            today,
            topics: Vec::new(),
            state: false,
            slot: String::new(),
            fixed: Vec::new(),
            optional: &[],
            presets: Vec::new(),
            sourced: true,
        }
    }

    fn held(&self, topic: &'static str, known: Seq) -> Option<Fact> {
        let single = self.state || matches!(topic, "membership" | "suspended");
        let slot = if single { only_slot(topic) } else { &self.slot };
        let history = self.history?;
        if request_rules::TOPICS.contains(&topic) {
            // A whole set takes the place of the pieces that were said before it: no slot tells by itself.
            let plan = Plan::at(history, View { as_of: self.today, known })?;
            return request_rules::held(&plan, slot).map(Fact::from);
        }
        held_fact(history, slot, self.today, known).cloned()
    }

    /// The fields as the subject stands at an entry.
    pub fn fields(&self, known: Seq) -> Vec<Field> {
        let mut out = Vec::new();
        for key in &self.topics {
            let Some(topic) = topic(key) else { continue };
            let held = self.held(key, known).as_ref().map(values);
            for spec in topic.fields {
                let value = match &held {
                    Some(held) => held.iter().find(|(name, _)| *name == spec.name).map(|(_, v)| v.as_str()),
                    None => self.presets.iter().find(|(n, _)| *n == spec.name).map(|(_, v)| v.as_str()),
                };
                let mut field = self.book.field(spec, "", value.unwrap_or(""));
                field.required &= !self.optional.contains(key);
                if self.fixed.contains(key) {
                    field.value = field.shown(self.book.lang);
                    field.control = Control::Fixed;
                    field.hint = words::text(self.book.lang, "edit-fixed-note").into_owned();
                }
                out.push(field);
            }
        }
        out
    }

    /// Reads the facts; those that only repeat what is on record are left out of a form that shows it.
    pub fn read(&self, reader: &mut Reader<'_>, typed: &Typed, slots: &mut Slots) -> Vec<Fact> {
        let mut facts = Vec::new();
        for key in &self.topics {
            let Some(topic) = topic(key).filter(|_| !self.fixed.contains(key)) else { continue };
            let held = self.held(key, Seq::LATEST);
            let empty = topic.fields.iter().all(|spec| typed.joined(spec.name).is_empty());
            if empty && (self.optional.contains(key) || (self.state && held.is_some())) {
                match held {
                    None => continue,
                    Some(_) if !MAY_EMPTY.contains(key) => {
                        reader.fail(
                            topic.fields.first().map_or("", |spec| spec.name),
                            Mistake::CannotBeEmptied,
                        );
                        continue;
                    }
                    Some(_) => {}
                }
            }
            if let Some(fact) = read(self.kind, key, reader)
                && (!self.state || held.as_ref() != Some(&fact))
            {
                slots.note(&fact, "");
                facts.push(fact);
            }
        }
        facts
    }
}

/// A form that is to be shown and handled.
pub struct Task<'a> {
    pub desk: Desk<'a>,
    /// The subject; for one that is yet to be registered, how its code makes it.
    pub subject: Target<'a>,
    pub legend: String,
    pub action: String,
    pub cancel: String,
    pub own_unit: String,
    /// What the form has besides its fields.
    pub dress: Box<dyn Fn(Sheet) -> Sheet + Send + Sync + 'a>,
    /// Facts a registration has besides those that are typed.
    pub with: Vec<Fact>,
}

pub enum Target<'a> {
    Held(Subject),
    New(Box<dyn Fn(&Code) -> Subject + Send + Sync + 'a>),
}

/// What handling a form came to.
pub enum Outcome {
    /// Recorded; for something new, under this code.
    Done(Receipt, Code),
    Unchanged,
    Again(StatusCode, Box<Sheet>),
    /// Someone was quicker: open everything afresh and handle the form once more.
    Afresh,
}

impl<'a> Task<'a> {
    pub fn new(desk: Desk<'a>, subject: Target<'a>, legend: String, action: String, cancel: String) -> Self {
        Self {
            desk,
            subject,
            legend,
            action,
            cancel,
            own_unit: String::new(),
            dress: Box::new(|sheet| sheet),
            with: Vec::new(),
        }
    }

    pub fn by(mut self, actor: &Actor) -> Self {
        self.own_unit = own_unit(actor);
        self
    }

    /// The form as the subject stands at an entry.
    pub fn sheet(&self, known: Seq) -> Sheet {
        let (book, lang) = (self.desk.book, self.desk.book.lang);
        let mut sheet = Sheet::new(&self.action, &self.cancel, words::text(lang, "edit-save"));
        let mut fields = self.desk.fields(known);
        match (&self.subject, self.desk.history) {
            (Target::New(_), _) => {
                let code = Field::new(lang, "code", &label_key("code"), Control::Text).required();
                fields.insert(0, code);
            }
            (Target::Held(_), Some(history)) => {
                sheet = sheet.hidden("version", history.version.to_string());
            }
            (Target::Held(_), None) => {}
        }
        if !self.desk.slot.is_empty() {
            sheet = sheet.hidden("slot", &self.desk.slot);
        }
        let mut ground = ground_fields(book, self.desk.today, &self.own_unit);
        if !self.desk.sourced {
            ground.retain(|field| field.name == "reason");
        }
        (self.dress)(sheet.group(&self.legend, fields).group(words::text(lang, "edit-ground"), ground))
    }

    /// The form as it opens.
    pub fn open(&self) -> Sheet {
        self.sheet(Seq::LATEST)
    }

    /// The facts that were typed and the change they make; `None` where the form is not in order.
    pub fn wanted(&self, typed: &Typed) -> Option<(Vec<Fact>, Change)> {
        let Target::Held(subject) = &self.subject else { return None };
        let mut reader = Reader::new(typed);
        let facts = self.desk.read(&mut reader, typed, &mut Slots::default());
        let ground = read_ground(&mut reader);
        if !reader.mistakes.is_empty() {
            return None;
        }
        let command = record(subject.clone(), facts.clone(), seen(typed));
        let Ground { effective, source, reason } = ground;
        Some((facts, Change { command, effective, source, reason }))
    }

    /// Handles what a browser sent. `finish` has the last word on a form that is shown again.
    pub async fn handle(
        &self,
        app: &App,
        actor: &Actor,
        typed: &mut Typed,
        finish: impl Fn(&mut Sheet, &Typed),
    ) -> Result<Outcome, AppError> {
        let book = self.desk.book;
        if let (Target::Held(_), Some(history)) = (&self.subject, self.desk.history)
            && let Some(mut sheet) = reconcile(app, book, history, typed, |known| self.sheet(known)).await?
        {
            finish(&mut sheet, typed);
            return Ok(Outcome::Again(StatusCode::CONFLICT, Box::new(sheet)));
        }
        let mut sheet = self.open();
        sheet.refill(typed);
        finish(&mut sheet, typed);

        let mut reader = Reader::new(typed);
        let subject = match &self.subject {
            Target::Held(subject) => Some(subject.clone()),
            Target::New(make) => {
                if typed.get("code").is_empty() {
                    reader.fail("code", Mistake::Missing);
                }
                reader.code("code").map(|code| make(&code))
            }
        };
        let mut slots = Slots::default();
        let mut facts = self.desk.read(&mut reader, typed, &mut slots);
        let ground = if self.desk.sourced {
            read_ground(&mut reader)
        } else {
            let reason = reader.text("reason").replace("\r\n", "\n");
            Ground { effective: None, source: Source::default(), reason }
        };
        let Some(subject) = subject.filter(|_| reader.mistakes.is_empty()) else {
            sheet.mistakes(book.lang, &reader.mistakes);
            return Ok(Outcome::Again(StatusCode::UNPROCESSABLE_ENTITY, Box::new(sheet)));
        };
        if facts.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        let code = subject.code.clone();
        let command = match self.subject {
            Target::Held(_) => record(subject, facts, seen(typed)),
            Target::New(_) => {
                facts.extend(self.with.iter().cloned());
                Command::Register { subject, facts }
            }
        };
        Ok(match send(app, actor, book, sheet, Wanted { command, ground, slots }).await? {
            Sent::Done(receipt) => Outcome::Done(receipt, code),
            Sent::Again(status, sheet) => Outcome::Again(status, sheet),
            Sent::Conflict => Outcome::Afresh,
        })
    }
}
