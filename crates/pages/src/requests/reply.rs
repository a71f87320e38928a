//! Templates on the forms of acts: chosen, filled in, then edited.

use domain::portfolio::Portfolio;
use domain::request::{ReplyTemplate, Request, RequestStep};
use words::Lang;

use crate::editor::field::Choice;

/// The field that a template's text goes into.
pub(super) fn field_of(step: RequestStep) -> &'static str {
    match step {
        RequestStep::Answer => "answer",
        RequestStep::AskResident => "question",
        RequestStep::Refuse => "refuse_why",
        _ => "reason",
    }
}

fn fitting<'a>(
    portfolio: &'a Portfolio,
    request: &'a Request,
    step: RequestStep,
) -> impl Iterator<Item = &'a ReplyTemplate> {
    let held = portfolio.plan.request_rules.iter().flat_map(|rules| &rules.replies);
    held.filter(move |held| held.fits(step, request))
}

/// What may be chosen for an act on a request; nothing where no template fits.
pub(super) fn choices(
    portfolio: &Portfolio,
    request: &Request,
    step: RequestStep,
    lang: Lang,
) -> Vec<Choice> {
    let mut out: Vec<Choice> = fitting(portfolio, request, step)
        .map(|held| Choice::new(held.reply.as_str(), held.name.get(lang.is_english())))
        .collect();
    if !out.is_empty() {
        out.insert(0, Choice::new("", words::text(lang, "reply-choose-none")));
    }
    out
}

/// The text of a chosen template for a request.
pub(super) fn filled(
    portfolio: &Portfolio,
    request: &Request,
    step: RequestStep,
    chosen: &str,
    lang: Lang,
) -> Option<(String, String)> {
    let held = fitting(portfolio, request, step).find(|held| held.reply.as_str() == chosen)?;
    let text = held.filled(request, portfolio, portfolio.view.as_of, lang.is_english());
    Some((held.name.get(lang.is_english()).to_owned(), text))
}
