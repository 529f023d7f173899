//! The port.

use std::ops::ControlFlow;
use std::path::Path;

use async_trait::async_trait;
use model::{
    ContentHash, Filter, HashPrefix, Memory, MemoryId, ModelIdentity, NewMemory, Record, Timestamp, Vector,
};

use super::{
    BackupClaim, BackupFile, Candidate, Change, Check, Context, ContextQuery, Deletion, DumpRequest,
    DumpSink, EntityCounts, EntityLink, EventPage, EventPoint, Inserted, IntegrityReport, LanguageCount,
    LinkEnds, Listing, Loaded, NearPair, OnDeleted, Page, Purge, Purged, Repaired, Standing, Statistics,
    StoreError, StoredBackup, Superseded, Survey, TagCounts, Told, Tombstones, TypeCount, Undelete,
    Undeleted, Unembedded, Usage, VectorSpace, VectorsOf, Version, WordCandidate, WordQuery,
};

/// The memories of one space, opened for one embedding model.
///
/// Every method that writes is one unit of work: it is done whole and durable when it returns `Ok`, and left no trace
/// when it returns an error. No method embeds or waits for a network inside that unit.
///
/// A store keeps vectors of several models apart (*vector spaces*); [`MemoryStore::search_vectors`] only ever compares
/// vectors of the model the store was opened for, [`MemoryStore::search_space`] those of any one model.
#[async_trait]
pub trait MemoryStore: Send + Sync {
    /// The model whose vectors this store reads and writes.
    fn model(&self) -> &ModelIdentity;

    /// Stores a memory: row, tags, words and vector together. A memory without a vector is pending
    /// ([`MemoryStore::unembedded`]); one without tags gets the tag `untagged`, as the original does. A deleted memory of
    /// the same key gives way to the new one. Later memories get greater numbers.
    ///
    /// # Errors
    /// [`StoreError::Dimension`] when the vector is not of the model's dimension; otherwise [`StoreError`]. A live memory
    /// of the same key is no error but [`Inserted::Duplicate`].
    async fn insert(&self, memory: NewMemory) -> Result<Inserted, StoreError>;

    /// Changes a live memory in place; words and tags are found as they are from then on. Gives the memory as it is
    /// then. Fields that are not named, unknown ones too, stay as they are.
    ///
    /// # Errors
    /// [`StoreError`]; a key that is not there is `Ok(None)`.
    async fn update(&self, hash: &ContentHash, change: Change) -> Result<Option<Memory>, StoreError>;

    /// Stores a memory that takes the place of a live one, in the same partition (its own is not looked at) and as the
    /// next version. Both or none is written. The old one stays, is left out of answers that do not ask for it, and
    /// says why it was replaced.
    ///
    /// # Errors
    /// [`StoreError::Dimension`] when the vector is not of the model's dimension; otherwise [`StoreError`].
    async fn supersede(
        &self,
        old: &ContentHash,
        new: NewMemory,
        reason: Option<String>,
    ) -> Result<Superseded, StoreError>;

    /// Every memory that took the place of another in a chain with this one, deleted ones too, oldest first. A key that
    /// was never there gives none.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn history(&self, hash: &ContentHash) -> Result<Vec<Version>, StoreError>;

    /// When the original program recorded last, in the log by which its hosts are synchronised, that a memory of this key
    /// was deleted. It stores such a text again only when it is told to. None without a record; this program makes none.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn recorded_deletion(&self, hash: &ContentHash) -> Result<Option<Timestamp>, StoreError>;

    /// The live memory with this key, in any partition.
    ///
    /// # Errors
    /// [`StoreError`]; a key that is not there is `Ok(None)`.
    async fn get(&self, hash: &ContentHash) -> Result<Option<Memory>, StoreError>;

    /// The live memories with these numbers, in the order of `ids`; numbers that are not there are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn get_many(&self, ids: &[MemoryId]) -> Result<Vec<Memory>, StoreError>;

    /// Keys of live memories that begin with a prefix, in order, at most `limit`. A prefix that is a whole key gives
    /// that key alone.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn resolve(&self, prefix: &HashPrefix, limit: usize) -> Result<Vec<ContentHash>, StoreError>;

    /// The live memories that meet a filter, newest first (at the same time: the greater key first), one page of them,
    /// with the true total.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(&self, filter: &Filter, page: Page) -> Result<Listing, StoreError>;

    /// The live memories that meet a filter and have a text in theirs, as it stands, without regard to case (of any
    /// script: [`fold_case`](crate::fold_case));
    /// in the order of [`MemoryStore::list`], one page of them, with the true total. Nothing in
    /// the text is syntax. An empty text is in every memory.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn search_text(&self, text: &str, filter: &Filter, page: Page) -> Result<Listing, StoreError>;

    /// The most frequent tags of the live memories that meet a filter, at most `limit`, of those that begin with
    /// `prefix`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn tag_counts(&self, filter: &Filter, prefix: &str, limit: usize) -> Result<TagCounts, StoreError>;

    /// How many of the live memories that meet a filter are of each kind, the most frequent first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn type_counts(&self, filter: &Filter) -> Result<Vec<TypeCount>, StoreError>;

    /// The entities that live memories which meet a filter are linked to, those with most memories first, at most `limit`,
    /// of those whose names begin with `prefix` (without regard to case). Goes through all links.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn entities(&self, filter: &Filter, prefix: &str, limit: usize)
    -> Result<EntityCounts, StoreError>;

    /// Links between entities and live memories that meet a filter, each once, those of the latest memories first, at most
    /// `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn entity_links(
        &self,
        of: &LinkEnds,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<EntityLink>, StoreError>;

    /// For each of these memories that is live, the other live memories that meet a filter and have an edge with it, in
    /// either direction and of any kind, each pair once and in order.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn neighbours(
        &self,
        ids: &[MemoryId],
        filter: &Filter,
    ) -> Result<Vec<(MemoryId, MemoryId)>, StoreError>;

    /// What the live memories that meet a filter are like. Reads all of them.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn survey(&self, filter: &Filter, now: Timestamp) -> Result<Survey, StoreError>;

    /// Counts a use of each of these memories. Those that are not live are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn record_access(&self, ids: &[MemoryId], at: Timestamp) -> Result<(), StoreError>;

    /// How often the live memories with these numbers were used, in the order of `ids`; numbers that are not there are
    /// left out. What the original program counted is added.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn usage(&self, ids: &[MemoryId]) -> Result<Vec<Usage>, StoreError>;

    /// The best memories by words among those that meet the filter, at most `limit`: those that have the whole query in
    /// their text first, both parts by coverage. The filter is applied before the cut. A store may leave queries of less
    /// than 3 or more than 256 characters out of the search for whole texts.
    ///
    /// # Errors
    /// [`StoreError`]; a query without a usable word gives no candidates.
    async fn search_words(
        &self,
        query: &WordQuery,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<WordCandidate>, StoreError>;

    /// How many live memories are in each language, the most first. Empty when the store does not tell languages apart.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn languages(&self) -> Result<Vec<LanguageCount>, StoreError> {
        Ok(Vec::new())
    }

    /// The nearest memories by cosine among those that meet the filter and have a vector of [`MemoryStore::model`],
    /// nearest first, at most `limit`. The filter is applied before the cut. The score is the cosine, -1 to 1, of the nearest
    /// of the memory's vectors: its own and those of its chunks.
    ///
    /// # Errors
    /// [`StoreError::Dimension`] when the vector is not of the model's dimension; otherwise [`StoreError`].
    async fn search_vectors(
        &self,
        query: &Vector,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>, StoreError>;

    /// [`MemoryStore::search_vectors`] among the vectors of any model; of one that has none here, nothing is found. Vectors
    /// of the model that was in use before stay searchable while they are being made anew.
    ///
    /// # Errors
    /// [`StoreError::Dimension`] when the vector is not of that model's dimension; otherwise [`StoreError`].
    async fn search_space(
        &self,
        model: &ModelIdentity,
        query: &Vector,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>, StoreError>;

    /// The cosines between a vector of a model and the memories with these numbers that have one of that model, nearest
    /// first. They are exact, as those of [`MemoryStore::search_space`] are.
    ///
    /// # Errors
    /// [`StoreError::Dimension`] when the vector is not of that model's dimension; otherwise [`StoreError`].
    async fn cosines(
        &self,
        model: &ModelIdentity,
        query: &Vector,
        ids: &[MemoryId],
    ) -> Result<Vec<Candidate>, StoreError>;

    /// Where the memories that are asked for stand, and those around them in their conversations, by number. Only
    /// memories that meet the filter are given; of their neighbours, only those that are given too. What is next to a
    /// memory does not depend on the filter: one that does not meet it still has its place.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn context(&self, query: &ContextQuery) -> Result<Vec<Context>, StoreError>;

    /// Whose vectors the store holds, and of how many live memories. Models without any may be left out.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn vector_spaces(&self) -> Result<Vec<VectorsOf>, StoreError>;

    /// Drops the vectors of a model that is not in use any more. Says how many there were.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] for the model in use, and for vectors that another program uses; otherwise
    /// [`StoreError`].
    async fn drop_vectors(&self, model: &ModelIdentity) -> Result<u64, StoreError>;

    /// Pairs of live memories that meet a filter whose vectors have at least this cosine, nearest first, at most
    /// `limit`. Compares all of them with each other: the time grows with the square of their number. Dropping the
    /// future stops it; `told` hears how many of how many were compared with the others.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn near_pairs(
        &self,
        threshold: f64,
        filter: &Filter,
        limit: usize,
        told: &Told<'_>,
    ) -> Result<Vec<NearPair>, StoreError>;

    /// Deletes the live memories that meet a filter, all or none, and says which. A tombstone stays, so that
    /// synchronisation learns of it; vectors and edges go aside until the deletion is taken back
    /// ([`MemoryStore::undelete`]) or what it deleted removed for good ([`MemoryStore::purge`]).
    ///
    /// # Errors
    /// [`StoreError`].
    async fn delete(&self, filter: &Filter, deleted_at: Timestamp) -> Result<Deletion, StoreError>;

    /// Brings deleted memories back, with what belonged to them. An edge comes back when both its ends are there; a
    /// vector that is not there any more is pending. A deletion that is not known brings nothing back.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn undelete(&self, undelete: Undelete) -> Result<Undeleted, StoreError>;

    /// Removes deleted memories for good: text, words, vectors, edges and everything else that is known of them, so
    /// that nothing of the text can be found in the store's files. Backups keep it until they go.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn purge(&self, purge: Purge) -> Result<Purged, StoreError>;

    /// The keys of memories of every partition, replaced ones too, in the order of their numbers, at most `limit`, after the
    /// number `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn keys(
        &self,
        after: Option<MemoryId>,
        tombstones: Tombstones,
        limit: usize,
    ) -> Result<Vec<(MemoryId, ContentHash)>, StoreError>;

    /// Live memories that have no vector of [`MemoryStore::model`], oldest first, at most `limit`, after the number
    /// `after` (to go through all of them although some fail).
    ///
    /// # Errors
    /// [`StoreError`].
    async fn unembedded(&self, after: Option<MemoryId>, limit: usize) -> Result<Vec<Unembedded>, StoreError>;

    /// Writes vectors of [`MemoryStore::model`] for memories that are still live, still have the same key and have no
    /// vector yet. Says how many were written.
    ///
    /// # Errors
    /// [`StoreError::Dimension`] when a vector is not of the model's dimension (then none is written); otherwise
    /// [`StoreError`].
    async fn add_vectors(&self, vectors: Vec<(Unembedded, Vector)>) -> Result<usize, StoreError>;

    /// Live memories that are longer than [`model::MAX_CHUNK_BYTES`] and have a vector of [`MemoryStore::model`], but none of
    /// chunks, oldest first, at most `limit`, after the number `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn unchunked(&self, after: Option<MemoryId>, limit: usize) -> Result<Vec<Unembedded>, StoreError>;

    /// Writes the vectors of the chunks of memories that are still live, still have the same key and have a vector but none
    /// of chunks. From then on such a memory is as near to a query as the nearest of its vectors. Says of how many memories
    /// they were written.
    ///
    /// # Errors
    /// [`StoreError::Dimension`] when a vector is not of the model's dimension (then none is written); otherwise
    /// [`StoreError`].
    async fn add_chunks(&self, chunks: Vec<(Unembedded, Vec<Vector>)>) -> Result<usize, StoreError>;

    /// What is known of the vectors that were in the database when it was first opened: whose they are decides whether
    /// they are searched.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn vector_space(&self) -> Result<VectorSpace, StoreError>;

    /// Records whether the vectors of a [`VectorSpace::Unverified`] database are of [`MemoryStore::model`]. When they
    /// are not, they stay where they are, untouched and unsearched, and their memories are unembedded.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn settle_vector_space(&self, is_ours: bool) -> Result<(), StoreError>;

    /// Counts and facts about the store. What the memories are like: [`MemoryStore::survey`].
    ///
    /// # Errors
    /// [`StoreError`].
    async fn statistics(&self) -> Result<Statistics, StoreError>;

    /// Gives everything as it stands at one moment, while others go on writing: live memories, then deleted ones, then
    /// edges. Memories come in the order of the time at which they were stored, then of their keys; edges in the order of
    /// both their keys, live ones first: the order in which they were written does not matter, so that equal stores give
    /// equal dumps. Vectors of other models are not given, nor what is no part of a memory (beliefs, logs of
    /// synchronisation). Gives [`ControlFlow::Break`] when the sink ended it. Dropping the future ends it, too.
    ///
    /// # Errors
    /// [`StoreError`]; what the sink got before is a part of the dump.
    async fn dump(
        &self,
        request: DumpRequest,
        sink: Box<dyn DumpSink>,
    ) -> Result<ControlFlow<()>, StoreError>;

    /// Writes records as they were, all in one unit of work, and says what became of each. What is here stays: see
    /// [`Loaded`]. A record stands for a row of the store and is not checked. Memories come before the edges between
    /// them; an edge that went with a deleted memory is only kept when one of its ends is deleted here. A memory that has
    /// no vector waits for one. A deletion keeps its number unless another one has it.
    ///
    /// # Errors
    /// [`StoreError::Dimension`] when a vector is not of the model's dimension (then nothing is written); otherwise
    /// [`StoreError`].
    async fn load(&self, records: Vec<Record>, on_deleted: OnDeleted) -> Result<Vec<Loaded>, StoreError>;

    /// How what records name stands here, in their order.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn standings(&self, records: &[Record]) -> Result<Vec<Standing>, StoreError>;

    /// Writes a copy of the store into a new file (its directory is created when needed) while it is in use, and verifies
    /// it. The copy holds the store as it was at one moment.
    ///
    /// # Errors
    /// [`StoreError::Backup`] when it cannot be made (no file is left then) or the file is there already;
    /// [`StoreError::Unsupported`] when this kind of store has no file; otherwise [`StoreError`].
    async fn backup(&self, target: &Path) -> Result<BackupFile, StoreError>;

    /// The backups of this store in a directory that have a made name
    /// ([`backup_name`](crate::backup_name)) and are as they were when they were
    /// verified, newest first. What another store, another program or a person put there is not among them. A directory
    /// that is not there holds none.
    ///
    /// # Errors
    /// [`StoreError::Backup`] when the directory cannot be read; otherwise [`StoreError`].
    async fn backups(&self, directory: &Path) -> Result<Vec<StoredBackup>, StoreError>;

    /// Removes one of [`MemoryStore::backups`]. One that is gone already is no error.
    ///
    /// # Errors
    /// [`StoreError::Backup`].
    async fn remove_backup(&self, backup: &StoredBackup) -> Result<(), StoreError>;

    /// Claims the right to make the next backup in a directory, which is created when needed; none when another process or
    /// store has it now. Does not wait.
    ///
    /// # Errors
    /// [`StoreError::Backup`] when the directory cannot be used; otherwise [`StoreError`].
    async fn claim_backups(&self, directory: &Path) -> Result<Option<BackupClaim>, StoreError>;

    /// What was stored, changed and deleted after a point of the log, by whatever program, at most `limit`. Without a point
    /// nothing, and where the log ends now. That a memory was stored or changed which is not there any more is left out,
    /// and so are uses, vectors that are made, and fields of the metadata: the original counts uses in them. The log
    /// forgets: at least the last 4096 events are known.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn events(&self, after: Option<EventPoint>, limit: usize) -> Result<EventPage, StoreError>;

    /// Tries whether memories can be written, read and searched by meaning now: does it for real, and leaves none.
    ///
    /// # Errors
    /// [`StoreError`] says what cannot be done.
    async fn probe(&self) -> Result<(), StoreError>;

    /// Looks for damage. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when looking itself failed; damage is in the report.
    async fn check(&self, check: Check) -> Result<IntegrityReport, StoreError>;

    /// Repairs what [`MemoryStore::check`] calls repairable: rebuilds the word indexes, drops vectors without a memory
    /// and vectors without direction (their memories are then unembedded), tightens file modes. Never touches a
    /// memory's text. Says what it did.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn repair(&self) -> Result<Vec<Repaired>, StoreError>;

    /// Lets the store finish and close its files. Later calls fail with [`StoreError::Closed`].
    async fn close(&self);
}
