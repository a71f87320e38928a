//! Requests between this site and others.
//!
//! [`settings`] is the installation's file of forums (直通车) and servers; [`webhook`] takes signed posts that a forum
//! sends, [`pull`] reads its feed; [`peer`] passes requests on to another server by Open311 and brings back what it says.

pub mod peer;
pub mod pull;
pub mod settings;
mod webhook;

pub use settings::Settings;
pub use webhook::{PREFIX, explain, router};
