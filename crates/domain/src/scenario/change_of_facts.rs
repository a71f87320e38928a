//! A portfolio as facts about durations, links, calendars and limits would make it, before they are recorded.

use crate::fact::Fact;
use crate::plan::PlanFact;
use crate::portfolio::Portfolio;
use crate::project::ProjectFact;
use crate::subject::Subject;

/// The portfolio with the facts in force. Those that no timetable depends on change nothing.
pub fn with_facts(base: &Portfolio, subject: &Subject, facts: &[Fact]) -> Portfolio {
    let mut out = base.clone();
    for fact in facts {
        match fact {
            Fact::Plan(fact) => of_plan(&mut out, fact),
            Fact::Project(fact) => of_project(&mut out, subject, fact),
            _ => {}
        }
    }
    out
}

fn of_plan(out: &mut Portfolio, fact: &PlanFact) {
    let plan = &mut out.plan;
    match fact {
        PlanFact::UsualWork { template, step, work } => {
            let place = (template.clone(), step.clone());
            match work {
                Some(work) => plan.usual_work.insert(place, work.clone()),
                None => plan.usual_work.remove(&place),
            };
        }
        PlanFact::WorkCalendar(calendar) => {
            plan.calendars.retain(|held| held.calendar != calendar.calendar);
            plan.calendars.push(calendar.clone());
        }
        PlanFact::Holidays { year, published, paper } => {
            let place = (*published, *year);
            match paper {
                Some(paper) => plan.holidays.insert(place, paper.clone()),
                None => plan.holidays.remove(&place),
            };
        }
        PlanFact::WorkLimit { limit, held } => {
            plan.work_limits.retain(|other| other.limit != *limit);
            plan.work_limits.extend(held.clone());
        }
        _ => {}
    }
}

fn of_project(out: &mut Portfolio, subject: &Subject, fact: &ProjectFact) {
    let Some(project) = out.projects.iter_mut().find(|project| project.code == subject.code) else { return };
    match fact {
        ProjectFact::StepWork { step, work } => {
            match work {
                Some(work) => project.work.insert(step.clone(), work.clone()),
                None => project.work.remove(step),
            };
        }
        ProjectFact::StepLink { link, held } => {
            project.links.retain(|other| !other.is_between(link));
            if *held {
                project.links.push(link.clone());
            }
        }
        _ => {}
    }
}
