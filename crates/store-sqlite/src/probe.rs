//! Whether memories can be written, read and searched now.

use model::{Content, ContentHash, Metadata, ModelIdentity, NewMemory, Partition, Tags, Timestamp, Vector};
use ports::StoreError;
use rusqlite::Connection;

use crate::error::Result;
use crate::{info, insert, read};

/// What the memory of a probe says. It is never committed, so that nobody finds it.
const TEXT: &str = "mcp-memory-service: readiness probe, never committed";

/// A vector of the model's dimension.
pub(crate) fn vector(model: &ModelIdentity) -> Option<Vector> {
    let mut numbers = vec![0.0; model.dimension];
    *numbers.first_mut()? = 1.0;
    Vector::new(numbers).ok()
}

/// Stores a memory with its words and vector and reads it back, in a unit of work that the caller takes back.
pub(crate) fn write_and_read(connection: &Connection, model: &ModelIdentity, now: Timestamp) -> Result<()> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| StoreError::Other {
        doing: "probing the store",
        source,
    };
    let content = Content::parse(TEXT).map_err(|error| failed(error.into()))?;
    let new = NewMemory {
        hash: ContentHash::of(&content),
        content,
        tags: Tags::none(),
        memory_type: None,
        metadata: Metadata::default(),
        created_at: now,
        occurred_at: None,
        origin: None,
        partition: Partition::default(),
        vector: vector(model),
        chunks: Vec::new(),
    };
    insert::insert(connection, model, &new)?;
    match read::get(connection, model, &new.hash)? {
        Some(_) => Ok(()),
        None => Err(failed("what was written is not read back".into())),
    }
}

/// Notes when it was tried last: the part of a probe that reaches the disk.
pub(crate) fn note(connection: &Connection, now: Timestamp) -> Result<()> {
    info::set(connection, "probed_at", &now.as_seconds().to_string())
}
