//! Appending, chaining, superseding, and reading the journal back.

use domain::facility::{Datum, Facility, FacilityFact, Site, Stated};
use domain::history::{History, View};
use domain::journal::{Event, Hash, Seq, Written};
use domain::project::{Project, ProjectFact};
use domain::request::Point;
use domain::subject::{Subject, SubjectKind};
use jiff::civil::date;
use rust_decimal::Decimal;
use scratch::Scratch;
use store::EntryFilter;

use crate::books::*;

crate::on_both!(
    entries_come_back_as_written_and_chained,
    recorded_time_never_goes_back,
    known_at_finds_the_last_entry_of_a_moment,
    pages_and_filters_cover_each_entry_once,
    a_correction_supersedes_without_hiding,
    the_loaded_history_is_the_journal_applied,
    light_histories_leave_out_only_light_topics,
    rebuilding_mends_projections_that_went_astray,
    facilities_are_part_of_a_plans_history,
);

fn entries_come_back_as_written_and_chained(scratch: &Scratch) {
    let database = open(scratch);
    assert_eq!(database.read(|c| c.head_hash()).unwrap(), (Seq(0), Hash::GENESIS.to_string()));
    let written = fill(&database);
    let read = database.read(|c| c.entries_after(Seq(0), 100)).unwrap();
    assert_eq!(read, written);
    let mut previous = Hash::GENESIS;
    for (entry, seq) in read.iter().zip(1..) {
        assert_eq!(entry.seq, Seq(seq));
        let draft = &entry.draft;
        let texts = (
            draft.effective.to_string(),
            serde_json::to_string(&draft.event).unwrap(),
            serde_json::to_string(&draft.source).unwrap(),
        );
        let written = Written {
            seq: entry.seq,
            recorded_at: entry.recorded_at.as_microsecond(),
            effective: &texts.0,
            actor: draft.actor.as_str(),
            scope: draft.subject.scope.as_str(),
            kind: draft.subject.kind.as_str(),
            subject: draft.subject.code.as_str(),
            event: &texts.1,
            source: &texts.2,
            reason: &draft.reason,
        };
        assert_eq!(written.hash(previous), entry.hash);
        previous = entry.hash;
        assert_eq!(database.read(|c| c.entry(entry.seq)).unwrap().as_ref(), Some(entry));
    }
    assert_eq!(database.read(|c| c.head_hash()).unwrap(), (Seq(9), previous.to_string()));
    assert_eq!(database.read(|c| c.entry(Seq(10))).unwrap(), None);
    assert_whole(&database, 9);
    // It is all there after closing, too.
    drop(database);
    assert_eq!(open(scratch).read(|c| c.entries_after(Seq(0), 100)).unwrap(), written);
}

fn facilities_are_part_of_a_plans_history(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let subject = Subject::facility(&plan(), &code("F-1"));
    let at_home = Point { longitude: 116_342_373, latitude: 40_071_534 };
    let site = Site {
        at: Point { longitude: 116_336_200, latitude: 40_070_200 },
        stated: Some(Stated { datum: Datum::Gcj02, at: at_home }),
    };
    let facts = vec![
        FacilityFact::Kind { kind: code("kindergarten") }.into(),
        FacilityFact::Site(site).into(),
        FacilityFact::Opens { on: Some(date(2020, 9, 1)) }.into(),
    ];
    let registered = draft(&subject, date(2019, 5, 1), Event::Registered { facts });
    append(&database, 20, vec![registered]).unwrap();
    record(
        &database,
        21,
        &subject,
        date(2021, 1, 1),
        vec![FacilityFact::Capacity { amount: Some(90) }.into()],
    );
    // Fresh from the database, and once more after all projections were made again.
    for rebuilt in [false, true] {
        if rebuilt {
            database.rebuild(|_| {}).unwrap();
        }
        let history = database.read(|c| c.history(&[plan()], false)).unwrap();
        let capacity = |day| {
            let held = Facility::at(history.get(&subject).unwrap(), View::as_of(day)).unwrap();
            assert_eq!((held.site, held.opens), (Some(site), Some(date(2020, 9, 1))));
            held.capacity
        };
        assert_eq!([capacity(date(2020, 12, 31)), capacity(date(2021, 1, 1))], [None, Some(90)]);
    }
    assert!(verify(&database).is_sound());
}

fn recorded_time_never_goes_back(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    record(&database, -500, &project("A-1"), date(2019, 4, 1), vec![progress(41)]);
    let read = database.read(|c| c.entries_after(Seq(8), 10)).unwrap();
    assert_eq!(read[1].recorded_at, read[0].recorded_at);
    assert!(verify(&database).is_sound());
}

fn known_at_finds_the_last_entry_of_a_moment(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let known = |second| database.read(|c| c.known_at(at(second))).unwrap().0;
    assert_eq!([known(-1), known(0), known(3), known(8), known(1_000)], [0, 1, 4, 9, 9]);
    // Two entries of one moment are both known at it.
    record(&database, 8, &project("A-1"), date(2019, 4, 1), vec![progress(41)]);
    assert_eq!(known(8), 10);
}

fn pages_and_filters_cover_each_entry_once(scratch: &Scratch) {
    let database = open(scratch);
    let written = fill(&database);
    let pages = |filter: EntryFilter, limit| {
        let (mut out, mut before) = (Vec::new(), None);
        loop {
            let page = database.read(|c| c.entries(&filter, before, limit)).unwrap();
            assert!(page.items.len() <= limit);
            out.extend(page.items);
            before = page.next;
            if before.is_none() {
                break out;
            }
        }
    };
    let expect = |wanted: &dyn Fn(&domain::journal::Entry) -> bool| -> Vec<_> {
        written.iter().rev().filter(|entry| wanted(entry)).cloned().collect()
    };
    for limit in [1, 2, 3, 9, 100] {
        assert_eq!(pages(EntryFilter::default(), limit), expect(&|_| true), "{limit} a page");
        let filter = EntryFilter { subject: Some(project("A-1")), ..EntryFilter::default() };
        assert_eq!(pages(filter, limit), expect(&|e| e.draft.subject == project("A-1")));
        let filter = EntryFilter { scope: Some(plan()), ..EntryFilter::default() };
        assert_eq!(pages(filter, limit), expect(&|e| e.draft.subject.scope == plan()));
        let filter = EntryFilter { kind: Some(SubjectKind::Area), ..EntryFilter::default() };
        assert_eq!(pages(filter, limit), expect(&|e| e.draft.subject.kind == SubjectKind::Area));
        let filter = EntryFilter { code: Some(code("B-2")), ..EntryFilter::default() };
        assert_eq!(pages(filter, limit), expect(&|e| e.draft.subject.code == code("B-2")));
        let filter = EntryFilter { actor: Some(code("nobody")), ..EntryFilter::default() };
        assert_eq!(pages(filter, limit), vec![]);
        let filter = EntryFilter { known: Some(Seq(4)), ..EntryFilter::default() };
        assert_eq!(pages(filter, limit), expect(&|e| e.seq <= Seq(4)));
        let filter = EntryFilter { after: Some(Seq(4)), ..EntryFilter::default() };
        assert_eq!(pages(filter, limit), expect(&|e| e.seq > Seq(4)));
        for subject in [None, Some(project("A-1")), Some(project("B-2"))] {
            let day = written[4].draft.effective;
            let filter = EntryFilter {
                subject: subject.clone(),
                after: Some(Seq(2)),
                effective_to: Some(day),
                ..EntryFilter::default()
            };
            let wanted = expect(&|e| {
                let of = subject.as_ref().is_none_or(|subject| e.draft.subject == *subject);
                of && e.seq > Seq(2) && e.draft.effective <= day
            });
            assert_eq!(pages(filter, limit), wanted);
        }
        let filter = EntryFilter {
            recorded_from: Some(at(2)),
            recorded_to: Some(at(5)),
            actor: Some(code("someone")),
            ..EntryFilter::default()
        };
        assert_eq!(pages(filter, limit), expect(&|e| (3..=5).contains(&e.seq.0)));
    }
}

fn a_correction_supersedes_without_hiding(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let held = database.read(|c| c.subject(&project("B-2"))).unwrap().unwrap();
    let percent = |known| {
        held.visible::<ProjectFact>(View { as_of: date(2020, 1, 1), known })
            .filter_map(|held| match held.fact {
                ProjectFact::Progress { percent, .. } => Some(*percent),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(percent(Seq(5)), vec![]);
    assert_eq!(percent(Seq(7)), vec![Decimal::from(80)]);
    assert_eq!(percent(Seq(8)), vec![Decimal::from(8)]);
    // Both entries stay in the journal, and each is found from the other.
    assert!(database.read(|c| c.entry(Seq(6))).unwrap().is_some());
    let correction = database.read(|c| c.entry(Seq(8))).unwrap().unwrap();
    assert_eq!(correction.draft.event.corrects(), Some(Seq(6)));
    // A correction of the correction leaves neither's facts.
    let withdrawn =
        draft(&project("B-2"), date(2018, 8, 3), Event::Corrected { entry: Seq(8), facts: vec![] });
    append(&database, 20, vec![withdrawn]).unwrap();
    let held = database.read(|c| c.subject(&project("B-2"))).unwrap().unwrap();
    assert!(Project::at(&held, View::ALL).unwrap().progress.is_empty());
    assert_eq!(held.version, Seq(10));
    assert_whole(&database, 10);
}

fn the_loaded_history_is_the_journal_applied(scratch: &Scratch) {
    let database = open(scratch);
    let mut applied = History::default();
    fill(&database).iter().for_each(|entry| applied.apply(entry));
    assert_eq!(loaded(&database), applied);
    for history in applied.iter() {
        let one = database.read(|c| c.subject(&history.subject)).unwrap();
        assert_eq!(one.as_ref(), Some(&**history));
    }
    assert_eq!(database.read(|c| c.subject(&project("C-3"))).unwrap(), None);
    assert_eq!(database.read(|c| c.plans()).unwrap(), vec![plan()]);
    let directory_only = database.read(|c| c.history(&[domain::subject::directory()], false)).unwrap();
    assert_eq!(directory_only.iter().count(), 1);
    assert!(directory_only.get(&Subject::area(&code("town"))).is_some());
}

fn light_histories_leave_out_only_light_topics(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let light = database.read(|c| c.history(&[domain::subject::directory(), plan()], true)).unwrap();
    for whole in loaded(&database).iter() {
        let expected = whole.only(|fact| {
            let slot = fact.slot();
            !store::LIGHT_TOPICS.contains(&slot.split('/').next().unwrap())
        });
        assert_eq!(light.get(&whole.subject).unwrap().facts(), expected.facts());
    }
}

fn rebuilding_mends_projections_that_went_astray(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let right = digest(&database);
    for damage in [
        "DELETE FROM fact WHERE seq = 7",
        "UPDATE fact SET superseded = NULL",
        "UPDATE fact SET topic = 'name' WHERE seq = 5",
        "UPDATE fact SET body = '{}' WHERE seq = 5",
    ] {
        database.write(move |tx| tx.writing().execute(damage, &[])).unwrap();
        assert_ne!(digest(&database), right, "{damage}");
        let report = database.rebuild(|_| ()).unwrap();
        assert_eq!(report.after, right, "{damage}");
        assert_ne!(report.before, report.after);
        assert_eq!(digest(&database), right);
    }
    assert_whole(&database, 9);
}
