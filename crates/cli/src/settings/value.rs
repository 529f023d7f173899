//! A checked value together with its origin.

use std::fmt;
use std::path::PathBuf;

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value, checked.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A key of the configuration file.
    ConfigFile {
        /// The key.
        key: String,
        /// The file.
        path: PathBuf,
        /// The line on which it begins, from 1.
        line: usize,
    },
    /// A variable in a `.env` file.
    DotEnv {
        /// The variable.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// The line on which it ends, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment {
        /// The variable.
        name: &'static str,
    },
    /// A flag of the command line.
    Flag {
        /// The flag, with its dashes.
        name: &'static str,
    },
    /// A file of its own, for a secret.
    SecretFile {
        /// The file.
        path: PathBuf,
        /// Where it was named.
        named: Box<Self>,
    },
}

impl Origin {
    /// Its place among the layers: the greater wins.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Default => 0,
            Self::ConfigFile { .. } => 1,
            Self::DotEnv { .. } => 2,
            Self::Environment { .. } => 3,
            Self::Flag { .. } => 4,
            Self::SecretFile { named, .. } => named.rank(),
        }
    }
}

impl<T> Setting<T> {
    /// A value that nobody set.
    pub fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::ConfigFile { key, path, line } => write!(f, "{key} in {}, line {line}", path.display()),
            Self::SecretFile { path, named } => write!(f, "the file {} ({named})", path.display()),
            Self::DotEnv { name, path, line } => write!(f, "{name} in {}, line {line}", path.display()),
            Self::Environment { name } => write!(f, "{name} in the environment"),
            Self::Flag { name } => write!(f, "the flag {name}"),
        }
    }
}
