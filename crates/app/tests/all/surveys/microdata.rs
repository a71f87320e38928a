//! The sheets themselves, for those who run the survey.

use app::survey::{Microdata, codebook};

use super::*;

fn choice(code: &str) -> Choice {
    Choice { code: code.into(), label: Wording::new(&format!("选{code}"), code) }
}

/// A question of each form.
fn all_forms() -> Questionnaire {
    let optional = |question: Question| Question { required: false, ..question };
    let low_label = Wording::new("差", "bad");
    let draft = Draft {
        name: "forms".into(),
        version: "1".into(),
        title: Wording::new("各种题", "Forms"),
        questions: vec![
            optional(question(
                "better",
                Form::Multiple { choices: vec![choice("bus"), choice("park")], least: None, most: None },
            )),
            single("sex", &["f", "m"]),
            question(
                "near",
                Form::Matrix {
                    rows: vec![choice("shop"), choice("school")],
                    columns: vec![choice("yes"), choice("no")],
                },
            ),
            question(
                "score",
                Form::Scale { low: 1, high: 10, low_label: low_label.clone(), high_label: low_label },
            ),
            optional(question("weight", Form::Number { least: None, most: None, whole: true })),
            optional(question("why", Form::Text { longest: Some(200) })),
        ],
    };
    Questionnaire { instrument: code("forms"), version: 1, asks: Instrument::new(draft).unwrap() }
}

/// Somebody's answers: sex, what was ticked, score, a number.
type Said = (&'static str, &'static [&'static str], f64, Option<f64>);

const PEOPLE: [Said; 10] = [
    ("m", &["park"], 10.0, None),
    ("f", &["bus", "park"], 9.0, Some(30.0)),
    ("f", &[], 2.0, Some(4.0)),
    ("f", &["park", "bus"], 9.0, Some(30.0)),
    ("m", &["bus"], 2.0, None),
    ("f", &[], 10.0, Some(-7.0)),
    ("f", &["bus"], 2.0, Some(4.0)),
    ("m", &["park"], 9.0, None),
    ("f", &["park"], 5.0, None),
    ("m", &["park"], 10.0, None),
];

fn said((sex, ticked, score, number): Said) -> Answers {
    let near = |row: &str, good: bool| (row.to_owned(), if good { "yes" } else { "no" }.to_owned());
    let mut answers = Answers::from([
        ("sex".into(), Answer::Choice(sex.into())),
        ("near".into(), Answer::Matrix([near("shop", score > 5.0), near("school", sex == "f")].into())),
        ("score".into(), Answer::Number(score)),
        ("why".into(), Answer::Text("门口的路太窄".into())),
    ]);
    if !ticked.is_empty() {
        answers
            .insert("better".into(), Answer::Choices(ticked.iter().map(|&code| code.to_owned()).collect()));
    }
    if let Some(number) = number {
        answers.insert("weight".into(), Answer::Number(number));
    }
    answers
}

struct Asking<'a>(&'a Field);

impl Asking<'_> {
    fn open(&self, name: &str) {
        let (field, force, asked) = (self.0, self.0.person("force"), all_forms());
        let (app, plan) = (&field.place.app, &field.plan);
        field.wait(app.record_questionnaire(&force, plan, asked.clone(), ground())).unwrap();
        let held =
            Wave { instrument: code("forms"), quotas: Vec::new(), ..wave(name, 1, WaveAccess::Anyone) };
        field.wait(app.record_wave(&force, plan, held, ground())).unwrap();
        field.step(name, WaveEvent::Opened { asked: asked.fingerprint() }).unwrap();
    }

    fn take(&self, name: &str, id: &str, person: Said, mode: WaveMode, day: Date) -> Taken {
        let day = (mode != WaveMode::Web).then_some(day);
        let shown = all_forms().fingerprint();
        let new = NewSheet { shown, mode, day, ..sheet(id, said(person)) };
        self.0.take(&self.0.person("asker"), name, new).unwrap()
    }

    fn file(&self, actor: &Actor, name: &str) -> Result<Microdata, Problem> {
        let (field, app, plan) = (self.0, &self.0.place.app, &self.0.plan);
        let (held, asked) = field.wait(app.wave(plan, name)).unwrap();
        field.wait(app.microdata(actor, plan, &held, &asked)).map_err(|error| match error {
            AppError::Refused(refusals) => refusals[0].problem.clone(),
            other => panic!("{other:?}"),
        })
    }

    fn text(&self, name: &str) -> String {
        self.file(&self.0.person("force"), name).unwrap().collect()
    }
}

fn fault<T>(fault: SurveyFault) -> Result<T, Problem> {
    Err(Problem::BadSurvey(fault))
}

fn sheets_are_told_and_nothing_leads_to_them(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let asking = Asking(&field);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let mode = |at: usize| if at < 3 { WaveMode::Street } else { WaveMode::Web };
    for name in ["one", "two"] {
        asking.open(name);
    }
    for (at, person) in PEOPLE.into_iter().enumerate() {
        asking.take("one", &format!("s{at}"), person, mode(at), DAY);
    }
    // The same people in another order, under other ids and on other days.
    for (at, person) in PEOPLE.into_iter().enumerate().rev() {
        asking.take("two", &format!("x{}", 9 - at), person, mode(at), date(2019, 3, 4));
    }
    let told = |actor: &Actor| asking.file(actor, "one").map(|file| file.sheets());
    assert_eq!(told(&force), fault(SurveyFault::NotFrozen));
    for name in ["one", "two"] {
        field.step(name, WaveEvent::Closed).unwrap();
    }
    assert_eq!(told(&force), fault(SurveyFault::NotFrozen), "sheets still come in");
    for name in ["one", "two"] {
        field.freeze(name).unwrap();
    }
    assert_eq!(told(&force), Ok(10));
    for other in [Actor::Public, field.person("asker")] {
        assert!(matches!(told(&other), Err(Problem::NotAllowed(_))), "only those who run the survey");
    }

    let text = asking.text("one");
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "mode,weight_,sex,better/bus,better/park,near/shop,near/school,score,weight");
    // Six women of ten stand for half of all.
    let expected = [
        "street,0.833333,f,1,1,yes,yes,9,30",
        "street,0.833333,f,,,no,yes,2,4",
        "street,1.25,m,0,1,yes,no,10,",
        "web,0.833333,f,0,1,no,yes,5,",
        "web,0.833333,f,1,0,no,yes,2,4",
        "web,0.833333,f,1,1,yes,yes,9,30",
        "web,0.833333,f,,,yes,yes,10,-7",
        "web,1.25,m,0,1,yes,no,9,",
        "web,1.25,m,0,1,yes,no,10,",
        "web,1.25,m,1,0,no,no,2,",
    ];
    assert_eq!(lines[1..], expected);
    assert_eq!(asking.text("two"), text, "whoever came first, and under which id, cannot be told");
    for hidden in ["2019", "门口", "s0", "x0"] {
        assert!(!text.contains(hidden), "{hidden}");
    }

    // By the weights it comes to what was published.
    let (held, asked) = field.wait(app.wave(plan, "one")).unwrap();
    let results = field.wait(app.wave_results(plan, &held)).unwrap().unwrap();
    let cells: Vec<Vec<&str>> = lines[1..].iter().map(|line| line.split(',').collect()).collect();
    let sum = |of: fn(&[&str]) -> f64| {
        let parts = cells.iter().map(|row| row[1].parse::<f64>().unwrap() * of(row));
        parts.sum::<f64>()
    };
    let mean = results
        .rows
        .iter()
        .find(|row| row.question == "score" && row.kind == ResultKind::Mean && row.group.is_none());
    let published: f64 = mean.unwrap().shown.unwrap().estimate.to_string().parse().unwrap();
    let found = sum(|row| row[7].parse().unwrap()) / sum(|_| 1.0);
    assert!((found - published).abs() < 1e-5, "{found} {published}");

    // The code book names each column.
    let (head, book) = codebook(&asked, &held.wave, &results);
    assert_eq!(head.last(), Some(&"column"));
    for (at, column) in lines[0].split(',').enumerate() {
        assert!(book.iter().any(|row| row.last().is_some_and(|held| held == column)), "{at}: {column}");
    }
    let line = |question: &str, code: &str| {
        let found = book.iter().find(|row| row[0] == question && row[5] == code);
        found.unwrap_or_else(|| panic!("{question} {code}: {book:?}"))[8].as_str()
    };
    assert_eq!(
        (line("better", "park"), line("near", "row:shop"), line("near", "yes")),
        ("better/park", "near/shop", "")
    );
    assert_eq!((line("weight", ""), line("why", ""), line("score", "10")), ("weight", "", "score"));
    assert!(book.iter().all(|row| row.len() == head.len()));

    // One that comes too late counts nowhere, and changes nothing here.
    assert_eq!(asking.take("one", "late", PEOPLE[0], WaveMode::Street, DAY), Taken::Late);
    assert_eq!(asking.text("one"), text);
    // What was frozen is what is told, or nothing.
    app.database()
        .write::<_, StoreError>(|tx| {
            let sql = "UPDATE survey_sheet SET mode = 'web' WHERE wave = 'one' AND sheet = 's0'";
            tx.writing().execute(sql, &[])
        })
        .unwrap();
    assert_eq!(told(&force), fault(SurveyFault::Broken));
}

fn few_are_not_told_and_many_come_in_pieces(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let asking = Asking(&field);
    let force = field.person("force");
    asking.open("few");
    for (at, person) in PEOPLE.into_iter().take(4).enumerate() {
        asking.take("few", &format!("s{at}"), person, WaveMode::Web, DAY);
    }
    field.step("few", WaveEvent::Closed).unwrap();
    field.freeze("few").unwrap();
    let told = asking.file(&force, "few").map(|file| file.sheets());
    assert_eq!(told, fault(SurveyFault::TooFewSheets { least: 5 }));

    asking.open("many");
    let plan = field.plan.clone();
    let keep = move |tx: &mut store::Tx<'_>| {
        for at in 0..1_203 {
            let answers = serde_json::to_string(&said(PEOPLE[at % 10])).unwrap();
            let (plan, wave, sheet) = (plan.clone(), code("many"), code(&format!("s{at}")));
            let (mode, day, late) = (WaveMode::Web, DAY, false);
            tx.keep_sheet(&SurveySheet { plan, wave, sheet, mode, day, late, answers })?;
        }
        Ok(())
    };
    field.place.app.database().write::<_, StoreError>(keep).unwrap();
    field.step("many", WaveEvent::Closed).unwrap();
    field.freeze("many").unwrap();
    let pieces: Vec<String> = asking.file(&force, "many").unwrap().collect();
    let rows: Vec<usize> = pieces.iter().map(|piece| piece.lines().count()).collect();
    assert_eq!(rows, [1, 500, 500, 203]);
    let all = pieces[1..].concat();
    let women = all.lines().filter(|line| line.contains(",f,")).count();
    assert_eq!(women, (0..1_203).filter(|at| PEOPLE[at % 10].0 == "f").count());
}

on_both!(sheets_are_told_and_nothing_leads_to_them, few_are_not_told_and_many_come_in_pieces);
