//! What the engine needs from the world, as traits.
//!
//! | port | adapters |
//! |---|---|
//! | [`MemoryStore`] | `store-sqlite`; later Cloudflare and PostgreSQL |
//! | [`OpenStore`] | the composition root in `cli`: which space lives where |
//! | [`KeyStore`] | `store-sqlite`; `testkit::FakeKeyStore` |
//! | [`AccountStore`] | `store-sqlite`, in the file of the keys; `testkit::FakeAccountStore` |
//! | [`AuditLog`] | `store-sqlite`; `testkit::FakeAuditLog` |
//! | [`SpaceStore`] | `store-sqlite`, in the file of the keys; `testkit::FakeSpaceStore` |
//! | [`OAuthStore`] | `store-sqlite`; `testkit::FakeOAuthStore` |
//! | [`ClientDocuments`] | `egress`; `testkit::FakeClientDocuments` |
//! | [`IdentityStore`] | `store-sqlite`, in the file of the keys; `testkit::FakeAccountStore` |
//! | [`IdentityProvider`] | `egress`; `testkit::FakeIdentityProvider` |
//! | [`Embedder`] | `embed`; later an OpenAI-compatible endpoint |
//! | [`Clock`] | [`SystemClock`]; `testkit::FakeClock` |
//! | [`Rng`] | [`SystemRng`]; `testkit::SeededRng` |
//!
//! # Adding an adapter
//! Implement the trait in a crate of its own that depends on `ports` and `model` only, run the port's contract suite
//! (`contract`, feature `testing`) from that crate's tests, and wire it up in `cli`. Errors say what happened in
//! the port's own terms; the adapter's error is kept as the source and never reaches a user.

pub mod accounts;
pub mod audit;
pub mod clock;
#[cfg(feature = "testing")]
pub mod contract;
pub mod embedder;
pub mod identities;
pub mod keys;
pub mod oauth;
pub mod rng;
pub mod shared_spaces;
pub mod store;

pub use accounts::{
    AccountAdded, AccountStore, Counter, FactorsThen, Forgiven, MAX_COUNTERS, MAX_PASSKEYS_OF_ONE,
    MAX_SESSIONS_OF_ONE, MAX_USERS, PasskeyAdded, PasskeyUse, PasskeyUsed, PasswordChange, StaleAccounts,
};
pub use audit::{AuditFilter, AuditLog, MAX_AUDIT_PAGE};
pub use clock::{Clock, SystemClock};
pub use embedder::{EmbedError, Embedder, Readiness};
pub use identities::{
    IdentityLinked, IdentityProvider, IdentityStore, MAX_IDENTITIES_OF_ONE, MAX_USED_STATES, NoAnswer,
    ProviderAnswer, SignedUp, StateUsed,
};
pub use keys::{KeyInserted, KeyStore, MAX_KEYS};
pub use oauth::{
    AuthorizationsOf, ClientDocument, ClientDocuments, ClientKept, Granted, MAX_AUTHORIZATIONS_OF_ONE,
    MAX_CLIENTS, NoDocument, OAuthStore, Redeemed, Rotated, StaleBefore,
};
pub use rng::{Rng, SystemRng};
pub use shared_spaces::{
    MAX_MEMBERS, MAX_SPACES, MAX_SPACES_OF_ONE, MemberRemoved, MemberSet, SpaceCreated, SpaceRenamed,
    SpaceStore,
};
pub use store::{
    Ages, BackupClaim, BackupFile, Candidate, Change, Check, Context, ContextQuery, Deletion, DeletionId,
    DumpRequest, DumpSink, EVENT_PREVIEW_CHARS, EntityCount, EntityCounts, EntityLink, EventKind, EventPage,
    EventPoint, Finding, Glimpse, Inserted, IntegrityReport, LanguageCount, LinkEnds, Listing, Loaded,
    LogState, MemoryEvent, MemoryStore, NearPair, Neighbour, NotRestored, OnDeleted, OpenStore, Page, Patch,
    Purge, Purged, Repaired, Severity, Standing, Statistics, StoreError, StoredBackup, Superseded, Survey,
    TagCount, TagCounts, Told, Tombstones, TypeCount, Undelete, Undeleted, Unembedded, Usage, VectorSample,
    VectorSpace, VectorsOf, Version, WeekCount, WordCandidate, WordQuery, backup_name, backup_time,
    fold_case,
};
