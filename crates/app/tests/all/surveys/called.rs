//! Contacts checked by call-backs.

use domain::survey::CallBackAgreement;
use survey::call_back::{CallBackOutcome, CallBacks};
use survey::contact::ContactOutcome;

use super::*;

fn call_backs_are_kept_with_the_results_and_no_rate_counts_them(scratch: Scratch) {
    use CallBackOutcome::{Confirmed, Denied, Differs, NotReached};
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, asker) = (&field.place.app, &field.plan, field.person("asker"));
    let live = |name: &str| {
        let (held, _) = field.wait(app.wave(plan, name)).unwrap();
        field.wait(app.live_wave(plan, &held)).unwrap()
    };
    let call = |actor: &Actor, name: &str, mode: WaveMode, outcome: CallBackOutcome, number: u64| {
        let done = field.wait(app.count_call_backs(actor, plan, &code(name), (mode, outcome, number)));
        done.map_err(|error| match error {
            AppError::Refused(refusals) => refusals[0].problem.clone(),
            other => panic!("{other:?}"),
        })
    };
    for at in 0..9 {
        let sex = if at % 2 == 0 { "f" } else { "m" };
        let new = on_street(&format!("s{at}"), answers(sex, "yes", 4.0), DAY);
        assert_eq!(field.take(&asker, "w1", new), Ok(Taken::Kept));
    }
    assert_eq!(call(&asker, "w1", WaveMode::Street, Confirmed, 10), Ok(()));
    assert_eq!(live("w1").rates, None, "who was called back had been asked: nobody counted the others");
    let refused = (WaveMode::Street, ContactOutcome::Refused, 3);
    field.wait(app.count_contacts(&asker, plan, &code("w1"), refused)).unwrap();
    let before = live("w1").rates;
    assert_eq!(before.unwrap().response_1, Some(0.75));

    // On another day, and the same once more: all are counted.
    field.place.day(date(2019, 3, 7), 9);
    for (outcome, number) in [(Confirmed, 3), (Confirmed, 5), (Differs, 1), (Denied, 1), (NotReached, 4)] {
        assert_eq!(call(&asker, "w1", WaveMode::Street, outcome, number), Ok(()));
    }
    let all = CallBacks { confirmed: 18, differs: 1, denied: 1, not_reached: 4 };
    let found = live("w1");
    assert_eq!((found.call_backs, found.rates), (all, before));
    assert_eq!((found.ended(ContactOutcome::NotReached), found.contacts.len()), (0, 1));

    // What is wrong is told, and counts nothing.
    let street = WaveMode::Street;
    assert_eq!(call(&asker, "w1", street, Denied, 0), Err(Problem::NotAboveZero));
    assert_eq!(call(&asker, "w1", street, Denied, 10_001), Err(Problem::TooMany(10_000)));
    for other in [WaveMode::Web, WaveMode::Telephone] {
        let found = call(&asker, "w1", other, Denied, 1);
        assert_eq!(found, Err(Problem::BadSurvey(SurveyFault::OtherMode)), "{other:?}");
        let contact = (other, ContactOutcome::Refused, 1);
        let found = field.wait(app.count_contacts(&asker, plan, &code("w1"), contact));
        assert!(matches!(found, Err(AppError::Refused(_))), "{other:?}");
    }
    let nobody = call(&Actor::Public, "w1", street, Denied, 1);
    assert!(matches!(nobody, Err(Problem::NotAllowed(_))), "{nobody:?}");
    assert_eq!(live("w1").call_backs, all);

    // Who is called back after the closing counts until the freezing; with the results it is kept for good.
    field.step("w1", WaveEvent::Closed).unwrap();
    assert_eq!(call(&asker, "w1", street, NotReached, 1), Ok(()));
    field.freeze("w1").unwrap();
    let late = Err(Problem::BadSurvey(SurveyFault::NotCounting));
    assert_eq!(call(&asker, "w1", street, Denied, 1), late);
    let (held, asked) = field.wait(app.wave(plan, "w1")).unwrap();
    let results = field.wait(app.wave_results(plan, &held)).unwrap().unwrap();
    let kept = results.fieldwork.as_deref().unwrap();
    let ended: Vec<(&str, u64)> = kept.call_backs.iter().map(|(name, number)| (&**name, *number)).collect();
    assert_eq!(ended, [("confirmed", 18), ("differs", 1), ("denied", 1), ("not_reached", 5)]);
    let Some(CallBackAgreement { rate, low, high }) = kept.agreement else { panic!("{kept:?}") };
    // Wilson's interval of 18 out of 20.
    assert_eq!(rate, Decimal::new(9, 1));
    assert_eq!([low, high].map(|end| end.round_dp(3)), [Decimal::new(699, 3), Decimal::new(972, 3)]);
    assert_eq!(
        (kept.contacts.clone(), kept.response_1),
        (vec![("refused".into(), 3)], Some(Decimal::new(75, 2)))
    );
    let (_, book) = app::survey::codebook(&asked, &held.wave, &results);
    let said = |number: &str, what: &str| book.iter().any(|row| row[5] == number && row[4] == what);
    assert!(said("18", "Call-backs for review") && said("0.9", "Agreement of call-backs"), "{book:?}");

    // Before it is opened, and when it is withdrawn, nothing is counted.
    field
        .wait(app.record_wave(&field.person("force"), plan, wave("w2", 1, WaveAccess::Anyone), ground()))
        .unwrap();
    assert_eq!(call(&asker, "w2", street, Denied, 1), late);
    field.step("w2", WaveEvent::Withdrawn).unwrap();
    assert_eq!(call(&asker, "w2", street, Denied, 1), late);
}

on_both!(call_backs_are_kept_with_the_results_and_no_rate_counts_them);
