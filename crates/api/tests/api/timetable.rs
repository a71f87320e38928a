//! The timetable: for those who work on the plan, with the numbers that its pages show.

use crate::site::site;

#[tokio::test]
async fn the_timetable_tells_promise_float_and_odds() {
    let site = site();
    let staff = site.writer("task-force").await;
    let place = "/plans/huitian-2018/timetable?as_of=2019-08-14&limit=500";
    site.get(place).await.expect(401);
    let body = site.get_as(&staff, place).await.expect(200).body;
    let items = body["items"].as_array().expect("items");
    assert!(items.len() > 80, "{}", items.len());
    let road = items.iter().find(|item| item["project"] == "HT-TRA-004").expect("a road");
    assert_eq!((road["step"].as_str(), road["promised"].as_str()), (Some("start"), Some("2019-12-31")));
    assert!(road["float_days"].as_i64().expect("a float") < -40, "{road}");
    assert!(road["odds"].as_f64().expect("odds") < 0.01);
    for item in items {
        let share = item["odds"].as_f64();
        assert!(share.is_none_or(|share| (0.0..=1.0).contains(&share)), "{item}");
        assert!(item["p50"].as_str() <= item["p80"].as_str() && item["p80"].as_str() <= item["p95"].as_str());
    }
    let steps = "/plans/huitian-2018/projects/HT-TRA-004/timetable?as_of=2019-08-14";
    site.get(steps).await.expect(401);
    let body = site.get_as(&staff, steps).await.expect(200).body;
    let start = body["items"].as_array().expect("steps").iter().find(|step| step["step"] == "start");
    let start = start.expect("a start");
    assert_eq!(start["float_days"], road["float_days"]);
    assert_eq!(start["finish"], road["finish"]);
    assert_eq!(start["critical"], true);
    site.get_as(&staff, "/plans/huitian-2018/projects/NO-SUCH/timetable").await.expect(404);
}
