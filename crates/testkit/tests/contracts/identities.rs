//! Who is who in memory keeps the contract of its port, so that what is tested on it holds for the others.

use async_trait::async_trait;
use ports::contract::identities::IdentityStoreUnderTest;
use ports::{AccountStore, IdentityStore};
use testkit::FakeAccountStore;

use crate::block_on;

struct Fake(FakeAccountStore);

#[async_trait]
impl IdentityStoreUnderTest for Fake {
    async fn empty() -> Self {
        Self(FakeAccountStore::default())
    }

    fn store(&self) -> &dyn IdentityStore {
        &self.0
    }

    fn accounts(&self) -> &dyn AccountStore {
        &self.0
    }

    fn elsewhere(&self) -> &dyn IdentityStore {
        &self.0
    }

    async fn close(&self) {
        self.0.close();
    }
}

ports::identity_store_contract!(Fake, block_on);
