//! The Open Contracting for Infrastructure Data Standard, version 0.9.5.
//! <https://standard.open-contracting.org/infrastructure/0.9.5/en/reference/schema/>

mod model;
mod package;
mod project;
mod settings;

pub use model::Package;
pub use package::package;
pub use settings::{Settings, SettingsError};
