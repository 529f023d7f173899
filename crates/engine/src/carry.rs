//! Moving memories to another space, or sharing them there.
//!
//! It is done in two steps that may be any time apart: [`Admin::carry`] writes into the other space, and [`Admin::let_go`] deletes
//! here what stands there as it stands here. Whoever is interrupted loses nothing and begins again: what is there already is not
//! written twice, and nothing is deleted that was not found there.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{ContentHash, EdgeRecord, Filter, MemoryRecord, ModelIdentity, Record};
use ports::{DumpRequest, DumpSink, Loaded, OnDeleted};

use crate::capability::Admin;
use crate::import::{ImportRequest, MAX_IMPORT_RECORDS};
use crate::{DeleteReceipt, DeleteRequest, DryRun, EngineError};

/// What became of memories that were carried to another space.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// All that were meant and are here: those that were asked for and every version of them.
    pub hashes: Vec<ContentHash>,
    /// How many were written.
    pub written: usize,
    /// How many were there before; these were left as they are.
    pub there_before: usize,
}

/// What became of memories that are to be deleted where they were carried from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetGo {
    /// What was deleted here.
    pub deleted: DeleteReceipt,
    /// What stays here, because it is not the same in the other space (or not there at all).
    pub kept: Vec<ContentHash>,
}

impl Admin {
    /// Writes memories, with every version of each and the links among all of them, into another space as they are: times, tags,
    /// fields, uses, origin, vectors. Here nothing changes. What lives there already stays as it is; what was deleted there
    /// comes back. Keys that are not live here are left out.
    ///
    /// # Errors
    /// [`EngineError::SameSpace`], [`EngineError::Store`]; a part may have been written then.
    pub async fn carry(&self, to: &Self, hashes: &[ContentHash]) -> Result<Carried, EngineError> {
        if self.space().space == to.space().space {
            return Err(EngineError::SameSpace);
        }
        let hashes = self.with_versions(hashes).await?;
        let mut carried = Carried::default();
        for batch in hashes.chunks(MAX_IMPORT_RECORDS) {
            let memories = self.memories(batch, Vectors::Wanted).await?;
            let model = memories.model;
            carried.hashes.extend(memories.list.iter().map(|memory| memory.hash.clone()));
            let records = memories.list.into_iter().map(|memory| Record::Memory(Box::new(memory))).collect();
            let request = ImportRequest { records, on_deleted: OnDeleted::Replace };
            let loaded = to.import_own(request, model.as_ref()).await?;
            let written = loaded.iter().filter(|loaded: &&Loaded| loaded.is_written()).count();
            carried.written += written;
            carried.there_before += loaded.len() - written;
        }
        let edges: Vec<Record> = self.edges(&carried.hashes).await?.into_iter().map(Record::Edge).collect();
        for batch in edges.chunks(MAX_IMPORT_RECORDS) {
            let request = ImportRequest { records: batch.to_vec(), on_deleted: OnDeleted::Replace };
            to.import_own(request, None).await?;
        }
        Ok(carried)
    }

    /// Deletes memories that stand in another space as they stand here: all of these at once, so that it can be taken back at once.
    ///
    /// # Errors
    /// [`EngineError::SameSpace`], [`EngineError::Store`]; nothing was deleted then.
    pub async fn let_go(&self, to: &Self, hashes: &[ContentHash]) -> Result<LetGo, EngineError> {
        if self.space().space == to.space().space {
            return Err(EngineError::SameSpace);
        }
        let (mut same, mut kept) = (Vec::new(), Vec::new());
        for batch in hashes.chunks(MAX_IMPORT_RECORDS) {
            let there = to.memories(batch, Vectors::Left).await?.list.into_iter();
            let there: HashMap<ContentHash, MemoryRecord> =
                there.map(|memory| (memory.hash.clone(), memory)).collect();
            for memory in self.memories(batch, Vectors::Left).await?.list {
                let is_same = there.get(&memory.hash).is_some_and(|other| is_same(&memory, other));
                if is_same { &mut same } else { &mut kept }.push(memory.hash);
            }
        }
        let filter = Filter { hashes: Some(same), ..Filter::everything() };
        let request = DeleteRequest { hash: None, filter, dry_run: DryRun::No };
        Ok(LetGo { deleted: self.writer().delete(request).await?, kept })
    }

    /// The keys with those of every older and newer version.
    async fn with_versions(&self, hashes: &[ContentHash]) -> Result<Vec<ContentHash>, EngineError> {
        let mut known: HashSet<ContentHash> = hashes.iter().cloned().collect();
        let mut all: Vec<ContentHash> = Vec::new();
        let mut next: Vec<ContentHash> = known.iter().cloned().collect();
        while !next.is_empty() {
            let mut found = Vec::new();
            for batch in next.chunks(MAX_IMPORT_RECORDS) {
                for memory in self.memories(batch, Vectors::Left).await?.list {
                    let others = [memory.parent, memory.superseded_by].into_iter().flatten();
                    found.extend(others.filter(|other| known.insert(other.clone())));
                }
            }
            all.append(&mut next);
            next = found;
        }
        Ok(all)
    }

    /// The live memories with these keys.
    async fn memories(&self, hashes: &[ContentHash], vectors: Vectors) -> Result<Memories, EngineError> {
        let request = DumpRequest {
            filter: Filter { hashes: Some(hashes.to_vec()), ..Filter::everything() },
            deleted: false,
            edges: false,
            vectors: matches!(vectors, Vectors::Wanted),
        };
        let basket = Basket::default();
        let _whole = self.export(request, Box::new(basket.clone())).await?;
        let Taken { memories: list, model, .. } = std::mem::take(&mut *basket.taken());
        Ok(Memories { list, model })
    }

    /// The links among these memories, and from them to entities.
    async fn edges(&self, hashes: &[ContentHash]) -> Result<Vec<EdgeRecord>, EngineError> {
        let request = DumpRequest {
            filter: Filter { hashes: Some(hashes.to_vec()), ..Filter::everything() },
            deleted: false,
            edges: true,
            vectors: false,
        };
        let basket = Basket { edges_alone: true, ..Basket::default() };
        let _whole = self.export(request, Box::new(basket.clone())).await?;
        let Taken { edges, .. } = std::mem::take(&mut *basket.taken());
        Ok(edges)
    }
}

/// Whether the vectors are wanted as well.
#[derive(Clone, Copy)]
enum Vectors {
    Wanted,
    Left,
}

/// Memories, and whose their vectors are.
struct Memories {
    list: Vec<MemoryRecord>,
    model: Option<ModelIdentity>,
}

/// Collects a dump.
#[derive(Clone, Default)]
struct Basket {
    taken: Arc<Mutex<Taken>>,
    /// Memories are passed over.
    edges_alone: bool,
}

#[derive(Default)]
struct Taken {
    memories: Vec<MemoryRecord>,
    edges: Vec<EdgeRecord>,
    model: Option<ModelIdentity>,
}

impl Basket {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DumpSink for Basket {
    fn begin(&mut self, model: &ModelIdentity, _memories: u64) -> ControlFlow<()> {
        self.taken().model = Some(model.clone());
        ControlFlow::Continue(())
    }

    fn take(&mut self, record: Record) -> ControlFlow<()> {
        match record {
            Record::Memory(_) if self.edges_alone => {}
            Record::Memory(memory) => self.taken().memories.push(*memory),
            Record::Edge(edge) => self.taken().edges.push(edge),
        }
        ControlFlow::Continue(())
    }
}

/// Whether two records say the same. How often each was used, and when it was changed last, is not what they say.
fn is_same(one: &MemoryRecord, other: &MemoryRecord) -> bool {
    let said = |memory: &MemoryRecord| MemoryRecord {
        tags_text: None,
        metadata_text: None,
        created_at_iso: None,
        updated_at: None,
        updated_at_iso: None,
        deletion: None,
        last_accessed: None,
        usage: None,
        vector: None,
        ..memory.clone()
    };
    said(one) == said(other)
}
