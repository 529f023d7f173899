//! The keys of the configuration file: the names of the variables in small letters, without `MCP_MEMORY_` or `MCP_`.

use super::nearest::closest;
use super::{CONFIG, Effect, OWN_PREFIX, PREFIX, Section, Variable, find, sections};

/// How the name of a variable ends that holds the path of a file with another one's value.
const FILE_ENDING: &str = "_FILE";

/// The key of a variable; none when it cannot stand in the file: it belongs to the system or never has effect, it is another
/// spelling of a variable that has a key, or it names the file itself.
#[must_use]
pub fn key(section: &Section, variable: &Variable) -> Option<String> {
    let is_other_spelling = variable.instead_of.is_some() && !variable.name.ends_with(FILE_ENDING);
    let has_effect = matches!(section.effect, Effect::Now | Effect::Later);
    if !has_effect || is_other_spelling || variable.name == CONFIG {
        return None;
    }
    let name = variable.name;
    let rest = name.strip_prefix(OWN_PREFIX).or_else(|| name.strip_prefix(PREFIX)).unwrap_or(name);
    Some(rest.to_ascii_lowercase())
}

/// The name of the variable with a key; of a family, the member's.
#[must_use]
pub fn named_by(written: &str) -> Option<String> {
    if written.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let upper = written.to_ascii_uppercase();
    let names = [OWN_PREFIX, PREFIX, ""].map(|prefix| format!("{prefix}{upper}"));
    names.into_iter().find(|name| {
        find(name).is_some_and(|(section, variable)| {
            let key = key(section, variable);
            key.is_some_and(|key| key == written || key.contains('*'))
        })
    })
}

/// The key that differs least from one that is not known; none when none is near. A name of a variable is told its key.
#[must_use]
pub fn nearest_key(written: &str) -> Option<String> {
    let known = find(&written.to_ascii_uppercase()).and_then(|(section, variable)| key(section, variable));
    if known.is_some() {
        return known;
    }
    let keys: Vec<String> = sections()
        .flat_map(|section| section.variables.iter().filter_map(|variable| key(section, variable)))
        .filter(|key| !key.contains('*'))
        .collect();
    closest(&written.to_ascii_lowercase(), keys.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_for_one_variable_and_leads_back_to_it() {
        let mut keys = Vec::new();
        for section in sections() {
            for variable in section.variables {
                let Some(key) = key(section, variable) else { continue };
                if !key.contains('*') {
                    assert_eq!(named_by(&key).as_deref(), Some(variable.name));
                }
                keys.push(key);
            }
        }
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn names_lose_their_beginning_and_their_capitals() {
        for (key, name) in [
            ("sqlite_path", "MCP_MEMORY_SQLITE_PATH"),
            ("backup_interval", "MCP_BACKUP_INTERVAL"),
            ("session_chunk_size", "SESSION_CHUNK_SIZE"),
            ("log_level", "MCP_LOG_LEVEL"),
            ("external_embedding_api_key_file", "MCP_EXTERNAL_EMBEDDING_API_KEY_FILE"),
            ("api_key", "MCP_API_KEY"),
            ("rate_limit_memory_store", "MCP_RATE_LIMIT_MEMORY_STORE"),
        ] {
            assert_eq!(named_by(key).as_deref(), Some(name), "{key}");
        }
        for key in ["rust_log", "sqlitevec_path", "home", "config", "Sqlite_Path", "", "colour"] {
            assert_eq!(named_by(key), None, "{key}");
        }
    }

    #[test]
    fn the_key_that_was_meant_is_found() {
        for (written, meant) in [
            ("backup_intervall", Some("backup_interval")),
            ("Backup_Interval", Some("backup_interval")),
            ("MCP_BACKUP_INTERVAL", Some("backup_interval")),
            ("mcp_memory_sqlite_path", Some("sqlite_path")),
            ("colour_of_the_sky", None),
        ] {
            assert_eq!(nearest_key(written).as_deref(), meant, "{written}");
        }
    }
}
