//! The formats of export and import.
//!
//! Bytes in, records out, and back: nothing here opens a file, asks a clock or knows a store. An import reads any of
//! the formats through one door ([`Import`]), hands out one record at a time and says of each that cannot be used why
//! not; an export is written through [`Export`].
//!
//! | module | what |
//! |---|---|
//! | [`record`] | what is carried ([`model::record`]) as a memory that is stored anew |
//! | [`import`] | reading: [`Import`], [`ImportRecord`], [`verify`] |
//! | [`export`] | writing: [`Export`] |
//! | [`native`] | our own format: JSON lines with checksums, lossless |
//! | [`original`] | the original's export file, its dashboard's, and its flat form of a memory |
//! | `mem0` | mem0's export |
//! | `memory_server` | `memory.json` of the reference memory server |
//! | [`mod@format`] | which of them a file is, by its first bytes |
//! | [`summary`], [`error`] | what was read, what was refused and why, what was lost |
//! | `document`, `lines`, `fields` | reading JSON piece by piece, with limits |
//!
//! Memory is bounded by the longest record ([`MAX_RECORD_BYTES`]), not by the file.
//!
//! To add a format: a variant of [`Format`] with its mark in `format`, one file that turns its records into
//! [`MemoryRecord`]s, and a row in `import::Source`.

mod document;
pub mod error;
pub mod export;
mod fields;
pub mod format;
pub mod import;
mod lines;
mod mem0;
mod memory_server;
pub mod native;
pub mod original;
pub mod record;
pub mod summary;
mod time;

pub use error::{ExportError, ImportError, Place, Refusal};
pub use export::{Counts, Export};
pub use format::{Format, Unrecognised};
pub use import::{Import, ImportRecord, Outcome, verify};
pub use model::{EdgeRecord, MemoryRecord, Record};
pub use native::{Header, NativeWriter, Part};
pub use original::{OriginalHeader, OriginalWriter};
pub use record::{as_stored, to_new_memory};
pub use summary::{Refused, Summary};

/// The longest record that is read or written, in bytes of JSON.
pub const MAX_RECORD_BYTES: usize = 32 * 1024 * 1024;
