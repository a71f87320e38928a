//! The pages, asked as a browser asks, over the demonstration.

mod downloads;
mod messages;
mod reading;
mod signing_in;
mod site;
