//! Tags with a namespace: `proj:website`, `agent:reviewer`.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::MAX_TAG_CHARS;

/// The namespaces that release 12 recognises. Tags with others, and without any, are valid as well.
pub const TAG_NAMESPACES: [&str; 11] =
    ["agent", "confidence", "conflict", "harvest", "proj", "q", "source", "sys", "t", "topic", "user"];

/// The most namespaces that a configuration may add.
pub const MAX_CUSTOM_NAMESPACES: usize = 100;

/// A tag in its two parts, split at the first colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagParts<'t> {
    /// What stands before the colon; none without a colon, or when nothing stands there.
    pub namespace: Option<&'t str>,
    /// What stands behind it, or the whole tag.
    pub value: &'t str,
}

/// The recognised namespaces: the built-in ones and those of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagNamespaces(BTreeSet<String>);

/// Why a list of namespaces is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidNamespaces {
    /// A name that cannot be used.
    #[error(
        "tag namespace {name:?}: begin with a letter, use letters, digits, `_` and `-`, at most {MAX_TAG_CHARS} characters"
    )]
    Name {
        /// The name, its beginning when it is long.
        name: String,
    },
    /// More than [`MAX_CUSTOM_NAMESPACES`].
    #[error("{given} tag namespaces were given, the limit is {MAX_CUSTOM_NAMESPACES}: remove some")]
    TooMany {
        /// How many were given.
        given: usize,
    },
}

impl<'t> TagParts<'t> {
    /// The parts of a tag.
    #[must_use]
    pub fn of(tag: &'t str) -> Self {
        match tag.split_once(':') {
            Some((namespace, value)) if !namespace.is_empty() => Self { namespace: Some(namespace), value },
            _ => Self { namespace: None, value: tag },
        }
    }
}

impl TagNamespaces {
    /// The namespaces of release 12.
    #[must_use]
    pub fn built_in() -> Self {
        Self(TAG_NAMESPACES.into_iter().map(str::to_owned).collect())
    }

    /// The built-in ones and those of a comma-separated list (`MCP_CUSTOM_TAG_NAMESPACES`); a colon at the end of a name
    /// is dropped.
    ///
    /// # Errors
    /// [`InvalidNamespaces`] names the first entry that is wrong.
    pub fn with_custom(list: &str) -> Result<Self, InvalidNamespaces> {
        let names: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        if names.len() > MAX_CUSTOM_NAMESPACES {
            return Err(InvalidNamespaces::TooMany { given: names.len() });
        }
        let mut namespaces = Self::built_in();
        for given in names {
            let name = given.strip_suffix(':').unwrap_or(given).to_lowercase();
            let is_valid = name.starts_with(char::is_alphabetic)
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
                && name.chars().count() <= MAX_TAG_CHARS;
            if !is_valid {
                return Err(InvalidNamespaces::Name { name: given.chars().take(100).collect() });
            }
            namespaces.0.insert(name);
        }
        Ok(namespaces)
    }

    /// Whether a tag has a namespace that is recognised.
    #[must_use]
    pub fn recognises(&self, tag: &str) -> bool {
        TagParts::of(tag).namespace.is_some_and(|namespace| self.0.contains(&namespace.to_lowercase()))
    }

    /// The namespaces, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Default for TagNamespaces {
    fn default() -> Self {
        Self::built_in()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_split_at_the_first_colon() {
        for (tag, namespace, value) in [
            ("proj:web:site", Some("proj"), "web:site"),
            ("plain", None, "plain"),
            ("q:", Some("q"), ""),
            (":x", None, ":x"),
            ("", None, ""),
        ] {
            assert_eq!(TagParts::of(tag), TagParts { namespace, value }, "{tag:?}");
        }
    }

    #[test]
    fn namespaces_are_recognised_without_regard_to_case() {
        let namespaces = TagNamespaces::with_custom("crew, Team:,,").unwrap();
        for tag in ["sys:x", "Agent:x", "crew:x", "team:x", "source:x"] {
            assert!(namespaces.recognises(tag), "{tag}");
        }
        for tag in ["session:x", "chunk:1/2", "sys", "untagged"] {
            assert!(!namespaces.recognises(tag), "{tag}");
        }
        assert_eq!(namespaces.iter().count(), 13);
        assert_eq!(TagNamespaces::with_custom(""), Ok(TagNamespaces::built_in()));
    }

    #[test]
    fn wrong_namespaces_are_named() {
        for name in ["1a", "a b", "a:b", ":"] {
            assert_eq!(
                TagNamespaces::with_custom(&format!("ok,{name}")),
                Err(InvalidNamespaces::Name { name: name.to_owned() })
            );
        }
        assert!(TagNamespaces::with_custom(&"x".repeat(MAX_TAG_CHARS)).is_ok());
        assert!(TagNamespaces::with_custom(&"x".repeat(MAX_TAG_CHARS + 1)).is_err());
        let many = |count: usize| (0..count).map(|n| format!("n{n}")).collect::<Vec<_>>().join(",");
        assert!(TagNamespaces::with_custom(&many(MAX_CUSTOM_NAMESPACES)).is_ok());
        assert_eq!(
            TagNamespaces::with_custom(&many(MAX_CUSTOM_NAMESPACES + 1)),
            Err(InvalidNamespaces::TooMany { given: 101 })
        );
    }
}
