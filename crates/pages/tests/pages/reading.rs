//! The reading pages over the demonstration: whole in both languages, as of any day.

use app::{Actor, Change};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::project::ProjectFact;
use domain::source::Source;
use domain::subject::Subject;

use crate::site::{Answer, Site, post, site};

const PLAN: &str = "/p/huitian-2018";

/// What no page may contain: a message without words, anything inline that the policy of the page
/// forbids, a value that was not filled in.
fn assert_sound(answer: &Answer, address: &str, lang: &str) {
    let text = &answer.text;
    let tag = if lang == "en" { "<html lang=\"en\"" } else { "<html lang=\"zh-CN\"" };
    assert!(text.contains(tag), "{address} in {lang}");
    for piece in text.split('[').skip(1) {
        let key = piece.split(']').next().unwrap_or("");
        let is_key = key.contains('-')
            && key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        assert!(!is_key, "{address} in {lang}: [{key}] has no words");
    }
    for forbidden in [" style=", "<style", "<script>", " onclick=", "javascript:", "{ $", "NaN"] {
        assert!(!text.contains(forbidden), "{address} in {lang}: {forbidden}");
    }
    assert_eq!(text.matches("<h1").count(), 1, "{address} in {lang}: one main heading");
    assert_eq!(text.matches("<main").count(), 1, "{address} in {lang}");
    assert!(answer.header(header::CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"), "{address}");
}

async fn page(address: &str, lang: &str) -> Answer {
    let answer = site().await.get(address, lang, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    assert_sound(&answer, address, lang);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_whole_in_both_languages_on_many_days() {
    for lang in ["zh", "en"] {
        for plan in ["huitian-2018", "huitian-2021"] {
            for days in
                ["", "?as_of=2022-03-01", "?as_of=2024-12-31&known_at=2023-01-01", "?as_of=2030-01-01"]
            {
                for place in ["", "/projects", "/figures"] {
                    page(&format!("/p/{plan}{place}{days}"), lang).await;
                }
            }
        }
        for days in ["2018-09-01", "2019-08-14", "2020-12-31"] {
            for place in ["", "/projects", "/figures", "/figures/projects_total", "/figures/directives"] {
                page(&format!("{PLAN}{place}?as_of={days}"), lang).await;
            }
        }
        page("/sign-in", lang).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_project_and_every_figure_has_a_page_in_both_languages() {
    let site = site().await;
    for plan in site.app.plans().await.expect("plans") {
        let (portfolio, statement) =
            site.app.statement(&plan, app::read::Asked::default()).await.expect("a plan");
        assert!(portfolio.projects.len() > 50);
        for lang in ["zh", "en"] {
            for project in &portfolio.projects {
                let address = format!("/p/{plan}/projects/{}", project.code);
                let answer = page(&address, lang).await;
                assert!(answer.text.contains(project.code.as_str()));
                let grade = format!("grade {}", project.grade.as_str());
                assert!(answer.text.contains(&grade), "{address} shows what kind of record it is");
            }
            for figure in &statement.figures {
                page(&format!("/p/{plan}/figures/{}", figure.id), lang).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_looked_at_recomputes() {
    for (day, total) in [("2018-09-01", "97"), ("2019-08-14", "108"), ("2020-12-01", "117")] {
        let answer = page(&format!("{PLAN}?as_of={day}"), "en").await;
        let first = answer.text.split("<dd>").nth(1).expect("a number");
        assert!(first.contains(&format!(">{total}<")), "{day}: {first:.60}");
    }
    // Known on the day of the anniversary, nothing of the years after it.
    let then = page(&format!("{PLAN}?as_of=2020-12-01&known_at=2019-08-14"), "en").await;
    assert!(then.text.split("<dd>").nth(1).expect("a number").contains(">108<"));
    let sum = page(&format!("{PLAN}?as_of=2019-08-14"), "en").await;
    for number in ["67 <span>Started", "35 <span>Still to start", "6 <span>Starting later", "= 108"] {
        assert!(sum.text.contains(number), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_looked_at_is_kept_by_every_link() {
    for place in [
        "",
        "/projects",
        "/projects?sector=education&page=1",
        "/figures",
        "/figures/kindergarten_places",
        "/projects/HT-HEA-001",
    ] {
        let mark = if place.contains('?') { '&' } else { '?' };
        let path = format!("{PLAN}{}", place.split('?').next().unwrap_or(""));
        let answer = page(&format!("{PLAN}{place}{mark}as_of=2019-08-14&known_at=2019-08-20"), "en").await;
        let own: Vec<String> = answer.links().into_iter().filter(|link| link.starts_with("/p/")).collect();
        assert!(own.len() > 10, "{place}");
        for link in own {
            // The way back to today, and the editions, which are days of their own.
            if link == path || link.starts_with(&format!("{path}?as_of=20")) && !link.contains("known_at") {
                continue;
            }
            assert!(link.contains("as_of=2019-08-14"), "{place}: {link}");
            assert!(link.contains("known_at=2019-08-20"), "{place}: {link}");
        }
    }
    let switched = site().await.get("/plans?plan=huitian-2021&as_of=2022-01-01", "en", "").await;
    assert_eq!(switched.header(header::LOCATION), "/p/huitian-2021?as_of=2022-01-01");
    let home = site().await.get("/?as_of=2019-08-14", "en", "").await;
    assert_eq!(home.header(header::LOCATION), "/p/huitian-2018?as_of=2019-08-14");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_from_what_is_not_there_yet() {
    let cases = [
        ("/p/nothing", 404, "Page not found"),
        ("/p/a%20b", 404, "Page not found"),
        ("/p/huitian-2018/projects/NOTHING", 404, "Page not found"),
        ("/p/huitian-2018/projects/NOTHING?as_of=2019-08-14", 404, "Page not found"),
        ("/p/huitian-2018/figures/nothing", 404, "Page not found"),
        ("/nowhere", 404, "Page not found"),
        ("/p/huitian-2018?as_of=2017-01-01", 404, "Not yet on the books that day"),
        ("/p/huitian-2018/figures?as_of=2017-01-01", 404, "Not yet on the books that day"),
        ("/p/huitian-2021/projects?known_at=2019-01-01", 404, "Not yet on the books that day"),
        ("/p/huitian-2018/projects/HT-EDU-031?as_of=2018-09-01", 404, "Not yet on the books that day"),
        ("/p/huitian-2018?as_of=never", 400, "That is no date"),
        ("/p/huitian-2018?as_of=2019-02-30", 400, "That is no date"),
        ("/p/huitian-2018/projects?known_at=0000-00-00", 400, "That is no date"),
        ("/p/huitian-2018?as_of=%FF%FE", 400, "That is no date"),
        ("/p/huitian-2018?as_of=2019-08-14%00", 400, "That is no date"),
    ];
    for (address, status, title) in cases {
        let answer = site().await.get(address, "en", "").await;
        assert_eq!(answer.status.as_u16(), status, "{address}");
        assert!(answer.text.contains(title), "{address}: {}", answer.text);
        assert_sound(&answer, address, "en");
    }
    let chinese = site().await.get("/p/huitian-2018?as_of=never", "zh-CN", "").await;
    assert!(chinese.text.contains("日期不对") && chinese.text.contains("never"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_framework_refuses_is_said_in_the_readers_language() {
    let site = site().await;
    let wrong_method = Request::delete(PLAN).header(header::ACCEPT_LANGUAGE, "en");
    let answer = site.ask(wrong_method.body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header(header::ALLOW), "GET,HEAD");
    assert!(answer.text.contains("does not take such a request"));

    let large = post("/sign-in", "", &format!("name={}", "a".repeat(2 * 1024 * 1024)));
    let answer = site.ask(large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.contains("Too much was sent"), "{}", answer.text);

    let unreadable = Request::post("/sign-in").header(header::CONTENT_TYPE, "text/plain");
    let answer = site.ask(unreadable.body(Body::from("x")).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(answer.text.contains("请求有误"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_the_address() {
    // Pages show every project once.
    let mut seen = Vec::new();
    for number in 1..=3 {
        let answer = page(&format!("{PLAN}/projects?as_of=2019-08-14&page={number}"), "en").await;
        seen.extend(codes(&answer));
    }
    assert_eq!(seen.len(), 108);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 108);

    // The phases divide the plan.
    let mut sum = 0;
    for phase in ["to_start", "under_way", "partly_in_use", "completed", "in_use", "suspended"] {
        sum += count(&page(&format!("{PLAN}/projects?as_of=2019-08-14&phase={phase}"), "en").await);
    }
    assert_eq!(sum, 108);
    let started = page(&format!("{PLAN}/projects?as_of=2019-08-14&standing=started"), "en").await;
    assert_eq!(count(&started), 67);
    let education =
        page(&format!("{PLAN}/projects?as_of=2019-08-14&standing=completed&sector=education"), "en").await;
    assert_eq!(count(&education), 14);

    // Search in Chinese, by alias, by code; what does not fit leaves nothing.
    let found = page(&format!("{PLAN}/projects?q=%E9%9C%8D%E8%90%A5%E5%85%AC%E5%9B%AD"), "zh").await;
    assert!(codes(&found).contains(&"HT-GRE-003".to_owned()));
    let by_code = page(&format!("{PLAN}/projects?q=ht-gre-003"), "en").await;
    assert_eq!(codes(&by_code), ["HT-GRE-003"]);
    let alias = page(&format!("{PLAN}/projects?q=%E9%9C%8D%E8%90%A5%20%E5%8D%AB%E7%94%9F"), "zh").await;
    assert!(!codes(&alias).is_empty());
    let nothing = page(&format!("{PLAN}/projects?q=%3Cscript%3Ealert(1)%3C/script%3E"), "en").await;
    assert!(codes(&nothing).is_empty() && !nothing.text.contains("<script>alert"));
    let far = page(&format!("{PLAN}/projects?page=99999999999999999999"), "en").await;
    assert!(!codes(&far).is_empty());

    // A promise that has passed is not called an expectation.
    let passed = page(&format!("{PLAN}/projects?as_of=2019-08-14&q=HT-CUL-003"), "en").await;
    assert!(passed.text.contains("was due December 2018") && !passed.text.contains("expected December 2018"));

    // What was chosen is shown, and can be taken back one by one.
    let chosen = page(&format!("{PLAN}/projects?sector=education&late=yes&sort=slip"), "en").await;
    let without = format!("{PLAN}/projects?late=yes&sort=slip");
    assert!(chosen.links().contains(&without), "{:?}", chosen.links());
    assert!(chosen.text.contains("aria-sort=\"descending\""));
}

fn codes(answer: &Answer) -> Vec<String> {
    let rows = answer.text.split("<tbody>").nth(1).unwrap_or("");
    rows.split("<span class=\"code\">")
        .skip(1)
        .filter_map(|t| t.split('<').next())
        .map(str::to_owned)
        .collect()
}

/// "14 projects" of the list.
fn count(answer: &Answer) -> usize {
    let line = answer.text.split("small tally\">").nth(1).expect("a count");
    line.split_whitespace().next().and_then(|text| text.parse().ok()).expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projects_page_shows_promises_grades_and_history_as_of_the_day() {
    let address = format!("{PLAN}/projects/HT-HEA-006?as_of=2024-06-30");
    let answer = page(&address, "en").await;
    let text = &answer.text;
    // Promised for the end of 2023 at the ceremony, then for the end of 2024.
    assert!(text.contains("December 2023") && text.contains("December 2024"));
    assert!(text.contains("366 days later"), "the promise moved by a leap year");
    assert!(text.contains("class=\"slip-line late\""));
    assert!(text.contains("grade illustrative") && text.contains("grade published"));
    // Before the first word of it, none of that is known.
    let before = page(&format!("{PLAN}/projects/HT-HEA-006?as_of=2019-06-01"), "en").await;
    assert!(!before.text.contains("December 2024") && !before.text.contains("id=\"moved\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_stand_beside_what_was_published() {
    let answer = page(&format!("{PLAN}/figures?as_of=2019-08-14"), "en").await;
    let numbers: Vec<&str> =
        answer.text.split("<dd>").skip(1).filter_map(|text| text.split('<').next()).collect();
    assert_eq!(numbers[1], "0", "none differs");
    assert!(answer.text.contains("3,810") && answer.text.contains("2,556,000"));
    let one = page(&format!("{PLAN}/figures/kindergarten_places?as_of=2019-08-14"), "en").await;
    let rows = one.links().iter().filter(|link| link.contains("/projects/HT-EDU-")).count();
    assert_eq!(rows, 12, "the twelve kindergartens behind the number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_in_the_address_holds_and_is_not_carried_on() {
    let site = site().await;
    let answer =
        site.get(&format!("{PLAN}?lang=en&as_of=2019-08-14"), "zh-CN", "lang=zh-CN; theme=dark").await;
    assert_sound(&answer, "?lang=en", "en");
    assert!(answer.text.contains("data-theme=\"dark\""), "other choices stay");
    assert!(answer.cookies().contains("lang=en"));
    assert!(answer.links().iter().all(|link| !link.contains("lang=en")), "{:?}", answer.links());
    assert!(answer.links().iter().any(|link| link.contains("/lang/zh?back=")));
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_kept_for_good_and_change_their_address() {
    let site = site().await;
    let home = page(PLAN, "en").await;
    let assets: Vec<String> =
        home.text.split('"').filter(|t| t.starts_with("/assets/")).map(str::to_owned).collect();
    assert!(assets.len() >= 3, "{assets:?}");
    for address in assets {
        let answer = site.get(&address, "en", "").await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert!(answer.header(header::CACHE_CONTROL).contains("immutable"), "{address}");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
    let home = site.get(PLAN, "en", "").await;
    assert_eq!(home.header(header::CACHE_CONTROL), "private, no-cache");
    assert!(home.header(header::VARY).contains("cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_shown_with_what_it_corrects() {
    let site = Site::new(false).await;
    let (plan, code) = (Code::new("huitian-2018").expect("a code"), Code::new("HT-GRE-003").expect("a code"));
    let subject = Subject::project(&plan, &code);
    let percent = |value: i64| -> Vec<Fact> {
        vec![Fact::from(ProjectFact::Progress { part: None, percent: value.into() })]
    };
    let make = async |command: Command, reason: &str| {
        let change =
            Change { command, effective: None, source: Source::default(), reason: reason.to_owned() };
        site.app.change(&Actor::operator(), change).await.expect("a change").version
    };
    let record = Command::Record { subject: subject.clone(), facts: percent(17), expected: None };
    let wrong = make(record, "").await;
    let correct = Command::Correct { subject, entry: wrong, facts: percent(71), expected: None };
    let right = make(correct, "Digits <swapped>").await;

    let answer = site.get(&format!("{PLAN}/projects/HT-GRE-003"), "en", "").await;
    assert_sound(&answer, "a corrected project", "en");
    for wanted in [
        format!("Corrects entry {wrong}"),
        format!("Corrected by entry {right}"),
        format!("id=\"e{wrong}\""),
        format!("href=\"#e{right}\""),
        "71% complete".to_owned(),
        "Reason: Digits &#60;swapped&#62;".to_owned(),
    ] {
        assert!(answer.text.contains(&wanted), "{wanted}");
    }
    assert!(!answer.text.contains("17% complete"));
    let overview = site.get(PLAN, "en", "").await;
    assert!(overview.text.contains("Progress: 71 %"), "the week's changes follow the correction");
    assert!(!overview.text.contains("Progress: 17 %"));
    // Looked at a day before, neither is there.
    let before = site.get(&format!("{PLAN}/projects/HT-GRE-003?as_of=2024-01-01"), "en", "").await;
    assert!(!before.text.contains("Corrects entry") && before.text.contains("hold only from after the day"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evaluation_turned_page_by_page_lists_each_project_once() {
    let csv = site().await.get(&format!("{PLAN}/evaluation.csv"), "zh", "").await;
    let all = csv.text.lines().skip(1).filter(|line| !line.trim().is_empty()).count();
    let (mut next, mut listed, mut pages) = (Some(format!("{PLAN}/evaluation")), Vec::new(), 0);
    while let Some(address) = next.take().filter(|_| pages < 99) {
        let shown = page(&address, "zh").await;
        let ends =
            |link: &String| link.starts_with(&format!("{PLAN}/projects/")) && link.ends_with("/evaluation");
        let (_, list) = shown.text.split_once("id=\"projects-title\"").expect("a list of projects");
        let rows =
            list.split("</table>").next().unwrap_or_default().matches("<tr><th scope=\"row\">").count();
        let projects: Vec<String> = shown.links().into_iter().filter(ends).collect();
        // Effects link to some of them, too: the list comes last.
        listed.extend(projects[projects.len() - rows..].to_vec());
        let further = shown.text.split("rel=\"next\" href=\"").nth(1);
        next = further.and_then(|rest| rest.split('"').next()).map(|address| {
            let whole = address.replace("&#38;", "&").replace("&amp;", "&");
            whole.trim_end_matches("#projects-title").to_owned()
        });
        pages += 1;
    }
    assert_eq!(pages, all.div_ceil(30));
    assert_eq!(listed.len(), all);
    listed.sort();
    listed.dedup();
    assert_eq!(listed.len(), all);
    assert!(page(&format!("{PLAN}/evaluation?page=999"), "en").await.text.contains("rel=\"prev\""));
}
