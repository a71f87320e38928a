//! Estimates become observations of an indicator, by area too.

use super::*;

/// Each area of the plan that enough people answered from, with its error; an index by area reads them.
fn estimates_by_area_become_observations(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let draft = Draft {
        name: "near".into(),
        version: "1".into(),
        title: Wording::new("身边", "Near"),
        questions: vec![
            single("place", &["town", "estate", "district", "far"]),
            question(
                "felt",
                Form::Matrix {
                    rows: vec![
                        Choice { code: "bus".into(), label: Wording::new("公交", "buses") },
                        Choice { code: "park".into(), label: Wording::new("公园", "parks") },
                    ],
                    columns: vec![
                        Choice { code: "yes".into(), label: Wording::new("好", "good") },
                        Choice { code: "no".into(), label: Wording::new("不好", "bad") },
                    ],
                },
            ),
        ],
    };
    let asked = Questionnaire { instrument: code("near"), version: 1, asks: Instrument::new(draft).unwrap() };
    field.wait(app.record_questionnaire(&force, plan, asked.clone(), ground())).unwrap();
    let near = Wave {
        instrument: code("near"),
        area: Some("place".into()),
        groups: Vec::new(),
        quotas: Vec::new(),
        margins: Vec::new(),
        ..wave("near", 1, WaveAccess::Anyone)
    };
    field.wait(app.record_wave(&force, plan, near, ground())).unwrap();
    field.step("near", WaveEvent::Opened { asked: asked.fingerprint() }).unwrap();
    let mut next = 0;
    for (place, people, yes) in [("town", 20, 15), ("estate", 10, 2), ("far", 3, 1), ("district", 3, 1)] {
        for at in 0..people {
            next += 1;
            let felt = |row: &str, good: bool| (row.to_owned(), if good { "yes" } else { "no" }.to_owned());
            let answers = Answers::from([
                ("place".into(), Answer::Choice(place.into())),
                ("felt".into(), Answer::Matrix([felt("bus", at < yes), felt("park", true)].into())),
            ]);
            let new = NewSheet { shown: asked.fingerprint(), ..sheet(&format!("n{next}"), answers) };
            assert_eq!(field.take(&Actor::Public, "near", new), Ok(Taken::Kept));
        }
    }
    field.step("near", WaveEvent::Closed).unwrap();
    field.freeze("near").unwrap();
    let facts = vec![
        IndicatorFact::Name(Named::new("公交", "Buses")).into(),
        IndicatorFact::Unit(Named::new("%", "%")).into(),
    ];
    field.place.register(Subject::indicator(plan, &code("buses")), facts);
    let observe = |row: Option<&str>| {
        let (row, answer) = (row.map(str::to_owned), Some("yes".into()));
        let picked = PickedEstimate { question: "felt".into(), row, answer, by_area: true };
        let indicator = code("buses");
        field.wait(app.observe_wave(&force, plan, &code("near"), (&indicator, &picked), ground())).map(|_| ())
    };
    assert!(observe(None).is_err() && observe(Some("metro")).is_err(), "no such row");
    observe(Some("bus")).unwrap();
    let portfolio = field.wait(app.portfolio(plan, app::read::Asked::default())).unwrap();
    let indicator = portfolio.indicator(&code("buses")).unwrap();
    let value = |area: Option<&str>| {
        let series = indicator.series(area.map(code).as_ref()).unwrap();
        series.observations.iter().map(|held| held.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (value(None), value(Some("town")), value(Some("estate"))),
        (vec!["52.78".to_owned()], vec!["75".to_owned()], vec!["20".to_owned()])
    );
    // Three people are too few, and “far” is no area.
    assert_eq!(indicator.by_area.keys().map(Code::as_str).collect::<Vec<_>>(), ["estate", "town"]);
    let town = &indicator.measured[&code("near.town")];
    assert_eq!((town.n, town.row.as_deref(), town.wave.as_str()), (20, Some("bus"), "near"));
    assert!(
        town.low < Decimal::from(75) && Decimal::from(75) < town.high && town.high <= Decimal::ONE_HUNDRED
    );
    let of_whole = &indicator.whole.observations[0];
    // All in one entry.
    let series = indicator.by_area.values().flat_map(|series| &series.observations);
    assert!(series.clone().all(|held| held.seq == of_whole.seq && held.instrument == of_whole.instrument));
    // The index by area has a value where the survey has one.
    let part = IndexPart {
        indicator: code("buses"),
        instrument: of_whole.instrument.clone(),
        better: Better::Higher,
        scaling: Scaling::Range { low: 0.into(), high: 100.into() },
        weight: 1.into(),
        source: "约定".into(),
    };
    let version = IndexVersion {
        version: code("v1"),
        period: IndexPeriod::Year,
        aggregation: Aggregation::Arithmetic,
        least_coverage: None,
        dimensions: vec![IndexDimension {
            name: Named::new("行", "Moving"),
            weight: 1.into(),
            parts: vec![part],
        }],
    };
    let held = HeldVersion { version, from: DAY, seq: of_whole.seq, grade: of_whole.grade };
    let index = IndexValues::of(&held, &portfolio).unwrap();
    let cell = |area: Option<&str>| {
        let area = area.map(code);
        index.cell(area.as_ref(), IndexPeriod::Year.holding(DAY)).and_then(|cell| cell.value)
    };
    let close = |found: Option<f64>, value: f64| found.is_some_and(|found| (found - value).abs() < 1e-9);
    assert!(close(cell(None), 52.78) && close(cell(Some("town")), 75.0) && close(cell(Some("estate")), 20.0));
    assert_eq!(index.areas().len(), 2);
}

on_both!(estimates_by_area_become_observations);
