//! Who is who in memory keeps the contract of its port, so that what is tested on it holds for the others.

use async_trait::async_trait;
use ports::contract::identities::IdentityStoreUnderTest;
use ports::{AccountStore, IdentityStore};
use testkit::FakeAccountStore;

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

#[expect(clippy::unwrap_used, reason = "a test without a runtime fails")]
fn block_on(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(case);
}

ports::identity_store_contract!(Fake, block_on);
