//! The parts of a published request that moderation may replace or leave out, besides its own words: as choices of a form.

use domain::plan::Plan;
use domain::request::{ModeratedPart, Request};
use words::Lang;

use crate::editor::field::Choice;

/// Characters of a part by which it is told from others.
const BEGINNING: usize = 40;

pub(super) fn choices(plan: &Plan, request: &Request, lang: Lang) -> Vec<Choice> {
    let parts = request.public_parts(plan).into_iter();
    parts
        .map(|(part, said)| {
            let kind = match &part {
                ModeratedPart::Answer(_) => words::text(lang, "public-part-answer"),
                ModeratedPart::Reason(_) => words::text(lang, "public-part-reason"),
                ModeratedPart::Detail(_) => words::text(lang, "public-part-detail"),
            };
            // As everybody reads it now.
            let said = request.replaced(&part).map_or(said.as_str(), |other| other);
            let mut begin: String = said.chars().take(BEGINNING).collect();
            if said.chars().count() > BEGINNING {
                begin.push('…');
            }
            Choice::new(part.to_text(), format!("{kind}{}{begin}", words::text(lang, "public-part-colon")))
        })
        .collect()
}
