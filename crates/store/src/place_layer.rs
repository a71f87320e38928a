//! The content of layers: large data of the ground that facts name by their digest. In no projection, and in every
//! backup.

use std::io::{Read, Write};

use domain::code::Code;
use domain::journal::Hash;
use domain::layer::{LayerDigest, LayerKind};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sha2::{Digest, Sha256};

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param};
use crate::writer::Tx;

/// The content of one layer, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedLayer {
    kind: LayerKind,
    /// Of the content as it is unpacked.
    digest: LayerDigest,
    size: u64,
    body: Vec<u8>,
}

/// Content that is larger than is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a layer may have {most} bytes, this one has more: bring a smaller part of the ground")]
pub struct LayerTooLarge {
    pub most: usize,
}

impl PackedLayer {
    /// The most bytes of content, and of what it is packed into: it is a line of a backup.
    pub const CONTENT_MOST: usize = 256 << 20;
    pub const BODY_MOST: usize = 24 << 20;

    /// Packs content: work for a thread that nobody waits for.
    pub fn pack(kind: LayerKind, content: &[u8]) -> Result<Self, LayerTooLarge> {
        if content.len() > Self::CONTENT_MOST {
            return Err(LayerTooLarge { most: Self::CONTENT_MOST });
        }
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
        // Writing into memory fails only where there is none left.
        let too_large = |_| LayerTooLarge { most: Self::BODY_MOST };
        packer.write_all(content).map_err(too_large)?;
        let body = packer.finish().map_err(too_large)?;
        if body.len() > Self::BODY_MOST {
            return Err(LayerTooLarge { most: Self::BODY_MOST });
        }
        Ok(Self { kind, digest: digest(content), size: content.len() as u64, body })
    }

    /// What a backup holds, if it is what its digest says.
    pub(crate) fn restored(kind: LayerKind, stated: LayerDigest, body: Vec<u8>) -> Option<Self> {
        let content = unpack(&body)?;
        (digest(&content) == stated).then_some(Self {
            kind,
            digest: stated,
            size: content.len() as u64,
            body,
        })
    }

    pub fn digest(&self) -> LayerDigest {
        self.digest
    }

    /// Bytes of the content.
    pub fn size(&self) -> u64 {
        self.size
    }
}

fn digest(content: &[u8]) -> LayerDigest {
    LayerDigest(Hash(Sha256::digest(content).into()))
}

/// The content of a packed body; nothing where it is damaged, or more than is ever packed.
fn unpack(body: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let most = PackedLayer::CONTENT_MOST as u64;
    ZlibDecoder::new(body).take(most + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= most).then_some(content)
}

impl Connection {
    /// The content of a kind that a digest names, held against it; nothing where it is not kept.
    pub fn layer_content(
        &mut self,
        plan: &Code,
        kind: LayerKind,
        wanted: LayerDigest,
    ) -> Result<Option<Vec<u8>>> {
        let Some(body) = self.layer_body(plan, kind, wanted)? else { return Ok(None) };
        let content = unpack(&body).filter(|content| digest(content) == wanted);
        content.map(Some).ok_or_else(|| damaged(format!("layer {wanted} is not what it was")))
    }

    fn layer_body(&mut self, plan: &Code, kind: LayerKind, wanted: LayerDigest) -> Result<Option<Vec<u8>>> {
        self.first(
            "SELECT body FROM place_layer WHERE plan = $1 AND kind = $2 AND digest = $3",
            &[plan.as_str().into(), Param::Text(kind.as_str()), Param::Text(&wanted.to_string())],
            |row| Ok(row.bytes(0)?.to_vec()),
        )
    }

    /// Whether the content that a digest names is kept, and of that kind.
    pub fn has_layer(&mut self, plan: &Code, kind: LayerKind, wanted: LayerDigest) -> Result<bool> {
        let name = wanted.to_string();
        let found = self.first(
            "SELECT size FROM place_layer WHERE plan = $1 AND kind = $2 AND digest = $3",
            &[plan.as_str().into(), Param::Text(kind.as_str()), Param::Text(&name)],
            |row| row.int(0),
        )?;
        Ok(found.is_some())
    }

    /// All layers in the order of their places, one after the other, for a backup.
    pub(crate) fn each_layer(
        &mut self,
        visit: &mut dyn FnMut(Code, LayerKind, LayerDigest, Vec<u8>),
    ) -> Result<()> {
        let all = self.rows(
            "SELECT plan, kind, digest FROM place_layer ORDER BY plan, kind, digest",
            &[],
            |row| {
                let kind = LayerKind::parse(row.text(1)?).ok_or_else(|| damaged("a layer of no kind"))?;
                Ok((row.code(0)?, kind, LayerDigest::try_from(row.text(2)?.to_owned()).map_err(damaged)?))
            },
        )?;
        for (plan, kind, digest) in all {
            let body = self.layer_body(&plan, kind, digest)?.unwrap_or_default();
            visit(plan, kind, digest, body);
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Keeps content; the same once more is the same.
    pub fn keep_layer(&mut self, plan: &Code, layer: &PackedLayer) -> Result<()> {
        let name = layer.digest.to_string();
        if self.connection.has_layer(plan, layer.kind, layer.digest)? {
            return Ok(());
        }
        self.writing().send(
            "INSERT INTO place_layer (plan, kind, digest, size, body) VALUES ($1, $2, $3, $4, $5)",
            &[
                plan.as_str().into(),
                Param::Text(layer.kind.as_str()),
                Param::Text(&name),
                Param::Int(i64::try_from(layer.size).unwrap_or(i64::MAX)),
                Param::Bytes(&layer.body),
            ],
        )
    }
}
