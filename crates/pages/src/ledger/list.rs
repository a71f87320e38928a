//! One ledger, one table: everything to be delivered, filtered, sorted and counted by its light.

use app::ledger::Paging;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::kind::{ItemKind, Level, Series};
use domain::item::light::Light;
use domain::item::query::Sort;
use domain::item::workflow::Standing;
use domain::named::Named;
use domain::policy::Action;
use domain::saved_list::Sharing;

use super::address::{self, Asking};
use super::line::{Line, line, rules};
use super::paper::PaperLine;
use super::saved::{self, Shelf};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{encode, word};

const PAGE_SIZE: usize = 50;

pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

struct Column {
    label: String,
    address: String,
    sorted: Option<&'static str>,
}

/// A light with how many rows show it, and the list narrowed to it.
struct Count {
    light: &'static str,
    name: String,
    count: u64,
    address: String,
    is_here: bool,
}

struct Condition {
    label: String,
    without: String,
}

#[derive(Template)]
#[template(path = "ledger/list.html")]
struct ListPage {
    page: Page,
    asking: Asking,
    lines: Vec<Line>,
    papers: Vec<PaperLine>,
    total: u64,
    counts: Vec<Count>,
    rules_name: String,
    rules_source: String,
    rules: Vec<(&'static str, String, String)>,
    kinds: Vec<Choice>,
    standings: Vec<Choice>,
    lights: Vec<Choice>,
    units: Vec<Choice>,
    levels: Vec<Choice>,
    series: Vec<Choice>,
    areas: Vec<Choice>,
    sectors: Vec<Choice>,
    columns: Vec<Column>,
    conditions: Vec<Condition>,
    unfolded: bool,
    first: Option<String>,
    next: Option<String>,
    may_add: bool,
    lists: Shelf,
    downloads: Vec<(&'static str, String)>,
    /// What the page shows, for keeping it under a name.
    query: String,
    sharing: Vec<Choice>,
    may_save: bool,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let query = asking.query(&portfolio);
    let (sort, descending) = asking.sort();
    let paging = Paging { sort, descending, after: asking.after(), limit: PAGE_SIZE };
    // Read side by side: counting takes longer than finding the page.
    let (found, counts) = tokio::try_join!(
        visit.app.ledger(&plan, &query, &paging, visit.asked),
        visit.app.ledger_lights(&plan, &query, visit.asked),
    )?;
    let lang = visit.lang;
    let page = visit.page(visit.t("ledger-title"));
    let base = page.link("/ledger");
    let link = |query: String| match (query.is_empty(), base.contains('?')) {
        (true, _) => base.clone(),
        (false, true) => format!("{base}&{query}"),
        (false, false) => format!("{base}?{query}"),
    };
    let choices = |values: &mut dyn Iterator<Item = (String, String)>, chosen: &str| -> Vec<Choice> {
        values.map(|(value, label)| Choice { chosen: value == chosen, value, label }).collect()
    };
    let words = |list: &'static str, values: &[&'static str], chosen: &str| -> Vec<Choice> {
        choices(&mut values.iter().map(|v| ((*v).to_owned(), word(lang, list, v))), chosen)
    };
    let named = |code: &Code, name: &Named| (code.to_string(), name.get(lang.is_english()).to_owned());
    let mut kinds: Vec<&'static str> = ItemKind::ALL.iter().map(|kind| kind.as_str()).collect();
    kinds.extend(["project", "milestone"]);
    let kinds = words("item-kind", &kinds, &asking.kind);
    let mut standings = words(
        "standing",
        &Standing::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        if asking.standing.is_empty() { "open" } else { &asking.standing },
    );
    standings.push(Choice {
        value: "all".into(),
        label: visit.t("ledger-all").into_owned(),
        chosen: asking.standing == "all",
    });
    let lights = words("light", &Light::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>(), &asking.light);
    let levels =
        words("item-level", &Level::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>(), &asking.level);
    let series =
        words("series", &Series::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>(), &asking.series);
    let units = choices(&mut portfolio.units.values().map(|u| named(&u.code, &u.name)), &asking.unit);
    let areas = choices(&mut portfolio.areas.values().map(|a| named(&a.code, &a.name)), &asking.area);
    let sectors =
        choices(&mut portfolio.plan.sectors.iter().map(|s| named(&s.code, &s.name)), &asking.sector);

    let mut conditions = Vec::new();
    let mut condition = |name: &str, value: &str, label: String| {
        if !value.is_empty() {
            conditions.push(Condition { label, without: link(address::with(&asking, &[(name, "")])) });
        }
    };
    condition("q", &asking.q, format!("“{}”", asking.q.trim()));
    for (name, value, list) in [
        ("kind", &asking.kind, &kinds),
        ("standing", &asking.standing, &standings),
        ("light", &asking.light, &lights),
        ("unit", &asking.unit, &units),
        ("level", &asking.level, &levels),
        ("series", &asking.series, &series),
        ("area", &asking.area, &areas),
        ("sector", &asking.sector, &sectors),
    ] {
        let chosen = list.iter().find(|choice| choice.chosen);
        condition(name, value, chosen.map_or_else(|| value.clone(), |choice| choice.label.clone()));
    }
    for (name, value, key) in [
        ("due_from", &asking.due_from, "ledger-due-from"),
        ("due_to", &asking.due_to, "ledger-due-to"),
        ("received_from", &asking.received_from, "ledger-received-from"),
        ("received_to", &asking.received_to, "ledger-received-to"),
    ] {
        condition(name, value, visit.tw(key, &[("date", value)]));
    }

    let column = |key: &str, by: Option<Sort>| {
        let here = by == Some(sort);
        let order = if here && !descending { "down" } else { "" };
        Column {
            label: visit.t(key).into_owned(),
            address: by.map_or_else(String::new, |by| {
                link(address::with(&asking, &[("sort", by.as_str()), ("order", order)]))
            }),
            sorted: here.then_some(if descending { "descending" } else { "ascending" }),
        }
    };
    let plan_lights = portfolio.plan.lights();
    let list = ListPage {
        lines: found.rows.iter().map(|(row, verdict)| line(&page, &portfolio, row, *verdict)).collect(),
        papers: vec![PaperLine::ledger(&page, &asking)],
        total: counts.values().sum(),
        counts: counts
            .iter()
            .map(|(light, count)| Count {
                light: light.as_str(),
                name: word(lang, "light", light.as_str()),
                count: *count,
                is_here: asking.light == light.as_str(),
                address: link(address::with(&asking, &[("light", light.as_str())])),
            })
            .collect(),
        rules_name: plan_lights.name.get(lang.is_english()).to_owned(),
        rules_source: plan_lights.source.get(lang.is_english()).to_owned(),
        rules: rules(lang, plan_lights),
        columns: vec![
            column("ledger-head-light", None),
            column("ledger-head-item", Some(Sort::Name)),
            column("ledger-head-kind", None),
            column("head-lead-unit", Some(Sort::LeadUnit)),
            column("ledger-head-received", Some(Sort::Received)),
            column("ledger-head-due", Some(Sort::Due)),
            column("ledger-head-state", None),
            column("ledger-head-progress", Some(Sort::Reported)),
        ],
        conditions,
        unfolded: [
            &asking.level,
            &asking.series,
            &asking.area,
            &asking.sector,
            &asking.due_from,
            &asking.due_to,
            &asking.received_from,
            &asking.received_to,
        ]
        .iter()
        .any(|text| !text.is_empty()),
        first: asking.after().map(|_| link(address::with(&asking, &[]))),
        next: found.next.map(|after| {
            let mut query = address::with(&asking, &[]);
            if !query.is_empty() {
                query.push('&');
            }
            link(format!("{query}key={}&after={}", encode(&after.key), encode(&after.code)))
        }),
        may_add: super::register::may_register(&visit).next().is_some(),
        lists: saved::shown(&visit, &page, &plan, Some(&asking)).await?,
        downloads: ["xlsx", "csv", "json"]
            .map(|format| {
                let query = address::with(&asking, &[("list", "yes"), ("sort", ""), ("order", "")]);
                (format, page.link(&format!("/tables/ledger.{format}?{query}")))
            })
            .to_vec(),
        query: address::with(&asking, &[]),
        sharing: saved::sharing_choices(&visit, &portfolio, &Sharing::Nobody),
        may_save: visit.actor.person().is_some() && !page.is_past(),
        kinds,
        standings,
        lights,
        units,
        levels,
        series,
        areas,
        sectors,
        asking,
        page,
    };
    render(StatusCode::OK, &list)
}

/// Working pages are for those who work on the plan.
pub fn staff_only(visit: &Visit) -> Result<(), PageError> {
    if visit.actor.may_somewhere(Action::ReadStaff) {
        Ok(())
    } else {
        Err(visit.forbidden(Action::ReadStaff))
    }
}
