//! The kinds of memories that the original knows, and the kinds of relations.
//!
//! A [`MemoryType`] is free text and stays what the user wrote. The ontology only says whether a name is one of the known
//! ones and which base it belongs to. Names are compared without outer white space and without regard to case.

mod custom;
mod relation;

use std::collections::BTreeMap;

pub use custom::{InvalidOntology, MAX_CUSTOM_TYPES};
pub use relation::{HAS_ENTITY, InvalidRelationType, RelationType};

use crate::MemoryType;

/// The bases of release 12 and their subtypes.
pub const BUILT_IN_TYPES: [(&str, &[&str]); 12] = [
    (
        "observation",
        &[
            "code_edit",
            "file_access",
            "search",
            "command",
            "conversation",
            "conversation_turn",
            "session",
            "document",
            "note",
            "reference",
            "user_correction",
            "tool_outcome",
            "preference_signal",
        ],
    ),
    ("decision", &["architecture", "tool_choice", "approach", "configuration"]),
    ("learning", &["insight", "best_practice", "anti_pattern", "gotcha"]),
    ("error", &["bug", "failure", "exception", "timeout", "mistake"]),
    ("pattern", &["recurring_issue", "code_smell", "design_pattern", "workflow"]),
    (
        "planning",
        &[
            "sprint_goal",
            "backlog_item",
            "story_point_estimate",
            "velocity",
            "retrospective",
            "standup_note",
            "acceptance_criteria",
        ],
    ),
    (
        "ceremony",
        &["sprint_review", "sprint_planning", "daily_standup", "retrospective_action", "demo_feedback"],
    ),
    ("milestone", &["deliverable", "dependency", "risk", "constraint", "assumption", "deadline"]),
    (
        "stakeholder",
        &["requirement", "feedback", "escalation", "approval", "change_request", "status_update"],
    ),
    ("meeting", &["action_item", "attendee_note", "agenda_item", "follow_up", "minutes"]),
    ("research", &["finding", "comparison", "recommendation", "source", "hypothesis"]),
    ("communication", &["email_summary", "chat_summary", "announcement", "request", "response"]),
];

/// The known kinds of memories: the built-in ones and those of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ontology {
    /// Every name with its base; a base is its own.
    base_of: BTreeMap<String, String>,
}

impl Ontology {
    /// The 12 bases and 69 subtypes of release 12.
    #[must_use]
    pub fn built_in() -> Self {
        let own = BUILT_IN_TYPES.iter().flat_map(|(base, subtypes)| {
            std::iter::once(base).chain(*subtypes).map(|name| ((*name).to_owned(), (*base).to_owned()))
        });
        Self { base_of: own.collect() }
    }

    /// The base of a kind, a base being its own; none when the name is not known.
    #[must_use]
    pub fn base_of(&self, memory_type: &MemoryType) -> Option<&str> {
        self.base_of_name(memory_type.as_str())
    }

    /// The base of a name, as [`Ontology::base_of`].
    #[must_use]
    pub fn base_of_name(&self, name: &str) -> Option<&str> {
        self.base_of.get(&normalised(name)).map(String::as_str)
    }

    /// Whether a kind is known.
    #[must_use]
    pub fn knows(&self, memory_type: &MemoryType) -> bool {
        self.base_of(memory_type).is_some()
    }

    /// Every known name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.base_of.keys().map(String::as_str)
    }

    /// The bases, sorted.
    pub fn bases(&self) -> impl Iterator<Item = &str> {
        self.base_of.iter().filter(|(name, base)| name == base).map(|(name, _)| name.as_str())
    }

    /// The subtypes of a base, sorted; none when the name is no base.
    pub fn subtypes<'s>(&'s self, base: &'s str) -> impl Iterator<Item = &'s str> {
        self.base_of
            .iter()
            .filter(move |(name, own)| *own == base && *name != base)
            .map(|(name, _)| name.as_str())
    }
}

impl Default for Ontology {
    fn default() -> Self {
        Self::built_in()
    }
}

fn normalised(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> MemoryType {
        MemoryType::parse(name).unwrap().unwrap()
    }

    #[test]
    fn release_12_has_12_bases_and_69_subtypes_each_once() {
        let ontology = Ontology::built_in();
        let written = BUILT_IN_TYPES.iter().map(|(_, subtypes)| 1 + subtypes.len()).sum::<usize>();
        assert_eq!((ontology.bases().count(), ontology.names().count(), written), (12, 81, 81));
        assert_eq!(
            ontology.subtypes("decision").collect::<Vec<_>>(),
            ["approach", "architecture", "configuration", "tool_choice"]
        );
        assert_eq!(ontology.subtypes("bug").count(), 0);
    }

    #[test]
    fn a_name_has_its_base_and_a_base_is_its_own() {
        let ontology = Ontology::built_in();
        for (name, base) in [
            ("observation", Some("observation")),
            ("preference_signal", Some("observation")),
            (" Bug ", Some("error")),
            ("minutes", Some("meeting")),
            ("preference", None),
            ("learning/insight", None),
        ] {
            assert_eq!(ontology.base_of_name(name), base, "{name:?}");
            assert_eq!(ontology.knows(&kind(name)), base.is_some(), "{name:?}");
        }
    }

    #[test]
    fn an_unknown_kind_stays_what_it_is() {
        let kind = kind("Fix-Note");
        assert_eq!(Ontology::built_in().base_of(&kind), None);
        assert_eq!(kind.as_str(), "Fix-Note");
    }
}
