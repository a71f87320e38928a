//! Between files and tables: what formats read and write, in the shapes that use cases know.
//!
//! The command line and the pages import and export the same tables; what is the same for both is
//! here: reading a sheet, templates, lists of mistakes, exported tables.

mod export;
mod format;
mod incoming;
mod map_file;
mod mistakes;
mod network;
mod plan_file;
mod template;

pub use exchange::cell::WriteError;
pub use export::{export_sink, to_cells};
pub use format::{Format, Style, UnknownFormat};
pub use incoming::{Incoming, LongFile, explain, read};
pub use mistakes::{write_annotated, write_mistakes};
pub use network::{NetworkFault, OPENSTREETMAP, WalkStreets, network_of_extract, network_of_tables};
pub use plan_file::PlanOrigin;
pub use template::template;
