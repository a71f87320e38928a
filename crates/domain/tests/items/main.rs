//! Items of the ledger: their life cycles, who may move them, and what a move needs.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod books;
mod calls;
mod conditions;
mod ledger;
mod rhythm;
mod transitions;
