//! The first user, who owns the installation.

use model::{Account, AuditAction, AuditOutcome, PasswordHash, SetUpOffer, Space, User, UserId, UserName};
use ports::{AccountAdded, StoreError};

use super::password::chosen;
use super::throttle::Throttled;
use super::{Accounts, AccountsError, Origin, SET_UP, SignedIn, named};
use crate::{Secret, minted};

/// How long a code for the first user is good, in seconds.
pub const SET_UP_LIFETIME_S: f64 = 24.0 * 3600.0;

impl Accounts {
    /// Whether there is any user.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_set_up(&self) -> Result<bool, StoreError> {
        self.store.any().await
    }

    /// A new code with which the first user is set up, once, within [`SET_UP_LIFETIME_S`]; none when there is a user. A code that
    /// was given before is refused from now on.
    ///
    /// # Errors
    /// [`AccountsError::Randomness`], [`AccountsError::Unavailable`].
    pub async fn set_up_code(&self) -> Result<Option<Secret>, AccountsError> {
        if self.is_set_up().await? {
            return Ok(None);
        }
        let code = self.mint(SET_UP)?;
        let expires_at = self.clock.now().plus_seconds(SET_UP_LIFETIME_S);
        let is_kept = self.store.offer_set_up(SetUpOffer { digest: code.digest(), expires_at }).await?;
        Ok(is_kept.then_some(code))
    }

    /// Sets up the first user with a code, and signs that user in. The user owns the installation, and the default space is its own.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn set_up(
        &self,
        code: &[u8],
        name: &str,
        password: &[u8],
        from: &Origin,
    ) -> Result<SignedIn, AccountsError> {
        let throttled = Throttled::set_up(from);
        self.attempt(&throttled).await?;
        if self.is_set_up().await? {
            return Err(self.not_set_up(from, AccountsError::AlreadySetUp).await?);
        }
        let code = minted::parse(SET_UP, code).map(|code| code.digest());
        let is_offered = match &code {
            Some(code) => self.store.is_offered(code, self.clock.now()).await?,
            None => false,
        };
        let Some(code) = code.filter(|_| is_offered) else {
            return Err(self.not_set_up(from, AccountsError::WrongCode).await?);
        };
        self.forgive(&throttled).await?;
        let name = UserName::new(name).map_err(|_| AccountsError::InvalidName)?;
        let password = self.hasher.hash(chosen(password)?, self.random()?).await?;
        let account = self.new_account(name, password, true)?;
        match self.store.add(account.clone(), Some((code, self.clock.now()))).await? {
            AccountAdded::Added => {}
            AccountAdded::OwnerExists | AccountAdded::NameTaken => return Err(AccountsError::AlreadySetUp),
            AccountAdded::TooMany => return Err(AccountsError::TooManyUsers),
            AccountAdded::NotOffered => return Err(AccountsError::WrongCode),
        }
        let entry = self.entry(AuditAction::SetUp, AuditOutcome::Done, from);
        self.record(entry.by(named(&account.user.id)).saying(&account.user.name)).await?;
        self.open_session(account, from).await
    }

    async fn not_set_up(&self, from: &Origin, why: AccountsError) -> Result<AccountsError, StoreError> {
        let entry = self.entry(AuditAction::SetUp, AuditOutcome::Refused, from);
        self.record(entry.saying(&why)).await?;
        Ok(why)
    }

    /// A new account, not kept yet.
    pub(super) fn new_account(
        &self,
        name: UserName,
        password: PasswordHash,
        is_owner: bool,
    ) -> Result<Account, AccountsError> {
        let space = match is_owner {
            true => Space::Default,
            false => Space::Named(model::SpaceId::from_bytes(self.random()?)),
        };
        let (id, now) = (UserId::from_bytes(self.random()?), self.clock.now());
        let user = User { id, name, is_owner, space, created_at: now, disabled_at: None };
        Ok(Account { user, password, password_since: now, totp: None, recovery_codes: 0 })
    }
}
