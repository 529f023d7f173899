//! Damage, and its repair.

/// How thoroughly to look for damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Structure of the database, counts.
    Quick,
    /// Every page, every index, every word and vector against its memory.
    Deep,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntegrityReport {
    /// What was looked at, in order, one short name each: `pages`, `words`, `vectors`, `modes`, ...
    pub checked: Vec<&'static str>,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

impl IntegrityReport {
    /// Whether nothing is damaged. Findings of [`Severity::Note`] are allowed.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Severity::Note)
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, one of [`IntegrityReport::checked`].
    pub subject: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, with numbers and names.
    pub message: String,
}

/// How bad a [`Finding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Derived data is wrong or missing: [`repair`](crate::MemoryStore::repair) mends it.
    Repairable,
    /// Memories themselves are damaged: restore a backup or recover by hand.
    Damage,
}

/// One thing that a repair did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// What it was about, one of [`IntegrityReport::checked`].
    pub subject: &'static str,
    /// What was done, with numbers.
    pub message: String,
}
