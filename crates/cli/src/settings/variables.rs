//! The table of names: every variable of the original and of this program, and what it does here.
//!
//! | part | what |
//! |---|---|
//! | `now` | what this release understands |
//! | `later` | what belongs to a part of the original that a later release brings |
//! | `never` | what means nothing here, and why |
//! | `key`, [`named_by`] | the keys of the configuration file, which come from the names |
//! | `nearest` | the name that was meant |

mod key;
mod later;
mod nearest;
mod never;
mod now;

pub use key::{key, named_by, nearest_key};
pub use nearest::nearest;

/// A variable that the program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name. A `*` stands for any characters or none: such a row is a family of names.
    pub name: &'static str,
    /// Its default, for people; of a variable without effect here, the original's.
    pub default: &'static str,
    /// What it does and which values are allowed; of a variable that never has effect, why.
    pub meaning: &'static str,
    /// Whether its value may be shown.
    pub exposure: Exposure,
    /// The variable that it stands in for when that is not set.
    pub instead_of: Option<&'static str>,
}

/// Variables that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// What they are about.
    pub title: &'static str,
    /// Whether they do anything.
    pub effect: Effect,
    /// They.
    pub variables: &'static [Variable],
}

/// Whether a variable does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// In this release.
    Now,
    /// In a later release: its section is a part of the original that is not here yet.
    Later,
    /// It will not: its meaning says why.
    Never,
    /// It belongs to the operating system or to other programs, and the original looks at it: that it is set is no mistake,
    /// and nobody is told.
    Foreign,
}

/// Whether a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// It may.
    Public,
    /// It may be or contain a password or a token.
    Secret,
}

pub(super) const BACKEND: &str = "MCP_MEMORY_STORAGE_BACKEND";
pub(super) const SQLITE_PATH: &str = "MCP_MEMORY_SQLITE_PATH";
pub(super) const SQLITEVEC_PATH: &str = "MCP_MEMORY_SQLITEVEC_PATH";
pub(super) const BASE_DIR: &str = "MCP_MEMORY_BASE_DIR";
pub(super) const BACKUPS_PATH: &str = "MCP_MEMORY_BACKUPS_PATH";
pub(super) const BACKUPS_PATH_OLD: &str = "mcpMemoryBackupsPath";
pub(super) const SQLITE_PRAGMAS: &str = "MCP_MEMORY_SQLITE_PRAGMAS";
/// Ours: the original has no such check.
pub(super) const ALLOW_NETWORK_FS: &str = "MCP_MEMORY_ALLOW_NETWORK_FS";
pub(super) const EMBEDDING_MODEL: &str = "MCP_EMBEDDING_MODEL";
pub(super) const USE_ONNX: &str = "MCP_MEMORY_USE_ONNX";
pub(super) const EXTERNAL_EMBEDDING_URL: &str = "MCP_EXTERNAL_EMBEDDING_URL";
pub(super) const EXTERNAL_EMBEDDING_MODEL: &str = "MCP_EXTERNAL_EMBEDDING_MODEL";
pub(super) const EXTERNAL_EMBEDDING_KEY: &str = "MCP_EXTERNAL_EMBEDDING_API_KEY";
pub(super) const EXTERNAL_EMBEDDING_DIMENSION: &str = "MCP_EXTERNAL_EMBEDDING_DIMENSION";
pub(super) const DEDUP_ENABLED: &str = "MCP_SEMANTIC_DEDUP_ENABLED";
pub(super) const DEDUP_THRESHOLD: &str = "MCP_SEMANTIC_DEDUP_THRESHOLD";
pub(super) const KEYWORD_WEIGHT: &str = "MCP_HYBRID_KEYWORD_WEIGHT";
pub(super) const SEMANTIC_WEIGHT: &str = "MCP_HYBRID_SEMANTIC_WEIGHT";
pub(super) const AGENT_ID: &str = "MCP_AGENT_ID";
pub(super) const INCLUDE_HOSTNAME: &str = "MCP_MEMORY_INCLUDE_HOSTNAME";
pub(super) const AUTO_SPLIT: &str = "MCP_ENABLE_AUTO_SPLIT";
pub(super) const MAX_CONTENT_LENGTH: &str = "MCP_SQLITEVEC_MAX_CONTENT_LENGTH";
pub(super) const SPLIT_OVERLAP: &str = "MCP_CONTENT_SPLIT_OVERLAP";
pub(super) const SPLIT_BOUNDARIES: &str = "MCP_CONTENT_PRESERVE_BOUNDARIES";
pub(super) const SESSION_CHUNK_SIZE: &str = "SESSION_CHUNK_SIZE";
pub(super) const CUSTOM_TYPES: &str = "MCP_CUSTOM_MEMORY_TYPES";
pub(super) const DECAY_WINDOW: &str = "MEMORY_DECAY_WINDOW_DAYS";
pub(super) const RETENTION_DAYS: &str = "MCP_MEMORY_RETENTION_DAYS";
pub(super) const TOOL_PROFILE: &str = "MCP_MEMORY_TOOL_PROFILE";
pub(super) const MAX_RESPONSE_CHARS: &str = "MCP_MAX_RESPONSE_CHARS";
pub(super) const LOG: &str = "MCP_LOG_LEVEL";
pub(super) const LOG_OLD: &str = "LOG_LEVEL";
pub(super) const LOG_RUST: &str = "RUST_LOG";
pub(super) const TAG_NAMESPACES: &str = "MCP_CUSTOM_TAG_NAMESPACES";
pub(super) const EXTERNAL_EMBEDDING_URL_FILE: &str = "MCP_EXTERNAL_EMBEDDING_URL_FILE";
pub(super) const EXTERNAL_EMBEDDING_KEY_FILE: &str = "MCP_EXTERNAL_EMBEDDING_API_KEY_FILE";
pub(super) const BACKUP_ENABLED: &str = "MCP_BACKUP_ENABLED";
pub(super) const BACKUP_INTERVAL: &str = "MCP_BACKUP_INTERVAL";
pub(super) const BACKUP_RETENTION: &str = "MCP_BACKUP_RETENTION";
pub(super) const BACKUP_MAX_COUNT: &str = "MCP_BACKUP_MAX_COUNT";
pub(super) const CHECK_ENABLED: &str = "MCP_MEMORY_INTEGRITY_CHECK_ENABLED";
pub(super) const CHECK_INTERVAL: &str = "MCP_MEMORY_INTEGRITY_CHECK_INTERVAL";
pub(super) const MODE: &str = "MCP_MODE";
pub(super) const HTTP_HOST: &str = "MCP_HTTP_HOST";
pub(super) const HTTP_PORT: &str = "MCP_HTTP_PORT";
pub(super) const SSE_HOST: &str = "MCP_SSE_HOST";
pub(super) const SSE_PORT: &str = "MCP_SSE_PORT";
pub(super) const SSE_MODE: &str = "MCP_SSE_MODE";
pub(super) const STREAMABLE_HTTP_MODE: &str = "MCP_STREAMABLE_HTTP_MODE";
pub(super) const HTTP_MAX_BODY: &str = "MCP_HTTP_MAX_BODY_BYTES";
pub(super) const HTTP_DRAIN: &str = "MCP_TRANSPORT_TIMEOUT_GRACEFUL_SHUTDOWN";
pub(super) const SSE_HEARTBEAT: &str = "MCP_SSE_HEARTBEAT";
pub(super) const SSE_REPLAY: &str = "MCP_SSE_REPLAY_BUFFER_SIZE";
pub(super) const SSE_MAX_CONNECTIONS: &str = "MCP_SSE_MAX_CONNECTIONS";
pub(super) const METRICS_ENABLED: &str = "MCP_METRICS_ENABLED";
pub(super) const HTTP_KEEP_ALIVE: &str = "MCP_TRANSPORT_TIMEOUT_KEEP_ALIVE";
pub(super) const HTTP_RATE: &str = "MCP_RATE_LIMIT_PER_MINUTE";
pub(super) const HTTP_CORS_ORIGINS: &str = "MCP_CORS_ORIGINS";
pub(super) const HTTP_ROOT_PATH: &str = "MCP_HTTP_ROOT_PATH";
/// Ours, as are the next two: the original answers to any name, believes no proxy, and takes keys in addresses or does not.
pub(super) const HTTP_ALLOWED_HOSTS: &str = "MCP_ALLOWED_HOSTS";
pub(super) const HTTP_TRUSTED_PROXIES: &str = "MCP_TRUSTED_PROXIES";
pub(super) const HTTP_QUERY_CREDENTIALS: &str = "MCP_ALLOW_QUERY_CREDENTIALS";
pub(super) const MDNS_ENABLED: &str = "MCP_MDNS_ENABLED";
pub(super) const MDNS_NAME: &str = "MCP_MDNS_SERVICE_NAME";
pub(super) const MDNS_TYPE: &str = "MCP_MDNS_SERVICE_TYPE";
pub(super) const HTTPS_PORT: &str = "MCP_HTTPS_PORT";
pub(super) const HTTPS_ENABLED: &str = "MCP_HTTPS_ENABLED";
pub(super) const SSL_CERT_FILE: &str = "MCP_SSL_CERT_FILE";
pub(super) const SSL_KEY_FILE: &str = "MCP_SSL_KEY_FILE";
pub(super) const SSL_IPS: &str = "MCP_SSL_ADDITIONAL_IPS";
pub(super) const SSL_HOSTNAMES: &str = "MCP_SSL_ADDITIONAL_HOSTNAMES";
pub(super) const API_KEY: &str = "MCP_API_KEY";
pub(super) const ALLOW_ANONYMOUS: &str = "MCP_ALLOW_ANONYMOUS_ACCESS";
pub(super) const ANONYMOUS_SCOPE: &str = "MCP_ANONYMOUS_SCOPE";
/// Ours, as is the next: the original has one key and no file of keys.
pub(super) const API_KEY_FILE: &str = "MCP_API_KEY_FILE";
pub(super) const ACCESS_PATH: &str = "MCP_MEMORY_ACCESS_PATH";
pub(super) const SPACES_PATH: &str = "MCP_MEMORY_SPACES_PATH";
pub(super) const AUDIT_DAYS: &str = "MCP_MEMORY_AUDIT_RETENTION_DAYS";
pub(super) const OAUTH_ENABLED: &str = "MCP_OAUTH_ENABLED";
pub(super) const OAUTH_ISSUER: &str = "MCP_OAUTH_ISSUER";
pub(super) const OAUTH_ACCESS_TOKEN_MINUTES: &str = "MCP_OAUTH_ACCESS_TOKEN_EXPIRE_MINUTES";
pub(super) const OAUTH_CODE_MINUTES: &str = "MCP_OAUTH_AUTHORIZATION_CODE_EXPIRE_MINUTES";
pub(super) const OAUTH_REFRESH_TOKEN_DAYS: &str = "MCP_OAUTH_REFRESH_TOKEN_EXPIRE_DAYS";
pub(super) const OAUTH_MAX_BODY: &str = "MCP_OAUTH_MAX_BODY_BYTES";
pub(super) const OAUTH_MAX_STATE: &str = "MCP_OAUTH_MAX_STATE_LEN";
pub(super) const OAUTH_MAX_SCOPE: &str = "MCP_OAUTH_MAX_SCOPE_LEN";
pub(super) const OAUTH_MAX_REDIRECT_URI: &str = "MCP_OAUTH_MAX_REDIRECT_URI_LEN";
pub(super) const DCR_REGISTRATION_KEY: &str = "MCP_DCR_REGISTRATION_KEY";
/// Ours: the original reads it from the environment alone.
pub(super) const DCR_REGISTRATION_KEY_FILE: &str = "MCP_DCR_REGISTRATION_KEY_FILE";
/// Ours, as are the next six: the original knows no provider of identities.
pub(super) const OIDC_ISSUER: &str = "MCP_OIDC_ISSUER";
pub(super) const OIDC_CLIENT_ID: &str = "MCP_OIDC_CLIENT_ID";
pub(super) const OIDC_CLIENT_SECRET: &str = "MCP_OIDC_CLIENT_SECRET";
pub(super) const OIDC_CLIENT_SECRET_FILE: &str = "MCP_OIDC_CLIENT_SECRET_FILE";
pub(super) const OIDC_SCOPES: &str = "MCP_OIDC_SCOPES";
pub(super) const OIDC_NAME: &str = "MCP_OIDC_NAME";
pub(super) const OIDC_SIGN_UP: &str = "MCP_OIDC_SIGN_UP";
/// Ours, as are the two that end in `_FILE`: the original has no file of its own.
pub(super) const CONFIG: &str = "MCP_MEMORY_CONFIG";

/// Where the original's names begin.
const PREFIX: &str = "MCP_";
/// Where names begin that are no other program's.
const OWN_PREFIX: &str = "MCP_MEMORY_";

/// Every section, in the order of the reference page.
pub fn sections() -> impl Iterator<Item = &'static Section> {
    now::SECTIONS.iter().chain(later::SECTIONS).chain(never::SECTIONS)
}

/// Every name, in that order.
pub fn names() -> impl Iterator<Item = &'static str> {
    sections().flat_map(|section| section.variables).map(|variable| variable.name)
}

/// A variable and its section. A row of its own goes before a family.
#[must_use]
pub fn find(name: &str) -> Option<(&'static Section, &'static Variable)> {
    let rows = || sections().flat_map(|section| section.variables.iter().map(move |row| (section, row)));
    rows().find(|(_, row)| row.name == name).or_else(|| rows().find(|(_, row)| row.is_family_of(name)))
}

/// Whether a `.env` file with this name in it is one of ours. `LOG_LEVEL` and `RUST_LOG` are everybody's.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX) || name == BACKUPS_PATH_OLD
}

/// Whether this name is read from a `.env` file that is ours.
#[must_use]
pub fn is_read(name: &str) -> bool {
    is_ours(name) || find(name).is_some()
}

/// Whether an empty text is a value of this variable. Elsewhere it is as if it were not set.
#[must_use]
pub fn may_be_empty(name: &str) -> bool {
    name == ANONYMOUS_SCOPE
}

/// Whether a name begins like ours and is none.
#[must_use]
pub fn is_unknown(name: &str) -> bool {
    name.starts_with(PREFIX) && find(name).is_none()
}

/// Whether a name that is none was most likely meant for this program: other programs have names that begin with `MCP_`
/// too, and a user is not to be told of those with every command.
#[must_use]
pub fn is_misspelt(name: &str) -> bool {
    is_unknown(name) && (name.starts_with(OWN_PREFIX) || nearest(name).is_some())
}

/// Whether the value of a variable may be or contain a secret.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    find(name).is_none_or(|(_, variable)| variable.exposure == Exposure::Secret)
}

impl Variable {
    /// Whether a name belongs to this family.
    fn is_family_of(&self, name: &str) -> bool {
        let Some((begin, end)) = self.name.split_once('*') else { return false };
        name.strip_prefix(begin).is_some_and(|rest| rest.ends_with(end))
    }

    const fn instead_of(self, name: &'static str) -> Self {
        Self { instead_of: Some(name), ..self }
    }
}

const fn public(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default, meaning, exposure: Exposure::Public, instead_of: None }
}

const fn secret(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default, meaning, exposure: Exposure::Secret, instead_of: None }
}

#[cfg(test)]
mod tests;
