//! A store in memory: slow, simple, and able to fail on demand.

mod backups;
mod carrying;
mod changing;
mod context;
mod counting;
mod deleting;
mod filtering;
mod linking;
mod port;
mod rows;
mod spaces;
mod telling;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use backups::Claimed;
use carrying::Raw;
use model::{
    ContentHash, EdgeRecord, EmbeddingState, Memory, MemoryId, ModelIdentity, NewMemory, Space, Timestamp,
    Vector,
};
use ports::{
    BackupFile, Finding, LanguageCount, MemoryStore, OpenStore, StoreError, VectorSample, VectorSpace,
};

/// How a [`FakeStore`] fails until it is told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Opening fails.
    Open,
    /// Every call answers that the store is busy.
    Busy,
    /// Every write answers that the disk is full.
    Full,
    /// So many insertions may be tried, then every write answers that the disk is full.
    FullAfter(usize),
    /// Every write answers that the store cannot be written.
    ReadOnly,
    /// Searching words answers that the store is damaged.
    Words,
    /// Searching vectors answers that the store is damaged.
    Vectors,
    /// No backup can be made.
    Backup,
}

/// How many samples a store gives whose vectors are unverified.
const SAMPLES: usize = 4;

/// A store in memory.
pub struct FakeStore {
    model: ModelIdentity,
    rows: Mutex<Rows>,
    fault: Mutex<Option<Fault>>,
    closed: AtomicBool,
    openings: AtomicUsize,
    insertions: AtomicUsize,
    ahead: Mutex<Option<NewMemory>>,
    /// The backups that were made, and the directories in which somebody has the right to make the next one.
    backups: Mutex<Vec<BackupFile>>,
    claimed: Claimed,
    /// What looking for damage finds.
    findings: Mutex<Vec<Finding>>,
    languages: Mutex<Vec<LanguageCount>>,
}

/// Whose the vectors of [`Row::legacy`] are.
#[derive(Clone, Default, PartialEq, Eq)]
enum Legacy {
    /// There are none.
    #[default]
    None,
    Unverified,
    Foreign,
}

#[derive(Clone, Default)]
struct Rows {
    next: i64,
    live: BTreeMap<MemoryId, Row>,
    tombstones: BTreeMap<ContentHash, Tombstone>,
    /// How many deletions there were, and what each deleted that nobody brought back.
    deletions: i64,
    deleted: Vec<(i64, ContentHash)>,
    legacy: Legacy,
    /// When the original recorded which deletion.
    recorded: BTreeMap<ContentHash, Timestamp>,
    /// Edges of live and of deleted memories.
    edges: Vec<EdgeRecord>,
    /// What happened to memories, in order.
    told: Vec<telling::Told>,
}

/// A deleted memory, as it was.
#[derive(Clone)]
struct Tombstone {
    at: Timestamp,
    deletion: i64,
    row: Row,
}

#[derive(Clone)]
struct Row {
    memory: Memory,
    raw: Raw,
    /// Its vector by the store's model, and those of its chunks.
    vector: Option<Vector>,
    chunks: Vec<Vector>,
    /// The vector that was there when the database was first opened.
    legacy: Option<Vector>,
    /// Its vectors by other models.
    others: Vec<(ModelIdentity, Vector)>,
    /// How often it was used, and when last.
    usage: Option<(u64, Timestamp)>,
}

impl FakeStore {
    /// An empty store for a model.
    #[must_use]
    pub fn new(model: ModelIdentity) -> Self {
        Self {
            model,
            rows: Mutex::default(),
            fault: Mutex::default(),
            closed: AtomicBool::default(),
            openings: AtomicUsize::default(),
            insertions: AtomicUsize::default(),
            ahead: Mutex::default(),
            backups: Mutex::default(),
            claimed: Claimed::default(),
            findings: Mutex::default(),
            languages: Mutex::default(),
        }
    }

    /// The same memories, opened for another model: the vectors that were in use are another model's now.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn reopened(&self, model: ModelIdentity) -> Self {
        let mut rows = self.rows.lock().unwrap().clone();
        rows.change_model(&self.model, &model);
        Self { rows: Mutex::new(rows), ..Self::new(model) }
    }

    /// Records a deletion as the original does.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn record_deletion(&self, hash: &ContentHash, at: Timestamp) {
        self.rows.lock().unwrap().recorded.insert(hash.clone(), at);
    }

    /// What later looks for damage find.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn set_findings(&self, findings: Vec<Finding>) {
        *self.findings.lock().unwrap() = findings;
    }

    /// Makes every later call fail in this way, or none.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn set_fault(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    /// Marks a live memory as one that another took the place of.
    ///
    /// # Panics
    /// When there is no such memory.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn supersede(&self, old: &ContentHash, new: &ContentHash) {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.live.values_mut().find(|row| row.memory.hash == *old).unwrap();
        row.memory.superseded_by = Some(new.clone());
    }

    /// Links a memory to an entity.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn link_entity(&self, memory: &ContentHash, name: &str) {
        self.rows.lock().unwrap().edges.push(linking::entity_edge(memory, name));
    }

    /// Draws an edge between two memories.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn link_memories(&self, from: &ContentHash, to: &ContentHash) {
        self.rows.lock().unwrap().edges.push(linking::edge(from, to));
    }

    /// Makes the store one that was just opened for the first time, and does not know whose the vectors in it are.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn forget_whose_vectors_these_are(&self) {
        let mut rows = self.rows.lock().unwrap();
        rows.legacy = Legacy::Unverified;
        for row in rows.live.values_mut() {
            row.legacy = row.vector.take();
        }
    }

    /// Cuts the vectors that were there when the database was first opened to half their numbers.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn shorten_legacy_vectors(&self) {
        for row in self.rows.lock().unwrap().live.values_mut() {
            let half =
                |vector: Vector| Vector::new(vector.as_slice()[..vector.dimension() / 2].to_vec()).unwrap();
            row.legacy = row.legacy.take().map(half);
        }
    }

    /// Lets another process store this memory just before the next insertion.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn insert_ahead(&self, new: NewMemory) {
        *self.ahead.lock().unwrap() = Some(new);
    }

    /// Says which languages the memories are in: this store does not look.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn set_languages(&self, languages: Vec<LanguageCount>) {
        *self.languages.lock().unwrap() = languages;
    }

    /// How often it was opened.
    #[must_use]
    pub fn openings(&self) -> usize {
        self.openings.load(Ordering::SeqCst)
    }

    /// How often it was asked to insert a memory.
    #[must_use]
    pub fn insertions(&self) -> usize {
        self.insertions.load(Ordering::SeqCst)
    }

    /// Opens it again behind the engine's back, to look into it.
    pub fn reopen(&self) {
        self.closed.store(false, Ordering::SeqCst);
    }

    /// Whether it was closed and not opened again.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap()
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    fn reading(&self) -> Result<MutexGuard<'_, Rows>, StoreError> {
        match self.fault() {
            _ if self.is_closed() => Err(StoreError::Closed),
            Some(Fault::Busy) => Err(StoreError::Busy { waited_ms: 30_000 }),
            _ => Ok(self.rows.lock().unwrap()),
        }
    }

    fn writing(&self) -> Result<MutexGuard<'_, Rows>, StoreError> {
        let rows = self.reading()?;
        match self.fault() {
            Some(Fault::FullAfter(insertions)) if self.insertions() <= insertions => Ok(rows),
            Some(Fault::Full | Fault::FullAfter(_)) => {
                Err(StoreError::Full { source: "no space left on device".into() })
            }
            Some(Fault::ReadOnly) => Err(StoreError::ReadOnly { reason: "told to fail".to_owned() }),
            _ => Ok(rows),
        }
    }

    fn sound(&self, damage: Fault) -> Result<MutexGuard<'_, Rows>, StoreError> {
        if self.fault() == Some(damage) {
            return Err(StoreError::Corrupt { reason: "told to fail".to_owned(), source: None });
        }
        self.reading()
    }

    fn check_dimension(&self, vector: &Vector) -> Result<(), StoreError> {
        let (found, expected) = (vector.dimension(), self.model.dimension);
        if found == expected { Ok(()) } else { Err(StoreError::Dimension { found, expected }) }
    }
}

impl Rows {
    fn vector_space(&self) -> VectorSpace {
        let sample = |row: &Row| {
            let (content, vector) = (row.memory.content.clone(), row.legacy.clone()?);
            Some(VectorSample { content, vector })
        };
        match self.legacy {
            Legacy::None => VectorSpace::Ours,
            Legacy::Foreign => VectorSpace::Foreign,
            Legacy::Unverified => VectorSpace::Unverified {
                samples: self.live.values().filter_map(sample).take(SAMPLES).collect(),
            },
        }
    }

    fn settle(&mut self, is_ours: bool) {
        if self.legacy != Legacy::Unverified {
            return;
        }
        self.legacy = if is_ours { Legacy::None } else { Legacy::Foreign };
        for row in self.live.values_mut().filter(|row| row.legacy.is_some()) {
            if is_ours {
                row.vector = row.legacy.take();
            } else {
                row.memory.embedding = EmbeddingState::Pending;
            }
        }
    }

    /// Whether a memory waits for a vector. One whose vector is unverified does not: it may have one.
    fn waits(&self, row: &Row) -> bool {
        row.vector.is_none() && (row.legacy.is_none() || self.legacy == Legacy::Foreign)
    }
}

/// A store for each space, made when it is first asked for.
pub(crate) struct StoreOfEach {
    default: Arc<FakeStore>,
    others: Mutex<HashMap<Space, Arc<FakeStore>>>,
}

impl StoreOfEach {
    pub(crate) fn with(default: Arc<FakeStore>) -> Self {
        Self { default, others: Mutex::default() }
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    pub(crate) fn of(&self, space: &Space) -> Arc<FakeStore> {
        if *space == Space::Default {
            return Arc::clone(&self.default);
        }
        let mut others = self.others.lock().unwrap();
        let new = || Arc::new(FakeStore::new(self.default.model.clone()));
        Arc::clone(others.entry(space.clone()).or_insert_with(new))
    }
}

#[async_trait]
impl OpenStore for StoreOfEach {
    async fn open(&self, space: &Space) -> Result<Arc<dyn MemoryStore>, StoreError> {
        let store = self.of(space);
        match store.fault() {
            Some(Fault::Open) => Err(StoreError::Open { reason: "told to fail".to_owned(), source: None }),
            _ => {
                store.openings.fetch_add(1, Ordering::SeqCst);
                store.closed.store(false, Ordering::SeqCst);
                Ok(store)
            }
        }
    }
}
