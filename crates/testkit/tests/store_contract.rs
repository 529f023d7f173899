//! The store in memory keeps the contract of its port, so that what is tested on it holds for the others.

use async_trait::async_trait;
use model::{ContentHash, ModelIdentity};
use ports::contract::StoreUnderTest;
use ports::{Embedder, MemoryStore};
use testkit::{FakeEmbedder, FakeStore};

struct Fake(FakeStore);

#[async_trait]
impl StoreUnderTest for Fake {
    async fn empty() -> Self {
        Self(FakeStore::new(FakeEmbedder::default().model().clone()))
    }

    fn store(&self) -> &dyn MemoryStore {
        &self.0
    }

    async fn supersede(&self, old: &ContentHash, new: &ContentHash) {
        self.0.supersede(old, new);
    }

    async fn reopened(self, model: ModelIdentity) -> Self {
        Self(self.0.reopened(model))
    }

    async fn link_entity(&self, memory: &ContentHash, name: &str) {
        self.0.link_entity(memory, name);
    }
}

#[expect(clippy::unwrap_used, reason = "a test without a runtime fails")]
fn block_on(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(case);
}

ports::memory_store_contract!(Fake, block_on);
