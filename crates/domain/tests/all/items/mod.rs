//! Items of the ledger: their life cycles, who may move them, and what a move needs.

mod books;
mod calls;
mod conditions;
mod ledger;
mod rhythm;
mod transitions;
