//! `near_pairs`.

use std::sync::Mutex;

use model::{Filter, NewMemory};

use super::StoreUnderTest;
use super::sample::{at, create, create_at, memory, tags};
use crate::{Change, MemoryStore, Patch};

/// The numbers in the texts of both memories of each pair.
async fn pairs(
    store: &dyn MemoryStore,
    threshold: f64,
    filter: &Filter,
    limit: usize,
) -> Vec<(String, String)> {
    let steps = Mutex::new(Vec::new());
    let told = |done, total| steps.lock().unwrap().push((done, total));
    let pairs = store.near_pairs(threshold, filter, limit, &told).await.unwrap();
    let steps = steps.into_inner().unwrap();
    assert!(steps.windows(2).all(|two| two[0].0 <= two[1].0 && two[0].1 == two[1].1), "{steps:?}");
    assert!(steps.last().is_none_or(|(done, total)| done == total), "{steps:?}");
    assert!(pairs.is_empty() || !steps.is_empty(), "pairs were found and nothing was told");
    assert!(pairs.windows(2).all(|two| two[0].cosine >= two[1].cosine), "nearest first: {pairs:?}");
    assert!(pairs.iter().all(|pair| pair.first < pair.second && pair.cosine >= threshold), "{pairs:?}");
    let mut named = Vec::new();
    for pair in pairs {
        let both = store.get_many(&[pair.first, pair.second]).await.unwrap();
        named.push((both[0].content.clone(), both[1].content.clone()));
    }
    named
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

async fn filled(store: &dyn MemoryStore) {
    for (degrees, text, own) in
        [(0.0, "a", "red"), (60.0, "b", "red"), (3.0, "c", "blue"), (61.0, "d", "blue"), (180.0, "e", "red")]
    {
        create_at(store, degrees, NewMemory { tags: tags(own), ..memory(text) }).await;
    }
    create(store, memory("without a vector")).await;
}

pub async fn near_pairs_come_nearest_first<S: StoreUnderTest>() {
    let bed = S::empty().await;
    filled(bed.store()).await;
    let all = Filter::default();
    assert_eq!(pairs(bed.store(), 0.99, &all, 10).await, named(&[("b", "d"), ("a", "c")]));
    assert_eq!(pairs(bed.store(), 0.999, &all, 10).await, named(&[("b", "d")]));
    assert_eq!(pairs(bed.store(), 0.99, &all, 1).await, named(&[("b", "d")]));
    assert_eq!(pairs(bed.store(), 0.99, &all, 0).await, []);
    assert_eq!(pairs(bed.store(), 0.4, &all, 100).await.len(), 6);
    let found = bed.store().near_pairs(0.99, &all, 10, &|_, _| {}).await.unwrap();
    assert!((found[1].cosine - 3.0_f64.to_radians().cos()).abs() < 1e-3, "{found:?}");
}

pub async fn both_memories_of_a_pair_meet_the_filter<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    filled(store).await;
    let red = Filter { tags: tags("red"), ..Filter::default() };
    assert_eq!(pairs(store, 0.49, &red, 10).await, named(&[("a", "b")]));
    let change = Change { superseded_by: Patch::Set(memory("a").hash), ..Change::default() };
    store.update(&memory("c").hash, change).await.unwrap();
    store.delete(&Filter::one(memory("d").hash), at(1.0)).await.unwrap();
    assert_eq!(pairs(store, 0.99, &Filter::default(), 10).await, []);
}

pub async fn many_memories_are_compared_with_each_other<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for n in 0..600_u16 {
        create_at(store, f32::from(n) * 0.3, memory(&format!("{n}"))).await;
    }
    create_at(store, 45.1, memory("twin")).await;
    assert_eq!(pairs(store, 0.999_998, &Filter::default(), 10).await, named(&[("150", "twin")]));
}
