//! The gap register: who lacks what, and what becomes of it.

use app::place::coverage::{Asks, GapLine, GapState};
use app::place::gap_table::standard_text;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::facility::{FacilityStandard, Gap, GapAnswer};
use domain::portfolio::Portfolio;
use words::Lang;

use super::evidence::{Said, note, reader, said};
use super::{Standing, area_name, causes, distance, kind_name, share, standing, unit, whole};
use crate::address::with_query;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::pager::Pager;
use crate::place::may_manage_plan;
use crate::visit::{Visit, render};
use crate::words_of::number;

const PAGE_SIZE: usize = 100;
const FILTERS: [&str; 4] = ["gap_state", "kind", "area", "answered"];

struct Line {
    community: String,
    community_link: String,
    kind: String,
    kind_link: String,
    rule: String,
    checked: bool,
    state: GapState,
    concerned: String,
    share: String,
    unit: String,
    /// Who is concerned besides those whom the state is about.
    besides: String,
    nearest: String,
    causes: String,
    said: Said,
    answer: String,
    answer_link: String,
    /// Where somebody may say what becomes of it; empty for those who may not.
    edit: String,
    start: String,
}

#[derive(Template)]
#[template(path = "place/coverage/gaps.html")]
struct GapsPage {
    page: Page,
    saved: String,
    filters: Vec<Field>,
    filtered: bool,
    standing: Option<Standing>,
    pager: Pager,
    counts: Vec<(GapState, usize)>,
    lines: Vec<Line>,
    /// What is said of the requests beside the gaps; empty where there are none.
    requests_note: String,
}

/// What becomes of a gap, in words.
pub(super) fn answer_text(visit: &Visit, portfolio: &Portfolio, answer: &GapAnswer) -> String {
    let english = visit.lang.is_english();
    match answer {
        GapAnswer::Project { project } => {
            let held = portfolio.project(project.as_str());
            held.map_or(project.as_str(), |held| held.name.get(english)).to_owned()
        }
        GapAnswer::Item { item } => item.to_string(),
        GapAnswer::Refused { why } => visit.tw("gap-refused", &[("why", why)]),
    }
}

fn answer_link(page: &Page, answer: &GapAnswer) -> String {
    match answer {
        GapAnswer::Project { project } => page.link(&format!("/projects/{project}")),
        GapAnswer::Item { item } => page.link(&format!("/items/{item}")),
        GapAnswer::Refused { .. } => String::new(),
    }
}

/// The gaps that have this answer, with the community's code and the names of community and kind.
pub(crate) fn gaps_of(
    lang: Lang,
    portfolio: &Portfolio,
    answer: &GapAnswer,
) -> Vec<(String, String, String)> {
    let answers = portfolio.plan.gap_answers.iter().filter(|(_, held)| held.answer == *answer);
    let line = |gap: &Gap| {
        let area = area_name(lang, portfolio, &gap.community);
        (gap.community.to_string(), area, kind_name(lang, portfolio, &gap.kind))
    };
    answers.map(|(gap, _)| line(gap)).collect()
}

/// The form for what becomes of a gap, filled in with which one it is.
fn edit(plan: &Code, line: &GapLine) -> String {
    let gap = &line.gap;
    let slot = format!("gap/{}/{}/{}", gap.community, gap.kind, gap.standard);
    let held = line.answer.is_some();
    with_query(
        &format!("/p/{plan}/record/gap_answer"),
        &[
            ("slot", if held { slot.as_str() } else { "" }),
            ("area", gap.community.as_str()),
            ("facility_kind", gap.kind.as_str()),
            ("gap_standard", gap.standard.as_str()),
        ],
    )
}

fn filters(visit: &Visit, portfolio: &Portfolio, typed: &Typed, lines: &[GapLine]) -> Vec<Field> {
    let lang = visit.lang;
    let any = || Choice::new("", visit.t("filter-any"));
    let states = GapState::ALL.into_iter().map(|state| {
        Choice::new(state.as_str(), visit.t(&format!("gap-state-{}", state.as_str().replace('_', "-"))))
    });
    let kinds = portfolio.plan.facility_kinds.iter();
    let kinds = kinds.map(|kind| Choice::new(kind.kind.as_str(), kind.name.get(lang.is_english())));
    let mut areas: Vec<&Code> = lines.iter().map(|line| &line.gap.community).collect();
    areas.sort_unstable();
    areas.dedup();
    let areas = areas.into_iter().map(|code| Choice::new(code.as_str(), area_name(lang, portfolio, code)));
    let answered = ["no", "yes"].map(|word| Choice::new(word, visit.t(&format!("gap-answered-{word}"))));
    let select = |name: &str, key: &str, choices: Vec<Choice>| {
        Field::new(lang, name, key, Control::Select(choices)).value(typed.get(name))
    };
    vec![
        select("gap_state", "gap-state", std::iter::once(any()).chain(states).collect()),
        select("kind", "field-facility-kind", std::iter::once(any()).chain(kinds).collect()),
        select("area", "coverage-community", std::iter::once(any()).chain(areas).collect()),
        select("answered", "gap-answer", std::iter::once(any()).chain(answered).collect()),
    ]
}

/// Those who have a full one, and those of whom nobody knows, where the state is about others.
fn besides(lang: Lang, line: &GapLine) -> String {
    let found = [(GapState::Full, line.full), (GapState::Unknown, line.unknown)];
    let told = found.into_iter().filter(|(state, count)| *state != line.state && *count > 0);
    let told = told.map(|(state, count)| {
        let state = words::text(lang, &format!("gap-state-{}", state.as_str()));
        words::with(lang, "coverage-cause", &[("cause", &state), ("count", &whole(count))])
    });
    let told: Vec<String> = told.collect();
    match told.is_empty() {
        true => String::new(),
        false => {
            let all = told.join(&words::text(lang, "import-list-comma"));
            words::with(lang, "gap-besides", &[("told", &all)])
        }
    }
}

fn fits(line: &GapLine, typed: &Typed) -> bool {
    let [state, kind, area, answered] = FILTERS.map(|name| typed.get(name));
    GapState::parse(state).is_none_or(|wanted| wanted == line.state)
        && (kind.is_empty() || line.gap.kind.as_str() == kind)
        && (area.is_empty() || line.gap.community.as_str() == area)
        && match answered {
            "yes" => line.answer.is_some(),
            "no" => line.answer.is_none(),
            _ => true,
        }
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let found = visit.app.coverage(&portfolio, app::place::coverage::CoverageAsked::default()).await?;
    let all = found.as_ref().map_or_else(Vec::new, |found| found.gaps(&portfolio));
    let chosen: Vec<&GapLine> = all.iter().filter(|line| fits(line, &typed)).collect();
    let page = visit.page(visit.t("gaps-title"));
    let address = |number: usize| {
        let shown = if number > 1 { number.to_string() } else { String::new() };
        let mut pairs: Vec<(&str, &str)> = FILTERS.map(|name| (name, typed.get(name))).to_vec();
        pairs.push(("page", &shown));
        page.at(&with_query(&format!("/p/{plan}/place/gaps"), &pairs))
    };
    let pager = Pager::of(typed.get("page"), chosen.len(), PAGE_SIZE, address);
    let may_manage = may_manage_plan(&visit, &plan);
    let communities = found.as_ref().map_or(&[][..], |found| &found.communities);
    let evidence = visit.app.gap_evidence(&portfolio, communities, reader(&visit)).await?;
    let lang = visit.lang;
    let lines = pager
        .part(&chosen)
        .iter()
        .map(|line| {
            let gap = &line.gap;
            let standard = portfolio.plan.facility_standard(gap.standard.as_str());
            let by_distance = matches!(line.asks, Asks::Within { .. });
            Line {
                community: area_name(lang, &portfolio, &gap.community),
                community_link: page.link(&format!("/place/coverage/communities/{}", gap.community)),
                kind: kind_name(lang, &portfolio, &gap.kind),
                kind_link: match by_distance {
                    true => {
                        page.link(&format!("/place/coverage/kinds/{}?standard={}", gap.kind, gap.standard))
                    }
                    false => page.link("/place/coverage"),
                },
                rule: standard.map_or_else(String::new, |held| standard_text(lang, &portfolio, held)),
                checked: standard.is_none_or(FacilityStandard::is_checked),
                state: line.state,
                concerned: whole(line.concerned),
                share: share(line.concerned, line.all),
                unit: unit(lang, line.basis),
                besides: besides(lang, line),
                nearest: match line.asks {
                    Asks::Within { nearest, .. } => {
                        nearest.map_or_else(|| "—".into(), |it| distance(lang, it))
                    }
                    Asks::PerThousand { has: Some(has), .. } => {
                        visit.tw("gap-per-thousand", &[("has", &number(has.round_dp(1)))])
                    }
                    Asks::PerThousand { has: None, .. } => "—".into(),
                },
                causes: causes(lang, &line.causes),
                said: said(&visit, &page, &plan, &evidence, (&gap.community, &gap.kind)),
                answer: line
                    .answer
                    .as_ref()
                    .map_or_else(String::new, |held| answer_text(&visit, &portfolio, &held.answer)),
                answer_link: line
                    .answer
                    .as_ref()
                    .map_or_else(String::new, |held| answer_link(&page, &held.answer)),
                edit: if may_manage { edit(&plan, line) } else { String::new() },
                start: if may_manage && line.answer.is_none() { start(&plan, line) } else { String::new() },
            }
        })
        .collect();
    let body = GapsPage {
        saved: saved(lang, &typed),
        filters: filters(&visit, &portfolio, &typed, &all),
        filtered: FILTERS.iter().any(|name| !typed.get(name).is_empty()),
        standing: found.as_ref().map(|found| standing(&visit, &portfolio, found)),
        counts: GapState::ALL
            .into_iter()
            .map(|state| (state, all.iter().filter(|line| line.state == state).count()))
            .collect(),
        lines,
        requests_note: note(&visit, &evidence),
        pager,
        page,
    };
    render(StatusCode::OK, &body)
}

/// A title and a text for a task that sees to a gap; nothing where it is none, or is answered already.
pub(crate) async fn gap_words(
    visit: &Visit,
    portfolio: &std::sync::Arc<Portfolio>,
    gap: &Gap,
) -> Result<Option<(String, String)>, PageError> {
    let found = visit.app.coverage(portfolio, app::place::coverage::CoverageAsked::default()).await?;
    let Some(found) = found else { return Ok(None) };
    let lang = visit.lang;
    let line = found.gaps(portfolio).into_iter().find(|line| line.gap == *gap && line.answer.is_none());
    let Some(line) = line else { return Ok(None) };
    let standard = portfolio.plan.facility_standard(gap.standard.as_str());
    let (area, kind) = (area_name(lang, portfolio, &gap.community), kind_name(lang, portfolio, &gap.kind));
    let title = visit.tw("gap-task-title", &[("area", &area), ("kind", &kind)]);
    let text = visit.tw(
        "gap-task-text",
        &[
            ("area", &area),
            ("kind", &kind),
            ("concerned", &whole(line.concerned)),
            ("unit", &unit(lang, line.basis)),
            ("rule", &standard.map_or_else(String::new, |held| standard_text(lang, portfolio, held))),
            ("causes", &causes(lang, &line.causes)),
        ],
    );
    Ok(Some((title, text)))
}

/// The form for a task that sees to a gap.
fn start(plan: &Code, line: &GapLine) -> String {
    let gap = &line.gap;
    with_query(
        &format!("/p/{plan}/items/new/tracked-task"),
        &[
            ("gap_area", gap.community.as_str()),
            ("gap_kind", gap.kind.as_str()),
            ("gap_standard", gap.standard.as_str()),
        ],
    )
}
