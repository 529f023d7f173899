//! Accounts in memory keep the contract of its port, so that what is tested on them holds for the others.

use async_trait::async_trait;
use ports::AccountStore;
use ports::contract::accounts::AccountStoreUnderTest;
use testkit::FakeAccountStore;

use crate::block_on;

struct Fake(FakeAccountStore);

#[async_trait]
impl AccountStoreUnderTest for Fake {
    async fn empty() -> Self {
        Self(FakeAccountStore::default())
    }

    fn store(&self) -> &dyn AccountStore {
        &self.0
    }

    fn elsewhere(&self) -> &dyn AccountStore {
        &self.0
    }

    async fn close(&self) {
        self.0.close();
    }
}

ports::account_store_contract!(Fake, block_on);
