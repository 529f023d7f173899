//! Requests, and short ways to make them.

use std::time::Duration;

use engine::{
    DeleteRequest, DryRun, ListRequest, SearchAnswer, SearchRequest, Settings, StoreReceipt, StoreRequest,
};
use model::{Content, ContentHash, Filter, HashPrefix, Metadata, NewMemory, Tags, Vector};
use ports::{Clock, MemoryStore};
use testkit::Bench;

/// A text without anything else, for the default partition.
pub(crate) fn remember(text: &str) -> StoreRequest {
    StoreRequest::new(Content::parse(text).unwrap())
}

/// A text with tags.
pub(crate) fn tagged(text: &str, own: &str) -> StoreRequest {
    StoreRequest { tags: tags(own), ..remember(text) }
}

/// Stores a text.
pub(crate) async fn store(bench: &Bench, text: &str) -> StoreReceipt {
    bench.writer().store(remember(text)).await.unwrap()
}

/// Stores texts, each a second after the one before.
pub(crate) async fn store_all(bench: &Bench, texts: &[&str]) {
    for text in texts {
        store(bench, text).await;
        bench.clock.advance(1.0);
    }
}

/// Puts a memory with this key into the store, behind the engine's back.
pub(crate) async fn put(bench: &Bench, key: &str, text: &str) {
    let new = NewMemory { hash: ContentHash::stored(key), ..new_memory(bench, text) };
    bench.store.insert(new).await.unwrap();
}

/// Puts a text with this vector into the store, behind the engine's back.
pub(crate) async fn put_embedded(bench: &Bench, text: &str, vector: Vector) {
    let new = NewMemory { vector: Some(vector), ..new_memory(bench, text) };
    bench.store.insert(new).await.unwrap();
}

/// A text as a store takes it, without a vector.
pub(crate) fn new_memory(bench: &Bench, text: &str) -> NewMemory {
    let StoreRequest { content, tags, memory_type, metadata, partition, occurred_at, origin, .. } =
        remember(text);
    let (hash, created_at) = (ContentHash::of(&content), bench.clock.now());
    NewMemory {
        hash,
        content,
        tags,
        memory_type,
        metadata,
        created_at,
        occurred_at,
        origin,
        partition,
        vector: None,
        chunks: Vec::new(),
    }
}

/// A hybrid search without filter for ten hits.
pub(crate) fn query(text: &str) -> SearchRequest {
    SearchRequest { query: Some(text.to_owned()), ..SearchRequest::default() }
}

/// What a hybrid search finds.
pub(crate) async fn search(bench: &Bench, text: &str) -> SearchAnswer {
    bench.reader().search(query(text)).await.unwrap()
}

/// The texts of an answer.
pub(crate) fn found(answer: &SearchAnswer) -> Vec<&str> {
    answer.hits.iter().map(|hit| hit.memory.content.as_str()).collect()
}

/// The texts of a page.
pub(crate) async fn page(bench: &Bench, filter: Filter, page: u64, page_size: u32) -> Vec<String> {
    let answer = bench.reader().list(ListRequest { filter, page, page_size }).await.unwrap();
    answer.memories.into_iter().map(|memory| memory.content).collect()
}

/// The deletion of what meets a filter.
pub(crate) fn delete(filter: Filter) -> DeleteRequest {
    DeleteRequest { hash: None, filter, dry_run: DryRun::No }
}

/// The deletion of one text.
pub(crate) fn forget(text: &str) -> DeleteRequest {
    let hash = Some(HashPrefix::parse(key(text).as_str()).unwrap());
    DeleteRequest { hash, filter: Filter::default(), dry_run: DryRun::No }
}

/// The key of a text.
pub(crate) fn key(text: &str) -> ContentHash {
    ContentHash::of(&Content::parse(text).unwrap())
}

/// The key of a text, as a caller names it.
pub(crate) fn prefix(text: &str) -> HashPrefix {
    HashPrefix::parse(key(text).as_str()).unwrap()
}

/// Fields from JSON.
pub(crate) fn fields(json: &str) -> Metadata {
    Metadata::parse(serde_json::from_str(json).unwrap()).unwrap()
}

pub(crate) fn tags(text: &str) -> Tags {
    Tags::parse(text).unwrap()
}

/// Memories with these tags.
pub(crate) fn with_tags(text: &str) -> Filter {
    Filter { tags: tags(text), ..Filter::default() }
}

/// A server: memories without a vector are embedded in the background.
pub(crate) fn server() -> Bench {
    Bench::with(Settings { embed_in_background: true, ..Settings::default() })
}

/// How long the default settings wait for the model.
pub(crate) fn embed_wait() -> Duration {
    Settings::default().embed_wait
}
