//! A meeting: its agenda, who came, its minutes, what it decided, and what came of the last one.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::agenda::minutes_due;
use domain::item::ledger::LedgerRow;
use domain::item::workflow::{State, Step};
use domain::item::{Item, ItemKind, Target as Thing};
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;

use super::units::now;
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::ledger::item::{address_of, target};
use crate::ledger::line::{Line, line, unit_name};
use crate::ledger::list::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{moment, word};

struct Point {
    number: u32,
    title: String,
    text: String,
    address: String,
    /// Where its matter stands, for one that is about something.
    state: String,
    /// Of one that a return asks for: that return.
    in_return: String,
}

struct AskedPoint {
    title: String,
    unit: String,
    text: String,
}

struct Attending {
    how: String,
    who: Vec<String>,
}

struct Last {
    name: String,
    address: String,
    decisions: Vec<Line>,
}

#[derive(Template)]
#[template(path = "coordination/meeting.html")]
struct MeetingPage {
    page: Page,
    saved: String,
    shown: Shown,
    record: String,
    /// Addresses of what may be done, empty where it may not.
    agenda_form: String,
    attendance_form: String,
    minutes_form: String,
    ask_form: String,
    withdraw: String,
    print: String,
}

#[derive(Template)]
#[template(path = "coordination/print.html")]
struct PrintPage {
    page: Page,
    shown: Shown,
    back: String,
}

/// What both the page and its print say.
struct Shown {
    line: Line,
    particulars: Vec<(String, String)>,
    text: String,
    minutes_standing: String,
    minutes_late: bool,
    points: Vec<Point>,
    asked: Vec<AskedPoint>,
    attending: Vec<Attending>,
    minutes: String,
    decisions: Vec<Line>,
    last: Option<Last>,
}

/// A meeting by its address; anything else is not found here.
pub async fn opened(visit: &Visit, plan: &str, code: &str) -> Result<(Code, Item), PageError> {
    let (plan, code) = (known_code(plan)?, known_code(code)?);
    staff_only(visit)?;
    let (item, _) = visit.app.item(&plan, &code, visit.asked).await?;
    if item.kind == ItemKind::Meeting {
        Ok((plan, item))
    } else {
        Err(PageError::not_found().in_lang(visit.lang))
    }
}

/// A meeting as it is now, for one who may run it.
pub async fn to_run(
    visit: &Visit,
    plan: &str,
    code: &str,
) -> Result<(Code, Item, std::sync::Arc<Portfolio>), PageError> {
    let (plan, item) = opened(visit, plan, code).await?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    if !visit.actor.may(Action::SuperviseItem, &target(&item, &portfolio)) {
        return Err(visit.forbidden(Action::SuperviseItem));
    }
    Ok((plan, item, portfolio))
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, item) = opened(&visit, &plan, &code).await?;
    let portfolio = visit.portfolio(&plan).await?;
    let page = visit.page(item.name.get(visit.lang.is_english()));
    let shown = shown(&visit, &page, &plan, &portfolio, &item).await?;
    let may = |action| !page.is_past() && visit.actor.may(action, &target(&item, &portfolio));
    let runs = may(Action::SuperviseItem);
    let here = format!("/p/{plan}/meetings/{}", item.code);
    let when = |holds: bool, address: String| if holds { address } else { String::new() };
    let asks = item.state == State::Planned && !page.is_past() && speaks_for_a_unit(&visit, &plan);
    let shown = MeetingPage {
        saved: saved(visit.lang, &Typed(query)),
        record: page.link(&format!("/items/{}", item.code)),
        agenda_form: when(
            runs && matches!(item.state, State::Planned | State::Held),
            format!("{here}/agenda"),
        ),
        attendance_form: when(
            runs && matches!(item.state, State::Planned | State::Held),
            format!("{here}/attendance"),
        ),
        minutes_form: when(runs && item.state == State::Held, format!("{here}/minutes")),
        ask_form: when(asks, format!("/p/{plan}/items/{}/ask-agenda", item.code)),
        withdraw: when(
            runs && domain::item::workflow::find(item.kind, item.state, Step::Withdraw).is_some(),
            format!("/p/{plan}/items/{}/step-withdraw", item.code),
        ),
        print: page.link(&format!("/meetings/{}/print", item.code)),
        shown,
        page,
    };
    render(StatusCode::OK, &shown)
}

/// Whether the reader may speak for a unit at all: for one of their own, or for any.
fn speaks_for_a_unit(visit: &Visit, plan: &Code) -> bool {
    let own = Code::new(&crate::editor::change::own_unit(&visit.actor)).ok();
    let target = Target { plan: Some(plan.clone()), lead_unit: own, ..Target::default() };
    visit.actor.may(Action::HandleItem, &target)
}

pub async fn print(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, item) = opened(&visit, &plan, &code).await?;
    let portfolio = visit.portfolio(&plan).await?;
    let page = visit.page(item.name.get(visit.lang.is_english()));
    let shown = shown(&visit, &page, &plan, &portfolio, &item).await?;
    let back = page.link(&format!("/meetings/{}", item.code));
    render(StatusCode::OK, &PrintPage { page, shown, back })
}

async fn shown(
    visit: &Visit,
    page: &Page,
    plan: &Code,
    portfolio: &Portfolio,
    item: &Item,
) -> Result<Shown, PageError> {
    let lang = visit.lang;
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let lines = |rows: &[LedgerRow]| -> Vec<Line> {
        rows.iter().map(|row| line(page, portfolio, row, judge.judge(row))).collect()
    };
    let decisions = visit.app.decisions_at(plan, &item.code, visit.asked).await?;
    let last = match visit.app.meeting_before(plan, item, visit.asked).await? {
        Some(last) => Some(Last {
            name: last.name.get(lang.is_english()).to_owned(),
            address: page.link(&format!("/meetings/{}", last.code)),
            decisions: lines(&visit.app.decisions_at(plan, &last.code, visit.asked).await?),
        }),
        None => None,
    };
    let mut points = Vec::new();
    for (number, point) in &item.agenda {
        let (state, in_return) = standing_of(visit, plan, portfolio, point.about.as_ref()).await?;
        points.push(Point {
            number: *number,
            title: point_title(visit, portfolio, point),
            text: point.text.clone(),
            address: point.about.as_ref().map_or_else(String::new, |about| address_of(page, about)),
            state,
            in_return,
        });
    }
    let (minutes_standing, minutes_late) = minutes_standing(visit, item).await?;
    let row = LedgerRow::of_item(item);
    let (at, place) = item.appointment.clone().map_or((None, String::new()), |(at, place)| (Some(at), place));
    Ok(Shown {
        line: line(page, portfolio, &row, judge.judge(&row)),
        particulars: [
            ("ledger-series", item.series.map_or_else(String::new, |it| word(lang, "series", it.as_str()))),
            ("field-item-number", item.number.clone()),
            ("field-item-held-at", at.map_or_else(String::new, |at| moment(lang, at))),
            ("field-item-meeting-place", place),
            ("field-item-chair", item.issuer.clone()),
            (
                "head-lead-unit",
                item.lead_unit.as_ref().map_or_else(String::new, |unit| unit_name(portfolio, unit, lang)),
            ),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (visit.t(key).into_owned(), value))
        .collect(),
        text: item.text.clone(),
        minutes_standing,
        minutes_late,
        points,
        asked: item
            .asked
            .iter()
            .map(|asked| AskedPoint {
                title: asked.point.title.clone(),
                unit: unit_name(portfolio, &asked.unit, lang),
                text: asked.point.text.clone(),
            })
            .collect(),
        attending: attending(visit, portfolio, item),
        minutes: item.minutes.clone(),
        decisions: lines(&decisions),
        last,
    })
}

/// A point is called as it was put down; one about a project has the project's own name in English.
fn point_title(visit: &Visit, portfolio: &Portfolio, point: &domain::item::AgendaPoint) -> String {
    match &point.about {
        Some(Thing::Project(code)) if visit.lang.is_english() => portfolio
            .project(code.as_str())
            .filter(|project| project.name.zh == point.title)
            .map_or_else(|| point.title.clone(), |project| project.name.get(true).to_owned()),
        _ => point.title.clone(),
    }
}

/// Where the matter of a point stands; of what a return asks for, what that return is called.
async fn standing_of(
    visit: &Visit,
    plan: &Code,
    portfolio: &Portfolio,
    about: Option<&Thing>,
) -> Result<(String, String), PageError> {
    let state = match about {
        Some(Thing::Item(code)) => match visit.app.item(plan, code, visit.asked).await {
            Ok((item, _)) if item.kind == ItemKind::Return => {
                return Ok((String::new(), item.name.get(visit.lang.is_english()).to_owned()));
            }
            Ok((item, _)) => word(visit.lang, "item-state", item.state.as_str()),
            Err(app::AppError::NotFound) => String::new(),
            Err(error) => return Err(error.into()),
        },
        Some(Thing::Project(code)) => portfolio
            .project(code.as_str())
            .map_or_else(String::new, |project| word(visit.lang, "phase", project.phase().as_str())),
        _ => String::new(),
    };
    Ok((state, String::new()))
}

/// Whether the minutes came, or will come, within the day.
async fn minutes_standing(visit: &Visit, item: &Item) -> Result<(String, bool), PageError> {
    let Some((at, _)) = &item.appointment else { return Ok((String::new(), false)) };
    let (lang, due) = (visit.lang, minutes_due(*at));
    let issued = item.moves.iter().rev().find(|held| held.step == Step::Minute);
    Ok(match (item.state, issued) {
        (State::Held, _) if now(visit) > due => {
            (visit.tw("minutes-overdue", &[("due", &moment(lang, due))]), true)
        }
        (State::Held, _) => (visit.tw("minutes-due", &[("due", &moment(lang, due))]), false),
        (_, Some(issued)) => {
            let recorded = visit.app.recorded_at(issued.seq).await?;
            let recorded = recorded.map(|at| visit.app.clock().zone().to_datetime(at));
            // What was put down on a later day than it is for is timed by its day.
            let moment_of = recorded.filter(|at| at.date() == issued.on).unwrap_or(issued.on.at(0, 0, 0, 0));
            let said = if moment_of.time() == jiff::civil::Time::midnight() {
                crate::words_of::day(lang, issued.on)
            } else {
                moment(lang, moment_of)
            };
            let late = moment_of > due;
            let key = if late { "minutes-issued-late" } else { "minutes-issued" };
            (visit.tw(key, &[("at", &said)]), late)
        }
        _ => (String::new(), false),
    })
}

fn attending(visit: &Visit, portfolio: &Portfolio, item: &Item) -> Vec<Attending> {
    use domain::item::kind::Attendance;
    Attendance::ALL
        .iter()
        .map(|how| Attending {
            how: word(visit.lang, "attendance", how.as_str()),
            who: item
                .attendance
                .iter()
                .filter(|(_, held, _)| held == how)
                .map(|(unit, _, name)| {
                    let unit = unit_name(portfolio, unit, visit.lang);
                    if name.is_empty() { unit } else { format!("{unit} {name}") }
                })
                .collect(),
        })
        .filter(|group| !group.who.is_empty())
        .collect()
}
