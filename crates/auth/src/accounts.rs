//! Accounts: who people are, how they sign in, and where they are signed in.
//!
//! | part | what |
//! |---|---|
//! | `set_up` | the first user, with the code that the server shows |
//! | `signing_in` | a password and a second factor for a session |
//! | `sessions` | who shows a session; ending sessions |
//! | `password` | rules for passwords, their hashes, changing one |
//! | `second_factor` | codes that change with the time, and recovery codes; with `totp` |
//! | `passkeys` | key pairs of an authenticator, without name and password |
//! | `throttle` | attempts are counted, and slowed down |
//! | `identities` | signing in with a provider of identities: whose an identity is |
//! | `administration` | adding, listing, disabling, enabling, resetting users |
//!
//! Whoever does not sign in is told one thing only ([`AccountsError::WrongCredentials`]), and it takes one time: whether there is a
//! user of that name, whether the password or the second factor was wrong, or the user is disabled, is in the audit log alone. Why
//! it is all so: `docs/decisions/0017-accounts.md`.

mod administration;
mod identities;
mod passkeys;
mod password;
mod second_factor;
mod sessions;
mod set_up;
mod signing_in;
mod throttle;
mod totp;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use model::{AuditAction, AuditEntry, AuditOutcome, Session, User};
use ports::{AccountStore, AuditLog, Clock, KeyStore, OAuthStore, Rng, StoreError};
use thiserror::Error;

use crate::{Secret, minted};
pub use identities::Identities;
pub use passkeys::{CHALLENGE_LIFETIME_S, MAX_PASSKEY_NAME_CHARS, PasskeySite};
pub use password::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS};
pub use second_factor::{RECOVERY_CODES, TotpSetUp};
pub use sessions::{SESSION_IDLE_S, SESSION_LIFETIME_S};
pub use set_up::SET_UP_LIFETIME_S;

/// How codes for the first user begin.
const SET_UP: &str = "mset_";
/// How sessions begin.
const SESSION: &str = "mss_";

/// Where a request comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The machine, when it is known.
    pub machine: Option<IpAddr>,
    /// The program, as it calls itself.
    pub agent: Option<String>,
}

/// Somebody who is signed in now.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session as the browser is to show it, `mss_` and so on. It is not shown again.
    pub secret: Secret,
    /// What is kept of it.
    pub session: Session,
    /// Who.
    pub user: User,
}

/// Why something was not done with an account. Nothing was changed then.
#[derive(Debug, Error)]
pub enum AccountsError {
    /// The name, the password or the second factor is wrong, or that user is let in no more. Nobody is told which.
    #[error("the name, the password or the code is wrong")]
    WrongCredentials,
    /// Too many attempts failed.
    #[error("too many attempts failed: try again in {seconds} s")]
    LockedOut {
        /// How long to wait, in seconds.
        seconds: u64,
    },
    /// The code for the first user is wrong, or its time is over.
    #[error("the code is wrong or too old: start the server again for a new one")]
    WrongCode,
    /// There is a user already.
    #[error("the first user is set up already: sign in")]
    AlreadySetUp,
    /// The name is none.
    #[error(
        "this is no name for a user: it must have 1 to 64 characters, letters and digits without accents and . _ - + @, begin with \
         a letter or a digit, and not be like an id (16 small letters and digits)"
    )]
    InvalidName,
    /// The name is taken.
    #[error("there is a user of that name already: take another name")]
    NameTaken,
    /// The password is too short.
    #[error("the password is too short: it must have at least {MIN_PASSWORD_CHARS} characters")]
    ShortPassword,
    /// The password is too long.
    #[error("the password is too long: it may have {MAX_PASSWORD_BYTES} bytes at most")]
    LongPassword,
    /// The password is no text.
    #[error("the password is no text in UTF-8")]
    UnreadablePassword,
    /// There are too many users.
    #[error("there are {} users already, and no more are kept", ports::MAX_USERS)]
    TooManyUsers,
    /// There is no such user.
    #[error("there is no such user: list the users to see who there is")]
    NoUser,
    /// Only the owner of the installation may do that.
    #[error("only the owner of this installation may do that")]
    NotOwner,
    /// Nobody disables or resets themselves.
    #[error("nobody can do that to their own account: change the password instead")]
    OwnAccount,
    /// No second factor waits to be confirmed, or its time is over.
    #[error("no second factor waits to be confirmed, or too much time went by: begin again")]
    NothingOffered,
    /// There is no second factor.
    #[error("there is no second factor: add one first")]
    NoSecondFactor,
    /// There is something wrong with a passkey. Nobody is told what.
    #[error("this passkey was not accepted")]
    WrongPasskey,
    /// There are too many passkeys.
    #[error("there are {} passkeys already: remove one first", ports::MAX_PASSKEYS_OF_ONE)]
    TooManyPasskeys,
    /// There is no such passkey.
    #[error("there is no such passkey")]
    NoPasskey,
    /// The user has no password.
    #[error(
        "this account has no password: whoever owns this installation gives it one with `memory users reset`"
    )]
    NoPassword,
    /// The identity is linked already.
    #[error("this identity is linked with a user already: `memory users unlink` takes it away")]
    IdentityTaken,
    /// The user has too many identities.
    #[error("this user has {} identities already", ports::MAX_IDENTITIES_OF_ONE)]
    TooManyIdentities,
    /// There is no randomness.
    #[error("there is no randomness to be had: try again")]
    Randomness(#[from] io::Error),
    /// The accounts cannot be read or written now, or too many people sign in at once.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// The accounts of an installation. Nothing is kept of them between two calls: what another process changed holds for the next one.
pub struct Accounts {
    store: Arc<dyn AccountStore>,
    grants: Option<Arc<dyn OAuthStore>>,
    keys: Option<Arc<dyn KeyStore>>,
    log: Arc<dyn AuditLog>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    hasher: password::Hasher,
}

impl Accounts {
    /// The accounts of a store. What people sign in with is hashed on the blocking threads of the Tokio runtime that calls.
    #[must_use]
    pub fn new(
        store: Arc<dyn AccountStore>,
        log: Arc<dyn AuditLog>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        Self { store, grants: None, keys: None, log, clock, rng, hasher: password::Hasher::default() }
    }

    /// The same, which also ends what a user allowed programs when the password changes or the user is disabled.
    #[must_use]
    pub fn with_grants(mut self, grants: Arc<dyn OAuthStore>) -> Self {
        self.grants = Some(grants);
        self
    }

    /// The same, which also revokes the keys of a user's private space when the user is disabled.
    #[must_use]
    pub fn with_keys(mut self, keys: Arc<dyn KeyStore>) -> Self {
        self.keys = Some(keys);
        self
    }

    /// A new random secret with a prefix.
    fn mint(&self, prefix: &str) -> Result<Secret, AccountsError> {
        Ok(minted::mint(prefix, &*self.rng)?)
    }

    /// New random bytes.
    fn random<const N: usize>(&self) -> Result<[u8; N], AccountsError> {
        let mut bytes = [0; N];
        self.rng.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// An entry of the audit log about something that is done now.
    fn entry(&self, action: AuditAction, outcome: AuditOutcome, from: &Origin) -> AuditEntry {
        let entry = AuditEntry::new(self.clock.now(), action, outcome);
        match from.machine {
            Some(machine) => entry.from_machine(machine.to_canonical()),
            None => entry,
        }
    }

    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.log.record(entry).await
    }
}

/// A user, as the audit log names one.
fn named(id: &model::UserId) -> String {
    format!("user:{id}")
}

#[cfg(test)]
mod tests;
