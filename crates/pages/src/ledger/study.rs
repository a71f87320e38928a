//! Special, research and evaluation reports: begun, written and filled from the ledger, issued, read.

use std::collections::BTreeMap;

use app::report::IssueError;
use app::request::{RequestPaging, matters_since};
use app::study::{Counted, StudyError, StudyReport, Subjected, counts, usual_parts};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::area::AreaLevel;
use domain::code::Code;
use domain::item::kind::{ItemKind, Level, Series};
use domain::item::light::{Light, Verdict};
use domain::item::workflow::Standing;
use domain::item::{State, Target as Thing};
use domain::journal::Seq;
use domain::named::Named;
use domain::planned_date::parse_day;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::report::study::ROWS_MOST;
use domain::report::{Exhibit, Part, RequestTable, Show, Study, Tabled, Unfit};
use domain::request::privacy::GONE;
use domain::request::query::RequestQuery;

use super::act::source;
use super::address::{self, Asking};
use super::form::{field_of, must, must_text};
use super::line::{Line, line, unit_name};
use super::list::{Choice, staff_only};
use super::paper::PaperLine;
use super::study_evaluation::{self, EvaluationAdding, EvaluationView};
use super::study_gaps::{self, GapAdding, GapView};
use crate::editor::field::{Choice as Offer, Control, Field, Typed};
use crate::editor::page::{Filled, done, form_page, known_code};
use crate::editor::reader::Reader;
use crate::editor::sheet::{Sheet, refused};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

fn may_issue(visit: &Visit, plan: &Code) -> Result<(), PageError> {
    staff_only(visit)?;
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    if visit.actor.may(Action::IssueReport, &target) {
        Ok(())
    } else {
        Err(visit.forbidden(Action::IssueReport))
    }
}

fn begin_sheet(visit: &Visit, plan: &Code) -> Sheet {
    let field = |name: &str, key: &str, control| Field::new(visit.lang, name, key, control);
    let series = [Series::Special, Series::Research];
    let offers = series.map(|it| Offer::new(it.as_str(), word(visit.lang, "series", it.as_str())));
    let today = visit.app.clock().today();
    let fields = vec![
        field("series", "study-series", Control::Select(offers.to_vec())).required(),
        field("name_zh", "study-name-zh", Control::Text).required(),
        field("name_en", "study-name-en", Control::Text),
        field("from", "study-from", Control::Day).required().value(today.first_of_month().to_string()),
        field("to", "study-to", Control::Day).required().value(today.to_string()),
        field("about", "study-about", Control::Text),
    ];
    let mut sheet = Sheet::new(
        format!("/p/{plan}/reports/new"),
        format!("/p/{plan}/reports"),
        words::text(visit.lang, "study-begin"),
    )
    .group(visit.t("study-new"), fields);
    sheet.intro = visit.t("study-new-note").into_owned();
    sheet
}

pub async fn begin(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    may_issue(&visit, &plan)?;
    form_page(&visit, StatusCode::OK, visit.t("study-new"), begin_sheet(&visit, &plan))
}

pub async fn draft(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    may_issue(&visit, &plan)?;
    let mut sheet = begin_sheet(&visit, &plan);
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let series = reader.word("series", Series::parse).filter(|series| Study::is_form_of(*series));
    let zh = must_text(&mut reader, "name_zh");
    let en = reader.text("name_en").to_owned();
    let from = must(&mut reader, "from", |reader| reader.day("from"));
    let to = must(&mut reader, "to", |reader| reader.day("to"));
    let about = reader.code("about").map(Thing::Item);
    sheet.mistakes(visit.lang, &reader.mistakes);
    let given = (series, zh, from, to);
    if let ((Some(series), Some(zh), Some(from), Some(to)), false) = (given, sheet.has_faults()) {
        let subjected = Subjected { series, name: Named::new(zh, en), period: (from, to), about };
        let parts = usual_parts(series);
        match visit.app.draft_study(&visit.actor, &plan, subjected, parts, &source(&visit)).await {
            Ok(code) => return Ok(Redirect::to(&format!("/p/{plan}/reports/{code}")).into_response()),
            Err(error) => {
                for refusal in refused(error)? {
                    let field = match field_of(&refusal.field) {
                        field if field == "to_item" => "about".to_owned(),
                        field if field == "period" => "to".to_owned(),
                        field => field,
                    };
                    sheet.fault(&field, words::refusal(visit.lang, &refusal));
                }
            }
        }
    }
    form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.t("study-new"), sheet)
}

/// A figure or table as the page shows it.
struct ExhibitView {
    id: String,
    /// Its part and its place there, as buttons name it.
    place: String,
    title: String,
    show: Show,
    show_name: String,
    /// The same query on the ledger's own page.
    address: String,
    count: usize,
    lines: Vec<Line>,
    heads: Vec<(&'static str, String)>,
    counted: Vec<(String, Vec<usize>, usize)>,
    head: String,
    sum: Vec<usize>,
}

struct PartView {
    number: usize,
    title: Named,
    text: Named,
    /// What is read: the title and text in the reader's language.
    shown_title: String,
    shown_text: String,
    exhibits: Vec<ExhibitView>,
    tables: Vec<TableView>,
    gaps: Vec<GapView>,
    evaluations: Vec<EvaluationView>,
}

/// What residents' requests come to, as the page shows it.
struct TableView {
    place: String,
    title: String,
    heads: Vec<String>,
    /// What it is called, the requests behind it, and its numbers.
    rows: Vec<(String, String, Vec<String>)>,
}

fn is_community(portfolio: &Portfolio, code: &str) -> bool {
    portfolio.areas.get(code).is_none_or(|area| matches!(area.level, None | Some(AreaLevel::Community)))
}

/// The titles of hot issues as they stand today: reports keep only what they are about, and what was erased is gone.
async fn titles(
    visit: &Visit,
    plan: &Code,
    report: &StudyReport,
) -> Result<BTreeMap<String, String>, PageError> {
    let hot = report.study.tables().filter(|table| matches!(table.shows, Tabled::Hot));
    let rows = hot.flat_map(|table| table.found.as_deref().unwrap_or_default());
    let codes: Vec<Code> = rows.filter_map(|row| Code::new(&row.code).ok()).collect();
    if codes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let paging = RequestPaging { limit: codes.len(), ..RequestPaging::default() };
    let query = RequestQuery { codes, ..RequestQuery::default() };
    let found = visit.app.requests(plan, &query, &paging).await?.rows;
    let held = found.into_iter().filter(|row| row.title != GONE);
    Ok(held.map(|row| (row.code.to_string(), row.title)).collect())
}

fn table_view(
    page: &Page,
    report: &StudyReport,
    table: &RequestTable,
    titles: &BTreeMap<String, String>,
    place: (usize, usize),
) -> TableView {
    let english = page.lang.is_english();
    let plan = &report.portfolio.plan.code;
    let (from, to) = (table.from, table.to);
    let address = |code: &str| match table.shows {
        _ if code.is_empty() => String::new(),
        Tabled::Hot => {
            format!("/p/{plan}/requests/hot/{code}?from={}&to={to}", matters_since(from, to))
        }
        Tabled::Units => {
            format!("/p/{plan}/requests?side=due&rate_from={from}&rate_to={to}&rate_by=unit&rate_line={code}")
        }
        Tabled::Channels => format!("/p/{plan}/requests?from={from}&to={to}&channel={code}"),
        Tabled::Themes => format!("/p/{plan}/requests?from={from}&to={to}&category={code}"),
        // The list of a subdistrict has those of all its communities.
        Tabled::Communities if !is_community(&report.portfolio, code) => String::new(),
        Tabled::Communities => format!("/p/{plan}/requests?from={from}&to={to}&area={code}"),
    };
    let rows = table.found.as_deref().unwrap_or_default().iter();
    TableView {
        place: format!("{}:{}", place.0, place.1),
        title: table.title.get(english).to_owned(),
        heads: std::iter::once("name")
            .chain(table.shows.heads().iter().copied())
            .map(|key| page.t(&format!("hotline-head-{key}")).into_owned())
            .collect(),
        rows: rows
            .map(|row| {
                let (name, title) = (row.name.get(english), titles.get(&row.code));
                let title = title.filter(|_| matches!(table.shows, Tabled::Hot));
                let name = title.map_or_else(|| name.to_owned(), |title| format!("{name} · {title}"));
                (name, address(&row.code), row.cells.clone())
            })
            .collect(),
    }
}

#[derive(Template)]
#[template(path = "ledger/study.html")]
struct StudyPage {
    page: Page,
    saved: String,
    trouble: Vec<String>,
    title: String,
    days: String,
    as_of: String,
    as_of_day: String,
    state: String,
    number: String,
    digest: String,
    intact: bool,
    papers: Vec<PaperLine>,
    item: String,
    parts: Vec<PartView>,
    later: Vec<(String, String, String)>,
    edit: String,
    version: String,
    adding: Adding,
    adding_gaps: GapAdding,
    adding_evaluation: EvaluationAdding,
}

/// The fields by which a figure or table is chosen.
struct Adding {
    parts: Vec<Choice>,
    shows: Vec<Choice>,
    kinds: Vec<Choice>,
    standings: Vec<Choice>,
    lights: Vec<Choice>,
    units: Vec<Choice>,
    levels: Vec<Choice>,
    areas: Vec<Choice>,
    sectors: Vec<Choice>,
    asking: Asking,
    title_zh: String,
    title_en: String,
}

impl Adding {
    fn new(visit: &Visit, report: &StudyReport, typed: &Typed) -> Self {
        let (lang, english) = (visit.lang, visit.lang.is_english());
        let asking = asking(typed);
        let choice = |value: &str, label: String, chosen: &str| Choice {
            chosen: value == chosen,
            value: value.to_owned(),
            label,
        };
        let list = |list: &str, values: Vec<&'static str>, chosen: &str| -> Vec<Choice> {
            values.into_iter().map(|value| choice(value, word(lang, list, value), chosen)).collect()
        };
        let mut kinds: Vec<&'static str> = ItemKind::ALL.iter().map(|kind| kind.as_str()).collect();
        kinds.extend(["project", "milestone"]);
        let standing = if asking.standing.is_empty() { "open" } else { &asking.standing };
        let mut standings = list("standing", Standing::ALL.iter().map(|it| it.as_str()).collect(), standing);
        standings.push(choice("all", visit.t("ledger-all").into_owned(), standing));
        let portfolio = &report.portfolio;
        let named = |code: &Code, name: &Named, chosen: &str| {
            choice(code.as_str(), name.get(english).to_owned(), chosen)
        };
        Self {
            parts: (1..)
                .zip(&report.study.parts)
                .map(|(number, part): (usize, _)| {
                    choice(&number.to_string(), part.title.get(english).to_owned(), typed.get("part"))
                })
                .collect(),
            shows: list("study-show", Show::ALL.iter().map(|it| it.as_str()).collect(), typed.get("show")),
            kinds: list("item-kind", kinds, &asking.kind),
            standings,
            lights: list("light", Light::ALL.iter().map(|it| it.as_str()).collect(), &asking.light),
            levels: list("item-level", Level::ALL.iter().map(|it| it.as_str()).collect(), &asking.level),
            units: portfolio.units.values().map(|it| named(&it.code, &it.name, &asking.unit)).collect(),
            areas: portfolio.areas.values().map(|it| named(&it.code, &it.name, &asking.area)).collect(),
            sectors: portfolio
                .plan
                .sectors
                .iter()
                .map(|it| named(&it.code, &it.name, &asking.sector))
                .collect(),
            title_zh: typed.get("exhibit_zh").to_owned(),
            title_en: typed.get("exhibit_en").to_owned(),
            asking,
        }
    }
}

/// The conditions on the ledger as a form sent them.
fn asking(typed: &Typed) -> Asking {
    let text = |name: &str| typed.get(name).chars().take(100).collect::<String>();
    Asking {
        q: text("q"),
        kind: text("kind"),
        standing: text("standing"),
        light: text("light"),
        unit: text("unit"),
        level: text("level"),
        area: text("area"),
        sector: text("sector"),
        due_from: text("due_from"),
        due_to: text("due_to"),
        received_from: text("received_from"),
        received_to: text("received_to"),
        ..Asking::default()
    }
}

/// The page of a report that is to be shown as it stands, with what the last form sent.
pub(super) async fn show(
    visit: &Visit,
    plan: &Code,
    code: &Code,
    status: StatusCode,
    saved: String,
    trouble: Vec<String>,
    typed: &Typed,
) -> Result<Response, PageError> {
    let mut report = visit.app.study(plan, code).await?;
    let later = visit.app.recorded_later(plan, &report.item).await?;
    let editing = report.item.state == State::Draft && may_issue(visit, plan).is_ok();
    if !trouble.is_empty() && editing {
        // What was typed is not lost.
        written(&mut report.study, typed);
    }
    let english = visit.lang.is_english();
    let page = visit.page(report.item.name.get(english));
    let titles = titles(visit, plan, &report).await?;
    let day = report.study.as_of;
    let mut trouble = trouble;
    for (title, found) in &report.overlong {
        trouble.push(too_many(visit, title.get(english), *found));
    }
    let issued = report.item.issued.as_ref();
    let (from, to) = report.item.period.unwrap_or((day, day));
    let parts = (1..)
        .zip(&report.study.parts)
        .map(|(number, part): (usize, _)| PartView {
            number,
            title: part.title.clone(),
            text: part.text.clone(),
            shown_title: part.title.get(english).to_owned(),
            shown_text: part.text.get(english).to_owned(),
            exhibits: (1..)
                .zip(&part.exhibits)
                .map(|(at, exhibit): (usize, _)| exhibit_view(&page, &report, exhibit, (number, at)))
                .collect(),
            tables: (1..)
                .zip(&part.tables)
                .map(|(at, table): (usize, _)| table_view(&page, &report, table, &titles, (number, at)))
                .collect(),
            gaps: (1..)
                .zip(&part.gaps)
                .map(|(at, table): (usize, _)| study_gaps::view(&page, &report, table, (number, at)))
                .collect(),
            evaluations: (1..)
                .zip(&part.evaluations)
                .map(|(at, table): (usize, _)| study_evaluation::view(&page, table, (number, at)))
                .collect(),
        })
        .collect();
    let shown = StudyPage {
        saved,
        trouble,
        title: report.item.name.get(english).to_owned(),
        days: format!("{} – {}", page.day(&from), page.day(&to)),
        as_of: page.day(&day),
        as_of_day: day.to_string(),
        state: word(visit.lang, "item-state", report.item.state.as_str()),
        number: issued.map_or_else(String::new, |issued| {
            visit.tw("report-number", &[("number", &issued.number.to_string())])
        }),
        digest: issued.map_or_else(String::new, |issued| issued.digest.clone()),
        intact: report.intact,
        papers: PaperLine::of(&page, &report.item),
        item: page.link(&format!("/items/{code}")),
        parts,
        later: super::report::later_lines(&page, &later),
        edit: if editing { format!("/p/{plan}/reports/{code}") } else { String::new() },
        version: report.item.version.to_string(),
        adding: Adding::new(visit, &report, typed),
        adding_gaps: GapAdding::new(visit, &report, typed),
        adding_evaluation: EvaluationAdding::new(visit, &report, typed).await?,
        page,
    };
    render(status, &shown)
}

fn exhibit_view(
    page: &Page,
    report: &StudyReport,
    exhibit: &Exhibit,
    (part, at): (usize, usize),
) -> ExhibitView {
    let lang = page.lang;
    let portfolio = &report.portfolio;
    let found = exhibit.found.as_deref().unwrap_or_default();
    let day = report.study.as_of;
    let query = address::with(&exhibit.asking, &[("as_of", &day.to_string())]);
    let plain = |light: Light| Verdict { light, because: None };
    let counts = counts(exhibit);
    let numbers = |of: &std::collections::BTreeMap<Light, usize>, lights: &[Light]| -> Vec<usize> {
        lights.iter().map(|light| of.get(light).copied().unwrap_or(0)).collect()
    };
    let name = |of: &Counted| match of {
        Counted::Kind(kind) => word(lang, "item-kind", kind),
        Counted::Unit(Some(unit)) => unit_name(portfolio, unit, lang),
        Counted::Unit(None) => page.t("paper-no-unit").into_owned(),
    };
    let (heads, counted, sum) = counts.map_or_else(Default::default, |counts| {
        let heads: Vec<_> =
            counts.lights.iter().map(|it| (it.as_str(), word(lang, "light", it.as_str()))).collect();
        let lines: Vec<_> = counts
            .lines
            .iter()
            .map(|(of, each)| (name(of), numbers(each, &counts.lights), each.values().sum()))
            .collect();
        let sum = numbers(&counts.sum, &counts.lights);
        (heads, lines, sum)
    });
    let head = if exhibit.show == Show::Units { "head-lead-unit" } else { "ledger-head-kind" };
    ExhibitView {
        id: format!("{part}-{at}"),
        place: format!("{part}:{at}"),
        title: exhibit.title.get(lang.is_english()).to_owned(),
        show: exhibit.show,
        show_name: word(lang, "study-show", exhibit.show.as_str()),
        address: format!("/p/{}/ledger?{query}", portfolio.plan.code),
        count: found.len(),
        lines: found.iter().map(|(row, light)| line(page, portfolio, row, plain(*light))).collect(),
        heads,
        counted,
        head: page.t(head).into_owned(),
        sum,
    }
}

/// Takes what the form holds of the parts' titles and texts, and the day.
fn written(study: &mut Study, typed: &Typed) {
    let text = |name: String| typed.has(&name).then(|| typed.get(&name).replace("\r\n", "\n"));
    for (number, part) in (1..).zip(&mut study.parts) {
        for (slot, name) in [
            (&mut part.title.zh, "title_zh"),
            (&mut part.title.en, "title_en"),
            (&mut part.text.zh, "text_zh"),
            (&mut part.text.en, "text_en"),
        ] {
            if let Some(given) = text(format!("{name}-{number}")) {
                *slot = given;
            }
        }
    }
    if let Some(day) = parse_day(typed.get("study_day")) {
        study.as_of = day;
    }
}

fn too_many(visit: &Visit, title: &str, found: usize) -> String {
    let (found, most) = (found.to_string(), ROWS_MOST.to_string());
    visit.tw("study-too-many-rows", &[("title", title), ("found", &found), ("most", &most)])
}

fn unfit(visit: &Visit, unfit: Unfit) -> String {
    let most = unfit.most().map_or_else(String::new, |most| most.to_string());
    visit.tw(&format!("study-unfit-{}", unfit.key()), &[("most", &most)])
}

/// What a button asks for: a word, and which part and exhibit.
fn wanted(typed: &Typed) -> (&str, Option<usize>, Option<usize>) {
    let mut pieces = typed.get("do").split(':');
    let what = pieces.next().unwrap_or_default();
    let mut number = || pieces.next().and_then(|text| text.parse::<usize>().ok()?.checked_sub(1));
    (what, number(), number())
}

/// Takes what a button names out of a part; nothing where there is none.
fn take_out<T>(
    study: &mut Study,
    (part, at): (Option<usize>, Option<usize>),
    list: impl FnOnce(&mut Part) -> &mut Vec<T>,
) {
    let held = part.and_then(|at| study.parts.get_mut(at)).map(list);
    if let (Some(held), Some(at)) = (held, at)
        && at < held.len()
    {
        held.remove(at);
    }
}

pub(super) async fn save(
    visit: &Visit,
    plan: &Code,
    code: &Code,
    typed: &Typed,
) -> Result<Response, PageError> {
    may_issue(visit, plan)?;
    let seen = Seq(typed.get("version").parse().unwrap_or(0));
    let mut study = visit.app.study(plan, code).await?.study;
    written(&mut study, typed);
    let (what, part, exhibit) = wanted(typed);
    let refused = |trouble: String| {
        show(visit, plan, code, StatusCode::UNPROCESSABLE_ENTITY, String::new(), vec![trouble], typed)
    };
    match what {
        "add-part" => {
            let name =
                |lang| words::with(lang, "study-part", &[("number", &(study.parts.len() + 1).to_string())]);
            let title = Named::new(name(words::Lang::Zh), name(words::Lang::En));
            study.parts.push(Part::of(title, Named::default()));
        }
        "remove-part" => {
            if let Some(at) = part.filter(|at| *at < study.parts.len()) {
                study.parts.remove(at);
            }
        }
        "remove-exhibit" => take_out(&mut study, (part, exhibit), |part| &mut part.exhibits),
        "remove-table" => take_out(&mut study, (part, exhibit), |part| &mut part.tables),
        "remove-gaps" => take_out(&mut study, (part, exhibit), |part| &mut part.gaps),
        "remove-evaluation" => take_out(&mut study, (part, exhibit), |part| &mut part.evaluations),
        "add-evaluation" => {
            let at = typed.get("part").parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let Some(held) = at.and_then(|at| study.parts.get_mut(at)) else {
                return refused(visit.t("study-unfit-no-part").into_owned()).await;
            };
            let Some(table) = study_evaluation::asked(visit, plan, typed).await? else {
                return refused(visit.t("study-unfit-no-year").into_owned()).await;
            };
            held.evaluations.push(table);
        }
        "add-gaps" => {
            let table = match study_gaps::asked(typed, &study) {
                Ok(table) => table,
                Err(key) => return refused(visit.t(key).into_owned()).await,
            };
            let at = typed.get("part").parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let Some(held) = at.and_then(|at| study.parts.get_mut(at)) else {
                return refused(visit.t("study-unfit-no-part").into_owned()).await;
            };
            held.gaps.push(table);
        }
        "add-exhibit" => {
            let at = typed.get("part").parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let Some(held) = at.and_then(|at| study.parts.get_mut(at)) else {
                return refused(visit.t("study-unfit-no-part").into_owned()).await;
            };
            held.exhibits.push(Exhibit {
                title: Named::new(typed.get("exhibit_zh"), typed.get("exhibit_en")),
                show: Show::parse(typed.get("show")).unwrap_or(Show::Rows),
                asking: asking(typed),
                found: None,
            });
        }
        _ => {}
    }
    let kept = visit.app.redraft_study(&visit.actor, plan, code, seen, study, &source(visit)).await;
    let receipt = match kept {
        Ok(receipt) => receipt,
        Err(StudyError::App(error)) => return Err(error.into()),
        Err(StudyError::Unfit(why)) => return refused(unfit(visit, why)).await,
    };
    let here = format!("/p/{plan}/reports/{code}");
    if what != "issue" {
        return Ok(done(&here, Some(&receipt)));
    }
    let seen = receipt.entries.last().map_or(seen, |entry| entry.seq);
    let trouble = match visit.app.issue_study(&visit.actor, plan, code, seen, &source(visit)).await {
        Ok(receipt) => return Ok(done(&here, Some(&receipt))),
        Err(IssueError::App(error)) => return Err(error.into()),
        Err(IssueError::Unfit(why)) => unfit(visit, why),
        Err(IssueError::TooManyRows { title, found }) => too_many(visit, &title, found),
        Err(IssueError::NotOver | IssueError::DoesNotClose(_) | IssueError::Outdated) => {
            visit.t("study-not-over").into_owned()
        }
    };
    // The page says by itself what is too long.
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    show(visit, plan, code, status, String::new(), vec![trouble], &Typed::default()).await
}
