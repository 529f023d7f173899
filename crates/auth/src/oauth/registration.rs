//! Clients that register themselves (RFC 7591).

use std::net::IpAddr;

use model::oauth::{
    Client, ClientAuthentication, ClientId, ClientName, ClientSource, GrantType, RedirectUri, Scopes,
};
use model::{AuditAction, AuditOutcome};
use ports::ClientKept;
use serde_json::{Map, Value, json};

use super::{AuthorizationServer, CLIENT_SECRET, EVICTABLE_CLIENT_S, Error, Limits, Registration};
use crate::Secret;

/// How many redirect URIs a client may have.
pub const MAX_REDIRECT_URIS: usize = 16;

impl AuthorizationServer {
    /// Registers a client that says so of itself, as JSON; `key` is what it shows as a bearer, if anything. What is answered is
    /// for status 201.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn register(
        &self,
        body: &[u8],
        key: Option<&[u8]>,
        from: Option<IpAddr>,
    ) -> Result<Value, Error> {
        self.may_register(key, from).await?;
        let said: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|_| invalid_metadata("the body must be a JSON object that says what the client is"))?;
        self.sweep().await;
        let mut client = read(&said, self.settings.limits)?;
        client.id = self.id(ClientId::from_bytes)?;
        client.created_at = self.now();
        let secret = match client.authentication {
            ClientAuthentication::None => None,
            _ => Some(self.secret(CLIENT_SECRET)?),
        };
        client.secret = secret.as_ref().map(Secret::digest);
        let before = client.created_at.plus_seconds(-EVICTABLE_CLIENT_S);
        match self.store.put_client(client.clone(), before).await? {
            ClientKept::Kept => {}
            ClientKept::TooMany => return Err(Error::too_many_clients()),
        }
        let entry = self.entry(AuditAction::ClientRegister, AuditOutcome::Done, from);
        let entry = entry.on(format_args!("client:{}", client.id));
        let hosts: Vec<&str> = client.redirect_uris.iter().map(RedirectUri::owner).collect();
        if let Err(error) = self.log.record(entry.saying(hosts.join(" "))).await {
            // Nobody has its id, and nothing tells of it: it must not stay.
            self.store.remove_client(&client.id, client.created_at).await?;
            return Err(error.into());
        }
        Ok(answer(&client, secret.as_ref(), &said))
    }

    async fn may_register(&self, key: Option<&[u8]>, from: Option<IpAddr>) -> Result<(), Error> {
        let refused = match (&self.settings.registration, key) {
            (Registration::Open, _) => return Ok(()),
            (Registration::Off, _) => {
                return Err(Error::new("access_denied", "clients do not register here").with_status(403));
            }
            (Registration::Key(needed), Some(shown)) => match needed.digest() {
                digest if crate::secret::same(&digest, &model::KeyDigest::of(shown)) => return Ok(()),
                _ => Error::new("invalid_token", "the registration key is not valid")
                    .challenging("Bearer error=\"invalid_token\""),
            },
            (Registration::Key(_), None) => {
                let description = "registering needs the registration key, as Authorization: Bearer <key>";
                return Err(Error::new("invalid_token", description).with_status(401).challenging("Bearer"));
            }
        };
        self.note(self.entry(AuditAction::ClientRegister, AuditOutcome::Refused, from)).await;
        Err(refused.with_status(401))
    }
}

const fn invalid_metadata(description: &'static str) -> Error {
    Error::new("invalid_client_metadata", description)
}

/// What a client says of itself, without id, secret and time. What is not known here is left out: what is kept is answered.
fn read(said: &Map<String, Value>, limits: Limits) -> Result<Client, Error> {
    let authentication = match said.get("token_endpoint_auth_method") {
        None | Some(Value::Null) => ClientAuthentication::SecretBasic,
        Some(method) => method.as_str().and_then(ClientAuthentication::parse).ok_or(invalid_metadata(
            "token_endpoint_auth_method must be none, client_secret_basic or client_secret_post",
        ))?,
    };
    let grants = match texts(said, "grant_types")? {
        None => vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        Some(names) => GrantType::ALL
            .into_iter()
            .filter(|grant| names.contains(&grant.name()))
            // A client that has no secret has nothing to show for itself.
            .filter(|grant| {
                *grant != GrantType::ClientCredentials || authentication != ClientAuthentication::None
            })
            .collect(),
    };
    if grants.iter().all(|grant| *grant == GrantType::RefreshToken) {
        return Err(invalid_metadata(
            "grant_types must name authorization_code, or client_credentials for a client with a secret",
        ));
    }
    let needs_browser = grants.contains(&GrantType::AuthorizationCode);
    if needs_browser && texts(said, "response_types")?.is_some_and(|types| !types.contains(&"code")) {
        return Err(invalid_metadata("response_types must name code"));
    }
    let redirect_uris = redirect_uris(said, limits)?;
    if needs_browser && redirect_uris.is_empty() {
        return Err(Error::new(
            "invalid_redirect_uri",
            "redirect_uris must name an https address, or an http one of this machine (localhost, 127.0.0.1, [::1])",
        ));
    }
    Ok(Client {
        id: ClientId::from_bytes(Default::default()),
        name: said.get("client_name").and_then(Value::as_str).and_then(ClientName::new),
        redirect_uris,
        grants,
        authentication,
        secret: None,
        source: ClientSource::Registration,
        created_at: model::Timestamp::from_microseconds(0),
        last_used_at: None,
    })
}

/// The good ones of the redirect URIs. Some clients name one for each of their forms, and give up when one of them is refused.
pub(super) fn redirect_uris(said: &Map<String, Value>, limits: Limits) -> Result<Vec<RedirectUri>, Error> {
    let named = texts(said, "redirect_uris")?.unwrap_or_default();
    if named.len() > MAX_REDIRECT_URIS {
        return Err(Error::new("invalid_redirect_uri", "redirect_uris names more than 16 addresses"));
    }
    let mut good: Vec<RedirectUri> = Vec::new();
    for text in named.into_iter().filter(|text| text.len() <= limits.redirect_uri_bytes) {
        if let Ok(uri) = RedirectUri::parse(text)
            && !good.contains(&uri)
        {
            good.push(uri);
        }
    }
    Ok(good)
}

/// The texts of a field; none when there is no such field.
fn texts<'a>(said: &'a Map<String, Value>, name: &str) -> Result<Option<Vec<&'a str>>, Error> {
    let wrong = invalid_metadata("redirect_uris, grant_types and response_types must be lists of texts");
    match said.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => {
            items.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(Some).ok_or(wrong)
        }
        Some(_) => Err(wrong),
    }
}

fn answer(client: &Client, secret: Option<&Secret>, said: &Map<String, Value>) -> Value {
    let needs_browser = client.grants.contains(&GrantType::AuthorizationCode);
    let seconds = client.created_at.as_microseconds() / 1_000_000;
    let mut told = json!({
        "client_id": client.id.as_str(),
        "client_id_issued_at": seconds,
        "redirect_uris": client.redirect_uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>(),
        "grant_types": client.grants.iter().map(|grant| grant.name()).collect::<Vec<_>>(),
        "response_types": if needs_browser { vec!["code"] } else { Vec::new() },
        "token_endpoint_auth_method": client.authentication.name(),
    });
    if let Some(secret) = secret {
        told["client_secret"] = secret.reveal().into();
        // It does not expire.
        told["client_secret_expires_at"] = 0.into();
    }
    if let Some(name) = &client.name {
        told["client_name"] = name.as_str().into();
    }
    let scopes = said.get("scope").and_then(Value::as_str).map(Scopes::parse).unwrap_or_default();
    if !scopes.is_empty() {
        told["scope"] = scopes.to_string().into();
    }
    told
}

#[cfg(test)]
mod tests;
