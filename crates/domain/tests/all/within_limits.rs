//! What a timetable is about, and where its rows lie when limits of capacity are kept.

use crate::commands::{How, Journal, Wish, code, plan};
use domain::fact::Fact;
use domain::history::View;
use domain::milestone::{Aspect, Gate, StepTemplate};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::project::{Membership, ProjectFact};
use domain::scenario::{Change, Side, Why, apply, moves};
use domain::source::Grade;
use domain::subject::Subject;
use domain::timetabling::{Estimate, LimitedBy, Timetable, Work, WorkLimit};
use domain::workday;
use jiff::civil::date;

fn give(journal: &mut Journal, subject: Subject, facts: Vec<Fact>) {
    let wish = Wish {
        subject,
        facts,
        how: How::Put,
        effective: date(2020, 1, 2),
        reason: "because".to_owned(),
        grade: Grade::Reported,
    };
    journal.give(&wish).unwrap();
}

/// Three projects with steps of their kind's own, of which the authority decides one at a time.
fn held() -> Portfolio {
    held_with(Vec::new())
}

/// The same where more is said of the first project.
fn held_with(more: Vec<Fact>) -> Portfolio {
    let mut journal = Journal::begun();
    let steps = ["survey", "consent", "handing_over"];
    let gate = Gate { authority: Named::new("发改", ""), document: Named::new("批复", ""), limit: None };
    let template = PlanFact::Template {
        template: code("land"),
        name: Named::new("土地", ""),
        steps: steps
            .map(|step| StepTemplate {
                step: code(step),
                name: Named::new(step, ""),
                gate: (step == "consent").then(|| gate.clone()),
            })
            .into(),
    };
    let mut facts: Vec<Fact> = vec![template.into()];
    facts.extend(steps.map(|step| -> Fact {
        let days = Estimate { low: 20, likely: 20, high: 20 };
        let work = Some(Work { days, calendar: None, after: None, not_before: None });
        PlanFact::UsualWork { template: code("land"), step: code(step), work }.into()
    }));
    let by = LimitedBy::Authority("发改".into());
    let limit = WorkLimit { limit: code("one"), name: Named::new("一次一件", ""), by, capacity: 1 };
    facts.push(PlanFact::WorkLimit { limit: code("one"), held: Some(limit) }.into());
    give(&mut journal, Subject::plan(&plan()), facts);
    for n in 1..=3 {
        let subject = Subject::project(&plan(), &code(&format!("L-{n}")));
        let mut facts: Vec<Fact> = vec![
            ProjectFact::Name(Named::new(format!("地块{n}"), "")).into(),
            ProjectFact::Sector { sector: code("education") }.into(),
            ProjectFact::Kind { kind: code("land") }.into(),
            ProjectFact::LeadUnit { unit: code("bureau") }.into(),
            ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
        ];
        give(&mut journal, subject.clone(), facts);
        facts = vec![
            ProjectFact::Milestone {
                aspect: Aspect::Promised,
                part: None,
                step: code("handing_over"),
                date: Some("2020-05-15".parse().unwrap()),
                cause: None,
            }
            .into(),
        ];
        give(&mut journal, subject, facts);
    }
    if !more.is_empty() {
        give(&mut journal, Subject::project(&plan(), &code("L-1")), more);
    }
    Portfolio::at(&journal.history, &plan(), View::as_of(date(2020, 2, 3))).unwrap()
}

#[test]
fn a_kind_without_the_usual_steps_is_for_what_it_promised() {
    let held = held();
    let rows = Timetable::of(&held).unwrap().rows(&held);
    assert_eq!(rows.len(), 3);
    for row in &rows {
        let headline = row.headline().unwrap();
        assert_eq!((headline.step.as_str(), headline.promised), ("handing_over", Some(date(2020, 5, 15))));
    }
}

#[test]
fn limits_put_rows_off_and_eat_up_their_float() {
    let held = held();
    let timetable = Timetable::of(&held).unwrap();
    let free = timetable.rows(&held);
    let limited = timetable.limited(&held).unwrap();
    let rows = limited.rows(&free);
    let mut late = 0;
    for (free, row) in free.iter().zip(&rows) {
        for (free, step) in free.steps.iter().zip(&row.steps) {
            assert_eq!(
                Some((step.start, step.finish)),
                limited.start(step.task).zip(limited.finish(step.task))
            );
            let waited = i64::from(workday::between(free.finish, step.finish));
            assert_eq!(step.float, free.float.map(|float| float - waited), "{step:?}");
            assert_eq!(step.float.unwrap() < 0, step.finish > step.late_finish.unwrap(), "{step:?}");
        }
        late += usize::from(row.headline().unwrap().float.unwrap() < 0);
    }
    // Without the limit all three are in time; one after another the last two are not.
    assert!(free.iter().all(|row| row.headline().unwrap().float.unwrap() >= 0));
    assert_eq!(late, 2);

    // As many at once as there are: all is as it was without the limit, and the limit is the ground.
    let more = Change::Capacity { limit: code("one"), capacity: 3 };
    let after = apply(&held, &[more]).portfolio;
    let wider = Timetable::of(&after).unwrap();
    let wide = wider.limited(&after).unwrap().rows(&wider.rows(&after));
    let moved = moves(
        &Side { portfolio: &held, timetable: &timetable, rows: &rows },
        &Side { portfolio: &after, timetable: &wider, rows: &wide },
    );
    assert_eq!(moved.iter().filter(|it| it.saves()).count(), 2, "{moved:?}");
    let ground = Why::Capacity { limit: code("one"), before: 1, after: 3 };
    assert!(moved.iter().all(|it| it.why == [ground.clone()]), "{moved:?}");
    assert!(wide.iter().zip(&free).all(|(wide, free)| wide.headline() == free.headline()));
}

#[test]
fn a_part_with_an_application_of_its_own_waits_its_turn() {
    let promised = |step: &str, day: &str| -> Fact {
        let (aspect, part) = (Aspect::Promised, Some(code("north")));
        let date = Some(day.parse().unwrap());
        ProjectFact::Milestone { aspect, part, step: code(step), date, cause: None }.into()
    };
    let held = held_with(vec![
        ProjectFact::Part { part: code("north"), name: Named::new("北区", "") }.into(),
        promised("consent", "2020-04-01"),
        promised("handing_over", "2020-06-01"),
    ]);
    let timetable = Timetable::of(&held).unwrap();
    let part = timetable.parts().remove(0);
    let limited = timetable.limited(&held).unwrap();
    let bound = &limited.bounds[0];
    assert_eq!((bound.steps, bound.waits.len()), (4, 3), "{bound:?}");
    let consent = part.steps.iter().find(|step| step.step.as_str() == "consent").unwrap();
    assert_eq!(timetable.place_in_part(consent.task), Some((0, &code("north"), &code("consent"))));
    // One after another, each in twenty days, in whatever order.
    let rows = timetable.rows(&held);
    let mut ends: Vec<_> = rows.iter().filter_map(|row| limited.finish(row.steps[1].task)).collect();
    ends.extend(limited.finish(consent.task));
    ends.sort();
    for pair in ends.windows(2) {
        assert!(workday::between(pair[0], pair[1]) >= 20, "{ends:?}");
    }
}
