//! Steps that wait for each other in a circle.

use std::collections::BTreeMap;

use super::work::Work;
use crate::code::Code;
use crate::plan::{Plan, Template};
use crate::project::Project;

/// The steps that a step waits for: by its chain, by its work or the template's, by recorded links.
fn before(plan: &Plan, project: &Project, step: &Code) -> Vec<(Code, Code)> {
    let own = project.code.clone();
    let mut out: Vec<(Code, Code)> = match plan.work(project, step).and_then(|work| work.after.as_ref()) {
        Some(after) => after.iter().map(|code| (own.clone(), code.clone())).collect(),
        None => {
            let at = project.steps.iter().position(|line| line.step == *step);
            let previous = at.and_then(|at| at.checked_sub(1)).and_then(|at| project.steps.get(at));
            previous.map(|line| (own.clone(), line.step.clone())).into_iter().collect()
        }
    };
    out.extend(
        project
            .links
            .iter()
            .filter(|link| link.step == *step)
            .map(|link| (link.project.clone().unwrap_or_else(|| own.clone()), link.before.clone())),
    );
    out
}

/// The way from a template's step back to itself, were its work what is given; by what is usual for the others.
pub fn usual_circle(plan: &Plan, template: &Template, step: &Code, work: &Work) -> Option<Vec<Code>> {
    let before = |at: &Code| -> Vec<Code> {
        let usual = plan.usual_work.get(&(template.code.clone(), at.clone()));
        let held = if at == step { Some(work) } else { usual };
        match held.and_then(|work| work.after.clone()) {
            Some(after) => after,
            None => {
                let place = template.steps.iter().position(|line| line.step == *at);
                let previous = place.and_then(|place| place.checked_sub(1));
                previous
                    .and_then(|place| template.steps.get(place))
                    .map(|line| line.step.clone())
                    .into_iter()
                    .collect()
            }
        }
    };
    let mut waiting: BTreeMap<Code, Code> = BTreeMap::new();
    let mut ahead = vec![step.clone()];
    while let Some(at) = ahead.pop() {
        for next in before(&at) {
            if next == *step {
                let mut circle = vec![at.clone()];
                let mut back = at;
                while back != *step {
                    let Some(earlier) = waiting.get(&back) else { break };
                    circle.push(earlier.clone());
                    back = earlier.clone();
                }
                circle.reverse();
                return Some(circle);
            }
            if !waiting.contains_key(&next) {
                waiting.insert(next.clone(), at.clone());
                ahead.push(next);
            }
        }
    }
    None
}

/// The way from a step back to itself, as the codes of the steps in the order they wait for each other; with the
/// project before the step where it lies in another one.
pub fn waiting_circle(
    plan: &Plan,
    project: &Project,
    step: &Code,
    other: &dyn Fn(&Code) -> Option<Project>,
) -> Option<Vec<Code>> {
    let from = (project.code.clone(), step.clone());
    let mut projects: BTreeMap<Code, Option<Project>> =
        BTreeMap::from([(project.code.clone(), Some(project.clone()))]);
    // For each step that was reached, the step that waits for it.
    let mut waiting: BTreeMap<(Code, Code), (Code, Code)> = BTreeMap::new();
    let mut ahead = vec![from.clone()];
    while let Some(at) = ahead.pop() {
        let held = projects.entry(at.0.clone()).or_insert_with(|| other(&at.0));
        let Some(held) = held else { continue };
        for next in before(plan, held, &at.1) {
            if next == from {
                let mut circle = vec![at.clone()];
                let mut back = at;
                while back != from {
                    let Some(earlier) = waiting.get(&back) else { break };
                    circle.push(earlier.clone());
                    back = earlier.clone();
                }
                let written = |(of, step): (Code, Code)| {
                    if of == project.code { vec![step] } else { vec![of, step] }
                };
                return Some(circle.into_iter().rev().flat_map(written).collect());
            }
            if !waiting.contains_key(&next) {
                waiting.insert(next.clone(), at.clone());
                ahead.push(next);
            }
        }
    }
    None
}
