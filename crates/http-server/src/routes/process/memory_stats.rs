//! `GET /api/memory-stats`: how much of the machine's memory is used, and what is kept in it.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{OfServer, Write};
use crate::machine::Memory;

/// Memory of the process and the machine, and what is kept in it. What is not known is null.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemoryStats {
    /// What the process holds.
    process_memory_mb: Option<f64>,
    /// What it has reserved.
    process_memory_virtual_mb: Option<f64>,
    /// All of the machine's.
    system_memory_total_gb: Option<f64>,
    /// What others could still have.
    system_memory_available_gb: Option<f64>,
    /// The used share.
    system_memory_percent: Option<f64>,
    /// Open stores.
    cached_storage_count: usize,
    /// Always 0: services are not kept apart from stores.
    cached_service_count: usize,
    /// Loaded models.
    model_cache_count: usize,
    /// Vectors of queries that were asked before.
    embedding_cache_count: usize,
    /// Uses of what is kept, under the original's names.
    cache_stats: CacheStats,
}

/// Uses of what is kept. A store is opened once and held: nothing is looked up, so nothing is missed.
#[derive(Serialize, ToSchema)]
pub(crate) struct CacheStats {
    /// Stores.
    storage: CacheUse,
    /// Services.
    service: CacheUse,
    /// Look-ups.
    total_calls: u64,
}

/// Uses of one kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct CacheUse {
    /// Found.
    hits: u64,
    /// Not found.
    misses: u64,
    /// Share of those found.
    hit_rate_percent: f64,
    /// Kept now.
    cached_count: usize,
}

/// How much memory is used, and for what
#[utoipa::path(
    get,
    path = "/api/memory-stats",
    tag = "health",
    security(("key" = ["write"])),
    responses((status = OK, body = MemoryStats))
)]
pub(crate) async fn memory_stats(OfServer(write): OfServer<Write>) -> Json<MemoryStats> {
    let health = write.reader().health().await;
    let memory = Memory::now();
    let stores = usize::from(health.statistics.is_some());
    let kept = |cached_count| CacheUse { hits: 0, misses: 0, hit_rate_percent: 0.0, cached_count };
    Json(MemoryStats {
        process_memory_mb: memory.process.map(|kib| rounded(kib, 1024.0)),
        process_memory_virtual_mb: memory.reserved.map(|kib| rounded(kib, 1024.0)),
        system_memory_total_gb: memory.total.map(|kib| rounded(kib, 1_048_576.0)),
        system_memory_available_gb: memory.available.map(|kib| rounded(kib, 1_048_576.0)),
        system_memory_percent: memory.used_percent(),
        cached_storage_count: stores,
        cached_service_count: 0,
        model_cache_count: usize::from(health.model.readiness == ports::Readiness::Ready),
        embedding_cache_count: write.reader().kept_query_vectors(),
        cache_stats: CacheStats { storage: kept(stores), service: kept(0), total_calls: 0 },
    })
}

#[expect(clippy::cast_precision_loss, reason = "rounded to two places anyway")]
fn rounded(kib: u64, unit: f64) -> f64 {
    (kib as f64 / unit * 100.0).round() / 100.0
}
