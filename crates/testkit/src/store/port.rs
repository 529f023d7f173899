//! The port's methods.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use model::{
    ContentHash, EmbeddingState, Filter, HashPrefix, Memory, MemoryId, ModelIdentity, NewMemory, Partition,
    PartitionScope, Record, Timestamp, Vector,
};
use ports::{
    BackupClaim, BackupFile, Candidate, Change, Check, Context, ContextQuery, Deletion, DumpRequest,
    DumpSink, EntityCounts, EntityLink, EventPage, EventPoint, Inserted, IntegrityReport, LanguageCount,
    LinkEnds, Listing, Loaded, MemoryStore, NearPair, OnDeleted, Page, Purge, Purged, Repaired, Standing,
    Statistics, StoreError, StoredBackup, Superseded, Survey, TagCounts, Told, Tombstones, TypeCount,
    Undelete, Undeleted, Unembedded, Usage, VectorSpace, VectorsOf, Version, WordCandidate, WordQuery,
    fold_case,
};

use super::filtering::{bare, words};
use super::rows::{best, insert, keys, nearest, paged, selected, unembedded};
use super::{FakeStore, Fault, Row};

#[async_trait]
impl MemoryStore for FakeStore {
    fn model(&self) -> &ModelIdentity {
        &self.model
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    async fn insert(&self, new: NewMemory) -> Result<Inserted, StoreError> {
        new.vector.iter().chain(&new.chunks).try_for_each(|vector| self.check_dimension(vector))?;
        self.insertions.fetch_add(1, Ordering::SeqCst);
        let mut rows = self.writing()?;
        if let Some(ahead) = self.ahead.lock().unwrap().take() {
            insert(&mut rows, ahead);
        }
        Ok(insert(&mut rows, new))
    }

    async fn update(&self, hash: &ContentHash, change: Change) -> Result<Option<Memory>, StoreError> {
        Ok(self.writing()?.update(hash, change))
    }

    async fn supersede(
        &self,
        old: &ContentHash,
        new: NewMemory,
        reason: Option<String>,
    ) -> Result<Superseded, StoreError> {
        new.vector.iter().chain(&new.chunks).try_for_each(|vector| self.check_dimension(vector))?;
        Ok(self.writing()?.supersede(old, new, reason))
    }

    async fn history(&self, hash: &ContentHash) -> Result<Vec<Version>, StoreError> {
        Ok(self.reading()?.history(hash))
    }

    async fn recorded_deletion(&self, hash: &ContentHash) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.reading()?.recorded.get(hash).copied())
    }

    async fn get(&self, hash: &ContentHash) -> Result<Option<Memory>, StoreError> {
        Ok(self.reading()?.live.values().find(|row| row.memory.hash == *hash).map(|row| row.memory.clone()))
    }

    async fn get_many(&self, ids: &[MemoryId]) -> Result<Vec<Memory>, StoreError> {
        let rows = self.reading()?;
        Ok(ids.iter().filter_map(|id| rows.live.get(id)).map(|row| row.memory.clone()).collect())
    }

    async fn resolve(&self, prefix: &HashPrefix, limit: usize) -> Result<Vec<ContentHash>, StoreError> {
        let rows = self.reading()?;
        let mut found: Vec<ContentHash> = rows
            .live
            .values()
            .map(|row| row.memory.hash.clone())
            .filter(|hash| hash.as_str().starts_with(prefix.as_str()))
            .collect();
        found.sort();
        if let Some(whole) = found.iter().find(|hash| hash.as_str() == prefix.as_str()) {
            return Ok(vec![whole.clone()]);
        }
        found.truncate(limit);
        Ok(found)
    }

    async fn list(&self, filter: &Filter, page: Page) -> Result<Listing, StoreError> {
        Ok(paged(&selected(&*self.reading()?, filter), page))
    }

    async fn search_text(&self, text: &str, filter: &Filter, page: Page) -> Result<Listing, StoreError> {
        let rows = self.reading()?;
        let text = fold_case(text);
        let mut found = selected(&rows, filter);
        found.retain(|row| fold_case(&row.memory.content).contains(&text));
        Ok(paged(&found, page))
    }

    async fn tag_counts(&self, filter: &Filter, prefix: &str, limit: usize) -> Result<TagCounts, StoreError> {
        Ok(self.reading()?.tag_counts(filter, prefix, limit))
    }

    async fn type_counts(&self, filter: &Filter) -> Result<Vec<TypeCount>, StoreError> {
        Ok(self.reading()?.type_counts(filter))
    }

    async fn entities(
        &self,
        filter: &Filter,
        prefix: &str,
        limit: usize,
    ) -> Result<EntityCounts, StoreError> {
        Ok(self.reading()?.entity_counts(filter, prefix, limit))
    }

    async fn entity_links(
        &self,
        of: &LinkEnds,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<EntityLink>, StoreError> {
        Ok(self.reading()?.entity_links(of, filter, limit))
    }

    async fn neighbours(
        &self,
        ids: &[MemoryId],
        filter: &Filter,
    ) -> Result<Vec<(MemoryId, MemoryId)>, StoreError> {
        Ok(self.reading()?.neighbours(ids, filter))
    }

    async fn survey(&self, filter: &Filter, now: Timestamp) -> Result<Survey, StoreError> {
        Ok(self.reading()?.survey(filter, now))
    }

    async fn record_access(&self, ids: &[MemoryId], at: Timestamp) -> Result<(), StoreError> {
        let mut rows = self.writing()?;
        for id in ids {
            if let Some(row) = rows.live.get_mut(id) {
                let (count, last) = row.usage.unwrap_or((0, at));
                row.usage = Some((count + 1, if at > last { at } else { last }));
            }
        }
        Ok(())
    }

    async fn usage(&self, ids: &[MemoryId]) -> Result<Vec<Usage>, StoreError> {
        let rows = self.reading()?;
        let usage = |row: &Row| Usage::of(row.memory.id, &row.memory.metadata, row.usage);
        Ok(ids.iter().filter_map(|id| rows.live.get(id)).map(usage).collect())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    async fn search_words(
        &self,
        query: &WordQuery,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<WordCandidate>, StoreError> {
        let rows = self.sound(Fault::Words)?;
        let (wanted, whole) = (words(&query.0), query.0.trim().to_lowercase());
        let mut found: Vec<WordCandidate> = Vec::new();
        for row in selected(&rows, filter) {
            let text = row.memory.content.to_lowercase();
            let is_spread = wanted.len() > 1 && bare(&text).contains(&bare(&whole));
            let is_verbatim = whole.chars().count() >= 3 && (is_spread || text.contains(&whole));
            let own = words(&row.memory.content);
            let share = 1.0 / wanted.len().max(1) as f32;
            let terms: Vec<f32> =
                wanted.iter().map(|word| if own.contains(word) { share } else { 0.0 }).collect();
            let has = own.intersection(&wanted).count();
            if is_verbatim || has > 0 {
                let coverage = has as f64 / wanted.len().max(1) as f64;
                found.push(WordCandidate { id: row.memory.id, coverage, is_verbatim, terms });
            }
        }
        found.sort_by(|a, b| {
            let order = b.is_verbatim.cmp(&a.is_verbatim).then(b.coverage.total_cmp(&a.coverage));
            order.then(a.id.cmp(&b.id))
        });
        found.truncate(limit);
        Ok(found)
    }

    async fn search_vectors(
        &self,
        query: &Vector,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>, StoreError> {
        self.check_dimension(query)?;
        let rows = self.sound(Fault::Vectors)?;
        let candidates = selected(&rows, filter).into_iter().filter_map(|row| {
            let score = nearest(row, query)?;
            Some(Candidate { id: row.memory.id, score })
        });
        Ok(best(candidates.collect(), limit))
    }

    async fn search_space(
        &self,
        model: &ModelIdentity,
        query: &Vector,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>, StoreError> {
        if *model == self.model {
            return self.search_vectors(query, filter, limit).await;
        }
        let (found, expected) = (query.dimension(), model.dimension);
        if found != expected {
            return Err(StoreError::Dimension { found, expected });
        }
        let rows = self.sound(Fault::Vectors)?;
        let candidates = selected(&rows, filter).into_iter().filter_map(|row| {
            let (_, vector) = row.others.iter().find(|(of, _)| of == model)?;
            Some(Candidate { id: row.memory.id, score: vector.cosine(query)? })
        });
        Ok(best(candidates.collect(), limit))
    }

    async fn cosines(
        &self,
        model: &ModelIdentity,
        query: &Vector,
        ids: &[MemoryId],
    ) -> Result<Vec<Candidate>, StoreError> {
        let every = Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() };
        let mut found = self.search_space(model, query, &every, usize::MAX).await?;
        found.retain(|candidate| ids.contains(&candidate.id));
        Ok(found)
    }

    async fn context(&self, query: &ContextQuery) -> Result<Vec<Context>, StoreError> {
        Ok(self.reading()?.context(query))
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    async fn languages(&self) -> Result<Vec<LanguageCount>, StoreError> {
        drop(self.reading()?);
        Ok(self.languages.lock().unwrap().clone())
    }

    async fn vector_spaces(&self) -> Result<Vec<VectorsOf>, StoreError> {
        Ok(self.reading()?.vector_spaces(&self.model))
    }

    async fn drop_vectors(&self, model: &ModelIdentity) -> Result<u64, StoreError> {
        let mut rows = self.writing()?;
        if *model == self.model {
            return Err(StoreError::Unsupported {
                reason: "the vectors of the model in use stay".to_owned(),
            });
        }
        Ok(rows.drop_vectors(model))
    }

    async fn near_pairs(
        &self,
        threshold: f64,
        filter: &Filter,
        limit: usize,
        told: &Told<'_>,
    ) -> Result<Vec<NearPair>, StoreError> {
        let rows = self.sound(Fault::Vectors)?;
        let total = rows.live.len() as u64;
        told(0, total);
        let pairs = rows.near_pairs(threshold, filter, limit);
        told(total, total);
        Ok(pairs)
    }

    async fn delete(&self, filter: &Filter, deleted_at: Timestamp) -> Result<Deletion, StoreError> {
        Ok(self.writing()?.delete(filter, deleted_at))
    }

    async fn undelete(&self, undelete: Undelete) -> Result<Undeleted, StoreError> {
        Ok(self.writing()?.undelete(undelete))
    }

    async fn purge(&self, purge: Purge) -> Result<Purged, StoreError> {
        Ok(self.writing()?.purge(purge))
    }

    async fn keys(
        &self,
        after: Option<MemoryId>,
        tombstones: Tombstones,
        limit: usize,
    ) -> Result<Vec<(MemoryId, ContentHash)>, StoreError> {
        Ok(keys(&*self.reading()?, after, tombstones).take(limit).collect())
    }

    async fn unembedded(&self, after: Option<MemoryId>, limit: usize) -> Result<Vec<Unembedded>, StoreError> {
        let rows = self.reading()?;
        let waiting = rows.live.values().filter(|row| rows.waits(row));
        let waiting = waiting.filter(|row| after.is_none_or(|after| row.memory.id > after)).take(limit);
        Ok(waiting.map(unembedded).collect())
    }

    async fn add_vectors(&self, vectors: Vec<(Unembedded, Vector)>) -> Result<usize, StoreError> {
        for (_, vector) in &vectors {
            self.check_dimension(vector)?;
        }
        let mut rows = self.writing()?;
        let mut written = 0;
        for (memory, vector) in vectors {
            let row = rows.live.get_mut(&memory.id);
            if let Some(row) = row.filter(|row| row.memory.hash == memory.hash && row.vector.is_none()) {
                row.vector = Some(vector);
                row.memory.embedding = EmbeddingState::Done;
                written += 1;
            }
        }
        Ok(written)
    }

    async fn unchunked(&self, after: Option<MemoryId>, limit: usize) -> Result<Vec<Unembedded>, StoreError> {
        let rows = self.reading()?;
        let is_unchunked = |row: &&Row| {
            let is_long = row.memory.content.len() > model::MAX_CHUNK_BYTES;
            is_long && row.vector.is_some() && row.chunks.is_empty()
        };
        let waiting = rows.live.values().filter(is_unchunked);
        let waiting = waiting.filter(|row| after.is_none_or(|after| row.memory.id > after)).take(limit);
        Ok(waiting.map(unembedded).collect())
    }

    async fn add_chunks(&self, chunks: Vec<(Unembedded, Vec<Vector>)>) -> Result<usize, StoreError> {
        chunks.iter().flat_map(|(_, vectors)| vectors).try_for_each(|vector| self.check_dimension(vector))?;
        let mut rows = self.writing()?;
        let mut written = 0;
        for (memory, vectors) in chunks.into_iter().filter(|(_, vectors)| !vectors.is_empty()) {
            let row = rows.live.get_mut(&memory.id).filter(|row| row.memory.hash == memory.hash);
            if let Some(row) = row.filter(|row| row.vector.is_some() && row.chunks.is_empty()) {
                row.chunks = vectors;
                written += 1;
            }
        }
        Ok(written)
    }

    async fn vector_space(&self) -> Result<VectorSpace, StoreError> {
        self.reading().map(|rows| rows.vector_space())
    }

    async fn settle_vector_space(&self, is_ours: bool) -> Result<(), StoreError> {
        self.writing().map(|mut rows| rows.settle(is_ours))
    }

    async fn statistics(&self) -> Result<Statistics, StoreError> {
        let rows = self.reading()?;
        let memories = rows.live.len() as u64;
        let pending = rows.live.values().filter(|row| rows.waits(row)).count() as u64;
        let superseded = rows.live.values().filter(|row| row.memory.superseded_by.is_some()).count() as u64;
        let mut partitions: BTreeMap<String, u64> = BTreeMap::new();
        let mut tags = std::collections::BTreeSet::new();
        for row in rows.live.values() {
            *partitions.entry(row.memory.partition.to_string()).or_default() += 1;
            tags.extend(row.memory.tags.iter().cloned());
        }
        let times = || rows.live.values().filter_map(|row| row.memory.created_at);
        let oldest = times().min_by(|a, b| a.as_seconds().total_cmp(&b.as_seconds()));
        let newest = times().max_by(|a, b| a.as_seconds().total_cmp(&b.as_seconds()));
        Ok(Statistics {
            backend: "fake",
            location: "memory".to_owned(),
            memories,
            superseded,
            tombstones: rows.tombstones.len() as u64,
            embedded: memories - pending,
            pending,
            unindexed: 0,
            tags: tags.len() as u64,
            partitions: partitions
                .into_iter()
                .map(|(name, count)| (Partition::stored(name), count))
                .collect(),
            bytes: 0,
            format: "fake".to_owned(),
            schema: 0,
            span: oldest.zip(newest),
        })
    }

    async fn dump(
        &self,
        request: DumpRequest,
        mut sink: Box<dyn DumpSink>,
    ) -> Result<ControlFlow<()>, StoreError> {
        Ok(self.reading()?.dump(&self.model, &request, &mut *sink))
    }

    async fn load(&self, records: Vec<Record>, on_deleted: OnDeleted) -> Result<Vec<Loaded>, StoreError> {
        for record in &records {
            if let Record::Memory(memory) = record
                && let Some(vector) = &memory.vector
            {
                self.check_dimension(vector)?;
            }
        }
        Ok(self.writing()?.load(records, on_deleted))
    }

    async fn standings(&self, records: &[Record]) -> Result<Vec<Standing>, StoreError> {
        let rows = self.reading()?;
        Ok(records.iter().map(|record| rows.standing(record)).collect())
    }

    async fn backup(&self, target: &Path) -> Result<BackupFile, StoreError> {
        self.write_backup(target)
    }

    async fn backups(&self, directory: &Path) -> Result<Vec<StoredBackup>, StoreError> {
        self.listed_backups(directory)
    }

    async fn remove_backup(&self, backup: &StoredBackup) -> Result<(), StoreError> {
        self.remove_listed_backup(backup)
    }

    async fn claim_backups(&self, directory: &Path) -> Result<Option<BackupClaim>, StoreError> {
        self.reading().map(|_| self.claimed.claim(directory))
    }

    async fn events(&self, after: Option<EventPoint>, limit: usize) -> Result<EventPage, StoreError> {
        Ok(self.reading()?.events(after, limit))
    }

    async fn probe(&self) -> Result<(), StoreError> {
        drop(self.writing()?);
        self.sound(Fault::Vectors).map(drop)
    }

    async fn check(&self, _check: Check) -> Result<IntegrityReport, StoreError> {
        self.told_findings()
    }

    async fn repair(&self) -> Result<Vec<Repaired>, StoreError> {
        self.writing().map(|_| Vec::new())
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}
