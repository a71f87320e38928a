//! The pieces of a package, named as in the standard.

use std::collections::BTreeMap;

use serde::Serialize;

/// Fields that are not said are left out: the standard takes neither null nor empty texts and lists.
macro_rules! pieces {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(#[serde(skip_serializing_if = "Said::unsaid")] pub $field: $type,)*
        }

        impl Said for $name {
            fn unsaid(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}

/// Whether there is anything to say.
pub trait Said {
    fn unsaid(&self) -> bool;
}

impl Said for String {
    fn unsaid(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Said for Vec<T> {
    fn unsaid(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> Said for BTreeMap<K, V> {
    fn unsaid(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Said for Option<T> {
    fn unsaid(&self) -> bool {
        self.is_none()
    }
}

pieces! {
    /// A package: what is published as one file.
    Package {
        uri: String,
        version: String,
        published_date: String,
        publisher: Publisher,
        projects: Vec<Project>,
    }
    Publisher { name: String }
    Project {
        id: String,
        language: String,
        identifiers: Vec<SimpleIdentifier>,
        public_authority: Organization,
        title: String,
        description: String,
        status: String,
        r#type: String,
        sector: Vec<String>,
        purpose: String,
        budget: Option<Budget>,
        period: Period,
        implementation_period: Period,
        completion_period: Period,
        asset_lifetime: Period,
        locations: Vec<Location>,
        parties: Vec<Organization>,
        forecasts: Vec<Metric>,
        metrics: Vec<Metric>,
        milestones: Vec<Milestone>,
        completion: Completion,
        documents: Vec<Document>,
        policy_alignment: PolicyAlignment,
        benefits: Vec<Benefit>,
    }
    SimpleIdentifier { id: String, scheme: String }
    Organization { id: String, name: String, roles: Vec<String> }
    Budget { amount: Option<Value>, description: String }
    Value { amount: Option<serde_json::Number>, currency: String }
    Period { start_date: String, end_date: String }
    Location { id: String, description: String, address: Address }
    Address { street_address: String, locality: String, region: String, country_name: String }
    Metric { id: String, title: String, observations: Vec<Observation> }
    Observation {
        id: String,
        period: Period,
        measure: String,
        unit: Unit,
        dimensions: BTreeMap<&'static str, String>,
        notes: String,
    }
    Unit { name: String }
    Milestone {
        id: String,
        title: String,
        r#type: String,
        description: String,
        code: String,
        due_date: String,
        date_met: String,
        status: String,
    }
    Completion { end_date: String, end_date_details: String }
    Document { id: String, title: String, url: String, language: String }
    PolicyAlignment { policies: Vec<String>, description: String }
    Benefit { title: String, description: String }
}
