//! Memories, vectors and questions for the cases.

use std::pin::Pin;
use std::task::Poll;

use model::{
    Content, ContentHash, Filter, Memory, MemoryId, MemoryType, Metadata, NewMemory, Partition, Tags,
    Timestamp, UserId, Vector,
};

use crate::{Inserted, MemoryStore, Page, WordCandidate, WordQuery};

/// A memory without tags, kind, fields and vector in the default partition, stored at [`at`]`(0.0)`.
pub(super) fn memory(text: &str) -> NewMemory {
    let content = Content::parse(text).unwrap();
    NewMemory {
        hash: ContentHash::of(&content),
        content,
        tags: Tags::none(),
        memory_type: None,
        metadata: Metadata::default(),
        created_at: at(0.0),
        occurred_at: None,
        origin: None,
        partition: Partition::default(),
        vector: None,
        chunks: Vec::new(),
    }
}

/// A memory with this key, whatever its text.
pub(super) fn keyed(key: &str) -> NewMemory {
    NewMemory { hash: ContentHash::stored(key), ..memory(&format!("the memory with the key {key}")) }
}

/// Seconds after a fixed time that is no whole second.
pub(super) fn at(seconds: f64) -> Timestamp {
    Timestamp::from_microseconds(1_773_243_000_738_571).plus_seconds(seconds)
}

pub(super) fn tags(text: &str) -> Tags {
    Tags::parse(text).unwrap()
}

pub(super) fn kind(name: &str) -> Option<MemoryType> {
    MemoryType::parse(name).unwrap()
}

pub(super) fn partition(name: &str) -> Partition {
    Partition::parse(name).unwrap()
}

/// A unit vector of the store's dimension at this angle to [`vector`]`(store, 0.0)`.
pub(super) fn vector(store: &dyn MemoryStore, degrees: f32) -> Vector {
    scaled(store, degrees, 1.0)
}

/// [`vector`] of another length.
pub(super) fn scaled(store: &dyn MemoryStore, degrees: f32, length: f32) -> Vector {
    let mut numbers = vec![0.0; store.model().dimension];
    let (sin, cos) = degrees.to_radians().sin_cos();
    (numbers[2], numbers[5]) = (length * cos, length * sin);
    Vector::new(numbers).unwrap()
}

/// A vector that is one number too long.
pub(super) fn too_long(store: &dyn MemoryStore) -> Vector {
    Vector::new(vec![1.0; store.model().dimension + 1]).unwrap()
}

/// Stores a memory that must be new.
pub(super) async fn create(store: &dyn MemoryStore, new: NewMemory) -> MemoryId {
    match store.insert(new).await.unwrap() {
        Inserted::Created { id, restored_from: None } => id,
        other => panic!("expected a new memory, got {other:?}"),
    }
}

/// Stores a memory with a vector at this angle.
pub(super) async fn create_at(store: &dyn MemoryStore, degrees: f32, new: NewMemory) -> MemoryId {
    create(store, NewMemory { vector: Some(vector(store, degrees)), ..new }).await
}

/// The texts of the memories that meet a filter, in the order of the list.
pub(super) async fn listed(store: &dyn MemoryStore, filter: &Filter) -> Vec<String> {
    let listing = store.list(filter, Page { offset: 0, limit: 1000 }).await.unwrap();
    assert_eq!(listing.total, listing.memories.len() as u64);
    texts(listing.memories)
}

/// The texts that words find, best first.
pub(super) async fn by_words(store: &dyn MemoryStore, query: &str, filter: &Filter) -> Vec<String> {
    let candidates = store.search_words(&WordQuery(query.to_owned()), filter, 10).await.unwrap();
    let order = |candidate: &WordCandidate| (candidate.is_verbatim, candidate.coverage);
    assert!(
        candidates.windows(2).all(|pair| order(&pair[0]) >= order(&pair[1])),
        "best first: {candidates:?}"
    );
    assert!(candidates.iter().all(|candidate| candidate.coverage >= 0.0), "{candidates:?}");
    hydrate(store, candidates.iter().map(|candidate| candidate.id).collect()).await
}

/// The texts nearest to [`vector`]`(store, 0.0)`, nearest first.
pub(super) async fn by_meaning(store: &dyn MemoryStore, filter: &Filter) -> Vec<String> {
    let candidates = store.search_vectors(&vector(store, 0.0), filter, 10).await.unwrap();
    assert!(candidates.windows(2).all(|pair| pair[0].score >= pair[1].score), "best first: {candidates:?}");
    hydrate(store, candidates.iter().map(|candidate| candidate.id).collect()).await
}

async fn hydrate(store: &dyn MemoryStore, ids: Vec<MemoryId>) -> Vec<String> {
    let memories = store.get_many(&ids).await.unwrap();
    assert_eq!(memories.len(), ids.len(), "every candidate is a live memory");
    texts(memories)
}

pub(super) fn texts(memories: Vec<Memory>) -> Vec<String> {
    memories.into_iter().map(|memory| memory.content).collect()
}

/// Runs futures at the same time, on whatever runs this one.
pub(super) async fn all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<Pin<Box<_>>> = futures.into_iter().map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(move |context| {
        waiting.retain_mut(|future| match future.as_mut().poll(context) {
            Poll::Ready(value) => {
                done.push(value);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() { Poll::Ready(std::mem::take(&mut done)) } else { Poll::Pending }
    })
    .await
}

/// The bytes of an id.
pub(super) fn ten(number: u64) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// A user.
pub(super) fn user(number: u64) -> UserId {
    UserId::from_bytes(ten(number))
}
