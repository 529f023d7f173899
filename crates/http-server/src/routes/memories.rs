//! `/api/memories`: storing, listing, reading, changing and deleting.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod find;
pub(crate) mod get;
pub(crate) mod hashes;
pub(crate) mod list;
pub(crate) mod update;
