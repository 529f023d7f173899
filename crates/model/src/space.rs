//! Whose memory it is.

use std::fmt;

use crate::id::random_id;
use crate::{Capability, InvalidId};

/// A space: the unit that is kept apart from every other (isolation, backup, export, erasure). With SQLite it is a file
/// of its own; the default space is the original's file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// The one space of an installation with a single user, and the private one of its owner.
    #[default]
    Default,
    /// Any other.
    Named(SpaceId),
}

random_id! {
    /// The id of a space. It is no secret, and whoever knows it may do nothing by that.
    SpaceId
}

/// What a member of a space may do there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// May read.
    Reader,
    /// May read and write.
    Writer,
    /// May also say who else is a member.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Writer, Self::Owner];

    /// Its name: `reader`, `writer`, `owner`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Owner => "owner",
        }
    }

    /// The role with a name; none when there is no such role.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What it allows in the space.
    #[must_use]
    pub fn capability(self) -> Capability {
        match self {
            Self::Reader => Capability::Read,
            Self::Writer => Capability::Write,
            Self::Owner => Capability::Admin,
        }
    }
}

impl Space {
    /// A space as [`Space`] is written.
    ///
    /// # Errors
    /// [`InvalidId`] when the text is neither `default` nor an id.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        match text {
            "default" => Ok(Self::Default),
            id => SpaceId::parse(id).map(Self::Named),
        }
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Named(id) => id.fmt(f),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_is_read_as_it_is_written() {
        let named = Space::Named(SpaceId::from_bytes([7; 10]));
        for space in [Space::Default, named] {
            assert_eq!(Space::parse(&space.to_string()), Ok(space));
        }
        for text in ["", "Default", "default ", "../default", "a"] {
            assert!(Space::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn each_role_has_its_name_and_more_than_the_one_before() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        assert_eq!(Role::parse("Owner"), None);
        assert!(Role::ALL.windows(2).all(|pair| pair[0].capability() < pair[1].capability()));
    }
}
