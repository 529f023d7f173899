//! How a server behaves, where its owner may choose.

use crate::tools::{Defaults, Profile};

/// How a server behaves, where its owner may choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What calls mean that leave something out.
    pub defaults: Defaults,
    /// Which tools are listed.
    pub profile: Profile,
}

impl From<Defaults> for Options {
    fn from(defaults: Defaults) -> Self {
        Self { defaults, ..Self::default() }
    }
}

impl From<Profile> for Options {
    fn from(profile: Profile) -> Self {
        Self { profile, ..Self::default() }
    }
}
