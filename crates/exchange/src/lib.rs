//! Formats in and out: each module reads or writes one format and knows no rules of the business.

pub mod decimal;

pub mod geojson;
pub mod network_csv;
pub mod osm_pbf;
mod protobuf;

pub mod siting_csv;
pub mod table;
