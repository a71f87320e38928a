//! The demonstration plan's files, as they ship.

pub(crate) struct PlanData {
    pub code: &'static str,
    pub plan: &'static str,
    /// Table name and CSV text, in the order in which they depend on each other.
    pub tables: &'static [(&'static str, &'static str)],
    /// Kinds, standards and facilities; data of OpenStreetMap among them.
    pub places: &'static [(&'static str, &'static str)],
    /// Items of the ledger that pages name.
    pub items: &'static str,
    /// Whether the plan's registers are filled with made-up items.
    pub registers: bool,
}

macro_rules! plan_data {
    ($dir:literal, $registers:literal, $places:expr; $($table:literal),* $(,)?) => {
        PlanData {
            code: $dir,
            plan: include_str!(concat!("../../../demo/", $dir, "/plan.toml")),
            tables: &[$(
                ($table, include_str!(concat!("../../../demo/", $dir, "/", $table, ".csv")))
            ),*],
            places: $places,
            items: include_str!(concat!("../../../demo/", $dir, "/items.csv")),
            registers: $registers,
        }
    };
}

macro_rules! plans {
    ($($dir:literal $registers:literal $places:expr),*) => {
        &[$(plan_data!($dir, $registers, $places;
            "projects", "aliases", "lead_units", "supporting_units", "parts", "indicators",
            "milestones", "progress", "outputs", "documents", "remarks",
            "baselines", "targets", "observations", "accepted", "list_entries",
        )),*]
    };
}

pub(crate) const PLANS: &[PlanData] = plans!("huitian-2018" true PLACES, "huitian-2021" false &[]);

macro_rules! place_tables {
    ($($table:literal),*) => {
        &[$(($table, include_str!(concat!("../../../demo/huitian-2018/", $table, ".csv")))),*]
    };
}

/// What the first plan has of places.
const PLACES: &[(&str, &str)] =
    place_tables!("facility_kinds", "facility_standards", "facilities", "official_counts", "links");

/// Kinds once more, with the categories of requests that belong to them: known since requests are taken.
pub(crate) const KINDS_REQUESTS: &str =
    include_str!("../../../demo/huitian-2018/facility_kinds_requests.csv");

/// Where people live, made up: a grid of points. The areas that it names are on the books from this day on.
pub(crate) const RESIDENCES: &str = include_str!("../../../demo/huitian-2018/residences.csv");
/// Where something may be built, made up as well.
pub(crate) const PARCELS: &str = include_str!("../../../demo/huitian-2018/parcels.csv");
/// The day of both.
pub(crate) const LAND_KNOWN: jiff::civil::Date = jiff::civil::date(2021, 7, 21);

pub(crate) const AREAS: &str = include_str!("../../../demo/areas.csv");
/// Railways, waters and parks; data of OpenStreetMap.
pub(crate) const BASE_MAP: &str = include_str!("../../../demo/base_map.geojson");

/// Where areas end; data of OpenStreetMap.
pub(crate) const BOUNDARIES: &str = include_str!("../../../demo/boundaries.csv");
pub(crate) const UNITS: &str = include_str!("../../../demo/units.csv");
