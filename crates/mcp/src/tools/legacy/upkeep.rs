//! The older names of looking after the store.

use crate::tools::{Profile, Tool, health};

pub(super) static CHECK_DATABASE_HEALTH: Tool = Tool {
    name: "check_database_health",
    description: "Older name of memory_health.",
    profile: Profile::Legacy,
    ..health::TOOL
};
