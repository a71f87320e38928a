//! Carries what people are told: mail, signed webhooks and short messages, from the durable queue.
//!
//! A [`Courier`] works one server's share. It takes jobs lane by lane, hands each to the mail server
//! or to a webhook, and writes down what became of it. A lane that is stuck, because its other side
//! hangs or refuses, holds up no other lane.
//!
//! Delivery is *at least once*: a server that dies after the other side has taken a message and before
//! that is written down (some milliseconds) leaves the job to another server, which sends it again.
//! The repeated message has the same identity (`Message-ID`, `X-Huitian-Event`), by which mail programs
//! and receivers know it. In every other case a person is told once about one event.

pub mod courier;
pub mod http;
mod mail;
pub mod network;
pub mod settings;
pub mod sms;
mod tls;
mod transport;
pub mod webhook;

pub use courier::Courier;
pub use settings::Settings;
