//! Pages of the ledger: in every order, for every filter, on any day, they are what the rules take.

use domain::fact::Fact;
use domain::item::kind::{ItemKind, Level, Part};
use domain::item::ledger::LedgerRow;
use domain::item::light::{Light, LightRules};
use domain::item::query::{After, LedgerQuery, Sort};
use domain::item::workflow::Standing;
use domain::item::{ItemFact, State, Step};
use domain::journal::{Draft, Event, Seq};
use domain::named::Named;
use domain::subject::Subject;
use jiff::Span;
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;

use crate::books::*;

crate::on_both!(pages_are_what_the_rules_take, counts_are_those_of_the_rules);

const ITEMS: usize = 60;

fn day(days: usize) -> Date {
    date(2019, 1, 1).saturating_add(Span::new().days(days as i64))
}

fn placed(areas: Vec<usize>) -> Fact {
    let areas = areas.into_iter().map(|at| code(&format!("a-{at}"))).collect();
    ItemFact::Place { areas, address: String::new() }.into()
}

/// Items of two months, some done, some withdrawn, some in other areas later, some with changes that are
/// dated ahead.
fn lived(database: &Database) {
    fill(database);
    let moved = |step, state| -> Fact { ItemFact::Move { step, state, by: None }.into() };
    let mut drafts: Vec<Draft> = Vec::new();
    for at in 0..ITEMS {
        let subject = Subject::item(&plan(), &code(&format!("T-{at:02}")));
        let mut facts: Vec<Fact> = vec![
            ItemFact::Kind { kind: [ItemKind::TrackedTask, ItemKind::Directive][at / 3 % 2] }.into(),
            ItemFact::Name(Named::new(format!("道路{}段_{}%", at % 4, at % 3), format!("Road {at}"))).into(),
            ItemFact::Number { number: format!("{}号", at * 7 % 20) }.into(),
            ItemFact::LeadUnit { unit: code(&format!("u-{}", at % 5)) }.into(),
            ItemFact::SupportingUnit {
                unit: code(["U-1", "u-2"][at % 2]),
                part: Part::Supporting,
                active: true,
            }
            .into(),
            ItemFact::Level { level: Level::ALL[at % 2] }.into(),
            placed([vec![at % 3], vec![at % 3, 3], (0..40).collect()][at / 7 % 3].clone()),
        ];
        if at % 4 > 0 {
            facts.push(ItemFact::Due { on: day(at + 10 + at % 7 * 5) }.into());
        }
        drafts.push(draft(&subject, day(at), Event::Registered { facts }));
        let take_up =
            draft(&subject, day(at + 3), Event::Recorded { facts: vec![moved(Step::TakeUp, State::InHand)] });
        drafts.push(take_up);
        if at % 4 == 2 {
            let facts = vec![placed(vec![(at + 1) % 3])];
            drafts.push(draft(&subject, day(at + 12), Event::Recorded { facts }));
        }
        let end = match at % 6 {
            0 | 1 => Some((Step::Clear, State::Cleared)),
            2 => Some((Step::Withdraw, State::Withdrawn)),
            3 => Some((Step::Suspend, State::Suspended)),
            _ => None,
        };
        if let Some((step, state)) = end {
            drafts.push(draft(&subject, day(at + 20), Event::Recorded { facts: vec![moved(step, state)] }));
        }
    }
    append(database, 30, drafts).unwrap();
}

fn queries() -> Vec<LedgerQuery> {
    let all = LedgerQuery::default;
    let some = |text: &str| Some(code(text));
    vec![
        all(),
        LedgerQuery { kinds: vec![ItemKind::Directive], ..all() },
        LedgerQuery { standings: vec![Standing::Open], ..all() },
        LedgerQuery { standings: vec![Standing::Done, Standing::Suspended], ..all() },
        LedgerQuery { lights: vec![Light::Red], ..all() },
        LedgerQuery { lights: vec![Light::NoDate, Light::Withdrawn, Light::Yellow], ..all() },
        LedgerQuery { lights: vec![Light::Done], standings: vec![Standing::Open], ..all() },
        LedgerQuery { unit: some("u-1"), ..all() },
        LedgerQuery { unit: some("u-2"), level: Some(Level::ALL[1]), ..all() },
        LedgerQuery { lead_unit: some("u-3"), ..all() },
        LedgerQuery { areas: vec![code("a-1")], ..all() },
        LedgerQuery { areas: vec![code("a-0"), code("a-2"), code("a-9")], ..all() },
        LedgerQuery { areas: vec![code("a-3")], standings: vec![Standing::Open], ..all() },
        LedgerQuery { areas: vec![code("a-9")], words: "road".into(), ..all() },
        LedgerQuery { areas: vec![code("a-99")], ..all() },
        LedgerQuery { due: (Some(day(30)), Some(day(60))), ..all() },
        LedgerQuery { received: (None, Some(day(25))), ..all() },
        LedgerQuery { finished: (Some(day(40)), None), ..all() },
        LedgerQuery { words: "road 道路1".into(), ..all() },
        LedgerQuery { words: "_2%".into(), ..all() },
        // Of one late item, which no order begins or ends with.
        LedgerQuery { words: "road 43".into(), ..all() },
        LedgerQuery { words: "!".into(), ..all() },
    ]
}

/// Days gone by, one on which everything is said, and one before anything was.
const DAYS: [usize; 5] = [25, 45, 70, 400, 0];

fn pages_are_what_the_rules_take(scratch: &Scratch) {
    let database = open(scratch);
    lived(&database);
    for on in DAYS {
        let judge = LightRules::usual().on(day(on));
        let all =
            database.read(|c| c.all_items(&plan(), &LedgerQuery::default(), (&judge, Seq::LATEST))).unwrap();
        assert_eq!(all.len(), (on + 1).min(ITEMS));
        for query in queries() {
            // Words are looked for in other ways the further they lie apart.
            let limit = if query.words.is_empty() { 23 } else { 3 };
            let taken: Vec<&LedgerRow> = all.iter().filter(|row| query.takes(row, &judge)).collect();
            for (sort, descending) in Sort::ALL.iter().flat_map(|sort| [(*sort, false), (*sort, true)]) {
                let mut expected: Vec<After> = taken.iter().map(|row| sort.after(row)).collect();
                expected.sort_by(|a, b| a.compare(b, descending));
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let page = database
                        .read(|c| {
                            c.ledger(
                                &plan(),
                                &query,
                                (&judge, Seq::LATEST),
                                (sort, descending),
                                after.as_ref(),
                                limit,
                            )
                        })
                        .unwrap();
                    found.extend(page.rows.iter().map(|row| sort.after(row)));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(found, expected, "{query:?} by {sort:?} on day {on}");
            }
            let mut whole = database.read(|c| c.all_items(&plan(), &query, (&judge, Seq::LATEST))).unwrap();
            whole.sort_by(|a, b| a.code.cmp(&b.code));
            let mut taken: Vec<LedgerRow> = taken.into_iter().cloned().collect();
            taken.sort_by(|a, b| a.code.cmp(&b.code));
            assert_eq!(whole, taken, "{query:?} on day {on}");
        }
    }
    assert_whole(&database, 9 + 2 * ITEMS as u64 + 40 + ITEMS as u64 / 4);
}

fn counts_are_those_of_the_rules(scratch: &Scratch) {
    let database = open(scratch);
    lived(&database);
    for on in DAYS {
        let judge = LightRules::usual().on(day(on));
        for query in queries() {
            let rows = database.read(|c| c.all_items(&plan(), &query, (&judge, Seq::LATEST))).unwrap();
            let mut expected = std::collections::BTreeMap::new();
            rows.iter().for_each(|row| *expected.entry(judge.judge(row).light).or_insert(0) += 1);
            let found = database.read(|c| c.ledger_lights(&plan(), &query, (&judge, Seq::LATEST))).unwrap();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{query:?} on day {on}");
            for most in [7, 1_000] {
                let count = database.read(|c| c.ledger_count(&plan(), &query, (&judge, Seq::LATEST), most));
                assert_eq!(count.unwrap(), most.min(rows.len() as u64), "{query:?} on day {on}");
            }
        }
    }
}
