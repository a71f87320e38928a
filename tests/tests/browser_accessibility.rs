//! Every page in a real Chromium, by those who may see it: in both languages, wide and narrow, light and
//! dark, as it opens and as it comes back with mistakes. A page that is not visited fails the test.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use end_to_end::browser::Browser;
use end_to_end::{Site, routes, skipped};
use thirtyfour::prelude::*;

/// Addresses where no page stands: they lead on to one, or give a file.
const NOT_PAGES: &[&str] = &[
    "/",
    "/plans",
    "/lang/{tag}",
    "/theme/{theme}",
    "/favicon.ico",
    "/assets/{digest}/{name}",
    "/p/{plan}/tables/{file}",
    "/p/{plan}/timetable/holidays/{file}",
    "/p/{plan}/timetable/mspdi.xml",
    "/p/{plan}/timetable/tasks.xlsx",
    "/p/{plan}/timetable/tasks.csv",
    "/p/{plan}/timetable/bars.pdf",
    "/p/{plan}/timetable/bars.zip",
    "/p/{plan}/papers/{file}",
    "/p/{plan}/papers/{code}/{file}",
    // A part of the page of a call, fetched by it.
    "/p/{plan}/calls/{code}/live",
    "/p/{plan}/surveys/{wave}/live",
    // The script that keeps the field desk on a device.
    "/p/{plan}/surveys/desk.js",
    // A part of the pages of a request.
    "/p/{plan}/requests/{code}/held",
    "/p/{plan}/import/templates/{file}",
    "/p/{plan}/import/{id}/{file}",
    // Shown where a file was brought: the pages' own tests follow one.
    "/p/{plan}/import/{id}",
    "/p/{plan}/import/{id}/columns",
    "/calendar.ics",
    "/p/{plan}/evaluation.csv",
    "/p/{plan}/voices.csv",
    "/p/{plan}/voices.json",
    "/p/{plan}/voices.geojson",
    "/p/{plan}/place/facilities.geojson",
    "/p/{plan}/place/links.geojson",
    "/p/{plan}/place/map/areas.geojson",
    "/p/{plan}/place/map/projects.geojson",
    "/p/{plan}/place/map/base.geojson",
    "/p/{plan}/place/reach.geojson",
    "/p/{plan}/place/siting.json",
    "/p/{plan}/place/siting.csv",
    "/p/{plan}/place/coverage.geojson",
    "/p/{plan}/place/coverage/kinds/{kind}/residences.csv",
    "/p/{plan}/place/coverage/change.csv",
    "/p/{plan}/place/coverage/change.json",
    // Shown where a network was brought: the pages' own tests follow one.
    "/p/{plan}/place/layers/network/{id}",
    "/p/{plan}/place/layers/base-map/{id}",
    "/p/{plan}/voices.atom",
    "/p/{plan}/voices.rss",
    "/p/{plan}/open-data/{file}",
    "/p/{plan}/requests/monitor.csv",
    "/p/{plan}/requests/appeals.csv",
    // Results and the code book as tables.
    "/p/{plan}/surveys/{wave}/sample.csv",
    "/p/{plan}/surveys/{wave}/answers.csv",
    "/p/{plan}/surveys/{wave}/{file}",
    // Shown only by the link of whoever asked: the pages' own tests follow one.
    "/p/{plan}/my",
    "/p/{plan}/mail/{purpose}",
    "/p/{plan}/alerts/{purpose}",
    "/p/{plan}/my/photos/{file}",
    "/p/{plan}/ask/photos/{file}",
    // The picture of the map on the form, which is visited with it.
    "/p/{plan}/ask/map.svg",
    "/p/{plan}/voices/{code}/photos/{file}",
    "/p/{plan}/requests/{code}/photos/{file}",
];

/// Pages anybody may read; `~` stands for the plan.
const PUBLIC: &[&str] = &[
    "~?as_of=2019-08-14",
    "/p/huitian-2021",
    "~/projects?as_of=2019-08-14",
    "~/projects?q=学校&sort=slip",
    "~/projects?q=nothing-is-called-this",
    "~/projects/HT-CUL-001",
    "~/projects/HT-HEA-004?as_of=2020-06-01&known_at=2020-06-01",
    "~/figures?as_of=2019-08-14",
    "~/figures/kindergarten_places?as_of=2019-08-14",
    "~/figures/directives",
    "~/outputs",
    "~/outputs?by=sector&standing=any&kind=kindergarten_places&column=education",
    "~/indicators",
    "~/indicators/cycle_path_length",
    "~/indicators/satisfaction",
    "~/indices",
    "~/indices/example-living",
    "~/indices/example-living?area=huoying",
    "~/indices/example-living/values/2020",
    "~/indices/seven-haves",
    "~/indices/seven-haves/values/2019",
    "~/units",
    "~/units/changping-education",
    "~/areas",
    "~/areas/huitian",
    "~/place?as_of=2019-12-31",
    "~/place/facilities?kind=kindergarten&standing=open&as_of=2019-12-31",
    "~/place/facilities?q=nothing-is-called-this",
    "~/place/facilities/FAC-EDU-005",
    "~/place/map?as_of=2019-12-31",
    "~/place/map/coverage",
    "~/place/reach",
    "~/place/reach?point=40.0702,116.3362&as_of=2019-12-31",
    "~/place/map?layer=requests&layer=projects&at=40.07,116.34&zoom=2",
    "~/place/facilities/FAC-VEG-M1",
    "~/place/coverage",
    "~/place/coverage?as_of=2019-12-31",
    "~/place/coverage?limit=500",
    "~/place/coverage/kinds/vegetable_shop",
    "~/place/coverage/communities/huoying",
    "~/place/coverage/change?from=2018-08-16",
    "~/place/gaps",
    "~/place/layers",
    "~/evaluation",
    "~/evaluation?sector=education&kept=late",
    "~/evaluation?sector=&kept=&page=2",
    "~/evaluation/years/2019",
    "~/projects/HT-EDU-019/evaluation",
    "~/projects/HT-TRA-010/evaluation",
    "~/revisions?from=1&to=2",
    "/p/huitian-2021/revisions",
    "~/lists",
    "~/lists/2020/1",
    "~/tables",
    "~/templates",
    "~/ask",
    "/p/huitian-2021/ask",
    "~/voices",
    "~/voices?q=路灯&category=roads",
    "~/voices/HT-R-0002",
    "~/voices/HT-R-0002?flagged=1",
    "~/voices?standing=open&area=huilongguan",
    "~/map",
    "~/map?at=40.07,116.34&zoom=3",
    "~/map?layer=projects",
    "~/map?category=garbage&area=huoying",
    "~/moderation",
    "~/themes",
    "~/themes/HT-DEC-T06",
    "~/surveys",
    "~/surveys/felt-2019-1",
    "~/surveys/felt-2019-2/results",
    "~/surveys/felt-2019-2/results?by=area",
    "~/surveys/felt-2019-2/map",
    "~/surveys/felt-2019-1/map?of=better%3Dschools",
    "~/surveys/plan-effect-2019",
    "~/surveys/compare",
    "~/surveys/felt-open/answer",
    "~/surveys/felt-open/answer?thanks=1",
    "~/alerts",
    "~/alerts?sent=1",
    "~/alerts?latitude=40.07&longitude=116.34&metres=500",
    "~/open-data",
    "/sign-in",
    "/api/v1/docs",
    "/api/v1/problems",
    "/api/v1/problems/not-found",
];

/// Pages of those who run the plan.
const TASK_FORCE: &[&str] = &[
    "~",
    "~/projects",
    "~/projects/HT-EDU-003",
    "~/projects/new",
    "~/projects/HT-EDU-003/edit",
    "~/projects/HT-EDU-003/edit/particulars",
    "~/projects/HT-EDU-003/edit/milestone",
    "~/projects/HT-EDU-003/edit/milestone?step=completion&part=&aspect=promised",
    "~/projects/HT-EDU-003/edit/progress",
    "~/projects/HT-EDU-003/edit/output",
    "~/projects/HT-EDU-003/edit/gate",
    "~/projects/HT-EDU-003/edit/suspended",
    "~/projects/HT-EDU-003/edit/document",
    "~/projects/HT-EDU-003/edit/remark",
    "~/projects/HT-EDU-003/edit/supporting_unit",
    "~/projects/HT-EDU-003/edit/funding",
    "~/projects/HT-EDU-003/edit/part",
    "~/projects/HT-EDU-003/edit/step",
    "~/projects/HT-EDU-003/edit/step_work?step=fit_out",
    "~/projects/HT-EDU-003/edit/step_link",
    "~/projects/HT-EDU-003/edit/alias",
    "~/projects/HT-EDU-003/edit/membership",
    "~/record/name",
    "~/record/period",
    "~/record/plan_sector",
    "~/record/plan_campaign",
    "~/record/output_kind",
    "~/record/facility_kind?slot=facility_kind%2Fkindergarten",
    "~/record/facility_standard?slot=facility_standard%2Fgb50180-park",
    "~/place",
    "~/place/facilities",
    "~/place/facilities/new",
    "~/place/facilities/FAC-ELD-S1",
    "~/place/links",
    "~/record/plan_link",
    "~/place/links/withdraw/chenjiaying-east-bridge",
    "~/place/siting",
    "~/place/facilities/FAC-ELD-S1/edit",
    "~/place/facilities/FAC-ELD-S1/on-site",
    "~/evaluation/years/2021",
    "~/evaluation/years/2019",
    "~/projects/HT-EDU-019/evaluation",
    "~/projects/HT-EDU-019/edit/evaluation?slot=evaluation",
    "~/place/gaps?gap_state=unknown",
    "~/place/layers",
    "~/place/layers/network",
    "~/place/rows/residences",
    "~/place/coverage/kinds/park",
    "~/place/siting?of=park&model=max_cover&number=1&metres=500&floor-huoying=0",
    "~/place/rows/residences?standard=circle-vegetable&reach=0",
    "~/place/rows/residences/take-out?code=dongxiaokou-01",
    "~/place/rows/residences/edit?code=dongxiaokou-01",
    "~/place/rows/parcels/edit",
    "~/place/layers/base-map",
    "~/place/layers/withdraw/residences",
    "~/record/official_count",
    "~/record/coverage_rules",
    "~/record/gap_answer?area=huoying&facility_kind=park&gap_standard=gb50180-park",
    "~/items/new/tracked-task?gap_area=huoying&gap_kind=park&gap_standard=gb50180-park",
    "~/record/revision",
    "~/record/yearly_list",
    "~/record/list_entry?year=2020&issue=1",
    "~/record/usual_work?slot=usual_work%2Fbuilding%2Ffit_out",
    "~/record/work_calendar",
    "~/record/request_settings",
    "~/record/request_category?slot=request_category%2Fgarbage",
    "~/record/request_preset",
    "~/record/request_route?slot=request_route%2Fheating",
    "~/record/request_office",
    "~/record/request_reply?slot=request_reply%2Fanswer-done",
    "~/record/rate_formula?slot=rate_formula%2Fexample-1",
    "~/items/new/whistle?request=HT-R-0240",
    "~/record/holidays",
    "~/revisions",
    "~/lists",
    "~/lists/2020/1",
    "~/tables",
    "~/indicators",
    "~/indicators/new",
    "~/indicators/cycle_path_length",
    "~/indicators/cycle_path_length/observation",
    "~/indicators/cycle_path_length/accepted?on=2019-05-31",
    "~/indicators/cycle_path_length/baseline",
    "~/indicators/cycle_path_length/target",
    "~/indicators/cycle_path_length/particulars",
    "~/surveys/felt-next/sample",
    "~/indices/new",
    "~/indices/example-living/edit/version",
    "~/indices/example-living/edit/name",
    "~/outputs",
    "~/templates",
    "~/templates/new",
    "~/templates/building",
    "~/import",
    "~/ledger",
    "~/ledger?standing=all&kind=tracked_task&sort=received&order=down",
    "~/ledger?q=nothing-is-called-this",
    "~/ledger/lists",
    "~/desk",
    "~/requests",
    "~/requests?standing=open&order=due",
    "~/requests?q=nothing-is-called-this",
    "~/requests/new",
    "~/requests/HT-R-0010",
    "~/requests/HT-R-0010/note",
    "~/requests/HT-R-0010/photos",
    "~/requests/HT-R-0002/edit",
    "~/requests/HT-R-0002/edit-part",
    "~/requests/HT-R-0012?as_of=2019-01-20",
    "~/requests/report",
    "~/requests/models",
    "~/requests/monitor?as_of=2019-08-14",
    "~/requests/monitor?as_of=2019-08-14&by=community&weeks=26",
    "~/requests/HT-R-0070",
    "~/requests/HT-R-0240",
    "~/requests/bulk?act=note&code=HT-R-0240&code=HT-R-0241",
    "~/requests/rules",
    "~/requests/hot?as_of=2019-08-14",
    "~/requests/hot/HT-R-0162?days=90&as_of=2019-08-14",
    "~/requests/hot/HT-R-0162/confirm?days=90&as_of=2019-08-14",
    "~/requests/rates?from=2019-03-01&to=2019-06-30",
    "~/requests/rates?from=2019-06-01&to=2019-06-30",
    "~/requests/appeals",
    "~/requests/appeals?state=appealed&as_of=2019-07-01",
    "~/requests/themes",
    "~/requests/themes?month=2019-06",
    "~/requests/themes/new?category=parking",
    "~/requests/themes/HT-DEC-T07/edit",
    "~/surveys",
    "~/surveys/new",
    "~/surveys/felt-next/edit",
    "~/surveys/felt-open",
    "~/surveys/felt-open/field",
    "~/surveys/felt-2019-1/texts",
    "~/surveys/felt-2019-1/results",
    "~/surveys/felt-2019-2/map?of=satisfied%3D",
    "~/record/cited_wave",
    "~/indicators/perceived_effect",
    "~/indicators/perceived_effect/asked_by",
    "~/figures/perceived_effect_after?as_of=2020-01-31",
    "~/surveys/instruments/new",
    "~/surveys/instruments/build?from=huitian-felt&version=1",
    "~/surveys/instruments/huitian-felt/1",
    "~/requests/rates?from=2019-03-01&to=2019-06-30&by=category",
    "~/requests?side=solved&rate_from=2019-03-01&rate_to=2019-06-30&rate_by=community&rate_line=&as_of=2019-06-30",
    "~/items/new",
    "~/items/new/whistle",
    "~/items/new/tracked-task?from=HT-DIR-005&relation=split_from",
    "~/items/HT-DIR-005",
    "~/items/HT-DIR-005/trace",
    "~/items/HT-DIR-005/history",
    "~/items/HT-DIR-005/link",
    "~/timetable?as_of=2019-08-14",
    "~/timetable/bars?as_of=2019-08-14",
    "~/timetable/bars?as_of=2019-08-14&level=steps&base=r1&only=promised&zoom=months",
    "~/timetable/roadmap?as_of=2019-08-14",
    "~/timetable/work",
    "~/timetable/holidays",
    "~/timetable/board?as_of=2019-08-14",
    "~/projects/HT-HEA-004/timetable?as_of=2019-08-14&step=ground_level&days=20",
    "~/timetable/forecast?as_of=2019-08-14",
    "~/timetable/forecast/rules",
    "~/timetable/calibration",
    "~/timetable/durations",
    "~/timetable/limits?as_of=2019-08-14",
    "~/timetable/limits/new",
    "~/timetable/changes?as_of=2019-08-14&since=2019-06-30",
    "~/timetable/scenarios",
    "~/timetable/scenarios/new",
    "~/timetable/scenarios/S-1?as_of=2019-08-14",
    "~/timetable/scenarios/S-1/edit",
    "~/timetable/scenarios/S-1/add/merge",
    "~/timetable/scenarios/S-1/add/shorten",
    "~/timetable/scenarios/S-1/adopt",
    "~/timetable/scenarios/compare?as_of=2019-08-14&with=S-1&with=S-2",
    "~/timetable/reviews?as_of=2019-08-14",
    "~/projects/HT-TRA-004/reviews/new",
    "~/projects/HT-MUN-016/reviews/1?as_of=2019-08-14",
    "~/projects/HT-TRA-028/reviews/1",
    "~/projects/HT-TRA-028/reviews/1/opinion?unit=bj-traffic-police",
    "~/projects/HT-TRA-028/reviews/1/point?number=1",
    "~/projects/HT-TRA-028/reviews/1/close",
    "~/meetings?as_of=2019-08-14",
    "~/meetings/HT-MD-12",
    "~/meetings/HT-MD-12/print",
    "~/meetings/HT-MD-13",
    "~/meetings/HT-MD-13/agenda",
    "~/meetings/HT-MD-13/attendance",
    "~/meetings/HT-JM-04/minutes",
    "~/items/HT-MD-13/ask-agenda",
    "~/items/new/meeting",
    "~/dispatches?as_of=2019-08-14",
    "~/dispatches/HT-DIS-05",
    "~/whistles?as_of=2019-08-14",
    "~/whistles?as_of=2019-08-14&unit=changping-transport&count=vetoed",
    "~/whistles/HT-WHI-013",
    "~/whistles/HT-WHI-022",
    "~/whistles/HT-WHI-023",
    "~/report-ins?as_of=2019-08-14",
    "~/good-deeds?as_of=2019-08-14",
    "~/communities",
    "~/communities/tiantongyuan-north",
    "~/items/new/need?area=qingshuiyuan",
    "~/reports?as_of=2019-08-14",
    "~/reports/REP-weekly-2019-W10",
    "~/reports/HT-SR-03",
    "~/reports/HT-RR-02",
    "~/reports/REP-2020-0001",
    "~/reports/new",
    "~/returns?as_of=2019-08-14",
    "~/returns?every=month&as_of=2019-08-14",
    "~/returns/RET-weekly-2019-W31-changping-education",
    "~/returns/RET-weekly-2019-W32-changping-education",
    "~/slips",
    "~/slips?state=open&unit=bj-water",
    "~/slips/SLP-2019-0001",
    "~/items/HT-TSK-096?as_of=2019-08-14",
    "~/rhythm",
    "~/rhythm?as_of=2019-08-14",
    "~/audit",
    "/audit?kind=project&code=HT-EDU-003",
    "/audit?actor=nobody",
    "/audit/1",
    "/audit/200",
    "/audit/200/correct",
    "/account",
    "/notices",
    "/notices?show=unread",
    "/notices/preferences",
    "/calendars",
];

/// Pages of those who keep accounts and the directory.
const ADMIN: &[&str] = &[
    "/admin",
    "/admin/delivery",
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
    "/audit?kind=person",
];

/// Forms sent as they open, which comes back with mistakes at the fields and in the summary.
const INCOMPLETE: &[(&str, &str)] = &[
    ("", "/sign-in"),
    ("task-force", "~/projects/new"),
    ("task-force", "~/projects/HT-EDU-003/edit/output"),
    ("task-force", "~/projects/HT-EDU-003/edit/document"),
    ("task-force", "~/projects/HT-EDU-003/edit/milestone?step=completion&part=&aspect=promised"),
    ("task-force", "~/record/revision"),
    ("task-force", "~/record/list_entry?year=2020&issue=1"),
    ("task-force", "~/indicators/new"),
    ("task-force", "~/indices/new"),
    ("task-force", "~/place/facilities/new"),
    ("task-force", "~/indicators/cycle_path_length/observation"),
    ("task-force", "~/templates/new"),
    ("task-force", "~/items/new/directive"),
    ("task-force", "~/timetable/scenarios/new"),
    ("task-force", "~/timetable/scenarios/S-1/add/merge"),
    ("task-force", "~/timetable/limits/new"),
    ("task-force", "~/reports/new"),
    ("task-force", "~/returns/RET-weekly-2019-W32-changping-education"),
    ("task-force", "~/items/new/whistle"),
    ("task-force", "~/meetings/HT-MD-13/agenda"),
    ("task-force", "/audit/200/correct"),
    ("task-force", "/account"),
    ("admin", "/admin/people/new"),
    ("admin", "/admin/people/department"),
    ("admin", "/admin/units/new"),
    ("admin", "/admin/areas/new"),
];

/// What is not there, not allowed or not understood.
const TROUBLE: &[(&str, &str, u64)] = &[
    ("", "/nothing-here", 404),
    ("", "~/mail/stop?t=none", 404),
    ("", "~/alerts/confirm?t=none", 404),
    ("", "~?as_of=never", 400),
    ("", "~/units?as_of=2017-01-01", 404),
    ("department", "~/projects/new", 403),
    ("department", "/admin", 403),
    ("task-force", "~/requests/bulk", 422),
];

struct Visit {
    person: &'static str,
    path: String,
    /// Whether the form on the page is sent as it opens.
    send: bool,
    status: u64,
}

/// All visits; those of one person follow each other.
fn visits() -> Vec<Visit> {
    let visit = |person, path: &str, send, status| {
        let path = path.replacen('~', "/p/huitian-2018", 1);
        Visit { person, path, send, status }
    };
    let opened = |person, paths: &[&str]| -> Vec<Visit> {
        paths.iter().map(|path| visit(person, path, false, 200)).collect()
    };
    let mut all = opened("", PUBLIC);
    all.extend(opened("task-force", TASK_FORCE));
    all.extend(opened("admin", ADMIN));
    all.extend(INCOMPLETE.iter().map(|(person, path)| visit(person, path, true, 422)));
    all.extend(TROUBLE.iter().map(|(person, path, status)| visit(person, path, false, *status)));
    // Nobody comes first: nobody can be signed out of.
    all.sort_by_key(|visit| visit.person);
    all
}

#[test]
fn every_page_of_the_source_is_visited() -> anyhow::Result<()> {
    let routes = routes::of_pages()?;
    let mut missed: BTreeSet<&str> = routes.iter().map(String::as_str).collect();
    for path in NOT_PAGES {
        assert!(missed.remove(path), "{path} is no address of the program any more");
    }
    for visit in visits().iter().filter(|visit| visit.status == 200) {
        if let Some(route) = routes::answering(&routes, &visit.path) {
            assert!(!NOT_PAGES.contains(&route), "{}", visit.path);
            missed.remove(route);
        }
    }
    assert!(missed.is_empty(), "pages that no test looks at: add a visit for each of {missed:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_sound_in_both_languages_wide_and_narrow_light_and_dark() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let (mut faults, en) = tokio::try_join!(
        visit_all("zh-CN", "zh-CN", &site.address),
        visit_all("en-GB", "en", &site.address),
    )?;
    faults.extend(en);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}

/// What is wrong on any page, each line with its address.
async fn visit_all(preferred: &str, lang: &str, site: &str) -> anyhow::Result<Vec<String>> {
    let Some(browser) = Browser::start(preferred, site).await? else {
        skipped("chromedriver");
        return Ok(Vec::new());
    };
    let mut signed_in = "";
    let mut out = Vec::new();
    let mut links = BTreeMap::new();
    let begun = Instant::now();
    let all = visits();
    for visit in &all {
        if visit.person != signed_in {
            if !signed_in.is_empty() {
                // Error pages have no way out of their own.
                browser.open("/account").await?;
                browser.sign_out().await?;
            }
            browser.sign_in(visit.person).await?;
            signed_in = visit.person;
        }
        let found = look(&browser, lang, visit, &mut links).await.unwrap_or_else(|e| vec![format!("{e:#}")]);
        let sent = if visit.send { " sent" } else { "" };
        out.extend(found.into_iter().map(|line| format!("{lang} {}{sent}: {line}", visit.path)));
    }
    // Whatever a page offers is visited too, at least in kind; of the API, all that is for people.
    let routes = routes::of_pages()?;
    let mut seen: BTreeSet<String> = all.iter().map(|visit| kind(&routes, &visit.path)).collect();
    seen.extend(NOT_PAGES.iter().map(|route| format!("{route} ")));
    for (link, page) in links {
        if !link.starts_with("/api/")
            && !link.starts_with("/open311/")
            && !seen.contains(&kind(&routes, &link))
        {
            out.push(format!("{lang} {page}: no visit to what its link {link} leads to"));
        }
    }
    browser.open("/api/v1/openapi.json").await?;
    let described = serde_json::from_str(&browser.text(By::Css("pre")).await?)?;
    for route in routes::of_api_pages(&described) {
        if !all.iter().any(|visit| routes::answering(std::slice::from_ref(&route), &visit.path).is_some()) {
            out.push(format!("{lang}: no visit to {route}"));
        }
    }
    println!("{} pages in {lang}: {:.0} s", all.len(), begun.elapsed().as_secs_f64());
    browser.quit().await?;
    Ok(out)
}

/// The route of an address, with the form it names: each form looks different.
fn kind(routes: &[String], address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let route = routes::answering(routes, path).unwrap_or(path);
    let form =
        if route.ends_with("{form}") || route.ends_with("{topic}") { path.rsplit('/').next() } else { None };
    format!("{route} {}", form.unwrap_or_default())
}

async fn look(
    browser: &Browser,
    lang: &str,
    visit: &Visit,
    links: &mut BTreeMap<String, String>,
) -> anyhow::Result<Vec<String>> {
    browser.open(&visit.path).await?;
    if visit.send {
        browser.send().await?;
        browser.wait_for(By::Css(".summary")).await?;
    }
    let mut out = browser.faults(lang).await?;
    let status = browser.status().await?;
    if status != visit.status {
        out.push(format!("answered {status} instead of {}", visit.status));
    }
    let script = "return [...document.links].filter(a => a.origin === location.origin)
        .map(a => a.getAttribute('href')).filter(href => href.startsWith('/'))";
    let found: Vec<String> = serde_json::from_value(browser.run(script, vec![]).await?)?;
    for link in found {
        links.entry(link).or_insert_with(|| visit.path.clone());
    }
    if let Some(folder) = std::env::var_os("HUITIAN_PICTURES") {
        let name = format!("{}{}{}", visit.person, visit.path, if visit.send { "-sent" } else { "" });
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        browser.pictures(&std::path::Path::new(&folder).join(format!("{name}-{lang}"))).await?;
    }
    Ok(out)
}
