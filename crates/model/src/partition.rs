//! Partitions: the named stores inside one database that release 12 introduced.

use std::fmt;

use thiserror::Error;

/// The name of a partition (`store` on the wire and in the database). It divides one user's memories by topic; it is no
/// boundary between users (that is a [`crate::Space`]).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Partition(String);

/// Which partitions a use case looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionScope {
    /// One of them.
    One(Partition),
    /// All of them (`all` on the wire).
    All,
}

/// Why a text is not the name of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidPartition {
    /// `all` names every partition and can only be read from.
    #[error("store \"all\" means every store and cannot be written to: name one store")]
    All,
    /// Longer than [`Partition::MAX_CHARS`].
    #[error("store name is {chars} characters long, the limit is {}", Partition::MAX_CHARS)]
    TooLong {
        /// Its length in characters.
        chars: usize,
    },
    /// A control character, NUL included.
    #[error("store name {given:?} has a control character: use letters, digits, `_` and `-`")]
    Control {
        /// What was given.
        given: String,
    },
}

impl Partition {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 100;
    /// The name of the partition that is meant when none is named.
    pub const DEFAULT: &'static str = "default";

    /// Checks a name to write to; outer white space is dropped, an empty name is the default partition.
    ///
    /// # Errors
    /// [`InvalidPartition`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidPartition> {
        match PartitionScope::parse(text)? {
            PartitionScope::One(partition) => Ok(partition),
            PartitionScope::All => Err(InvalidPartition::All),
        }
    }

    /// A name that stands in a database row, whatever it is.
    #[must_use]
    pub fn stored(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the partition that is meant when none is named.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.0 == Self::DEFAULT
    }
}

impl PartitionScope {
    /// Checks a name to read from: as [`Partition::parse`], and `all`.
    ///
    /// # Errors
    /// [`InvalidPartition`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidPartition> {
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return Err(InvalidPartition::Control { given: text.to_owned() });
        }
        match (text, text.chars().count()) {
            ("", _) => Ok(Self::default()),
            ("all", _) => Ok(Self::All),
            (_, chars) if chars > Partition::MAX_CHARS => Err(InvalidPartition::TooLong { chars }),
            _ => Ok(Self::One(Partition(text.to_owned()))),
        }
    }

    /// Whether a memory of this partition is meant.
    #[must_use]
    pub fn includes(&self, partition: &Partition) -> bool {
        match self {
            Self::One(one) => one == partition,
            Self::All => true,
        }
    }
}

impl Default for Partition {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl Default for PartitionScope {
    fn default() -> Self {
        Self::One(Partition::default())
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_can_be_read_but_not_written() {
        assert_eq!(PartitionScope::parse("all"), Ok(PartitionScope::All));
        assert_eq!(Partition::parse("all"), Err(InvalidPartition::All));
    }

    #[test]
    fn an_empty_name_is_the_default_partition() {
        assert!(Partition::parse(" ").is_ok_and(|partition| partition.is_default()));
        assert_eq!(PartitionScope::parse(""), Ok(PartitionScope::default()));
    }

    #[test]
    fn control_characters_and_long_names_are_refused() {
        assert!(matches!(Partition::parse("a\0b"), Err(InvalidPartition::Control { .. })));
        assert_eq!(Partition::parse(&"x".repeat(101)), Err(InvalidPartition::TooLong { chars: 101 }));
    }
}
