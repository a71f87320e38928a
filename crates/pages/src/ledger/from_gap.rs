//! A task that is opened for a gap: the form begins with what the gap says, and the task is its answer from the same
//! moment.

use app::Change;
use domain::code::Code;
use domain::command::Command;
use domain::facility::{Gap, GapAnswer};
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::source::Source;
use domain::subject::Subject;

use crate::editor::field::Typed;
use crate::editor::sheet::Sheet;
use crate::error::PageError;
use crate::place::gap_words;
use crate::visit::Visit;

/// The address of a gap, as a form's query and hidden fields carry it.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct GapAt {
    gap_area: String,
    gap_kind: String,
    gap_standard: String,
}

impl GapAt {
    /// Whether an address or a form names a gap at all.
    pub(super) fn is_given(&self) -> bool {
        !self.gap_area.is_empty()
    }

    pub(super) fn of(typed: &Typed) -> Self {
        let text = |name: &str| typed.get(name).to_owned();
        Self { gap_area: text("gap_area"), gap_kind: text("gap_kind"), gap_standard: text("gap_standard") }
    }
}

/// What the form begins with.
pub(super) struct FromGap {
    gap: Gap,
    title: String,
    text: String,
}

impl FromGap {
    /// The gap that an address names, while it is one and nobody has answered it.
    pub(super) async fn find(
        visit: &Visit,
        portfolio: &std::sync::Arc<Portfolio>,
        at: &GapAt,
    ) -> Result<Option<Self>, PageError> {
        let codes = [&at.gap_area, &at.gap_kind, &at.gap_standard].map(|text| Code::new(text).ok());
        let [Some(community), Some(kind), Some(standard)] = codes else { return Ok(None) };
        let gap = Gap { community, kind, standard };
        let words = gap_words(visit, portfolio, &gap).await?;
        Ok(words.map(|(title, text)| Self { gap, title, text }))
    }

    pub(super) fn fill(&self, sheet: Sheet) -> Sheet {
        let mut sheet = sheet
            .hidden("gap_area", self.gap.community.as_str())
            .hidden("gap_kind", self.gap.kind.as_str())
            .hidden("gap_standard", self.gap.standard.as_str());
        let areas = self.gap.community.to_string();
        for (name, value) in [("name_zh", &self.title), ("text", &self.text), ("areas", &areas)] {
            if let Some(field) = sheet.field_mut(name) {
                value.clone_into(&mut field.value);
            }
        }
        sheet
    }

    /// That the task sees to the gap.
    pub(super) fn answer(&self, plan: &Code, task: &Code, source: Source) -> Change {
        let answer = Some(GapAnswer::Item { item: task.clone() });
        let fact = PlanFact::GapAnswer { gap: self.gap.clone(), answer };
        let command =
            Command::Record { subject: Subject::plan(plan), facts: vec![fact.into()], expected: None };
        Change { command, effective: None, source, reason: String::new() }
    }
}
