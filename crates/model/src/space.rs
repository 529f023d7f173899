//! Whose memory it is.

use std::fmt;

/// A space: the unit that is kept apart from every other (isolation, backup, export, erasure). With SQLite it is a file
/// of its own; the default space is the original's file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Space {
    /// The one space of an installation with a single user.
    #[default]
    Default,
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
        }
    }
}
