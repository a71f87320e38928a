//! Photos: who sees which, and how many there may be.

use domain::request::{PhotoShows, RequestFact, RequestState};
use proptest::prelude::*;
use std::collections::BTreeMap;

use super::{Books, at, code};

/// What is done with photos: added, looked at, the request shown or hidden, whoever asked erased.
#[derive(Debug, Clone, Copy)]
enum PhotoDeed {
    Add(u8, PhotoShows),
    Review(u8, bool),
    Publish(bool),
    Erase,
}

fn photo_deed() -> impl Strategy<Value = PhotoDeed> {
    let shows = prop::sample::select(PhotoShows::ALL);
    prop_oneof![
        3 => (0u8..4, shows).prop_map(|(photo, shows)| PhotoDeed::Add(photo, shows)),
        3 => (0u8..4, any::<bool>()).prop_map(|(photo, shown)| PhotoDeed::Review(photo, shown)),
        2 => any::<bool>().prop_map(PhotoDeed::Publish),
        1 => Just(PhotoDeed::Erase),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Everybody sees a photo only while the request is shown, somebody has let it be seen, and it was not erased;
    /// whoever asked always sees their own.
    #[test]
    fn nobody_sees_a_photo_before_somebody_has_looked(deeds in prop::collection::vec(photo_deed(), 1..25)) {
        let mut books = Books::new();
        books.bring("r", RequestState::InProgress);
        let (mut shown, mut seen) = (false, BTreeMap::<u8, (PhotoShows, Option<bool>, bool)>::new());
        let name = |photo: u8| code(&format!("photo-{photo}"));
        for (number, deed) in deeds.into_iter().enumerate() {
            // Said again word for word, nothing is recorded.
            let reason = format!("理由{number}");
            let fact = match deed {
                PhotoDeed::Add(photo, shows) => {
                    RequestFact::Photo { photo: name(photo), shows, at: at(10, number as i8) }
                }
                PhotoDeed::Review(photo, shown) => RequestFact::PhotoReview { photo: name(photo), shown, reason },
                PhotoDeed::Publish(shown) => RequestFact::Publication { shown, reason },
                PhotoDeed::Erase => {
                    RequestFact::Erased { at: at(10, 0), reason, words: false, redacted: Vec::new() }
                }
            };
            let taken = books.record("someone", "r", vec![fact]).is_ok();
            match deed {
                PhotoDeed::Add(photo, shows) => {
                    prop_assert!(taken);
                    // Sent again after it was erased, it is there again, and nobody has looked yet.
                    let held = seen.entry(photo).or_insert((shows, None, false));
                    *held = if held.2 { (shows, None, false) } else { (shows, held.1, false) };
                }
                PhotoDeed::Review(photo, wanted) => match seen.get_mut(&photo) {
                    Some((_, review, gone)) if !*gone || !wanted => {
                        prop_assert!(taken);
                        *review = Some(wanted);
                    }
                    _ => prop_assert!(!taken),
                },
                PhotoDeed::Publish(wanted) => shown = if taken { wanted } else { shown },
                PhotoDeed::Erase => {
                    for (shows, _, gone) in seen.values_mut() {
                        *gone |= *shows == PhotoShows::Matter;
                    }
                }
            }
            let request = books.request("r");
            prop_assert_eq!(request.photos.len(), seen.len());
            for (photo, (shows, review, gone)) in &seen {
                let public = request.public_photos().any(|held| held.photo == name(*photo));
                prop_assert_eq!(public, shown && *review == Some(true) && !*gone);
                let own = request.photos_of_asker().any(|held| held.photo == name(*photo));
                prop_assert_eq!(own, !*gone && (*shows == PhotoShows::Matter || *review != Some(false)));
            }
        }
    }
}

#[test]
fn a_request_takes_so_many_photos_and_evidence_only_of_who_has_it() {
    let mut books = Books::new();
    books.file("r");
    let photo =
        |number: usize, shows| RequestFact::Photo { photo: code(&format!("n{number}")), shows, at: at(9, 0) };
    assert!(books.record("someone", "r", vec![photo(0, PhotoShows::After)]).is_err(), "nobody has it yet");
    let most = domain::request::photo::PHOTOS_MOST;
    let all = (0..most).map(|number| photo(number, PhotoShows::Matter)).collect();
    books.record("someone", "r", all).unwrap();
    assert!(books.record("someone", "r", vec![photo(most, PhotoShows::Matter)]).is_err());
    // A reason is looked through like every other text.
    let reason = "张三丰的电话13812345678".to_owned();
    let hide = RequestFact::PhotoReview { photo: code("n1"), shown: false, reason };
    assert!(books.record("someone", "r", vec![hide.clone()]).is_err());
    assert!(books.record("someone", "r", vec![hide.masked()]).is_ok());
}
