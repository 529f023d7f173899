//! Where a memory came from.

use std::fmt;

/// Where a memory came from, as the server stamped it when it was stored. No later write changes it: a caller cannot
/// make a document's words look like the user's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whose words it is.
    pub kind: OriginKind,
    /// The client that sent it, as it called itself.
    pub client: Option<String>,
    /// The conversation it was said in.
    pub conversation: Option<String>,
    /// The agent that sent it.
    pub agent: Option<String>,
}

/// Whose words a memory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OriginKind {
    /// A person wrote it.
    User,
    /// An assistant wrote it.
    Agent,
    /// A program made it.
    Tool,
    /// It was taken out of a document.
    Document,
    /// It came with an import.
    Import,
}

impl OriginKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::User, Self::Agent, Self::Tool, Self::Document, Self::Import];

    /// Its name: `user`, `agent`, `tool`, `document`, `import`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Tool => "tool",
            Self::Document => "document",
            Self::Import => "import",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Origin {
    /// An origin of which nothing more is known.
    #[must_use]
    pub fn of(kind: OriginKind) -> Self {
        Self { kind, client: None, conversation: None, agent: None }
    }
}

impl fmt::Display for OriginKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in OriginKind::ALL {
            assert_eq!(OriginKind::named(kind.name()), Some(kind));
        }
        assert_eq!(OriginKind::named("User"), None);
    }
}
