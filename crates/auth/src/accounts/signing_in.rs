//! A password and a second factor for a session.

use model::{Account, AuditAction, AuditOutcome, AuditText, Session, SessionId, User, UserName};

use super::throttle::Throttled;
use super::{Accounts, AccountsError, Origin, SESSION, SESSION_LIFETIME_S, SignedIn, named};

/// What is wrong, for the audit log alone.
enum Wrong {
    Name,
    Password,
    SecondFactor,
    Disabled,
}

impl Accounts {
    /// Signs somebody in with a name, a password, and, where there is one, a second factor: a code that changes with the time, or
    /// a recovery code, which is used up.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`], [`AccountsError::LockedOut`], [`AccountsError::Unavailable`].
    pub async fn sign_in(
        &self,
        name: &[u8],
        password: &[u8],
        second: Option<&str>,
        from: &Origin,
    ) -> Result<SignedIn, AccountsError> {
        let name = std::str::from_utf8(name).ok().and_then(|name| UserName::new(name).ok()).ok_or(name);
        let throttled = match &name {
            Ok(name) => Throttled::name(name.as_str().as_bytes(), from),
            Err(text) => Throttled::name(text, from),
        };
        self.attempt(&throttled).await?;
        let account = match &name {
            Ok(name) => self.store.by_name(name).await?,
            Err(_) => None,
        };
        let hash = account.as_ref().map(|account| account.password.clone());
        let is_right = self.hasher.is_right(password, hash).await?;
        let wrong = match &account {
            None => Some(Wrong::Name),
            Some(_) if !is_right => Some(Wrong::Password),
            Some(account) if !account.user.is_active() => Some(Wrong::Disabled),
            Some(account) if !self.is_second_right(account, second, from).await? => Some(Wrong::SecondFactor),
            Some(_) => None,
        };
        let account = match (wrong, account) {
            (None, Some(account)) => account,
            (wrong, account) => return Err(self.not_signed_in(wrong, account, from).await?),
        };
        let signed_in = self.open_session(account, from).await?;
        self.forgive(&throttled).await?;
        let entry = self.entry(AuditAction::SignIn, AuditOutcome::Done, from);
        let entry = entry.by(named(&signed_in.user.id)).on(format!("session:{}", signed_in.session.id));
        self.record(entry).await?;
        Ok(signed_in)
    }

    async fn not_signed_in(
        &self,
        wrong: Option<Wrong>,
        account: Option<Account>,
        from: &Origin,
    ) -> Result<AccountsError, AccountsError> {
        let why = match wrong {
            Some(Wrong::Name) | None => "no such user",
            Some(Wrong::Password) => "wrong password",
            Some(Wrong::SecondFactor) => "wrong or no second factor",
            Some(Wrong::Disabled) => "the user is disabled",
        };
        let entry = self.entry(AuditAction::SignIn, AuditOutcome::Refused, from).saying(why);
        // A name that nobody has is not written down: people type passwords in the wrong field.
        self.record(match account {
            Some(account) => entry.on(named(&account.user.id)),
            None => entry,
        })
        .await?;
        Ok(AccountsError::WrongCredentials)
    }

    /// Makes a session for somebody who showed all that was asked for.
    pub(super) async fn open_session(
        &self,
        account: Account,
        from: &Origin,
    ) -> Result<SignedIn, AccountsError> {
        let signed_in = self.new_session(account.user, from)?;
        match self.store.add_session(signed_in.session.clone(), &account.password).await? {
            true => Ok(signed_in),
            // The password was changed or the user was disabled in between.
            false => Err(AccountsError::WrongCredentials),
        }
    }

    /// A session that is not kept yet.
    pub(super) fn new_session(&self, user: User, from: &Origin) -> Result<SignedIn, AccountsError> {
        let (secret, now) = (self.mint(SESSION)?, self.clock.now());
        let session = Session {
            id: SessionId::from_bytes(self.random()?),
            user: user.id.clone(),
            digest: secret.digest(),
            created_at: now,
            last_used_at: now,
            expires_at: now.plus_seconds(SESSION_LIFETIME_S),
            machine: from.machine.map(|machine| AuditText::new(machine.to_canonical())),
            agent: from.agent.as_ref().map(AuditText::new),
        };
        Ok(SignedIn { secret, session, user })
    }
}
