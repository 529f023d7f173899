//! Settings: where they come from, how they are checked, what they mean.
//!
//! | part | what |
//! |---|---|
//! | [`environment`] | the only place of the program that reads the environment |
//! | [`dotenv`] | `.env` files, read without touching the environment |
//! | [`config_file`] | the configuration file, in TOML |
//! | `secret_file` | secrets in files of their own |
//! | [`layers`] | which layer wins: flags, then environment, then `.env`, then the configuration file, then the default |
//! | [`variables`] | the table of names: default, meaning, whether this release uses it |
//! | [`embedding_model`] | which model embeds: built in, or in a directory |
//! | [`embedding_server`] | the settings of a server that embeds |
//! | [`http`], [`access`] | the settings of the server over HTTP; who is let in there |
//! | [`oauth`] | accounts, and clients that act for them |
//! | [`openid`] | signing in with a provider of identities |
//! | [`tls`] | its certificate |
//! | [`discovery`] | being found in the local network |
//! | [`upkeep`] | the settings of what a server does by itself |
//! | [`effective`] | the settings as they are in force, each with its origin |
//! | [`value`] | a checked value together with its origin |
//! | [`parse`], [`paths`] | text to values; where files are on each platform |
//! | `resolve` | all of it put together: [`Settings::resolve`] |
//!
//! Why there is a file beside the original's `.env`, and what its keys are: `docs/decisions/0012-configuration-file.md`.
//!
//! # Adding a setting
//! A row in [`variables`] (or, if the original has it, its row moves to the section that has effect; the key of the
//! configuration file comes from its name), for a secret also one whose name ends in `_FILE`, a field in [`Settings`], a line in `resolve` that checks it, a line in [`effective`], a row in the tests. Then
//! `cargo xtask docs`.

pub mod access;
pub mod config_file;
pub mod discovery;
pub mod dotenv;
pub mod effective;
pub mod embedding_model;
pub mod embedding_server;
pub mod environment;
mod error;
pub mod events;
pub mod http;
pub mod layers;
pub mod log;
pub mod oauth;
pub mod openid;
pub mod parse;
pub mod paths;
mod resolve;
mod secret_file;
pub mod tls;
pub mod upkeep;
pub mod value;
pub mod variables;

use std::path::PathBuf;

use mcp::Profile;
use model::{Ontology, Splitting, TagNamespaces};

pub use access::Access;
pub use config_file::UnknownKey;
pub use discovery::Discovery;
pub use effective::Effective;
pub use embedding_model::EmbeddingModel;
pub use embedding_server::EmbeddingServer;
pub use environment::Environment;
pub use error::InvalidSetting;
pub use events::Events;
pub use http::Http;
pub use layers::{FlagValue, Layers, WithoutEffect};
pub use log::LogFilter;
pub use oauth::OAuth;
pub use openid::OpenId;
pub use tls::TlsSettings;
pub use upkeep::{Checks, ScheduledBackups};
pub use value::{Origin, Setting};

/// What the program was told, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What kind of store.
    pub backend: Setting<Backend>,
    /// The directory that default paths start from, if there is one. Absolute.
    pub base: Option<Setting<PathBuf>>,
    /// The database file. Absolute.
    pub database: Setting<PathBuf>,
    /// Where backups go. Absolute.
    pub backups: Setting<PathBuf>,
    /// Backups that a server makes.
    pub scheduled_backups: ScheduledBackups,
    /// How often a server looks for damage.
    pub checks: Checks,
    /// The configuration file, if there is one.
    pub config: Setting<Option<PathBuf>>,
    /// Additional PRAGMAs for each connection: name and value.
    pub pragmas: Setting<Vec<(String, String)>>,
    /// Whether the database may lie on a network file system.
    pub allow_network_fs: Setting<bool>,
    /// Which model embeds, when no server does.
    pub model: Setting<EmbeddingModel>,
    /// What embeds instead of the built-in model.
    pub embedding_server: EmbeddingServer,
    /// Whether near-duplicates are named.
    pub near_duplicates: Setting<bool>,
    /// The cosine from which a memory is called a near-duplicate.
    pub near_duplicate_cosine: Setting<f64>,
    /// How much words and meaning count in a search.
    pub weights: Weights,
    /// How long texts are split.
    pub splitting: LongTexts,
    /// The longest piece of a stored session, in characters; 0 keeps it whole.
    pub session_chunk_chars: Setting<usize>,
    /// Further types of memories, as they were written.
    pub custom_types: Setting<Option<String>>,
    /// The types of memories, those further ones included.
    pub ontology: Ontology,
    /// Further namespaces of tags, as they were written.
    pub custom_tag_namespaces: Setting<Option<String>>,
    /// The namespaces of tags that are known, those further ones included.
    pub tag_namespaces: TagNamespaces,
    /// How many days make a memory old in a ranked search; 0 makes none old.
    pub decay_window_days: Setting<f64>,
    /// After how many days a server removes deleted memories for good; none keeps them.
    pub retention_days: Setting<Option<u32>>,
    /// Which tools an assistant is shown.
    pub tool_profile: Setting<Profile>,
    /// The author that stored memories are marked with.
    pub agent_id: Setting<Option<String>>,
    /// Whether stored memories are marked with the name of this machine.
    pub include_hostname: Setting<bool>,
    /// How long the answer to a search may become, in characters; none leaves it to the door. `u64::MAX` is without limit.
    pub max_response_chars: Setting<Option<u64>>,
    /// The server over HTTP.
    pub http: Http,
    /// Being found in the local network.
    pub discovery: Discovery,
    /// Live events there.
    pub events: Events,
    /// TLS there.
    pub tls: TlsSettings,
    /// Who is let in there.
    pub access: Access,
    /// Accounts and OAuth there.
    pub oauth: OAuth,
    /// Signing in with a provider of identities there.
    pub openid: OpenId,
    /// What is logged.
    pub log: Setting<LogFilter>,
    /// What is set and has no effect.
    pub without_effect: Vec<WithoutEffect>,
    /// Names that are set, begin like ours, and are none.
    pub unknown: Vec<String>,
    /// Keys of the configuration file that mean nothing.
    pub unknown_keys: Vec<UnknownKey>,
    /// What the user should know about the settings themselves, one sentence each: for the log.
    pub notices: Vec<String>,
}

/// The kinds of store of this release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite with vectors (`sqlite_vec`).
    SqliteVec,
}

/// How long texts are split.
#[derive(Debug, Clone, PartialEq)]
pub struct LongTexts {
    /// Whether they are.
    pub is_on: Setting<bool>,
    /// How long a memory may be, in characters; none is as long as may be stored.
    pub max_chars: Setting<Option<usize>>,
    /// How many characters neighbouring parts share.
    pub overlap_chars: Setting<usize>,
    /// Whether texts are cut between lines, sentences and words only.
    pub at_boundaries: Setting<bool>,
    /// All of it together; none when nothing is split.
    pub splitting: Option<Splitting>,
}

/// How much each leg counts in a search. Together 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Words.
    pub words: Setting<f64>,
    /// Meaning.
    pub meaning: Setting<f64>,
}
