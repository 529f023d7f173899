//! Credentials that are tried out: counted by the machine that tries them.
//!
//! What was never good may be checked so often, and be wrong more rarely. Only what is wrong counts as a failure, so that the
//! first use of a good key is served although somebody else guesses from the same machine. What has the form of a key is
//! counted apart from what has not: the second needs no look at the keys, and guesses at the key of the settings do not keep
//! other keys out.
//!
//! What was good once is remembered (as a digest) and may be checked any number of times. It is checked all the same.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use auth::{Presented, is_minted};
use model::KeyDigest;

use super::peer::Machine;
use super::rate::Limit;

/// How many are remembered: more than there can be keys.
const MAX_REMEMBERED: usize = 4096;
/// How many may be checked for each that may be wrong.
const CHECKS_PER_FAILURE: u32 = 20;

/// What a request shows, as a digest of each part.
type Shown = (Option<KeyDigest>, Option<KeyDigest>);

/// What a credential looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    /// A key or a token, whose digest is looked up.
    Key,
    /// Anything else: it is the key of the settings or none.
    Other,
}

/// Counts what is tried out.
pub(super) struct Attempts {
    failures: Limit<Machine>,
    checks: Limit<(Machine, Form)>,
    good: Mutex<HashSet<Shown>>,
}

/// Something that is tried out.
pub(super) struct Attempt<'a> {
    attempts: &'a Attempts,
    machine: Option<Machine>,
    shown: Shown,
    is_remembered: bool,
}

impl Attempts {
    /// So many failures a minute from each machine; 0 is any number.
    pub(super) fn new(failures_per_minute: u32) -> Self {
        Self {
            failures: Limit::per_minute(failures_per_minute),
            checks: Limit::per_minute(failures_per_minute.saturating_mul(CHECKS_PER_FAILURE)),
            good: Mutex::default(),
        }
    }

    /// Something is about to be tried.
    ///
    /// # Errors
    /// After how many seconds it may be.
    pub(super) fn begin(&self, shown: Presented<'_>, machine: Option<Machine>) -> Result<Attempt<'_>, u64> {
        let parts = [shown.bearer, shown.api_key];
        let shown = (shown.bearer.map(KeyDigest::of), shown.api_key.map(KeyDigest::of));
        let is_remembered = self.good().contains(&shown);
        if let (false, Some(machine)) = (is_remembered, machine) {
            let is_key = parts.into_iter().flatten().any(is_minted);
            self.checks.take(&(machine, if is_key { Form::Key } else { Form::Other }))?;
        }
        Ok(Attempt { attempts: self, machine, shown, is_remembered })
    }

    /// Something was wrong.
    ///
    /// # Errors
    /// When too much was: after how many seconds something may be again.
    pub(super) fn failed(&self, machine: Option<Machine>) -> Result<(), u64> {
        machine.map_or(Ok(()), |machine| self.failures.take(&machine))
    }

    fn good(&self) -> MutexGuard<'_, HashSet<Shown>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    pub(super) fn was_good(self) {
        if self.is_remembered {
            return;
        }
        let mut good = self.attempts.good();
        if good.len() >= MAX_REMEMBERED {
            good.clear();
        }
        good.insert(self.shown);
    }

    /// It was wrong, and is forgotten.
    ///
    /// # Errors
    /// When too much was wrong: after how many seconds something may be again.
    pub(super) fn was_bad(self) -> Result<(), u64> {
        if self.is_remembered {
            self.attempts.good().remove(&self.shown);
        }
        self.attempts.failed(self.machine)
    }
}
