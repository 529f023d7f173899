//! The older names of looking after the store.

use crate::tools::{Profile, Tool, cleanup, health, stats, update};

pub(super) static CHECK_DATABASE_HEALTH: Tool = Tool {
    name: "check_database_health",
    description: "Older name of memory_health.",
    profile: Profile::Legacy,
    ..health::TOOL
};

pub(super) static GET_CACHE_STATS: Tool = Tool {
    name: "get_cache_stats",
    description: "Older name of memory_stats.",
    profile: Profile::Legacy,
    ..stats::TOOL
};

pub(super) static UPDATE_MEMORY_METADATA: Tool = Tool {
    name: "update_memory_metadata",
    description: "Older name of memory_update.",
    profile: Profile::Legacy,
    ..update::TOOL
};

pub(super) static CLEANUP_DUPLICATES: Tool = Tool {
    name: "cleanup_duplicates",
    description: "Older name of memory_cleanup. No two memories have the same text, so it reports those that are alike.",
    profile: Profile::Legacy,
    ..cleanup::TOOL
};
