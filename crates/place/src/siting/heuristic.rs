//! Good choices found quickly: one site after another, then exchanges. Without a bound they prove
//! nothing; the search uses them to cut and to have an answer at any time.

use super::model::{Choice, Model};

/// Stands for the price of a point that must be served. Large against every real cost, yet sums of it
/// do not overflow.
fn heavy(model: &Model) -> i64 {
    (i64::MAX / 4) / (model.points() as i64 + 1)
}

/// Cheapest and second cheapest service of every point by the open sites.
struct Served {
    best: Vec<(i64, u32)>,
    second: Vec<i64>,
}

const NOBODY: u32 = u32::MAX;

fn serve(model: &Model, open: &[bool], heavy: i64, weight: &[i64]) -> Served {
    let mut served = Served { best: Vec::new(), second: Vec::new() };
    for (point, extra) in weight.iter().enumerate() {
        let none = model.unserved[point].map_or(heavy, |price| price.saturating_add(*extra).min(heavy));
        let mut open_entries = model.row(point).iter().filter(|entry| open[entry.site as usize]);
        let best = open_entries.next().map_or((none, NOBODY), |entry| (entry.cost, entry.site));
        served.second.push(open_entries.next().map_or(none, |entry| entry.cost));
        served.best.push(best);
    }
    served
}

/// Improves `open` by adding, dropping and exchanging sites until nothing helps, at most `rounds`
/// times or until `stop`: a round of a large model takes a while. `weight` adds to the price of not
/// serving a point (for floors).
pub(super) fn improve(
    model: &Model,
    open: &mut [bool],
    weight: &[i64],
    rounds: usize,
    stop: &mut dyn FnMut() -> bool,
) {
    let heavy = heavy(model);
    let sites = model.sites();
    let prices = model.rule.budget.as_ref().map(|(_, prices)| prices.as_slice());
    let price = |site: usize| prices.map_or(0, |prices| prices[site]);
    for _ in 0..rounds {
        if stop() {
            return;
        }
        let served = serve(model, open, heavy, weight);
        // What opening a site saves, what closing one costs, and how the two meet in an exchange.
        let mut gain: Vec<i64> = model.opening.iter().map(|&cost| -cost).collect();
        let mut loss: Vec<i64> = model.opening.iter().map(|&cost| -cost).collect();
        let closable: Vec<usize> = (0..sites).filter(|&site| open[site] && !model.fixed[site]).collect();
        let mut column = vec![usize::MAX; sites];
        for (index, &site) in closable.iter().enumerate() {
            column[site] = index;
        }
        let mut meet = vec![0i64; sites * closable.len()];
        for point in 0..model.points() {
            let ((cost, server), second) = (served.best[point], served.second[point]);
            if server != NOBODY {
                loss[server as usize] += second - cost;
            }
            let lost = if server == NOBODY { usize::MAX } else { column[server as usize] };
            for entry in model.row(point) {
                if entry.cost >= second && entry.cost >= cost {
                    break;
                }
                let site = entry.site as usize;
                if open[site] {
                    continue;
                }
                gain[site] += (cost - entry.cost).max(0);
                if lost != usize::MAX {
                    // Without its server the point goes to the new site instead of to the second.
                    meet[site * closable.len() + lost] += second - cost.max(entry.cost);
                }
            }
        }
        let mut used: i64 = closable.iter().map(|&site| price(site)).sum();
        let count = closable.len();
        let room = |added: i64, more: usize| {
            model.rule.count.is_none_or(|limit| count + more <= limit as usize)
                && model.rule.budget.as_ref().is_none_or(|(budget, _)| added <= *budget)
        };
        let mut best = (0i64, None, None);
        for site in (0..sites).filter(|&site| !open[site]) {
            if room(used + price(site), 1) && gain[site] > best.0 {
                best = (gain[site], Some(site), None);
            }
            for (index, &out) in closable.iter().enumerate() {
                let change = gain[site] - loss[out] + meet[site * closable.len() + index];
                if change > best.0 && room(used + price(site) - price(out), 0) {
                    best = (change, Some(site), Some(out));
                }
            }
        }
        for &out in &closable {
            if -loss[out] > best.0 {
                best = (-loss[out], None, Some(out));
            }
        }
        let (change, into, out) = best;
        if change == 0 {
            return;
        }
        if let Some(into) = into {
            open[into] = true;
            used += price(into);
        }
        if let Some(out) = out {
            open[out] = false;
            used -= price(out);
        }
        debug_assert!(used >= 0);
    }
}

/// From the fixed sites alone, improved until nothing helps.
pub(super) fn greedy(model: &Model, weight: &[i64], stop: &mut dyn FnMut() -> bool) -> Option<Choice> {
    let mut open = model.fixed.clone();
    improve(model, &mut open, weight, model.sites() * 4 + 20, stop);
    finish(model, open)
}

/// The exact value of a set of sites, if it is a solution.
pub(super) fn finish(model: &Model, open: Vec<bool>) -> Option<Choice> {
    if !model.allows(&open) {
        return None;
    }
    model.value(&open).map(|value| Choice { open, value })
}
