//! What has to be said of whatever is worked out from layers and facilities: whose data they are, and whether any of
//! them are made up.

use domain::facility::Facility;
use domain::layer::{HeldLayer, LayerKind};
use domain::portfolio::Portfolio;
use domain::source::Grade;

/// The layers that reach and coverage are worked out from, those of links, and those of siting.
pub const COVERED: [LayerKind; 2] = [LayerKind::Residences, LayerKind::Network];
pub const LINKED: [LayerKind; 3] = [LayerKind::Residences, LayerKind::Network, LayerKind::BaseMap];
pub const SITED: [LayerKind; 3] = [LayerKind::Residences, LayerKind::Network, LayerKind::Parcels];

/// Some texts in their order, each once; empty ones are left out.
fn each_once<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut out: Vec<&str> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

/// What whoever passes these facilities on has to say, each notice once.
pub fn notices<'a>(facilities: impl IntoIterator<Item = &'a Facility>) -> Vec<&'a str> {
    each_once(facilities.into_iter().map(|held| held.licence.as_str()))
}

fn layers<'a>(portfolio: &'a Portfolio, from: &'a [LayerKind]) -> impl Iterator<Item = &'a HeldLayer> {
    from.iter().filter_map(|kind| portfolio.plan.layers.get(kind))
}

/// What whoever passes on something that was worked out has to say: of the layers that it was worked out from, and of
/// the facilities; each notice once.
pub fn licences(portfolio: &Portfolio, from: &[LayerKind]) -> Vec<String> {
    let of_layers = layers(portfolio, from).map(|held| held.layer.licence.as_str());
    let all = of_layers.chain(portfolio.facilities.iter().map(|held| held.licence.as_str()));
    each_once(all).into_iter().map(str::to_owned).collect()
}

/// Whether any of the layers that something was worked out from is made up: figures that stand on it say so.
pub fn is_illustrative(portfolio: &Portfolio, from: &[LayerKind]) -> bool {
    layers(portfolio, from).any(|held| held.grade == Grade::Illustrative)
}
