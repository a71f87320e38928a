//! The three rates of a period, by unit, category or area: every number opens its requests.

use app::request::{ClaimQuestion, RateLine, RatePage, RateQuestion, RatesBy};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::ClaimState;
use domain::request::frozen::FrozenRates;
use domain::request::rate::{RateSide, Rates, Share, Tally, ranks};
use jiff::civil::Date;
use rust_decimal::Decimal;
use words::Lang;

use super::choices::{area_name, category_name, unit_name};
use crate::editor::book::label_key;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, known_code, saved};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::revision::may_manage;
use crate::visit::{Visit, render};
use crate::words_of::day;

struct Cell {
    value: String,
    base: String,
    address: String,
    less: String,
}

struct Row {
    rank: String,
    moved: String,
    name: String,
    due: Cell,
    excluded: Cell,
    response: Cell,
    resolution: Cell,
    satisfaction: Cell,
    score: String,
    change: String,
    better: bool,
    worse: bool,
}

#[derive(Template)]
#[template(path = "requests/rates.html")]
struct RatesPage {
    page: Page,
    from: String,
    to: String,
    by: &'static str,
    by_said: String,
    bys: Vec<Choice>,
    formula: String,
    source: String,
    rows: Vec<Row>,
    all: Option<Row>,
    has_formula: bool,
    saved: String,
    /// Every issue of the period, the last one first.
    frozen: Vec<Frozen>,
    /// What was granted since the last issue and is in none yet.
    uncorrected: Vec<String>,
    /// How many appeals and exclusions of the period wait for a decision, with where they stand.
    waiting: Option<(String, String)>,
    /// The form by which the period is published; none where it may not be, or is not over.
    freeze: Option<Sheet>,
}

/// A period as it was published, and what was recorded since.
struct Frozen {
    title: String,
    last: bool,
    because: Vec<String>,
    said: String,
    formula: String,
    lines: Vec<Row>,
    changed: Vec<Changed>,
    whole: bool,
}

struct Changed {
    name: String,
    due: String,
    score: String,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    shown(visit, plan, Typed(query), StatusCode::OK, None).await
}

async fn shown(
    visit: Visit,
    plan: Code,
    typed: Typed,
    status: StatusCode,
    filled: Option<Sheet>,
) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(&plan).await?;
    let lang = visit.lang;
    let today = portfolio.view.as_of;
    let first = today.first_of_month();
    let from = parse_day(typed.get("from")).unwrap_or(first);
    let to = parse_day(typed.get("to")).unwrap_or_else(|| today.last_of_month()).max(from);
    let by = RatesBy::parse(typed.get("by")).unwrap_or(RatesBy::Unit);
    let question = RateQuestion { from, to, by };
    let found = visit.app.request_rates(&plan, question, visit.asked).await?;
    let page = visit.page(visit.t("rates-title"));
    let here = Here { plan: &plan, portfolio: &portfolio, page: &page, question, lang };
    let by_unit = by == RatesBy::Unit;
    let mut issues: Vec<_> = portfolio.plan.issues(from, to).filter(|_| by_unit).collect();
    issues.reverse();
    let frozen: Vec<Frozen> = issues
        .iter()
        .enumerate()
        .map(|(at, (held, on))| here.frozen(held, *on, found.as_ref().filter(|_| at == 0), at == 0))
        .collect();
    let uncorrected = match issues.first() {
        Some((last, _)) if !page.is_past() => {
            let codes = visit.app.granted_since(&plan, (from, to), last.known).await?;
            codes.iter().map(Code::to_string).collect()
        }
        _ => Vec::new(),
    };
    let open = ClaimQuestion {
        states: ClaimState::ALL.iter().copied().filter(|state| state.is_open()).collect(),
        due: Some((from, to)),
        ..ClaimQuestion::default()
    };
    let waiting = visit.app.request_claims(&plan, &open, visit.asked).await?;
    let waiting = (!waiting.lines.is_empty()).then(|| {
        let more = if waiting.next.is_some() { "+" } else { "" };
        let count = format!("{}{more}", waiting.lines.len());
        let address = format!("/p/{plan}/requests/appeals?standing=open&due_from={from}&due_to={to}");
        (visit.tw("appeal-waiting", &[("count", &count)]), address)
    });
    let may = by_unit && !page.is_past() && may_manage(&visit, &plan) && to < today;
    let freeze = filled.or_else(|| {
        let some = found.as_ref().is_some_and(|found| !found.lines.is_empty());
        let last = issues.first().map(|(held, _)| *held);
        let changes =
            last.is_none_or(|last| found.as_ref().is_some_and(|found| !found.changed_since(last).is_empty()));
        (may && some && changes).then(|| freezing(&visit, &plan, (from, to), last))
    });
    let view = RatesPage {
        from: from.to_string(),
        to: to.to_string(),
        by: by.as_str(),
        by_said: visit.t(&format!("rates-by-{}", by.as_str())).into_owned(),
        bys: RatesBy::ALL
            .iter()
            .map(|by| Choice::new(by.as_str(), visit.t(&format!("rates-by-{}", by.as_str()))))
            .collect(),
        formula: found.as_ref().map_or_else(String::new, |found| {
            let formula = &found.formula;
            visit.tw(
                "rates-formula",
                &[
                    ("name", formula.name.get(lang.is_english())),
                    ("version", formula.version.as_str()),
                    ("from", &formula.from.to_string()),
                    ("response", &formula.weights.response.to_string()),
                    ("resolution", &formula.weights.resolution.to_string()),
                    ("satisfaction", &formula.weights.satisfaction.to_string()),
                    ("least", &formula.least.to_string()),
                ],
            )
        }),
        source: found.as_ref().map_or_else(String::new, |found| {
            visit.tw("rates-formula-source", &[("source", found.formula.source.get(lang.is_english()))])
        }),
        rows: found
            .iter()
            .flat_map(|found| &found.lines)
            .map(|line| here.row(line, Behind { line: Some(&line.group), issue: None }))
            .collect(),
        all: found
            .as_ref()
            .filter(|found| found.all.rates.tally.due > 0)
            .map(|found| here.row(&found.all, Behind { line: None, issue: None })),
        has_formula: found.is_some(),
        saved: saved(lang, &typed),
        frozen,
        uncorrected,
        waiting,
        freeze,
        page,
    };
    render(status, &view)
}

fn freezing(visit: &Visit, plan: &Code, (from, to): (Date, Date), last: Option<&FrozenRates>) -> Sheet {
    let of = |first, again| visit.t(if last.is_some() { again } else { first }).into_owned();
    let here = format!("/p/{plan}/requests/rates");
    let field = Field::new(visit.lang, "reason", &label_key("reason"), Control::Area);
    let back = format!("{here}?from={from}&to={to}");
    let mut sheet = Sheet::new(here, back, of("rates-freeze", "rates-correct"))
        .hidden("from", from.to_string())
        .hidden("to", to.to_string())
        .group(of("rates-freeze-title", "rates-correct-title"), vec![field]);
    sheet.groups[0].note = of("rates-freeze-note", "rates-correct-note");
    sheet
}

pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let code = known_code(&plan)?;
    staff_only(&visit)?;
    if !may_manage(&visit, &code) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    let (Some(from), Some(to)) = (parse_day(typed.get("from")), parse_day(typed.get("to"))) else {
        return Err(PageError::bad_request().in_lang(visit.lang));
    };
    let ground = (source(&visit), typed.get("reason").replace("\r\n", "\n"));
    let refusals = match visit.app.freeze_rates(&visit.actor, &code, (from, to), ground).await {
        Ok(receipt) => {
            let saved = match receipt.entries.last() {
                Some(entry) => format!("saved={}", entry.seq),
                None => "unchanged=1".to_owned(),
            };
            let to = format!("/p/{code}/requests/rates?from={from}&to={to}&{saved}");
            return Ok(Redirect::to(&to).into_response());
        }
        Err(error) => refused(error)?,
    };
    let portfolio = visit.portfolio(&code).await?;
    let last = portfolio.plan.issues(from, to).last().map(|(held, _)| held);
    let mut sheet = freezing(&visit, &code, (from, to), last);
    sheet.refill(&typed);
    for refusal in &refusals {
        sheet.fault(&refusal.field, words::refusal(visit.lang, refusal));
    }
    shown(visit, code, typed, refused_status(&refusals), Some(sheet)).await
}

/// What a line is called.
pub(super) fn line_name(portfolio: &Portfolio, by: RatesBy, line: &str, lang: Lang) -> String {
    let code = Code::new(line).ok();
    match by {
        _ if code.is_none() => words::text(lang, "rates-unknown").into_owned(),
        RatesBy::Unit => unit_name(portfolio, code.as_ref(), lang),
        RatesBy::Category => category_name(portfolio, code.as_ref(), lang),
        RatesBy::Subdistrict | RatesBy::Community => area_name(portfolio, code.as_ref(), lang),
    }
}

/// Where a number stands whose requests are opened: in a line, or over all of them; of today's numbers or those of an
/// issue.
#[derive(Clone, Copy)]
struct Behind<'a> {
    line: Option<&'a str>,
    issue: Option<u32>,
}

struct Here<'a> {
    plan: &'a Code,
    portfolio: &'a Portfolio,
    page: &'a Page,
    question: RateQuestion,
    lang: Lang,
}

impl Here<'_> {
    fn t(&self, key: &str) -> String {
        words::text(self.lang, key).into_owned()
    }

    /// The list that holds what a number counts, at the same point of view.
    fn list(&self, behind: Behind, side: RateSide) -> String {
        let RateQuestion { from, to, by } = self.question;
        let plan = self.plan;
        let mut out = format!("/p/{plan}/requests?side={}&rate_from={from}&rate_to={to}", side.as_str());
        if let Some(line) = behind.line {
            out.push_str(&format!("&rate_by={}&rate_line={line}", by.as_str()));
        }
        match behind.issue {
            Some(issue) => format!("{out}&issue={issue}"),
            None => self.page.at(&out),
        }
    }

    fn cell(&self, behind: Behind, share: Share, hit: RateSide, miss: RateSide) -> Cell {
        Cell {
            value: share.percent().map_or_else(|| self.t("rates-no-score"), |value| format!("{value}%")),
            base: words::with(self.lang, "rates-of", &[("of", &share.of.to_string())]),
            address: self.list(behind, hit),
            less: self.list(behind, miss),
        }
    }

    fn count(&self, behind: Behind, count: u64, side: RateSide) -> Cell {
        Cell {
            value: count.to_string(),
            base: String::new(),
            address: if count > 0 { self.list(behind, side) } else { String::new() },
            less: String::new(),
        }
    }

    /// What is left out, and what is left out of one or two of the rates.
    fn excluded(&self, behind: Behind, tally: &Tally) -> Cell {
        let mut cell = self.count(behind, tally.excluded, RateSide::Excluded);
        // A request may stand apart from more than one rate: the largest number is what is certain.
        let apart = tally.apart.into_iter().max().unwrap_or_default();
        if apart > 0 {
            cell.base = words::with(self.lang, "rates-apart", &[("count", &apart.to_string())]);
            cell.less = self.list(behind, RateSide::PartlyExcluded);
        }
        cell
    }

    /// A unit's name.
    fn unit(&self, code: &Code) -> String {
        unit_name(self.portfolio, Some(code), self.lang)
    }

    fn frozen(&self, held: &FrozenRates, on: Date, now: Option<&RatePage>, last: bool) -> Frozen {
        let formula = &held.formula;
        let score = |tally: &Tally| Rates::of(*tally, formula).score(formula);
        let said =
            |score: Option<Decimal>| score.map_or_else(|| self.t("rates-no-score"), |it| it.to_string());
        let scores: Vec<_> = held.lines.iter().map(|it| (score(&it.tally), it.tally.base())).collect();
        let mut lines: Vec<(Option<usize>, Row)> = held
            .lines
            .iter()
            .zip(ranks(&scores, formula.least))
            .map(|(line, rank)| {
                let shown = RateLine {
                    group: line.unit.to_string(),
                    rates: Rates::of(line.tally, formula),
                    score: score(&line.tally),
                    rank,
                    before: None,
                    rank_before: None,
                };
                (rank, self.row(&shown, Behind { line: Some(line.unit.as_str()), issue: Some(held.issue) }))
            })
            .collect();
        lines.sort_by_key(|(rank, _)| rank.unwrap_or(usize::MAX));
        let changed = now.map_or_else(Vec::new, |now| now.changed_since(held));
        let from_to = |was: String, now: String| if was == now { was } else { format!("{was} → {now}") };
        let digest: String = held.digest.chars().take(16).collect();
        let args = [("on", day(self.lang, on)), ("digest", digest), ("entry", held.known.to_string())];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let number = held.issue.to_string();
        let key = if last { "rates-issue" } else { "rates-issue-earlier" };
        Frozen {
            title: words::with(self.lang, key, &[("number", &number)]),
            last,
            because: held.because.iter().map(Code::to_string).collect(),
            said: words::with(self.lang, "rates-frozen-said", &args),
            formula: formula.name.get(self.lang.is_english()).to_owned(),
            lines: lines.into_iter().map(|(_, line)| line).collect(),
            changed: changed
                .into_iter()
                .map(|line| Changed {
                    name: self.unit(&line.unit),
                    due: from_to(line.was.due.to_string(), line.now.due.to_string()),
                    score: from_to(said(score(&line.was)), said(score(&line.now))),
                })
                .collect(),
            whole: held.is_whole(),
        }
    }

    /// How the rank moved since the stretch before.
    fn moved(&self, line: &RateLine) -> String {
        let said = |key: &str, by: usize| words::with(self.lang, key, &[("places", &by.to_string())]);
        match (line.rank, line.rank_before) {
            (Some(now), Some(before)) if now < before => said("rates-rank-up", before - now),
            (Some(now), Some(before)) if now > before => said("rates-rank-down", now - before),
            (Some(_), Some(_)) => self.t("rates-rank-same"),
            _ => String::new(),
        }
    }

    fn row(&self, line: &RateLine, behind: Behind) -> Row {
        let name = match behind.line {
            None => self.t("rates-all"),
            Some(line) => line_name(self.portfolio, self.question.by, line, self.lang),
        };
        let rates = line.rates;
        let change = line.score.zip(line.before).map(|(now, before)| now - before);
        let said =
            |key: &str, points: Decimal| words::with(self.lang, key, &[("points", &points.to_string())]);
        Row {
            rank: line.rank.map_or_else(String::new, |rank| rank.to_string()),
            moved: self.moved(line),
            name,
            due: self.count(behind, rates.tally.due, RateSide::Due),
            excluded: self.excluded(behind, &rates.tally),
            response: self.cell(behind, rates.response, RateSide::InTime, RateSide::NotInTime),
            resolution: self.cell(behind, rates.resolution, RateSide::Solved, RateSide::NotSolved),
            satisfaction: self.cell(behind, rates.satisfaction, RateSide::Satisfied, RateSide::NotSatisfied),
            score: line.score.map_or_else(|| self.t("rates-no-score"), |score| score.to_string()),
            better: change.is_some_and(|change| change > Decimal::ZERO),
            worse: change.is_some_and(|change| change < Decimal::ZERO),
            change: match change {
                Some(up) if up > Decimal::ZERO => said("rates-change-up", up),
                Some(down) if down < Decimal::ZERO => said("rates-change-down", down.abs()),
                Some(_) => self.t("rates-change-none"),
                None => String::new(),
            },
        }
    }
}
