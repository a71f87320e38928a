//! A walking network from the streets of a map: cut to what the plan is about, and looked through for what is odd.

use domain::boundary::{Boundary, Extent};
use domain::portfolio::Portfolio;
use place::network::{Direction, Link};

use super::layer::{Content, ContentError, LINKS_MOST, NODES_MOST, Ways};
use super::own_point;

/// How far beyond the plan's areas ways are kept, in metres: who lives at the border walks across it.
pub const MARGIN: u64 = 3_000;

/// What was found in a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WayFindings {
    pub nodes: usize,
    pub links: usize,
    pub metres: u64,
    /// Nodes within the plan's areas; nothing where none of them has a boundary.
    pub in_areas: Option<usize>,
    /// Nodes far beyond the areas, which are left out.
    pub beyond: usize,
    /// Parts that are cut off from the largest one, with the nodes on them.
    pub islands: usize,
    pub island_nodes: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum WayFault {
    #[error("none of the {nodes} nodes lies in an area of the plan: is this the map of another place?")]
    Elsewhere { nodes: usize },
    #[error("there are no ways in it that people can walk on")]
    Nothing,
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl WayFault {
    /// The key under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Elsewhere { .. } => "way-elsewhere",
            Self::Nothing => "way-nothing",
            Self::Content(ContentError::TooMany { .. }) => "way-too-many",
            Self::Content(_) => "way-unsound",
        }
    }

    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Elsewhere { nodes } => vec![("nodes", nodes.to_string())],
            Self::Nothing => Vec::new(),
            Self::Content(ContentError::TooMany { count, most, .. }) => {
                vec![("count", count.to_string()), ("most", most.to_string())]
            }
            Self::Content(error) => vec![("why", error.to_string())],
        }
    }
}

/// Cuts streets to the plan's areas and a margin, and says what was found. All of it is kept where no area has a
/// boundary.
pub fn ways(
    points: &[place::point::Point],
    links: &[Link],
    portfolio: &Portfolio,
) -> Result<(Ways, WayFindings), WayFault> {
    if links.is_empty() {
        return Err(WayFault::Nothing);
    }
    let bounded: Vec<(&Boundary, Extent)> = portfolio
        .areas
        .values()
        .filter_map(|area| area.boundary.as_ref())
        .filter_map(|held| Some((held, held.extent()?)))
        .collect();
    let whole = bounded.iter().map(|(_, extent)| *extent).reduce(Extent::and);
    let mut inside = 0;
    let kept: Vec<bool> = points
        .iter()
        .map(|point| {
            let at = own_point(*point);
            let Some(whole) = whole else { return true };
            let near = whole.metres_to(at) <= MARGIN;
            if near && bounded.iter().any(|(held, extent)| extent.holds(at) && held.holds(at)) {
                inside += 1;
            }
            near
        })
        .collect();
    if whole.is_some() && inside == 0 {
        return Err(WayFault::Elsewhere { nodes: points.len() });
    }
    let ends = |link: &Link| [link.from as usize, link.to as usize];
    let own: Vec<&Link> = links
        .iter()
        .filter(|link| ends(link).into_iter().all(|node| kept.get(node).copied().unwrap_or(false)))
        .collect();
    // Nodes without a link are no part of a network.
    let mut numbers = vec![u32::MAX; points.len()];
    let mut out = Ways::default();
    let ten_millionths = |degrees: f64| (degrees * 1e7).round() as i32;
    for node in own.iter().flat_map(|link| ends(link)) {
        if numbers[node] == u32::MAX {
            numbers[node] = u32::try_from(out.nodes.len()).unwrap_or(u32::MAX);
            out.nodes.push([ten_millionths(points[node].lon()), ten_millionths(points[node].lat())]);
        }
    }
    for (what, count, most) in [("nodes", out.nodes.len(), NODES_MOST), ("links", own.len(), LINKS_MOST)] {
        if count > most {
            return Err(ContentError::TooMany { what, count, most }.into());
        }
    }
    for link in own {
        if link.direction == Direction::Forward {
            out.one_way.push(out.links.len() as u32);
        }
        let [from, to] = ends(link).map(|node| numbers[node]);
        out.links.push([from, to, link.length]);
    }
    if out.links.is_empty() {
        return Err(WayFault::Nothing);
    }
    let mut found = findings(&out)?;
    found.in_areas = whole.is_some().then_some(inside);
    found.beyond = kept.iter().filter(|kept| !**kept).count();
    Ok((out, found))
}

/// What can be told of a network by itself.
pub fn findings(ways: &Ways) -> Result<WayFindings, ContentError> {
    let walk = ways.walk()?;
    let largest = walk.components.sizes().get(walk.components.largest()).copied().unwrap_or(0) as usize;
    Ok(WayFindings {
        nodes: ways.nodes.len(),
        links: ways.links.len(),
        metres: ways.links.iter().map(|link| u64::from(link[2])).sum::<u64>() / 1_000,
        in_areas: None,
        beyond: 0,
        islands: walk.components.count().saturating_sub(1),
        island_nodes: ways.nodes.len() - largest,
    })
}

impl From<Ways> for Content {
    fn from(ways: Ways) -> Self {
        Self::Network(ways)
    }
}
