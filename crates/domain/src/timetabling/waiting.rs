//! What steps wait for, and steps that wait for each other in a circle.

use std::collections::BTreeMap;

use super::work::Work;
use crate::code::Code;
use crate::plan::{Plan, Template};
use crate::project::Project;

/// The steps of a chain that one of them waits for: those that its work names, else the one before it.
pub(crate) fn waits_for<'a>(
    steps: impl Iterator<Item = &'a Code> + Clone,
    step: &Code,
    work: Option<&Work>,
) -> Vec<&'a Code> {
    match work.and_then(|work| work.after.as_ref()) {
        Some(after) => after.iter().filter_map(|named| steps.clone().find(|held| *held == named)).collect(),
        None => {
            let previous = steps.clone().position(|held| held == step).and_then(|at| at.checked_sub(1));
            previous.and_then(|at| steps.clone().nth(at)).into_iter().collect()
        }
    }
}

/// The way from one step to another: each waits for the next, the last for the one that is looked for. From a step
/// to itself it is a circle.
pub(crate) fn way<T: Clone + Ord>(from: &T, to: &T, waits: &mut dyn FnMut(&T) -> Vec<T>) -> Option<Vec<T>> {
    // For each step that was reached, the step that waits for it.
    let mut reached: BTreeMap<T, T> = BTreeMap::new();
    let mut ahead = vec![from.clone()];
    while let Some(at) = ahead.pop() {
        for next in waits(&at) {
            if next == *to {
                let mut way = vec![at];
                while let Some(back) = way.last().filter(|back| *back != from).and_then(|at| reached.get(at))
                {
                    way.push(back.clone());
                }
                way.reverse();
                return Some(way);
            }
            if !reached.contains_key(&next) {
                reached.insert(next.clone(), at.clone());
                ahead.push(next);
            }
        }
    }
    None
}

/// The way from a template's step back to itself, were its work what is given; by what is usual for the others.
pub(crate) fn usual_circle(
    plan: &Plan,
    template: &Template,
    step: &Code,
    work: Option<&Work>,
) -> Option<Vec<Code>> {
    let steps = template.steps.iter().map(|line| &line.step);
    way(step, step, &mut |at| {
        let usual = plan.usual_work.get(&(template.code.clone(), at.clone()));
        let held = if at == step { work } else { usual };
        waits_for(steps.clone(), at, held).into_iter().cloned().collect()
    })
}

/// The way from one of a project's steps back to itself, as the codes of the steps in the order they wait for each
/// other; with the project before the step where it lies in another one.
pub(crate) fn waiting_circle<'a>(
    plan: &Plan,
    project: &'a Project,
    steps: impl IntoIterator<Item = &'a Code>,
    other: &dyn Fn(&Code) -> Option<Project>,
) -> Option<Vec<Code>> {
    let mut others: BTreeMap<Code, Option<Project>> = BTreeMap::new();
    let mut waits = |(of, step): &(Code, Code)| {
        if *of == project.code {
            return before(plan, project, step);
        }
        let held = others.entry(of.clone()).or_insert_with(|| other(of));
        held.as_ref().map(|held| before(plan, held, step)).unwrap_or_default()
    };
    let circle = steps.into_iter().find_map(|step| {
        let from = (project.code.clone(), step.clone());
        way(&from, &from, &mut waits)
    })?;
    let written = |(of, step): (Code, Code)| if of == project.code { vec![step] } else { vec![of, step] };
    Some(circle.into_iter().flat_map(written).collect())
}

/// The steps that a step waits for: by its chain, by its work or the template's, by recorded links.
fn before(plan: &Plan, project: &Project, step: &Code) -> Vec<(Code, Code)> {
    let own = || project.code.clone();
    let steps = project.steps.iter().map(|line| &line.step);
    let chain = waits_for(steps, step, plan.work(project, step)).into_iter();
    let links = project.links.iter().filter(|link| link.step == *step);
    chain
        .map(|code| (own(), code.clone()))
        .chain(links.map(|link| (link.project.clone().unwrap_or_else(own), link.before.clone())))
        .collect()
}
