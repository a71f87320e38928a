//! What a command needs to be allowed, and whether it is.

use std::collections::BTreeSet;

use crate::area::{ancestors, around};
use crate::code::Code;
use crate::command::Command;
use crate::facility::{Facility, FacilityFact};
use crate::fact::{Fact, OfKind};
use crate::history::{Lookup, RecordedFact, SubjectHistory, View};
use crate::indicator::IndicatorFact;
use crate::item::{Item, ItemFact, ItemKind, workflow};
use crate::milestone::Aspect;
use crate::plan::PlanFact;
use crate::policy::{Action, Grant, Target, allows};
use crate::project::{Project, ProjectFact};
use crate::refusal::{Problem, Refusal};
use crate::request::{PhotoShows, Point, Request, RequestFact, workflow as requests};
use crate::scenario::Standing;
use crate::subject::{Subject, SubjectKind};
use crate::survey::is_survey;

/// Refuses a command that its author may not give.
pub fn authorize(grants: &[Grant], command: &Command, lookup: &dyn Lookup) -> Result<(), Refusal> {
    let held = lookup.subject(command.subject());
    if command.subject().kind == SubjectKind::Request {
        return authorize_request(grants, command, held.as_deref(), lookup);
    }
    let mut target = target_of(command.subject(), lookup);
    if command.subject().kind == SubjectKind::Item && held.is_none() {
        // It is not there yet: what it will be says whom it concerns.
        target = item_target(command, lookup, target);
    }
    if command.subject().kind == SubjectKind::Facility && held.is_none() {
        target = facility_target(command, lookup, target);
    }
    for (action, unit) in required(command, held.as_deref()) {
        // One unit's word is given by its own people, or by those who answer for the whole plan or area.
        let narrowed =
            unit.map(|unit| Target { lead_unit: Some(unit), supporting_units: Vec::new(), ..target.clone() });
        if !allows(grants, action, narrowed.as_ref().unwrap_or(&target)) {
            return Err(Refusal::whole(Problem::NotAllowed(action)));
        }
    }
    Ok(())
}

/// Every action that the command amounts to.
fn required(command: &Command, held: Option<&SubjectHistory>) -> BTreeSet<(Action, Option<Code>)> {
    let on_books = held.is_some_and(|history| history.exists(View::ALL));
    let item = held.and_then(|history| Item::at(history, View::ALL));
    let kind = item.as_ref().map(|item| item.kind).or_else(|| command.facts().iter().find_map(kind_of));
    let recording = |fact: &Fact| match fact {
        Fact::Item(fact) => item_recording(fact, kind, item.as_ref()),
        // An opinion is its department's own word.
        Fact::Project(ProjectFact::Review { fact, .. }) if fact.word_of().is_some() => {
            (Action::HandleItem, fact.word_of().cloned())
        }
        fact => (recording(fact), None),
    };
    let registering = || match (command.subject().kind, kind) {
        (SubjectKind::Item, Some(kind)) => (item_registering(kind), None),
        (kind, _) => (registering(kind), None),
    };
    let mut out: BTreeSet<_> = if command.subject().kind == SubjectKind::Item && command.registers(on_books) {
        // Whoever may put it on the books says what it is.
        BTreeSet::new()
    } else {
        command.facts().iter().map(recording).collect()
    };
    if command.registers(on_books) {
        out.insert(registering());
    }
    if let Command::Correct { entry, .. } = command {
        out.insert((Action::CorrectEntry, None));
        // Withdrawing what an entry said takes the same right as saying it.
        let withdrawn = held.map_or(&[][..], SubjectHistory::facts).iter().filter(|fact| fact.seq == *entry);
        out.extend(withdrawn.map(|fact| recording(&fact.fact)));
        if held.is_some_and(|history| history.registered == *entry) {
            out.insert(registering());
        }
    }
    out
}

fn kind_of(fact: &Fact) -> Option<ItemKind> {
    match fact {
        Fact::Item(ItemFact::Kind { kind }) => Some(*kind),
        _ => None,
    }
}

/// Putting an item of the kind on the books.
pub fn item_registering(kind: ItemKind) -> Action {
    match kind {
        ItemKind::Directive => Action::Instruct,
        ItemKind::TrackedTask
        | ItemKind::Inspection
        | ItemKind::Finding
        | ItemKind::Decision
        | ItemKind::Visit
        | ItemKind::Meeting
        | ItemKind::Dispatch
        | ItemKind::Return
        | ItemKind::Slip => Action::SuperviseItem,
        ItemKind::Whistle => Action::CallUnits,
        ItemKind::ReportIn | ItemKind::GoodDeed | ItemKind::Need | ItemKind::Resource => Action::HandleItem,
        ItemKind::Report => Action::IssueReport,
    }
}

/// Saying something of an item; with the unit whose own word it is.
fn item_recording(fact: &ItemFact, kind: Option<ItemKind>, item: Option<&Item>) -> (Action, Option<Code>) {
    let describing = match kind {
        Some(ItemKind::Directive) | None => Action::SuperviseItem,
        Some(kind) => item_registering(kind),
    };
    let action = match fact {
        ItemFact::Move { step, .. } => item
            .and_then(|item| {
                let next = workflow::find(item.kind, item.state, *step);
                next.or_else(|| workflow::made(item.kind, *step, item.state))
            })
            .map_or(describing, |allowed| allowed.needs),
        ItemFact::Progress { .. }
        | ItemFact::Forecast { .. }
        | ItemFact::Objection { .. }
        | ItemFact::ExtensionAsked { .. }
        | ItemFact::Evidence { .. }
        | ItemFact::Acknowledged { .. }
        | ItemFact::Answer { .. }
        | ItemFact::Arrival { .. }
        | ItemFact::AgendaAsked { .. }
        | ItemFact::Explanation { .. }
        | ItemFact::Person { .. } => Action::HandleItem,
        ItemFact::Content { .. } | ItemFact::Quantity { .. } if kind == Some(ItemKind::Return) => {
            Action::HandleItem
        }
        _ => describing,
    };
    (action, fact.word_of().cloned())
}

fn registering(kind: SubjectKind) -> Action {
    match kind {
        // Which one goes by the item's kind: see [`item_registering`].
        SubjectKind::Item => Action::SuperviseItem,
        SubjectKind::Request => Action::TakeRequest,
        SubjectKind::Plan => Action::ManagePlan,
        SubjectKind::Project => Action::ManageProjects,
        SubjectKind::Indicator | SubjectKind::Index => Action::ManageIndicators,
        SubjectKind::Facility => Action::ManageFacilities,
        SubjectKind::Area | SubjectKind::Unit => Action::ManageDirectory,
        SubjectKind::Person => Action::ManagePeople,
    }
}

fn recording(fact: &Fact) -> Action {
    match fact {
        // What is adopted becomes the plan.
        Fact::Plan(PlanFact::Scenario(scenario)) if !matches!(scenario.standing, Standing::Adopted(_)) => {
            Action::TryScenario
        }
        fact if is_survey(fact) => Action::ManageSurveys,
        Fact::Plan(_) => Action::ManagePlan,
        Fact::Project(fact) => match fact {
            ProjectFact::Membership { .. } | ProjectFact::LeadUnit { .. } => Action::ManageProjects,
            ProjectFact::Sector { .. } | ProjectFact::Campaign { .. } => Action::ManageProjects,
            // Whoever built it does not settle by what it is judged.
            ProjectFact::Evaluation(_) => Action::ManageProjects,
            ProjectFact::Milestone { aspect: Aspect::Promised, .. } => Action::MovePromise,
            ProjectFact::Milestone { .. }
            | ProjectFact::GatePapers { .. }
            | ProjectFact::StepWork { .. }
            | ProjectFact::StepLink { .. }
            | ProjectFact::Review { .. }
            | ProjectFact::Progress { .. }
            | ProjectFact::Output { .. }
            | ProjectFact::Suspended { .. }
            | ProjectFact::Document { .. }
            | ProjectFact::Remark { .. } => Action::ReportProgress,
            _ => Action::DescribeProject,
        },
        Fact::Indicator(fact) => match fact {
            IndicatorFact::Observation { .. } | IndicatorFact::Measured(_) => Action::RecordObservation,
            IndicatorFact::Accepted { .. } => Action::AcceptObservation,
            _ => Action::ManageIndicators,
        },
        Fact::Index(_) => Action::ManageIndicators,
        Fact::Item(_) => Action::SuperviseItem,
        Fact::Facility(_) => Action::ManageFacilities,
        Fact::Request(_) => Action::TakeRequest,
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
    let item = (subject.kind == SubjectKind::Item)
        .then(|| lookup.subject(subject))
        .flatten()
        .and_then(|history| Item::at(&history, View::ALL));
    if let Some(item) = item {
        target.areas = with_ancestors(&item.areas, lookup);
        target.lead_unit = item.lead_unit;
        target.supporting_units = item.supporting_units.into_iter().map(|(unit, _)| unit).collect();
        target.caller = item.caller;
    }
    let request = (subject.kind == SubjectKind::Request)
        .then(|| lookup.subject(subject))
        .flatten()
        .and_then(|history| Request::at(&history, View::ALL));
    if let Some(request) = request {
        target = request_target(&request, target, lookup);
    }
    let facility = (subject.kind == SubjectKind::Facility)
        .then(|| lookup.subject(subject))
        .flatten()
        .and_then(|history| Facility::at(&history, View::ALL));
    if let Some(facility) = facility {
        let site = facility.site.map(|site| site.at);
        target = lies_and_is_led((facility.area.as_ref(), site), facility.project.as_ref(), lookup, target);
    }
    if subject.kind == SubjectKind::Unit {
        target.lead_unit = Some(subject.code.clone());
    }
    if subject.kind == SubjectKind::Area {
        target.areas = ancestors(&subject.code, lookup, View::ALL);
    }
    target
}

/// What a change to a request of a plan touches, as it stands.
pub fn target_of_request(plan: &Code, request: &Request, lookup: &dyn Lookup) -> Target {
    request_target(request, Target { plan: Some(plan.clone()), ..Target::default() }, lookup)
}

fn request_target(request: &Request, mut target: Target, lookup: &dyn Lookup) -> Target {
    target.areas = with_ancestors(&request.areas, lookup);
    target.lead_unit.clone_from(&request.lead_unit);
    target.supporting_units.clone_from(&request.supporting_units);
    target
}

/// Refuses what somebody may not do with a request. A move needs one of those who may make it; whoever takes
/// requests in says where a new one lies.
fn authorize_request(
    grants: &[Grant],
    command: &Command,
    held: Option<&SubjectHistory>,
    lookup: &dyn Lookup,
) -> Result<(), Refusal> {
    let subject = command.subject();
    let request = held.and_then(|history| Request::at(history, View::ALL));
    let mut target = Target { plan: Some(subject.scope.clone()), ..Target::default() };
    match &request {
        Some(request) => target = request_target(request, target, lookup),
        None => {
            for fact in command.facts().iter().filter_map(RequestFact::of) {
                if let RequestFact::Place(place) = fact {
                    target.areas = with_ancestors(&place.areas, lookup);
                }
            }
        }
    }
    let refused = |action| Err(Refusal::whole(Problem::NotAllowed(action)));
    let Some(request) = request else {
        let taken = allows(grants, Action::TakeRequest, &target);
        return if taken { Ok(()) } else { refused(Action::TakeRequest) };
    };
    if let Command::Correct { entry, .. } = command {
        // What was asked for and decided of its rates is put right by those who decide it.
        let claims = |held: &RecordedFact| {
            held.seq == *entry
                && matches!(
                    &held.fact,
                    Fact::Request(
                        RequestFact::ExclusionAsked { .. }
                            | RequestFact::ExclusionDecided { .. }
                            | RequestFact::ExclusionWithdrawn { .. }
                    )
                )
        };
        let also = held.is_some_and(|history| history.facts().iter().any(claims));
        let all = [Action::CorrectEntry, Action::TakeRequest].into_iter();
        for action in all.chain(also.then_some(Action::SuperviseItem)) {
            if !allows(grants, action, &target) {
                return refused(action);
            }
        }
    }
    let mut state = request.state;
    for fact in command.facts().iter().filter_map(RequestFact::of) {
        let any: Vec<Action> = match fact {
            RequestFact::Move { step, state: to, .. } => {
                let found = requests::find(state, *step);
                state = *to;
                found.map_or_else(
                    || vec![Action::TakeRequest],
                    |found| found.who.iter().filter_map(|who| who.needs()).collect(),
                )
            }
            fact => request_recording(fact).to_vec(),
        };
        // The unit that a request counts against need not have it any more.
        let mut target = target.clone();
        match fact {
            RequestFact::ExclusionAsked { unit, .. } => {
                target.lead_unit = Some(unit.clone());
                // Whoever only helps does not speak for it.
                target.supporting_units.clear();
            }
            // One unit leads: whoever helps it speaks, notes and shows, and does not take, hand back or answer for it.
            RequestFact::Move { .. }
            | RequestFact::Answer { .. }
            | RequestFact::ExtensionAsked { .. }
            | RequestFact::BooksAsked { .. } => target.supporting_units.clear(),
            RequestFact::ExclusionWithdrawn { .. } => {
                target.lead_unit = request.open_claim().map(|claim| claim.unit.clone());
                target.supporting_units.clear();
            }
            _ => {}
        }
        if !any.iter().any(|action| allows(grants, *action, &target)) {
            return refused(any.first().copied().unwrap_or(Action::TakeRequest));
        }
    }
    Ok(())
}

/// Who may say something of a request: any of these.
fn request_recording(fact: &RequestFact) -> &'static [Action] {
    match fact {
        RequestFact::Move { .. } => &[Action::TakeRequest],
        RequestFact::Contact { .. } | RequestFact::Note { .. } | RequestFact::Answer { .. } => {
            &[Action::HandleRequest, Action::TakeRequest, Action::SuperviseItem]
        }
        // Evidence is given by whoever works on it; what a caller sent is put down by the desk.
        RequestFact::Photo { shows: PhotoShows::Before | PhotoShows::After, .. } => {
            &[Action::HandleRequest, Action::TakeRequest, Action::SuperviseItem]
        }
        RequestFact::Link { .. } | RequestFact::Clock(_) | RequestFact::SupportingUnit { .. } => {
            &[Action::TakeRequest, Action::HandleRequest, Action::SuperviseItem]
        }
        RequestFact::ExtensionAsked { .. }
        | RequestFact::BooksAsked { .. }
        | RequestFact::ExclusionAsked { .. }
        | RequestFact::ExclusionWithdrawn { .. } => &[Action::HandleRequest],
        RequestFact::ExtensionDecided { .. }
        | RequestFact::BooksDecided { .. }
        | RequestFact::ExclusionDecided { .. } => &[Action::SuperviseItem],
        _ => &[Action::TakeRequest],
    }
}

/// Whom an item that is being put on the books will concern. A unit puts on the books what it leads itself,
/// not what it would have others lead.
fn item_target(command: &Command, lookup: &dyn Lookup, mut target: Target) -> Target {
    for fact in command.facts().iter().filter_map(ItemFact::of) {
        match fact {
            ItemFact::LeadUnit { unit } => target.lead_unit = Some(unit.clone()),
            ItemFact::Issuer { unit, .. } => target.caller = unit.clone(),
            ItemFact::Place { areas, .. } => target.areas = with_ancestors(areas, lookup),
            _ => {}
        }
    }
    target
}

/// Whom a facility that is being put on the books will concern.
fn facility_target(command: &Command, lookup: &dyn Lookup, target: Target) -> Target {
    let (mut area, mut site, mut project) = (None, None, None);
    for fact in command.facts().iter().filter_map(FacilityFact::of) {
        match fact {
            FacilityFact::Site(stated) => site = Some(stated.at),
            FacilityFact::Area { area: stated } => area = stated.as_ref(),
            FacilityFact::Project { project: stated } => project = stated.as_ref(),
            _ => {}
        }
    }
    lies_and_is_led((area, site), project, lookup, target)
}

/// A facility is its area's business, and that of whoever leads the project that builds it.
fn lies_and_is_led(
    (area, site): (Option<&Code>, Option<Point>),
    project: Option<&Code>,
    lookup: &dyn Lookup,
    mut target: Target,
) -> Target {
    target.areas = area.map_or_else(Vec::new, |area| ancestors(area, lookup, View::ALL));
    let project = project.zip(target.plan.as_ref()).and_then(|(project, plan)| {
        let history = lookup.subject(&Subject::project(plan, project))?;
        Project::at(&history, View::ALL)
    });
    if let Some(project) = project {
        // Without a word of its own it lies where its project does.
        if area.is_none() {
            target.areas = with_ancestors(&project.areas, lookup);
        }
        target.lead_unit = project.lead_unit;
        target.supporting_units = project.supporting_units.into_iter().map(|(unit, _)| unit).collect();
    }
    if target.areas.is_empty()
        && let Some(area) = site.and_then(|at| around(at, lookup))
    {
        target.areas = ancestors(&area, lookup, View::ALL);
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
