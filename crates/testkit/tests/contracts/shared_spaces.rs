//! Shared spaces in memory keep the contract of its port, so that what is tested on it holds for the others.

use async_trait::async_trait;
use ports::SpaceStore;
use ports::contract::shared_spaces::SpaceStoreUnderTest;
use testkit::FakeSpaceStore;

use crate::block_on;

struct Fake(FakeSpaceStore);

#[async_trait]
impl SpaceStoreUnderTest for Fake {
    async fn empty() -> Self {
        Self(FakeSpaceStore::default())
    }

    fn store(&self) -> &dyn SpaceStore {
        &self.0
    }

    fn elsewhere(&self) -> &dyn SpaceStore {
        &self.0
    }

    async fn close(&self) {
        self.0.close();
    }
}

ports::space_store_contract!(Fake, block_on);
