//! Fakes and texts for the tests of the other crates: a clock that stands still, an embedder without a model, a store
//! in memory that can be told to fail, keys, accounts, shared spaces, an audit log and what an authorization server keeps in memory,
//! an authenticator of passkeys, a tiny model as a directory, and the project's own corpus.
//!
//! [`Bench`] puts them together under an engine.

pub mod accounts;
pub mod audit;
pub mod authenticator;
pub mod bench;
pub mod clock;
pub mod corpus;
pub mod embedder;
mod identities;
pub mod keys;
pub mod oauth;
pub mod provider;
pub mod rng;
pub mod shared_spaces;
pub mod store;
pub mod tiny_model;

pub use accounts::FakeAccountStore;
pub use audit::FakeAuditLog;
pub use authenticator::FakeAuthenticator;
pub use bench::Bench;
pub use clock::FakeClock;
pub use embedder::FakeEmbedder;
pub use keys::FakeKeyStore;
pub use oauth::{FakeClientDocuments, FakeOAuthStore};
pub use provider::{FakeIdentityProvider, ProviderKey};
pub use rng::SeededRng;
pub use shared_spaces::FakeSpaceStore;
pub use store::{FakeStore, Fault};
pub use tiny_model::TinyModel;
