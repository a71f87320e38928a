//! A directive from its registration to its filing: split, objected to, extended, proved, inspected, cleared.

use anyhow::Context;
use domain::item::State;
use jiff::civil::date;
use thirtyfour::prelude::*;

use crate::year::Year;

/// A directive with its two tasks: the transport bureau's and the education commission's.
pub struct Matter {
    pub directive: String,
    pub roads: String,
    pub gates: String,
}

/// Who answers for the transport bureau.
pub const ROADS: &str = "liaison-changping-transport";

pub async fn instructed(year: &Year) -> anyhow::Result<Matter> {
    year.morning(8, 19).await?;
    year.as_person("leader").await?;
    let fields = [
        ("name_zh", "整治学校周边交通"),
        ("number", "批〔2019〕81号"),
        ("text", "请专班会同教育、交通部门，于九月底前整治到位。"),
        ("issuer_name", "高远"),
        ("matters", "打通校门口断头人行道\n规范校门口上下学交通组织"),
        ("lead_unit", "bj-task-force"),
        ("due", "2019-09-20"),
    ];
    let directive = year.register("directive", &fields, &[], "items").await?;

    year.as_person("supervision").await?;
    // It cannot be handed out before all of it is covered.
    year.open(&format!("/items/{directive}/step-assign")).await?;
    year.browser.send().await?;
    year.refused(422, "handed out with matters that nobody has").await?;
    let fields =
        [("name_zh", "校门口断头人行道贯通"), ("lead_unit", "changping-transport"), ("due", "2019-09-12")];
    let roads = year.arises(&directive, "split_from", &fields, &[("covers", "2")]).await?;
    // What the first task covers is not offered for the second.
    let fields =
        [("name_zh", "校门口上下学交通组织"), ("lead_unit", "changping-education"), ("due", "2019-09-09")];
    let gates = year.arises(&directive, "split_from", &fields, &[]).await?;
    let splits = year.item(&directive).await?.splits;
    let covers: Vec<&[u32]> = splits.iter().map(|(_, matters)| matters.as_slice()).collect();
    anyhow::ensure!(covers == [&[1][..], &[2][..]], "{splits:?}");
    for item in [&directive, &roads, &gates] {
        year.act(item, "step-assign", &[]).await?;
    }
    Ok(Matter { directive, roads, gates })
}

pub async fn objected(year: &Year, matter: &Matter) -> anyhow::Result<()> {
    year.morning(8, 20).await?;
    year.as_person("department").await?;
    year.browser.open("/notices").await?;
    year.says(&["校门口上下学交通组织"]).await?;
    // The bureau's task is not the commission's to object to.
    year.open(&format!("/items/{}/step-object", matter.roads)).await?;
    year.refused(403, "another unit's task").await?;
    let fields =
        [("objection_to", "date"), ("why", "九月上旬开学，护学力量不足"), ("proposed_due", "2019-09-17")];
    year.act(&matter.gates, "step-object", &fields).await?;
    year.says(&["有异议", "护学力量不足"]).await?;

    year.morning(8, 21).await?;
    year.as_person("supervision").await?;
    year.act(&matter.gates, "step-reject-objection", &[("reason", "开学前必须有方案")]).await?;
    year.as_person("department").await?;
    year.act(&matter.gates, "step-take-up", &[]).await?;
    let fields = [("progress", "已会同学校现场踏勘，方案过半"), ("percent", "60")];
    year.act(&matter.gates, "progress", &fields).await?;
    year.as_person(ROADS).await?;
    year.act(&matter.roads, "step-take-up", &[]).await?;
    Ok(())
}

pub async fn extended_and_reported(year: &Year, matter: &Matter) -> anyhow::Result<()> {
    // Three working days before its limit the calendar issued a slip, which the unit signs for.
    year.as_person("department").await?;
    year.open("/slips?state=open&unit=changping-education").await?;
    year.browser.follow(By::PartialLinkText("督单〔2019〕")).await?;
    let slip = year.browser.path().await?;
    year.browser.send().await?;
    anyhow::ensure!(year.browser.path().await? == slip, "{slip}");
    year.says(&["何文"]).await?;

    let fields = [("until", "2019-09-17"), ("why", "需待开学后客流稳定再定方案")];
    year.act(&matter.gates, "ask-extension", &fields).await?;
    year.morning(9, 6).await?;
    year.as_person("supervision").await?;
    year.act(&matter.gates, "decide-extension", &[("granted", "granted"), ("note", "不得再延")]).await?;
    anyhow::ensure!(year.item(&matter.gates).await?.due == Some(date(2019, 9, 17)), "the limit has moved");

    year.morning(9, 10).await?;
    year.as_person("department").await?;
    let fields = [
        ("progress", "护学岗、临时停靠点已设置"),
        ("evidence_title", "护学岗现场照片"),
        ("evidence_url", "https://example.org/gates.jpg"),
    ];
    year.act(&matter.gates, "step-report-done", &fields).await?;
    // Whoever gives evidence does not judge it.
    year.open(&format!("/items/{}/check-evidence", matter.gates)).await?;
    year.refused(403, "one's own evidence").await?;
    year.as_person("supervision").await?;
    judge(year, &matter.gates).await?;
    year.act(&matter.gates, "step-clear", &[]).await
}

/// Accepts the evidence that waits, and confirms what was done.
async fn judge(year: &Year, item: &str) -> anyhow::Result<()> {
    year.act(item, "check-evidence", &[("verdict", "accepted"), ("note", "现场核实属实")]).await?;
    year.act(item, "step-verify", &[]).await
}

/// An inspection of the bureau's task on the spot; the finding.
pub async fn inspected(year: &Year, matter: &Matter) -> anyhow::Result<String> {
    year.morning(9, 11).await?;
    year.as_person(ROADS).await?;
    let fields = [("progress", "人行道已铺装贯通"), ("evidence_title", "完工照片")];
    year.act(&matter.roads, "step-report-done", &fields).await?;
    year.as_person("supervision").await?;
    let fields =
        [("name_zh", "学校周边人行道现场督查"), ("way", "unannounced"), ("lead_unit", "changping-transport")];
    let inspection = year.arises(&matter.roads, "arises_from", &fields, &[]).await?;
    year.act(&inspection, "step-order", &[]).await?;
    // Nobody is warned of it.
    year.as_person(ROADS).await?;
    year.browser.open("/notices").await?;
    let told = year.browser.words().await?;
    anyhow::ensure!(!told.contains("学校周边人行道现场督查"), "{told}");

    year.morning(9, 12).await?;
    year.as_person("supervision").await?;
    year.act(&inspection, "step-conclude", &[("outcome", "总体到位，盲道一处被占")]).await?;
    let fields =
        [("name_zh", "盲道被设施箱占压"), ("lead_unit", "changping-transport"), ("due", "2019-09-18")];
    let finding = year.arises(&inspection, "found_by", &fields, &[]).await?;
    year.act(&finding, "step-assign", &[]).await?;
    year.act(&inspection, "step-rectify", &[]).await?;

    year.morning(9, 16).await?;
    year.as_person(ROADS).await?;
    year.act(&finding, "step-take-up", &[]).await?;
    let fields = [("progress", "设施箱已移位，盲道恢复"), ("evidence_title", "整改前后对比照片")];
    year.act(&finding, "step-report-done", &fields).await?;
    year.morning(9, 17).await?;
    year.as_person("supervision").await?;
    judge(year, &finding).await?;
    year.act(&finding, "step-clear", &[]).await?;
    for step in ["step-recheck", "step-clear", "step-file"] {
        year.act(&inspection, step, &[]).await.context(step)?;
    }
    Ok(finding)
}

pub async fn cleared(year: &Year, matter: &Matter) -> anyhow::Result<()> {
    year.as_person("task-force").await?;
    year.act(&matter.directive, "step-take-up", &[]).await?;
    // A directive is not done while one of its tasks is open.
    year.open(&format!("/items/{}/step-report-done", matter.directive)).await?;
    year.browser.fill("progress", "两项任务均已办结").await?;
    year.browser.send().await?;
    year.refused(422, "the bureau's task is open").await?;
    year.as_person("supervision").await?;
    judge(year, &matter.roads).await?;
    year.act(&matter.roads, "step-clear", &[]).await?;
    year.morning(9, 18).await?;
    year.as_person("task-force").await?;
    year.act(&matter.directive, "step-report-done", &[("progress", "两项任务均已办结")]).await?;
    year.morning(9, 19).await?;
    year.as_person("supervision").await?;
    for step in ["step-verify", "step-present", "step-clear", "step-file"] {
        year.act(&matter.directive, step, &[]).await?;
    }
    for task in [&matter.roads, &matter.gates] {
        year.act(task, "step-file", &[]).await?;
        anyhow::ensure!(year.item(task).await?.state == State::Filed, "{task}");
    }
    Ok(())
}

/// The commission's percentage was typed wrong; put right, it stands beside the report that was issued with it.
pub async fn corrected(year: &Year, matter: &Matter) -> anyhow::Result<()> {
    year.morning(9, 24).await?;
    let progress = year.item(&matter.gates).await?.progress;
    let wrong = progress.iter().find(|line| line.percent == Some(60.into())).context("60 %")?.seq;
    year.as_person("department").await?;
    year.open(&format!("/items/{}/history", matter.gates)).await?;
    year.browser.follow(By::Css(format!("a[href='/audit/{wrong}/correct']"))).await?;
    year.browser.fill("f0-item_percent", "40").await?;
    year.browser.fill("reason", "误将目标进度填作实际进度").await?;
    year.browser.send().await?;
    let words = year.browser.words().await?;
    anyhow::ensure!(year.browser.status().await? == 200 && !words.contains("60%"), "{words}");
    let progress = year.item(&matter.gates).await?.progress;
    anyhow::ensure!(progress.iter().any(|line| line.percent == Some(40.into())), "{progress:?}");
    year.open(&format!("/items/{}/history", matter.gates)).await?;
    year.says(&[&format!("更正第 {wrong} 条"), "误将目标进度填作实际进度"]).await
}
