//! The words and the rules of a public action plan.
//!
//! Everything here is pure: no clock, no database, no network. A [`command::Command`] meets
//! [`command::decide`], which turns it into journal [`journal::Draft`]s or typed
//! [`refusal::Refusal`]s; what the journal holds is looked at through a [`history::View`] (*as of* a
//! day, *as known at* an entry), as a [`project::Project`], a [`portfolio::Portfolio`] or a
//! [`statement::Statement`].

pub mod area;
pub mod authorize;
pub mod boundary;
pub mod bounds;
pub mod carry_over;
pub mod code;
pub mod command;
pub mod evaluation;
pub mod facility;
pub mod fact;
pub mod figure;
pub mod forecast;
pub mod history;
pub mod index;
pub mod indicator;
pub mod item;
pub mod journal;
pub mod layer;
pub mod link;
pub mod milestone;
pub mod money;
pub mod named;
pub mod notice;
pub mod output;
pub mod person;
pub mod plan;
pub mod planned_date;
pub mod policy;
pub mod portfolio;
pub mod preference;
pub mod project;
pub mod refusal;
pub mod report;
pub mod request;
pub mod retry;
pub mod review;
pub mod revision;
pub mod rhythm;
pub mod rollup;
pub mod saved_list;
pub mod scenario;
pub mod source;
pub mod statement;
pub mod subject;
pub mod survey;
pub mod telling;
pub mod timetabling;
pub mod unit;
mod validate;
pub mod workday;
