//! Changes, values and moved promises in words.

use std::borrow::Borrow;

use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::scenario::{Change, Moved, Place, Shorter, Steps, Value, Why};
use domain::timetabling::Estimate;
use words::Lang;

use crate::page::Page;
use crate::words_of::day;
use words::shown::odds as percent;

/// The words of a plan's things in the reader's language.
pub(crate) struct Teller<'a> {
    pub lang: Lang,
    pub portfolio: &'a Portfolio,
}

impl Teller<'_> {
    fn english(&self) -> bool {
        self.lang.is_english()
    }

    pub fn project(&self, code: &Code) -> String {
        let held = self.portfolio.project(code.as_str());
        held.map_or_else(|| code.to_string(), |project| project.name.get(self.english()).to_owned())
    }

    /// The name of a step: of a project where one is given, else of the first template that has it.
    pub fn step(&self, project: Option<&Code>, step: &Code) -> String {
        let own = project.and_then(|code| self.portfolio.project(code.as_str()));
        let own = own.and_then(|project| project.steps.iter().find(|line| line.step == *step));
        if let Some(line) = own {
            return line.name.get(self.english()).to_owned();
        }
        let mut usual = self.portfolio.plan.templates.iter().flat_map(|template| &template.steps);
        usual
            .find(|line| line.step == *step)
            .map_or_else(|| step.to_string(), |line| line.name.get(self.english()).to_owned())
    }

    fn place(&self, at: &Place) -> String {
        match at {
            Place::Plan => words::text(self.lang, "scenario-at-plan").into_owned(),
            Place::Kind(kind) => {
                let held = self.portfolio.plan.template(kind.as_str());
                held.map_or_else(|| kind.to_string(), |it| it.name.get(self.english()).to_owned())
            }
            Place::Project(project) => self.project(project),
        }
    }

    fn in_place<'a>(&self, at: &'a Place) -> Option<&'a Code> {
        match at {
            Place::Project(project) => Some(project),
            Place::Plan | Place::Kind(_) => None,
        }
    }

    /// An authority's name in the reader's language.
    pub fn authority(&self, zh: &str) -> String {
        let gates = self.portfolio.plan.templates.iter().flat_map(|template| &template.steps);
        let gates = gates.filter_map(|step| step.gate.as_ref());
        let own = self.portfolio.projects.iter().flat_map(|project| &project.steps);
        let mut gates = gates.chain(own.filter_map(|line| line.gate.as_ref()));
        gates
            .find(|gate| gate.authority.zh == zh)
            .map_or_else(|| zh.to_owned(), |gate| gate.authority.get(self.english()).to_owned())
    }

    fn steps(&self, at: &Place, steps: &Steps) -> String {
        match steps {
            Steps::Step(step) => self.step(self.in_place(at), step),
            Steps::Authority(name) => {
                words::with(self.lang, "scenario-steps-authority", &[("name", &self.authority(name))])
            }
            Steps::Approvals => words::text(self.lang, "scenario-steps-approvals").into_owned(),
            Steps::Works => words::text(self.lang, "scenario-steps-works").into_owned(),
        }
    }

    /// A change in one sentence.
    pub fn change(&self, change: &Change) -> String {
        let say = |key: &str, args: &[(&str, &str)]| words::with(self.lang, key, args);
        match change {
            Change::Merge { at, step, into } | Change::Together { at, step, with: into } => {
                let own = self.in_place(at);
                let key = format!("scenario-said-{}", change.kind());
                let (step, other) = (self.step(own, step), self.step(own, into));
                say(&key, &[("at", &self.place(at)), ("step", &step), ("other", &other)])
            }
            Change::Shorten { at, steps, to } => {
                let (key, number) = match to {
                    Shorter::Percent(percent) => ("scenario-said-percent", percent.to_string()),
                    Shorter::AtMost(days) => ("scenario-said-at-most", days.to_string()),
                };
                let steps = self.steps(at, steps);
                say(key, &[("at", &self.place(at)), ("steps", &steps), ("number", &number)])
            }
            Change::Shifts { at, steps, shifts } => {
                let steps = self.steps(at, steps);
                let number = shifts.to_string();
                say(
                    "scenario-said-shifts",
                    &[("at", &self.place(at)), ("steps", &steps), ("number", &number)],
                )
            }
            Change::Start { project, step, on } => {
                let step = self.step(Some(project), step);
                let on = day(self.lang, *on);
                say("scenario-said-start", &[("at", &self.project(project)), ("step", &step), ("on", &on)])
            }
            Change::Close { at, steps, closed } => {
                let steps = self.steps(at, steps);
                let (from, to) = (closed.from.to_string(), closed.to.to_string());
                say(
                    "scenario-said-close",
                    &[("at", &self.place(at)), ("steps", &steps), ("from", &from), ("to", &to)],
                )
            }
            Change::WorkThrough { at, steps } => {
                let steps = self.steps(at, steps);
                say("scenario-said-through", &[("at", &self.place(at)), ("steps", &steps)])
            }
            Change::Capacity { limit, capacity } => {
                let held = self.portfolio.plan.work_limits.iter().find(|held| held.limit == *limit);
                let name =
                    held.map_or_else(|| limit.to_string(), |held| held.name.get(self.english()).to_owned());
                say("scenario-said-capacity", &[("name", &name), ("number", &capacity.to_string())])
            }
        }
    }

    /// A ground for a moved date, seen from a project.
    pub fn why(&self, of: &Code, why: &Why) -> String {
        let say = |key: &str, args: &[(&str, &str)]| words::with(self.lang, key, args);
        let place = |(project, step): &(Code, Code)| {
            let step = self.step(Some(project), step);
            if project == of {
                step
            } else {
                say("moved-step-of", &[("project", &self.project(project)), ("step", &step)])
            }
        };
        let maybe = |on: &Option<jiff::civil::Date>| on.map_or_else(String::new, |on| day(self.lang, on));
        match why {
            Why::Duration { place: at, before, after } => say(
                "moved-duration",
                &[("step", &place(at)), ("before", &self.days(*before)), ("after", &self.days(*after))],
            ),
            Why::Calendar { place: at } => say("moved-calendar", &[("step", &place(at))]),
            Why::Waits { place: at } => say("moved-waits", &[("step", &place(at))]),
            Why::NotBefore { place: at, on: None } => say("moved-free", &[("step", &place(at))]),
            Why::NotBefore { place: at, on } => {
                say("moved-not-before", &[("step", &place(at)), ("on", &maybe(on))])
            }
            Why::Done { place: at, on } => {
                say("moved-done", &[("step", &place(at)), ("on", &day(self.lang, *on))])
            }
            Why::Stated { place: at, on: None } => say("moved-unstated", &[("step", &place(at))]),
            Why::Stated { place: at, on } => say("moved-stated", &[("step", &place(at)), ("on", &maybe(on))]),
            Why::Promise { before, after } => say(
                "moved-promise",
                &[("before", &self.maybe_day(*before)), ("after", &self.maybe_day(*after))],
            ),
            Why::Holidays { version } => say("moved-holidays", &[("version", version)]),
            Why::Time => words::text(self.lang, "moved-time").into_owned(),
        }
    }

    fn maybe_day(&self, on: Option<jiff::civil::Date>) -> String {
        on.map_or_else(|| words::text(self.lang, "moved-none").into_owned(), |on| day(self.lang, on))
    }

    fn days(&self, days: Option<Estimate>) -> String {
        days.map_or_else(
            || words::text(self.lang, "moved-none").into_owned(),
            |days| match days.low == days.high {
                true => days.likely.to_string(),
                false => format!("{}/{}/{}", days.low, days.likely, days.high),
            },
        )
    }
}

/// A number with its sign, as a difference is read.
pub(crate) fn signed(number: i64) -> String {
    match number {
        0 => "±0".into(),
        it if it > 0 => format!("+{it}"),
        it => format!("−{}", it.unsigned_abs()),
    }
}

/// A project whose promise stands otherwise.
pub(crate) struct MoveLine {
    pub name: String,
    pub address: String,
    pub step: String,
    pub promised: String,
    pub before: String,
    pub after: String,
    /// Working days later, negative for earlier.
    pub days: i32,
    pub float_before: Option<i64>,
    pub float_after: Option<i64>,
    pub odds_before: String,
    pub odds_after: String,
    pub breaks: bool,
    pub saves: bool,
    pub why: Vec<String>,
}

impl MoveLine {
    pub fn new(page: &Page, teller: &Teller<'_>, moved: &Moved) -> Self {
        let date = |date: Option<jiff::civil::Date>| date.map_or_else(String::new, |date| page.day(&date));
        Self {
            name: teller.project(&moved.project),
            address: page.link(&format!("/projects/{}/timetable", moved.project)),
            step: teller.step(Some(&moved.project), &moved.step),
            promised: date(moved.promised),
            before: date(moved.before),
            after: date(moved.after),
            days: moved.days,
            float_before: moved.float.0,
            float_after: moved.float.1,
            odds_before: String::new(),
            odds_after: String::new(),
            breaks: moved.breaks(),
            saves: moved.saves(),
            why: moved.why.iter().map(|why| teller.why(&moved.project, why)).collect(),
        }
    }
}

/// A value as a table shows it: one text for each measure.
pub(crate) struct Measures {
    pub within: String,
    pub float: String,
    pub expected: String,
    pub range: String,
    pub all: String,
}

/// The keys of the measures, in the order of their texts.
pub(crate) const MEASURES: [&str; 5] =
    ["measure-within", "measure-float", "measure-expected", "measure-range", "measure-all"];

impl Measures {
    pub fn of(lang: Lang, value: &Value) -> Self {
        let (within, promises) = (value.within.to_string(), value.promises.to_string());
        let (low, high) = (value.range.0.to_string(), value.range.1.to_string());
        Self {
            within: words::with(lang, "measure-within-of", &[("within", &within), ("promises", &promises)]),
            float: value.float.to_string().replace('-', "−"),
            expected: format!("{:.1}", value.expected),
            range: words::with(lang, "measure-range-of", &[("low", &low), ("high", &high)]),
            all: percent(value.all),
        }
    }

    pub fn text(&self, at: impl Borrow<usize>) -> &str {
        self.texts().get(*at.borrow()).copied().unwrap_or_default()
    }

    pub fn texts(&self) -> [&str; 5] {
        [&self.within, &self.float, &self.expected, &self.range, &self.all]
    }
}
