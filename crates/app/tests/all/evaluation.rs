//! A project by the four questions: its effect on requests as it is worked out by hand, each count as the list that it
//! opens, what is chosen for it, and the same as it was known before.

use app::evaluation::{
    Gain, NO_SECTOR, NoEffect, NoFelt, ProjectEvaluation, RequestEffect, evaluation_csv, said, summary,
};
use app::paper::{Data, Format, Paper};
use app::read::Asked;
use app::report::IssueError;
use app::request::{NewRequest, RequestPaging};
use app::study::StudyReport;
use app::{Actor, AppError, Change};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::evaluation::{EvaluationChoice, Kept, NoWindow};
use domain::item::State;
use domain::milestone::Aspect;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::project::{Membership, ProjectFact};
use domain::report::{FoundCell, FoundEvaluation, Unfit};
use domain::request::query::RequestQuery;
use domain::request::{Channel, RequestCategory};
use domain::source::Source;
use domain::subject::Subject;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use scratch::Scratch;
use words::Lang;

use crate::place::{Place, category, code};

/// Two that the project reaches, four to compare with, and one in which another was built.
const REACHED: [&str; 2] = ["r1", "r2"];
const COMPARED: [&str; 4] = ["c1", "c2", "c3", "c4"];
const OTHER: &str = "c5";

fn milestone(aspect: Aspect, step: &str, on: &str) -> ProjectFact {
    ProjectFact::Milestone {
        aspect,
        part: None,
        step: code(step),
        date: Some(on.parse().unwrap()),
        cause: None,
    }
}

fn project(place: &Place, name: &str, areas: &[&str], dates: &[(&str, &str)]) {
    let step = |name: &str, order| ProjectFact::Step {
        step: code(name),
        order,
        name: Named::new(name, ""),
        gate: None,
    };
    let mut facts = vec![
        ProjectFact::Name(Named::new(format!("{name}项目"), name)),
        ProjectFact::Sector { sector: code("streets") },
        ProjectFact::Membership { state: Membership::Member, revision: None, other: None },
        ProjectFact::Place { areas: areas.iter().map(|area| code(area)).collect(), address: String::new() },
        step("start", 1),
        step("in_use", 2),
    ];
    facts.extend(dates.iter().map(|(step, on)| milestone(Aspect::Actual, step, on)));
    let subject = Subject::project(&code("p"), &code(name));
    put(place, Command::Register { subject, facts: facts.into_iter().map(Into::into).collect() }, "")
        .unwrap();
}

/// Holds from before the year that is reported on.
fn put(place: &Place, command: Command, reason: &str) -> Result<(), AppError> {
    let (effective, source) = (Some(date(2019, 3, 5)), Source::default());
    let change = Change { command, effective, source, reason: reason.into() };
    place.runtime.block_on(place.app.change(&Actor::operator(), change)).map(|_| ())
}

/// Requests of a month in an area, all about lamps.
fn file(place: &Place, month: Date, area: &str, count: u64) {
    let new = |at: u64| NewRequest {
        area: Some(code(area)),
        category: Some(code("lamps")),
        at: Some(month.saturating_add((at as i64 % 27).days()).at(10, 0, 0, 0)),
        ..NewRequest::new(Channel::Hotline, format!("路灯不亮 {area} {month} {at}"))
    };
    let all = (0..count).map(new).collect();
    place.runtime.block_on(place.app.file_requests(&Actor::operator(), &code("p"), all)).unwrap();
}

/// Every month four in each area; since the delivery two where it reaches, five and three in two others.
fn town(scratch: Scratch) -> Place {
    let place = Place::open(scratch);
    place.day(date(2021, 6, 10), 9);
    for area in REACHED.iter().chain(&COMPARED).chain(&[OTHER]) {
        let facts = vec![
            AreaFact::Name(Named::new(format!("{area}社区"), *area)).into(),
            AreaFact::Level { level: AreaLevel::Community }.into(),
            AreaFact::Parent { parent: Some(code("town")) }.into(),
        ];
        put(&place, Command::Register { subject: Subject::area(&code(area)), facts }, "").unwrap();
    }
    let sector =
        PlanFact::Sector { sector: code("streets"), order: 1, name: Named::new("街道", "Streets") };
    let subject = Subject::plan(&code("p"));
    put(&place, Command::Record { subject, facts: vec![sector.into()], expected: None }, "").unwrap();
    project(&place, "lamps", &REACHED, &[("start", "2020-03-05"), ("in_use", "2020-04-20")]);
    project(&place, "other", &[OTHER], &[("in_use", "2020-09-01")]);
    project(&place, "all", &["town"], &[("in_use", "2020-10-01")]);
    project(&place, "later", &["c4"], &[]);
    let first = date(2019, 3, 1);
    for at in 0..26i64 {
        let month = first.saturating_add(at.months());
        let after = month >= date(2020, 5, 1);
        for area in REACHED.iter().chain(&COMPARED).chain(&[OTHER]) {
            let count = match *area {
                area if after && REACHED.contains(&area) => 2,
                "c3" if after => 5,
                "c4" if after => 3,
                _ => 4,
            };
            file(&place, month, area, count);
        }
    }
    place
}

fn look(place: &Place, project: &str, asked: Asked) -> ProjectEvaluation {
    place.runtime.block_on(place.app.project_evaluation(&code("p"), project, asked)).unwrap()
}

fn settle(place: &Place, choice: EvaluationChoice, reason: &str) -> Result<(), AppError> {
    let subject = Subject::project(&code("p"), &code("lamps"));
    let facts = vec![ProjectFact::Evaluation(choice).into()];
    put(place, Command::Record { subject, facts, expected: None }, reason)
}

fn lamps() -> EvaluationChoice {
    EvaluationChoice { categories: vec![code("lamps")], ..EvaluationChoice::default() }
}

fn codes(areas: &[&str]) -> Vec<Code> {
    areas.iter().map(|area| code(area)).collect()
}

fn effect(found: &ProjectEvaluation) -> &RequestEffect {
    found.requests.outcome.as_ref().unwrap()
}

fn an_effect_is_what_it_is_by_hand_and_opens_to_its_requests(scratch: Scratch) {
    let place = town(scratch);
    let first = look(&place, "lamps", Asked::default());
    assert_eq!(first.requests.outcome, Err(NoEffect::NoCategory), "nobody said what it is about");
    assert_eq!((first.kept, &first.gain), (Kept::DoneUnpromised, &Gain::NoResidences));
    assert_eq!(first.felt.unwrap_err(), NoFelt::NoWaveAfter);
    settle(&place, lamps(), "路灯工程").unwrap();
    let found = look(&place, "lamps", Asked::default());
    let (chosen, held) = (&found.requests.chosen, effect(&found));
    assert_eq!((chosen.reached.clone(), chosen.categories.clone()), (codes(&REACHED), codes(&["lamps"])));
    // The estate of the town had no requests; in one community another project was delivered meanwhile.
    assert_eq!(chosen.left_out, [(code(OTHER), code("other"))]);
    assert_eq!(chosen.unclear, [code("all")], "the whole town tells nobody apart");
    assert_eq!(held.too_few, [(code("estate"), 0)]);
    let window = found.requests.window.unwrap();
    assert_eq!((window.works_at(), window.start_at(), window.count()), (12, 14, 26));
    // −50 and −50 against 0, 0, +25, −25: a pooled variance of 1250 / 4.
    assert!((held.found.effect + 50.0).abs() < 1e-9, "{:?}", held.found);
    assert!((held.found.std_error - (312.5_f64 * 0.75).sqrt()).abs() < 1e-9);
    assert_eq!((held.found.treated, held.found.compared, held.found.df), (2, 4, 4.0));
    assert_eq!(held.totals(true), (96, 48));
    // Twenty-six months of four in the community that was left out.
    assert_eq!(held.elsewhere, 104);
    let months: Vec<(u64, u64)> =
        held.months.iter().map(|line| (line.reached.count, line.compared.count)).collect();
    assert_eq!((months[0], months[12], months[25]), ((8, 16), (8, 16), (4, 16)));
    assert!((held.months[25].reached_percent - 50.0).abs() < 1e-9);
    // Each count is the list that it opens.
    for area in &held.areas {
        for ((from, to), count) in
            [(window.days_before(), area.before.count), (window.days_after(), area.after.count)]
        {
            let query = RequestQuery {
                categories: codes(&["lamps"]),
                areas: vec![area.area.clone()],
                received_from: Some(from.at(0, 0, 0, 0)),
                received_to: Some(to.at(23, 59, 59, 0)),
                ..RequestQuery::default()
            };
            let listed = place.runtime.block_on(place.app.requests_found(
                &code("p"),
                &query,
                &RequestPaging::default(),
            ));
            assert_eq!(listed.unwrap().total.number, count, "{area:?}");
        }
    }
    for lang in Lang::ALL {
        for text in said::limits(lang, &found.requests, &held.found, true) {
            assert!(!text.contains("evaluation-") && !text.contains('{'), "{text}");
        }
        assert!(said::verdict(lang, &held.found).contains("50"));
    }
}

fn it_is_the_same_as_it_was_known_then(scratch: Scratch) {
    let place = town(scratch);
    settle(&place, lamps(), "路灯工程").unwrap();
    let before = look(&place, "lamps", Asked::default());
    let then = place.clock_now();
    place.day(date(2021, 6, 11), 9);
    // Found later: requests of a year ago, and another choice.
    file(&place, date(2020, 8, 1), "r1", 9);
    let choice = EvaluationChoice { compared: codes(&["c1", "c2"]), after: Some(6), ..lamps() };
    settle(&place, choice, "只比相邻社区").unwrap();
    let now = look(&place, "lamps", Asked::default());
    assert_eq!((effect(&now).totals(true), now.requests.chosen.compared.len()), ((96, 33), 2));
    assert_eq!(now.requests.window.unwrap().count(), 20);
    let known = look(&place, "lamps", Asked { as_of: Some(date(2021, 6, 10)), known_at: Some(then) });
    assert_eq!(known.requests.outcome, before.requests.outcome);
    assert_eq!(known.requests.chosen.compared, before.requests.chosen.compared);
    // As of a day on which too little had happened, nothing is said.
    let early = look(&place, "lamps", Asked { as_of: Some(date(2020, 5, 20)), known_at: None });
    assert!(matches!(
        early.requests.outcome,
        Err(NoEffect::Window(NoWindow::NothingAfter(_) | NoWindow::NotDelivered))
    ));
}

fn what_cannot_be_measured_says_why(scratch: Scratch) {
    let place = town(scratch);
    let why = |project: &str| look(&place, project, Asked::default()).requests.outcome.unwrap_err();
    assert_eq!(why("later"), NoEffect::Window(NoWindow::NotDelivered));
    assert_eq!(why("all"), NoEffect::NoCategory);
    assert!(settle(&place, lamps(), "").is_err(), "a choice has its reason");
    let nowhere = EvaluationChoice { compared: codes(&["estate", "c1"]), ..lamps() };
    settle(&place, nowhere, "试").unwrap();
    assert_eq!(why("lamps"), NoEffect::NoComparison, "one of the two had too few requests");
    let few = EvaluationChoice { reached: codes(&["estate"]), ..lamps() };
    settle(&place, few, "试").unwrap();
    assert_eq!(why("lamps"), NoEffect::TooFew);
    let unlike = EvaluationChoice { before: Some(2), left_out: Some(0), after: Some(2), ..lamps() };
    settle(&place, unlike, "试").unwrap();
    assert_eq!(why("lamps"), NoEffect::TooFew, "two months hold too little");
    let missing = place.runtime.block_on(place.app.project_evaluation(&code("p"), "none", Asked::default()));
    assert!(matches!(missing, Err(AppError::NotFound)));
}

fn a_plan_adds_up_and_becomes_a_report(scratch: Scratch) {
    let place = town(scratch);
    settle(&place, lamps(), "路灯工程").unwrap();
    let plan = code("p");
    let found = place.runtime.block_on(place.app.plan_evaluation(&plan, None, Asked::default())).unwrap();
    assert_eq!((found.whole.counts.all(), found.sectors.len()), (4, 1));
    assert_eq!(found.sectors[0].counts, found.whole.counts);
    assert_eq!((found.whole.counts.done_unpromised, found.whole.counts.open_unpromised), (3, 1));
    assert_eq!((found.whole.measured, found.whole.fewer, found.whole.more), (1, 1, 0));
    assert_eq!(found.lines[1].project, code("lamps"));
    assert_eq!(found.lines[1].judged, Some(found.lines[1].effect().unwrap().p_value));
    let alone = look(&place, "lamps", Asked::default());
    assert_eq!(found.lines[1].requests, alone.requests, "the same as on its own page");
    let none = place.runtime.block_on(place.app.plan_evaluation(&plan, Some("parks"), Asked::default()));
    assert!(matches!(none, Err(AppError::NotFound)));
    let csv = evaluation_csv(&found, false);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines.len(), lines[0].split(',').count()), (5, 24));
    assert!(lines.iter().all(|line| line.split(',').count() == 24), "{csv}");
    assert!(lines[2].contains("lamps") && lines[2].contains("-50.0000"), "{csv}");

    let named = |sector| place.app.plan_evaluation(&plan, Some(sector), Asked::default());
    let streets = place.runtime.block_on(named("streets")).unwrap();
    assert_eq!((streets.lines.len(), streets.lines[1].judged), (4, found.lines[1].judged));
    assert_eq!(place.runtime.block_on(named(NO_SECTOR)).unwrap().whole.counts.all(), 0);
    // Each year that is offered can be opened; before the plan was on the books there is none.
    let years = place.runtime.block_on(place.app.evaluation_years(&found.portfolio)).unwrap();
    assert_eq!(years, [2021, 2020, 2019]);
    for year in years {
        place.runtime.block_on(place.app.year_evaluation(&plan, year, Asked::default())).unwrap();
    }
    let year = place.runtime.block_on(place.app.year_evaluation(&plan, 2020, Asked::default())).unwrap();
    assert_eq!(year.portfolio.view.as_of, date(2020, 12, 31));
    assert_eq!(year.of_year(2020).count(), 3);
    // Of the year since the delivery, what had passed of it.
    let window = year.lines[1].requests.window.unwrap();
    assert_eq!((year.whole.measured, window.last), (1, date(2020, 12, 1)));
    for lang in Lang::ALL {
        let said = summary(lang, &year, 2020);
        assert!(said.len() == 3 && said.iter().all(|text| !text.contains("evaluation-")), "{said:?}");
        for format in Format::ALL {
            let paper = Paper::Evaluation(2020);
            let data = place.runtime.block_on(place.app.paper(&plan, &paper, format, lang, Asked::default()));
            let data = data.unwrap();
            assert_eq!(matches!(data, Data::Book(_)), format == Format::Xlsx);
            if format != Format::Pdf {
                assert!(data.write(format).unwrap().len() > 2_000);
            }
        }
    }
    let outside = place.runtime.block_on(place.app.year_evaluation(&plan, 2031, Asked::default()));
    assert!(matches!(outside, Err(AppError::NotFound)));
}

/// What a report on the evaluation of a year holds.
fn found(place: &Place, report: &Code) -> (StudyReport, FoundEvaluation) {
    let held = place.runtime.block_on(place.app.study(&code("p"), report)).unwrap();
    let found = held.study.evaluations().next().and_then(|table| table.found.clone()).unwrap();
    (held, found)
}

fn a_year_is_issued_and_stays_as_it_was(scratch: Scratch) {
    let place = town(scratch);
    settle(&place, lamps(), "路灯工程").unwrap();
    let (plan, actor, source) = (code("p"), Actor::operator(), Source::default());
    let draft = |year| place.runtime.block_on(place.app.draft_evaluation(&actor, &plan, year, &source));
    assert!(matches!(draft(2031), Err(AppError::NotFound)));
    let report = draft(2020).unwrap();
    assert_eq!(draft(2020).unwrap(), report, "a draft that is there goes on");
    let (held, first) = found(&place, &report);
    assert_eq!((first.as_of, held.item.state), (date(2020, 12, 31), State::Draft));
    assert_eq!((first.summary.len(), first.tables.len()), (4, 5));
    let words = serde_json::to_string(&first).unwrap();
    assert!(!words.contains("evaluation-") && words.contains("\u{2212}50%"), "{words}");
    let sectors = &first.tables[0];
    assert_eq!((sectors.rows.len(), &sectors.rows[0][1]), (2, &FoundCell::Number(4.into())));
    assert!(first.tables.iter().all(|table| table.rows.iter().all(|row| row.len() == table.columns.len())));

    // Somebody has to say what it means before it goes out.
    let issue =
        |version| place.runtime.block_on(place.app.issue_study(&actor, &plan, &report, version, &source));
    assert!(matches!(issue(held.item.version), Err(IssueError::Unfit(Unfit::Empty))));
    let mut study = held.study;
    study.parts[2].text = Named::new("兑现情况见表。", "See the tables.");
    let kept = place
        .runtime
        .block_on(place.app.redraft_study(&actor, &plan, &report, held.item.version, study, &source))
        .unwrap();
    // Until then it moves with the records.
    file(&place, date(2020, 8, 1), "r1", 40);
    let (_, moved) = found(&place, &report);
    assert_ne!(moved.tables[2], first.tables[2]);
    issue(kept.entries.last().unwrap().seq).unwrap();
    let (issued, frozen) = found(&place, &report);
    let number = issued.item.issued.as_ref().map(|issued| issued.number);
    assert_eq!((frozen.clone(), number, issued.intact), (moved, Some(1), true));
    file(&place, date(2020, 9, 1), "r2", 40);
    project(&place, "found-later", &["c1"], &[("in_use", "2020-11-01")]);
    let (later, same) = found(&place, &report);
    assert_eq!((&same, later.intact), (&frozen, true));
    assert_eq!(later.item.issued, issued.item.issued);
    let listed = place.runtime.block_on(place.app.evaluation_reports(&plan, 2020)).unwrap();
    assert_eq!(listed.iter().map(|item| &item.code).collect::<Vec<_>>(), [&report]);
    assert!(place.runtime.block_on(place.app.evaluation_reports(&plan, 2019)).unwrap().is_empty());
    // A correction is a report of its own.
    let next = draft(2020).unwrap();
    assert_ne!(next, report);
    assert_ne!(found(&place, &next).1, frozen);
    for lang in Lang::ALL {
        for format in Format::ALL {
            let paper = Paper::Report(report.clone());
            let data = place.runtime.block_on(place.app.paper(&plan, &paper, format, lang, Asked::default()));
            let data = data.unwrap();
            assert_eq!(matches!(data, Data::Book(_)), format == Format::Xlsx);
            if format != Format::Pdf {
                assert!(data.write(format).unwrap().len() > 2_000);
            }
        }
    }
}

fn what_is_private_is_in_no_public_sum(scratch: Scratch) {
    let place = town(scratch);
    settle(&place, lamps(), "路灯工程").unwrap();
    let plan = code("p");
    let all = || place.runtime.block_on(place.app.plan_evaluation(&plan, None, Asked::default())).unwrap();
    let open = all();
    assert_eq!((open.whole.measured, open.whole.fewer), (1, 1));
    // What is recorded later is seen, whatever was kept.
    let held = RequestCategory { private: true, ..category("lamps", &["路灯"]) };
    let facts = vec![PlanFact::RequestCategory(held).into()];
    put(&place, Command::Record { subject: Subject::plan(&plan), facts, expected: None }, "").unwrap();
    let closed = all();
    assert!(closed.lines[1].requests.chosen.private && closed.lines[1].effect().is_some());
    assert_eq!((closed.whole.measured, closed.whole.fewer, closed.sectors[0].measured), (0, 0, 0));
    assert!(!evaluation_csv(&closed, false).contains("-50.0000"));
    assert!(evaluation_csv(&closed, true).contains("-50.0000"));
}

fn what_holds_a_reached_area_is_not_compared_with_it(scratch: Scratch) {
    let place = town(scratch);
    settle(&place, lamps(), "路灯工程").unwrap();
    let before = look(&place, "lamps", Asked::default());
    let facts = vec![
        AreaFact::Name(Named::new("片区", "")).into(),
        AreaFact::Level { level: AreaLevel::Community }.into(),
        AreaFact::Parent { parent: Some(code("town")) }.into(),
    ];
    put(&place, Command::Register { subject: Subject::area(&code("over")), facts }, "").unwrap();
    for area in ["r1", "c1"] {
        let facts = vec![AreaFact::Parent { parent: Some(code("over")) }.into()];
        let subject = Subject::area(&code(area));
        put(&place, Command::Record { subject, facts, expected: None }, "").unwrap();
    }
    let after = look(&place, "lamps", Asked::default());
    assert_eq!(after.requests.chosen.compared, before.requests.chosen.compared);
    assert_eq!(after.requests.outcome, before.requests.outcome);
}

fn small_counts_are_for_staff(_: Scratch) {
    let told = |count| (said::is_told(count, false), said::is_told(count, true));
    assert_eq!([0, 1, 4, 5].map(told), [(true, true), (false, true), (false, true), (true, true)]);
}

on_both!(
    what_is_private_is_in_no_public_sum,
    what_holds_a_reached_area_is_not_compared_with_it,
    small_counts_are_for_staff,
    an_effect_is_what_it_is_by_hand_and_opens_to_its_requests,
    it_is_the_same_as_it_was_known_then,
    what_cannot_be_measured_says_why,
    a_plan_adds_up_and_becomes_a_report,
    a_year_is_issued_and_stays_as_it_was
);
