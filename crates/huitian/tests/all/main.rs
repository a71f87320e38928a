//! The command line, as the built binary answers it.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod import_export_cli;
mod long_workbook;
mod place_cli;
mod survey_cli;
mod text_cli;
mod text_files;
mod text_real;
mod timetable_cli;
mod work_orders;
