//! The memory store on SQLite, in the original's on-disk format.
//!
//! A file that the original program wrote (8.x, 10.x, 12.x) is opened in place and stays readable and writable by it. New
//! files get the form of its release 12.4. What the original does not know lives in side tables named `service_...`.
//!
//! | module | what |
//! |---|---|
//! | [`store`](SqliteStore) | the port [`ports::MemoryStore`], method by method |
//! | `insert`, `update`, `supersede`, `delete`, `undelete`, `purge`, `read`, `survey`, `pending`, `statistics` | one use each: its SQL and what belongs to it |
//! | `dump`, `load` | everything as it stands, row by row; writing rows as they were |
//! | `filter`, `functions`, `candidates`, `rows` | filters as SQL, with functions of ours; candidates against a filter; rows as memories |
//! | `context` | conversations, and what is next to a memory in its own |
//! | `words` | finding by words: terms of many languages, pieces of words |
//! | `selection` | a filter from its own side, when few memories meet it |
//! | `vectors` | finding by meaning: where vectors are, the index in memory |
//! | `schema` | the form of the database; upgrading older ones |
//! | `backup`, [`verify_backup()`], [`restore()`] | verified copies, made while the store is in use; checking them; putting one back |
//! | `integrity`, `repair` | looking for damage; mending it |
//! | `events`, `probe` | what happened to memories, whoever did it; whether everything works now |
//! | `aside` | what has no column of the original's: origin, use |
//! | [`SqliteKeyStore`] | the ports of access ([`ports::KeyStore`], [`ports::OAuthStore`], ..), in a file of their own |
//! | `pool`, [`connection`] | threads and connections; waiting for other processes |
//! | `files` | modes, directories, network file systems |
//! | `vec0` | the C extension sqlite-vec |
//!
//! # Rules
//! Only SQLite opens the database, its `-wal` and `-shm` (`clippy.toml` bans the rest). Every write is one `BEGIN
//! IMMEDIATE` transaction. The original's tables keep its names, types and defaults. Values are bound, never pasted.
//!
//! # Adding something
//! A new side table or index: `schema/catalogue.rs`, a raised `schema::SCHEMA`. A new question: a file beside `read`, a
//! method in `store.rs`.

mod aside;
mod backup;
mod candidates;
pub mod connection;
mod context;
mod delete;
mod dump;
mod entities;
mod error;
mod events;
mod files;
mod filter;
mod functions;
mod info;
mod insert;
mod integrity;
mod keys;
mod load;
mod options;
mod pending;
mod pool;
mod probe;
mod purge;
mod read;
mod repair;
mod restore;
mod rows;
#[cfg(test)]
mod samples;
mod schema;
mod selection;
mod statistics;
mod store;
mod supersede;
mod survey;
mod undelete;
mod update;
mod vec0;
mod vectors;
mod verify_backup;
mod words;

pub use keys::SqliteKeyStore;
pub use options::{NetworkFileSystem, Options};
pub use restore::{Restored, restore};
pub use store::SqliteStore;
pub use verify_backup::{BackupReport, verify_backup};
