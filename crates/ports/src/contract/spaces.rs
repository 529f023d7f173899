//! `vector_spaces`, `search_space`, `drop_vectors`: vectors of several models, never mixed.

use model::{Filter, MemoryId, ModelIdentity, NewMemory, Vector};

use super::StoreUnderTest;
use super::sample::{at, by_meaning, create, create_at, memory, vector};
use crate::{Inserted, MemoryStore, StoreError};

fn another(store: &dyn MemoryStore) -> ModelIdentity {
    let name = "organisation/another model".to_owned();
    ModelIdentity { name, revision: "mean".to_owned(), dimension: store.model().dimension - 1 }
}

/// A vector of the store's model whose dimension is one less than that of [`vector`] was.
fn shorter(store: &dyn MemoryStore, degrees: f32) -> Vector {
    let mut numbers = vec![0.0; store.model().dimension];
    let (sin, cos) = degrees.to_radians().sin_cos();
    (numbers[1], numbers[3]) = (cos, sin);
    Vector::new(numbers).unwrap()
}

async fn counted(store: &dyn MemoryStore) -> Vec<(ModelIdentity, u64)> {
    let spaces = store.vector_spaces().await.unwrap();
    let mut counted: Vec<_> = spaces.into_iter().map(|of| (of.model.unwrap(), of.memories)).collect();
    counted.sort_by_key(|(model, _)| model.to_string());
    counted
}

async fn found(store: &dyn MemoryStore, model: &ModelIdentity, query: &Vector) -> Vec<MemoryId> {
    let found = store.search_space(model, query, &Filter::default(), 10).await.unwrap();
    found.into_iter().map(|candidate| candidate.id).collect()
}

pub async fn a_new_store_has_vectors_of_its_model_alone<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    assert_eq!(counted(store).await.iter().map(|(_, count)| count).sum::<u64>(), 0);
    let id = create_at(store, 0.0, memory("one")).await;
    create(store, memory("without")).await;
    let own = store.model().clone();
    assert_eq!(counted(store).await, [(own.clone(), 1)]);
    assert_eq!(found(store, &own, &vector(store, 0.0)).await, [id]);
}

pub async fn vectors_of_the_model_before_stay_searchable<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let before = bed.store().model().clone();
    let (a, b) =
        (create_at(bed.store(), 0.0, memory("a")).await, create_at(bed.store(), 10.0, memory("b")).await);
    let query = vector(bed.store(), 0.0);
    let model = another(bed.store());
    let bed = bed.reopened(model.clone()).await;
    let store = bed.store();
    assert_eq!(store.model(), &model);
    assert_eq!(found(store, &before, &query).await, [a, b]);
    assert_eq!(found(store, &model, &shorter(store, 0.0)).await, []);
    assert_eq!(store.search_vectors(&shorter(store, 0.0), &Filter::default(), 10).await.unwrap(), []);
    let waiting = store.unembedded(None, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|memory| memory.id).collect::<Vec<_>>(), [a, b]);
    store.add_vectors(vec![(waiting[1].clone(), shorter(store, 5.0))]).await.unwrap();
    assert_eq!(found(store, &model, &shorter(store, 0.0)).await, [b]);
    assert_eq!(found(store, &before, &query).await, [a, b]);
    let mut expected = vec![(before.clone(), 2), (model.clone(), 1)];
    expected.sort_by_key(|(model, _)| model.to_string());
    assert_eq!(counted(store).await, expected);
    // What is stored now has a vector of the new model alone; a deletion removes those of both.
    let new = memory("new");
    let stored = store.insert(NewMemory { vector: Some(shorter(store, 1.0)), ..new }).await.unwrap();
    let Inserted::Created { id: c, .. } = stored else { panic!("{stored:?}") };
    assert_eq!(found(store, &model, &shorter(store, 0.0)).await, [c, b]);
    assert_eq!(found(store, &before, &query).await, [a, b]);
    store.delete(&Filter::one(memory("b").hash), at(1.0)).await.unwrap();
    assert_eq!(found(store, &model, &shorter(store, 0.0)).await, [c]);
    assert_eq!(found(store, &before, &query).await, [a]);
    let bed = bed.reopened(before).await;
    assert_eq!(by_meaning(bed.store(), &Filter::default()).await, ["a"]);
}

pub async fn a_query_must_be_of_the_models_dimension<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let model = another(bed.store());
    let query = vector(bed.store(), 0.0);
    let error = bed.store().search_space(&model, &query, &Filter::default(), 5).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Dimension { expected, .. } if expected == model.dimension),
        "{error:?}"
    );
    let unknown = ModelIdentity { name: "never seen".to_owned(), ..bed.store().model().clone() };
    create_at(bed.store(), 0.0, memory("text")).await;
    assert_eq!(found(bed.store(), &unknown, &query).await, []);
}

pub async fn vectors_of_another_model_can_be_dropped_and_its_own_not<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let own = bed.store().model().clone();
    create_at(bed.store(), 0.0, memory("a")).await;
    let other = another(bed.store());
    let bed = bed.reopened(other.clone()).await;
    let waiting = bed.store().unembedded(None, 10).await.unwrap();
    bed.store().add_vectors(vec![(waiting[0].clone(), shorter(bed.store(), 5.0))]).await.unwrap();
    let query = shorter(bed.store(), 5.0);
    let bed = bed.reopened(own.clone()).await;
    let store = bed.store();
    assert_eq!(found(store, &other, &query).await.len(), 1);
    assert!(matches!(store.drop_vectors(&own).await, Err(StoreError::Unsupported { .. })));
    assert_eq!(store.drop_vectors(&other).await.unwrap(), 1);
    assert_eq!(store.drop_vectors(&other).await.unwrap(), 0);
    assert_eq!(found(store, &other, &query).await, []);
    assert_eq!(counted(store).await, [(own, 1)]);
    assert_eq!(by_meaning(store, &Filter::default()).await, ["a"]);
}
