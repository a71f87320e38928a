//! A form's fields as templates show them, and what a browser sent for them.

use words::Lang;

use crate::words_of::comma;

/// What a browser sent: names and values in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(pub Vec<(String, String)>);

/// The longest value that is taken in, in characters; the domain's own limits are below it.
const VALUE_MOST: usize = 20_000;

impl Typed {
    /// The first value under a name, trimmed; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(held, _)| held == name).map_or("", |(_, value)| value.trim())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(held, _)| held == name)
    }

    /// All values under a name (ticked boxes), joined by `;`.
    pub fn joined(&self, name: &str) -> String {
        let values: Vec<&str> = self
            .0
            .iter()
            .filter(|(held, value)| held == name && !value.trim().is_empty())
            .map(|(_, value)| value.trim())
            .collect();
        values.join(";")
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(held, _)| held != name);
        self.0.push((name.to_owned(), value.into()));
    }

    pub fn too_long(value: &str) -> bool {
        value.chars().count() > VALUE_MOST
    }
}

/// One way to answer a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// How a value is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    Text,
    Area,
    Number,
    Day,
    /// A day with the time of day.
    Moment,
    Url,
    Email,
    Password,
    Select(Vec<Choice>),
    Checks(Vec<Choice>),
    /// Files of photos, several at once.
    Photos,
    /// Shown, not to be changed; nothing is sent for it.
    Fixed,
}

/// One field with its label, value and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub hint: String,
    pub control: Control,
    pub required: bool,
    pub value: String,
    pub errors: Vec<String>,
    /// What someone else made of it while the form was open.
    pub meanwhile: String,
    pub autocomplete: &'static str,
}

impl Field {
    pub fn new(lang: Lang, name: impl Into<String>, label_key: &str, control: Control) -> Self {
        let hint_key = format!("{label_key}-hint");
        Self {
            name: name.into(),
            label: words::text(lang, label_key).into_owned(),
            hint: if words::has(lang, &hint_key) {
                words::text(lang, &hint_key).into_owned()
            } else {
                String::new()
            },
            control,
            required: false,
            value: String::new(),
            errors: Vec::new(),
            meanwhile: String::new(),
            autocomplete: "off",
        }
    }

    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// The element that carries the label's `for` and that the error summary leads to.
    pub fn id(&self) -> String {
        match &self.control {
            Control::Checks(choices) if !choices.is_empty() => format!("{}-0", self.name),
            _ => self.name.clone(),
        }
    }

    /// Whether a choice is ticked or chosen.
    pub fn has(&self, value: &str) -> bool {
        match self.control {
            Control::Checks(_) => self.value.split(';').any(|held| held == value),
            _ => self.value == value,
        }
    }

    pub fn is_fixed(&self) -> bool {
        self.control == Control::Fixed
    }

    /// The `aria-describedby` of the control: its hint, note and errors, as far as there are any.
    pub fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.hint.is_empty() {
            ids.push(format!("{}-hint", self.name));
        }
        if !self.meanwhile.is_empty() {
            ids.push(format!("{}-meanwhile", self.name));
        }
        if !self.errors.is_empty() {
            ids.push(format!("{}-error", self.name));
        }
        ids.join(" ")
    }

    /// The value as it is read, for fields that are not to be changed and for comparing.
    pub fn shown(&self, lang: Lang) -> String {
        match &self.control {
            Control::Select(choices) | Control::Checks(choices) => {
                let labels: Vec<&str> =
                    choices.iter().filter(|c| self.has(&c.value)).map(|c| c.label.as_str()).collect();
                labels.join(comma(lang))
            }
            _ => self.value.clone(),
        }
    }
}
