//! The areas of a plan, found in texts by what they and the facilities in them are called.

use std::collections::HashSet;

use domain::area::{Area, AreaLevel};
use domain::bounds::Bounds;
use domain::code::Code;
use domain::facility::Facility;
use domain::portfolio::Portfolio;
use text::places::{Gazetteer, Place};

/// Shorter names of facilities stand in too many other words.
const SHORTEST: usize = 3;

struct Known {
    code: Code,
    parent: Option<Code>,
    community: bool,
}

/// Communities and subdistricts with all that lies in them.
pub(crate) struct Areas {
    areas: Vec<Known>,
    /// Where each facility lies, behind the areas in the gazetteer; none where nobody knows.
    facilities: Vec<Option<Code>>,
    gazetteer: Option<Gazetteer>,
}

/// What people call a place whose name says what kind of area it is: 云趣园三区社区 is 云趣园三区 to them.
fn short(name: &str) -> &str {
    let kinds = ["社区", "街道", "镇", "乡"];
    let rest = kinds.iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(name);
    if rest.chars().count() >= 3 { rest } else { name }
}

/// With what it is called as well, but for what is another area's own name: that stays with the other one.
fn place_of(area: &Area, own: &HashSet<&str>) -> Place {
    let other = [area.name.en.as_str(), short(&area.name.zh)].into_iter().map(str::to_owned);
    Place {
        id: area.code.to_string(),
        name: area.name.zh.clone(),
        aliases: other
            .chain(area.aliases.iter().filter(|alias| !own.contains(alias.as_str())).cloned())
            .filter(|name| !name.is_empty() && *name != area.name.zh)
            .collect(),
        parent: area.parent.as_ref().map(Code::to_string).unwrap_or_default(),
    }
}

/// Words that say what something is, and not which one it is.
struct Common {
    /// Names of kinds, and words of categories.
    said: HashSet<String>,
    /// With these names of facilities those of others end.
    endings: HashSet<String>,
}

fn names_of(facility: &Facility) -> impl Iterator<Item = &str> {
    let name = facility.name.iter();
    name.flat_map(|name| [name.zh.trim(), name.en.trim()]).filter(|name| !name.is_empty())
}

/// Without numbers: 卫生间2 is a 卫生间 like others.
fn unnumbered(name: &str) -> String {
    name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>().trim().to_lowercase()
}

impl Common {
    fn of(portfolio: &Portfolio) -> Self {
        let kinds = portfolio.plan.facility_kinds.iter().flat_map(|kind| [&kind.name.zh, &kind.name.en]);
        let kinds = kinds.flat_map(|name| name.split(['、', ',', '/']));
        let words = portfolio.plan.request_categories.iter().flat_map(|category| &category.words);
        let said = kinds.chain(words.map(String::as_str)).map(|word| word.trim().to_lowercase()).collect();
        let names: HashSet<String> = portfolio.facilities.iter().flat_map(names_of).map(unnumbered).collect();
        let mut endings = HashSet::new();
        for name in &names {
            let ends = name.char_indices().skip(1).map(|(at, _)| name[at..].trim_start());
            endings.extend(ends.filter(|ending| names.contains(*ending)).map(str::to_owned));
        }
        Self { said, endings }
    }

    fn says_which(&self, name: &str) -> bool {
        let name = unnumbered(name);
        name.chars().count() >= SHORTEST && !self.said.contains(&name) && !self.endings.contains(&name)
    }
}

impl Areas {
    pub(crate) fn of(portfolio: &Portfolio) -> Self {
        let fine = |level: &AreaLevel| matches!(level, AreaLevel::Subdistrict | AreaLevel::Community);
        let is_fine = |area: &&Area| area.level.as_ref().is_some_and(fine);
        let held: Vec<&Area> = portfolio.areas.values().filter(is_fine).collect();
        let own = held.iter().flat_map(|area| [area.name.zh.as_str(), area.name.en.as_str()]).collect();
        let mut places: Vec<Place> = held.iter().map(|area| place_of(area, &own)).collect();
        let (common, bounds) = (Common::of(portfolio), Bounds::of(portfolio.areas.values()));
        let mut facilities = Vec::new();
        for facility in &portfolio.facilities {
            let mut names = names_of(facility).filter(|name| common.says_which(name)).map(str::to_owned);
            let Some(name) = names.next() else { continue };
            let area = match (&facility.area, facility.site) {
                (Some(area), _) => portfolio.areas.get(area).filter(is_fine).map(|area| &area.code),
                (None, site) => site.and_then(|site| bounds.area(site.at)),
            };
            places.push(Place {
                id: format!("/{}", facility.code),
                name,
                aliases: names.collect(),
                parent: area.map(Code::to_string).unwrap_or_default(),
            });
            facilities.push(area.cloned());
        }
        let known = |area: &&Area| Known {
            code: area.code.clone(),
            parent: area.parent.clone(),
            community: area.level == Some(AreaLevel::Community),
        };
        Self { areas: held.iter().map(known).collect(), facilities, gazetteer: Gazetteer::new(places).ok() }
    }

    /// The finest area that a text names, else `around`, the one that is known to be around it. Within that one, or where
    /// there is none, the area of a facility that it names: of several that lie in different areas nobody knows which
    /// it is about.
    pub(crate) fn find(&self, text: &str, around: Option<&Code>) -> Option<Code> {
        let (named, facilities) = self.mentioned(text);
        let facility =
            facilities.first().filter(|first| facilities.iter().all(|held| held == *first)).copied();
        let Some(within) = named.or(around) else { return facility.cloned() };
        let refined = facility.filter(|code| {
            self.areas.iter().any(|area| area.code == **code && area.parent.as_ref() == Some(within))
        });
        Some(refined.unwrap_or(within).clone())
    }

    /// The finest area by name, and where the facilities lie.
    fn mentioned(&self, text: &str) -> (Option<&Code>, Vec<&Code>) {
        let Some(gazetteer) = &self.gazetteer else { return (None, Vec::new()) };
        let (mut named, mut facilities): (Option<&Known>, Vec<&Code>) = (None, Vec::new());
        for mention in gazetteer.finder().find(text) {
            let mut areas = mention.places.iter().filter_map(|at| self.areas.get(*at as usize));
            match (areas.next(), areas.next()) {
                // What an area is called as well is the area.
                (Some(area), None) if named.is_none_or(|held| area.community && !held.community) => {
                    named = Some(area);
                }
                (Some(_), _) => {}
                (None, _) => facilities.extend(self.in_one_area(&mention.places)),
            }
        }
        (named.map(|area| &area.code), facilities)
    }

    /// The area of all the facilities that a name can mean.
    fn in_one_area(&self, places: &[u32]) -> Option<&Code> {
        let area = |at: &u32| self.facilities.get((*at as usize).checked_sub(self.areas.len())?)?.as_ref();
        let first = area(places.first()?)?;
        places.iter().all(|at| area(at) == Some(first)).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_called_by_what_sets_them_apart() {
        assert_eq!(short("云趣园三区社区"), "云趣园三区");
        assert_eq!(short("天通苑北街道"), "天通苑北");
        assert_eq!(short("北七家镇"), "北七家");
        assert_eq!(short("霍营镇"), "霍营镇");
        assert_eq!(short("清水苑"), "清水苑");
    }

    #[test]
    fn what_only_says_what_it_is_names_no_place() {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        let common = Common { said: words(&["药店"]), endings: words(&["体育公园", "park"]) };
        for name in ["11号楼", "体育公园", "体育公园2", "Park", "A 1"] {
            assert!(!common.says_which(name), "{name}");
        }
        assert!(common.says_which("霍营体育公园") && common.says_which("便利蜂"));
    }
}
