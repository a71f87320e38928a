//! Call-backs by short message, on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::place::*;
use app::notify::{Carried, Parcel, Reach, ReachedGateway, ShortMessage, lane};
use app::read::Asked;
use app::request::{IncomingText, NewRequest, PersonalData, RequestAct, SmsGateway, TextTaken};
use app::{Actor, Secret};
use domain::code::Code;
use domain::preference::Language;
use domain::request::{CallWay, Request, RequestState, RequestStep, Satisfaction, Solved};
use jiff::ToSpan;
use scratch::Scratch;

const PHONE: &str = "13812345678";

fn gateway() -> SmsGateway {
    SmsGateway {
        plan: code("p"),
        id: code("g"),
        name: "短信网关".into(),
        secret: Secret::new("a very secret text"),
        per_hour: 600,
    }
}

impl Place {
    fn text_of(&self, gateway: &SmsGateway, id: &str, phone: &str, text: &str) -> TextTaken {
        let at = self.clock_now().as_second();
        // Another body each time: the same one would be a message that comes again.
        static SENT: AtomicU32 = AtomicU32::new(0);
        let body = format!("{id} {}", SENT.fetch_add(1, Ordering::Relaxed));
        let sign = format!("sha256={}", gateway.secret.sign(at, &body));
        let signed = gateway.check(&at.to_string(), &sign, body.as_bytes(), self.clock_now()).unwrap();
        let text = IncomingText { id: id.into(), phone: phone.into(), text: text.into() };
        self.runtime.block_on(self.app.take_text(gateway, text, signed)).unwrap()
    }

    fn text(&self, id: &str, phone: &str, text: &str) {
        assert_eq!(self.text_of(&gateway(), id, phone, text), TextTaken::Taken);
    }

    fn held(&self, request: &Code) -> Request {
        self.runtime.block_on(self.app.request(&code("p"), request, Asked::default())).unwrap().0
    }

    /// Works out who is to be sent a message.
    fn routed(&self) {
        let reached = ReachedGateway { plan: code("p"), id: code("g"), language: Language::Chinese };
        let reach = Arc::new(Reach { gateways: vec![reached], ..Reach::default() });
        self.runtime.block_on(async {
            let jobs = self.app.claim(lane::ROUTE, "test", 100).await.unwrap();
            self.app.route(jobs, "test", reach).await.unwrap();
        });
    }

    /// Everything that is to be sent by message now.
    fn texts(&self) -> Vec<ShortMessage> {
        self.routed();
        self.runtime.block_on(async {
            let jobs = self.app.claim(&lane::sms("p", "g"), "test", 100).await.unwrap();
            assert!(jobs.iter().all(|job| !format!("{job:?}").contains(PHONE)), "no job names a number");
            assert!(jobs.iter().all(|job| job.tries == 1), "what waits counts no try");
            let mut out = Vec::new();
            for (job, parcel) in self.app.parcels(jobs, "https://site.example").await.unwrap() {
                let carried = match parcel {
                    Parcel::Waits(until) => Carried::Waits(until),
                    Parcel::Text(text) => {
                        out.push(text);
                        Carried::Done(String::new())
                    }
                    _ => Carried::Done(String::new()),
                };
                self.app.carried(job, "test", carried).await.unwrap();
            }
            out
        })
    }

    fn answer(&self, request: &Code) {
        let accept = RequestAct::Step { step: RequestStep::Accept, reason: String::new() };
        self.act("town", request, accept).unwrap();
        self.act("town", request, RequestAct::Answer { text: "已修好".into() }).unwrap();
    }
}

fn of(phone: &str, secret: &str) -> NewRequest {
    let person = PersonalData { phone: phone.into(), name: "李华".into(), ..PersonalData::default() };
    NewRequest { person, ..new("东门的路灯不亮", secret) }
}

fn a_number_is_asked_and_its_answers_are_a_call_back(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(of("138-1234-5678", "s1"));
    let other = place.file(of("13900000001", "s2"));
    place.answer(&filed);
    let asked = place.texts();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].phone, PHONE);
    assert!(
        asked[0].text.contains(filed.as_str()) && asked[0].text.contains("解决了吗"),
        "{}",
        asked[0].text
    );
    assert!(!asked[0].text.contains("路灯") && !asked[0].text.contains("李华"));
    assert!(place.texts().is_empty(), "once");

    place.text("1", "+86 13812345678", "1");
    let held = place.held(&filed);
    assert_eq!(held.state, RequestState::Closed);
    let call = held.verdict().unwrap();
    assert_eq!((call.way, call.solved, call.satisfaction), (CallWay::Sms, Some(Solved::Yes), None));
    // The other question follows, and the same message says nothing more.
    let asked = place.texts();
    assert!(asked.len() == 1 && asked[0].text.contains("满意"), "{asked:?}");
    place.text("1", PHONE, "1");
    assert_eq!(place.held(&filed).call_backs.len(), 1);
    place.text("2", PHONE, "不满意，太慢");
    let held = place.held(&filed);
    let call = held.verdict().unwrap();
    assert_eq!((call.solved, call.satisfaction), (Some(Solved::Yes), Some(Satisfaction::Dissatisfied)));
    assert_eq!((held.call_backs.len(), call.text.as_str(), held.state), (2, "太慢", RequestState::Closed));
    // Nothing more is asked: a further message is taken and says nothing.
    place.text("3", PHONE, "3");
    assert_eq!(place.held(&filed).version, held.version);
    assert_eq!(place.held(&other).call_backs.len(), 0);
    assert!(place.texts().is_empty());
}

fn not_solved_takes_it_up_again_and_other_words_are_added(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(of(PHONE, "s1"));
    place.answer(&filed);
    place.text("1", PHONE, "3楼的灯呢？");
    let held = place.held(&filed);
    assert_eq!((held.state, held.words.last().unwrap().1.as_str()), (RequestState::Answered, "3楼的灯呢？"));
    place.text("1", PHONE, "3楼的灯呢？");
    assert_eq!(place.held(&filed).words.len(), 1);
    place.text("2", PHONE, "33");
    let held = place.held(&filed);
    assert_eq!((held.state, held.reopened), (RequestState::Reopened, 1));
    let call = held.verdict().unwrap();
    assert_eq!((call.solved, call.satisfaction), (Some(Solved::No), Some(Satisfaction::Dissatisfied)));
    // While it is worked on nothing is asked.
    place.text("3", PHONE, "1");
    assert_eq!(place.held(&filed).version, held.version);
    // What was said of the first answer is not said of the next one.
    place.day(FIRST.tomorrow().unwrap(), 10);
    drop(place.texts());
    place.answer(&filed);
    assert_eq!(place.texts().len(), 1);
    place.text("4", PHONE, "11");
    let held = place.held(&filed);
    assert_eq!((held.state, held.call_backs.len()), (RequestState::Closed, 2));
    assert!(place.texts().is_empty(), "both were answered");
    // A number in what is said is masked as everywhere.
    let second = place.file(of(PHONE, "s2"));
    place.answer(&second);
    place.text("5", PHONE, "请打13987654321");
    assert_eq!(place.held(&second).words.last().unwrap().1, "请打***");
}

fn only_the_newest_answered_request_within_its_window_is_meant(scratch: Scratch) {
    let place = Place::open(scratch);
    let (first, second) = (place.file(of(PHONE, "s1")), place.file(of(PHONE, "s2")));
    place.answer(&second);
    place.day(FIRST, 12);
    place.answer(&first);
    place.text("1", PHONE, "2");
    assert_eq!(place.held(&first).verdict().unwrap().solved, Some(Solved::Partly));
    assert!(place.held(&second).call_backs.is_empty());
    // The satisfaction with it is what is asked last; then the other one.
    place.text("2", PHONE, "1");
    assert_eq!(place.held(&first).verdict().unwrap().satisfaction, Some(Satisfaction::Satisfied));
    place.day(FIRST.saturating_add(15.days()), 12);
    place.text("3", PHONE, "1");
    assert!(place.held(&second).call_backs.is_empty(), "its window is over");
    assert_eq!(place.held(&second).state, RequestState::Answered);
    // Whoever is erased is known by no number.
    let third = place.file(of(PHONE, "s3"));
    place.answer(&third);
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    place.runtime.block_on(place.app.erase_person(&desk, &code("p"), &third, "本人要求")).unwrap();
    place.text("4", PHONE, "1");
    assert!(place.held(&third).call_backs.is_empty());
    assert!(place.texts().iter().all(|text| !text.text.contains(third.as_str())));
}

fn nobody_is_asked_at_night_without_a_mobile_or_after_an_answer(scratch: Scratch) {
    let place = Place::open(scratch);
    let landline = place.file(of("010-62345678", "s1"));
    place.answer(&landline);
    assert!(place.texts().is_empty());
    place.day(FIRST, 22);
    let filed = place.file(of(PHONE, "s2"));
    place.answer(&filed);
    assert!(place.texts().is_empty(), "it is night");
    place.day(FIRST.tomorrow().unwrap(), 8);
    assert_eq!(place.texts().len(), 1);
    // Whoever answered by the link before it is sent is not asked.
    let quick = place.file(of(PHONE, "s3"));
    place.answer(&quick);
    place.by_link("s3", judged(Solved::Yes, Satisfaction::Satisfied, "")).unwrap();
    assert!(place.texts().is_empty());
    // What was due in the evening and could not be sent then waits for the morning as well.
    place.day(FIRST.tomorrow().unwrap(), 20);
    let late = place.file(of(PHONE, "s4"));
    place.answer(&late);
    place.routed();
    for hour in [21, 23] {
        place.day(FIRST.tomorrow().unwrap(), hour);
        assert!(place.texts().is_empty(), "{hour}");
    }
    place.day(FIRST.saturating_add(2.days()), 7);
    assert!(place.texts().is_empty());
    place.day(FIRST.saturating_add(2.days()), 8);
    assert_eq!(place.texts().len(), 1);
}

fn whoever_was_not_helped_is_not_content_by_a_stray_message(scratch: Scratch) {
    let place = Place::open(scratch);
    let master = place.file(of("13900000001", "m"));
    let same = place.file(of(PHONE, "s"));
    place.act("desk", &same, RequestAct::Merge { master: master.clone() }).unwrap();
    place.answer(&master);
    assert_eq!(place.texts().len(), 2);
    place.text("1", PHONE, "3");
    let held = place.held(&same);
    assert_eq!((held.state, held.verdict().unwrap().solved), (RequestState::Merged, Some(Solved::No)));
    assert_eq!(place.held(&master).state, RequestState::Reopened);
    assert!(place.texts().is_empty(), "nothing more is asked");
    place.text("2", PHONE, "1");
    assert_eq!(place.held(&same).version, held.version);
}

fn what_was_divided_is_judged_and_stays_answered(scratch: Scratch) {
    let place = Place::open(scratch);
    let parent = place.file(of(PHONE, "s"));
    let divide = RequestAct::Divide { text: "水管漏水".into(), category: code("water") };
    place.act("desk", &parent, divide).unwrap();
    place.answer(&parent);
    assert_eq!(place.texts().len(), 1);
    place.text("1", PHONE, "1");
    let held = place.held(&parent);
    assert_eq!((held.state, held.words.len()), (RequestState::Answered, 0));
    assert_eq!(held.verdict().unwrap().solved, Some(Solved::Yes));
    let asked = place.texts();
    assert!(asked.len() == 1 && asked[0].text.contains("满意"), "{asked:?}");
    place.text("2", PHONE, "1");
    let held = place.held(&parent);
    let call = held.verdict().unwrap();
    assert_eq!((call.solved, call.satisfaction), (Some(Solved::Yes), Some(Satisfaction::Satisfied)));
    assert_eq!(held.state, RequestState::Answered);
}

fn what_was_closed_meanwhile_is_judged_all_the_same(scratch: Scratch) {
    let place = Place::open(scratch);
    let close = || RequestAct::Step { step: RequestStep::Close, reason: String::new() };
    let filed = place.file(of(PHONE, "s1"));
    place.answer(&filed);
    assert!(place.act("desk", &filed, close()).is_err(), "nobody was called back on");
    place.by_link("s1", close()).unwrap();
    place.text("1", PHONE, "3");
    let held = place.held(&filed);
    let call = held.verdict().unwrap();
    assert_eq!(
        (held.state, call.way, call.solved),
        (RequestState::ReopenAsked, CallWay::Sms, Some(Solved::No))
    );
    // Once the window is over nothing is asked any more.
    let late = place.file(of("13700000000", "s2"));
    place.answer(&late);
    place.by_link("s2", close()).unwrap();
    place.day(FIRST.saturating_add(15.days()), 12);
    place.text("2", "13700000000", "3");
    assert_eq!((place.held(&late).state, place.held(&late).call_backs.len()), (RequestState::Closed, 0));
}

fn what_is_masked_of_an_answer_is_kept(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(of(PHONE, "s1"));
    place.answer(&filed);
    place.text("1", PHONE, "再说一遍，打13912345672");
    place.text("2", PHONE, "3 还不亮，打13912345671");
    let held = place.held(&filed);
    let said = [&held.verdict().unwrap().text, &held.words.last().unwrap().1];
    assert_eq!(said, ["还不亮，打***", "再说一遍，打***"]);
    let (operator, plan) = (Actor::operator(), code("p"));
    let kept = place.app.reveal(&operator, &plan, &filed, "回电");
    let kept = place.runtime.block_on(kept).unwrap().text;
    assert!(kept.contains("13912345671") && kept.contains("13912345672"), "{kept}");
}

fn known_and_unknown_numbers_are_answered_alike(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(of(PHONE, "s1"));
    place.answer(&filed);
    // Whatever comes in counts for what a gateway may bring, so that nobody learns from it which numbers are known.
    for (hour, phones) in [(10, [PHONE, "13700000000"]), (12, ["13700000000", "13700000001"])] {
        place.day(FIRST, hour);
        let few = SmsGateway { per_hour: 2, ..gateway() };
        for (at, phone) in phones.iter().enumerate() {
            let id = format!("{hour}-{at}");
            assert_eq!(place.text_of(&few, &id, phone, "谢谢"), TextTaken::Taken);
        }
        for phone in [PHONE, "13700000000"] {
            assert_eq!(place.text_of(&few, phone, phone, "谢谢"), TextTaken::TooMany);
        }
    }
    assert_eq!(place.held(&filed).words.len(), 1);
    // The very same signed message is taken once.
    let at = place.clock_now();
    let again = || {
        let sign = format!("sha256={}", gateway().secret.sign(at.as_second(), "body"));
        let signed = gateway().check(&at.as_second().to_string(), &sign, b"body", at).unwrap();
        let text = IncomingText { id: "9".into(), phone: "13700000000".into(), text: "1".into() };
        place.runtime.block_on(place.app.take_text(&gateway(), text, signed)).unwrap()
    };
    assert_eq!((again(), again()), (TextTaken::Taken, TextTaken::Replayed));
    let wrong = gateway().check("1", "sha256=00", b"body", at);
    assert_eq!(wrong, Err(app::request::SignatureFault::Wrong));
}

fn a_message_counts_once_also_where_it_said_nothing(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(of(PHONE, "s1"));
    place.text("1", PHONE, "1");
    place.answer(&filed);
    place.text("1", PHONE, "1");
    assert!(place.held(&filed).call_backs.is_empty(), "it was sent before anybody asked");
    // A forum of the same name has nothing to do with it.
    place.text("2", PHONE, "1");
    assert_eq!(place.held(&filed).state, RequestState::Closed);
    let kept = place.app.database().read(|c| c.table_sizes()).unwrap();
    let kept = |table: &str| kept.iter().find(|(name, _)| *name == table).unwrap().1;
    assert_eq!((kept("text_message"), kept("forum_post")), (2, 0));
}

on_both!(
    what_was_closed_meanwhile_is_judged_all_the_same,
    a_message_counts_once_also_where_it_said_nothing,
    whoever_was_not_helped_is_not_content_by_a_stray_message,
    what_was_divided_is_judged_and_stays_answered,
    a_number_is_asked_and_its_answers_are_a_call_back,
    not_solved_takes_it_up_again_and_other_words_are_added,
    only_the_newest_answered_request_within_its_window_is_meant,
    nobody_is_asked_at_night_without_a_mobile_or_after_an_answer,
    what_is_masked_of_an_answer_is_kept,
    known_and_unknown_numbers_are_answered_alike,
);
