//! What a request is chased for: only what is in a unit's hands, never while the clock stands still, each rung
//! once; and the rules of requests, gathered piece by piece.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::code::Code;
use domain::fact::Fact;
use domain::history::{RecordedFact, SubjectHistory, View};
use domain::journal::Seq;
use domain::named::Named;
use domain::plan::{Plan, PlanFact};
use domain::request::clock::{Clock, TimeLimit};
use domain::request::routing::{Route, RouteTo};
use domain::request::rules::Preset;
use domain::request::{
    CallWay, Channel, ClockKind, Intake, Request, RequestFact, RequestKind, RequestRules, RequestSettings,
    RequestState, RequestStep, Watching, watched,
};
use domain::rhythm::{InForce, Recipient, RhythmRules, Watch};
use domain::source::Grade;
use domain::subject::Subject;
use jiff::civil::{Date, DateTime, date};
use jiff::{Span, ToSpan};
use proptest::prelude::*;

/// A Monday.
const DAY: Date = date(2019, 8, 12);

const BY: Watching = Watching { books_months: 1, decision: TimeLimit::Hours(24) };

fn code(text: &str) -> Code {
    Code::new(text).expect("a code")
}

fn rhythm() -> &'static InForce {
    static RHYTHM: LazyLock<InForce> = LazyLock::new(|| InForce {
        since: date(2019, 1, 1),
        until: None,
        rules: RhythmRules::usual().clone(),
    });
    &RHYTHM
}

/// A request's history, fact by fact.
struct Life {
    facts: Vec<RecordedFact>,
    subject: Subject,
}

impl Life {
    fn new() -> Self {
        let subject = Subject::request(&code("p"), &code("r"));
        let mut life = Self { facts: Vec::new(), subject };
        life.say(RequestFact::Intake(Intake {
            kind: RequestKind::Complaint,
            channel: Channel::Site,
            at: DAY.at(8, 0, 0, 0),
            title: "停水".into(),
            text: "停水".into(),
            number: String::new(),
            program: String::new(),
            public: false,
        }));
        life
    }

    fn say(&mut self, fact: RequestFact) {
        let seq = Seq(self.facts.len() as u64 + 1);
        let fact = Fact::from(fact);
        self.facts.push(RecordedFact {
            slot: fact.slot().into(),
            effective: DAY,
            seq,
            superseded: None,
            grade: Grade::Reported,
            fact,
        });
    }

    fn step(&mut self, step: RequestStep, state: RequestState, at: DateTime, until: Option<Date>) {
        let unit = step.gives().then(|| code("office"));
        self.say(RequestFact::Move {
            step,
            state,
            at,
            unit,
            reason: String::new(),
            ground: None,
            master: None,
            until,
        });
    }

    fn clock(&mut self, clock: ClockKind, limit: TimeLimit, from: DateTime) {
        self.say(RequestFact::Clock(Clock { clock, preset: code("usual"), limit, from }));
    }

    fn assigned(limit: TimeLimit) -> Self {
        let (mut life, at) = (Self::new(), DAY.at(9, 0, 0, 0));
        life.step(RequestStep::Assign, RequestState::Assigned, at, None);
        life.clock(ClockKind::Resolution, limit, at);
        life
    }

    fn request(&self) -> Request {
        let history = SubjectHistory::from_facts(self.subject.clone(), self.facts.clone()).expect("facts");
        Request::at(&history, View::ALL).expect("a request")
    }

    /// Whatever is due at a moment, done.
    fn chase(&mut self, now: DateTime) -> Vec<(Watch, Recipient)> {
        let due: Vec<_> = rhythm()
            .due_of_request(&self.request(), BY, now)
            .into_iter()
            .map(|it| (it.watch, it.limit, it.rung.after, it.rung.to))
            .collect();
        for (watch, limit, after, to) in &due {
            let fact =
                RequestFact::Chased { watch: *watch, limit: *limit, after: *after, to: *to, slip: None };
            self.say(fact);
        }
        due.into_iter().map(|(watch, _, _, to)| (watch, to)).collect()
    }
}

#[test]
fn the_ladder_is_climbed_in_order_and_each_rung_once() {
    let mut life = Life::assigned(TimeLimit::Days(7));
    let mut told = Vec::new();
    // Hour by hour for a month, each hour twice.
    for hour in 0..24 * 30 {
        let now = DAY.at(9, 0, 0, 0).saturating_add(hour.hours());
        told.extend(life.chase(now));
        assert_eq!(life.chase(now), [], "{now}");
    }
    use Recipient as R;
    let all: Vec<Recipient> = told.iter().map(|(_, to)| *to).collect();
    assert_eq!(all, [R::Unit, R::Unit, R::UnitLeader, R::District, R::City, R::SupervisionOffice]);
    // A month late nobody is told anything new.
    assert_eq!(life.chase(DAY.at(9, 0, 0, 0).saturating_add(100.days())), []);
}

#[test]
fn what_waits_for_the_office_is_chased_until_it_has_decided() {
    use Recipient as R;
    let month = |life: &mut Life, from: DateTime| -> Vec<(Watch, Recipient)> {
        (0..24 * 30).flat_map(|hour| life.chase(from.saturating_add(hour.hours()))).collect()
    };
    let whole = [R::Unit, R::Unit, R::District, R::SupervisionOffice].map(|to| (Watch::Desk, to));
    let received = DAY.at(8, 0, 0, 0);
    // One that nobody was given yet; the limit is the one that was set when it came in.
    let mut life = Life::new();
    life.clock(ClockKind::Assignment, TimeLimit::Hours(24), received);
    assert_eq!(life.chase(received.saturating_add(19.hours())), []);
    assert_eq!(life.chase(received.saturating_add(20.hours())), [(Watch::Desk, R::Unit)]);
    assert_eq!(month(&mut life, received), whole[1..]);
    // What is given out is the unit's.
    let mut given = Life::new();
    given.clock(ClockKind::Assignment, TimeLimit::Hours(24), received);
    given.step(RequestStep::Assign, RequestState::Assigned, received, None);
    assert_eq!(month(&mut given, received), []);
    // What a unit or a resident asks is decided within the limit for that, each time anew.
    for (step, state, decided, then) in [
        (
            RequestStep::AskReturn,
            RequestState::ReturnAsked,
            RequestStep::RejectReturn,
            RequestState::Assigned,
        ),
        (RequestStep::AskReopen, RequestState::ReopenAsked, RequestStep::RejectReopen, RequestState::Closed),
    ] {
        let mut life = Life::new();
        life.step(RequestStep::Assign, RequestState::Assigned, received, None);
        let asked = received.saturating_add(2.hours());
        life.step(step, state, asked, None);
        let found = watched(&life.request(), BY, asked);
        assert_eq!((found[0].watch, found[0].limit), (Watch::Desk, asked.saturating_add(24.hours())));
        assert_eq!(month(&mut life, asked), whole, "{state:?}");
        let later = asked.saturating_add(40.days());
        life.step(decided, then, later, None);
        assert_eq!(life.chase(later), [], "{state:?}");
        life.step(step, state, later, None);
        assert_eq!(month(&mut life, later), whole, "{state:?} again");
    }
}

#[test]
fn nobody_is_reminded_of_what_they_have_just_been_given() {
    // Two hours: the reminders two days and four hours before would lie before it began.
    let mut life = Life::assigned(TimeLimit::Hours(2));
    assert_eq!(life.chase(DAY.at(9, 5, 0, 0)), []);
    assert_eq!(life.chase(DAY.at(11, 1, 0, 0)), [(Watch::Request, Recipient::UnitLeader)]);
}

#[test]
fn a_word_with_the_resident_ends_one_climb_and_the_answer_all() {
    let mut life = Life::assigned(TimeLimit::Days(7));
    life.clock(ClockKind::Response, TimeLimit::Hours(24), DAY.at(9, 0, 0, 0));
    assert_eq!(watched(&life.request(), BY, DAY.at(10, 0, 0, 0))[0].limit, DAY.at(9, 0, 0, 0) + 24.hours());
    life.say(RequestFact::Contact { at: DAY.at(12, 0, 0, 0), way: CallWay::Phone, text: String::new() });
    let limit = watched(&life.request(), BY, DAY.at(12, 0, 0, 0))[0].limit;
    assert_eq!(limit.date(), DAY + 7.days());
    life.step(RequestStep::Accept, RequestState::Accepted, DAY.at(13, 0, 0, 0), None);
    life.step(RequestStep::Answer, RequestState::Answered, DAY.at(14, 0, 0, 0), None);
    assert_eq!(life.chase(DAY.at(14, 0, 0, 0).saturating_add(60.days())), []);
}

#[test]
fn what_is_on_the_books_is_looked_at_each_month() {
    let mut life = Life::assigned(TimeLimit::Days(7));
    let at = DAY.at(15, 0, 0, 0);
    life.step(RequestStep::Accept, RequestState::Accepted, at, None);
    life.step(RequestStep::Start, RequestState::InProgress, at, None);
    life.step(RequestStep::PutOnBooks, RequestState::OnTheBooks, at, Some(date(2020, 12, 31)));
    // The old limit does not chase any more.
    assert_eq!(life.chase(DAY.at(9, 0, 0, 0).saturating_add(20.days())), []);
    let month = date(2019, 9, 12);
    assert_eq!(life.chase(month.at(9, 0, 0, 0)), [(Watch::Books, Recipient::Unit)]);
    assert_eq!(life.chase(month.at(10, 0, 0, 0)), []);
    // Whoever says how it stands has looked.
    life.say(RequestFact::Note { at: month.at(11, 0, 0, 0), text: "仍在等项目".into() });
    assert_eq!(life.chase(date(2019, 9, 30).at(9, 0, 0, 0)), []);
    // The note was made on the day of the first look; a month later the next one is due.
    assert_eq!(life.chase(date(2019, 10, 14).at(9, 0, 0, 0)), [(Watch::Books, Recipient::Unit)]);
    // Once the day that was promised has gone by, the ladder of the limit is climbed.
    let told = life.chase(date(2021, 1, 20).at(9, 0, 0, 0));
    assert!(told.contains(&(Watch::Request, Recipient::SupervisionOffice)), "{told:?}");
}

proptest! {
    /// A pause of any length moves every rung by as much of the limit as was left; while it lasts nobody is chased.
    #[test]
    fn paused_clocks_do_not_chase(hours in 1u16..400, before in 0i64..200, paused in 0i64..2_000) {
        let mut life = Life::assigned(TimeLimit::Hours(hours));
        let began = DAY.at(9, 0, 0, 0);
        life.step(RequestStep::Accept, RequestState::Accepted, began, None);
        let asked = began.saturating_add(before.hours());
        life.step(RequestStep::AskResident, RequestState::WaitingForResident, asked, None);
        for later in [0, 1, paused] {
            let due = rhythm().due_of_request(&life.request(), BY, asked.saturating_add(later.hours())).len();
            prop_assert_eq!(due, 0);
        }
        let resumed = asked.saturating_add(paused.hours());
        life.step(RequestStep::Resume, RequestState::Accepted, resumed, None);
        let [watched] = watched(&life.request(), BY, resumed)[..] else {
            return Err(TestCaseError::fail("one limit is watched"));
        };
        let late = before > i64::from(hours);
        let run = Span::new().hours(i64::from(hours) + if late { 0 } else { paused });
        prop_assert_eq!(watched.limit, began.saturating_add(run));
        // Nothing is due before its moment, and what is due stays due until it is done.
        let ladder = rhythm().ladder_of_request(&life.request(), BY, resumed);
        for planned in rhythm().due_of_request(&life.request(), BY, resumed) {
            prop_assert!(planned.at <= resumed && planned.at >= began);
        }
        prop_assert!(ladder.windows(2).all(|pair| pair[0].at <= pair[1].at));
    }

    /// Whatever the state, only what is in the unit's hands, on the books or for the office to decide is watched.
    #[test]
    fn only_what_is_in_hand_is_watched(at in 0usize..RequestState::ALL.len()) {
        let state = RequestState::ALL[at];
        let mut life = Life::assigned(TimeLimit::Days(7));
        life.step(RequestStep::Accept, state, DAY.at(10, 0, 0, 0), Some(DAY + 30.days()));
        let found = watched(&life.request(), BY, DAY.at(11, 0, 0, 0));
        use RequestState as S;
        let watch = match state {
            S::Assigned | S::Accepted | S::InProgress | S::Reopened | S::OnTheBooks => Some(Watch::Request),
            S::ReturnAsked | S::ReopenAsked => Some(Watch::Desk),
            // Nothing says by when it is to be given out.
            _ => None,
        };
        prop_assert_eq!(found.iter().map(|it| it.watch).collect::<Vec<_>>(), watch.into_iter().collect::<Vec<_>>());
    }

    /// Pieces in any order, said once or twice, and a whole set come to the same rules.
    #[test]
    fn rules_gather_from_pieces(order in Just((0usize..6).collect::<Vec<_>>()).prop_shuffle(), twice in 0usize..6) {
        let mut whole = RequestRules::of_offices(
            Named::new("规则", "Rules"),
            Named::new("试验", "Test"),
            Preset::usual(code("usual"), Named::new("一般", "Usual")),
            BTreeMap::from([(code("town"), code("office"))]),
            code("district"),
        );
        whole.routes.insert(0, Route { categories: vec![code("water")], ..Route::new(code("water"), 5, RouteTo::AreaOffice) });
        // Pieces come out in the order of their names.
        whole.presets.push(Preset::usual(code("zz"), Named::new("另一组", "Another")));
        let RequestRules { settings, presets, routes, .. } = whole.clone();
        let pieces = [
            PlanFact::RequestSettings(settings),
            PlanFact::RequestPreset(presets[0].clone()),
            PlanFact::RequestPreset(presets[1].clone()),
            PlanFact::RequestRoute(routes[0].clone()),
            PlanFact::RequestRoute(routes[1].clone()),
            PlanFact::RequestOffice { area: code("town"), unit: Some(code("office")) },
        ];
        let mut said: Vec<PlanFact> = order.iter().map(|at| pieces[*at].clone()).collect();
        said.push(pieces[twice].clone());
        let gathered = plan(said).request_rules;
        prop_assert_eq!(gathered.as_ref(), Some(&whole));
        let set = plan(vec![PlanFact::RequestRules(whole.clone())]).request_rules;
        prop_assert_eq!(set.as_ref(), Some(&whole));
        // A piece said after the whole changes itself alone.
        let office = PlanFact::RequestOffice { area: code("town"), unit: None };
        let changed = plan(vec![PlanFact::RequestRules(whole.clone()), office]).request_rules.expect("rules");
        prop_assert!(changed.offices.is_empty());
        prop_assert_eq!(changed.routes, whole.routes);
    }
}

fn plan(facts: Vec<PlanFact>) -> Plan {
    let subject = Subject::plan(&code("p"));
    let recorded = (1..).zip(facts).map(|(seq, fact)| {
        let fact = Fact::from(fact);
        RecordedFact {
            slot: fact.slot().into(),
            effective: DAY,
            seq: Seq(seq),
            superseded: None,
            grade: Grade::Reported,
            fact,
        }
    });
    let history = SubjectHistory::from_facts(subject, recorded.collect()).expect("facts");
    Plan::at(&history, View::ALL).expect("a plan")
}

#[test]
fn rules_without_names_for_their_routes_are_read_and_named_by_place() {
    // As journals hold them from before routes could be changed one at a time.
    let text = r#"{"request_rules":{"name":{"zh":"规则","en":""},"source":{"zh":"试验","en":""},"presets":[
        {"preset":"usual","name":{"zh":"一般","en":""},"assignment":{"hours":24},"response":{"hours":24},
         "resolution":{"days":7},"reopened":{"days":3}}],"usual":"usual","routes":[
        {"categories":["water"],"to":{"unit":"water"}},{"to":"area_office"}],"offices":{"town":"office"},
        "backstop":"district","resident_days":5,"call_back_days":14,"reopen_days":30,"free_reopens":1,
        "near_metres":250}}"#;
    let fact: PlanFact = serde_json::from_str(text).expect("a fact");
    let rules = plan(vec![fact]).request_rules.expect("rules");
    let names: Vec<&str> = rules.routes.iter().map(|route| route.route.as_str()).collect();
    assert_eq!((names, rules.books_months), (vec!["route-1", "route-2"], 1));
    let settings: RequestSettings = rules.settings.clone();
    assert_eq!(settings.backstop, code("district"));
}
