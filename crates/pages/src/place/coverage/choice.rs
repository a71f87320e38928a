//! How many of a kind people have to choose from: a part of the page of the kind, a file with a line for each residence,
//! and what stands beside residences that are listed one by one. Small numbers tell single homes apart: all of it is for
//! those who may see these.

use std::sync::Arc;

use app::AppError;
use app::place::coverage::{Choice, ChoiceFigure, Coverage, CoverageAsked, KindCoverage, RuleCoverage, Way};
use app::place::{COVERED, is_illustrative, licences};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::code::Code;
use domain::facility::Metric;
use domain::portfolio::Portfolio;
use rust_decimal::Decimal;
use sheets::Format;
use words::Lang;

use super::kind::chosen;
use super::{
    area_name, asked, distance, kind_name, may_see_homes, rule_text, share, unit, whole, with_limit,
};
use crate::address::with_query;
use crate::editor::field::{self, Control, Field, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::list::staff_only;
use crate::page::Page;
use crate::place::{may_manage_plan, name_of};
use crate::tables::{attachment, csv_line};
use crate::visit::Visit;

/// The ways to have a choice: none, one, two, three or more, and not known.
const STEPS: [&str; 5] = ["0", "1", "2", "3", "unreached"];

/// How it is called to have so many.
fn step_name(lang: Lang, step: &str) -> String {
    words::text(lang, &format!("choice-step-{step}")).into_owned()
}

/// A number of people with its share, and the list of the residences that are meant.
pub(super) struct Count {
    pub label: String,
    pub text: String,
    pub link: String,
}

/// A community, or all of them.
pub(super) struct Line {
    pub name: String,
    pub link: String,
    pub all: String,
    pub unit: String,
    pub counts: Vec<Count>,
    pub second: String,
}

/// The part of the page of a kind.
pub(super) struct Section {
    /// What the columns are called that hold counts.
    pub heads: Vec<String>,
    pub whole: Line,
    pub lines: Vec<Line>,
    pub csv: String,
}

/// `None` for whoever may see no single homes.
pub(super) async fn section(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    (found, kind, held): (&Arc<Coverage>, &KindCoverage, &RuleCoverage),
    given: CoverageAsked,
) -> Result<Option<Section>, PageError> {
    if !may_see_homes(visit) {
        return Ok(None);
    }
    let Some(choice) = visit.app.choice(found, &kind.kind, held.rule.limit).await? else { return Ok(None) };
    let lang = visit.lang;
    let plan = &portfolio.plan.code;
    let standard = held.rule.code().map_or("", Code::as_str);
    // Those of whom nobody knows have a column where there are some.
    let steps = if choice.whole.unreached > 0 { &STEPS[..] } else { &STEPS[..4] };
    // The rows are those of today.
    let has_rows = may_manage_plan(visit, plan) && !page.is_past() && !standard.is_empty();
    let rows = |area: &str, step: &str| match has_rows {
        true => with_query(
            &format!("/p/{plan}/place/rows/residences"),
            &[("standard", standard), ("area", area), ("reach", step)],
        ),
        false => String::new(),
    };
    let line = |area: &str, name: String, link: String, figure: &ChoiceFigure| {
        let all = figure.total();
        let number = |step: usize| figure.by_number.get(step).copied().unwrap_or(figure.unreached);
        let count = |(at, step): (usize, &&str)| {
            let (count, share) = (whole(number(at)), share(number(at), all));
            Count {
                label: step_name(lang, step),
                text: words::with(lang, "coverage-part", &[("count", &count), ("share", &share)]),
                link: if number(at) > 0 { rows(area, step) } else { String::new() },
            }
        };
        Line {
            name,
            link,
            all: whole(all),
            unit: unit(lang, figure.basis),
            counts: steps.iter().enumerate().map(count).collect(),
            second: figure.second.map_or_else(|| "—".into(), |it| distance(lang, it)),
        }
    };
    let mut order: Vec<usize> = (0..choice.communities.len()).collect();
    // Those where most have none, or only one, come first.
    order.sort_by_key(|at| {
        let [none, one, ..] = choice.communities[*at].by_number;
        (std::cmp::Reverse((none, one)), *at)
    });
    let lines = order.into_iter().map(|at| {
        let code = &found.communities[at];
        let link = with_limit(page, &format!("/place/coverage/communities/{code}"), given);
        line(code.as_str(), area_name(lang, portfolio, code), link, &choice.communities[at])
    });
    let limit = given.limit.map_or_else(String::new, |limit| limit.to_string());
    let file = format!("/p/{plan}/place/coverage/kinds/{}/residences.csv", kind.kind);
    Ok(Some(Section {
        heads: steps.iter().map(|step| step_name(lang, step)).collect(),
        whole: line("", visit.t("choice-whole").into_owned(), String::new(), &choice.whole),
        lines: lines.collect(),
        csv: page.at(&with_query(&file, &[("standard", standard), ("limit", &limit)])),
    }))
}

/// Whether a home is one of those that are looked for: in a community, with so many to choose from.
fn fits(found: &Coverage, choice: &Choice, home: usize, typed: &Typed) -> bool {
    let (area, step) = (typed.get("area"), typed.get("reach"));
    let in_area = || found.community_of.get(home).and_then(|at| found.communities.get(*at));
    let own = choice.in_reach.get(home).copied().flatten();
    let own = own.map_or(STEPS[4], |count| STEPS[ChoiceFigure::step(u64::from(count))]);
    (area.is_empty() || in_area().is_some_and(|code| code.as_str() == area))
        && (!STEPS.contains(&step) || own == step)
}

/// The residences of a kind, each with what it has within the distance and the three nearest.
pub async fn as_csv(
    visit: Visit,
    Path((plan, kind)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let found = visit.app.coverage(&portfolio, asked(&visit, &typed)).await?.ok_or(AppError::NotFound)?;
    let kind = found.kind(&kind).ok_or(AppError::NotFound)?;
    let rule = chosen(kind, &typed).ok_or(AppError::NotFound)?.rule.clone();
    let choice = visit.app.choice(&found, &kind.kind, rule.limit).await?.ok_or(AppError::NotFound)?;
    let name = format!("residences-{}-{}.csv", kind.kind, portfolio.view.as_of);
    let (kind, lang) = (kind.kind.clone(), visit.lang);
    let text = app::aside(move || {
        let common = [
            kind.to_string(),
            rule.code().map_or_else(String::new, Code::to_string),
            metres(rule.limit),
            found.way.as_str().to_owned(),
        ];
        let behind =
            [is_illustrative(&portfolio, &COVERED).to_string(), licences(&portfolio, &COVERED).join("; ")];
        let mut text = format!("\u{feff}{}", csv_line(COLUMNS));
        for home in (0..found.residences.homes.len()).filter(|home| fits(&found, &choice, *home, &typed)) {
            text.push_str(&csv_line(cells(
                lang,
                &portfolio,
                &found,
                (&kind, &choice),
                home,
                &common,
                &behind,
            )));
        }
        text
    });
    Ok(attachment(Format::Csv.media_type(), &name, text.await?))
}

const COLUMNS: [&str; 19] = [
    "residence",
    "area",
    "area_name",
    "longitude",
    "latitude",
    "people",
    "kind",
    "standard",
    "limit_metres",
    "distance_by",
    "in_reach",
    "nearest",
    "nearest_metres",
    "second",
    "second_metres",
    "third",
    "third_metres",
    "illustrative",
    "licence",
];

/// Millimetres in metres, as exactly as they are known.
fn metres(millimetres: u32) -> String {
    Decimal::new(i64::from(millimetres), 3).normalize().to_string()
}

fn cells(
    lang: Lang,
    portfolio: &Portfolio,
    found: &Coverage,
    (kind, choice): (&Code, &Choice),
    home: usize,
    common: &[String],
    behind: &[String],
) -> Vec<String> {
    let own = &found.residences.homes[home];
    let people = found.kind(kind.as_str()).and_then(|kind| kind.people.get(home).copied().flatten());
    let in_reach = choice.in_reach.get(home).copied().flatten();
    let [longitude, latitude] = app::place::map::position(own.at);
    let mut out = vec![
        own.code.clone(),
        own.community.to_string(),
        area_name(lang, portfolio, &own.community),
        longitude.to_string(),
        latitude.to_string(),
        people.map_or_else(String::new, |people| people.to_string()),
    ];
    out.extend(common.iter().cloned());
    out.push(in_reach.map_or_else(String::new, |count| count.to_string()));
    for near in choice.nearest.get(home).into_iter().flatten() {
        let facility = near.and_then(|near| portfolio.facilities.get(near.facility as usize));
        out.push(facility.map_or_else(String::new, |held| held.code.to_string()));
        out.push(near.map_or_else(String::new, |near| metres(near.distance)));
    }
    out.extend(behind.iter().cloned());
    out
}

/// A facility near a residence: which nearest it is, what it is called, its page, how far it is. All but the first is
/// empty where there is none.
#[derive(Default)]
pub(super) struct Near {
    pub label: String,
    pub name: String,
    pub page: String,
    pub distance: String,
}

/// What one residence has.
pub(super) struct OfHome {
    pub count: String,
    /// The nearest, the second and the third nearest.
    pub nearest: Vec<Near>,
}

/// Residences that are listed one by one, held against a standard.
pub(super) struct Homes {
    found: Arc<Coverage>,
    choice: Arc<Choice>,
    /// What they are held against, and the file with all of them.
    pub said: String,
    pub straight: bool,
    pub csv: String,
    /// What the columns of the nearest are called.
    pub heads: [String; 3],
}

impl Homes {
    /// `None` where no standard in force that says how far is meant, or where nobody lives on record.
    pub async fn of(
        visit: &Visit,
        portfolio: &Arc<Portfolio>,
        typed: &Typed,
    ) -> Result<Option<Self>, PageError> {
        let wanted = typed.get("standard");
        if wanted.is_empty() {
            return Ok(None);
        }
        let Some(found) = visit.app.coverage(portfolio, CoverageAsked::default()).await? else {
            return Ok(None);
        };
        let is_meant = |held: &&RuleCoverage| held.rule.code().is_some_and(|code| code.as_str() == wanted);
        let held = found.kinds.iter().find_map(|kind| Some((kind, kind.rules.iter().find(is_meant)?)));
        let Some((kind, held)) = held else { return Ok(None) };
        let choice = visit.app.choice(&found, &kind.kind, held.rule.limit).await?;
        let Some(choice) = choice else { return Ok(None) };
        let name = kind_name(visit.lang, portfolio, &kind.kind);
        let text = rule_text(visit.lang, portfolio, &held.rule);
        let of = visit.tw("choice-of", &[("kind", &name), ("rule", &text)]);
        let file = format!("/p/{}/place/coverage/kinds/{}/residences.csv", portfolio.plan.code, kind.kind);
        let given = ["standard", "area", "reach"].map(|name| (name, typed.get(name)));
        Ok(Some(Self {
            said: visit.tw("choice-held-against", &[("of", &of)]),
            straight: found.way == Way::Straight,
            csv: with_query(&file, &given),
            heads: [0, 1, 2].map(|at| visit.t(&format!("choice-nearest-{at}")).into_owned()),
            choice,
            found,
        }))
    }

    pub fn fits(&self, home: usize, typed: &Typed) -> bool {
        fits(&self.found, &self.choice, home, typed)
    }

    pub fn of_home(&self, lang: Lang, portfolio: &Portfolio, home: usize) -> OfHome {
        let near = |facility: u32, millimetres: u32| {
            let facility = portfolio.facilities.get(facility as usize)?;
            Some(Near {
                label: String::new(),
                name: name_of(lang, portfolio, facility),
                page: format!("/p/{}/place/facilities/{}", portfolio.plan.code, facility.code),
                distance: distance(lang, millimetres),
            })
        };
        let count = self.choice.in_reach.get(home).copied().flatten();
        let nearest = self.choice.nearest.get(home).into_iter().flatten();
        OfHome {
            count: count.map_or_else(|| step_name(lang, STEPS[4]), whole),
            nearest: nearest
                .zip(&self.heads)
                .map(|(held, label)| {
                    let found = held.and_then(|held| near(held.facility, held.distance));
                    Near { label: label.clone(), ..found.unwrap_or_default() }
                })
                .collect(),
        }
    }

    /// What may be looked for besides: a community, and how many there are to choose from.
    fn more(&self, lang: Lang, portfolio: &Portfolio, typed: &Typed) -> [Field; 2] {
        let areas = self.found.communities.iter();
        let areas = areas.map(|code| field::Choice::new(code.as_str(), area_name(lang, portfolio, code)));
        let steps = STEPS.iter().map(|step| field::Choice::new(*step, step_name(lang, step)));
        [
            select(lang, typed, "area", "coverage-community", "filter-any", areas),
            select(lang, typed, "reach", "choice-in-reach", "filter-any", steps),
        ]
    }
}

fn select(
    lang: Lang,
    typed: &Typed,
    name: &str,
    label: &str,
    none: &str,
    choices: impl Iterator<Item = field::Choice>,
) -> Field {
    let none = field::Choice::new("", words::text(lang, none));
    let choices = std::iter::once(none).chain(choices).collect();
    Field::new(lang, name, label, Control::Select(choices)).value(typed.get(name))
}

/// The standards in force that say how far, and what may be looked for once one was chosen.
pub(super) fn filters(lang: Lang, portfolio: &Portfolio, homes: Option<&Homes>, typed: &Typed) -> Vec<Field> {
    let day = portfolio.view.as_of;
    let kinds = portfolio.plan.facility_kinds.iter().map(|held| &held.kind);
    let standards = kinds.flat_map(|kind| portfolio.plan.standards_of(kind.as_str(), day));
    let far = standards.filter(|held| held.metric != Metric::PerThousand);
    let choices: Vec<field::Choice> = far
        .map(|held| {
            let kind = kind_name(lang, portfolio, &held.kind);
            let rule = app::place::gap_table::standard_text(lang, portfolio, held);
            let label = words::with(lang, "choice-of", &[("kind", &kind), ("rule", &rule)]);
            field::Choice::new(held.standard.as_str(), label)
        })
        .collect();
    if choices.is_empty() {
        return Vec::new();
    }
    let standard =
        select(lang, typed, "standard", "choice-standard", "choice-no-standard", choices.into_iter());
    let more = homes.into_iter().flat_map(|homes| homes.more(lang, portfolio, typed));
    std::iter::once(standard).chain(more).collect()
}
