//! What was learnt of requests: numbered, kept as it is, taken into use in order, and in every backup.

use std::io::Cursor;

use domain::request::learning::{LabelFigures, Measured, ModelAsks, ModelFigures};
use scratch::Scratch;
use store::{Database, HeldModel, ModelUse, StoreError};

use crate::books::*;

crate::on_both!(models_are_numbered_and_taken_into_use_in_order, models_come_back_from_a_backup);

fn figures(against: u32) -> ModelFigures {
    let measured = Measured { asked: 40, macro_f1: 8_123, accuracy: 8_500, sure: 7_000, sure_right: 9_700 };
    ModelFigures {
        learnt: 160,
        distinct: 151,
        labels: vec![LabelFigures { label: code("parking"), learnt: 80, asked: 20, f1: 9_000 }],
        left_out: vec![(code("noise"), 3)],
        measured,
        rules: measured,
        against,
        in_use: measured,
    }
}

fn keep(database: &Database, asks: ModelAsks, body: &[u8]) -> u32 {
    let held =
        HeldModel { plan: plan(), asks, number: 0, made_at: 7, made_by: code("zhang"), figures: figures(0) };
    let body = body.to_vec();
    database.write::<_, StoreError>(move |tx| tx.keep_request_model(&held, &body)).unwrap()
}

fn take(database: &Database, asks: ModelAsks, number: u32) {
    let used =
        ModelUse { plan: plan(), asks, number, at: 9, person: code("zhang"), reason: "更准 better".into() };
    database.write::<_, StoreError>(move |tx| tx.use_request_model(&used)).unwrap();
}

fn in_use(database: &Database, asks: ModelAsks) -> u32 {
    database.read(|c| c.request_model_in_use(&plan(), asks)).unwrap()
}

fn models_are_numbered_and_taken_into_use_in_order(scratch: &Scratch) {
    let database = open(scratch);
    assert_eq!(in_use(&database, ModelAsks::Category), 0);
    assert_eq!(keep(&database, ModelAsks::Category, b"one"), 1);
    assert_eq!(keep(&database, ModelAsks::Category, b"two"), 2);
    assert_eq!(keep(&database, ModelAsks::Unit, b"other"), 1);
    for number in [2, 1, 0] {
        take(&database, ModelAsks::Category, number);
        assert_eq!(in_use(&database, ModelAsks::Category), number);
    }
    assert_eq!(in_use(&database, ModelAsks::Unit), 0);
    let held = database.read(|c| c.request_models(&plan(), ModelAsks::Category, 10)).unwrap();
    assert_eq!(held.iter().map(|held| held.number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(held[0].figures, figures(0));
    let body =
        |number| database.read(|c| c.request_model_body(&plan(), ModelAsks::Category, number)).unwrap();
    assert_eq!((body(2).as_deref(), body(3)), (Some(&b"two"[..]), None));
    let was =
        |number| database.read(|c| c.request_model_was_used(&plan(), ModelAsks::Category, number)).unwrap();
    assert!(was(1) && was(0) && !was(3));
    let uses = database.read(|c| c.request_model_uses(&plan(), ModelAsks::Category, 2)).unwrap();
    assert_eq!(uses.iter().map(|used| used.number).collect::<Vec<_>>(), [0, 1]);
}

fn models_come_back_from_a_backup(scratch: &Scratch) {
    let first = open(scratch);
    fill(&first);
    keep(&first, ModelAsks::Category, &[0, 255, 10, 13]);
    keep(&first, ModelAsks::Unit, b"unit");
    take(&first, ModelAsks::Category, 1);
    take(&first, ModelAsks::Category, 0);
    let mut file = Vec::new();
    first.backup(&mut file, |_| ()).unwrap();
    let elsewhere = Scratch::sqlite();
    let second = open(&elsewhere);
    second.restore(Cursor::new(file), |_| ()).unwrap();
    let all = |database: &Database| {
        let read = |asks| {
            database.read(|c| {
                let models = c.request_models(&plan(), asks, 10)?;
                let bodies: Result<Vec<_>, StoreError> =
                    models.iter().map(|held| c.request_model_body(&plan(), asks, held.number)).collect();
                Ok::<_, StoreError>((models, bodies?, c.request_model_uses(&plan(), asks, 10)?))
            })
        };
        (read(ModelAsks::Category).unwrap(), read(ModelAsks::Unit).unwrap())
    };
    assert_eq!(all(&first), all(&second));
}
