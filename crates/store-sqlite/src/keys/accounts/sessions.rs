//! The statements of sessions.

use model::{AuditText, KeyDigest, PasswordHash, Session, SessionId, Timestamp, User, UserId};
use ports::MAX_SESSIONS_OF_ONE;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::super::damaged;
use super::users::{self, USER};
use super::{run, time};
use crate::error::{Result, While};

const COLUMNS: &str =
    "sessions.id, user_id, digest, sessions.created_at, last_used_at, expires_at, machine, agent";

pub(super) fn add(file: &Connection, session: &Session, password: &PasswordHash) -> Result<bool> {
    let may = file
        .prepare_cached("SELECT 1 FROM users WHERE id = ? AND password = ? AND disabled_at IS NULL")
        .and_then(|mut statement| statement.exists(params![session.user.as_str(), password.as_str()]))
        .doing("looking for a user")?;
    if may {
        insert(file, session)?;
    }
    Ok(may)
}

/// Adds a session of a user who may sign in, and makes room for it.
pub(super) fn insert(file: &Connection, session: &Session) -> Result<()> {
    let sql = "DELETE FROM sessions WHERE number IN (SELECT number FROM sessions WHERE user_id = ? \
        ORDER BY last_used_at DESC, number DESC LIMIT -1 OFFSET ?)";
    let row = params![session.user.as_str(), MAX_SESSIONS_OF_ONE - 1];
    run(file, sql, row, "making room for a session")?;
    let sql = "INSERT INTO sessions (id, user_id, digest, created_at, last_used_at, expires_at, machine, agent) \
        VALUES (:id, :user, :digest, :created_at, :last_used_at, :expires_at, :machine, :agent)";
    let row = named_params! {
        ":id": session.id.as_str(),
        ":user": session.user.as_str(),
        ":digest": session.digest.as_bytes(),
        ":created_at": session.created_at.as_seconds(),
        ":last_used_at": session.last_used_at.as_seconds(),
        ":expires_at": session.expires_at.as_seconds(),
        ":machine": session.machine.as_ref().map(AuditText::as_str),
        ":agent": session.agent.as_ref().map(AuditText::as_str),
    };
    run(file, sql, row, "keeping a session").map(|_| ())
}

pub(super) fn find(file: &Connection, digest: &KeyDigest) -> Result<Option<(Session, User)>> {
    let sql =
        format!("SELECT {USER}, {COLUMNS} FROM sessions JOIN users ON users.id = user_id WHERE digest = ?");
    let found = file.prepare_cached(&sql).and_then(|mut statement| {
        let row = |row: &Row<'_>| Ok((session(row, 6), users::user(row)));
        statement.query_row([digest.as_bytes()], row).optional()
    });
    let found = found.doing("looking for a session")?;
    found.map(|(session, user)| Ok((session?, user?))).transpose()
}

pub(super) fn of(file: &Connection, user: &UserId) -> Result<Vec<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE user_id = ? ORDER BY created_at, number");
    let mut statement = file.prepare_cached(&sql).doing("listing sessions")?;
    let rows = statement.query_map([user.as_str()], |row| Ok(session(row, 0))).doing("listing sessions")?;
    rows.map(|row| row.doing("listing sessions")?).collect()
}

pub(super) fn end(file: &Connection, user: &UserId, id: &SessionId) -> Result<Option<Session>> {
    let sql = format!("DELETE FROM sessions WHERE user_id = ? AND id = ? RETURNING {COLUMNS}");
    // The columns of a row that goes have no other table beside them.
    let sql = sql.replace("sessions.", "");
    let ended = file.prepare_cached(&sql).and_then(|mut statement| {
        statement.query_row([user.as_str(), id.as_str()], |row| Ok(session(row, 0))).optional()
    });
    ended.doing("ending a session")?.transpose()
}

/// Ends the sessions of a user but for one.
pub(super) fn end_all_but(file: &Connection, user: &UserId, kept: Option<&SessionId>) -> Result<()> {
    let sql = "DELETE FROM sessions WHERE user_id = ? AND id IS NOT ?";
    run(file, sql, params![user.as_str(), kept.map(SessionId::as_str)], "ending sessions").map(|_| ())
}

pub(super) fn record_use(file: &Connection, id: &SessionId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE sessions SET last_used_at = :at WHERE id = :id AND last_used_at < :at";
    let row = named_params! { ":at": at.as_seconds(), ":id": id.as_str() };
    run(file, sql, row, "noting the use of a session").map(|_| ())
}

/// The columns of a row from one on as a session.
fn session(row: &Row<'_>, first: usize) -> Result<Session> {
    let columns = || -> rusqlite::Result<_> {
        let text = |column| row.get::<_, Option<String>>(column).map(|text| text.map(AuditText::new));
        let ids = (row.get::<_, String>(first)?, row.get::<_, String>(first + 1)?);
        let times: [f64; 3] = [row.get(first + 3)?, row.get(first + 4)?, row.get(first + 5)?];
        Ok((ids, row.get::<_, [u8; 32]>(first + 2)?, times, [text(first + 6)?, text(first + 7)?]))
    };
    let ((id, user), digest, [created_at, last_used_at, expires_at], [machine, agent]) =
        columns().doing("reading a session")?;
    Ok(Session {
        id: SessionId::parse(&id).map_err(|_| damaged("an id"))?,
        user: UserId::parse(&user).map_err(|_| damaged("an id"))?,
        digest: KeyDigest::from_bytes(digest),
        created_at: time(created_at)?,
        last_used_at: time(last_used_at)?,
        expires_at: time(expires_at)?,
        machine,
        agent,
    })
}
