//! What storage promises, held against SQLite and a real PostgreSQL by the same tests.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod accounts;
mod alike;
mod backup;
mod books;
mod disk;
mod forum;
mod journal;
mod layers;
mod ledger;
mod listing;
mod models;
mod news;
mod notices;
mod queue;
mod reading;
mod rhythm;
mod rows;
mod schema;
mod secure;
mod survey;
mod tail;
mod tamper;
mod uploads;
mod writing;

/// Makes each function a test on SQLite and one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&scratch::Scratch::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $name() {
                if let Some(scratch) = scratch::Scratch::postgres() { super::$name(&scratch); }
            })*
        }
    };
}
pub(crate) use on_both;
