//! One return: a form while it is open to the reader, else what was returned.

use app::rhythm::{HeldReturn, SaveReturn};
use app::{AppError, Receipt};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::{State, Step};
use domain::journal::Seq;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::refusal::{Problem, Refusal};
use domain::rhythm::{ReturnContent, ReturnLine, ReturnPart};

use super::act::source;
use super::item::target;
use super::line::unit_name;
use super::list::staff_only;
use crate::editor::field::Typed;
use crate::editor::page::{Filled, done, known_code, saved};
use crate::editor::sheet::{is_conflict, refused, refused_status};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

struct Line {
    /// Its place in the form.
    id: String,
    field: String,
    name: String,
    kind: String,
    address: String,
    light: &'static str,
    light_name: String,
    state: String,
    due: String,
    said: String,
    error: String,
}

struct Part {
    key: &'static str,
    title: String,
    label: String,
    required: bool,
    lines: Vec<Line>,
}

struct Fault {
    at: String,
    text: String,
}

#[derive(Template)]
#[template(path = "ledger/return.html")]
struct ReturnPage {
    page: Page,
    saved: String,
    title: String,
    state: String,
    days: String,
    due: String,
    late: bool,
    note: String,
    sent_back: String,
    parts: Vec<Part>,
    next: String,
    next_error: String,
    asks: Vec<(String, String)>,
    faults: Vec<Fault>,
    conflict: bool,
    /// Where it is filled in; empty for whoever only reads it.
    edit: String,
    version: String,
    /// What those who supervise may do.
    acts: Vec<(String, String)>,
    item: String,
    of_period: String,
    report: String,
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let held = visit.app.held_return(&plan, &code, visit.asked).await?;
    let saved = saved(visit.lang, &Typed(query));
    shown(&visit, &plan, held, Told { saved, ..Told::default() }).await
}

/// What a page says besides the return itself.
#[derive(Default)]
struct Told {
    saved: String,
    refusals: Vec<Refusal>,
}

async fn shown(visit: &Visit, plan: &Code, held: HeldReturn, told: Told) -> Result<Response, PageError> {
    let lang = visit.lang;
    let portfolio = visit.portfolio(plan).await?;
    let HeldReturn { item, series, period, content } = held;
    let page = visit.page(item.name.get(lang.is_english()));
    let code = &item.code;
    let wanted: Target = target(&item, &portfolio);
    let open = matches!(item.state, State::Open | State::Missed);
    let fills = open && visit.actor.may(Action::HandleItem, &wanted) && !page.is_past();
    let supervises = visit.actor.may(Action::SuperviseItem, &wanted) && !page.is_past();
    let conflict = is_conflict(&told.refusals);
    let unexplained: Vec<&String> = told
        .refusals
        .iter()
        .filter_map(|refusal| match &refusal.problem {
            Problem::Unexplained(rows) => Some(rows),
            _ => None,
        })
        .flatten()
        .collect();
    let no_next = told.refusals.iter().any(|refusal| refusal.field == "next");
    let next_error = if no_next { visit.t("return-next-missing").into_owned() } else { String::new() };
    let parts: Vec<Part> = ReturnPart::ALL
        .iter()
        .map(|part| Part {
            key: part.as_str(),
            title: word(lang, "return-part", part.as_str()),
            required: *part == ReturnPart::Late,
            label: visit
                .t(match part {
                    ReturnPart::Done => "return-line-said",
                    ReturnPart::Late => "return-line-why",
                    ReturnPart::InHand => "return-line-how",
                })
                .into_owned(),
            lines: content
                .lines
                .iter()
                .enumerate()
                .filter(|(_, line)| line.part == *part)
                .map(|(at, line)| self::line(visit, &page, at, line, &unexplained))
                .collect(),
        })
        .collect();
    let faults = faults(visit, &told.refusals, &parts, &next_error);
    let sent_back = item.moves.last().filter(|moved| moved.step == Step::SendBack);
    let sent_back = match sent_back {
        Some(moved) => visit
            .app
            .entry(moved.seq)
            .await?
            .map(|entry| visit.tw("return-reason", &[("reason", &entry.draft.reason)]))
            .unwrap_or_default(),
        None => String::new(),
    };
    let submitted = item.moves.iter().rev().find(|moved| moved.step == Step::Submit);
    let unit = item.lead_unit.as_ref().map_or_else(String::new, |unit| unit_name(&portfolio, unit, lang));
    let note = if open {
        let as_of = period.to.min(page.as_of);
        let mut note = visit.tw("return-from-ledger", &[("day", &day(lang, as_of))]);
        if !fills {
            note = visit.tw("return-other", &[("unit", &unit)]);
        }
        note
    } else {
        submitted
            .map_or_else(String::new, |it| visit.tw("return-submitted-on", &[("day", &day(lang, it.on))]))
    };
    let act = |step: Step| {
        let key = step.as_str().replace('_', "-");
        (word(lang, "item-step", step.as_str()), format!("/p/{plan}/items/{code}/step-{key}"))
    };
    let acts = match item.state {
        State::Submitted if supervises => vec![act(Step::SendBack)],
        State::Open | State::Missed if supervises => vec![act(Step::Excuse)],
        _ => Vec::new(),
    };
    let report = period.report(series);
    let has_report = visit.app.subject(&domain::subject::Subject::item(plan, &report)).await?.is_some();
    let asks = (0..ReturnContent::ASKS_MOST)
        .map(|at| {
            let label = visit.tw("return-ask", &[("number", &(at + 1).to_string())]);
            (label, content.asks.get(at).cloned().unwrap_or_default())
        })
        .filter(|(_, text)| fills || !text.is_empty())
        .collect();
    let status = match &told.refusals[..] {
        [] => StatusCode::OK,
        refusals => refused_status(refusals),
    };
    let shown = ReturnPage {
        saved: told.saved,
        title: item.name.get(lang.is_english()).to_owned(),
        state: word(lang, "item-state", item.state.as_str()),
        days: format!("{} – {}", page.day(&period.from), page.day(&period.to)),
        late: item.state == State::Open && item.due.is_some_and(|due| due < page.as_of),
        due: item.due.map_or_else(String::new, |due| day(lang, due)),
        note,
        sent_back,
        parts,
        next: content.next,
        next_error,
        asks,
        faults,
        conflict,
        edit: if fills { format!("/p/{plan}/returns/{code}") } else { String::new() },
        version: item.version.to_string(),
        acts,
        item: page.link(&format!("/items/{code}")),
        of_period: {
            let address = page.link("/returns");
            let joint = if address.contains('?') { '&' } else { '?' };
            format!("{address}{joint}every={}", period.rhythm.as_str())
        },
        report: if has_report { page.link(&format!("/reports/{report}")) } else { String::new() },
        page,
    };
    render(status, &shown)
}

fn line(visit: &Visit, page: &Page, at: usize, line: &ReturnLine, unexplained: &[&String]) -> Line {
    let lang = visit.lang;
    let address = match line.id.split_once('/') {
        Some((project, _)) => page.link(&format!("/projects/{project}")),
        None => page.link(&format!("/items/{}", line.id)),
    };
    let missing = unexplained.iter().any(|id| **id == line.id);
    Line {
        id: format!("said-{at}"),
        field: format!("said:{}", line.id),
        name: line.name.get(lang.is_english()).to_owned(),
        kind: word(lang, "item-kind", &line.kind),
        address,
        light: line.light.as_str(),
        light_name: word(lang, "light", line.light.as_str()),
        state: word(lang, "item-state", &line.state),
        due: line.finished.or(line.due).map_or_else(String::new, |on| day(lang, on)),
        said: line.said.clone(),
        error: if missing { visit.t("return-late-missing").into_owned() } else { String::new() },
    }
}

/// What is wrong, each with the field to go to.
fn faults(visit: &Visit, refusals: &[Refusal], parts: &[Part], next_error: &str) -> Vec<Fault> {
    let mut out: Vec<Fault> = parts
        .iter()
        .flat_map(|part| &part.lines)
        .filter(|line| !line.error.is_empty())
        .map(|line| Fault {
            at: line.id.clone(),
            text: visit.tw("fact-pair", &[("label", &line.name), ("value", &line.error)]),
        })
        .collect();
    if !next_error.is_empty() {
        out.push(Fault { at: "next".into(), text: next_error.to_owned() });
    }
    let others = refusals.iter().filter(|refusal| {
        !matches!(refusal.problem, Problem::Unexplained(_) | Problem::ChangedMeanwhile { .. })
            && refusal.field != "next"
    });
    out.extend(others.map(|it| Fault { at: String::new(), text: words::refusal(visit.lang, it) }));
    out
}

fn written(typed: &Typed) -> SaveReturn {
    let plain = |text: &str| text.replace("\r\n", "\n");
    SaveReturn {
        said: typed
            .0
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("said:")?.to_owned(), plain(value))))
            .collect(),
        next: plain(typed.get("next")),
        asks: typed.0.iter().filter(|(name, _)| name == "ask").map(|(_, value)| plain(value)).collect(),
    }
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let portfolio: std::sync::Arc<Portfolio> = visit.portfolio(&plan).await?;
    let mut held = visit.app.held_return(&plan, &code, visit.asked).await?;
    if !visit.actor.may(Action::HandleItem, &target(&held.item, &portfolio)) {
        return Err(visit.forbidden(Action::HandleItem));
    }
    if !matches!(held.item.state, State::Open | State::Missed) {
        return Err(PageError::not_now().in_lang(visit.lang));
    }
    let seen = Seq(typed.get("version").parse().unwrap_or(0));
    let written = written(&typed);
    let submit = typed.get("act") == "submit";
    let which = (&plan, &code);
    let outcome: Result<Receipt, AppError> =
        visit.app.save_return(&visit.actor, which, seen, written.clone(), submit, &source(&visit)).await;
    match outcome {
        Ok(receipt) => Ok(done(&format!("/p/{plan}/returns/{code}"), Some(&receipt))),
        Err(error) => {
            let refusals = refused(error)?;
            // Nothing has to be typed twice.
            held.write(written);
            shown(&visit, &plan, held, Told { refusals, ..Told::default() }).await
        }
    }
}
