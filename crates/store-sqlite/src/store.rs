//! The port, method by method. Each one is a job for a thread of the pool; what it does is in the file of its name.

mod jobs;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Result, While};
use crate::pool::{self, Handle};
use crate::vectors::upkeep::Vectors;
use crate::vectors::{pairs, search, settle, spaces};
use crate::{
    aside, backup, context, delete, dump, entities, events, insert, integrity, load, pending, probe, purge,
    read, repair, statistics, supersede, survey, undelete, update, words,
};
use async_trait::async_trait;
use model::{
    ContentHash, Filter, HashPrefix, Memory, MemoryId, ModelIdentity, NewMemory, Record, Timestamp, Vector,
};
use ports::store::spaces::keep_nearest;
use ports::{
    BackupClaim, BackupFile, Candidate, Change, Check, Context, ContextQuery, Deletion, DumpRequest,
    DumpSink, EntityCounts, EntityLink, EventPage, EventPoint, Inserted, IntegrityReport, LanguageCount,
    LinkEnds, Listing, Loaded, LogState, MemoryStore, NearPair, OnDeleted, Page, Purge, Purged, Repaired,
    Standing, Statistics, StoreError, StoredBackup, Superseded, Survey, TagCounts, Told, Tombstones,
    TypeCount, Undelete, Undeleted, Unembedded, Usage, VectorSpace, VectorsOf, Version, WordCandidate,
    WordQuery,
};

/// The memories of one SQLite file, opened for one embedding model.
///
/// Opening a file that is open in this process already shares its connections, with the options they were opened with.
/// The file is closed when the last handle is closed or dropped.
pub struct SqliteStore {
    model: Arc<ModelIdentity>,
    vectors: Arc<Vectors>,
    /// The vectors of models that are not in use, once they were asked for.
    others: Mutex<HashMap<ModelIdentity, Arc<Vectors>>>,
    pool: Mutex<Option<Handle>>,
}

#[async_trait]
impl MemoryStore for SqliteStore {
    fn model(&self) -> &ModelIdentity {
        &self.model
    }

    async fn insert(&self, memory: NewMemory) -> Result<Inserted> {
        memory.vector.iter().chain(&memory.chunks).try_for_each(|vector| self.check_dimension(vector))?;
        self.write(move |connection, model| insert::insert(connection, model, &memory)).await
    }

    async fn update(&self, hash: &ContentHash, change: Change) -> Result<Option<Memory>> {
        let hash = hash.clone();
        self.write(move |connection, model| update::update(connection, model, &hash, &change)).await
    }

    async fn supersede(
        &self,
        old: &ContentHash,
        new: NewMemory,
        reason: Option<String>,
    ) -> Result<Superseded> {
        new.vector.iter().chain(&new.chunks).try_for_each(|vector| self.check_dimension(vector))?;
        let old = old.clone();
        self.write(move |connection, model| {
            supersede::supersede(connection, model, &old, &new, reason.as_deref())
        })
        .await
    }

    async fn history(&self, hash: &ContentHash) -> Result<Vec<Version>> {
        let hash = hash.clone();
        self.read(move |connection, _| supersede::history(connection, &hash)).await
    }

    async fn recorded_deletion(&self, hash: &ContentHash) -> Result<Option<Timestamp>> {
        let hash = hash.clone();
        self.read(move |connection, _| delete::recorded(connection, &hash)).await
    }

    async fn get(&self, hash: &ContentHash) -> Result<Option<Memory>> {
        let hash = hash.clone();
        self.read(move |connection, model| read::get(connection, model, &hash)).await
    }

    async fn get_many(&self, ids: &[MemoryId]) -> Result<Vec<Memory>> {
        let ids = ids.to_vec();
        self.read(move |connection, model| read::get_many(connection, model, &ids)).await
    }

    async fn resolve(&self, prefix: &HashPrefix, limit: usize) -> Result<Vec<ContentHash>> {
        let prefix = prefix.clone();
        self.read(move |connection, _| read::resolve(connection, &prefix, limit)).await
    }

    async fn list(&self, filter: &Filter, page: Page) -> Result<Listing> {
        let filter = filter.clone();
        self.read(move |connection, model| read::list(connection, model, &filter, page)).await
    }

    async fn search_text(&self, text: &str, filter: &Filter, page: Page) -> Result<Listing> {
        let (text, filter) = (text.to_owned(), filter.clone());
        self.read(move |connection, model| read::search_text(connection, model, &text, &filter, page)).await
    }

    async fn tag_counts(&self, filter: &Filter, prefix: &str, limit: usize) -> Result<TagCounts> {
        let (filter, prefix) = (filter.clone(), prefix.to_owned());
        self.read(move |connection, _| survey::tag_counts(connection, &filter, &prefix, limit)).await
    }

    async fn type_counts(&self, filter: &Filter) -> Result<Vec<TypeCount>> {
        let filter = filter.clone();
        self.read(move |connection, _| survey::type_counts(connection, &filter)).await
    }

    async fn entities(&self, filter: &Filter, prefix: &str, limit: usize) -> Result<EntityCounts> {
        let (filter, prefix) = (filter.clone(), prefix.to_owned());
        self.read(move |connection, _| entities::entities(connection, &filter, &prefix, limit)).await
    }

    async fn entity_links(&self, of: &LinkEnds, filter: &Filter, limit: usize) -> Result<Vec<EntityLink>> {
        let (of, filter) = (of.clone(), filter.clone());
        self.read(move |connection, _| entities::links(connection, &of, &filter, limit)).await
    }

    async fn neighbours(&self, ids: &[MemoryId], filter: &Filter) -> Result<Vec<(MemoryId, MemoryId)>> {
        let (ids, filter) = (ids.to_vec(), filter.clone());
        self.read(move |connection, _| entities::neighbours(connection, &ids, &filter)).await
    }

    async fn survey(&self, filter: &Filter, now: Timestamp) -> Result<Survey> {
        let filter = filter.clone();
        self.read(move |connection, _| survey::survey(connection, &filter, now)).await
    }

    async fn record_access(&self, ids: &[MemoryId], at: Timestamp) -> Result<()> {
        let ids = ids.to_vec();
        self.write(move |connection, _| {
            aside::record_access(connection, &ids, at).doing("counting the use of memories")
        })
        .await
    }

    async fn usage(&self, ids: &[MemoryId]) -> Result<Vec<Usage>> {
        let ids = ids.to_vec();
        self.read(move |connection, _| aside::usage(connection, &ids).doing("reading the use of memories"))
            .await
    }

    async fn search_words(
        &self,
        query: &WordQuery,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<WordCandidate>> {
        let (query, filter) = (query.clone(), filter.clone());
        self.read_words(move |connection| words::search::best(connection, &query, &filter, limit)).await
    }

    async fn languages(&self) -> Result<Vec<LanguageCount>> {
        self.read_words(|connection| words::languages::counts(connection).doing("counting languages")).await
    }

    async fn search_vectors(&self, query: &Vector, filter: &Filter, limit: usize) -> Result<Vec<Candidate>> {
        self.search_space(&self.model, query, filter, limit).await
    }

    async fn search_space(
        &self,
        model: &ModelIdentity,
        query: &Vector,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        let (found, expected) = (query.dimension(), model.dimension);
        if found != expected {
            return Err(StoreError::Dimension { found, expected });
        }
        let (query, filter) = (query.clone(), filter.clone());
        self.ask(model, move |connection, index| search::nearest(connection, index, &query, &filter, limit))
            .await
    }

    async fn cosines(
        &self,
        model: &ModelIdentity,
        query: &Vector,
        ids: &[MemoryId],
    ) -> Result<Vec<Candidate>> {
        let (found, expected) = (query.dimension(), model.dimension);
        if found != expected {
            return Err(StoreError::Dimension { found, expected });
        }
        let (query, ids) = (query.clone(), ids.to_vec());
        self.ask(model, move |connection, index| search::cosines(connection, index, &query, &ids)).await
    }

    async fn context(&self, query: &ContextQuery) -> Result<Vec<Context>> {
        let query = query.clone();
        self.read(move |connection, _| context::context(connection, &query)).await
    }

    async fn vector_spaces(&self) -> Result<Vec<VectorsOf>> {
        self.read(|connection, _| spaces::list(connection)).await
    }

    async fn drop_vectors(&self, model: &ModelIdentity) -> Result<u64> {
        let dropped = model.clone();
        let count =
            self.write(move |connection, own| spaces::drop_vectors(connection, own, &dropped)).await?;
        self.vectors_of(model).forget();
        Ok(count)
    }

    async fn near_pairs(
        &self,
        threshold: f64,
        filter: &Filter,
        limit: usize,
        told: &Told<'_>,
    ) -> Result<Vec<NearPair>> {
        let filter = filter.clone();
        let ids = Arc::new(self.read(move |connection, _| pairs::selected(connection, &filter)).await?);
        let mut found = Vec::new();
        for from in (0..ids.len()).step_by(pairs::AT_ONCE) {
            told(from as u64, ids.len() as u64);
            let ids = Arc::clone(&ids);
            let more = self.ask(&self.model, move |connection, index| {
                pairs::pairs(connection, index, &ids, from, threshold)
            });
            found.extend(more.await?);
            keep_nearest(&mut found, limit);
        }
        told(ids.len() as u64, ids.len() as u64);
        Ok(found)
    }

    async fn delete(&self, filter: &Filter, deleted_at: Timestamp) -> Result<Deletion> {
        let filter = filter.clone();
        self.write(move |connection, model| delete::delete(connection, model, &filter, deleted_at)).await
    }

    async fn undelete(&self, undelete: Undelete) -> Result<Undeleted> {
        self.write(move |connection, _| undelete::undelete(connection, &undelete)).await
    }

    async fn purge(&self, purge: Purge) -> Result<Purged> {
        let job = move |session: &mut pool::Session| {
            let removed = session.transaction(|transaction| purge::remove(transaction, &purge))?;
            // Also when nothing was left to remove: a purge before this one may have ended before its log was emptied.
            let log: LogState = purge::empty_log(session)?;
            Ok(Purged { hashes: removed.hashes, live: removed.live, log })
        };
        self.pool()?.write(job).await
    }

    async fn keys(
        &self,
        after: Option<MemoryId>,
        tombstones: Tombstones,
        limit: usize,
    ) -> Result<Vec<(MemoryId, ContentHash)>> {
        self.read(move |connection, _| read::keys(connection, after, tombstones, limit)).await
    }

    async fn unembedded(&self, after: Option<MemoryId>, limit: usize) -> Result<Vec<Unembedded>> {
        self.read(move |connection, model| pending::unembedded(connection, model, after, limit)).await
    }

    async fn add_vectors(&self, new: Vec<(Unembedded, Vector)>) -> Result<usize> {
        new.iter().try_for_each(|(_, vector)| self.check_dimension(vector))?;
        self.write(move |connection, model| pending::add_vectors(connection, model, &new)).await
    }

    async fn unchunked(&self, after: Option<MemoryId>, limit: usize) -> Result<Vec<Unembedded>> {
        self.read(move |connection, model| pending::unchunked(connection, model, after, limit)).await
    }

    async fn add_chunks(&self, chunks: Vec<(Unembedded, Vec<Vector>)>) -> Result<usize> {
        chunks.iter().flat_map(|(_, vectors)| vectors).try_for_each(|vector| self.check_dimension(vector))?;
        self.write(move |connection, model| pending::add_chunks(connection, model, &chunks)).await
    }

    async fn vector_space(&self) -> Result<VectorSpace> {
        self.read(settle::vector_space).await
    }

    async fn settle_vector_space(&self, is_ours: bool) -> Result<()> {
        self.write(move |connection, model| settle::settle(connection, model, is_ours)).await
    }

    async fn statistics(&self) -> Result<Statistics> {
        let path = self.pool()?.path.clone();
        self.read(move |connection, model| statistics::read(connection, model, &path)).await
    }

    async fn dump(&self, request: DumpRequest, sink: Box<dyn DumpSink>) -> Result<ControlFlow<()>> {
        dump::dump(self.pool()?, Arc::clone(&self.model), request, sink).await
    }

    async fn load(&self, records: Vec<Record>, on_deleted: OnDeleted) -> Result<Vec<Loaded>> {
        load::vectors(&records).try_for_each(|vector| self.check_dimension(vector))?;
        self.write(move |connection, model| load::load(connection, model, &records, on_deleted)).await
    }

    async fn standings(&self, records: &[Record]) -> Result<Vec<Standing>> {
        let records = records.to_vec();
        self.read(move |connection, _| load::standings(connection, &records)).await
    }

    async fn backup(&self, target: &Path) -> Result<BackupFile> {
        let target = target.to_owned();
        let model = Arc::clone(&self.model);
        let job = move |session: &mut pool::Session| {
            let options = Arc::clone(&session.options);
            let wanted = backup::Wanted {
                target: &target,
                database: &options.path,
                model: &model,
                now: options.clock.now(),
                users: session.users.clone(),
            };
            session.snapshot(|connection| backup::write_to(connection, &wanted))
        };
        self.pool()?.read(job).await
    }

    async fn backups(&self, directory: &Path) -> Result<Vec<StoredBackup>> {
        let directory = directory.to_owned();
        let job = move |session: &mut pool::Session| backup::kept::list(&directory, &session.options.path);
        self.pool()?.read(job).await
    }

    async fn remove_backup(&self, backup: &StoredBackup) -> Result<()> {
        let path = backup.path.clone();
        self.pool()?.read(move |_: &mut pool::Session| backup::kept::remove(&path)).await
    }

    async fn claim_backups(&self, directory: &Path) -> Result<Option<BackupClaim>> {
        let directory = directory.to_owned();
        self.pool()?.read(move |_: &mut pool::Session| backup::kept::claim(&directory)).await
    }

    async fn events(&self, after: Option<EventPoint>, limit: usize) -> Result<EventPage> {
        self.read(move |connection, _| events::after(connection, after, limit)).await
    }

    async fn probe(&self) -> Result<()> {
        let model = Arc::clone(&self.model);
        let job = move |session: &mut pool::Session| {
            let now = session.options.clock.now();
            session.rolled_back(|connection| probe::write_and_read(connection, &model, now))?;
            session.transaction(|transaction| probe::note(transaction, now))
        };
        self.pool()?.write(job).await?;
        match probe::vector(&self.model) {
            Some(vector) => self.search_vectors(&vector, &Filter::default(), 1).await.map(drop),
            None => Ok(()),
        }
    }

    async fn check(&self, check: Check) -> Result<IntegrityReport> {
        let path = self.pool()?.path.clone();
        let model = Arc::clone(&self.model);
        let mut report = self
            .pool()?
            .read(move |session: &mut pool::Session| integrity::check(session, &model, &path, check))
            .await?;
        let unfinished = |session: &mut pool::Session| {
            let options = &session.options;
            Ok(backup::unfinished::check(&options.backups, options.clock.now()))
        };
        report.checked.push("backups");
        report.findings.extend(self.pool()?.read(unfinished).await?);
        if check == Check::Deep {
            let job = |session: &mut pool::Session| session.rolled_back(integrity::check_words);
            report.findings.extend(self.pool()?.write(job).await?);
        }
        Ok(report)
    }

    async fn repair(&self) -> Result<Vec<Repaired>> {
        let pool = self.pool()?;
        let (model, vectors, path) = (Arc::clone(&self.model), Arc::clone(&self.vectors), pool.path.clone());
        let job = move |session: &mut pool::Session| {
            let mut done = session.transaction(|transaction| repair::database(transaction, &model))?;
            words::missing::fill_now(session)?;
            vectors.forget();
            done.extend(repair::modes(&path));
            let options = &session.options;
            done.extend(backup::unfinished::remove(&options.backups, options.clock.now()));
            Ok(done)
        };
        pool.write(job).await
    }

    async fn close(&self) {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(pool) = pool else { return };
        let (done, finished) = futures_channel::oneshot::channel();
        // Joining threads blocks, and this must not: the last handle is dropped on a thread of its own.
        let closing = std::thread::Builder::new().name("memory-close".to_owned()).spawn(move || {
            drop(pool);
            let _ = done.send(());
        });
        if closing.is_ok() {
            let _ = finished.await;
        }
    }
}

#[cfg(test)]
mod tests;
