//! The sample of a wave: how many people a wanted error needs, how they are divided among subdistricts, and the draw.
//! What is asked is the page's address; kept with the wave it is part of its design.

use app::read::Asked;
use app::survey::SampleFrame;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::survey::{HeldWave, SampleFault, SamplePlan, SampleRule, WaveSample, WaveState, call_backs};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use sheets::Format;

use super::managing;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::{Filled, known_code};
use crate::editor::sheet::{refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::page::Page;
use crate::tables::{attachment, csv_line};
use crate::visit::{Visit, render};
use crate::words_of::{encode, number, word};

/// The fields of the form besides the rule and the shares of strata, in order.
const NUMBERS: [&str; 8] =
    ["error", "confidence", "share", "deff", "response", "minimum", "per_community", "seed"];
/// Communities that the page shows; the file has all.
const SHOWN: usize = 200;

struct StratumRow {
    name: String,
    people: String,
    communities: String,
    drawn: String,
    each: String,
    contacts: String,
}

struct DrawnRow {
    stratum: String,
    name: String,
    people: String,
    homes: String,
    probability: String,
    weight: String,
}

struct Found {
    responses: String,
    contacts: String,
    simple: String,
    population: String,
    strata: Vec<StratumRow>,
    drawn: Vec<DrawnRow>,
    more: usize,
    csv: String,
}

#[derive(Template)]
#[template(path = "survey/sample.html")]
struct SamplePage {
    page: Page,
    name: String,
    here: String,
    fields: Vec<(&'static str, String)>,
    rules: Vec<Choice>,
    rule: String,
    shares: String,
    by_people: bool,
    has_homes: bool,
    found: Option<Found>,
    /// The field at fault, and what is wrong with it.
    fault: Option<(String, String)>,
    faults: Vec<String>,
    may_keep: bool,
    /// Whether what is shown is what is kept with the wave.
    kept: bool,
    /// What the wave's sample was drawn from cannot be had any more.
    stale: bool,
    calls: Option<String>,
    calls_all: String,
    calls_wanted: String,
    calls_seed: String,
}

impl SamplePage {
    fn is_wrong(&self, field: &str) -> bool {
        self.fault.as_ref().is_some_and(|(held, _)| held == field)
    }

    fn calls_fields(&self) -> [(&'static str, &str); 3] {
        [
            ("calls_all", self.calls_all.as_str()),
            ("calls_wanted", self.calls_wanted.as_str()),
            ("calls_seed", self.calls_seed.as_str()),
        ]
    }
}

/// One line a stratum: `huoying=40`.
fn shares_text(shares: &[(Code, Decimal)]) -> String {
    shares.iter().map(|(code, share)| format!("{code}={}", share.normalize())).collect::<Vec<_>>().join("\n")
}

fn read_shares(text: &str) -> Option<Vec<(Code, Decimal)>> {
    let pairs = text.split(['\n', ',', ';', '，', '；']).map(str::trim).filter(|part| !part.is_empty());
    pairs
        .map(|pair| {
            let (code, share) = pair.split_once(['=', '＝'])?;
            Some((Code::new(code.trim()).ok()?, share.trim().trim_end_matches('%').parse().ok()?))
        })
        .collect()
}

/// What is typed, on the ground of what is kept; the first field that cannot be read.
fn read(typed: &Typed, kept: &WaveSample) -> Result<WaveSample, &'static str> {
    let mut out = kept.design();
    let text = |name: &str| typed.get(name).trim_end_matches(['%', '％']).trim().replace([',', '，'], "");
    let decimal = |name: &'static str, into: &mut Decimal| match text(name).as_str() {
        "" => Ok(()),
        given => given.parse().map(|value| *into = value).map_err(|_| name),
    };
    let whole = |name: &'static str, into: &mut u64| match text(name).as_str() {
        "" => Ok(()),
        given => given.parse().map(|value| *into = value).map_err(|_| name),
    };
    decimal("error", &mut out.error)?;
    decimal("confidence", &mut out.confidence)?;
    decimal("share", &mut out.share)?;
    decimal("deff", &mut out.deff)?;
    decimal("response", &mut out.response)?;
    whole("minimum", &mut out.minimum)?;
    whole("per_community", &mut out.per_community)?;
    whole("seed", &mut out.seed)?;
    if typed.has("rule") {
        out.rule = SampleRule::parse(typed.get("rule")).ok_or("rule")?;
    }
    if typed.has("shares") {
        out.shares = read_shares(typed.get("shares")).ok_or("shares")?;
    }
    Ok(out)
}

/// The values of the form.
fn values(sample: &WaveSample) -> Vec<(&'static str, String)> {
    let plain = |value: Decimal| value.normalize().to_string();
    let held = [
        plain(sample.error),
        plain(sample.confidence),
        plain(sample.share),
        plain(sample.deff),
        plain(sample.response),
        sample.minimum.to_string(),
        sample.per_community.to_string(),
        sample.seed.to_string(),
    ];
    NUMBERS.into_iter().zip(held).collect()
}

fn said(visit: &Visit, fault: &SampleFault) -> String {
    match fault {
        SampleFault::TooMany { contacts, most } => {
            visit.tw(fault.key(), &[("contacts", &contacts.to_string()), ("most", &most.to_string())])
        }
        SampleFault::TooFew { contacts, least } => {
            visit.tw(fault.key(), &[("contacts", &contacts.to_string()), ("least", &least.to_string())])
        }
        SampleFault::NoStratum(code) => visit.tw(fault.key(), &[("code", code.as_str())]),
        SampleFault::NoFrame | SampleFault::Number(_) => visit.t(fault.key()).into_owned(),
    }
}

/// A wave of the plan with the frame that its sample is drawn from.
struct Opened {
    plan: Code,
    portfolio: std::sync::Arc<Portfolio>,
    held: HeldWave,
    from: SampleFrame,
    stale: bool,
}

impl Opened {
    async fn of(visit: &Visit, plan: &str, wave: &str) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        managing(visit, &plan)?;
        let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
        let held = portfolio.plan.wave(wave).ok_or(app::AppError::NotFound)?.clone();
        // A wave that was opened was drawn from what is kept with it, whatever was brought since.
        let drawn_by = held.wave.sample.as_deref().filter(|_| held.state() != WaveState::Draft);
        let kept = match drawn_by {
            Some(sample) => visit.app.kept_frame(&portfolio, sample).await?,
            None => None,
        };
        let stale = drawn_by.is_some() && kept.is_none();
        let from = match kept {
            Some(kept) => kept,
            None => visit.app.sample_frame(&portfolio).await?,
        };
        Ok(Self { plan, portfolio, held, from, stale })
    }

    fn kept(&self) -> WaveSample {
        self.held.wave.sample.as_deref().cloned().unwrap_or_default()
    }

    /// Whether a design and what it comes to are those that are kept with the wave.
    fn is_kept(&self, asked: &WaveSample, plan: &SamplePlan) -> bool {
        self.held.wave.sample.as_deref().is_some_and(|held| {
            *asked == held.design() && held.residences == self.from.residences && held.has_strata_of(plan)
        })
    }

    fn here(&self) -> String {
        format!("/p/{}/surveys/{}/sample", self.plan, self.held.wave.wave)
    }

    fn area(&self, visit: &Visit, code: &Code) -> String {
        let held = self.portfolio.areas.get(code);
        held.map_or(code.as_str(), |area| area.name.get(visit.lang.is_english())).to_owned()
    }

    fn found(&self, visit: &Visit, sample: &WaveSample, plan: &SamplePlan) -> Found {
        let whole = |value: u64| number(Decimal::from(value));
        let short = |value: f64| number(Decimal::from_f64(value).unwrap_or_default().round_dp(3));
        let strata = plan.strata.iter().map(|line| StratumRow {
            name: self.area(visit, &line.stratum),
            people: whole(line.people),
            communities: whole(line.communities as u64),
            drawn: whole(line.drawn as u64),
            each: whole(line.each),
            contacts: whole(line.contacts),
        });
        let drawn = plan.drawn.iter().take(SHOWN).map(|held| DrawnRow {
            stratum: self.area(visit, &held.stratum),
            name: self.area(visit, &held.area),
            people: whole(held.people),
            homes: if held.homes.is_empty() { "—".into() } else { whole(held.homes.len() as u64) },
            probability: short(held.probability),
            weight: short(held.weight),
        });
        Found {
            responses: whole(plan.size.responses),
            contacts: whole(plan.size.contacts),
            simple: whole(plan.size.simple.ceil() as u64),
            population: whole(plan.population),
            strata: strata.collect(),
            drawn: drawn.collect(),
            more: plan.drawn.len().saturating_sub(SHOWN),
            csv: format!("{}.csv?{}", self.here(), address(sample)),
        }
    }
}

/// A design as the query of an address.
fn address(sample: &WaveSample) -> String {
    let mut out: Vec<String> =
        values(sample).into_iter().map(|(name, value)| format!("{name}={}", encode(&value))).collect();
    out.push(format!("rule={}", sample.rule.as_str()));
    out.push(format!("shares={}", encode(&shares_text(&sample.shares))));
    out.join("&")
}

async fn answer(
    visit: &Visit,
    opened: &Opened,
    typed: &Typed,
    faults: Vec<String>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let kept = opened.kept();
    let asked = read(typed, &kept);
    let (mut found, mut fault, mut status, mut is_kept) = (None, None, status, false);
    match &asked {
        Ok(sample) => match visit.app.sample_plan(opened.from.frame.clone(), sample.clone()).await? {
            Ok(plan) => {
                is_kept = opened.is_kept(sample, &plan);
                found = Some(opened.found(visit, sample, &plan));
            }
            Err(wrong) => fault = Some((wrong.field().to_owned(), said(visit, &wrong))),
        },
        Err(field) => fault = Some(((*field).to_owned(), visit.t("field-error-not-a-number").into_owned())),
    }
    if fault.is_some() {
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let shown = asked.as_ref().unwrap_or(&kept);
    let mut fields = values(shown);
    for (name, value) in &mut fields {
        // What was typed stays, also where it cannot be read.
        if typed.has(name) && !typed.get(name).is_empty() {
            typed.get(name).clone_into(value);
        }
    }
    let calls = typed.get("calls_all").parse::<u64>().ok().map(|all| {
        let wanted = typed.get("calls_wanted").parse().unwrap_or(0);
        let seed = typed.get("calls_seed").parse().unwrap_or(1);
        let drawn = call_backs(all, wanted, seed);
        drawn.iter().map(u64::to_string).collect::<Vec<_>>().join(crate::words_of::comma(visit.lang))
    });
    let body = SamplePage {
        name: opened.held.wave.name.get(visit.lang.is_english()).to_owned(),
        here: opened.here(),
        fields,
        rules: SampleRule::ALL
            .iter()
            .map(|rule| Choice::new(rule.as_str(), word(visit.lang, "sample-rule", rule.as_str())))
            .collect(),
        rule: shown.rule.as_str().to_owned(),
        shares: if typed.has("shares") { typed.get("shares").to_owned() } else { shares_text(&shown.shares) },
        by_people: opened.from.frame.by_people,
        has_homes: opened.from.frame.communities.iter().any(|held| !held.homes.is_empty()),
        found,
        fault,
        faults,
        may_keep: opened.held.state() == WaveState::Draft,
        kept: is_kept && !opened.stale,
        stale: opened.stale,
        calls,
        calls_all: typed.get("calls_all").to_owned(),
        calls_wanted: typed.get("calls_wanted").to_owned(),
        calls_seed: Some(typed.get("calls_seed")).filter(|seed| !seed.is_empty()).unwrap_or("1").to_owned(),
        page: visit.page(visit.t("sample-title")),
    };
    render(status, &body)
}

pub async fn show(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    answer(&visit, &opened, &Typed(query), Vec::new(), StatusCode::OK).await
}

/// Keeps the design with the wave, with the people of the strata as they are drawn from.
pub async fn keep(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    let Ok(mut sample) = read(&typed, &opened.kept()) else {
        return answer(&visit, &opened, &typed, Vec::new(), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let Ok(found) = visit.app.sample_plan(opened.from.frame.clone(), sample.clone()).await? else {
        return answer(&visit, &opened, &typed, Vec::new(), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    sample.strata = found.strata.iter().map(|line| (line.stratum.clone(), line.people)).collect();
    sample.residences = opened.from.residences;
    let held = domain::survey::Wave { sample: Some(Box::new(sample)), ..opened.held.wave.clone() };
    match visit.app.record_wave(&visit.actor, &opened.plan, held, (source(&visit), String::new())).await {
        Ok(_) => Ok(Redirect::to(&opened.here()).into_response()),
        Err(error) => {
            let refusals = refused(error)?;
            let faults = refusals.iter().map(|refusal| words::refusal(visit.lang, refusal)).collect();
            answer(&visit, &opened, &typed, faults, refused_status(&refusals)).await
        }
    }
}

/// The draw: a line for each home, or for each community where homes are not known.
pub async fn csv(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    if opened.stale {
        // Another list than the one that was drawn helps nobody; the page says why.
        return answer(&visit, &opened, &Typed(query), Vec::new(), StatusCode::CONFLICT).await;
    }
    let sample =
        read(&Typed(query), &opened.kept()).map_err(|_| PageError::bad_request().in_lang(visit.lang))?;
    let found = visit.app.sample_plan(opened.from.frame.clone(), sample).await?;
    let found = found.map_err(|_| PageError::bad_request().in_lang(visit.lang))?;
    let mut out = String::from("\u{feff}");
    out.push_str(&csv_line([
        "stratum",
        "stratum_name",
        "community",
        "community_name",
        "home",
        "longitude",
        "latitude",
        "people",
        "weight",
    ]));
    for held in &found.drawn {
        let head = [
            held.stratum.to_string(),
            opened.area(&visit, &held.stratum),
            held.area.to_string(),
            opened.area(&visit, &held.area),
        ];
        let weight = Decimal::from_f64(held.weight).unwrap_or_default().round_dp(6).normalize().to_string();
        if held.homes.is_empty() {
            let rest = [String::new(), String::new(), String::new(), held.people.to_string(), weight.clone()];
            out.push_str(&csv_line(head.iter().chain(&rest)));
        }
        for home in &held.homes {
            let rest = [
                home.code.clone(),
                app::place::degrees_text(home.at.longitude),
                app::place::degrees_text(home.at.latitude),
                home.people.to_string(),
                weight.clone(),
            ];
            out.push_str(&csv_line(head.iter().chain(&rest)));
        }
    }
    let file = attachment(Format::Csv.media_type(), &format!("{wave}-sample.csv"), out);
    // Whom a survey will ask is for those who run it.
    Ok(([(header::CACHE_CONTROL, "no-store")], file).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_design_is_read_as_its_address_says_it() {
        let sample = WaveSample {
            shares: vec![(Code::new("huoying").unwrap(), Decimal::from(40))],
            rule: SampleRule::Neyman,
            seed: 77,
            ..WaveSample::default()
        };
        let mut typed = Typed(Vec::new());
        for (name, value) in values(&sample) {
            typed.set(name, value);
        }
        typed.set("rule", "neyman");
        typed.set("shares", shares_text(&sample.shares));
        assert_eq!(read(&typed, &WaveSample::default()), Ok(sample));
        typed.set("error", "5％");
        assert_eq!(read(&typed, &WaveSample::default()).unwrap().error, Decimal::from(5));
        typed.set("shares", "huoying");
        assert_eq!(read(&typed, &WaveSample::default()), Err("shares"));
    }
}
