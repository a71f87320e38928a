//! Editing: facts as fields, forms as sheets, and what happens when two people edit the same thing.

pub mod book;
pub mod change;
mod coverage;
pub mod desk;
mod facility;
pub mod field;
pub mod index;
mod item_fields;
mod item_read;
mod link;
pub mod listed;
pub mod page;
pub mod project;
pub mod reader;
pub mod request_rules;
pub mod sheet;
pub mod topic;
pub mod values;
