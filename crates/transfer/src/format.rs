//! Which format a file has, by its first bytes.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use crate::document::{Document, Item};
use crate::{mem0, native, original};

/// A format that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own.
    Native,
    /// The original's export file, or its dashboard's.
    Original,
    /// mem0's export.
    Mem0,
    /// `memory.json` of the reference memory server.
    MemoryServer,
}

/// Why a file has none of the formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unrecognised {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// A database file.
    #[error("the file is an SQLite database, not an export: open it as a memory database instead")]
    Database,
    /// A compressed file.
    #[error("the file is compressed: unpack it first")]
    Compressed,
    /// Anything else.
    #[error("the file is in none of the known formats: {}", Format::NAMES.join(", "))]
    Unknown,
}

impl Format {
    /// How many bytes [`Format::detect`] looks at.
    pub const START_BYTES: usize = 64 * 1024;
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Native, Self::Original, Self::Mem0, Self::MemoryServer];
    const NAMES: [&str; 4] = ["native", "original", "mem0", "memory-server"];

    /// Its name: `native`, `original`, `mem0`, `memory-server`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => Self::NAMES[0],
            Self::Original => Self::NAMES[1],
            Self::Mem0 => Self::NAMES[2],
            Self::MemoryServer => Self::NAMES[3],
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Finds out the format of a file from how it starts.
    ///
    /// # Errors
    /// [`Unrecognised`] says what it is instead, as far as that can be seen.
    pub fn detect(start: &[u8]) -> Result<Self, Unrecognised> {
        if start.starts_with(b"SQLite format 3\0") {
            return Err(Unrecognised::Database);
        }
        if start.starts_with(b"\x1f\x8b")
            || start.starts_with(b"PK\x03\x04")
            || start.starts_with(b"\x28\xb5\x2f\xfd")
        {
            return Err(Unrecognised::Compressed);
        }
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        if text.is_empty() {
            return Err(Unrecognised::Empty);
        }
        if text.starts_with(native::START.as_bytes()) {
            return Ok(Self::Native);
        }
        if is_memory_server(text) {
            return Ok(Self::MemoryServer);
        }
        document(text).ok_or(Unrecognised::Unknown)
    }
}

/// A line `{"type":"entity",...}`; a first line that is longer than the start counts by its first field.
fn is_memory_server(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or(text);
    let kind = serde_json::from_slice::<Value>(line).ok();
    match kind.as_ref().and_then(|value| value["type"].as_str()) {
        Some(kind) => kind == "entity" || kind == "relation",
        None => line.starts_with(br#"{"type":"entity""#),
    }
}

/// Looks at the names of a document's fields and at its first record, as far as they are in the start.
fn document(text: &[u8]) -> Option<Format> {
    let lists: Vec<&str> = original::LISTS.iter().chain(mem0::LISTS).copied().collect();
    let mut document = Document::new(text, &lists, mem0::CONTAINERS);
    while let Ok(Some(item)) = document.next_item() {
        match item {
            Item::Field { name, .. } if original::MARKS.contains(&name.as_str()) => {
                return Some(Format::Original);
            }
            Item::Field { .. } => {}
            Item::Element { list, .. }
                if [original::TOMBSTONES, original::GRAPH].contains(&list.as_str()) =>
            {
                return Some(Format::Original);
            }
            Item::Element { value: Ok(Value::Object(record)), .. } => {
                return Some(if record.contains_key("content_hash") {
                    Format::Original
                } else {
                    Format::Mem0
                });
            }
            Item::Element { .. } => return Some(Format::Mem0),
        }
    }
    // A list that is empty, or whose first record is longer than the start.
    match document.list() {
        Some(_) if contains(text, br#""content_hash""#) => Some(Format::Original),
        Some(_) => Some(Format::Mem0),
        None => None,
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
