//! The agenda as a proposal: taken, ordered and worded by a person.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::agenda::Ground;
use domain::item::{Item, ItemFact, Target as Thing};
use domain::portfolio::Portfolio;

use super::meeting::to_run;
use crate::editor::change::seen;
use crate::editor::field::Typed;
use crate::editor::page::{Filled, done};
use crate::editor::sheet::refused;
use crate::error::PageError;
use crate::ledger::act::record;
use crate::ledger::item::address_of;
use crate::ledger::line::unit_name;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

/// Empty lines for what nobody proposed.
const BLANK: usize = 2;
/// The most lines of a form that are read.
const LINES_MOST: usize = 200;

/// A point that is on the agenda or might be.
struct Row {
    taken: bool,
    order: String,
    title: String,
    text: String,
    about: String,
    address: String,
    grounds: Vec<(&'static str, String)>,
    unit: String,
    /// Which of what was asked for it takes up, and the return in which it was.
    asked: String,
    in_return: String,
}

#[derive(Template)]
#[template(path = "coordination/agenda.html")]
struct AgendaPage {
    page: Page,
    faults: Vec<String>,
    here: String,
    back: String,
    version: String,
    rows: Vec<Row>,
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, item, portfolio) = to_run(&visit, &plan, &code).await?;
    let rows = rows(&visit, &plan, &item, &portfolio).await?;
    page(&visit, StatusCode::OK, &plan, &item, rows, Vec::new())
}

async fn rows(visit: &Visit, plan: &Code, item: &Item, portfolio: &Portfolio) -> Result<Vec<Row>, PageError> {
    let page = visit.page("");
    let blank = || Row {
        taken: false,
        order: String::new(),
        title: String::new(),
        text: String::new(),
        about: String::new(),
        address: String::new(),
        grounds: Vec::new(),
        unit: String::new(),
        asked: String::new(),
        in_return: String::new(),
    };
    let key = |asked: Option<&Code>| asked.map_or_else(String::new, Code::to_string);
    let mut out: Vec<Row> = item
        .agenda
        .iter()
        .map(|(number, point)| Row {
            taken: true,
            order: number.to_string(),
            title: point.title.clone(),
            text: point.text.clone(),
            about: point.about.as_ref().map_or_else(String::new, written),
            address: point.about.as_ref().map_or_else(String::new, |about| address_of(&page, about)),
            asked: key(point.asked.as_ref()),
            ..blank()
        })
        .collect();
    let proposals = visit.app.agenda_proposals(plan, item, app::read::Asked::default()).await?;
    let english = visit.lang.is_english();
    out.extend(proposals.into_iter().map(|proposal| {
        let address = match (&proposal.about, &proposal.in_return) {
            (Some(about), Some(_)) => page.link(&format!("/returns/{}", about.code())),
            (Some(about), None) => address_of(&page, about),
            (None, _) => String::new(),
        };
        Row {
            title: proposal.title,
            text: proposal.text,
            address,
            asked: key(proposal.asked.as_ref()),
            in_return: proposal.in_return.map_or_else(String::new, |name| name.get(english).to_owned()),
            about: proposal.about.as_ref().map_or_else(String::new, written),
            grounds: proposal
                .grounds
                .iter()
                .map(|ground| (class(*ground), word(visit.lang, "ground", ground.as_str())))
                .collect(),
            unit: proposal.unit.map_or_else(String::new, |unit| unit_name(portfolio, &unit, visit.lang)),
            ..blank()
        }
    }));
    out.extend((0..BLANK).map(|_| blank()));
    Ok(out)
}

fn class(ground: Ground) -> &'static str {
    match ground {
        Ground::Red | Ground::Undone => "bad",
        Ground::Amber | Ground::Objected => "warn",
        _ => "calm",
    }
}

/// What a point is about, as the form carries it.
fn written(about: &Thing) -> String {
    format!("{}:{}", about.kind().as_str(), about.code())
}

fn read_about(text: &str) -> Option<Thing> {
    let (kind, code) = text.split_once(':')?;
    let code = Code::new(code).ok()?;
    match kind {
        "item" => Some(Thing::Item(code)),
        "project" => Some(Thing::Project(code)),
        "indicator" => Some(Thing::Indicator(code)),
        _ => None,
    }
}

fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    item: &Item,
    rows: Vec<Row>,
    faults: Vec<String>,
) -> Result<Response, PageError> {
    let back = format!("/p/{plan}/meetings/{}", item.code);
    let title = visit.tw("agenda-title", &[("name", item.name.get(visit.lang.is_english()))]);
    let shown = AgendaPage {
        page: visit.page(title),
        faults,
        here: format!("{back}/agenda"),
        back,
        version: item.version.to_string(),
        rows,
    };
    render(status, &shown)
}

/// A point as it was taken.
struct Taken {
    title: String,
    about: Option<Thing>,
    text: String,
    asked: Option<Code>,
}

/// The points that were taken, in the order that was given; those without a number come last.
fn taken(typed: &Typed) -> Vec<Taken> {
    let mut lines: Vec<(u32, usize)> = (0..LINES_MOST)
        .filter(|at| typed.has(&format!("take:{at}")) && !typed.get(&format!("title:{at}")).is_empty())
        .map(|at| (typed.get(&format!("order:{at}")).parse().unwrap_or(u32::MAX), at))
        .collect();
    lines.sort_unstable();
    lines
        .into_iter()
        .map(|(_, at)| {
            let text = |name: &str| typed.get(&format!("{name}:{at}")).replace("\r\n", "\n");
            Taken {
                title: text("title"),
                about: read_about(&text("about")),
                text: text("text"),
                asked: Code::new(typed.get(&format!("asked:{at}"))).ok(),
            }
        })
        .collect()
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, item, portfolio) = to_run(&visit, &plan, &code).await?;
    let points = taken(&typed);
    let last = item.agenda.iter().map(|(number, _)| *number).max().unwrap_or(0);
    let kept = u32::try_from(points.len()).unwrap_or(u32::MAX);
    let mut facts: Vec<ItemFact> = (1..)
        .zip(points)
        .map(|(point, Taken { title, about, text, asked })| ItemFact::Agenda {
            point,
            title,
            about,
            text,
            asked,
        })
        .collect();
    facts.extend((kept + 1..=last).map(|point| ItemFact::Agenda {
        point,
        title: String::new(),
        about: None,
        text: String::new(),
        asked: None,
    }));
    if facts.is_empty() {
        let rows = rows(&visit, &plan, &item, &portfolio).await?;
        let fault = vec![visit.t("agenda-none-taken").into_owned()];
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, &item, rows, fault);
    }
    let change = record(&visit, &plan, &item.code, facts, Some(seen(&typed)));
    match visit.app.change(&visit.actor, change).await {
        Ok(receipt) => Ok(done(&format!("/p/{plan}/meetings/{}", item.code), Some(&receipt))),
        Err(error) => {
            let refusals = refused(error)?;
            let faults = refusals.iter().map(|it| words::refusal(visit.lang, it)).collect();
            let rows = again(rows(&visit, &plan, &item, &portfolio).await?, &typed);
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, &item, rows, faults)
        }
    }
}

/// The lines as they were typed, so that nothing has to be typed twice.
fn again(mut rows: Vec<Row>, typed: &Typed) -> Vec<Row> {
    for (at, row) in rows.iter_mut().enumerate() {
        if typed.has(&format!("title:{at}")) {
            row.taken = typed.has(&format!("take:{at}"));
            row.order = typed.get(&format!("order:{at}")).to_owned();
            row.title = typed.get(&format!("title:{at}")).to_owned();
            row.text = typed.get(&format!("text:{at}")).to_owned();
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_taken_in_the_order_given() {
        let pairs = [
            ("take:0", "on"),
            ("order:0", "2"),
            ("title:0", "乙"),
            ("about:0", "item:TSK-1"),
            ("order:1", "1"),
            ("title:1", "不取"),
            ("take:2", "on"),
            ("order:2", ""),
            ("title:2", "丙"),
            ("take:3", "on"),
            ("order:3", "1"),
            ("title:3", "甲"),
            ("about:3", "project:P-1"),
            ("asked:3", "r2"),
            ("take:4", "on"),
            ("title:4", ""),
        ];
        let typed = Typed(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let titles: Vec<String> = taken(&typed).into_iter().map(|point| point.title).collect();
        assert_eq!(titles, ["甲", "乙", "丙"]);
        let first = &taken(&typed)[0];
        assert_eq!(first.about, Some(Thing::Project(Code::new("P-1").unwrap())));
        assert_eq!(first.asked, Some(Code::new("r2").unwrap()));
    }

    #[test]
    fn what_a_point_is_about_is_read_as_written() {
        let about = Thing::Item(Code::new("DEC-2019-0001").unwrap());
        assert_eq!(read_about(&written(&about)), Some(about));
        assert_eq!(read_about("plan:x"), None);
        assert_eq!(read_about(""), None);
    }
}
