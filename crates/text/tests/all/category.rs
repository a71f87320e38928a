//! Learning, classifying, explaining, abstaining; the model as bytes.

use crate::samples::{Sample, background};
use proptest::prelude::*;
use text::category::{CategoryModel, Decision, MessageText};
use text::learning::{Example, LearningError, LearningParameters, Lesson};
use text::model_file::{self, ModelFileError};
use text::ngrams::NgramShape;

fn text(sample: &Sample) -> MessageText<'_> {
    MessageText { title: &sample.title, body: &sample.body }
}

fn small() -> LearningParameters {
    LearningParameters { shape: NgramShape { longest: 2, bits: 14 }, ..LearningParameters::default() }
}

fn learnt(samples: &[Sample]) -> CategoryModel {
    let examples: Vec<Example<'_>> =
        samples.iter().map(|s| Example { text: text(s), label: s.label }).collect();
    let lesson = Lesson::prepare(&examples, &[], small()).expect("samples teach");
    lesson.learn(&lesson.rotate(), vec![("task".to_owned(), "test".to_owned())])
}

#[test]
fn tells_categories_of_messages_it_has_not_seen() {
    let model = learnt(&background(400, 1));
    let mut classifier = model.classifier();
    let unseen = background(200, 2);
    let right = unseen.iter().filter(|s| model.label(classifier.classify(text(s)).best) == s.label).count();
    assert!(right >= 190, "{right} of 200");
}

#[test]
fn the_words_that_decided_are_in_the_text_and_speak_for_the_category() {
    let model = learnt(&background(400, 1));
    let mut classifier = model.classifier();
    let body = "我们楼的垃圾桶满了好几天，没有人清运，苍蝇成群。";
    let message = MessageText { title: "", body };
    let answer = classifier.classify(message);
    assert_eq!(model.label(answer.best), "环境卫生");
    let reasons = classifier.reasons(message, answer, 3);
    assert!(!reasons.is_empty() && reasons.len() <= 3);
    assert!(reasons.iter().all(|r| body.contains(&r.words) && r.weight > 0.0), "{reasons:?}");
    assert!(reasons.windows(2).all(|w| w[0].weight >= w[1].weight));
    let all: String = reasons.iter().map(|r| r.words.as_str()).collect();
    assert!(["垃圾", "清运", "苍蝇"].iter().any(|word| all.contains(word)), "{all}");
}

#[test]
fn abstains_when_unsure_and_knows_nothing_of_unknown_text() {
    let model = learnt(&background(400, 1));
    let mut classifier = model.classifier();
    for unknown in ["", "　。！", "Ωmega ξένος", "😀😀😀"] {
        let answer = classifier.classify(MessageText { title: "", body: unknown });
        assert_eq!(answer.confidence, 0.0, "{unknown}");
    }
    // Half a message about one category and half about another is less sure than either whole.
    let whole: Vec<Sample> = background(60, 8);
    let mut less = 0;
    let mut pairs = 0;
    for pair in whole.windows(2).filter(|pair| pair[0].label != pair[1].label) {
        let mixed = format!("{}{}", pair[0].body, pair[1].body);
        let mixed = MessageText { title: "", body: &mixed };
        let confidence = classifier.classify(mixed).confidence;
        assert!(matches!(classifier.decide(mixed, confidence + 0.001), Decision::Unsure(_)));
        assert!(matches!(classifier.decide(mixed, confidence), Decision::Sure(_)));
        let sure = pair.iter().map(|s| classifier.classify(text(s)).confidence).fold(1.0, f32::min);
        less += usize::from(confidence < sure);
        pairs += 1;
    }
    assert!(less * 10 >= pairs * 8, "{less} of {pairs}");
}

#[test]
fn confidence_grows_with_the_margin() {
    let model = learnt(&background(400, 1));
    let calibration = model.calibration();
    let mut last = 0.0;
    for step in 0..20 {
        let confidence = calibration.confidence(step as f32 / 10.0);
        assert!(confidence >= last && confidence <= 1.0);
        last = confidence;
    }
    assert!(last > 0.9);
}

#[test]
fn learning_is_repeatable_and_survives_being_written() {
    let samples = background(200, 3);
    let model = learnt(&samples);
    let bytes = model_file::write(&model);
    assert_eq!(bytes, model_file::write(&learnt(&samples)));
    let again = model_file::read(&bytes).unwrap();
    assert_eq!(again, model);
    assert_eq!(again.card(), [("task".to_owned(), "test".to_owned())]);
}

#[test]
fn a_damaged_model_is_refused_with_the_reason() {
    let bytes = model_file::write(&learnt(&background(200, 3)));
    assert_eq!(model_file::read(b"").unwrap_err(), ModelFileError::NotAModel);
    assert_eq!(model_file::read(b"{}").unwrap_err(), ModelFileError::NotAModel);
    for cut in [20, 60, bytes.len() / 2, bytes.len() - 1] {
        assert!(model_file::read(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    let mut changed = bytes.clone();
    let last = changed.len() - 40;
    changed[last] ^= 1;
    assert_eq!(model_file::read(&changed).unwrap_err(), ModelFileError::Checksum);
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(model_file::read(&longer).unwrap_err(), ModelFileError::Checksum);
}

/// A file of half a mebibyte that says it needs a gibibyte of weights, and knows no n-gram.
#[test]
fn a_model_takes_no_memory_that_its_file_does_not_fill() {
    let mut bytes = b"HUITIAN-CATEGORY 1\n\n".to_vec();
    bytes.extend([255, 1, 22, 0]);
    bytes.extend([0; 255 * 2]);
    bytes.extend([0; 4 * (3 + 2 * 255)]);
    bytes.extend(vec![0; (1 << 22) / 8]);
    let error = model_file::read(&bytes).unwrap_err();
    assert!(matches!(&error, ModelFileError::Impossible { what } if what.contains("0 known")), "{error}");
}

#[test]
fn says_what_is_missing_to_learn() {
    let one = Example { text: MessageText { title: "", body: "路灯坏了" }, label: "交通" };
    let error = Lesson::prepare(&[one], &[], small()).unwrap_err();
    assert_eq!(error, LearningError::TooFewCategories { categories: 1, examples: 1 });
    let other = Example { text: MessageText { title: "", body: "学校太远" }, label: "教育" };
    let error = Lesson::prepare(&[one, other], &[], small()).unwrap_err();
    assert!(matches!(error, LearningError::TooFewExamples { examples: 1, needed: 5, .. }), "{error}");
    let wide = LearningParameters { shape: NgramShape { longest: 9, bits: 14 }, ..small() };
    assert!(Lesson::prepare(&[one, other], &[], wide).unwrap_err().to_string().contains("from 1 to 4"));
}

#[test]
fn copies_do_not_flatter_the_measurement() {
    // Every message twice, its label drawn at random: nothing can be learnt, and a split that let the twin
    // of an asked message teach the answer would look nearly perfect.
    let mut random = text::random::SplitMix::new(5);
    let samples = background(150, 4);
    let labels: Vec<&str> = samples.iter().map(|_| ["甲", "乙"][random.below(2)]).collect();
    let examples: Vec<Example<'_>> =
        samples.iter().zip(&labels).flat_map(|(s, label)| [Example { text: text(s), label }; 2]).collect();
    let measured = Lesson::prepare(&examples, &[], small()).unwrap().rotate();
    assert!(measured.accuracy() < 0.65, "{}", measured.accuracy());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_breaks_classifying(title in ".{0,40}", body in "\\PC{0,200}|(?s).{0,200}") {
        static MODEL: std::sync::OnceLock<CategoryModel> = std::sync::OnceLock::new();
        let model = MODEL.get_or_init(|| learnt(&background(120, 1)));
        let mut classifier = model.classifier();
        let message = MessageText { title: &title, body: &body };
        let answer = classifier.classify(message);
        prop_assert!((0.0..=1.0).contains(&answer.confidence));
        prop_assert!(answer.margin >= 0.0);
        prop_assert!(answer.best != answer.second);
        for reason in classifier.reasons(message, answer, 5) {
            prop_assert!(title.contains(&reason.words) || body.contains(&reason.words));
        }
    }

    #[test]
    fn no_bytes_break_reading_a_model(tail in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = b"HUITIAN-CATEGORY 1\n".to_vec();
        bytes.extend(tail);
        prop_assert!(model_file::read(&bytes).is_err());
    }
}
