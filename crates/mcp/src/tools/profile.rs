//! Which tools a client is shown.

/// Which tools a list of tools names. Every tool can be called in every profile: a profile spares a model's context, it
/// protects nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// What most conversations need.
    #[default]
    Default,
    /// Every tool of today.
    Full,
    /// These and the names of the original's older releases, for prompts and rules that were written for them.
    Legacy,
}

impl Profile {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Default, Self::Full, Self::Legacy];

    /// Its name, as settings have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Full => "full",
            Self::Legacy => "legacy",
        }
    }

    /// The profile with this name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name().eq_ignore_ascii_case(name.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_known_by_its_name_and_by_nothing_else() {
        for profile in Profile::ALL {
            assert_eq!(Profile::parse(&format!(" {} ", profile.name().to_uppercase())), Some(profile));
        }
        assert_eq!(Profile::parse(""), None);
        assert_eq!(Profile::parse("core"), None);
    }
}
