//! Routes by area, category and time.

use domain::code::Code;
use domain::request::Urgency;
use domain::request::call_back::preset_of;
use domain::request::routing::{OnDays, Route, RouteTo, route};
use jiff::civil::{Time, date};

use super::{TODAY, code, rules};

#[test]
fn routes_go_by_area_category_and_time() {
    let rules = rules();
    let areas = [code("estate"), code("town"), code("district")];
    let wednesday = date(2019, 8, 14).at(9, 0, 0, 0);
    let sunday = date(2019, 8, 18).at(9, 0, 0, 0);
    let water = code("water");
    let on = |category: Option<&Code>, areas: &[Code], at| route(&rules, areas, category, at);
    assert_eq!(on(Some(&water), &areas, sunday).unit, water);
    let usual = on(Some(&water), &areas, wednesday);
    assert_eq!((usual.unit, usual.supporting), (code("town-office"), vec![water.clone()]));
    let left = on(None, &[code("elsewhere")], wednesday);
    assert!(left.by_backstop && left.unit == code("district"));
    let limits = preset_of(&rules, &[], None, Urgency::Immediate).expect("limits");
    assert_eq!(limits.preset, code("urgent"));
}

#[test]
fn routes_hold_from_their_first_moment_to_before_their_last() {
    let hours = |route: &str, order, from: (i8, i8), to: (i8, i8)| Route {
        hours: Some((Time::constant(from.0, from.1, 0, 0), Time::constant(to.0, to.1, 0, 0))),
        ..Route::new(code(route), order, RouteTo::Unit(code(route)))
    };
    let mut rules = rules();
    // Over midnight, over noon, and never: from a moment to the same one.
    rules.routes = vec![
        hours("night", 10, (22, 0), (6, 30)),
        hours("day", 20, (8, 0), (17, 0)),
        hours("never", 30, (20, 0), (20, 0)),
    ];
    let at = |hour, minute, second| TODAY.at(hour, minute, second, 0);
    for (moment, unit) in [
        (at(0, 0, 0), "night"),
        (at(6, 29, 59), "night"),
        (at(6, 30, 0), "district"),
        (at(7, 59, 59), "district"),
        (at(8, 0, 0), "day"),
        (at(16, 59, 59), "day"),
        (at(17, 0, 0), "district"),
        (at(20, 0, 0), "district"),
        (at(21, 59, 59), "district"),
        (at(22, 0, 0), "night"),
        (at(23, 59, 59), "night"),
    ] {
        let found = route(&rules, &[code("town")], None, moment);
        assert_eq!(found.unit, code(unit), "{moment}");
        assert_eq!(found.by_backstop, unit == "district", "{moment}");
    }
    // A night that begins on a working day goes on into a day off by the day that the moment lies on.
    rules.routes = vec![Route { days: OnDays::Working, ..hours("night", 10, (22, 0), (6, 0)) }];
    let on = |moment| route(&rules, &[code("town")], None, moment).unit;
    assert_eq!(on(date(2019, 8, 16).at(23, 0, 0, 0)), code("night"), "a Friday");
    assert_eq!(on(date(2019, 8, 17).at(1, 0, 0, 0)), code("district"), "a Saturday");
    assert_eq!(on(date(2019, 8, 19).at(1, 0, 0, 0)), code("night"), "a Monday");
}
