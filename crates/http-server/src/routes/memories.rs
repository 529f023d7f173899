//! `/api/memories`: storing, listing, reading, changing and deleting.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
