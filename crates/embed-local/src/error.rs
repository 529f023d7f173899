//! Why a directory cannot be used.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a directory cannot be used as a model. The text names the file inside of it, what is wrong with it and what to do.
/// Where the directory is, is not told: answers to assistants have this text in them.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// There is no such directory.
    #[error("its directory is not there")]
    NoDirectory,
    /// A file is not there.
    #[error("{} is missing: {advice}", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// What to do.
        advice: &'static str,
    },
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is a link to somewhere else.
    #[error(
        "{} is a link that leads out of the directory of the model and is not followed: put the file itself there",
        file.display()
    )]
    Outside {
        /// The link.
        file: PathBuf,
    },
    /// A file is larger than any that is needed.
    #[error("{} has {size} bytes, more than the {limit} that are read", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The largest that is read.
        limit: u64,
    },
    /// A file is not what it should be.
    #[error("{} is damaged or not what its name says: {reason}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file ends before its contents do, or goes on behind them.
    #[error(
        "{} has {size} bytes, its header tells of {expected}: it was not copied or downloaded to its end, get it again",
        file.display()
    )]
    Torn {
        /// The file.
        file: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The size that its header tells.
        expected: u64,
    },
    /// Something that this program cannot compute.
    #[error("{} wants {what}, which is not supported: {advice}", file.display())]
    Unsupported {
        /// The file that says so.
        file: PathBuf,
        /// What it wants.
        what: String,
        /// What is supported.
        advice: String,
    },
    /// The files are not those that were there when the program started.
    #[error("its directory changed after this program looked at it: start the program again")]
    Changed,
    /// Weights and configuration do not fit together.
    #[error("its weights do not fit its configuration: {reason}")]
    Unfit {
        /// What does not fit.
        reason: String,
    },
}
