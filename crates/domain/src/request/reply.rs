//! Texts that answers begin from (答复模板): by act, category and state, with places that fill themselves.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::kind::ClockKind;
use super::state::Request;
use super::workflow::{RequestState, RequestStep};
use crate::code::Code;
use crate::item::kind::texts;
use crate::named::Named;
use crate::portfolio::Portfolio;

texts! {
    /// What a template may leave to be filled in, written in braces: `{number}` or `{编号}`.
    Placeholder {
        Number => "number",
        Title => "title",
        Category => "category",
        Place => "place",
        Unit => "unit",
        Received => "received",
        Due => "due",
        Today => "date",
    }
}

impl Placeholder {
    fn chinese(self) -> &'static str {
        match self {
            Self::Number => "编号",
            Self::Title => "标题",
            Self::Category => "类别",
            Self::Place => "地点",
            Self::Unit => "单位",
            Self::Received => "受理日期",
            Self::Due => "时限",
            Self::Today => "日期",
        }
    }

    fn of(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::parse(name).or_else(|| Self::ALL.iter().copied().find(|it| it.chinese() == name))
    }
}

/// A text to begin from. It is edited before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTemplate {
    pub reply: Code,
    pub order: u32,
    pub name: Named,
    /// The act whose text it is.
    pub step: RequestStep,
    /// Only for these; empty fits every category.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Code>,
    /// Only for requests in these; empty fits every state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<RequestState>,
    pub text: String,
    /// No longer offered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// A piece of a template's text.
enum Piece<'a> {
    Said(&'a str),
    Place(&'a str),
}

/// The pieces of a text; a brace that nothing closes is a brace.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(open) = rest.find(['{', '｛']) {
        let inside = open + rest[open..].chars().next().map_or(1, char::len_utf8);
        let Some(length) = rest[inside..].find(['}', '｝']) else { break };
        out.push(Piece::Said(&rest[..open]));
        out.push(Piece::Place(&rest[inside..inside + length]));
        let close = inside + length;
        rest = &rest[close + rest[close..].chars().next().map_or(1, char::len_utf8)..];
    }
    out.push(Piece::Said(rest));
    out
}

impl ReplyTemplate {
    /// The acts whose words the resident reads.
    pub const STEPS: [RequestStep; 6] = [
        RequestStep::Answer,
        RequestStep::AskResident,
        RequestStep::PutOnBooks,
        RequestStep::Refuse,
        RequestStep::RejectReopen,
        RequestStep::Close,
    ];

    /// The first place in it that nothing fills.
    pub fn unknown_place(&self) -> Option<String> {
        pieces(&self.text).into_iter().find_map(|piece| match piece {
            Piece::Place(name) if Placeholder::of(name).is_none() => Some(name.to_owned()),
            _ => None,
        })
    }

    /// Whether it is offered for an act on a request.
    pub fn fits(&self, step: RequestStep, request: &Request) -> bool {
        !self.closed
            && self.step == step
            && (self.states.is_empty() || self.states.contains(&request.state))
            && (self.categories.is_empty()
                || request.category.as_ref().is_some_and(|category| self.categories.contains(category)))
    }

    /// Its text for a request, with every place filled.
    pub fn filled(&self, request: &Request, portfolio: &Portfolio, today: Date, english: bool) -> String {
        let mut out = String::new();
        for piece in pieces(&self.text) {
            match piece {
                Piece::Said(text) => out.push_str(text),
                Piece::Place(name) => match Placeholder::of(name) {
                    Some(place) => out.push_str(&value(place, request, portfolio, today, english)),
                    None => out.push_str(name),
                },
            }
        }
        out
    }
}

fn value(place: Placeholder, request: &Request, portfolio: &Portfolio, today: Date, english: bool) -> String {
    let named = |name: Option<&Named>, code: Option<&Code>| {
        let code = || code.map(Code::to_string).unwrap_or_default();
        name.map_or_else(code, |name| name.get(english).to_owned())
    };
    let day = |day: Date| match english {
        true => day.strftime("%-d %B %Y").to_string(),
        false => day.strftime("%Y年%-m月%-d日").to_string(),
    };
    match place {
        Placeholder::Number => request.code.to_string(),
        Placeholder::Title => request.title.clone(),
        Placeholder::Category => {
            let code = request.category.as_ref();
            let held = code.and_then(|code| portfolio.plan.request_category(code.as_str()));
            named(held.map(|held| &held.name), code)
        }
        Placeholder::Place => {
            let area = request.areas.first();
            let held = area.and_then(|area| portfolio.areas.get(area));
            let area = named(held.map(|held| &held.name), area);
            match request.address.is_empty() {
                true => area,
                false if area.is_empty() || request.address.contains(&area) => request.address.clone(),
                false if english => format!("{}, {area}", request.address),
                false => format!("{area}{}", request.address),
            }
        }
        Placeholder::Unit => {
            let unit = request.lead_unit.as_ref();
            let held = unit.and_then(|unit| portfolio.units.get(unit));
            named(held.map(|held| &held.name), unit)
        }
        Placeholder::Received => day(request.received.date()),
        Placeholder::Due => {
            request.due(ClockKind::Resolution).map_or_else(String::new, |due| day(due.date()))
        }
        Placeholder::Today => day(today),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> ReplyTemplate {
        ReplyTemplate {
            reply: Code::new("r").unwrap(),
            order: 1,
            name: Named::new("模板", "Template"),
            step: RequestStep::Answer,
            categories: Vec::new(),
            states: Vec::new(),
            text: text.to_owned(),
            closed: false,
        }
    }

    #[test]
    fn places_are_known_in_both_languages_and_others_are_named() {
        assert_eq!(template("您好，{编号}（{ place }）已办结。{日期}").unknown_place(), None);
        assert_eq!(template("｛单位｝ {unit} {phone}").unknown_place().as_deref(), Some("phone"));
        assert_eq!(template("an open { brace").unknown_place(), None);
        for place in Placeholder::ALL {
            assert_eq!(Placeholder::of(place.as_str()), Some(*place));
            assert_eq!(Placeholder::of(place.chinese()), Some(*place));
        }
    }
}
