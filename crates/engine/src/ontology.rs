//! Kinds of memories and namespaces of tags that are not known.

use model::{MemoryType, TagParts, Tags};

use crate::capability::Reader;
use crate::engine::Settings;

impl Reader {
    /// The names of the kinds of memories that are known, in the order of the alphabet.
    #[must_use]
    pub fn known_types(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.space.parts.settings.ontology.names().collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// What the receipt of a write says about a kind that is not known. It is kept all the same: the original rewrites such
/// names, and so loses them.
pub(crate) fn warning(settings: &Settings, memory_type: Option<&MemoryType>) -> Option<String> {
    let memory_type = memory_type.filter(|memory_type| !settings.ontology.knows(memory_type))?;
    let name = memory_type.as_str();
    Some(format!(
        "memory type '{name}' is not a known one; it is kept as '{name}' (name it in MCP_CUSTOM_MEMORY_TYPES to make it known)"
    ))
}

/// Says in the log which namespaces of tags are not known. They are as good as others: the original has no more than a line
/// in its log for them either.
pub(crate) fn note_namespaces(settings: &Settings, tags: &Tags) {
    for namespace in unknown_namespaces(settings, tags) {
        tracing::info!(
            namespace,
            "a tag has a namespace that is not known (MCP_CUSTOM_TAG_NAMESPACES makes it known)"
        );
    }
}

fn unknown_namespaces<'t>(settings: &Settings, tags: &'t Tags) -> Vec<&'t str> {
    let unknown = tags.iter().filter(|tag| !settings.tag_namespaces.recognises(tag));
    let mut namespaces: Vec<&str> = unknown.filter_map(|tag| TagParts::of(tag).namespace).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    namespaces
}

#[cfg(test)]
mod tests {
    use model::TagNamespaces;

    use super::*;

    #[test]
    fn namespaces_that_the_settings_name_are_known() {
        let tags = Tags::from_list(["proj:web", "crew:a", "crew:b", "team:x", "plain"]).unwrap();
        let unknown = |custom: &str| {
            let tag_namespaces = TagNamespaces::with_custom(custom).unwrap();
            let settings = Settings { tag_namespaces, ..Settings::default() };
            unknown_namespaces(&settings, &tags).join(" ")
        };
        assert_eq!(unknown(""), "crew team");
        assert_eq!(unknown("Crew:"), "team");
        assert_eq!(unknown("crew,team"), "");
    }
}
