//! The statements of passkeys, and of the challenges that they answer.

use model::{
    AuditText, ChallengeKey, CredentialId, Passkey, PasskeyId, PasswordHash, Timestamp, UsedChallenge, UserId,
};
use ports::{MAX_PASSKEYS_OF_ONE, PasskeyAdded, PasskeyUse, PasskeyUsed};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::super::damaged;
use super::{run, sessions, time};
use crate::error::{Result, While};

/// The tables. There is one key of challenges; challenges are kept that were answered, until they are over.
pub(in super::super) const TABLES: &str = "CREATE TABLE passkeys (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    credential BLOB NOT NULL UNIQUE CHECK (length(credential) BETWEEN 1 AND 1023),
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    is_backup_eligible INTEGER NOT NULL,
    is_backed_up INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at REAL NOT NULL,
    last_used_at REAL
) STRICT;
CREATE INDEX passkeys_user ON passkeys (user_id);
CREATE TABLE used_challenges (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    expires_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_challenges_end ON used_challenges (expires_at);
CREATE TABLE challenge_key (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;";

const COLUMNS: &str = "id, user_id, credential, public_key, sign_count, is_backup_eligible, is_backed_up, name, \
    created_at, last_used_at";

pub(super) fn kept_key(file: &Connection) -> Result<Option<ChallengeKey>> {
    let found = file
        .prepare_cached("SELECT key FROM challenge_key")
        .and_then(|mut statement| statement.query_row([], |row| row.get::<_, [u8; 32]>(0)).optional());
    Ok(found.doing("reading the key of challenges")?.map(ChallengeKey::from_bytes))
}

pub(super) fn challenge_key(file: &Connection, fresh: &ChallengeKey) -> Result<ChallengeKey> {
    let sql = "INSERT OR IGNORE INTO challenge_key (only, key) VALUES (1, ?)";
    run(file, sql, [fresh.as_bytes()], "keeping the key of challenges")?;
    kept_key(file)?.ok_or_else(|| damaged("the key of challenges"))
}

pub(super) fn add(
    file: &Connection,
    passkey: &Passkey,
    challenge: &UsedChallenge,
    password: &PasswordHash,
) -> Result<PasskeyAdded> {
    let doing = "keeping a passkey";
    let user = passkey.user.as_str();
    let may = "SELECT 1 FROM users WHERE id = ? AND password = ? AND disabled_at IS NULL";
    if !is_there(file, may, params![user, password.as_str()])? {
        return Ok(PasskeyAdded::NoUser);
    }
    if is_used(file, challenge)? {
        return Ok(PasskeyAdded::ChallengeUsed);
    }
    let taken = "SELECT 1 FROM passkeys WHERE credential = ?";
    if is_there(file, taken, [passkey.credential.as_bytes()])? {
        return Ok(PasskeyAdded::CredentialTaken);
    }
    let count: usize = file
        .prepare_cached("SELECT count(*) FROM passkeys WHERE user_id = ?")
        .and_then(|mut statement| statement.query_row([user], |row| row.get(0)))
        .doing(doing)?;
    if count >= MAX_PASSKEYS_OF_ONE {
        return Ok(PasskeyAdded::TooMany);
    }
    let sql = format!(
        "INSERT INTO passkeys ({COLUMNS}) VALUES (:id, :user, :credential, :public_key, :sign_count, \
         :is_backup_eligible, :is_backed_up, :name, :created_at, :last_used_at)"
    );
    let row = named_params! {
        ":id": passkey.id.as_str(),
        ":user": user,
        ":credential": passkey.credential.as_bytes(),
        ":public_key": passkey.public_key,
        ":sign_count": passkey.sign_count,
        ":is_backup_eligible": passkey.is_backup_eligible,
        ":is_backed_up": passkey.is_backed_up,
        ":name": passkey.name.as_str(),
        ":created_at": passkey.created_at.as_seconds(),
        ":last_used_at": passkey.last_used_at.map(Timestamp::as_seconds),
    };
    run(file, &sql, row, doing)?;
    use_up(file, challenge)?;
    Ok(PasskeyAdded::Added)
}

pub(super) fn find(file: &Connection, credential: &CredentialId) -> Result<Option<Passkey>> {
    let sql = format!("SELECT {COLUMNS} FROM passkeys WHERE credential = ?");
    let found = file.prepare_cached(&sql).and_then(|mut statement| {
        statement.query_row([credential.as_bytes()], |row| Ok(passkey(row))).optional()
    });
    found.doing("looking for a passkey")?.transpose()
}

pub(super) fn of(file: &Connection, user: &UserId) -> Result<Vec<Passkey>> {
    let sql = format!("SELECT {COLUMNS} FROM passkeys WHERE user_id = ? ORDER BY created_at, number");
    let mut statement = file.prepare_cached(&sql).doing("listing passkeys")?;
    let rows = statement.query_map([user.as_str()], |row| Ok(passkey(row))).doing("listing passkeys")?;
    rows.map(|row| row.doing("listing passkeys")?).collect()
}

pub(super) fn use_one(file: &Connection, used: &PasskeyUse) -> Result<PasskeyUsed> {
    let may = "SELECT 1 FROM passkeys JOIN users ON users.id = user_id \
        WHERE credential = ? AND user_id = ? AND disabled_at IS NULL";
    let row = params![used.credential.as_bytes(), used.session.user.as_str()];
    if !is_there(file, may, row)? {
        return Ok(PasskeyUsed::NoUser);
    }
    if is_used(file, &used.challenge)? {
        return Ok(PasskeyUsed::ChallengeUsed);
    }
    let sql = "UPDATE passkeys SET sign_count = :count, is_backed_up = :is_backed_up, last_used_at = :at \
        WHERE credential = :credential AND (sign_count < :count OR (sign_count = 0 AND :count = 0))";
    let row = named_params! {
        ":count": used.sign_count,
        ":is_backed_up": used.is_backed_up,
        ":at": used.session.created_at.as_seconds(),
        ":credential": used.credential.as_bytes(),
    };
    if run(file, sql, row, "using a passkey")? == 0 {
        return Ok(PasskeyUsed::CounterBehind);
    }
    use_up(file, &used.challenge)?;
    sessions::insert(file, &used.session)?;
    Ok(PasskeyUsed::SignedIn)
}

pub(super) fn remove(file: &Connection, user: &UserId, id: &PasskeyId) -> Result<Option<Passkey>> {
    let sql = format!("DELETE FROM passkeys WHERE user_id = ? AND id = ? RETURNING {COLUMNS}");
    let removed = file.prepare_cached(&sql).and_then(|mut statement| {
        statement.query_row([user.as_str(), id.as_str()], |row| Ok(passkey(row))).optional()
    });
    removed.doing("removing a passkey")?.transpose()
}

pub(super) fn remove_all(file: &Connection, user: &UserId) -> Result<()> {
    let sql = "DELETE FROM passkeys WHERE user_id = ?";
    run(file, sql, [user.as_str()], "removing passkeys").map(|_| ())
}

fn is_used(file: &Connection, challenge: &UsedChallenge) -> Result<bool> {
    is_there(file, "SELECT 1 FROM used_challenges WHERE digest = ?", [challenge.digest.as_bytes()])
}

fn use_up(file: &Connection, challenge: &UsedChallenge) -> Result<()> {
    let sql = "INSERT INTO used_challenges (digest, expires_at) VALUES (?, ?)";
    let row = params![challenge.digest.as_bytes(), challenge.expires_at.as_seconds()];
    run(file, sql, row, "using a challenge up").map(|_| ())
}

fn is_there(file: &Connection, sql: &str, parameters: impl rusqlite::Params) -> Result<bool> {
    file.prepare_cached(sql)
        .and_then(|mut statement| statement.exists(parameters))
        .doing("looking for a passkey")
}

/// A row as a passkey.
fn passkey(row: &Row<'_>) -> Result<Passkey> {
    let columns = || -> rusqlite::Result<_> {
        let ids = (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?);
        let flags = (row.get::<_, bool>(5)?, row.get::<_, bool>(6)?);
        let times = (row.get::<_, f64>(8)?, row.get::<_, Option<f64>>(9)?);
        Ok((ids, row.get(3)?, row.get(4)?, flags, row.get::<_, String>(7)?, times))
    };
    let ((id, user, credential), public_key, sign_count, flags, name, (created_at, last_used_at)) =
        columns().doing("reading a passkey")?;
    Ok(Passkey {
        id: PasskeyId::parse(&id).map_err(|_| damaged("an id"))?,
        user: UserId::parse(&user).map_err(|_| damaged("an id"))?,
        credential: CredentialId::new(credential).ok_or_else(|| damaged("an id"))?,
        public_key,
        sign_count,
        is_backup_eligible: flags.0,
        is_backed_up: flags.1,
        name: AuditText::new(name),
        created_at: time(created_at)?,
        last_used_at: last_used_at.map(time).transpose()?,
    })
}
