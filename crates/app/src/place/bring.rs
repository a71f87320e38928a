//! A network or a base map that somebody brings: read, cut to the plan and written down, looked through while it waits,
//! and made a layer. Each takes a core, and memory for a city, and waits for its turn.

use std::sync::Arc;

use domain::facility::Datum;
use domain::layer::LayerKind;
use domain::portfolio::Portfolio;
use place::network::Link;
use place::point::Point;

use super::base::{BaseFault, BaseMap};
use super::layer::{Content, Ways};
use super::{Islands, LayerGround, NewLayer, WayFault, WayFindings, findings, islands, ways};
use crate::App;
use crate::error::AppError;

/// Why a network is not taken.
#[derive(Debug)]
pub enum NetworkRefused<E> {
    /// Its files cannot be read.
    Files(E),
    /// They can, and the plan has no use for what they hold.
    Ways(WayFault),
}

impl App {
    /// Reads a network and cuts it to the plan's areas: the layer as it is written down, and what `read` tells besides
    /// nodes and links.
    pub async fn read_network<T: Send + 'static, E: Send + 'static>(
        &self,
        portfolio: &Arc<Portfolio>,
        read: impl FnOnce() -> Result<(Vec<Point>, Vec<Link>, T), E> + Send + 'static,
    ) -> Result<Result<(Vec<u8>, T), NetworkRefused<E>>, AppError> {
        let portfolio = portfolio.clone();
        self.place_work(move || {
            let (points, links, told) = read().map_err(NetworkRefused::Files)?;
            let (made, _) = ways(&points, &links, &portfolio).map_err(NetworkRefused::Ways)?;
            let bytes = Content::from(made).encode();
            Ok((bytes.map_err(|error| NetworkRefused::Ways(error.into()))?, told))
        })
        .await
    }

    /// The network of a file that waits, and what is found in it, by where people live and what is on the books as well.
    /// `None` where it is none.
    pub async fn waiting_network(
        &self,
        portfolio: &Arc<Portfolio>,
        bytes: Vec<u8>,
    ) -> Result<Option<(Ways, WayFindings, Islands)>, AppError> {
        let (layers, portfolio) = (self.layers(portfolio).await?, portfolio.clone());
        self.place_work(move || {
            let Ok(Content::Network(ways)) = Content::decode(&bytes, LayerKind::Network) else { return None };
            let found = findings(&ways).ok()?;
            let walk = ways.walk().ok()?;
            let islands = islands(&walk, &portfolio, layers.residences.as_deref());
            Some((ways, found, islands))
        })
        .await
    }

    /// Reads a base map whose coordinates are of a datum: the layer as it is written down.
    pub async fn read_base_map(
        &self,
        portfolio: &Arc<Portfolio>,
        bytes: Vec<u8>,
        datum: Datum,
    ) -> Result<Result<Vec<u8>, BaseFault>, AppError> {
        let portfolio = portfolio.clone();
        self.place_work(move || {
            let text = std::str::from_utf8(&bytes).map_err(|_| BaseFault::NotGeoJson)?;
            let map = BaseMap::from_geojson(text.trim_start_matches('\u{feff}'))?;
            let map = map.from_datum(datum).ok_or(BaseFault::Elsewhere)?;
            if !map.lies_near(&portfolio) {
                return Err(BaseFault::Elsewhere);
            }
            // It was counted when it was read: nothing else can be wrong with it.
            Content::BaseMap(map).encode().map_err(|_| BaseFault::TooMany)
        })
        .await
    }

    /// The base map of a file that waits. `None` where it is none.
    pub async fn waiting_base_map(&self, bytes: Vec<u8>) -> Result<Option<BaseMap>, AppError> {
        self.place_work(move || match Content::decode(&bytes, LayerKind::BaseMap) {
            Ok(Content::BaseMap(map)) => Some(map),
            _ => None,
        })
        .await
    }

    /// A layer of this content, ready to be put on the books.
    pub async fn make_layer(&self, content: Content, ground: LayerGround) -> Result<NewLayer, AppError> {
        self.place_work(move || NewLayer::of(&content, ground)).await?
    }
}
