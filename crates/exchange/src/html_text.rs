//! What a reader sees of HTML, as plain text. Not a browser: tags end lines or nothing, scripts and styles are left
//! out, what is hidden by them is none of anybody's words.

/// Elements whose content nobody reads.
const UNREAD: [&str; 9] =
    ["script", "style", "head", "title", "template", "noscript", "svg", "iframe", "object"];
/// Elements that stand on lines of their own.
const LINES: [&str; 22] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "hr",
    "dd",
];
/// The longest name of a character that is looked for.
const NAME_MOST: usize = 10;

/// Makes text of HTML. What is no HTML comes out as it is, but for blanks.
pub fn html_text(html: &str) -> String {
    let mut out = Lines::default();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out.text(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('&') { character(rest, &mut out) } else { tag(rest, &mut out) };
    }
    out.text(rest);
    out.finish()
}

/// Text as it is gathered: blanks are one blank, lines end once, at most one empty line stands between two.
#[derive(Default)]
struct Lines {
    out: String,
    /// A blank that stands before the next word, if one comes on this line.
    blank: bool,
    /// Line ends before the next word.
    ends: usize,
    /// Bytes that were looked through in vain for the ends of tags.
    vain: usize,
}

impl Lines {
    fn text(&mut self, text: &str) {
        text.chars().for_each(|c| self.put(c));
    }

    fn put(&mut self, c: char) {
        if c.is_whitespace() {
            self.blank = true;
            return;
        }
        if c.is_control() || matches!(c, '\u{200b}' | '\u{feff}') {
            return;
        }
        if !self.out.is_empty() {
            if self.ends > 0 {
                (0..self.ends.min(2)).for_each(|_| self.out.push('\n'));
            } else if self.blank {
                self.out.push(' ');
            }
        }
        (self.blank, self.ends) = (false, 0);
        self.out.push(c);
    }

    /// Where a tag ends: not at a sign within a value in quotation marks.
    fn tag_end(&mut self, body: &str) -> Option<usize> {
        let mut quoted = None;
        let most = TAG_MOST.min(VAIN_MOST - self.vain);
        for (at, byte) in body.bytes().enumerate().take(most) {
            match (quoted, byte) {
                (None, b'>') => return Some(at),
                (None, b'"' | b'\'') => quoted = Some(byte),
                (Some(mark), byte) if mark == byte => quoted = None,
                _ => {}
            }
        }
        self.vain += most.min(body.len());
        // A mark that nobody closed: the first sign will do.
        body.find('>')
    }

    fn end(&mut self, lines: usize) {
        self.ends = self.ends.max(lines);
        self.blank = false;
    }

    fn finish(self) -> String {
        self.out
    }
}

/// Reads a character that is written by its name or number; what is none stays as it is.
fn character<'a>(rest: &'a str, out: &mut Lines) -> &'a str {
    let body = &rest[1..];
    let end = body.bytes().take(NAME_MOST).position(|byte| byte == b';');
    let found = end.and_then(|end| named(&body[..end]).map(|c| (c, end)));
    match found {
        Some((c, end)) => {
            out.put(c);
            &body[end + 1..]
        }
        None => {
            out.put('&');
            body
        }
    }
}

fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" => ' ',
        "middot" => '·',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "copy" => '©',
        "times" => '×',
        "bull" => '•',
        _ => return None,
    })
}

/// Passes over a tag, and over all that an unread element holds.
fn tag<'a>(rest: &'a str, out: &mut Lines) -> &'a str {
    if let Some(comment) = rest.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, after)| after);
    }
    let body = &rest[1..];
    let closes = body.starts_with('/');
    let name: String = body
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .take(NAME_MOST)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if name.is_empty() && !body.starts_with(['!', '?']) {
        // A sign and no tag: "3 < 5".
        out.put('<');
        return body;
    }
    let Some(end) = out.tag_end(body) else { return "" };
    let after = &body[end + 1..];
    if !closes && UNREAD.contains(&name.as_str()) && !body[..end].ends_with('/') {
        return after_closing(after, &name);
    }
    if LINES.contains(&name.as_str()) {
        out.end(if matches!(name.as_str(), "p" | "blockquote" | "h1" | "h2" | "h3") { 2 } else { 1 });
    } else if matches!(name.as_str(), "td" | "th") {
        out.put(' ');
    }
    after
}

/// How far a value in quotation marks is looked for: marks that nobody closes would be looked for to the end by every
/// tag.
const TAG_MOST: usize = 16_384;
/// How much is looked through for such values in vain, in one text.
const VAIN_MOST: usize = 4 * 1024 * 1024;

fn after_closing<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut at = 0;
    while let Some(found) = rest[at..].find("</") {
        at += found + 2;
        let held = rest.get(at..at + name.len());
        if held.is_some_and(|held| held.eq_ignore_ascii_case(name)) {
            return rest[at..].split_once('>').map_or("", |(_, after)| after);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_reader_sees_is_left() {
        for (html, text) in [
            ("<p>路灯&nbsp;不亮</p><p>请修</p>", "路灯 不亮\n\n请修"),
            ("a<br>b<BR/>c", "a\nb\nc"),
            ("<style>p{color:red}</style><script>alert('<p>')</script>好", "好"),
            ("<HEAD><title>x</title></HEAD><body>y</body>", "y"),
            ("1 &lt; 2 &amp; 3 &#20013; &#x6587; &unknown; &", "1 < 2 & 3 中 文 &unknown; &"),
            ("3 < 5 和 5 > 3", "3 < 5 和 5 > 3"),
            ("<a href=\"x>y\">link</a> <!-- no -->end", "link end"),
            ("<ul><li>一</li><li>二</li></ul>", "一\n二"),
            ("<script>never closed", ""),
            ("<p", ""),
            // A mark that nobody closes ends at the first sign; one in the next tag does not reach into it.
            ("<a href=\"x>one</a> two", "one two"),
            ("  plain \n\n text ", "plain text"),
        ] {
            assert_eq!(html_text(html), text, "{html}");
        }
    }

    #[test]
    fn marks_that_nobody_closes_are_not_looked_for_without_end() {
        // Looked for by every tag, this would take hours in place of a moment.
        let hostile = "<a '>".repeat(1_000_000);
        assert_eq!(html_text(&format!("{hostile}end")), "end");
    }

    proptest! {
        #[test]
        fn nothing_of_a_script_is_left_and_nothing_breaks(before in "[^<&]{0,20}", inside in "[^<]{0,40}", noise in ".{0,200}") {
            let text = html_text(&format!("{before}<script src='x'>{inside}</script>"));
            prop_assert_eq!(text, html_text(&before));
            let text = html_text(&noise);
            prop_assert!(text.len() <= noise.len() + 4 && !text.contains("\n\n\n") && !text.ends_with(char::is_whitespace));
        }
    }
}
