//! Kinds that a configuration adds (`MCP_CUSTOM_MEMORY_TYPES`).

use serde_json::{Map, Value};
use thiserror::Error;

use super::{Ontology, normalised};
use crate::MemoryType;

/// The most names that a configuration may add.
pub const MAX_CUSTOM_TYPES: usize = 1000;

/// Why a configuration of kinds is wrong. The original drops such entries in silence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidOntology {
    /// Not JSON.
    #[error("custom memory types are not JSON ({reason}): write for example {EXAMPLE}")]
    Json {
        /// What is wrong and where.
        reason: String,
    },
    /// JSON, but not an object.
    #[error("custom memory types are not a JSON object: write for example {EXAMPLE}")]
    Shape,
    /// A base without a list of names.
    #[error("custom memory type {base:?} does not have a list of texts: write for example {EXAMPLE}")]
    Subtypes {
        /// The base.
        base: String,
    },
    /// A name that cannot be used.
    #[error(
        "custom memory type {name:?}: begin with a letter, use letters, digits, `_` and `-`, at most {} characters",
        MemoryType::MAX_CHARS
    )]
    Name {
        /// The name, its beginning when it is long.
        name: String,
    },
    /// The name has another base already.
    #[error(
        "custom memory type {name:?} cannot belong to {base:?}, it belongs to {other:?}: choose another name"
    )]
    Conflict {
        /// The name.
        name: String,
        /// The base under which it was given.
        base: String,
        /// The base that it has.
        other: String,
    },
    /// More than [`MAX_CUSTOM_TYPES`].
    #[error("{given} custom memory types were given, the limit is {MAX_CUSTOM_TYPES}: remove some")]
    TooMany {
        /// How many names were given.
        given: usize,
    },
}

const EXAMPLE: &str = r#"{"recipe": ["ingredient", "step"], "learning": ["trick"]}"#;

impl Ontology {
    /// The built-in kinds and those of a JSON object from base to subtypes: `{"recipe": ["ingredient"]}`. A built-in base
    /// gets more subtypes; an empty text adds nothing.
    ///
    /// # Errors
    /// [`InvalidOntology`] names the first entry that is wrong.
    pub fn with_custom_json(text: &str) -> Result<Self, InvalidOntology> {
        if text.trim().is_empty() {
            return Ok(Self::built_in());
        }
        match serde_json::from_str(text) {
            Ok(Value::Object(bases)) => Self::with_custom(&bases),
            Ok(_) => Err(InvalidOntology::Shape),
            Err(error) => Err(InvalidOntology::Json { reason: error.to_string() }),
        }
    }

    fn with_custom(bases: &Map<String, Value>) -> Result<Self, InvalidOntology> {
        let mut ontology = Self::built_in();
        let mut given = 0;
        for (base, subtypes) in bases {
            let base = name(base)?;
            let not_texts = || InvalidOntology::Subtypes { base: base.clone() };
            let subtypes = subtypes.as_array().ok_or_else(not_texts)?;
            given += 1 + subtypes.len();
            ontology.add(&base, &base)?;
            for subtype in subtypes {
                let subtype = name(subtype.as_str().ok_or_else(not_texts)?)?;
                ontology.add(&subtype, &base)?;
            }
        }
        if given > MAX_CUSTOM_TYPES { Err(InvalidOntology::TooMany { given }) } else { Ok(ontology) }
    }

    fn add(&mut self, name: &str, base: &str) -> Result<(), InvalidOntology> {
        let own = self.base_of.entry(name.to_owned()).or_insert_with(|| base.to_owned());
        if own == base {
            return Ok(());
        }
        Err(InvalidOntology::Conflict { name: name.to_owned(), base: base.to_owned(), other: own.clone() })
    }
}

/// Checks a name: 10.59 allows letters of any script and `_`, release 12 also `-`.
fn name(text: &str) -> Result<String, InvalidOntology> {
    let name = normalised(text);
    let is_valid = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        && name.chars().count() <= MemoryType::MAX_CHARS;
    if is_valid { Ok(name) } else { Err(InvalidOntology::Name { name: text.chars().take(100).collect() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_added_and_built_in_ones_get_more_subtypes() {
        let json =
            r#"{"Recipe": ["ingredient", "Prep-Step"], "learning": ["trick", "insight"], "idee_für": []}"#;
        let ontology = Ontology::with_custom_json(json).unwrap();
        for (name, base) in [
            ("recipe", "recipe"),
            ("prep-step", "recipe"),
            ("trick", "learning"),
            ("insight", "learning"),
            ("Idee_Für", "idee_für"),
        ] {
            assert_eq!(ontology.base_of_name(name), Some(base), "{name}");
        }
        assert_eq!(ontology.names().count(), 81 + 5);
        assert_eq!(Ontology::with_custom_json(" "), Ok(Ontology::built_in()));
    }

    #[test]
    fn a_wrong_entry_is_named_and_not_dropped() {
        let error = |json: &str| Ontology::with_custom_json(json).unwrap_err();
        assert!(matches!(error("{"), InvalidOntology::Json { .. }));
        assert_eq!(error("[]"), InvalidOntology::Shape);
        assert_eq!(error(r#"{"a": "b"}"#), InvalidOntology::Subtypes { base: "a".to_owned() });
        assert_eq!(error(r#"{"a": [1]}"#), InvalidOntology::Subtypes { base: "a".to_owned() });
        for name in ["", "two words", "1st", "a/b", "-a"] {
            let json = serde_json::json!({ "a": [name] }).to_string();
            assert_eq!(error(&json), InvalidOntology::Name { name: name.to_owned() });
        }
    }

    #[test]
    fn a_name_has_one_base() {
        for (json, name, base, other) in [
            (r#"{"decision": ["bug"]}"#, "bug", "decision", "error"),
            (r#"{"insight": []}"#, "insight", "insight", "learning"),
            (r#"{"a": ["x"], "b": ["X"]}"#, "x", "b", "a"),
        ] {
            let [name, base, other] = [name, base, other].map(str::to_owned);
            assert_eq!(
                Ontology::with_custom_json(json),
                Err(InvalidOntology::Conflict { name, base, other })
            );
        }
    }

    #[test]
    fn names_are_limited_in_length_and_number() {
        let one = |chars: usize| {
            Ontology::with_custom_json(&serde_json::json!({ "a": ["x".repeat(chars)] }).to_string())
        };
        assert!(one(MemoryType::MAX_CHARS).is_ok() && one(MemoryType::MAX_CHARS + 1).is_err());
        let many = |count: usize| {
            let names: Vec<String> = (0..count).map(|n| format!("n{n}")).collect();
            Ontology::with_custom_json(&serde_json::json!({ "a": names }).to_string())
        };
        assert!(many(MAX_CUSTOM_TYPES - 1).is_ok());
        assert_eq!(many(MAX_CUSTOM_TYPES), Err(InvalidOntology::TooMany { given: 1001 }));
    }
}
