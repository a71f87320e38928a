//! The sample of a wave: its frame, drawn from where people live, and the draw as it is kept with the wave.

use std::collections::BTreeMap;

use domain::area::AreaLevel;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::survey::{Frame, FrameCommunity, FrameHome, SampleFault, SamplePlan, WaveSample};

use crate::App;
use crate::error::AppError;
use crate::place::layer::Residences;

/// The subdistrict that an area lies in, else the area above it, else itself.
fn stratum(portfolio: &Portfolio, area: &Code) -> Code {
    let above = |code: &Code| portfolio.areas.get(code).and_then(|held| held.parent.clone());
    let is_subdistrict = |code: &Code| {
        portfolio.areas.get(code).is_some_and(|held| held.level == Some(AreaLevel::Subdistrict))
    };
    let mut at = area.clone();
    // A circle of areas is refused when it is recorded; this ends all the same.
    for _ in 0..AreaLevel::ALL.len() {
        if is_subdistrict(&at) {
            return at;
        }
        let Some(next) = above(&at) else { break };
        at = next;
    }
    above(area).unwrap_or_else(|| area.clone())
}

/// Communities with their homes, in the order of their codes.
fn of_homes(portfolio: &Portfolio, residences: &Residences) -> Frame {
    let by_people = residences.people().is_some();
    let mut communities: BTreeMap<&Code, Vec<FrameHome>> = BTreeMap::new();
    for home in &residences.homes {
        let people = if by_people { home.people.map_or(0, u64::from) } else { 1 };
        let held = FrameHome { code: home.code.clone(), at: home.at, people };
        communities.entry(&home.community).or_default().push(held);
    }
    let communities = communities.into_iter().map(|(area, homes)| FrameCommunity {
        area: area.clone(),
        stratum: stratum(portfolio, area),
        people: homes.iter().map(|home| home.people).sum(),
        homes,
    });
    Frame { communities: communities.collect(), by_people }
}

/// Communities of which only the people are known.
fn of_areas(portfolio: &Portfolio) -> Frame {
    let communities = portfolio.areas.values().filter(|area| area.level == Some(AreaLevel::Community));
    let communities = communities.filter_map(|area| {
        Some(FrameCommunity {
            area: area.code.clone(),
            stratum: stratum(portfolio, &area.code),
            people: area.population?,
            homes: Vec::new(),
        })
    });
    Frame { communities: communities.collect(), by_people: true }
}

impl App {
    /// Whom a sample of the plan may be drawn from: the residences in force, else communities with their people.
    pub async fn sample_frame(&self, portfolio: &Portfolio) -> Result<Frame, AppError> {
        let layers = self.layers(portfolio).await?;
        Ok(match &layers.residences {
            Some(residences) => of_homes(portfolio, residences),
            None => of_areas(portfolio),
        })
    }

    /// Size, allocation and draw, worked out aside from readers.
    pub async fn sample_plan(
        &self,
        frame: Frame,
        sample: WaveSample,
    ) -> Result<Result<SamplePlan, SampleFault>, AppError> {
        let work = tokio::task::spawn_blocking(move || sample.plan(&frame));
        work.await.map_err(|_| AppError::Store(store::StoreError::Stopped))
    }
}
