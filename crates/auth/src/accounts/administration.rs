//! Adding, listing, disabling, enabling, resetting users.

use model::{Account, AuditAction, AuditEntry, AuditOutcome, Space, User, UserId, UserName};
use ports::{AccountAdded, FactorsThen, PasswordChange, StoreError};

use super::password::chosen;
use super::{Accounts, AccountsError, Origin, named};
use crate::keys;
use crate::spaces::Actor;

impl Accounts {
    /// The user with an id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.account(id).await?.map(|account| account.user))
    }

    /// The account with an id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account(&self, id: &UserId) -> Result<Option<Account>, StoreError> {
        self.store.by_id(id).await
    }

    /// The account whose name or id this is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(&self, text: &str) -> Result<Option<Account>, StoreError> {
        match (UserId::parse(text), UserName::new(text)) {
            (Ok(id), _) => self.store.by_id(&id).await,
            (Err(_), Ok(name)) => self.store.by_name(&name).await,
            (Err(_), Err(_)) => Ok(None),
        }
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self) -> Result<Vec<Account>, StoreError> {
        self.store.all().await
    }

    /// Adds a user, who has a private space of its own. The first user of all owns the installation, and has the default space.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn add(&self, by: &Actor, name: &str, password: &[u8]) -> Result<User, AccountsError> {
        self.must_own(by).await?;
        let name = UserName::new(name).map_err(|_| AccountsError::InvalidName)?;
        let password = self.hasher.hash(chosen(password)?, self.random()?).await?;
        let is_first = !self.is_set_up().await?;
        let mut account = self.new_account(name.clone(), password.clone(), is_first)?;
        let mut added = self.store.add(account.clone(), None).await?;
        if added == AccountAdded::OwnerExists {
            // Somebody was faster.
            account = self.new_account(name, password, false)?;
            added = self.store.add(account.clone(), None).await?;
        }
        match added {
            AccountAdded::Added => {}
            AccountAdded::TooMany => return Err(AccountsError::TooManyUsers),
            _ => return Err(AccountsError::NameTaken),
        }
        self.record(self.act(AuditAction::UserAdd, by, &account.user)).await?;
        Ok(account.user)
    }

    /// Lets a user in nowhere any more: all sessions end, and so does what programs were allowed. Keys of the private space are
    /// revoked; those of the default space are the installation's and stay.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn disable(&self, by: &Actor, id: &UserId) -> Result<User, AccountsError> {
        self.must_own(by).await?;
        must_be_another(by, id)?;
        let user = self.store.set_disabled(id, Some(self.clock.now())).await?.ok_or(AccountsError::NoUser)?;
        self.end_grants(id).await?;
        if let (Some(keys), Space::Named(_)) = (&self.keys, &user.space) {
            keys::revoke_of(&**keys, &*self.log, self.clock.now(), by, &user.space).await?;
        }
        self.record(self.act(AuditAction::UserDisable, by, &user)).await?;
        Ok(user)
    }

    /// Lets a user in again, who has to sign in; attempts that failed are forgotten.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn enable(&self, by: &Actor, id: &UserId) -> Result<User, AccountsError> {
        self.must_own(by).await?;
        let user = self.store.set_disabled(id, None).await?.ok_or(AccountsError::NoUser)?;
        self.forget_attempts(&user).await?;
        self.record(self.act(AuditAction::UserEnable, by, &user)).await?;
        Ok(user)
    }

    /// Sets a user's password anew and takes the second factor and the passkeys away, for one who lost them. All sessions end, and so
    /// does what programs were allowed. Whether the user is disabled stays as it is.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn reset(&self, by: &Actor, id: &UserId, password: &[u8]) -> Result<User, AccountsError> {
        self.must_own(by).await?;
        must_be_another(by, id)?;
        let change = PasswordChange {
            from: None,
            to: self.hasher.hash(chosen(password)?, self.random()?).await?,
            at: self.clock.now(),
            keeps: None,
            factors: FactorsThen::Go,
        };
        if !self.store.set_password(id, change).await? {
            return Err(AccountsError::NoUser);
        }
        self.end_grants(id).await?;
        let user = self.user(id).await?.ok_or(AccountsError::NoUser)?;
        self.forget_attempts(&user).await?;
        self.record(self.act(AuditAction::UserReset, by, &user)).await?;
        Ok(user)
    }

    /// An entry about what somebody did to a user.
    fn act(&self, action: AuditAction, by: &Actor, user: &User) -> AuditEntry {
        let entry = self.entry(action, AuditOutcome::Done, &Origin::default());
        entry.by(by).on(named(&user.id)).saying(&user.name)
    }

    pub(super) async fn must_own(&self, by: &Actor) -> Result<(), AccountsError> {
        let Actor::User(id) = by else { return Ok(()) };
        match self.user(id).await? {
            Some(user) if user.is_owner && user.is_active() => Ok(()),
            _ => Err(AccountsError::NotOwner),
        }
    }
}

fn must_be_another(by: &Actor, id: &UserId) -> Result<(), AccountsError> {
    match by {
        Actor::User(own) if own == id => Err(AccountsError::OwnAccount),
        _ => Ok(()),
    }
}
