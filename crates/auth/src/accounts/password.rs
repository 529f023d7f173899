//! Rules for passwords, their hashes, changing one.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use model::{Account, AuditAction, AuditOutcome, PasswordHash, Session, UserId};
use ports::{FactorsThen, PasswordChange, StoreError};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::throttle::Throttled;
use super::{Accounts, AccountsError, Origin, named};
use crate::Secret;

/// How many characters a password has at least. There are no rules about which (NIST SP 800-63B section 3.1.1.2).
pub const MIN_PASSWORD_CHARS: usize = 12;
/// How many bytes a password has at most.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// How many hashes are made at once: each takes 19 MiB and a whole core.
const PARALLEL: usize = 2;
/// How many may wait for their turn. More are refused at once.
const WAITING: usize = 32;
/// The bytes of a salt.
const SALT_BYTES: usize = 16;

/// A password in the one form in which it is hashed, so that it does not matter with which keys it was typed.
///
/// # Errors
/// [`AccountsError::LongPassword`], [`AccountsError::UnreadablePassword`].
fn normal(password: &[u8]) -> Result<Secret, AccountsError> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(AccountsError::LongPassword);
    }
    let text = std::str::from_utf8(password).map_err(|_| AccountsError::UnreadablePassword)?;
    Ok(Secret::new(text.nfkc().collect::<String>()))
}

/// A password that somebody chose.
///
/// # Errors
/// Those of [`normal`], [`AccountsError::ShortPassword`].
pub(super) fn chosen(password: &[u8]) -> Result<Secret, AccountsError> {
    let normal = normal(password)?;
    match normal.reveal().chars().count() < MIN_PASSWORD_CHARS {
        true => Err(AccountsError::ShortPassword),
        false => Ok(normal),
    }
}

/// Makes hashes with Argon2id, a few at once.
pub(super) struct Hasher {
    argon2: Argon2<'static>,
    pub(super) running: Arc<Semaphore>,
    waiting: Semaphore,
    /// How many were made.
    #[cfg(test)]
    pub(super) made: std::sync::atomic::AtomicUsize,
}

impl Default for Hasher {
    /// 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
    fn default() -> Self {
        Self::new(Params::DEFAULT)
    }
}

impl Hasher {
    pub(super) fn new(params: Params) -> Self {
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            running: Arc::new(Semaphore::new(PARALLEL)),
            waiting: Semaphore::new(PARALLEL + WAITING),
            #[cfg(test)]
            made: std::sync::atomic::AtomicUsize::new(0),
        }
    }

    /// What is kept of a password.
    pub(super) async fn hash(
        &self,
        password: Secret,
        salt: [u8; SALT_BYTES],
    ) -> Result<PasswordHash, AccountsError> {
        let made =
            self.run(move |argon2| argon2.hash_password_with_salt(password.reveal().as_bytes(), &salt));
        match made.await? {
            Ok(hash) => Ok(PasswordHash::stored(hash.to_string())),
            Err(error) => {
                let (reason, source) =
                    ("a password could not be hashed".to_owned(), Some(error.to_string().into()));
                Err(StoreError::Open { reason, source }.into())
            }
        }
    }

    /// Whether a password is the one of which a hash was made. Without a hash it takes as long and is no.
    pub(super) async fn is_right(
        &self,
        password: &[u8],
        hash: Option<PasswordHash>,
    ) -> Result<bool, AccountsError> {
        // What can be nobody's password is refused for everybody at once.
        let Ok(password) = normal(password) else { return Ok(false) };
        self.run(move |argon2| {
            let password = password.reveal().as_bytes();
            match hash.as_ref().and_then(|hash| Phc::new(hash.as_str()).ok()) {
                Some(hash) => argon2.verify_password(password, &hash).is_ok(),
                None => argon2.hash_password_with_salt(password, &[0; SALT_BYTES]).is_err(),
            }
        })
        .await
    }

    /// Does slow work on a blocking thread, when it is its turn.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, AccountsError> {
        let busy = || AccountsError::Unavailable(StoreError::Busy { waited_ms: 0 });
        let _place = self.waiting.try_acquire().map_err(|_| busy())?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| busy())?;
        #[cfg(test)]
        self.made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let argon2 = self.argon2.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&argon2);
            // Not before: whoever asked may have left, and this works on.
            drop(turn);
            done
        });
        done.await.map_err(|_| busy())
    }
}

impl Accounts {
    /// Changes the password of whoever is signed in with a session, who shows the current one. All other sessions end, and so does
    /// what programs were allowed.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when the current one is wrong; [`AccountsError`].
    pub async fn change_password(
        &self,
        session: &Session,
        current: &[u8],
        new: &[u8],
        from: &Origin,
    ) -> Result<(), AccountsError> {
        let new = chosen(new)?;
        let account = self.proven(&session.user, current, AuditAction::PasswordChange, from).await?;
        let change = PasswordChange {
            from: Some(account.password),
            to: self.hasher.hash(new, self.random()?).await?,
            at: self.clock.now(),
            keeps: Some(session.id.clone()),
            factors: FactorsThen::Stay,
        };
        self.end_grants(&session.user).await?;
        if !self.store.set_password(&session.user, change).await? {
            return Err(AccountsError::WrongCredentials);
        }
        let entry = self.entry(AuditAction::PasswordChange, AuditOutcome::Done, from);
        self.record(entry.by(named(&session.user))).await?;
        // Once more: whoever was signed in elsewhere could still allow something between the two.
        Ok(self.end_grants(&session.user).await?)
    }

    /// Whether it is the user who asks for something that a stolen session shall not be enough for: the password is shown once more.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when it is wrong; [`AccountsError`].
    pub async fn prove(
        &self,
        id: &UserId,
        password: &[u8],
        action: AuditAction,
        from: &Origin,
    ) -> Result<(), AccountsError> {
        self.proven(id, password, action, from).await.map(|_| ())
    }

    /// The account of a user who shows the password once more for something that a stolen session shall not be enough for.
    pub(super) async fn proven(
        &self,
        id: &UserId,
        password: &[u8],
        action: AuditAction,
        from: &Origin,
    ) -> Result<Account, AccountsError> {
        let throttled = Throttled::password(id, from);
        self.attempt(&throttled).await?;
        let account = self.store.by_id(id).await?.filter(|account| account.user.is_active());
        if account.as_ref().is_some_and(|account| account.password.is_of_none()) {
            // Nothing was guessed: there is nothing to guess, and whoever is signed in may know that.
            self.forgive(&throttled).await?;
            return Err(AccountsError::NoPassword);
        }
        let hash = account.as_ref().map(|account| account.password.clone());
        let is_right = self.hasher.is_right(password, hash).await?;
        let Some(account) = account.filter(|_| is_right) else {
            let entry = self.entry(action, AuditOutcome::Refused, from);
            self.record(entry.by(named(id)).saying("wrong password")).await?;
            return Err(AccountsError::WrongCredentials);
        };
        self.forgive(&throttled).await?;
        Ok(account)
    }

    /// Ends what a user allowed programs.
    pub(super) async fn end_grants(&self, id: &UserId) -> Result<(), StoreError> {
        let Some(grants) = &self.grants else { return Ok(()) };
        let ended = grants.revoke_all_of(id, self.clock.now()).await?;
        if ended > 0 {
            let entry = self.entry(AuditAction::AuthorizationRevoke, AuditOutcome::Done, &Origin::default());
            let entry = entry.on(named(id)).saying(format!("all {ended}, with the password or the user"));
            self.record(entry).await?;
        }
        Ok(())
    }
}
