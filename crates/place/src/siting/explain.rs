//! Why an answer is what it is: whom each site serves, what dropping it would cost, what one more would
//! add.

use super::{Instance, Model, Solution};

/// What one open site does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteEffect {
    pub site: usize,
    /// Points whose nearest open site within the radius this is (ties go to the lower position).
    pub points: usize,
    pub weight: u64,
    /// Points that no other open site serves within the radius.
    pub only: usize,
    /// How much worse the objective is without it; for distance only over points that others reach.
    pub loss: u64,
}

/// The best site to add next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextSite {
    pub site: usize,
    /// How much better the objective becomes.
    pub gain: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Open sites, fixed ones among them, ascending.
    pub sites: Vec<SiteEffect>,
    pub covered_points: usize,
    pub covered_weight: u64,
    pub total_weight: u64,
    /// Nothing where no further site helps.
    pub next: Option<NextSite>,
}

impl Instance {
    /// Explains a solution of `model` on this instance.
    #[must_use]
    pub fn explain(&self, model: &Model, solution: &Solution) -> Explanation {
        let (radius, by_distance) = match model {
            Model::PMedian { radius, .. } => (radius.unwrap_or(u32::MAX), true),
            Model::MaxCover { radius, .. } | Model::SetCover { radius, .. } => (*radius, false),
        };
        let mut open = self.fixed();
        for &site in &solution.chosen {
            open[site] = true;
        }
        let worth = |weight: u64, distance: u32| {
            if by_distance { weight.saturating_mul(u64::from(distance)) } else { 0 }
        };
        let mut sites: Vec<Option<SiteEffect>> = open
            .iter()
            .enumerate()
            .map(|(site, &open)| open.then_some(SiteEffect { site, points: 0, weight: 0, only: 0, loss: 0 }))
            .collect();
        let mut gain = vec![0u64; open.len()];
        let (mut covered_points, mut covered_weight) = (0, 0u64);
        for point in 0..self.points() {
            let weight = self.weight(point);
            let mut served: Vec<(u32, usize)> = self
                .reach(point, radius)
                .filter(|&(site, _)| open[site])
                .map(|(site, distance)| (distance, site))
                .collect();
            served.sort_unstable();
            let first = served.first().copied();
            if let Some((distance, site)) = first
                && let Some(effect) = &mut sites[site]
            {
                covered_points += 1;
                covered_weight += weight;
                effect.points += 1;
                effect.weight += weight;
                match served.get(1) {
                    Some(&(second, _)) => {
                        effect.loss =
                            effect.loss.saturating_add(worth(weight, second) - worth(weight, distance));
                    }
                    None => {
                        effect.only += 1;
                        effect.loss = effect.loss.saturating_add(if by_distance { 0 } else { weight });
                    }
                }
            }
            for (site, distance) in self.reach(point, radius).filter(|&(site, _)| !open[site]) {
                let better = match first {
                    Some((held, _)) => worth(weight, held).saturating_sub(worth(weight, distance)),
                    None => weight,
                };
                gain[site] = gain[site].saturating_add(better);
            }
        }
        let next = (0..gain.len())
            .filter(|&site| gain[site] > 0)
            .max_by_key(|&site| (gain[site], std::cmp::Reverse(site)))
            .map(|site| NextSite { site, gain: gain[site] });
        let total_weight = (0..self.points()).map(|point| self.weight(point)).sum();
        Explanation {
            sites: sites.into_iter().flatten().collect(),
            covered_points,
            covered_weight,
            total_weight,
            next,
        }
    }
}
