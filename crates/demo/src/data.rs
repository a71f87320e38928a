//! The demonstration plan's files, as they ship.

pub(crate) struct PlanData {
    pub code: &'static str,
    pub plan: &'static str,
    /// Table name and CSV text, in the order in which they depend on each other.
    pub tables: &'static [(&'static str, &'static str)],
    /// Items of the ledger that pages name.
    pub items: &'static str,
    /// Whether the plan's registers are filled with made-up items.
    pub registers: bool,
}

macro_rules! plan_data {
    ($dir:literal, $registers:literal: $($table:literal),* $(,)?) => {
        PlanData {
            code: $dir,
            plan: include_str!(concat!("../../../demo/", $dir, "/plan.toml")),
            tables: &[$(
                ($table, include_str!(concat!("../../../demo/", $dir, "/", $table, ".csv")))
            ),*],
            items: include_str!(concat!("../../../demo/", $dir, "/items.csv")),
            registers: $registers,
        }
    };
}

macro_rules! plans {
    ($($dir:literal $registers:literal),*) => {
        &[$(plan_data!($dir, $registers:
            "projects", "aliases", "lead_units", "supporting_units", "parts", "indicators",
            "milestones", "progress", "outputs", "documents", "remarks",
            "baselines", "targets", "observations", "accepted", "list_entries",
        )),*]
    };
}

pub(crate) const PLANS: &[PlanData] = plans!("huitian-2018" true, "huitian-2021" false);

pub(crate) const AREAS: &str = include_str!("../../../demo/areas.csv");
/// Where areas end; data of OpenStreetMap.
pub(crate) const BOUNDARIES: &str = include_str!("../../../demo/boundaries.csv");
pub(crate) const UNITS: &str = include_str!("../../../demo/units.csv");
