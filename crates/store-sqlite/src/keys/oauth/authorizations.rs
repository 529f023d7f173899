//! The statements of authorizations.

use model::oauth::{
    Authorization, AuthorizationCode, AuthorizationId, ClientId, ClientName, GrantKind, Scopes,
};
use model::{Capability, Space, Timestamp, UserId};
use ports::{AuthorizationsOf, Granted, MAX_AUTHORIZATIONS_OF_ONE};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{damaged, get, seconds, time, time_if, tokens};
use crate::error::{Result, While};

/// In the order in which [`authorization`] reads them.
pub(super) const COLUMNS: &str = "own.id, own.client_id, own.client_name, own.user_id, own.space, own.scope, own.asked, \
    own.resource, own.kind, own.redirect_owner, own.created_at, own.expires_at, own.revoked_at, own.last_used_at";

pub(super) fn grant(
    file: &Connection,
    authorization: &Authorization,
    code: Option<&AuthorizationCode>,
) -> Result<Granted> {
    let good: usize = file
        .prepare_cached(
            "SELECT count(*) FROM oauth_authorizations
                WHERE user_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)",
        )
        .and_then(|mut statement| {
            let now = authorization.created_at.as_seconds();
            statement.query_row(params![authorization.user.as_str(), now], |row| row.get(0))
        })
        .doing("counting authorizations")?;
    if good >= MAX_AUTHORIZATIONS_OF_ONE {
        return Ok(Granted::TooMany);
    }
    insert(file, authorization)?;
    if let Some(code) = code {
        tokens::insert_code(file, code)?;
    }
    Ok(Granted::Kept)
}

fn insert(file: &Connection, authorization: &Authorization) -> Result<()> {
    file.prepare_cached(
        "INSERT INTO oauth_authorizations (id, client_id, client_name, user_id, space, scope, asked, resource, kind, \
            redirect_owner, created_at, expires_at, revoked_at, last_used_at)
         VALUES (:id, :client, :client_name, :user, :space, :scope, :asked, :resource, :kind, \
            :redirect_owner, :created_at, :expires_at, :revoked_at, :last_used_at)",
    )
    .and_then(|mut statement| {
        statement.execute(named_params! {
            ":id": authorization.id.as_str(),
            ":client": authorization.client.as_str(),
            ":client_name": authorization.client_name.as_ref().map(ClientName::as_str),
            ":user": authorization.user.as_str(),
            ":space": authorization.space.to_string(),
            ":scope": authorization.capability.name(),
            ":asked": authorization.scopes.to_string(),
            ":resource": authorization.resource,
            ":kind": authorization.kind.name(),
            ":redirect_owner": authorization.redirect_owner,
            ":created_at": authorization.created_at.as_seconds(),
            ":expires_at": seconds(authorization.expires_at),
            ":revoked_at": seconds(authorization.revoked_at),
            ":last_used_at": seconds(authorization.last_used_at),
        })
    })
    .doing("keeping an authorization")
    .map(|_| ())
}

pub(super) fn find(file: &Connection, id: &AuthorizationId) -> Result<Option<Authorization>> {
    let sql = format!("SELECT {COLUMNS} FROM oauth_authorizations AS own WHERE id = ?");
    let found = file.prepare_cached(&sql).and_then(|mut statement| {
        statement.query_row([id.as_str()], |row| Ok(authorization(row, 0))).optional()
    });
    found.doing("looking for an authorization")?.transpose()
}

pub(super) fn of(file: &Connection, of: &AuthorizationsOf) -> Result<Vec<Authorization>> {
    let (column, id) = match of {
        AuthorizationsOf::User(user) => ("user_id", user.as_str()),
        AuthorizationsOf::Client(client) => ("client_id", client.as_str()),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM oauth_authorizations AS own WHERE {column} = ? ORDER BY created_at, number"
    );
    let mut statement = file.prepare_cached(&sql).doing("listing authorizations")?;
    let rows = statement.query_map([id], |row| Ok(authorization(row, 0))).doing("listing authorizations")?;
    rows.map(|row| row.doing("listing authorizations")?).collect()
}

pub(super) fn revoke(
    file: &Connection,
    id: &AuthorizationId,
    at: Timestamp,
) -> Result<Option<Authorization>> {
    file.execute(
        "UPDATE oauth_authorizations SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
        params![at.as_seconds(), id.as_str()],
    )
    .doing("revoking an authorization")?;
    find(file, id)
}

pub(super) fn revoke_all_of(file: &Connection, user: &UserId, at: Timestamp) -> Result<usize> {
    file.execute(
        "UPDATE oauth_authorizations SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL",
        params![at.as_seconds(), user.as_str()],
    )
    .doing("revoking the authorizations of a user")
}

pub(super) fn record_use(file: &Connection, id: &AuthorizationId, at: Timestamp) -> Result<()> {
    file.execute(
        "UPDATE oauth_authorizations SET last_used_at = :at
            WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)",
        named_params! { ":at": at.as_seconds(), ":id": id.as_str() },
    )
    .doing("noting the use of an authorization")
    .map(|_| ())
}

/// A part of a row as an authorization, from a column on. A row that no release of ours wrote is damage: nobody is let in by it.
pub(super) fn authorization(row: &Row<'_>, from: usize) -> Result<Authorization> {
    let text = |column: usize| get::<String>(row, from + column);
    Ok(Authorization {
        id: AuthorizationId::parse(&text(0)?).map_err(|_| damaged("an id"))?,
        client: ClientId::parse(&text(1)?).map_err(|_| damaged("an id"))?,
        client_name: get::<Option<String>>(row, from + 2)?.and_then(|name| ClientName::new(&name)),
        user: UserId::parse(&text(3)?).map_err(|_| damaged("an id"))?,
        space: Space::parse(&text(4)?).map_err(|_| damaged("a space"))?,
        capability: text(5)?.parse::<Capability>().map_err(|_| damaged("a scope"))?,
        scopes: Scopes::parse(&text(6)?),
        resource: text(7)?,
        kind: GrantKind::parse(&text(8)?).ok_or_else(|| damaged("a kind"))?,
        redirect_owner: get(row, from + 9)?,
        created_at: time(row, from + 10)?,
        expires_at: time_if(row, from + 11)?,
        revoked_at: time_if(row, from + 12)?,
        last_used_at: time_if(row, from + 13)?,
    })
}
