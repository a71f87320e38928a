//! Exclusions and appeals: every move of the table and none besides, who may make it, within which days, and what it
//! does to the rates.

use std::collections::BTreeMap;

use domain::area::{AreaFact, AreaLevel};
use domain::authorize::authorize;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{History, View};
use domain::journal::Seq;
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::policy::{Grant, Role, Scope};
use domain::refusal::{Problem, Refusal};
use domain::request::appeal::{CLAIM_MOVES, ClaimTo, find};
use domain::request::call_back::{given, received, step};
use domain::request::clock::TimeLimit;
use domain::request::frozen::FrozenRates;
use domain::request::rate::{Counting, RateFormula, RateRow, RateSide, Rates, Tally, Unreached, Weights};
use domain::request::routing::Routing;
use domain::request::rules::Preset;
use domain::request::{
    AppealTerms, CallBack, CallWay, Channel, ClaimState, ClaimStep, ExclusionGround, Intake, Place, RatePart,
    RateParts, Request, RequestFact, RequestKind, RequestRules, RequestStep, Satisfaction, Solved, Who,
};
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, DateTime, date};
use proptest::prelude::*;

use crate::decided::decided;

/// A Wednesday; the answer's limit runs out on the 21st.
const FILED: Date = date(2019, 8, 14);

fn code(text: &str) -> Code {
    Code::new(text).expect("a code")
}

fn preset() -> Preset {
    Preset { resolution: TimeLimit::Days(7), ..Preset::usual(code("usual"), Named::new("一般", "")) }
}

fn formula(unreached: Unreached) -> RateFormula {
    RateFormula {
        version: code("v1"),
        name: Named::new("办法", ""),
        source: Named::new("办法", ""),
        from: date(2019, 1, 1),
        weights: Weights { response: 30, resolution: 35, satisfaction: 35 },
        satisfied: vec![Satisfaction::VerySatisfied, Satisfaction::Satisfied],
        unreached,
        partly: 50,
        least: 1,
    }
}

fn counting() -> Counting {
    formula(Unreached::LeaveOut).counting()
}

struct Books {
    history: History,
    today: Date,
}

impl Books {
    /// With one request that the office answered and about which the resident said that it was bad.
    fn new() -> Self {
        let mut books = Self { history: History::default(), today: FILED };
        let unit = |name: &str| Command::Register {
            subject: Subject::unit(&code(name)),
            facts: vec![
                UnitFact::Name(Named::new(name, "")).into(),
                UnitFact::Level { level: UnitLevel::District }.into(),
            ],
        };
        books.must(Command::Register {
            subject: Subject::area(&code("town")),
            facts: vec![
                AreaFact::Name(Named::new("town", "")).into(),
                AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
            ],
        });
        ["office", "water", "district"].into_iter().for_each(|name| books.must(unit(name)));
        for (name, of) in [("own", "office"), ("judge", "district")] {
            books.must(Command::Register {
                subject: Subject::person(&code(name)),
                facts: vec![
                    PersonFact::Name { name: name.into() }.into(),
                    PersonFact::Unit { unit: code(of) }.into(),
                ],
            });
        }
        let offices = BTreeMap::from([(code("town"), code("office"))]);
        let (name, source) = (Named::new("规则", ""), Named::new("试验", ""));
        let rules = RequestRules::of_offices(name, source, preset(), offices, code("district"));
        books.must(Command::Register {
            subject: Subject::plan(&code("p")),
            facts: vec![
                PlanFact::Name(Named::new("计划", "Plan")).into(),
                PlanFact::Period { from: date(2018, 8, 1), to: date(2020, 12, 31) }.into(),
                PlanFact::RequestRules(rules).into(),
            ],
        });
        let at = |hour| FILED.at(hour, 0, 0, 0);
        let intake = Intake {
            kind: RequestKind::Complaint,
            channel: Channel::Site,
            at: at(8),
            title: "停水".into(),
            text: "停水三天".into(),
            number: String::new(),
            program: String::new(),
            public: true,
        };
        let place = Place { areas: vec![code("town")], address: "1 号院".into(), point: None };
        books.must(Command::Register {
            subject: Subject::request(&code("p"), &code("r")),
            facts: vec![
                RequestFact::Intake(intake).into(),
                RequestFact::Place(place).into(),
                received(&preset(), at(8)).into(),
            ],
        });
        let to = Routing { unit: code("office"), supporting: vec![], by_backstop: false };
        let given = given(Some(&books.request()), RequestStep::Assign, &to, &preset(), at(9), String::new());
        books.record("someone", given).expect("given out");
        books
    }

    /// On the day after the resident was called back.
    fn called() -> Self {
        let mut books = Self::new();
        let at = |hour| FILED.at(hour, 0, 0, 0);
        for next in [RequestStep::Accept, RequestStep::Answer] {
            let mut facts = vec![stepping(&books.request(), next, at(10))];
            if next == RequestStep::Answer {
                facts.push(RequestFact::Answer { at: at(10), text: "已修复".into() });
            }
            books.record("someone", facts).expect("a step");
        }
        let call = CallBack {
            at: at(15),
            way: CallWay::Phone,
            reached: true,
            contacted: Some(false),
            solved: Some(Solved::Partly),
            satisfaction: Some(Satisfaction::Dissatisfied),
            text: String::new(),
        };
        books.record("someone", vec![RequestFact::CallBack(call)]).expect("called back on");
        books.today = date(2019, 8, 15);
        books
    }

    fn give(&mut self, actor: &str, command: Command) -> Result<(), Vec<Refusal>> {
        decided(&mut self.history, self.today, actor, &command)
    }

    fn must(&mut self, command: Command) {
        if let Err(refusals) = self.give("someone", command) {
            panic!("{refusals:?}");
        }
    }

    fn record(&mut self, actor: &str, facts: Vec<RequestFact>) -> Result<(), Vec<Refusal>> {
        self.give(actor, recording(facts))
    }

    fn request(&self) -> Request {
        let history = self.history.get(&Subject::request(&code("p"), &code("r"))).expect("on the books");
        Request::at(history, View::ALL).expect("a request")
    }

    fn row(&self) -> RateRow {
        RateRow::of(&self.request()).expect("a row of the rates")
    }

    /// The request brought into a state of the table.
    fn bring(state: ClaimState) -> Self {
        let mut books = Self::called();
        for wanted in way(state) {
            let facts = books.making(wanted);
            books.record("judge", facts).unwrap_or_else(|refusals| panic!("{wanted:?}: {refusals:?}"));
        }
        assert_eq!(books.request().claim(), state);
        books
    }

    /// A step as facts. What is asked for first is one rate, so that others are left to contest.
    fn making(&self, wanted: ClaimStep) -> Vec<RequestFact> {
        let (next, request) = (self.request().next_claim(), self.request());
        let open = request.open_claim().map_or(next - 1, |claim| claim.number);
        let asked = |part, appeal| RequestFact::ExclusionAsked {
            number: next,
            ground: ExclusionGround::MistakenRating,
            reason: "误评".into(),
            unit: code("office"),
            parts: RateParts::of([part]),
            evidence: "录音".into(),
            appeal,
        };
        // The same word once more would be nothing new.
        let note = format!("已核实，第 {} 条", self.history.head().0);
        let decided = |granted| RequestFact::ExclusionDecided {
            number: open,
            granted,
            note: note.clone(),
            parts: None,
        };
        let terms =
            AppealTerms { at: self.today.at(9, 0, 0, 0), decide_by: domain::workday::nth(self.today, 5) };
        vec![match wanted {
            ClaimStep::Ask => asked(RatePart::Satisfaction, None),
            ClaimStep::Appeal => asked(RatePart::Response, Some(terms)),
            ClaimStep::Grant | ClaimStep::Uphold => decided(true),
            ClaimStep::Refuse | ClaimStep::Dismiss => decided(false),
            ClaimStep::Withdraw => RequestFact::ExclusionWithdrawn { number: open, reason: note },
        }]
    }

    fn publish(&mut self) {
        let frozen = FrozenRates::new(
            (date(2019, 8, 1), date(2019, 8, 31)),
            formula(Unreached::LeaveOut),
            Seq(1),
            Vec::new(),
        );
        self.must(Command::Record {
            subject: Subject::plan(&code("p")),
            facts: vec![PlanFact::FrozenRates(frozen).into()],
            expected: None,
        });
    }
}

fn stepping(request: &Request, wanted: RequestStep, at: DateTime) -> RequestFact {
    step(wanted, request.leads_to(wanted).expect("allowed"), at)
}

fn recording(facts: Vec<RequestFact>) -> Command {
    Command::Record {
        subject: Subject::request(&code("p"), &code("r")),
        facts: facts.into_iter().map(Fact::from).collect(),
        expected: None,
    }
}

/// The steps to a state from where everything begins.
fn way(to: ClaimState) -> Vec<ClaimStep> {
    let mut found = BTreeMap::from([(ClaimState::Counted, Vec::new())]);
    while !found.contains_key(&to) {
        let known: Vec<_> = found.iter().map(|(state, way)| (*state, way.clone())).collect();
        for (state, way) in known {
            for held in CLAIM_MOVES.iter().filter(|held| held.from == state) {
                if let ClaimTo::State(next) = held.to {
                    found.entry(next).or_insert_with(|| [way.as_slice(), &[held.step]].concat());
                }
            }
        }
    }
    found.remove(&to).expect("every state is reached")
}

#[test]
fn every_move_of_the_table_is_made_and_none_besides() {
    for state in ClaimState::ALL {
        for wanted in ClaimStep::ALL {
            let mut books = Books::bring(*state);
            let allowed = find(*state, *wanted);
            let outcome = books.record("judge", books.making(*wanted));
            // Granting and upholding are said by the same fact: what is open says which it is.
            let same = match (state, wanted) {
                (ClaimState::ExclusionAsked, ClaimStep::Uphold) => find(*state, ClaimStep::Grant),
                (ClaimState::ExclusionAsked, ClaimStep::Dismiss) => find(*state, ClaimStep::Refuse),
                (ClaimState::Appealed, ClaimStep::Grant) => find(*state, ClaimStep::Uphold),
                (ClaimState::Appealed, ClaimStep::Refuse) => find(*state, ClaimStep::Dismiss),
                _ => allowed,
            };
            assert_eq!(outcome.is_ok(), same.is_some(), "{state:?} {wanted:?}: {outcome:?}");
            match same.map(|held| held.to) {
                Some(ClaimTo::State(next)) => assert_eq!(books.request().claim(), next),
                Some(ClaimTo::Back) => {
                    let before = if *state == ClaimState::ExclusionAsked {
                        ClaimState::Counted
                    } else {
                        let mut steps = way(*state);
                        steps.pop();
                        let mut books = Books::called();
                        for step in steps {
                            books.record("judge", books.making(step)).expect("a step");
                        }
                        books.request().claim()
                    };
                    assert_eq!(books.request().claim(), before);
                }
                None => assert_eq!(books.request().claim(), *state),
            }
        }
    }
}

#[test]
fn who_may_make_a_move_is_what_the_table_says() {
    let roles = [
        (Role::Department, "unit:office", vec![Who::Lead]),
        (Role::Department, "unit:water", vec![]),
        (Role::Subdistrict, "area:town", vec![Who::Lead]),
        (Role::SupervisionOffice, "everything", vec![Who::Above]),
        (Role::MunicipalTaskForce, "everything", vec![Who::Above, Who::Lead]),
        (Role::RequestDesk, "everything", vec![]),
        (Role::Leader, "everything", vec![]),
        (Role::Auditor, "everything", vec![]),
        (Role::Administrator, "everything", vec![]),
    ];
    for held in CLAIM_MOVES {
        let books = Books::bring(held.from);
        let command = recording(books.making(held.step));
        for (role, scope, is) in &roles {
            let grants = [Grant { role: *role, scope: Scope::parse(scope).expect("a scope") }];
            let outcome = authorize(&grants, &command, &books.history);
            assert_eq!(outcome.is_ok(), is.contains(&held.who), "{held:?} {role:?}: {outcome:?}");
        }
    }
}

#[test]
fn the_unit_that_had_it_appeals_though_another_has_it_now() {
    let mut books = Books::new();
    let at = |hour| FILED.at(hour, 0, 0, 0);
    for next in [RequestStep::Accept, RequestStep::Start] {
        books.record("someone", vec![stepping(&books.request(), next, at(10))]).expect("a step");
    }
    books.today = date(2019, 8, 22);
    let to = Routing { unit: code("water"), supporting: vec![], by_backstop: false };
    let late: DateTime = books.today.at(9, 0, 0, 0);
    let facts = given(Some(&books.request()), RequestStep::Redispatch, &to, &preset(), late, "改派".into());
    books.record("someone", facts).expect("given to another");
    let (own, other) = (Role::Department, "unit:office");
    let grants = [Grant { role: own, scope: Scope::parse(other).expect("a scope") }];
    let command = recording(books.making(ClaimStep::Appeal));
    authorize(&grants, &command, &books.history).expect("the unit that it counts against");
    // The unit that has it now is not the one that it counts against.
    let mut facts = books.making(ClaimStep::Appeal);
    if let RequestFact::ExclusionAsked { unit, .. } = &mut facts[0] {
        *unit = code("water");
    }
    let refused = books.record("someone", facts).expect_err("not its own");
    assert!(refused.iter().any(|it| it.problem == Problem::CountsAgainst(code("office"))), "{refused:?}");
}

#[test]
fn nobody_of_the_unit_decides_and_nothing_is_decided_without_reasons() {
    for state in [ClaimState::ExclusionAsked, ClaimState::Appealed] {
        for granted in [true, false] {
            let mut books = Books::bring(state);
            let decided = |note: &str| {
                vec![RequestFact::ExclusionDecided { number: 1, granted, note: note.into(), parts: None }]
            };
            let refused = books.record("own", decided("已核实")).expect_err("its own case");
            assert_eq!(refused[0].problem, Problem::OwnerVerifies);
            let silent = books.record("judge", decided(" "));
            let may_be_silent = state == ClaimState::ExclusionAsked && granted;
            assert_eq!(silent.is_ok(), may_be_silent, "{state:?} {granted}: {silent:?}");
        }
    }
}

#[test]
fn an_appeal_has_its_days() {
    // Before it counts.
    let mut books = Books::new();
    assert!(books.record("own", books.making(ClaimStep::Appeal)).is_err());
    // From the call-back to five working days after the day on which the limit had run out: 22 August, a Thursday.
    for (day, may) in [
        (date(2019, 8, 15), true),
        (date(2019, 8, 29), true),
        (date(2019, 8, 30), false),
        (date(2019, 12, 1), false),
    ] {
        let mut books = Books::called();
        books.today = day;
        assert_eq!(books.record("own", books.making(ClaimStep::Appeal)).is_ok(), may, "{day}");
    }
    // Once the period is published, nobody asks for an exclusion, and the limit runs anew.
    let mut books = Books::called();
    books.today = date(2019, 9, 9);
    books.publish();
    books.today = date(2019, 9, 12);
    let refused = books.record("own", books.making(ClaimStep::Ask)).expect_err("published");
    assert_eq!(refused[0].problem, Problem::TooLate { limit: date(2019, 9, 9) });
    books.record("own", books.making(ClaimStep::Appeal)).expect("in time");
    let asked = books.request().open_claim().cloned().expect("open");
    // The Mid-Autumn holiday is on the 13th.
    assert_eq!(asked.appeal.map(|terms| terms.decide_by), Some(date(2019, 9, 20)));
    assert!(!asked.is_late(date(2019, 9, 20)) && asked.is_late(date(2019, 9, 21)));
}

#[test]
fn what_is_upheld_goes_out_of_the_rates_concerned_only() {
    let mut books = Books::called();
    let before = books.row();
    assert!(RateSide::NotInTime.takes(&before, &counting()) && before.left_out.is_empty());
    books.record("own", books.making(ClaimStep::Appeal)).expect("filed");
    assert_eq!(books.row(), before, "asking changes nothing");
    books.record("judge", books.making(ClaimStep::Uphold)).expect("upheld");
    let after = books.row();
    assert_eq!(after.left_out, RateParts::of([RatePart::Response]));
    assert!(
        !RateSide::NotInTime.takes(&after, &counting())
            && RateSide::PartlyExcluded.takes(&after, &counting())
    );
    let mut tally = Tally::default();
    tally.add(&after, 1);
    let rates = Rates::of(tally, &formula(Unreached::CountAsNo));
    assert_eq!((rates.response.of, rates.resolution.of, rates.satisfaction.of), (0, 1, 1));
    // What is left out already is not contested once more; deciding may grant less than was asked for.
    let mut books = Books::called();
    let all = |number, appeal| RequestFact::ExclusionAsked {
        number,
        ground: ExclusionGround::ForceMajeure,
        reason: "暴雨".into(),
        unit: code("office"),
        parts: RateParts::ALL,
        evidence: "预警".into(),
        appeal,
    };
    books.record("own", vec![all(1, None)]).expect("asked");
    let parts = RateParts::of([RatePart::Response, RatePart::Satisfaction]);
    let less =
        RequestFact::ExclusionDecided { number: 1, granted: true, note: String::new(), parts: Some(parts) };
    books.record("judge", vec![less]).expect("granted in part");
    assert_eq!(books.row().left_out, parts);
    let terms =
        AppealTerms { at: books.today.at(9, 0, 0, 0), decide_by: domain::workday::nth(books.today, 5) };
    let refused = books.record("own", vec![all(2, Some(terms))]).expect_err("contested twice");
    assert!(refused.iter().any(|it| it.problem == Problem::LeftOutAlready), "{refused:?}");
}

#[test]
fn an_old_exclusion_is_read_as_it_was_meant() {
    let asked = r#"{"exclusion_asked":{"ground":"ended","reason":"终结","unit":"office"}}"#;
    let decided = r#"{"exclusion_decided":{"granted":true}}"#;
    let asked: RequestFact = serde_json::from_str(asked).expect("readable");
    let decided: RequestFact = serde_json::from_str(decided).expect("readable");
    let mut books = Books::called();
    books.record("own", vec![asked.clone()]).expect("asked");
    books.record("judge", vec![decided]).expect("decided");
    assert!(books.row().left_out.is_all());
    let text = serde_json::to_string(&asked).expect("written");
    assert_eq!(text, r#"{"exclusion_asked":{"ground":"ended","reason":"终结","unit":"office"}}"#);
}

fn row() -> impl Strategy<Value = RateRow> {
    let solved = prop::option::of(prop::sample::select(Solved::ALL));
    let marks = prop::option::of(prop::sample::select(Satisfaction::ALL));
    (any::<bool>(), any::<bool>(), solved, marks, 0_u8..8).prop_map(
        |(in_time, reached, solved, satisfaction, bits)| RateRow {
            due: FILED,
            unit: code("office"),
            in_time,
            reached,
            solved,
            satisfaction,
            left_out: RateParts::from_bits(bits),
        },
    )
}

proptest! {
    /// What is counted is what stands on the sides, each request on at most one side of a rate, and taking one out
    /// again leaves nothing of it.
    #[test]
    fn a_tally_counts_what_stands_on_its_sides(
        rows in prop::collection::vec(row(), 0..40), as_no in any::<bool>(), levels in 1usize..5,
    ) {
        let unreached = if as_no { Unreached::CountAsNo } else { Unreached::LeaveOut };
        let satisfied = Satisfaction::ALL[..levels].to_vec();
        let formula = RateFormula { satisfied, ..formula(unreached) };
        let by = formula.counting();
        let mut tally = Tally::default();
        rows.iter().for_each(|row| tally.add(row, 1));
        let on = |side: RateSide| rows.iter().filter(|row| side.takes(row, &by)).count() as u64;
        for side in RateSide::ALL.into_iter().filter(|side| *side != RateSide::PartlyExcluded) {
            prop_assert_eq!(tally.on(side, &by), Some(on(side)), "{:?}", side);
        }
        let rates = Rates::of(tally, &formula);
        let sides = [
            (rates.response, RateSide::InTime, RateSide::NotInTime),
            (rates.resolution, RateSide::Solved, RateSide::NotSolved),
            (rates.satisfaction, RateSide::Satisfied, RateSide::NotSatisfied),
        ];
        for (share, hit, miss) in sides {
            prop_assert_eq!(share.of, on(hit) + on(miss));
            prop_assert!(share.percent().is_none_or(|it| it <= 100.into()));
        }
        prop_assert_eq!(rates.response.of, tally.base_of(RatePart::Response));
        rows.iter().for_each(|row| tally.remove(row));
        prop_assert_eq!(tally, Tally::default());
    }
}
