//! How forecasts came true: chances given against what happened.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::forecast::{Bin, Calibration, Said, Verdict};
use domain::portfolio::Portfolio;

use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::timetable::scenario::said::Teller;
use crate::visit::{Visit, render};
use words::shown::odds as percent;

/// The side of the chart's square.
const SIDE: f64 = 260.0;
/// Surprises listed.
const MOST: usize = 12;

struct BinLine {
    from: usize,
    to: usize,
    said: usize,
    mean: String,
    kept: String,
    x: f64,
    y: f64,
    r: f64,
}

struct ForecastLine {
    on: String,
    promises: usize,
    settled: usize,
    expected: String,
    kept: usize,
    brier: String,
}

struct Surprise {
    on: String,
    name: String,
    address: String,
    step: String,
    promised: String,
    said: String,
    came: String,
}

struct Scores {
    settled: usize,
    kept: usize,
    pending: usize,
    brier: String,
    base: String,
    better: bool,
    by_p50: String,
    by_p80: String,
}

#[derive(Template)]
#[template(path = "outlook/calibration.html")]
struct CalibrationPage {
    page: Page,
    scores: Scores,
    bins: Vec<BinLine>,
    forecasts: Vec<ForecastLine>,
    surprises: Vec<Surprise>,
    kept: Option<Scores>,
    kept_forecasts: usize,
}

pub(super) async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let now = visit.portfolio(&plan).await?;
    let view = visit.app.view(visit.asked).await?;
    let found = visit.app.looked_back(&plan, view).await?;
    let page = visit.page(visit.t("calibration-title"));
    let teller = Teller { lang: visit.lang, portfolio: &now };
    let forecasts = found
        .forecasts
        .iter()
        .filter(|forecast| !forecast.promises.is_empty())
        .rev()
        .map(|forecast| {
            let of = domain::forecast::calibration([forecast], &now);
            let settled = of.said.iter().filter(|said| is_settled(said));
            let expected = settled.map(|said| said.share).fold(0.0, |sum, share| sum + share);
            ForecastLine {
                on: page.day(&forecast.on),
                promises: forecast.promises.len(),
                settled: of.settled,
                expected: format!("{expected:.1}"),
                kept: of.kept,
                brier: of.brier.map_or_else(String::new, |score| format!("{score:.3}")),
            }
        })
        .collect();
    let shown = CalibrationPage {
        scores: scores(&found.calibration),
        bins: bins(&found.calibration.bins),
        forecasts,
        surprises: surprises(&page, &teller, &now, &found.calibration),
        kept_forecasts: now.plan.forecasts.len(),
        kept: (found.kept.settled > 0).then(|| scores(&found.kept)),
        page,
    };
    render(StatusCode::OK, &shown)
}

fn is_settled(said: &Said) -> bool {
    matches!(said.verdict, Verdict::Kept(_) | Verdict::Broken(_))
}

fn scores(of: &Calibration) -> Scores {
    let score = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), |value| format!("{value:.3}"));
    Scores {
        settled: of.settled,
        kept: of.kept,
        pending: of.pending,
        brier: score(of.brier),
        base: score(of.base),
        better: of.brier.zip(of.base).is_some_and(|(brier, base)| brier < base),
        by_p50: of.by_p50.map_or_else(|| "—".to_owned(), percent),
        by_p80: of.by_p80.map_or_else(|| "—".to_owned(), percent),
    }
}

fn bins(bins: &[Bin; 10]) -> Vec<BinLine> {
    let most = bins.iter().map(|bin| bin.said).max().unwrap_or(0).max(1) as f64;
    let round = |value: f64| (value * 10.0).round() / 10.0;
    bins.iter()
        .enumerate()
        .filter_map(|(at, bin)| {
            let share = bin.share_kept()?;
            Some(BinLine {
                from: at * 10,
                to: at * 10 + 10,
                said: bin.said,
                mean: percent(bin.mean),
                kept: percent(share),
                x: round(SIDE * bin.mean),
                y: round(SIDE * (1.0 - share)),
                r: round(4.0 + 10.0 * (bin.said as f64 / most).sqrt()),
            })
        })
        .collect()
}

/// What came otherwise than nearly everybody would have bet, the latest word on each promise only.
fn surprises(page: &Page, teller: &Teller<'_>, now: &Portfolio, of: &Calibration) -> Vec<Surprise> {
    let mut last: Vec<&Said> = Vec::new();
    for said in of.said.iter().filter(|said| is_settled(said)) {
        let same = |held: &&Said| {
            (&held.project, &held.step, held.promised) == (&said.project, &said.step, said.promised)
        };
        match last.iter().position(same) {
            // The furthest from what came is the one to learn from.
            Some(at) if distance(last[at]) < distance(said) => last[at] = said,
            Some(_) => {}
            None => last.push(said),
        }
    }
    last.retain(|said| distance(said) >= 0.5 && now.project(said.project.as_str()).is_some());
    last.sort_by(|a, b| distance(b).total_cmp(&distance(a)).then(a.on.cmp(&b.on)));
    last.into_iter()
        .take(MOST)
        .map(|said| Surprise {
            on: page.day(&said.on),
            name: teller.project(&said.project),
            address: page.link(&format!("/projects/{}/timetable", said.project)),
            step: teller.step(Some(&said.project), &said.step),
            promised: page.day(&said.promised),
            said: percent(said.share),
            came: match said.verdict {
                Verdict::Kept(on) | Verdict::Broken(Some(on)) => {
                    page.t1("calibration-done", "on", page.day(&on))
                }
                _ => page.t("calibration-not-done").into_owned(),
            },
        })
        .collect()
}

fn distance(said: &Said) -> f64 {
    let came = f64::from(u8::from(matches!(said.verdict, Verdict::Kept(_))));
    (said.share - came).abs()
}
