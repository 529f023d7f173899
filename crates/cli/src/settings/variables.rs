//! The table of names.

/// A variable that the program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its default, for people.
    pub default: &'static str,
    /// What it does and which values are allowed.
    pub meaning: &'static str,
    /// Whether its value may be shown.
    pub exposure: Exposure,
}

/// Whether a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// It may.
    Public,
    /// It may be or contain a password or a token.
    Secret,
}

/// The variables of this release, in the order of the reference page.
pub const VARIABLES: &[Variable] = &[
    public(BACKEND, "sqlite_vec", "the kind of store: `sqlite_vec`"),
    public(SQLITE_PATH, "`<base>/sqlite_vec.db`", "the database file"),
    public(SQLITEVEC_PATH, "", "the database file, if the variable above is not set"),
    public(
        BASE_DIR,
        "Linux `~/.local/share/mcp-memory`, macOS `~/Library/Application Support/mcp-memory`, Windows `%LOCALAPPDATA%\\mcp-memory`",
        "the directory of database and backups",
    ),
    public(BACKUPS_PATH, "`<base>/backups`", "the directory of backups"),
    public(BACKUPS_PATH_OLD, "", "the directory of backups, if the variable above is not set"),
    public(SQLITE_PRAGMAS, "", "PRAGMAs for each connection: `name=value,name=value`"),
    public(EMBEDDING_MODEL, "all-MiniLM-L6-v2", "the embedding model: `all-MiniLM-L6-v2`, which is built in"),
    public(USE_ONNX, "", "accepted without effect: the built-in model needs no ONNX Runtime"),
    secret(EXTERNAL_EMBEDDING_URL, "", "refused: a later release asks an embedding server"),
    public(
        DEDUP_ENABLED,
        "true",
        "whether near-duplicates are named when a memory is stored; they are never dropped",
    ),
    public(DEDUP_THRESHOLD, "0.85", "the cosine from which a memory is a near-duplicate, 0 to 1"),
    public(KEYWORD_WEIGHT, "0.6", "how much words count in a search, 0 to 1"),
    public(SEMANTIC_WEIGHT, "0.4", "how much meaning counts in a search, 0 to 1"),
    public(AGENT_ID, "", "the author that stored memories are marked with"),
    public(INCLUDE_HOSTNAME, "false", "whether stored memories are marked with the name of this machine"),
    public(
        MAX_RESPONSE_CHARS,
        "40000 for assistants, no limit on the command line",
        "how long the answer to a search may become, in characters; 0 is without limit",
    ),
    public(
        LOG,
        "warning",
        "what is logged: `off`, `error`, `warning`, `info`, `debug`, `trace`, or `target=level,...`",
    ),
    public(LOG_OLD, "", "as the variable above, if that is not set; unknown values are ignored"),
    public(LOG_RUST, "", "as the variable above, if that is not set; unknown values are ignored"),
];

pub(super) const BACKEND: &str = "MCP_MEMORY_STORAGE_BACKEND";
pub(super) const SQLITE_PATH: &str = "MCP_MEMORY_SQLITE_PATH";
pub(super) const SQLITEVEC_PATH: &str = "MCP_MEMORY_SQLITEVEC_PATH";
pub(super) const BASE_DIR: &str = "MCP_MEMORY_BASE_DIR";
pub(super) const BACKUPS_PATH: &str = "MCP_MEMORY_BACKUPS_PATH";
pub(super) const BACKUPS_PATH_OLD: &str = "mcpMemoryBackupsPath";
pub(super) const SQLITE_PRAGMAS: &str = "MCP_MEMORY_SQLITE_PRAGMAS";
pub(super) const EMBEDDING_MODEL: &str = "MCP_EMBEDDING_MODEL";
pub(super) const USE_ONNX: &str = "MCP_MEMORY_USE_ONNX";
pub(super) const EXTERNAL_EMBEDDING_URL: &str = "MCP_EXTERNAL_EMBEDDING_URL";
pub(super) const DEDUP_ENABLED: &str = "MCP_SEMANTIC_DEDUP_ENABLED";
pub(super) const DEDUP_THRESHOLD: &str = "MCP_SEMANTIC_DEDUP_THRESHOLD";
pub(super) const KEYWORD_WEIGHT: &str = "MCP_HYBRID_KEYWORD_WEIGHT";
pub(super) const SEMANTIC_WEIGHT: &str = "MCP_HYBRID_SEMANTIC_WEIGHT";
pub(super) const AGENT_ID: &str = "MCP_AGENT_ID";
pub(super) const INCLUDE_HOSTNAME: &str = "MCP_MEMORY_INCLUDE_HOSTNAME";
pub(super) const MAX_RESPONSE_CHARS: &str = "MCP_MAX_RESPONSE_CHARS";
pub(super) const LOG: &str = "MCP_LOG_LEVEL";
pub(super) const LOG_OLD: &str = "LOG_LEVEL";
pub(super) const LOG_RUST: &str = "RUST_LOG";

/// Where the original's names begin that are most often written wrongly.
const PREFIX: &str = "MCP_MEMORY_";

/// Names of the original and its clients that this release does not use, and that are no mistake.
const LATER: &[&str] = &[
    "MCP_MEMORY_ALLOW_HASH_EMBEDDINGS",
    "MCP_MEMORY_ALLOW_SELF_SIGNED_CERTS",
    "MCP_MEMORY_API_KEY",
    "MCP_MEMORY_ARCHIVE_PATH",
    "MCP_MEMORY_AUTO_DISCOVER",
    "MCP_MEMORY_ENDPOINT",
    "MCP_MEMORY_HTTP_AUTO_START",
    "MCP_MEMORY_HTTP_ENDPOINT",
    "MCP_MEMORY_INTEGRITY_CHECK_ENABLED",
    "MCP_MEMORY_INTEGRITY_CHECK_INTERVAL",
    "MCP_MEMORY_OFFLINE",
    "MCP_MEMORY_ONNX_ALLOW_DOWNLOAD",
    "MCP_MEMORY_ONNX_PROVIDERS",
    "MCP_MEMORY_PREFER_HTTPS",
    "MCP_MEMORY_PROJECT_ROOT",
    "MCP_MEMORY_PYTHON",
];

/// Whether a `.env` file with this name in it is one of ours. `LOG_LEVEL` and `RUST_LOG` are everybody's.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    name.starts_with("MCP_") || name == BACKUPS_PATH_OLD
}

/// Whether this name is read from a `.env` file that is ours.
#[must_use]
pub fn is_read(name: &str) -> bool {
    is_ours(name) || find(name).is_some()
}

/// Whether a name begins like ours and is none.
#[must_use]
pub fn is_misspelt(name: &str) -> bool {
    name.starts_with(PREFIX) && !LATER.contains(&name) && find(name).is_none()
}

/// Whether the value of a variable may be or contain a secret.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    find(name).is_none_or(|variable| variable.exposure == Exposure::Secret)
}

fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

const fn public(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default, meaning, exposure: Exposure::Public }
}

const fn secret(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default, meaning, exposure: Exposure::Secret }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_in_the_table_once() {
        let mut names: Vec<&str> =
            VARIABLES.iter().map(|variable| variable.name).chain(LATER.iter().copied()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_name_that_is_not_in_the_table_is_treated_as_a_secret() {
        assert!(is_secret("MCP_API_KEY"));
        assert!(is_secret(EXTERNAL_EMBEDDING_URL));
        assert!(!is_secret(BASE_DIR));
    }
}
