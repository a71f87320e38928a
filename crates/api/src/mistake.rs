//! What a parser says of a wrong value, turned into a code and words that people understand.

use crate::problem::{FieldError, What};
use crate::value::MARK;

/// Codes that values of ours refuse with; see [`crate::value`] and [`crate::word`].
const CODES: [&str; 11] = [
    "not-a-code",
    "not-a-day",
    "not-a-date",
    "not-a-moment",
    "not-a-scope",
    "not-a-number",
    "not-a-day-or-moment",
    "not-a-boundary",
    "not-ages",
    "not-a-digest",
    "not-degrees",
];

/// The mistake at a place, from the parser's message.
pub(crate) fn at(field: &str, message: &str) -> FieldError {
    let field = if field == "." { "" } else { field };
    if let Some((_, marked)) = message.split_once(MARK)
        && let Some((code, rest)) = marked.split_once(MARK)
    {
        if let Some(code) = CODES.into_iter().find(|known| *known == code) {
            return FieldError::new(field, code);
        }
        let words = rest.split(" at line ").next().unwrap_or(rest).to_owned();
        return message_at(field, "not-one-of", vec![("words", words)]);
    }
    let quoted = || message.split('`').nth(1).unwrap_or("").to_owned();
    let join = |name: String| if field.is_empty() { name } else { format!("{field}.{name}") };
    if message.starts_with("missing field") {
        return FieldError::new(join(quoted()), "member-missing");
    }
    if message.starts_with("unknown field") {
        // The path already ends in the stray member where the parser came that far.
        let stray = quoted();
        let whole = if field.ends_with(&stray) { field.to_owned() } else { join(stray) };
        return FieldError::new(whole, "member-unknown");
    }
    if message.starts_with("duplicate field") {
        return FieldError::new(join(quoted()), "member-twice");
    }
    if message.starts_with("unknown variant") {
        let words = message.split("expected").nth(1).unwrap_or("");
        let words = words.split(" at line ").next().unwrap_or(words).replace('`', "");
        let words = words.trim().trim_start_matches("one of").trim().to_owned();
        return message_at(field, "not-one-of", vec![("words", words)]);
    }
    if message.starts_with("invalid value: integer")
        || message.contains("out of range")
        || message.contains("too large")
        || message.contains("too small")
    {
        return FieldError::new(field, "out-of-range");
    }
    let expected = message.split("expected ").nth(1);
    match expected.and_then(form) {
        Some(form) => FieldError::new(field, form),
        None => FieldError::new(field, "not-understood"),
    }
}

/// The form that a parser expected, as JSON calls it.
fn form(expected: &str) -> Option<&'static str> {
    let first = expected.trim_start_matches("a ").split([' ', ',']).next().unwrap_or("");
    Some(match first {
        "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" => "not-a-whole-number",
        "number" => "not-a-number",
        "boolean" | "bool" => "not-true-or-false",
        "string" | "borrowed" | "Code" | "Day" | "PlannedDate" | "Moment" | "Scope" | "Boundary" | "Ages" => {
            "not-a-text"
        }
        "sequence" => "not-a-list",
        "struct" | "map" | "tuple" | "internally" => "not-an-object",
        "enum" | "variant" | "value" | "`" | "`}`" | "`,`" => "not-one-member",
        _ => return None,
    })
}

fn message_at(field: &str, key: &'static str, args: Vec<(&'static str, String)>) -> FieldError {
    FieldError { field: field.to_owned(), what: What::Message(key, args) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::ProjectFact;

    fn told(body: &str) -> (String, &'static str) {
        let mut json = serde_json::Deserializer::from_str(body);
        let error = serde_path_to_error::deserialize::<_, ProjectFact>(&mut json).unwrap_err();
        let told = at(&error.path().to_string(), &error.inner().to_string());
        let What::Message(key, _) = told.what else { panic!() };
        (told.field, key)
    }

    #[test]
    fn every_kind_of_mistake_is_named_with_its_place() {
        for (body, field, key) in [
            (r#"{"kind":{"kind":"学校"}}"#, "kind.kind", "not-a-code"),
            (r#"{"progress":{"percent":"x"}}"#, "progress.percent", "not-a-number"),
            (r#"{"alias":{"alias":1}}"#, "alias.alias", "not-a-text"),
            (r#"{"kind":{"kind":1}}"#, "kind.kind", "not-a-text"),
            (r#"{"budget":{"fen":1.5}}"#, "budget.fen", "not-a-whole-number"),
            (r#"{"budget":{"fen":1e30}}"#, "budget.fen", "not-a-whole-number"),
            (r#"{"step":{"step":"a","order":-1,"name":{"zh":"x"}}}"#, "step.order", "out-of-range"),
            (r#"{"suspended":{"suspended":"yes"}}"#, "suspended.suspended", "not-true-or-false"),
            (r#"{"place":{"areas":"x"}}"#, "place.areas", "not-a-list"),
            (r#"{"name":"x"}"#, "name", "not-an-object"),
            (r#"7"#, "", "not-one-member"),
            (r#"{"progress":{"percent":1e99}}"#, "progress.percent", "not-a-number"),
            (r#"{"progress":{}}"#, "progress.percent", "member-missing"),
            (r#"{"progress":{"percent":1,"x":2}}"#, "progress.x", "member-unknown"),
            (r#"{"progress":{"percent":1,"percent":2}}"#, "progress.percent", "member-twice"),
            (r#"{"progres":{"percent":1}}"#, "", "not-one-of"),
            (r#"{"milestone":{"aspect":"actual","step":"start"}}"#, "milestone.date", "member-missing"),
            (
                r#"{"milestone":{"aspect":"real","step":"start","date":null}}"#,
                "milestone.aspect",
                "not-one-of",
            ),
            (r#"{"part":"x"}"#, "part", "not-an-object"),
        ] {
            let (at, code) = told(body);
            assert_eq!((at.as_str(), code), (field, key), "{body}");
        }
    }
}
