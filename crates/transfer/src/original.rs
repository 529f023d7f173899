//! The original's export file (`{"export_metadata": {...}, "memories": [...]}`), its dashboard's, and its flat form of
//! a memory, in which the metadata are spread among the other fields.
//!
//! What is written is a superset that the original's importer reads: partitions as `store`, lineage inside each record,
//! and deleted memories and edges in lists of their own (`tombstones`, `graph`), which it does not look at.
//!
//! What this program counts (uses, numbers of deletions) is not written. Vectors are written, but not read: the file does not say which model made them, and vectors of different models are
//! never mixed.

mod flat;
mod reader;
mod record;
mod writer;

pub(crate) use reader::OriginalReader;
pub(crate) use record::{storable, tags};
pub use writer::{OriginalHeader, OriginalWriter};

/// Lists of records.
pub(crate) const LISTS: &[&str] = &[MEMORIES, TOMBSTONES, GRAPH];
/// Fields that only such a file has.
pub(crate) const MARKS: &[&str] = &["export_metadata", "export_date", "exported_memories", "stores"];
const MEMORIES: &str = "memories";
pub(crate) const TOMBSTONES: &str = "tombstones";
pub(crate) const GRAPH: &str = "graph";
