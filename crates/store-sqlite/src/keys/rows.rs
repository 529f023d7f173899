//! The statements.

use model::{ApiKey, Capability, KeyDigest, KeyId, KeyName, Space, Timestamp};
use ports::{KeyInserted, MAX_KEYS};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, named_params, params};

use super::damaged;
use crate::error::{Result, While};

const COLUMNS: &str = "id, name, digest, scope, created_at, expires_at, revoked_at, last_used_at, space";

pub(super) fn insert(connection: &Connection, key: &ApiKey) -> Result<KeyInserted> {
    let count: usize = connection
        .prepare_cached("SELECT count(*) FROM api_keys WHERE space = ? AND revoked_at IS NULL")
        .and_then(|mut statement| statement.query_row([key.space.to_string()], |row| row.get(0)))
        .doing("counting keys")?;
    let is_taken = connection
        .prepare_cached("SELECT 1 FROM api_keys WHERE space = ? AND name = ? AND revoked_at IS NULL")
        .and_then(|mut statement| statement.exists([&key.space.to_string(), key.name.as_str()]))
        .doing("looking for a key of that name")?;
    if is_taken {
        return Ok(KeyInserted::NameTaken);
    }
    if count >= MAX_KEYS {
        return Ok(KeyInserted::TooMany);
    }
    let seconds = |time: Option<Timestamp>| time.map(Timestamp::as_seconds);
    let inserted = connection.execute(
        "INSERT INTO api_keys (id, name, digest, scope, space, created_at, expires_at, revoked_at, last_used_at)
            VALUES (:id, :name, :digest, :scope, :space, :created_at, :expires_at, :revoked_at, :last_used_at)",
        named_params! {
            ":id": key.id.as_str(),
            ":name": key.name.as_str(),
            ":digest": key.digest.as_bytes(),
            ":scope": key.capability.name(),
            ":space": key.space.to_string(),
            ":created_at": key.created_at.as_seconds(),
            ":expires_at": seconds(key.expires_at),
            ":revoked_at": seconds(key.revoked_at),
            ":last_used_at": seconds(key.last_used_at),
        },
    );
    match inserted {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Ok(KeyInserted::NameTaken)
        }
        inserted => inserted.map(|_| KeyInserted::Created).doing("keeping a key"),
    }
}

pub(super) fn list(connection: &Connection) -> Result<Vec<ApiKey>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys ORDER BY created_at, number");
    let mut statement = connection.prepare_cached(&sql).doing("listing keys")?;
    let rows = statement.query_map([], |row| Ok(key(row))).doing("listing keys")?;
    rows.map(|row| row.doing("listing keys")?).collect()
}

pub(super) fn by_digest(connection: &Connection, digest: &KeyDigest) -> Result<Option<ApiKey>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE digest = ?");
    let found = connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([digest.as_bytes()], |row| Ok(key(row))).optional());
    found.doing("looking for a key")?.transpose()
}

pub(super) fn by_id(connection: &Connection, id: &KeyId) -> Result<Option<ApiKey>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE id = ?");
    let found = connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([id.as_str()], |row| Ok(key(row))).optional());
    found.doing("looking for a key")?.transpose()
}

pub(super) fn revoke(connection: &Connection, id: &KeyId, at: Timestamp) -> Result<Option<ApiKey>> {
    connection
        .execute(
            "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
            params![at.as_seconds(), id.as_str()],
        )
        .doing("revoking a key")?;
    by_id(connection, id)
}

pub(super) fn revoke_of(connection: &Connection, space: &Space, at: Timestamp) -> Result<Vec<ApiKey>> {
    let sql = format!(
        "UPDATE api_keys SET revoked_at = ? WHERE space = ? AND revoked_at IS NULL RETURNING {COLUMNS}"
    );
    let mut statement = connection.prepare_cached(&sql).doing("revoking the keys of a space")?;
    let rows = statement
        .query_map(params![at.as_seconds(), space.to_string()], |row| Ok(key(row)))
        .doing("revoking the keys of a space")?;
    rows.map(|row| row.doing("revoking the keys of a space")?).collect()
}

pub(super) fn record_use(connection: &Connection, id: &KeyId, at: Timestamp) -> Result<()> {
    let noted = connection.execute(
        "UPDATE api_keys SET last_used_at = :at WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)",
        named_params! { ":at": at.as_seconds(), ":id": id.as_str() },
    );
    noted.map(|_| ()).doing("noting the use of a key")
}

/// A row as a key. A row that no release of ours wrote is damage: nobody is let in by it, and nobody is told that all is well.
fn key(row: &Row<'_>) -> Result<ApiKey> {
    let columns = || -> rusqlite::Result<_> {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, [u8; 32]>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, String>(8)?,
        ))
    };
    let time = |column: usize| -> Result<Option<Timestamp>> {
        match row.get::<_, Option<f64>>(column).doing("reading a key")? {
            Some(seconds) => Timestamp::from_seconds(seconds).map(Some).ok_or_else(|| damaged("a time")),
            None => Ok(None),
        }
    };
    let (id, name, digest, scope, space) = columns().doing("reading a key")?;
    Ok(ApiKey {
        id: KeyId::parse(&id).ok_or_else(|| damaged("an id"))?,
        name: KeyName::new(&name).map_err(|_| damaged("a name"))?,
        digest: KeyDigest::from_bytes(digest),
        capability: scope.parse::<Capability>().map_err(|_| damaged("a scope"))?,
        space: Space::parse(&space).map_err(|_| damaged("a space"))?,
        created_at: time(4)?.ok_or_else(|| damaged("a time"))?,
        expires_at: time(5)?,
        revoked_at: time(6)?,
        last_used_at: time(7)?,
    })
}
