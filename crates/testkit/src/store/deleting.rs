//! Deleting memories, taking it back, and removing them for good.

use model::{ContentHash, Filter, MemoryId, Timestamp};
use ports::{Deletion, DeletionId, EventKind, LogState, NotRestored, Purge, Purged, Undelete, Undeleted};

use super::rows::selected;
use super::{Rows, Tombstone};

impl Rows {
    pub(super) fn delete(&mut self, filter: &Filter, at: Timestamp) -> Deletion {
        let mut ids: Vec<MemoryId> = selected(self, filter).into_iter().map(|row| row.memory.id).collect();
        if ids.is_empty() {
            return Deletion::default();
        }
        ids.sort();
        self.deletions += 1;
        let deletion = self.deletions;
        let mut hashes = Vec::new();
        for id in ids {
            let Some(row) = self.live.remove(&id) else { continue };
            let hash = row.memory.hash.clone();
            hashes.push(hash.clone());
            self.deleted.push((deletion, hash.clone()));
            self.tombstones.insert(hash, Tombstone { at, deletion, row });
            self.tell(EventKind::Deleted, id);
        }
        Deletion { id: Some(DeletionId(deletion)), hashes }
    }

    pub(super) fn undelete(&mut self, undelete: Undelete) -> Undeleted {
        let (hashes, of): (Vec<ContentHash>, _) = match undelete {
            Undelete::Hashes(hashes) => (hashes, None),
            Undelete::Deletion(DeletionId(of)) => {
                let own = self.deleted.iter().filter(|(deletion, _)| *deletion == of);
                (own.map(|(_, hash)| hash.clone()).collect(), Some(of))
            }
        };
        let mut undeleted = Undeleted::default();
        for hash in hashes {
            if self.row_of(&hash).is_some() {
                undeleted.not_restored.push((hash, NotRestored::Live));
                continue;
            }
            let is_meant = |tombstone: &Tombstone| of.is_none_or(|of| tombstone.deletion == of);
            if !self.tombstones.get(&hash).is_some_and(is_meant) {
                undeleted.not_restored.push((hash, NotRestored::Gone));
                continue;
            }
            if let Some(Tombstone { row, .. }) = self.tombstones.remove(&hash) {
                let id = row.memory.id;
                self.live.insert(id, row);
                self.tell(EventKind::Stored, id);
                self.deleted.retain(|(_, deleted)| *deleted != hash);
                undeleted.restored.push(hash);
            }
        }
        undeleted
    }

    pub(super) fn purge(&mut self, purge: Purge) -> Purged {
        let (hashes, asked): (Vec<ContentHash>, Vec<ContentHash>) = match purge {
            Purge::DeletedBefore(before) => {
                let old = self.tombstones.iter().filter(|(_, tombstone)| tombstone.at < before);
                (old.map(|(hash, _)| hash.clone()).collect(), Vec::new())
            }
            Purge::Hashes(asked) => {
                let deleted = asked.iter().filter(|hash| self.tombstones.contains_key(hash));
                (deleted.cloned().collect(), asked)
            }
        };
        for hash in &hashes {
            self.tombstones.remove(hash);
            self.deleted.retain(|(_, deleted)| deleted != hash);
            self.edges.retain(|edge| edge.source != *hash && edge.target != *hash);
        }
        let live = asked.into_iter().filter(|hash| self.row_of(hash).is_some()).collect();
        Purged { hashes, live, log: LogState::Emptied }
    }
}
