//! Processes killed in the middle of writing, and several writing at once: no acknowledged entry is lost,
//! and the journal stays one chain.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod databases;

use std::collections::BTreeSet;

use databases::on_both;
use databases::writer::{self, Writer, check};

/// Not a test of its own: see [`writer::append_loop`].
#[test]
fn append_loop() {
    writer::append_loop();
}

#[test]
fn killed_again_and_again_nothing_acknowledged_is_lost() {
    on_both(|fresh| {
        let mut acknowledged = BTreeSet::new();
        for round in 0..12 {
            let writer = Writer::start(&fresh, "p1");
            writer.wait_for(3 + round * 2);
            let told = writer.kill();
            assert!(acknowledged.is_disjoint(&told), "a number was given twice");
            acknowledged.extend(told);
            check(&fresh, &acknowledged);
        }
    });
}

#[test]
fn two_processes_write_one_chain() {
    on_both(|fresh| {
        drop(fresh.open());
        let (one, two) = (Writer::start(&fresh, "p1"), Writer::start(&fresh, "p2"));
        one.wait_for(40);
        two.wait_for(40);
        let (one, two) = (one.kill(), two.kill());
        assert!(one.is_disjoint(&two), "both were given the same number");
        check(&fresh, &one.union(&two).copied().collect());
    });
}
