//! Where the next facilities of a kind should stand: what is asked, the parcels that answer it, how good the answer is
//! known to be, who gains, and what the next one would add.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::place::coverage::Way;
use app::place::siting::{Sited, SitingAsked, SitingFault, SitingModel};
use app::place::{Basis, SITED, is_illustrative, licences};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::layer::LayerKind;
use domain::money::Fen;
use domain::portfolio::Portfolio;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sheets::Format;

use super::map::{Chosen, Drawn, Frame, Told, things, with_map};
use super::{area_name, whole};
use crate::address::encode;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::list::staff_only;
use crate::page::Page;
use crate::tables::{attachment, csv_line};
use crate::visit::Visit;
use crate::words_of::{comma, yuan};

/// The parcels that are drawn besides the chosen ones.
const DRAWN_MOST: usize = 2_000;

/// The names under which an address asks.
const NAMES: [&str; 7] = ["of", "model", "number", "budget", "metres", "floor", "land"];
/// What the name begins with under which an address asks a share of its own of a community, before the community's code.
const OWN_FLOOR: &str = "floor-";
/// The land that may be asked of a parcel at least, in square metres.
const LAND_MOST: u32 = 10_000_000;

/// A community that may have a share of its own.
struct OwnFloor {
    field: String,
    name: String,
    value: String,
}

struct Line {
    code: String,
    name: String,
    cost: String,
    people: String,
    loss: String,
}

struct Share {
    name: String,
    before: String,
    after: String,
    all: String,
    gains: String,
}

struct Answer {
    said: String,
    proven: bool,
    /// Its figures, each with its name.
    figures: Vec<(String, String)>,
    notes: Vec<String>,
    walking: bool,
    lines: Vec<Line>,
    next: String,
    shares: Vec<Share>,
    csv: String,
    json: String,
}

#[derive(Template)]
#[template(path = "place/siting.html")]
struct SitingPage {
    page: Page,
    map: Option<Frame>,
    kinds: Vec<Choice>,
    models: Vec<Choice>,
    floors: Vec<OwnFloor>,
    typed: Typed,
    missing: String,
    /// What is wrong with the question, or why there is no answer.
    fault: String,
    answer: Option<Answer>,
}

impl SitingPage {
    fn is(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }

    /// Whether any community has a share of its own.
    fn has_floors(&self) -> bool {
        self.floors.iter().any(|floor| !floor.value.is_empty())
    }
}

/// The shares of their own that an address asks of communities, in thousandths; `Err` holds what is to be said of one.
fn own_floors(visit: &Visit, portfolio: &Portfolio, typed: &Typed) -> Result<BTreeMap<Code, u16>, String> {
    let mut out = BTreeMap::new();
    for (name, text) in &typed.0 {
        let (Some(area), text) = (name.strip_prefix(OWN_FLOOR), text.trim()) else { continue };
        if text.is_empty() {
            continue;
        }
        let code = Code::new(area).ok();
        let name =
            code.as_ref().map_or_else(|| area.to_owned(), |code| area_name(visit.lang, portfolio, code));
        let percent = text.parse::<u16>().ok().filter(|percent| *percent <= 100);
        let (Some(code), Some(percent)) = (code, percent) else {
            return Err(visit.tw("siting-wrong-floor", &[("area", &name)]));
        };
        out.insert(code, percent * 10);
        if out.len() > SitingAsked::FLOORS_MOST {
            let most = SitingAsked::FLOORS_MOST.to_string();
            return Err(visit.tw("siting-too-many-floors", &[("most", &most)]));
        }
    }
    Ok(out)
}

/// What an address asks; `Err` holds what is to be said of it.
fn asked(visit: &Visit, portfolio: &Portfolio, typed: &Typed) -> Result<SitingAsked, String> {
    let wrong = |field: &str| visit.tw("siting-wrong-number", &[("field", &visit.t(field))]);
    let number = |name: &str, label: &str, most: u32| match typed.get(name) {
        "" => Ok(None),
        text => match text.parse::<u32>() {
            Ok(value) if (1..=most).contains(&value) => Ok(Some(value)),
            _ => Err(wrong(label)),
        },
    };
    let kind = Code::new(typed.get("of")).ok();
    let kind = kind.filter(|kind| portfolio.plan.facility_kind(kind.as_str()).is_some());
    let budget = match typed.get("budget") {
        "" => None,
        text => match Fen::parse_yuan(text) {
            Some(fen) if fen.0 > 0 => Some(fen),
            _ => return Err(wrong("siting-budget")),
        },
    };
    Ok(SitingAsked {
        kind: kind.ok_or_else(|| visit.t("siting-need-kind").into_owned())?,
        model: SitingModel::parse(typed.get("model")).unwrap_or(SitingModel::MostPeople),
        count: number("number", "siting-number", 1_000)?,
        budget,
        metres: number("metres", "siting-metres", 10_000)?,
        floor_permille: number("floor", "siting-floor", 100)?.map(|percent| (percent * 10) as u16),
        floors: own_floors(visit, portfolio, typed)?,
        least_square_metres: match typed.get("land") {
            // Without any word the kind's own.
            "" => None,
            "0" => Some(0),
            _ => number("land", "siting-land", LAND_MOST)?,
        },
    })
}

fn fault(visit: &Visit, portfolio: &Portfolio, fault: &SitingFault) -> String {
    match fault {
        SitingFault::NoResidences => visit.t("shares-need-residences").into_owned(),
        SitingFault::NoParcels => visit.t("siting-no-parcels").into_owned(),
        SitingFault::TooSmall { parcels, least } => visit.tw(
            "siting-too-small",
            &[("count", &whole(*parcels as u64)), ("least", &whole(u64::from(*least)))],
        ),
        SitingFault::TooLarge { .. } => visit.t("siting-too-large").into_owned(),
        SitingFault::Unlimited => visit.t("siting-unlimited").into_owned(),
        SitingFault::NoDistance => visit.t("siting-no-distance").into_owned(),
        SitingFault::NoSolution => visit.t("siting-no-solution").into_owned(),
        SitingFault::NothingFound => visit.t("siting-nothing-found").into_owned(),
        SitingFault::NobodyThere(area) => {
            visit.tw("siting-nobody-there", &[("area", &area_name(visit.lang, portfolio, area))])
        }
        SitingFault::FloorsClash(floors) => {
            let each = floors.iter().map(|(area, asked, possible)| {
                let name = Code::new(area).ok().and_then(|code| portfolio.areas.get(&code));
                let name = name.map_or(area.as_str(), |area| area.name.get(visit.lang.is_english()));
                visit.tw(
                    "siting-clash-one",
                    &[("area", name), ("asked", &whole(*asked)), ("possible", &whole(*possible))],
                )
            });
            let each: Vec<String> = each.collect();
            visit.tw("siting-clash", &[("floors", &each.join(comma(visit.lang)))])
        }
    }
}

/// How far apart the answer and what is proven lie, in percent of the answer.
fn gap(found: &Sited) -> String {
    let apart = found.objective.abs_diff(found.bound);
    let permille = u128::from(apart) * 10_000 / u128::from(found.objective.max(1));
    format!("{}%", Decimal::new(permille as i64, 2).normalize())
}

fn notes(visit: &Visit, portfolio: &Portfolio, asked: &SitingAsked, found: &Sited) -> Vec<String> {
    let mut out = Vec::new();
    let mut note = |holds: bool, text: String| {
        if holds {
            out.push(text);
        }
    };
    note(is_illustrative(portfolio, &SITED), visit.t("coverage-illustrative").into_owned());
    note(found.way == Way::Straight, visit.t("reach-straight").into_owned());
    note(found.basis == Basis::Residences, visit.t("links-by-residences").into_owned());
    note(found.everybody, visit.t("shares-everybody").into_owned());
    let uncounted = whole(found.uncounted as u64);
    note(found.uncounted > 0, visit.tw("links-uncounted", &[("count", &uncounted)]));
    let out_of_reach = whole(found.out_of_reach);
    note(found.out_of_reach > 0, visit.tw("siting-out-of-reach", &[("people", &out_of_reach)]));
    let no_budget = asked.model == SitingModel::FewestSites && asked.budget.is_some();
    note(no_budget, visit.t("siting-budget-unused").into_owned());
    let unpriced = whole(found.unpriced as u64);
    if let Some(least) = found.least_square_metres {
        let told = [("count", whole(found.too_small as u64)), ("least", whole(u64::from(least)))];
        let told = told.each_ref().map(|(name, value)| (*name, value.as_str()));
        note(true, visit.tw("siting-left-small", &told));
    }
    note(found.unpriced > 0, visit.tw("siting-unpriced", &[("count", &unpriced)]));
    out
}

fn query(typed: &Typed) -> String {
    let given = NAMES.iter().map(|name| (*name, typed.get(name)));
    let floors = typed.0.iter().filter(|(name, _)| name.starts_with(OWN_FLOOR));
    let given = given.chain(floors.map(|(name, value)| (name.as_str(), value.trim())));
    given
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// The communities in which somebody lives on record, each with what was typed for it. Where there are more than are
/// taken, those by name.
async fn floors(
    visit: &Visit,
    portfolio: &Arc<Portfolio>,
    typed: &Typed,
) -> Result<Vec<OwnFloor>, PageError> {
    let Some(residences) = visit.app.layers(portfolio).await?.residences.clone() else {
        return Ok(Vec::new());
    };
    let communities = app::aside(move || residences.communities()).await?;
    let floor = |code: &Code| {
        let field = format!("{OWN_FLOOR}{code}");
        let value = typed.get(&field).to_owned();
        OwnFloor { name: area_name(visit.lang, portfolio, code), field, value }
    };
    let mut out: Vec<OwnFloor> = communities.iter().map(floor).collect();
    // What was typed is never lost.
    out.sort_by(|a, b| (a.value.is_empty(), &a.name).cmp(&(b.value.is_empty(), &b.name)));
    out.truncate(SitingAsked::FLOORS_MOST);
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

fn answer(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    typed: &Typed,
    asked: &SitingAsked,
    found: &Sited,
) -> Answer {
    let walking = asked.model == SitingModel::LeastWalking;
    // Person-metres are told in kilometres.
    let value = |value: u64| match asked.model {
        SitingModel::LeastWalking => {
            visit.tw("siting-person-kilometres", &[("kilometres", &whole(value / 1_000))])
        }
        SitingModel::MostPeople | SitingModel::FewestSites => whole(value),
    };
    let effect = |value: u64| if walking { whole(value / 1_000) } else { whole(value) };
    let model = asked.model.as_str().replace('_', "-");
    let said = visit.tw(
        &format!("siting-said-{model}"),
        &[("value", &value(found.objective)), ("count", &found.chosen.len().to_string())],
    );
    let figure = |key: &str, text: String| (visit.t(key).into_owned(), text);
    let mut figures = vec![
        figure("siting-objective", value(found.objective)),
        figure("siting-bound", value(found.bound)),
        figure("siting-gap", gap(found)),
    ];
    if found.cost.0 > 0 {
        let cost = visit.tw("siting-yuan", &[("yuan", &yuan(found.cost))]);
        figures.push(figure("siting-cost", cost));
    }
    let lines = found.chosen.iter().map(|site| Line {
        code: site.code.clone(),
        name: site.name.clone(),
        cost: site.cost.map_or_else(String::new, yuan),
        people: whole(site.people),
        loss: effect(site.loss),
    });
    let shares = found.communities.iter().map(|(code, (before, after, all))| Share {
        name: area_name(visit.lang, portfolio, code),
        before: whole(*before),
        after: whole(*after),
        all: whole(*all),
        gains: whole(after.saturating_sub(*before)),
    });
    Answer {
        said,
        proven: found.proven,
        figures,
        notes: notes(visit, portfolio, asked, found),
        walking,
        lines: lines.collect(),
        next: found.next.as_ref().map_or_else(
            || visit.t("siting-no-next").into_owned(),
            |(parcel, gain)| visit.tw("siting-next", &[("parcel", parcel), ("gain", &value(*gain))]),
        ),
        // Without a distance nobody is within it.
        shares: if asked.metres.is_some() { shares.collect() } else { Vec::new() },
        csv: page.link(&format!("/place/siting.csv?{}", query(typed))),
        json: page.link(&format!("/place/siting.json?{}", query(typed))),
    }
}

fn drawn(visit: &Visit, found: &Sited) -> Vec<Drawn> {
    let is_chosen = |code: &str| found.chosen.iter().any(|site| site.code == code);
    let others = found.candidates.iter().filter(|(code, _)| !is_chosen(code)).take(DRAWN_MOST);
    let mut out: Vec<Drawn> = others
        .map(|(code, at)| Drawn::Parcel {
            at: *at,
            told: Told { name: visit.tw("siting-parcel", &[("code", code)]), ..Told::default() },
        })
        .collect();
    out.extend(found.chosen.iter().map(|site| Drawn::Site {
        at: site.at,
        told: Told {
            name: visit.tw("siting-parcel", &[("code", &site.code)]),
            said: visit.tw("siting-serves", &[("people", &whole(site.people))]),
            to: String::new(),
        },
    }));
    out
}

/// Kinds that some parcel may take, as far as is known here: all that are kept.
fn kinds(visit: &Visit, portfolio: &Portfolio) -> Vec<Choice> {
    let english = visit.lang.is_english();
    let held = portfolio.plan.facility_kinds.iter().filter(|held| !held.closed);
    held.map(|held| Choice::new(held.kind.as_str(), held.name.get(english))).collect()
}

/// The distance that the standards in force ask of a kind, where the address says none.
fn with_distance(asked: SitingAsked, portfolio: &Portfolio, typed: &mut Typed) -> SitingAsked {
    let given = asked.metres;
    let asked = asked.with_distance(portfolio);
    if let Some(metres) = asked.metres.filter(|_| given.is_none()) {
        typed.set("metres", metres.to_string());
    }
    asked
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let mut typed = Typed(given);
    let page = visit.page(visit.t("siting-title"));
    let (mut said, mut found) = (String::new(), None);
    if !typed.get("of").is_empty() {
        match asked(&visit, &portfolio, &typed) {
            Err(text) => said = text,
            Ok(asked) => {
                let asked = with_distance(asked, &portfolio, &mut typed);
                match visit.app.site_facilities(&portfolio, asked.clone()).await? {
                    Ok(sited) => found = Some((asked, sited)),
                    Err(why) => said = fault(&visit, &portfolio, &why),
                }
            }
        }
    }
    let chosen = Chosen::with_tool(&typed);
    let base = visit.app.base_map(&portfolio).await?;
    let things = things(&portfolio, &[], base, &chosen);
    let drawn = found.as_ref().map_or_else(Vec::new, |(_, found)| drawn(&visit, found));
    let has = |kind| portfolio.plan.layers.contains_key(&kind);
    let missing = match (has(LayerKind::Residences), has(LayerKind::Parcels)) {
        (false, _) => visit.t("shares-need-residences").into_owned(),
        (true, false) => visit.t("siting-need-parcels").into_owned(),
        (true, true) => String::new(),
    };
    let models = SitingModel::ALL.iter().map(|model| {
        Choice::new(model.as_str(), visit.t(&format!("siting-model-{}", model.as_str().replace('_', "-"))))
    });
    let status = if said.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let body = SitingPage {
        map: Frame::new(&visit, &page, &portfolio, &chosen, &things, &drawn),
        answer: found.as_ref().map(|(asked, found)| answer(&visit, &page, &portfolio, &typed, asked, found)),
        kinds: kinds(&visit, &portfolio),
        models: models.collect(),
        floors: floors(&visit, &portfolio, &typed).await?,
        missing,
        fault: said,
        typed,
        page,
    };
    with_map(status, &body)
}

/// The answer that an address asks for, for a file.
async fn for_file(
    visit: &Visit,
    plan: &str,
    given: Vec<(String, String)>,
) -> Result<(Arc<Portfolio>, SitingAsked, Sited), PageError> {
    let plan = known_code(plan)?;
    staff_only(visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let mut typed = Typed(given);
    let bad = || PageError::bad_request().in_lang(visit.lang);
    let asked = asked(visit, &portfolio, &typed).map_err(|_| bad())?;
    let asked = with_distance(asked, &portfolio, &mut typed);
    let found = visit.app.site_facilities(&portfolio, asked.clone()).await?.map_err(|_| bad())?;
    Ok((portfolio, asked, found))
}

pub async fn as_json(
    visit: Visit,
    Path(plan): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (portfolio, asked, found) = for_file(&visit, &plan, given).await?;
    let unit = match asked.model {
        SitingModel::MostPeople => "people",
        SitingModel::LeastWalking => "person_metres",
        SitingModel::FewestSites => "sites",
    };
    let sites = found.chosen.iter().map(|site| {
        json!({
            "parcel": site.code,
            "name": site.name,
            "at": app::place::map::position(site.at),
            "cost_yuan": site.cost.map(|cost| cost.to_string()),
            "people": site.people,
            "loss_without_it": site.loss,
        })
    });
    let communities = found.communities.iter().map(|(code, (before, after, all))| {
        json!({ "area": code.as_str(), "covered_before": before, "covered_after": after, "people": all })
    });
    let body = json!({
        "kind": asked.kind.as_str(),
        "model": asked.model.as_str(),
        "metres": asked.metres,
        "objective": found.objective,
        "bound": found.bound,
        "unit": unit,
        "proven": found.proven,
        "distance": found.way.as_str(),
        "counts": found.basis.as_str(),
        "cost_yuan": found.cost.to_string(),
        "chosen": sites.collect::<Vec<Value>>(),
        "next": found.next.as_ref().map(|(parcel, gain)| json!({ "parcel": parcel, "gain": gain })),
        "communities": communities.collect::<Vec<Value>>(),
        "people_out_of_reach": found.out_of_reach,
        "residences_without_people": found.uncounted,
        "parcels_without_price": found.unpriced,
        "least_square_metres": found.least_square_metres,
        "parcels_too_small": found.too_small,
        "illustrative": is_illustrative(&portfolio, &SITED),
        "licence": licences(&portfolio, &SITED),
    });
    Ok(axum::Json(body).into_response())
}

pub async fn as_csv(
    visit: Visit,
    Path(plan): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (_, _, found) = for_file(&visit, &plan, given).await?;
    let mut text =
        String::from("\u{feff}parcel,name,longitude,latitude,cost_yuan,people,loss_without_it\r\n");
    for site in &found.chosen {
        let [longitude, latitude] = app::place::map::position(site.at);
        let cells = [
            site.code.clone(),
            site.name.clone(),
            longitude.to_string(),
            latitude.to_string(),
            site.cost.map_or_else(String::new, |cost| cost.to_string()),
            site.people.to_string(),
            site.loss.to_string(),
        ];
        text.push_str(&csv_line(cells));
    }
    Ok(attachment(Format::Csv.media_type(), &format!("siting-{plan}.csv"), text))
}
