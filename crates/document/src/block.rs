//! The blocks of a text.

use crate::table::{Form, Table};

/// A stretch of text in one voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub strong: bool,
}

/// Text of one or more voices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub Vec<Run>);

impl Text {
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Run { text: text.into(), strong: false }])
    }

    /// Adds text in the strong voice.
    pub fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Run { text: text.into(), strong: true });
        self
    }

    /// Adds text in the plain voice.
    pub fn then(mut self, text: impl Into<String>) -> Self {
        self.0.push(Run { text: text.into(), strong: false });
        self
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self::plain(text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStyle {
    /// 1. 2. 3., counted afresh in every list.
    Numbered,
    Dashed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub style: ListStyle,
    pub items: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Numbered by the layout: 一、（一）1.（1）or 1, 1.1, 1.1.1, (a). Levels beyond 1–4 count as the
    /// nearest.
    Heading {
        level: u8,
        text: String,
    },
    Paragraph(Text),
    List(List),
    Table(Table),
    Form(Form),
    /// Small print under a table: source, rule, as-of moment.
    Note(String),
}

impl Block {
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        Self::Heading { level, text: text.into() }
    }

    pub fn paragraph(text: impl Into<Text>) -> Self {
        Self::Paragraph(text.into())
    }
}
