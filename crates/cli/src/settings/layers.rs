//! Which layer wins.

use std::ffi::OsString;

use super::dotenv::DotEnv;
use super::value::Origin;
use super::{Environment, InvalidSetting, variables};

/// The layers, the strongest first: flags, environment, `.env`. What none of them has is the default.
#[derive(Debug)]
pub struct Layers {
    flags: Vec<FlagValue>,
    environment: Environment,
    dotenv: DotEnv,
}

/// A flag of the command line that stands for a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagValue {
    /// The variable.
    pub variable: &'static str,
    /// The flag, with its dashes.
    pub flag: &'static str,
    /// Its value.
    pub text: OsString,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The variable.
    pub name: &'static str,
    /// What was written; never empty.
    pub text: OsString,
    /// Where.
    pub origin: Origin,
}

impl Layers {
    /// Layers over an environment; looks for `.env` files. Sentences about those go to `notices`.
    #[must_use]
    pub fn new(flags: Vec<FlagValue>, environment: Environment, notices: &mut Vec<String>) -> Self {
        let dotenv = DotEnv::find(&environment, notices);
        Self { flags, environment, dotenv }
    }

    /// The environment below.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The first of several variables that is set, in the strongest layer that has it.
    #[must_use]
    pub fn first(&self, names: &[&'static str]) -> Option<Raw> {
        names.iter().find_map(|name| self.get(name))
    }

    /// A variable, in the strongest layer that has it.
    #[must_use]
    pub fn get(&self, name: &'static str) -> Option<Raw> {
        if let Some(flag) = self.flags.iter().find(|flag| flag.variable == name) {
            let origin = Origin::Flag { name: flag.flag };
            return Some(Raw { name, text: flag.text.clone(), origin });
        }
        if let Some(text) = self.environment.get(name) {
            return Some(Raw { name, text: text.to_owned(), origin: Origin::Environment { name } });
        }
        let text = self.dotenv.get(name)?.into();
        Some(Raw { name, text, origin: Origin::DotEnv { name, path: self.dotenv.path().to_owned() } })
    }

    /// Names that begin like ours and are none: most likely written wrongly.
    #[must_use]
    pub fn unknown_names(&self) -> Vec<String> {
        let names = self.environment.names().chain(self.dotenv.names());
        let mut unknown: Vec<String> =
            names.filter(|name| variables::is_misspelt(name)).map(str::to_owned).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }
}

impl Raw {
    /// The value as text without outer white space.
    ///
    /// # Errors
    /// [`InvalidSetting`] when it is not Unicode.
    pub fn as_text(&self) -> Result<&str, InvalidSetting> {
        let text = self.text.to_str().map(str::trim);
        text.ok_or_else(|| InvalidSetting::value(self, "it is not valid UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_flag_beats_the_environment_and_the_environment_beats_the_file() {
        let work = tempfile::tempdir().unwrap();
        let names = ["MCP_AGENT_ID", "MCP_MEMORY_BASE_DIR", "MCP_MEMORY_SQLITE_PATH"];
        let file: String = names.iter().map(|name| format!("{name}=file\n")).collect();
        std::fs::write(work.path().join(".env"), file).unwrap();
        let environment =
            Environment::of(&[("MCP_AGENT_ID", "env"), ("MCP_MEMORY_SQLITE_PATH", "env")], None, work.path());
        let flag = FlagValue { variable: "MCP_AGENT_ID", flag: "--agent", text: "flag".into() };
        let layers = Layers::new(vec![flag], environment, &mut Vec::new());
        let origins = names.map(|name| layers.get(name).unwrap());
        assert_eq!(origins[0].origin, Origin::Flag { name: "--agent" });
        assert_eq!((&origins[0].text, &origins[1].text), (&"flag".into(), &"file".into()));
        assert!(matches!(origins[1].origin, Origin::DotEnv { .. }));
        assert_eq!(origins[2].origin, Origin::Environment { name: "MCP_MEMORY_SQLITE_PATH" });
    }

    #[test]
    fn names_that_begin_like_ours_and_are_none_are_told() {
        let environment = Environment::of(
            &[("MCP_MEMORY_SQLITE_PTAH", "x"), ("MCP_MEMORY_BASE_DIR", "x"), ("PATH", "x")],
            None,
            Path::new("/nowhere"),
        );
        let layers = Layers::new(Vec::new(), environment, &mut Vec::new());
        assert_eq!(layers.unknown_names(), ["MCP_MEMORY_SQLITE_PTAH"]);
    }
}
