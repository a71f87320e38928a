//! A PostgreSQL server that dies under its clients, in a program of its own since it has its own server.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod databases;

use databases::writer::{self, Writer, check};
use databases::{postgres, server};

/// Not a test of its own: see [`writer::append_loop`].
#[test]
fn append_loop() {
    writer::append_loop();
}

#[test]
fn a_server_that_dies_and_returns_loses_nothing() {
    let Some(fresh) = postgres() else { return };
    let server = server().unwrap();
    let writer = Writer::start(&fresh, "p1");
    writer.wait_for(30);
    server.crash();
    // The writer finds the way back by itself.
    writer.wait_for(30);
    let told = writer.kill();
    check(&fresh, &told);
}
