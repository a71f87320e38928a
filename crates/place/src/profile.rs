//! Who moves: which ways of a map extract a profile may use, and in which direction.
//!
//! The rules read the tags of OpenStreetMap (<https://wiki.openstreetmap.org/wiki/Key:highway>). A tagged
//! sidewalk is never required. Ferries are left out: they are no `highway`.

use crate::network::Direction;

/// On foot or by bike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    Walk,
    Bike,
}

/// Direction of travel relative to the order of the way's nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Travel {
    Both,
    Along,
    Against,
}

impl Travel {
    /// The direction of a link, and whether its ends must change places.
    #[must_use]
    pub fn of_link(self) -> (Direction, bool) {
        match self {
            Self::Both => (Direction::Both, false),
            Self::Along => (Direction::Forward, false),
            Self::Against => (Direction::Forward, true),
        }
    }
}

/// Ways nobody may walk or ride, whatever other tags say.
const CLOSED: [&str; 15] = [
    "motorway",
    "motorway_link",
    "trunk_link",
    "construction",
    "proposed",
    "raceway",
    "bridleway",
    "abandoned",
    "bus_guideway",
    "escape",
    "corridor",
    "platform",
    "no",
    "razed",
    "",
];

impl Profile {
    /// How this profile may use a way with these tags, or nothing.
    pub fn admits<'t>(self, tag: impl Fn(&str) -> Option<&'t str>) -> Option<Travel> {
        let highway = tag("highway")?;
        if CLOSED.contains(&highway) || tag("area") == Some("yes") {
            return None;
        }
        match self {
            Self::Walk => {
                let foot = tag("foot");
                if foot == Some("no") || private(tag("access")) && !allowed(foot) {
                    return None;
                }
                Some(Travel::Both)
            }
            Self::Bike => {
                let bicycle = tag("bicycle");
                let closed = matches!(bicycle, Some("no" | "use_sidepath"))
                    || private(tag("access")) && !allowed(bicycle)
                    || matches!(highway, "steps" | "trunk" | "via_ferrata" | "elevator") && !allowed(bicycle)
                    || matches!(highway, "footway" | "pedestrian") && !allowed(bicycle);
                if closed || highway == "steps" {
                    return None;
                }
                Some(bike_direction(&tag))
            }
        }
    }
}

fn private(access: Option<&str>) -> bool {
    matches!(access, Some("private" | "no"))
}

fn allowed(mode: Option<&str>) -> bool {
    matches!(mode, Some("yes" | "designated" | "permissive"))
}

fn bike_direction<'t>(tag: &impl Fn(&str) -> Option<&'t str>) -> Travel {
    let contraflow = |key: &str| tag(key).is_some_and(|value| value.starts_with("opposite"));
    if ["cycleway", "cycleway:left", "cycleway:right"].into_iter().any(contraflow) {
        return Travel::Both;
    }
    let implied = if tag("junction") == Some("roundabout") { Some("yes") } else { None };
    match tag("oneway:bicycle").or_else(|| tag("oneway")).or(implied) {
        Some("yes" | "true" | "1") => Travel::Along,
        Some("-1" | "reverse") => Travel::Against,
        _ => Travel::Both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(profile: Profile, tags: &[(&str, &'static str)]) -> Option<Travel> {
        profile.admits(|key| tags.iter().find(|(found, _)| *found == key).map(|(_, value)| *value))
    }

    #[test]
    fn walking() {
        let both = Some(Travel::Both);
        let walk = |tags: &[(&str, &'static str)]| admits(Profile::Walk, tags);
        assert_eq!(walk(&[("highway", "residential"), ("oneway", "yes")]), both);
        assert_eq!(walk(&[("highway", "residential"), ("sidewalk", "no")]), both);
        assert_eq!(walk(&[("highway", "service"), ("access", "private")]), None);
        assert_eq!(walk(&[("highway", "service"), ("access", "private"), ("foot", "permissive")]), both);
        assert_eq!(walk(&[("highway", "motorway"), ("foot", "yes")]), None);
        assert_eq!(walk(&[("highway", "pedestrian"), ("area", "yes")]), None);
        assert_eq!(walk(&[("route", "ferry")]), None);
        assert_eq!(walk(&[("highway", "steps")]), both);
    }

    #[test]
    fn riding() {
        let bike = |tags: &[(&str, &'static str)]| admits(Profile::Bike, tags);
        assert_eq!(bike(&[("highway", "residential"), ("oneway", "yes")]), Some(Travel::Along));
        assert_eq!(bike(&[("highway", "residential"), ("oneway", "-1")]), Some(Travel::Against));
        let contraflow = [("highway", "residential"), ("oneway", "yes"), ("oneway:bicycle", "no")];
        assert_eq!(bike(&contraflow), Some(Travel::Both));
        assert_eq!(bike(&[("highway", "tertiary"), ("junction", "roundabout")]), Some(Travel::Along));
        assert_eq!(bike(&[("highway", "steps"), ("bicycle", "yes")]), None);
        assert_eq!(bike(&[("highway", "footway")]), None);
        assert_eq!(bike(&[("highway", "footway"), ("bicycle", "designated")]), Some(Travel::Both));
    }
}
