//! What is put on the books of requests, and reports of them, hold no words of those who asked: what is erased from a
//! request stands nowhere else.

use crate::place::*;
use app::Actor;
use app::read::Asked;
use app::request::{Erase, HotOutcome, HotTask, HotlineSpan, NewRequest, PersonalData, matter_name};
use domain::code::Code;
use domain::command::Command;
use domain::item::kind::{ItemKind, Level, WhistleKind};
use domain::item::{ItemFact, Relation, Target};
use domain::journal::Seq;
use domain::named::Named;
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::date;
use scratch::Scratch;

fn what_is_erased_lives_on_in_no_item_and_no_report(scratch: Scratch) {
    let place = Place::open(scratch);
    let (plan, operator) = (code("p"), Actor::operator());
    let ask = |text: &str, at: usize| {
        let person = PersonalData { phone: format!("1380000000{at}"), ..PersonalData::default() };
        place.file(NewRequest { person, ..new(text, &format!("k{at}")) })
    };
    // A name that nobody masks, in the words of the first who asked.
    let asked = ask("欧阳小花家门口的路灯已经3天不亮了，晚上下班回家看不见路", 1);
    let others: Vec<Code> =
        (2..=6).map(|at| ask(&format!("东门的路灯已经{at}天不亮了，晚上下班回家看不见路"), at)).collect();
    let portfolio = place.runtime.block_on(place.app.portfolio(&plan, Asked::default())).unwrap();
    let found = place.runtime.block_on(place.app.hot_matters(&plan, FIRST, FIRST)).unwrap();
    let matter = &found.matters[0];
    assert_eq!((matter.key.clone(), matter.requests.len()), (asked.clone(), 1 + others.len()));
    let name = matter.name(&portfolio);
    assert_eq!(name, Named::new("lamps · estate小区", "lamps · estate"));

    let task = HotTask {
        name: name.zh.clone(),
        text: name.zh,
        lead_unit: code("town-office"),
        supporting: Vec::new(),
        level: Level::District,
        due: date(2019, 4, 3),
        goal: None,
    };
    let task = HotOutcome::Task(task);
    let confirmed = place.app.confirm_matter(&operator, &plan, matter, task, Source::default());
    place.runtime.block_on(confirmed).unwrap();
    let area = code("estate");
    let before = Named::new(format!("诉求 {asked}"), format!("Request {asked}"));
    let facts = vec![
        ItemFact::Kind { kind: ItemKind::Whistle },
        ItemFact::Name(matter_name(&portfolio, before, matter.category.as_ref(), Some(&area))),
        ItemFact::WhistleKind { whistle: WhistleKind::Request },
        ItemFact::Level { level: Level::District },
        ItemFact::Issuer { name: String::new(), unit: Some(code("town-office")) },
        ItemFact::LeadUnit { unit: code("water") },
        ItemFact::Link { relation: Relation::ArisesFrom, to: Target::Request(asked.clone()), held: true },
    ];
    let facts = facts.into_iter().map(Into::into).collect();
    place.change(Command::Register { subject: Subject::item(&plan, &code("whistle")), facts });

    let source = Source::default();
    let draft = place.app.draft_hotline(&operator, &plan, HotlineSpan::Day(FIRST), &source);
    let report = place.runtime.block_on(draft).unwrap();
    let drafted = place.runtime.block_on(place.app.study(&plan, &report)).unwrap();
    let tabled = format!("{:?}", drafted.study);
    assert!(tabled.contains(asked.as_str()) && tabled.contains("lamps · estate小区"), "{tabled}");
    let (version, mut study) = (drafted.item.version, drafted.study);
    for part in &mut study.parts {
        part.text = Named::new("见表。", "See the tables.");
    }
    let kept = place.app.redraft_study(&operator, &plan, &report, version, study, &source);
    let version = place.runtime.block_on(kept).unwrap().entries.last().unwrap().seq;
    let issued = place.app.issue_study(&operator, &plan, &report, version, &source);
    place.runtime.block_on(issued).unwrap();

    let journal = || {
        let read = place.app.database().read(|c| c.entries_after(Seq(0), 1_000));
        format!("{:?}", read.unwrap())
    };
    assert!(journal().contains("欧阳小花"));
    let erased = place.app.erase(&operator, &plan, &asked, "asked for", Erase::Everything);
    place.runtime.block_on(erased).unwrap();
    assert!(!journal().contains("欧阳"));
}

on_both!(what_is_erased_lives_on_in_no_item_and_no_report);
