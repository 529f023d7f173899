//! `search_vectors`.

use model::{Filter, NewMemory, PartitionScope};

use super::StoreUnderTest;
use super::sample::{
    at, by_meaning, create, create_at, kind, memory, partition, scaled, tags, too_long, vector,
};
use crate::{Inserted, MemoryStore, StoreError};

/// How far a cosine may be off: adapters may keep vectors at lower precision.
const TOLERANCE: f64 = 1e-3;

/// The angles of the found memories to the query, in order.
async fn angles(store: &dyn MemoryStore, query: &model::Vector) -> Vec<f64> {
    let found = store.search_vectors(query, &Filter::default(), 10).await.unwrap();
    found.iter().map(|candidate| candidate.score).collect()
}

fn assert_cosines(found: &[f64], degrees: &[f64]) {
    assert_eq!(found.len(), degrees.len(), "{found:?}");
    for (found, degrees) in found.iter().zip(degrees) {
        assert!((found - degrees.to_radians().cos()).abs() < TOLERANCE, "{found} for {degrees} degrees");
    }
}

pub async fn the_nearest_comes_first_with_its_exact_cosine<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for degrees in [120.0, 10.0, 180.0, 0.0, 60.0, 90.0] {
        create_at(store, degrees, memory(&format!("at {degrees}"))).await;
    }
    assert_eq!(
        by_meaning(store, &Filter::default()).await,
        ["at 0", "at 10", "at 60", "at 90", "at 120", "at 180"]
    );
    assert_cosines(&angles(store, &vector(store, 0.0)).await, &[0.0, 10.0, 60.0, 90.0, 120.0, 180.0]);
}

pub async fn the_length_of_a_vector_does_not_matter<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (degrees, length) in [(20.0, 7.5), (40.0, 0.01), (70.0, 1.0)] {
        let vector = Some(scaled(store, degrees, length));
        create(store, NewMemory { vector, ..memory(&format!("at {degrees}")) }).await;
    }
    assert_cosines(&angles(store, &scaled(store, 0.0, 3.0)).await, &[20.0, 40.0, 70.0]);
    assert_cosines(&angles(store, &scaled(store, 0.0, 0.02)).await, &[20.0, 40.0, 70.0]);
}

pub async fn the_filter_is_applied_before_the_cut<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let rare = NewMemory { tags: tags("rare"), ..memory("the farthest of all") };
    let expected = create_at(store, 170.0, rare).await;
    for n in 0..300_u16 {
        let common = NewMemory { tags: tags("common"), ..memory(&format!("near {n}")) };
        create_at(store, f32::from(n) / 10.0, common).await;
    }
    let filter = Filter { tags: tags("rare"), ..Filter::default() };
    let found = store.search_vectors(&vector(store, 0.0), &filter, 1).await.unwrap();
    assert_eq!(found.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [expected]);
}

pub async fn every_condition_of_the_filter_holds_for_the_hits<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let one = memory("one");
    let hash = one.hash.clone();
    create_at(store, 0.0, one).await;
    create_at(store, 1.0, NewMemory { memory_type: kind("note"), ..memory("two") }).await;
    create_at(store, 2.0, NewMemory { created_at: at(100.0), ..memory("three") }).await;
    create_at(store, 3.0, NewMemory { partition: partition("work"), ..memory("four") }).await;
    let default = Filter::default;
    for (filter, expected) in [
        (Filter { hashes: Some(vec![hash]), ..default() }, "one"),
        (Filter { memory_type: kind("note"), ..default() }, "two"),
        (Filter { created_from: Some(at(50.0)), ..default() }, "three"),
        (Filter { partitions: PartitionScope::One(partition("work")), ..default() }, "four"),
    ] {
        assert_eq!(by_meaning(store, &filter).await, [expected]);
    }
    let all = Filter { partitions: PartitionScope::All, ..default() };
    assert_eq!(by_meaning(store, &all).await, ["one", "two", "three", "four"]);
    assert_eq!(by_meaning(store, &Filter { hashes: Some(vec![]), ..default() }).await, [""; 0]);
}

pub async fn no_more_candidates_than_the_limit_are_given<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for degrees in [5.0, 4.0, 3.0, 2.0, 1.0] {
        create_at(store, degrees, memory(&format!("at {degrees}"))).await;
    }
    for (limit, expected) in [(0, 0), (3, 3), (5, 5), (100_000, 5), (usize::MAX, 5)] {
        let found = store.search_vectors(&vector(store, 0.0), &Filter::default(), limit).await.unwrap();
        assert_eq!(found.len(), expected, "limit {limit}");
    }
}

pub async fn a_vector_of_another_dimension_is_refused<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create_at(store, 0.0, memory("text")).await;
    let error = store.search_vectors(&too_long(store), &Filter::default(), 5).await.unwrap_err();
    let dimension = store.model().dimension;
    assert!(
        matches!(error, StoreError::Dimension { found, expected } if found == dimension + 1 && expected == dimension),
        "{error:?}"
    );
}

pub async fn memories_without_a_vector_are_not_found<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create_at(bed.store(), 90.0, memory("has one")).await;
    create(bed.store(), memory("waits for one")).await;
    assert_eq!(by_meaning(bed.store(), &Filter::default()).await, ["has one"]);
}

pub async fn deleted_and_superseded_memories_are_not_found<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (deleted, old, new) = (memory("deleted"), memory("old"), memory("new"));
    for (degrees, memory) in [(0.0, &deleted), (1.0, &old), (2.0, &new)] {
        create_at(store, degrees, memory.clone()).await;
    }
    assert_eq!(by_meaning(store, &Filter::default()).await, ["deleted", "old", "new"]);
    store.delete(&Filter::one(deleted.hash), at(1.0)).await.unwrap();
    bed.supersede(&old.hash, &new.hash).await;
    assert_eq!(by_meaning(store, &Filter::default()).await, ["new"]);
    let all = Filter { include_superseded: true, ..Filter::default() };
    assert_eq!(by_meaning(store, &all).await, ["old", "new"]);
}

pub async fn a_memory_stored_anew_has_no_vector_of_the_deleted_one<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let text = memory("returning text");
    create_at(store, 0.0, text.clone()).await;
    store.delete(&Filter::one(text.hash.clone()), at(1.0)).await.unwrap();
    assert!(matches!(store.insert(text).await.unwrap(), Inserted::Created { .. }));
    assert_eq!(by_meaning(store, &Filter::default()).await, [""; 0]);
    assert_eq!(store.unembedded(None, 10).await.unwrap().len(), 1);
}

pub async fn the_cosines_of_given_memories_are_exact<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let mut ids = Vec::new();
    for degrees in [10.0, 80.0, 45.0] {
        ids.push(create_at(store, degrees, memory(&format!("at {degrees}"))).await);
    }
    let without = create(store, memory("no vector")).await;
    let wanted = [ids[1], without, ids[0]];
    let found = store.cosines(store.model(), &vector(store, 0.0), &wanted).await.unwrap();
    assert_eq!(found.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [ids[0], ids[1]]);
    for (candidate, degrees) in found.iter().zip([10.0_f64, 80.0]) {
        assert!((candidate.score - degrees.to_radians().cos()).abs() < TOLERANCE, "{candidate:?}");
    }
    let refused = store.cosines(store.model(), &too_long(store), &wanted).await;
    assert!(matches!(refused, Err(StoreError::Dimension { .. })), "{refused:?}");
}
