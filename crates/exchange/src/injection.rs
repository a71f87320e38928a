//! Texts that a spreadsheet program would run as a formula.
//!
//! The rule, for CSV and XLSX alike: a text that begins with `=`, `+`, `-`, `@` (full-width ones
//! included), a tab or a carriage return (or with apostrophes followed by one of these) is written with one more apostrophe in
//! front; reading takes exactly one away again. Numbers and dates are no texts and stay as they are.
//! <https://owasp.org/www-community/attacks/CSV_Injection>

use std::borrow::Cow;

fn is_dangerous(text: &str) -> bool {
    matches!(
        text.trim_start_matches('\'').chars().next(),
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    )
}

/// The text as it may stand in a cell.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if is_dangerous(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that was made [`neutral`]; any other text as it is.
pub fn original(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_become_texts() {
        assert_eq!(neutral("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(neutral("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(neutral("'=1"), "''=1");
        assert_eq!(neutral("it's = fine"), "it's = fine");
        assert_eq!(original("'quoted'"), "'quoted'");
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_left_and_reading_undoes_it(text in "['=+@\t\r-]{0,3}.{0,12}") {
            let written = neutral(&text);
            let first = written.chars().next().unwrap_or(' ');
            let safe = !"=+-@\t\r\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(first);
            prop_assert!(safe, "{:?}", written);
            prop_assert_eq!(original(&written), text.as_str());
        }
    }
}
