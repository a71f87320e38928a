//! Who is covered, and by how much others are not: pages over `app::place::coverage`.

mod base_map;
mod bring;
mod change;
mod change_file;
mod choice;
mod community;
mod evidence;
mod gaps;
mod kind;
mod layers;
mod network;
mod overview;
mod rows;
mod withdraw;

pub(crate) use gaps::{gap_words, gaps_of};

use app::place::coverage::{
    Basis, Causes, CountedIn, Coverage, CoverageAsked, Figure, KindCoverage, ReachedCounts, Rule, Way,
};
use app::place::gap_table::standard_text;
use app::place::{COVERED, is_illustrative, licences};
use axum::Router;
use axum::routing::get;
use domain::code::Code;
use domain::facility::FacilityStandard;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use rust_decimal::Decimal;
use words::Lang;

use super::{area_name, kind_name, whole};
use crate::PagesState;
use crate::editor::field::Typed;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::{comma, day};

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/place/coverage", get(overview::show))
        .route("/p/{plan}/place/coverage.geojson", get(kind::geojson))
        .route("/p/{plan}/place/coverage/kinds/{kind}", get(kind::show))
        .route("/p/{plan}/place/coverage/kinds/{kind}/residences.csv", get(choice::as_csv))
        .route("/p/{plan}/place/coverage/communities/{area}", get(community::show))
        .route("/p/{plan}/place/coverage/change", get(change::show))
        .route("/p/{plan}/place/coverage/change.csv", get(change_file::as_csv))
        .route("/p/{plan}/place/coverage/change.json", get(change_file::as_json))
        .route("/p/{plan}/place/gaps", get(gaps::show))
        .merge(layers::routes())
        .merge(rows::routes())
}

/// A figure as a bar of three parts, each also by its pattern, and as texts. All of it is `of` something.
struct Bar {
    covered: u64,
    not_covered: u64,
    unknown: u64,
    covered_text: String,
    not_covered_text: String,
    unknown_text: String,
    all: String,
    unit: String,
}

/// Thousandths of all.
fn part(of: u64, all: u64) -> u64 {
    (u128::from(of) * 1_000).checked_div(u128::from(all)).unwrap_or(0) as u64
}

/// A share with its number: `62.3%`; a dash where there is nobody.
fn share(of: u64, all: u64) -> String {
    if all == 0 {
        return "—".into();
    }
    let tenths = Decimal::from(of) * Decimal::from(100) / Decimal::from(all);
    format!("{}%", tenths.round_dp(1).normalize())
}

fn unit(lang: Lang, basis: Basis) -> String {
    words::text(
        lang,
        match basis {
            Basis::People => "coverage-people",
            Basis::Residences => "coverage-residences",
        },
    )
    .into_owned()
}

fn bar(lang: Lang, figure: &Figure) -> Bar {
    let all = figure.total();
    let text =
        |of: u64| words::with(lang, "coverage-part", &[("count", &whole(of)), ("share", &share(of, all))]);
    let (covered, not_covered) = (part(figure.covered, all), part(figure.not_covered, all));
    Bar {
        covered,
        not_covered,
        // The parts fill the bar, whatever was rounded.
        unknown: if all == 0 { 0 } else { 1_000 - covered - not_covered },
        covered_text: text(figure.covered),
        not_covered_text: text(figure.not_covered),
        unknown_text: text(figure.unknown),
        all: whole(all),
        unit: unit(lang, figure.basis),
    }
}

/// A distance: metres below ten kilometres.
fn distance(lang: Lang, millimetres: u32) -> String {
    let metres = (u64::from(millimetres) + 500) / 1_000;
    words::with(lang, "coverage-metres", &[("metres", &whole(metres))])
}

/// What is known against what there is officially, with its day.
fn completeness(lang: Lang, portfolio: &Portfolio, kind: &Code, held: &CountedIn) -> String {
    let known = whole(held.completeness.known);
    let text = match held.completeness.official {
        None => words::with(lang, "coverage-known-only", &[("known", &known)]),
        Some(official) => {
            let count = portfolio.plan.official_counts.get(&(kind.clone(), held.area.clone()));
            let on = count.map_or_else(String::new, |count| day(lang, count.on));
            let args = [("known", known.as_str()), ("official", &whole(official)), ("on", &on)];
            words::with(lang, "coverage-known", &args)
        }
    };
    match held.seen {
        0 => text,
        seen => words::with(lang, "coverage-seen", &[("text", &text), ("seen", &whole(seen))]),
    }
}

/// At what the open facilities of a kind are reached; empty where there are none.
fn reached(lang: Lang, held: &ReachedCounts) -> String {
    let ReachedCounts { entrances, boundary, point, unreached } = held;
    if entrances + boundary + point + unreached == 0 {
        return String::new();
    }
    let [entrances, boundary, point] = [entrances, boundary, point].map(|count| whole(*count as u64));
    words::with(
        lang,
        "coverage-reached",
        &[("entrances", &entrances), ("boundary", &boundary), ("point", &point)],
    )
}

/// Of a kind some of which are drawn: how many are a point only.
fn at_point(lang: Lang, held: &ReachedCounts) -> String {
    match held.is_drawn() && held.point > 0 {
        true => words::with(lang, "coverage-at-point", &[("count", &held.point.to_string())]),
        false => String::new(),
    }
}

/// How complete the data are for a community, by the area that was counted.
fn counted_in(lang: Lang, portfolio: &Portfolio, kind: &KindCoverage, community: usize) -> String {
    let held = &kind.counted[community];
    let text = completeness(lang, portfolio, &kind.kind, held);
    match &held.area {
        Some(area) => {
            let area = area_name(lang, portfolio, area);
            words::with(lang, "coverage-counted-in", &[("area", &area), ("text", &text)])
        }
        None => text,
    }
}

/// Causes as a line: the commonest first.
fn causes(lang: Lang, held: &Causes) -> String {
    let each = held.each().into_iter().map(|(cause, weight)| {
        let label = words::text(lang, &format!("cause-{}", cause.as_str().replace('_', "-")));
        words::with(lang, "coverage-cause", &[("cause", &label), ("count", &whole(weight))])
    });
    each.collect::<Vec<_>>().join(comma(lang))
}

/// What a rule says, in words.
fn rule_text(lang: Lang, portfolio: &Portfolio, rule: &Rule) -> String {
    match &rule.standard {
        Some(standard) => standard_text(lang, portfolio, standard),
        None => words::with(lang, "coverage-own-limit", &[("distance", &distance(lang, rule.limit))]),
    }
}

fn is_checked(rule: &Rule) -> bool {
    rule.standard.as_ref().is_none_or(FacilityStandard::is_checked)
}

/// What has to be said before any figure: how distances were measured, and what of it is made up.
struct Standing {
    straight: bool,
    illustrative: bool,
    unreached: String,
    /// Homes on islands of the network alone; empty where there are none.
    islands: String,
    notices: Vec<String>,
}

fn standing(visit: &Visit, portfolio: &Portfolio, coverage: &Coverage) -> Standing {
    let homes = coverage.unreached_homes.to_string();
    let facilities = coverage.unreached_facilities.to_string();
    Standing {
        straight: coverage.way == Way::Straight,
        illustrative: is_illustrative(portfolio, &COVERED),
        unreached: match coverage.unreached_homes + coverage.unreached_facilities {
            0 => String::new(),
            _ => visit.tw("coverage-unreached", &[("homes", &homes), ("facilities", &facilities)]),
        },
        islands: match coverage.island_homes {
            0 => String::new(),
            homes => visit.tw("coverage-islands", &[("homes", &homes.to_string())]),
        },
        notices: licences(portfolio, &COVERED),
    }
}

/// The step of limits for whoever may see no single homes, in metres: limits that lie closer together would tell homes
/// apart.
const LIMIT_STEP: u32 = 50;

fn limit_step(visit: &Visit) -> u32 {
    if may_see_homes(visit) { 1 } else { LIMIT_STEP }
}

/// Whether somebody may see single homes, as the table of residences has them.
fn may_see_homes(visit: &Visit) -> bool {
    visit.actor.may_somewhere(Action::ReadStaff)
}

/// The limit that a reader chose, in metres.
fn asked(visit: &Visit, typed: &Typed) -> CoverageAsked {
    let limit = typed.get("limit").trim().parse().ok().filter(|limit| (1..=10_000).contains(limit));
    CoverageAsked { limit: limit.map(|limit| in_steps(limit, limit_step(visit))) }
}

/// The nearest whole step, at least one.
fn in_steps(metres: u32, step: u32) -> u32 {
    ((metres + step / 2) / step).max(1) * step
}

/// The address of a page with the limit that was chosen.
fn with_limit(page: &Page, path: &str, asked: CoverageAsked) -> String {
    let address = page.link(path);
    match asked.limit {
        Some(limit) => {
            let sign = if address.contains('?') { '&' } else { '?' };
            format!("{address}{sign}limit={limit}")
        }
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_bar_fill_it_and_shares_are_rounded_once() {
        let figure = Figure { basis: Basis::People, covered: 1, not_covered: 1, unknown: 1, unreached: 0 };
        let bar = bar(Lang::Zh, &figure);
        assert_eq!((bar.covered, bar.not_covered, bar.unknown), (333, 333, 334));
        assert_eq!((share(1, 3), share(0, 0), share(3, 3)), ("33.3%".into(), "—".into(), "100%".into()));
        let nobody = Figure { covered: 0, not_covered: 0, unknown: 0, ..figure };
        assert_eq!(super::bar(Lang::En, &nobody).unknown, 0);
    }
}
