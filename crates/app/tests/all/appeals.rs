//! An appeal from the call-back to the corrected issue of a published month: what the rates say before and after, what
//! was known when, and who was told.

use app::Actor;
use app::read::Asked;
use app::request::{ClaimQuestion, RequestAct};
use domain::person::PersonFact;
use domain::policy::{Role, Scope};
use domain::refusal::Problem;
use domain::request::{
    CallWay, ClaimState, ExclusionGround, RatePart, RateParts, RequestStep, Satisfaction, Solved,
};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::Scratch;

use crate::place::{FIRST, Place, code, judged, new, step};

const MARCH: (Date, Date) = (date(2019, 3, 1), date(2019, 3, 31));

fn answered(place: &Place, text: &str, secret: &str) -> domain::code::Code {
    place.day(FIRST, 9);
    let request = place.file(new(text, secret));
    place.act("town", &request, step(RequestStep::Accept)).unwrap();
    place.act("town", &request, RequestAct::Contact { way: CallWay::Phone, text: String::new() }).unwrap();
    place.act("town", &request, RequestAct::Answer { text: "已换灯".into() }).unwrap();
    place.by_link(secret, judged(Solved::Partly, Satisfaction::Dissatisfied, "太贵")).unwrap();
    request
}

fn appeal(parts: RateParts) -> RequestAct {
    RequestAct::Appeal {
        ground: ExclusionGround::MistakenRating,
        parts,
        reason: "不满意的是收费标准".into(),
        evidence: "录音第 2 段".into(),
    }
}

fn satisfaction(place: &Place, asked: Asked) -> (u64, u64) {
    let question = app::request::RateQuestion { from: MARCH.0, to: MARCH.1, by: app::request::RatesBy::Unit };
    let found = place.runtime.block_on(place.app.request_rates(&code("p"), question, asked)).unwrap();
    let line = found.unwrap().lines.remove(0);
    (line.rates.tally.base(), line.rates.satisfaction.of)
}

fn claims(place: &Place, states: &[ClaimState], asked: Asked) -> Vec<(String, Option<ClaimState>)> {
    let question = ClaimQuestion { states: states.to_vec(), ..ClaimQuestion::default() };
    let page = place.runtime.block_on(place.app.request_claims(&code("p"), &question, asked)).unwrap();
    page.lines.iter().map(|line| (line.request.to_string(), line.claim.state())).collect()
}

fn told(place: &Place, person: &str) -> Vec<String> {
    let inbox = place.runtime.block_on(place.app.inbox(&code(person), false, None, 20)).unwrap();
    inbox.notices.iter().map(|held| held.notice.said.key.clone()).collect()
}

fn publish(place: &Place) -> Result<(), app::AppError> {
    let ground = (Source::default(), "公布".to_owned());
    let (by, plan) = (Actor::operator(), code("p"));
    let done = place.app.freeze_rates(&by, &plan, MARCH, ground);
    place.runtime.block_on(done).map(|_| ())
}

fn an_upheld_appeal_corrects_the_published_month(scratch: Scratch) {
    let place = Place::open(scratch);
    let one = answered(&place, "路灯不亮", &"a".repeat(43));
    let two = answered(&place, "路灯又不亮", &"b".repeat(43));
    let late = answered(&place, "路灯", &"c".repeat(43));
    place.day(date(2019, 4, 2), 9);
    publish(&place).unwrap();
    assert!(publish(&place).is_err(), "the same numbers are no correction");
    assert_eq!(satisfaction(&place, Asked::default()), (3, 3));
    // An exclusion can no longer be asked for; an appeal can, by the unit that it counts against.
    let ask = RequestAct::AskExclusion {
        ground: ExclusionGround::MistakenRating,
        reason: "误评".into(),
        unit: code("town-office"),
    };
    assert!(place.act("town", &one, ask).is_err());
    let only = RateParts::of([RatePart::Satisfaction]);
    place.day(date(2019, 4, 4), 9);
    assert!(place.act("water", &one, appeal(only)).is_err(), "not the unit that it counts against");
    place.act("town", &one, appeal(only)).unwrap();
    place.act("town", &two, appeal(only)).unwrap();
    assert_eq!(told(&place, "office"), ["claim-told-appeal", "claim-told-appeal"]);
    let filed = place.clock_now();
    place.day(date(2019, 4, 8), 9);
    let decide =
        |granted, note: &str| RequestAct::DecideExclusion { granted, note: note.into(), parts: None };
    assert!(place.act("town", &one, decide(true, "同意")).is_err(), "not by the unit itself");
    assert!(place.act("office", &one, decide(true, "")).is_err(), "not without a reason");
    place.act("office", &one, decide(true, "录音为证")).unwrap();
    place.act("office", &two, decide(false, "录音所指是办理结果")).unwrap();
    assert_eq!(told(&place, "town").first().map(String::as_str), Some("claim-told-decided"));
    // It is out of the rate of satisfaction only; what was known before is still told.
    assert_eq!(satisfaction(&place, Asked::default()), (3, 2));
    let then = Asked { as_of: None, known_at: Some(filed) };
    assert_eq!(satisfaction(&place, then), (3, 3));
    let both = [two.to_string(), one.to_string()];
    let with = |states: [ClaimState; 2]| -> Vec<(String, Option<ClaimState>)> {
        both.iter().cloned().zip(states.map(Some)).collect()
    };
    assert_eq!(claims(&place, &[], Asked::default()), with([ClaimState::Dismissed, ClaimState::Upheld]));
    assert_eq!(claims(&place, &[ClaimState::Upheld], Asked::default()).len(), 1);
    assert_eq!(
        claims(&place, &[ClaimState::Appealed], then),
        with([ClaimState::Appealed, ClaimState::Appealed])
    );
    // The correction names the issue that it corrects and the request that it was made for; both stay on record.
    publish(&place).unwrap();
    let portfolio = place.runtime.block_on(place.app.portfolio(&code("p"), Asked::default())).unwrap();
    let issues: Vec<_> = portfolio.plan.issues(MARCH.0, MARCH.1).collect();
    let [(first, first_on), (second, second_on)] = issues[..] else { panic!("two issues: {issues:?}") };
    assert_eq!((first_on, second_on), (date(2019, 4, 2), date(2019, 4, 8)));
    assert!(first.is_whole() && second.is_whole());
    assert_eq!((second.issue, second.corrects.as_ref()), (2, Some(&first.digest)));
    assert_eq!(second.because, std::slice::from_ref(&one));
    assert_eq!(first.lines[0].tally.apart, [0; 3]);
    assert_eq!(second.lines[0].tally.apart, [0, 0, 1]);
    // Everything that is listed is made again from the journal alike.
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);
    assert_eq!(claims(&place, &[ClaimState::Dismissed], Asked::default()).len(), 1);
    // The limit has passed for what was not contested.
    place.day(date(2019, 4, 12), 9);
    match place.act("town", &late, appeal(only)) {
        Err(app::AppError::Refused(refusals)) => {
            assert_eq!(refusals[0].problem, Problem::TooLate { limit: date(2019, 4, 10) });
        }
        other => panic!("{other:?}"),
    }
}

fn nobody_decides_what_they_filed(scratch: Scratch) {
    let place = Place::open(scratch);
    let one = answered(&place, "路灯不亮", &"a".repeat(43));
    // Whoever may do both.
    let facts = vec![
        PersonFact::Name { name: "force".into() }.into(),
        PersonFact::Role { role: Role::MunicipalTaskForce, scope: Scope::Everything, held: true }.into(),
    ];
    place.register(Subject::person(&code("force")), facts);
    place.day(date(2019, 4, 2), 9);
    publish(&place).unwrap();
    place.act("force", &one, appeal(RateParts::of([RatePart::Satisfaction]))).unwrap();
    let decided = || RequestAct::DecideExclusion { granted: true, note: "录音为证".into(), parts: None };
    match place.act("force", &one, decided()) {
        Err(app::AppError::Refused(refusals)) => assert_eq!(refusals[0].problem, Problem::OwnDecision),
        other => panic!("{other:?}"),
    }
    place.act("office", &one, decided()).unwrap();
}

on_both!(nobody_decides_what_they_filed, an_upheld_appeal_corrects_the_published_month);
