//! The path of a request from a resident's phone to its rates, on both databases; who asked is sealed.

use crate::place::*;
use app::read::Asked;
use app::request::{
    HotOutcome, HotTask, LikeRequest, NewRequest, PersonalData, ProgramUpdate, ProgramWish, ProtectionKey,
    RequestAct, RequestPaging, SaidNow, request_token,
};
use app::{Actor, App, AppError, Change, Program};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::goal::RequestGoal;
use domain::item::kind::Level;
use domain::item::{ItemFact, State, Step, Target};
use domain::milestone::Aspect;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::planned_date::PlannedDate;
use domain::policy::{Role, Scope};
use domain::project::ProjectFact;
use domain::refusal::Problem;
use domain::request::query::{RequestOrder, RequestQuery};
use domain::request::{
    CallWay, Channel, Point, Publicly, RequestCategory, RequestFact, RequestState, RequestStep, Satisfaction,
    Solved, Urgency,
};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;

fn published() -> RequestQuery {
    RequestQuery { published: Some(Publicly::default()), ..RequestQuery::default() }
}

/// How many requests led to a thing.
fn behind(place: &Place, thing: &Target) -> u64 {
    let query = RequestQuery { link: Some(thing.clone()), ..RequestQuery::default() };
    place.runtime.block_on(place.app.request_count(&code("p"), &query)).unwrap().number
}

fn the_whole_path(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(new("东门的路灯三天不亮了，请回电13812345678", "s1"));
    // Sent twice, it is one request.
    assert_eq!(place.file(new("东门的路灯三天不亮了，请回电13812345678", "s1")), filed);
    // Its link belongs to its plan.
    place.plan("q");
    let other = self::code("q");
    let elsewhere = place.app.file_request(&Actor::Public, &other, new("路灯不亮", "s1"));
    assert!(matches!(place.runtime.block_on(elsewhere), Err(AppError::NotFound)));
    let one = |code: &Code| {
        place.runtime.block_on(place.app.request(&self::code("p"), code, Asked::default())).unwrap().0
    };
    let request = one(&filed);
    assert_eq!(
        (request.state, request.lead_unit.clone()),
        (RequestState::Assigned, Some(code("town-office")))
    );
    assert_eq!(request.text, "东门的路灯三天不亮了，请回电***");
    // Another unit has no say in it, and whoever asked none in how it is handled.
    assert!(place.act("water", &filed, step(RequestStep::Accept)).is_err());
    assert!(place.by_link("s1", step(RequestStep::Accept)).is_err());
    assert!(place.by_link("s2", judged(Solved::Yes, Satisfaction::Satisfied, "")).is_err());

    place.act("town", &filed, step(RequestStep::AskReturn)).unwrap();
    let give =
        RequestAct::Give { step: RequestStep::Redispatch, unit: code("water"), reason: "归口".into() };
    assert_eq!(place.act("desk", &filed, give).unwrap(), RequestState::Assigned);
    place.day(FIRST, 10);
    place.act("water", &filed, step(RequestStep::Accept)).unwrap();
    place.act("water", &filed, RequestAct::Contact { way: CallWay::Phone, text: "约好".into() }).unwrap();
    place.act("water", &filed, RequestAct::Answer { text: "灯具已更换".into() }).unwrap();
    place.day(date(2019, 3, 20), 9);
    assert_eq!(place.rates(Asked::default()), [("water".into(), "100.00".into(), "none".into())]);

    place.day(date(2019, 3, 20), 10);
    assert!(place.by_link("s1", judged(Solved::No, Satisfaction::Dissatisfied, " ")).is_err());
    let again = place.by_link("s1", judged(Solved::No, Satisfaction::Dissatisfied, "还是不亮")).unwrap();
    assert_eq!(again, RequestState::Reopened);
    assert_eq!(place.rates(Asked::default())[0].2, "0.00");
    let known = place.clock_now();
    place.day(date(2019, 3, 21), 9);
    place.act("water", &filed, RequestAct::Answer { text: "换了线路".into() }).unwrap();
    place.day(date(2019, 3, 22), 9);
    let closed = place.by_link("s1", judged(Solved::Yes, Satisfaction::Satisfied, "")).unwrap();
    assert_eq!(closed, RequestState::Closed);
    assert_eq!(place.rates(Asked::default())[0].2, "100.00");
    // As it was known, and as it stood on an earlier day.
    let then = Asked { known_at: Some(known), ..Asked::default() };
    assert_eq!(place.rates(then)[0].2, "0.00");
    let before = Asked { as_of: Some(date(2019, 3, 20)), ..Asked::default() };
    assert_eq!(place.rates(before)[0].2, "0.00");
    let early = Asked { as_of: Some(date(2019, 3, 5)), ..Asked::default() };
    assert!(place.rates(early).is_empty());
}

fn a_link_takes_back_what_was_withdrawn_and_judges_what_was_answered(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(new("路灯不亮", "s1"));
    let again = || RequestAct::Reopen { reason: "还要办".into() };
    place.by_link("s1", step(RequestStep::Withdraw)).unwrap();
    assert_eq!(place.by_link("s1", again()).unwrap(), RequestState::Reopened);
    place.act("town", &filed, RequestAct::Answer { text: "已修好".into() }).unwrap();
    // That would count in no rate, and be more than the rules let happen by itself.
    assert!(place.by_link("s1", again()).is_err());
    let state = place.by_link("s1", judged(Solved::No, Satisfaction::Dissatisfied, "还是不亮")).unwrap();
    assert_eq!(state, RequestState::ReopenAsked, "taken up again once before");
}

fn what_becomes_urgent_is_given_out_within_the_limits_of_that(scratch: Scratch) {
    use domain::request::ClockKind;
    use domain::request::clock::TimeLimit;
    use domain::request::rules::Preset;
    let place = Place::open(scratch);
    let mut rules = rules();
    rules.settings.urgent = Some(code("urgent"));
    rules.presets.push(Preset {
        assignment: TimeLimit::Hours(1),
        ..Preset::usual(code("urgent"), Named::new("紧急", "Urgent"))
    });
    let plan = Subject::plan(&code("p"));
    let facts = vec![PlanFact::RequestRules(rules).into()];
    place.change(Command::Record { subject: plan, facts, expected: None });
    let filed = place.file(NewRequest { area: None, ..new("路灯杆要倒了", "s1") });
    let one = || place.runtime.block_on(place.app.request(&code("p"), &filed, Asked::default())).unwrap().0;
    let received = one().received;
    let due = || one().due(ClockKind::Assignment).unwrap();
    assert_eq!(
        (one().state, due()),
        (RequestState::Received, received.saturating_add(jiff::Span::new().hours(24)))
    );
    let urgent = RequestAct::Categorise { category: code("lamps"), urgency: Urgency::Immediate };
    place.act("desk", &filed, urgent).unwrap();
    assert_eq!(
        (one().state, due()),
        (RequestState::Received, received.saturating_add(jiff::Span::new().hours(1)))
    );
}

fn who_asked_is_sealed_and_erased(scratch: Scratch) {
    let place = Place::open(scratch);
    let person =
        PersonalData { name: "李某某".into(), phone: "13812345678".into(), ..PersonalData::default() };
    let filed = place.file(NewRequest { person, ..new("住3号楼2单元501室，路灯不亮", "s1") });
    let plan = code("p");
    let look = |who: &str, why: &str| {
        let roles = match who {
            "town" => vec![domain::policy::Grant {
                role: Role::Department,
                scope: Scope::Unit(code("town-office")),
            }],
            _ => vec![domain::policy::Grant { role: Role::Auditor, scope: Scope::Everything }],
        };
        let actor = Actor::Person { person: code(who), name: who.into(), grants: roles };
        place.runtime.block_on(place.app.reveal(&actor, &plan, &filed, why))
    };
    assert!(look("town", " ").is_err() && look("office", "好奇").is_err());
    let found = look("town", "约时间").unwrap();
    assert_eq!((found.phone.as_str(), found.text.as_str()), ("13812345678", "住3号楼2单元501室，路灯不亮"));
    assert_eq!(place.runtime.block_on(place.app.reveals(&plan, &filed)).unwrap().len(), 1);
    // Nothing of it stands anywhere else.
    let entries = place.app.database().read(|c| c.entries_after(domain::journal::Seq(0), 1_000)).unwrap();
    let journal = format!("{entries:?}");
    assert!(!journal.contains("13812345678") && !journal.contains("501") && !journal.contains("李某某"));
    let sealed = place.app.database().read(|c| c.sealed_person(&plan, &filed)).unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&sealed.sealed).contains("13812345678"));

    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    place.runtime.block_on(place.app.erase_person(&desk, &plan, &filed, "本人申请")).unwrap();
    assert_eq!(look("town", "约时间").unwrap(), PersonalData::default());
    let (request, _) = place.runtime.block_on(place.app.request(&plan, &filed, Asked::default())).unwrap();
    assert!(request.erased && request.state == RequestState::Assigned);
    assert!(place.by_link("s1", RequestAct::Word { text: "补充".into() }).is_err());

    // A database that was sealed with one key is not taken for one of another's.
    place.file(new("请回电13812345678", "s9"));
    let other = App::new(place.app.database().clone(), place.clock.clone());
    other.protect(ProtectionKey::random());
    assert!(other.check_key(std::path::Path::new("key")).is_err());
    assert!(place.app.check_key(std::path::Path::new("key")).is_ok());
}

fn what_programs_add_is_known_again(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let program = Program { id: "desk/camera".into(), name: "camera".into() };
    let brought =
        NewRequest { program: program.id.clone(), channel: Channel::Open311, ..new("路灯不亮", "s1") };
    let filed = place.file(brought);
    let add = |app: &App, program: &Program, number: &str, wish| {
        let update = ProgramUpdate { number: number.into(), wish, text: "还是不亮".into() };
        place.runtime.block_on(app.update_by_program(&plan, &filed, program, update))
    };
    let request = || place.runtime.block_on(place.app.request(&plan, &filed, Asked::default())).unwrap().0;
    let words = || request().words.len();
    let nothing = ProgramWish::Nothing;
    assert!(add(&place.app, &program, "7", nothing).unwrap());
    assert!(!add(&place.app, &program, "7", nothing).unwrap() && words() == 1);
    place.day(FIRST, 10);
    assert!(add(&place.app, &program, "8", nothing).unwrap() && words() == 2);
    let other = Program { id: "desk/other".into(), ..program.clone() };
    assert!(matches!(add(&place.app, &other, "9", nothing), Err(AppError::NotFound)));
    // A wish that comes too early only leaves its words.
    place.day(FIRST, 11);
    assert!(add(&place.app, &program, "10", ProgramWish::Reopen).unwrap() && words() == 3);
    // The token tells the number and opens nothing.
    let token = request_token("s1");
    let told = |app: &App| place.runtime.block_on(app.request_of_token(&plan, &token));
    assert_eq!(told(&place.app).unwrap(), filed);
    assert!(place.by_link(&token, RequestAct::Word { text: "补充".into() }).is_err());
    assert!(place.runtime.block_on(place.app.request_of_token(&plan, "s1")).is_err());

    let mut file = Vec::new();
    place.app.database().backup(&mut file, |_| {}).unwrap();
    let elsewhere = Scratch::sqlite();
    let copy = Database::open(&elsewhere.address().parse().unwrap(), 0).unwrap();
    copy.restore(std::io::Cursor::new(file), |_| {}).unwrap();
    let copy = App::new(copy, place.clock.clone());
    assert!(!add(&copy, &program, "8", nothing).unwrap());
    assert_eq!(told(&copy).unwrap(), filed);

    assert!(add(&place.app, &program, "11", ProgramWish::Withdraw).unwrap());
    assert_eq!(request().state, RequestState::Withdrawn);
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    place.runtime.block_on(place.app.erase_person(&desk, &plan, &filed, "本人申请")).unwrap();
    assert!(told(&place.app).is_err());
    let kept =
        place.app.database().read(|c| c.first("SELECT COUNT(*) FROM request_update", &[], |row| row.int(0)));
    assert_eq!(kept.unwrap(), Some(0));
}

fn lists_search_and_counts_agree(scratch: Scratch) {
    let place = Place::open(scratch);
    let point = |east: i32| Some(Point { longitude: 116_320_000 + east, latitude: 40_070_000 });
    let lamp = place.file(NewRequest { point: point(0), ..new("东门的路灯不亮", "s1") });
    place.clock.set_morning(date(2019, 3, 5)).unwrap();
    let same = place.file(NewRequest { point: point(900), ..new("东门路灯又不亮了", "s2") });
    let water = NewRequest { category: Some(code("water")), ..new("Water runs from the 3rd floor", "s3") };
    let water = place.file(NewRequest { point: point(90_000), ..water });
    let names = |codes: &[&Code]| codes.iter().map(|code| code.to_string()).collect::<Vec<_>>();
    let text = |text: &str| place.found(&RequestQuery { text: text.into(), ..RequestQuery::default() });
    let mut both = names(&[&lamp, &same]);
    both.sort();
    both.reverse();
    assert_eq!(text("路灯"), both);
    assert_eq!(text("water FLOOR"), names(&[&water]));
    assert!(text("电梯").is_empty());
    assert_eq!(text(same.as_str()), names(&[&same]));
    let of = RequestQuery { categories: vec![code("water")], ..RequestQuery::default() };
    assert_eq!(place.found(&of), names(&[&water]));

    // Others see what was looked at, and near it only what is near.
    let near = |place: &Place| {
        let plan = code("p");
        let found = place.app.suggest_for_request(&plan, "路灯不亮", "东门", None, point(100));
        let found = place.runtime.block_on(found).unwrap();
        (found.sure().map(|best| best.category.clone()), found.similar.len())
    };
    assert_eq!(near(&place), (Some(code("lamps")), 0));
    for code in [&lamp, &water] {
        place.act("desk", code, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
    }
    assert_eq!(near(&place), (Some(code("lamps")), 1));
    assert_eq!(place.found(&published()).len(), 2);

    // One answer to all who asked the same.
    place.act("desk", &same, RequestAct::Merge { master: lamp.clone() }).unwrap();
    place.act("town", &lamp, step(RequestStep::Accept)).unwrap();
    place.act("town", &lamp, RequestAct::Answer { text: "已修好".into() }).unwrap();
    let (merged, _) = place.runtime.block_on(place.app.request(&code("p"), &same, Asked::default())).unwrap();
    assert_eq!(merged.answer().unwrap().1, "已修好");
    assert!(place.act("desk", &lamp, RequestAct::Merge { master: water.clone() }).is_err());

    let counts = place.runtime.block_on(place.app.request_counts(&code("p"))).unwrap();
    assert_eq!((counts.all(), counts.open(), counts.late.number), (3, 1, 0));
    place.clock.set_morning(date(2019, 3, 15)).unwrap();
    let counts = place.runtime.block_on(place.app.request_counts(&code("p"))).unwrap();
    assert_eq!(counts.late.number, 1);

    // What nobody spoke against closes by itself; once.
    place.clock.set_morning(date(2019, 3, 30)).unwrap();
    assert_eq!(place.runtime.block_on(place.app.keep_requests(&code("p"))).unwrap(), 1);
    assert_eq!(place.runtime.block_on(place.app.keep_requests(&code("p"))).unwrap(), 0);

    // All of it can be made again from the journal, and brought elsewhere.
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);
    let mut file = Vec::new();
    place.app.database().backup(&mut file, |_| {}).unwrap();
    let elsewhere = Scratch::sqlite();
    let copy = Database::open(&elsewhere.address().parse().unwrap(), 0).unwrap();
    copy.restore(std::io::Cursor::new(file), |_| {}).unwrap();
    let digest = |database: &Database| database.read(|c| c.projections_digest()).unwrap();
    assert_eq!(digest(&copy), digest(place.app.database()));
    assert!(copy.read(|c| c.sealed_person(&code("p"), &lamp)).unwrap().is_some());
    assert_eq!(text("路灯").len(), 2);
}

fn pages_of_a_list_hold_every_request_once(scratch: Scratch) {
    let place = Place::open(scratch);
    let many: Vec<NewRequest> = (0..57).map(|n| new(&format!("第{n}盏路灯不亮"), "")).collect();
    place.runtime.block_on(place.app.file_requests(&Actor::operator(), &code("p"), many)).unwrap();
    for order in [RequestOrder::Received, RequestOrder::Due, RequestOrder::Moved] {
        let mut rounds = Vec::new();
        for text in ["", "路灯"] {
            let query = RequestQuery { text: text.into(), ..RequestQuery::default() };
            let mut seen = Vec::new();
            let mut paging = RequestPaging { order, limit: 10, ..RequestPaging::default() };
            loop {
                let plan = code("p");
                let found = place.app.requests_found(&plan, &query, &paging);
                let found = place.runtime.block_on(found).unwrap();
                assert_eq!(found.total.number, 57);
                seen.extend(found.page.rows.into_iter().map(|row| row.code));
                paging.after = found.page.next;
                if paging.after.is_none() {
                    break;
                }
            }
            rounds.push(seen);
        }
        let once: std::collections::BTreeSet<_> = rounds[0].iter().collect();
        assert_eq!((once.len(), rounds[0].len()), (57, 57));
        assert_eq!(rounds[0], rounds[1], "what is found by its words comes in the same order");
    }
    // The same number from the same place comes in once.
    let order = || vec![NewRequest { number: "工单 7".into(), ..new("路灯不亮", "") }];
    let file = |order| place.runtime.block_on(place.app.file_requests(&Actor::operator(), &code("p"), order));
    let first = file(order()).unwrap();
    let again = file(order()).unwrap();
    assert!(!first[0].again && again[0].again && first[0].code == again[0].code);
}

fn what_turns_out_private_is_hidden(scratch: Scratch) {
    let place = Place::open(scratch);
    let held = RequestCategory { private: true, ..category("conduct", &["态度"]) };
    let facts = vec![PlanFact::RequestCategory(held).into()];
    place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
    let filed = place.file(new("东门的路灯坏了，来修的人态度很差", "s1"));
    place.act("desk", &filed, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
    let published = published();
    assert_eq!(place.found(&published), [filed.to_string()]);
    let into = RequestAct::Categorise { category: code("conduct"), urgency: Urgency::Ordinary };
    place.act("desk", &filed, into).unwrap();
    assert_eq!(place.found(&published), [] as [&str; 0]);
    // And it cannot be shown again, nor put there while it is shown.
    assert!(place.act("desk", &filed, RequestAct::Publish { shown: true, reason: String::new() }).is_err());
    let fact = RequestFact::Category { category: code("conduct"), suggested: false };
    let open = place.file(new("西门的路灯也坏了", "s2"));
    place.act("desk", &open, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
    let command = Command::Record {
        subject: Subject::request(&code("p"), &open),
        facts: vec![fact.into()],
        expected: None,
    };
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    assert!(place.runtime.block_on(place.app.change(&Actor::operator(), change)).is_err());
}

fn what_many_people_raise_is_found_and_becomes_a_task(scratch: Scratch) {
    let place = Place::open(scratch);
    let ask = |text: &str, phone: &str, secret: &str| {
        let person = PersonalData { phone: phone.into(), ..PersonalData::default() };
        place.file(NewRequest { person, ..new(text, secret) })
    };
    let lamp = |at: usize| format!("estate小区东门的路灯已经{at}天不亮了，晚上下班回家看不见路");
    let mut asked: Vec<Code> =
        (1..=6).map(|at| ask(&lamp(at), &format!("1380000000{at}"), &format!("k{at}"))).collect();
    // One of them again, and others about other things.
    asked.push(ask(&lamp(9), "13800000001", "k9"));
    for (at, text) in ["自来水有异味，请检测水质", "建议在公园增设健身器材", "孩子今年上小学应当到哪里登记"]
        .iter()
        .enumerate()
    {
        ask(text, &format!("1390000000{at}"), &format!("o{at}"));
    }
    let all = || place.runtime.block_on(place.app.hot_matters(&code("p"), FIRST, FIRST)).unwrap();
    let found = all();
    assert_eq!((found.looked, found.matters.len()), (10, 1), "{:?}", found.matters);
    let matter = &found.matters[0];
    assert_eq!((matter.people, matter.requests.len(), matter.weeks.clone()), (6, 7, vec![7]));
    assert_eq!((matter.key.clone(), matter.areas.clone()), (asked[0].clone(), vec![(code("estate"), 7)]));
    assert!(matter.led_to.is_empty());
    let outcome = || {
        HotOutcome::Task(HotTask {
            name: "东门路灯整改".into(),
            text: "修复并查明原因".into(),
            lead_unit: code("town-office"),
            level: Level::District,
            due: date(2019, 4, 3),
            supporting: vec![code("water")],
            goal: Some(RequestGoal {
                more: Vec::new(),
                category: Some(code("lamps")),
                areas: vec![code("town")],
                words: vec!["路灯".into()],
                baseline: 600,
                target: 100,
                weeks: 1,
            }),
        })
    };
    let office = Actor::Person { person: code("office"), name: "office".into(), grants: Vec::new() };
    let water = Actor::Person { person: code("water"), name: "water".into(), grants: Vec::new() };
    let confirm = |actor: &Actor| {
        let source = Source::default();
        place.runtime.block_on(place.app.confirm_matter(actor, &code("p"), matter, outcome(), source))
    };
    // Whoever has no say in tasks puts none on the books, and nothing is linked.
    assert!(confirm(&water).is_err());
    assert!(all().matters[0].led_to.is_empty());
    let task = confirm(&office).unwrap();
    assert_eq!(all().matters[0].led_to, [(task.clone(), 7)]);
    assert_eq!(behind(&place, &task), 7, "every request leads to it");
    let one = place.runtime.block_on(place.app.request(&code("p"), &asked[6], Asked::default())).unwrap().0;
    assert_eq!(one.links, std::slice::from_ref(&task));

    // It goes on: what came since belongs to the same task, and what was linked stays as it is.
    let later = ask(&lamp(12), "13800000002", "k12");
    let found = all();
    let on = &found.matters[0];
    let open = place.runtime.block_on(place.app.open_items_of(&code("p"), on)).unwrap();
    assert_eq!(open.iter().map(|item| &item.code).collect::<Vec<_>>(), [task.code()]);
    let (plan, held) = (code("p"), HotOutcome::Held(task.clone()));
    let again = place.app.confirm_matter(&office, &plan, on, held, Source::default());
    assert_eq!(place.runtime.block_on(again).unwrap(), task);
    let of = |code: &Code| {
        place.runtime.block_on(place.app.request(&self::code("p"), code, Asked::default())).unwrap().0
    };
    assert_eq!((of(&asked[6]).version, of(&later).links), (one.version, vec![task.clone()]));
    assert_eq!((behind(&place, &task), all().matters[0].led_to.clone()), (8, vec![(task.clone(), 8)]));

    // It is cleared by what is measured, not by anybody's word.
    let plan = code("p");
    let subject = task.subject(&plan);
    let say = |person: &str, facts: Vec<ItemFact>| {
        let person = Actor::Person { person: code(person), name: person.into(), grants: Vec::new() };
        let facts = facts.into_iter().map(Fact::from).collect();
        let command = Command::Record { subject: subject.clone(), facts, expected: None };
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        place.runtime.block_on(place.app.change(&person, change))
    };
    let step = |step, state| vec![ItemFact::Move { step, state, by: None }];
    let measure = || place.runtime.block_on(place.app.measure_goals(&plan, Source::default())).unwrap();
    let evidence =
        ItemFact::Evidence { key: code("e1"), title: "照片".into(), url: String::new(), by: None };
    let checked =
        ItemFact::EvidenceChecked { key: code("e1"), accepted: true, note: String::new(), by: None };
    say("town", step(Step::TakeUp, State::InHand)).unwrap();
    say("town", vec![evidence]).unwrap();
    say("town", step(Step::ReportDone, State::Reported)).unwrap();
    say("office", vec![checked]).unwrap();
    say("office", step(Step::Verify, State::Verified)).unwrap();
    let clear = || say("office", step(Step::Clear, State::Cleared));
    let refused = |problem: &Problem| match clear() {
        Err(AppError::Refused(refusals)) => {
            assert!(refusals.iter().any(|refusal| refusal.problem == *problem), "{refusals:?}");
        }
        other => panic!("{other:?}"),
    };
    refused(&Problem::GoalNotMeasured);
    assert_eq!(measure(), 0, "the week is not over");
    place.day(date(2019, 3, 12), 9);
    assert_eq!((measure(), measure()), (1, 0), "once a week");
    refused(&Problem::GoalNotMet { rate: 600, target: 100 });
    place.day(date(2019, 3, 19), 9);
    assert_eq!(measure(), 1);
    clear().unwrap();
    assert_eq!(measure(), 0, "what is cleared is measured no longer");
    let (item, _) = place.runtime.block_on(place.app.item(&plan, task.code(), Asked::default())).unwrap();
    assert_eq!(
        item.measured.map(|it| (it.to, it.people.last().copied())),
        Some((date(2019, 3, 17), Some(0)))
    );
    // Everybody who asked is told.
    let tell = || place.runtime.block_on(place.app.tell_what_was_reached(&plan, Source::default())).unwrap();
    assert_eq!((tell(), tell()), (8, 0));
    let (one, _) = place.runtime.block_on(place.app.request(&plan, &asked[6], Asked::default())).unwrap();
    assert_eq!(
        one.told.iter().map(|it| (it.of.clone(), it.step.clone())).collect::<Vec<_>>(),
        [(task, None)]
    );

    // What is not taken up is on the books with its reason, and its requests lead there.
    let refusing =
        HotOutcome::Refused { name: "东门路灯".into(), reason: "权属不清，另行协调".into() };
    let left = place.app.confirm_matter(&office, &plan, matter, refusing, Source::default());
    let left = place.runtime.block_on(left).unwrap();
    let (item, _) = place.runtime.block_on(place.app.item(&plan, left.code(), Asked::default())).unwrap();
    assert_eq!((item.state, item.text.as_str()), (State::Withdrawn, "权属不清，另行协调"));
    assert_eq!((behind(&place, &left), tell()), (7, 0), "nobody is told that nothing was done as if it were");
}

fn those_who_asked_are_told_once_of_what_is_reached_after_they_were_linked(scratch: Scratch) {
    let place = Place::open(scratch);
    let road = Subject::project(&code("p"), &code("road"));
    let step = |name: &str, order| ProjectFact::Step {
        step: code(name),
        order,
        name: Named::new(name, ""),
        gate: None,
    };
    let reached = |name: &str, on: Option<Date>| {
        let date = on.map(PlannedDate::day);
        let fact = ProjectFact::Milestone {
            aspect: Aspect::Actual,
            part: None,
            step: code(name),
            date,
            cause: None,
        };
        place.change(Command::Record { subject: road.clone(), facts: vec![fact.into()], expected: None });
    };
    let facts: Vec<ProjectFact> = vec![
        ProjectFact::Name(Named::new("道路", "Road")),
        ProjectFact::Sector { sector: code("roads") },
        ProjectFact::LeadUnit { unit: code("town-office") },
        step("design", 5),
        step("approval", 10),
        step("start", 20),
        step("completion", 30),
    ];
    let sector = PlanFact::Sector { sector: code("roads"), order: 1, name: Named::new("道路", "") };
    let plan = Subject::plan(&code("p"));
    place.change(Command::Record { subject: plan, facts: vec![sector.into()], expected: None });
    place.register(road.clone(), facts.into_iter().map(Fact::from).collect());
    reached("approval", Some(date(2019, 3, 1)));

    let (one, two, same) = (
        place.file(new("路灯不亮", "s1")),
        place.file(new("Street lamp out", "s2")),
        place.file(new("路灯又不亮", "s3")),
    );
    place.act("desk", &same, RequestAct::Merge { master: one.clone() }).unwrap();
    let link = |to: &Code| {
        let act = RequestAct::Link { to: Target::Project(code("road")), held: true };
        place.act("desk", to, act).unwrap();
    };
    link(&one);
    let plan = code("p");
    let tell = || place.runtime.block_on(place.app.tell_what_was_reached(&plan, Source::default())).unwrap();
    let told = |of: &Code| {
        let request = place.runtime.block_on(place.app.request(&plan, of, Asked::default())).unwrap().0;
        request.told.iter().map(|it| it.step.as_ref().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(tell(), 0, "what was reached before is no news");
    place.day(date(2019, 3, 5), 9);
    reached("start", Some(date(2019, 3, 5)));
    assert_eq!(tell(), 2, "those who asked the same are told the same");
    assert_eq!(tell(), 0, "nobody is told twice");
    assert_eq!((told(&one), told(&same), told(&two)), (vec!["start".into()], vec!["start".into()], vec![]));
    // Whoever is linked later hears of what comes then; what was taken back was not reached.
    link(&two);
    reached("completion", Some(date(2019, 3, 5)));
    reached("completion", None);
    assert_eq!(tell(), 0);
    place.day(date(2019, 3, 6), 9);
    reached("completion", Some(date(2019, 3, 6)));
    assert_eq!(tell(), 3);
    assert_eq!(told(&two), ["completion"]);
    // A date that is put right is no news to whoever was linked meanwhile, and a past that is filled in to nobody.
    let three = place.file(new("路灯忽明忽暗", "s4"));
    link(&three);
    place.day(date(2019, 3, 7), 9);
    reached("completion", Some(date(2019, 3, 5)));
    reached("design", Some(date(2018, 4, 1)));
    assert_eq!((tell(), told(&three).len()), (0, 0));
    // The projections are those that the journal makes.
    let made = place.app.database().rebuild(|_| ()).unwrap();
    assert_eq!(made.before, made.after);
    assert_eq!(tell(), 0);
}

fn a_title_says_what_a_text_leaves_out(scratch: Scratch) {
    let place = Place::open(scratch);
    let file = |title: &str, text: &str, secret: &str| {
        place.file(NewRequest { category: None, title: title.into(), ..new(text, secret) })
    };
    let suggested = |request: &Code| {
        let plan = code("p");
        let (held, _) = place.runtime.block_on(place.app.request(&plan, request, Asked::default())).unwrap();
        let found = place.runtime.block_on(place.app.suggest_of_request(&plan, &held)).unwrap();
        found.sure().map(|best| best.category.to_string())
    };
    assert_eq!(suggested(&file("路灯不亮", "请尽快处理", "t1")).as_deref(), Some("lamps"));
    assert_eq!(suggested(&file("请尽快处理", "楼上漏水", "t2")).as_deref(), Some("water"));
    assert_eq!(suggested(&file("反映问题", "请尽快处理", "t3")), None);
}

fn staff_are_shown_what_is_like_a_request(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let one = place.file(new("东门的路灯不亮，晚上很黑", "s1"));
    // Shown to nobody, and somewhere else in the same area: staff see it all the same.
    let near =
        NewRequest { address: "东门外".into(), public: false, ..new("东门路灯不亮，很黑", "s2") };
    let same = place.file(near);
    place.file(NewRequest { address: "地下室".into(), ..new("停水两天没人管", "s3") });
    place.file(NewRequest {
        area: Some(code("town")),
        address: "西街".into(),
        ..new("东门的路灯不亮", "s4")
    });
    let like = |request: &Code| {
        let (held, _) = place.runtime.block_on(place.app.request(&plan, request, Asked::default())).unwrap();
        let found = place.runtime.block_on(place.app.requests_like(&plan, &held)).unwrap();
        found.into_iter().map(|like| like.row.code).collect::<Vec<Code>>()
    };
    assert_eq!((like(&one), like(&same)), (vec![same.clone()], vec![one.clone()]));
    // A place tells more than an area does, and farther than residents are shown.
    let at = |latitude| Some(Point { longitude: 116_360_000, latitude });
    let here = place.file(NewRequest { point: at(40_070_000), ..new("垃圾桶满了没人清运", "s5") });
    let town = |point, secret| {
        place.file(NewRequest {
            area: Some(code("town")), point, ..new("垃圾桶满了，没人清运", secret)
        })
    };
    // Eight hundred metres away, and a long way: there only what says the same.
    let (there, far) = (town(at(40_077_200), "s6"), town(at(40_170_000), "s7"));
    let other =
        NewRequest { area: Some(code("town")), point: at(40_170_000), ..new("垃圾桶翻倒", "s8") };
    place.file(other);
    let mut found = like(&here);
    found.sort();
    assert_eq!(found, [there, far]);
    // What goes with it already is told elsewhere, and what ended is not merged into.
    place.act("desk", &same, RequestAct::Merge { master: one.clone() }).unwrap();
    assert!(like(&one).is_empty());
}

fn what_says_the_same_is_found_wherever_and_whenever_it_was_asked(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let letter = "锅炉房夜间鼓风机轰鸣，窗户关严也无济于事，老人整宿难眠，已经反映多次";
    let by = |phone: &str, text: &str, secret: &str| {
        let person = PersonalData { phone: phone.into(), ..PersonalData::default() };
        // Nobody knows where it is.
        place.file(NewRequest { area: None, address: "—".into(), person, ..new(text, secret) })
    };
    let first = by("13800000001", letter, "m1");
    place.by_link("m1", step(RequestStep::Withdraw)).unwrap();
    let again = by("13800000002", &format!("{letter}！！"), "m2");
    let same = by("13800000001", "锅炉房鼓风机又在夜间轰鸣，老人难眠", "m3");
    by("13800000001", "停水两天没人管", "m4");
    by("13800000003", "小区门口占道停车，消防车进不来，已经反映多次没有结果", "m5");
    let told = |found: Vec<LikeRequest>| {
        let mut found: Vec<(Code, bool, bool)> =
            found.into_iter().map(|like| (like.row.code, like.same_words, like.same_person)).collect();
        found.sort();
        found
    };
    let like = |request: &Code| {
        let (held, _) = place.runtime.block_on(place.app.request(&plan, request, Asked::default())).unwrap();
        told(place.runtime.block_on(place.app.requests_like(&plan, &held)).unwrap())
    };
    assert_eq!(like(&again), [(first.clone(), true, false)]);
    assert_eq!(like(&first), [(again.clone(), true, false), (same.clone(), false, true)]);
    // The desk is told before it files one: of the words, and of whoever is on the line.
    let saying = |phone: &str, text: &str| {
        let said = SaidNow { text: text.into(), ..SaidNow::default() };
        let person = PersonalData { phone: phone.into(), ..PersonalData::default() };
        told(place.runtime.block_on(place.app.requests_saying(&plan, said, &person)).unwrap())
    };
    assert_eq!(saying("", letter), [(first.clone(), true, false), (again.clone(), true, false)]);
    let known = [(first.clone(), true, true), (again, true, false), (same, false, true)];
    assert_eq!(saying("138 0000 0001", letter), known);
    assert!(saying("13800000009", "电梯停运").is_empty() && saying("", "").is_empty());
}

on_both!(
    a_link_takes_back_what_was_withdrawn_and_judges_what_was_answered,
    what_becomes_urgent_is_given_out_within_the_limits_of_that,
    the_whole_path,
    who_asked_is_sealed_and_erased,
    what_programs_add_is_known_again,
    lists_search_and_counts_agree,
    pages_of_a_list_hold_every_request_once,
    what_many_people_raise_is_found_and_becomes_a_task,
    what_turns_out_private_is_hidden,
    a_title_says_what_a_text_leaves_out,
    staff_are_shown_what_is_like_a_request,
    what_says_the_same_is_found_wherever_and_whenever_it_was_asked,
    those_who_asked_are_told_once_of_what_is_reached_after_they_were_linked
);
