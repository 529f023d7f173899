//! Writes the original's file.

use std::collections::BTreeSet;
use std::io::Write;

use model::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{GRAPH, MEMORIES, TOMBSTONES};
use crate::export::Phase;
use crate::native::OriginLine;
use crate::{Counts, EdgeRecord, Export, ExportError, MAX_RECORD_BYTES, MemoryRecord, Record};

/// What the file says about itself. It stands at its end, where everything is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalHeader {
    /// When it was made, in ISO 8601.
    pub exported_at: String,
    /// The name of the machine; the original's importer tags what it imports with it.
    pub source_machine: String,
    /// The program that made it, with its version.
    pub program: String,
    /// Where the memories were.
    pub database_path: Option<String>,
    /// The tags that were asked for; empty when every memory was.
    pub filter_tags: Vec<String>,
}

/// Writes the original's file: live memories, then deleted ones, then edges.
pub struct OriginalWriter<W> {
    writer: W,
    header: OriginalHeader,
    phase: Phase,
    /// Whether the list has an element already.
    in_list: bool,
    partitions: BTreeSet<String>,
    vectors: bool,
    counts: Counts,
}

impl<W: Write> OriginalWriter<W> {
    /// Begins the file. A writer that is slow on small writes should be buffered.
    ///
    /// # Errors
    /// [`ExportError::Write`].
    pub fn new(mut writer: W, header: OriginalHeader) -> Result<Self, ExportError> {
        write!(writer, "{{\n\"{MEMORIES}\": [")?;
        Ok(Self {
            writer,
            header,
            phase: Phase::Memories,
            in_list: false,
            partitions: BTreeSet::new(),
            vectors: false,
            counts: Counts::default(),
        })
    }

    /// What it writes to; without [`Export::finish`] before, the file is not valid.
    pub fn into_inner(self) -> W {
        self.writer
    }

    /// Closes lists until the one of this phase is open.
    fn advance(&mut self, to: Phase) -> Result<(), ExportError> {
        let from = self.phase;
        self.phase.advance(to)?;
        for (phase, list) in [(Phase::Deleted, TOMBSTONES), (Phase::Edges, GRAPH)] {
            if from < phase && phase <= to {
                write!(self.writer, "\n],\n\"{list}\": [")?;
                self.in_list = false;
            }
        }
        Ok(())
    }

    fn element(&mut self, element: &impl Serialize) -> Result<(), ExportError> {
        let json = serde_json::to_vec(element).map_err(std::io::Error::other)?;
        if json.len() > MAX_RECORD_BYTES {
            return Err(ExportError::TooLong { bytes: json.len() });
        }
        self.writer.write_all(if self.in_list { b",\n" } else { b"\n" })?;
        self.writer.write_all(&json)?;
        self.in_list = true;
        Ok(())
    }

    fn export_metadata(&self) -> Value {
        json!({
            "source_machine": self.header.source_machine,
            "export_timestamp": self.header.exported_at,
            "total_memories": self.counts.memories,
            "database_path": self.header.database_path,
            "platform": null,
            "python_version": null,
            "include_embeddings": self.vectors,
            "filter_tags": (!self.header.filter_tags.is_empty()).then_some(&self.header.filter_tags),
            "exporter_version": self.header.program,
        })
    }
}

impl<W: Write> Export for OriginalWriter<W> {
    fn write(&mut self, record: &Record) -> Result<(), ExportError> {
        match record {
            Record::Memory(memory) => {
                let live = memory.deleted_at.is_none();
                self.advance(if live { Phase::Memories } else { Phase::Deleted })?;
                self.partitions.insert(memory.partition.as_str().to_owned());
                self.vectors |= memory.vector.is_some();
                self.element(&memory_object(memory, &self.header.source_machine))?;
            }
            Record::Edge(edge) => {
                self.advance(Phase::Edges)?;
                self.element(&edge_object(edge))?;
            }
        }
        self.counts.add(record);
        Ok(())
    }

    fn finish(&mut self) -> Result<Counts, ExportError> {
        self.advance(Phase::Finished)?;
        let (stores, metadata) = (json!(self.partitions), self.export_metadata());
        write!(self.writer, "\n],\n\"stores\": {stores},\n\"export_metadata\": {metadata}\n}}\n")?;
        self.writer.flush()?;
        Ok(self.counts)
    }
}

fn memory_object(memory: &MemoryRecord, source_machine: &str) -> Map<String, Value> {
    let seconds = |time: Option<Timestamp>| time.map(Timestamp::as_seconds);
    let mut object = Map::new();
    let mut set = |name: &str, value: Value| object.insert(name.to_owned(), value);
    set("content", json!(memory.content));
    set("content_hash", json!(memory.hash.as_str()));
    set("tags", json!(memory.tags));
    set("created_at", json!(seconds(memory.created_at)));
    set("updated_at", json!(seconds(memory.updated_at)));
    set("memory_type", json!(memory.memory_type));
    set("metadata", json!(memory.metadata.fields()));
    set("export_source", json!(source_machine));
    set("store", json!(memory.partition.as_str()));
    let extras = [
        ("tags_text", json!(memory.tags_text)),
        ("metadata_text", json!(memory.metadata_text)),
        ("created_at_iso", json!(memory.created_at_iso)),
        ("updated_at_iso", json!(memory.updated_at_iso)),
        ("occurred_at", json!(seconds(memory.occurred_at))),
        ("deleted_at", json!(seconds(memory.deleted_at))),
        ("origin", json!(memory.origin.as_ref().map(OriginLine::of))),
        ("parent_id", json!(memory.parent.as_ref().map(|hash| hash.as_str()))),
        ("version", json!((memory.version != 1).then_some(memory.version))),
        ("superseded_by", json!(memory.superseded_by.as_ref().map(|hash| hash.as_str()))),
        ("confidence", json!(memory.confidence)),
        ("last_accessed", json!(memory.last_accessed)),
        ("embedding", json!(memory.vector.as_ref().map(|vector| vector.as_slice()))),
    ];
    for (name, value) in extras.into_iter().filter(|(_, value)| !value.is_null()) {
        set(name, value);
    }
    object
}

fn edge_object(edge: &EdgeRecord) -> Value {
    let mut object = json!({
        "source_hash": edge.source.as_str(),
        "target_hash": edge.target.as_str(),
        "similarity": edge.similarity,
        "connection_types": edge.connection_types,
        "metadata": edge.metadata,
        "created_at": edge.created_at.map(Timestamp::as_seconds),
        "relationship_type": edge.relationship_type,
    });
    if edge.is_deleted {
        object["deleted"] = true.into();
    }
    object
}
