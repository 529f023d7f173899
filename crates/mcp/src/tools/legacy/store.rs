//! The older name of storing. It takes what `memory_store` takes: tags and type beside the content, as the original's
//! other doors had them, or in the metadata.

use crate::tools::{Profile, Tool, store};

pub(super) static STORE_MEMORY: Tool = Tool {
    name: "store_memory",
    description: "Older name of memory_store.",
    profile: Profile::Legacy,
    ..store::TOOL
};
