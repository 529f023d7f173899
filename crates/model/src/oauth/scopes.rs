//! What a client asks for by name.

use std::fmt;

use crate::Capability;

/// The name by which a client asks for access while the user is away.
const OFFLINE: &str = "offline_access";
/// What can be asked for, in the order in which it is written.
const NAMES: [(&str, Option<Capability>); 4] = [
    ("read", Some(Capability::Read)),
    ("write", Some(Capability::Write)),
    ("admin", Some(Capability::Admin)),
    (OFFLINE, None),
];

/// The names by which a client asked for something: some of `read`, `write`, `admin`, `offline_access`; or none, when it did not
/// say.
///
/// What a token may do is a [`Capability`]. The names are kept besides, because clients compare what they got with what they asked
/// for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes([bool; NAMES.len()]);

impl Scopes {
    /// Every name.
    pub const ALL: Self = Self([true; NAMES.len()]);

    /// The known names among those of a text, which blanks part (RFC 6749 section 3.3).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let asked: Vec<&str> = text.split(' ').collect();
        Self(NAMES.map(|(name, _)| asked.contains(&name)))
    }

    /// The names of what a capability includes.
    #[must_use]
    pub fn of(capability: Capability) -> Self {
        Self(NAMES.map(|(_, needed)| needed.is_some_and(|needed| needed <= capability)))
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The most that a name stands for; none when no name stands for anything.
    #[must_use]
    pub fn capability(self) -> Option<Capability> {
        self.names().filter_map(|(_, capability)| capability).max()
    }

    /// Whether access is asked for while the user is away.
    #[must_use]
    pub fn is_offline(self) -> bool {
        self.names().any(|(name, _)| name == OFFLINE)
    }

    /// Those that a capability includes; when none of them does, all that it includes. Whether access is asked for while the user
    /// is away stays.
    #[must_use]
    pub fn within(self, capability: Capability) -> Self {
        let included = Self::of(capability);
        let both = Self(std::array::from_fn(|place| self.0[place] && included.0[place]));
        let mut kept = if both.is_empty() { included } else { both };
        for (place, (name, _)) in NAMES.iter().enumerate() {
            kept.0[place] |= *name == OFFLINE && self.0[place];
        }
        kept
    }

    /// Whether each of these names is one of those.
    #[must_use]
    pub fn is_among(self, others: Self) -> bool {
        self.0.iter().zip(others.0).all(|(mine, other)| !mine || other)
    }

    fn names(self) -> impl Iterator<Item = (&'static str, Option<Capability>)> {
        NAMES.into_iter().zip(self.0).filter(|(_, is_asked)| *is_asked).map(|(name, _)| name)
    }
}

/// As [`Scopes::parse`] reads it.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names().map(|(name, _)| name).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_read_in_any_order_and_written_in_one() {
        for (text, written) in [
            ("", ""),
            ("read", "read"),
            ("offline_access write read write", "read write offline_access"),
            ("openid  email admin", "admin"),
            ("Read readwrite read,write", ""),
        ] {
            assert_eq!(Scopes::parse(text).to_string(), written, "{text:?}");
        }
        assert_eq!(Scopes::ALL.to_string(), "read write admin offline_access");
    }

    #[test]
    fn the_most_that_is_asked_for_counts() {
        assert_eq!(Scopes::parse("read admin").capability(), Some(Capability::Admin));
        assert_eq!(Scopes::parse("offline_access").capability(), None);
        assert!(Scopes::parse("offline_access").is_offline() && !Scopes::parse("read").is_offline());
        assert!(Scopes::parse("openid").is_empty());
    }

    #[test]
    fn what_is_granted_is_told_in_the_names_that_were_asked_for() {
        for (asked, granted, told) in [
            ("read write", Capability::Write, "read write"),
            ("write", Capability::Write, "write"),
            ("read write admin offline_access", Capability::Read, "read offline_access"),
            ("write offline_access", Capability::Read, "read offline_access"),
            ("", Capability::Write, "read write"),
            ("offline_access", Capability::Write, "read write offline_access"),
        ] {
            assert_eq!(Scopes::parse(asked).within(granted).to_string(), told, "{asked}");
        }
    }

    #[test]
    fn names_are_among_others_when_each_of_them_is() {
        let all = Scopes::parse("read write");
        assert!(Scopes::parse("write").is_among(all) && Scopes::default().is_among(all));
        assert!(!Scopes::parse("write admin").is_among(all));
    }
}
