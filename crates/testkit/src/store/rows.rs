//! Choosing and making rows.

use std::collections::BTreeMap;

use model::{ContentHash, EmbeddingState, Filter, Memory, MemoryId, NewMemory, Tags, UNTAGGED_TAG, Vector};
use ports::{Candidate, EventKind, Inserted, Listing, Page, Tombstones, Unembedded};

use super::carrying::Raw;
use super::filtering::{matches, newest_first};
use super::{Row, Rows};

pub(super) fn selected<'rows>(rows: &'rows Rows, filter: &Filter) -> Vec<&'rows Row> {
    let mut selected: Vec<&Row> = rows.live.values().filter(|row| matches(rows, row, filter)).collect();
    selected.sort_by(|a, b| newest_first(&a.memory, &b.memory));
    selected
}

/// Keys by number.
pub(super) fn keys(
    rows: &Rows,
    after: Option<MemoryId>,
    tombstones: Tombstones,
) -> impl Iterator<Item = (MemoryId, ContentHash)> {
    let deleted = rows.tombstones.values().filter(|_| tombstones == Tombstones::Included);
    let all = rows.live.values().chain(deleted.map(|tombstone| &tombstone.row));
    let keys: BTreeMap<_, _> = all.map(|row| (row.memory.id, row.memory.hash.clone())).collect();
    keys.into_iter().filter(move |(id, _)| after.is_none_or(|after| *id > after))
}

pub(super) fn paged(rows: &[&Row], page: Page) -> Listing {
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let memories = rows.iter().skip(offset).take(page.limit as usize).map(|row| row.memory.clone());
    Listing { memories: memories.collect(), total: rows.len() as u64 }
}

/// The tags as they are stored.
pub(super) fn stored_tags(tags: &Tags) -> Vec<String> {
    if tags.is_empty() { vec![UNTAGGED_TAG.to_owned()] } else { tags.iter().map(str::to_owned).collect() }
}

pub(super) fn best(mut candidates: Vec<Candidate>, limit: usize) -> Vec<Candidate> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    candidates.truncate(limit);
    candidates
}

pub(super) fn insert(rows: &mut Rows, new: NewMemory) -> Inserted {
    if let Some(row) = rows.live.values().find(|row| row.memory.hash == new.hash) {
        return Inserted::Duplicate { partition: row.memory.partition.clone() };
    }
    rows.edges.retain(|edge| edge.source != new.hash && edge.target != new.hash);
    rows.next += 1;
    let id = MemoryId(rows.next);
    let restored_from = rows.tombstones.remove(&new.hash).map(|tombstone| tombstone.at);
    let tags = stored_tags(&new.tags);
    let memory = Memory {
        id,
        hash: new.hash,
        content: new.content.as_str().to_owned(),
        tags,
        memory_type: new.memory_type.map(|kind| kind.as_str().to_owned()),
        metadata: new.metadata,
        created_at: Some(new.created_at),
        updated_at: Some(new.created_at),
        occurred_at: new.occurred_at,
        origin: new.origin,
        partition: new.partition,
        superseded_by: None,
        parent: None,
        version: 1,
        embedding: if new.vector.is_some() { EmbeddingState::Done } else { EmbeddingState::Pending },
    };
    rows.live.insert(
        id,
        Row {
            memory,
            raw: Raw::default(),
            vector: new.vector,
            chunks: new.chunks,
            legacy: None,
            others: Vec::new(),
            usage: None,
        },
    );
    rows.tell(EventKind::Stored, id);
    Inserted::Created { id, restored_from }
}

pub(super) fn unembedded(row: &Row) -> Unembedded {
    let memory = &row.memory;
    Unembedded { id: memory.id, hash: memory.hash.clone(), content: memory.content.clone() }
}

/// The cosine to the nearest of a memory's vectors.
pub(super) fn nearest(row: &Row, query: &Vector) -> Option<f64> {
    let cosines = row.vector.iter().chain(&row.chunks).filter_map(|vector| vector.cosine(query));
    cosines.reduce(f64::max)
}
