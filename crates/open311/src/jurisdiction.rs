//! Whose requests a call is about: a jurisdiction is a plan that takes requests.

use std::sync::Arc;

use app::App;
use app::read::Asked as View;
use domain::code::Code;
use domain::portfolio::Portfolio;

use crate::asked::Asked;
use crate::fault::Fault;

pub struct Jurisdiction {
    pub plan: Code,
    pub portfolio: Arc<Portfolio>,
}

/// Every plan that takes requests.
pub async fn all(app: &App) -> Result<Vec<Jurisdiction>, Fault> {
    let mut out = Vec::new();
    for plan in app.plans().await? {
        let portfolio = app.portfolio(&plan, View::default()).await?;
        if portfolio.plan.request_rules.is_some() {
            out.push(Jurisdiction { plan, portfolio });
        }
    }
    Ok(out)
}

/// The one that is named; where there is but one, it need not be.
pub async fn find(app: &App, asked: &Asked) -> Result<Jurisdiction, Fault> {
    let mut all = all(app).await?;
    let wanted = asked.get("jurisdiction_id");
    if let Some(wanted) = wanted {
        return all
            .into_iter()
            .find(|held| held.is(wanted))
            .ok_or_else(|| Fault::not_found("jurisdiction_id is not known here"));
    }
    match all.len() {
        0 => Err(Fault::not_found("no requests are taken here")),
        1 => Ok(all.remove(0)),
        _ => Err(Fault::bad("jurisdiction_id was not provided, and requests of several are taken here")),
    }
}

impl Jurisdiction {
    fn is(&self, wanted: &str) -> bool {
        let named = self.portfolio.plan.request_rules.as_ref().map(|rules| rules.jurisdiction.as_str());
        self.plan.as_str() == wanted || named.is_some_and(|name| !name.is_empty() && name == wanted)
    }

    pub fn contact(&self) -> &str {
        self.portfolio.plan.request_rules.as_ref().map_or("", |rules| rules.contact.as_str())
    }
}
