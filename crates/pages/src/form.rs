//! What a form needs to be shown again: the values as typed, and what is wrong with each.

use std::collections::BTreeMap;

/// One mistake; an empty field concerns the form as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    pub field: String,
    pub text: String,
}

/// Values and mistakes by field name.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    pub values: BTreeMap<String, String>,
    pub errors: Vec<FormError>,
}

impl FormState {
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    pub fn set(&mut self, field: &str, value: impl Into<String>) {
        self.values.insert(field.to_owned(), value.into());
    }

    pub fn fail(&mut self, field: &str, text: impl Into<String>) {
        self.errors.push(FormError { field: field.to_owned(), text: text.into() });
    }

    pub fn has_error(&self, field: &str) -> bool {
        self.errors.iter().any(|error| error.field == field)
    }

    pub fn errors_of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.errors.iter().filter(move |error| error.field == field).map(|error| error.text.as_str())
    }
}
