//! Exclusions and appeals: the list of them, how one is told, and until when what counts may be contested.

use app::request::{ClaimLine, ClaimQuestion};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::journal::Seq;
use domain::planned_date::parse_day;
use domain::portfolio::Portfolio;
use domain::request::appeal::find;
use domain::request::{ClaimState, ClaimStep, Exclusion, RateParts, Request};
use sheets::Format;
use words::Lang;

use super::choices::{self, unit_name};
use super::list::address;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::tables::{attachment, csv_line};
use crate::visit::{Visit, render};
use crate::words_of::{comma, day, word};

/// The CSV file has as many rows at most.
const ROWS_MOST: usize = 5_000;
const WITHDRAWN: &str = "withdrawn";

fn state(claim: &Exclusion) -> &'static str {
    claim.state().map_or(WITHDRAWN, ClaimState::as_str)
}

/// The rates in words.
pub(super) fn parts(lang: Lang, parts: RateParts) -> String {
    if parts.is_all() {
        return words::text(lang, "rate-part-all").into_owned();
    }
    let names: Vec<String> = parts.iter().map(|part| word(lang, "rate-part", part.as_str())).collect();
    names.join(comma(lang))
}

/// What was asked for, why, and what was decided, line by line.
pub(super) fn said(visit: &Visit, portfolio: &Portfolio, claim: &Exclusion) -> Vec<String> {
    let lang = visit.lang;
    let ground = word(lang, "exclusion-ground", claim.ground.as_str());
    let unit = unit_name(portfolio, Some(&claim.unit), lang);
    let args = [
        ("unit", unit.as_str()),
        ("on", &day(lang, claim.asked_on)),
        ("parts", &parts(lang, claim.parts)),
        ("ground", &ground),
        ("reason", &claim.reason),
    ];
    let mut out =
        vec![visit.tw(if claim.appeal.is_some() { "appeal-said" } else { "appeal-exclusion-said" }, &args)];
    if !claim.evidence.is_empty() {
        out.push(visit.tw("appeal-evidence-said", &[("evidence", &claim.evidence)]));
    }
    if let Some(reason) = &claim.withdrawn {
        out.push(visit.tw("appeal-withdrawn-said", &[("reason", reason)]));
    } else if let (Some(granted), Some(on)) = (claim.granted, claim.decided_on) {
        let args = [
            ("on", day(lang, on)),
            ("parts", parts(lang, claim.granted_parts)),
            ("note", claim.note.clone()),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        out.push(visit.tw(if granted { "appeal-granted-said" } else { "appeal-refused-said" }, &args));
    } else if let Some(terms) = claim.appeal {
        out.push(visit.tw("appeal-decide-by", &[("day", &day(lang, terms.decide_by))]));
    }
    out
}

/// One of them as a request's page shows it.
pub(super) struct Claim {
    pub state: &'static str,
    pub state_name: String,
    pub late: bool,
    pub lines: Vec<String>,
}

impl Claim {
    pub(super) fn of(visit: &Visit, portfolio: &Portfolio, claim: &Exclusion) -> Self {
        Self {
            state: state(claim),
            state_name: word(visit.lang, "claim-state", state(claim)),
            late: claim.is_late(portfolio.view.as_of),
            lines: said(visit, portfolio, claim),
        }
    }
}

/// Until when what counts may be contested, while it may.
pub(super) fn contest(visit: &Visit, portfolio: &Portfolio, request: &Request) -> String {
    let today = portfolio.view.as_of;
    match request.appeal_window(&portfolio.plan) {
        Some((unit, window))
            if (window.opens..=window.closes).contains(&today)
                && find(request.claim(), ClaimStep::Appeal).is_some() =>
        {
            let unit = unit_name(portfolio, Some(&unit), visit.lang);
            visit.tw("appeal-may-until", &[("unit", &unit), ("day", &day(visit.lang, window.closes))])
        }
        _ => String::new(),
    }
}

struct Line {
    code: String,
    title: String,
    due: String,
    unit: String,
    ground: String,
    parts: String,
    asked: String,
    appeal: bool,
    state: &'static str,
    state_name: String,
    decide_by: String,
    late: bool,
    decided: String,
}

struct Count {
    label: String,
    count: u64,
    address: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "requests/appeals.html")]
struct AppealsPage {
    page: Page,
    typed: Typed,
    counts: Vec<Count>,
    units: Vec<Choice>,
    states: Vec<Choice>,
    lines: Vec<Line>,
    next: String,
    csv: String,
    rules: String,
}

impl AppealsPage {
    fn is(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }
}

fn question(typed: &Typed) -> ClaimQuestion {
    let one = ClaimState::parse(typed.get("state"));
    let open = || ClaimState::ALL.iter().copied().filter(|state| state.is_open()).collect();
    ClaimQuestion {
        states: match one {
            Some(state) => vec![state],
            None if typed.get("standing") == "open" => open(),
            None => Vec::new(),
        },
        unit: Code::new(typed.get("unit")).ok(),
        due: parse_day(typed.get("due_from")).zip(parse_day(typed.get("due_to"))),
        before: typed.get("before").parse::<u32>().ok().map(|seq| Seq(seq.into())),
    }
}

pub async fn list(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let (typed, lang) = (Typed(query), visit.lang);
    let portfolio = visit.portfolio(&plan).await?;
    let found = visit.app.request_claims(&plan, &question(&typed), visit.asked).await?;
    let here = format!("/p/{plan}/requests/appeals");
    let with = |changed: &[(&str, &str)]| format!("{here}?{}", address(&typed, changed));
    let page = visit.page(visit.t("appeals-title"));
    let counts = if page.is_past() { Vec::new() } else { visit.app.claim_counts(&plan).await? };
    let states = ClaimState::ALL.iter().filter(|state| **state != ClaimState::Counted);
    let mut choices = vec![Choice::new("", visit.t("filter-any"))];
    choices.extend(choices::words_of(lang, "claim-state", states.map(|state| state.as_str())));
    let shown = AppealsPage {
        counts: counts
            .into_iter()
            .filter(|(state, _)| *state != ClaimState::Counted)
            .map(|(state, count)| Count {
                label: word(lang, "claim-state", state.as_str()),
                count,
                address: with(&[("state", state.as_str()), ("standing", ""), ("before", "")]),
                is_here: typed.get("state") == state.as_str(),
            })
            .collect(),
        units: choices::units(&portfolio, lang, "filter-any"),
        states: choices,
        lines: found.lines.iter().map(|line| shown(&portfolio, line, lang)).collect(),
        next: found.next.map_or_else(String::new, |seq| page.at(&with(&[("before", &seq.to_string())]))),
        csv: page.at(&format!("{here}.csv?{}", address(&typed, &[("before", "")]))),
        rules: portfolio.plan.request_rules.as_ref().map_or_else(String::new, |rules| {
            let (file, decide) = (rules.appeals.file_days.to_string(), rules.appeals.decide_days.to_string());
            visit.tw("appeals-rules", &[("file", &file), ("decide", &decide)])
        }),
        typed,
        page,
    };
    render(StatusCode::OK, &shown)
}

fn shown(portfolio: &Portfolio, line: &ClaimLine, lang: Lang) -> Line {
    let claim = &line.claim;
    let date = |on: Option<jiff::civil::Date>| on.map_or_else(String::new, |on| day(lang, on));
    Line {
        code: line.request.to_string(),
        title: line.title.clone(),
        due: date(line.due),
        unit: unit_name(portfolio, Some(&claim.unit), lang),
        ground: word(lang, "exclusion-ground", claim.ground.as_str()),
        parts: parts(lang, if claim.granted == Some(true) { claim.granted_parts } else { claim.parts }),
        asked: day(lang, claim.asked_on),
        appeal: claim.appeal.is_some(),
        state: state(claim),
        state_name: word(lang, "claim-state", state(claim)),
        decide_by: date(claim.appeal.map(|terms| terms.decide_by).filter(|_| claim.granted.is_none())),
        late: claim.is_late(portfolio.view.as_of),
        decided: date(claim.decided_on),
    }
}

/// The same list as a table, with the words that were said.
pub async fn csv(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let mut asked = question(&Typed(query));
    let mut out = String::from(
        "\u{feff}request,limit_ran_out,unit,appeal,ground,rates,reason,evidence,asked_on,decide_by,state,\
         left_out_of,decided_on,note\r\n",
    );
    let mut rows = 0;
    loop {
        let found = visit.app.request_claims(&plan, &asked, visit.asked).await?;
        for ClaimLine { request, due, claim, .. } in &found.lines {
            let date = |on: Option<jiff::civil::Date>| on.map_or_else(String::new, |on| on.to_string());
            let cells = [
                request.to_string(),
                date(*due),
                claim.unit.to_string(),
                claim.appeal.is_some().to_string(),
                claim.ground.as_str().to_owned(),
                claim.parts.to_text(),
                claim.reason.clone(),
                claim.evidence.clone(),
                claim.asked_on.to_string(),
                date(claim.appeal.map(|terms| terms.decide_by)),
                state(claim).to_owned(),
                claim.granted_parts.to_text(),
                date(claim.decided_on),
                claim.note.clone(),
            ];
            out.push_str(&csv_line(cells));
            rows += 1;
        }
        asked.before = found.next;
        if asked.before.is_none() || rows >= ROWS_MOST {
            break;
        }
    }
    Ok(attachment(Format::Csv.media_type(), &format!("appeals-{plan}.csv"), out))
}
