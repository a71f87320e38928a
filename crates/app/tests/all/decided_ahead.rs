//! What residents bring is decided before it is its turn to be written, and is what it would have been then: whatever
//! changes meanwhile, on both databases.

use std::collections::BTreeSet;

use crate::place::*;
use app::read::Asked;
use app::request::{Filed, NewRequest, PersonalData, ProtectionKey};
use app::{Actor, App, AppError, Change};
use domain::code::Code;
use domain::command::Command;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::request::query::RequestQuery;
use domain::request::rules::Preset;
use domain::request::{Channel, Request, RequestCategory, RequestRules};
use domain::source::Source;
use domain::subject::Subject;
use scratch::Scratch;
use store::Database;

/// Another server of the same site.
fn another(place: &Place) -> App {
    let database = Database::open_existing(place.app.database().address()).unwrap();
    let app = App::new(database, place.clock.clone());
    app.protect(ProtectionKey::random());
    app
}

/// Looks at the plan, as whoever opens the form does.
fn look(place: &Place, app: &App) {
    place.runtime.block_on(app.portfolio(&code("p"), Asked::default())).unwrap();
}

fn file(place: &Place, app: &App, new: NewRequest) -> Result<Filed, AppError> {
    place.runtime.block_on(app.file_request(&Actor::Public, &code("p"), new))
}

fn request(place: &Place, called: &Code) -> Request {
    place.runtime.block_on(place.app.request(&code("p"), called, Asked::default())).unwrap().0
}

fn number(code: &Code) -> u64 {
    code.as_str().rsplit_once('-').unwrap().1.parse().unwrap()
}

fn changed(place: &Place, app: &App, fact: PlanFact) {
    let command =
        Command::Record { subject: Subject::plan(&code("p")), facts: vec![fact.into()], expected: None };
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    place.runtime.block_on(app.change(&Actor::operator(), change)).unwrap();
}

/// Without what differs between any two.
fn alike(request: Request) -> String {
    let called = request.code.to_string();
    let seq = request.registered;
    format!("{request:?}").replace(&called, "…").replace(&format!("{seq:?}"), "…")
}

fn it_is_what_it_would_have_been(scratch: Scratch) {
    let place = Place::open(scratch);
    let person = PersonalData { phone: "13812345678".into(), ..PersonalData::default() };
    let brought = |secret: &str| NewRequest {
        person: person.clone(),
        ..new("路灯不亮，回电13812345678", secret)
    };
    // Several at once are decided one after the other as they are written.
    let plan = code("p");
    let both = place.app.file_requests(&Actor::Public, &plan, vec![brought("s1"), brought("s2")]);
    let written = place.runtime.block_on(both).unwrap();
    look(&place, &place.app);
    let ahead = file(&place, &place.app, brought("s3")).unwrap();
    assert_eq!((ahead.again, &ahead.unit), (false, &written[0].unit));
    assert_eq!(alike(request(&place, &ahead.code)), alike(request(&place, &written[0].code)));
    // Who asked, and by which link.
    let sealed =
        |called: &Code| place.app.database().read(|c| c.sealed_person(&plan, called)).unwrap().unwrap();
    let (one, other) = (sealed(&ahead.code), sealed(&written[0].code));
    assert_eq!((one.asker, one.key_id, one.created_at), (other.asker, other.key_id, other.created_at));
    let judged = place.by_link("s3", app::request::RequestAct::Word { text: "补充".into() });
    judged.unwrap();
    // Found by its words, and in its place among the others.
    let words = RequestQuery { text: "路灯".into(), ..RequestQuery::default() };
    assert_eq!(place.found(&words).len(), 3);
    assert_eq!(place.found(&RequestQuery::default())[0], ahead.code.as_str());
    // Sent again, it is the same, and the number that it would have been given is left out.
    assert!(file(&place, &place.app, brought("s3")).unwrap().again);
    let next = file(&place, &place.app, brought("s4")).unwrap();
    let head = place.app.database().read(|c| c.head_hash()).unwrap().0;
    assert_eq!((number(&next.code), head.0), (number(&ahead.code) + 3, number(&ahead.code) + 2));
    let after = file(&place, &place.app, brought("s5")).unwrap();
    assert_eq!(number(&after.code), number(&next.code) + 1);
}

fn what_has_changed_meanwhile_counts(scratch: Scratch) {
    let place = Place::open(scratch);
    let other = another(&place);
    file(&place, &place.app, new("路灯不亮", "s1")).unwrap();
    look(&place, &place.app);
    let unit = |secret: &str| file(&place, &place.app, new("路灯又不亮", secret)).unwrap().unit;
    assert_eq!(unit("s2"), Some(code("town-office")));
    // Another server changes who takes it, and this one has not looked since.
    let moved = RequestRules::of_offices(
        Named::new("规则", "Rules"),
        Named::new("试验", "Test"),
        Preset::usual(code("usual"), Named::new("一般", "Usual")),
        [(code("town"), code("water"))].into(),
        code("district-office"),
    );
    changed(&place, &other, PlanFact::RequestRules(moved));
    assert_eq!(unit("s3"), Some(code("water")));
    // And this one itself.
    look(&place, &place.app);
    assert_eq!(unit("s4"), Some(code("water")));
    changed(&place, &place.app, PlanFact::RequestRules(rules()));
    assert_eq!(unit("s5"), Some(code("town-office")));
    // What has to be said now, too.
    let needs = RequestCategory { needs_contact: true, ..category("lamps", &["路灯"]) };
    changed(&place, &other, PlanFact::RequestCategory(needs));
    assert!(matches!(file(&place, &place.app, new("路灯", "s6")), Err(AppError::Refused(_))));
    look(&place, &place.app);
    assert!(matches!(file(&place, &place.app, new("路灯", "s7")), Err(AppError::Refused(_))));
}

fn nobody_is_called_as_another(scratch: Scratch) {
    let place = Place::open(scratch);
    let other = another(&place);
    let mut called = BTreeSet::new();
    for app in [&place.app, &other] {
        called.insert(file(&place, app, new("路灯不亮", &format!("first-{}", called.len()))).unwrap().code);
        look(&place, app);
    }
    // Two servers give out numbers at once.
    for turn in 0..20 {
        for (app, name) in [(&place.app, "one"), (&other, "other")].into_iter().cycle().skip(turn % 2).take(2)
        {
            let filed =
                file(&place, app, new(&format!("{name}路灯不亮{turn}"), &format!("{name}-{turn}"))).unwrap();
            assert!(called.insert(filed.code));
        }
    }
    // Orders were called so before: by number, whoever brings them.
    let next = number(called.last().unwrap()) + 1;
    let day = called.last().unwrap().as_str().rsplit_once('-').unwrap().0.to_owned();
    let taken: Vec<String> = (next..next + 5).map(|number| format!("{day}-{number}")).collect();
    for taken in &taken {
        let order = NewRequest { number: taken.clone(), ..NewRequest::new(Channel::Hotline, "停水了") };
        let order = NewRequest { area: Some(code("estate")), category: Some(code("water")), ..order };
        assert_eq!(file(&place, &other, order.clone()).unwrap().code.as_str(), taken);
        assert!(file(&place, &place.app, order).unwrap().again);
        called.insert(code(taken));
    }
    for turn in 0..10 {
        let app = if turn % 2 == 0 { &place.app } else { &other };
        let filed = file(&place, app, new("路灯还是不亮", &format!("last-{turn}"))).unwrap();
        assert!(!filed.again && called.insert(filed.code));
    }
    let all = place.runtime.block_on(place.app.request_count(&code("p"), &RequestQuery::default())).unwrap();
    assert_eq!(all.number, called.len() as u64);
}

on_both!(it_is_what_it_would_have_been, what_has_changed_meanwhile_counts, nobody_is_called_as_another);
