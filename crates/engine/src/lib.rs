//! The use cases of the memory service.
//!
//! A door (MCP, command line, later HTTP) asks the [`Engine`] for a capability handle and calls use cases on it. What a
//! caller may not do is not on its handle:
//!
//! | handle | use cases |
//! |---|---|
//! | [`Reader`] | [`search`](Reader::search), [`get`](Reader::get), [`list`](Reader::list), [`hashes`](Reader::hashes), [`history`](Reader::history), [`tags`](Reader::tags), [`types`](Reader::types), [`known_types`](Reader::known_types), [`survey`](Reader::survey), [`entities`](Reader::entities), [`entity`](Reader::entity), [`near_duplicates`](Reader::near_duplicates), [`model`](Reader::model), [`health`](Reader::health), [`watch`](Reader::watch), [`parse_date`](Reader::parse_date) |
//! | [`Adder`] | everything of a reader, [`store`](Adder::store), [`store_session`](Adder::store_session) |
//! | [`Writer`] | everything of an adder, [`update`](Writer::update), [`add_version`](Writer::add_version), [`delete`](Writer::delete), [`undelete`](Writer::undelete), [`clean_up`](Writer::clean_up), [`import`](Writer::import), [`standings`](Writer::standings) |
//! | [`Admin`] | everything of a writer, [`purge`](Admin::purge), [`examine`](Admin::examine), [`repair`](Admin::repair), [`probe`](Admin::probe), [`embed_pending`](Admin::embed_pending), [`export`](Admin::export), [`import_own`](Admin::import_own), [`carry`](Admin::carry), [`let_go`](Admin::let_go) |
//!
//! A handle is bound to one [`Space`](model::Space) and opens that space's store on first use, so that a door can answer
//! a handshake before a file or a model is touched.
//!
//! What a server does by itself (embedding what waits, purging, backups, looking for damage) runs beside the use cases from
//! the first opening of a store on, each in the file of its subject; `upkeep` drives the last two.
//!
//! # Adding a use case
//! One file: its input, its answer, the method on the handle that may do it, its tests. Failures are [`EngineError`]s;
//! a new kind gets a row in [`error_code`], from which every door takes its codes.

mod access;
mod backup;
mod capability;
mod carry;
mod cleanup;
mod date;
mod delete;
mod doctor;
mod embedding;
mod engine;
mod entity;
mod error;
pub mod error_code;
mod export;
mod get;
mod hashes;
mod health;
mod import;
mod list;
mod new_vectors;
mod ontology;
mod open_space;
mod open_spaces;
mod probe;
mod progress;
mod purge;
mod quality;
mod query_vectors;
mod search;
mod session;
mod store;
mod survey;
mod undelete;
mod update;
mod upkeep;
mod version;
mod watch;

pub use backup::{BackupInterval, BackupRetention, BackupSchedule, due_in, remove_superfluous, superfluous};
pub use capability::{Adder, Admin, Capability, Grant, Reader, Writer};
pub use carry::{Carried, LetGo};
pub use cleanup::{CleanupReceipt, CleanupRequest, DuplicatePair, MAX_PAIRS, NearDuplicates};
pub use delete::{DeleteReceipt, DeleteRequest, DryRun};
pub use doctor::{EmbedProgress, Examination};
pub use engine::{Engine, Parts, Settings};
pub use entity::{
    EntityDetail, EntityMemory, EntityRequest, MAX_ENTITIES, MAX_ENTITY_HOPS, MAX_ENTITY_MEMORIES, Related,
    RelatedEntity, Scoring,
};
pub use error::EngineError;
pub use error_code::ErrorCode;
pub use hashes::MAX_HASHES;
pub use health::{BackupHealth, Health, ModelHealth, Status};
pub use import::{ImportRequest, MAX_IMPORT_RECORDS};
pub use list::{ListAnswer, ListRequest, MAX_PAGE_SIZE};
pub use progress::{Progress, Step};
pub use search::{
    Access, Boost, Detail, Explanation, Fallback, FoundBy, Grouping, Hit, LeftOut, MAX_NEIGHBOURS,
    MAX_QUERY_BYTES, MAX_RESULTS, Mode, RankingWeights, Repetitions, SearchAnswer, SearchRequest, Term,
    TermName,
};
pub use session::{SessionReceipt, SessionRequest, Turn};
pub use store::{NearDuplicate, Outcome, Part, PartOutcome, RestoreDeleted, StoreReceipt, StoreRequest};
pub use survey::MAX_TAG_COUNTS;
pub use update::{Times, UpdateReceipt, UpdateRequest};
pub use upkeep::{BackupFailure, Checked};
pub use version::{VersionReceipt, VersionRequest};
pub use watch::Watch;
