//! The rows of a layer one after the other: as many as are shown are taken, and all are looked through beside the threads
//! that answer readers.

use std::sync::Arc;

use domain::layer::LayerKind;

use super::Layers;
use super::layer::{Home, Parcel, Parcels, Residences};
use crate::App;
use crate::error::AppError;

/// A row of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LayerRow<'a> {
    Home(&'a Home),
    Parcel(&'a Parcel),
}

/// The rows of a layer, in the order of their codes.
#[derive(Debug, Clone)]
pub enum LayerRows {
    Residences(Arc<Residences>),
    Parcels(Arc<Parcels>),
}

impl LayerRows {
    /// Of a layer of this kind, where it is in force. Others are no rows.
    pub fn of(layers: &Layers, kind: LayerKind) -> Option<Self> {
        match kind {
            LayerKind::Residences => layers.residences.clone().map(Self::Residences),
            LayerKind::Parcels => layers.parcels.clone().map(Self::Parcels),
            LayerKind::Network | LayerKind::BaseMap => None,
        }
    }

    pub fn count(&self) -> usize {
        match self {
            Self::Residences(held) => held.homes.len(),
            Self::Parcels(held) => held.parcels.len(),
        }
    }

    pub fn row(&self, number: usize) -> Option<LayerRow<'_>> {
        match self {
            Self::Residences(held) => held.homes.get(number).map(LayerRow::Home),
            Self::Parcels(held) => held.parcels.get(number).map(LayerRow::Parcel),
        }
    }
}

impl App {
    /// The numbers of the rows that are wanted. A city's residences are looked through.
    pub async fn rows_wanted(
        &self,
        rows: LayerRows,
        wanted: impl Fn(LayerRow<'_>) -> bool + Send + 'static,
    ) -> Result<Vec<usize>, AppError> {
        self.place_work(move || {
            (0..rows.count()).filter(|number| rows.row(*number).is_some_and(&wanted)).collect()
        })
        .await
    }
}
