//! Making a scenario, naming it, and adding a change to it.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::named::Named;
use domain::plan::Plan;
use domain::portfolio::Portfolio;
use domain::scenario::{Change, Place, Scenario, Shorter, Standing, Steps};
use domain::timetabling::{Closed, DayOfYear};

use super::said::Teller;
use super::{Opened, may_try, now, source};
use crate::editor::change::seen;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, form_page, known_code};
use crate::editor::reader::{Mistake, Reader};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::visit::Visit;

/// The first number that no scenario of the plan has.
pub(super) fn free_code(plan: &Plan) -> Code {
    let taken: BTreeSet<&str> = plan.scenarios.iter().map(|(held, _)| held.scenario.as_str()).collect();
    let free = (1..).map(|n| format!("S-{n}")).find(|code| !taken.contains(code.as_str()));
    free.and_then(|code| Code::new(&code).ok()).unwrap_or_else(|| plan.code.clone())
}

fn named_sheet(visit: &Visit, action: String, cancel: String, held: Option<&Scenario>) -> Sheet {
    let text =
        |name: &str, key: &str, value: &str| Field::new(visit.lang, name, key, Control::Text).value(value);
    let (zh, en) = held.map_or(("", ""), |held| (held.name.zh.as_str(), held.name.en.as_str()));
    let aim = held.map_or("", |held| held.aim.as_str());
    let fields = vec![
        text("name_zh", "field-name-zh", zh).required(),
        text("name_en", "field-name-en", en),
        Field::new(visit.lang, "aim", "field-scenario-aim", Control::Area).value(aim),
    ];
    Sheet::new(action, cancel, visit.t("scenario-save")).group(visit.t("scenario-what"), fields)
}

pub(super) async fn new(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    may_try(&visit, &plan)?;
    let now = now(&visit, &plan).await?;
    let page = visit.page("");
    let (action, cancel) = (page.link("/timetable/scenarios/new"), page.link("/timetable/scenarios"));
    let sheet = named_sheet(&visit, action, cancel, None).hidden("version", now.plan.version.to_string());
    form_page(&visit, StatusCode::OK, visit.t("scenario-new"), sheet)
}

pub(super) async fn make(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    may_try(&visit, &plan)?;
    let now = now(&visit, &plan).await?;
    let page = visit.page("");
    let (action, cancel) = (page.link("/timetable/scenarios/new"), page.link("/timetable/scenarios"));
    let sheet = named_sheet(&visit, action, cancel, None).hidden("version", now.plan.version.to_string());
    let empty = Scenario {
        scenario: free_code(&now.plan),
        name: Named::default(),
        aim: String::new(),
        changes: Vec::new(),
        standing: Standing::Open,
    };
    save_named(&visit, &plan, sheet, &typed, empty, visit.t("scenario-new").into_owned()).await
}

pub(super) async fn edit(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code).await?;
    may_try(&visit, &opened.plan)?;
    form_page(&visit, StatusCode::OK, visit.t("scenario-edit"), edit_sheet(&visit, &opened))
}

fn edit_sheet(visit: &Visit, opened: &Opened) -> Sheet {
    let page = visit.page("");
    let (action, cancel) = (page.link(&format!("{}/edit", opened.path())), page.link(&opened.path()));
    named_sheet(visit, action, cancel, Some(&opened.scenario)).hidden("version", opened.version.to_string())
}

pub(super) async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code).await?;
    may_try(&visit, &opened.plan)?;
    let sheet = edit_sheet(&visit, &opened);
    let title = visit.t("scenario-edit").into_owned();
    save_named(&visit, &opened.plan, sheet, &typed, opened.scenario, title).await
}

async fn save_named(
    visit: &Visit,
    plan: &Code,
    mut sheet: Sheet,
    typed: &Typed,
    held: Scenario,
    title: String,
) -> Result<Response, PageError> {
    sheet.refill(typed);
    let mut reader = Reader::new(typed);
    let (zh, en) = (reader.text("name_zh").to_owned(), reader.text("name_en").to_owned());
    if zh.is_empty() {
        reader.fail("name_zh", Mistake::Missing);
    }
    let aim = reader.long("aim");
    if !reader.mistakes.is_empty() {
        sheet.mistakes(visit.lang, &reader.mistakes);
        return form_page(visit, StatusCode::UNPROCESSABLE_ENTITY, title, sheet);
    }
    let scenario = Scenario { name: Named::new(zh, en), aim, ..held };
    put_on_record(visit, plan, scenario, sheet, typed, title).await
}

/// Records the scenario, or shows the form again with what is wrong.
async fn put_on_record(
    visit: &Visit,
    plan: &Code,
    scenario: Scenario,
    mut sheet: Sheet,
    typed: &Typed,
    title: String,
) -> Result<Response, PageError> {
    let at = format!("/timetable/scenarios/{}", scenario.scenario);
    let ground = (source(visit), String::new());
    match visit.app.save_scenario(&visit.actor, plan, scenario, Some(seen(typed)), ground).await {
        Ok(_) => Ok(Redirect::to(&visit.page("").link(&at)).into_response()),
        Err(error) => {
            let refusals = refused(error)?;
            for refusal in &refusals {
                let field = if refusal.field.starts_with("scenario/") { "" } else { refusal.field.as_str() };
                sheet.fault(field, words::refusal(visit.lang, refusal));
            }
            // What somebody else did meanwhile is seen when the form is sent once more.
            let fresh = now(visit, plan).await?.plan.version.to_string();
            sheet.renew("version", &fresh);
            form_page(visit, refused_status(&refusals), title, sheet)
        }
    }
}

/// The choices a change is made from.
struct Choices<'a> {
    visit: &'a Visit,
    now: &'a Portfolio,
}

impl Choices<'_> {
    fn english(&self) -> bool {
        self.visit.lang.is_english()
    }

    fn places(&self) -> Vec<Choice> {
        let mut out = vec![Choice::new("plan", self.visit.t("scenario-at-plan"))];
        out.extend(self.now.plan.templates.iter().map(|template| {
            let name = template.name.get(self.english());
            Choice::new(
                format!("kind:{}", template.code),
                self.visit.tw("scenario-at-kind", &[("name", name)]),
            )
        }));
        out.extend(
            self.projects()
                .into_iter()
                .map(|choice| Choice::new(format!("project:{}", choice.value), choice.label)),
        );
        out
    }

    fn projects(&self) -> Vec<Choice> {
        let members = self.now.members();
        members
            .map(|project| {
                let name = project.name.get(self.english());
                Choice::new(project.code.as_str(), format!("{} {name}", project.code))
            })
            .collect()
    }

    /// Every step that some kind of project has, in the order of the templates.
    fn steps(&self) -> Vec<Choice> {
        let mut out: Vec<Choice> = Vec::new();
        for step in self.now.plan.templates.iter().flat_map(|template| &template.steps) {
            if !out.iter().any(|held| held.value == step.step.as_str()) {
                out.push(Choice::new(step.step.as_str(), step.name.get(self.english())));
            }
        }
        out
    }

    fn which_steps(&self) -> Vec<Choice> {
        let mut out = vec![
            Choice::new("approvals", self.visit.t("scenario-steps-approvals")),
            Choice::new("works", self.visit.t("scenario-steps-works")),
        ];
        out.extend(self.now.plan.authorities().into_iter().map(|name| {
            let label = self.visit.tw("scenario-steps-authority", &[("name", name.get(self.english()))]);
            Choice::new(format!("authority:{}", name.zh), label)
        }));
        out.extend(
            self.steps().into_iter().map(|step| Choice::new(format!("step:{}", step.value), step.label)),
        );
        out
    }

    fn field(&self, name: &str, control: Control) -> Field {
        Field::new(self.visit.lang, name, &format!("field-scenario-{}", name.replace('_', "-")), control)
    }

    fn fields(&self, kind: &str) -> Vec<Field> {
        let at = || self.field("at", Control::Select(self.places())).required().value("plan");
        let steps =
            |usual: &str| self.field("steps", Control::Select(self.which_steps())).required().value(usual);
        let with_empty = |mut choices: Vec<Choice>| {
            choices.insert(0, Choice::new("", "—"));
            choices
        };
        let step = |name: &str| self.field(name, Control::Select(with_empty(self.steps()))).required();
        match kind {
            "merge" | "together" => vec![at(), step("step"), step("earlier")],
            "shorten" => vec![
                at(),
                steps("approvals"),
                self.field("percent", Control::Number),
                self.field("at_most", Control::Number),
            ],
            "shifts" => {
                let two = Choice::new("2", self.visit.t("scenario-two-shifts"));
                let three = Choice::new("3", self.visit.t("scenario-three-shifts"));
                let shifts = self.field("shifts", Control::Select(vec![two, three])).required().value("2");
                vec![at(), steps("works"), shifts]
            }
            "start" => vec![
                self.field("project", Control::Select(with_empty(self.projects()))).required(),
                step("step"),
                self.field("on", Control::Day).required(),
            ],
            "close" => {
                // The plan's own calendars know when work outside rests.
                let usual = self.now.plan.calendars.iter().flat_map(|held| &held.closed).next();
                let day = |day: Option<DayOfYear>| day.map_or_else(String::new, |day| day.to_string());
                let from = day(usual.map(|closed| closed.from));
                let to = day(usual.map(|closed| closed.to));
                vec![
                    at(),
                    steps("works"),
                    self.field("from", Control::Text).required().value(from),
                    self.field("to", Control::Text).required().value(to),
                ]
            }
            "work_through" => vec![at(), steps("works")],
            "capacity" => {
                let limits = self.now.plan.work_limits.iter();
                let limits = limits
                    .map(|held| Choice::new(held.limit.as_str(), held.name.get(self.english())))
                    .collect();
                vec![
                    self.field("limit", Control::Select(limits)).required(),
                    self.field("capacity", Control::Number).required(),
                ]
            }
            _ => Vec::new(),
        }
    }
}

fn read_place(text: &str) -> Option<Place> {
    match text.split_once(':') {
        None => (text == "plan").then_some(Place::Plan),
        Some(("kind", code)) => Code::new(code).ok().map(Place::Kind),
        Some(("project", code)) => Code::new(code).ok().map(Place::Project),
        Some(_) => None,
    }
}

fn read_steps(text: &str) -> Option<Steps> {
    match (text, text.split_once(':')) {
        ("approvals", _) => Some(Steps::Approvals),
        ("works", _) => Some(Steps::Works),
        (_, Some(("authority", name))) if !name.is_empty() => Some(Steps::Authority(name.to_owned())),
        (_, Some(("step", code))) => Code::new(code).ok().map(Steps::Step),
        _ => None,
    }
}

/// The change that was typed; mistakes gather at the reader.
fn read_change(kind: &str, r: &mut Reader<'_>) -> Option<Change> {
    let place = |r: &mut Reader<'_>| r.must("at", |r, f| r.word(f, read_place));
    let steps = |r: &mut Reader<'_>| r.must("steps", |r, f| r.word(f, read_steps));
    match kind {
        "merge" | "together" => {
            let (at, step) = (place(r), r.must("step", Reader::code));
            let other = r.must("earlier", Reader::code);
            let (at, step, other) = (at?, step?, other?);
            if step == other {
                r.fail("earlier", Mistake::NotAChoice);
                return None;
            }
            Some(match kind {
                "merge" => Change::Merge { at, step, into: other },
                _ => Change::Together { at, step, with: other },
            })
        }
        "shorten" => {
            let (at, steps) = (place(r), steps(r));
            let (percent, most) = (r.whole::<u8>("percent"), r.whole::<u16>("at_most"));
            let to = match (percent, most) {
                (Some(percent), None) if (1..=99).contains(&percent) => Shorter::Percent(percent),
                (None, Some(days)) => Shorter::AtMost(days),
                // One of the two, and a share that shortens.
                _ => {
                    if r.mistakes.is_empty() {
                        r.fail("percent", Mistake::NotAChoice);
                    }
                    return None;
                }
            };
            Some(Change::Shorten { at: at?, steps: steps?, to })
        }
        "shifts" => {
            let (at, steps) = (place(r), steps(r));
            let shifts = r.must("shifts", |r, f| r.word(f, |text| text.parse().ok()));
            Some(Change::Shifts { at: at?, steps: steps?, shifts: shifts? })
        }
        "start" => {
            let (project, step) = (r.must("project", Reader::code), r.must("step", Reader::code));
            let on = r.must("on", Reader::day);
            Some(Change::Start { project: project?, step: step?, on: on? })
        }
        "close" => {
            let (at, steps) = (place(r), steps(r));
            let bound = |r: &mut Reader<'_>, field: &str| {
                r.must(field, |r, f| r.word(f, |text| text.parse::<DayOfYear>().ok()))
            };
            let (from, to) = (bound(r, "from"), bound(r, "to"));
            Some(Change::Close { at: at?, steps: steps?, closed: Closed { from: from?, to: to? } })
        }
        "work_through" => {
            let (at, steps) = (place(r), steps(r));
            Some(Change::WorkThrough { at: at?, steps: steps? })
        }
        "capacity" => {
            let limit = r.must("limit", Reader::code);
            let capacity = r.must("capacity", Reader::whole::<u16>);
            Some(Change::Capacity { limit: limit?, capacity: capacity? })
        }
        _ => None,
    }
}

fn change_sheet(visit: &Visit, opened: &Opened, kind: &str) -> Sheet {
    let page = visit.page("");
    let action = page.link(&format!("{}/add/{kind}", opened.path()));
    let fields = Choices { visit, now: &opened.now }.fields(kind);
    let mut sheet = Sheet::new(action, page.link(&opened.path()), visit.t("scenario-add"))
        .hidden("version", opened.version.to_string())
        .group(page.word("scenario-kind", kind), fields);
    sheet.intro = page.word("scenario-kind-note", kind);
    sheet
}

fn known_kind(kind: &str) -> Result<&'static str, PageError> {
    Change::KINDS.into_iter().find(|held| *held == kind).ok_or_else(PageError::not_found)
}

pub(super) async fn add(
    visit: Visit,
    Path((plan, code, kind)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code).await?;
    let kind = known_kind(&kind)?;
    may_try(&visit, &opened.plan)?;
    let title = visit.page("").word("scenario-kind", kind);
    form_page(&visit, StatusCode::OK, title, change_sheet(&visit, &opened, kind))
}

pub(super) async fn put(
    visit: Visit,
    Path((plan, code, kind)): Path<(String, String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code).await?;
    let kind = known_kind(&kind)?;
    may_try(&visit, &opened.plan)?;
    let title = visit.page("").word("scenario-kind", kind);
    let mut sheet = change_sheet(&visit, &opened, kind);
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let change = read_change(kind, &mut reader);
    let Some(change) = change.filter(|_| reader.mistakes.is_empty()) else {
        sheet.mistakes(visit.lang, &reader.mistakes);
        return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, title, sheet);
    };
    // The same thing twice changes nothing.
    if opened.scenario.changes.contains(&change) {
        let teller = Teller { lang: visit.lang, portfolio: &opened.now };
        let said = visit.tw("scenario-has-it", &[("change", &teller.change(&change))]);
        sheet.fault("", said);
        return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, title, sheet);
    }
    let mut scenario = opened.scenario.clone();
    scenario.changes.push(change);
    put_on_record(&visit, &opened.plan, scenario, sheet, &typed, title).await
}
