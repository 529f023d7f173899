//! Where files are.

use std::path::{Component, Path, PathBuf};

use super::layers::Raw;
use super::{Environment, InvalidSetting};

/// The directory of database and backups when none is set: the original's, on each platform.
///
/// # Errors
/// [`InvalidSetting::NoHome`].
pub fn default_base(environment: &Environment, variable: &'static str) -> Result<PathBuf, InvalidSetting> {
    let home = || environment.home().ok_or(InvalidSetting::NoHome { variable });
    if cfg!(target_os = "macos") {
        return Ok(home()?.join("Library/Application Support/mcp-memory"));
    }
    // `XDG_DATA_HOME` is ignored, as in the original: a user's memories are where they always were.
    Ok(home()?.join(".local/share/mcp-memory"))
}

/// The directory of what a launched server leaves behind: the original's, which follows the XDG rules on every Unix although
/// the database does not.
///
/// # Errors
/// [`InvalidSetting::NoHome`].
pub fn service(environment: &Environment) -> Result<PathBuf, InvalidSetting> {
    let name = if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_DATA_HOME" };
    let named = environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || environment.home().ok_or(InvalidSetting::NoHome { variable: name });
    let directory = match named {
        Some(directory) => directory,
        None => home()?.join(".local/share"),
    };
    Ok(directory.join("mcp-memory"))
}

/// The configuration file when none is named: `mcp-memory/config.toml` in the directory of the XDG rules, on every platform.
#[must_use]
pub fn default_config(environment: &Environment) -> Option<PathBuf> {
    let of_xdg = environment.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let directory = of_xdg.or_else(|| Some(environment.home()?.join(".config")))?;
    Some(directory.join("mcp-memory").join("config.toml"))
}

/// A path as a user wrote it, absolute: `~` is the home directory, a relative one starts from the working directory.
///
/// # Errors
/// [`InvalidSetting`] for a `~` without a home directory, and for `~name`.
pub fn absolute(raw: &Raw, environment: &Environment) -> Result<PathBuf, InvalidSetting> {
    let path = Path::new(&raw.text);
    let mut parts = path.components();
    let expanded = match parts.next() {
        Some(Component::Normal(first)) if first == "~" => {
            let home = environment.home().ok_or_else(|| {
                InvalidSetting::value(raw, "no home directory is known: write the path without ~")
            })?;
            home.join(parts.as_path())
        }
        Some(Component::Normal(first)) if first.to_string_lossy().starts_with('~') => {
            return Err(InvalidSetting::value(
                raw,
                "another user's home is not looked up: write the whole path",
            ));
        }
        _ => path.to_owned(),
    };
    Ok(environment.working_directory().join(expanded))
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;
    use crate::settings::Origin;

    fn at(text: &str, home: Option<&str>) -> Result<PathBuf, InvalidSetting> {
        let name = "MCP_MEMORY_SQLITE_PATH";
        let raw = Raw { name, text: text.into(), origin: Origin::Environment { name } };
        absolute(&raw, &Environment::of(&[], home.map(Path::new), Path::new("/work")))
    }

    #[test]
    fn a_tilde_is_the_home_directory_and_a_relative_path_starts_here() {
        assert_eq!(at("~/m.db", Some("/home/u")), Ok("/home/u/m.db".into()));
        assert_eq!(at("~", Some("/home/u")), Ok("/home/u".into()));
        assert_eq!(at("sub/m.db", Some("/home/u")), Ok("/work/sub/m.db".into()));
        assert_eq!(at("/abs/~/m.db", None), Ok("/abs/~/m.db".into()));
    }

    #[test]
    fn a_tilde_without_a_home_and_another_users_home_are_refused() {
        assert!(at("~/m.db", None).unwrap_err().to_string().contains("no home directory"));
        assert!(at("~root/m.db", Some("/home/u")).unwrap_err().to_string().contains("another user"));
    }

    #[test]
    fn the_configuration_file_is_where_the_rules_of_xdg_put_it() {
        let at = |variables: &[(&str, &str)], home: Option<&str>| {
            default_config(&Environment::of(variables, home.map(Path::new), Path::new("/work")))
        };
        assert_eq!(at(&[], Some("/home/u")), Some("/home/u/.config/mcp-memory/config.toml".into()));
        let set = [("XDG_CONFIG_HOME", "/x")];
        assert_eq!(at(&set, Some("/home/u")), Some("/x/mcp-memory/config.toml".into()));
        let relative = [("XDG_CONFIG_HOME", "x")];
        assert_eq!(at(&relative, Some("/home/u")), Some("/home/u/.config/mcp-memory/config.toml".into()));
        assert_eq!(at(&[], None), None);
    }

    #[test]
    fn what_a_launched_server_leaves_behind_is_where_the_rules_of_xdg_put_it() {
        let at = |variables: &[(&str, &str)], home: Option<&str>| {
            service(&Environment::of(variables, home.map(Path::new), Path::new("/work"))).ok()
        };
        assert_eq!(at(&[], Some("/home/u")), Some("/home/u/.local/share/mcp-memory".into()));
        assert_eq!(at(&[("XDG_DATA_HOME", "/x")], None), Some("/x/mcp-memory".into()));
        assert_eq!(at(&[("XDG_DATA_HOME", "x")], Some("/h")), Some("/h/.local/share/mcp-memory".into()));
        assert_eq!(at(&[], None), None);
    }

    #[test]
    fn the_default_is_the_originals() {
        let environment =
            Environment::of(&[("XDG_DATA_HOME", "/x")], Some(Path::new("/home/u")), Path::new("/"));
        assert_eq!(default_base(&environment, "V"), Ok("/home/u/.local/share/mcp-memory".into()));
        let homeless = Environment::of(&[], None, Path::new("/"));
        assert_eq!(default_base(&homeless, "V"), Err(InvalidSetting::NoHome { variable: "V" }));
    }
}
