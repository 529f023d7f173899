//! What an authorization server keeps in memory keeps the contract of its port, so that what is tested on it holds for the others.

use async_trait::async_trait;
use ports::OAuthStore;
use ports::contract::oauth::OAuthStoreUnderTest;
use testkit::FakeOAuthStore;

use crate::block_on;

struct Fake(FakeOAuthStore);

#[async_trait]
impl OAuthStoreUnderTest for Fake {
    async fn empty() -> Self {
        Self(FakeOAuthStore::default())
    }

    fn store(&self) -> &dyn OAuthStore {
        &self.0
    }

    fn elsewhere(&self) -> &dyn OAuthStore {
        &self.0
    }
}

ports::oauth_store_contract!(Fake, block_on);
