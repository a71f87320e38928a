//! Two waves beside each other, where the same was asked.

use std::collections::HashSet;

use app::survey::said::{answer_label, difference, figure, question_label};
use app::survey::{CompareFault, ComparedLine, judged};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::survey::{HeldWave, Questionnaire, ResultKind, SurveyBridge, WaveResults};
use survey::change::Bridge;
use words::Lang;

use super::answer::Opened;
use super::results::results_of;
use super::{managing, may_manage, told};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::{Filled, known_code};
use crate::editor::sheet::{refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::page::Page;
use crate::visit::{Visit, render};

/// One figure of two waves beside each other.
pub(crate) struct Line {
    pub text: String,
    pub answer: String,
    pub before: String,
    pub after: String,
    pub change: String,
    pub reach: String,
    pub told: String,
    pub significant: bool,
}

#[derive(Template)]
#[template(path = "survey/compare.html")]
struct ComparePage {
    page: Page,
    waves: Vec<Choice>,
    from: String,
    to: String,
    /// Everybody, or those who gave an answer by which both waves are broken down.
    groups: Vec<Choice>,
    group: String,
    lines: Vec<Line>,
    bridges: Vec<String>,
    /// Questions that were asked otherwise, for those who may declare a bridge.
    otherwise: Vec<Choice>,
    typed: Typed,
    faults: Vec<String>,
}

impl ComparePage {
    fn value(&self, name: &str) -> &str {
        self.typed.get(name)
    }
}

fn asked_text(lang: Lang, asked: Option<&Questionnaire>, name: &str) -> String {
    let question = asked.and_then(|asked| asked.asks.question(name));
    question.map_or_else(|| name.to_owned(), |question| told(lang, &question.wording))
}

/// A compared figure in words, by what the later wave asked.
pub(crate) fn line(lang: Lang, asked: Option<&Questionnaire>, compared: &ComparedLine) -> Line {
    let t = |key: &str| words::text(lang, key);
    let row = &compared.after;
    let question = asked.and_then(|asked| asked.asks.question(&row.question));
    let of = |row: &domain::survey::ResultRow| {
        row.shown.map_or_else(|| "—".to_owned(), |shown| figure(row.kind, shown.estimate))
    };
    let mut out = Line {
        text: question_label(question, (&row.question, row.row.as_deref()), lang),
        answer: match row.kind {
            ResultKind::Mean => t("results-mean").into_owned(),
            _ => answer_label(question, row.answer.as_deref(), lang),
        },
        before: compared.before.as_ref().map_or_else(|| "—".to_owned(), of),
        after: of(row),
        change: String::new(),
        reach: String::new(),
        told: String::new(),
        significant: false,
    };
    let unit = match row.kind {
        ResultKind::Mean => String::new(),
        _ => t("compare-points").into_owned(),
    };
    match &compared.change {
        Ok(change) => {
            out.change = format!("{}{unit}", difference(row.kind, change.difference));
            if let Some(tested) = change.tested {
                out.significant = compared.is_significant();
                let (low, high) = (tested.ci_low, tested.ci_high);
                out.reach = format!("{} – {}{unit}", difference(row.kind, low), difference(row.kind, high));
                let key = if out.significant { "compare-significant" } else { "compare-chance" };
                out.told = t(key).into_owned();
            }
            if change.bridge.is_some() {
                out.told = format!("{} {}", out.told, t("compare-bridged"));
            }
        }
        Err(fault) => {
            out.told = t(fault.key()).into_owned();
        }
    }
    out
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    page(&visit, plan, StatusCode::OK, Typed(query), Vec::new()).await
}

/// Declares how figures of a question that was asked otherwise are set beside the later ones.
pub async fn bridge(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let code = known_code(&plan)?;
    managing(&visit, &code)?;
    let before = Opened::of(&visit, &plan, typed.get("from")).await?;
    let after = Opened::of(&visit, &plan, typed.get("to")).await?;
    let print = |opened: &Opened| {
        let question = opened.asked.asks.question(typed.get("question"))?;
        Some(question.fingerprint().to_string())
    };
    let number = |name: &str, otherwise: f64| match typed.get(name) {
        "" => Some(otherwise),
        text => text.parse::<f64>().ok().filter(|value| value.is_finite()),
    };
    let (Some(from), Some(to)) = (print(&before), print(&after)) else {
        return Err(PageError::bad_request().in_lang(visit.lang));
    };
    let (Some(slope), Some(intercept), Some(std_error)) =
        (number("slope", 1.0), number("intercept", 0.0), number("std_error", 0.0))
    else {
        let fault = visit.t("field-error-not-a-number").into_owned();
        return page(&visit, plan, StatusCode::UNPROCESSABLE_ENTITY, typed, vec![fault]).await;
    };
    let name = Code::new(&format!("{}-{}", &from[..12], &to[..12])).map_err(|_| PageError::bad_request())?;
    let reason = typed.get("because").to_owned();
    let line = Bridge { intercept, slope, std_error, reason };
    let held = SurveyBridge { bridge: name, from, to, line };
    match visit.app.record_bridge(&visit.actor, &code, held, (source(&visit), String::new())).await {
        Ok(_) => {
            let to = format!("/p/{code}/surveys/compare?from={}&to={}", typed.get("from"), typed.get("to"));
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            let refusals = refused(error)?;
            let faults = refusals.iter().map(|refusal| words::refusal(visit.lang, refusal)).collect();
            page(&visit, plan, refused_status(&refusals), typed, faults).await
        }
    }
}

/// Everybody, then the answers by which both waves are broken down, in the words of the later one.
fn groups_of(visit: &Visit, after: &Opened, (old, new): (&WaveResults, &WaveResults)) -> Vec<Choice> {
    let mut out = vec![Choice::new("", visit.t("results-whole"))];
    let known: HashSet<&(String, String)> = old.rows.iter().filter_map(|row| row.group.as_ref()).collect();
    let mut seen = HashSet::new();
    for group in new.rows.iter().filter_map(|row| row.group.as_ref()) {
        if known.contains(group) && seen.insert(group) {
            let (by, code) = group;
            let text = asked_text(visit.lang, Some(&after.asked), by);
            let answer = answer_label(after.asked.asks.question(by), Some(code), visit.lang);
            out.push(Choice::new(format!("{by}={code}"), format!("{text} · {answer}")));
        }
    }
    out
}

async fn page(
    visit: &Visit,
    plan: String,
    status: StatusCode,
    typed: Typed,
    faults: Vec<String>,
) -> Result<Response, PageError> {
    let code = known_code(&plan)?;
    let portfolio = visit.portfolio(&code).await?;
    let may = may_manage(visit, &code);
    let waves = portfolio.plan.waves.iter();
    let held: Vec<&HeldWave> = waves.filter(|held| held.shows_results(may)).collect();
    let waves: Vec<Choice> = held
        .iter()
        .map(|held| Choice::new(held.wave.wave.as_str(), held.wave.name.get(visit.lang.is_english())))
        .collect();
    let pick = |name: &str, otherwise: Option<&Choice>| {
        let asked = typed.get(name);
        let known = waves.iter().find(|choice| choice.value == asked).or(otherwise);
        known.map(|choice| choice.value.clone()).unwrap_or_default()
    };
    let last = waves.len().checked_sub(2).and_then(|at| waves.get(at));
    let (from, to) = (pick("from", last), pick("to", waves.last()));
    let (mut lines, mut bridges, mut otherwise) = (Vec::new(), Vec::new(), Vec::<Choice>::new());
    let (mut groups, mut group) = (Vec::new(), String::new());
    if from != to && !from.is_empty() {
        let before = Opened::of(visit, &plan, &from).await?;
        let after = Opened::of(visit, &plan, &to).await?;
        let (old, new) = (results_of(visit, &before).await?, results_of(visit, &after).await?);
        groups = groups_of(visit, &after, (&old, &new));
        let chosen = groups.iter().find(|choice| choice.value == typed.get("group"));
        group = chosen.map(|choice| choice.value.clone()).unwrap_or_default();
        let of = group.split_once('=').map(|(by, code)| (by.to_owned(), code.to_owned()));
        let (first, second) = ((&before.held, &*old), (&after.held, &*new));
        for compared in &judged(&portfolio.plan, first, second, of.as_ref()) {
            let shown = line(visit.lang, Some(&after.asked), compared);
            let question = &compared.after.question;
            if may
                && compared.change == Err(CompareFault::AskedOtherwise)
                && otherwise.iter().all(|held| held.value != *question)
            {
                otherwise.push(Choice::new(question, asked_text(visit.lang, Some(&after.asked), question)));
            }
            lines.push(shown);
            let bridge = compared.change.as_ref().ok().and_then(|change| change.bridge.as_ref());
            bridges.extend(bridge.map(|bridge| bridge.reason.clone()));
        }
        bridges.dedup();
    }
    let page = visit.page(visit.t("compare-title"));
    render(
        status,
        &ComparePage { page, waves, from, to, groups, group, lines, bridges, otherwise, typed, faults },
    )
}
