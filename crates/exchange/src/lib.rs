//! Formats in and out: each module reads or writes one format and knows no rules of the business.

pub mod bridges;
pub mod cell;
pub mod decimal;
pub mod delimited;
mod encoding;
pub mod geojson;
pub mod holiday_year;
pub mod icalendar;
pub mod injection;
pub mod json;
pub mod messages_csv;
pub mod mspdi;
pub mod network_csv;
pub mod oc4ids;
pub mod osm_pbf;
pub mod places_csv;
pub mod plan_sheet;
pub mod population_totals;
mod protobuf;
pub mod responses;
pub mod sheet;
pub mod siting_csv;
pub mod survey_design;
pub mod table;
pub mod xer;
pub mod xlsform;
pub mod xlsx;
