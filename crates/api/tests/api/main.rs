//! The API over the demonstration plan, called as a server would call it.
#![allow(clippy::unwrap_used, reason = "helpers of tests, not only tests, say what must be there")]

mod changes;
mod description;
mod docs;
mod examples;
mod hostile;
mod items;
mod paging;
mod privacy;
mod problems;
mod reading;
mod site;
mod times;
mod timetable;
