//! A network that somebody brings: read, cut to the plan and written down, looked through while it waits, and made a
//! layer. Each takes a core, and memory for a city, and waits for its turn.

use std::sync::Arc;

use domain::layer::LayerKind;
use domain::portfolio::Portfolio;
use place::network::Link;
use place::point::Point;

use super::layer::{Content, Ways};
use super::{LayerGround, NewLayer, WayFault, WayFindings, findings, ways};
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

    /// The network of a file that waits, and what is found in it. `None` where it is none.
    pub async fn waiting_network(&self, bytes: Vec<u8>) -> Result<Option<(Ways, WayFindings)>, AppError> {
        self.place_work(move || {
            let Ok(Content::Network(ways)) = Content::decode(&bytes, LayerKind::Network) else { return None };
            let found = findings(&ways).ok()?;
            Some((ways, found))
        })
        .await
    }

    /// A layer of this content, ready to be put on the books.
    pub async fn make_layer(&self, content: Content, ground: LayerGround) -> Result<NewLayer, AppError> {
        self.place_work(move || NewLayer::of(&content, ground)).await?
    }
}
