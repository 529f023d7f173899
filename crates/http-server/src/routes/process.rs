//! The process: `GET /api/memory-stats`, `POST /api/clear-caches`.

pub(crate) mod clear_caches;
pub(crate) mod memory_stats;
