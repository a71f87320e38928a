//! The ground of the demonstration's maps: railways, waters and parks of OpenStreetMap.

use anyhow::anyhow;
use app::place::base::BaseMap;
use app::place::layer::Content;
use app::place::{LayerGround, NewLayer};
use app::{Actor, App, AppError};
use domain::code::Code;
use domain::named::Named;
use domain::source::{Grade, Source};
use jiff::civil::{Date, date};
use words::Lang;

use crate::data::BASE_MAP;

/// The day on which the facilities were recorded as well.
pub(crate) const DAY: Date = date(2018, 8, 16);

const COPYRIGHT: &str = "https://www.openstreetmap.org/copyright";

pub(crate) async fn put(app: &App, plan: &Code) -> anyhow::Result<()> {
    let content = Content::BaseMap(BaseMap::from_geojson(BASE_MAP)?);
    let ground = LayerGround {
        name: Named::new("铁路、水系和公园", "Railways, waters and parks"),
        licence: format!("© OpenStreetMap contributors, ODbL 1.0, {COPYRIGHT}"),
        effective: Some(DAY),
        source: Source {
            grade: Grade::Reported,
            title: "© OpenStreetMap contributors, ODbL 1.0 (extract by Geofabrik of 2026-06-07)".into(),
            url: COPYRIGHT.into(),
            unit: None,
        },
        reason: "地图为2026年6月7日版本，线形已简化。/ The map is that of 7 June 2026, its lines simplified."
            .into(),
    };
    let new = NewLayer::of(&content, ground)?;
    app.put_layer(&Actor::operator(), plan, new).await.map(drop).map_err(|error| match error {
        AppError::Refused(refusals) => {
            let all: Vec<String> = refusals.iter().map(|it| words::refusal(Lang::En, it)).collect();
            anyhow!("{}", all.join("; "))
        }
        error => error.into(),
    })
}
