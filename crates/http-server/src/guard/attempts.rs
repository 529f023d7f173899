//! Credentials that are tried out: counted by the machine that tries them, before the keys are asked.
//!
//! What was good once is remembered (as a digest) and is not counted, so that whoever has a key is served although somebody
//! else guesses from the same machine. It is checked all the same.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use auth::Presented;
use model::KeyDigest;

use super::peer::Machine;
use super::rate::Limit;

/// How many are remembered: more than there can be keys.
const MAX_REMEMBERED: usize = 4096;

/// What a request shows, as a digest of each part.
type Shown = (Option<KeyDigest>, Option<KeyDigest>);

/// Counts what is tried out.
pub(super) struct Attempts {
    by_machine: Limit<Machine>,
    good: Mutex<HashSet<Shown>>,
}

/// Something that is tried out.
pub(super) struct Attempt<'a> {
    attempts: &'a Attempts,
    shown: Option<Shown>,
    is_remembered: bool,
}

impl Attempts {
    /// So many a minute from each machine; 0 is any number.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { by_machine: Limit::per_minute(per_minute), good: Mutex::default() }
    }

    /// Something is about to be tried.
    ///
    /// # Errors
    /// After how many seconds it may be.
    pub(super) fn begin(
        &self,
        shown: Option<Presented<'_>>,
        machine: Option<Machine>,
    ) -> Result<Attempt<'_>, u64> {
        let shown = shown.map(|shown| (shown.bearer.map(KeyDigest::of), shown.api_key.map(KeyDigest::of)));
        let is_remembered = shown.as_ref().is_some_and(|shown| self.good().contains(shown));
        if let (false, Some(machine)) = (is_remembered, machine) {
            self.by_machine.take(&machine)?;
        }
        Ok(Attempt { attempts: self, shown, is_remembered })
    }

    fn good(&self) -> std::sync::MutexGuard<'_, HashSet<Shown>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    pub(super) fn was_good(self) {
        let Some(shown) = self.shown.filter(|_| !self.is_remembered) else { return };
        let mut good = self.attempts.good();
        if good.len() >= MAX_REMEMBERED {
            good.clear();
        }
        good.insert(shown);
    }

    pub(super) fn was_bad(self) {
        if let Some(shown) = self.shown.filter(|_| self.is_remembered) {
            self.attempts.good().remove(&shown);
        }
    }
}
