//! Whoever is told, is told once, of something that concerns them, and never of their own doing.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::item::kind::Level;
use domain::notice::{Said, Topic};
use domain::person::Person;
use domain::policy::{Grant, Role, Scope, Target};
use domain::telling::{Audience, Matter, Staff, tellings};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const UNITS: [&str; 3] = ["bureau", "helper", "town"];
const PEOPLE: [&str; 8] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn unit() -> impl Strategy<Value = Code> {
    select(&UNITS[..]).prop_map(code)
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        Just(Scope::Everything),
        Just(Scope::Plan(code("p"))),
        Just(Scope::Plan(code("q"))),
        Just(Scope::Area(code("district"))),
        Just(Scope::Area(code("elsewhere"))),
        unit().prop_map(Scope::Unit),
    ]
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let one = (proptest::option::of(unit()), vec((select(&Role::ALL[..]), scope()), 0..3), any::<bool>());
    vec(one, PEOPLE.len()).prop_map(|people| {
        let person = |(name, (unit, grants, active)): (&&str, (_, Vec<(Role, Scope)>, _))| Person {
            code: code(name),
            name: (*name).into(),
            email: String::new(),
            unit,
            grants: grants.into_iter().map(|(role, scope)| Grant { role, scope }).collect(),
            active,
        };
        PEOPLE.iter().zip(people).map(person).collect()
    })
}

fn audience() -> impl Strategy<Value = Audience> {
    let level = || proptest::option::of(select(Level::ALL));
    prop_oneof![
        unit().prop_map(Audience::Unit),
        select(&PEOPLE[..]).prop_map(|name| Audience::Person(code(name))),
        level().prop_map(Audience::Supervisors),
        level().prop_map(Audience::Above),
        Just(Audience::Readers),
    ]
}

fn matters() -> impl Strategy<Value = Vec<Matter>> {
    let matter = vec(audience(), 0..4).prop_map(|to| Matter {
        name: "matter",
        topic: Topic::Item,
        urgent: false,
        said: Said::new("told-assigned"),
        to: to.into_iter().collect(),
    });
    vec(matter, 0..4)
}

proptest! {
    #[test]
    fn once_concerned_and_never_of_their_own_doing(people in people(), matters in matters(), actor in select(&PEOPLE[..])) {
        let target = Target {
            plan: Some(code("p")),
            lead_unit: Some(code("bureau")),
            areas: vec![code("town"), code("district")],
            ..Target::default()
        };
        let (staff, actor) = (Staff::new(people.clone()), code(actor));
        let told = tellings(matters.clone(), &staff, &target, Some(&actor));
        let (mut persons, mut units) = (BTreeSet::new(), BTreeSet::new());
        for telling in &told {
            prop_assert!(!telling.people.is_empty() || !telling.units.is_empty());
            let concerned: BTreeSet<&Code> =
                telling.matter.to.iter().flat_map(|audience| staff.of(audience, &target)).collect();
            for person in &telling.people {
                prop_assert!(persons.insert(person.clone()), "{person} twice");
                prop_assert!(concerned.contains(person) && *person != actor);
                prop_assert!(people.iter().any(|held| held.code == *person && held.active));
            }
            for unit in &telling.units {
                prop_assert!(units.insert(unit.clone()), "{unit} twice");
            }
        }
        // Nobody whom a matter concerns is left out.
        for matter in &matters {
            for person in matter.to.iter().flat_map(|audience| staff.of(audience, &target)) {
                prop_assert!(*person == actor || persons.contains(person), "{person} was left out");
            }
        }
    }
}
