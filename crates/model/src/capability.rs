//! What a caller may do.

use std::str::FromStr;

use thiserror::Error;

/// What a caller may do. Each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Look at memories.
    Read,
    /// Store memories, but change and delete none: what an agent needs that nobody watches.
    Add,
    /// Change and delete memories, too.
    Write,
    /// Examine and repair the store.
    Admin,
}

/// A name that is no capability's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is no scope: say read, add, write or admin")]
pub struct InvalidCapability(pub String);

impl Capability {
    /// All, the least first.
    pub const ALL: [Self; 4] = [Self::Read, Self::Add, Self::Write, Self::Admin];

    /// Its name, as scopes and messages have it: `read`, `add`, `write`, `admin`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Add => "add",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Capability {
    type Err = InvalidCapability;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|capability| capability.name() == name);
        found.ok_or_else(|| InvalidCapability(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back() {
        for capability in Capability::ALL {
            assert_eq!(capability.name().parse(), Ok(capability));
        }
    }

    #[test]
    fn another_name_is_refused_and_told() {
        for name in ["", "Read", "readwrite", "read write", "owner"] {
            assert_eq!(name.parse::<Capability>(), Err(InvalidCapability(name.to_owned())));
        }
    }

    #[test]
    fn each_includes_the_ones_before_it() {
        assert!(Capability::ALL.is_sorted());
    }
}
