//! What people wrote: told by theme, and joined to nobody.

use super::*;

fn what_people_wrote_joins_nobody(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let write = |name: &str, at: usize, text: &str| {
        let mut answers = answers(if at.is_multiple_of(2) { "f" } else { "m" }, "no", 3.0);
        answers.insert("why".into(), Answer::Text(text.into()));
        // A link is none where anybody is asked, whatever is sent as one.
        let new = NewSheet { invitation: "0".repeat(32), ..sheet(&format!("s{at}"), answers) };
        assert_eq!(field.take(&Actor::Public, name, new), Ok(Taken::Kept));
    };
    let told = |name: &str| {
        let (held, asked) = field.wait(app.wave(plan, name)).unwrap();
        field.wait(app.wave_texts(&force, plan, &held, &asked, None)).unwrap().remove(0)
    };
    for (at, text) in ["e", "a", "d", "c", "b"].into_iter().enumerate() {
        write("w1", at, text);
    }
    field.begin("w2", 1, WaveAccess::Anyone);
    (0..4).for_each(|at| write("w2", at, "x"));
    for name in ["w1", "w2"] {
        field.step(name, WaveEvent::Closed).unwrap();
        assert!(told(name).texts.is_empty(), "not before all have come");
        field.freeze(name).unwrap();
    }
    let said: String = told("w1").texts.into_iter().map(|written| written.text).collect();
    assert_eq!((said.as_str(), told("w1").all), ("abcde", 5));
    assert_eq!((told("w2").texts.len(), told("w2").all), (0, 0), "of fewer than five nothing is told");
}

fn what_people_wrote_is_told_by_theme(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let texts = [
        "楼下路灯不亮",
        "路灯坏了",
        "小区路灯太暗",
        "路灯少",
        "路灯晚上不开",
        "又停水了",
        "老漏水",
        "没什么",
    ];
    for (at, text) in texts.into_iter().enumerate() {
        let mut answers = answers(if at.is_multiple_of(2) { "f" } else { "m" }, "no", 3.0);
        answers.insert("why".into(), Answer::Text(text.into()));
        assert_eq!(field.take(&Actor::Public, "w1", sheet(&format!("s{at}"), answers)), Ok(Taken::Kept));
    }
    let told = |theme: Option<&str>| {
        let (held, asked) = field.wait(app.wave(plan, "w1")).unwrap();
        let theme = theme.map(code);
        field.wait(app.wave_texts(&force, plan, &held, &asked, theme.as_ref())).unwrap().remove(0)
    };
    let of_survey = |from, to| field.wait(app.survey_themes(plan, (from, to))).unwrap();
    field.step("w1", WaveEvent::Closed).unwrap();
    assert_eq!(told(None).themes.read, 0, "not before all have come");
    assert!(of_survey(DAY, DAY).is_empty());
    field.freeze("w1").unwrap();
    // Two about water are too few to be told; with the one about nothing they are, too, and the others with them.
    let themes = told(None).themes;
    assert_eq!((themes.read, themes.rest, themes.lines.len()), (8, 8, 0));
    assert!(told(Some("lamps")).texts.is_empty(), "nor is read what is not told");
    assert_eq!(told(None).texts.len(), 8);

    field.begin("w2", 1, WaveAccess::Anyone);
    let more = texts.into_iter().chain(["门前积水", "想要公园"]);
    for (at, text) in more.enumerate() {
        let mut answers = answers(if at.is_multiple_of(2) { "f" } else { "m" }, "no", 3.0);
        answers.insert("why".into(), Answer::Text(text.into()));
        assert_eq!(field.take(&Actor::Public, "w2", sheet(&format!("s{at}"), answers)), Ok(Taken::Kept));
    }
    field.step("w2", WaveEvent::Closed).unwrap();
    field.freeze("w2").unwrap();
    let found = of_survey(DAY, DAY);
    let waves: Vec<&str> = found.iter().map(|it| it.held.wave.wave.as_str()).collect();
    assert_eq!(waves, ["w1", "w2"]);
    let (question, themes) = &found[1].questions[0];
    assert_eq!((question.as_str(), themes.read, themes.rest), ("why", 10, 5));
    assert_eq!(themes.lines, [(code("lamps"), 5)]);
    assert!(of_survey(date(2019, 4, 1), date(2019, 5, 1)).is_empty(), "nobody was asked then");
    // Another word of a category makes another theme of the same text.
    let mut water = place::category("water", &["停水", "漏水", "积水", "公园", "没什么"]);
    water.order = 2;
    let facts = vec![domain::plan::PlanFact::RequestCategory(water).into()];
    let subject = Subject::plan(plan);
    field.place.change(domain::command::Command::Record { subject, facts, expected: None });
    let themes = &of_survey(DAY, DAY)[1].questions[0].1;
    assert_eq!(themes.lines, [(code("lamps"), 5), (code("water"), 5)]);
}

on_both!(what_people_wrote_joins_nobody, what_people_wrote_is_told_by_theme);
