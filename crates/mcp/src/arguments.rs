//! The arguments of a call, read as their declaration says: strict about meaning, lenient about spelling.
//!
//! Models fill optional parameters with `""` and null, and write numbers and lists as text; all of that is understood. What
//! cannot be understood is an error that names the parameter, the value and what would be right.

use model::{Metadata, Tags};
use serde_json::{Map, Value};

use crate::answer::ToolError;
use crate::parameter::{Kind, Parameter};
use crate::tools::Tool;

/// How much of a wrong value a message shows, in characters.
const SHOWN_CHARS: usize = 60;

/// The arguments of one call, checked for their names.
#[derive(Debug)]
pub(crate) struct Arguments {
    parameters: &'static [Parameter],
    given: Map<String, Value>,
    warnings: Vec<String>,
}

impl Arguments {
    /// Sorts what was given under the parameters' names.
    pub(crate) fn new(tool: &'static Tool, arguments: Map<String, Value>) -> Result<Self, ToolError> {
        let (mut given, mut warnings) = (Map::new(), Vec::new());
        for (name, value) in arguments {
            let Some(parameter) = tool.parameters.iter().find(|parameter| parameter.answers_to(&name)) else {
                warnings.extend(check_unsupported(tool, &name, &value)?);
                continue;
            };
            if is_blank(&value) {
                continue;
            }
            if given.insert(parameter.name.to_owned(), value).is_some() {
                let known = parameter.name;
                return Err(ToolError::invalid(format!(
                    "`{known}` is given twice, once as `{name}`: give it once"
                )));
            }
        }
        Ok(Self { parameters: tool.parameters, given, warnings })
    }

    /// Whether the caller gave it.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// What was given and has no effect, for the receipt.
    pub(crate) fn warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Everything that was given, under the parameters' own names, as it was given.
    pub(crate) fn into_given(self) -> Map<String, Value> {
        self.given
    }

    /// A text as it was given, without taking it.
    pub(crate) fn given_text(&self, name: &str) -> Option<String> {
        self.given.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// A text, or its default, or none.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, ToolError> {
        let (parameter, value) = self.take(name);
        match (value, parameter.map(|parameter| parameter.kind)) {
            (Some(Value::String(text)), _) => Ok(Some(text)),
            (Some(other), _) => Err(wrong_type(name, "a text", &other)),
            (None, Some(Kind::Text { default })) => Ok(default.map(str::to_owned)),
            (None, _) => Ok(None),
        }
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, name: &str) -> Result<String, ToolError> {
        self.text(name)?
            .ok_or_else(|| ToolError::invalid(format!("`{name}` is required: give a text that is not empty")))
    }

    /// One of the declared words.
    pub(crate) fn choice(&mut self, name: &str) -> Result<&'static str, ToolError> {
        let (parameter, value) = self.take(name);
        let Some(Kind::Choice { values, default }) = parameter.map(|parameter| parameter.kind) else {
            return Err(undeclared(name));
        };
        let text = match value {
            None => return Ok(default),
            Some(Value::String(text)) => text,
            Some(other) => return Err(wrong_type(name, &format!("one of {}", list(values)), &other)),
        };
        let word = text.trim();
        values.iter().find(|value| value.eq_ignore_ascii_case(word)).copied().ok_or_else(|| {
            ToolError::invalid(format!(
                "`{name}` is {}, it must be one of {}",
                shown(&Value::String(text.clone())),
                list(values)
            ))
        })
    }

    /// A whole number inside its bounds, or its default, or none.
    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<u64>, ToolError> {
        let (parameter, value) = self.take(name);
        let Some(Kind::Integer { default, lowest, highest }) = parameter.map(|parameter| parameter.kind)
        else {
            return Err(undeclared(name));
        };
        let Some(value) = value else { return Ok(default) };
        let bounds = if highest == u64::MAX {
            format!("from {lowest}")
        } else {
            format!("from {lowest} to {highest}")
        };
        let Some(number) = whole_number(&value) else {
            return Err(wrong_type(name, &format!("a whole number {bounds}"), &value));
        };
        match u64::try_from(number) {
            Ok(number) if (lowest..=highest).contains(&number) => Ok(Some(number)),
            _ => Err(ToolError::invalid(format!("`{name}` is {number}, it must be {bounds}"))),
        }
    }

    /// A number inside its bounds, or its default.
    pub(crate) fn number(&mut self, name: &str) -> Result<f64, ToolError> {
        let (parameter, value) = self.take(name);
        let Some(Kind::Number { default, lowest, highest }) = parameter.map(|parameter| parameter.kind)
        else {
            return Err(undeclared(name));
        };
        let Some(value) = value else { return Ok(default) };
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let bounds = format!("from {lowest} to {highest}");
        match number {
            None => Err(wrong_type(name, &format!("a number {bounds}"), &value)),
            Some(number) if (lowest..=highest).contains(&number) => Ok(number),
            Some(number) => Err(ToolError::invalid(format!("`{name}` is {number}, it must be {bounds}"))),
        }
    }

    /// A flag, or its default.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, ToolError> {
        let (parameter, value) = self.take(name);
        let Some(Kind::Flag { default }) = parameter.map(|parameter| parameter.kind) else {
            return Err(undeclared(name));
        };
        match value {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
            Some(other) => Err(wrong_type(name, "true or false", &other)),
        }
    }

    /// Tags; none when not given.
    pub(crate) fn tags(&mut self, name: &str) -> Result<Tags, ToolError> {
        let (_, value) = self.take(name);
        let tags = Tags::from_json(&value.unwrap_or(Value::Null));
        tags.map_err(|error| ToolError::invalid(format!("`{name}`: {error}")))
    }

    /// Free fields; none when not given. An object written as JSON text is understood.
    pub(crate) fn object(&mut self, name: &str) -> Result<Metadata, ToolError> {
        let (_, value) = self.take(name);
        let fields = match value {
            None => Map::new(),
            Some(Value::Object(fields)) => fields,
            Some(Value::String(text)) => match serde_json::from_str(&text) {
                Ok(Value::Object(fields)) => fields,
                _ => return Err(wrong_type(name, "an object", &Value::String(text))),
            },
            Some(other) => return Err(wrong_type(name, "an object", &other)),
        };
        Metadata::parse(fields).map_err(|error| ToolError::invalid(format!("`{name}`: {error}")))
    }

    /// Objects with their declared texts, in the order of the declaration; nothing for a field that is not given. A list
    /// written as JSON text is understood.
    pub(crate) fn records<const N: usize>(&mut self, name: &str) -> Result<Vec<[String; N]>, ToolError> {
        let (parameter, value) = self.take(name);
        let Some(Kind::Records { fields }) = parameter.map(|parameter| parameter.kind) else {
            return Err(undeclared(name));
        };
        let list = match value {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(Value::String(text)) => match serde_json::from_str(&text) {
                Ok(Value::Array(list)) => list,
                _ => return Err(wrong_type(name, "a list of objects", &Value::String(text))),
            },
            Some(other) => return Err(wrong_type(name, "a list of objects", &other)),
        };
        list.iter()
            .enumerate()
            .map(|(index, item)| record(fields, &format!("{name}[{index}]"), item))
            .collect()
    }

    fn take(&mut self, name: &str) -> (Option<&'static Parameter>, Option<Value>) {
        let parameter = self.parameters.iter().find(|parameter| parameter.name == name);
        (parameter, self.given.shift_remove(name))
    }
}

fn record<const N: usize>(fields: &[Parameter], path: &str, item: &Value) -> Result<[String; N], ToolError> {
    let Value::Object(object) = item else { return Err(wrong_type(path, "an object", item)) };
    let mut texts = [const { String::new() }; N];
    for (text, field) in texts.iter_mut().zip(fields) {
        let given = object.iter().find(|(name, value)| field.answers_to(name) && !is_blank(value));
        match given.map(|(_, value)| value) {
            Some(Value::String(value)) => text.clone_from(value),
            Some(other) => return Err(wrong_type(&format!("{path}.{}", field.name), "a text", other)),
            None => {}
        }
    }
    Ok(texts)
}

fn check_unsupported(tool: &Tool, name: &str, value: &Value) -> Result<Option<String>, ToolError> {
    if let Some(unsupported) = tool.unsupported.iter().find(|unsupported| unsupported.name == name) {
        if (unsupported.harmless)(value) {
            return Ok(None);
        }
        let message = format!("`{name}` is not supported yet: {}", unsupported.instead);
        return if unsupported.is_refused { Err(ToolError::invalid(message)) } else { Ok(Some(message)) };
    }
    let valid: Vec<&str> = tool.parameters.iter().map(|parameter| parameter.name).collect();
    let valid =
        if valid.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", valid.join(", ")) };
    let name = shown(&Value::String(name.to_owned()));
    Err(ToolError::invalid(format!("{} has no parameter {name}: {valid}", tool.name)))
}

/// Whether a value means "not given".
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn whole_number(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => match (number.as_i128(), number.as_f64()) {
            (Some(number), _) => Some(number),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            (None, Some(number)) if number.fract() == 0.0 && number.abs() < 1e15 => Some(number as i128),
            _ => None,
        },
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn wrong_type(name: &str, expected: &str, found: &Value) -> ToolError {
    ToolError::invalid(format!("`{name}` must be {expected}, not {}", shown(found)))
}

/// A declaration and its use that do not agree: a defect of ours.
fn undeclared(name: &str) -> ToolError {
    tracing::error!(parameter = name, "a tool reads a parameter as another kind than it declares");
    ToolError::internal()
}

fn list(values: &[&str]) -> String {
    values.join(", ")
}

/// A value as a message shows it: its type and how it begins.
fn shown(value: &Value) -> String {
    let kind = match value {
        Value::Null => return "null".to_owned(),
        Value::Bool(flag) => return format!("the boolean {flag}"),
        Value::Number(number) => return format!("the number {number}"),
        Value::String(_) => "",
        Value::Array(_) => "the list ",
        Value::Object(_) => "the object ",
    };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{kind}{}...", &text[..end]),
        None => format!("{kind}{text}"),
    }
}

#[cfg(test)]
mod tests;
