//! One item: where it stands and why, what was said of it, what may be done next, and why it exists.

use app::Signers;
use app::ledger::TraceLine;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::facility::GapAnswer;
use domain::history::SubjectHistory;
use domain::item::ledger::LedgerRow;
use domain::item::{Item, ItemKind, Relation, State, Step, Target as Thing};
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;

use super::chase::{Chases, chases};
use super::form::Act;
use super::goal::{GoalView, goal};
use super::line::{Line, line, rules, unit_name};
use super::list::staff_only;
use super::paper::PaperLine;
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, moment, number, who, word};

/// A label and what stands under it.
struct Particular {
    label: String,
    value: String,
    address: String,
}

/// A thing that happened, for the item's own history.
struct Happening {
    on: String,
    title: String,
    text: String,
    by: String,
}

struct EvidenceLine {
    title: String,
    url: String,
    on: String,
    by: String,
    judge: String,
    standing: &'static str,
    verdict: String,
    note: String,
}

struct UnitLine {
    name: String,
    answered: String,
    arrived: String,
    late: bool,
    mark: String,
    note: String,
}

struct Entrance {
    title: String,
    address: String,
    step: bool,
    /// Moves that lead away from the goal stand back.
    quiet: bool,
}

pub(super) struct LinkLine {
    relation: String,
    kind: String,
    name: String,
    address: String,
    state: String,
    light: &'static str,
    light_name: String,
    steps: usize,
}

#[derive(Template)]
#[template(path = "ledger/item.html")]
struct ItemPage {
    page: Page,
    saved: String,
    line: Line,
    text: String,
    particulars: Vec<Particular>,
    explanation: Option<(String, String)>,
    matters: Vec<(u32, String, String)>,
    papers: Vec<PaperLine>,
    entrances: Vec<Entrance>,
    happenings: Vec<Happening>,
    evidence: Vec<EvidenceLine>,
    units: Vec<UnitLine>,
    agenda: Vec<(u32, String, String, String)>,
    attendance: Vec<(String, String)>,
    minutes: String,
    links: Vec<LinkLine>,
    /// The gaps of services that it sees to.
    gaps: Vec<(String, String, String)>,
    chases: Chases,
    goal: Option<GoalView>,
    /// The page on which people work with it, for items that have one.
    working: String,
    /// What may be put on the books with this item as its origin.
    follow: Vec<(String, String)>,
    trace: String,
    history: String,
    audit: String,
    rules_name: String,
    rules_source: String,
    rules: Vec<(&'static str, String, String)>,
}

/// Areas with all that they lie in.
pub(crate) fn with_those_above(areas: &[Code], portfolio: &Portfolio) -> Vec<Code> {
    let mut out = Vec::new();
    for area in areas {
        let mut next = Some(area.clone());
        while let Some(code) = next.filter(|code| !out.contains(code)) {
            next = portfolio.areas.get(&code).and_then(|area| area.parent.clone());
            out.push(code);
        }
    }
    out
}

/// What may be done to an item, as the policy asks for it.
pub(crate) fn target(item: &Item, portfolio: &Portfolio) -> Target {
    Target {
        plan: Some(portfolio.plan.code.clone()),
        lead_unit: item.lead_unit.clone(),
        supporting_units: item.supporting_units.iter().map(|(unit, _)| unit.clone()).collect(),
        caller: item.caller.clone(),
        areas: with_those_above(&item.areas, portfolio),
    }
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (item, history) = visit.app.item(&plan, &code, visit.asked).await?;
    let row = LedgerRow::of_item(&item);
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let page = visit.page(item.name.get(visit.lang.is_english()));
    let trace = visit.app.trace(&plan, &Thing::Item(code.clone()), visit.asked).await?;
    let near = |lines: &[TraceLine], back: bool| -> Vec<LinkLine> {
        let nearest = lines.iter().filter(|line| line.steps == 1);
        nearest.map(|line| link_line(&page, &portfolio, line, back)).collect()
    };
    let mut links = near(&trace.origins, false);
    links.extend(near(&trace.outcomes, true));
    let target = target(&item, &portfolio);
    let entrances = if page.is_past() {
        Vec::new()
    } else {
        Act::all(&item)
            .filter(|act| act.needs(&item).is_some_and(|action| visit.actor.may(action, &target)))
            .map(|act| Entrance {
                title: act.title(visit.lang),
                address: format!("/p/{plan}/items/{code}/{}", act.key()),
                step: matches!(act, Act::Step(_)),
                quiet: matches!(
                    act,
                    Act::Step(
                        Step::Withdraw
                            | Step::Suspend
                            | Step::SendBack
                            | Step::Skip
                            | Step::Excuse
                            | Step::Raise
                    )
                ),
            })
            .collect()
    };
    let lights = portfolio.plan.lights();
    let signers = visit.app.signers().await?;
    let shown = ItemPage {
        saved: saved(visit.lang, &Typed(query)),
        line: line(&page, &portfolio, &row, judge.judge(&row)),
        text: item.text.clone(),
        particulars: particulars(&visit, &page, &portfolio, &item, &signers),
        explanation: item
            .explanation
            .as_ref()
            .filter(|(_, until, _)| *until >= portfolio.view.as_of)
            .map(|(text, until, _)| (text.clone(), page.day(until))),
        matters: matters(&item),
        papers: PaperLine::of(&page, &item),
        entrances,
        happenings: happenings(&visit, &item, &history, &signers),
        evidence: evidence(&visit, &item, &signers),
        units: units(&visit, &portfolio, &item),
        agenda: item
            .agenda
            .iter()
            .map(|(point, held)| {
                let address = held.about.as_ref().map_or_else(String::new, |about| address_of(&page, about));
                (*point, held.title.clone(), held.text.clone(), address)
            })
            .collect(),
        attendance: item
            .attendance
            .iter()
            .map(|(unit, how, name)| {
                let unit = unit_name(&portfolio, unit, visit.lang);
                let who = if name.is_empty() { unit } else { format!("{unit} · {name}") };
                (who, word(visit.lang, "attendance", how.as_str()))
            })
            .collect(),
        minutes: item.minutes.clone(),
        links,
        gaps: crate::place::gaps_of(visit.lang, &portfolio, &GapAnswer::Item { item: code.clone() }),
        chases: chases(&visit, &page, &portfolio, &item).await?,
        goal: goal(&visit, &page, &portfolio, &item),
        follow: if page.is_past() { Vec::new() } else { follow(&visit, &plan, &item) },
        working: if super::line::register_of(item.kind) != "items" {
            super::line::address(&page, &row)
        } else {
            String::new()
        },
        trace: page.link(&format!("/items/{code}/trace")),
        history: page.link(&format!("/items/{code}/history")),
        audit: if visit.actor.may_somewhere(Action::ReadAudit) {
            format!("/p/{plan}/audit?kind=item&code={code}")
        } else {
            String::new()
        },
        rules_name: lights.name.get(visit.lang.is_english()).to_owned(),
        rules_source: lights.source.get(visit.lang.is_english()).to_owned(),
        rules: rules(visit.lang, lights),
        page,
    };
    render(StatusCode::OK, &shown)
}

/// Items that begin at this one: tasks of a directive, findings of an inspection, decisions of a meeting.
fn follow(visit: &Visit, plan: &Code, item: &Item) -> Vec<(String, String)> {
    let kinds: &[(ItemKind, Relation)] = match item.kind {
        ItemKind::Directive if item.state == State::Registered => {
            &[(ItemKind::TrackedTask, Relation::SplitFrom)]
        }
        ItemKind::TrackedTask | ItemKind::Finding | ItemKind::Decision
            if matches!(item.state, State::Cleared | State::Filed) =>
        {
            match item.kind {
                ItemKind::TrackedTask => &[(ItemKind::TrackedTask, Relation::Reopens)],
                ItemKind::Finding => &[(ItemKind::Finding, Relation::Reopens)],
                _ => &[(ItemKind::Decision, Relation::Reopens)],
            }
        }
        ItemKind::TrackedTask | ItemKind::Finding | ItemKind::Decision => {
            &[(ItemKind::Inspection, Relation::ArisesFrom)]
        }
        ItemKind::Inspection if matches!(item.state, State::Concluded | State::Rectifying) => {
            &[(ItemKind::Finding, Relation::FoundBy)]
        }
        ItemKind::Meeting if item.state == State::Held => &[(ItemKind::Decision, Relation::DecidedAt)],
        ItemKind::Dispatch => &[(ItemKind::Decision, Relation::DecidedAt)],
        ItemKind::Whistle => &[(ItemKind::ReportIn, Relation::Responds)],
        _ => &[],
    };
    kinds
        .iter()
        .filter(|(kind, _)| super::register::may_register(visit).any(|held| held == *kind))
        .map(|(kind, relation)| {
            let name = word(visit.lang, "item-kind", kind.as_str());
            let address = format!(
                "/p/{plan}/items/new/{}?from={}&relation={}",
                kind.as_str().replace('_', "-"),
                item.code,
                relation.as_str()
            );
            let key = format!("item-follow-{}", relation.as_str().replace('_', "-"));
            (visit.tw(&key, &[("kind", &name)]), address)
        })
        .collect()
}

pub(crate) fn address_of(page: &Page, thing: &Thing) -> String {
    match thing {
        Thing::Item(code) => page.link(&format!("/items/{code}")),
        Thing::Project(code) => page.link(&format!("/projects/{code}")),
        Thing::Indicator(code) => page.link(&format!("/indicators/{code}")),
        Thing::Request(code) => page.link(&format!("/requests/{code}")),
    }
}

fn link_line(page: &Page, portfolio: &Portfolio, held: &TraceLine, back: bool) -> LinkLine {
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let list = if back { "relation-back" } else { "relation" };
    let shown = held.row.as_ref().map(|row| line(page, portfolio, row, judge.judge(row)));
    let indicator = match &held.thing {
        Thing::Indicator(code) => portfolio
            .indicators
            .iter()
            .find(|i| i.code.as_ref() == Some(code))
            .and_then(|i| i.name.as_ref())
            .map(|name| name.get(page.lang.is_english()).to_owned()),
        Thing::Request(_) => held.title.clone(),
        _ => None,
    };
    let name = shown.as_ref().map(|line| line.name.clone()).or(indicator);
    LinkLine {
        relation: word(page.lang, list, held.relation.as_str()),
        kind: shown
            .as_ref()
            .map_or_else(|| word(page.lang, "subject", held.thing.kind().as_str()), |line| line.kind.clone()),
        name: name.unwrap_or_else(|| held.thing.code().to_string()),
        address: address_of(page, &held.thing),
        state: shown.as_ref().map_or_else(String::new, |line| line.state.clone()),
        light: shown.as_ref().map_or("", |line| line.light),
        light_name: shown.map_or_else(String::new, |line| line.light_name),
        steps: held.steps,
    }
}

fn particulars(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    item: &Item,
    signers: &Signers,
) -> Vec<Particular> {
    let lang = visit.lang;
    let english = lang.is_english();
    let mut out = Vec::new();
    let mut add = |key: &str, value: String, address: String| {
        if !value.is_empty() {
            out.push(Particular { label: visit.t(key).into_owned(), value, address });
        }
    };
    let shown = |date: Option<jiff::civil::Date>| date.map_or_else(String::new, |date| day(lang, date));
    let unit_link = |unit: &Code| page.link(&format!("/units/{unit}"));
    if let Some(person) = &item.person {
        add("item-person-in-charge", who(lang, signers, person), String::new());
    }
    add("field-code", item.code.to_string(), String::new());
    if let Some(theme) = &item.theme {
        let month = theme.month.strftime("%Y-%m").to_string();
        add("item-theme-of", month, page.link(&format!("/themes/{}", item.code)));
    }
    add("field-item-number", item.number.clone(), String::new());
    add("field-item-received", day(lang, item.received), String::new());
    add("field-item-issuer-name", item.issuer.clone(), String::new());
    if let Some(unit) = &item.caller {
        add("field-item-caller", unit_name(portfolio, unit, lang), unit_link(unit));
    }
    add(
        "ledger-level",
        item.level.map_or_else(String::new, |it| word(lang, "item-level", it.as_str())),
        String::new(),
    );
    add("field-item-urgency", word(lang, "urgency", item.urgency.as_str()), String::new());
    add(
        "ledger-series",
        item.series.map_or_else(String::new, |it| word(lang, "series", it.as_str())),
        String::new(),
    );
    add(
        "field-item-whistle",
        item.whistle.map_or_else(String::new, |it| word(lang, "whistle-kind", it.as_str())),
        String::new(),
    );
    add(
        "field-item-way",
        item.way.map_or_else(String::new, |it| word(lang, "inspection-way", it.as_str())),
        String::new(),
    );
    add(
        "field-item-colour",
        item.colour.map_or_else(String::new, |it| word(lang, "slip-colour", it.as_str())),
        String::new(),
    );
    if domain::report::Content::parse(&item.content).is_some()
        || domain::report::Study::parse(&item.content).is_some()
    {
        let report = page.link(&format!("/reports/{}", item.code));
        add("item-report", visit.t("item-report-read").into_owned(), report);
    }
    match item.kind {
        ItemKind::Return => {
            let address = page.link(&format!("/returns/{}", item.code));
            add("item-kind-return", visit.t("item-return-read").into_owned(), address);
        }
        ItemKind::Slip => {
            let address = page.link(&format!("/slips/{}", item.code));
            add("item-kind-slip", visit.t("item-slip-read").into_owned(), address);
        }
        _ => {}
    }
    if let Some(unit) = &item.lead_unit {
        add("head-lead-unit", unit_name(portfolio, unit, lang), unit_link(unit));
    }
    for (unit, part) in &item.supporting_units {
        let key = format!("unit-part-{}", part.as_str().replace('_', "-"));
        add(&key, unit_name(portfolio, unit, lang), unit_link(unit));
    }
    let areas: Vec<&str> = item
        .areas
        .iter()
        .map(|area| portfolio.areas.get(area).map_or(area.as_str(), |held| held.name.get(english)))
        .collect();
    let place = [areas.join(if english { ", " } else { "、" }), item.address.clone()];
    let place: Vec<String> = place.into_iter().filter(|text| !text.is_empty()).collect();
    add("field-item-place", place.join(" "), String::new());
    let called = item.called_at.map_or_else(String::new, |at| moment(visit.lang, at));
    add("field-item-called-at", called, String::new());
    add("field-item-due", shown(item.due), String::new());
    add(
        "field-item-answer-by",
        item.answer_by.map_or_else(String::new, |at| moment(lang, at)),
        String::new(),
    );
    add("field-item-forecast", shown(item.forecast), String::new());
    if let Some((from, to)) = item.period {
        add("field-item-period", format!("{} – {}", day(lang, from), day(lang, to)), String::new());
    }
    if let Some((at, place)) = &item.appointment {
        add("field-item-held-at", format!("{} {place}", moment(visit.lang, *at)), String::new());
    }
    if let Some((solved, text)) = &item.outcome {
        let key = if *solved { "item-outcome-solved" } else { "item-outcome" };
        add(key, text.clone(), String::new());
    }
    if let Some((whom, people)) = &item.beneficiaries {
        add("field-item-whom", whom.clone(), String::new());
        add("field-item-served", people.map_or_else(String::new, |n| n.to_string()), String::new());
    }
    add("field-item-sent", item.people.map_or_else(String::new, |n| n.to_string()), String::new());
    let form = item.form.map_or_else(String::new, |it| word(lang, "report-in-form", it.as_str()));
    add("field-item-form", form, String::new());
    let party = item.party.map_or_else(String::new, |it| word(lang, "party", it.as_str()));
    add("field-item-party", party, String::new());
    for (kind, quantity) in &item.quantities {
        let held = portfolio.plan.output_kind(kind.as_str());
        let name = held.map_or(kind.as_str(), |held| held.name.get(english));
        let unit = held.map_or("", |held| held.unit.get(english));
        add("field-item-quantity", format!("{name} {} {unit}", number(*quantity)), String::new());
    }
    out
}

fn matters(item: &Item) -> Vec<(u32, String, String)> {
    item.matters
        .iter()
        .map(|(number, text)| {
            let tasks: Vec<&str> = item
                .splits
                .iter()
                .filter(|(_, matters)| matters.contains(number))
                .map(|(task, _)| task.as_str())
                .collect();
            (*number, text.clone(), tasks.join(" "))
        })
        .collect()
}

/// The item's own history, newest first: moves, reports, objections and extensions with what came of them.
fn happenings(visit: &Visit, item: &Item, history: &SubjectHistory, signers: &Signers) -> Vec<Happening> {
    let lang = visit.lang;
    let mut all: Vec<(jiff::civil::Date, u64, Happening)> = Vec::new();
    let mut add = |on: jiff::civil::Date, seq: u64, title: String, text: String, by: String| {
        all.push((on, seq, Happening { on: day(lang, on), title, text, by }));
    };
    add(
        item.received,
        history.registered.0,
        visit.t("item-registered").into_owned(),
        String::new(),
        String::new(),
    );
    for moved in &item.moves {
        let by = moved.by.as_ref().map_or_else(String::new, |by| who(lang, signers, by));
        let title = format!(
            "{} → {}",
            word(lang, "item-step", moved.step.as_str()),
            word(lang, "item-state", moved.to.as_str())
        );
        add(moved.on, moved.seq.0, title, String::new(), by);
    }
    for line in &item.progress {
        let title = match line.percent {
            Some(percent) => visit.tw("item-progress-percent", &[("percent", &number(percent))]),
            None => visit.t("item-act-progress").into_owned(),
        };
        add(line.on, line.seq.0, title, line.text.clone(), String::new());
    }
    if let Some(objection) = &item.objection {
        let what = word(lang, "objection-to", objection.to.as_str());
        let title = visit.tw("item-objection", &[("what", &what)]);
        add(objection.on, u64::MAX - 1, title, objection.reason.clone(), String::new());
    }
    for extension in &item.extensions {
        let title = visit.tw("item-extension-asked", &[("until", &day(lang, extension.until))]);
        add(extension.asked, u64::MAX - 1, title, extension.reason.clone(), String::new());
        if let Some((on, granted, note)) = &extension.decided {
            let key = if *granted { "extension-granted" } else { "extension-refused" };
            add(*on, u64::MAX, visit.t(key).into_owned(), note.clone(), String::new());
        }
    }
    all.sort_by_key(|(on, seq, _)| std::cmp::Reverse((*on, *seq)));
    all.into_iter().map(|(.., happening)| happening).collect()
}

fn evidence(visit: &Visit, item: &Item, signers: &Signers) -> Vec<EvidenceLine> {
    let name = |by: &Option<Code>| by.as_ref().map_or_else(String::new, |by| who(visit.lang, signers, by));
    item.evidence
        .iter()
        .map(|line| {
            let (standing, judge, note) = match &line.checked {
                None => ("waiting", String::new(), String::new()),
                Some((true, by, note)) => ("accepted", name(by), note.clone()),
                Some((false, by, note)) => ("returned", name(by), note.clone()),
            };
            EvidenceLine {
                title: line.title.clone(),
                url: line.url.clone(),
                on: day(visit.lang, line.on),
                by: name(&line.by),
                judge,
                standing,
                verdict: word(visit.lang, "evidence", standing),
                note,
            }
        })
        .collect()
}

fn units(visit: &Visit, portfolio: &Portfolio, item: &Item) -> Vec<UnitLine> {
    if item.units.is_empty() && item.answer_by.is_none() {
        return Vec::new();
    }
    item.all_units()
        .map(|unit| {
            let held = item.units.get(unit).cloned().unwrap_or_default();
            let arrived = held.arrived.as_ref().map(|(at, _)| *at);
            UnitLine {
                name: unit_name(portfolio, unit, visit.lang),
                late: matches!((arrived, item.answer_by), (Some(at), Some(by)) if at > by),
                answered: held.answered.as_ref().map_or_else(String::new, |(at, _)| moment(visit.lang, *at)),
                arrived: arrived.map_or_else(String::new, |at| moment(visit.lang, at)),
                mark: held.mark.as_ref().map_or_else(String::new, |(mark, veto, _)| {
                    let key = if *veto { "item-mark-veto" } else { "item-mark" };
                    visit.tw(key, &[("mark", &mark.to_string())])
                }),
                note: held.answered.map(|(_, text)| text).unwrap_or_default(),
            }
        })
        .collect()
}

#[derive(Template)]
#[template(path = "ledger/trace.html")]
struct TracePage {
    page: Page,
    line: Line,
    origins: Vec<LinkLine>,
    outcomes: Vec<LinkLine>,
}

/// Why an item exists and what came of it, as far as the links lead.
pub async fn trace(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (item, _) = visit.app.item(&plan, &code, visit.asked).await?;
    let trace = visit.app.trace(&plan, &Thing::Item(code), visit.asked).await?;
    let row = LedgerRow::of_item(&item);
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let page = visit.page(visit.t("trace-title"));
    let lines = |found: &[TraceLine], back: bool| -> Vec<LinkLine> {
        found.iter().map(|line| link_line(&page, &portfolio, line, back)).collect()
    };
    let (mut origins, outcomes) = (lines(&trace.origins, false), lines(&trace.outcomes, true));
    // Read from the beginning: the farthest origin first.
    origins.reverse();
    let shown = TracePage { line: line(&page, &portfolio, &row, judge.judge(&row)), origins, outcomes, page };
    render(StatusCode::OK, &shown)
}
