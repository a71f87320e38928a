//! What can be done with an item, and the fields that each act asks for.

use domain::code::Code;
use domain::item::kind::{Attendance, ItemKind, Level, ObjectionTo, Part, Urgency};
use domain::item::workflow::{self, Standing, State, Step};
use domain::item::{Item, ItemFact, Relation, Target};
use domain::policy::Action;
use jiff::civil::DateTime;
use words::Lang;

use crate::editor::book::{Book, label_key};
use crate::editor::field::{Choice, Control, Field};
use crate::editor::reader::{Mistake, Reader};
use crate::editor::topic::Pick;

/// Something that a person does with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A move along the life cycle.
    Step(Step),
    Progress,
    Evidence,
    CheckEvidence,
    Forecast,
    AskExtension,
    DecideExtension,
    Describe,
    Units,
    Due,
    Matter,
    Link,
    Explain,
    Answer,
    Arrival,
    Attendance,
    Agenda,
    AskAgenda,
    Minutes,
}

const RECORDS: [(&str, Act); 18] = [
    ("progress", Act::Progress),
    ("evidence", Act::Evidence),
    ("check-evidence", Act::CheckEvidence),
    ("forecast", Act::Forecast),
    ("ask-extension", Act::AskExtension),
    ("decide-extension", Act::DecideExtension),
    ("describe", Act::Describe),
    ("units", Act::Units),
    ("due", Act::Due),
    ("matter", Act::Matter),
    ("link", Act::Link),
    ("explain", Act::Explain),
    ("answer", Act::Answer),
    ("arrival", Act::Arrival),
    ("attendance", Act::Attendance),
    ("agenda", Act::Agenda),
    ("ask-agenda", Act::AskAgenda),
    ("minutes", Act::Minutes),
];

impl Act {
    pub fn parse(key: &str) -> Option<Self> {
        match key.strip_prefix("step-") {
            Some(step) => Step::parse(&step.replace('-', "_")).map(Self::Step),
            None => RECORDS.iter().find(|(held, _)| *held == key).map(|(_, act)| *act),
        }
    }

    pub fn key(self) -> String {
        match self {
            Self::Step(step) => format!("step-{}", step.as_str().replace('_', "-")),
            act => RECORDS.iter().find(|(_, held)| *held == act).map_or("", |(key, _)| key).to_owned(),
        }
    }

    pub fn title(self, lang: Lang) -> String {
        match self {
            Self::Step(step) => crate::words_of::word(lang, "item-step", step.as_str()),
            act => words::text(lang, &format!("item-act-{}", act.key())).into_owned(),
        }
    }

    /// What the policy must allow, where the item stands as it does; `None` where this is not to be done
    /// with it now.
    pub fn needs(self, item: &Item) -> Option<Action> {
        let open = item.standing() == Standing::Open || item.standing() == Standing::Suspended;
        let describing = match item.kind {
            ItemKind::Directive => Action::SuperviseItem,
            kind => domain::authorize::item_registering(kind),
        };
        let supervised = item.kind.is_task() || item.kind == ItemKind::Directive;
        let called = matches!(item.kind, ItemKind::Whistle | ItemKind::Dispatch);
        let when = |holds: bool, action: Action| holds.then_some(action);
        match self {
            // A report is issued where its figures can be seen to be whole.
            Self::Step(Step::Issue) => None,
            // A return is handed in where it is filled; the calendar closes what did not come.
            Self::Step(Step::Submit | Step::Close) if item.kind == ItemKind::Return => None,
            Self::Step(step) => workflow::find(item.kind, item.state, step).map(|held| held.needs),
            Self::Progress | Self::Explain => when(
                open && !matches!(item.kind, ItemKind::Report | ItemKind::Meeting | ItemKind::Return),
                Action::HandleItem,
            ),
            Self::Evidence => {
                when(open && (supervised || item.kind == ItemKind::Inspection), Action::HandleItem)
            }
            Self::CheckEvidence => {
                when(item.evidence.iter().any(|line| line.checked.is_none()), Action::SuperviseItem)
            }
            Self::Forecast => when(open && item.due.is_some(), Action::HandleItem),
            Self::AskExtension => when(
                supervised
                    && item.due.is_some()
                    && matches!(item.state, State::Assigned | State::InHand)
                    && item.pending_extension().is_none(),
                Action::HandleItem,
            ),
            Self::DecideExtension => when(item.pending_extension().is_some(), Action::SuperviseItem),
            Self::Describe | Self::Link => when(item.kind != ItemKind::Report || open, describing),
            Self::Units | Self::Due => when(open && item.kind != ItemKind::Report, describing),
            Self::Matter => {
                when(item.kind == ItemKind::Directive && item.state == State::Registered, describing)
            }
            Self::Answer | Self::Arrival => when(
                called
                    && open
                    && item.units.values().any(|line| line.answered.is_some() || line.arrived.is_some()),
                Action::HandleItem,
            )
            .or_else(|| {
                when(item.kind == ItemKind::Dispatch && open && self == Self::Answer, Action::HandleItem)
            }),
            Self::Attendance | Self::Agenda => {
                when(item.kind == ItemKind::Meeting && item.state != State::Minuted && open, describing)
            }
            // Any unit may ask, also one that has no part in the meeting yet.
            Self::AskAgenda => {
                when(item.kind == ItemKind::Meeting && item.state == State::Planned, Action::HandleItem)
            }
            Self::Minutes => when(item.kind == ItemKind::Meeting && item.state == State::Held, describing),
        }
    }

    /// Everything that may be tried with an item now, moves first.
    pub fn all(item: &Item) -> impl Iterator<Item = Self> {
        let steps: Vec<Self> =
            workflow::next(item.kind, item.state).map(|held| Self::Step(held.step)).collect();
        steps.into_iter().chain(RECORDS.iter().map(|(_, act)| *act))
    }
}

/// The fields of a form, made and read with the names that they need.
pub struct Form<'a> {
    pub book: &'a Book,
    pub item: &'a Item,
    /// The unit of the person who fills the form, where there is exactly one.
    pub own_unit: String,
    pub now: DateTime,
}

/// A moment as the forms write it.
pub fn moment(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

impl Form<'_> {
    pub fn field(&self, name: &str, control: Control) -> Field {
        Field::new(self.book.lang, name, &label_key(&format!("item_{name}")), control)
    }

    pub fn words(&self, list: &str, values: impl Iterator<Item = &'static str>) -> Vec<Choice> {
        values.map(|value| Choice::new(value, crate::words_of::word(self.book.lang, list, value))).collect()
    }

    pub fn please(&self, mut choices: Vec<Choice>) -> Control {
        choices.insert(0, Choice::new("", words::text(self.book.lang, "choice-none")));
        Control::Select(choices)
    }

    fn units(&self, present: &str) -> Control {
        self.please(self.book.choices(Pick::Unit, present))
    }

    /// The units with a part in the item; the reader's own chosen where it is one of them.
    fn called(&self, name: &str) -> Field {
        let units: Vec<Choice> = self
            .item
            .all_units()
            .map(|unit| Choice::new(unit.as_str(), self.book.unit_name(unit.as_str())))
            .collect();
        let own = self.item.all_units().any(|unit| unit.as_str() == self.own_unit);
        let present =
            if own { self.own_unit.as_str() } else { units.first().map_or("", |c| c.value.as_str()) };
        let present = present.to_owned();
        self.field(name, Control::Select(units)).required().value(present)
    }

    pub fn fields(&self, act: Act) -> Vec<Field> {
        let item = self.item;
        let day = |date: Option<jiff::civil::Date>| date.map_or_else(String::new, |date| date.to_string());
        match act {
            Act::Step(step) => self.step_fields(step),
            Act::Progress => {
                vec![self.field("progress", Control::Area).required(), self.field("percent", Control::Number)]
            }
            Act::Evidence => self.evidence_fields(true),
            Act::CheckEvidence => {
                let waiting = item.evidence.iter().filter(|line| line.checked.is_none());
                let choices: Vec<Choice> =
                    waiting.map(|line| Choice::new(line.key.as_str(), line.title.as_str())).collect();
                let verdicts = self.words("evidence", ["accepted", "returned"].into_iter());
                vec![
                    self.field("evidence_key", Control::Select(choices)).required(),
                    self.field("verdict", self.please(verdicts)).required(),
                    self.field("note", Control::Area),
                ]
            }
            Act::Forecast => vec![self.field("forecast", Control::Day).value(day(item.forecast))],
            Act::AskExtension => vec![
                self.field("until", Control::Day).required(),
                self.field("why", Control::Area).required(),
            ],
            Act::DecideExtension => vec![
                self.field(
                    "granted",
                    self.please(self.words("extension", ["granted", "refused"].into_iter())),
                )
                .required(),
                self.field("note", Control::Area),
            ],
            Act::Describe => {
                let mut fields = vec![
                    self.field("name_zh", Control::Text).required().value(&item.name.zh),
                    self.field("name_en", Control::Text).value(&item.name.en),
                    self.field("number", Control::Text).value(&item.number),
                    self.field("text", Control::Area).value(&item.text),
                ];
                fields.push(self.areas());
                fields.push(self.field("address", Control::Text).value(&item.address));
                fields
            }
            Act::Units => vec![
                self.field("lead_unit", self.units(&code(&item.lead_unit))).value(code(&item.lead_unit)),
                self.supporting(Part::JointLead, "joint_lead"),
                self.supporting(Part::Supporting, "supporting"),
            ],
            Act::Due => vec![self.field("due", Control::Day).value(day(item.due)), self.urgency()],
            Act::Matter => vec![self.field("matter", Control::Area).required()],
            Act::Link => vec![
                self.field(
                    "relation",
                    self.please(self.words("relation", Relation::ALL.iter().map(|it| it.as_str()))),
                )
                .required(),
                self.field("to_item", Control::Text),
                self.field("to_project", self.please(self.book.choices(Pick::Project, ""))),
            ],
            Act::Explain => vec![
                self.field("explanation", Control::Area).required(),
                self.field("until", Control::Day).required(),
            ],
            Act::Answer => vec![
                self.called("unit"),
                self.field("at", Control::Moment).required().value(moment(self.now)),
                self.field("answer", Control::Area),
            ],
            Act::Arrival => vec![
                self.called("unit"),
                self.field("at", Control::Moment).required().value(moment(self.now)),
                self.field("people", Control::Number).required().value("1"),
            ],
            Act::Attendance => vec![
                self.field("attending_unit", self.units("")).required(),
                self.field(
                    "attendance",
                    self.please(self.words("attendance", Attendance::ALL.iter().map(|it| it.as_str()))),
                )
                .required(),
                self.field("attendee", Control::Text),
            ],
            Act::Agenda => vec![
                self.field("point_title", Control::Text).required(),
                self.field("to_item", Control::Text),
                self.field("point_text", Control::Area),
            ],
            Act::AskAgenda => vec![
                self.field("asking_unit", self.units(&self.own_unit)).required().value(&self.own_unit),
                self.field("point_title", Control::Text).required(),
                self.field("to_item", Control::Text),
                self.field("point_text", Control::Area),
            ],
            Act::Minutes => vec![self.field("minutes", Control::Area).required().value(&item.minutes)],
        }
    }

    pub fn areas(&self) -> Field {
        let present: Vec<&str> = self.item.areas.iter().map(Code::as_str).collect();
        let present = present.join(";");
        self.field("areas", Control::Checks(self.book.choices(Pick::Area, &present))).value(present)
    }

    fn urgency(&self) -> Field {
        let choices = self.words("urgency", Urgency::ALL.iter().map(|it| it.as_str()));
        self.field("urgency", Control::Select(choices)).value(self.item.urgency.as_str())
    }

    fn supporting(&self, part: Part, name: &str) -> Field {
        let held = self.item.supporting_units.iter().filter(|(_, is)| *is == part);
        let present = held.map(|(unit, _)| unit.as_str()).collect::<Vec<_>>().join(";");
        self.field(name, Control::Checks(self.book.choices(Pick::Unit, &present))).value(present)
    }

    fn evidence_fields(&self, required: bool) -> Vec<Field> {
        let title = self.field("evidence_title", Control::Text);
        vec![if required { title.required() } else { title }, self.field("evidence_url", Control::Url)]
    }

    fn step_fields(&self, step: Step) -> Vec<Field> {
        match step {
            Step::Object => vec![
                self.field(
                    "objection_to",
                    self.please(self.words("objection-to", ObjectionTo::ALL.iter().map(|it| it.as_str()))),
                )
                .required(),
                self.field("why", Control::Area).required(),
                self.field("proposed_unit", self.units("")),
                self.field("proposed_due", Control::Day),
            ],
            Step::ReportDone if self.item.kind.is_task() => {
                let mut fields = vec![self.field("progress", Control::Area).required()];
                fields.extend(self.evidence_fields(self.item.evidence.is_empty()));
                fields
            }
            Step::ReportDone => vec![self.field("progress", Control::Area).required()],
            Step::Answer => self.fields(Act::Answer),
            Step::Arrive => self.fields(Act::Arrival),
            Step::Solve => vec![self.field("outcome", Control::Area).required()],
            Step::Conclude => vec![self.field("outcome", Control::Area).required()],
            Step::Mark => {
                let marks = ["5", "4", "3", "2", "1"].map(|mark| Choice::new(mark, mark)).to_vec();
                let mut fields = Vec::new();
                for unit in self.item.all_units() {
                    let mut field = self.field("mark", self.please(marks.clone()));
                    field.name = format!("mark:{unit}");
                    field.label = self.book.unit_name(unit.as_str());
                    fields.push(field.required());
                }
                let choices: Vec<Choice> = self
                    .item
                    .all_units()
                    .map(|unit| Choice::new(unit.as_str(), self.book.unit_name(unit.as_str())))
                    .collect();
                fields.push(self.field("veto", Control::Checks(choices)));
                fields.push(self.field("note", Control::Area));
                fields
            }
            Step::Minute if self.item.minutes.is_empty() => self.fields(Act::Minutes),
            _ => Vec::new(),
        }
    }

    /// The facts that the typed fields make.
    pub fn read(&self, act: Act, reader: &mut Reader<'_>) -> Vec<ItemFact> {
        let item = self.item;
        let mut facts = Vec::new();
        match act {
            Act::Step(step) => {
                facts.extend(self.read_step(step, reader));
                if let Some(held) = workflow::find(item.kind, item.state, step) {
                    facts.push(ItemFact::Move { step, state: held.to, by: None });
                }
            }
            Act::Progress => {
                let percent = reader.number("percent");
                facts.extend(must_text(reader, "progress").map(|text| ItemFact::Progress { text, percent }));
            }
            Act::Evidence => facts.extend(self.read_evidence(reader, true)),
            Act::CheckEvidence => {
                let key = must(reader, "evidence_key", |r| r.code("evidence_key"));
                let accepted = must(reader, "verdict", |r| {
                    r.word("verdict", |text| match text {
                        "accepted" => Some(true),
                        "returned" => Some(false),
                        _ => None,
                    })
                });
                let note = reader.long("note");
                if let (Some(key), Some(accepted)) = (key, accepted) {
                    facts.push(ItemFact::EvidenceChecked { key, accepted, note, by: None });
                }
            }
            Act::Forecast => facts.push(ItemFact::Forecast { on: reader.day("forecast") }),
            Act::AskExtension => {
                let until = must(reader, "until", |r| r.day("until"));
                let reason = must_text(reader, "why");
                if let (Some(until), Some(reason)) = (until, reason) {
                    facts.push(ItemFact::ExtensionAsked { until, reason });
                }
            }
            Act::DecideExtension => {
                let granted = must(reader, "granted", |r| {
                    r.word("granted", |text| match text {
                        "granted" => Some(true),
                        "refused" => Some(false),
                        _ => None,
                    })
                });
                let note = reader.long("note");
                if let (Some(granted), Some(asked)) = (granted, item.pending_extension()) {
                    facts.push(ItemFact::ExtensionDecided { granted, note });
                    if granted {
                        facts.push(ItemFact::Due { on: asked.until });
                    }
                }
            }
            Act::Describe => {
                if let Some(zh) = must_text(reader, "name_zh") {
                    let en = reader.text("name_en").to_owned();
                    facts.push(ItemFact::Name(domain::named::Named { zh, en }));
                }
                facts.push(ItemFact::Number { number: reader.text("number").to_owned() });
                facts.push(ItemFact::Text { text: reader.long("text") });
                let areas = reader.codes("areas");
                facts.push(ItemFact::Place { areas, address: reader.text("address").to_owned() });
            }
            Act::Units => {
                facts.extend(reader.code("lead_unit").map(|unit| ItemFact::LeadUnit { unit }));
                facts.extend(self.read_supporting(reader));
            }
            Act::Due => {
                facts.extend(reader.day("due").map(|on| ItemFact::Due { on }));
                facts.extend(
                    reader.word("urgency", Urgency::parse).map(|urgency| ItemFact::Urgency { urgency }),
                );
            }
            Act::Matter => {
                let number = item.matters.iter().map(|(number, _)| *number).max().unwrap_or(0) + 1;
                facts.extend(must_text(reader, "matter").map(|text| ItemFact::Matter { number, text }));
            }
            Act::Link => {
                let relation = must(reader, "relation", |r| r.word("relation", Relation::parse));
                let to = reader
                    .code("to_item")
                    .map(Target::Item)
                    .or_else(|| reader.code("to_project").map(Target::Project));
                if to.is_none() {
                    reader.fail("to_item", Mistake::Missing);
                }
                if let (Some(relation), Some(to)) = (relation, to) {
                    facts.push(ItemFact::Link { relation, to, held: true });
                }
            }
            Act::Explain => {
                let text = must_text(reader, "explanation");
                let until = must(reader, "until", |r| r.day("until"));
                if let (Some(text), Some(until)) = (text, until) {
                    facts.push(ItemFact::Explanation { text, until, by: None });
                }
            }
            Act::Answer => {
                let (unit, at) = self.read_word_of(reader);
                let text = reader.long("answer");
                if let (Some(unit), Some(at)) = (unit, at) {
                    facts.push(ItemFact::Answer { unit, at, text });
                }
            }
            Act::Arrival => {
                let (unit, at) = self.read_word_of(reader);
                let people = must(reader, "people", |r| r.whole("people"));
                if let (Some(unit), Some(at), Some(people)) = (unit, at, people) {
                    facts.push(ItemFact::Arrival { unit, at, people });
                }
            }
            Act::Attendance => {
                let unit = must(reader, "attending_unit", |r| r.code("attending_unit"));
                let attendance = must(reader, "attendance", |r| r.word("attendance", Attendance::parse));
                let name = reader.text("attendee").to_owned();
                if let (Some(unit), Some(attendance)) = (unit, attendance) {
                    facts.push(ItemFact::Attendance { unit, attendance, name });
                }
            }
            Act::Agenda => {
                let point = item.agenda.iter().map(|(point, _)| *point).max().unwrap_or(0) + 1;
                let about = reader.code("to_item").map(Target::Item);
                let text = reader.long("point_text");
                facts.extend(must_text(reader, "point_title").map(|title| ItemFact::Agenda {
                    point,
                    title,
                    about,
                    text,
                    asked: None,
                }));
            }
            Act::AskAgenda => {
                let unit = must(reader, "asking_unit", |r| r.code("asking_unit"));
                let title = must_text(reader, "point_title");
                let about = reader.code("to_item").map(Target::Item);
                let text = reader.long("point_text");
                let key = Code::new(&format!("a{}", item.asked.len() + 1));
                if let (Some(unit), Some(title), Ok(key)) = (unit, title, key) {
                    facts.push(ItemFact::AgendaAsked { key, unit, title, about, text });
                }
            }
            Act::Minutes => facts.extend(must_text(reader, "minutes").map(|text| ItemFact::Minutes { text })),
        }
        facts
    }

    fn read_word_of(&self, reader: &mut Reader<'_>) -> (Option<Code>, Option<DateTime>) {
        (must(reader, "unit", |r| r.code("unit")), must(reader, "at", |r| r.moment("at")))
    }

    /// The supporting units as ticked: those that are new, and those that are no longer.
    fn read_supporting(&self, reader: &mut Reader<'_>) -> Vec<ItemFact> {
        let joint = reader.codes("joint_lead");
        let plain = reader.codes("supporting");
        let wanted = |unit: &Code| {
            let part = if joint.contains(unit) { Part::JointLead } else { Part::Supporting };
            (joint.contains(unit) || plain.contains(unit)).then_some(part)
        };
        let gone = self.item.supporting_units.iter().filter(|(unit, _)| wanted(unit).is_none());
        let gone = gone.map(|(unit, part)| ItemFact::SupportingUnit {
            unit: unit.clone(),
            part: *part,
            active: false,
        });
        let mut units: Vec<&Code> = joint.iter().chain(&plain).collect();
        units.sort_unstable();
        units.dedup();
        let now = units.into_iter().filter_map(|unit| {
            Some(ItemFact::SupportingUnit { unit: unit.clone(), part: wanted(unit)?, active: true })
        });
        gone.chain(now).collect()
    }

    fn read_evidence(&self, reader: &mut Reader<'_>, required: bool) -> Option<ItemFact> {
        let title = if required {
            must_text(reader, "evidence_title")?
        } else {
            reader.text("evidence_title").to_owned()
        };
        if title.is_empty() {
            return None;
        }
        let key = Code::new(&format!("e{}", self.item.evidence.len() + 1)).ok()?;
        Some(ItemFact::Evidence { key, title, url: reader.text("evidence_url").to_owned(), by: None })
    }

    fn read_step(&self, step: Step, reader: &mut Reader<'_>) -> Vec<ItemFact> {
        match step {
            Step::Object => {
                let to = must(reader, "objection_to", |r| r.word("objection_to", ObjectionTo::parse));
                let reason = must_text(reader, "why");
                let (unit, due) = (reader.code("proposed_unit"), reader.day("proposed_due"));
                to.zip(reason)
                    .map(|(to, reason)| ItemFact::Objection { to, reason, unit, due })
                    .into_iter()
                    .collect()
            }
            Step::ReportDone => {
                let mut facts = Vec::new();
                facts.extend(
                    must_text(reader, "progress").map(|text| ItemFact::Progress { text, percent: None }),
                );
                if self.item.kind.is_task() {
                    facts.extend(self.read_evidence(reader, self.item.evidence.is_empty()));
                }
                facts
            }
            Step::Answer => self.read(Act::Answer, reader),
            Step::Arrive => self.read(Act::Arrival, reader),
            Step::Solve | Step::Conclude => must_text(reader, "outcome")
                .map(|text| ItemFact::Outcome { solved: step == Step::Solve, text })
                .into_iter()
                .collect(),
            Step::Mark => {
                let vetoed = reader.codes("veto");
                let note = reader.long("note");
                let units: Vec<Code> = self.item.all_units().cloned().collect();
                units
                    .into_iter()
                    .filter_map(|unit| {
                        let name = format!("mark:{unit}");
                        let mark = must(reader, &name, |r| r.whole::<u8>(&name))?;
                        let veto = vetoed.contains(&unit);
                        // A veto stands with the lowest mark, whatever was chosen beside it.
                        let mark = if veto { 1 } else { mark };
                        Some(ItemFact::Mark { unit, mark, veto, note: note.clone() })
                    })
                    .collect()
            }
            Step::Minute if self.item.minutes.is_empty() => self.read(Act::Minutes, reader),
            _ => Vec::new(),
        }
    }
}

fn code(code: &Option<Code>) -> String {
    code.as_ref().map(Code::to_string).unwrap_or_default()
}

/// A value that must be there.
pub fn must<'a, T>(
    reader: &mut Reader<'a>,
    field: &str,
    read: impl FnOnce(&mut Reader<'a>) -> Option<T>,
) -> Option<T> {
    if reader.text(field).is_empty() {
        reader.fail(field, Mistake::Missing);
        return None;
    }
    read(reader)
}

pub fn must_text(reader: &mut Reader<'_>, field: &str) -> Option<String> {
    let text = reader.long(field);
    if text.is_empty() {
        reader.fail(field, Mistake::Missing);
        return None;
    }
    Some(text)
}

/// The field that a refusal about a slot belongs to; empty for the form as a whole.
pub fn field_of(slot: &str) -> String {
    let topic = slot.split('/').next().unwrap_or_default();
    match topic {
        "name" => "name_zh",
        "supporting_unit" => "supporting",
        "place" => "areas",
        "issuer" => "issuer_name",
        "objection" => "why",
        "extension_asked" => "until",
        "extension_decided" => "granted",
        "evidence" => "evidence_title",
        "evidence_checked" => "evidence_key",
        "answer" | "arrival" => "at",
        "mark" => return format!("mark:{}", slot.split('/').nth(1).unwrap_or_default()),
        "link" => "to_item",
        "quantity" => "quantity",
        "attendance" => "attending_unit",
        "agenda_asked" => "point_title",
        "acknowledged" => "at",
        "whistle_kind" => "whistle",
        "beneficiaries" => "served",
        "people" => "sent",
        "period" => "to",
        "appointment" => "held_at",
        "state" | "" => "",
        other => other,
    }
    .to_owned()
}

/// The choice of a level, for forms that ask for it.
pub fn level_field(form: &Form<'_>) -> Field {
    let choices = form.words("item-level", Level::ALL.iter().map(|it| it.as_str()));
    form.field("level", form.please(choices))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_an_address_of_its_own_and_a_name() {
        let steps = Step::ALL.iter().map(|step| Act::Step(*step));
        for act in steps.chain(RECORDS.iter().map(|(_, act)| *act)) {
            assert_eq!(Act::parse(&act.key()), Some(act));
            for lang in Lang::ALL {
                assert!(!act.title(lang).starts_with('['), "{act:?}");
            }
        }
    }
}
