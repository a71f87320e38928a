//! The API over the demonstration plan, called as a server would call it.

mod changes;
mod description;
mod docs;
mod examples;
mod paging;
mod privacy;
mod problems;
mod reading;
mod site;
mod times;
