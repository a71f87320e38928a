//! What is masked of words is kept, sealed, by whatever way they come; and nothing comes back once it was erased.

use crate::place::*;
use app::read::Asked;
use app::request::{NewRequest, PersonalData, ProgramUpdate, ProgramWish, RequestAct};
use app::{Actor, AppError, Program};
use domain::code::Code;
use domain::command::Command;
use domain::plan::PlanFact;
use domain::refusal::Problem;
use domain::request::question::QuestionAnswer;
use domain::request::{
    CallWay, Channel, Request, RequestCategory, RequestState, RequestStep, Solved, question_text,
};
use domain::subject::Subject;
use jiff::civil::date;
use scratch::Scratch;
use words::Lang;

const PROGRAM: &str = "desk/app";

impl Place {
    fn kept(&self, request: &Code) -> PersonalData {
        let (operator, plan) = (Actor::operator(), code("p"));
        self.runtime.block_on(self.app.reveal(&operator, &plan, request, "回电")).unwrap()
    }

    fn of_staff(&self, request: &Code) -> Request {
        self.runtime.block_on(self.app.request(&code("p"), request, Asked::default())).unwrap().0
    }

    fn tells(&self, request: &Code, number: &str, wish: ProgramWish, text: &str) -> Result<bool, AppError> {
        let program = Program { id: PROGRAM.into(), name: "App".into() };
        let update = ProgramUpdate { number: number.into(), wish, text: text.into() };
        self.runtime.block_on(self.app.update_by_program(&code("p"), request, &program, update))
    }

    fn journal(&self) -> String {
        let entries = self.app.database().read(|c| c.entries_after(domain::journal::Seq(0), 1_000)).unwrap();
        format!("{entries:?}")
    }
}

fn what_is_masked_is_kept_by_every_way_in(scratch: Scratch) {
    let place = Place::open(scratch);
    // Nothing was kept of whoever asked, neither at first nor where they have no link.
    let asked = place.file(new("路灯不亮", "secret"));
    assert_eq!(place.kept(&asked), PersonalData::default());
    place
        .by_link("secret", RequestAct::Word { text: "我的电话13812345671，3号楼2单元501室".into() })
        .unwrap();
    assert_eq!(place.of_staff(&asked).words.last().unwrap().1, "我的电话***，***");
    assert_eq!(place.kept(&asked).text, "我的电话13812345671，3号楼2单元501室");

    // Reasons are words as well; said once, they are kept once.
    place.act("town", &asked, step(RequestStep::Accept)).unwrap();
    place.act("town", &asked, RequestAct::Answer { text: "已修好".into() }).unwrap();
    let again = RequestAct::CallBack {
        way: CallWay::Link,
        reached: true,
        contacted: None,
        solved: Some(Solved::No),
        satisfaction: None,
        text: "没修好，打13812345672".into(),
    };
    assert_eq!(place.by_link("secret", again).unwrap(), RequestState::Reopened);
    assert_eq!(place.kept(&asked).text.matches("13812345672").count(), 1);
    let withdraw = RequestAct::Step { step: RequestStep::Withdraw, reason: "不用了，13812345673".into() };
    let other = place.file(new("路灯不亮", "other"));
    place.by_link("other", withdraw).unwrap();
    assert_eq!(place.kept(&other).text, "不用了，13812345673");

    // By the program of somebody else.
    let brought = NewRequest { program: PROGRAM.into(), ..new("路灯闪", "third") };
    let brought = place.file(NewRequest { channel: Channel::Open311, ..brought });
    assert!(place.tells(&brought, "1", ProgramWish::Nothing, "电话13812345674").unwrap());
    assert_eq!(place.kept(&brought).text, "电话13812345674");

    // A number in the title alone.
    let titled =
        NewRequest { title: "张先生13812345675反映路灯".into(), ..new("路灯坏了", "fourth") };
    let titled = place.file(titled);
    assert_eq!(place.of_staff(&titled).title, "张先生***反映路灯");
    assert_eq!(place.kept(&titled).text, "张先生13812345675反映路灯\n\n路灯坏了");
    let journal = place.journal();
    assert!(!journal.contains("1381234567"), "{journal}");

    // What the office says is no part of what whoever asked has said.
    let before = place.kept(&asked);
    place.act("desk", &asked, RequestAct::Note { text: "邻居电话13812345676".into() }).unwrap();
    assert_eq!(place.kept(&asked), before);
}

fn nothing_comes_back_once_it_was_erased(scratch: Scratch) {
    let place = Place::open(scratch);
    let brought = NewRequest { program: PROGRAM.into(), ..new("路灯闪", "secret") };
    let brought = place.file(NewRequest { channel: Channel::Open311, ..brought });
    assert!(place.tells(&brought, "1", ProgramWish::Nothing, "还在闪").unwrap());
    place.act("town", &brought, step(RequestStep::Accept)).unwrap();
    place.act("town", &brought, RequestAct::Answer { text: "已修好".into() }).unwrap();
    // Nobody called back, and the days to say something are over.
    place.day(date(2019, 3, 20), 9);
    place.act("desk", &brought, step(RequestStep::Close)).unwrap();
    place.runtime.block_on(place.app.erase_by_link(&code("p"), "secret", "asked for")).unwrap();
    let version = place.of_staff(&brought).version;
    for (number, wish) in
        [("1", ProgramWish::Nothing), ("2", ProgramWish::Reopen), ("3", ProgramWish::Solved)]
    {
        let told = place.tells(&brought, number, wish, "还在闪");
        let Err(AppError::Refused(refusals)) = told else { panic!("{told:?}") };
        assert_eq!(refusals[0].problem, Problem::Erased);
    }
    assert_eq!(place.of_staff(&brought).version, version);
    assert!(!place.journal().contains("还在闪"));
    // The office goes on with it.
    place.act("desk", &brought, RequestAct::Note { text: "已归档".into() }).unwrap();
}

/// Without a key nothing is lost either: it is not taken.
#[test]
fn without_a_key_nothing_that_is_masked_is_taken() {
    let scratch = Scratch::sqlite();
    let place = Place::open(scratch);
    place.file(new("路灯不亮", "secret"));
    let keyless = app::App::new(place.app.database().clone(), place.clock.clone());
    let word = |text: &str| {
        let act = RequestAct::Word { text: text.into() };
        place.runtime.block_on(keyless.act_by_link(&code("p"), "secret", act))
    };
    assert!(matches!(word("电话13812345678"), Err(AppError::NoKey)));
    assert!(word("还是不亮").is_ok());
}

fn answers_that_are_not_for_everybody_stay_with_those_who_handle(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let questions = question_text::parse("~plate | string | 车牌号\nwhere | string | 哪一侧").unwrap();
    let asking = RequestCategory { questions, ..category("lamps", &["路灯"]) };
    let facts = vec![PlanFact::RequestCategory(asking).into()];
    place.change(Command::Record { subject: Subject::plan(&plan), facts, expected: None });
    let answer =
        |question: &str, said: &str| QuestionAnswer { question: code(question), values: vec![said.into()] };
    let details = vec![answer("plate", "京A12345"), answer("where", "东侧")];
    let asked = place.file(NewRequest { details: details.clone(), ..new("路灯被撞坏", "secret") });
    place.act("desk", &asked, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
    // Those who handle it read what was masked once they look.
    let held = place.of_staff(&asked);
    assert_eq!(held.details, [answer("plate", "***"), answer("where", "东侧")]);
    assert_eq!(place.kept(&asked).answers, [details[0].clone()]);
    let public = place.runtime.block_on(place.app.public_request(&plan, &asked)).unwrap();
    assert_eq!(public.details, [details[1].clone()]);
    let histories = place.app.open_histories(&plan, vec![asked.clone()], Lang::Zh);
    let histories = place.runtime.block_on(histories).unwrap();
    let told: Vec<&str> = histories[&asked].details.iter().map(|it| it.question.as_str()).collect();
    assert_eq!(told, ["where"]);
    // Of what is asked no more nobody knows whether it was for everybody.
    let facts = vec![PlanFact::RequestCategory(category("lamps", &["路灯"])).into()];
    place.change(Command::Record { subject: Subject::plan(&plan), facts, expected: None });
    let public = place.runtime.block_on(place.app.public_request(&plan, &asked)).unwrap();
    assert_eq!((public.details.len(), place.of_staff(&asked).details.len()), (0, 2));
}

on_both!(
    answers_that_are_not_for_everybody_stay_with_those_who_handle,
    what_is_masked_is_kept_by_every_way_in,
    nothing_comes_back_once_it_was_erased
);
