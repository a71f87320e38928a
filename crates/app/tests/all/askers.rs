//! Photos that residents and units send, and telling those who asked by mail, on both databases.

use std::sync::Arc;

use crate::place::*;
use app::notify::{Carried, Letter, Parcel, Reach, lane};
use app::read::Asked;
use app::request::{
    Drafted, IncomingMail, MailDoor, MailLinked, MailPurpose, MailTaken, NewPhoto, NewRequest, PersonalData,
    PhotoFault, PhotoReader, ProtectionKey, RequestAct, UnreadFile,
};
use app::{App, AppError, FixedClock};
use domain::code::Code;
use domain::preference::Language;
use domain::request::{
    Channel, KeptKind, ModerationAct, ModerationGround, PhotoShows, Request, RequestState, RequestStep,
    Retention, Solved,
};
use scratch::Scratch;
use store::Database;

/// A file of a picture that is one colour.
fn picture(colour: u8) -> Vec<u8> {
    // The smallest that needs no writer: a GIF of one point, its colour in its table.
    let mut out = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    out.extend([colour, colour, colour, 0, 0, 0]);
    out.extend(b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;");
    out
}

impl Place {
    fn photo(&self, colour: u8) -> NewPhoto {
        self.runtime.block_on(self.app.read_photo(picture(colour))).unwrap().unwrap()
    }

    fn one(&self, request: &Code) -> Request {
        self.runtime.block_on(self.app.request(&code("p"), request, Asked::default())).unwrap().0
    }

    fn seen(&self, reader: PhotoReader, photo: &NewPhoto) -> bool {
        let found = self.runtime.block_on(self.app.photo(&code("p"), reader, &photo.photo, false));
        found.is_ok_and(|jpeg| jpeg.starts_with(b"\xff\xd8\xff"))
    }

    /// Everything that is to be mailed now.
    fn letters(&self) -> Vec<Letter> {
        let reach = Arc::new(Reach { mail: true, ..Reach::default() });
        let mut out = Vec::new();
        self.runtime.block_on(async {
            let jobs = self.app.claim(lane::ROUTE, "test", 100).await.unwrap();
            self.app.route(jobs, "test", reach).await.unwrap();
            let jobs = self.app.claim(lane::MAIL, "test", 100).await.unwrap();
            for (job, parcel) in self.app.parcels(jobs, "https://site.example").await.unwrap() {
                if let Parcel::Letter(letter) = parcel {
                    out.push(letter);
                }
                self.app.carried(job, "test", Carried::Done(String::new())).await.unwrap();
            }
        });
        out
    }

    fn linked(&self, purpose: MailPurpose, token: &str) -> MailLinked {
        self.runtime.block_on(self.app.use_mail_link(&code("p"), purpose, token)).unwrap()
    }
}

fn photos_are_seen_by_those_who_may(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let (draft, more) = (place.photo(10), place.photo(60));
    let kept = |photos| place.runtime.block_on(place.app.draft_photos(&plan, "s1", photos)).unwrap();
    assert_eq!(kept(vec![draft.clone()]), Drafted::Kept);
    assert_eq!(kept(vec![draft.clone()]), Drafted::Kept, "the same one is there already");
    assert_eq!(kept((100..105).map(|colour| place.photo(colour)).collect()), Drafted::TooMany);
    assert!(place.seen(PhotoReader::Draft("s1"), &draft) && !place.seen(PhotoReader::Draft("s2"), &draft));
    let filed = place.file(NewRequest { drafts: true, ..new("东门的路灯不亮", "s1") });
    assert!(!place.seen(PhotoReader::Draft("s1"), &draft), "it waits no longer");
    assert_eq!(place.one(&filed).photos[0].photo, draft.photo);
    place
        .by_link("s1", RequestAct::AddPhotos { shows: PhotoShows::Matter, photos: vec![more.clone()] })
        .unwrap();
    let evidence = place.photo(200);
    let add = |shows| RequestAct::AddPhotos { shows, photos: vec![evidence.clone()] };
    assert!(place.by_link("s1", add(PhotoShows::After)).is_err(), "evidence is that of units");
    assert!(place.act("water", &filed, add(PhotoShows::After)).is_err(), "of those that have it");
    place.act("town", &filed, add(PhotoShows::After)).unwrap();
    place.act("town", &filed, add(PhotoShows::After)).unwrap();
    assert_eq!(place.one(&filed).photos.len(), 3);

    let publish = RequestAct::Publish { shown: true, reason: String::new() };
    place.act("desk", &filed, publish).unwrap();
    let review = |photo: &NewPhoto, shown, reason: &str| RequestAct::ReviewPhoto {
        photo: photo.photo.clone(),
        shown,
        reason: reason.into(),
    };
    for photo in [&draft, &more, &evidence] {
        assert!(place.seen(PhotoReader::Asker("s1"), photo) && place.seen(PhotoReader::Staff(&filed), photo));
        assert!(!place.seen(PhotoReader::Everybody(&filed), photo), "nobody has looked");
    }
    assert!(place.act("town", &filed, review(&draft, true, "")).is_err());
    assert!(place.act("desk", &filed, review(&draft, false, " ")).is_err(), "why");
    assert!(place.act("desk", &filed, review(&place.photo(1), true, "")).is_err(), "there is none");
    place.act("desk", &filed, review(&draft, true, "")).unwrap();
    place.act("desk", &filed, review(&more, false, "看得见车牌")).unwrap();
    assert!(place.seen(PhotoReader::Everybody(&filed), &draft));
    assert!(!place.seen(PhotoReader::Everybody(&filed), &more));
    let shown = || {
        let asked = vec![filed.to_string(), "none".into()];
        place.runtime.block_on(place.app.shown_photos(&plan, asked)).unwrap()
    };
    assert_eq!(shown(), [(filed.clone(), draft.photo.clone())]);
    let hide = RequestAct::Publish { shown: false, reason: "重复".into() };
    place.act("desk", &filed, hide).unwrap();
    assert!(!place.seen(PhotoReader::Everybody(&filed), &draft), "with its request");

    // What whoever asked has sent goes with them, for good; what the unit gave stays.
    let desk = app::Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    place.runtime.block_on(place.app.erase_person(&desk, &plan, &filed, "本人要求")).unwrap();
    assert!(
        !place.seen(PhotoReader::Staff(&filed), &draft) && !place.seen(PhotoReader::Staff(&filed), &more)
    );
    assert!(place.seen(PhotoReader::Staff(&filed), &evidence));
    assert!(shown().is_empty());
    let sizes = place.runtime.block_on(place.app.photo_sizes(&plan, &filed)).unwrap();
    assert!(sizes.into_keys().eq([evidence.photo.clone()]));
    assert!(place.act("desk", &filed, review(&more, true, "")).is_err(), "it is gone");
}

fn files_that_are_no_photos_are_told(scratch: Scratch) {
    let place = Place::open(scratch);
    let read = |bytes: &[u8]| place.runtime.block_on(place.app.read_photo(bytes.to_vec())).unwrap();
    assert_eq!(read(b"<html>").unwrap_err(), PhotoFault::NotAPicture);
    assert_eq!(read(b"\0\0\0\x18ftypheic").unwrap_err(), PhotoFault::Heic);
    // Nothing is kept where there is no key to seal it with.
    let scratch = Scratch::sqlite();
    let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
    let app = App::new(database, Arc::new(FixedClock::morning(FIRST).unwrap()));
    let without = place.runtime.block_on(app.read_photo(picture(1)));
    assert!(matches!(without, Err(AppError::NoKey)));
}

fn asker(email: &str, secret: &str) -> NewRequest {
    NewRequest {
        person: PersonalData { email: email.into(), phone: "13812345678".into(), ..PersonalData::default() },
        ..new("东门的路灯不亮", secret)
    }
}

/// The token of the link for a purpose in a mail.
fn token(letter: &Letter, purpose: MailPurpose) -> String {
    let start = format!("https://site.example/p/p/mail/{}?t=", purpose.as_str());
    letter.text.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
}

fn an_address_is_confirmed_before_it_is_told_anything(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = place.file(asker("Li@Example.org", "s1"));
    place.file(asker("Li@Example.org", "s1"));
    let first = place.letters();
    assert_eq!(first.len(), 1, "one question, however often the form is sent");
    let letter = &first[0];
    assert_eq!(letter.to, "Li@Example.org");
    assert!(letter.stop.is_none());
    assert!(
        letter.text.contains(filed.as_str()) && !letter.text.contains("路灯") && !letter.text.contains("s1")
    );
    let confirm = token(letter, MailPurpose::Confirm);
    assert!(!confirm.to_lowercase().contains("li") || !confirm.contains('@'));
    // Nothing in the queue names the address.
    let bodies =
        |c: &mut store::Connection| c.rows("SELECT body FROM job", &[], |row| Ok(row.text(0)?.to_owned()));
    let jobs = place.app.database().read(bodies).unwrap();
    assert!(jobs.iter().all(|body| !body.to_lowercase().contains("example.org")), "{jobs:?}");
    // Nothing is told before.
    place.act("town", &filed, RequestAct::Step { step: RequestStep::Accept, reason: String::new() }).unwrap();
    place.act("town", &filed, RequestAct::AskResident { question: "哪一盏灯？".into() }).unwrap();
    assert!(place.letters().is_empty());
    // Forged, for something else, for another request, too late: told apart and kind.
    let forged = format!("{confirm}0");
    for (purpose, token) in
        [(MailPurpose::Confirm, forged.as_str()), (MailPurpose::Open, &confirm), (MailPurpose::Confirm, "")]
    {
        assert_eq!(place.linked(purpose, token), MailLinked::Unknown);
    }
    place.day(FIRST.saturating_add(jiff::ToSpan::days(8)), 9);
    assert_eq!(place.linked(MailPurpose::Confirm, &confirm), MailLinked::Expired);
    let fresh = |token: &str| {
        place.runtime.block_on(place.app.fresh_mail_link(&code("p"), MailPurpose::Confirm, token))
    };
    assert!(matches!(fresh(&forged), Err(AppError::NotFound)));
    fresh(&confirm).unwrap();
    fresh(&confirm).unwrap();
    let again = place.letters();
    assert_eq!(again.len(), 1, "once a day");
    let confirm = token(&again[0], MailPurpose::Confirm);
    // Looking does nothing: programs open every link of a mail.
    let plan = code("p");
    let look = place.app.look_at_mail_link(&plan, MailPurpose::Confirm, &confirm);
    assert_eq!(place.runtime.block_on(look).unwrap(), MailLinked::Good(MailDoor::Mine("s1".into())));
    assert_eq!(place.linked(MailPurpose::Confirm, &confirm), MailLinked::Good(MailDoor::Mine("s1".into())));
    assert_eq!(place.linked(MailPurpose::Confirm, &confirm), MailLinked::Used(MailDoor::Gone));
}

/// A request whose asker has confirmed an address.
fn confirmed(place: &Place, email: &str, secret: &str, language: Language) -> Code {
    let filed = place.file(NewRequest { language, ..asker(email, secret) });
    let letters = place.letters();
    let confirm = token(letters.last().unwrap(), MailPurpose::Confirm);
    assert!(matches!(place.linked(MailPurpose::Confirm, &confirm), MailLinked::Good(_)));
    filed
}

fn askers_are_told_each_thing_once(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let filed = confirmed(&place, "li@example.org", "s1", Language::Chinese);
    let other = confirmed(&place, "ann@example.org", "s2", Language::English);
    place.act("town", &filed, RequestAct::Step { step: RequestStep::Accept, reason: String::new() }).unwrap();
    place.act("town", &filed, RequestAct::AskResident { question: "哪一盏灯？".into() }).unwrap();
    let letters = place.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].text.contains("哪一盏灯？") && letters[0].subject.contains(filed.as_str()));
    place.by_link("s1", RequestAct::Word { text: "最东边的".into() }).unwrap();
    assert!(place.letters().is_empty(), "they know what they said");
    // One answer to all: to whom it was merged into it, too.
    place.act("desk", &other, RequestAct::Merge { master: filed.clone() }).unwrap();
    let merged = place.letters();
    assert!(merged.len() == 1 && merged[0].to == "ann@example.org" && merged[0].lang == "en");
    place.act("town", &filed, RequestAct::Answer { text: "已修好".into() }).unwrap();
    let letters = place.letters();
    assert_eq!(letters.len(), 2);
    assert!(letters.iter().all(|letter| letter.text.contains("已修好")));
    // The link opens their own request, and nothing else does.
    let li = letters.iter().find(|letter| letter.to == "li@example.org").unwrap();
    let open = token(li, MailPurpose::Open);
    assert_eq!(place.linked(MailPurpose::Open, &open), MailLinked::Good(MailDoor::Mine("s1".into())));
    assert!(li.id.contains(&format!(".p.{filed}.")) && li.stop.is_some(), "{}", li.id);

    // Whoever wants no more gets no more.
    let stop = token(li, MailPurpose::Stop);
    assert_eq!(place.linked(MailPurpose::Stop, &stop), MailLinked::Good(MailDoor::Gone));
    assert_eq!(place.linked(MailPurpose::Stop, &stop), MailLinked::Used(MailDoor::Gone));
    place.act("desk", &filed, called(Solved::Yes)).unwrap();
    let letters_now = place.letters();
    assert!(letters_now.len() == 1 && letters_now[0].to == "ann@example.org", "who goes on with it");
    let desk = app::Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    place.runtime.block_on(place.app.erase_person(&desk, &plan, &other, "本人要求")).unwrap();
    let ann = letters.iter().find(|letter| letter.to == "ann@example.org").unwrap();
    assert_eq!(place.linked(MailPurpose::Open, &token(ann, MailPurpose::Open)), MailLinked::Unknown);
}

fn followers_are_told_by_mail(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let filed = place.file(new("东门的路灯不亮", "s1"));
    let follow = || {
        place.runtime.block_on(place.app.follow_by_mail(&plan, &filed, "f@example.org", Language::English))
    };
    assert!(matches!(follow(), Err(AppError::NotFound)), "nobody follows what they may not read");
    place.act("desk", &filed, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
    follow().unwrap();
    follow().unwrap();
    let letters = place.letters();
    assert_eq!(letters.len(), 1);
    let confirm = token(&letters[0], MailPurpose::Confirm);
    assert_eq!(
        place.linked(MailPurpose::Confirm, &confirm),
        MailLinked::Good(MailDoor::Public(filed.clone()))
    );
    place.act("town", &filed, RequestAct::Step { step: RequestStep::Accept, reason: String::new() }).unwrap();
    // A question to whoever asked is theirs alone.
    place.act("town", &filed, RequestAct::AskResident { question: "您家几号楼？".into() }).unwrap();
    assert!(place.letters().is_empty());
    place.by_link("s1", RequestAct::Word { text: "三号楼".into() }).unwrap();
    place.act("town", &filed, RequestAct::Answer { text: "已修好".into() }).unwrap();
    let letters = place.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].text.contains("已修好") && letters[0].reply.is_none());
    // What is no longer shown is told to nobody who only follows.
    let hide = RequestAct::Moderate {
        act: ModerationAct::Hide,
        ground: ModerationGround::Personal,
        title: String::new(),
        text: String::new(),
    };
    place.act("desk", &filed, hide).unwrap();
    place.act("desk", &filed, called(Solved::Yes)).unwrap();
    assert!(place.letters().is_empty());
}

fn photos_and_addresses_are_copied_and_kept_for_a_time(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let filed = confirmed(&place, "li@example.org", "s1", Language::Chinese);
    let photos = vec![place.photo(90)];
    place.by_link("s1", RequestAct::AddPhotos { shows: PhotoShows::Matter, photos }).unwrap();
    place.act("desk", &filed, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
    place
        .runtime
        .block_on(place.app.follow_by_mail(&plan, &filed, "f@example.org", Language::English))
        .unwrap();
    let copy = place.runtime.block_on(place.app.own_copy_by_link(&plan, "s1")).unwrap();
    assert!(copy.photos.len() == 1 && copy.photos[0].jpeg.starts_with(&[0xff, 0xd8]));
    // Whoever else reads it is their own matter.
    assert_eq!(copy.mailed.iter().map(|it| it.address.as_str()).collect::<Vec<_>>(), ["li@example.org"]);
    assert!(copy.mailed[0].confirmed.is_some());

    let retain = |kind| {
        let keep = vec![Retention { kind, days: 30 }];
        place.runtime.block_on(place.app.retain(&plan, Some(keep), false)).unwrap().lines[0].gone
    };
    place.clock.set_morning(FIRST.saturating_add(jiff::Span::new().days(40))).unwrap();
    assert_eq!(retain(KeptKind::Photo), 0, "not while somebody works on it");
    place.by_link("s1", step(RequestStep::Withdraw)).unwrap();
    place.clock.set_morning(FIRST.saturating_add(jiff::Span::new().days(80))).unwrap();
    assert_eq!((retain(KeptKind::Photo), retain(KeptKind::Photo)), (1, 0));
    let copy = place.runtime.block_on(place.app.own_copy_by_link(&plan, "s1")).unwrap();
    assert!(copy.photos.is_empty());
    // The address of whoever follows goes with followers, that of whoever asked with contacts.
    let readers = || {
        let counted = |c: &mut store::Connection| {
            c.rows("SELECT follows FROM request_reader ORDER BY follows", &[], |row| row.int(0))
        };
        place.app.database().read(counted).unwrap()
    };
    assert_eq!(readers(), [0, 1]);
    assert_eq!(retain(KeptKind::Follower), 1);
    assert_eq!(readers(), [0]);
    assert_eq!(retain(KeptKind::Contact), 1);
    assert!(readers().is_empty());
}

fn backups_keep_photos_and_readers(scratch: Scratch) {
    let place = Place::open(scratch);
    let filed = confirmed(&place, "li@example.org", "s1", Language::Chinese);
    let photo = place.photo(90);
    place
        .by_link("s1", RequestAct::AddPhotos { shows: PhotoShows::Matter, photos: vec![photo.clone()] })
        .unwrap();
    place.runtime.block_on(place.app.draft_photos(&code("p"), "waits", vec![place.photo(91)])).unwrap();
    let mut file = Vec::new();
    place.app.database().backup(&mut file, |_| {}).unwrap();
    let other = Scratch::sqlite();
    let database = Database::open(&other.address().parse().unwrap(), 0).unwrap();
    database.restore(std::io::Cursor::new(file), |_| {}).unwrap();
    let counted = |table: &str| {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        database.read(|c| c.first(&sql, &[], |row| row.int(0))).unwrap()
    };
    assert_eq!((counted("request_photo"), counted("request_reader")), (Some(1), Some(1)));
    // Without the key nobody sees anything.
    let clock = Arc::new(FixedClock::morning(FIRST).unwrap());
    let app = App::new(database, clock);
    app.protect(ProtectionKey::random());
    let plan = code("p");
    let seen = app.photo(&plan, PhotoReader::Staff(&filed), &photo.photo, true);
    assert!(matches!(place.runtime.block_on(seen), Err(AppError::Sealed)));
    let channel = place.one(&filed).channel;
    assert_eq!(channel, Channel::Site);
}

fn mails_become_requests_once_and_answers_find_theirs(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let mail = |id: &str, text: &str| IncomingMail {
        id: id.into(),
        from: "li@example.org".into(),
        name: "李明".into(),
        subject: "路灯".into(),
        text: text.into(),
        own: text.into(),
        ..IncomingMail::default()
    };
    let take = |mail: IncomingMail| place.runtime.block_on(place.app.take_mail(&plan, mail)).unwrap();
    let photo = place.photo(30);
    let first = IncomingMail {
        photos: vec![photo.clone()],
        ..mail("1@x", "estate小区东门的路灯不亮，请回电13812345678")
    };
    let MailTaken::New(filed) = take(first.clone()) else { panic!("it is new") };
    assert_eq!(take(first), MailTaken::Again(filed.clone()));
    let request = place.one(&filed);
    assert_eq!((request.channel, request.title.as_str()), (Channel::Email, "路灯"));
    assert!(request.text.contains("***") && !request.may_be_public && request.photos.len() == 1);
    assert_eq!(
        (request.areas.first(), request.category.as_ref()),
        (Some(&code("estate")), Some(&code("lamps")))
    );
    assert_eq!(take(IncomingMail { subject: String::new(), ..mail("2@x", " ") }), MailTaken::Empty);
    // The address is asked; then an answer is known by what it answers to, or by where it was sent.
    let letters = place.letters();
    assert!(letters[0].lang == "zh-CN" && letters[0].reply.is_some());
    let answer = IncomingMail {
        answers: vec![format!("{}@site.example", letters[0].id)],
        text: "是最东边的\n\n> 请告诉我们在哪里".into(),
        ..mail("3@x", "是最东边的")
    };
    assert_eq!(take(answer.clone()), MailTaken::Added(filed.clone()));
    assert_eq!(take(answer), MailTaken::Again(filed.clone()));
    let to = format!("requests+{}@site.example", letters[0].reply.as_ref().unwrap());
    let answer =
        IncomingMail { to: vec![to.clone()], photos: vec![place.photo(31)], ..mail("4@x", "又坏了") };
    assert_eq!(take(answer), MailTaken::Added(filed.clone()));
    let request = place.one(&filed);
    assert_eq!(
        request.words.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
        ["是最东边的", "又坏了"]
    );
    assert_eq!(request.photos.len(), 2);
    // What is masked or cut of an answer is kept with what was written at first.
    let long = format!("{}，改打13987654321", "长".repeat(3_900));
    let answer = IncomingMail { to: vec![to.clone()], ..mail("7@x", &long) };
    assert_eq!(take(answer), MailTaken::Added(filed.clone()));
    let kept =
        place.runtime.block_on(place.app.reveal(&app::Actor::operator(), &plan, &filed, "回电")).unwrap();
    assert!(kept.text.contains("13812345678") && kept.text.ends_with(&long), "{}", kept.text);
    // A forged mark makes a request of its own.
    let forged = IncomingMail { to: vec![to.replace('.', ".0")], ..mail("5@x", "不是同一件") };
    assert!(matches!(take(forged), MailTaken::New(_)));
    // A long one is cut where it is recorded, not where it is kept; nothing is cut in the middle of a number.
    let long = mail("6@x", &format!("{}13812345678 完", "长".repeat(3_895)));
    let MailTaken::New(cut) = take(long) else { panic!("it is new") };
    assert!(!place.one(&cut).text.contains("138"));
    let kept =
        place.runtime.block_on(place.app.reveal(&app::Actor::operator(), &plan, &cut, "回电")).unwrap();
    assert!(kept.text.ends_with("13812345678 完"));
    // A flood from one address ends.
    let flood: Vec<MailTaken> =
        (0..40).map(|n| take(mail(&format!("f{n}@x"), &format!("第{n}封")))).collect();
    assert_eq!(flood.last(), Some(&MailTaken::TooMany));
    assert_eq!(flood.iter().filter(|taken| matches!(taken, MailTaken::New(_))).count(), 27);
}

fn files_of_mails_that_cannot_be_read_are_told(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    let unread = |name: &str, fault| UnreadFile { name: name.into(), fault };
    let heic = || vec![unread("IMG_2044.HEIC", Some(PhotoFault::Heic))];
    let mail = |id: &str, text: &str| IncomingMail {
        id: id.into(),
        from: "li@example.org".into(),
        text: text.into(),
        own: text.into(),
        unread: heic(),
        ..IncomingMail::default()
    };
    let take = |mail: IncomingMail| place.runtime.block_on(place.app.take_mail(&plan, mail)).unwrap();
    // Nothing but what cannot be read goes back to whoever sent it.
    assert_eq!(take(mail("1@x", " ")), MailTaken::Unreadable);
    let both = IncomingMail {
        unread: vec![unread("清单 13812345678.pdf", Some(PhotoFault::NotAPicture)), unread("", None)],
        ..mail("2@x", "estate小区东门的路灯不亮")
    };
    let MailTaken::New(filed) = take(both) else { panic!("it is new") };
    let notes = place.one(&filed).notes;
    assert_eq!(notes.len(), 1);
    let note = &notes[0].1;
    assert!(note.starts_with("随邮件寄来的 2 个文件无法读取。") && note.contains(".pdf"), "{note}");
    assert!(!note.contains("13812345678"), "{note}");
    let letters = place.letters();
    assert!(letters[0].text.contains("随邮件寄来的文件有一部分无法读取"), "{}", letters[0].text);
    // The same of answers.
    let answers = || vec![format!("{}@site.example", letters[0].id)];
    let empty = IncomingMail { subject: "Re: 路灯".into(), answers: answers(), ..mail("3@x", "") };
    assert_eq!(take(empty), MailTaken::Unreadable);
    let answer = IncomingMail { answers: answers(), ..mail("4@x", "照片见附件") };
    assert_eq!(
        (take(answer.clone()), take(answer)),
        (MailTaken::Added(filed.clone()), MailTaken::Again(filed.clone()))
    );
    let held = place.one(&filed);
    assert_eq!((held.words.len(), held.notes.len()), (1, 2));
    assert!(held.notes[1].1.contains("IMG_2044.HEIC"));
}

fn photos_of_those_who_go_along_reach_the_one_that_is_handled(scratch: Scratch) {
    let place = Place::open(scratch);
    let master = place.file(new("东门的路灯不亮", "m"));
    let same = place.file(new("东门路灯又不亮", "s"));
    place.act("desk", &same, RequestAct::Merge { master: master.clone() }).unwrap();
    place.act("town", &master, step(RequestStep::Accept)).unwrap();
    // Sent by anybody who asked, a photo answers as well as words do.
    for (at, (secret, notes)) in [("s", 1), ("m", 1)].into_iter().enumerate() {
        let question = RequestAct::AskResident { question: "请拍一张照片".into() };
        place.act("town", &master, question).unwrap();
        let photos = vec![place.photo(90 + at as u8), place.photo(100 + at as u8)];
        place.by_link(secret, RequestAct::AddPhotos { shows: PhotoShows::Matter, photos }).unwrap();
        let held = place.one(&master);
        assert_eq!((held.state, held.notes.len()), (RequestState::Accepted, notes), "{secret}");
        assert!(held.notes[0].1.contains(same.as_str()));
    }
    assert_eq!((place.one(&same).photos.len(), place.one(&master).photos.len()), (2, 2));
}

on_both!(
    photos_of_those_who_go_along_reach_the_one_that_is_handled,
    mails_become_requests_once_and_answers_find_theirs,
    files_of_mails_that_cannot_be_read_are_told,
    photos_are_seen_by_those_who_may,
    files_that_are_no_photos_are_told,
    an_address_is_confirmed_before_it_is_told_anything,
    askers_are_told_each_thing_once,
    followers_are_told_by_mail,
    photos_and_addresses_are_copied_and_kept_for_a_time,
    backups_keep_photos_and_readers
);
