//! Several matters in one request, and what whoever asked may have looked at again.

use app::read::Asked;
use app::request::{NewRequest, PersonalData, RequestAct};
use app::{Actor, AppError};
use domain::code::Code;
use domain::command::Command;
use domain::plan::PlanFact;
use domain::policy::{Grant, Role, Scope};
use domain::refusal::Problem;
use domain::request::{
    Channel, RefusalGround, Request, RequestCategory, RequestState, RequestStep, Satisfaction, Solved,
};
use domain::subject::Subject;
use jiff::civil::date;
use scratch::Scratch;

use crate::place::*;

fn one(place: &Place, of: &Code) -> Request {
    place.runtime.block_on(place.app.request(&code("p"), of, Asked::default())).unwrap().0
}

fn divide(text: &str, category: &str) -> RequestAct {
    RequestAct::Divide { text: text.into(), category: code(category) }
}

fn matters(place: &Place, of: &Code) -> Vec<Code> {
    let found = place.runtime.block_on(place.app.requests_with(&code("p"), of)).unwrap();
    found.into_iter().filter(|(_, merged)| !merged).map(|(row, _)| row.code).collect()
}

fn problems(outcome: Result<RequestState, AppError>) -> Vec<Problem> {
    match outcome {
        Err(AppError::Refused(refusals)) => refusals.into_iter().map(|refusal| refusal.problem).collect(),
        other => panic!("{other:?}"),
    }
}

fn each_matter_is_one_of_its_own_under_whoever_asked(scratch: Scratch) {
    let place = Place::open(scratch);
    let person = PersonalData { phone: "13812345678".into(), ..PersonalData::default() };
    let parent = place.file(NewRequest { person, ..new("路灯不亮，水管也漏水", "s") });
    assert!(place.act("town", &parent, divide("水管漏水", "water")).is_err(), "the desk divides");
    assert!(place.act("desk", &parent, divide(" ", "water")).is_err(), "nothing is no matter");
    assert!(place.act("desk", &parent, divide("水管漏水", "nothing")).is_err());
    assert_eq!(matters(&place, &parent), [], "and nothing half is left");
    place.day(FIRST, 10);
    place.act("desk", &parent, divide("水管漏水，请回电13812345678", "water")).unwrap();
    let of = matters(&place, &parent);
    let matter = one(&place, &of[0]);
    assert_eq!((of.len(), matter.parent.clone()), (1, Some(parent.clone())));
    assert_eq!((matter.category.clone(), matter.areas.clone()), (Some(code("water")), vec![code("estate")]));
    assert_eq!((matter.state, matter.lead_unit.clone()), (RequestState::Assigned, Some(code("town-office"))));
    assert_eq!(matter.text, "水管漏水，请回电***");
    assert_eq!(matter.received, FIRST.at(10, 0, 0, 0), "its limits begin now");
    assert!(one(&place, &parent).notes.iter().any(|(_, text)| text.contains(of[0].as_str())));
    let grants = vec![Grant { role: Role::Auditor, scope: Scope::Everything }];
    let auditor = Actor::Person { person: code("office"), name: "office".into(), grants };
    let town = Grant { role: Role::Department, scope: Scope::Unit(code("town-office")) };
    let worker = Actor::Person { person: code("town"), name: "town".into(), grants: vec![town] };
    let plan = code("p");
    assert!(place.runtime.block_on(place.app.reveal(&auditor, &plan, &of[0], "看")).is_err());
    let known = place.runtime.block_on(place.app.reveal(&worker, &plan, &of[0], "约时间")).unwrap();
    assert_eq!((known.phone.as_str(), known.link.as_str()), ("13812345678", ""));
    // A matter is not divided again.
    let again = problems(place.act("desk", &of[0], divide("再拆", "lamps")));
    assert!(again.iter().any(|problem| matches!(problem, Problem::Circular(_))), "{again:?}");

    // All of it is settled when each of them is.
    place.act("town", &parent, step(RequestStep::Accept)).unwrap();
    place.act("town", &parent, RequestAct::Answer { text: "灯修好了".into() }).unwrap();
    let open = problems(place.act("desk", &parent, step(RequestStep::Close)));
    let until = date(2019, 3, 18);
    assert_eq!(open, [Problem::OpenTasks(of.clone()), Problem::CallBackFirst { until }]);
    place.act("town", &of[0], step(RequestStep::Accept)).unwrap();
    place.act("town", &of[0], RequestAct::Answer { text: "水管换了".into() }).unwrap();
    place.day(FIRST, 11);
    place.act("desk", &of[0], called(Solved::Yes)).unwrap();
    place.act("desk", &parent, called(Solved::Yes)).unwrap();
    let late = problems(place.act("desk", &parent, divide("还有一件", "lamps")));
    assert_eq!(late, [Problem::NotWhileRequest { state: RequestState::Closed }]);
    let made = place.app.database().rebuild(|_| ()).unwrap();
    assert_eq!(made.before, made.after);
}

fn no_more_matters_than_can_be_kept_in_sight(scratch: Scratch) {
    let place = Place::open(scratch);
    let parent = place.file(new("许多事", "s"));
    // Others who asked the same are no matters of it.
    let same = place.file(new("同样的许多事", "t"));
    place.act("desk", &same, RequestAct::Merge { master: parent.clone() }).unwrap();
    for at in 0..20 {
        place.act("desk", &parent, divide(&format!("第{at}件事"), "lamps")).unwrap();
    }
    let more = problems(place.act("desk", &parent, divide("还有一件", "lamps")));
    assert_eq!(more, [Problem::TooMany(20)]);
    assert_eq!(matters(&place, &parent).len(), 20);
}

fn what_was_refused_or_taken_back_may_be_looked_at_again(scratch: Scratch) {
    let place = Place::open(scratch);
    let unplaced = |text: &str, secret: &str| NewRequest { category: None, ..new(text, secret) };
    let refused = place.file(unplaced("小区外的事", "r"));
    let refuse = || RequestAct::Refuse { ground: RefusalGround::OutsideArea, reason: "请找邻区".into() };
    place.act("desk", &refused, refuse()).unwrap();
    let again = || RequestAct::Step { step: RequestStep::AskReopen, reason: "是小区内的".into() };
    let silent = RequestAct::Step { step: RequestStep::AskReopen, reason: String::new() };
    assert!(place.by_link("r", silent).is_err(), "why");
    assert_eq!(place.by_link("r", again()).unwrap(), RequestState::ReopenAsked);
    // Somebody else than whoever refused decides.
    place.person("second", Role::RequestDesk, Scope::Everything);
    place.act("second", &refused, RequestAct::Reopen { reason: "复核成立".into() }).unwrap();
    let give =
        RequestAct::Give { step: RequestStep::Redispatch, unit: code("water"), reason: "归口".into() };
    place.act("desk", &refused, give).unwrap();
    let held = one(&place, &refused);
    assert_eq!((held.state, held.lead_unit), (RequestState::Assigned, Some(code("water"))));
    assert!(held.first_resolution.is_some(), "its limits begin");

    let taken_back = place.file(new("东门的路灯不亮", "w"));
    place.by_link("w", RequestAct::Step { step: RequestStep::Withdraw, reason: String::new() }).unwrap();
    let reopen = || RequestAct::Reopen { reason: "还是不亮".into() };
    assert_eq!(place.by_link("w", reopen()).unwrap(), RequestState::Reopened);
    assert_eq!(one(&place, &taken_back).reopened, 1);
    // For as long as the rules say; the desk may still do it later.
    let late = place.file(unplaced("另一件小区外的事", "l"));
    place.act("desk", &late, refuse()).unwrap();
    let gone = place.file(new("西门的路灯不亮", "g"));
    place.by_link("g", RequestAct::Step { step: RequestStep::Withdraw, reason: String::new() }).unwrap();
    place.day(date(2019, 4, 4), 9);
    for (secret, act) in [("l", again()), ("g", reopen())] {
        let found = problems(place.by_link(secret, act));
        assert_eq!(found, [Problem::TooLate { limit: date(2019, 4, 3) }]);
    }
    place.act("desk", &gone, reopen()).unwrap();
}

fn what_helps_is_taken_off_again(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(new("东门的路灯不亮", "s"));
    let support = |active| RequestAct::Support { unit: code("water"), active };
    place.act("desk", &filed, support(true)).unwrap();
    assert_eq!(one(&place, &filed).supporting_units, [code("water")]);
    place.act("desk", &filed, support(false)).unwrap();
    assert_eq!(one(&place, &filed).supporting_units, [] as [Code; 0]);
    assert!(place.act("water", &filed, step(RequestStep::Accept)).is_err());
}

fn where_a_category_needs_it_whoever_asks_can_be_reached(scratch: Scratch) {
    let place = Place::open(scratch);
    let held = RequestCategory { needs_contact: true, ..category("lamps", &["路灯"]) };
    place.change(Command::Record {
        subject: Subject::plan(&code("p")),
        facts: vec![PlanFact::RequestCategory(held).into()],
        expected: None,
    });
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    let file = |actor: &Actor, new| place.runtime.block_on(place.app.file_request(actor, &code("p"), new));
    let by = |channel, person: PersonalData| NewRequest { channel, person, ..new("路灯不亮", "") };
    let nobody = PersonalData::default();
    let blank = PersonalData { phone: " ".into(), name: "李".into(), ..PersonalData::default() };
    for (actor, channel) in
        [(&Actor::Public, Channel::Site), (&Actor::Public, Channel::Open311), (&desk, Channel::Hotline)]
    {
        for person in [&nobody, &blank] {
            let refused = file(actor, by(channel, person.clone())).map(|_| RequestState::Received);
            assert_eq!(problems(refused), [Problem::ContactNeeded], "{channel:?}");
        }
        for person in [
            PersonalData { phone: "13812345678".into(), ..PersonalData::default() },
            PersonalData { email: "li@example.org".into(), ..PersonalData::default() },
        ] {
            file(actor, by(channel, person)).unwrap();
        }
    }
    // What was posted or mailed has its author; what needs nothing, and what nobody has sorted yet, may be without.
    file(&Actor::Public, by(Channel::DirectChannel, nobody.clone())).unwrap();
    for category in [Some(code("water")), None] {
        file(&Actor::Public, NewRequest { category, ..by(Channel::Site, nobody.clone()) }).unwrap();
    }
    // A matter of one goes on under whoever asked, and an anonymous one stays anonymous.
    let parent =
        place.file(NewRequest { category: Some(code("water")), ..new("漏水，灯也不亮", "s") });
    place.act("desk", &parent, divide("灯不亮", "lamps")).unwrap();
}

fn a_verdict_on_what_was_divided_is_kept_and_it_closes_with_its_matters(scratch: Scratch) {
    let place = Place::open(scratch);
    let parent = place.file(new("路灯不亮，水管也漏水", "s"));
    place.act("desk", &parent, divide("水管漏水", "water")).unwrap();
    let matter = matters(&place, &parent).remove(0);
    place.act("town", &parent, step(RequestStep::Accept)).unwrap();
    place.act("town", &parent, RequestAct::Answer { text: "灯修好了".into() }).unwrap();
    place.day(FIRST, 12);
    let content = || judged(Solved::Yes, Satisfaction::Satisfied, "谢谢");
    assert_eq!(place.by_link("s", content()).unwrap(), RequestState::Answered);
    assert_eq!(one(&place, &parent).verdict().unwrap().solved, Some(Solved::Yes));
    place.act("town", &matter, step(RequestStep::Accept)).unwrap();
    place.act("town", &matter, RequestAct::Answer { text: "水管换了".into() }).unwrap();
    place.day(FIRST, 13);
    place.act("desk", &matter, called(Solved::Yes)).unwrap();
    place.day(date(2019, 6, 3), 9);
    place.runtime.block_on(place.app.keep_requests(&code("p"))).unwrap();
    let held = one(&place, &parent);
    assert_eq!((held.state, held.call_backs.len()), (RequestState::Closed, 1));
}

fn what_is_erased_goes_from_all_its_matters(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let file = |secret: &str| {
        let person =
            PersonalData { name: "李华".into(), phone: "13812345678".into(), ..PersonalData::default() };
        let parent =
            place.file(NewRequest { person, ..new("路灯不亮，地下室的阀门也漏水", secret) });
        place.act("desk", &parent, divide("地下室的阀门漏水", "water")).unwrap();
        let matter = matters(&place, &parent).remove(0);
        (parent, matter)
    };
    let keeps = |code: &Code| place.runtime.block_on(place.app.keeps_person(&plan, code)).unwrap();
    let (parent, matter) = file("s");
    let copy = place.runtime.block_on(place.app.own_copy_by_link(&plan, "s")).unwrap();
    assert_eq!(copy.matters.iter().map(|it| &it.request).collect::<Vec<_>>(), [&matter]);
    assert_eq!(copy.matters[0].kept.phone, "13812345678");
    assert!(format!("{:?}", copy.matters[0].entries).contains("阀门"));

    // Not while something is still to be done for them.
    place.by_link("s", step(RequestStep::Withdraw)).unwrap();
    let erase = || place.runtime.block_on(place.app.erase_by_link(&plan, "s", "本人申请"));
    let refused = problems(erase().map(|()| RequestState::Received));
    assert_eq!(refused, [Problem::OpenTasks(vec![matter.clone()])]);
    assert!(keeps(&parent) && keeps(&matter), "and nothing half is gone");
    place.act("town", &matter, step(RequestStep::Accept)).unwrap();
    place.act("town", &matter, RequestAct::Answer { text: "换了阀门垫".into() }).unwrap();
    assert!(erase().is_err(), "they may still speak against it");
    place.day(FIRST, 11);
    place.act("desk", &matter, called(Solved::Yes)).unwrap();
    erase().unwrap();
    assert!(!keeps(&parent) && !keeps(&matter));
    for of in [&parent, &matter] {
        let held = place.runtime.block_on(place.app.request(&plan, of, Asked::default())).unwrap();
        assert!(held.0.wordless && !format!("{held:?}").contains("地下室"), "{held:?}");
    }
    // What was done about it stays.
    assert_eq!(one(&place, &matter).answer().unwrap().1, "换了阀门垫");

    // Whoever made sure who it is may erase who asked at any time.
    let (parent, matter) = file("t");
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    place.runtime.block_on(place.app.erase_person(&desk, &plan, &parent, "本人申请")).unwrap();
    assert!(!keeps(&parent) && !keeps(&matter) && !one(&place, &matter).wordless);
    let faults = place.app.database().read(|c| c.verify(|_| {})).unwrap().faults;
    assert_eq!(faults, []);
}

on_both!(
    a_verdict_on_what_was_divided_is_kept_and_it_closes_with_its_matters,
    what_is_erased_goes_from_all_its_matters,
    where_a_category_needs_it_whoever_asks_can_be_reached,
    each_matter_is_one_of_its_own_under_whoever_asked,
    no_more_matters_than_can_be_kept_in_sight,
    what_was_refused_or_taken_back_may_be_looked_at_again,
    what_helps_is_taken_off_again,
);
