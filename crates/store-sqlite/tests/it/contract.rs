//! The contract suite of the port.

use std::path::PathBuf;

use async_trait::async_trait;
use model::{ContentHash, ModelIdentity};
use ports::MemoryStore;
use ports::contract::StoreUnderTest;
use store_sqlite::{Options, SqliteStore};

use crate::samples::Place;

struct Bed {
    store: SqliteStore,
    place: Place,
}

#[async_trait]
impl StoreUnderTest for Bed {
    async fn empty() -> Self {
        let place = Place::empty();
        Self { store: place.open().await, place }
    }

    fn store(&self) -> &dyn MemoryStore {
        &self.store
    }

    async fn supersede(&self, old: &ContentHash, new: &ContentHash) {
        let changed = self
            .place
            .plain()
            .execute(
                "UPDATE memories SET superseded_by = ? WHERE content_hash = ?",
                [new.as_str(), old.as_str()],
            )
            .unwrap();
        assert_eq!(changed, 1);
    }

    async fn reopened(self, model: ModelIdentity) -> Self {
        self.store.close().await;
        let options = Options { model, ..self.place.options() };
        Self { store: SqliteStore::open(options).await.unwrap(), place: self.place }
    }

    fn files(&self) -> PathBuf {
        let files = self.place.directory.path().join("files");
        std::fs::create_dir_all(&files).unwrap();
        files
    }

    async fn link_entity(&self, memory: &ContentHash, name: &str) {
        self.place
            .plain()
            .execute(
                "INSERT INTO memory_graph (source_hash, target_hash, similarity, connection_types, metadata, created_at,
                    relationship_type) VALUES (?, ?, 1.0, '[\"entity\"]', '{\"entity_type\": \"person\"}', 1.0, 'has_entity')",
                [memory.as_str(), name],
            )
            .unwrap();
    }

    async fn link_memories(&self, from: &ContentHash, to: &ContentHash) {
        self.place
            .plain()
            .execute(
                "INSERT INTO memory_graph (source_hash, target_hash, similarity, connection_types, metadata, created_at,
                    relationship_type) VALUES (?, ?, 0.5, '[\"semantic\"]', NULL, 1.0, NULL)",
                [from.as_str(), to.as_str()],
            )
            .unwrap();
    }
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future);
}

ports::memory_store_contract!(Bed, block_on);
