//! Quotas by area, age, sex …, and how full they are while a wave runs.

use thiserror::Error;

/// One quota: the people it counts and how many are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Characteristic and value, such as `[("area", "north"), ("sex", "F")]`; all must hold.
    pub of: Vec<(String, String)>,
    pub target: u64,
    pub filled: u64,
}

impl Quota {
    /// Responses still wanted.
    pub fn open(&self) -> u64 {
        self.target.saturating_sub(self.filled)
    }

    fn counts(&self, person: &[(String, String)]) -> bool {
        self.of.iter().all(|part| person.contains(part))
    }
}

fn name(of: &[(String, String)]) -> String {
    of.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

/// All quotas of a wave. They may be crossed (every combination its own quota) or side by side (a person
/// counts in one of each).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    quotas: Vec<Quota>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuotaError {
    #[error("the quota for {0} is given twice: keep one")]
    Twice(String),
    #[error("a quota names no characteristic: say whom it counts")]
    Nobody,
    #[error("the quota for {} is full ({target}): thank the person and go on to the next", name(of))]
    Full { of: Vec<(String, String)>, target: u64 },
    #[error("no quota counts this person ({0}): add one, or correct the characteristics")]
    Unknown(String),
}

impl Quotas {
    /// # Errors
    /// Quotas given twice or for nobody.
    pub fn new(mut quotas: Vec<Quota>) -> Result<Self, QuotaError> {
        for quota in &mut quotas {
            quota.of.sort();
        }
        for (index, quota) in quotas.iter().enumerate() {
            if quota.of.is_empty() {
                return Err(QuotaError::Nobody);
            }
            if quotas[..index].iter().any(|other| other.of == quota.of) {
                return Err(QuotaError::Twice(name(&quota.of)));
            }
        }
        Ok(Self { quotas })
    }

    pub fn quotas(&self) -> &[Quota] {
        &self.quotas
    }

    /// Share of the wanted responses that are there, over-filled quotas counting as full; 1 without targets.
    pub fn fill(&self) -> f64 {
        let target: u64 = self.quotas.iter().map(|quota| quota.target).sum();
        let filled: u64 = self.quotas.iter().map(|quota| quota.filled.min(quota.target)).sum();
        if target == 0 { 1.0 } else { filled as f64 / target as f64 }
    }

    /// Whether this person may be asked: counted by at least one quota, and by none that is full.
    ///
    /// # Errors
    /// [`QuotaError::Full`] or [`QuotaError::Unknown`].
    pub fn may_ask(&self, person: &[(String, String)]) -> Result<(), QuotaError> {
        let mut counted = self.quotas.iter().filter(|quota| quota.counts(person)).peekable();
        if counted.peek().is_none() {
            return Err(QuotaError::Unknown(name(person)));
        }
        match counted.find(|quota| quota.open() == 0) {
            None => Ok(()),
            Some(quota) => Err(QuotaError::Full { of: quota.of.clone(), target: quota.target }),
        }
    }

    /// Counts a finished response. Full quotas count on: an answer given offline is never thrown away.
    pub fn count(&mut self, person: &[(String, String)]) {
        for quota in self.quotas.iter_mut().filter(|quota| quota.counts(person)) {
            quota.filled += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(area: &str, sex: &str) -> Vec<(String, String)> {
        vec![("sex".into(), sex.into()), ("area".into(), area.into())]
    }

    #[test]
    fn fills_and_closes() {
        let quota = |name: &str, value: &str, target| Quota {
            of: vec![(name.into(), value.into())],
            target,
            filled: 0,
        };
        let mut quotas =
            Quotas::new(vec![quota("area", "north", 2), quota("area", "south", 1), quota("sex", "F", 1)])
                .expect("quotas");
        assert_eq!(quotas.may_ask(&person("north", "F")), Ok(()));
        quotas.count(&person("north", "F"));
        assert!(matches!(quotas.may_ask(&person("north", "F")), Err(QuotaError::Full { .. })));
        assert_eq!(quotas.may_ask(&person("north", "M")), Ok(()));
        assert!(matches!(quotas.may_ask(&person("west", "M")), Err(QuotaError::Unknown(_))));
        assert!((quotas.fill() - 0.5).abs() < 1e-12);
        quotas.count(&person("north", "F"));
        quotas.count(&person("north", "F"));
        assert!((quotas.fill() - 0.75).abs() < 1e-12, "over-filled counts as full");
    }

    #[test]
    fn refuses_doubles() {
        let quota = Quota { of: person("a", "F"), target: 1, filled: 0 };
        let mut other = quota.clone();
        other.of.reverse();
        assert!(matches!(Quotas::new(vec![quota, other]), Err(QuotaError::Twice(_))));
        assert_eq!(Quotas::new(vec![Quota { of: vec![], target: 1, filled: 0 }]), Err(QuotaError::Nobody));
    }
}
