//! Entries about items: told in words with the names of people, and put right where the rules allow it.

use app::read::Asked;
use domain::code::Code;
use domain::item::{Item, ItemFact, State, Step};
use domain::subject::Subject;

use crate::site::{Answer, PLAN, Site, site};

const SOURCE: (&str, &str) = ("source_unit", "bj-task-force");

async fn item(site: &Site, code: &str) -> Item {
    let plan = Code::new("huitian-2018").unwrap();
    site.app.item(&plan, &Code::new(code).unwrap(), Asked::default()).await.unwrap().0
}

/// A task that was cleared, with the entry of one of its moves.
async fn cleared(site: &Site, step: Step) -> (String, u64) {
    for n in 1..100 {
        let code = format!("HT-TSK-{n:03}");
        let task = item(site, &code).await;
        if task.state == State::Cleared || task.state == State::Filed {
            return (code, task.moves.iter().find(|moved| moved.step == step).unwrap().seq.0);
        }
    }
    panic!("no task was cleared");
}

/// The form as it opened, with some fields typed anew.
fn typed(form: &Answer, fields: &[(&'static str, &str)]) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    out.push(("version".into(), form.value("version")));
    out
}

fn pairs(typed: &[(String, String)]) -> Vec<(&str, &str)> {
    typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_told_with_names_not_with_accounts() {
    let site = site();
    let (code, _) = cleared(&site, Step::Verify).await;
    let reader = site.sign_in("task-force").await;
    let task = item(&site, &code).await;
    let by = task.moves[0].by.clone().unwrap();
    let signer = site.app.signers().await.unwrap().get(&by).unwrap();
    let page = reader.get(&format!("{PLAN}/items/{code}")).await;
    page.is(200).says(&signer.name).says(&format!("/items/{code}/history"));
    let history = reader.get(&format!("{PLAN}/items/{code}/history")).await;
    history.is(200).says(&signer.name).says("Correct this entry").says("Verify");
    assert_eq!(history.missing_words(), Vec::<String>::new());
    // Who is not staff reads none of it.
    assert_ne!(site.sign_in("").await.get(&format!("{PLAN}/items/{code}/history")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_report_is_put_right_from_the_items_history() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let (code, _) = cleared(&site, Step::Verify).await;
    let subject = Subject::item(&Code::new("huitian-2018").unwrap(), &Code::new(&code).unwrap());
    let history = site.app.subject(&subject).await.unwrap().unwrap();
    let said = |fact: &domain::history::RecordedFact| {
        matches!(fact.fact, domain::fact::Fact::Item(ItemFact::Evidence { .. }))
    };
    let seq = history.facts().iter().find(|fact| said(fact)).unwrap().seq.0;
    let entry = site.app.entry(domain::journal::Seq(seq)).await.unwrap().unwrap();
    let form = reader.get(&format!("/audit/{seq}/correct")).await;
    form.is(200);
    let mut fields = vec![("effective".to_owned(), entry.draft.effective.to_string())];
    fields.extend(typed(&form, &[SOURCE, ("reason", "Wrong title")]));
    for (at, fact) in entry.draft.event.facts().iter().enumerate() {
        fields.push((format!("f{at}-withdraw"), "no".into()));
        let domain::fact::Fact::Item(fact) = fact else { panic!("about an item") };
        match fact {
            ItemFact::Evidence { key, url, .. } => {
                fields.push((format!("f{at}-item_evidence_key"), key.to_string()));
                fields
                    .push((format!("f{at}-item_evidence_title"), "Photographs of the repaired road".into()));
                fields.push((format!("f{at}-item_evidence_url"), url.clone()));
            }
            ItemFact::Progress { text, percent } => {
                fields.push((format!("f{at}-item_progress"), text.clone()));
                let percent = percent.map_or_else(String::new, |percent| percent.to_string());
                fields.push((format!("f{at}-item_percent"), percent));
            }
            ItemFact::Move { step, state, .. } => {
                fields.push((format!("f{at}-item_step"), step.as_str().into()));
                fields.push((format!("f{at}-item_state"), state.as_str().into()));
            }
            other => panic!("{other:?}"),
        }
    }
    let giver = item(&site, &code).await.evidence[0].by.clone();
    reader.post(&format!("/audit/{seq}/correct"), &pairs(&fields)).await.is(303);
    let task = item(&site, &code).await;
    assert!(task.evidence.iter().any(|line| line.title == "Photographs of the repaired road"));
    // It stays the word of whoever gave it: the corrector only wrote it down right.
    assert_eq!(task.evidence[0].by, giver);
    let history = reader.get(&format!("{PLAN}/items/{code}/history")).await;
    history.says(&format!("Corrects entry {seq}")).says("Wrong title");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_later_moves_could_not_follow_is_refused() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let (code, seq) = cleared(&site, Step::TakeUp).await;
    let before = item(&site, &code).await;
    let form = reader.get(&format!("/audit/{seq}/correct")).await;
    let fields = typed(
        &form,
        &[SOURCE, ("f0-withdraw", "yes"), ("effective", "2019-01-02"), ("reason", "It was never taken up")],
    );
    let refused = reader.post(&format!("/audit/{seq}/correct"), &pairs(&fields)).await;
    refused.is(422).says("Report done");
    assert_eq!(item(&site, &code).await, before);
}
