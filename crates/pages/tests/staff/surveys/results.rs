//! What waves came to: told, drawn by area, and behind published figures.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_shows_results_and_what_changed() {
    let site = site();
    let (public, force) = (site.sign_in("").await, site.sign_in("task-force").await);
    let list = public.get(&at("")).await;
    list.is(200).says("Spring 2019").says("Take part").says("illustrative");
    let results = public.get(&at("/felt-2019-1/results?by=area")).await;
    results.is(200).says("made up to show").says("withheld to protect small groups").says("Huilongguan");
    // What it came to is recorded of indicators by area, too, and the page says of how many.
    let results = force.get(&at("/felt-2019-2/results")).await;
    results.is(200).says("name=\"by_area\"").says("by telephone");
    let fields = [("estimate", "felt=much"), ("indicator", "satisfaction"), ("by_area", "yes")];
    force.post(&at("/felt-2019-2/results"), &fields).await.is(303);
    public.get(&at("/felt-2019-2/results")).await.is(200).says("also by area (");
    let compared = public.get(&at("/compare")).await;
    compared.is(200).says("more than chance").says("points").says("judged together (Holm)");
    let group =
        compared.body.split("<option value=\"area=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let part =
        public.get(&at(&format!("/compare?from=felt-2019-1&to=felt-2019-2&group=area%3D{group}"))).await;
    part.is(200).says(&format!("<option value=\"area={group}\" selected>"));
    let nobody = public.get(&at("/compare?from=felt-2019-1&to=felt-2019-2&group=area%3Dnowhere")).await;
    nobody.is(200).says("<option value=\"\" selected>").says("more than chance");
    for (page, lang) in [
        ("", "zh"),
        ("/compare", "zh"),
        ("/felt-2019-1/results", "zh"),
        ("/felt-open", "en"),
        ("/felt-open/answer", "zh"),
    ] {
        let mut reader = site.sign_in("").await;
        reader.lang = if lang == "zh" { "zh-CN" } else { "en" };
        let answer = reader.get(&at(page)).await;
        assert_eq!(answer.is(200).missing_words(), Vec::<String>::new(), "{page}");
    }
    public.get(&at("/felt-2019-2/texts")).await.is(303);
    site.sign_in("community").await.get(&at("/felt-2019-2/texts")).await.is(403);
    let texts = force.get(&at("/felt-2019-2/texts")).await;
    texts.is(200).says("?theme=parking").says("Parking").says("Something else, or not certain");
    let parking = force.get(&at("/felt-2019-2/texts?theme=parking")).await;
    parking.is(200).says("Texts about Parking").says("停车位");
    assert!(!parking.body.contains("电梯老坏"), "of another theme");
    let few = force.get(&at("/felt-2019-2/texts?theme=noise")).await;
    few.is(200).says("Nobody wrote anything");
    // What is watched week by week shows them beside what came in; only those who run surveys read the texts.
    let watched = format!("{PLAN}/requests/monitor?as_of=2019-12-28");
    force.get(&watched).await.is(200).says("In surveys, in their own words").says("/texts?theme=parking");
    let desk = site.sign_in("desk").await.get(&watched).await;
    desk.is(200).says("Winter 2019").says("Parking");
    assert!(!desk.body.contains("/texts?theme="), "not for those who do not run surveys");
    for page in [
        "",
        "/felt-2019-2/texts",
        "/felt-open",
        "/felt-open/field",
        "/instruments/huitian-felt/1",
        "/new",
        "/instruments/new",
    ] {
        assert_eq!(force.get(&at(page)).await.is(200).missing_words(), Vec::<String>::new(), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_are_drawn_by_area_with_what_is_uncertain_of_them() {
    let site = site();
    let public = site.sign_in("").await;
    public.get(&at("/felt-2019-2/results")).await.is(200).says("/felt-2019-2/map");
    let map = public.get(&at("/felt-2019-2/map?of=felt%3Dmuch")).await;
    map.is(200)
        .says("Everybody together")
        .says("<option value=\"felt=much\" selected>")
        .says("made up to show");
    // One area clearly above, one clearly below; what is seen is said as well.
    map.says("Clearly above the whole: 1 area").says("Clearly below: 1 area").says("clearly higher");
    map.says("class=\"estimated class-3 clear\"").says("▲").says("▼").says("no clear difference");
    map.says("Tiantongyuan North: ").says("OpenStreetMap");
    assert!(map.body.contains("class=\"stripes\""), "a wide interval is striped");
    // Of few, nothing is told, in the picture or below.
    let few = public.get(&at("/felt-2019-1/map?of=better%3Dschools")).await;
    few.is(200)
        .says("too few answered, not shown")
        .says("estimated withheld")
        .says("too few answers, not shown");
    let mean = public.get(&at("/felt-2019-2/map?of=satisfied%3D")).await;
    mean.is(200).says("wider than a fifth of the scale").says("<option value=\"satisfied=\" selected>");
    // Nonsense shows the first question; a wave that nobody may see yet has no map.
    public.get(&at("/felt-2019-2/map?of=%3Cscript%3E")).await.is(200).says("value=\"felt=much\" selected");
    public.get(&at("/felt-open/map")).await.is(404);
    public.get(&at("/nowhere/map")).await.is(404);
    for lang in ["zh-CN", "en"] {
        let mut reader = site.sign_in("").await;
        reader.lang = lang;
        for page in ["/felt-2019-2/map", "/felt-2019-1/map?of=better%3Dschools", "/plan-effect-2019"] {
            let answer = reader.get(&at(page)).await;
            assert_eq!(answer.is(200).missing_words(), Vec::<String>::new(), "{page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn published_figures_open_to_the_waves_they_stand_on() {
    let site = site();
    let public = site.sign_in("").await;
    let figure = public.get(&format!("{PLAN}/figures/perceived_effect_after?as_of=2020-01-31")).await;
    figure.is(200).says("87.5").says("The survey behind it").says("/surveys/plan-effect-2019");
    // The plan's own waves stand beside it, with their error, and change nothing.
    figure.says("all but “not at all”").says("Spring 2019").says("Winter 2019").says("illustrative");
    let before = public.get(&format!("{PLAN}/figures/perceived_effect_before?as_of=2020-01-31")).await;
    before.is(200).says("48.53").says("/surveys/plan-effect-before");
    let wave = public.get(&at("/plan-effect-2019?as_of=2020-01-31")).await;
    wave.is(200).says("Not published").says("fgw.beijing.gov.cn").says("87.5 %").says("about 90 %");
    wave.says("/figures/perceived_effect_after").says("/figures/approval_satisfaction");
    public.get(&at("/plan-effect-2019?as_of=2018-12-31")).await.is(404);
    public
        .get(&at("?as_of=2020-01-31"))
        .await
        .is(200)
        .says("Cited surveys")
        .says("/surveys/plan-effect-2019");
    let indicator = public.get(&format!("{PLAN}/indicators/perceived_effect?as_of=2020-01-31")).await;
    indicator.is(200).says("/surveys/plan-effect-before").says("What the plan’s own surveys say");
    // Recorded by whoever runs surveys; what names it has to know it.
    public.get(&format!("{PLAN}/record/cited_wave")).await.is(303);
    site.sign_in("community").await.get(&format!("{PLAN}/record/cited_wave")).await.is(403);
    let force = site.sign_in("task-force").await;
    force.get(&format!("{PLAN}/record/cited_wave")).await.is(200).says("What was not published");
}
