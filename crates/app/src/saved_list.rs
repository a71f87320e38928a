//! Lists of the ledger that people keep under a name: their own, and what others share with them.

use domain::code::Code;
use domain::item::query::LedgerQuery;
use domain::policy::Grant;
use domain::saved_list::{ListProblem, SavedList, Sharing, check, may_share, own_units};
use store::{StoreError, Tx};

use crate::App;
use crate::account::secret;
use crate::actor::Actor;
use crate::error::AppError;
use crate::ledger::{each_changed, project_rows};

/// What a list is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    /// `None` keeps what the list asks for now.
    pub query: Option<String>,
    pub sharing: Sharing,
}

/// Why a list is not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    List(#[from] ListProblem),
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// A person's own lists, then those that others share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lists {
    pub own: Vec<SavedList>,
    pub shared: Vec<SavedList>,
}

impl App {
    /// The lists that somebody finds on the ledger of a plan.
    pub async fn saved_lists(&self, actor: &Actor, plan: &Code) -> Result<Lists, AppError> {
        let Some(person) = actor.person().cloned() else { return Ok(Lists::default()) };
        let (plan, units) = (plan.clone(), own_units(actor.grants()).cloned().collect::<Vec<_>>());
        let read = move |c: &mut store::Connection| {
            let own = c.own_lists(&plan, &person)?;
            Ok::<_, StoreError>(Lists { own, shared: c.shared_lists(&plan, &person, &units)? })
        };
        Ok(self.database().read_async(read).await?)
    }

    /// Keeps a new list; gives its id.
    pub async fn save_list(&self, actor: &Actor, plan: &Code, wanted: Wanted) -> Result<String, KeepError> {
        let list = SavedList {
            id: secret().chars().take(12).collect(),
            plan: plan.clone(),
            owner: actor.person().cloned().ok_or(AppError::NotFound)?,
            name: String::new(),
            query: String::new(),
            sharing: Sharing::Nobody,
        };
        let id = list.id.clone();
        self.keep(actor, list, wanted).await?;
        Ok(id)
    }

    /// Renames one of one's own lists, shares it otherwise, or has it ask for something else.
    pub async fn change_list(
        &self,
        actor: &Actor,
        plan: &Code,
        id: &str,
        wanted: Wanted,
    ) -> Result<(), KeepError> {
        let own = self.saved_lists(actor, plan).await?.own;
        let list = own.into_iter().find(|list| list.id == id).ok_or(AppError::NotFound)?;
        self.keep(actor, list, wanted).await
    }

    async fn keep(&self, actor: &Actor, list: SavedList, wanted: Wanted) -> Result<(), KeepError> {
        let (grants, now) = (actor.grants().to_vec(), self.clock().now().as_microsecond());
        let work = move |tx: &mut Tx| keep(tx, &list, &wanted, &grants, now);
        self.database().write_async(work).await
    }

    /// Throws one of one's own lists away.
    pub async fn drop_list(&self, actor: &Actor, plan: &Code, id: &str) -> Result<(), AppError> {
        let person = actor.person().cloned().ok_or(AppError::NotFound)?;
        let (plan, id) = (plan.clone(), id.to_owned());
        let gone = self.database().write_async(move |tx| tx.drop_list(&plan, &person, &id)).await?;
        if gone { Ok(()) } else { Err(AppError::NotFound) }
    }

    /// With whom somebody may share a list, by the units to choose from.
    pub fn may_share(&self, actor: &Actor, plan: &Code, units: &[Code]) -> Vec<Sharing> {
        let all = std::iter::once(Sharing::Plan).chain(units.iter().cloned().map(Sharing::Unit));
        all.filter(|sharing| may_share(actor.grants(), plan, sharing)).collect()
    }

    /// How many rows each of several queries finds now, each counted up to `most`.
    pub async fn ledger_counts(
        &self,
        plan: &Code,
        queries: Vec<LedgerQuery>,
        most: u64,
        asked: crate::read::Asked,
    ) -> Result<Vec<u64>, AppError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let judge = portfolio.plan.lights().on(portfolio.view.as_of);
        let floats = self.floats(&portfolio, &judge).await?;
        let of_projects: Vec<u64> = queries
            .iter()
            .map(|query| project_rows(&portfolio, query, &judge, &floats).len() as u64)
            .collect();
        let (plan, view) = (plan.clone(), portfolio.view);
        let count = move |c: &mut store::Connection| {
            let mut counts = of_projects;
            for (query, count) in queries.iter().zip(&mut counts) {
                *count += c.ledger_count(&plan, query, (&judge, view.known), most)?;
            }
            each_changed(c, &plan, view, |row| {
                for (query, count) in queries.iter().zip(&mut counts) {
                    *count += u64::from(query.takes(&row, &judge));
                }
            })?;
            Ok::<_, StoreError>(counts.into_iter().map(|count| count.min(most)).collect())
        };
        Ok(self.database().read_async(count).await?)
    }
}

/// Puts a list down where the rules allow it, as its owner's lists are at this very moment.
fn keep(tx: &mut Tx, list: &SavedList, wanted: &Wanted, grants: &[Grant], now: i64) -> Result<(), KeepError> {
    let mut list = list.clone();
    list.name = wanted.name.trim().to_owned();
    list.sharing = wanted.sharing.clone();
    if let Some(query) = &wanted.query {
        list.query.clone_from(query);
    }
    let own = tx.own_lists(&list.plan, &list.owner)?;
    let others: Vec<&str> =
        own.iter().filter(|other| other.id != list.id).map(|other| other.name.as_str()).collect();
    check(&list, &others, grants)?;
    Ok(tx.put_list(&list, now)?)
}
