//! Templates of projects.

use domain::code::Code;

use crate::SOURCE;
use crate::site::{PLAN, site};

#[tokio::test(flavor = "multi_thread")]
async fn a_template_becomes_a_new_version_of_itself() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PLAN}/templates/new");
    let version = reader.get(&form).await.value("version");
    let fields = [
        ("version", version.as_str()),
        ("code", "bridge"),
        ("name_zh", "桥梁"),
        ("s0-step_code", "completion"),
        ("s0-order", "20"),
        ("s0-step_name_zh", "完工"),
        ("s1-step_code", "start"),
        ("s1-order", "10"),
        ("s1-step_name_zh", "开工"),
        ("s1-authority_zh", "发改委"),
        SOURCE,
    ];
    let half = reader.post(&form, &fields).await;
    half.is(422).says("id=\"s1-paper_zh-error\"");
    let mut whole = fields.to_vec();
    whole.push(("s1-paper_zh", "批复"));
    reader.post(&form, &whole).await.is(303);
    let plan = Code::new("huitian-2018").unwrap();
    let portfolio = site.app.portfolio(&plan, app::read::Asked::default()).await.unwrap();
    let template = portfolio.plan.template("bridge").unwrap();
    let steps: Vec<&str> = template.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["start", "completion"]);
    assert!(template.steps[0].gate.is_some());
}
