//! Users, how they sign in and where: the tables, and the port on the file.
//!
//! | module | what |
//! |---|---|
//! | `users` | the statements of accounts and passwords |
//! | `factors` | the statements of second factors and recovery codes |
//! | `passkeys` | the tables and statements of passkeys |
//! | `sessions` | the statements of sessions |
//! | `attempts` | the statements of counters, and what is of no use any more |

mod attempts;
mod factors;
pub(super) mod passkeys;
mod sessions;
pub(super) mod users;

use async_trait::async_trait;
use model::{
    Account, ChallengeKey, CredentialId, KeyDigest, Passkey, PasskeyId, PasswordHash, Session, SessionId,
    SetUpOffer, Timestamp, TotpOffer, UsedChallenge, User, UserId, UserName,
};
use ports::{
    AccountAdded, AccountStore, Counter, Forgiven, PasskeyAdded, PasskeyUse, PasskeyUsed, PasswordChange,
    StaleAccounts,
};
use rusqlite::Connection;

use super::session::Missing;
use super::{SqliteKeyStore, damaged};
use crate::error::{Result, While};

/// The tables. There is one offer of a code at most, and one owner.
pub(super) const TABLES: &str = "CREATE TABLE set_up (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    expires_at REAL NOT NULL
) STRICT;
CREATE TABLE users (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    is_owner INTEGER NOT NULL,
    space TEXT NOT NULL UNIQUE,
    created_at REAL NOT NULL,
    disabled_at REAL,
    password TEXT NOT NULL,
    password_since REAL NOT NULL,
    totp BLOB CHECK (length(totp) = 20),
    totp_step INTEGER,
    offer BLOB CHECK (length(offer) = 20),
    offer_expires_at REAL
) STRICT;
CREATE UNIQUE INDEX users_owner ON users (is_owner) WHERE is_owner = 1;
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at REAL NOT NULL,
    last_used_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    machine TEXT,
    agent TEXT
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE TABLE attempts (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    count INTEGER NOT NULL,
    last_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_last ON attempts (last_at);";

impl SqliteKeyStore {
    /// What a unit of work says, which is no when there is no file.
    async fn whether(&self, work: impl Fn(&Connection) -> Result<bool> + Send + 'static) -> Result<bool> {
        Ok(self.writing(Missing::Leave, work).await?.unwrap_or(false))
    }
}

#[async_trait]
impl AccountStore for SqliteKeyStore {
    async fn offer_set_up(&self, offer: SetUpOffer) -> Result<bool> {
        let offered = self.writing(Missing::Create, move |file| users::offer_set_up(file, &offer)).await?;
        Ok(offered.unwrap_or(false))
    }

    async fn is_offered(&self, code: &KeyDigest, now: Timestamp) -> Result<bool> {
        let code = *code;
        Ok(self.reading(move |file| users::is_offered(file, &code, now)).await?.unwrap_or(false))
    }

    async fn add(&self, account: Account, code: Option<(KeyDigest, Timestamp)>) -> Result<AccountAdded> {
        let added = self.writing(Missing::Create, move |file| users::add(file, &account, code)).await?;
        // A session that may create has a file to give.
        Ok(added.unwrap_or(AccountAdded::Added))
    }

    async fn any(&self) -> Result<bool> {
        Ok(self.reading(users::any).await?.unwrap_or(false))
    }

    async fn all(&self) -> Result<Vec<Account>> {
        Ok(self.reading(users::all).await?.unwrap_or_default())
    }

    async fn by_name(&self, name: &UserName) -> Result<Option<Account>> {
        let name = name.clone();
        Ok(self.reading(move |file| users::find(file, "users.name = ?", name.as_str())).await?.flatten())
    }

    async fn by_id(&self, id: &UserId) -> Result<Option<Account>> {
        let id = id.clone();
        Ok(self.reading(move |file| users::by_id(file, &id)).await?.flatten())
    }

    async fn set_disabled(&self, id: &UserId, at: Option<Timestamp>) -> Result<Option<User>> {
        let id = id.clone();
        Ok(self.writing(Missing::Leave, move |file| users::set_disabled(file, &id, at)).await?.flatten())
    }

    async fn set_password(&self, id: &UserId, change: PasswordChange) -> Result<bool> {
        let id = id.clone();
        self.whether(move |file| users::set_password(file, &id, &change)).await
    }

    async fn offer_totp(&self, id: &UserId, offer: TotpOffer) -> Result<bool> {
        let id = id.clone();
        self.whether(move |file| factors::offer(file, &id, &offer)).await
    }

    async fn offered_totp(&self, id: &UserId) -> Result<Option<TotpOffer>> {
        let id = id.clone();
        Ok(self.reading(move |file| factors::offered(file, &id)).await?.flatten())
    }

    async fn confirm_totp(
        &self,
        id: &UserId,
        offer: &TotpOffer,
        step: u64,
        recovery_codes: Vec<KeyDigest>,
    ) -> Result<bool> {
        let (id, offer) = (id.clone(), offer.clone());
        self.whether(move |file| factors::confirm(file, &id, &offer, step, &recovery_codes)).await
    }

    async fn remove_totp(&self, id: &UserId) -> Result<bool> {
        let id = id.clone();
        self.whether(move |file| factors::remove(file, &id)).await
    }

    async fn use_totp(&self, id: &UserId, step: u64) -> Result<bool> {
        let id = id.clone();
        self.whether(move |file| factors::use_step(file, &id, step)).await
    }

    async fn set_recovery_codes(&self, id: &UserId, codes: Vec<KeyDigest>) -> Result<bool> {
        let id = id.clone();
        self.whether(move |file| factors::set_recovery_codes(file, &id, &codes)).await
    }

    async fn use_recovery_code(&self, id: &UserId, code: &KeyDigest) -> Result<bool> {
        let (id, code) = (id.clone(), *code);
        self.whether(move |file| factors::use_recovery_code(file, &id, &code)).await
    }

    async fn add_session(&self, session: Session, password: &PasswordHash) -> Result<bool> {
        let password = password.clone();
        self.whether(move |file| sessions::add(file, &session, &password)).await
    }

    async fn session(&self, digest: &KeyDigest) -> Result<Option<(Session, User)>> {
        let digest = *digest;
        Ok(self.reading(move |file| sessions::find(file, &digest)).await?.flatten())
    }

    async fn sessions_of(&self, id: &UserId) -> Result<Vec<Session>> {
        let id = id.clone();
        Ok(self.reading(move |file| sessions::of(file, &id)).await?.unwrap_or_default())
    }

    async fn end_session(&self, user: &UserId, id: &SessionId) -> Result<Option<Session>> {
        let (user, id) = (user.clone(), id.clone());
        Ok(self.writing(Missing::Leave, move |file| sessions::end(file, &user, &id)).await?.flatten())
    }

    fn record_use(&self, id: &SessionId, at: Timestamp) {
        let Ok(lanes) = self.lanes() else { return };
        let id = id.clone();
        lanes.writer.post(move |session| {
            let noted = session.write(Missing::Leave, |file| sessions::record_use(file, &id, at));
            if let Err(error) = noted {
                tracing::debug!(session.id = %id, %error, "the use of a session was not noted");
            }
        });
    }

    async fn attempt(&self, counters: &[Counter], now: Timestamp) -> Result<Option<Timestamp>> {
        let counters = counters.to_vec();
        let wait = self.writing(Missing::Create, move |file| attempts::attempt(file, &counters, now)).await?;
        Ok(wait.flatten())
    }

    async fn forgive(&self, counter: &KeyDigest, forgiven: Forgiven) -> Result<()> {
        let counter = *counter;
        let forgive = move |file: &_| attempts::forgive(file, &counter, forgiven);
        self.writing(Missing::Leave, forgive).await.map(|_| ())
    }

    async fn challenge_key(&self, fresh: ChallengeKey) -> Result<ChallengeKey> {
        if let Some(kept) = self.reading(passkeys::kept_key).await?.flatten() {
            return Ok(kept);
        }
        let keep = move |file: &_| passkeys::challenge_key(file, &fresh);
        self.writing(Missing::Create, keep).await?.ok_or_else(|| damaged("the key of challenges"))
    }

    async fn add_passkey(
        &self,
        passkey: Passkey,
        challenge: UsedChallenge,
        password: &PasswordHash,
    ) -> Result<PasskeyAdded> {
        let password = password.clone();
        let add = move |file: &_| passkeys::add(file, &passkey, &challenge, &password);
        Ok(self.writing(Missing::Leave, add).await?.unwrap_or(PasskeyAdded::NoUser))
    }

    async fn passkey(&self, credential: &CredentialId) -> Result<Option<Passkey>> {
        let credential = credential.clone();
        Ok(self.reading(move |file| passkeys::find(file, &credential)).await?.flatten())
    }

    async fn passkeys_of(&self, id: &UserId) -> Result<Vec<Passkey>> {
        let id = id.clone();
        Ok(self.reading(move |file| passkeys::of(file, &id)).await?.unwrap_or_default())
    }

    async fn use_passkey(&self, used: PasskeyUse) -> Result<PasskeyUsed> {
        let used = self.writing(Missing::Leave, move |file| passkeys::use_one(file, &used)).await?;
        Ok(used.unwrap_or(PasskeyUsed::NoUser))
    }

    async fn remove_passkey(&self, user: &UserId, id: &PasskeyId) -> Result<Option<Passkey>> {
        let (user, id) = (user.clone(), id.clone());
        Ok(self.writing(Missing::Leave, move |file| passkeys::remove(file, &user, &id)).await?.flatten())
    }

    async fn sweep_accounts(&self, stale: &StaleAccounts) -> Result<u64> {
        let stale = *stale;
        let swept = self.writing(Missing::Leave, move |file| attempts::sweep(file, &stale)).await?;
        Ok(swept.unwrap_or_default())
    }
}

/// A time that has to be one.
fn time(seconds: f64) -> Result<Timestamp> {
    Timestamp::from_seconds(seconds).ok_or_else(|| damaged("a time"))
}

/// Runs a statement and tells how many rows it changed.
fn run(
    file: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
    doing: &'static str,
) -> Result<usize> {
    file.prepare_cached(sql).and_then(|mut statement| statement.execute(parameters)).doing(doing)
}
