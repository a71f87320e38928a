//! Layers on the books: kept with the fact that names them, read once and shared.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::command::Command;
use domain::layer::{LayerDigest, LayerKind, PlaceLayer};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::refusal::{Problem, Refusal};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::Date;
use store::{PackedLayer, StoreError};

use super::base::BaseMap;
use super::layer::{Content, ContentError, Parcels, Residences, Walk};
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt, make};
use crate::error::AppError;

/// A layer that is read.
#[derive(Debug, Clone)]
pub enum Layer {
    Residences(Arc<Residences>),
    Network(Arc<Walk>),
    Parcels(Arc<Parcels>),
    BaseMap(Arc<BaseMap>),
}

/// The layers in force in a plan at a point of view.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub residences: Option<Arc<Residences>>,
    pub network: Option<Arc<Walk>>,
    pub parcels: Option<Arc<Parcels>>,
    pub base_map: Option<Arc<BaseMap>>,
}

/// Layers lately read, the last one first.
#[derive(Default)]
pub(crate) struct LayerCache(VecDeque<(Code, LayerDigest, Layer)>);

impl LayerCache {
    /// Those of a day before and a day after; a city's network takes some ten megabytes.
    const MOST: usize = 8;

    fn find(&mut self, plan: &Code, digest: LayerDigest) -> Option<Layer> {
        let at = self.0.iter().position(|held| held.0 == *plan && held.1 == digest)?;
        let held = self.0.remove(at)?;
        let layer = held.2.clone();
        self.0.push_front(held);
        Some(layer)
    }

    fn keep(&mut self, plan: &Code, digest: LayerDigest, layer: Layer) {
        self.0.retain(|held| held.0 != *plan || held.1 != digest);
        self.0.truncate(Self::MOST - 1);
        self.0.push_front((plan.clone(), digest, layer));
    }
}

/// A layer that is to be put on the books.
#[derive(Debug, Clone)]
pub struct NewLayer {
    pub kind: LayerKind,
    pub packed: PackedLayer,
    pub layer: PlaceLayer,
    /// The day from which it holds; today where none is given.
    pub effective: Option<Date>,
    pub source: Source,
    pub reason: String,
}

/// What is said of a layer besides its content.
#[derive(Debug, Clone, Default)]
pub struct LayerGround {
    pub name: Named,
    pub licence: String,
    pub effective: Option<Date>,
    pub source: Source,
    pub reason: String,
}

impl NewLayer {
    /// Writes content down and packs it: work for a thread that nobody waits for.
    pub fn of(content: &Content, ground: LayerGround) -> Result<Self, AppError> {
        let damaged = |error: &dyn std::fmt::Display| StoreError::Statement(error.to_string());
        let bytes = content.encode().map_err(|error| match error {
            ContentError::TooMany { most, .. } => {
                let problem = Problem::TooMany(most);
                AppError::Refused(vec![Refusal { field: "layer".to_owned(), problem }])
            }
            error => damaged(&error).into(),
        })?;
        let packed = PackedLayer::pack(content.kind(), &bytes).map_err(|error| damaged(&error))?;
        let (count, links, people) = match content {
            Content::Residences(held) => (held.homes.len(), None, held.people()),
            Content::Network(ways) => (ways.nodes.len(), Some(ways.links.len() as u64), None),
            Content::Parcels(held) => (held.parcels.len(), None, None),
            Content::BaseMap(held) => (held.features.len(), None, None),
        };
        Ok(Self {
            kind: content.kind(),
            layer: PlaceLayer {
                digest: packed.digest(),
                name: ground.name,
                count: count as u64,
                links,
                people,
                licence: ground.licence,
            },
            packed,
            effective: ground.effective,
            source: ground.source,
            reason: ground.reason,
        })
    }

    pub(crate) fn change(&self, plan: &Code) -> Change {
        let fact = PlanFact::Layer { layer: self.kind, held: Some(self.layer.clone()) };
        Change {
            command: Command::Record {
                subject: Subject::plan(plan),
                facts: vec![fact.into()],
                expected: None,
            },
            effective: self.effective,
            source: self.source.clone(),
            reason: self.reason.clone(),
        }
    }
}

impl App {
    /// Puts a layer on the books: its content and the fact that names it, or neither.
    pub async fn put_layer(&self, actor: &Actor, plan: &Code, new: NewLayer) -> Result<Receipt, AppError> {
        let (actor, plan) = (actor.clone(), plan.clone());
        let (now, today) = (self.clock().now(), self.clock().today());
        self.database()
            .write_async(move |tx| {
                // Both or neither: what the rules refuse undoes the content as well.
                tx.keep_layer(&plan, &new.packed)?;
                make(tx, &actor, &new.change(&plan), now, today)
            })
            .await
    }

    /// Takes a layer off the books from a day on; its content stays for what was said before.
    pub async fn withdraw_layer(
        &self,
        actor: &Actor,
        plan: &Code,
        layer: LayerKind,
        effective: Option<Date>,
        reason: String,
    ) -> Result<Receipt, AppError> {
        let fact = PlanFact::Layer { layer, held: None };
        let command =
            Command::Record { subject: Subject::plan(plan), facts: vec![fact.into()], expected: None };
        self.change(actor, Change { command, effective, source: Source::default(), reason }).await
    }

    /// The layers in force at a portfolio's point of view.
    pub async fn layers(&self, portfolio: &Portfolio) -> Result<Layers, AppError> {
        let mut out = Layers::default();
        for (kind, held) in &portfolio.plan.layers {
            match self.layer(&portfolio.plan.code, *kind, held.layer.digest).await? {
                Layer::Residences(held) => out.residences = Some(held),
                Layer::Network(held) => out.network = Some(held),
                Layer::Parcels(held) => out.parcels = Some(held),
                Layer::BaseMap(held) => out.base_map = Some(held),
            }
        }
        Ok(out)
    }

    /// The base map in force, with the notice of its source.
    pub async fn base_map(&self, portfolio: &Portfolio) -> Result<Option<(Arc<BaseMap>, String)>, AppError> {
        let Some(held) = portfolio.plan.layers.get(&LayerKind::BaseMap) else { return Ok(None) };
        let layer = self.layer(&portfolio.plan.code, LayerKind::BaseMap, held.layer.digest).await?;
        Ok(match layer {
            Layer::BaseMap(map) => Some((map, held.layer.licence.clone())),
            Layer::Residences(_) | Layer::Network(_) | Layer::Parcels(_) => None,
        })
    }

    /// The content of a layer, as it is written down.
    pub async fn layer_content(
        &self,
        plan: &Code,
        kind: LayerKind,
        digest: LayerDigest,
    ) -> Result<Content, AppError> {
        let bytes = self.layer_bytes(plan, kind, digest).await?;
        let read = self.place_work(move || Content::decode(&bytes, kind)).await?;
        Ok(read.map_err(|error| StoreError::Damaged(error.to_string()))?)
    }

    /// The residences that a digest names, in force or not. `None` where they are no longer kept.
    pub(crate) async fn residences(
        &self,
        plan: &Code,
        digest: LayerDigest,
    ) -> Result<Option<Arc<Residences>>, AppError> {
        let (of, kind) = (plan.clone(), LayerKind::Residences);
        if !self.database().read_async(move |c| c.has_layer(&of, kind, digest)).await? {
            return Ok(None);
        }
        Ok(match self.layer(plan, kind, digest).await? {
            Layer::Residences(held) => Some(held),
            Layer::Network(_) | Layer::Parcels(_) | Layer::BaseMap(_) => None,
        })
    }

    async fn layer_bytes(
        &self,
        plan: &Code,
        kind: LayerKind,
        digest: LayerDigest,
    ) -> Result<Vec<u8>, AppError> {
        let of = plan.clone();
        let bytes = self.database().read_async(move |c| c.layer_content(&of, kind, digest)).await?;
        Ok(bytes.ok_or_else(|| StoreError::Damaged(format!("layer {digest} is missing")))?)
    }

    /// A layer, read once for all who ask.
    async fn layer(&self, plan: &Code, kind: LayerKind, digest: LayerDigest) -> Result<Layer, AppError> {
        let cached = self.inner.layers.lock().unwrap_or_else(PoisonError::into_inner).find(plan, digest);
        if let Some(held) = cached {
            return Ok(held);
        }
        let turn = self.place_turn().await?;
        // Another one may have read it while this one waited for its turn.
        let cached = self.inner.layers.lock().unwrap_or_else(PoisonError::into_inner).find(plan, digest);
        if let Some(held) = cached {
            return Ok(held);
        }
        let bytes = self.layer_bytes(plan, kind, digest).await?;
        let (app, plan) = (self.clone(), plan.clone());
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let damaged = |error: ContentError| StoreError::Damaged(error.to_string());
            let layer = match Content::decode(&bytes, kind).map_err(damaged)? {
                Content::Residences(held) => Layer::Residences(Arc::new(held)),
                Content::Parcels(held) => Layer::Parcels(Arc::new(held)),
                Content::BaseMap(held) => Layer::BaseMap(Arc::new(held)),
                Content::Network(ways) => Layer::Network(Arc::new(ways.walk().map_err(damaged)?)),
            };
            drop(bytes);
            let mut cache = app.inner.layers.lock().unwrap_or_else(PoisonError::into_inner);
            cache.keep(&plan, digest, layer.clone());
            Ok(layer)
        });
        let layer: Result<Layer, StoreError> = made.await.map_err(|_| StoreError::Stopped)?;
        Ok(layer?)
    }
}
