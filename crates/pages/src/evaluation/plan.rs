//! The plan by the four questions: by sector, and project by project.

use app::evaluation::{Gain, NO_SECTOR, PlanEvaluation, ProjectLine, SectorLine, evaluation_csv};
use app::place::coverage::Basis;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::portfolio::Portfolio;
use jiff::civil::Date;
use rust_decimal::Decimal;
use words::Lang;

use super::{FeltPart, felt_part, is_staff, project_name, said, sector_name};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::pager::Pager;
use crate::visit::{Visit, render};
use crate::words_of::{day, number, planned, yuan};

/// The projects of one page: on a phone each is as long as a card.
const PAGE_SIZE: usize = 30;

pub(super) struct Sector {
    pub name: String,
    /// The list of its projects.
    pub address: String,
    pub projects: u64,
    /// By how their promise stands: its name, how many, and the list that the number opens.
    pub kept: Vec<(&'static str, u64, String)>,
    pub budget: String,
    pub budgets: String,
    pub gaining: u64,
    pub measured: String,
}

pub(super) struct Line {
    pub address: String,
    pub name: String,
    pub sector: String,
    pub kept: String,
    pub class: &'static str,
    pub behind: String,
    pub delivered: String,
    pub gain: String,
    pub effect: String,
    pub effect_class: &'static str,
}

/// An effect among others, with what it cannot say.
pub(super) struct EffectLine {
    pub address: String,
    pub name: String,
    pub effect: String,
    pub class: &'static str,
    pub interval: String,
    pub permutation: String,
    pub placebo: String,
    pub judged: String,
    pub limits: Vec<String>,
}

#[derive(Template)]
#[template(path = "evaluation/plan.html")]
struct PlanPage {
    page: Page,
    lead: String,
    sector: String,
    choices: Vec<Choice>,
    sectors: Vec<Sector>,
    whole: Sector,
    lines: Vec<Line>,
    pager: Pager,
    /// How the promise of those listed stands, and where all are; empty where all are listed.
    only: String,
    all: String,
    effects: Vec<EffectLine>,
    reach: String,
    felt: Option<FeltPart>,
    felt_none: String,
    years: Vec<i16>,
    csv: String,
}

/// How the parts of an evaluation of several projects are put in words; shared by the plan's page and the year's.
pub(super) struct Told<'a> {
    pub page: &'a Page,
    pub found: &'a PlanEvaluation,
    pub staff: bool,
    /// The day that is told of, where it is another than the page's.
    pub day: Option<Date>,
}

impl Told<'_> {
    fn lang(&self) -> Lang {
        self.page.lang
    }

    fn portfolio(&self) -> &Portfolio {
        &self.found.portfolio
    }

    pub fn sector(&self, line: &SectorLine, name: String, address: String) -> Sector {
        let counts = &line.counts;
        let kept = [
            ("on_time", counts.on_time),
            ("late", counts.late),
            ("overdue", counts.overdue),
            ("not_due", counts.not_due),
            ("done_unpromised", counts.done_unpromised),
            ("open_unpromised", counts.open_unpromised),
        ];
        let opens = |name: &str, count: u64| match count {
            0 => String::new(),
            _ => format!("{address}&kept={name}"),
        };
        Sector {
            name,
            projects: counts.all(),
            kept: kept.map(|(name, count)| (name, count, opens(name, count))).to_vec(),
            address,
            budget: if line.budgets == 0 { "—".to_owned() } else { yuan(line.budget) },
            budgets: if line.budgets == 0 {
                String::new()
            } else {
                self.page.t1("evaluation-budget-of", "count", line.budgets)
            },
            gaining: line.gaining,
            measured: match line.measured {
                0 => "0".to_owned(),
                measured => words::with(
                    self.lang(),
                    "evaluation-measured-cell",
                    &[
                        ("measured", &measured.to_string()),
                        ("fewer", &line.fewer.to_string()),
                        ("more", &line.more.to_string()),
                    ],
                ),
            },
        }
    }

    /// Each sector, and all of them together.
    pub fn sectors(&self) -> (Vec<Sector>, Sector) {
        let name = |code: Option<&Code>| sector_name(self.portfolio(), self.lang(), code);
        let address = |code: &str| self.at(&format!("/evaluation?sector={code}"));
        let each = self.found.sectors.iter().map(|line| {
            let code = line.sector.as_ref();
            self.sector(line, name(code), address(code.map_or(NO_SECTOR, Code::as_str)))
        });
        let whole = self.sector(&self.found.whole, self.page.t("evaluation-all").into_owned(), address(""));
        (each.collect(), whole)
    }

    /// An address of the plan on the day that is told of, as it was known.
    fn at(&self, path: &str) -> String {
        let Some(day) = self.day else { return self.page.link(path) };
        let mut out = format!("/p/{}{path}", self.portfolio().plan.code);
        out.push(if path.contains('?') { '&' } else { '?' });
        out.push_str(&format!("as_of={day}"));
        if !self.page.known_at_given.is_empty() {
            out.push_str(&format!("&known_at={}", self.page.known_at_given));
        }
        out
    }

    fn project(&self, code: &Code) -> String {
        self.at(&format!("/projects/{code}/evaluation"))
    }

    fn told(&self, line: &ProjectLine) -> bool {
        self.staff || !line.requests.chosen.private
    }

    pub fn line(&self, line: &ProjectLine) -> Line {
        let lang = self.lang();
        let effect = line.effect().filter(|_| self.told(line));
        Line {
            address: self.project(&line.project),
            name: project_name(self.portfolio(), lang, &line.project),
            sector: sector_name(self.portfolio(), lang, line.sector.as_ref()),
            kept: said::kept(lang, line.kept),
            class: said::kept_class(line.kept),
            behind: said::behind(lang, line.kept),
            delivered: line.delivered.map_or_else(String::new, |on| planned(lang, on)),
            gain: match &line.gain {
                Gain::Of(gain, _) => number(Decimal::from(gain.alone)),
                _ => String::new(),
            },
            effect: effect.map_or_else(String::new, |held| format!("{}%", said::signed(held.effect))),
            effect_class: effect.map_or("", said::class),
        }
    }

    /// The effects that were measured, the clearest first.
    pub fn effects<'l>(&self, lines: impl Iterator<Item = &'l ProjectLine>) -> Vec<EffectLine> {
        let lang = self.lang();
        let mut held: Vec<_> = lines
            .filter(|line| self.told(line))
            .filter_map(|line| Some((line, line.effect()?, line.judged?)))
            .collect();
        held.sort_by(|a, b| a.2.total_cmp(&b.2).then_with(|| a.0.project.cmp(&b.0.project)));
        held.into_iter()
            .map(|(line, effect, judged)| EffectLine {
                address: self.project(&line.project),
                name: project_name(self.portfolio(), lang, &line.project),
                effect: format!("{}%", said::signed(effect.effect)),
                class: said::class(effect),
                interval: said::interval(lang, effect),
                permutation: said::chance(effect.permutation_p),
                placebo: effect
                    .before
                    .map_or_else(|| "—".to_owned(), |held| format!("{}%", said::signed(held.effect))),
                judged: said::chance(judged),
                limits: said::limits(lang, &line.requests, effect, self.staff),
            })
            .collect()
    }

    pub fn reach(&self) -> String {
        let Some((together, shared, basis)) = self.found.reach else {
            return self.page.t("evaluation-reach-none").into_owned();
        };
        let unit = self.page.t(match basis {
            Basis::People => "coverage-people",
            Basis::Residences => "coverage-residences",
        });
        words::with(
            self.lang(),
            "evaluation-reach",
            &[
                ("together", &number(Decimal::from(together))),
                ("shared", &number(Decimal::from(shared))),
                ("unit", &unit),
            ],
        )
    }

    pub fn felt(&self) -> (Option<FeltPart>, String) {
        match &self.found.felt {
            Ok(felt) => (Some(felt_part(self.page, self.portfolio(), felt)), String::new()),
            Err(why) => (None, self.page.t(why.key()).into_owned()),
        }
    }
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(query);
    let sector = Some(typed.get("sector")).filter(|code| !code.is_empty());
    visit.portfolio(&plan).await?;
    let found = visit.app.plan_evaluation(&plan, sector, visit.asked).await?;
    let page = visit.page(visit.t("evaluation-title"));
    let told = Told { page: &page, found: &found, staff: is_staff(&visit, &plan), day: None };
    let (sectors, whole) = told.sectors();
    let (felt, felt_none) = told.felt();
    let english = visit.lang.is_english();
    let mut choices = vec![Choice::new("", visit.t("filter-any"))];
    let each = found.portfolio.plan.sectors.iter();
    choices.extend(each.map(|sector| Choice::new(sector.code.as_str(), sector.name.get(english))));
    if sector == Some(NO_SECTOR) || found.portfolio.members().any(|project| project.sector.is_none()) {
        choices.push(Choice::new(NO_SECTOR, visit.t("evaluation-no-sector")));
    }
    let as_of = found.portfolio.view.as_of;
    let kept = typed.get("kept");
    let only = found.lines.iter().find(|line| line.kept.as_str() == kept);
    let listed = found.lines.iter().filter(|line| only.is_none_or(|_| line.kept.as_str() == kept));
    let listed: Vec<&ProjectLine> = listed.collect();
    let kept = only.map_or("", |line| line.kept.as_str());
    // Whoever turns the page goes on in the list, and not above it.
    let address = |number: usize| {
        let path = format!("/evaluation?sector={}&kept={kept}&page={number}", sector.unwrap_or_default());
        format!("{}#projects-title", page.link(&path))
    };
    let pager = Pager::of(typed.get("page"), listed.len(), PAGE_SIZE, address);
    let condition = sector.map_or_else(String::new, |code| format!("?sector={code}"));
    let body = PlanPage {
        lead: visit.tw("evaluation-plan-lead", &[("date", &day(visit.lang, as_of))]),
        sector: sector.unwrap_or_default().to_owned(),
        choices,
        sectors,
        whole,
        lines: pager.part(&listed).iter().map(|line| told.line(line)).collect(),
        pager,
        only: only.map_or_else(String::new, |line| {
            visit.tw("evaluation-only", &[("kept", &said::kept(visit.lang, line.kept))])
        }),
        all: page.link(&format!("/evaluation?sector={}", sector.unwrap_or_default())),
        effects: told.effects(found.lines.iter()),
        reach: told.reach(),
        felt,
        felt_none,
        years: visit.app.evaluation_years(&found.portfolio).await?,
        csv: page.link(&format!("/evaluation.csv{condition}")),
        page,
    };
    render(StatusCode::OK, &body)
}

/// The same as a table for programs.
pub async fn csv(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(query);
    let sector = Some(typed.get("sector")).filter(|code| !code.is_empty());
    visit.portfolio(&plan).await?;
    let found = visit.app.plan_evaluation(&plan, sector, visit.asked).await?;
    let name = format!("attachment; filename=\"evaluation-{plan}-{}.csv\"", found.portfolio.view.as_of);
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, evaluation_csv(&found, is_staff(&visit, &plan))).into_response())
}
