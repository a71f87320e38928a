//! What tells who asked, kept for a time, copied and erased: on both databases, down to the bytes of the file.

use std::sync::Arc;

use app::import::{Keeping, Profile, Reading};
use app::read::Asked;
use app::request::{Erase, NewRequest, PersonalData, ProtectionKey, RequestAct, RequestPaging, UpdateSpan};
use app::{Actor, App, AppError, Change, FixedClock};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::journal::Seq;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::request::query::RequestQuery;
use domain::request::rules::Preset;
use domain::request::{
    CallWay, Channel, KeptKind, LEFT_OUT, ModeratedPart, ModerationAct, ModerationGround, RequestCategory,
    RequestRules, RequestState, RequestStep, Retention, ShownPlace,
};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::{Address, Database};
use words::Lang;

const FIRST: Date = date(2019, 3, 4);

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

struct Place {
    app: App,
    clock: Arc<FixedClock>,
    runtime: tokio::runtime::Runtime,
    scratch: Scratch,
}

impl Place {
    fn open(scratch: Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(FIRST).unwrap());
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let app = App::new(database, clock.clone());
        app.protect(ProtectionKey::random());
        let place = Self { app, clock, runtime, scratch };
        let facts = vec![
            AreaFact::Name(Named::new("东小区", "East")).into(),
            AreaFact::Level { level: AreaLevel::Community }.into(),
        ];
        place.register(Subject::area(&code("east")), facts);
        let facts = vec![
            UnitFact::Name(Named::new("街道办", "Office")).into(),
            UnitFact::Level { level: UnitLevel::Subdistrict }.into(),
        ];
        place.register(Subject::unit(&code("office")), facts);
        let facts = vec![
            PlanFact::Name(Named::new("计划", "Plan")).into(),
            PlanFact::Period { from: date(2018, 8, 1), to: date(2020, 12, 31) }.into(),
        ];
        place.register(Subject::plan(&code("p")), facts);
        let lamps = RequestCategory::new(code("lamps"), 1, Named::new("路灯", "Lamps"), code("usual"));
        let facts: Vec<Fact> =
            vec![PlanFact::RequestCategory(lamps).into(), PlanFact::RequestRules(rules()).into()];
        place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
        place
    }

    fn change(&self, command: Command) {
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        self.runtime.block_on(self.app.change(&Actor::operator(), change)).unwrap();
    }

    fn register(&self, subject: Subject, facts: Vec<Fact>) {
        self.change(Command::Register { subject, facts });
    }

    fn file(&self, text: &str, secret: &str) -> Code {
        let new = NewRequest {
            area: Some(code("east")),
            category: Some(code("lamps")),
            address: if text == WORDS { "欧阳小花家门口" } else { "西门" }.into(),
            public: true,
            secret: secret.into(),
            person: PersonalData {
                name: if text == WORDS { "欧阳小花" } else { "张三" }.into(),
                phone: "13812345678".into(),
                ..PersonalData::default()
            },
            ..NewRequest::new(Channel::Site, text)
        };
        self.runtime.block_on(self.app.file_request(&Actor::Public, &code("p"), new)).unwrap().code
    }

    fn act(&self, request: &Code, act: RequestAct) -> RequestState {
        let (plan, operator) = (code("p"), Actor::operator());
        let done = self.app.act_on_request(&operator, &plan, request, act, Source::default());
        self.runtime.block_on(done).unwrap().state
    }

    fn found(&self, text: &str) -> usize {
        let query = RequestQuery { text: text.into(), ..RequestQuery::default() };
        self.runtime.block_on(self.app.request_count(&code("p"), &query)).unwrap().number as usize
    }

    /// Everything that the database's files hold.
    fn bytes(&self) -> Vec<u8> {
        let Ok(Address::Sqlite(path)) = self.scratch.address().parse() else { return Vec::new() };
        let mut out = std::fs::read(&path).unwrap();
        for more in ["-wal", "-shm"] {
            let mut name = path.clone().into_os_string();
            name.push(more);
            out.extend(std::fs::read(name).unwrap_or_default());
        }
        out
    }

    fn holds(&self, text: &str) -> bool {
        let bytes = self.bytes();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

fn rules() -> RequestRules {
    RequestRules::of_offices(
        Named::new("规则", "Rules"),
        Named::new("试验", "Test"),
        Preset::usual(code("usual"), Named::new("一般", "Usual")),
        Default::default(),
        code("office"),
    )
}

/// What nobody would have masked: a name without any word that says that it is one.
const WORDS: &str = "欧阳小花家门口的路灯坏了三天";

fn what_is_erased_is_nowhere(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let other = place.file("西门的路灯不亮", "other");
    let asked = place.file(WORDS, "secret");
    place.act(&asked, RequestAct::Publish { shown: true, reason: String::new() });
    let edit = RequestAct::Moderate {
        act: ModerationAct::Edit,
        ground: ModerationGround::Personal,
        title: "路灯坏了".into(),
        text: "欧阳家门口的路灯坏了".into(),
    };
    place.act(&asked, edit);
    assert_eq!((place.found("欧阳家"), place.found("三天")), (1, 0), "lists find what everybody reads");
    place.act(&asked, RequestAct::Step { step: RequestStep::Accept, reason: String::new() });
    let word = RequestAct::Word { text: "欧阳小花又来问了".into() };
    place.runtime.block_on(place.app.act_by_link(&plan, "secret", word)).unwrap();
    place.act(&asked, RequestAct::Note { text: "内部：先查电箱".into() });
    place.act(&asked, RequestAct::Contact { way: CallWay::Phone, text: "内部：对方情绪激动".into() });
    place.act(&asked, RequestAct::Answer { text: "已修好".into() });
    place.runtime.block_on(place.app.follow_request(&plan, &asked, "somebody")).unwrap();

    // Whoever asked gets all of it, with what moderation did.
    let copy = place.runtime.block_on(place.app.own_copy_by_link(&plan, "secret")).unwrap();
    let text = serde_json::to_string(&copy).unwrap();
    for said in ["13812345678", WORDS, "moderation", "已修好", "欧阳小花又来问了"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!((copy.followers, copy.has_link), (1, true));
    // Not what the offices say among themselves, and not by what whoever asked acts.
    assert!(!text.contains("内部：") && !text.contains("\"secret\""), "{text}");
    assert_eq!(copy.kept.link, "");

    // Not while something is still to be done for them.
    let erase = |place: &Place| place.runtime.block_on(place.app.erase_by_link(&plan, "secret", "asked for"));
    assert!(matches!(erase(&place), Err(AppError::Refused(_))));
    place.act(&asked, crate::place::called(domain::request::Solved::Yes));
    if !place.scratch.is_postgres() {
        assert!(place.holds("欧阳小花"));
    }
    erase(&place).unwrap();
    assert!(matches!(erase(&place), Err(AppError::NotFound)), "the link is gone");
    let (request, history) =
        place.runtime.block_on(place.app.request(&plan, &asked, Asked::default())).unwrap();
    let all = format!("{request:?} {history:?}");
    assert!(!all.contains("欧阳") && all.contains("已修好"), "{all}");
    assert_eq!((request.state, request.is_public(), request.wordless), (RequestState::Closed, false, true));
    assert_eq!((place.found("欧阳家"), place.found("路灯")), (0, 1));
    let copy = async { place.app.own_copy_for(&Actor::operator(), &plan, &asked, "ID card").await };
    let copy = place.runtime.block_on(copy);
    assert!(!serde_json::to_string(&copy.unwrap()).unwrap().contains("欧阳"));

    // The journal is sound all the same, can be made again from and brought elsewhere.
    let verified = |database: &Database| database.read(|c| c.verify(|_| {})).unwrap();
    assert_eq!(verified(place.app.database()).faults, []);
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);
    let mut file = Vec::new();
    place.app.database().backup(&mut file, |_| {}).unwrap();
    let elsewhere = Scratch::sqlite();
    let copy = Database::open(&elsewhere.address().parse().unwrap(), 0).unwrap();
    copy.restore(std::io::Cursor::new(file), |_| {}).unwrap();
    assert_eq!(verified(&copy).faults, []);

    // And no byte of it is left.
    place.runtime.block_on(place.app.compact()).unwrap();
    for gone in ["欧阳", "13812345678"] {
        assert!(!place.holds(gone) || place.scratch.is_postgres(), "{gone}");
    }
    if !place.scratch.is_postgres() {
        assert!(place.holds("西门的路灯不亮"));
    }
    let (other, _) = place.runtime.block_on(place.app.request(&plan, &other, Asked::default())).unwrap();
    assert_eq!(other.text, "西门的路灯不亮");
}

fn what_is_altered_without_an_oath_is_found(scratch: Scratch) {
    let place = Place::open(scratch);
    let asked = place.file(WORDS, "secret");
    let plan = code("p");
    // Words that are taken out of an entry without a later one that says so.
    let altered = place
        .app
        .database()
        .write(move |tx| Ok::<_, store::StoreError>(tx.redact_request(&plan, &asked)?.len()))
        .unwrap();
    assert_eq!(altered, 1);
    let faults = place.app.database().read(|c| c.verify(|_| {})).unwrap().faults;
    assert_eq!(faults.len(), 1, "{faults:?}");
    let mut file = Vec::new();
    place.app.database().backup(&mut file, |_| {}).unwrap();
    let elsewhere = Scratch::sqlite();
    let copy = Database::open(&elsewhere.address().parse().unwrap(), 0).unwrap();
    assert!(copy.restore(std::io::Cursor::new(file), |_| {}).is_err());
}

fn what_is_over_its_time_goes_and_leaves_a_record(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let closed = place.file("东门的路灯坏了", "one");
    let open = place.file("西门的路灯坏了", "two");
    place.act(&closed, RequestAct::Publish { shown: true, reason: String::new() });
    place.runtime.block_on(place.app.follow_request(&plan, &closed, "somebody")).unwrap();
    let withdraw = RequestAct::Step { step: RequestStep::Withdraw, reason: String::new() };
    place.runtime.block_on(place.app.act_by_link(&plan, "one", withdraw)).unwrap();
    let keep = |days| {
        [KeptKind::Contact, KeptKind::Link, KeptKind::Follower].map(|kind| Retention { kind, days }).to_vec()
    };
    let retain = |days: u32, trial: bool| {
        let held = place.runtime.block_on(place.app.retain(&plan, Some(keep(days)), trial)).unwrap();
        held.lines.iter().map(|line| (line.over, line.gone)).collect::<Vec<_>>()
    };
    place.clock.set_morning(date(2019, 4, 10)).unwrap();
    assert_eq!(retain(60, false), [(0, 0); 3]);
    assert_eq!(retain(30, true), [(1, 0); 3], "a trial only tells");
    let keeps = |code: &Code| place.runtime.block_on(place.app.keeps_person(&plan, code)).unwrap();
    assert!(keeps(&closed));
    assert_eq!(retain(30, false), [(1, 1); 3]);
    assert_eq!(retain(30, false), [(0, 0); 3], "once");
    assert_eq!((keeps(&closed), keeps(&open)), (false, true), "who still waits is still known");
    assert!(place.runtime.block_on(place.app.request_of_link(&plan, "one")).is_err());
    assert!(place.runtime.block_on(place.app.request_of_link(&plan, "two")).is_ok());
    let records = place.runtime.block_on(place.app.deletions(&plan)).unwrap();
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|held| (held.count, held.days, held.oldest) == (1, 30, Some(FIRST))));
    // Without rules nothing goes.
    assert_eq!(place.runtime.block_on(place.app.retain(&plan, None, false)).unwrap().lines, []);
    // Records of it come along in a backup.
    let mut file = Vec::new();
    place.app.database().backup(&mut file, |_| {}).unwrap();
    let elsewhere = Scratch::sqlite();
    let copy = Database::open(&elsewhere.address().parse().unwrap(), 0).unwrap();
    copy.restore(std::io::Cursor::new(file), |_| {}).unwrap();
    assert_eq!(copy.read(|c| c.deletions(&plan, 10)).unwrap().len(), 3);
}

fn moderation_is_logged_without_words_and_undone(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let asked = place.file(WORDS, "secret");
    let moderate = |act, title: &str, text: &str| RequestAct::Moderate {
        act,
        ground: ModerationGround::Insult,
        title: title.into(),
        text: text.into(),
    };
    let refused = |act| {
        let operator = Actor::operator();
        let done = place.app.act_on_request(&operator, &plan, &asked, act, Source::default());
        place.runtime.block_on(done).is_err()
    };
    assert!(refused(moderate(ModerationAct::Hide, "", "")), "nobody reads it yet");
    assert!(refused(moderate(ModerationAct::Undo, "", "")));
    place.act(&asked, RequestAct::Publish { shown: true, reason: String::new() });
    let flag = |reader: &str| {
        let ground = ModerationGround::Personal;
        place.runtime.block_on(place.app.flag_request(&plan, &asked, reader, ground)).unwrap();
    };
    flag("one");
    flag("one");
    flag("two");
    let flags = || place.runtime.block_on(place.app.flagged_requests(&plan)).unwrap();
    assert_eq!(flags(), [(asked.clone(), vec![(ModerationGround::Personal, 2)])]);
    let public = || place.runtime.block_on(place.app.public_request(&plan, &asked));
    place.act(&asked, moderate(ModerationAct::Edit, "路灯", "路灯坏了"));
    assert!(flags().is_empty());
    assert_eq!(public().unwrap().text, "路灯坏了");
    // Somebody who still finds something wrong says so again.
    flag("one");
    assert_eq!(flags(), [(asked.clone(), vec![(ModerationGround::Personal, 1)])]);
    place.act(&asked, moderate(ModerationAct::Hide, "", ""));
    assert!(public().is_err() && flags().is_empty());
    // Hidden it stays until that is undone.
    assert!(refused(RequestAct::Publish { shown: true, reason: String::new() }));
    assert!(public().is_err());
    place.act(&asked, moderate(ModerationAct::Undo, "", ""));
    assert_eq!(public().unwrap().text, "路灯坏了", "what was edited before it was hidden stays edited");
    place.clock.set_morning(date(2019, 3, 5)).unwrap();
    place.act(&asked, moderate(ModerationAct::Undo, "", ""));
    assert_eq!(public().unwrap().text, WORDS);
    let (log, next) = place.runtime.block_on(place.app.moderation_log(&plan, None)).unwrap();
    let acts: Vec<ModerationAct> = log.iter().map(|line| line.act).collect();
    use ModerationAct::{Edit, Hide, Undo};
    assert_eq!(acts, [Undo, Undo, Hide, Edit]);
    assert!(next.is_none() && log.iter().all(|line| line.request.as_ref() == Some(&asked)));
    let operator = Actor::operator();
    place.runtime.block_on(place.app.erase(&operator, &plan, &asked, "asked", Erase::Everything)).unwrap();
    let (log, _) = place.runtime.block_on(place.app.moderation_log(&plan, None)).unwrap();
    assert!(log.len() == 4 && log.iter().all(|line| line.request.is_none()));
}

fn what_units_answered_is_replaced_or_left_out(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let asked = place.file("路灯不亮", "secret");
    place.act(&asked, RequestAct::Publish { shown: true, reason: String::new() });
    place.act(&asked, RequestAct::Step { step: RequestStep::Accept, reason: String::new() });
    place.act(&asked, RequestAct::Answer { text: "邻居欧阳小花同意接电，已修好".into() });
    let held = || place.runtime.block_on(place.app.request(&plan, &asked, Asked::default())).unwrap().0;
    let portfolio = place.runtime.block_on(place.app.portfolio(&plan, Asked::default())).unwrap();
    let parts = held().public_parts(&portfolio.plan);
    let [(part, said)] = parts.as_slice() else { panic!("{parts:?}") };
    assert!(said.contains("欧阳小花"));
    let moderate = |part: &ModeratedPart, text: &str| RequestAct::ModeratePart {
        part: part.clone(),
        ground: ModerationGround::Personal,
        text: text.into(),
    };
    // What everybody reads, wherever they do.
    let read = || {
        let public = place.runtime.block_on(place.app.public_request(&plan, &asked)).unwrap();
        let histories = place.app.open_histories(&plan, vec![asked.clone()], Lang::Zh);
        let history = place.runtime.block_on(histories).unwrap().remove(&asked).unwrap();
        let note = history.notes.into_iter().find(|note| note.kind == "answer").unwrap().description;
        let days = (date(2019, 3, 1).at(0, 0, 0, 0), date(2019, 3, 31).at(0, 0, 0, 0));
        let span = UpdateSpan { from: days.0, to: days.1, behind: Seq(0), skip: 0, limit: 100 };
        let updates = place.runtime.block_on(place.app.open_updates(&plan, span, Lang::Zh)).unwrap().updates;
        let update = updates.into_iter().find(|it| it.id.ends_with("-a")).unwrap().description;
        let answer = public.answer().unwrap().1.clone();
        assert_eq!((&note, &update), (&answer, &answer));
        answer
    };
    place.act(&asked, moderate(part, "邻居同意接电，已修好"));
    assert_eq!(read(), "邻居同意接电，已修好");
    place.clock.set_morning(date(2019, 3, 5)).unwrap();
    place.act(&asked, moderate(part, ""));
    assert_eq!(read(), LEFT_OUT);
    assert_eq!(held().answer().unwrap().1, *said, "those who handle it, and whoever asked, read it");
    let undo = RequestAct::Moderate {
        act: ModerationAct::Undo,
        ground: ModerationGround::Mistake,
        title: String::new(),
        text: String::new(),
    };
    place.act(&asked, undo.clone());
    assert_eq!(read(), "邻居同意接电，已修好");
    place.clock.set_morning(date(2019, 3, 6)).unwrap();
    place.act(&asked, undo);
    assert_eq!(read(), *said);
    // A part that it does not have is none.
    let operator = Actor::operator();
    let act = moderate(&ModeratedPart::Answer(Seq(1)), "x");
    let done = place.app.act_on_request(&operator, &plan, &asked, act, Source::default());
    assert!(place.runtime.block_on(done).is_err());
    let (log, _) = place.runtime.block_on(place.app.moderation_log(&plan, None)).unwrap();
    assert_eq!(log.len(), 4);
}

fn where_a_blurred_request_is_nobody_finds_by_its_address(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let shy = RequestCategory {
        shown_place: ShownPlace::Area,
        ..RequestCategory::new(code("lamps"), 1, Named::new("路灯", "Lamps"), code("usual"))
    };
    let facts = vec![PlanFact::RequestCategory(shy).into()];
    place.change(Command::Record { subject: Subject::plan(&plan), facts, expected: None });
    let asked = place.file("路灯不亮三天了", "secret");
    place.act(&asked, RequestAct::Publish { shown: true, reason: String::new() });
    let public = |text: &str| {
        let query = RequestQuery { text: text.into(), ..RequestQuery::default() };
        let paging = RequestPaging { limit: 50, ..RequestPaging::default() };
        let page = place.runtime.block_on(place.app.public_requests(&plan, &query, &paging)).unwrap();
        page.rows.len()
    };
    assert_eq!((place.found("西门"), place.found("三天")), (1, 1), "those who work on it find it by both");
    assert_eq!((public("西门"), public("三天")), (0, 1));
}

fn files_wait_sealed_and_not_for_ever(scratch: Scratch) {
    let place = Place::open(scratch);
    let (plan, person) = (code("p"), code("zhang"));
    let reading = Reading { table: "requests".into(), profile: Profile::default() };
    let bytes = "姓名,电话\n欧阳小花,13812345678\n".as_bytes().to_vec();
    let keep = place.app.keep_file(&person, &plan, "register.csv", &reading, bytes.clone());
    let Keeping::Waits(id) = place.runtime.block_on(keep).unwrap() else { panic!("there is room") };
    let waits = || place.runtime.block_on(place.app.waiting_file(&person, &plan, &id));
    assert_eq!(waits().unwrap().bytes, bytes);
    let other = Reading { table: "items".into(), profile: Profile::default() };
    place.runtime.block_on(place.app.read_file_as(&waits().unwrap(), &other)).unwrap();
    assert_eq!((waits().unwrap().bytes, waits().unwrap().reading), (bytes, other));
    assert!(!place.holds("欧阳小花"));
    let cleared = || place.runtime.block_on(place.app.clear_what_waited()).unwrap();
    assert_eq!(cleared(), 0);
    place.clock.set_morning(date(2019, 3, 5)).unwrap();
    assert_eq!((cleared(), cleared()), (1, 0), "nobody had to bring another one");
    assert!(matches!(waits(), Err(AppError::NotFound)));
}

on_both!(
    files_wait_sealed_and_not_for_ever,
    what_is_erased_is_nowhere,
    what_is_altered_without_an_oath_is_found,
    what_is_over_its_time_goes_and_leaves_a_record,
    moderation_is_logged_without_words_and_undone,
    what_units_answered_is_replaced_or_left_out,
    where_a_blurred_request_is_nobody_finds_by_its_address
);
