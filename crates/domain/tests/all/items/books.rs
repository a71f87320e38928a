//! A small plan with units, people and items in any state.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::{Command, Context, decide};
use domain::fact::Fact;
use domain::history::{History, View};
use domain::item::kind::{ItemKind, ObjectionTo, Part, Series};
use domain::item::workflow::{self, Move};
use domain::item::{Item, ItemFact, State, Step};
use domain::journal::{self, Draft, Event, Hash, Seq};
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::refusal::{Problem, Refusal};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::Timestamp;
use jiff::civil::{Date, date, datetime};

pub const DAY: Date = date(2018, 9, 10);
pub const TODAY: Date = date(2019, 8, 14);

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn name(text: &str) -> Named {
    Named::new(text, "")
}

#[derive(Clone)]
pub struct Books {
    pub history: History,
}

impl Books {
    /// A plan, an area, three units, a person of the lead unit and one of the supervision office.
    pub fn new() -> Self {
        let mut books = Self { history: History::default() };
        books.write(
            Subject::area(&code("town")),
            vec![AreaFact::Name(name("镇")).into(), AreaFact::Level { level: AreaLevel::Subdistrict }.into()],
        );
        for unit in ["bureau", "helper", "town-office", "supervision"] {
            books.write(
                Subject::unit(&code(unit)),
                vec![UnitFact::Name(name(unit)).into(), UnitFact::Level { level: UnitLevel::City }.into()],
            );
        }
        for (person, unit) in [("worker", "bureau"), ("inspector", "supervision")] {
            books.write(
                Subject::person(&code(person)),
                vec![
                    PersonFact::Name { name: person.into() }.into(),
                    PersonFact::Unit { unit: code(unit) }.into(),
                ],
            );
        }
        books.write(
            Subject::plan(&code("p")),
            vec![
                PlanFact::Name(name("计划")).into(),
                PlanFact::Period { from: date(2018, 1, 1), to: date(2020, 12, 31) }.into(),
            ],
        );
        books
    }

    /// Writes without asking the rules.
    pub fn write(&mut self, subject: Subject, facts: Vec<Fact>) -> Seq {
        self.write_on(DAY, subject, facts)
    }

    pub fn write_on(&mut self, effective: Date, subject: Subject, facts: Vec<Fact>) -> Seq {
        let registered = self.history.get(&subject).is_none();
        let event = if registered { Event::Registered { facts } } else { Event::Recorded { facts } };
        let draft = Draft {
            effective,
            actor: code("operator"),
            subject,
            event,
            source: Source::default(),
            reason: String::new(),
        };
        self.append(draft)
    }

    fn append(&mut self, draft: Draft) -> Seq {
        let seq = self.history.head().next();
        let recorded_at = Timestamp::from_second(1_600_000_000 + seq.0 as i64).unwrap();
        self.history.apply(&journal::Entry { seq, recorded_at, draft, hash: Hash::GENESIS });
        seq
    }

    pub fn item(&self, item: &str) -> Item {
        Item::at(self.history.get(&Subject::item(&code("p"), &code(item))).unwrap(), View::ALL).unwrap()
    }

    /// Gives a command by the rules; what it wrote is taken in.
    pub fn give(&mut self, actor: &str, on: Date, command: &Command) -> Result<(), Vec<Problem>> {
        self.give_because(actor, on, "", command)
    }

    pub fn give_because(
        &mut self,
        actor: &str,
        on: Date,
        reason: &str,
        command: &Command,
    ) -> Result<(), Vec<Problem>> {
        let context = Context {
            today: TODAY,
            actor: code(actor),
            effective: on,
            source: Source::default(),
            reason: reason.into(),
        };
        let problems = |refusals: Vec<Refusal>| refusals.into_iter().map(|r| r.problem).collect::<Vec<_>>();
        for draft in decide(command, &context, &self.history).map_err(problems)? {
            self.append(draft);
        }
        Ok(())
    }

    pub fn record(
        &mut self,
        actor: &str,
        on: Date,
        item: &str,
        facts: Vec<ItemFact>,
    ) -> Result<(), Vec<Problem>> {
        let command = Command::Record {
            subject: Subject::item(&code("p"), &code(item)),
            facts: facts.into_iter().map(Fact::from).collect(),
            expected: None,
        };
        self.give(actor, on, &command)
    }

    pub fn register(&mut self, item: &str, facts: Vec<ItemFact>) -> Result<(), Vec<Problem>> {
        let command = Command::Register {
            subject: Subject::item(&code("p"), &code(item)),
            facts: facts.into_iter().map(Fact::from).collect(),
        };
        self.give("inspector", DAY, &command)
    }
}

/// What an item of any kind begins with, and everything that any of its moves could ask for.
pub fn complete(kind: ItemKind) -> Vec<ItemFact> {
    let at = datetime(2018, 9, 10, 9, 0, 0, 0);
    vec![
        ItemFact::Kind { kind },
        ItemFact::Name(name("事项")),
        ItemFact::Text { text: "内容".into() },
        ItemFact::Issuer { name: String::new(), unit: Some(code("town-office")) },
        ItemFact::Series { series: Series::Weekly },
        ItemFact::LeadUnit { unit: code("bureau") },
        ItemFact::SupportingUnit { unit: code("helper"), part: Part::Supporting, active: true },
        ItemFact::Due { on: date(2019, 8, 14) },
        ItemFact::Evidence {
            key: code("e1"),
            title: "照片".into(),
            url: String::new(),
            by: Some(code("worker")),
        },
        ItemFact::EvidenceChecked {
            key: code("e1"),
            accepted: true,
            note: String::new(),
            by: Some(code("other")),
        },
        ItemFact::Objection { to: ObjectionTo::Date, reason: "时间不足".into(), unit: None, due: None },
        ItemFact::Answer { unit: code("bureau"), at, text: String::new() },
        ItemFact::Answer { unit: code("helper"), at, text: String::new() },
        ItemFact::Arrival { unit: code("bureau"), at, people: 2 },
        ItemFact::Mark { unit: code("bureau"), mark: 4, veto: false, note: String::new() },
        ItemFact::Mark { unit: code("helper"), mark: 5, veto: false, note: String::new() },
        ItemFact::Outcome { solved: true, text: "已解决".into() },
        ItemFact::Minutes { text: "纪要".into() },
        ItemFact::Content {
            content: r#"{"from":"2018-09-03","to":"2018-09-09","lines":[],"next":"继续推进"}"#.into(),
        },
        ItemFact::Issue { number: 1, as_of: DAY, known: 1, digest: "x".into() },
    ]
}

/// The moves that lead from a kind's first states to each state it can be in.
pub fn paths(kind: ItemKind) -> BTreeMap<State, (State, Vec<&'static Move>)> {
    let mut found: BTreeMap<State, (State, Vec<&'static Move>)> = BTreeMap::new();
    let mut waiting: VecDeque<State> = VecDeque::new();
    for first in kind.first_states() {
        found.insert(*first, (*first, Vec::new()));
        waiting.push_back(*first);
    }
    while let Some(state) = waiting.pop_front() {
        let (first, path) = found[&state].clone();
        for held in workflow::next(kind, state) {
            if let Entry::Vacant(free) = found.entry(held.to) {
                free.insert((first, path.iter().copied().chain([held]).collect()));
                waiting.push_back(held.to);
            }
        }
    }
    found
}

/// Books with an item `x` of the kind brought into a state, with all that any move could ask for.
pub fn in_state(kind: ItemKind, first: State, path: &[&'static Move]) -> Books {
    let mut books = Books::new();
    let subject = Subject::item(&code("p"), &code("x"));
    let mut facts = complete(kind);
    facts.push(ItemFact::Begin { state: first });
    books.write(subject.clone(), facts.into_iter().map(Fact::from).collect());
    for held in path {
        let fact = ItemFact::Move { step: held.step, state: held.to, by: Some(code("other")) };
        books.write(subject.clone(), vec![fact.into()]);
    }
    books
}

pub fn step(step: Step, state: State) -> ItemFact {
    ItemFact::Move { step, state, by: None }
}
