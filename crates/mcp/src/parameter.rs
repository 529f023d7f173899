//! The declaration of a tool's parameter: once, for schema, parsing, help and reference pages.

use serde_json::Value;

/// One parameter of a tool.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name on every wire.
    pub name: &'static str,
    /// What it means, in one sentence or two.
    pub description: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Whether a call without it fails.
    pub required: bool,
    /// Other names that are understood, because models and older clients use them.
    pub aliases: &'static [&'static str],
}

/// What values a [`Parameter`] takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text {
        /// What is meant when it is not given.
        default: Option<&'static str>,
    },
    /// One of a few words.
    Choice {
        /// The words.
        values: &'static [&'static str],
        /// What is meant when it is not given.
        default: &'static str,
    },
    /// A whole number.
    Integer {
        /// What is meant when it is not given.
        default: Option<u64>,
        /// The lowest allowed.
        lowest: u64,
        /// The highest allowed.
        highest: u64,
    },
    /// A number.
    Number {
        /// What is meant when it is not given.
        default: f64,
        /// The lowest allowed.
        lowest: f64,
        /// The highest allowed.
        highest: f64,
    },
    /// Yes or no.
    Flag {
        /// What is meant when it is not given.
        default: bool,
    },
    /// A list of tags; one comma-separated text is understood too.
    Tags,
    /// An object with free fields.
    Object,
    /// A list of objects whose fields are texts.
    Records {
        /// Their fields.
        fields: &'static [Parameter],
    },
}

impl Parameter {
    /// An optional text without a default.
    pub(crate) const fn text(name: &'static str, description: &'static str) -> Self {
        Self { name, description, kind: Kind::Text { default: None }, required: false, aliases: &[] }
    }

    /// An optional parameter of some kind.
    pub(crate) const fn of(name: &'static str, kind: Kind, description: &'static str) -> Self {
        Self { name, description, kind, required: false, aliases: &[] }
    }

    /// The same, but a call without it fails.
    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, under more names.
    pub(crate) const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Whether this parameter is meant by a name.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// A parameter of the original that does nothing here yet. A call that asks for it is refused rather than answered as if
/// it had not asked, or, where more would be lost, answered with a warning.
#[derive(Debug, Clone, Copy)]
pub struct Unsupported {
    /// Its name.
    pub name: &'static str,
    /// What works instead.
    pub instead: &'static str,
    /// Which values ask for nothing that is not done anyway; they are accepted.
    pub(crate) harmless: fn(&Value) -> bool,
    /// Whether other values are refused; else they are warned of.
    pub(crate) is_refused: bool,
}

impl Unsupported {
    /// A parameter that is off when it is null, empty, zero or false.
    pub(crate) const fn new(name: &'static str, instead: &'static str) -> Self {
        Self { name, instead, harmless: is_off, is_refused: true }
    }

    /// The same, but a call that asks for it is carried out, with a warning.
    pub(crate) const fn warned_of(self) -> Self {
        Self { is_refused: false, ..self }
    }

    /// A parameter that only says how another one is meant.
    pub(crate) const fn of_another(name: &'static str, instead: &'static str) -> Self {
        Self { harmless: |_| true, is_refused: false, ..Self::new(name, instead) }
    }
}

fn is_off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}
