//! How long a project's steps take, and what they wait for besides their chain.

use domain::project::ProjectFact;
use domain::timetabling::{Estimate, StepLink, StepLinkKind, Work};

use super::projects::of;
use super::{Cells, ColumnKind as K, Reading, Table, column};

const KINDS: &[&str] = &["finish_to_start", "start_to_start", "finish_to_finish", "start_to_finish"];
/// In the column of the steps that are waited for: none, it may begin at once.
pub const NOTHING: &str = "-";

pub(super) const STEP_WORK: Table = Table {
    name: "step_work",
    columns: &[
        column("project", true, K::Code),
        column("step", true, K::Code),
        column("low_days", false, K::Whole),
        column("likely_days", false, K::Whole),
        column("high_days", false, K::Whole),
        column("work_calendar", false, K::Code),
        column("after_steps", false, K::Codes),
        column("not_before", false, K::Day),
    ],
    reading: Reading::Record(|cells, plan| {
        let step = cells.code("step");
        let work = work(cells)?;
        of(cells.code("project")?, plan, vec![ProjectFact::StepWork { step: step?, work }])
    }),
};

/// The work of a row; none where it gives no days, which goes back to what is usual. One number alone stands for
/// all three.
fn work(cells: &mut Cells<'_>) -> Option<Option<Work>> {
    let [low, likely, high] = ["low_days", "likely_days", "high_days"].map(|name| cells.whole::<u16>(name));
    let calendar = cells.code("work_calendar");
    let after = if cells.text("after_steps") == NOTHING { Some(Vec::new()) } else { None };
    let after = after.or_else(|| Some(cells.codes("after_steps")).filter(|codes| !codes.is_empty()));
    let not_before = cells.day("not_before");
    if !cells.errors().is_empty() {
        return None;
    }
    let Some(likely) = likely else {
        let more = low.is_some() || high.is_some() || calendar.is_some() || after.is_some();
        if more || not_before.is_some() {
            cells.require("likely_days");
            return None;
        }
        return Some(None);
    };
    // Numbers that fall are refused by the rules, with their reason.
    let days = Estimate { low: low.unwrap_or(likely), likely, high: high.unwrap_or(likely) };
    Some(Some(Work { days, calendar, after, not_before }))
}

pub(super) const STEP_LINKS: Table = Table {
    name: "step_links",
    columns: &[
        column("project", true, K::Code),
        column("step", true, K::Code),
        column("before_project", false, K::Code),
        column("before_step", true, K::Code),
        column("step_link_kind", false, K::OneOf(KINDS)),
        column("lag_days", false, K::Whole),
        column("held", false, K::YesNo),
    ],
    reading: Reading::Record(|cells, plan| {
        let (step, before) = (cells.code("step"), cells.code("before_step"));
        let own = cells.code("project");
        let project = cells.code("before_project").filter(|other| Some(other) != own.as_ref());
        let kind = cells.word("step_link_kind", KINDS, StepLinkKind::parse);
        let lag = cells.whole("lag_days").unwrap_or(0);
        let held = cells.yes_no("held").unwrap_or(true);
        let kind = kind.unwrap_or(StepLinkKind::FinishToStart);
        let link = StepLink { step: step?, project, before: before?, kind, lag };
        of(own?, plan, vec![ProjectFact::StepLink { link, held }])
    }),
};
