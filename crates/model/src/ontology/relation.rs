//! The kinds of relations between memories.

use std::fmt;

use thiserror::Error;

/// The relation of a memory to an entity: written by the service alone, so no [`RelationType`].
pub const HAS_ENTITY: &str = "has_entity";

/// How one memory relates to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RelationType {
    /// The first brought the second about.
    Causes,
    /// The first puts the second right.
    Fixes,
    /// Both cannot be true.
    Contradicts,
    /// The first is a reason to believe the second.
    Supports,
    /// The first came after the second.
    Follows,
    /// They have to do with each other.
    Related,
    /// The first was made from the second.
    DerivedFrom,
    /// Both name the same entity.
    SharesEntity,
}

/// Why a text is not the name of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("relation type {given:?} is not known: write one of {}", names().join(", "))]
pub struct InvalidRelationType {
    /// What was given, its beginning when it is long.
    pub given: String,
}

impl RelationType {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Causes,
        Self::Fixes,
        Self::Contradicts,
        Self::Supports,
        Self::Follows,
        Self::Related,
        Self::DerivedFrom,
        Self::SharesEntity,
    ];

    /// Reads a name; outer white space and case do not count.
    ///
    /// # Errors
    /// [`InvalidRelationType`] lists the names.
    pub fn parse(text: &str) -> Result<Self, InvalidRelationType> {
        let name = super::normalised(text);
        Self::ALL
            .into_iter()
            .find(|relation| relation.as_str() == name)
            .ok_or_else(|| InvalidRelationType { given: text.chars().take(100).collect() })
    }

    /// Its name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Causes => "causes",
            Self::Fixes => "fixes",
            Self::Contradicts => "contradicts",
            Self::Supports => "supports",
            Self::Follows => "follows",
            Self::Related => "related",
            Self::DerivedFrom => "derived_from",
            Self::SharesEntity => "shares_entity",
        }
    }

    /// Whether it holds in both directions; the original stores such a relation both ways.
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::Related | Self::Contradicts | Self::SharesEntity)
    }
}

fn names() -> Vec<&'static str> {
    RelationType::ALL.map(RelationType::as_str).to_vec()
}

impl fmt::Display for RelationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_three_hold_both_ways() {
        for relation in RelationType::ALL {
            assert_eq!(RelationType::parse(&format!(" {} ", relation.as_str().to_uppercase())), Ok(relation));
        }
        let symmetric: Vec<_> =
            RelationType::ALL.into_iter().filter(|relation| relation.is_symmetric()).collect();
        assert_eq!(symmetric, [RelationType::Contradicts, RelationType::Related, RelationType::SharesEntity]);
    }

    #[test]
    fn other_names_are_refused_with_the_list() {
        for name in ["", "uses", HAS_ENTITY] {
            let error = RelationType::parse(name).unwrap_err();
            assert!(error.to_string().ends_with(
                "causes, fixes, contradicts, supports, follows, related, derived_from, shares_entity"
            ));
        }
    }
}
