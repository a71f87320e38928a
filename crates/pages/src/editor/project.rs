//! The forms of a project, and its dates as a table to choose from.

use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::milestone::Aspect;
use domain::policy::Action;
use domain::project::{Project, ProjectFact};
use jiff::civil::Date;
use words::Lang;

use super::book::Book;
use super::field::Typed;
use super::sheet::Beside;
use super::values::topic_of;

/// A form of a project: its name in the address, what it needs, and the facts it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub key: &'static str,
    pub action: Action,
    pub topics: &'static [&'static str],
}

/// The slots of the particulars: each is a line of its own and holds exactly one value.
pub const PARTICULARS: &[&str] = &["name", "kind", "sector", "campaign", "lead_unit", "place", "budget"];

pub const FORMS: &[Form] = &[
    form("particulars", Action::DescribeProject, PARTICULARS),
    form("milestone", Action::ReportProgress, &["milestone"]),
    form("progress", Action::ReportProgress, &["progress"]),
    form("output", Action::ReportProgress, &["output"]),
    form("gate", Action::ReportProgress, &["gate"]),
    form("step_work", Action::ReportProgress, &["step_work"]),
    form("step_link", Action::ReportProgress, &["step_link"]),
    form("suspended", Action::ReportProgress, &["suspended"]),
    form("document", Action::ReportProgress, &["document"]),
    form("remark", Action::ReportProgress, &["remark"]),
    form("supporting_unit", Action::DescribeProject, &["supporting_unit"]),
    form("funding", Action::DescribeProject, &["funding"]),
    form("part", Action::DescribeProject, &["part"]),
    form("step", Action::DescribeProject, &["step"]),
    form("alias", Action::DescribeProject, &["alias"]),
    form("membership", Action::ManageProjects, &["membership"]),
    form("evaluation", Action::ManageProjects, &["evaluation"]),
];

const fn form(key: &'static str, action: Action, topics: &'static [&'static str]) -> Form {
    Form { key, action, topics }
}

pub fn find(key: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.key == key)
}

impl Form {
    /// The key of its title among the messages.
    pub fn title_key(&self) -> String {
        format!("edit-{}", self.key.replace('_', "-"))
    }

    /// Whether its fields always hold the present values, rather than something to add.
    pub fn is_state(&self) -> bool {
        self.topics.len() > 1
    }
}

/// The particulars that only those who manage projects may change.
pub const MANAGED: &[&str] = &["lead_unit", "sector", "campaign"];

/// A milestone date: which step, of which part, by whose word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub step: Code,
    pub part: Option<Code>,
    pub aspect: Aspect,
}

impl Place {
    /// Reads it from a form or an address; it must name a step and a part the project has.
    pub fn read(typed: &Typed, project: &Project) -> Option<Self> {
        let step = Code::new(typed.get("step")).ok()?;
        project.steps.iter().find(|line| line.step == step)?;
        let part = match typed.get("part") {
            "" => None,
            part => Some(project.parts.iter().find(|(held, _)| held.as_str() == part)?.0.clone()),
        };
        Some(Self { step, part, aspect: Aspect::parse(typed.get("aspect"))? })
    }

    pub fn slot(&self) -> String {
        let (part, step) = (self.part.clone(), self.step.clone());
        ProjectFact::Milestone { aspect: self.aspect, part, step, date: None, cause: None }.slot()
    }
}

/// The date of a milestone before and after, with the days between.
pub fn beside(lang: Lang, label: String, old: &str, new: &str) -> Beside {
    use domain::planned_date::PlannedDate;
    let remark = match (old.parse::<PlannedDate>(), new.parse::<PlannedDate>()) {
        (Ok(old), Ok(new)) => {
            let days = old.days_until(new);
            let key = match days {
                0 => "edit-shift-none",
                days if days > 0 => "edit-shift-later",
                _ => "edit-shift-earlier",
            };
            words::with(lang, key, &[("days", &days.unsigned_abs().to_string())])
        }
        _ => String::new(),
    };
    let shown = |text: &str| {
        if text.is_empty() { words::text(lang, "edit-not-set").into_owned() } else { text.to_owned() }
    };
    Beside { label, old: shown(old), new: shown(new), remark }
}

/// The dates of a project as a table of links: one row for each step of the whole and of each part.
pub struct MatrixRow {
    pub part: String,
    pub part_name: String,
    pub step: String,
    pub step_name: String,
    /// One for each aspect, in their order; empty where there is no date.
    pub dates: Vec<(Aspect, String)>,
}

pub fn matrix(project: &Project, book: &Book) -> Vec<MatrixRow> {
    let english = book.lang.is_english();
    let whole = (None, words::text(book.lang, "edit-whole").into_owned());
    let parts = project.parts.iter().map(|(part, name)| (Some(part), name.get(english).to_owned()));
    let mut rows = Vec::new();
    for (part, part_name) in std::iter::once(whole).chain(parts) {
        for line in &project.steps {
            // Gates are passed by the project as a whole.
            if part.is_some() && line.gate.is_some() {
                continue;
            }
            let track = project.tracks.get(&(part.cloned(), line.step.clone()));
            let dates = Aspect::ALL.into_iter().map(|aspect| {
                let date = track.and_then(|track| match aspect {
                    Aspect::Promised => track.promised(),
                    Aspect::Planned => track.planned,
                    Aspect::Forecast => track.forecast,
                    Aspect::Actual => track.actual,
                });
                (aspect, date.map_or_else(String::new, |date| date.to_string()))
            });
            rows.push(MatrixRow {
                part: part.map_or_else(String::new, Code::to_string),
                part_name: part_name.clone(),
                step: line.step.to_string(),
                step_name: line.name.get(english).to_owned(),
                dates: dates.collect(),
            });
        }
    }
    rows
}

/// A fact on record that a form may change.
pub struct Held {
    pub slot: String,
    pub said: String,
    pub on: String,
}

impl Held {
    /// The slot as it stands in an address.
    pub fn encoded(&self) -> String {
        crate::address::encode(&self.slot)
    }
}

/// The facts of a form's topics on record, one for each slot.
pub fn on_record(form: &Form, book: &Book, history: &SubjectHistory, today: Date) -> Vec<Held> {
    let mut out: Vec<Held> = Vec::new();
    for held in history.facts().iter().filter(|held| held.is_visible(View::as_of(today))) {
        if !form.topics.contains(&topic_of(&held.fact).key) {
            continue;
        }
        let line =
            Held { slot: held.slot.to_string(), said: book.line(&held.fact), on: held.effective.to_string() };
        match out.last_mut().filter(|last| last.slot == line.slot) {
            // Remarks and progress are said of a day: each stands for itself.
            Some(last) if !matches!(form.key, "remark" | "progress") => *last = line,
            _ => out.push(line),
        }
    }
    out
}
