//! Everything as it stands, and writing it as it was.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use model::{
    ContentHash, EdgeRecord, EmbeddingState, Filter, Memory, MemoryId, MemoryRecord, Metadata, ModelIdentity,
    Record, Timestamp, UsageRecord,
};
use ports::{Change, DumpRequest, DumpSink, EventKind, Loaded, OnDeleted, Patch, Standing};

use super::filtering::matches;
use super::{Row, Rows, Tombstone};

/// What a record has and a memory has not.
#[derive(Clone, Default)]
pub(super) struct Raw {
    tags_text: Option<String>,
    metadata_text: Option<String>,
    created_at_iso: Option<String>,
    updated_at_iso: Option<String>,
    confidence: Option<f64>,
    last_accessed: Option<i64>,
}

impl Raw {
    /// What is changed does not stand as it was any more.
    pub(super) fn change(&mut self, change: &Change) {
        if change.tags.is_some() {
            self.tags_text = None;
        }
        if change.metadata != Metadata::default() || change.superseded_by != Patch::Keep {
            self.metadata_text = None;
        }
        if change.created_at.is_some() {
            self.created_at_iso = None;
        }
        if change.updated_at.is_some() {
            self.updated_at_iso = None;
        }
    }
}

impl Rows {
    pub(super) fn dump(
        &self,
        model: &ModelIdentity,
        request: &DumpRequest,
        sink: &mut dyn DumpSink,
    ) -> ControlFlow<()> {
        let meets = |row: &Row| matches(self, row, &request.filter);
        let live = self.live.values().filter(|row| meets(row)).map(|row| record(row, request));
        let deleted = self.tombstones.values().filter(|tombstone| request.deleted && meets(&tombstone.row));
        let deleted = deleted.map(|tombstone| MemoryRecord {
            deleted_at: Some(tombstone.at),
            deletion: u32::try_from(tombstone.deletion).ok().filter(|deletion| *deletion > 0),
            ..record(&tombstone.row, request)
        });
        let (mut live, mut deleted): (Vec<_>, Vec<_>) = (live.collect(), deleted.collect());
        live.sort_by(oldest_first);
        deleted.sort_by(oldest_first);
        let memories: Vec<MemoryRecord> = live.into_iter().chain(deleted).collect();
        sink.begin(model, memories.len() as u64)?;
        let edges = if request.edges { self.edges_within(request, &memories) } else { Vec::new() };
        for memory in memories {
            sink.take(Record::Memory(Box::new(memory)))?;
        }
        edges.into_iter().try_for_each(|edge| sink.take(Record::Edge(edge)))
    }

    fn edges_within(&self, request: &DumpRequest, memories: &[MemoryRecord]) -> Vec<EdgeRecord> {
        let is_included = |hash: &ContentHash| memories.iter().any(|memory| memory.hash == *hash);
        let is_memory = |hash: &ContentHash| self.standing_of(hash) != Standing::Absent;
        let is_whole = request.deleted && request.filter == Filter::everything();
        let is_within = |edge: &&EdgeRecord| {
            let ends = [&edge.source, &edge.target];
            is_whole
                || (ends.iter().any(|end| is_included(end))
                    && ends.iter().all(|end| is_included(end) || !is_memory(end)))
        };
        let edges = self.edges.iter().filter(is_within);
        let mut edges: Vec<EdgeRecord> =
            edges.map(|edge| EdgeRecord { is_deleted: self.is_aside(edge), ..edge.clone() }).collect();
        edges.sort_by(|a, b| (&a.source, &a.target).cmp(&(&b.source, &b.target)));
        edges
    }

    /// Whether an edge went with a deleted memory.
    fn is_aside(&self, edge: &EdgeRecord) -> bool {
        [&edge.source, &edge.target].iter().any(|end| self.standing_of(end) == Standing::Deleted)
    }

    fn standing_of(&self, hash: &ContentHash) -> Standing {
        match () {
            () if self.live.values().any(|row| row.memory.hash == *hash) => Standing::Live,
            () if self.tombstones.contains_key(hash) => Standing::Deleted,
            () => Standing::Absent,
        }
    }

    pub(super) fn standing(&self, record: &Record) -> Standing {
        let edge = match record {
            Record::Memory(memory) => return self.standing_of(&memory.hash),
            Record::Edge(edge) => edge,
        };
        match self.edges.iter().find(|own| own.source == edge.source && own.target == edge.target) {
            Some(own) if self.is_aside(own) => Standing::Deleted,
            Some(_) => Standing::Live,
            None if edge.is_deleted && !self.is_aside(edge) => Standing::Live,
            None => Standing::Absent,
        }
    }

    pub(super) fn load(&mut self, records: Vec<Record>, on_deleted: OnDeleted) -> Vec<Loaded> {
        let mut all = Vec::with_capacity(records.len());
        for record in records {
            let loaded = Loaded::of(&record, self.standing(&record), on_deleted);
            all.push(loaded);
            match record {
                _ if !loaded.is_written() => {}
                Record::Memory(memory) => self.write(*memory),
                Record::Edge(edge) => {
                    self.edges.retain(|own| own.source != edge.source || own.target != edge.target);
                    self.edges.push(edge);
                }
            }
        }
        all
    }

    fn write(&mut self, record: MemoryRecord) {
        self.tombstones.remove(&record.hash);
        self.next += 1;
        let id = MemoryId(self.next);
        let (hash, deleted_at, deletion) = (record.hash.clone(), record.deleted_at, record.deletion);
        let row = row(id, record);
        let Some(at) = deleted_at else {
            self.live.insert(id, row);
            self.tell(EventKind::Stored, id);
            return;
        };
        let deletion = deletion.map_or(0, |number| self.deletion(number.into(), at));
        if deletion > 0 {
            self.deleted.push((deletion, hash.clone()));
        }
        self.tombstones.insert(hash, Tombstone { at, deletion, row });
    }

    /// The number that a deletion has here: its own, unless that is another deletion's.
    fn deletion(&mut self, number: i64, at: Timestamp) -> i64 {
        let mut of = self.tombstones.values().filter(|tombstone| tombstone.deletion == number);
        if of.next().is_none_or(|tombstone| tombstone.at == at) {
            self.deletions = self.deletions.max(number);
            return number;
        }
        let same = self.tombstones.values().find(|tombstone| tombstone.deletion > 0 && tombstone.at == at);
        same.map(|tombstone| tombstone.deletion).unwrap_or_else(|| {
            self.deletions += 1;
            self.deletions
        })
    }
}

fn oldest_first(a: &MemoryRecord, b: &MemoryRecord) -> Ordering {
    let seconds = |memory: &MemoryRecord| memory.created_at.map_or(f64::NEG_INFINITY, Timestamp::as_seconds);
    seconds(a).total_cmp(&seconds(b)).then_with(|| a.hash.cmp(&b.hash))
}

fn record(row: &Row, request: &DumpRequest) -> MemoryRecord {
    let (memory, raw) = (row.memory.clone(), row.raw.clone());
    MemoryRecord {
        tags: memory.tags,
        tags_text: raw.tags_text,
        memory_type: memory.memory_type,
        metadata: memory.metadata,
        metadata_text: raw.metadata_text,
        created_at: memory.created_at,
        created_at_iso: raw.created_at_iso,
        updated_at: memory.updated_at,
        updated_at_iso: raw.updated_at_iso,
        occurred_at: memory.occurred_at,
        origin: memory.origin,
        partition: memory.partition,
        parent: memory.parent,
        version: memory.version,
        superseded_by: memory.superseded_by,
        confidence: raw.confidence,
        last_accessed: raw.last_accessed,
        usage: row.usage.map(|(count, last)| UsageRecord { count, last }),
        vector: row.vector.clone().filter(|_| request.vectors),
        ..MemoryRecord::bare(memory.hash, memory.content)
    }
}

fn row(id: MemoryId, record: MemoryRecord) -> Row {
    let memory = Memory {
        id,
        hash: record.hash,
        content: record.content,
        tags: record.tags,
        memory_type: record.memory_type,
        metadata: record.metadata,
        created_at: record.created_at,
        updated_at: record.updated_at,
        occurred_at: record.occurred_at,
        origin: record.origin,
        partition: record.partition,
        superseded_by: record.superseded_by,
        parent: record.parent,
        version: record.version,
        embedding: if record.vector.is_some() { EmbeddingState::Done } else { EmbeddingState::Pending },
    };
    let raw = Raw {
        tags_text: record.tags_text,
        metadata_text: record.metadata_text,
        created_at_iso: record.created_at_iso,
        updated_at_iso: record.updated_at_iso,
        confidence: record.confidence,
        last_accessed: record.last_accessed,
    };
    let usage = record.usage.map(|usage| (usage.count, usage.last));
    Row { memory, raw, vector: record.vector, chunks: Vec::new(), legacy: None, others: Vec::new(), usage }
}
