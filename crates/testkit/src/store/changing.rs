//! Changing memories, and their versions.

use model::{ContentHash, Memory, NewMemory};
use ports::{Change, EventKind, Inserted, Patch, Superseded, Version, store::lineage};

use super::rows::{insert, stored_tags};
use super::{Row, Rows};

/// The keys under which the original copies into the metadata of a memory what took its place, and why.
const COPIES: [&str; 2] = ["superseded_by", "evolution_reason"];

impl Rows {
    pub(super) fn row_of(&mut self, hash: &ContentHash) -> Option<&mut Row> {
        self.live.values_mut().find(|row| row.memory.hash == *hash)
    }

    pub(super) fn update(&mut self, hash: &ContentHash, change: Change) -> Option<Memory> {
        let row = self.row_of(hash)?;
        row.raw.change(&change);
        let memory = &mut row.memory;
        let seen =
            |memory: &Memory| (memory.tags.clone(), memory.memory_type.clone(), memory.superseded_by.clone());
        let before = seen(memory);
        if let Some(tags) = &change.tags {
            memory.tags = stored_tags(tags);
        }
        match change.memory_type {
            Patch::Keep => {}
            Patch::Clear => memory.memory_type = None,
            Patch::Set(kind) => memory.memory_type = Some(kind.as_str().to_owned()),
        }
        for (key, value) in change.metadata.fields() {
            if value.is_null() {
                memory.metadata.take(key);
            } else {
                memory.metadata.set(key, value.clone());
            }
        }
        match change.superseded_by {
            Patch::Keep => {}
            Patch::Clear => {
                memory.superseded_by = None;
                COPIES.iter().for_each(|key| drop(memory.metadata.take(key)));
            }
            Patch::Set(by) => memory.superseded_by = Some(by),
        }
        memory.created_at = change.created_at.or(memory.created_at);
        memory.updated_at = change.updated_at.or(memory.updated_at);
        let memory = memory.clone();
        if seen(&memory) != before {
            self.tell(EventKind::Changed, memory.id);
        }
        Some(memory)
    }

    pub(super) fn supersede(
        &mut self,
        old: &ContentHash,
        new: NewMemory,
        reason: Option<String>,
    ) -> Superseded {
        let Some(row) = self.row_of(old) else { return Superseded::NotFound };
        let (partition, version) = (row.memory.partition.clone(), row.memory.version + 1);
        if let Some(by) = row.memory.superseded_by.clone() {
            return Superseded::SupersededAlready { by };
        }
        let hash = new.hash.clone();
        let (id, restored_from) = match insert(self, NewMemory { partition, ..new }) {
            Inserted::Duplicate { partition } => return Superseded::Duplicate { partition },
            Inserted::Created { id, restored_from } => (id, restored_from),
        };
        if let Some(row) = self.row_of(&hash) {
            row.memory.version = version;
            row.memory.parent = Some(old.clone());
        }
        if let Some(row) = self.row_of(old) {
            row.memory.metadata.set(COPIES[0], hash.as_str());
            if let Some(reason) = reason {
                row.memory.metadata.set(COPIES[1], reason);
            }
            row.memory.superseded_by = Some(hash);
            let id = row.memory.id;
            self.tell(EventKind::Changed, id);
        }
        Superseded::Done { id, version, restored_from }
    }

    pub(super) fn history(&self, hash: &ContentHash) -> Vec<Version> {
        let version = |row: &Row, deleted_at| Version {
            hash: row.memory.hash.clone(),
            version: row.memory.version,
            parent: row.memory.parent.clone(),
            superseded_by: row.memory.superseded_by.clone(),
            reason: row
                .memory
                .metadata
                .fields()
                .get(COPIES[1])
                .and_then(|reason| reason.as_str().map(str::to_owned)),
            created_at: row.memory.created_at,
            deleted_at,
            content: if deleted_at.is_none() { Some(row.memory.content.clone()) } else { None },
        };
        let live = self.live.values().map(|row| version(row, None));
        let deleted = self.tombstones.values().map(|tombstone| version(&tombstone.row, Some(tombstone.at)));
        lineage::chain(live.chain(deleted).collect(), hash)
    }
}
