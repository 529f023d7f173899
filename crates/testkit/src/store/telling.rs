//! The log of what happened to memories.

use model::{ContentHash, MemoryId, Partition};
use ports::{EVENT_PREVIEW_CHARS, EventKind, EventPage, EventPoint, Glimpse, MemoryEvent};

use super::{Row, Rows};

/// Something that happened.
#[derive(Clone)]
pub(super) struct Told {
    kind: EventKind,
    id: MemoryId,
    hash: ContentHash,
    partition: Partition,
}

impl Rows {
    /// Writes down what happened to a live memory, or to one that was until now.
    pub(super) fn tell(&mut self, kind: EventKind, id: MemoryId) {
        let live = self.live.get(&id);
        let gone =
            || self.tombstones.values().map(|tombstone| &tombstone.row).find(|row| row.memory.id == id);
        if let Some(Row { memory, .. }) = live.or_else(gone) {
            let (hash, partition) = (memory.hash.clone(), memory.partition.clone());
            self.told.push(Told { kind, id, hash, partition });
        }
    }

    pub(super) fn events(&self, after: Option<EventPoint>, limit: usize) -> EventPage {
        let last = EventPoint(i64::try_from(self.told.len()).unwrap_or(i64::MAX));
        let page = |is_cut| EventPage { events: Vec::new(), end: last, has_more: false, is_cut };
        let Some(from) = after else { return page(false) };
        if from > last {
            return page(true);
        }
        let from = usize::try_from(from.0).unwrap_or(0);
        let to = from.saturating_add(limit).min(self.told.len());
        let events = self.told[from..to].iter().filter_map(|told| self.event(told)).collect();
        let end = EventPoint(i64::try_from(to).unwrap_or(i64::MAX));
        EventPage { events, end, has_more: to - from == limit, is_cut: false }
    }

    fn event(&self, told: &Told) -> Option<MemoryEvent> {
        let Told { kind, id, hash, partition } = told.clone();
        let memory = match kind {
            EventKind::Deleted => None,
            EventKind::Stored | EventKind::Changed => {
                let memory = &self.live.get(&id)?.memory;
                Some(Glimpse {
                    beginning: memory.content.chars().take(EVENT_PREVIEW_CHARS + 1).collect(),
                    tags: memory.tags.clone(),
                    memory_type: memory.memory_type.clone(),
                })
            }
        };
        Some(MemoryEvent { kind, hash, partition, memory })
    }
}
