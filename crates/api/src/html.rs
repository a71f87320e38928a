//! The little HTML that the API's own pages need: everything put in is escaped.

use std::fmt::Write;

/// A page under construction.
#[derive(Default)]
pub(crate) struct Html(String);

impl Html {
    /// Text as written here.
    pub(crate) fn raw(&mut self, text: &'static str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    /// Text from elsewhere.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        self
    }

    /// An element that holds only text.
    pub(crate) fn element(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
        text: &str,
    ) -> &mut Self {
        self.open(tag, attributes).text(text).close(tag)
    }

    pub(crate) fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        let _ = write!(self.0, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.0, " {name}=\"");
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
        self
    }

    pub(crate) fn close(&mut self, tag: &'static str) -> &mut Self {
        let _ = write!(self.0, "</{tag}>");
        self
    }

    /// Text in which `code` stands between backticks.
    pub(crate) fn prose(&mut self, text: &str) -> &mut Self {
        for (at, piece) in text.split('`').enumerate() {
            if at % 2 == 1 {
                self.element("code", &[], piece);
            } else {
                self.text(piece);
            }
        }
        self
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_put_in_becomes_markup() {
        let mut html = Html::default();
        html.element("p", &[("title", "\"><script>")], "<b>&'\"").prose("a `<i>` b");
        assert_eq!(
            html.finish(),
            "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt;&amp;&#39;&quot;</p>a <code>&lt;i&gt;</code> b"
        );
    }
}
