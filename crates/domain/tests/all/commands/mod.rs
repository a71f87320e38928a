//! Random commands on a small plan, and a journal kept in memory by the rules alone.

#![allow(dead_code, reason = "shared by tests that each use a part of it")]

use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::{Command, Context, decide};
use domain::fact::Fact;
use domain::figure::{FigureDefinition, Horizon, Query, Selection, Standing};
use domain::history::History;
use domain::indicator::{IndicatorFact, Instrument};
use domain::journal::{Draft, Entry, Hash, Seq};
use domain::milestone::{Aspect, StepTemplate};
use domain::named::Named;
use domain::output::{Basis, OutputGroup, OutputKind, Stage};
use domain::plan::PlanFact;
use domain::planned_date::PlannedDate;
use domain::project::{Membership, ProjectFact};
use domain::refusal::Refusal;
use domain::source::{Grade, Source};
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;

pub fn code(text: &str) -> Code {
    Code::new(text).expect("a code")
}

pub fn plan() -> Code {
    code("p")
}

fn name(text: &str) -> Named {
    Named::new(text, "")
}

pub const TODAY: Date = date(2026, 11, 25);
pub const STEPS: [&str; 3] = ["start", "completion", "in_use"];

/// A command with what it stands on; which entry is corrected or expected is settled when it is given.
#[derive(Debug, Clone)]
pub struct Wish {
    pub subject: Subject,
    pub facts: Vec<Fact>,
    pub how: How,
    pub effective: Date,
    pub reason: String,
    pub grade: Grade,
}

#[derive(Debug, Clone, Copy)]
pub enum How {
    Register,
    Put,
    Record,
    /// With the version that a writer saw so many entries ago.
    RecordSeen(u64),
    /// The entry that stands so many entries before the last one.
    Correct(u64),
}

impl Wish {
    pub fn command(&self, history: &History) -> Command {
        let (subject, facts) = (self.subject.clone(), self.facts.clone());
        let version = history.get(&subject).map_or(Seq(0), |held| held.version);
        match self.how {
            How::Register => Command::Register { subject, facts },
            How::Put => Command::Put { subject, facts },
            How::Record => Command::Record { subject, facts, expected: None },
            How::RecordSeen(back) => {
                Command::Record { subject, facts, expected: Some(Seq(version.0.saturating_sub(back))) }
            }
            How::Correct(back) => {
                // Among the subject's own entries, so that most corrections are possible.
                let mut own: Vec<Seq> =
                    history.get(&subject).map_or(vec![], |held| held.facts().iter().map(|f| f.seq).collect());
                own.sort();
                own.dedup();
                let entry = match own.len() as u64 {
                    0 => Seq(back),
                    count => own[(count - 1 - back % count) as usize],
                };
                Command::Correct { subject, entry, facts, expected: None }
            }
        }
    }

    pub fn context(&self) -> Context {
        Context {
            today: TODAY,
            actor: code("someone"),
            effective: self.effective,
            source: Source { grade: self.grade, ..Source::default() },
            reason: self.reason.clone(),
        }
    }
}

/// A journal in memory with everything that was ever written to it.
pub struct Journal {
    pub history: History,
    pub entries: Vec<Entry>,
}

impl Journal {
    /// The plan, two areas and a unit on the books.
    pub fn begun() -> Self {
        let mut journal = Self { history: History::default(), entries: Vec::new() };
        for wish in opening() {
            journal.give(&wish).expect("the opening is in order");
        }
        journal
    }

    /// Decides and, where allowed by the rules, appends.
    pub fn give(&mut self, wish: &Wish) -> Result<Vec<Entry>, Vec<Refusal>> {
        let drafts = decide(&wish.command(&self.history), &wish.context(), &self.history)?;
        Ok(drafts.into_iter().map(|draft| self.append(draft)).collect())
    }

    fn append(&mut self, draft: Draft) -> Entry {
        let seq = self.history.head().next();
        let entry = Entry { seq, recorded_at: moment(seq), draft, hash: Hash::GENESIS };
        self.history.apply(&entry);
        self.entries.push(entry.clone());
        entry
    }
}

pub fn moment(seq: Seq) -> Timestamp {
    Timestamp::from_second(1_600_000_000 + seq.0 as i64).expect("a moment")
}

/// What every journal of these tests begins with.
pub fn opening() -> Vec<Wish> {
    let put = |subject, facts| Wish {
        subject,
        facts,
        how: How::Register,
        effective: date(2018, 1, 1),
        reason: String::new(),
        grade: Grade::Published,
    };
    let figure = |id: &str, order, query| {
        PlanFact::Figure(FigureDefinition {
            id: code(id),
            order,
            group: code("plan"),
            label: name(id),
            unit: name("个"),
            query,
            rule: name(id),
            services: Vec::new(),
        })
        .into()
    };
    let counted = |standing| Query::Projects {
        selection: Selection { standing, ..Selection::default() },
        horizon: Horizon::YearEnd,
    };
    let steps = STEPS.map(|step| StepTemplate { step: code(step), name: name(step), gate: None }).to_vec();
    let mut plan_facts: Vec<Fact> = vec![
        PlanFact::Name(name("计划")).into(),
        PlanFact::Period { from: date(2018, 1, 1), to: date(2020, 12, 31) }.into(),
        PlanFact::Sector { sector: code("education"), order: 1, name: name("教育") }.into(),
        PlanFact::Sector { sector: code("health"), order: 2, name: name("卫生") }.into(),
        PlanFact::Template { template: code("building"), name: name("房屋"), steps }.into(),
        PlanFact::OutputKind(OutputKind { kind: code("places"), name: name("学位"), unit: name("个") })
            .into(),
        figure("total", 1, counted(Standing::Any)),
        figure("started", 2, counted(Standing::Started)),
        figure("completed", 3, counted(Standing::Completed)),
        figure("to_start", 4, counted(Standing::ToStart)),
        figure("later", 5, counted(Standing::Later)),
        figure(
            "places",
            6,
            Query::Output {
                kind: code("places"),
                selection: Selection::default(),
                horizon: Horizon::YearEnd,
            },
        ),
    ];
    for sector in ["education", "health"] {
        let selection = Selection { sector: Some(code(sector)), ..Selection::default() };
        plan_facts.push(figure(sector, 10, Query::Projects { selection, horizon: Horizon::YearEnd }));
    }
    let area = |text: &str, level, parent: Option<&str>| {
        let mut facts: Vec<Fact> = vec![AreaFact::Name(name(text)).into(), AreaFact::Level { level }.into()];
        facts.extend(parent.map(|parent| AreaFact::Parent { parent: Some(code(parent)) }.into()));
        put(Subject::area(&code(text)), facts)
    };
    vec![
        area("district", AreaLevel::District, None),
        area("town", AreaLevel::Subdistrict, Some("district")),
        put(
            Subject::unit(&code("bureau")),
            vec![UnitFact::Name(name("局")).into(), UnitFact::Level { level: UnitLevel::District }.into()],
        ),
        put(
            Subject::unit(&code("office")),
            vec![UnitFact::Name(name("处")).into(), UnitFact::Level { level: UnitLevel::District }.into()],
        ),
        put(Subject::plan(&plan()), plan_facts),
    ]
}

pub fn project(at: usize) -> Subject {
    Subject::project(&plan(), &code(["A-1", "B-2", "C-3"][at % 3]))
}

/// Every subject that wishes are about.
pub fn subjects() -> Vec<Subject> {
    let mut out = vec![
        Subject::plan(&plan()),
        Subject::indicator(&plan(), &code("I-1")),
        Subject::area(&code("town")),
        Subject::area(&code("district")),
        Subject::unit(&code("bureau")),
    ];
    out.extend((0..3).map(project));
    out
}

pub fn day() -> impl Strategy<Value = Date> {
    (2018i16..=2021, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| date(y, m, d))
}

fn planned_date() -> impl Strategy<Value = PlannedDate> {
    let text = |text: String| text.parse::<PlannedDate>().expect("a planned date");
    prop_oneof![
        day().prop_map(PlannedDate::day),
        (2018i16..=2022, 1i8..=12).prop_map(move |(y, m)| text(format!("{y}-{m:02}"))),
        (2018i16..=2022).prop_map(move |y| text(format!("{y}"))),
    ]
}

fn sector() -> impl Strategy<Value = Code> {
    prop_oneof![4 => Just("education"), 4 => Just("health"), 1 => Just("nowhere")].prop_map(code)
}

fn milestone() -> impl Strategy<Value = Fact> {
    let part = prop_oneof![3 => Just(None), 1 => Just(Some(code("north")))];
    let aspect = prop::sample::select(&Aspect::ALL);
    let date = prop::option::weighted(0.9, planned_date());
    (aspect, part, prop::sample::select(&STEPS), date).prop_map(|(aspect, part, step, date)| {
        ProjectFact::Milestone { aspect, part, step: code(step), date, cause: None }.into()
    })
}

fn project_fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        6 => milestone(),
        1 => "[甲-癸]{1,4}".prop_map(|text| ProjectFact::Name(name(&text)).into()),
        2 => sector().prop_map(|sector| ProjectFact::Sector { sector }.into()),
        1 => prop::sample::select(&["bureau", "office", "nobody"])
            .prop_map(|unit| ProjectFact::LeadUnit { unit: code(unit) }.into()),
        1 => prop::sample::subsequence(vec!["town", "district"], 0..=2).prop_map(|areas| {
            ProjectFact::Place { areas: areas.into_iter().map(code).collect(), address: String::new() }.into()
        }),
        2 => prop::sample::select(&Membership::ALL)
            .prop_map(|state| ProjectFact::Membership { state, revision: None, other: None }.into()),
        1 => Just(ProjectFact::Part { part: code("north"), name: name("北区") }.into()),
        3 => (0i64..=110).prop_map(|percent| {
            ProjectFact::Progress { part: None, percent: Decimal::from(percent) }.into()
        }),
        2 => (prop::sample::select(&Stage::ALL), -5i64..500).prop_map(|(stage, quantity)| {
            let quantity = Decimal::from(quantity);
            ProjectFact::Output { kind: code("places"), stage, basis: Basis::Net, quantity }.into()
        }),
        1 => any::<bool>().prop_map(|suspended| {
            ProjectFact::Suspended { suspended, document: String::new() }.into()
        }),
        1 => "[a-z]{1,8}".prop_map(|text| ProjectFact::Remark { text }.into()),
    ]
}

fn project_registration() -> impl Strategy<Value = Vec<Fact>> {
    (sector(), any::<bool>(), prop::collection::vec(project_fact(), 0..3)).prop_map(
        |(sector, member, more)| {
            let mut facts: Vec<Fact> = vec![
                ProjectFact::Name(name("项目")).into(),
                ProjectFact::Kind { kind: code("building") }.into(),
                ProjectFact::Sector { sector }.into(),
            ];
            if member {
                let state = Membership::Member;
                facts.push(ProjectFact::Membership { state, revision: None, other: None }.into());
            }
            facts.extend(more);
            facts
        },
    )
}

fn plan_fact() -> impl Strategy<Value = Fact> {
    let figure = prop::sample::select(&["total", "started", "unknown"]);
    prop_oneof![
        (1u32..4, prop::option::of(0u32..4)).prop_map(|(number, declared)| {
            PlanFact::Revision { number, title: name("修订"), declared }.into()
        }),
        (figure, day(), 0i64..5).prop_map(|(figure, on, value)| {
            PlanFact::PublishedFigure { figure: code(figure), on, value: Decimal::from(value) }.into()
        }),
        (0usize..2, prop::sample::subsequence(vec!["A-1", "B-2", "C-3"], 0..=3)).prop_map(|(at, members)| {
            PlanFact::OutputGroup(OutputGroup {
                group: code(["g", "h"][at]),
                name: name("合计"),
                kind: code("places"),
                stage: Stage::Planned,
                quantity: Decimal::from(100),
                members: members.into_iter().map(code).collect(),
            })
            .into()
        }),
    ]
}

fn indicator_fact() -> impl Strategy<Value = Fact> {
    let instrument = || Instrument { instrument: code("survey"), scale: code("percent") };
    let on = || prop::sample::select(vec![date(2019, 1, 1), date(2019, 7, 1), date(2020, 1, 1)]);
    prop_oneof![
        3 => (prop::sample::select(&["k1", "k2", "k3"]), on(), 50i64..60).prop_map(move |(key, on, value)| {
            IndicatorFact::Observation {
                key: code(key),
                on,
                value: Decimal::from(value),
                instrument: instrument(),
                approximate: false,
                area: None,
                wave: None,
            }
            .into()
        }),
        1 => (prop::sample::select(&["k1", "k2", "k9"]), on()).prop_map(|(key, on)| {
            IndicatorFact::Accepted { on, key: code(key), because: "统计年鉴".into(), area: None }.into()
        }),
        1 => Just(IndicatorFact::Name(name("满意度")).into()),
        1 => Just(IndicatorFact::Unit(name("%")).into()),
    ]
}

fn directory_fact() -> impl Strategy<Value = (Subject, Vec<Fact>)> {
    let place = prop::sample::select(&["town", "district"]);
    prop_oneof![
        (place.clone(), prop::option::of(place)).prop_map(|(area, parent)| {
            let fact = AreaFact::Parent { parent: parent.map(code) };
            (Subject::area(&code(area)), vec![fact.into()])
        }),
        prop::option::of(prop::sample::select(&["bureau", "office"])).prop_map(|parent| {
            let fact = UnitFact::Parent { parent: parent.map(code) };
            (Subject::unit(&code("bureau")), vec![fact.into()])
        }),
    ]
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![
        1 => Just(How::Register),
        2 => Just(How::Put),
        6 => Just(How::Record),
        2 => (0u64..3).prop_map(How::RecordSeen),
        3 => (0u64..6).prop_map(How::Correct),
    ]
}

pub fn wish() -> impl Strategy<Value = Wish> {
    let facts = prop_oneof![
        8 => (0usize..3, prop::collection::vec(project_fact(), 0..4)).prop_map(|(at, facts)| (project(at), facts)),
        3 => (0usize..3, project_registration()).prop_map(|(at, facts)| (project(at), facts)),
        2 => prop::collection::vec(plan_fact(), 0..3).prop_map(|facts| (Subject::plan(&plan()), facts)),
        2 => prop::collection::vec(indicator_fact(), 1..4)
            .prop_map(|facts| (Subject::indicator(&plan(), &code("I-1")), facts)),
        1 => directory_fact(),
    ];
    let reason = prop_oneof![1 => Just(""), 3 => Just("上月报告有误")];
    (facts, how(), day(), reason, prop::sample::select(&Grade::ALL)).prop_map(
        |((subject, facts), how, effective, reason, grade)| Wish {
            subject,
            facts,
            how,
            effective,
            reason: reason.to_owned(),
            grade,
        },
    )
}

/// Three projects on the books first, then anything.
pub fn wishes(most: usize) -> impl Strategy<Value = Vec<Wish>> {
    let first = prop::collection::vec((project_registration(), day()), 3).prop_map(|registrations| {
        registrations
            .into_iter()
            .enumerate()
            .map(|(at, (facts, effective))| Wish {
                subject: project(at),
                facts,
                how: How::Register,
                effective,
                reason: String::new(),
                grade: Grade::Published,
            })
            .collect::<Vec<_>>()
    });
    (first, prop::collection::vec(wish(), 0..most)).prop_map(|(mut all, more)| {
        all.extend(more);
        all
    })
}
