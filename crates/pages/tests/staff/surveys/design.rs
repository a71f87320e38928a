//! A wave designed, and its sample.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_design_that_cannot_be_is_shown_again_with_what_was_typed() {
    let site = site();
    brought(&site, ASKED, "1").await.is(303);
    let force = site.sign_in("task-force").await;
    force.get(&at("/new")).await.is(200).says("felt/1");
    let with = |name: &'static str, value: &'static str| {
        let mut fields = design("w1", "anyone");
        fields.retain(|(held, _)| *held != name);
        fields.push((name, value));
        fields
    };
    force
        .post(&at("/new"), &with("quotas", "everybody"))
        .await
        .is(422)
        .says("Line 1 is no quota")
        .says("全体居民");
    force
        .post(&at("/new"), &with("margins", "sex: f=51 | Census"))
        .await
        .is(422)
        .says("one total above zero for every answer");
    force.post(&at("/new"), &with("groups", "age")).await.is(422).says("no question “age”");
    force.post(&at("/new"), &with("to", "2026-01-01")).await.is(422).says("id=\"to-error\"");
    for taken in ["instruments", "desk.js"] {
        force.post(&at("/new"), &with("code", taken)).await.is(422).says("address of another page");
    }
    force.post(&at("/new"), &design("w1", "anyone")).await.is(303);
    force.post(&at("/new"), &design("w1", "anyone")).await.is(422).says("taken");
    force.get(&at("/w1/edit")).await.is(200).says("sex: f=51, m=49 | Census");
    force.post(&at("/w1/step"), &[("step", "close")]).await.is(422).says("the wave is draft");
    site.sign_in("").await.get(&at("/w1/answer?thanks=1")).await.is(404);
    force.post(&at("/w1/step"), &[("step", "open")]).await.is(303);
    force.get(&at("/w1/edit")).await.is(409);
}

/// A wave of its own that is opened with a sample.
async fn opened_with(site: &Site, sample: WaveSample) {
    let force = site.sign_in("task-force").await;
    brought(site, ASKED, "1").await.is(303);
    force.post(&at("/new"), &design("lost", "anyone")).await.is(303);
    let plan = Code::new("huitian-2018").unwrap();
    let (held, _) = site.app.wave(&plan, "lost").await.unwrap();
    let wave = Wave { sample: Some(Box::new(sample)), ..held.wave };
    let ground = (Source::default(), String::new());
    site.app.record_wave(&Actor::operator(), &plan, wave, ground).await.unwrap();
    force.post(&at("/lost/step"), &[("step", "open")]).await.is(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_worked_out_drawn_and_kept_with_its_wave() {
    let site = site();
    let force = site.sign_in("task-force").await;
    let sample = at("/felt-next/sample");
    // 385 of a very large population, one and a half times that by the design effect, half of whom answer.
    let page = force.get(&sample).await;
    page.is(200).says("385").says("Communities and homes drawn").says("name=\"seed\" value=\"1\"");
    let asked = "error=10&deff=1&response=100&rule=equal&per_community=5&seed=7";
    let page = force.get(&format!("{sample}?{asked}")).await;
    page.is(200).says("value=\"7\"").says("Keep this design with the wave");
    let csv = force.get(&format!("{sample}.csv?{asked}")).await;
    csv.is(200).says("stratum,stratum_name,community");
    let people = |text: &str| -> u64 {
        text.lines().skip(1).map(|line| line.rsplit(',').nth(1).unwrap().parse::<u64>().unwrap()).sum()
    };
    let drawn = people(&csv.body);
    assert!((96..=160).contains(&drawn), "{drawn} people");
    assert_eq!(force.get(&format!("{sample}.csv?{asked}")).await.body, csv.body, "the seed repeats it");
    assert_ne!(
        force.get(&format!("{sample}.csv?{}", asked.replace("seed=7", "seed=8"))).await.body,
        csv.body
    );
    for (query, field) in [
        ("error=0", "#error"),
        ("error=many", "#error"),
        ("confidence=100", "#confidence"),
        ("response=0", "#response"),
        ("minimum=90000", "#minimum"),
        ("shares=nowhere%3D5", "#shares"),
    ] {
        let told = force.get(&format!("{sample}?{query}")).await;
        told.is(422).says(&format!("href=\"{field}\""));
    }
    let fields: Vec<(&str, &str)> = asked.split('&').filter_map(|pair| pair.split_once('=')).collect();
    force.post(&sample, &fields).await.is(303);
    force.get(&sample).await.is(200).says("This is the design kept with the wave").says("value=\"7\"");
    let (held, _) = site.app.wave(&Code::new("huitian-2018").unwrap(), "felt-next").await.unwrap();
    let kept = held.wave.sample.unwrap();
    assert!(kept.seed == 7 && kept.strata.len() > 1 && kept.strata.iter().all(|(_, people)| *people > 0));
    // Editing the rest of the design keeps it; an open wave keeps everything.
    force.get(&at("/felt-open/sample")).await.is(200);
    force.post(&at("/felt-open/sample"), &fields).await.is(422);
    // Once the wave is open it stays drawn from what it was drawn from, whatever is brought.
    let list = force.get(&format!("{sample}.csv")).await;
    force.post(&at("/felt-next/step"), &[("step", "open")]).await.is(303);
    let plan = Code::new("huitian-2018").unwrap();
    let home = Home {
        code: "only".into(),
        community: kept.strata[0].0.clone(),
        at: Point { longitude: 116_390_000, latitude: 40_040_000 },
        stated: None,
        people: Some(90_000),
        aged: Vec::new(),
    };
    let content = Content::Residences(Residences { homes: vec![home] });
    let ground = LayerGround { name: Named::new("居民", "Residents"), ..LayerGround::default() };
    site.app.put_layer(&Actor::operator(), &plan, NewLayer::of(&content, ground).unwrap()).await.unwrap();
    assert_eq!(force.get(&format!("{sample}.csv")).await.is(200).body, list.body);
    force.get(&sample).await.is(200).says("This is the design kept with the wave");
    // Where that cannot be had any more, no other list passes for it.
    opened_with(&site, WaveSample { strata: vec![(Code::new("gone").unwrap(), 5)], ..*kept }).await;
    let lost = force.get(&at("/lost/sample.csv")).await;
    lost.is(409).says("can no longer be drawn again");
    force.get(&at("/lost/sample")).await.is(200).says("can no longer be drawn again");
    let calls = force.get(&format!("{sample}?calls_all=40&calls_wanted=3&calls_seed=5")).await;
    calls.is(200).says("role=\"status\"");
    // Whom a survey will ask is for those who run it.
    let mut other = site.sign_in("department").await;
    other.get(&sample).await.is(403);
    other.get(&format!("{sample}.csv")).await.is(403);
    other.lang = "zh-CN";
    let mut zh = site.sign_in("task-force").await;
    zh.lang = "zh-CN";
    zh.get(&sample).await.is(200).says("抽中的社区和住处");
}
