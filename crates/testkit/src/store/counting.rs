//! Counting memories by what they are like.

use model::{Filter, Timestamp};
use ports::store::survey::{Surveyed, Surveyor, TagTally, TypeTally};
use ports::{Survey, TagCounts, TypeCount};

use super::Rows;
use super::rows::selected;

impl Rows {
    pub(super) fn tag_counts(&self, filter: &Filter, prefix: &str, limit: usize) -> TagCounts {
        let mut tally = TagTally::default();
        selected(self, filter).iter().for_each(|row| tally.add(&row.memory.tags));
        tally.counts(prefix, limit)
    }

    pub(super) fn type_counts(&self, filter: &Filter) -> Vec<TypeCount> {
        let mut tally = TypeTally::default();
        selected(self, filter).iter().for_each(|row| tally.add(row.memory.memory_type.as_deref(), 1));
        tally.counts()
    }

    pub(super) fn survey(&self, filter: &Filter, now: Timestamp) -> Survey {
        let mut surveyor = Surveyor::new(now);
        for row in selected(self, filter) {
            let memory = &row.memory;
            surveyor.add(Surveyed {
                content: &memory.content,
                tags: &memory.tags,
                memory_type: memory.memory_type.as_deref(),
                partition: memory.partition.as_str(),
                created_at: memory.created_at,
                is_superseded: memory.superseded_by.is_some(),
            });
        }
        surveyor.finish()
    }
}
