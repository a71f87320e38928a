//! One project by the four questions.

use app::evaluation::{
    Counted, Gain, LEAST_BEFORE, MonthLine, ProjectEvaluation, RequestEffect, RequestPart,
};
use app::place::coverage::Basis;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::evaluation::{EvaluationWindow, Kept};
use domain::output::Stage;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::project::Project;
use domain::request::public::SMALL;
use domain::source::Grade;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use words::Lang;

use super::chart::{Chart, chart};
use super::{FeltPart, area_name, felt_part, is_staff, project_name, said};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, encode, month_of, number, planned, word, yuan};

struct Step {
    name: String,
    first: String,
    last: String,
    promises: usize,
    actual: String,
    kept: String,
    class: &'static str,
    behind: String,
}

struct Output {
    name: String,
    unit: String,
    planned: String,
    built: String,
}

struct Task {
    code: String,
    name: String,
    due: String,
    finished: String,
    kept: String,
    class: &'static str,
    behind: String,
}

/// What is compared, as it is printed.
struct Choice {
    settled: String,
    reason: String,
    categories: String,
    reached: String,
    compared: Vec<String>,
    spans: Vec<(String, String)>,
    excluded: Vec<String>,
    few: Vec<String>,
}

struct AreaLine {
    name: String,
    side: String,
    before: Number,
    after: Number,
    mean_before: String,
    mean_after: String,
}

/// A count with the list it opens; none for those who may not see it.
struct Number {
    text: String,
    address: String,
}

struct MonthRow {
    month: String,
    part: String,
    reached: String,
    compared: String,
    reached_count: String,
    compared_count: String,
}

struct Effect {
    class: &'static str,
    verdict: String,
    effect: String,
    interval: String,
    permutation: String,
    chance: String,
    placebo: String,
    placebo_effect: String,
    limits: Vec<String>,
    chart: Option<Chart>,
    months: Vec<MonthRow>,
    areas: Vec<AreaLine>,
    totals: Vec<AreaLine>,
}

#[derive(Template)]
#[template(path = "evaluation/project.html")]
struct ProjectPage {
    page: Page,
    code: String,
    name: String,
    grade: Grade,
    kept: String,
    kept_class: &'static str,
    behind: String,
    budget: String,
    funding: Vec<(String, String)>,
    outputs: Vec<Output>,
    steps: Vec<Step>,
    staff: bool,
    tasks: Vec<Task>,
    tasks_said: String,
    gain: Vec<String>,
    choice: Option<Choice>,
    /// Requests that an area must have had before the works.
    least: u64,
    none: String,
    effect: Option<Effect>,
    felt: Option<FeltPart>,
    felt_none: String,
    may_choose: bool,
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let project = portfolio.project(&code).ok_or_else(|| PageError::not_found().in_lang(visit.lang))?;
    let found = visit.app.project_evaluation(&plan, &code, visit.asked).await?;
    let staff = is_staff(&visit, &plan);
    let reason = reason(&visit, &found.requests).await?;
    let lang = visit.lang;
    let name = project.name.get(lang.is_english()).to_owned();
    let page = visit.page(visit.tw("evaluation-of", &[("name", &name)]));
    let hidden = found.requests.chosen.private && !staff;
    let shown = Shown { page: &page, portfolio: &portfolio, project, staff, lang };
    let target = domain::policy::Target {
        plan: Some(plan.clone()),
        lead_unit: project.lead_unit.clone(),
        areas: project.areas.clone(),
        ..Default::default()
    };
    let body = ProjectPage {
        code: project.code.to_string(),
        name,
        grade: project.grade,
        kept: said::kept(lang, found.kept),
        kept_class: said::kept_class(found.kept),
        behind: said::behind(lang, found.kept),
        budget: project.budget.map_or_else(String::new, yuan),
        funding: project
            .funding
            .iter()
            .map(|(origin, fen)| (word(lang, "funding", origin.as_str()), yuan(*fen)))
            .collect(),
        outputs: shown.outputs(),
        steps: shown.steps(&found),
        tasks: if staff { shown.tasks(&found) } else { Vec::new() },
        tasks_said: if staff { shown.tasks_said(&found) } else { String::new() },
        gain: shown.gain(&found.gain),
        choice: (!hidden).then(|| shown.choice(&found.requests, reason)),
        least: LEAST_BEFORE,
        none: match &found.requests.outcome {
            _ if hidden => visit.t("evaluation-requests-private").into_owned(),
            Err(why) => said::none(lang, why),
            Ok(_) => String::new(),
        },
        effect: found
            .requests
            .outcome
            .as_ref()
            .ok()
            .filter(|_| !hidden)
            .and_then(|held| Some(shown.effect(&found.requests, found.requests.window.as_ref()?, held))),
        felt: found.felt.as_ref().ok().map(|felt| felt_part(&page, &portfolio, felt)),
        felt_none: found.felt.as_ref().err().map_or_else(String::new, |why| visit.t(why.key()).into_owned()),
        may_choose: !page.is_past() && visit.actor.may(Action::ManageProjects, &target),
        staff,
        page,
    };
    render(StatusCode::OK, &body)
}

/// Why people settled what is compared.
async fn reason(visit: &Visit, part: &RequestPart) -> Result<String, PageError> {
    let Some((_, entry)) = &part.chosen.settled else { return Ok(String::new()) };
    Ok(visit.app.entry(*entry).await?.map_or_else(String::new, |entry| entry.draft.reason))
}

struct Shown<'a> {
    page: &'a Page,
    portfolio: &'a Portfolio,
    project: &'a Project,
    staff: bool,
    lang: Lang,
}

fn mean(value: f64) -> String {
    number(Decimal::from_f64(value).unwrap_or_default().round_dp(1))
}

impl Shown<'_> {
    fn t(&self, key: &str) -> String {
        words::text(self.lang, key).into_owned()
    }

    fn area(&self, code: &Code) -> String {
        area_name(self.portfolio, self.lang, code)
    }

    fn steps(&self, found: &ProjectEvaluation) -> Vec<Step> {
        let lang = self.lang;
        let step = |held: &domain::evaluation::KeptStep| Step {
            name: word(lang, "step", held.step),
            first: held.first.map_or_else(String::new, |date| planned(lang, date)),
            last: held.last.map_or_else(String::new, |date| planned(lang, date)),
            promises: held.promises,
            actual: held.actual.map_or_else(String::new, |date| planned(lang, date)),
            kept: said::kept(lang, held.kept),
            class: said::kept_class(held.kept),
            behind: said::behind(lang, held.kept),
        };
        found.steps.iter().map(step).collect()
    }

    /// What was promised of quantities: planned, else approved; and what was built.
    fn outputs(&self) -> Vec<Output> {
        let english = self.lang.is_english();
        let mut keys: Vec<_> = self.project.outputs.iter().map(|line| (&line.kind, line.basis)).collect();
        keys.dedup();
        let output = |(kind, basis): (&Code, domain::output::Basis)| {
            let at = |stage: Stage| {
                let mut lines = self.project.outputs.iter();
                lines.find(|line| line.kind == *kind && line.basis == basis && line.stage == stage)
            };
            let quantity = |line: Option<&domain::project::OutputLine>| {
                line.map_or_else(|| self.t("evaluation-output-none"), |line| number(line.quantity))
            };
            let held = self.portfolio.plan.output_kind(kind.as_str());
            Output {
                name: held.map_or(kind.as_str(), |kind| kind.name.get(english)).to_owned(),
                unit: held.map_or("", |kind| kind.unit.get(english)).to_owned(),
                planned: quantity(at(Stage::Planned).or_else(|| at(Stage::Approved))),
                built: quantity(at(Stage::Built)),
            }
        };
        keys.into_iter().map(output).collect()
    }

    fn tasks(&self, found: &ProjectEvaluation) -> Vec<Task> {
        let lang = self.lang;
        let task = |held: &app::evaluation::TaskLine| Task {
            code: held.code.to_string(),
            name: held.name.get(lang.is_english()).to_owned(),
            due: held.due.map_or_else(String::new, |on| day(lang, on)),
            finished: held.finished.map_or_else(String::new, |on| day(lang, on)),
            kept: said::kept(lang, held.kept),
            class: said::kept_class(held.kept),
            behind: said::behind(lang, held.kept),
        };
        found.tasks.iter().map(task).collect()
    }

    fn tasks_said(&self, found: &ProjectEvaluation) -> String {
        if found.tasks.is_empty() {
            return self.t("evaluation-tasks-none");
        }
        let count =
            |is: &dyn Fn(Kept) -> bool| found.tasks.iter().filter(|task| is(task.kept)).count().to_string();
        words::with(
            self.lang,
            "evaluation-tasks-count",
            &[
                ("count", &found.tasks.len().to_string()),
                ("done", &count(&Kept::is_done)),
                ("late", &count(&|kept| matches!(kept, Kept::Late(_)))),
                ("overdue", &count(&|kept| matches!(kept, Kept::Overdue(_)))),
            ],
        )
    }

    fn gain(&self, gain: &Gain) -> Vec<String> {
        match gain {
            Gain::NoResidences => vec![self.t("evaluation-gain-none")],
            Gain::NoFacility => vec![self.t("evaluation-gain-no-facility")],
            Gain::Of(gain, basis) => {
                let unit = self.t(match basis {
                    Basis::People => "coverage-people",
                    Basis::Residences => "coverage-residences",
                });
                let said = |key: &str, count: i64| {
                    let count = number(Decimal::from(count));
                    words::with(self.lang, key, &[("count", &count), ("unit", &unit)])
                };
                vec![said("evaluation-gain-alone", gain.alone), said("evaluation-gain-last", gain.last)]
            }
        }
    }

    fn choice(&self, part: &RequestPart, reason: String) -> Choice {
        let chosen = &part.chosen;
        let list = |names: Vec<String>| match names.is_empty() {
            true => self.t("evaluation-choice-nothing"),
            false => names.join(crate::words_of::comma(self.lang)),
        };
        let category = |code: &Code| {
            let held = self.portfolio.plan.request_category(code.as_str());
            held.map_or(code.as_str(), |held| held.name.get(self.lang.is_english())).to_owned()
        };
        let names = |codes: &[Code]| codes.iter().map(|code| self.area(code)).collect::<Vec<_>>();
        // Areas with too few requests are named apart.
        let few = part.outcome.as_ref().map_or(&[][..], |held| held.too_few.as_slice());
        let kept = |codes: &[Code]| {
            let mut own = codes.to_vec();
            own.retain(|code| few.iter().all(|(area, _)| area != code));
            names(&own)
        };
        Choice {
            settled: match &chosen.settled {
                None => self.t("evaluation-choice-usual"),
                Some((_, entry)) => self.page.t1("evaluation-choice-settled", "entry", entry.0),
            },
            reason: if reason.is_empty() {
                reason
            } else {
                self.page.t1("evaluation-choice-reason", "reason", reason)
            },
            categories: list(chosen.categories.iter().map(category).collect()),
            reached: list(kept(&chosen.reached)),
            compared: kept(&chosen.compared),
            spans: part.window.as_ref().map_or_else(Vec::new, |window| self.spans(window)),
            excluded: chosen
                .left_out
                .iter()
                .map(|(area, project)| {
                    let project = project_name(self.portfolio, self.lang, project);
                    self.page.t2("evaluation-choice-excluded-by", "area", self.area(area), "project", project)
                })
                .collect(),
            few: few
                .iter()
                .map(|(area, count)| {
                    let count = if self.staff {
                        count.to_string()
                    } else {
                        words::with(self.lang, "evaluation-few", &[("least", &LEAST_BEFORE.to_string())])
                    };
                    self.page.t2("evaluation-choice-few-of", "area", self.area(area), "count", count)
                })
                .collect(),
        }
    }

    fn spans(&self, window: &EvaluationWindow) -> Vec<(String, String)> {
        let (works, start) = (window.works_at(), window.start_at());
        let span = |key: &str, from: Date, to: Date, months: usize| {
            let args = [month_of(self.lang, from), month_of(self.lang, to), months.to_string()];
            let said = match months {
                0 => self.t("evaluation-choice-nothing"),
                1 => words::with(self.lang, "evaluation-choice-month", &[("from", &args[0])]),
                _ => words::with(
                    self.lang,
                    "evaluation-choice-span",
                    &[("from", &args[0]), ("to", &args[1]), ("months", &args[2])],
                ),
            };
            (self.t(key), said)
        };
        let eve = |day: Date| day.yesterday().unwrap_or(day);
        vec![
            span("evaluation-choice-before", window.first, window.days_before().1, works),
            span("evaluation-choice-left-out", window.works, eve(window.start), start - works),
            span("evaluation-choice-after", window.start, window.last, window.count() - start),
        ]
    }

    /// The list that a count of requests opens, for those who may.
    fn requests(&self, part: &RequestPart, area: Option<&Code>, (from, to): (Date, Date)) -> String {
        // Lists show requests as they are now.
        if !self.staff || self.page.is_past() {
            return String::new();
        }
        let mut query: Vec<String> =
            part.chosen.categories.iter().map(|code| format!("category={}", encode(code.as_str()))).collect();
        query.extend(area.map(|area| format!("area={}", encode(area.as_str()))));
        query.push(format!("from={from}&to={to}"));
        self.page.link(&format!("/requests?{}", query.join("&")))
    }

    /// A sum: small ones are for staff.
    fn count(&self, count: u64) -> Number {
        let text = match said::is_told(count, self.staff) {
            true => number(Decimal::from(count)),
            false => words::with(self.lang, "evaluation-few", &[("least", &SMALL.to_string())]),
        };
        Number { text, address: String::new() }
    }

    /// A part of a sum, which may be hidden for what it would tell of another.
    fn part(&self, part: Counted, address: String) -> Number {
        let text = match part.is_told(self.staff) {
            true => number(Decimal::from(part.count)),
            false => self.t("evaluation-withheld"),
        };
        Number { text, address }
    }

    fn effect(&self, part: &RequestPart, window: &EvaluationWindow, held: &RequestEffect) -> Effect {
        let (found, lang) = (&held.found, self.lang);
        let side = |reached: bool| {
            self.t(if reached { "evaluation-side-reached" } else { "evaluation-side-compared" })
        };
        // A mean over known months would tell the number.
        let mean_told = |told: bool, value: f64| if told { mean(value) } else { "—".to_owned() };
        let areas = held.areas.iter().map(|area| AreaLine {
            name: self.area(&area.area),
            side: side(area.reached),
            before: self.part(area.before, self.requests(part, Some(&area.area), window.days_before())),
            after: self.part(area.after, self.requests(part, Some(&area.area), window.days_after())),
            mean_before: mean_told(area.before.is_told(self.staff), area.mean_before),
            mean_after: mean_told(area.after.is_told(self.staff), area.mean_after),
        });
        let (works, after) = (window.works_at() as f64, (window.count() - window.start_at()) as f64);
        let mean_of =
            |count: u64, months: f64| mean_told(said::is_told(count, self.staff), count as f64 / months);
        let totals = [(true, "evaluation-total-reached"), (false, "evaluation-total-compared")];
        let totals = totals.map(|(reached, key)| {
            let (before, since) = held.totals(reached);
            AreaLine {
                name: self.t(key),
                side: side(reached),
                before: self.count(before),
                after: self.count(since),
                mean_before: mean_of(before, works),
                mean_after: mean_of(since, after),
            }
        });
        let percent = |line: &MonthLine, reached: bool| {
            line.percent(reached, self.staff).map_or_else(|| "—".to_owned(), said::whole)
        };
        let months = held.months.iter().map(|line| MonthRow {
            month: month_of(lang, line.month),
            part: word(lang, "evaluation-part", line.part.as_str()),
            reached: percent(line, true),
            compared: percent(line, false),
            reached_count: number(Decimal::from(line.reached.count)),
            compared_count: number(Decimal::from(line.compared.count)),
        });
        Effect {
            class: said::class(found),
            verdict: said::verdict(lang, found),
            effect: format!("{}%", said::signed(found.effect)),
            interval: said::interval(lang, found),
            permutation: said::chance(found.permutation_p),
            chance: words::with(lang, "evaluation-chance", &[("p", &said::chance(found.permutation_p))]),
            placebo: said::placebo(lang, found),
            placebo_effect: found
                .before
                .map_or_else(|| "—".to_owned(), |held| format!("{}%", said::signed(held.effect))),
            limits: said::limits(lang, part, found, self.staff),
            chart: chart(lang, &held.months, self.staff),
            months: months.collect(),
            areas: areas.collect(),
            totals: totals.into(),
        }
    }
}
