//! What a command needs to be allowed, and whether it is.

use crate::area::ancestors;
use std::collections::BTreeSet;

use crate::code::Code;
use crate::command::Command;
use crate::fact::Fact;
use crate::history::{Lookup, SubjectHistory, View};
use crate::indicator::IndicatorFact;
use crate::milestone::Aspect;
use crate::policy::{Action, Grant, Target, allows};
use crate::project::{Project, ProjectFact};
use crate::refusal::{Problem, Refusal};
use crate::subject::{Subject, SubjectKind};

/// Refuses a command that its author may not give.
pub fn authorize(grants: &[Grant], command: &Command, lookup: &dyn Lookup) -> Result<(), Refusal> {
    let target = target_of(command.subject(), lookup);
    let held = lookup.subject(command.subject());
    for action in required(command, held.as_deref()) {
        if !allows(grants, action, &target) {
            return Err(Refusal::whole(Problem::NotAllowed(action)));
        }
    }
    Ok(())
}

/// Every action that the command amounts to.
fn required(command: &Command, held: Option<&SubjectHistory>) -> BTreeSet<Action> {
    let on_books = held.is_some_and(|history| history.exists(View::ALL));
    let mut out: BTreeSet<Action> = command.facts().iter().map(recording).collect();
    if command.registers(on_books) {
        out.insert(registering(command.subject().kind));
    }
    if let Command::Correct { entry, .. } = command {
        out.insert(Action::CorrectEntry);
        // Withdrawing what an entry said takes the same right as saying it.
        let withdrawn = held.map_or(&[][..], SubjectHistory::facts).iter().filter(|fact| fact.seq == *entry);
        out.extend(withdrawn.map(|fact| recording(&fact.fact)));
        if held.is_some_and(|history| history.registered == *entry) {
            out.insert(registering(command.subject().kind));
        }
    }
    out
}

fn registering(kind: SubjectKind) -> Action {
    match kind {
        SubjectKind::Plan => Action::ManagePlan,
        SubjectKind::Project => Action::ManageProjects,
        SubjectKind::Indicator => Action::ManageIndicators,
        SubjectKind::Area | SubjectKind::Unit => Action::ManageDirectory,
        SubjectKind::Person => Action::ManagePeople,
    }
}

fn recording(fact: &Fact) -> Action {
    match fact {
        Fact::Plan(_) => Action::ManagePlan,
        Fact::Project(fact) => match fact {
            ProjectFact::Membership { .. } | ProjectFact::LeadUnit { .. } => Action::ManageProjects,
            ProjectFact::Sector { .. } | ProjectFact::Campaign { .. } => Action::ManageProjects,
            ProjectFact::Milestone { aspect: Aspect::Promised, .. } => Action::MovePromise,
            ProjectFact::Milestone { .. }
            | ProjectFact::GatePapers { .. }
            | ProjectFact::Progress { .. }
            | ProjectFact::Output { .. }
            | ProjectFact::Suspended { .. }
            | ProjectFact::Document { .. }
            | ProjectFact::Remark { .. } => Action::ReportProgress,
            _ => Action::DescribeProject,
        },
        Fact::Indicator(fact) => match fact {
            IndicatorFact::Observation { .. } => Action::RecordObservation,
            IndicatorFact::Accepted { .. } => Action::AcceptObservation,
            _ => Action::ManageIndicators,
        },
        Fact::Area(_) | Fact::Unit(_) => Action::ManageDirectory,
        Fact::Person(_) => Action::ManagePeople,
    }
}

/// What a change to the subject touches: its plan, units and areas.
pub fn target_of(subject: &Subject, lookup: &dyn Lookup) -> Target {
    let plan = (!subject.kind.is_directory()).then(|| subject.scope.clone());
    let mut target = Target { plan, ..Target::default() };
    let project = (subject.kind == SubjectKind::Project)
        .then(|| lookup.subject(subject))
        .flatten()
        .and_then(|history| Project::at(&history, View::ALL));
    if let Some(project) = project {
        target.areas = with_ancestors(&project.areas, lookup);
        target.lead_unit = project.lead_unit;
        target.supporting_units = project.supporting_units.into_iter().map(|(unit, _)| unit).collect();
    }
    if subject.kind == SubjectKind::Unit {
        target.lead_unit = Some(subject.code.clone());
    }
    if subject.kind == SubjectKind::Area {
        target.areas = ancestors(&subject.code, lookup, View::ALL);
    }
    target
}

fn with_ancestors(areas: &[Code], lookup: &dyn Lookup) -> Vec<Code> {
    let mut out: Vec<Code> = Vec::new();
    for area in areas {
        for code in ancestors(area, lookup, View::ALL) {
            if !out.contains(&code) {
                out.push(code);
            }
        }
    }
    out
}
