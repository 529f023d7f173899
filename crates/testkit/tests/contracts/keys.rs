//! The key store in memory keeps the contract of its port, so that what is tested on it holds for the other.

use async_trait::async_trait;
use ports::KeyStore;
use ports::contract::keys::KeyStoreUnderTest;
use testkit::FakeKeyStore;

use crate::block_on;

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

ports::key_store_contract!(Fake, block_on);
