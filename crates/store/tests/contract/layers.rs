//! The content of layers: known by its digest, kept once, held against it, and in every backup.

use std::io::Cursor;

use domain::journal::Hash;
use domain::layer::{LayerDigest, LayerKind};
use scratch::Scratch;
use store::{Database, LayerTooLarge, PackedLayer, StoreError};

use crate::books::*;

crate::on_both!(a_layer_is_kept_once_and_read_by_its_digest, layers_come_back_from_a_backup);

fn keep(database: &Database, content: &[u8]) -> LayerDigest {
    let packed = PackedLayer::pack(LayerKind::Network, content).unwrap();
    let digest = packed.digest();
    assert_eq!(packed.size(), content.len() as u64);
    database.write::<_, StoreError>(move |tx| tx.keep_layer(&plan(), &packed)).unwrap();
    digest
}

fn content(database: &Database, digest: LayerDigest) -> Option<Vec<u8>> {
    database.read(|c| c.layer_content(&plan(), LayerKind::Network, digest)).unwrap()
}

fn a_layer_is_kept_once_and_read_by_its_digest(scratch: &Scratch) {
    let database = open(scratch);
    let long = vec![7u8; 300_000];
    let (one, other) = (keep(&database, b"one"), keep(&database, &long));
    assert_eq!(keep(&database, b"one"), one);
    assert_eq!(
        (content(&database, one).as_deref(), content(&database, other)),
        (Some(&b"one"[..]), Some(long))
    );
    assert_eq!(content(&database, LayerDigest(Hash([3; 32]))), None);
    let elsewhere = code("elsewhere");
    let network = LayerKind::Network;
    assert_eq!(database.read(|c| c.layer_content(&elsewhere, network, one)).unwrap(), None);
    // What is kept as one kind is no other.
    let has = |kind| database.read(move |c| c.has_layer(&plan(), kind, one)).unwrap();
    assert_eq!(LayerKind::ALL.map(has), LayerKind::ALL.map(|kind| kind == network));
    let too_large = vec![0; PackedLayer::CONTENT_MOST + 1];
    assert_eq!(
        PackedLayer::pack(network, &too_large),
        Err(LayerTooLarge { most: PackedLayer::CONTENT_MOST })
    );
}

fn layers_come_back_from_a_backup(scratch: &Scratch) {
    let first = open(scratch);
    fill(&first);
    let digests = [keep(&first, b"{}"), keep(&first, &[0, 255, 10, 13])];
    let mut file = Vec::new();
    first.backup(&mut file, |_| ()).unwrap();
    let elsewhere = Scratch::sqlite();
    let second = open(&elsewhere);
    second.restore(Cursor::new(file), |_| ()).unwrap();
    for digest in digests {
        assert_eq!(content(&first, digest), content(&second, digest));
    }
}
