//! The environment of the process. Nothing else in the program reads it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use super::variables;

/// The variables of the environment and the directories that relative names start from.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
    home: Option<PathBuf>,
    working_directory: PathBuf,
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_process() -> Self {
        let unicode_names =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self {
            variables: unicode_names.collect(),
            home: std::env::home_dir().filter(|home| home.is_absolute()),
            working_directory: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// An environment that is not the process's, for tests.
    #[must_use]
    pub fn of(variables: &[(&str, &str)], home: Option<&Path>, working_directory: &Path) -> Self {
        Self {
            variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect(),
            home: home.map(Path::to_owned),
            working_directory: working_directory.to_owned(),
        }
    }

    /// A variable. An empty one is not set, unless that means something.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let is_set = |value: &&OsStr| !value.is_empty() || variables::may_be_empty(name);
        self.variables.get(name).map(OsString::as_os_str).filter(is_set)
    }

    /// The names of all variables, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The user's home directory.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The directory that the program was started in.
    #[must_use]
    pub fn working_directory(&self) -> &Path {
        &self.working_directory
    }
}

/// Shows no value: any of them may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} variables)", self.variables.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        let environment = Environment::of(&[("A", ""), ("B", "b")], None, Path::new("/"));
        assert_eq!(environment.get("A"), None);
        assert_eq!(environment.get("B"), Some(OsStr::new("b")));
        assert_eq!(environment.get("C"), None);
    }

    #[test]
    fn debug_output_does_not_show_a_value() {
        let environment = Environment::of(&[("TOKEN", "hunter2")], None, Path::new("/"));
        assert!(!format!("{environment:?}").contains("hunter2"));
    }
}
