//! Requests that have much in common with a text, and photos that wait for theirs.

use domain::code::Code;
use domain::fact::Fact;
use domain::journal::{Draft, Event, Seq};
use domain::request::pieces::Pieces;
use domain::request::{Channel, Intake, Place, RequestFact, RequestKind};
use domain::subject::Subject;
use jiff::civil::date;
use scratch::Scratch;
use store::{Database, PhotoOf, SealedPhoto, StoreError, Tx};

use crate::books::{append, code, draft, fill, open, plan};

crate::on_both!(
    what_has_rare_pieces_in_common_is_found_anywhere_in_its_plan,
    what_has_only_frequent_pieces_is_found_by_many_of_them,
    the_oldest_of_too_many_drafts_go,
);

fn said(plan: &Code, number: &str, text: &str) -> Draft {
    let intake = Intake {
        kind: RequestKind::Complaint,
        channel: Channel::Site,
        at: date(2026, 3, 1).at(8, 0, 0, 0),
        title: String::new(),
        text: text.into(),
        number: String::new(),
        program: String::new(),
        public: false,
    };
    let place = Place { areas: vec![code("town")], address: String::new(), point: None };
    let facts: Vec<Fact> = vec![RequestFact::Intake(intake).into(), RequestFact::Place(place).into()];
    draft(&Subject::request(plan, &code(number)), date(2026, 3, 1), Event::Registered { facts })
}

fn found(database: &Database, own: Option<Seq>, text: &str, limit: usize) -> Vec<String> {
    let pieces = Pieces::of(text).all();
    let rows = database.read(|c| c.requests_sharing((&plan(), own), &pieces, limit)).unwrap();
    rows.into_iter().map(|row| row.code.to_string()).collect()
}

fn what_has_rare_pieces_in_common_is_found_anywhere_in_its_plan(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let letter = "锅炉房夜间鼓风机轰鸣，窗户关严也无济于事，老人整宿难眠";
    let entries = append(
        &database,
        100,
        vec![
            said(&plan(), "a", letter),
            said(&plan(), "b", "锅炉房夜间鼓风机轰鸣，老人整宿难眠，盼尽早处理"),
            said(&plan(), "c", "停水两天没人管"),
            said(&code("q"), "d", letter),
        ],
    );
    let own = entries.unwrap()[0].seq;
    assert_eq!(found(&database, Some(own), letter, 9), ["b"]);
    assert_eq!(found(&database, None, letter, 9), ["a", "b"]);
    assert_eq!(found(&database, None, letter, 1), ["a"]);
    assert!(found(&database, None, "", 9).is_empty());
    assert!(found(&database, None, "“'\"&|!:*", 9).is_empty());
}

fn what_has_only_frequent_pieces_is_found_by_many_of_them(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let one = |at: usize| match at % 2 {
        0 => said(&plan(), &format!("r-{at}"), "楼下停车"),
        _ => said(&plan(), &format!("r-{at}"), "路灯不亮"),
    };
    append(&database, 100, (0..900).map(one).collect()).unwrap();
    append(&database, 2_000, vec![said(&plan(), "both", "楼下停车，路灯不亮")]).unwrap();
    assert_eq!(found(&database, None, "楼下停车路灯不亮", 5).first().map(String::as_str), Some("both"));
    assert_eq!(found(&database, None, "路灯不亮", 5).len(), 5);
}

fn the_oldest_of_too_many_drafts_go(scratch: &Scratch) {
    let database = open(scratch);
    let photo = |at: i64| SealedPhoto {
        plan: plan(),
        photo: code(&format!("f{at}")),
        key_id: "k".into(),
        picture: vec![1],
        small: vec![2],
        size: (4, 3),
        small_size: (2, 1),
        created_at: at,
        shown: false,
    };
    let put = |draft: &'static str, at: i64| {
        let (held, request) = (photo(at), code("r-1"));
        let of = move |tx: &mut Tx| {
            let of = if draft.is_empty() { PhotoOf::Request(&request) } else { PhotoOf::Draft(draft) };
            tx.put_photo(of, &held)
        };
        database.write::<_, StoreError>(of).unwrap();
    };
    for at in 10..16 {
        put(if at % 2 == 0 { "even" } else { "odd" }, at);
    }
    put("", 1);
    let clear = |before, most| {
        database.write::<_, StoreError>(move |tx| tx.clear_drafts(before, most)).unwrap();
    };
    let left = || -> Vec<usize> {
        let of = [PhotoOf::Draft("even"), PhotoOf::Draft("odd"), PhotoOf::Request(&code("r-1"))];
        of.map(|of| database.read(|c| c.photo_sizes(&plan(), of)).unwrap().len()).to_vec()
    };
    clear(11, 10);
    assert_eq!(left(), [2, 3, 1]);
    clear(0, 2);
    assert_eq!(left(), [1, 1, 1]);
    clear(0, 2);
    assert_eq!(left(), [1, 1, 1]);
    clear(0, 0);
    assert_eq!(left(), [0, 0, 1]);
}
