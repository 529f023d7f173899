//! Everything that a store can hold, carried into another one.

use model::{Filter, Metadata, NewMemory, Origin, OriginKind};
use serde_json::json;

use super::StoreUnderTest;
use super::dump::{all, loaded};
use super::random::Random;
use super::sample::{at, memory, partition, tags, vector};
use crate::{Change, Inserted, Loaded, MemoryStore, Purge, Superseded, Undelete};

/// How many texts there are to store: few, so that they meet again and again.
const TEXTS: u64 = 9;
const STEPS: u32 = 90;
const SEEDS: u64 = 5;

pub async fn whatever_was_done_is_carried_without_loss<S: StoreUnderTest>() {
    for seed in 0..SEEDS {
        let bed = S::empty().await;
        let mut random = Random::new(seed);
        let mut seconds = 0.0;
        for step in 0..STEPS {
            // Some things happen at the same moment.
            seconds += if random.below(3) == 0 { 0.0 } else { 1.5 };
            act(&bed, &mut random, seconds).await;
            if step % 30 == 29 {
                carry::<S>(bed.store(), &mut random).await;
            }
        }
    }
}

async fn act<S: StoreUnderTest>(bed: &S, random: &mut Random, seconds: f64) {
    let store = bed.store();
    let n = random.below(TEXTS);
    let text = |n: u64| memory(&format!("the text with the number {n}"));
    let tag = ["red", "green", "blue"][usize::try_from(random.below(3)).unwrap()];
    match random.below(10) {
        0..=3 => {
            let degrees = f32::from(u8::try_from(random.below(90)).unwrap());
            let new = NewMemory {
                tags: tags(tag),
                created_at: at(seconds),
                occurred_at: Some(at(-seconds)).filter(|_| n.is_multiple_of(3)),
                partition: partition(if n.is_multiple_of(2) { "default" } else { "work" }),
                origin: Some(Origin::of(OriginKind::Agent)).filter(|_| !n.is_multiple_of(4)),
                vector: Some(vector(store, degrees)).filter(|_| !n.is_multiple_of(5)),
                ..text(n)
            };
            let hash = new.hash.clone();
            if let Inserted::Created { id, .. } = store.insert(new).await.unwrap() {
                bed.link_entity(&hash, &format!("entity {}", n % 2)).await;
                let other = text(random.below(TEXTS)).hash;
                if other != hash && store.get(&other).await.unwrap().is_some() {
                    bed.link_memories(&hash, &other).await;
                }
                store.record_access(&[id], at(seconds)).await.unwrap();
            }
        }
        4 => {
            let metadata = json!({ "field": n, "ünïcode": "\u{1f375}\n" });
            let metadata = Metadata::parse(metadata.as_object().unwrap().clone()).unwrap();
            let change = Change { metadata, updated_at: Some(at(seconds)), ..Change::default() };
            store.update(&text(n).hash, change).await.unwrap();
        }
        5 => {
            let new = NewMemory { created_at: at(seconds), ..text(random.below(TEXTS)) };
            let done = store.supersede(&text(n).hash, new, Some("because".to_owned())).await.unwrap();
            assert!(!matches!(done, Superseded::Done { version: 0 | 1, .. }));
        }
        6 | 7 => {
            let filter = Filter { tags: tags(tag), ..Filter::everything() };
            store.delete(&filter, at(seconds)).await.unwrap();
        }
        8 if random.below(3) == 0 => {
            store.purge(Purge::DeletedBefore(at(seconds - 20.0))).await.unwrap();
        }
        _ => {
            store.undelete(Undelete::Hashes(vec![text(n).hash])).await.unwrap();
        }
    }
}

/// Carries everything into an empty store, in batches, and compares both.
async fn carry<S: StoreUnderTest>(store: &dyn MemoryStore, random: &mut Random) {
    let records = all(store).await;
    let other = S::empty().await;
    let batch = 1 + usize::try_from(random.below(7)).unwrap();
    for batch in records.chunks(batch) {
        assert!(loaded(other.store(), batch).await.iter().all(|loaded| *loaded == Loaded::Written));
    }
    assert_eq!(all(other.store()).await, records);
    let (here, there) = (store.statistics().await.unwrap(), other.store().statistics().await.unwrap());
    assert_eq!(
        (here.memories, here.tombstones, here.embedded),
        (there.memories, there.tombstones, there.embedded)
    );
    assert_eq!(
        (here.superseded, here.tags, here.partitions),
        (there.superseded, there.tags, there.partitions)
    );
    // Loading all of it again changes nothing.
    assert!(loaded(other.store(), &records).await.iter().all(|loaded| !loaded.is_written()));
    assert_eq!(all(other.store()).await, records);
}
