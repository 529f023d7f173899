//! Tags, and the normaliser that the original applies to what callers write.

use std::collections::HashSet;

use serde_json::Value;
use thiserror::Error;

/// The most tags that one memory keeps.
pub const MAX_TAGS: usize = 100;
/// The longest tag, in characters.
pub const MAX_TAG_CHARS: usize = 100;
/// The tag of a memory that was stored without tags, as the original does it.
pub const UNTAGGED_TAG: &str = "untagged";
/// The longest text that is tried as a JSON array, in characters.
const MAX_JSON_CHARS: usize = 4096;

/// A list of tags: trimmed, lower-case, without commas, each once, in the order they were first given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(Vec<String>);

/// Why a value is not a list of tags.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidTags {
    /// Neither a text nor a list of texts.
    #[error("tags must be a list of texts or one comma-separated text, not {found}")]
    Shape {
        /// The JSON type that was found.
        found: &'static str,
    },
    /// More than [`MAX_TAGS`].
    #[error("{given} tags were given, at most {limit} are kept: remove some")]
    TooMany {
        /// How many different tags were given.
        given: usize,
        /// The limit.
        limit: usize,
    },
    /// Longer than [`MAX_TAG_CHARS`].
    #[error("tag {start:?}... is {chars} characters long, the limit is {limit}: shorten it")]
    TooLong {
        /// How the tag begins.
        start: String,
        /// Its length in characters.
        chars: usize,
        /// The limit, in characters.
        limit: usize,
    },
    /// U+0000 in a tag.
    #[error("tag {tag:?} has a NUL character (U+0000): remove it")]
    Nul {
        /// The tag.
        tag: String,
    },
}

impl Tags {
    /// No tags.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Tags from one text: `a, b` or `["a", "b"]`, as the original reads it.
    ///
    /// # Errors
    /// [`InvalidTags`] when there are too many or one has a NUL character.
    pub fn parse(text: &str) -> Result<Self, InvalidTags> {
        Self::checked(split_text(text))
    }

    /// Tags from a list, one tag an element; a comma inside an element becomes `-`.
    ///
    /// # Errors
    /// [`InvalidTags`] when there are too many or one has a NUL character.
    pub fn from_list<S: AsRef<str>>(list: impl IntoIterator<Item = S>) -> Result<Self, InvalidTags> {
        Self::checked(list.into_iter().map(|tag| tag.as_ref().to_owned()).collect())
    }

    /// Tags from what a caller's JSON holds: nothing, a text, or a list of texts (null elements are left out).
    ///
    /// The original drops elements of other types, tags beyond the limit and the end of long tags in silence; here
    /// each is an error.
    ///
    /// # Errors
    /// [`InvalidTags`] for any other JSON type, and as [`Tags::parse`].
    pub fn from_json(value: &Value) -> Result<Self, InvalidTags> {
        match value {
            Value::Null => Ok(Self::none()),
            Value::String(text) => Self::parse(text),
            Value::Array(items) => {
                let texts: Result<Vec<&str>, _> =
                    items.iter().filter(|item| !item.is_null()).map(element).collect();
                Self::from_list(texts?)
            }
            other => Err(InvalidTags::Shape { found: json_type(other) }),
        }
    }

    /// Both lists, the first one's tags first.
    ///
    /// # Errors
    /// [`InvalidTags::TooMany`] when the union is longer than [`MAX_TAGS`].
    pub fn merged(self, other: Self) -> Result<Self, InvalidTags> {
        Self::checked(self.0.into_iter().chain(other.0).collect())
    }

    /// The tags in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn checked(raw: Vec<String>) -> Result<Self, InvalidTags> {
        if let Some(tag) = raw.iter().find(|tag| tag.contains('\0')) {
            return Err(InvalidTags::Nul { tag: tag.clone() });
        }
        let mut seen = HashSet::new();
        let mut tags = Vec::with_capacity(raw.len().min(MAX_TAGS));
        for tag in raw.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
            // Small letters can be longer than their capitals: the tag is measured as it is kept.
            let tag = tag.replace(',', "-").to_lowercase();
            let chars = tag.chars().count();
            if chars > MAX_TAG_CHARS {
                let start = tag.chars().take(20).collect();
                return Err(InvalidTags::TooLong { start, chars, limit: MAX_TAG_CHARS });
            }
            if seen.insert(tag.clone()) {
                tags.push(tag);
            }
        }
        if tags.len() > MAX_TAGS {
            return Err(InvalidTags::TooMany { given: tags.len(), limit: MAX_TAGS });
        }
        Ok(Self(tags))
    }
}

fn element(item: &Value) -> Result<&str, InvalidTags> {
    item.as_str().ok_or_else(|| InvalidTags::Shape { found: json_type(item) })
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn split_text(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.starts_with('[') {
        return json_array(text).unwrap_or_else(|| vec![text.to_owned()]);
    }
    text.split(',').map(str::to_owned).collect()
}

/// The elements of a JSON array as texts, in the original's spelling of other values.
fn json_array(text: &str) -> Option<Vec<String>> {
    if text.chars().nth(MAX_JSON_CHARS).is_some() {
        return None;
    }
    let items: Vec<Value> = serde_json::from_str(text).ok()?;
    Some(items.iter().map(python_str).collect())
}

/// How Python's `str` writes a JSON value.
fn python_str(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(python_repr).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn python_repr(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{text}'"),
        other => python_str(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_agree_with_the_original_except_where_it_loses_some_in_silence() {
        let vectors: Value = serde_json::from_str(include_str!("../tests/data/vectors.json")).unwrap();
        let pairs = vectors["normalize_tags"].as_array().unwrap();
        let mut refused = Vec::new();
        for pair in pairs {
            let expected: Vec<&str> =
                pair["out"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect();
            match Tags::from_json(&pair["in"]) {
                Ok(tags) => assert_eq!(tags.iter().collect::<Vec<_>>(), expected, "{}", pair["in"]),
                Err(error) => refused.push(error),
            }
        }
        assert_eq!(pairs.len(), 16);
        assert!(
            matches!(
                refused.as_slice(),
                [
                    InvalidTags::Shape { found: "a number" },
                    InvalidTags::TooLong { chars: 120, .. },
                    InvalidTags::TooMany { .. }
                ]
            ),
            "{refused:?}"
        );
    }

    #[test]
    fn more_tags_than_the_limit_are_refused_not_cut() {
        let list: Vec<String> = (0..=MAX_TAGS).map(|n| format!("t{n}")).collect();
        assert_eq!(Tags::from_list(&list), Err(InvalidTags::TooMany { given: 101, limit: 100 }));
        assert_eq!(Tags::from_list(&list[..MAX_TAGS]).map(|tags| tags.len()), Ok(MAX_TAGS));
    }

    #[test]
    fn a_tag_is_measured_as_it_is_kept() {
        assert!(Tags::from_list(["x".repeat(MAX_TAG_CHARS)]).is_ok());
        assert!(Tags::from_list(["İ".repeat(MAX_TAG_CHARS / 2)]).is_ok());
        let error = Tags::from_list(["İ".repeat(MAX_TAG_CHARS / 2 + 1)]).unwrap_err();
        assert!(matches!(error, InvalidTags::TooLong { chars: 102, .. }), "{error:?}");
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        assert_eq!(Tags::from_json(&serde_json::json!(5)), Err(InvalidTags::Shape { found: "a number" }));
    }

    #[test]
    fn merging_keeps_the_first_order_and_drops_repeats() {
        let merged = Tags::parse("b,a").unwrap().merged(Tags::parse("A,c").unwrap()).unwrap();
        assert_eq!(merged.iter().collect::<Vec<_>>(), ["b", "a", "c"]);
    }
}
