//! Requests that go with another one: one handling, and every promise kept to each who asked.

use app::read::Asked;
use app::request::{NewRequest, RequestAct};
use domain::code::Code;
use domain::item::Target;
use domain::policy::{Role, Scope};
use domain::request::rate::RateRow;
use domain::request::{
    CallWay, ClockKind, RefusalGround, Request, RequestState, RequestStep, Satisfaction, Solved,
};
use jiff::civil::date;
use scratch::Scratch;

use crate::place::*;

fn one(place: &Place, of: &Code) -> Request {
    place.runtime.block_on(place.app.request(&code("p"), of, Asked::default())).unwrap().0
}

/// Whether whoever asked may say now how it went.
fn may_judge(place: &Place, of: &Code) -> bool {
    one(place, of).may_be_judged(rules().call_back_days, place.app.clock().today())
}

fn merge(place: &Place, one: &Code, into: &Code) -> Result<RequestState, app::AppError> {
    place.act("desk", one, RequestAct::Merge { master: into.clone() })
}

fn give(unit: &str) -> RequestAct {
    RequestAct::Give { step: RequestStep::Redispatch, unit: code(unit), reason: "归口".into() }
}

fn contact() -> RequestAct {
    RequestAct::Contact { way: CallWay::Phone, text: "约好上门".into() }
}

fn answer(text: &str) -> RequestAct {
    RequestAct::Answer { text: text.into() }
}

/// One that nobody has taken up yet: its place is not known.
fn waiting(text: &str, secret: &str) -> NewRequest {
    NewRequest { category: None, ..new(text, secret) }
}

fn every_step_reaches_those_who_asked_the_same(scratch: Scratch) {
    let place = Place::open(scratch);
    let master = place.file(new("东门的路灯不亮", "m"));
    let same = place.file(waiting("东门那边晚上黑", "s"));
    merge(&place, &same, &master).unwrap();
    let merged = one(&place, &same);
    assert_eq!(merged.lead_unit, Some(code("town-office")), "with whoever has the matter");
    // Its limits are its own, from its receipt.
    assert_eq!(merged.clocks[&ClockKind::Response].from, merged.received);
    assert!(place.by_link("s", judged(Solved::No, Satisfaction::Dissatisfied, "不亮")).is_err(), "no answer");

    place.act("town", &master, step(RequestStep::Accept)).unwrap();
    place.act("town", &master, RequestAct::AskResident { question: "哪一盏灯？".into() }).unwrap();
    let merged = one(&place, &same);
    let told = merged.goes_on_as().unwrap();
    assert_eq!((told.state, told.reason.as_str()), (RequestState::WaitingForResident, "哪一盏灯？"));
    // Anybody of them may answer; those who handle it are told where they work.
    place.by_link("s", RequestAct::Word { text: "最东边的".into() }).unwrap();
    let held = one(&place, &master);
    assert_eq!(held.state, RequestState::Accepted);
    assert!(held.notes.iter().any(|(_, text)| text.contains(same.as_str())));
    let said = place.runtime.block_on(place.app.said_since(&code("p"), vec![same.clone()]));
    let said = said.unwrap().remove(&same).unwrap();
    assert_eq!(said.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["最东边的"]);
    assert!(held.words.is_empty(), "and whoever asked first does not");

    place.act("town", &master, step(RequestStep::Start)).unwrap();
    let booked = RequestAct::PutOnBooks {
        link: Target::Project(code("road")),
        until: date(2019, 6, 1),
        reason: "列入计划".into(),
    };
    let road = domain::subject::Subject::project(&code("p"), &code("road"));
    place.change(domain::command::Command::Record {
        subject: domain::subject::Subject::plan(&code("p")),
        facts: vec![
            domain::plan::PlanFact::Sector {
                sector: code("roads"),
                order: 1,
                name: domain::named::Named::new("道路", ""),
            }
            .into(),
        ],
        expected: None,
    });
    place.register(
        road,
        vec![
            domain::project::ProjectFact::Name(domain::named::Named::new("道路", "Road")).into(),
            domain::project::ProjectFact::Sector { sector: code("roads") }.into(),
        ],
    );
    place.act("office", &master, booked).unwrap();
    let told = one(&place, &same).goes_on_as().unwrap().clone();
    assert_eq!((told.state, told.until), (RequestState::OnTheBooks, Some(date(2019, 6, 1))));
    place.act("town", &master, answer("已修好")).unwrap();
    place.day(FIRST, 15);
    place.act("desk", &master, called(Solved::Yes)).unwrap();
    assert_eq!(one(&place, &same).goes_on_as().unwrap().state, RequestState::Closed);
    assert_eq!(one(&place, &same).state, RequestState::Merged, "its own call-back is still theirs");

    // A refusal reaches them, and nothing can be merged into what was refused.
    let wrong = place.file(waiting("小区外的事", "w"));
    let too = place.file(waiting("也是小区外的事", "t"));
    merge(&place, &too, &wrong).unwrap();
    let refuse = RequestAct::Refuse { ground: RefusalGround::OutsideArea, reason: "请找邻区".into() };
    place.act("desk", &wrong, refuse).unwrap();
    let told = one(&place, &too).goes_on_as().unwrap().clone();
    assert_eq!((told.ground, told.reason.as_str()), (Some(RefusalGround::OutsideArea), "请找邻区"));
    let later = place.file(waiting("还是小区外的事", "l"));
    assert!(merge(&place, &later, &wrong).is_err());
}

fn a_refusal_is_reviewed_by_the_word_of_any_who_asked(scratch: Scratch) {
    let place = Place::open(scratch);
    let master = place.file(waiting("小区外的事", "m"));
    let same = place.file(waiting("也是小区外的事", "s"));
    let other = place.file(waiting("还是小区外的事", "o"));
    for of in [&same, &other] {
        merge(&place, of, &master).unwrap();
    }
    let review = |secret: &str, reason: &str| {
        place.by_link(secret, RequestAct::Step { step: RequestStep::AskReopen, reason: reason.into() })
    };
    assert!(review("s", "就在小区里").is_err(), "nothing was refused yet");
    let refuse = RequestAct::Refuse { ground: RefusalGround::OutsideArea, reason: "请找邻区".into() };
    place.act("desk", &master, refuse).unwrap();
    assert!(one(&place, &same).was_refused());
    assert!(review("s", " ").is_err(), "not without a reason");
    assert_eq!(review("s", "就在小区里").unwrap(), RequestState::Merged);
    let held = one(&place, &master);
    let asked = held.moves.last().unwrap();
    assert_eq!((held.state, asked.reason.contains(same.as_str())), (RequestState::ReopenAsked, true));
    assert!(!asked.reason.contains("小区里") && held.words.is_empty(), "their words stand in their own");
    assert_eq!(one(&place, &same).words.last().unwrap().1, "就在小区里");
    assert!(!one(&place, &other).was_refused(), "it is under review for all of them");

    // Whoever refused does not decide the review.
    match place.act("desk", &master, step(RequestStep::RejectReopen)) {
        Err(app::AppError::Refused(refusals)) => {
            assert_eq!(refusals[0].problem, domain::refusal::Problem::OwnDecision);
        }
        other => panic!("{other:?}"),
    }
    place.person("second", Role::RequestDesk, Scope::Everything);
    place.act("second", &master, RequestAct::Reopen { reason: "应当受理".into() }).unwrap();
    assert_eq!(one(&place, &same).goes_on_as().unwrap().state, RequestState::Reopened);

    // Too late, it is refused and said so.
    let late = place.file(waiting("老小区外的事", "l"));
    let last = place.file(waiting("老小区那边的事", "t"));
    merge(&place, &last, &late).unwrap();
    let refuse = RequestAct::Refuse { ground: RefusalGround::OutsideArea, reason: "请找邻区".into() };
    place.act("desk", &late, refuse).unwrap();
    place.day(date(2019, 6, 3), 9);
    assert!(review("t", "就在小区里").is_err());
}

fn not_solved_by_anybody_takes_it_up_again_once_for_an_answer(scratch: Scratch) {
    let place = Place::open(scratch);
    let master = place.file(new("东门的路灯不亮", "m"));
    let others: Vec<(Code, String)> = (0..3)
        .map(|at| {
            let secret = format!("s{at}");
            let filed = place.file(new(&format!("东门路灯第{at}次不亮"), &secret));
            merge(&place, &filed, &master).unwrap();
            (filed, secret)
        })
        .collect();
    let no = || judged(Solved::No, Satisfaction::Dissatisfied, "还是不亮");
    place.act("town", &master, step(RequestStep::Accept)).unwrap();
    place.act("town", &master, answer("已修好")).unwrap();
    place.day(FIRST, 12);
    // By link, of one that goes along.
    assert!(may_judge(&place, &others[0].0));
    assert_eq!(place.by_link("s0", no()).unwrap(), RequestState::Merged);
    assert!(!may_judge(&place, &others[0].0), "once for an answer");
    let held = one(&place, &master);
    assert_eq!((held.state, held.reopened), (RequestState::Reopened, 1));
    assert_eq!(one(&place, &others[2].0).goes_on_as().unwrap().state, RequestState::Reopened);
    // Others who say so change nothing more.
    place.by_link("s1", no()).unwrap();
    assert_eq!(one(&place, &master).reopened, 1);

    place.day(FIRST, 13);
    place.act("town", &master, answer("换了线路")).unwrap();
    assert!(others.iter().all(|(of, _)| may_judge(&place, of)), "there is a new answer");
    place.day(FIRST, 14);
    // Put down by the desk, it is their word all the same; and the desk decides nothing by it a second time.
    let by_phone = RequestAct::CallBack {
        way: CallWay::Phone,
        reached: true,
        contacted: Some(true),
        solved: Some(Solved::No),
        satisfaction: None,
        text: "仍不亮".into(),
    };
    place.act("desk", &others[1].0, by_phone).unwrap();
    assert_eq!(one(&place, &master).reopened, 2);
    place.day(FIRST, 15);
    place.act("town", &master, answer("整杆更换")).unwrap();
    place.day(FIRST, 16);
    // More than the rules let happen by itself, somebody decides.
    place.by_link("s2", no()).unwrap();
    assert_eq!(one(&place, &master).state, RequestState::ReopenAsked);
    place.act("desk", &master, step(RequestStep::RejectReopen)).unwrap();
    assert_eq!(one(&place, &others[0].0).goes_on_as().unwrap().reason, "理由", "and says why");
    place.by_link("s0", no()).unwrap();
    assert_eq!(one(&place, &master).state, RequestState::Closed, "what was decided stands for the answer");
    // Everybody's word counts as their own.
    let solved = |of: &Code| RateRow::of(&one(&place, of)).unwrap().solved;
    assert_eq!((solved(&others[0].0), solved(&master)), (Some(Solved::No), None));
}

fn each_counts_once_in_the_rates_of_whoever_handles_the_matter(scratch: Scratch) {
    let place = Place::open(scratch);
    let master = place.file(new("东门的路灯不亮", "m"));
    let assigned = place.file(new("东门路灯又不亮", "a"));
    let received = place.file(waiting("东门那边晚上黑", "r"));
    let denying = place.file(new("东门灯坏了", "d"));
    for other in [&assigned, &received, &denying] {
        merge(&place, other, &master).unwrap();
    }
    place.act("desk", &master, give("water")).unwrap();
    let lead = |of: &Code| one(&place, of).lead_unit;
    assert_eq!(lead(&received), Some(code("water")));
    place.act("water", &master, step(RequestStep::Accept)).unwrap();
    place.day(FIRST, 12);
    place.act("water", &master, contact()).unwrap();
    place.act("water", &master, answer("已修好")).unwrap();
    let contacts = |of: &Code| one(&place, of).contacts.iter().map(|it| it.2.clone()).collect::<Vec<_>>();
    assert_eq!(contacts(&assigned), [""], "that they spoke, not what about");
    place.day(FIRST, 13);
    // Whoever was not spoken to says so.
    let denied = RequestAct::CallBack {
        way: CallWay::Link,
        reached: true,
        contacted: Some(false),
        solved: Some(Solved::Yes),
        satisfaction: None,
        text: String::new(),
    };
    place.by_link("d", denied).unwrap();
    place.day(date(2019, 3, 20), 9);
    assert_eq!(place.rates(Asked::default()), [("water".into(), "75.00".into(), "100.00".into())]);

    // What is merged into an answered one has its answer at once, and limits from its own receipt.
    let late = place.file(waiting("灯不亮", "l"));
    place.day(date(2019, 3, 20), 11);
    merge(&place, &late, &master).unwrap();
    let held = one(&place, &late);
    assert_eq!(held.answer().unwrap().1, "已修好");
    assert!(may_judge(&place, &late) && held.lead_unit == Some(code("water")));
    let row = RateRow::of(&held).unwrap();
    assert_eq!((row.due, row.unit, row.in_time), (date(2019, 3, 27), code("water"), true));
    // One that goes along may be spoken to for itself.
    place.act("water", &late, contact()).unwrap();
    let made = place.app.database().rebuild(|_| ()).unwrap();
    assert_eq!(made.before, made.after);
}

fn whoever_takes_theirs_back_takes_nobody_along(scratch: Scratch) {
    let place = Place::open(scratch);
    let master = place.file(new("东门的路灯不亮", "m"));
    let received = place.file(waiting("东门那边晚上黑", "r"));
    let assigned = place.file(NewRequest { category: Some(code("water")), ..new("水管漏水", "a") });
    place.act("desk", &assigned, give("water")).unwrap();
    for other in [&received, &assigned] {
        merge(&place, other, &master).unwrap();
    }
    assert_eq!(one(&place, &assigned).lead_unit, Some(code("town-office")));
    place.by_link("m", RequestAct::Step { step: RequestStep::Withdraw, reason: String::new() }).unwrap();
    let (first, second) = (one(&place, &received), one(&place, &assigned));
    assert_eq!((first.state, first.lead_unit, first.master), (RequestState::Received, None, None));
    assert_eq!((second.state, second.lead_unit), (RequestState::Assigned, Some(code("water"))));
    // Nobody has what was taken apart: it counts for nobody.
    assert!(RateRow::of(&one(&place, &received)).is_none_or(|row| row.unit == code("town-office")));
    place.act("water", &assigned, step(RequestStep::Accept)).unwrap();
}

fn what_is_erased_of_one_stands_nowhere_in_the_other(scratch: Scratch) {
    let place = Place::open(scratch);
    let master = place.file(new("东门的路灯不亮", "m"));
    let same = place.file(new("东门路灯又不亮", "s"));
    merge(&place, &same, &master).unwrap();
    place.by_link("s", RequestAct::Word { text: "第三根灯杆".into() }).unwrap();
    place.act("town", &master, step(RequestStep::Accept)).unwrap();
    place.act("town", &master, answer("已修好")).unwrap();
    place.day(FIRST, 12);
    place.by_link("s", judged(Solved::No, Satisfaction::Dissatisfied, "第三根灯杆还是黑的")).unwrap();
    let held = one(&place, &master);
    let reopened = held.moves.last().unwrap();
    assert_eq!((held.state, held.notes.len()), (RequestState::Reopened, 1));
    assert!(reopened.reason.contains(same.as_str()), "{}", reopened.reason);
    let told = |of: &Code| {
        format!("{:?}", place.runtime.block_on(place.app.request(&code("p"), of, Asked::default())).unwrap())
    };
    assert!(told(&same).contains("灯杆") && !told(&master).contains("灯杆"));
    place.runtime.block_on(place.app.erase_by_link(&code("p"), "s", "本人申请")).unwrap();
    let entries = place.app.database().read(|c| c.entries_after(domain::journal::Seq(0), 1_000)).unwrap();
    let journal = format!("{entries:?}");
    assert!(journal.contains("东门的路灯不亮") && !journal.contains("灯杆") && !journal.contains("又不亮"));
}

on_both!(
    a_refusal_is_reviewed_by_the_word_of_any_who_asked,
    what_is_erased_of_one_stands_nowhere_in_the_other,
    every_step_reaches_those_who_asked_the_same,
    not_solved_by_anybody_takes_it_up_again_once_for_an_answer,
    each_counts_once_in_the_rates_of_whoever_handles_the_matter,
    whoever_takes_theirs_back_takes_nobody_along,
);
