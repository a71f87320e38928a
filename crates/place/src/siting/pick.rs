//! The choice left inside the relaxation: the best sites under the rule, given what each is worth alone.

use super::model::Rule;

/// What the rule still allows at one node of the search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) count: Option<u32>,
    pub(super) budget: Option<i64>,
}

/// A lower bound on the worth of any allowed choice, and how it comes about.
#[derive(Debug, Clone, Default)]
pub(super) struct Pick {
    pub(super) value: i64,
    /// Sites the bound takes (whole ones only).
    pub(super) chosen: Vec<u32>,
    /// What a site's worth is compared with to see whether the bound would take it.
    threshold: Threshold,
}

#[derive(Debug, Clone, Copy, Default)]
enum Threshold {
    /// Any site worth less than nothing is taken.
    #[default]
    Free,
    /// Worth of the last site taken and of the first one left.
    Count { last: i64, next: i64 },
    /// Worth for a price: the site the budget breaks at.
    Budget { worth: i64, price: i64 },
}

/// `worth` pairs what each free site adds to the objective (negative: it pays) with its number.
pub(super) fn pick(worth: &mut [(i64, u32)], left: Left, rule: &Rule) -> Pick {
    let by_count = left.count.map(|count| pick_count(worth, count as usize));
    let by_budget = match (left.budget, &rule.budget) {
        (Some(budget), Some((_, prices))) => Some(pick_budget(worth, budget, prices)),
        _ => None,
    };
    match (by_count, by_budget) {
        (None, None) => {
            let chosen: Vec<_> = worth.iter().filter(|(worth, _)| *worth < 0).collect();
            Pick {
                value: chosen.iter().fold(0, |sum: i64, (worth, _)| sum.saturating_add(*worth)),
                chosen: chosen.iter().map(|(_, site)| *site).collect(),
                threshold: Threshold::Free,
            }
        }
        (Some(one), None) | (None, Some(one)) => one,
        // Each leaves one condition out, so both are bounds: the higher is the better one.
        (Some(count), Some(budget)) => {
            if count.value >= budget.value {
                count
            } else {
                budget
            }
        }
    }
}

fn pick_count(worth: &mut [(i64, u32)], count: usize) -> Pick {
    let mut pick = Pick { threshold: Threshold::Count { last: 0, next: 0 }, ..Pick::default() };
    if count < worth.len() {
        let (_, next, _) = worth.select_nth_unstable(count);
        pick.threshold = Threshold::Count { last: 0, next: next.0.min(0) };
    }
    let taken = &worth[..count.min(worth.len())];
    if let Threshold::Count { last, .. } = &mut pick.threshold
        && taken.len() == count
    {
        // With room left over, a further site comes in without one leaving.
        *last = taken.iter().map(|(worth, _)| *worth).max().unwrap_or(0).min(0);
    }
    for &(worth, site) in taken.iter().filter(|(worth, _)| *worth < 0) {
        pick.value = pick.value.saturating_add(worth);
        pick.chosen.push(site);
    }
    pick
}

/// The bound of Dantzig: best worth for the price first, the last one in part.
fn pick_budget(worth: &[(i64, u32)], budget: i64, prices: &[i64]) -> Pick {
    let mut paying: Vec<(i64, i64, u32)> = worth
        .iter()
        .map(|&(worth, site)| (worth, prices[site as usize], site))
        .filter(|&(worth, price, _)| worth < 0 && price <= budget)
        .collect();
    let ratio = |a: &(i64, i64, u32), b: &(i64, i64, u32)| {
        (i128::from(a.0) * i128::from(b.1)).cmp(&(i128::from(b.0) * i128::from(a.1))).then(a.2.cmp(&b.2))
    };
    paying.sort_unstable_by(|a, b| match (a.1 == 0, b.1 == 0) {
        (true, true) => a.2.cmp(&b.2),
        (true, false) => std::cmp::Ordering::Less,
        (false, true) => std::cmp::Ordering::Greater,
        (false, false) => ratio(a, b),
    });
    let mut pick = Pick { threshold: Threshold::Free, ..Pick::default() };
    let mut left = budget;
    for (worth, price, site) in paying {
        if price <= left {
            left -= price;
            pick.value = pick.value.saturating_add(worth);
            pick.chosen.push(site);
        } else {
            // Rounded down: never above the true bound.
            let part = i128::from(worth) * i128::from(left);
            pick.value = pick.value.saturating_add(part.div_euclid(i128::from(price)) as i64);
            pick.threshold = Threshold::Budget { worth, price };
            break;
        }
    }
    pick
}

impl Pick {
    /// How much the bound rises at least when a site that was not taken must be.
    pub(super) fn if_opened(&self, worth: i64, price: i64) -> i64 {
        match self.threshold {
            Threshold::Free => worth.max(0),
            Threshold::Count { last, .. } => worth.saturating_sub(last).max(0),
            Threshold::Budget { worth: at, price: unit } => reduced(worth, price, at, unit).max(0),
        }
    }

    /// How much the bound rises at least when a site that was taken must not be.
    pub(super) fn if_closed(&self, worth: i64, price: i64) -> i64 {
        match self.threshold {
            Threshold::Free => worth.saturating_neg().max(0),
            Threshold::Count { next, .. } => next.saturating_sub(worth).max(0),
            Threshold::Budget { worth: at, price: unit } => {
                // Rounded the other way round: the negative of the reduced worth.
                let exchange = i128::from(at) * i128::from(price);
                let exchange = exchange.div_euclid(i128::from(unit));
                i64::try_from(exchange - i128::from(worth)).unwrap_or(0).max(0)
            }
        }
    }
}

/// `worth` less what its price would buy at the breaking site, rounded down.
fn reduced(worth: i64, price: i64, at: i64, unit: i64) -> i64 {
    let exchange = i128::from(at) * i128::from(price);
    let exchange = -(-exchange).div_euclid(i128::from(unit));
    i64::try_from(i128::from(worth) - exchange).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The least worth of all allowed choices.
    fn brute(worth: &[(i64, u32)], left: Left, prices: &[i64], forced: Option<(usize, bool)>) -> i64 {
        (0u32..1 << worth.len())
            .filter(|set| forced.is_none_or(|(site, open)| (set >> site & 1 == 1) == open))
            .filter(|set| left.count.is_none_or(|count| set.count_ones() <= count))
            .filter(|set| {
                let price: i64 = (0..worth.len()).filter(|&i| set >> i & 1 == 1).map(|i| prices[i]).sum();
                left.budget.is_none_or(|budget| price <= budget)
            })
            .map(|set| (0..worth.len()).filter(|&i| set >> i & 1 == 1).map(|i| worth[i].0).sum())
            .min()
            .unwrap_or(i64::MAX)
    }

    proptest! {
        #[test]
        fn bounds_never_pass_the_best_choice(
            sites in prop::collection::vec((-50i64..20, 0i64..9), 1..8),
            count in prop::option::of(0u32..6),
            budget in prop::option::of(0i64..25),
        ) {
            let worth: Vec<_> = sites.iter().enumerate().map(|(i, site)| (site.0, i as u32)).collect();
            let prices: Vec<_> = sites.iter().map(|site| site.1).collect();
            let left = Left { count, budget };
            let rule = Rule { count, budget: budget.map(|budget| (budget, prices.clone())) };
            let pick = pick(&mut worth.clone(), left, &rule);
            prop_assert!(pick.value <= brute(&worth, left, &prices, None));
            for (i, &(value, _)) in worth.iter().enumerate() {
                let taken = pick.chosen.contains(&(i as u32));
                let (rise, forced) = if taken {
                    (pick.if_closed(value, prices[i]), (i, false))
                } else {
                    (pick.if_opened(value, prices[i]), (i, true))
                };
                prop_assert!(
                    pick.value + rise <= brute(&worth, left, &prices, Some(forced)),
                    "site {} {:?}", i, pick
                );
            }
        }
    }
}
