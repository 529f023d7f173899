//! Sequences of stores, changes, versions, deletions and undoing, against a model of what they mean.

use std::collections::{BTreeMap, BTreeSet};

use model::{ContentHash, Filter, Metadata, NewMemory, PartitionScope};
use serde_json::json;

use super::StoreUnderTest;
use super::random::Random;
use super::sample::{at, memory, tags};
use crate::{
    Change, DeletionId, Inserted, MemoryStore, NotRestored, Page, Patch, Purge, Superseded, Undelete,
};

/// How many texts there are to store: few, so that they meet again and again.
const TEXTS: u64 = 7;
const STEPS: u32 = 120;
const SEEDS: u64 = 12;

/// What is known of a memory.
#[derive(Debug, Clone, PartialEq)]
struct Expected {
    tag: String,
    field: Option<u64>,
    parent: Option<u64>,
    successor: Option<u64>,
    version: u32,
    deleted_by: Option<usize>,
}

/// What the store should hold, by text.
#[derive(Default)]
struct Model {
    memories: BTreeMap<u64, Expected>,
    deletions: Vec<DeletionId>,
}

fn text(n: u64) -> NewMemory {
    memory(&format!("the text with the number {n}"))
}

fn hash(n: u64) -> ContentHash {
    text(n).hash
}

impl Model {
    fn is_live(&self, n: u64) -> bool {
        self.memories.get(&n).is_some_and(|memory| memory.deleted_by.is_none())
    }

    fn fresh(tag: &str) -> Expected {
        Expected {
            tag: tag.to_owned(),
            field: None,
            parent: None,
            successor: None,
            version: 1,
            deleted_by: None,
        }
    }

    async fn store(&mut self, store: &dyn MemoryStore, n: u64, tag: &str) {
        let new = NewMemory { tags: tags(tag), ..text(n) };
        let inserted = store.insert(new).await.unwrap();
        if self.is_live(n) {
            assert!(matches!(inserted, Inserted::Duplicate { .. }), "{inserted:?}");
            return;
        }
        let was_there = self.memories.insert(n, Self::fresh(tag)).is_some();
        let Inserted::Created { restored_from, .. } = inserted else { panic!("{inserted:?}") };
        assert_eq!(restored_from.is_some(), was_there);
    }

    async fn update(&mut self, store: &dyn MemoryStore, n: u64, tag: &str, field: Option<u64>) {
        let fields = json!({ "field": field });
        let metadata = Metadata::parse(fields.as_object().unwrap().clone()).unwrap();
        let change = Change { tags: Some(tags(tag)), metadata, ..Change::default() };
        let updated = store.update(&hash(n), change).await.unwrap();
        assert_eq!(updated.is_some(), self.is_live(n));
        if let Some(memory) = self.memories.get_mut(&n).filter(|memory| memory.deleted_by.is_none()) {
            (memory.tag, memory.field) = (tag.to_owned(), field);
        }
    }

    async fn supersede(&mut self, store: &dyn MemoryStore, old: u64, new: u64, tag: &str) {
        let memory = NewMemory { tags: tags(tag), ..text(new) };
        let done = store.supersede(&hash(old), memory, Some("because".to_owned())).await.unwrap();
        let expected = self.memories.get(&old).filter(|memory| memory.deleted_by.is_none()).cloned();
        match (expected, done) {
            (None, done) => assert_eq!(done, Superseded::NotFound),
            (Some(Expected { successor: Some(by), .. }), done) => {
                assert_eq!(done, Superseded::SupersededAlready { by: hash(by) });
            }
            (Some(_), done) if self.is_live(new) => {
                assert!(matches!(done, Superseded::Duplicate { .. }), "{done:?}");
            }
            (Some(before), done) => {
                let Superseded::Done { version, .. } = done else { panic!("{done:?}") };
                assert_eq!(version, before.version + 1);
                let fresh = Expected { parent: Some(old), version, ..Self::fresh(tag) };
                self.memories.insert(new, fresh);
                self.memories.insert(old, Expected { successor: Some(new), ..before });
            }
        }
    }

    async fn delete(&mut self, store: &dyn MemoryStore, tag: &str) {
        let filter = Filter { tags: tags(tag), include_superseded: true, ..Filter::default() };
        let deletion = store.delete(&filter, at(1.0)).await.unwrap();
        let number = self.deletions.len();
        let mut expected = BTreeSet::new();
        for (n, memory) in &mut self.memories {
            if memory.deleted_by.is_none() && memory.tag == tag {
                memory.deleted_by = Some(number);
                expected.insert(hash(*n));
            }
        }
        assert_eq!(deletion.hashes.iter().cloned().collect::<BTreeSet<_>>(), expected);
        assert_eq!(deletion.id.is_some(), !expected.is_empty());
        self.deletions.extend(deletion.id);
    }

    async fn undo(&mut self, store: &dyn MemoryStore, number: usize) {
        let Some(id) = self.deletions.get(number) else { return };
        let back = store.undelete(Undelete::Deletion(*id)).await.unwrap();
        let mut expected = BTreeSet::new();
        for (n, memory) in &mut self.memories {
            if memory.deleted_by == Some(number) {
                memory.deleted_by = None;
                expected.insert(hash(*n));
            }
        }
        assert_eq!(back.restored.into_iter().collect::<BTreeSet<_>>(), expected);
        for (kept, why) in back.not_restored {
            let live = (0..TEXTS).any(|n| hash(n) == kept && self.is_live(n));
            assert_eq!(why == NotRestored::Live, live, "{kept}");
        }
    }

    async fn purge(&mut self, store: &dyn MemoryStore) {
        let purged = store.purge(Purge::DeletedBefore(at(2.0))).await.unwrap();
        let gone = self.memories.values().filter(|memory| memory.deleted_by.is_some()).count();
        assert_eq!(purged.hashes.len(), gone);
        self.memories.retain(|_, memory| memory.deleted_by.is_none());
    }

    /// Compares everything that the store says with what it should hold.
    async fn compare(&self, store: &dyn MemoryStore) {
        let all = Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() };
        let listing = store.list(&all, Page { offset: 0, limit: 100 }).await.unwrap();
        let live = (0..TEXTS).filter(|n| self.is_live(*n)).count();
        assert_eq!(listing.total, live as u64);
        for n in 0..TEXTS {
            let read = store.get(&hash(n)).await.unwrap();
            let Some(expected) = self.memories.get(&n).filter(|memory| memory.deleted_by.is_none()) else {
                assert_eq!(read, None);
                continue;
            };
            let read = read.unwrap();
            assert_eq!(read.tags, std::slice::from_ref(&expected.tag));
            assert_eq!(
                read.metadata.fields().get("field").and_then(serde_json::Value::as_u64),
                expected.field
            );
            assert_eq!((read.version, read.parent), (expected.version, expected.parent.map(hash)));
            assert_eq!(read.superseded_by, expected.successor.map(hash));
            let is_current = Filter { hashes: Some(vec![hash(n)]), ..Filter::default() };
            let current = store.list(&is_current, Page { offset: 0, limit: 1 }).await.unwrap().total;
            assert_eq!(current == 1, expected.successor.is_none());
        }
        let statistics = store.statistics().await.unwrap();
        assert_eq!(statistics.tombstones, (self.memories.len() - live) as u64);
    }
}

pub async fn any_sequence_of_writes_leaves_what_it_means<S: StoreUnderTest>() {
    for seed in 0..SEEDS {
        let bed = S::empty().await;
        let store = bed.store();
        let mut random = Random::new(seed);
        let mut model = Model::default();
        for _ in 0..STEPS {
            let n = random.below(TEXTS);
            let tag = ["red", "green", "blue"][usize::try_from(random.below(3)).unwrap()];
            match random.below(12) {
                0..=3 => model.store(store, n, tag).await,
                4 | 5 => {
                    let field = Some(random.below(100)).filter(|field| field % 3 > 0);
                    model.update(store, n, tag, field).await;
                }
                6..=8 => {
                    let new = random.below(TEXTS);
                    model.supersede(store, n, new, tag).await;
                }
                9 => model.delete(store, tag).await,
                10 if random.below(4) == 0 => model.purge(store).await,
                10 | 11 => {
                    let number = usize::try_from(random.below(1 + model.deletions.len() as u64)).unwrap();
                    model.undo(store, number).await;
                }
                _ => unreachable!(),
            }
            model.compare(store).await;
        }
        // Words, vectors and what lies aside agree with the rows.
        let report = store.check(crate::Check::Deep).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        let clear = Change { superseded_by: Patch::Clear, ..Change::default() };
        for n in 0..TEXTS {
            let updated = store.update(&hash(n), clear.clone()).await.unwrap();
            assert!(updated.is_none_or(|memory| memory.superseded_by.is_none()));
        }
    }
}
