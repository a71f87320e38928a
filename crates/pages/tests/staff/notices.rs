//! What people are told, on their own pages; and the delivery, for those who keep it.

use domain::code::Code;
use domain::notice::{EventKey, Notice, Said, SitePath, Topic};
use store::StoreError;

use super::site::{Site, site};

/// Tells a person so many things.
async fn tell(site: &Site, person: &str, count: usize) {
    let (person, now) = (Code::new(person).unwrap(), site.app.clock().now());
    let notice = |n: usize| Notice {
        event: EventKey::new(format!("entry-{n}/x")).unwrap(),
        topic: Topic::Item,
        urgent: n == 0,
        subject: None,
        said: Said::new("told-cleared").text("name", format!("matter {n}")),
        link: SitePath::new("/p/huitian-2018/ledger").unwrap(),
    };
    let told: usize = site
        .app
        .database()
        .write_async::<_, StoreError>(move |tx| {
            let to = [app::notify::Recipient::Person(person.clone())];
            (0..count).map(|n| app::notify::tell(tx, &notice(n), &to, now)).sum()
        })
        .await
        .unwrap();
    assert_eq!(told, count);
}

#[tokio::test]
async fn notices_are_read_one_by_one_and_all_at_once() {
    let site = site();
    tell(&site, "task-force", 35).await;
    let reader = site.sign_in("task-force").await;
    let first = reader.get("/notices").await;
    first.is(200).says("Cleared: matter 9").says("Notices, 35 unread");
    assert_eq!(first.missing_words(), Vec::<String>::new());
    let next = first.body.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = reader.get(&next.replace("&amp;", "&").replace("&#38;", "&")).await;
    second.is(200);
    assert_eq!(second.body.matches("action=\"/notices/read\"").count(), 5, "the rest");
    // Reading one leads where it leads, and never off the site.
    let event = first.value("event");
    let link = "/p/huitian-2018/ledger";
    assert_eq!(reader.post("/notices/read", &[("event", &event), ("link", link)]).await.location, link);
    let evil = reader.post("/notices/read", &[("event", &event), ("link", "//evil.example")]).await;
    assert_eq!(evil.location, "/notices");
    reader.get("/notices").await.says("34 unread");
    // Another person's page has none of it.
    let other = site.sign_in("department").await;
    assert!(!other.get("/notices").await.body.contains("matter 9"));
    other.post("/notices/read-all", &[("shown_at", "9000000000000000")]).await.is(303);
    reader.get("/notices").await.says("34 unread");
    reader.post("/notices/read-all", &[("shown_at", &first.value("shown_at"))]).await.is(303);
    reader.get("/notices?show=unread").await.says("There are no notices.");
    site.sign_in("").await.get("/notices").await.is(303);
}

#[tokio::test]
async fn settings_are_kept_and_a_time_that_is_none_is_refused() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let mut fields = vec![
        ("topic_item", "email"),
        ("language", "en"),
        ("rhythm", "daily"),
        ("digest_time", "07:45"),
        ("digest_day", "3"),
        ("quiet_from", "22:00"),
        ("quiet_until", "07:00"),
    ];
    let saved = reader.post("/notices/preferences", &fields).await;
    reader.get(&saved.location).await.is(200).says("07:45").says("22:00").says("Saved.");
    let held = site.app.preferences(&Code::new("task-force").unwrap()).await.unwrap();
    assert_eq!(held.channels(Topic::Item).len(), 1);
    assert!(held.channels(Topic::Report).is_empty() && held.quiet.is_some());
    fields[6].1 = "";
    reader.post("/notices/preferences", &fields).await.is(422).says("Write a time such as 08:30.");
    fields[5].1 = "";
    reader.post("/notices/preferences", &fields).await.is(303);
    let held = site.app.preferences(&Code::new("task-force").unwrap()).await.unwrap();
    assert_eq!(held.quiet, None);
}

#[tokio::test]
async fn a_calendar_is_opened_by_its_address_until_it_is_revoked() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let made = reader.post("/calendars", &[("covers", "plan:huitian-2018")]).await;
    let shown = made.is(200).body.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    let address = shown.replace("&amp;", "&").replace("&#38;", "&");
    let (_, path) = address.split_at(address.find("/calendar.ics").unwrap());
    let nobody = site.sign_in("").await;
    nobody.get(path).await.is(200).says("BEGIN:VCALENDAR").says("X-WR-CALNAME:Huitian");
    let list = reader.get("/calendars").await;
    let secret = path.split("key=").nth(1).unwrap().split('&').next().unwrap();
    assert!(!list.body.contains(secret), "it is shown once");
    let revoke = list.body.split("action=\"/calendars/").nth(1).unwrap().split('"').next().unwrap();
    // Only by its owner.
    let other = site.sign_in("department").await;
    other.post(&format!("/calendars/{revoke}"), &[]).await.is(404);
    reader.post(&format!("/calendars/{revoke}"), &[]).await.is(303);
    nobody.get(path).await.is(404);
    reader.post("/calendars", &[("covers", "unit:changping-education")]).await.is(422);
}

#[tokio::test]
async fn the_delivery_is_for_those_who_keep_it() {
    let site = site();
    tell(&site, "task-force", 2).await;
    site.app
        .database()
        .write_async::<_, StoreError>(|tx| {
            let sql =
                "UPDATE job SET settled_at = 1, outcome = 'dead', answer = '550 no such box', tries = 3";
            tx.writing().execute(sql, &[])
        })
        .await
        .unwrap();
    let keeper = site.sign_in("admin").await;
    let shown = keeper.get("/admin/delivery").await;
    shown.is(200).says("550 no such box").says("3 tries");
    assert_eq!(shown.missing_words(), Vec::<String>::new());
    let key = shown.value("key");
    let stranger = site.sign_in("task-force").await;
    stranger.get("/admin/delivery").await.is(403);
    for path in ["resend", "resend-all", "discard"] {
        stranger.post(&format!("/admin/delivery/{path}"), &[("key", &key)]).await.is(403);
    }
    keeper.post("/admin/delivery/discard", &[("key", &key)]).await.is(303);
    keeper.post("/admin/delivery/discard", &[("key", &key)]).await.is(404);
    keeper.post("/admin/delivery/resend-all", &[]).await.is(303);
    let sizes = site.app.queue_sizes().await.unwrap();
    assert_eq!((sizes.open, sizes.dead), (1, 0));
    keeper.post("/admin/delivery/test", &[("webhook", "none-such")]).await.is(404);
}
