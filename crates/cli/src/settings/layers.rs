//! Which layer wins.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::config_file::{ConfigFile, UnknownKey};
use super::dotenv::DotEnv;
use super::value::Origin;
use super::variables::{self, Effect, Exposure, Section, Variable};
use super::{Environment, InvalidSetting, Setting};

/// The layers, the strongest first: flags, environment, `.env`, configuration file. What none of them has is the default.
#[derive(Debug)]
pub struct Layers {
    flags: Vec<FlagValue>,
    environment: Environment,
    dotenv: DotEnv,
    config: ConfigFile,
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
    /// What was written; empty only where that means something.
    pub text: OsString,
    /// Where.
    pub origin: Origin,
}

impl Layers {
    /// Layers over an environment; looks for `.env` files and for the configuration file, which a flag or the environment
    /// may name. Sentences about the former go to `notices`.
    ///
    /// # Errors
    /// [`InvalidSetting`] when the configuration file cannot be used.
    pub fn new(
        flags: Vec<FlagValue>,
        environment: Environment,
        notices: &mut Vec<String>,
    ) -> Result<Self, InvalidSetting> {
        let dotenv = DotEnv::find(&environment, notices);
        let mut layers = Self { flags, environment, dotenv, config: ConfigFile::default() };
        let named = layers.get(variables::CONFIG);
        let (named, ignored) = match named {
            Some(Raw { origin: origin @ Origin::DotEnv { .. }, .. }) => (None, Some(origin)),
            named => (named, None),
        };
        notices.extend(
            ignored.map(|origin| {
                format!("{origin} is ignored: name the file with --config or in the environment")
            }),
        );
        layers.config = ConfigFile::find(named.as_ref(), &layers.environment)?;
        Ok(layers)
    }

    /// The configuration file in force and where it was named; none when there is none.
    #[must_use]
    pub fn config(&self) -> Setting<Option<PathBuf>> {
        let named = self.get(variables::CONFIG).filter(|raw| !matches!(raw.origin, Origin::DotEnv { .. }));
        let origin = named.map_or(Origin::Default, |raw| raw.origin);
        Setting { value: self.config.path().map(Path::to_owned), origin }
    }

    /// Keys of the configuration file that mean nothing, in their order.
    #[must_use]
    pub fn unknown_keys(&self) -> &[UnknownKey] {
        self.config.unknown()
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
        if let Some((text, line)) = self.dotenv.get(name) {
            let origin = Origin::DotEnv { name, path: self.dotenv.path().to_owned(), line };
            return Some(Raw { name, text: text.into(), origin });
        }
        let (path, entry) = (self.config.path()?, self.config.get(name)?);
        let origin = Origin::ConfigFile { key: entry.key.clone(), path: path.to_owned(), line: entry.line };
        Some(Raw { name, text: entry.text.clone().into(), origin })
    }

    /// Names that begin like ours and are none, in order.
    #[must_use]
    pub fn unknown_names(&self) -> Vec<String> {
        let names = self.names().into_iter().filter(|name| variables::is_unknown(name));
        names.map(str::to_owned).collect()
    }

    /// Variables that are set and have no effect, in the order of the table.
    #[must_use]
    pub fn without_effect(&self) -> Vec<WithoutEffect> {
        // Looked up once each, and not for every row: every start does this with its whole environment.
        let names = self.names().into_iter();
        let known: Vec<_> = names.filter_map(|name| Some((name, variables::find(name)?.1))).collect();
        let sections =
            variables::sections().filter(|section| matches!(section.effect, Effect::Later | Effect::Never));
        let rows = sections.flat_map(|section| section.variables.iter().map(move |row| (section, row)));
        let mut found = Vec::new();
        for (section, row) in rows {
            let members = known.iter().filter(|(_, known)| *known == row);
            found.extend(members.filter_map(|(name, _)| self.unused(section, row, name)));
        }
        found
    }

    fn unused(&self, section: &'static Section, row: &'static Variable, name: &str) -> Option<WithoutEffect> {
        let in_file = |path: &Path, line: usize| format!("in {}, line {line}", path.display());
        let (text, place) = if let Some(text) = self.environment.get(name) {
            (text.to_string_lossy().into_owned(), "in the environment".to_owned())
        } else if let Some((text, line)) = self.dotenv.get(name) {
            (text.to_owned(), in_file(self.dotenv.path(), line))
        } else {
            let entry = self.config.get(name)?;
            (entry.text.clone(), in_file(self.config.path()?, entry.line))
        };
        let text = (row.exposure == Exposure::Public).then_some(text);
        Some(WithoutEffect { name: name.to_owned(), text, place, section, variable: row })
    }

    /// The names of what is set in the environment or in a file, each once, in order.
    fn names(&self) -> Vec<&str> {
        let set = self.environment.names().filter(|name| self.environment.get(name).is_some());
        let mut names: Vec<&str> = set.chain(self.dotenv.names()).chain(self.config.names()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A variable that is set and has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutEffect {
    /// Its name; of a family, the member's.
    pub name: String,
    /// What was written; none when it may be a secret.
    pub text: Option<String>,
    /// Where it is set: `in the environment`, `in <file>, line <number>`.
    pub place: String,
    /// Its section of the table, which says whether a later release uses it.
    pub section: &'static Section,
    /// Its row of the table.
    pub variable: &'static Variable,
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

    #[test]
    fn a_flag_beats_the_environment_and_the_environment_beats_the_file() {
        let work = tempfile::tempdir().unwrap();
        let names = ["MCP_AGENT_ID", "MCP_MEMORY_BASE_DIR", "MCP_MEMORY_SQLITE_PATH"];
        let file: String = names.iter().map(|name| format!("{name}=file\n")).collect();
        std::fs::write(work.path().join(".env"), file).unwrap();
        let environment =
            Environment::of(&[("MCP_AGENT_ID", "env"), ("MCP_MEMORY_SQLITE_PATH", "env")], None, work.path());
        let flag = FlagValue { variable: "MCP_AGENT_ID", flag: "--agent", text: "flag".into() };
        let layers = Layers::new(vec![flag], environment, &mut Vec::new()).unwrap();
        let origins = names.map(|name| layers.get(name).unwrap());
        assert_eq!(origins[0].origin, Origin::Flag { name: "--agent" });
        assert_eq!((&origins[0].text, &origins[1].text), (&"flag".into(), &"file".into()));
        assert!(matches!(origins[1].origin, Origin::DotEnv { .. }));
        assert_eq!(origins[2].origin, Origin::Environment { name: "MCP_MEMORY_SQLITE_PATH" });
    }

    fn layers(variables: &[(&str, &str)]) -> Layers {
        let environment = Environment::of(variables, None, Path::new("/nowhere"));
        Layers::new(Vec::new(), environment, &mut Vec::new()).unwrap()
    }

    #[test]
    fn names_that_begin_like_ours_and_are_none_are_told() {
        let layers = layers(&[
            ("MCP_MEMORY_SQLITE_PTAH", "x"),
            ("MCP_MEMORY_BASE_DIR", "x"),
            ("MCP_X", ""),
            ("PATH", "x"),
        ]);
        assert_eq!(layers.unknown_names(), ["MCP_MEMORY_SQLITE_PTAH"]);
    }

    #[test]
    fn what_is_set_without_effect_is_told_with_its_reason_and_no_secret() {
        let layers = layers(&[
            ("MCP_OAUTH_PRIVATE_KEY", "hunter2"),
            ("MCP_CONSOLIDATION_BATCH_SIZE", "50"),
            ("MCP_RATE_LIMIT_MEMORY_STORE", "5"),
            ("MCP_MEMORY_OFFLINE", "1"),
            ("MCP_MILVUS_URI", ""),
            ("MCP_AGENT_ID", "a"),
            ("HOSTNAME", "here"),
        ]);
        let found = layers.without_effect();
        let told: Vec<_> = found.iter().map(|found| (found.name.as_str(), found.text.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("MCP_RATE_LIMIT_MEMORY_STORE", Some("5")),
                ("MCP_CONSOLIDATION_BATCH_SIZE", Some("50")),
                ("MCP_MEMORY_OFFLINE", Some("1")),
                ("MCP_OAUTH_PRIVATE_KEY", None),
            ]
        );
        assert_eq!(found[0].section.effect, Effect::Later);
        assert_eq!(found[3].section.effect, Effect::Never);
        assert!(!format!("{found:?}").contains("hunter2"));
    }
}
