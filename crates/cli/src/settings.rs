//! Settings: where they come from, how they are checked, what they mean.
//!
//! | part | what |
//! |---|---|
//! | [`environment`] | the only place of the program that reads the environment |
//! | [`dotenv`] | `.env` files, read without touching the environment |
//! | [`layers`] | which layer wins: flags, then environment, then `.env`, then the default |
//! | [`variables`] | the table of names: default, meaning, whether this release uses it |
//! | [`value`] | a checked value together with its origin |
//! | [`parse`], [`paths`] | text to values; where files are on each platform |
//! | `resolve` | all of it put together: [`Settings::resolve`] |
//!
//! There is no configuration file of our own in this release: the `.env` layer is the original's, and enough for these
//! settings.
//!
//! # Adding a setting
//! A row in [`variables`], a field in [`Settings`], a line in `resolve` that checks it, a row in the tests there.

pub mod dotenv;
pub mod environment;
mod error;
pub mod layers;
pub mod log;
pub mod parse;
pub mod paths;
mod resolve;
pub mod value;
pub mod variables;

use std::path::PathBuf;

pub use environment::Environment;
pub use error::InvalidSetting;
pub use layers::{FlagValue, Layers};
pub use log::LogFilter;
pub use value::{Origin, Setting};

/// What the program was told, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What kind of store.
    pub backend: Setting<Backend>,
    /// The database file. Absolute.
    pub database: Setting<PathBuf>,
    /// Where backups go. Absolute.
    pub backups: Setting<PathBuf>,
    /// Additional PRAGMAs for each connection: name and value.
    pub pragmas: Setting<Vec<(String, String)>>,
    /// The cosine from which a memory is called a near-duplicate; none when that is switched off.
    pub near_duplicate_cosine: Setting<Option<f64>>,
    /// How much words and meaning count in a search.
    pub weights: Setting<Weights>,
    /// The author that stored memories are marked with.
    pub agent_id: Setting<Option<String>>,
    /// Whether stored memories are marked with the name of this machine.
    pub include_hostname: Setting<bool>,
    /// How long the answer to a search may become, in characters; none leaves it to the door. `u64::MAX` is without limit.
    pub max_response_chars: Setting<Option<u64>>,
    /// What is logged.
    pub log: Setting<LogFilter>,
    /// What the user should know about the settings themselves, one sentence each: for the log.
    pub notices: Vec<String>,
}

/// The kinds of store of this release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite with vectors (`sqlite_vec`).
    SqliteVec,
}

/// How much each leg counts in a search. Together 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Words.
    pub words: f64,
    /// Meaning.
    pub meaning: f64,
}
