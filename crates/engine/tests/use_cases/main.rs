//! The use cases, on an engine of fakes (`testkit::Bench`): one file for each.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod access;
mod ask;
mod capability;
mod carry;
mod cleanup;
mod closing;
mod delete;
mod get;
mod health;
mod import;
mod list;
mod many_spaces;
mod models;
mod progress;
mod revisions;
mod search;
mod search_context;
mod search_modes;
mod sequences;
mod session;
mod settle;
mod split;
mod store;
mod survey;
mod undelete;
mod update;
mod upkeep;
mod version;
mod watch;
mod worker;
