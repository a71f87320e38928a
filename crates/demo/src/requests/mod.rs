//! Residents' requests of the demonstration: some hundred made-up ones with what became of them, each by the
//! unit whose part it is. Nothing in here was ever written by a resident.

mod categories;
mod matters;
pub(crate) mod orders;
mod rules;
mod themes;
mod whistles;

use std::collections::BTreeMap;

use app::request::{NewRequest, PersonalData, RequestAct, RequestDeed, by_resident};
use app::{Actor, App};
use domain::code::Code;
use domain::item::Target;
use domain::request::question::QuestionAnswer;
use domain::request::{
    CallWay, Channel, ExclusionGround, ModerationAct, ModerationGround, Point, RatePart, RateParts,
    RequestStep, Satisfaction, Solved, Urgency,
};
use domain::workday;
use jiff::civil::{Date, date};

use self::matters::{MATTERS, Matter, PLACES};
pub(crate) use self::rules::{set_up, units};
use crate::people;
use crate::registers::book::{END, code, illustrative, person};

/// The first day on which requests are taken.
const SINCE: Date = date(2019, 1, 7);
/// The month whose rates are published, and published once more when appeals were upheld.
const JUNE: (Date, Date) = (date(2019, 6, 1), date(2019, 6, 30));
const PUBLISHED: [(Date, &str); 2] = [
    (date(2019, 7, 1), "六月三率 / the rates of June"),
    (date(2019, 7, 17), "申诉成立后更正 / corrected after appeals were upheld"),
];
/// How many come in on a working day, in turn.
const A_DAY: [usize; 5] = [2, 1, 2, 1, 3];
/// The days on which something happens to requests.
pub(crate) fn days() -> impl Iterator<Item = Date> {
    let first = workday::at_or_after(SINCE);
    std::iter::successors(Some(first), |day| Some(workday::nth(*day, 1))).take_while(|day| *day <= END)
}

fn answer(what: &str) -> QuestionAnswer {
    QuestionAnswer { question: code("what"), values: vec![what.to_owned()] }
}

/// What is about to be done, by day, and where the turn stands.
#[derive(Default)]
pub(crate) struct Requests {
    turn: usize,
    number: usize,
    ahead: BTreeMap<Date, Vec<RequestDeed>>,
}

impl Requests {
    /// One day: what had been planned for it, then what comes in.
    pub(crate) async fn keep(&mut self, app: &App, plan: &Code, day: Date) -> anyhow::Result<()> {
        let due: Vec<Date> = self.ahead.range(..=day).map(|(day, _)| *day).collect();
        let mut deeds = Vec::new();
        for day in due {
            deeds.extend(self.ahead.remove(&day).unwrap_or_default());
        }
        app.act_on_requests(plan, deeds, illustrative()).await?;
        if let Some((_, reason)) = PUBLISHED.iter().find(|(on, _)| *on == day) {
            let ground = (illustrative(), (*reason).to_owned());
            app.freeze_rates(&person("task-force"), plan, JUNE, ground).await?;
        }
        app.tell_what_was_reached(plan, illustrative()).await?;
        let turns: Vec<usize> =
            (0..A_DAY[self.turn % A_DAY.len()]).map(|at| self.turn * 3 + at * 7).collect();
        let new = turns.iter().enumerate().map(|(at, turn)| self.request(*turn, at)).collect();
        self.turn += 1;
        whistles::keep(app, plan, day).await?;
        themes::keep(app, plan, day).await?;
        let filed = app.file_requests(&Actor::Public, plan, new).await?;
        for (filed, turn) in filed.into_iter().zip(turns) {
            let matter = &MATTERS[turn % MATTERS.len()];
            self.plan_ahead(&filed.code, filed.unit.as_ref(), matter, turn, day);
        }
        Ok(())
    }

    fn request(&mut self, turn: usize, at: usize) -> NewRequest {
        self.number += 1;
        let matter = &MATTERS[turn % MATTERS.len()];
        let (area, zh, en, (longitude, latitude)) = PLACES[(turn / 2 + at) % PLACES.len()];
        let channel = [Channel::Hotline, Channel::Site, Channel::DirectChannel, Channel::Hotline][turn % 4];
        NewRequest {
            kind: matter.kind,
            area: Some(code(area)),
            address: zh.to_owned(),
            // Not all at one spot: within some hundred metres of it.
            point: Some(Point {
                longitude: longitude + (self.number * 7_919 % 61) as i32 * 90 - 2_700,
                latitude: latitude + (self.number * 6_131 % 53) as i32 * 80 - 2_080,
            }),
            category: Some(code(matter.category)),
            public: !turn.is_multiple_of(5),
            urgency: Urgency::Ordinary,
            source: illustrative(),
            person: PersonalData::default(),
            number: format!("HT-R-{:04}", self.number),
            details: matter.what.into_iter().map(answer).collect(),
            ..NewRequest::new(
                channel,
                format!("示例：{}\nExample: {}", matter.zh.replace("{}", zh), matter.en.replace("{}", en)),
            )
        }
    }

    /// The unit thinks that the mark was meant for somebody else; the supervision office looks.
    fn appeal(&mut self, request: &Code, own: Actor, called: Date, turn: usize) {
        let upheld = turn.is_multiple_of(2);
        let act = RequestAct::Appeal {
            ground: ExclusionGround::MistakenRating,
            parts: RateParts::of([RatePart::Satisfaction]),
            reason: "诉求人对办理没有意见，不满意的是收费标准 / satisfied with the work; the mark was about the price".into(),
            evidence: "回访录音第 2 段，价目公示照片 / recording of the call, part 2; photo of the price list".into(),
        };
        self.then(workday::nth(called, 2), own, request, act);
        let note = if upheld {
            "录音与所述一致，不计入满意率 / the recording says so".to_owned()
        } else {
            "录音中诉求人明确对办理结果不满意 / in the recording the resident means the work".to_owned()
        };
        let decided = RequestAct::DecideExclusion { granted: upheld, note, parts: None };
        self.then(workday::nth(called, 5), person("supervision"), request, decided);
    }

    fn then(&mut self, day: Date, actor: Actor, request: &Code, act: RequestAct) {
        if day <= END {
            self.ahead.entry(day).or_default().push(RequestDeed { actor, request: request.clone(), act });
        }
    }

    /// What will become of it: most are answered in time and closed; some are handed to and fro, some are taken
    /// up again, a few go on the books, the last ones are still open.
    fn plan_ahead(&mut self, request: &Code, unit: Option<&Code>, matter: &Matter, turn: usize, day: Date) {
        let Some(unit) = unit else { return };
        let desk = person("desk");
        let own = person(&people::liaison(unit.as_str()));
        let step = |step| RequestAct::Step { step, reason: String::new() };
        let on = |days: i32| workday::nth(day, days);
        self.then(on(1), own.clone(), request, step(RequestStep::Accept));
        if !turn.is_multiple_of(5) && turn % 7 != 6 {
            self.then(
                on(1),
                desk.clone(),
                request,
                RequestAct::Publish { shown: true, reason: String::new() },
            );
        }
        if !turn.is_multiple_of(5) && turn % 7 != 6 && turn % 23 == 4 {
            // Somebody looked again.
            let act = if turn.is_multiple_of(2) { ModerationAct::Edit } else { ModerationAct::Hide };
            let (title, text) = match act {
                ModerationAct::Edit => (
                    "示例：已隐去个人信息 / Example: without personal data".to_owned(),
                    "示例：原文提到一位住户，已隐去。\nExample: the words named a neighbour, who was left out.".to_owned(),
                ),
                _ => (String::new(), String::new()),
            };
            let ground = ModerationGround::Personal;
            self.then(on(2), desk.clone(), request, RequestAct::Moderate { act, ground, title, text });
        }
        let late = turn % 11 == 4;
        let contact = RequestAct::Contact {
            way: CallWay::Phone,
            text: "已电话了解情况 / called and asked".into(),
        };
        self.then(on(if late { 3 } else { 1 }), own.clone(), request, contact);
        self.then(on(2), own.clone(), request, step(RequestStep::Start));
        if turn % 29 == 13 {
            // Nothing short will do: it waits for a project.
            let until = date(2020, 12, 31);
            let link = Target::Project(code("HT-TRA-017"));
            let reason = "待道路项目一并解决 / with the road project".to_owned();
            self.then(on(3), person("task-force"), request, RequestAct::PutOnBooks { link, until, reason });
            return;
        }
        let (zh, en) = matter.answer;
        let answered = on(if turn % 13 == 7 { 9 } else { 3 + (turn % 3) as i32 });
        self.then(answered, own.clone(), request, RequestAct::Answer { text: format!("{zh} / {en}") });
        let level = [
            Satisfaction::VerySatisfied,
            Satisfaction::Satisfied,
            Satisfaction::Satisfied,
            Satisfaction::BasicallySatisfied,
            Satisfaction::Dissatisfied,
        ][turn % 5];
        let called = workday::nth(answered, 2);
        let call = |solved, satisfaction, text: &str| RequestAct::CallBack {
            way: CallWay::Phone,
            reached: true,
            contacted: Some(!late),
            solved: Some(solved),
            satisfaction: Some(satisfaction),
            text: text.to_owned(),
        };
        match turn % 17 {
            3 => {
                let unreached = RequestAct::CallBack {
                    way: CallWay::Phone,
                    reached: false,
                    contacted: None,
                    solved: None,
                    satisfaction: None,
                    text: String::new(),
                };
                self.then(called, desk.clone(), request, unreached);
            }
            9 => {
                let again = call(Solved::No, Satisfaction::Dissatisfied, "仍未解决 / still as it was");
                self.then(called, by_resident(), request, again);
                let second = workday::nth(called, 3);
                self.then(
                    second,
                    own,
                    request,
                    RequestAct::Answer {
                        text: "再次到场处理，已解决 / seen to again and solved".into()
                    },
                );
                self.then(
                    workday::nth(second, 2),
                    desk.clone(),
                    request,
                    call(Solved::Yes, Satisfaction::Satisfied, ""),
                );
            }
            5 => self.then(
                called,
                desk.clone(),
                request,
                call(Solved::Partly, Satisfaction::BasicallySatisfied, ""),
            ),
            _ => {
                self.then(called, desk.clone(), request, call(Solved::Yes, level, ""));
                if level == Satisfaction::Dissatisfied && turn % 4 != 3 {
                    self.appeal(request, own, called, turn);
                }
            }
        }
    }
}
