//! The store of accounts: users, how they sign in, where they are signed in, and attempts that failed.

use async_trait::async_trait;
use model::{
    Account, Backoff, ChallengeKey, CredentialId, KeyDigest, Passkey, PasskeyId, PasswordHash, Session,
    SessionId, SetUpOffer, Timestamp, TotpOffer, UsedChallenge, User, UserId, UserName,
};

use crate::StoreError;

/// How many users an installation may have, disabled ones included.
pub const MAX_USERS: usize = 1000;
/// In how many places a user may be signed in. Signing in once more ends the session that was used least recently.
pub const MAX_SESSIONS_OF_ONE: usize = 50;
/// How many passkeys a user may have.
pub const MAX_PASSKEYS_OF_ONE: usize = 20;
/// How many counters of attempts are kept. One more takes the place of the one that was counted on least recently.
pub const MAX_COUNTERS: usize = 20_000;

/// How a new account was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountAdded {
    /// It is kept.
    Added,
    /// Another user has its name or its id. Nothing was written.
    NameTaken,
    /// There are [`MAX_USERS`]. Nothing was written.
    TooMany,
    /// The account was to be the owner's, and there is a user already. Nothing was written.
    OwnerExists,
    /// The code was not offered, or its time is over. Nothing was written.
    NotOffered,
}

/// A new password.
#[derive(Debug, Clone, PartialEq)]
pub struct PasswordChange {
    /// The one that it takes the place of, and no other; none takes the place of any.
    pub from: Option<PasswordHash>,
    /// What is kept of it.
    pub to: PasswordHash,
    /// Since when it is the password.
    pub at: Timestamp,
    /// The one session that goes on. All others of the user end.
    pub keeps: Option<SessionId>,
    /// What becomes of the second factor and the recovery codes.
    pub factors: FactorsThen,
}

/// What becomes of second factors and passkeys when a password changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorsThen {
    /// They stay.
    Stay,
    /// They are taken away, and one that was offered, too.
    Go,
}

/// How a new passkey was taken in. Nothing was written but in the first case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyAdded {
    /// It is kept.
    Added,
    /// A passkey has that id of an authenticator already, of this user or another one.
    CredentialTaken,
    /// The user has [`MAX_PASSKEYS_OF_ONE`].
    TooMany,
    /// The challenge was answered before.
    ChallengeUsed,
    /// The user has another password by now, is disabled or is not there.
    NoUser,
}

/// Somebody signs in with a passkey, whose answer is right.
#[derive(Debug, Clone, PartialEq)]
pub struct PasskeyUse {
    /// Which.
    pub credential: CredentialId,
    /// What it answered.
    pub challenge: UsedChallenge,
    /// The authenticator's counter of signatures now.
    pub sign_count: u32,
    /// Whether it is copied to other devices now.
    pub is_backed_up: bool,
    /// The session that is made of it, of the user whose passkey it is.
    pub session: Session,
}

/// What came of the use of a passkey. Nothing was written but in the first case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyUsed {
    /// Its user is signed in.
    SignedIn,
    /// The challenge was answered before.
    ChallengeUsed,
    /// The counter did not grow, and is not 0 both times: there may be a copy of the authenticator.
    CounterBehind,
    /// The user of the session has no such passkey, is disabled or is not there.
    NoUser,
}

/// Attempts that are counted together: by account, by machine. The counter is known by a digest, so that nobody reads in the file
/// which names were tried; people type passwords in the wrong field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counter {
    /// Which.
    pub digest: KeyDigest,
    /// How attempts are slowed down there.
    pub backoff: Backoff,
}

/// What came of an attempt, for the counters on which it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgiven {
    /// It was no failure.
    One,
    /// All is forgotten.
    All,
}

/// What is removed because it is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StaleAccounts {
    /// Sessions, codes, offers and challenges that end at this time or before.
    pub now: Timestamp,
    /// Sessions that were used last at this time or before.
    pub idle: Timestamp,
    /// Counters that were counted on last at this time or before.
    pub counted: Timestamp,
}

/// Users, and how they sign in. Several processes use it, and what one of them writes holds for all of them at once.
///
/// A store that is not there yet has no users; only [`AccountStore::offer_set_up`], [`AccountStore::add`],
/// [`AccountStore::attempt`] and [`AccountStore::challenge_key`] make it. It lives where the keys are and is closed with them.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Offers a code with which the first user is added. It takes the place of any other one. Says whether it was kept: it is not
    /// when there is a user.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn offer_set_up(&self, offer: SetUpOffer) -> Result<bool, StoreError>;

    /// Whether a code is offered and good at a time.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn is_offered(&self, code: &KeyDigest, now: Timestamp) -> Result<bool, StoreError>;

    /// Adds an account; with a code when one is given, which is used up by that. An owner is added only as the first user, and then
    /// no code is offered any more.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn add(
        &self,
        account: Account,
        code: Option<(KeyDigest, Timestamp)>,
    ) -> Result<AccountAdded, StoreError>;

    /// Whether there is any user.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn any(&self) -> Result<bool, StoreError>;

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn all(&self) -> Result<Vec<Account>, StoreError>;

    /// The account with a name.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn by_name(&self, name: &UserName) -> Result<Option<Account>, StoreError>;

    /// The account with an id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StoreError>;

    /// Disables a user from a time on and ends that user's sessions; none enables the user again. A user who was disabled keeps the
    /// first time. Gives the user as it is then; none when there is no such user.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn set_disabled(&self, id: &UserId, at: Option<Timestamp>) -> Result<Option<User>, StoreError>;

    /// Sets a new password and ends sessions. Says whether it was set: it is not when the user has another password by now, or is
    /// not there.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn set_password(&self, id: &UserId, change: PasswordChange) -> Result<bool, StoreError>;

    /// Offers a second factor, which takes the place of one that was offered before. Says whether there is such a user.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn offer_totp(&self, id: &UserId, offer: TotpOffer) -> Result<bool, StoreError>;

    /// The second factor that is offered to a user and not confirmed.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn offered_totp(&self, id: &UserId) -> Result<Option<TotpOffer>, StoreError>;

    /// Makes the offered factor the user's second factor, whose codes up to `step` are used up, with new recovery codes in the place
    /// of all others. Says whether it did: it does not when another one is offered by now, or none.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn confirm_totp(
        &self,
        id: &UserId,
        offer: &TotpOffer,
        step: u64,
        recovery_codes: Vec<KeyDigest>,
    ) -> Result<bool, StoreError>;

    /// Takes the second factor, the offered one and the recovery codes away. Says whether there was a second factor.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn remove_totp(&self, id: &UserId) -> Result<bool, StoreError>;

    /// Uses the code of a step up. Says whether that could be done: it cannot when this step or a later one was used.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn use_totp(&self, id: &UserId, step: u64) -> Result<bool, StoreError>;

    /// Gives a user with a second factor new recovery codes in the place of all others. Says whether there is such a user.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn set_recovery_codes(&self, id: &UserId, codes: Vec<KeyDigest>) -> Result<bool, StoreError>;

    /// Uses a recovery code up. Says whether that could be done.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn use_recovery_code(&self, id: &UserId, code: &KeyDigest) -> Result<bool, StoreError>;

    /// Adds a session of a user who signed in with a password. Says whether it was added: it is not when the user has another
    /// password by now, is disabled or is not there.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn add_session(&self, session: Session, password: &PasswordHash) -> Result<bool, StoreError>;

    /// A session and whose it is. That it is too old is for the caller to see.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn session(&self, digest: &KeyDigest) -> Result<Option<(Session, User)>, StoreError>;

    /// The sessions of a user, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn sessions_of(&self, id: &UserId) -> Result<Vec<Session>, StoreError>;

    /// Ends a session of a user and gives it; none when that user has no such session.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn end_session(&self, user: &UserId, id: &SessionId) -> Result<Option<Session>, StoreError>;

    /// Notes that a session was used. It never goes back, is done in its own time, and when it fails nobody is told.
    fn record_use(&self, id: &SessionId, at: Timestamp);

    /// Counts an attempt on all counters before it is made, unless one of them says that it is too early; nothing is counted then.
    /// Gives from when on it may be made in that case: the latest of all times.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn attempt(&self, counters: &[Counter], now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Says that an attempt was no failure.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn forgive(&self, counter: &KeyDigest, forgiven: Forgiven) -> Result<(), StoreError>;

    /// With what the installation knows the challenges again that it gave out: the one that is kept; if none is, this one is kept
    /// from now on.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn challenge_key(&self, fresh: ChallengeKey) -> Result<ChallengeKey, StoreError>;

    /// Adds a passkey of a user who has this password, and uses a challenge up.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn add_passkey(
        &self,
        passkey: Passkey,
        challenge: UsedChallenge,
        password: &PasswordHash,
    ) -> Result<PasskeyAdded, StoreError>;

    /// The passkey that an authenticator knows by an id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn passkey(&self, credential: &CredentialId) -> Result<Option<Passkey>, StoreError>;

    /// The passkeys of a user, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn passkeys_of(&self, id: &UserId) -> Result<Vec<Passkey>, StoreError>;

    /// Notes that a passkey was used, uses a challenge up and adds a session, all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn use_passkey(&self, used: PasskeyUse) -> Result<PasskeyUsed, StoreError>;

    /// Takes a passkey of a user away, and gives it; none when that user has no such passkey. Sessions go on.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn remove_passkey(&self, user: &UserId, id: &PasskeyId) -> Result<Option<Passkey>, StoreError>;

    /// Removes what is of no use any more. Tells how many things.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was removed then.
    async fn sweep_accounts(&self, stale: &StaleAccounts) -> Result<u64, StoreError>;
}
