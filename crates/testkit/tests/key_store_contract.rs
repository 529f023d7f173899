//! The key store in memory keeps the contract of its port, so that what is tested on it holds for the other.

use async_trait::async_trait;
use ports::KeyStore;
use ports::contract::keys::KeyStoreUnderTest;
use testkit::FakeKeyStore;

struct Fake(FakeKeyStore);

#[async_trait]
impl KeyStoreUnderTest for Fake {
    async fn empty() -> Self {
        Self(FakeKeyStore::default())
    }

    fn store(&self) -> &dyn KeyStore {
        &self.0
    }

    fn elsewhere(&self) -> &dyn KeyStore {
        &self.0
    }
}

#[expect(clippy::unwrap_used, reason = "a test without a runtime fails")]
fn block_on(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(case);
}

ports::key_store_contract!(Fake, block_on);
