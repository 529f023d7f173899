//! Memories that mean nearly the same as others: a report, and their deletion.

use std::collections::HashSet;

use model::{ContentHash, Filter, Memory, MemoryId, PartitionScope};
use ports::DeletionId;

use crate::capability::{Reader, Writer};
use crate::{DryRun, EngineError, embedding, list, watch};

/// The most pairs of one report.
pub const MAX_PAIRS: u32 = 1000;
/// The lowest cosine that can be asked for: below it, memories are about different things.
const LOWEST_SIMILARITY: f64 = 0.5;

/// Which near-duplicates.
#[derive(Debug, Clone, PartialEq)]
pub struct CleanupRequest {
    /// The cosine from which two memories are near-duplicates, 0.5 to 1.
    pub threshold: f64,
    /// Only among memories that meet it.
    pub filter: Filter,
    /// How many pairs at most, 1 to [`MAX_PAIRS`].
    pub limit: u32,
    /// Whether to delete the newer of each pair or only to report it.
    pub dry_run: DryRun,
}

impl Default for CleanupRequest {
    /// A report of what means the same but for a few words.
    fn default() -> Self {
        Self { threshold: 0.95, filter: Filter::default(), limit: 100, dry_run: DryRun::Yes }
    }
}

/// Two memories of one partition that mean nearly the same.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicatePair {
    /// The one that was stored first.
    pub kept: Memory,
    /// The other, which a cleanup deletes.
    pub removed: Memory,
    /// The cosine between the two.
    pub similarity: f64,
}

/// Near-duplicates, nearest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NearDuplicates {
    /// The pairs. No memory is removed for one that is removed itself.
    pub pairs: Vec<DuplicatePair>,
    /// What the caller should know: what was not compared.
    pub notices: Vec<String>,
}

/// What a cleanup did, or would do.
#[derive(Debug, Clone, PartialEq)]
pub struct CleanupReceipt {
    /// Whether nothing was deleted.
    pub dry_run: DryRun,
    /// What it found.
    pub found: NearDuplicates,
    /// The keys of what was deleted, or would be.
    pub hashes: Vec<ContentHash>,
    /// By which the deletion can be taken back; none when nothing was deleted.
    pub undo: Option<DeletionId>,
}

impl Reader {
    /// Reports memories that mean nearly the same as older ones. It compares all that meet the filter with each other: the
    /// time grows with the square of their number.
    ///
    /// # Errors
    /// [`EngineError::NotAShare`], [`EngineError::OutOfRange`], [`EngineError::EmptyRange`], [`EngineError::Embed`] when
    /// it is not known yet whose vectors a database holds and the model is not available, [`EngineError::Store`].
    pub async fn near_duplicates(&self, request: &CleanupRequest) -> Result<NearDuplicates, EngineError> {
        list::check_range("limit", request.limit.into(), MAX_PAIRS.into())?;
        list::check_times(&request.filter)?;
        let (given, name) = (request.threshold, "threshold");
        if !(LOWEST_SIMILARITY..=1.0).contains(&given) {
            return Err(EngineError::NotAShare { name, given, lowest: LOWEST_SIMILARITY, highest: 1.0 });
        }
        let store = self.space.store().await?.as_ref();
        embedding::settle(&self.space).await?;
        let told = |done, total| self.progress.tell(done, total);
        let near = store.near_pairs(given, &request.filter, request.limit as usize, &told).await?;
        let ids: HashSet<MemoryId> = near.iter().flat_map(|pair| [pair.first, pair.second]).collect();
        let memories = store.get_many(&ids.into_iter().collect::<Vec<_>>()).await?;
        let memory = |id| memories.iter().find(|memory| memory.id == id);
        let (mut kept, mut removed) = (HashSet::new(), HashSet::new());
        let mut found = NearDuplicates::default();
        for pair in near {
            let Some((first, second)) = memory(pair.first).zip(memory(pair.second)) else { continue };
            let is_settled = removed.contains(&first.id) || removed.contains(&second.id);
            if first.partition != second.partition || is_settled || kept.contains(&second.id) {
                continue;
            }
            kept.insert(first.id);
            removed.insert(second.id);
            let (kept, removed) = (first.clone(), second.clone());
            found.pairs.push(DuplicatePair { kept, removed, similarity: pair.cosine });
        }
        let pending = store.statistics().await?.pending;
        if pending > 0 {
            found.notices.push(format!("{pending} memories wait for their vector and were not compared"));
        }
        Ok(found)
    }
}

impl Writer {
    /// Deletes memories that mean nearly the same as older ones, which stay; or, in a dry run, reports them. The deletion
    /// can be taken back as a whole.
    ///
    /// # Errors
    /// As [`Reader::near_duplicates`].
    pub async fn clean_up(&self, request: CleanupRequest) -> Result<CleanupReceipt, EngineError> {
        let found = self.reader().near_duplicates(&request).await?;
        let hashes: Vec<ContentHash> = found.pairs.iter().map(|pair| pair.removed.hash.clone()).collect();
        let dry_run = request.dry_run;
        if dry_run == DryRun::Yes || hashes.is_empty() {
            return Ok(CleanupReceipt { dry_run, found, hashes, undo: None });
        }
        let filter = Filter {
            hashes: Some(hashes),
            partitions: PartitionScope::All,
            include_superseded: true,
            ..Filter::default()
        };
        let space = self.space();
        let deletion = space.store().await?.delete(&filter, space.parts.clock.now()).await?;
        watch::tell(space);
        Ok(CleanupReceipt { dry_run, found, hashes: deletion.hashes, undo: deletion.id })
    }
}
