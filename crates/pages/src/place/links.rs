//! Missing links: what a link drawn on the map does for people, and the links that are worth looking at.

use std::sync::Arc;

use app::place::base::Barrier;
use app::place::links::{Barriers, Effect, LINK_MOST, LinkFault, LinkGround, Ranked, RankedLink};
use app::place::{Basis, COVERED, is_illustrative};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::portfolio::Portfolio;
use domain::request::Point;

use super::map::{Chosen, Drawn, Frame, Told, things, with_map};
use super::plan_links::{self, OwnLine};
use super::{area_name, kind_name, whole};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::list::staff_only;
use crate::map::point;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::{comma, encode, number};

/// What a link does for one kind.
struct KindLine {
    name: String,
    limit: String,
    before: String,
    after: String,
    newly: String,
    gains: bool,
    saved: String,
}

struct Answer {
    said: String,
    length: String,
    detour: String,
    barrier: String,
    helped: String,
    kinds: Vec<KindLine>,
    communities: Vec<(String, String)>,
}

struct Line {
    number: usize,
    try_it: String,
    length: String,
    detour: String,
    barrier: String,
    newly: String,
    helped: String,
    saved: String,
    overlaps: Option<usize>,
}

struct Found {
    lines: Vec<Line>,
    said: String,
    cut: bool,
}

#[derive(Template)]
#[template(path = "place/links.html")]
struct LinksPage {
    page: Page,
    map: Option<Frame>,
    from: String,
    to: String,
    /// What is wrong with either end.
    errors: [String; 2],
    /// What is missing before links can be tried; empty where nothing is.
    missing: String,
    /// What the numbers leave out.
    notes: Vec<String>,
    by_residences: bool,
    answer: Option<Answer>,
    /// Where the drawn link is put on the books; empty for whoever may not, and where none is drawn.
    record: String,
    own: Vec<OwnLine>,
    /// Distances are straight lines: the links of the plan change nothing.
    straight: bool,
    may_change: bool,
    /// Where the links of the plan are read by programs.
    own_geojson: String,
    own_csv: String,
    /// Where the links worth looking at are looked for.
    find: String,
    found: Option<Found>,
}

/// Metres, or kilometres where they are many.
fn long(visit: &Visit, millimetres: u64) -> String {
    let metres = millimetres.div_ceil(1_000);
    match metres {
        0..10_000 => visit.tw("reach-metres", &[("metres", &whole(metres))]),
        _ => {
            let kilometres = rust_decimal::Decimal::new((metres / 100) as i64, 1);
            visit.tw("links-kilometres", &[("kilometres", &number(kilometres))])
        }
    }
}

fn barrier(visit: &Visit, held: Option<&Barrier>) -> String {
    let Some(held) = held else { return String::new() };
    let kind = visit.t(&format!("ground-{}", held.kind.as_str()));
    match held.name.as_str() {
        "" => kind.into_owned(),
        name => visit.tw("links-barrier-named", &[("kind", &kind), ("name", name)]),
    }
}

/// Kilometres that people walk less in all, in whole numbers.
fn person_kilometres(metres: u64) -> String {
    whole(metres / 1_000)
}

fn answer(visit: &Visit, portfolio: &Portfolio, ground: &LinkGround, effect: &Effect) -> Answer {
    let kinds: Vec<KindLine> = effect
        .kinds
        .iter()
        .map(|held| KindLine {
            name: kind_name(visit.lang, portfolio, &held.kind),
            limit: visit.tw("reach-metres", &[("metres", &whole(held.limit))]),
            before: whole(held.before),
            after: whole(held.after),
            newly: whole(held.after.saturating_sub(held.before)),
            gains: held.after > held.before,
            saved: person_kilometres(held.saved),
        })
        .collect();
    let communities =
        effect.gaining.iter().map(|(code, people)| (area_name(visit.lang, portfolio, code), whole(*people)));
    let gaining: u64 = effect.gaining.values().sum();
    let key = if ground.basis == Basis::Residences { "links-said-residences" } else { "links-said" };
    let said = visit.tw(
        key,
        &[("gaining", &whole(gaining)), ("helped", &whole(effect.helped)), ("people", &whole(effect.people))],
    );
    Answer {
        said,
        length: long(visit, effect.length.into()),
        detour: match effect.detour {
            Some(detour) => long(visit, detour.into()),
            None => visit.t("links-no-way").into_owned(),
        },
        barrier: barrier(visit, effect.barrier.as_ref()),
        helped: whole(effect.helped),
        kinds,
        communities: communities.collect(),
    }
}

/// An end of a link as an address has it.
fn end(at: Point) -> String {
    let [longitude, latitude] = app::place::map::position(at);
    format!("{latitude:.6},{longitude:.6}")
}

fn address(page: &Page, ends: [Point; 2], found: bool) -> String {
    let [from, to] = ends.map(|at| encode(&end(at)));
    let find = if found { "&find=1" } else { "" };
    page.link(&format!("/place/links?from={from}&to={to}{find}"))
}

fn line(visit: &Visit, page: &Page, at: usize, held: &RankedLink) -> Line {
    Line {
        number: at + 1,
        try_it: address(page, held.ends, true),
        length: long(visit, held.length.into()),
        detour: held.detour.map_or_else(|| visit.t("links-no-way").into_owned(), |it| long(visit, it.into())),
        barrier: barrier(visit, held.barrier.as_ref()),
        newly: whole(held.newly),
        helped: whole(held.helped),
        saved: person_kilometres(held.saved),
        overlaps: held.overlaps.map(|better| better + 1),
    }
}

fn found(visit: &Visit, page: &Page, ranked: &Ranked) -> Found {
    let lines = ranked.links.iter().enumerate().map(|(at, held)| line(visit, page, at, held));
    let count = ranked.links.len().to_string();
    Found {
        lines: lines.collect(),
        said: visit.tw("links-found", &[("candidates", &whole(ranked.candidates as u64)), ("count", &count)]),
        cut: ranked.cut,
    }
}

fn fault(visit: &Visit, fault: LinkFault) -> [String; 2] {
    let at = |end: usize, text: String| if end == 0 { [text, String::new()] } else { [String::new(), text] };
    match fault {
        LinkFault::OffNetwork { end, metres } => {
            at(end, visit.tw("links-off-network", &[("metres", &whole(metres))]))
        }
        LinkFault::TooLong => at(1, visit.tw("links-too-long", &[("metres", &whole(LINK_MOST))])),
        LinkFault::NoLength => at(1, visit.t("links-no-length").into_owned()),
    }
}

/// What keeps links from being tried: nothing where there is ground to try them on.
fn missing(visit: &Visit, portfolio: &Portfolio) -> String {
    use domain::layer::LayerKind;
    let has = |kind| portfolio.plan.layers.contains_key(&kind);
    let key = match (has(LayerKind::Network), has(LayerKind::Residences)) {
        (false, _) => "links-need-network",
        (true, false) => "links-need-residences",
        (true, true) => "links-need-standards",
    };
    visit.t(key).into_owned()
}

fn notes(visit: &Visit, portfolio: &Portfolio, ground: &LinkGround) -> Vec<String> {
    let kinds: Vec<String> = ground
        .kinds()
        .map(|(kind, metres)| {
            let metres = visit.tw("reach-metres", &[("metres", &whole(metres))]);
            format!("{} {metres}", kind_name(visit.lang, portfolio, kind))
        })
        .collect();
    let mut out = vec![visit.tw("links-standards", &[("kinds", &kinds.join(comma(visit.lang)))])];
    if is_illustrative(portfolio, &COVERED) {
        out.push(visit.t("coverage-illustrative").into_owned());
    }
    if ground.everybody {
        out.push(visit.t("links-everybody").into_owned());
    }
    if ground.uncounted > 0 {
        out.push(visit.tw("links-uncounted", &[("count", &whole(ground.uncounted as u64))]));
    }
    if ground.unreached > 0 {
        out.push(visit.tw("links-unreached", &[("people", &whole(ground.unreached))]));
    }
    out
}

/// The two ends that an address gives, and what is wrong with either.
fn ends(visit: &Visit, typed: &Typed) -> (Option<[Point; 2]>, [String; 2]) {
    let given = ["from", "to"].map(|name| typed.get(name));
    if given.iter().all(|text| text.is_empty()) {
        return (None, Default::default());
    }
    let read = given.map(point);
    let wrong =
        read.map(|at| if at.is_none() { visit.t("place-spot-wrong").into_owned() } else { String::new() });
    let [from, to] = read;
    (from.zip(to).map(|(from, to)| [from, to]), wrong)
}

fn drawn(visit: &Visit, page: &Page, tried: Option<[Point; 2]>, found: Option<&Ranked>) -> Vec<Drawn> {
    let ranked = found.map_or(&[][..], |found| &found.links);
    let mut out: Vec<Drawn> = ranked
        .iter()
        .enumerate()
        .map(|(at, held)| Drawn::Candidate {
            ends: held.ends,
            told: Told {
                name: visit.tw("links-candidate", &[("number", &(at + 1).to_string())]),
                said: visit.tw("links-newly", &[("people", &whole(held.newly))]),
                to: address(page, held.ends, true),
            },
        })
        .collect();
    if let Some(ends) = tried {
        let told = Told { name: visit.t("links-tried").into_owned(), ..Told::default() };
        out.push(Drawn::Link { ends, told });
        out.extend(ends.map(Drawn::Spot));
    }
    out
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let mut typed = Typed(query);
    if let (Some([from, to]), false) = (ends(&visit, &typed).0, typed.has("zoom")) {
        let half = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
        let middle = Point {
            longitude: half(from.longitude, to.longitude),
            latitude: half(from.latitude, to.latitude),
        };
        typed.set("at", end(middle));
        typed.set("zoom", "4");
    }
    let page = visit.page(visit.t("links-title"));
    let ground: Option<Arc<LinkGround>> = visit.app.link_ground(&portfolio).await?;
    let base = visit.app.base_map(&portfolio).await?;
    let barriers = || base.as_ref().map_or_else(Barriers::new, |(map, _)| map.barriers());
    let (tried, mut errors) = ends(&visit, &typed);
    let (mut shown, mut ranked) = (None, None);
    if let Some(ground) = &ground {
        if let Some(ends) = tried {
            match visit.app.link_effect(ground, ends, barriers()).await? {
                Ok(effect) => shown = Some(answer(&visit, &portfolio, ground, &effect)),
                Err(why) => errors = fault(&visit, why),
            }
        }
        if ground.is_ranked() || !typed.get("find").is_empty() {
            ranked = Some(visit.app.ranked_links(ground, barriers()).await?);
        }
    }
    let chosen = Chosen::with_tool(&typed);
    let things = things(&portfolio, &[], base, &chosen);
    let gains = match &ground {
        Some(ground) if !portfolio.plan.links.is_empty() => visit.app.link_gains(ground).await?,
        _ => Vec::new(),
    };
    let mut drawn = drawn(&visit, &page, tried, ranked.as_ref());
    drawn.extend(plan_links::drawn(&visit, &page, &portfolio));
    let record = match tried {
        Some(ends) => plan_links::record(&visit, &page, &plan, ends),
        None => String::new(),
    };
    let status =
        if errors.iter().all(String::is_empty) { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let body = LinksPage {
        map: Frame::new(&visit, &page, &portfolio, &chosen, &things, &drawn),
        from: typed.get("from").to_owned(),
        to: typed.get("to").to_owned(),
        errors,
        missing: if ground.is_none() { missing(&visit, &portfolio) } else { String::new() },
        notes: ground.as_ref().map_or_else(Vec::new, |ground| notes(&visit, &portfolio, ground)),
        by_residences: ground.as_ref().is_some_and(|ground| ground.basis == Basis::Residences),
        answer: shown,
        record,
        straight: !portfolio.plan.layers.contains_key(&domain::layer::LayerKind::Network),
        may_change: super::may_manage_plan(&visit, &plan),
        own: plan_links::lines(&visit, &page, &portfolio, (ground.as_deref(), &gains)),
        own_geojson: page.link("/place/links.geojson"),
        own_csv: page.link("/tables/links.csv"),
        find: page.link("/place/links?find=1"),
        found: ranked.as_ref().map(|ranked| found(&visit, &page, ranked)),
        page,
    };
    with_map(status, &body)
}
