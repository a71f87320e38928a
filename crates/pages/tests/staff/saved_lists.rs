//! Lists that people keep: their own, shared ones, and what is refused.

use app::Actor;
use app::saved_list::Wanted;
use domain::code::Code;
use domain::saved_list::{LISTS_MOST, Sharing};

use crate::site::{PLAN, Reader, site};

async fn keep(reader: &Reader<'_>, name: &str, query: &str, sharing: &str) -> crate::site::Answer {
    let fields = [("name", name), ("query", query), ("sharing", sharing)];
    reader.post(&format!("{PLAN}/ledger/lists"), &fields).await
}

/// The address at which the list of a name is changed.
fn address_of(page: &str, name: &str) -> String {
    let at = page.find(&format!("value=\"{name}\"")).expect("the list's own form");
    let from = page[..at].rfind("action=\"").unwrap() + 8;
    page[from..].split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_kept_found_renamed_and_thrown_away() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let lists = format!("{PLAN}/ledger/lists");
    reader.get(&lists).await.is(200).says("None yet");
    let query = "standing=all&kind=whistle&nonsense=1&after=HT-1&key=x";
    keep(&reader, "All whistles", query, "").await.is(303);
    // Only what the ledger asks for is kept, and from its first page on.
    let ledger = reader.get(&format!("{PLAN}/ledger?standing=all&kind=whistle")).await;
    let held = "ledger?kind=whistle&#38;standing=all\" aria-current=\"true\">All whistles<";
    ledger.is(200).says(held);
    // How many it has is said where lists are kept.
    let kept = reader.get(&lists).await;
    let shown = kept.body.split("All whistles</a> <b>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    ledger.says(&format!("{shown} items"));
    reader.get(&format!("{PLAN}/desk")).await.is(200).says("All whistles");
    // Others see nothing of it.
    let department = site.sign_in("department").await;
    assert!(!department.get(&format!("{PLAN}/ledger")).await.is(200).body.contains("All whistles"));

    let address = address_of(&reader.get(&lists).await.body, "All whistles");
    department.post(&address, &[("name", "Mine now"), ("sharing", "")]).await.is(404);
    reader.post(&address, &[("name", "Whistles"), ("sharing", "plan")]).await.is(303);
    department.get(&format!("{PLAN}/ledger")).await.is(200).says("Whistles").says("kind=whistle");
    department.post(&address, &[("drop", "1")]).await.is(404);
    reader.post(&address, &[("drop", "1")]).await.is(303);
    reader.get(&lists).await.is(200).says("None yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_right_is_said_at_the_list() {
    let site = site();
    let department = site.sign_in("department").await;
    keep(&department, " ", "", "").await.is(422).says("Give the list a name");
    keep(&department, &"x".repeat(61), "", "").await.is(422).says("At most 60 characters");
    keep(&department, "Ours", "light=red", "plan").await.is(422).says("You may not share");
    keep(&department, "Ours", "light=red", "unit:changping-education").await.is(303);
    keep(&department, "Ours", "light=red", "").await.is(422).says("You have a list of this name");
    keep(&department, "Ours", "", "everyone").await.is(400);
    for n in 1..LISTS_MOST {
        keep(&department, &format!("List {n}"), "", "").await.is(303);
    }
    keep(&department, "One more", "", "").await.is(422).says("You keep 30 lists already");
    let page = department.get(&format!("{PLAN}/ledger/lists")).await;
    assert_eq!(page.missing_words(), Vec::<String>::new());
    let address = address_of(&page.body, "List 1");
    let twice = department.post(&address, &[("name", "Ours"), ("sharing", "")]).await;
    twice.is(422).says("aria-invalid").says("You have a list of this name");
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_lists_others_share_each_is_found() {
    let site = site();
    let plan = Code::new("huitian-2018").unwrap();
    // Two people share more than one person keeps.
    let many = LISTS_MOST + 5;
    for n in 0..many {
        let whose = if n < LISTS_MOST { "task-force" } else { "supervision" };
        let actor: Actor = site.app.actor(&Code::new(whose).unwrap()).await.unwrap().unwrap();
        let wanted = Wanted {
            name: format!("Shared {n:02}"),
            query: Some("light=red".into()),
            sharing: Sharing::Plan,
        };
        site.app.save_list(&actor, &plan, wanted).await.unwrap();
    }
    let department = site.sign_in("department").await;
    let lists = department.get(&format!("{PLAN}/ledger/lists")).await;
    for n in 0..many {
        lists.says(&format!("Shared {n:02}</a> <b>"));
    }
    // The ledger shows as many as are of use there, and where all of them are.
    let ledger = department.get(&format!("{PLAN}/ledger")).await;
    ledger.is(200).says("Shared 29").says(&format!("All {many} lists"));
    assert!(!ledger.body.contains("Shared 30"));
}
