use proptest::prelude::*;

use super::*;

fn indicator(name: &str, direction: Direction, normalisation: Normalisation, weight: f64) -> IndexIndicator {
    IndexIndicator { name: name.into(), direction, normalisation, weight, source: "made up".into() }
}

/// Two dimensions with the national targets for 2025 of childcare places and doctors, and made-up ones.
fn draft() -> IndexDraft {
    use Direction::{HigherIsBetter, LowerIsBetter};
    IndexDraft {
        name: "七有五性".into(),
        version: "2025".into(),
        valid_from: jiff::civil::date(2025, 1, 1),
        valid_to: None,
        dimensions: vec![
            Dimension {
                name: "幼有所育".into(),
                weight: 1.0,
                indicators: vec![indicator(
                    "childcare_places",
                    HigherIsBetter,
                    Normalisation::ToTarget { baseline: 1.5, target: 4.5 },
                    1.0,
                )],
            },
            Dimension {
                name: "病有所医".into(),
                weight: 3.0,
                indicators: vec![
                    indicator(
                        "doctors",
                        HigherIsBetter,
                        Normalisation::Goalposts { low: 1.2, high: 3.2 },
                        1.0,
                    ),
                    indicator(
                        "waiting_minutes",
                        LowerIsBetter,
                        Normalisation::Standard { mean: 30.0, deviation: 10.0 },
                        2.0,
                    ),
                ],
            },
        ],
        aggregation: Aggregation::Arithmetic,
        missing: MissingRule::NoValue,
    }
}

fn version() -> IndexVersion {
    IndexVersion::new(draft()).expect("valid")
}

fn observed(values: &[(&str, f64)]) -> Observed {
    values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

fn all(places: f64, doctors: f64, minutes: f64) -> Observed {
    observed(&[("childcare_places", places), ("doctors", doctors), ("waiting_minutes", minutes)])
}

#[test]
fn by_hand() {
    // Scores 50, 75 and 60; weights 1/4, 1/4 and 1/2.
    let found = version().value(&all(3.0, 2.7, 20.0)).expect("value");
    assert!((found.value.expect("complete") - 61.25).abs() < 1e-9, "{found:?}");
    assert!((found.dimensions[1].value.expect("complete") - 65.0).abs() < 1e-9);
    assert_eq!(found.coverage, 1.0);
    let beyond = version().value(&all(9.0, 0.0, 30.0)).expect("value");
    assert_eq!(beyond.scores[0].score, Some(100.0));
    assert_eq!(beyond.scores[1].score, Some(0.0));
}

#[test]
fn what_is_missing_is_never_filled_in() {
    let partial = observed(&[("childcare_places", 3.0), ("waiting_minutes", 20.0)]);
    let found = version().value(&partial).expect("value");
    assert_eq!(found.value, None);
    assert_eq!(found.missing, ["doctors"]);
    assert_eq!(found.dimensions[0].value, Some(50.0));
    let mut rescaled = draft();
    rescaled.missing = MissingRule::Rescale { least_coverage: 0.7 };
    let found = IndexVersion::new(rescaled.clone()).expect("valid").value(&partial).expect("value");
    assert!((found.value.expect("covered") - (50.0 / 4.0 + 60.0 / 2.0) / 0.75).abs() < 1e-9);
    assert!((found.coverage - 0.75).abs() < 1e-12);
    assert_eq!(found.missing, ["doctors"]);
    rescaled.missing = MissingRule::Rescale { least_coverage: 0.8 };
    let found = IndexVersion::new(rescaled).expect("valid").value(&partial).expect("value");
    assert_eq!(found.value, None);
    assert!(matches!(version().value(&all(f64::NAN, 1.0, 1.0)), Err(IndexError::BadValue { .. })));
}

#[test]
fn refuses_what_cannot_be_meant() {
    let error = |change: &dyn Fn(&mut IndexDraft)| {
        let mut draft = draft();
        change(&mut draft);
        IndexVersion::new(draft).expect_err("refused")
    };
    assert_eq!(error(&|draft| draft.dimensions.clear()), IndexError::Empty);
    assert!(matches!(error(&|draft| draft.dimensions[0].weight = 0.0), IndexError::BadWeight { .. }));
    assert!(matches!(
        error(&|draft| draft.dimensions[0].indicators[0].source.clear()),
        IndexError::NoSource(_)
    ));
    assert!(matches!(
        error(&|draft| draft.dimensions[0].indicators[0].direction = Direction::LowerIsBetter),
        IndexError::BadNormalisation { .. }
    ));
    assert!(matches!(
        error(&|draft| draft.dimensions[1].indicators[1].name = "doctors".into()),
        IndexError::Twice(_)
    ));
    assert!(matches!(
        error(&|draft| draft.valid_to = Some(jiff::civil::date(2024, 1, 1))),
        IndexError::EndsBeforeItBegins { .. }
    ));
}

#[test]
fn sets_are_dated() {
    let mut first = draft();
    first.valid_to = Some(jiff::civil::date(2025, 12, 31));
    let mut second = draft();
    second.version = "2026".into();
    second.valid_from = jiff::civil::date(2026, 1, 1);
    let versions = [first, second].map(|draft| IndexVersion::new(draft).expect("valid"));
    let on = |year, month, day| in_force(&versions, jiff::civil::date(year, month, day));
    assert_eq!(on(2025, 12, 31).expect("in force").draft().version, "2025");
    assert_eq!(on(2026, 1, 1).expect("in force").draft().version, "2026");
    assert!(matches!(on(2024, 12, 31), Err(IndexError::NotInForce(_))));
    let both = [version(), version()];
    assert!(matches!(in_force(&both, jiff::civil::date(2026, 1, 1)), Err(IndexError::Overlap { .. })));
}

#[test]
fn the_order_of_areas_may_depend_on_the_weights() {
    let areas = [
        ("clear".to_owned(), all(4.4, 3.1, 10.0)),
        ("a".to_owned(), all(4.0, 2.0, 30.0)),
        ("b".to_owned(), all(2.0, 2.6, 28.0)),
        ("gap".to_owned(), observed(&[("doctors", 3.0)])),
    ];
    let settings = SensitivitySettings::default();
    let found = sensitivity(&version(), &areas, settings).expect("sensitivity");
    assert_eq!(found.len(), 3, "an area without a value has no rank");
    assert_eq!((found[0].rank, found[0].best_rank, found[0].worst_rank), (1, 1, 1));
    assert!(found[1].best_rank < found[1].worst_rank, "{found:?}");
    assert!(found.iter().all(|area| area.low <= area.value && area.value <= area.high));
    assert_eq!(found, sensitivity(&version(), &areas, settings).expect("sensitivity"));
    let fixed = SensitivitySettings { spread: 0.0, ..settings };
    let found = sensitivity(&version(), &areas, fixed).expect("sensitivity");
    assert!(found.iter().all(|area| area.best_rank == area.worst_rank));
    assert!(sensitivity(&version(), &areas, SensitivitySettings { draws: 0, ..settings }).is_err());
}

proptest! {
    #[test]
    fn contributions_add_up(
        before in proptest::array::uniform3(0.1_f64..0.9),
        after in proptest::array::uniform3(0.1_f64..0.9),
        geometric: bool,
    ) {
        let mut draft = draft();
        if geometric {
            draft.aggregation = Aggregation::Geometric;
        }
        let version = IndexVersion::new(draft).expect("valid");
        let at = |x: [f64; 3]| all(1.5 + 3.0 * x[0], 1.2 + 2.0 * x[1], 80.0 - 100.0 * x[2]);
        let value = |x| version.value(&at(x)).expect("value").value.expect("complete");
        let parts = contributions(&version, &at(before), &at(after)).expect("contributions");
        let sum: f64 = parts.iter().map(|part| part.points).sum();
        prop_assert!((sum - (value(after) - value(before))).abs() < 1e-9);
    }

    #[test]
    fn values_lie_between_0_and_100(values in proptest::array::uniform3(-1e6_f64..1e6), geometric: bool) {
        let mut draft = draft();
        if geometric {
            draft.aggregation = Aggregation::Geometric;
        }
        let found = IndexVersion::new(draft).expect("valid").value(&all(values[0], values[1], values[2]));
        let value = found.expect("value").value.expect("complete");
        prop_assert!((0.0..=100.0 + 1e-9).contains(&value));
    }
}
