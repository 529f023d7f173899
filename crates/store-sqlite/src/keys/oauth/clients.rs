//! The statements of clients.

use model::Timestamp;
use model::oauth::{
    Client, ClientAuthentication, ClientId, ClientName, ClientSource, GrantType, RedirectUri,
};
use ports::{ClientKept, MAX_CLIENTS};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{damaged, get, seconds, time, time_if};
use crate::error::{Result, While};

const COLUMNS: &str = "id, name, redirect_uris, grants, authentication, secret, is_document, fresh_until, created_at, \
                       last_used_at";

pub(super) fn put(file: &Connection, client: &Client, evictable_before: Timestamp) -> Result<ClientKept> {
    let is_known = find(file, &client.id)?.is_some();
    if !is_known && count(file)? >= MAX_CLIENTS && !evict(file, evictable_before)? {
        return Ok(ClientKept::TooMany);
    }
    let fresh_until = match client.source {
        ClientSource::Registration => None,
        ClientSource::Document { fresh_until } => Some(fresh_until),
    };
    let uris: Vec<&str> = client.redirect_uris.iter().map(RedirectUri::as_str).collect();
    let grants: Vec<&str> = client.grants.iter().map(|grant| grant.name()).collect();
    file.prepare_cached(
        "INSERT INTO oauth_clients (id, name, redirect_uris, grants, authentication, secret, is_document, \
            fresh_until, created_at, last_used_at)
         VALUES (:id, :name, :uris, :grants, :authentication, :secret, :is_document, :fresh_until, :created_at, \
            :last_used_at)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, redirect_uris = excluded.redirect_uris, \
            grants = excluded.grants, authentication = excluded.authentication, secret = excluded.secret, \
            is_document = excluded.is_document, fresh_until = excluded.fresh_until",
    )
    .and_then(|mut statement| {
        statement.execute(named_params! {
            ":id": client.id.as_str(),
            ":name": client.name.as_ref().map(ClientName::as_str),
            // No redirect URI has a blank in it.
            ":uris": uris.join(" "),
            ":grants": grants.join(" "),
            ":authentication": client.authentication.name(),
            ":secret": client.secret.as_ref().map(|secret| secret.as_bytes()),
            ":is_document": fresh_until.is_some(),
            ":fresh_until": seconds(fresh_until),
            ":created_at": client.created_at.as_seconds(),
            ":last_used_at": seconds(client.last_used_at),
        })
    })
    .doing("keeping a client")?;
    Ok(ClientKept::Kept)
}

fn count(file: &Connection) -> Result<usize> {
    file.prepare_cached("SELECT count(*) FROM oauth_clients")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .doing("counting clients")
}

/// Makes room for one client. Tells whether there was one to go.
fn evict(file: &Connection, before: Timestamp) -> Result<bool> {
    let gone = file
        .execute(
            "DELETE FROM oauth_clients WHERE number = (
                SELECT number FROM oauth_clients AS client
                WHERE last_used_at IS NULL AND created_at < ?
                    AND NOT EXISTS (SELECT 1 FROM oauth_authorizations WHERE client_id = client.id)
                ORDER BY created_at, number LIMIT 1)",
            [before.as_seconds()],
        )
        .doing("making room for a client")?;
    Ok(gone > 0)
}

pub(super) fn find(file: &Connection, id: &ClientId) -> Result<Option<Client>> {
    let sql = format!("SELECT {COLUMNS} FROM oauth_clients WHERE id = ?");
    let found = file
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([id.as_str()], |row| Ok(client(row))).optional());
    found.doing("looking for a client")?.transpose()
}

pub(super) fn all(file: &Connection) -> Result<Vec<Client>> {
    let sql = format!("SELECT {COLUMNS} FROM oauth_clients ORDER BY created_at, number");
    let mut statement = file.prepare_cached(&sql).doing("listing clients")?;
    let rows = statement.query_map([], |row| Ok(client(row))).doing("listing clients")?;
    rows.map(|row| row.doing("listing clients")?).collect()
}

pub(super) fn remove(file: &Connection, id: &ClientId, at: Timestamp) -> Result<bool> {
    file.execute(
        "UPDATE oauth_authorizations SET revoked_at = ? WHERE client_id = ? AND revoked_at IS NULL",
        params![at.as_seconds(), id.as_str()],
    )
    .doing("revoking the authorizations of a client")?;
    let removed =
        file.execute("DELETE FROM oauth_clients WHERE id = ?", [id.as_str()]).doing("removing a client")?;
    Ok(removed > 0)
}

/// A row as a client. A row that no release of ours wrote is damage.
fn client(row: &Row<'_>) -> Result<Client> {
    let uris: String = get(row, 2)?;
    let grants: String = get(row, 3)?;
    let uri = |text: &str| RedirectUri::parse(text).map_err(|_| damaged("a redirect URI"));
    let grant = |name: &str| GrantType::parse(name).ok_or_else(|| damaged("a grant"));
    let source = match get(row, 6)? {
        true => ClientSource::Document { fresh_until: time(row, 7)? },
        false => ClientSource::Registration,
    };
    Ok(Client {
        id: ClientId::parse(&get::<String>(row, 0)?).map_err(|_| damaged("an id"))?,
        name: get::<Option<String>>(row, 1)?.and_then(|name| ClientName::new(&name)),
        redirect_uris: uris.split_ascii_whitespace().map(uri).collect::<Result<_>>()?,
        grants: grants.split_ascii_whitespace().map(grant).collect::<Result<_>>()?,
        authentication: ClientAuthentication::parse(&get::<String>(row, 4)?)
            .ok_or_else(|| damaged("a way to authenticate"))?,
        secret: get::<Option<[u8; 32]>>(row, 5)?.map(model::KeyDigest::from_bytes),
        source,
        created_at: time(row, 8)?,
        last_used_at: time_if(row, 9)?,
    })
}
