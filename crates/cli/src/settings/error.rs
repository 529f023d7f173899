//! Why the settings cannot be used.

use std::path::Path;

use thiserror::Error;

use super::layers::Raw;
use super::variables;

/// Why the settings cannot be used. The text names the variable, its value, its origin and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidSetting {
    /// A value that is not allowed.
    #[error("{origin} is {value}: {allowed}")]
    Value {
        /// Where it was set.
        origin: String,
        /// The value, quoted; hidden when it may be a secret.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// A configuration file that cannot be used.
    #[error("{place}: {reason}")]
    File {
        /// The file, and the line when it is known.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// There is no place for the default files.
    #[error("no home directory is known, so there is no default place for memories: set {variable}")]
    NoHome {
        /// What to set.
        variable: &'static str,
    },
}

impl InvalidSetting {
    pub(super) fn file(path: &Path, line: Option<usize>, reason: impl Into<String>) -> Self {
        let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
        Self::File { place: format!("{}{line}", path.display()), reason: reason.into() }
    }

    pub(super) fn value(raw: &Raw, allowed: impl Into<String>) -> Self {
        let value = if variables::is_secret(raw.name) {
            "set (the value is not shown)".to_owned()
        } else {
            format!("{:?}", raw.text.to_string_lossy())
        };
        Self::Value { origin: raw.origin.to_string(), value, allowed: allowed.into() }
    }
}
