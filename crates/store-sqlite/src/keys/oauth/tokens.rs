//! The statements of codes and tokens. Each is found together with its authorization, so that none is good without it.

use model::oauth::{
    AccessToken, Authorization, AuthorizationCode, AuthorizationId, RedirectUri, RefreshToken, Succession,
};
use model::{Capability, KeyDigest, Timestamp};
use ports::{Redeemed, Rotated};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::authorizations::{self, authorization};
use super::{damaged, digest, get, time, time_if};
use crate::error::{Result, While};

pub(super) fn insert_code(file: &Connection, code: &AuthorizationCode) -> Result<()> {
    file.prepare_cached(
        "INSERT INTO oauth_codes (digest, authorization_id, redirect_uri, challenge, expires_at, used_at)
         VALUES (:digest, :authorization, :redirect_uri, :challenge, :expires_at, :used_at)",
    )
    .and_then(|mut statement| {
        statement.execute(named_params! {
            ":digest": code.digest.as_bytes(),
            ":authorization": code.authorization.as_str(),
            ":redirect_uri": code.redirect_uri.as_str(),
            ":challenge": code.challenge.as_bytes(),
            ":expires_at": code.expires_at.as_seconds(),
            ":used_at": super::seconds(code.used_at),
        })
    })
    .doing("keeping a code")
    .map(|_| ())
}

/// The row of a table that has a digest, and its authorization.
fn with_authorization<T, const N: usize>(
    file: &Connection,
    table: &str,
    columns: [&str; N],
    by: &KeyDigest,
    read: fn(&Row<'_>) -> Result<T>,
) -> Result<Option<(T, Authorization)>> {
    let sql = format!(
        "SELECT member.digest, member.authorization_id, member.{}, {} FROM {table} AS member \
            JOIN oauth_authorizations AS own ON own.id = member.authorization_id WHERE member.digest = ?",
        columns.join(", member."),
        authorizations::COLUMNS,
    );
    let both = |row: &Row<'_>| Ok((read(row)?, authorization(row, 2 + N)?));
    let found = file
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([by.as_bytes()], |row| Ok(both(row))).optional());
    found.doing("looking for a token")?.transpose()
}

fn authorization_id(row: &Row<'_>) -> Result<AuthorizationId> {
    AuthorizationId::parse(&get::<String>(row, 1)?).map_err(|_| damaged("an id"))
}

pub(super) fn code(file: &Connection, by: &KeyDigest) -> Result<Option<(AuthorizationCode, Authorization)>> {
    let columns = ["redirect_uri", "challenge", "expires_at", "used_at"];
    with_authorization(file, "oauth_codes", columns, by, |row| {
        Ok(AuthorizationCode {
            digest: digest(row, 0)?,
            authorization: authorization_id(row)?,
            redirect_uri: RedirectUri::parse(&get::<String>(row, 2)?)
                .map_err(|_| damaged("a redirect URI"))?,
            challenge: digest(row, 3)?,
            expires_at: time(row, 4)?,
            used_at: time_if(row, 5)?,
        })
    })
}

pub(super) fn access(file: &Connection, by: &KeyDigest) -> Result<Option<(AccessToken, Authorization)>> {
    let columns = ["scope", "resource", "created_at", "expires_at"];
    with_authorization(file, "oauth_access_tokens", columns, by, |row| {
        Ok(AccessToken {
            digest: digest(row, 0)?,
            authorization: authorization_id(row)?,
            capability: get::<String>(row, 2)?.parse::<Capability>().map_err(|_| damaged("a scope"))?,
            resource: get(row, 3)?,
            created_at: time(row, 4)?,
            expires_at: time(row, 5)?,
        })
    })
}

pub(super) fn refresh(file: &Connection, by: &KeyDigest) -> Result<Option<(RefreshToken, Authorization)>> {
    let columns = ["created_at", "expires_at", "used_at", "salt", "next_refresh", "next_access"];
    with_authorization(file, "oauth_refresh_tokens", columns, by, |row| {
        let succession = |at| -> Result<_> {
            Ok(Succession { at, salt: get(row, 5)?, refresh: digest(row, 6)?, access: digest(row, 7)? })
        };
        Ok(RefreshToken {
            digest: digest(row, 0)?,
            authorization: authorization_id(row)?,
            created_at: time(row, 2)?,
            expires_at: time(row, 3)?,
            succession: time_if(row, 4)?.map(succession).transpose()?,
        })
    })
}

pub(super) fn redeem(
    file: &Connection,
    by: &KeyDigest,
    at: Timestamp,
    access: &AccessToken,
    refresh: Option<&RefreshToken>,
) -> Result<Redeemed> {
    let Some((code, own)) = code(file, by)? else { return Ok(Redeemed::Gone) };
    if code.used_at.is_some() {
        authorizations::revoke(file, &own.id, at)?;
        return Ok(Redeemed::Again);
    }
    if at >= code.expires_at || !own.is_active(at) {
        return Ok(Redeemed::Gone);
    }
    file.execute(
        "UPDATE oauth_codes SET used_at = ? WHERE digest = ?",
        params![at.as_seconds(), by.as_bytes()],
    )
    .doing("using up a code")?;
    keep_access(file, access, &own)?;
    if let Some(refresh) = refresh {
        insert_refresh(file, refresh)?;
    }
    Ok(Redeemed::Done)
}

pub(super) fn issue(file: &Connection, access: &AccessToken) -> Result<bool> {
    match authorizations::find(file, &access.authorization)? {
        Some(own) if own.is_active(access.created_at) => keep_access(file, access, &own).map(|()| true),
        _ => Ok(false),
    }
}

pub(super) fn rotate(
    file: &Connection,
    old: &KeyDigest,
    succession: &Succession,
    access: &AccessToken,
    next: &RefreshToken,
) -> Result<Rotated> {
    let Some((token, own)) = refresh(file, old)? else { return Ok(Rotated::Stale) };
    let at = succession.at;
    if token.succession.is_some() || at >= token.expires_at || !own.is_active(at) {
        return Ok(Rotated::Stale);
    }
    file.execute(
        "UPDATE oauth_refresh_tokens SET used_at = :at, salt = :salt, next_refresh = :refresh, next_access = :access
            WHERE digest = :old",
        named_params! {
            ":at": at.as_seconds(),
            ":salt": succession.salt,
            ":refresh": succession.refresh.as_bytes(),
            ":access": succession.access.as_bytes(),
            ":old": old.as_bytes(),
        },
    )
    .doing("using up a refresh token")?;
    file.execute("UPDATE oauth_refresh_tokens SET salt = NULL WHERE next_refresh = ?", [old.as_bytes()])
        .doing("forgetting a salt")?;
    keep_access(file, access, &own)?;
    insert_refresh(file, next)?;
    Ok(Rotated::Done)
}

pub(super) fn remove_access(file: &Connection, by: &KeyDigest) -> Result<()> {
    file.execute("DELETE FROM oauth_access_tokens WHERE digest = ?", [by.as_bytes()])
        .doing("removing a token")
        .map(|_| ())
}

/// Keeps an access token, and notes that its authorization and its client were used.
fn keep_access(file: &Connection, token: &AccessToken, own: &Authorization) -> Result<()> {
    file.prepare_cached(
        "INSERT INTO oauth_access_tokens (digest, authorization_id, scope, resource, created_at, expires_at)
         VALUES (:digest, :authorization, :scope, :resource, :created_at, :expires_at)",
    )
    .and_then(|mut statement| {
        statement.execute(named_params! {
            ":digest": token.digest.as_bytes(),
            ":authorization": token.authorization.as_str(),
            ":scope": token.capability.name(),
            ":resource": token.resource,
            ":created_at": token.created_at.as_seconds(),
            ":expires_at": token.expires_at.as_seconds(),
        })
    })
    .doing("keeping a token")?;
    authorizations::record_use(file, &own.id, token.created_at)?;
    file.execute(
        "UPDATE oauth_clients SET last_used_at = :at WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)",
        named_params! { ":at": token.created_at.as_seconds(), ":id": own.client.as_str() },
    )
    .doing("noting the use of a client")
    .map(|_| ())
}

fn insert_refresh(file: &Connection, token: &RefreshToken) -> Result<()> {
    file.prepare_cached(
        "INSERT INTO oauth_refresh_tokens (digest, authorization_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            token.digest.as_bytes(),
            token.authorization.as_str(),
            token.created_at.as_seconds(),
            token.expires_at.as_seconds(),
        ])
    })
    .doing("keeping a token")
    .map(|_| ())
}
