//! A wave in the browser's forms: brought, designed, answered, kept, frozen, read and compared.

mod answering;
mod design;
mod field;
mod questionnaires;
mod results;

use app::Actor;
use app::place::layer::{Content, Home, Residences};
use app::place::{LayerGround, NewLayer};
use axum::http::HeaderValue;
use domain::code::Code;
use domain::named::Named;
use domain::request::Point;
use domain::source::Source;
use domain::survey::{Wave, WaveSample, WaveState};

use crate::site::{Answer, PLAN, Site, site};

/// What the command line writes of a questionnaire, or its inner part.
const ASKED: &str = r#"{"name":"felt","version":"1","title":{"zh":"感受","en":"How you feel"},"questions":[
 {"name":"sex","wording":{"zh":"性别","en":"Sex"},"required":true,"form":{"kind":"single","choices":[
   {"code":"f","label":{"zh":"女","en":"female"}},{"code":"m","label":{"zh":"男","en":"male"}}]}},
 {"name":"felt","wording":{"zh":"感觉到变化吗","en":"Have you noticed changes?"},"required":true,"form":{"kind":"single","choices":[
   {"code":"yes","label":{"zh":"有","en":"yes"}},{"code":"no","label":{"zh":"没有","en":"no"}}]}},
 {"name":"better","wording":{"zh":"哪些好了","en":"What is better?"},"condition":"${felt} = 'yes'","form":{"kind":"multiple","least":null,"most":2,"choices":[
   {"code":"bus","label":{"zh":"公交","en":"buses"}},{"code":"park","label":{"zh":"公园","en":"parks"}},{"code":"school","label":{"zh":"学校","en":"schools"}}]}},
 {"name":"points","wording":{"zh":"打分","en":"Points"},"required":true,"form":{"kind":"scale","low":1,"high":5,"low_label":{"zh":"差","en":"bad"},"high_label":{"zh":"好","en":"good"}}},
 {"name":"wish","wording":{"zh":"希望","en":"Wish"},"form":{"kind":"text","longest":20}}]}"#;

fn at(path: &str) -> String {
    format!("{PLAN}/surveys{path}")
}

async fn state(site: &Site, wave: &str) -> WaveState {
    let (held, _) = site.app.wave(&Code::new("huitian-2018").unwrap(), wave).await.unwrap();
    held.state()
}

async fn brought(site: &Site, json: &str, version: &str) -> Answer {
    let reader = site.sign_in("task-force").await;
    let parts = [
        ("csrf", "", reader.csrf.as_bytes()),
        ("code", "", b"felt"),
        ("version", "", version.as_bytes()),
        ("file", "felt.json", json.as_bytes()),
    ];
    reader.post_parts(&at("/instruments/new"), &parts).await
}

fn design<'a>(code: &'a str, access: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("code", code),
        ("name_zh", "一轮"),
        ("name_en", "A wave"),
        ("asked", "felt/1"),
        ("from", "2026-11-01"),
        ("to", "2026-12-31"),
        ("frame_zh", "全体居民"),
        ("frame_en", "All residents"),
        ("modes", "web"),
        ("modes", "street"),
        ("access", access),
        ("quotas", "sex=f: 3"),
        ("area", ""),
        ("groups", "sex"),
        ("margins", "sex：f＝51，m＝49｜Census"),
        ("trim", ""),
        ("least", "2"),
    ]
}

async fn opened(site: &Site, code: &str, access: &str) {
    let force = site.sign_in("task-force").await;
    brought(site, ASKED, "1").await.is(303);
    force.post(&at("/new"), &design(code, access)).await.is(303);
    force.post(&at(&format!("/{code}/step")), &[("step", "open")]).await.is(303);
    assert_eq!(state(site, code).await, WaveState::Open);
}

/// A value as a browser reads it from the page.
fn unquoted(value: &str) -> String {
    value
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .replace("&#38;", "&")
}
