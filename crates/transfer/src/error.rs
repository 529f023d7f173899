//! Why a file, or one record of it, cannot be used.

use std::fmt;
use std::io;

use model::{
    InvalidContent, InvalidMemoryType, InvalidMetadata, InvalidPartition, InvalidTags, InvalidVector,
};
use thiserror::Error;

use crate::{MAX_RECORD_BYTES, Unrecognised};

/// Where in a file something stands, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of a file of lines.
    Line(u64),
    /// A record of a JSON document.
    Record(u64),
}

/// Why reading a file ended early. Records that were handed out before are good.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The bytes could not be read.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// None of the formats.
    #[error(transparent)]
    Unrecognised(#[from] Unrecognised),
    /// A record longer than [`MAX_RECORD_BYTES`].
    #[error("{place} is longer than {MAX_RECORD_BYTES} bytes: split it")]
    TooLong {
        /// Which record.
        place: Place,
    },
    /// The end is missing.
    #[error("the file is cut off in line {line}: its last line is not the trailer; copy or export it again")]
    Truncated {
        /// The line where it ends.
        line: u64,
    },
    /// A line that is not as it was written.
    #[error(
        "line {line} is not as it was written, or a line before it is missing or moved: copy or export the file again"
    )]
    Changed {
        /// The line.
        line: u64,
    },
    /// Lines in an order that no export has.
    #[error("line {line} is {found} where {expected} should be")]
    Order {
        /// The line.
        line: u64,
        /// What it is.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A format that is newer than this program.
    #[error("the file has version {found} of the format, this program reads up to version 1: upgrade it")]
    Version {
        /// The version that the file names.
        found: String,
    },
    /// A header or trailer that does not fit.
    #[error("line {line}, the {part}, is not valid: {reason}")]
    Frame {
        /// The line.
        line: u64,
        /// `header` or `trailer`.
        part: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Not a JSON document.
    #[error("the file is not a JSON document: {reason} at byte {at}")]
    Syntax {
        /// Offset in bytes.
        at: u64,
        /// What was found.
        reason: &'static str,
    },
}

/// Why one record is not used. The others are.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not JSON.
    #[error("it is not JSON: {reason}")]
    NotJson {
        /// What the parser found, without the text.
        reason: String,
    },
    /// A field, or the record itself, that has another JSON type than it must have.
    #[error("{field} must be {expected}, not {found}")]
    Shape {
        /// The field.
        field: String,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A field that must be there.
    #[error("{field} is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field that this version of the format does not have.
    #[error("there is no field {field:?} in this version of the format")]
    Unknown {
        /// The field.
        field: String,
    },
    /// A value that its field cannot have.
    #[error("{field} is {given:?}: {expected}")]
    Value {
        /// The field.
        field: &'static str,
        /// What was given, at most its first 60 characters.
        given: String,
        /// What it can be.
        expected: &'static str,
    },
    /// Text that cannot be stored.
    #[error(transparent)]
    Content(#[from] InvalidContent),
    /// Tags that cannot be stored.
    #[error(transparent)]
    Tags(#[from] InvalidTags),
    /// A kind that cannot be stored.
    #[error(transparent)]
    MemoryType(#[from] InvalidMemoryType),
    /// Metadata that cannot be stored.
    #[error(transparent)]
    Metadata(#[from] InvalidMetadata),
    /// A partition that cannot be stored to.
    #[error(transparent)]
    Partition(#[from] InvalidPartition),
    /// A vector that is none.
    #[error(transparent)]
    Vector(#[from] InvalidVector),
}

/// Why writing ended early.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The bytes could not be written.
    #[error("the export cannot be written")]
    Write(#[from] io::Error),
    /// A record longer than [`MAX_RECORD_BYTES`].
    #[error("a record is {bytes} bytes long, the limit is {MAX_RECORD_BYTES}")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// Records come in one order: memories, deleted ones (in the original's format), edges.
    #[error("{found} was written after {after}: an export is written in the order memories, edges, end")]
    Order {
        /// What was written.
        found: &'static str,
        /// What was written before.
        after: &'static str,
    },
    /// Something that the header did not say is inside.
    #[error("the header of the export does not say that {part} are inside")]
    NotAnnounced {
        /// What it is.
        part: &'static str,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Record(number) => write!(f, "record {number}"),
        }
    }
}
