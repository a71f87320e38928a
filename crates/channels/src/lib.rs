//! Requests between this site and others.
//!
//! [`settings`] is the installation's file of forums (直通车), gateways of short messages and servers; [`router`] takes
//! signed posts that a forum sends and texts that a gateway passes on, [`pull`] reads a forum's feed; [`peer`] passes
//! requests on to another server by Open311 and brings back what it says.

pub mod peer;
mod problem;
pub mod pull;
pub mod settings;
mod sms;
mod webhook;

pub use problem::{PREFIX, explain};
pub use settings::Settings;
pub use webhook::router;
