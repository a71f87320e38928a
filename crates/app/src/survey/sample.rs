//! The sample of a wave: its frame, drawn from where people live, and the draw as it is kept with the wave.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::area::AreaLevel;
use domain::code::Code;
use domain::layer::{LayerDigest, LayerKind};
use domain::portfolio::Portfolio;
use domain::survey::{Frame, FrameCommunity, FrameHome, SampleFault, SamplePlan, WaveSample};

use crate::App;
use crate::error::AppError;
use crate::place::layer::Residences;

/// Whom a sample is drawn from.
#[derive(Debug, Clone, Default)]
pub struct SampleFrame {
    pub frame: Arc<Frame>,
    /// The residences that it was made of; none where only the people of communities are known.
    pub residences: Option<LayerDigest>,
}

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
    pub async fn sample_frame(&self, portfolio: &Arc<Portfolio>) -> Result<SampleFrame, AppError> {
        let layer = portfolio.plan.layers.get(&LayerKind::Residences).map(|held| held.layer.digest);
        Ok(self.frame_of(portfolio, layer).await?.unwrap_or_default())
    }

    /// What a sample was drawn from that is kept with a wave. `None` where that cannot be had any more: its residences
    /// are gone, or its strata are others or have other people by now, so that another sample would be drawn.
    pub async fn kept_frame(
        &self,
        portfolio: &Arc<Portfolio>,
        sample: &WaveSample,
    ) -> Result<Option<SampleFrame>, AppError> {
        let Some(found) = self.frame_of(portfolio, sample.residences).await? else { return Ok(None) };
        let plan = self.sample_plan(found.frame.clone(), sample.design()).await?;
        Ok(plan.is_ok_and(|plan| sample.has_strata_of(&plan)).then_some(found))
    }

    async fn frame_of(
        &self,
        portfolio: &Arc<Portfolio>,
        residences: Option<LayerDigest>,
    ) -> Result<Option<SampleFrame>, AppError> {
        let layer = match residences {
            None => None,
            Some(digest) => match self.residences(&portfolio.plan.code, digest).await? {
                None => return Ok(None),
                found => found,
            },
        };
        let portfolio = portfolio.clone();
        let work = move || match layer {
            Some(layer) => of_homes(&portfolio, &layer),
            None => of_areas(&portfolio),
        };
        let frame = Arc::new(self.place_work(work).await?);
        Ok(Some(SampleFrame { frame, residences }))
    }

    /// Size, allocation and draw, worked out aside from readers.
    pub async fn sample_plan(
        &self,
        frame: Arc<Frame>,
        sample: WaveSample,
    ) -> Result<Result<SamplePlan, SampleFault>, AppError> {
        crate::aside(move || sample.plan(&frame)).await
    }
}
