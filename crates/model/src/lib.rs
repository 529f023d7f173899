//! The values of the memory service.
//!
//! Everything the other crates talk about is defined here, once, as a type that can only hold a valid value:
//! text from outside is *parsed* into these types at a door (MCP, command line, later HTTP) and is not checked
//! again further down. Rows read from a database are the exception: the original program's files hold anything,
//! so [`Memory`] keeps what it finds and never rewrites it on read.
//!
//! | module | what |
//! |---|---|
//! | [`content`] | the text of a memory, its limits |
//! | [`splitting`], [`chunking`] | long texts in pieces; in chunks that each get a vector |
//! | [`hash`] | the identity of a memory: [`ContentHash`], [`HashPrefix`] |
//! | [`tag`], [`tag_namespace`] | tags, the original's normaliser, namespaces such as `proj:` |
//! | [`memory_type`], [`metadata`], [`partition`], [`timestamp`] | the other fields of a memory |
//! | [`ontology`] | which kinds of memories and of relations are known |
//! | [`date`] | dates that a caller writes: `2026-03-11`, RFC 3339 |
//! | [`time_expression`] | times as people write them: `last week`, and in prose |
//! | [`memory`] | a memory as it is read, and as it is written |
//! | [`record`] | a memory and an edge with everything that a store holds of them, to be carried to another one |
//! | [`filter`] | which memories a use case means |
//! | [`origin`] | where a memory came from |
//! | [`vector`] | embeddings and the identity of the model that made them |
//! | [`space`], [`shared_space`], [`user`], [`id`] | whose memory it is, what a member may do there; users; ids |
//! | [`capability`] | what a caller may do there |
//! | [`api_key`] | what is kept of an API key |
//! | [`account`], [`passkey`], [`session`], [`backoff`] | how a user signs in, where one is signed in, how attempts are slowed down |
//! | [`identity`] | who somebody is at a provider of identities |
//! | [`audit`] | what the audit log holds |
//! | [`oauth`] | clients, what users allowed them, codes and tokens |
//!
//! The crate does no input or output and knows no wire format. To add a value: one file, one type, its errors
//! and its tests beside it.

pub mod account;
pub mod api_key;
pub mod audit;
pub mod backoff;
pub mod capability;
pub mod chunking;
pub mod content;
pub mod date;
pub mod filter;
pub mod hash;
pub mod id;
pub mod identity;
pub mod memory;
pub mod memory_type;
pub mod metadata;
pub mod oauth;
pub mod ontology;
pub mod origin;
pub mod partition;
pub mod passkey;
pub mod record;
pub mod session;
pub mod shared_space;
pub mod space;
pub mod splitting;
pub mod tag;
pub mod tag_namespace;
pub mod time_expression;
pub mod timestamp;
pub mod user;
pub mod vector;

pub use account::{Account, PasswordHash, SetUpOffer, TOTP_SECRET_BYTES, Totp, TotpOffer, TotpSecret};
pub use api_key::{ApiKey, InvalidKeyName, KeyDigest, KeyId, KeyName, KeyState, MAX_KEY_NAME_CHARS};
pub use audit::{AuditAction, AuditEntry, AuditOutcome, AuditText, InvalidAuditAction, MAX_AUDIT_TEXT_CHARS};
pub use backoff::{Attempts, Backoff};
pub use capability::{Capability, InvalidCapability};
pub use chunking::{MAX_CHUNK_BYTES, chunks};
pub use content::{Content, InvalidContent, MAX_CONTENT_BYTES};
pub use date::{InvalidDate, parse_date};
pub use filter::{Filter, TagMatch};
pub use hash::{ContentHash, HashPrefix, InvalidHash};
pub use id::InvalidId;
pub use identity::{Identity, InvalidIdentity, LinkedIdentity, MAX_IDENTITY_ISSUER_BYTES, MAX_SUBJECT_BYTES};
pub use memory::{EmbeddingState, Memory, MemoryId, NewMemory};
pub use memory_type::{InvalidMemoryType, MemoryType};
pub use metadata::{InvalidMetadata, MAX_METADATA_BYTES, Metadata};
pub use ontology::{InvalidOntology, InvalidRelationType, Ontology, RelationType};
pub use origin::{Origin, OriginKind};
pub use partition::{InvalidPartition, Partition, PartitionScope};
pub use passkey::{ChallengeKey, CredentialId, MAX_CREDENTIAL_ID_BYTES, Passkey, PasskeyId, UsedChallenge};
pub use record::{EdgeRecord, MemoryRecord, Record, UsageRecord};
pub use session::{Session, SessionId};
pub use shared_space::{InvalidSpaceName, MAX_SPACE_NAME_CHARS, Member, SharedSpace, SpaceName};
pub use space::{Role, Space, SpaceId};
pub use splitting::{Cuts, InvalidSplitting, MAX_SPLIT_OVERLAP_CHARS, Piece, Splitting};
pub use tag::{InvalidTags, MAX_TAG_CHARS, MAX_TAGS, Tags, UNTAGGED_TAG};
pub use tag_namespace::{InvalidNamespaces, TagNamespaces, TagParts};
pub use time_expression::{
    Extracted, InvalidTimeExpression, MAX_TIME_EXPRESSION_CHARS, TIME_EXPRESSION_FORMS, TimeRange,
    extract_time_expression, parse_time_expression,
};
pub use timestamp::Timestamp;
pub use user::{InvalidUserName, MAX_USER_NAME_CHARS, User, UserId, UserName};
pub use vector::{InvalidVector, ModelIdentity, Vector};
