//! The demonstration plan's files, as they ship.

pub(crate) struct PlanData {
    pub code: &'static str,
    pub plan: &'static str,
    /// Table name and CSV text, in the order in which they depend on each other.
    pub tables: &'static [(&'static str, &'static str)],
}

macro_rules! plan_data {
    ($dir:literal: $($table:literal),* $(,)?) => {
        PlanData {
            code: $dir,
            plan: include_str!(concat!("../../../demo/", $dir, "/plan.toml")),
            tables: &[$(
                ($table, include_str!(concat!("../../../demo/", $dir, "/", $table, ".csv")))
            ),*],
        }
    };
}

macro_rules! plans {
    ($($dir:literal),*) => {
        &[$(plan_data!($dir:
            "projects", "aliases", "lead_units", "supporting_units", "parts", "indicators",
            "milestones", "progress", "outputs", "documents", "remarks",
            "baselines", "targets", "observations", "accepted", "list_entries",
        )),*]
    };
}

pub(crate) const PLANS: &[PlanData] = plans!("huitian-2018", "huitian-2021");

pub(crate) const AREAS: &str = include_str!("../../../demo/areas.csv");
pub(crate) const UNITS: &str = include_str!("../../../demo/units.csv");
