//! Milestone templates: the chain of steps each kind of project begins with.

use std::sync::Arc;

use app::AppError;
use app::read::Asked;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::SubjectHistory;
use domain::milestone::{Limit, StepTemplate};
use domain::named::Named;
use domain::plan::{PlanFact, Template};
use domain::policy::Action;
use domain::subject::Subject;

use crate::editor::book::{Book, label_key};
use crate::editor::change::{Sent, Wanted, own_unit, reconcile, record, seen, send};
use crate::editor::field::{Control, Field, Typed};
use crate::editor::page::{Filled, TRIES, done, form_page, known_code, saved};
use crate::editor::reader::{Mistake, Reader, gate};
use crate::editor::sheet::{Sheet, Slots, ground_fields, held_fact, read_ground};
use crate::editor::topic::topic;
use crate::error::PageError;
use crate::page::Page;
use crate::revision::may_manage;
use crate::visit::{Visit, render};

/// Empty rows at the end of the form.
const SPARE_ROWS: usize = 3;
/// The longest chain a template may have.
const STEPS_MOST: usize = 60;

struct Row {
    code: String,
    name: String,
    steps: usize,
    gates: usize,
    chain: String,
}

#[derive(askama::Template)]
#[template(path = "admin/templates.html")]
struct ListPage<'a> {
    page: Page,
    plan: &'a Code,
    saved: String,
    rows: Vec<Row>,
    may_manage: bool,
}

pub async fn list(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let english = visit.lang.is_english();
    let rows = portfolio
        .plan
        .templates
        .iter()
        .map(|template| Row {
            code: template.code.to_string(),
            name: template.name.get(english).to_owned(),
            steps: template.steps.len(),
            gates: template.steps.iter().filter(|step| step.gate.is_some()).count(),
            chain: template.steps.iter().map(|s| s.name.get(english)).collect::<Vec<_>>().join(" → "),
        })
        .collect();
    let page = ListPage {
        may_manage: may_manage(&visit, &plan),
        saved: saved(visit.lang, &Typed(query)),
        page: visit.page(visit.t("templates-title")),
        plan: &plan,
        rows,
    };
    render(StatusCode::OK, &page)
}

struct Bench {
    plan: Code,
    /// `None` for a new one.
    code: Option<Code>,
    book: Book,
    history: Arc<SubjectHistory>,
}

impl Bench {
    async fn open(visit: &Visit, plan: &str, code: &str) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        if !may_manage(visit, &plan) {
            return Err(visit.forbidden(Action::ManagePlan));
        }
        let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
        let code = match code {
            "new" => None,
            code => Some(portfolio.plan.template(code).ok_or(AppError::NotFound)?.code.clone()),
        };
        let history = visit.app.history(&plan).await?;
        let history = history.get(&Subject::plan(&plan)).cloned().ok_or(AppError::NotFound)?;
        Ok(Self { book: Book::of_plan(visit.lang, portfolio), history, plan, code })
    }

    fn home(&self) -> String {
        format!("/p/{}/templates", self.plan)
    }

    /// The template as it stood at an entry.
    fn template(&self, visit: &Visit, known: domain::journal::Seq) -> Option<Template> {
        let slot = format!("template/{}", self.code.as_ref()?);
        match held_fact(&self.history, &slot, visit.app.clock().today(), known)? {
            Fact::Plan(PlanFact::Template { template, name, steps }) => {
                Some(Template { code: template.clone(), name: name.clone(), steps: steps.clone() })
            }
            _ => None,
        }
    }

    fn title(&self, visit: &Visit) -> String {
        match self.template(visit, domain::journal::Seq::LATEST) {
            Some(template) => {
                visit.tw("template-edit", &[("name", template.name.get(visit.lang.is_english()))])
            }
            None => visit.t("template-new").into_owned(),
        }
    }

    fn sheet(&self, visit: &Visit, known: domain::journal::Seq, rows: usize) -> Sheet {
        let template = self.template(visit, known);
        let at = self.code.as_ref().map_or("new", Code::as_str);
        let mut sheet = Sheet::new(format!("{}/{at}", self.home()), self.home(), visit.t("template-save"))
            .hidden("version", self.history.version.to_string());
        sheet.intro = visit.t("template-intro").into_owned();
        let name = template.as_ref().map(|t| &t.name);
        let text = |field: &str, value: &str| {
            Field::new(visit.lang, field, &label_key(field), Control::Text).value(value)
        };
        let mut head = Vec::new();
        if self.code.is_none() {
            head.push(text("code", "").required());
        }
        head.push(text("name_zh", name.map_or("", |name| &name.zh)).required());
        head.push(text("name_en", name.map_or("", |name| &name.en)));
        sheet = sheet.group(visit.t("subject-plan"), head);
        if let Some(group) = sheet.groups.first_mut() {
            group.legend = visit.t("topic-template").into_owned();
            group.note = visit.t("template-step-note").into_owned();
        }
        let steps = template.map(|template| template.steps).unwrap_or_default();
        let rows = rows.max(steps.len() + SPARE_ROWS).min(STEPS_MOST);
        for row in 0..rows {
            let values = steps.get(row).map(|step| step_values(step, row)).unwrap_or_default();
            let fields = topic("step").map_or(&[][..], |topic| topic.fields);
            let fields = fields
                .iter()
                .map(|spec| {
                    let value = values.iter().find(|(name, _)| *name == spec.name);
                    let mut field = self.book.field(
                        spec,
                        &format!("s{row}-"),
                        value.map_or("", |(_, value)| value.as_str()),
                    );
                    field.required = false;
                    field.hint.clear();
                    field
                })
                .collect();
            let number = (row + 1).to_string();
            sheet = sheet.group(visit.tw("template-step", &[("number", &number)]), fields);
            if let Some(group) = sheet.groups.last_mut() {
                group.pairs = true;
            }
        }
        let today = visit.app.clock().today();
        sheet.group(visit.t("edit-ground"), ground_fields(&self.book, today, &own_unit(&visit.actor)))
    }
}

fn step_values(step: &StepTemplate, row: usize) -> Vec<(&'static str, String)> {
    let mut out = vec![
        ("step_code", step.step.to_string()),
        ("order", ((row + 1) * 10).to_string()),
        ("step_name_zh", step.name.zh.clone()),
        ("step_name_en", step.name.en.clone()),
    ];
    if let Some(gate) = &step.gate {
        out.extend([
            ("authority_zh", gate.authority.zh.clone()),
            ("authority_en", gate.authority.en.clone()),
            ("paper_zh", gate.document.zh.clone()),
            ("paper_en", gate.document.en.clone()),
        ]);
        let limit = gate.limit.map(|limit| match limit {
            Limit::Days(days) => (days, "days"),
            Limit::WorkingDays(days) => (days, "working_days"),
        });
        if let Some((days, unit)) = limit {
            out.extend([("limit", days.to_string()), ("limit_unit", unit.to_owned())]);
        }
    }
    out
}

/// How many rows a browser sent.
fn rows_sent(typed: &Typed) -> usize {
    (0..STEPS_MOST).take_while(|row| typed.has(&format!("s{row}-step_code"))).count()
}

/// The steps in their order; rows without a code are left out.
fn read_steps(typed: &Typed) -> (Vec<StepTemplate>, Vec<(String, Mistake)>) {
    let mut steps: Vec<(u32, StepTemplate)> = Vec::new();
    let mut mistakes: Vec<(String, Mistake)> = Vec::new();
    for row in 0..rows_sent(typed) {
        let mut reader = Reader::prefixed(typed, format!("s{row}-"));
        if reader.text("step_code").is_empty() {
            if !reader.text("step_name_zh").is_empty() {
                reader.fail("step_code", Mistake::Missing);
            }
            mistakes.append(&mut reader.mistakes);
            continue;
        }
        let code = reader.code("step_code");
        let order = reader.whole("order").unwrap_or_else(|| u32::try_from(row + 1).unwrap_or(u32::MAX) * 10);
        let name = Named::new(reader.text("step_name_zh"), reader.text("step_name_en"));
        if name.zh.is_empty() {
            reader.fail("step_name_zh", Mistake::Missing);
        }
        let gate = gate(&mut reader);
        mistakes.append(&mut reader.mistakes);
        if let Some(step) = code {
            steps.push((order, StepTemplate { step, name, gate }));
        }
    }
    steps.sort_by_key(|(order, _)| *order);
    (steps.into_iter().map(|(_, step)| step).collect(), mistakes)
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &plan, &code).await?;
    let sheet = bench.sheet(&visit, domain::journal::Seq::LATEST, 0);
    form_page(&visit, StatusCode::OK, bench.title(&visit), sheet)
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    for _ in 0..TRIES {
        let bench = Bench::open(&visit, &plan, &code).await?;
        let rows = rows_sent(&typed);
        let build = |known| bench.sheet(&visit, known, rows);
        let title = bench.title(&visit);
        if let Some(sheet) = reconcile(&visit.app, &bench.book, &bench.history, &mut typed, build).await? {
            return form_page(&visit, StatusCode::CONFLICT, title, sheet);
        }
        let mut sheet = bench.sheet(&visit, domain::journal::Seq::LATEST, rows);
        sheet.refill(&typed);
        let (steps, mut mistakes) = read_steps(&typed);
        let mut reader = Reader::new(&typed);
        let template = match &bench.code {
            Some(code) => Some(code.clone()),
            None => {
                let code = reader.code("code");
                if code.is_none() && reader.mistakes.is_empty() {
                    reader.fail("code", Mistake::Missing);
                }
                code
            }
        };
        let name = Named::new(reader.text("name_zh"), reader.text("name_en"));
        if name.zh.is_empty() {
            reader.fail("name_zh", Mistake::Missing);
        }
        if steps.is_empty() && mistakes.is_empty() {
            reader.fail("s0-step_code", Mistake::Missing);
        }
        let ground = read_ground(&mut reader);
        mistakes.append(&mut reader.mistakes);
        let taken = bench.code.is_none()
            && template.as_ref().is_some_and(|code| {
                bench.book.portfolio.as_ref().is_some_and(|p| p.plan.template(code.as_str()).is_some())
            });
        if taken {
            sheet.fault("code", visit.t("field-error-taken").into_owned());
        }
        let Some(template) = template.filter(|_| mistakes.is_empty() && !taken) else {
            sheet.mistakes(visit.lang, &mistakes);
            return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, title, sheet);
        };
        let fact = Fact::from(PlanFact::Template { template, name, steps });
        let mut slots = Slots::default();
        slots.note(&fact, "");
        let command = record(Subject::plan(&bench.plan), vec![fact], seen(&typed));
        match send(&visit.app, &visit.actor, &bench.book, sheet, Wanted { command, ground, slots }).await? {
            Sent::Done(receipt) => return Ok(done(&bench.home(), Some(&receipt))),
            Sent::Again(status, sheet) => return form_page(&visit, status, title, *sheet),
            Sent::Conflict => {}
        }
    }
    Err(PageError::busy())
}
