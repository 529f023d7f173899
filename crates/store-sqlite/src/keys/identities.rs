//! Who is who at providers of identities: the tables and the statements.

use async_trait::async_trait;
use model::{Account, AuditText, Identity, KeyDigest, LinkedIdentity, Timestamp, UserId};
use ports::{
    AccountAdded, IdentityLinked, IdentityStore, MAX_IDENTITIES_OF_ONE, MAX_USED_STATES, SignedUp, StateUsed,
};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::accounts::users;
use super::session::Missing;
use super::{SqliteKeyStore, damaged};
use crate::error::{Result, While};

/// The tables. An identity belongs to one user.
pub(super) const TABLES: &str = "CREATE TABLE identities (
    number INTEGER PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL,
    label TEXT,
    since REAL NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;
CREATE INDEX identities_user ON identities (user_id);
CREATE TABLE used_states (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    expires_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_states_expiry ON used_states (expires_at);";

const COLUMNS: &str = "issuer, subject, user_id, label, since";

#[async_trait]
impl IdentityStore for SqliteKeyStore {
    async fn link(&self, linked: LinkedIdentity) -> Result<IdentityLinked> {
        let told = self.writing(Missing::Leave, move |file| link(file, &linked)).await?;
        Ok(told.unwrap_or(IdentityLinked::NoUser))
    }

    async fn sign_up(&self, account: Account, linked: LinkedIdentity) -> Result<SignedUp> {
        let told = self.writing(Missing::Leave, move |file| sign_up(file, &account, &linked)).await?;
        Ok(told.unwrap_or(SignedUp::NotSetUp))
    }

    async fn linked(&self, identity: &Identity) -> Result<Option<LinkedIdentity>> {
        let identity = identity.clone();
        Ok(self.reading(move |file| find(file, &identity)).await?.flatten())
    }

    async fn identities_of(&self, user: &UserId) -> Result<Vec<LinkedIdentity>> {
        let user = user.clone();
        Ok(self.reading(move |file| of(file, &user)).await?.unwrap_or_default())
    }

    async fn unlink(&self, user: &UserId, identity: &Identity) -> Result<bool> {
        let (user, identity) = (user.clone(), identity.clone());
        Ok(self.writing(Missing::Leave, move |file| unlink(file, &user, &identity)).await?.unwrap_or(false))
    }

    async fn use_up(&self, state: &KeyDigest, expires_at: Timestamp, now: Timestamp) -> Result<StateUsed> {
        let state = *state;
        let told = self.writing(Missing::Create, move |file| use_up(file, &state, expires_at, now)).await?;
        // A session that may create has a file to give.
        Ok(told.unwrap_or(StateUsed::TooMany))
    }
}

fn link(file: &Connection, linked: &LinkedIdentity) -> Result<IdentityLinked> {
    if users::by_id(file, &linked.user)?.is_none() {
        return Ok(IdentityLinked::NoUser);
    }
    if find(file, &linked.identity)?.is_some() {
        return Ok(IdentityLinked::Taken);
    }
    if of(file, &linked.user)?.len() >= MAX_IDENTITIES_OF_ONE {
        return Ok(IdentityLinked::TooMany);
    }
    add(file, linked, &linked.user)?;
    Ok(IdentityLinked::Linked)
}

fn sign_up(file: &Connection, account: &Account, linked: &LinkedIdentity) -> Result<SignedUp> {
    if account.user.is_owner || !users::any(file)? {
        return Ok(SignedUp::NotSetUp);
    }
    if find(file, &linked.identity)?.is_some() {
        return Ok(SignedUp::IdentityTaken);
    }
    match users::add(file, account, None)? {
        AccountAdded::Added => {}
        AccountAdded::TooMany => return Ok(SignedUp::TooMany),
        _ => return Ok(SignedUp::NameTaken),
    }
    add(file, linked, &account.user.id)?;
    Ok(SignedUp::Added)
}

fn add(file: &Connection, linked: &LinkedIdentity, user: &UserId) -> Result<()> {
    let sql = "INSERT INTO identities (issuer, subject, user_id, label, since)
        VALUES (:issuer, :subject, :user, :label, :since)";
    let row = named_params! {
        ":issuer": linked.identity.issuer(),
        ":subject": linked.identity.subject(),
        ":user": user.as_str(),
        ":label": linked.label.as_ref().map(AuditText::as_str),
        ":since": linked.since.as_seconds(),
    };
    file.prepare_cached(sql)
        .and_then(|mut statement| statement.execute(row))
        .doing("linking an identity")
        .map(|_| ())
}

fn find(file: &Connection, identity: &Identity) -> Result<Option<LinkedIdentity>> {
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE issuer = ? AND subject = ?");
    let found = file.prepare_cached(&sql).and_then(|mut statement| {
        statement.query_row([identity.issuer(), identity.subject()], |row| Ok(linked(row))).optional()
    });
    found.doing("looking for an identity")?.transpose()
}

fn of(file: &Connection, user: &UserId) -> Result<Vec<LinkedIdentity>> {
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE user_id = ? ORDER BY since, number");
    let mut statement = file.prepare_cached(&sql).doing("listing identities")?;
    let rows = statement.query_map([user.as_str()], |row| Ok(linked(row))).doing("listing identities")?;
    rows.map(|row| row.doing("listing identities")?).collect()
}

fn unlink(file: &Connection, user: &UserId, identity: &Identity) -> Result<bool> {
    let sql = "DELETE FROM identities WHERE user_id = ? AND issuer = ? AND subject = ?";
    let removed = file
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute([user.as_str(), identity.issuer(), identity.subject()]))
        .doing("taking an identity away")?;
    Ok(removed > 0)
}

fn use_up(file: &Connection, state: &KeyDigest, expires_at: Timestamp, now: Timestamp) -> Result<StateUsed> {
    file.prepare_cached("DELETE FROM used_states WHERE expires_at <= ?")
        .and_then(|mut statement| statement.execute([now.as_seconds()]))
        .doing("forgetting returns")?;
    let (is_known, count): (bool, usize) = file
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM used_states WHERE digest = ?), (SELECT count(*) FROM used_states)",
        )
        .and_then(|mut statement| {
            statement.query_row([state.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .doing("looking for a return")?;
    if is_known {
        return Ok(StateUsed::Before);
    }
    if count >= MAX_USED_STATES {
        return Ok(StateUsed::TooMany);
    }
    file.prepare_cached("INSERT INTO used_states (digest, expires_at) VALUES (?, ?)")
        .and_then(|mut statement| statement.execute(params![state.as_bytes(), expires_at.as_seconds()]))
        .doing("remembering a return")?;
    Ok(StateUsed::Now)
}

/// A row as an identity. A row that no release of ours wrote is damage: nobody is let in by it.
fn linked(row: &Row<'_>) -> Result<LinkedIdentity> {
    let columns = || -> rusqlite::Result<(String, String, String, Option<String>, f64)> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    };
    let (issuer, subject, user, label, since) = columns().doing("reading an identity")?;
    Ok(LinkedIdentity {
        identity: Identity::new(&issuer, &subject).map_err(|_| damaged("an identity"))?,
        user: UserId::parse(&user).map_err(|_| damaged("an id"))?,
        label: label.map(AuditText::new),
        since: Timestamp::from_seconds(since).ok_or_else(|| damaged("a time"))?,
    })
}
