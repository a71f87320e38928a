//! Every page opens, for those and only those who may see it.

use domain::subject::SubjectKind;

use crate::PROJECT;
use crate::site::{PLAN, head, site};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_opens_in_both_languages_with_all_its_words() {
    let site = site();
    let head = head(&site);
    let plan = |path: &str| format!("{PLAN}{path}");
    let mut paths: Vec<(&str, String)> = [
        "/projects/new",
        "/projects/HT-EDU-003/edit",
        "/projects/HT-EDU-003/edit/milestone?step=completion&part=&aspect=promised",
        "/record/revision",
        "/record/yearly_list",
        "/record/list_entry?year=2020&issue=1",
        "/record/period",
        "/revisions",
        "/revisions?from=1&to=2",
        "/revisions?from=1&to=now",
        "/lists",
        "/lists/2020/1",
        "/indicators",
        "/indicators/new",
        "/indicators/cycle_path_length",
        "/indicators/satisfaction",
        "/indicators/perceived_effect",
        "/indicators/cycle_path_length/observation",
        "/indicators/cycle_path_length/accepted?on=2019-05-31",
        "/indicators/cycle_path_length/baseline",
        "/indicators/cycle_path_length/target",
        "/indicators/cycle_path_length/particulars",
        "/units",
        "/units/changping-education",
        "/areas",
        "/areas/huitian",
        "/place",
        "/place?as_of=2019-12-31",
        "/place/facilities",
        "/place/facilities?kind=kindergarten&area=huoying&standing=open&q=示例",
        "/place/facilities/new",
        "/place/facilities/FAC-EDU-005",
        "/place/facilities/FAC-ELD-S1?as_of=2019-01-01",
        "/place/facilities/FAC-ELD-S1/edit",
        "/place/facilities/FAC-ELD-S1/on-site",
        "/place/facilities?on_site=never",
        "/figures/retail_coverage",
        "/place/coverage",
        "/place/coverage?as_of=2019-12-31",
        "/place/coverage?limit=500",
        "/place/coverage/kinds/vegetable_shop",
        "/place/coverage/communities/huoying",
        "/place/coverage/change?from=2018-08-16",
        "/place/gaps?gap_state=unknown",
        "/place/layers",
        "/place/layers/network",
        "/place/layers/base-map",
        "/place/layers/withdraw/residences",
        "/place/links",
        "/place/links/withdraw/chenjiaying-east-bridge",
        "/record/plan_link",
        "/record/plan_link?slot=link/chenjiaying-east-bridge",
        "/record/official_count",
        "/record/coverage_rules",
        "/record/gap_answer?area=huoying&facility_kind=park&gap_standard=gb50180-park",
        "/items/new/tracked-task?gap_area=huoying&gap_kind=park&gap_standard=gb50180-park",
        "/record/facility_kind?slot=facility_kind/kindergarten",
        "/record/facility_standard?slot=facility_standard/gb50180-park",
        "/outputs",
        "/outputs?by=area&standing=completed&year=2019",
        "/outputs?by=sector&standing=any&kind=kindergarten_places&column=education",
        "/templates",
        "/templates/new",
        "/templates/building",
        "/audit",
        "/audit?kind=project&code=HT-EDU-003",
        "/ledger",
        "/ledger?standing=all&kind=tracked_task&sort=received&order=down",
        "/desk",
        "/items/new",
        "/items/HT-DIR-005",
        "/items/HT-DIR-005/trace",
        "/items/HT-DIR-005/link",
        "/items/REP-weekly-2019-W10",
        "/reports",
        "/reports/REP-weekly-2019-W10",
        "/timetable",
        "/timetable?only=late&as_of=2019-08-14",
        "/timetable?only=done&sector=education&q=kindergarten",
        "/timetable/bars?as_of=2019-08-14",
        "/timetable/board?as_of=2019-08-14&year=2019",
        "/projects/HT-EDU-001/timetable",
        "/projects/HT-HEA-004/timetable?as_of=2019-08-14&step=ground_level&days=20",
    ]
    .iter()
    .map(|path| ("task-force", plan(path)))
    .collect();
    for form in ["particulars", "milestone", "progress", "output", "gate", "suspended", "document", "remark"]
    {
        paths.push(("task-force", format!("{PROJECT}/edit/{form}")));
    }
    for form in
        ["supporting_unit", "funding", "part", "step", "step_work", "step_link", "alias", "membership"]
    {
        paths.push(("task-force", format!("{PROJECT}/edit/{form}")));
    }
    for kind in SubjectKind::ALL {
        let seq = site.entry_about(kind, None).await;
        let who = if kind.is_directory() { "admin" } else { "task-force" };
        paths.push((who, format!("/audit/{seq}")));
        // Items have forms of their own.
        if kind != SubjectKind::Item && who == "task-force" {
            paths.push((who, format!("/audit/{seq}/correct")));
        }
    }
    paths.push(("admin", format!("/audit/{head}")));
    for path in [
        "/admin",
        "/admin/people",
        "/admin/people/new",
        "/admin/people/department",
        "/admin/people/department/edit",
        "/admin/units",
        "/admin/units/new",
        "/admin/units/changping-education",
        "/admin/areas",
        "/admin/areas/new",
        "/admin/areas/huitian",
        "/account",
        "/audit?kind=person",
    ] {
        paths.push(("admin", path.to_owned()));
    }
    let mut readers = Vec::new();
    for person in ["task-force", "admin"] {
        readers.push((person, site.sign_in(person).await));
    }
    for lang in ["zh-CN", "en"] {
        for (person, path) in &paths {
            let reader = &mut readers.iter_mut().find(|(held, _)| held == person).unwrap().1;
            reader.lang = lang;
            let answer = reader.get(path).await;
            assert_eq!(answer.status, 200, "{lang} {path}: {}", answer.body);
            assert_eq!(answer.missing_words(), Vec::<String>::new(), "{lang} {path}");
            answer.says(&format!("<html lang=\"{lang}\""));
        }
    }
}

/// 200: opens; 403: told why not; 303: to sign in first.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_reaches_its_pages_and_no_others() {
    let site = site();
    let people = [
        "",
        "task-force",
        "district",
        "department",
        "subdistrict",
        "community",
        "supervision",
        "leader",
        "auditor",
        "admin",
    ];
    let edit = "/p/huitian-2018/projects/HT-EDU-003/edit";
    let promise = format!("{edit}/milestone?step=completion&part=&aspect=promised");
    let forecast = format!("{edit}/milestone?step=completion&part=&aspect=forecast");
    let entry = format!("/audit/{}", site.entry_about(SubjectKind::Project, Some("HT-EDU-003")).await);
    // One letter for each person above: o opens, f forbidden, s sign in.
    let pages: &[(&str, &str)] = &[
        ("/p/huitian-2018/units", "oooooooooo"),
        ("/p/huitian-2018/indicators", "oooooooooo"),
        ("/p/huitian-2018/outputs", "oooooooooo"),
        ("/p/huitian-2018/revisions", "oooooooooo"),
        ("/p/huitian-2018/projects/new", "soffffffff"),
        (&format!("{edit}/particulars"), "soooffffff"),
        (&forecast, "soooffffff"),
        (&promise, "soffffffff"),
        ("/p/huitian-2018/record/revision", "soffffffff"),
        ("/p/huitian-2018/indicators/population/observation", "soffffffff"),
        ("/p/huitian-2018/place/facilities/FAC-EDU-005", "oooooooooo"),
        ("/p/huitian-2018/place/facilities/FAC-EDU-005/edit", "soooffffff"),
        ("/p/huitian-2018/place/facilities/FAC-EDU-005/on-site", "soooffffff"),
        ("/p/huitian-2018/place/layers/base-map", "soffffffff"),
        ("/p/huitian-2018/place/layers/withdraw/residences", "soffffffff"),
        ("/p/huitian-2018/place/rows/residences", "soffffffff"),
        ("/p/huitian-2018/place/rows/parcels/edit", "soffffffff"),
        ("/p/huitian-2018/record/facility_standard", "soffffffff"),
        ("/p/huitian-2018/place/coverage", "oooooooooo"),
        ("/p/huitian-2018/place/layers/network", "soffffffff"),
        ("/p/huitian-2018/record/gap_answer", "soffffffff"),
        ("/p/huitian-2018/templates/building", "soffffffff"),
        ("/p/huitian-2018/import", "soofffffff"),
        ("/p/huitian-2018/audit", "soofffoooo"),
        (&entry, "soofffoooo"),
        (&format!("{entry}/correct"), "soooffffff"),
        ("/admin", "sofffffffo"),
        ("/admin/people", "sffffffffo"),
        ("/admin/units", "sofffffffo"),
        ("/account", "sooooooooo"),
    ];
    let mut got = String::new();
    let mut expected = String::new();
    for (path, row) in pages {
        let mut line = String::new();
        for person in people {
            let answer = site.sign_in(person).await.get(path).await;
            line.push(match (answer.status, answer.location.starts_with("/sign-in")) {
                (200, _) => 'o',
                (403, _) => 'f',
                (303, true) => 's',
                other => panic!("{person} {path}: {other:?}"),
            });
        }
        got.push_str(&format!("{path} {line}\n"));
        expected.push_str(&format!("{path} {row}\n"));
    }
    assert_eq!(got, expected);
}
