//! The store in memory keeps the contract of its port, so that what is tested on it holds for the others.

use std::path::PathBuf;

use async_trait::async_trait;
use model::{ContentHash, ModelIdentity};
use ports::contract::StoreUnderTest;
use ports::{Embedder, MemoryStore};
use tempfile::TempDir;
use testkit::{FakeEmbedder, FakeStore};

use crate::block_on;

struct Fake(FakeStore, TempDir);

#[expect(clippy::unwrap_used, reason = "a test without a directory fails")]
#[async_trait]
impl StoreUnderTest for Fake {
    async fn empty() -> Self {
        Self(FakeStore::new(FakeEmbedder::default().model().clone()), tempfile::tempdir().unwrap())
    }

    fn store(&self) -> &dyn MemoryStore {
        &self.0
    }

    async fn supersede(&self, old: &ContentHash, new: &ContentHash) {
        self.0.supersede(old, new);
    }

    async fn reopened(self, model: ModelIdentity) -> Self {
        Self(self.0.reopened(model), self.1)
    }

    fn files(&self) -> PathBuf {
        self.1.path().to_owned()
    }

    async fn link_entity(&self, memory: &ContentHash, name: &str) {
        self.0.link_entity(memory, name);
    }

    async fn link_memories(&self, from: &ContentHash, to: &ContentHash) {
        self.0.link_memories(from, to);
    }
}

ports::memory_store_contract!(Fake, block_on);
