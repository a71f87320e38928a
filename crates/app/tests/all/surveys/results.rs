//! What a wave comes to: closed, frozen, told, compared with another one.

use super::*;

fn a_wave_is_closed_frozen_and_told(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan) = (&field.place.app, &field.plan);
    assert!(
        matches!(field.freeze("w1"), Err(FreezeFault::App(AppError::Refused(_)))),
        "not while it is open"
    );
    // Women answer three times as often as men, and feel better.
    for at in 0..24 {
        let (sex, felt) = match at {
            0..18 => ("f", if at % 3 == 0 { "no" } else { "yes" }),
            _ => ("m", if at % 3 == 0 { "yes" } else { "no" }),
        };
        let new = sheet(&format!("s{at}"), answers(sex, felt, f64::from(at % 5 + 1)));
        assert_eq!(field.take(&Actor::Public, "w1", new), Ok(Taken::Kept));
    }
    for number in [3, 4] {
        let what = (WaveMode::Street, OUTCOMES[0], number);
        field.wait(app.count_contacts(&field.person("asker"), plan, &code("w1"), what)).unwrap();
    }
    field.step("w1", WaveEvent::Closed).unwrap();
    assert_eq!(
        field.take(&Actor::Public, "w1", sheet("s90", answers("f", "yes", 1.0))),
        Err(SheetFault::NotAsking)
    );
    // A phone that was offline when the wave was closed.
    let kept = on_street("s91", answers("m", "no", 2.0), DAY);
    field.place.day(date(2019, 3, 8), 9);
    assert_eq!(field.take(&field.person("asker"), "w1", kept.clone()), Ok(Taken::Kept));
    field.freeze("w1").unwrap();
    assert_eq!(field.state("w1"), WaveState::Frozen);
    // Later ones are kept and do not count; the same one is still the same.
    assert_eq!(field.take(&field.person("asker"), "w1", kept), Ok(Taken::Already));
    let late = on_street("s92", answers("m", "no", 2.0), DAY);
    assert_eq!(field.take(&field.person("asker"), "w1", late), Ok(Taken::Late));
    let (held, _) = field.wait(app.wave(plan, "w1")).unwrap();
    let live = field.wait(app.live_wave(plan, &held)).unwrap();
    assert_eq!((live.sheets(), live.late(), held.frozen().unwrap().sheets), (25, 1, 25));
    // Of those who came by themselves nobody knows how many could have: the rate is that of the street.
    assert!(live.rates.unwrap().response_1.is_some_and(|rate| (rate - 1.0 / 8.0).abs() < 1e-12));

    let results = field.wait(app.wave_results(plan, &held)).unwrap().unwrap();
    let kept = results.fieldwork.as_deref().unwrap();
    assert_eq!(kept.modes, [(WaveMode::Web, 24), (WaveMode::Street, 1)]);
    assert_eq!(
        (&kept.rated[..], kept.contacts.clone()),
        (&[WaveMode::Street][..], vec![("refused".into(), 7)])
    );
    assert_eq!(kept.response_1, Some(Decimal::new(125, 3)));
    assert!(held.wave.is_self_selected());
    assert!(results.weighted);
    let row = |answer: &str, group: Option<&str>| {
        let found = results.rows.iter().find(|row| {
            row.question == "felt"
                && row.kind == ResultKind::Share
                && row.answer.as_deref() == Some(answer)
                && row.group.as_ref().map(|(_, group)| group.as_str()) == group
        });
        found.unwrap().clone()
    };
    // Each sex counts half: 12 of 18 women, 2 of 7 men.
    let expected = (12.0 / 18.0 + 2.0 / 7.0) / 2.0;
    let felt = row("yes", None);
    let estimate: f64 = felt.shown.unwrap().estimate.to_string().parse().unwrap();
    assert!((estimate - expected).abs() < 1e-6, "{estimate} {expected}");
    assert_eq!((felt.n, row("yes", Some("f")).n, row("yes", Some("m")).n), (25, 18, 7));
    let shown = felt.shown.unwrap();
    assert!(shown.low < shown.estimate && shown.estimate < shown.high && shown.deff.is_some());
    assert!(results.rows.iter().any(|row| row.question == "score" && row.kind == ResultKind::Mean));
    assert!(results.rows.iter().all(|row| row.question != "why"), "nobody's words are counted");

    // As an observation, with its error; not of an answer that nobody could give, nor by whoever only asks people.
    let facts = vec![
        IndicatorFact::Name(Named::new("感受", "Felt")).into(),
        IndicatorFact::Unit(Named::new("%", "%")).into(),
    ];
    field.place.register(Subject::indicator(plan, &code("felt")), facts);
    let observe = |person: &str, answer: &str| {
        let answer = Some(answer.into());
        let picked = PickedEstimate { question: "felt".into(), row: None, answer, by_area: true };
        let indicator = code("felt");
        field
            .wait(app.observe_wave(&field.person(person), plan, &code("w1"), (&indicator, &picked), ground()))
            .map(|_| ())
    };
    assert!(observe("asker", "yes").is_err() && observe("force", "perhaps").is_err());
    observe("force", "yes").unwrap();
    let asked_of = app::read::Asked { as_of: Some(date(2019, 3, 20)), known_at: None };
    let portfolio = field.wait(app.portfolio(plan, asked_of)).unwrap();
    let indicator = &portfolio.indicators[0];
    let (observation, measured) = (&indicator.whole.observations[0], &indicator.measured[&code("w1")]);
    assert_eq!(observation.value.to_string(), "47.62");
    assert_eq!((measured.n, observation.on, observation.instrument.scale.as_str()), (25, DAY, "percent"));
    assert!(measured.low < observation.value && observation.value < measured.high);
    assert!(indicator.by_area.is_empty(), "it does not ask for the area");

    field.step("w1", WaveEvent::Published).unwrap();
    assert_eq!(field.state("w1"), WaveState::Published);

    // What its question says stands beside what was observed, and is none: also of all but one answer.
    let say = |answer: Option<&str>, others: bool| {
        let asked = AskedBy {
            instrument: code("felt"),
            question: if answer.is_some() { "felt" } else { "score" }.into(),
            answer: answer.map(str::to_owned),
            others,
        };
        let subject = Subject::indicator(plan, &code("felt"));
        let command =
            Command::Record { subject, facts: vec![IndicatorFact::AskedBy(asked).into()], expected: None };
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        field.wait(app.change(&Actor::operator(), change)).map(|_| ())
    };
    let beside = || {
        let portfolio = field.wait(app.portfolio(plan, app::read::Asked::default())).unwrap();
        let indicator = portfolio.indicator(&code("felt")).unwrap();
        assert_eq!(indicator.whole.observations.len(), 1);
        field.wait(app.own_figures(&portfolio, indicator)).unwrap()
    };
    assert!(say(Some("perhaps"), false).is_err() && say(None, true).is_err());
    say(Some("yes"), false).unwrap();
    assert_eq!(beside()[0].found, OwnFound::Shown { kind: ResultKind::Share, shown, n: 25 });
    say(Some("no"), true).unwrap();
    let [others] = &beside()[..] else { panic!("one wave") };
    let OwnFound::Shown { shown: all_but, n, .. } = others.found else { panic!("{others:?}") };
    // Of the same people: yes and all but no are one share, with one interval.
    assert_eq!((all_but.estimate, n), (shown.estimate, 25));
    assert!((all_but.low - shown.low).abs() < Decimal::new(2, 6), "{all_but:?} {shown:?}");
    say(None, false).unwrap();
    assert!(matches!(beside()[0].found, OwnFound::Shown { kind: ResultKind::Mean, .. }));
    // It is read once: what it came to stays as it is.
    let again = field.wait(app.wave_results(plan, &held)).unwrap().unwrap();
    assert!(Arc::ptr_eq(&results, &again));
    // What was frozen is what is told, or nothing.
    app.database()
        .write::<_, StoreError>(|tx| {
            tx.writing().execute("UPDATE survey_result SET body = REPLACE(body, 'share', 'mean')", &[])
        })
        .unwrap();
    let app = &App::new(app.database().clone(), field.place.clock.clone());
    let broken = field.wait(app.wave_results(plan, &held)).unwrap_err();
    let AppError::Refused(refusals) = broken else { panic!("{broken:?}") };
    assert_eq!(refusals[0].problem, Problem::BadSurvey(SurveyFault::Broken));
    // It takes with it nothing that it stands beside.
    let portfolio = field.wait(app.portfolio(plan, app::read::Asked::default())).unwrap();
    let indicator = portfolio.indicator(&code("felt")).unwrap();
    let beside = field.wait(app.own_figures(&portfolio, indicator)).unwrap();
    assert_eq!(beside.iter().map(|it| it.found).collect::<Vec<_>>(), [OwnFound::Damaged]);
}

fn totals_that_cannot_be_met_are_told(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    field.step("w1", WaveEvent::Closed).unwrap();
    assert!(matches!(field.freeze("w1"), Err(FreezeFault::Estimate(EstimateFault::NoSheets))));
    for at in 0..8 {
        let new = on_street(&format!("s{at}"), answers("f", "yes", 4.0), DAY);
        assert_eq!(field.take(&field.person("asker"), "w1", new), Ok(Taken::Kept));
    }
    match field.freeze("w1") {
        Err(FreezeFault::Estimate(EstimateFault::EmptyCell { question, code })) => {
            assert_eq!((question.as_str(), code.as_str()), ("sex", "m"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(field.state("w1"), WaveState::Closed, "nothing was frozen");
}

/// Totals that no weights meet, weights that explode, and limits too tight for the totals: each is told by name, and
/// the wave stays as it was.
fn weights_that_cannot_be_are_told_and_nothing_is_frozen(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let margin = |question: &str, totals: [(&str, i64); 2]| WaveMargin {
        question: question.into(),
        totals: totals.map(|(code, total)| (code.to_owned(), total.into())).into(),
        source: "普查".into(),
    };
    let half = || margin("sex", [("f", 50), ("m", 50)]);
    let failed = |name: &str, margins: Vec<WaveMargin>, trim: Option<u32>, sheets: &[(&str, &str, usize)]| {
        let held = Wave { margins, trim, ..wave(name, 1, WaveAccess::Anyone) };
        field.wait(app.record_wave(&force, plan, held, ground())).unwrap();
        field.step(name, WaveEvent::Opened { asked: asked(1).fingerprint() }).unwrap();
        let people =
            sheets.iter().flat_map(|(sex, felt, number)| (0..*number).map(move |at| (*sex, *felt, at)));
        for (sex, felt, at) in people {
            let new = sheet(&format!("{sex}-{felt}-{at}"), answers(sex, felt, 3.0));
            assert_eq!(field.take(&Actor::Public, name, new), Ok(Taken::Kept));
        }
        field.step(name, WaveEvent::Closed).unwrap();
        let found = field.freeze(name);
        assert_eq!(field.state(name), WaveState::Closed, "nothing was frozen");
        let (held, _) = field.wait(app.wave(plan, name)).unwrap();
        assert_eq!(field.wait(app.wave_results(plan, &held)).unwrap(), None);
        match found {
            Err(FreezeFault::Estimate(fault)) => fault,
            other => panic!("{other:?}"),
        }
    };
    // All women say yes and all men no: as many of each cannot be four fifths who say yes.
    let margins = vec![half(), margin("felt", [("yes", 80), ("no", 20)])];
    let found = failed("unmet", margins, None, &[("f", "yes", 6), ("m", "no", 6)]);
    assert!(
        matches!(&found, EstimateFault::NotMet { question, .. } if ["sex", "felt"].contains(&question.as_str())),
        "{found:?}"
    );
    // One man for half of all people.
    let found = failed("explodes", vec![half()], None, &[("f", "yes", 59), ("m", "no", 1)]);
    let EstimateFault::Exploding { people, of } = &found else { panic!("{found:?}") };
    assert!(*people == 1 && of.contains('m'), "{of}");
    let found = failed("tight", vec![half()], Some(150), &[("f", "yes", 9), ("m", "no", 1)]);
    assert!(matches!(&found, EstimateFault::TooTight { question, .. } if question == "sex"), "{found:?}");
    // Loosened enough, the same sheets can be weighted.
    let held = Wave { margins: vec![half()], trim: Some(600), ..wave("loose", 1, WaveAccess::Anyone) };
    field.wait(app.record_wave(&force, plan, held, ground())).unwrap();
    field.step("loose", WaveEvent::Opened { asked: asked(1).fingerprint() }).unwrap();
    for at in 0..10 {
        let sex = if at == 0 { "m" } else { "f" };
        assert!(
            field.take(&Actor::Public, "loose", sheet(&format!("l{at}"), answers(sex, "yes", 3.0))).is_ok()
        );
    }
    field.step("loose", WaveEvent::Closed).unwrap();
    field.freeze("loose").unwrap();
    assert_eq!(field.state("loose"), WaveState::Frozen);
}

fn only_what_was_asked_alike_is_compared(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    field.begin("w2", 2, WaveAccess::Anyone);
    for (name, version, yes) in [("w1", 1, 5), ("w2", 2, 15)] {
        for at in 0..20 {
            let felt = if at < yes { "yes" } else { "no" };
            let sex = if at % 2 == 0 { "f" } else { "m" };
            let new = sheet(&format!("s{at}"), answers(sex, felt, if at < yes { 4.0 } else { 2.0 }));
            let shown = asked(version).fingerprint();
            assert_eq!(field.take(&Actor::Public, name, NewSheet { shown, ..new }), Ok(Taken::Kept));
        }
        field.step(name, WaveEvent::Closed).unwrap();
        field.freeze(name).unwrap();
    }
    let app = &field.place.app;
    let portfolio = field.wait(app.portfolio(&field.plan, app::read::Asked::default())).unwrap();
    let of = |name: &str| {
        let (held, _) = field.wait(app.wave(&field.plan, name)).unwrap();
        let results = field.wait(app.wave_results(&field.plan, &held)).unwrap().unwrap();
        (held, results)
    };
    let (first, second) = (of("w1"), of("w2"));
    let found = judged(&portfolio.plan, (&first.0, &first.1), (&second.0, &second.1), None);
    let line = |question: &str, kind: ResultKind| {
        found.iter().find(|line| line.after.question == question && line.after.kind == kind).unwrap()
    };
    // Another answer was offered: not the same question.
    assert_eq!(line("felt", ResultKind::Share).change, Err(CompareFault::AskedOtherwise));
    // All lines are judged together: what one alone would be is not less, and the smallest counts for as many as there are.
    let alone =
        |line: &ComparedLine| line.change.as_ref().ok().and_then(|change| change.tested).map(|it| it.p_value);
    let tested: Vec<f64> = found.iter().filter_map(alone).collect();
    let least = tested.iter().copied().fold(1.0, f64::min);
    assert!(tested.len() > 2, "{tested:?}");
    assert!(found.iter().all(|line| line.p_holm.is_some() == alone(line).is_some()));
    assert!(found.iter().all(|line| line.p_holm.unwrap_or(1.0) >= alone(line).unwrap_or(0.0)));
    let smallest = found.iter().filter_map(|line| line.p_holm).fold(1.0, f64::min);
    assert!((smallest - (least * tested.len() as f64).min(1.0)).abs() < 1e-12);
    // Of women alone, and nothing of the answer that makes them a group.
    let women = ("sex".to_owned(), "f".to_owned());
    let of_women = judged(&portfolio.plan, (&first.0, &first.1), (&second.0, &second.1), Some(&women));
    assert!(!of_women.is_empty());
    assert!(
        of_women.iter().all(|line| line.after.group.as_ref() == Some(&women) && line.after.question != "sex")
    );
    assert!(of_women.iter().any(|line| line.after.n == 10 && line.change.is_ok()));
    let score = line("score", ResultKind::Mean).change.as_ref().unwrap();
    assert!((score.difference - 1.0).abs() < 1e-6, "{score:?}");
    assert!(score.tested.unwrap().significant && score.bridge.is_none());
}

on_both!(
    a_wave_is_closed_frozen_and_told,
    totals_that_cannot_be_met_are_told,
    weights_that_cannot_be_are_told_and_nothing_is_frozen,
    only_what_was_asked_alike_is_compared
);
