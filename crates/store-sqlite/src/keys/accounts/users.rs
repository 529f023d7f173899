//! The statements of accounts and passwords.

use model::{
    Account, KeyDigest, PasswordHash, SetUpOffer, Space, Timestamp, Totp, TotpSecret, User, UserId, UserName,
};
use ports::{AccountAdded, FactorsThen, MAX_USERS, PasswordChange};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::super::damaged;
use super::{factors, passkeys, run, sessions, time};
use crate::error::{Result, While};

/// What [`user`] reads, from the first column on.
pub(super) const USER: &str =
    "users.id, users.name, users.is_owner, users.space, users.created_at, users.disabled_at";
/// What [`account`] reads behind it.
const SIGNING_IN: &str = "password, password_since, totp, totp_step, \
    (SELECT count(*) FROM recovery_codes WHERE recovery_codes.user_id = users.id)";

pub(super) fn offer_set_up(file: &Connection, offer: &SetUpOffer) -> Result<bool> {
    if any(file)? {
        return Ok(false);
    }
    let sql = "INSERT OR REPLACE INTO set_up (only, digest, expires_at) VALUES (1, ?, ?)";
    let row = params![offer.digest.as_bytes(), offer.expires_at.as_seconds()];
    run(file, sql, row, "offering a code")?;
    Ok(true)
}

pub(super) fn is_offered(file: &Connection, code: &KeyDigest, now: Timestamp) -> Result<bool> {
    file.prepare_cached("SELECT 1 FROM set_up WHERE digest = ? AND expires_at > ?")
        .and_then(|mut statement| statement.exists(params![code.as_bytes(), now.as_seconds()]))
        .doing("looking for a code")
}

pub(in super::super) fn add(
    file: &Connection,
    account: &Account,
    code: Option<(KeyDigest, Timestamp)>,
) -> Result<AccountAdded> {
    let Account { user, password, password_since, .. } = account;
    if user.is_owner && any(file)? {
        return Ok(AccountAdded::OwnerExists);
    }
    if let Some((code, now)) = code
        && !is_offered(file, &code, now)?
    {
        return Ok(AccountAdded::NotOffered);
    }
    let is_taken = file
        .prepare_cached("SELECT 1 FROM users WHERE id = ? OR name = ? OR space = ?")
        .and_then(|mut statement| {
            statement.exists(params![user.id.as_str(), user.name.as_str(), user.space.to_string()])
        })
        .doing("looking for a user of that name")?;
    if is_taken {
        return Ok(AccountAdded::NameTaken);
    }
    let count: usize = file
        .prepare_cached("SELECT count(*) FROM users")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .doing("counting users")?;
    if count >= MAX_USERS {
        return Ok(AccountAdded::TooMany);
    }
    let sql =
        "INSERT INTO users (id, name, is_owner, space, created_at, disabled_at, password, password_since)
        VALUES (:id, :name, :is_owner, :space, :created_at, :disabled_at, :password, :since)";
    let row = named_params! {
        ":id": user.id.as_str(),
        ":name": user.name.as_str(),
        ":is_owner": user.is_owner,
        ":space": user.space.to_string(),
        ":created_at": user.created_at.as_seconds(),
        ":disabled_at": user.disabled_at.map(Timestamp::as_seconds),
        ":password": password.as_str(),
        ":since": password_since.as_seconds(),
    };
    run(file, sql, row, "keeping a user")?;
    run(file, "DELETE FROM set_up", [], "keeping a user")?;
    Ok(AccountAdded::Added)
}

pub(in super::super) fn any(file: &Connection) -> Result<bool> {
    file.prepare_cached("SELECT 1 FROM users")
        .and_then(|mut statement| statement.exists([]))
        .doing("looking for users")
}

pub(super) fn all(file: &Connection) -> Result<Vec<Account>> {
    let sql = format!("SELECT {USER}, {SIGNING_IN} FROM users ORDER BY created_at, number");
    let mut statement = file.prepare_cached(&sql).doing("listing users")?;
    let rows = statement.query_map([], |row| Ok(account(row))).doing("listing users")?;
    rows.map(|row| row.doing("listing users")?).collect()
}

pub(in super::super) fn by_id(file: &Connection, id: &UserId) -> Result<Option<Account>> {
    find(file, "users.id = ?", id.as_str())
}

pub(super) fn find(file: &Connection, whose: &str, value: &str) -> Result<Option<Account>> {
    let sql = format!("SELECT {USER}, {SIGNING_IN} FROM users WHERE {whose}");
    let found = file
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([value], |row| Ok(account(row))).optional());
    found.doing("looking for a user")?.transpose()
}

pub(super) fn set_disabled(file: &Connection, id: &UserId, at: Option<Timestamp>) -> Result<Option<User>> {
    let sql =
        "UPDATE users SET disabled_at = iif(:at IS NULL, NULL, coalesce(disabled_at, :at)) WHERE id = :id";
    let row = named_params! { ":at": at.map(Timestamp::as_seconds), ":id": id.as_str() };
    run(file, sql, row, "disabling a user")?;
    if at.is_some() {
        sessions::end_all_but(file, id, None)?;
    }
    Ok(by_id(file, id)?.map(|account| account.user))
}

pub(super) fn set_password(file: &Connection, id: &UserId, change: &PasswordChange) -> Result<bool> {
    let sql = "UPDATE users SET password = :to, password_since = :at \
        WHERE id = :id AND (:from IS NULL OR password = :from)";
    let row = named_params! {
        ":to": change.to.as_str(),
        ":at": change.at.as_seconds(),
        ":id": id.as_str(),
        ":from": change.from.as_ref().map(PasswordHash::as_str),
    };
    if run(file, sql, row, "setting a password")? == 0 {
        return Ok(false);
    }
    if change.factors == FactorsThen::Go {
        factors::remove(file, id)?;
        passkeys::remove_all(file, id)?;
    }
    sessions::end_all_but(file, id, change.keeps.as_ref())?;
    Ok(true)
}

/// The first columns of a row as a user.
pub(super) fn user(row: &Row<'_>) -> Result<User> {
    let columns = || -> rusqlite::Result<_> {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, bool>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, f64>(4)?,
            row.get::<_, Option<f64>>(5)?,
        ))
    };
    let (id, name, is_owner, space, created_at, disabled_at) = columns().doing("reading a user")?;
    Ok(User {
        id: UserId::parse(&id).map_err(|_| damaged("an id"))?,
        name: UserName::new(&name).map_err(|_| damaged("a name"))?,
        is_owner,
        space: Space::parse(&space).map_err(|_| damaged("a space"))?,
        created_at: time(created_at)?,
        disabled_at: disabled_at.map(time).transpose()?,
    })
}

/// A row as an account. A row that no release of ours wrote is damage: nobody is let in by it.
fn account(row: &Row<'_>) -> Result<Account> {
    let columns = || -> rusqlite::Result<_> {
        Ok((
            row.get::<_, String>(6)?,
            row.get::<_, f64>(7)?,
            row.get::<_, Option<[u8; 20]>>(8)?,
            row.get::<_, Option<u64>>(9)?,
            row.get::<_, usize>(10)?,
        ))
    };
    let (password, since, secret, step, recovery_codes) = columns().doing("reading a user")?;
    let totp = match (secret, step) {
        (Some(secret), Some(last_step)) => Some(Totp { secret: TotpSecret::from_bytes(secret), last_step }),
        (None, None) => None,
        _ => return Err(damaged("a second factor")),
    };
    let (password, password_since) = (PasswordHash::stored(password), time(since)?);
    Ok(Account { user: user(row)?, password, password_since, totp, recovery_codes })
}
