//! Posts of forums: each once, added to when it reads otherwise or is followed, on both databases.

use crate::place::*;
use app::read::Asked;
use app::request::{
    Datum, Erase, Forum, PlaceFault, Post, PostOutcome, PostTaken, RequestAct, SignatureFault, Stated,
};
use app::{Actor, Secret};
use domain::area::AreaFact;
use domain::boundary::Boundary;
use domain::code::Code;
use domain::command::Command;
use domain::request::{Channel, Request, RequestState, RequestStep};
use domain::subject::Subject;
use jiff::civil::date;
use scratch::Scratch;

fn forum(id: &str) -> Forum {
    Forum {
        plan: code("p"),
        id: code(id),
        name: "社区网".into(),
        secret: Some(Secret::new("a very secret text")),
        datum: Datum::Gcj02,
        public: true,
        categories: [("照明".to_owned(), code("lamps"))].into(),
        per_hour: 600,
    }
}

fn post(id: &str, text: &str) -> Post {
    Post { id: id.into(), text: text.into(), author: "小区居民".into(), ..Post::default() }
}

impl Place {
    fn take(&self, post: Post) -> PostTaken {
        self.told(&forum("f"), post).taken
    }

    fn told(&self, forum: &Forum, post: Post) -> PostOutcome {
        self.runtime.block_on(self.app.take_post(forum, post, None)).unwrap()
    }

    fn request(&self, request: &Code) -> Request {
        self.runtime.block_on(self.app.request(&code("p"), request, Asked::default())).unwrap().0
    }
}

fn taken_new(taken: PostTaken) -> (Code, String) {
    match taken {
        PostTaken::New { request, secret } => (request, secret),
        other => panic!("{other:?}"),
    }
}

fn a_post_is_a_request_once_and_what_changes_is_added(scratch: Scratch) {
    let place = Place::open(scratch);
    let first = Post {
        title: "estate小区东门路灯不亮".into(),
        link: "https://forum.example.org/1".into(),
        category: "照明".into(),
        ..post("1", "三天了，请回电13812345678")
    };
    let (filed, secret) = taken_new(place.take(first.clone()));
    let held = place.request(&filed);
    assert_eq!((held.channel, held.state), (Channel::DirectChannel, RequestState::Assigned));
    assert_eq!((held.text.as_str(), held.category.clone()), ("三天了，请回电***", Some(code("lamps"))));
    assert_eq!(held.areas, [code("estate")]);
    let known = PostTaken::Again { request: filed.clone(), secret: secret.clone() };
    assert_eq!(place.take(first.clone()), known);
    // In another forum it is another one.
    let other = place.told(&forum("g"), Post { id: "1".into(), ..post("1", "停水了") }).taken;
    assert_ne!(taken_new(other).0, filed);

    let edited = Post { text: "五天了，还是不亮".into(), ..first };
    assert_eq!(place.take(edited.clone()), PostTaken::Added(filed.clone()));
    assert_eq!(place.request(&filed).words.last().unwrap().1, "五天了，还是不亮");
    assert!(matches!(place.take(edited), PostTaken::Again { .. }));

    // A follow-up of the same person is their word; of another one, a note; each once.
    let follow = |id: &str, text: &str, author: &str| Post {
        follows: "1".into(),
        author: author.into(),
        ..post(id, text)
    };
    assert_eq!(place.take(follow("2", "来人看过了", "小区居民")), PostTaken::Added(filed.clone()));
    assert_eq!(place.take(follow("3", "我家这边也是", "邻居")), PostTaken::Added(filed.clone()));
    assert!(matches!(place.take(follow("3", "我家这边也是", "邻居")), PostTaken::Again { .. }));
    assert_eq!(place.take(Post { follows: "99".into(), ..post("4", "?") }), PostTaken::UnknownPost);
    let held = place.request(&filed);
    let words: Vec<&str> = held.words.iter().map(|word| word.1.as_str()).collect();
    assert_eq!(words, ["五天了，还是不亮", "来人看过了"]);
    assert!(held.notes.last().unwrap().1.ends_with("我家这边也是"));
    // What is masked of more words is kept with who asked.
    assert_eq!(place.take(follow("6", "改打13987654321", "小区居民")), PostTaken::Added(filed.clone()));
    assert_eq!(place.request(&filed).words.last().unwrap().1, "改打***");
    let known = place.runtime.block_on(place.app.reveal(&Actor::operator(), &code("p"), &filed, "回电"));
    let text = known.unwrap().text;
    assert!(text.contains("13812345678") && text.ends_with("改打13987654321"), "{text}");
    // Whoever posted acts by the link that the forum was told.
    assert!(place.by_link(&secret, step(RequestStep::Withdraw)).is_ok());
    // Nothing of whoever posted stands in the journal.
    let entries = place.app.database().read(|c| c.entries_after(domain::journal::Seq(0), 1_000)).unwrap();
    let journal = format!("{entries:?}");
    assert!(
        !journal.contains("小区居民")
            && !journal.contains("forum.example.org")
            && !journal.contains("138123")
    );
    assert_eq!(place.take(post(" ", "x")), PostTaken::Empty);
    assert_eq!(place.take(post("5", " ")), PostTaken::Empty);
}

fn what_was_erased_does_not_come_back_and_floods_are_held_up(scratch: Scratch) {
    let place = Place::open(scratch);
    let (filed, secret) = taken_new(place.take(post("1", "路灯不亮，estate小区")));
    place.by_link(&secret, step(RequestStep::Withdraw)).unwrap();
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    let plan = code("p");
    let erase = place.app.erase(&desk, &plan, &filed, "本人申请", Erase::Everything);
    place.runtime.block_on(erase).unwrap();
    // A feed that still has it, one in which it reads otherwise, and whoever follows it.
    assert!(matches!(place.take(post("1", "路灯不亮，estate小区")), PostTaken::Again { .. }));
    assert_eq!(place.take(post("1", "路灯还不亮")), PostTaken::Erased);
    assert_eq!(place.take(Post { follows: "1".into(), ..post("2", "一样") }), PostTaken::Erased);
    let found = place.request(&filed);
    assert!(found.erased && found.words.is_empty());

    for number in 0..30 {
        taken_new(place.take(post(&format!("flood-{number}"), &format!("路灯{number}"))));
    }
    assert_eq!(place.take(post("flood-30", "路灯30")), PostTaken::TooMany);
    // Others are not held up, until the forum has sent too many.
    let of = |id: &str, author: &str| Post { author: author.into(), ..post(id, "路灯") };
    taken_new(place.take(of("other", "别人")));
    let narrow = Forum { per_hour: 32, ..forum("f") };
    assert_eq!(place.told(&narrow, of("more", "第三人")).taken, PostTaken::TooMany);
    place.day(date(2019, 3, 5), 10);
    taken_new(place.told(&narrow, of("more", "第三人")).taken);
}

fn places_are_put_right_or_left_to_the_desk(scratch: Scratch) {
    let place = Place::open(scratch);
    let around = "POLYGON ((116.32 40.06, 116.35 40.06, 116.35 40.08, 116.32 40.08, 116.32 40.06))";
    let facts = vec![AreaFact::Boundary { boundary: Boundary::parse(around).unwrap() }.into()];
    let command = Command::Record { subject: Subject::area(&code("town")), facts, expected: None };
    place.change(command);
    let at = |id: &str, longitude, latitude| Post {
        stated: Stated::new(longitude, latitude, Datum::Gcj02),
        ..post(id, "路灯不亮")
    };
    for (id, longitude, latitude, swapped) in
        [("1", 116.342373, 40.071534, false), ("2", 40.071534, 116.342373, true)]
    {
        let told = place.told(&forum("f"), at(id, longitude, latitude));
        assert_eq!((told.swapped, told.misplaced), (swapped, None));
        let held = place.request(&taken_new(told.taken).0);
        let point = held.point.unwrap();
        assert!((point.longitude - 116_336_200).abs() < 3 && (point.latitude - 40_070_200).abs() < 3);
        assert_eq!((held.areas, held.state), (vec![code("town")], RequestState::Assigned));
    }
    // Nothing is lost of one that is far away: somebody asks where it is.
    let told = place.told(&forum("f"), at("3", 121.4737, 31.2304));
    assert_eq!(told.misplaced, Some(PlaceFault::Outside));
    let held = place.request(&taken_new(told.taken).0);
    assert_eq!((held.point, held.areas, held.state), (None, Vec::new(), RequestState::Received));
}

fn signed_messages_are_believed_for_a_time_and_once(scratch: Scratch) {
    let place = Place::open(scratch);
    let (forum, now) = (forum("f"), place.clock_now());
    let sign =
        |seconds: i64, body: &str| format!("sha256={}", forum.secret.as_ref().unwrap().sign(seconds, body));
    let check = |seconds: i64, signature: &str, body: &str| {
        forum.check(&seconds.to_string(), signature, body.as_bytes(), now)
    };
    let at = now.as_second();
    for off in [-300, 0, 300] {
        assert!(check(at + off, &sign(at + off, "b"), "b").is_ok(), "{off}");
    }
    for then in [at - 301, at + 301, i64::MIN, i64::MAX, 0] {
        assert_eq!(check(then, &sign(then, "b"), "b"), Err(SignatureFault::Clock), "{then}");
    }
    assert_eq!(check(at, &sign(at, "b"), "c"), Err(SignatureFault::Wrong));
    assert_eq!(check(at, &sign(at, "b")[7..], "b"), Err(SignatureFault::Wrong));
    let silent = Forum { secret: None, ..forum.clone() };
    let told = silent.check(&at.to_string(), &sign(at, "b"), b"b", now);
    assert_eq!(told, Err(SignatureFault::Wrong));

    let send = |post: Post, seconds: i64, body: &str| {
        let signed = check(seconds, &sign(seconds, body), body).unwrap();
        place.runtime.block_on(place.app.take_post(&forum, post, Some(signed))).unwrap().taken
    };
    taken_new(send(post("1", "路灯不亮"), at, "one"));
    assert_eq!(send(post("1", "路灯不亮"), at, "one"), PostTaken::Replayed);
    // Signed again, it is the same post.
    assert!(matches!(send(post("1", "路灯不亮"), at + 1, "one"), PostTaken::Again { .. }));
    // What was refused may be sent again as it is.
    let follow = Post { follows: "2".into(), ..post("3", "还不亮") };
    assert_eq!(send(follow.clone(), at, "three"), PostTaken::UnknownPost);
    taken_new(send(post("2", "停水"), at, "two"));
    assert!(matches!(send(follow, at, "three"), PostTaken::Added(_)));
}

fn a_post_counts_from_when_it_was_made_unless_it_is_brought_late(scratch: Scratch) {
    let place = Place::open(scratch);
    let now = place.clock_now();
    let hours = |hours: i64| Some(now - jiff::SignedDuration::from_hours(hours));
    for (id, at, counted) in [("1", hours(2), 2), ("2", hours(25), 0), ("3", hours(-1), 0), ("4", None, 0)] {
        let (filed, _) = taken_new(place.take(Post { at, ..post(id, "路灯不亮") }));
        let received = place.request(&filed).received;
        assert_eq!(place.app.wall().duration_since(received).as_hours(), counted, "{id}");
    }
}

fn what_is_added_to_a_merged_one_stands_there_and_is_told_where_it_is_handled(scratch: Scratch) {
    let place = Place::open(scratch);
    let (first, _) = taken_new(place.take(post("1", "estate小区东门路灯不亮")));
    let master = place.file(new("东门的路灯不亮", "m"));
    place.act("desk", &first, RequestAct::Merge { master: master.clone() }).unwrap();
    place.act("town", &master, step(RequestStep::Accept)).unwrap();
    place.act("town", &master, RequestAct::AskResident { question: "哪一盏灯？".into() }).unwrap();
    let follow = |id: &str, text: &str, author: &str| Post {
        follows: "1".into(),
        author: author.into(),
        ..post(id, text)
    };
    assert_eq!(place.take(follow("2", "最东边的", "小区居民")), PostTaken::Added(first.clone()));
    let (merged, held) = (place.request(&first), place.request(&master));
    assert_eq!((merged.words.last().unwrap().1.as_str(), held.state), ("最东边的", RequestState::Accepted));
    assert!(held.notes[0].1.contains(first.as_str()) && !held.notes[0].1.contains("最东边的"));
    // What others say of it is noted where it is handled.
    assert_eq!(place.take(follow("3", "我家这边也是", "邻居")), PostTaken::Added(master.clone()));
    assert!(place.request(&master).notes.last().unwrap().1.ends_with("我家这边也是"));
    assert_eq!(place.request(&first).words.len(), 1);
}

on_both!(
    what_is_added_to_a_merged_one_stands_there_and_is_told_where_it_is_handled,
    a_post_is_a_request_once_and_what_changes_is_added,
    what_was_erased_does_not_come_back_and_floods_are_held_up,
    places_are_put_right_or_left_to_the_desk,
    signed_messages_are_believed_for_a_time_and_once,
    a_post_counts_from_when_it_was_made_unless_it_is_brought_late
);
