//! What is told of projects: a date that residents were told has moved.

use std::collections::BTreeSet;

use super::{Audience, Matter};
use crate::notice::{Said, Topic, Value};
use crate::project::Project;

/// What a change of a project comes to for others.
pub fn of_project(before: Option<&Project>, after: &Project) -> Vec<Matter> {
    let (Some(before), Some(unit)) = (before, &after.lead_unit) else { return Vec::new() };
    let moved: Vec<_> = after
        .tracks
        .iter()
        .filter_map(|(key, track)| {
            let from = before.tracks.get(key)?.promised()?;
            let to = track.promised()?;
            (from != to).then_some((from, to))
        })
        .collect();
    // Several dates of one project that move together are one thing to tell; the last is the one it ends with.
    let Some((from, to)) = moved.iter().max_by_key(|(_, to)| to.last()) else { return Vec::new() };
    let said = Said::new("told-promise-moved")
        .with("name", Value::Named(after.name.clone()))
        .text("from", from.to_string())
        .text("to", to.to_string())
        .with("count", Value::Number(moved.len() as i64));
    let to = BTreeSet::from([Audience::Unit(unit.clone())]);
    vec![Matter { name: "promise-moved", topic: Topic::Plan, urgent: false, said, to }]
}
