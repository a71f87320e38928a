//! Those who work on requests hear what is new of them: gathered, once, and what presses at once. On both databases.

use app::App;
use app::request::{NewRequest, NewsLane, RequestAct};
use domain::code::Code;
use domain::command::Command;
use domain::item::Target;
use domain::named::Named;
use domain::notice::{Notice, Value};
use domain::plan::PlanFact;
use domain::project::ProjectFact;
use domain::request::{RequestState, RequestStep, Solved, Urgency};
use domain::subject::Subject;
use jiff::civil::date;
use scratch::Scratch;

use crate::place::*;

impl Place {
    fn round(&self, lane: NewsLane) -> usize {
        self.runtime.block_on(self.app.tell_request_news(&code("p"), lane)).unwrap()
    }

    /// A round of each lane; how many people were told by them.
    fn rounds(&self) -> (usize, usize) {
        (self.round(NewsLane::Pressing), self.round(NewsLane::Usual))
    }

    /// What somebody was told, the latest first.
    fn notices(&self, person: &str) -> Vec<Notice> {
        let inbox = self.runtime.block_on(self.app.inbox(&code(person), false, None, 100)).unwrap();
        inbox.notices.into_iter().map(|held| held.notice).collect()
    }

    fn last(&self, person: &str) -> (String, String, bool) {
        let notice = self.notices(person).remove(0);
        (notice.said.key.clone(), notice.link.as_str().to_owned(), notice.urgent)
    }
}

fn page(request: &Code) -> String {
    format!("/p/p/requests/{request}")
}

fn a_unit_hears_of_what_it_is_given_and_a_flood_is_one_notice(scratch: Scratch) {
    let place = Place::open(scratch);
    place.file(new("老早的路灯", "s0"));
    assert_eq!(place.rounds(), (0, 0), "before the first round nothing is news");
    let filed = place.file(new("路灯不亮", "s1"));
    assert_eq!(place.rounds(), (0, 1));
    assert_eq!(place.last("town"), ("request-news-given".into(), page(&filed), false));
    assert_eq!(place.rounds(), (0, 0), "nobody is told twice");

    let many: Vec<NewRequest> = (0..40).map(|at| new(&format!("第{at}盏路灯不亮"), "")).collect();
    place.runtime.block_on(place.app.file_requests(&app::Actor::operator(), &code("p"), many)).unwrap();
    assert_eq!(place.rounds(), (0, 1));
    let told = place.notices("town").remove(0);
    assert_eq!(
        (told.said.key.as_str(), told.said.values["count"].clone()),
        ("request-news-many-given", Value::Number(40))
    );
    assert_eq!(told.link.as_str(), "/p/p/requests?unit=town-office&standing=open&order=due");
    assert!(place.notices("water").is_empty() && place.notices("desk").is_empty());

    // What was taken up meanwhile is no news, nor is what came in long ago, nor what is played.
    let quick = place.file(new("路灯又不亮", "s2"));
    place.act("town", &quick, step(RequestStep::Accept)).unwrap();
    place.file(NewRequest { at: Some(date(2018, 11, 5).at(9, 0, 0, 0)), ..new("去年的路灯", "s3") });
    assert_eq!(place.rounds(), (0, 0));
    let playing = App::playing(place.app.database().clone(), place.clock.clone());
    place.file(new("又一盏路灯", "s4"));
    let lane = NewsLane::Usual;
    assert_eq!(place.runtime.block_on(playing.tell_request_news(&code("p"), lane)).unwrap(), 0);
    assert_eq!(place.rounds(), (0, 1), "which is told all the same by others");
}

fn what_presses_comes_at_once_and_what_is_added_with_the_next_round(scratch: Scratch) {
    let place = Place::open(scratch);
    assert_eq!(place.rounds(), (0, 0));
    let filed = place.file(new("路灯不亮", "s1"));
    assert_eq!(place.rounds(), (0, 1));
    let urgent = RequestAct::Categorise { category: code("lamps"), urgency: Urgency::Immediate };
    place.act("desk", &filed, urgent).unwrap();
    assert_eq!(place.rounds(), (1, 0));
    assert_eq!(place.last("town"), ("request-news-made-urgent".into(), page(&filed), true));
    place.by_link("s1", RequestAct::Word { text: "更暗了".into() }).unwrap();
    assert_eq!(place.rounds(), (0, 1));
    assert_eq!(place.last("town").0, "request-news-added");

    // Handed back, it is for the desk; given to others, for them, at once.
    place.act("town", &filed, step(RequestStep::AskReturn)).unwrap();
    assert_eq!(place.rounds(), (0, 1));
    assert_eq!(place.last("desk"), ("request-news-return-asked".into(), page(&filed), false));
    let give =
        RequestAct::Give { step: RequestStep::Redispatch, unit: code("water"), reason: "归口".into() };
    place.act("desk", &filed, give).unwrap();
    place.act("desk", &filed, RequestAct::Support { unit: code("town-office"), active: true }).unwrap();
    assert_eq!(place.rounds(), (2, 0));
    assert_eq!(place.last("water"), ("request-news-given".into(), page(&filed), true));
    assert_eq!(place.last("town").0, "request-news-supports");

    // Not solved, whoever had it has it again.
    place.act("water", &filed, step(RequestStep::Accept)).unwrap();
    place.act("water", &filed, RequestAct::Answer { text: "已修好".into() }).unwrap();
    place.day(FIRST, 12);
    place.act("desk", &filed, called(Solved::No)).unwrap();
    assert_eq!(place.rounds(), (1, 0));
    assert_eq!(place.last("water").0, "request-news-taken-up-again");

    // What nobody can be given yet waits for the desk.
    let unplaced = place.file(NewRequest { category: None, ..new("不知道归谁", "s2") });
    let other = place.file(NewRequest { category: None, ..new("也不知道归谁", "s3") });
    assert_eq!(place.rounds(), (0, 1));
    let told = place.notices("desk").remove(0);
    assert_eq!(
        (told.said.key.as_str(), told.link.as_str()),
        ("request-news-many-desk", "/p/p/requests?standing=desk")
    );
    place.act("desk", &other, RequestAct::Merge { master: unplaced }).unwrap();
    assert_eq!(place.rounds(), (0, 0));
}

fn more_time_and_the_books_are_asked_of_the_office_above(scratch: Scratch) {
    let place = Place::open(scratch);
    let road = Subject::project(&code("p"), &code("road"));
    let sector = PlanFact::Sector { sector: code("roads"), order: 1, name: Named::new("道路", "") };
    place.change(Command::Record {
        subject: Subject::plan(&code("p")),
        facts: vec![sector.into()],
        expected: None,
    });
    let facts = vec![
        ProjectFact::Name(Named::new("道路", "Road")).into(),
        ProjectFact::Sector { sector: code("roads") }.into(),
    ];
    place.register(road, facts);
    assert_eq!(place.rounds(), (0, 0));
    let filed = place.file(new("路灯不亮", "s1"));
    for it in [RequestStep::Accept, RequestStep::Start] {
        place.act("town", &filed, step(it)).unwrap();
    }
    let asks = || {
        let query = domain::request::query::RequestQuery { asks: true, ..Default::default() };
        place.found(&query)
    };
    let ask = RequestAct::AskExtension { until: date(2019, 3, 29), reason: "等备件".into() };
    place.act("town", &filed, ask).unwrap();
    assert_eq!(place.rounds(), (0, 1));
    assert_eq!(place.last("office"), ("request-news-extension-asked".into(), page(&filed), false));
    assert_eq!(asks(), [filed.to_string()]);
    let books = |until| RequestAct::AskBooks {
        link: Target::Project(code("road")),
        until,
        reason: "随道路工程".into(),
    };
    place.act("town", &filed, books(date(2019, 9, 1))).unwrap();
    let refuse = RequestAct::DecideExtension { granted: false, note: "抓紧".into() };
    place.act("office", &filed, refuse).unwrap();
    assert_eq!(place.rounds(), (0, 2));
    assert_eq!(place.last("office").0, "request-news-books-asked");
    assert_eq!(place.last("town").0, "request-news-extension-refused");
    assert_eq!(asks(), [filed.to_string()], "the books are still asked for");

    let grant = RequestAct::DecideBooks { granted: true, note: String::new() };
    assert!(place.act("town", &filed, grant.clone()).is_err());
    assert_eq!(place.act("office", &filed, grant).unwrap(), RequestState::OnTheBooks);
    assert_eq!((place.rounds(), asks()), ((0, 1), vec![]));
    assert_eq!(place.last("town").0, "request-news-books-granted");
    let off = |reason: &str| RequestAct::Step { step: RequestStep::TakeOffBooks, reason: reason.into() };
    assert!(place.act("town", &filed, off(" ")).is_err(), "not without a reason");
    place.act("town", &filed, off("道路已开工")).unwrap();
    let made = place.app.database().rebuild(|_| ()).unwrap();
    assert_eq!(made.before, made.after);
}

on_both!(
    a_unit_hears_of_what_it_is_given_and_a_flood_is_one_notice,
    what_presses_comes_at_once_and_what_is_added_with_the_next_round,
    more_time_and_the_books_are_asked_of_the_office_above,
);
