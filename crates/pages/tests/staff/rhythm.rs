//! The rhythm on its pages: a return from its form to its page, a slip signed for, rules put into force.

use app::ledger::Paging;
use app::read::Asked;
use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::item::light::LightRules;
use domain::item::query::{LedgerQuery, Sort};
use domain::plan::PlanFact;
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::date;

use crate::site::{PLAN, site};

const OWN: &str = "/p/huitian-2018/returns/RET-weekly-2019-W32-changping-education";

#[tokio::test(flavor = "multi_thread")]
async fn a_return_is_saved_refused_and_submitted() {
    let site = site();
    let unit = site.sign_in("department").await;
    unit.get(&format!("{PLAN}/returns")).await.is(200).says(OWN);
    unit.get(&format!("{PLAN}/desk")).await.is(200).says(OWN);
    let form = unit.get(OWN).await;
    form.is(200).says("name=\"said:").says("value=\"submit\"");
    let version = form.value("version");
    let drafted = [("version", version.as_str()), ("act", "save"), ("ask", "请明确主体"), ("next", "")];
    unit.post(OWN, &drafted).await.is(303);
    let form = unit.get(OWN).await;
    form.is(200).says("请明确主体");
    // Without the next steps it is not handed in, and nothing has to be typed twice.
    let version = form.value("version");
    let empty = [("version", version.as_str()), ("act", "submit"), ("ask", "请明确期限"), ("next", "")];
    unit.post(OWN, &empty).await.is(422).says("请明确期限").says("href=\"#next\"");
    // Somebody else has saved it meanwhile.
    let stale = [("version", "1"), ("act", "save"), ("next", "另一句")];
    unit.post(OWN, &stale).await.is(409).says("另一句");
    let whole =
        [("version", version.as_str()), ("act", "submit"), ("ask", "请明确期限"), ("next", "继续推进")];
    unit.post(OWN, &whole).await.is(303);
    let page = unit.get(OWN).await;
    page.is(200).says("请明确期限").says("继续推进");
    assert!(!page.body.contains("name=\"next\"") && page.missing_words().is_empty());
    unit.post(OWN, &whole).await.is(409);

    // Others read it; whoever supervises sends it back, with a reason that the unit sees.
    let other = site.sign_in("subdistrict").await;
    assert!(!other.get(OWN).await.is(200).body.contains("name=\"next\""));
    other.post(OWN, &whole).await.is(403);
    let office = site.sign_in("supervision").await;
    let back = OWN.replace("/returns/", "/items/") + "/step-send-back";
    office.get(OWN).await.is(200).says(&back);
    let version = office.get(&back).await.value("version");
    office.post(&back, &[("version", &version), ("reason", "数字有误")]).await.is(303);
    unit.get(OWN).await.is(200).says("数字有误").says("name=\"next\"").says("继续推进");
    // By hand, past its form, nothing is handed in.
    assert!(unit.get(&OWN.replace("/returns/", "/items/")).await.is(200).body.find("step-submit").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_signs_for_its_slip_and_nobody_elses() {
    let site = site();
    let unit = site.sign_in("department").await;
    let list = unit.get(&format!("{PLAN}/slips?state=open&unit=changping-education")).await;
    let at = list.is(200).body.find("/slips/SLP-").unwrap();
    let address = format!("{PLAN}{}", list.body[at..].split('"').next().unwrap());
    let slip = unit.get(&address).await;
    let sign = address.replace("/slips/", "/items/") + "/step-sign";
    slip.is(200).says(&format!("action=\"{sign}\""));
    let other = site.sign_in("subdistrict").await;
    assert!(!other.get(&address).await.is(200).body.contains("step-sign"));
    other.post(&sign, &[("version", &slip.value("version"))]).await.is(403);
    unit.post(&sign, &[("version", &slip.value("version"))]).await.is(303);
    let signed = unit.get(&address).await;
    assert!(!signed.is(200).says("department").body.contains("step-sign"));
    let supervised =
        signed.body.find("/items/").map(|at| signed.body[at..].split('"').next().unwrap()).unwrap();
    unit.get(&format!("{PLAN}{supervised}")).await.is(200).says("id=\"chase-title\"");
    unit.get(&format!("{PLAN}/slips/HT-TSK-001")).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_read_by_all_staff_and_put_into_force_by_the_task_force() {
    let site = site();
    let rules = format!("{PLAN}/rhythm");
    assert_ne!(site.sign_in("").await.get(&rules).await.status, 200);
    let unit = site.sign_in("department").await;
    assert!(!unit.get(&rules).await.is(200).body.contains("name=\"since\""));
    unit.post(&rules, &[("set", "usual"), ("since", "2026-11-25")]).await.is(403);
    let force = site.sign_in("task-force").await;
    force.get(&rules).await.is(200).says("name=\"since\"").says("2020");
    force.post(&rules, &[("set", "none-such"), ("since", "2026-11-25")]).await.is(422);
    force.post(&rules, &[("set", "usual"), ("since", "")]).await.is(422);
    force.post(&rules, &[("set", "usual"), ("since", "2026-11-25"), ("until", "2026-01-01")]).await.is(422);
    force.post(&rules, &[("set", "sanming-2017"), ("since", "2026-11-25")]).await.is(303);
    force.get(&rules).await.is(200).says("name=\"stop\"");
    force.post(&rules, &[("stop", "1")]).await.is(303);
    let page = force.get(&rules).await;
    assert!(page.is(200).missing_words().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returns_lights_are_the_ledgers_also_where_they_ask_for_the_float() {
    let site = site();
    let plan = Code::new("huitian-2018").unwrap();
    let rules = LightRules::presets().into_iter().find(|set| set.code.as_str() == "float").unwrap();
    let command = Command::Record {
        subject: Subject::plan(&plan),
        facts: vec![PlanFact::Lights(rules.clone()).into()],
        expected: None,
    };
    let (effective, source) = (Some(date(2019, 1, 1)), Source::default());
    let change = Change { command, effective, source, reason: "试行".into() };
    site.app.change(&Actor::operator(), change).await.unwrap();
    let code = Code::new(OWN.rsplit('/').next().unwrap()).unwrap();
    let held = site.app.held_return(&plan, &code, Asked::default()).await.unwrap();
    let asked = Asked { as_of: Some(held.period.to), known_at: None };
    let query =
        LedgerQuery { projects: true, lead_unit: held.item.lead_unit.clone(), ..LedgerQuery::default() };
    let paging = Paging { sort: Sort::Due, descending: false, after: None, limit: 500 };
    let ledger = site.app.ledger(&plan, &query, &paging, asked).await.unwrap().rows;
    let judge = rules.on(held.period.to);
    let mut by_float = 0;
    for line in held.content.lines.iter().filter(|line| line.kind == "project") {
        let (row, verdict) = ledger.iter().find(|(row, _)| row.id() == line.id).unwrap();
        assert_eq!(line.light, verdict.light, "{}", line.id);
        let mut blind = row.clone();
        blind.float = None;
        by_float += usize::from(judge.judge(&blind).light != verdict.light);
    }
    assert!(by_float > 0, "the rules light nothing by its float");
}
