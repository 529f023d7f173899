//! Which memories a use case means.

use crate::{ContentHash, MemoryType, PartitionScope, Tags, TimeRange, Timestamp};

/// Conditions on memories, all of which must hold. Deleted memories are never meant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Only these keys. An empty list means no memory.
    pub hashes: Option<Vec<ContentHash>>,
    /// Only memories with these tags; without tags there is no condition. Compared without regard to ASCII case.
    pub tags: Tags,
    /// Whether one of the tags is enough.
    pub tag_match: TagMatch,
    /// Only this kind, compared exactly.
    pub memory_type: Option<MemoryType>,
    /// Only memories of this time or later: of when it happened where that is known, else of when it was stored
    /// ([`Memory::time`](crate::Memory::time)).
    pub created_from: Option<Timestamp>,
    /// Only memories of before this time.
    pub created_before: Option<Timestamp>,
    /// Only memories linked to an entity of this name, compared without regard to case.
    pub entity: Option<String>,
    /// Only memories of this agent: by their origin, the field `agent_id` or the tag `agent:<id>`.
    pub agent: Option<String>,
    /// Only memories of this conversation: by their origin or the field `conversation_id`.
    pub conversation: Option<String>,
    /// Only memories not used since this time: last used before it, or never and stored before it.
    pub unused_since: Option<Timestamp>,
    /// Only memories of these partitions.
    pub partitions: PartitionScope,
    /// Also memories that another one took the place of.
    pub include_superseded: bool,
}

/// How many of the tags of a [`Filter`] a memory must have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TagMatch {
    /// One is enough.
    #[default]
    Any,
    /// All of them.
    All,
}

impl Filter {
    /// Every memory, wherever it lies, replaced ones too.
    #[must_use]
    pub fn everything() -> Self {
        Self { partitions: PartitionScope::All, include_superseded: true, ..Self::default() }
    }

    /// One memory, wherever it lies.
    #[must_use]
    pub fn one(hash: ContentHash) -> Self {
        Self {
            hashes: Some(vec![hash]),
            partitions: PartitionScope::All,
            include_superseded: true,
            ..Self::default()
        }
    }

    /// The same, and created within a range as well.
    #[must_use]
    pub fn created_within(self, range: TimeRange) -> Self {
        let later = |a: Timestamp, b: Timestamp| if a < b { b } else { a };
        let earlier = |a: Timestamp, b: Timestamp| if a < b { a } else { b };
        let both = |own: Option<Timestamp>,
                    other: Option<Timestamp>,
                    choose: fn(Timestamp, Timestamp) -> Timestamp| {
            own.zip(other).map(|(own, other)| choose(own, other)).or(own).or(other)
        };
        Self {
            created_from: both(self.created_from, range.from, later),
            created_before: both(self.created_before, range.before, earlier),
            ..self
        }
    }

    /// Whether it has any condition beyond the partition and the superseded ones: a deletion without one would mean
    /// everything.
    #[must_use]
    pub fn is_selective(&self) -> bool {
        self.hashes.is_some()
            || !self.tags.is_empty()
            || self.memory_type.is_some()
            || self.created_from.is_some()
            || self.created_before.is_some()
            || self.entity.is_some()
            || self.agent.is_some()
            || self.conversation.is_some()
            || self.unused_since.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_without_conditions_is_not_selective() {
        assert!(!Filter::default().is_selective());
        assert!(
            !Filter { include_superseded: true, partitions: PartitionScope::All, ..Filter::default() }
                .is_selective()
        );
        assert!(Filter { tags: Tags::parse("a").unwrap(), ..Filter::default() }.is_selective());
        for filter in [
            Filter { entity: Some("x".to_owned()), ..Filter::default() },
            Filter { agent: Some("x".to_owned()), ..Filter::default() },
            Filter { conversation: Some("x".to_owned()), ..Filter::default() },
            Filter { unused_since: Some(Timestamp::from_microseconds(0)), ..Filter::default() },
        ] {
            assert!(filter.is_selective(), "{filter:?}");
        }
        assert!(Filter::one(ContentHash::stored("x")).is_selective());
    }

    #[test]
    fn a_range_narrows_what_was_meant_before() {
        let at = Timestamp::from_microseconds;
        let range =
            |from: Option<i64>, before: Option<i64>| TimeRange { from: from.map(at), before: before.map(at) };
        let bounds = |filter: Filter| (filter.created_from, filter.created_before);
        let filter = Filter::default().created_within(range(Some(10), None));
        assert_eq!(bounds(filter.clone()), (Some(at(10)), None));
        let filter = filter.created_within(range(Some(5), Some(30)));
        assert_eq!(bounds(filter.clone()), (Some(at(10)), Some(at(30))));
        let filter = filter.created_within(range(Some(20), Some(40)));
        assert_eq!(bounds(filter.created_within(range(None, None))), (Some(at(20)), Some(at(30))));
    }
}
