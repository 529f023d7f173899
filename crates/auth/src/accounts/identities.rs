//! Users who sign in with a provider of identities: whose an identity is, and who becomes a user by one.

use std::sync::Arc;

use model::{
    AuditAction, AuditEntry, AuditOutcome, AuditText, Identity, KeyDigest, LinkedIdentity, PasswordHash,
    Session, User, UserId, UserName,
};
use ports::{IdentityLinked, IdentityStore, SignedUp, StateUsed, StoreError};

use super::throttle::Throttled;
use super::{Accounts, AccountsError, Origin, SignedIn, named};
use crate::openid::{Claims, OpenIdError, SignUp};
use crate::spaces::Actor;

/// How many names are tried for somebody new. After that nobody is told to choose one: the owner is to add that user.
const MAX_NAMES: usize = 50;
/// How much of a name elsewhere is taken, in characters: a number goes behind it.
const MAX_NAME_CHARS: usize = 48;

/// Who is who at providers of identities.
#[derive(Clone)]
pub struct Identities {
    accounts: Arc<Accounts>,
    store: Arc<dyn IdentityStore>,
}

impl Identities {
    /// Who is who of these accounts.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>, store: Arc<dyn IdentityStore>) -> Self {
        Self { accounts, store }
    }

    /// The identities of a user, the oldest link first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(&self, user: &UserId) -> Result<Vec<LinkedIdentity>, StoreError> {
        self.store.identities_of(user).await
    }

    /// Whether a user who is signed in shows the password, before an identity is linked.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`], [`AccountsError::NoPassword`], [`AccountsError::LockedOut`],
    /// [`AccountsError::Unavailable`].
    pub async fn proven(
        &self,
        session: &Session,
        password: &[u8],
        from: &Origin,
    ) -> Result<(), AccountsError> {
        self.accounts.proven(&session.user, password, AuditAction::IdentityLink, from).await.map(|_| ())
    }

    /// Takes an identity from a user who is signed in and shows the password, and says whether that user had it.
    ///
    /// # Errors
    /// As [`Identities::proven`].
    pub async fn unlink(
        &self,
        session: &Session,
        identity: &Identity,
        password: &[u8],
        from: &Origin,
    ) -> Result<bool, AccountsError> {
        self.accounts.proven(&session.user, password, AuditAction::IdentityUnlink, from).await?;
        let entry = self.about(AuditAction::IdentityUnlink, AuditOutcome::Done, identity, from);
        self.take(&session.user, identity, entry.by(named(&session.user))).await
    }

    /// Links an identity with a user, for whoever may: the owner, and the person at the command line.
    ///
    /// # Errors
    /// [`AccountsError::NotOwner`], [`AccountsError::IdentityTaken`], [`AccountsError::TooManyIdentities`], [`AccountsError::NoUser`],
    /// [`AccountsError::Unavailable`].
    pub async fn link_by(&self, by: &Actor, user: &UserId, identity: Identity) -> Result<(), AccountsError> {
        self.accounts.must_own(by).await?;
        let entry =
            self.about(AuditAction::IdentityLink, AuditOutcome::Done, &identity, &Origin::default()).by(by);
        let linked =
            LinkedIdentity { identity, user: user.clone(), label: None, since: self.accounts.clock.now() };
        match self.store.link(linked).await? {
            IdentityLinked::Linked => Ok(self.accounts.record(entry.on(named(user))).await?),
            IdentityLinked::Taken => Err(AccountsError::IdentityTaken),
            IdentityLinked::TooMany => Err(AccountsError::TooManyIdentities),
            IdentityLinked::NoUser => Err(AccountsError::NoUser),
        }
    }

    /// Takes an identity from a user, for whoever may, and says whether that user had it.
    ///
    /// # Errors
    /// [`AccountsError::NotOwner`], [`AccountsError::Unavailable`].
    pub async fn unlink_by(
        &self,
        by: &Actor,
        user: &UserId,
        identity: &Identity,
    ) -> Result<bool, AccountsError> {
        self.accounts.must_own(by).await?;
        let entry = self.about(AuditAction::IdentityUnlink, AuditOutcome::Done, identity, &Origin::default());
        self.take(user, identity, entry.by(by)).await
    }

    async fn take(
        &self,
        user: &UserId,
        identity: &Identity,
        entry: AuditEntry,
    ) -> Result<bool, AccountsError> {
        let had = self.store.unlink(user, identity).await?;
        if had {
            self.accounts.record(entry.on(named(user))).await?;
        }
        Ok(had)
    }

    /// Links an identity with the user of a session.
    pub(crate) async fn link(
        &self,
        session: &Session,
        claims: &Claims,
        from: &Origin,
    ) -> Result<LinkedIdentity, OpenIdError> {
        let linked = self.linked(claims, &session.user);
        match self.store.link(linked.clone()).await? {
            IdentityLinked::Linked => {}
            IdentityLinked::Taken => return Err(OpenIdError::Taken),
            IdentityLinked::TooMany => return Err(OpenIdError::TooMany),
            IdentityLinked::NoUser => return Err(OpenIdError::Nobody),
        }
        let entry = self.about(AuditAction::IdentityLink, AuditOutcome::Done, &claims.identity, from);
        let user = named(&session.user);
        self.accounts.record(entry.by(&user).on(&user)).await?;
        Ok(linked)
    }

    /// Signs the user in whose identity this is; somebody new becomes a user, where that is so.
    pub(crate) async fn sign_in(
        &self,
        claims: &Claims,
        sign_up: &SignUp,
        from: &Origin,
    ) -> Result<SignedIn, OpenIdError> {
        let id = match self.store.linked(&claims.identity).await? {
            Some(linked) => linked.user,
            None => self.sign_up(claims, sign_up, from).await?.id,
        };
        let account = self.accounts.account(&id).await?.filter(|account| account.user.is_active());
        let account = account.ok_or(OpenIdError::Nobody)?;
        let signed_in = match self.accounts.open_session(account, from).await {
            // Disabled in between, or with another password.
            Err(AccountsError::WrongCredentials) => return Err(OpenIdError::Nobody),
            signed_in => signed_in?,
        };
        let entry = self.about(AuditAction::SignIn, AuditOutcome::Done, &claims.identity, from);
        let entry = entry.by(named(&signed_in.user.id)).on(format!("session:{}", signed_in.session.id));
        self.accounts.record(entry).await?;
        Ok(signed_in)
    }

    async fn sign_up(&self, claims: &Claims, sign_up: &SignUp, from: &Origin) -> Result<User, OpenIdError> {
        let verified = claims.email.as_ref().filter(|(_, is_verified)| *is_verified);
        let email = verified.map(|(email, _)| email).filter(|email| sign_up.takes(email));
        let Some(email) = email else { return Err(OpenIdError::Nobody) };
        for name in names(claims.preferred_username.as_deref().unwrap_or(email)) {
            let account = self.accounts.new_account(name, PasswordHash::of_none(), false)?;
            let (user, linked) = (account.user.clone(), self.linked(claims, &account.user.id));
            match self.store.sign_up(account, linked).await? {
                SignedUp::NameTaken => {}
                SignedUp::Added => {
                    let entry = self.about(AuditAction::SignUp, AuditOutcome::Done, &claims.identity, from);
                    self.accounts.record(entry.on(named(&user.id))).await?;
                    return Ok(user);
                }
                SignedUp::TooMany => return Err(AccountsError::TooManyUsers.into()),
                // Whoever was faster has it now, and is to come once more.
                SignedUp::IdentityTaken | SignedUp::NotSetUp => return Err(OpenIdError::Nobody),
            }
        }
        Err(AccountsError::NameTaken.into())
    }

    /// Uses up a return from a provider.
    pub(crate) async fn use_up(
        &self,
        state: &KeyDigest,
        expires_at: model::Timestamp,
    ) -> Result<StateUsed, StoreError> {
        self.store.use_up(state, expires_at, self.accounts.clock.now()).await
    }

    /// Counts a return from a provider, by machine.
    pub(crate) async fn attempt(&self, from: &Origin) -> Result<Throttled, AccountsError> {
        let throttled = Throttled::provider(from);
        self.accounts.attempt(&throttled).await?;
        Ok(throttled)
    }

    /// Says that it was a good one.
    pub(crate) async fn forgive(&self, throttled: Throttled) -> Result<(), AccountsError> {
        self.accounts.forgive(&throttled).await
    }

    /// Writes down why nobody came of it.
    pub(crate) async fn refuse(
        &self,
        action: AuditAction,
        session: Option<&Session>,
        why: &OpenIdError,
        from: &Origin,
    ) -> Result<(), StoreError> {
        let entry = self.accounts.entry(action, AuditOutcome::Refused, from).saying(why);
        self.accounts
            .record(match session.filter(|_| action == AuditAction::IdentityLink) {
                Some(session) => entry.by(named(&session.user)),
                None => entry,
            })
            .await
    }

    fn linked(&self, claims: &Claims, user: &UserId) -> LinkedIdentity {
        let shown = claims.email.as_ref().map(|(email, _)| email).or(claims.preferred_username.as_ref());
        LinkedIdentity {
            identity: claims.identity.clone(),
            user: user.clone(),
            label: shown.map(AuditText::new),
            since: self.accounts.clock.now(),
        }
    }

    fn about(
        &self,
        action: AuditAction,
        outcome: AuditOutcome,
        identity: &Identity,
        from: &Origin,
    ) -> AuditEntry {
        let entry = self.accounts.entry(action, outcome, from);
        entry.saying(format!("{} at {}", identity.subject(), identity.issuer()))
    }
}

/// Names for somebody who is called this elsewhere, the likeliest first: what may stand in a name, then with numbers.
fn names(text: &str) -> impl Iterator<Item = UserName> {
    let local = text.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let may_stand = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let kept: String = local.chars().filter(may_stand).take(MAX_NAME_CHARS).collect();
    let kept = kept.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let base = if kept.is_empty() { "user".to_owned() } else { kept.to_owned() };
    (1..=MAX_NAMES).filter_map(move |number| match number {
        1 => UserName::new(&base).ok(),
        _ => UserName::new(&format!("{base}-{number}")).ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, count: usize) -> Vec<String> {
        names(text).take(count).map(|name| name.to_string()).collect()
    }

    #[test]
    fn whoever_is_new_is_called_as_elsewhere_as_far_as_that_is_a_name() {
        assert_eq!(first("anna", 3), ["anna", "anna-2", "anna-3"]);
        assert_eq!(first("Anna.Berg@example.org", 1), ["anna.berg"]);
        assert_eq!(first("J\u{f6}rg M\u{fc}ller", 1), ["jrgmller"]);
        assert_eq!(first("\u{6771}\u{4eac}@example.org", 2), ["user", "user-2"]);
        assert_eq!(first("-.anna", 1), ["anna"]);
        assert_eq!(first("", 1), ["user"]);
        assert_eq!(first(&"a".repeat(100), 1), ["a".repeat(MAX_NAME_CHARS)]);
        // What looks like an id is none.
        let id = UserId::from_bytes([1; 10]).to_string();
        assert_eq!(first(&id, 1), [format!("{id}-2")]);
        assert_eq!(names("anna").count(), MAX_NAMES);
    }
}
