//! What orders come to is decided before it is their turn: it holds where nothing was recorded meanwhile.

use app::Actor;
use app::import::{Mode, Prepared};
use domain::area::{AreaFact, AreaLevel};
use domain::command::Command;
use domain::journal::{Draft, Seq};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::subject::{Subject, SubjectKind};
use scratch::Scratch;

use super::{HEAD, Place, code, rules};

const ENDED: [&[&str]; 5] = [
    HEAD,
    &[
        "1",
        "2019/8/1 9:05",
        "清水苑路灯不亮，电话13812345678",
        "张三",
        "13812345678",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "是",
    ],
    &[
        "2",
        "2019-08-01 10:30",
        "小区停水",
        "",
        "",
        "",
        "紧急",
        "供水",
        "自来水公司",
        "2019-08-01 11:00",
        "",
        "",
        "",
    ],
    &[
        "3",
        "2019-08-01 12:00",
        "小区漏水",
        "",
        "",
        "",
        "",
        "供水",
        "自来水公司",
        "",
        "2019-08-02 16:20",
        "已修复",
        "",
    ],
    &["4", "2019-08-03 08:00", "什么时候修路？", "", "", "", "", "", "", "", "2019-08-03 08:05", "", ""],
];

/// Rows with what they come to as the plan is now.
fn decided(place: &Place, rows: &[&[&str]]) -> Prepared {
    let mut prepared = place.read(place.app.clock().today(), rows);
    let understanding = place.runtime.block_on(place.app.understanding(&code("p"))).unwrap();
    prepared.fill_in(&understanding, &Actor::operator());
    prepared
}

/// What the journal says of requests, in its order.
fn said(place: &Place) -> Vec<Draft> {
    let entries = place.app.database().read(|c| c.entries_after(Seq(0), 1_000)).unwrap();
    let drafts = entries.into_iter().map(|entry| entry.draft);
    drafts.filter(|draft| draft.subject.kind == SubjectKind::Request).collect()
}

fn what_was_decided_before_is_what_the_rules_say_then(scratch: Scratch) {
    let place = Place::open(scratch);
    let prepared = decided(&place, &ENDED);
    let report = place.import_prepared(prepared, Mode::Apply);
    assert!(report.applied, "{:?}", report.problems);
    assert_eq!((report.counts.new, report.entries), (4, 7));
    let made = place.app.database().rebuild(|_| ()).unwrap();
    assert_eq!(made.before, made.after, "rows, words and counts are those of the entries");
    assert!(place.app.database().read(|c| c.verify(|_| ())).unwrap().is_sound());

    // Where anything was recorded of the plan meanwhile, the rules are asked again, and say the same of the same.
    let other = Place::open(Scratch::sqlite());
    let prepared = decided(&other, &ENDED);
    other.register(
        Subject::area(&code("elsewhere")),
        vec![
            AreaFact::Name(Named::new("别处", "Elsewhere")).into(),
            AreaFact::Level { level: AreaLevel::Community }.into(),
        ],
    );
    let asked_again = other.import_prepared(prepared, Mode::Apply);
    assert_eq!(asked_again.counts, report.counts);
    assert_eq!(asked_again.rows, report.rows);
    assert_eq!(said(&other), said(&place));
}

fn what_was_decided_by_other_rules_does_not_hold(scratch: Scratch) {
    let place = Place::open(scratch);
    let prepared = decided(&place, &ENDED[..2]);
    let mut changed = rules();
    changed.settings.backstop = code("water");
    let facts = vec![PlanFact::RequestRules(changed).into()];
    place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
    assert!(place.import_prepared(prepared, Mode::Apply).applied);
    assert_eq!(place.one("1").lead_unit, Some(code("water")));
    // Of one that came in meanwhile it does not hold either.
    let (first, again) = (decided(&place, &ENDED), decided(&place, &ENDED));
    assert_eq!(place.import_prepared(first, Mode::Apply).counts.new, 3);
    let report = place.import_prepared(again, Mode::Apply);
    assert_eq!((report.counts.new, report.counts.unchanged, report.entries), (0, 4, 0));
    let made = place.app.database().rebuild(|_| ()).unwrap();
    assert_eq!(made.before, made.after);
}

on_both!(what_was_decided_before_is_what_the_rules_say_then, what_was_decided_by_other_rules_does_not_hold);
