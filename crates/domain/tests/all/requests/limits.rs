//! Which limit counts: an extension belongs to the limit that it was asked for, the rates go by the first one with all
//! that moved it, nothing is due while it stands still, and what nobody has is to be given out.

use domain::code::Code;
use domain::fact::Fact;
use domain::history::{RecordedFact, SubjectHistory, View};
use domain::journal::Seq;
use domain::request::call_back::{given, reopened, step};
use domain::request::clock::{Clock, TimeLimit, end_of};
use domain::request::rate::RateRow;
use domain::request::routing::Routing;
use domain::request::{
    Channel, ClockKind, Intake, Request, RequestFact, RequestKind, RequestState, RequestStep, Watching,
    watched,
};
use domain::rhythm::Watch;
use domain::source::Grade;
use domain::subject::Subject;
use jiff::Span;
use jiff::civil::{Date, DateTime, date};
use proptest::prelude::*;

use super::{Books, code, rules};

const BEGUN: Date = date(2019, 8, 1);

fn day(after: i64) -> DateTime {
    BEGUN.saturating_add(Span::new().days(after)).at(12, 0, 0, 0)
}

/// A request's history; each entry is of the day on which it happened.
struct Life(Vec<RecordedFact>);

impl Life {
    /// With the office from the first day on, with so many days to answer.
    fn given(days: u16) -> Self {
        let mut life = Self(Vec::new());
        let intake = Intake {
            kind: RequestKind::Complaint,
            channel: Channel::Site,
            at: day(0),
            title: "停水".into(),
            text: "停水".into(),
            number: String::new(),
            program: String::new(),
            public: false,
        };
        let assigned = RequestFact::Move {
            step: RequestStep::Assign,
            state: RequestState::Assigned,
            at: day(0),
            unit: Some(code("office")),
            reason: String::new(),
            ground: None,
            master: None,
            until: None,
        };
        life.say(0, vec![RequestFact::Intake(intake), assigned, limit(days, 0)]);
        life.step(0, RequestStep::Accept, RequestState::Accepted);
        life
    }

    /// What one entry says.
    fn say(&mut self, after: i64, facts: Vec<RequestFact>) {
        let seq = Seq(self.0.iter().map(|held| held.seq.0).max().unwrap_or_default() + 1);
        self.0.extend(facts.into_iter().map(Fact::from).map(|fact| RecordedFact {
            slot: fact.slot().into(),
            effective: day(after).date(),
            seq,
            superseded: None,
            grade: Grade::Reported,
            fact,
        }));
    }

    fn step(&mut self, after: i64, made: RequestStep, state: RequestState) {
        self.say(after, vec![step(made, state, day(after))]);
    }

    fn extend(&mut self, asked: i64, until: i64, granted: bool) {
        let (number, until) = (self.request().next_extension(), day(until).date());
        self.say(asked, vec![RequestFact::ExtensionAsked { number, until, reason: "等材料".into() }]);
        self.say(asked, vec![RequestFact::ExtensionDecided { number, granted, note: "同意".into() }]);
    }

    fn take_up(&mut self, after: i64, days: u16) {
        let again = step(RequestStep::Reopen, RequestState::Reopened, day(after));
        self.say(after, vec![again, limit(days, after)]);
    }

    fn request(&self) -> Request {
        let subject = Subject::request(&code("p"), &code("r"));
        let history = SubjectHistory::from_facts(subject, self.0.clone()).expect("facts");
        Request::at(&history, View::ALL).expect("a request")
    }

    fn rated(&self) -> Option<Date> {
        RateRow::of(&self.request()).map(|row| row.due)
    }
}

fn limit(days: u16, after: i64) -> RequestFact {
    limit_of("usual", days, after)
}

fn limit_of(preset: &str, days: u16, after: i64) -> RequestFact {
    let preset = Code::new(preset).expect("a code");
    RequestFact::Clock(Clock {
        clock: ClockKind::Resolution,
        preset,
        limit: TimeLimit::Days(days),
        from: day(after),
    })
}

proptest! {
    /// However the first limit was moved, what comes after "not solved" has a limit of its own, and the row of the rates
    /// stays in the period that it was in.
    #[test]
    fn an_extension_belongs_to_its_limit(
        days in 1u16..30, more in 1i64..60, granted in any::<bool>(), once_more in any::<bool>(),
        other in prop::option::of(1u16..60), answered in 0i64..20, later in 0i64..20, again in 1u16..15,
        waits in 1i64..20,
    ) {
        let mut life = Life::given(days);
        let (mut due, asked) = (i64::from(days), i64::from(days) + more);
        life.extend(0, asked, granted);
        due = if granted { asked } else { due };
        // Its category is another one: the limit begins where it began.
        if let Some(other) = other {
            life.say(0, vec![limit_of("other", other, 0)]);
            due = if granted { asked.max(i64::from(other)) } else { i64::from(other) };
        }
        // One that was not granted takes nothing of the one before.
        if once_more {
            life.extend(0, due + 5, false);
        }
        let first = day(due).date();
        prop_assert_eq!(life.rated(), Some(first));
        prop_assert_eq!(life.request().due(ClockKind::Resolution), Some(end_of(first)));
        life.step(answered, RequestStep::Answer, RequestState::Answered);
        let taken_up = answered + later;
        life.take_up(taken_up, again);
        let now = day(taken_up + i64::from(again)).date();
        prop_assert_eq!(life.request().limit(), Some((ClockKind::Resolution, end_of(now))));
        let held = life.request();
        prop_assert_eq!((held.open_extension(), held.extended), (None, None));
        prop_assert_eq!(life.rated(), Some(first));
        // What stands still now is the limit that runs now.
        life.step(taken_up, RequestStep::Accept, RequestState::Accepted);
        life.step(taken_up, RequestStep::AskResident, RequestState::WaitingForResident);
        prop_assert_eq!(life.rated(), Some(first));
        life.step(taken_up + waits, RequestStep::Resume, RequestState::Accepted);
        let now = day(taken_up + waits + i64::from(again)).date();
        prop_assert_eq!(life.request().limit(), Some((ClockKind::Resolution, end_of(now))));
        prop_assert_eq!(life.rated(), Some(first));
        // It may be extended in its turn, and taken up once more.
        life.extend(taken_up + waits, taken_up + waits + 90, true);
        let extended = day(taken_up + waits + 90).date();
        prop_assert_eq!(life.request().due(ClockKind::Resolution), Some(end_of(extended)));
        life.step(taken_up + waits, RequestStep::Answer, RequestState::Answered);
        life.take_up(taken_up + waits, again);
        prop_assert_eq!(life.request().limit(), Some((ClockKind::Resolution, end_of(now))));
        prop_assert_eq!(life.rated(), Some(first));
    }

    /// While it waits for whoever asked nobody knows when its limit runs out; one that had run out counts all the same.
    #[test]
    fn what_stands_still_with_time_left_is_not_due(days in 1u16..20, asked in 0i64..30, waits in 0i64..60) {
        let mut life = Life::given(days);
        let plain = i64::from(days);
        prop_assert_eq!(life.rated(), Some(day(plain).date()));
        life.step(asked, RequestStep::AskResident, RequestState::WaitingForResident);
        let late = asked > plain;
        prop_assert_eq!(life.rated(), late.then(|| day(plain).date()));
        life.step(asked + waits, RequestStep::Resume, RequestState::Accepted);
        let due = if late { plain } else { plain + waits };
        prop_assert_eq!(life.rated(), Some(day(due).date()));
    }
}

#[test]
fn an_extension_of_today_does_not_chase_a_limit_of_tomorrow() {
    // Extended to the end of the year, answered, and not solved.
    let mut life = Life::given(7);
    life.extend(0, 150, true);
    life.step(5, RequestStep::Answer, RequestState::Answered);
    life.take_up(6, 5);
    let by = Watching { books_months: 1, decision: TimeLimit::Hours(24) };
    let found = watched(&life.request(), by, day(6));
    assert_eq!(found.iter().map(|it| it.limit.date()).collect::<Vec<_>>(), [day(11).date()]);
}

#[test]
fn what_is_taken_up_before_anybody_had_it_waits_to_be_given_out() {
    for state in [RequestState::Refused, RequestState::Withdrawn] {
        let mut books = Books::new();
        books.bring("r", state);
        let request = books.request("r");
        assert_eq!((request.lead_unit.as_ref(), request.limit()), (None, None));
        let preset = rules().presets[0].clone();
        let at = super::at(10, 0);
        let facts = reopened(&request, &preset, at, "复核后受理".into());
        books.record("someone", "r", facts).expect("taken up");
        let request = books.request("r");
        assert!(request.waits_for_a_unit());
        let limit = preset.assignment.due(at, &[]);
        assert_eq!(request.limit(), Some((ClockKind::Assignment, limit)), "{state:?}");
        let by = Watching { books_months: 1, decision: TimeLimit::Hours(24) };
        let found = watched(&request, by, at);
        assert_eq!(found.iter().map(|it| (it.watch, it.limit)).collect::<Vec<_>>(), [(Watch::Desk, limit)]);
        assert_eq!(RateRow::of(&request), None);
        // Given out, it has the limits of any other; the rates go by them.
        let to = Routing { unit: code("water"), supporting: vec![], by_backstop: false };
        let facts =
            given(Some(&request), RequestStep::Redispatch, &to, &preset, super::at(11, 0), "派单".into());
        books.record("someone", "r", facts).expect("given out");
        let request = books.request("r");
        assert_eq!(request.limit().map(|(kind, _)| kind), Some(ClockKind::Response));
        assert_eq!(RateRow::of(&request).map(|row| row.unit), Some(code("water")));
    }
}
