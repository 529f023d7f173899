//! Kinds of memories that the ontology does not know.

use model::MemoryType;

use crate::engine::Settings;

/// What the receipt of a write says about a kind that is not known. It is kept all the same: the original rewrites such
/// names, and so loses them.
pub(crate) fn warning(settings: &Settings, memory_type: Option<&MemoryType>) -> Option<String> {
    let memory_type = memory_type.filter(|memory_type| !settings.ontology.knows(memory_type))?;
    let name = memory_type.as_str();
    Some(format!(
        "memory type '{name}' is not a known one; it is kept as '{name}' (name it in MCP_CUSTOM_MEMORY_TYPES to make it known)"
    ))
}
