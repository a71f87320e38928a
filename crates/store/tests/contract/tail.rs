//! Facts that are not in their places yet are read as those that are.

use std::time::{Duration, Instant};

use domain::area::AreaFact;
use domain::boundary::Boundary;
use domain::history::{Lookup, SubjectHistory};
use domain::journal::{Draft, Entry, Event, Seq};
use domain::project::ProjectFact;
use domain::subject::{Subject, directory};
use domain::timetabling::{StepLink, StepLinkKind};
use jiff::civil::date;
use rust_decimal::Decimal;
use scratch::Scratch;
use store::{Connection, Database, EntryFilter, StoreError, Tx};

use crate::books::{append, assert_whole, at, code, draft, fill, loaded, open, plan, project};

crate::on_both!(
    readers_see_the_same_before_and_after,
    a_long_tail_is_shortened_within_its_transaction,
    facts_are_placed_when_the_writer_rests_or_ends,
    a_tail_that_was_left_behind_is_read_and_placed,
    a_rule_sees_the_tail_of_another_process,
    a_rule_knows_the_projects_with_words_of_their_own,
    a_rule_knows_the_areas_that_are_drawn,
);

/// What readers ask for of the subjects of [`fill`].
type Seen = (Vec<Option<SubjectHistory>>, Vec<SubjectHistory>, Vec<SubjectHistory>, Vec<Vec<Entry>>);

fn seen(c: &mut Connection) -> Result<Seen, StoreError> {
    let subjects = [project("A-1"), project("B-2"), project("C-3"), Subject::plan(&plan())];
    let ones = subjects.iter().map(|subject| c.subject(subject)).collect::<Result<_, _>>()?;
    let mut all = |light| -> Result<Vec<SubjectHistory>, StoreError> {
        let history = c.history(&[directory(), plan()], light)?;
        Ok(history.iter().map(|held| (**held).clone()).collect())
    };
    let (whole, light) = (all(false)?, all(true)?);
    let entries = subjects.map(|subject| {
        let filter = EntryFilter { subject: Some(subject), ..EntryFilter::default() };
        let mut found = c.entries(&filter, None, 2)?.items;
        if let Some(last) = found.last() {
            found.extend(c.entries(&filter, Some(last.seq), 100)?.items);
        }
        Ok(found)
    });
    let entries = entries.into_iter().collect::<Result<_, StoreError>>()?;
    Ok((ones, whole, light, entries))
}

fn unplaced(c: &mut Connection) -> Result<i64, StoreError> {
    Ok(c.first("SELECT seq - projected FROM chain", &[], |row| row.int(0))?.unwrap())
}

fn progress(subject: &Subject, day: i8, percent: i64) -> Draft {
    let fact = ProjectFact::Progress { part: None, percent: Decimal::from(percent) };
    draft(subject, date(2019, 1, day), Event::Recorded { facts: vec![fact.into()] })
}

fn readers_see_the_same_before_and_after(scratch: &Scratch) {
    let database = open(scratch);
    let nine = fill(&database);
    let (before, after) = database
        .write(move |tx| {
            tx.place_facts()?;
            // On top of what is placed: more about a subject, a new one, and corrections of both kinds.
            let correct = |entry| Event::Corrected { entry, facts: vec![] };
            let later = [
                progress(&project("A-1"), 5, 50),
                progress(&project("A-1"), 2, 20),
                progress(&project("C-3"), 1, 1),
                draft(&project("A-1"), date(2019, 1, 5), correct(Seq(10))),
                draft(&project("B-2"), date(2019, 1, 5), correct(nine[7].seq)),
            ];
            for draft in later.clone() {
                tx.append(draft, at(50))?;
            }
            let before = seen(tx.reading()?)?;
            tx.place_facts()?;
            Ok::<_, StoreError>((before, seen(tx.reading()?)?))
        })
        .unwrap();
    assert!(before == after);
    // Nor otherwise than whoever comes later does.
    assert!(after == open(scratch).read(seen).unwrap());
    assert_eq!(before.3[0].len(), before.3[0].iter().filter(|e| e.draft.subject == project("A-1")).count());
    assert!(before.0[2].is_some() && before.3[0].first().unwrap().seq == Seq(13));
    assert_whole(&database, 14);
}

fn a_long_tail_is_shortened_within_its_transaction(scratch: &Scratch) {
    const MANY: i64 = 5_000;
    let database = open(scratch);
    let left = database
        .write(|tx: &mut Tx| {
            for n in 0..MANY {
                tx.append(progress(&project(&format!("P-{}", n % 700)), 1, n % 100), at(1))?;
            }
            // Of an entry whose facts are placed by now.
            let wrong =
                draft(&project("P-3"), date(2019, 1, 1), Event::Corrected { entry: Seq(4), facts: vec![] });
            tx.append(wrong, at(1))?;
            Ok::<_, StoreError>(
                tx.reading()?.first("SELECT COUNT(*) FROM fact", &[], |row| row.int(0))?.unwrap(),
            )
        })
        .unwrap();
    // PostgreSQL has no tail.
    let few = if scratch.is_postgres() { MANY..MANY + 1 } else { 1..MANY };
    assert!(few.contains(&left), "{left} of {MANY} facts are placed");
    let held = database.read(|c| c.subject(&project("P-3"))).unwrap().unwrap();
    assert_eq!(held.facts().iter().find(|fact| fact.seq == Seq(4)).unwrap().superseded, Some(Seq(5_001)));
    assert_whole(&database, 5_001);
}

fn facts_are_placed_when_the_writer_rests_or_ends(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let begun = Instant::now();
    while database.read(unplaced).unwrap() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "the writer never rested");
        std::thread::sleep(Duration::from_millis(5));
    }
    append(&database, 60, vec![progress(&project("A-1"), 5, 50)]).unwrap();
    drop(database);
    assert_eq!(
        Database::open_existing(&scratch.address().parse().unwrap()).unwrap().read(unplaced).unwrap(),
        0
    );
}

/// As a process leaves it that was killed.
fn leave_behind(database: &Database) {
    database.write(|tx| tx.place_facts()).unwrap();
    let undo = |tx: &mut Tx| {
        tx.writing().batch("DELETE FROM fact WHERE seq > 4; UPDATE fact SET superseded = NULL; UPDATE chain SET projected = 4")
    };
    database.write(undo).unwrap();
}

fn a_tail_that_was_left_behind_is_read_and_placed(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let whole = loaded(&database);
    leave_behind(&database);
    drop(database);
    let database = Database::open_existing(&scratch.address().parse().unwrap()).unwrap();
    assert_eq!(database.read(unplaced).unwrap(), 5);
    assert_eq!(loaded(&database), whole);
    assert_whole(&database, 9);
}

fn a_rule_sees_the_tail_of_another_process(scratch: &Scratch) {
    let (one, two) = (open(scratch), open(scratch));
    for n in 0..20 {
        let (here, there) = if n % 2 == 0 { (&one, &two) } else { (&two, &one) };
        let subject = Subject::project(&plan(), &code("A-1"));
        append(here, n, vec![progress(&subject, 1, n)]).unwrap();
        let held = there
            .write::<_, StoreError>(move |tx| Ok(tx.subject(&subject)?.map(|held| held.facts().len())))
            .unwrap();
        assert_eq!(held, Some(n as usize + 1));
    }
    assert_whole(&one, 20);
}

fn a_rule_knows_the_projects_with_words_of_their_own(scratch: &Scratch) {
    let database = open(scratch);
    let own = |subject: &Subject| {
        let fact = ProjectFact::StepWork { step: code("start"), work: None };
        draft(subject, date(2019, 1, 1), Event::Recorded { facts: vec![fact.into()] })
    };
    let link = |subject: &Subject| {
        let (step, before) = (code("start"), code("design"));
        let link = StepLink { step, project: None, before, kind: StepLinkKind::FinishToStart, lag: 0 };
        let fact = ProjectFact::StepLink { link, held: true };
        draft(subject, date(2019, 1, 1), Event::Recorded { facts: vec![fact.into()] })
    };
    let elsewhere = Subject::project(&code("q"), &code("A-1"));
    let drafts =
        [link(&project("B-2")), progress(&project("C-3"), 1, 1), own(&elsewhere), own(&project("A-1"))];
    let (in_tail, both, placed) = database
        .write(move |tx| {
            let known = |tx: &mut Tx| tx.with_lookup(|lookup| lookup.own_work(&plan()));
            for draft in drafts.clone() {
                tx.append(draft, at(1))?;
            }
            let in_tail = known(tx)?;
            tx.place_facts()?;
            for draft in [own(&project("D-4")), own(&project("B-2"))] {
                tx.append(draft, at(2))?;
            }
            let both = known(tx)?;
            tx.place_facts()?;
            Ok::<_, StoreError>((in_tail, both, known(tx)?))
        })
        .unwrap();
    assert_eq!(in_tail, [code("A-1"), code("B-2")]);
    assert_eq!(both, [code("A-1"), code("B-2"), code("D-4")]);
    assert_eq!(placed, both);
    // The history that pages read knows the same.
    let history = database.read(|c| c.history(&[plan()], false)).unwrap();
    assert_eq!(history.own_work(&plan()), both);
}

fn a_rule_knows_the_areas_that_are_drawn(scratch: &Scratch) {
    let database = open(scratch);
    let drawn = |area: &str| {
        let boundary = Boundary::parse("POLYGON ((116 40, 116.1 40, 116.1 40.1, 116 40))").unwrap();
        let facts = vec![AreaFact::Boundary { boundary }.into()];
        draft(&Subject::area(&code(area)), date(2019, 1, 1), Event::Recorded { facts })
    };
    let named = |area: &str| {
        let facts = vec![AreaFact::Population { people: 9 }.into()];
        draft(&Subject::area(&code(area)), date(2019, 1, 1), Event::Recorded { facts })
    };
    let (first, later) = ([drawn("b"), named("c"), drawn("a")], [drawn("d"), drawn("b")]);
    let (in_tail, both, placed) = database
        .write(move |tx| {
            let known = |tx: &mut Tx| tx.with_lookup(|lookup| lookup.drawn_areas());
            for draft in first.clone() {
                tx.append(draft, at(1))?;
            }
            let in_tail = known(tx)?;
            tx.place_facts()?;
            for draft in later.clone() {
                tx.append(draft, at(2))?;
            }
            let both = known(tx)?;
            tx.place_facts()?;
            Ok::<_, StoreError>((in_tail, both, known(tx)?))
        })
        .unwrap();
    assert_eq!(in_tail, [code("a"), code("b")]);
    assert_eq!(both, [code("a"), code("b"), code("d")]);
    assert_eq!(placed, both);
    let history = database.read(|c| c.history(&[directory()], false)).unwrap();
    assert_eq!(history.drawn_areas(), both);
}
