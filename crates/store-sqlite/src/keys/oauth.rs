//! What an authorization server keeps: its tables, and its port on the file.
//!
//! | module | what |
//! |---|---|
//! | `clients` | the statements of clients |
//! | `authorizations` | the statements of authorizations |
//! | `tokens` | the statements of codes and tokens |
//! | `sweep` | what is too old |

mod authorizations;
mod clients;
mod sweep;
mod tokens;

use async_trait::async_trait;
use model::oauth::{
    AccessToken, Authorization, AuthorizationCode, AuthorizationId, Client, ClientId, RefreshToken,
    Succession,
};
use model::{KeyDigest, Timestamp, UserId};
use ports::{AuthorizationsOf, ClientKept, Granted, OAuthStore, Redeemed, Rotated, StaleBefore};
use rusqlite::Row;

use super::session::Missing;
use super::{SqliteKeyStore, damaged};
use crate::error::{Result, While};

/// The tables. Which kinds, scopes and grants there are is for the program to know: SQLite cannot change the list of a column.
pub(super) const TABLES: &str = "CREATE TABLE oauth_clients (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT,
    redirect_uris TEXT NOT NULL,
    grants TEXT NOT NULL,
    authentication TEXT NOT NULL,
    secret BLOB CHECK (length(secret) = 32),
    is_document INTEGER NOT NULL,
    fresh_until REAL,
    created_at REAL NOT NULL,
    last_used_at REAL
) STRICT;
CREATE TABLE oauth_authorizations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL,
    client_name TEXT,
    user_id TEXT NOT NULL,
    space TEXT NOT NULL,
    scope TEXT NOT NULL,
    asked TEXT NOT NULL,
    resource TEXT NOT NULL,
    kind TEXT NOT NULL,
    redirect_owner TEXT,
    created_at REAL NOT NULL,
    expires_at REAL,
    revoked_at REAL,
    last_used_at REAL
) STRICT;
CREATE INDEX oauth_authorizations_user ON oauth_authorizations (user_id);
CREATE INDEX oauth_authorizations_client ON oauth_authorizations (client_id);
CREATE TABLE oauth_codes (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    authorization_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge BLOB NOT NULL CHECK (length(challenge) = 32),
    expires_at REAL NOT NULL,
    used_at REAL
) STRICT, WITHOUT ROWID;
CREATE TABLE oauth_access_tokens (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    authorization_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_access_tokens_end ON oauth_access_tokens (expires_at);
CREATE TABLE oauth_refresh_tokens (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    authorization_id TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL,
    salt BLOB CHECK (length(salt) = 16),
    next_refresh BLOB CHECK (length(next_refresh) = 32),
    next_access BLOB CHECK (length(next_access) = 32)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_refresh_tokens_end ON oauth_refresh_tokens (expires_at);
CREATE INDEX oauth_refresh_tokens_next ON oauth_refresh_tokens (next_refresh);";

#[async_trait]
impl OAuthStore for SqliteKeyStore {
    async fn put_client(&self, client: Client, evictable_before: Timestamp) -> Result<ClientKept> {
        let put = self.writing(Missing::Create, move |file| clients::put(file, &client, evictable_before));
        // A session that may create has a file to give.
        Ok(put.await?.unwrap_or(ClientKept::Kept))
    }

    async fn client(&self, id: &ClientId) -> Result<Option<Client>> {
        let id = id.clone();
        Ok(self.reading(move |file| clients::find(file, &id)).await?.flatten())
    }

    async fn clients(&self) -> Result<Vec<Client>> {
        Ok(self.reading(clients::all).await?.unwrap_or_default())
    }

    async fn remove_client(&self, id: &ClientId, at: Timestamp) -> Result<bool> {
        let id = id.clone();
        let removed = self.writing(Missing::Leave, move |file| clients::remove(file, &id, at)).await?;
        Ok(removed.unwrap_or(false))
    }

    async fn grant(&self, authorization: Authorization, code: Option<AuthorizationCode>) -> Result<Granted> {
        let grant = move |file: &_| authorizations::grant(file, &authorization, code.as_ref());
        Ok(self.writing(Missing::Create, grant).await?.unwrap_or(Granted::Kept))
    }

    async fn authorization(&self, id: &AuthorizationId) -> Result<Option<Authorization>> {
        let id = id.clone();
        Ok(self.reading(move |file| authorizations::find(file, &id)).await?.flatten())
    }

    async fn authorizations(&self, of: &AuthorizationsOf) -> Result<Vec<Authorization>> {
        let of = of.clone();
        Ok(self.reading(move |file| authorizations::of(file, &of)).await?.unwrap_or_default())
    }

    async fn revoke(&self, id: &AuthorizationId, at: Timestamp) -> Result<Option<Authorization>> {
        let id = id.clone();
        Ok(self.writing(Missing::Leave, move |file| authorizations::revoke(file, &id, at)).await?.flatten())
    }

    async fn revoke_all_of(&self, user: &UserId, at: Timestamp) -> Result<usize> {
        let user = user.clone();
        let revoke = move |file: &_| authorizations::revoke_all_of(file, &user, at);
        Ok(self.writing(Missing::Leave, revoke).await?.unwrap_or(0))
    }

    async fn code(&self, digest: &KeyDigest) -> Result<Option<(AuthorizationCode, Authorization)>> {
        let digest = *digest;
        Ok(self.reading(move |file| tokens::code(file, &digest)).await?.flatten())
    }

    async fn redeem(
        &self,
        code: &KeyDigest,
        at: Timestamp,
        access: AccessToken,
        refresh: Option<RefreshToken>,
    ) -> Result<Redeemed> {
        let code = *code;
        let redeem = move |file: &_| tokens::redeem(file, &code, at, &access, refresh.as_ref());
        Ok(self.writing(Missing::Leave, redeem).await?.unwrap_or(Redeemed::Gone))
    }

    async fn issue(&self, access: AccessToken) -> Result<bool> {
        Ok(self.writing(Missing::Leave, move |file| tokens::issue(file, &access)).await?.unwrap_or(false))
    }

    async fn access_token(&self, digest: &KeyDigest) -> Result<Option<(AccessToken, Authorization)>> {
        let digest = *digest;
        Ok(self.reading(move |file| tokens::access(file, &digest)).await?.flatten())
    }

    async fn refresh_token(&self, digest: &KeyDigest) -> Result<Option<(RefreshToken, Authorization)>> {
        let digest = *digest;
        Ok(self.reading(move |file| tokens::refresh(file, &digest)).await?.flatten())
    }

    async fn rotate(
        &self,
        old: &KeyDigest,
        succession: Succession,
        access: AccessToken,
        refresh: RefreshToken,
    ) -> Result<Rotated> {
        let old = *old;
        let rotate = move |file: &_| tokens::rotate(file, &old, &succession, &access, &refresh);
        Ok(self.writing(Missing::Leave, rotate).await?.unwrap_or(Rotated::Stale))
    }

    async fn remove_access_token(&self, digest: &KeyDigest) -> Result<()> {
        let digest = *digest;
        self.writing(Missing::Leave, move |file| tokens::remove_access(file, &digest)).await.map(|_| ())
    }

    fn record_use(&self, id: &AuthorizationId, at: Timestamp) {
        let Ok(lanes) = self.lanes() else { return };
        let id = id.clone();
        lanes.writer.post(move |session| {
            let noted = session.write(Missing::Leave, |file| authorizations::record_use(file, &id, at));
            if let Err(error) = noted {
                tracing::debug!(authorization.id = %id, %error, "the use of an authorization was not noted");
            }
        });
    }

    async fn sweep(&self, ages: &StaleBefore) -> Result<()> {
        let ages = *ages;
        self.writing(Missing::Leave, move |file| sweep::sweep(file, &ages)).await.map(|_| ())
    }
}

/// A time as it is kept.
fn seconds(time: Option<Timestamp>) -> Option<f64> {
    time.map(Timestamp::as_seconds)
}

/// The time in a column.
fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    time_if(row, column)?.ok_or_else(|| damaged("a time"))
}

/// The time in a column that can be empty.
fn time_if(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>> {
    match get::<Option<f64>>(row, column)? {
        Some(seconds) => Timestamp::from_seconds(seconds).map(Some).ok_or_else(|| damaged("a time")),
        None => Ok(None),
    }
}

/// A digest in a column.
fn digest(row: &Row<'_>, column: usize) -> Result<KeyDigest> {
    get(row, column).map(KeyDigest::from_bytes)
}

fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, column: usize) -> Result<T> {
    row.get(column).doing("reading what an authorization server keeps")
}
