//! Clients whose id is the address of a document that says what they are (OAuth Client ID Metadata Documents).

use std::sync::PoisonError;

use model::oauth::{Client, ClientAuthentication, ClientId, ClientName, ClientSource, GrantType};
use ports::{ClientDocuments, ClientKept};
use serde_json::{Map, Value};

use super::registration::redirect_uris;
use super::{AuthorizationServer, EVICTABLE_CLIENT_S, Error, Limits, Objection};

/// How long a document need not be read again when its host does not say, and how long at least and at most, in seconds.
const FRESH_S: (f64, f64, f64) = (3600.0, 300.0, 86_400.0);
/// How many documents are remembered of clients that nobody allowed anything yet. Anybody can have one read, so they take no room
/// of clients that are kept.
pub const MAX_READ_DOCUMENTS: usize = 256;

impl AuthorizationServer {
    /// The client with an id, for whoever wants to send a browser somewhere. Its document is read when that is due.
    pub(super) async fn client_to_ask(&self, id: &ClientId) -> Result<Client, Objection> {
        let known = self.store.client(id).await?;
        let documents = self.documents.as_ref().filter(|_| is_address(id.as_str()));
        match (known, documents) {
            (Some(client), Some(_)) if self.is_fresh(&client) => Ok(client),
            (_, Some(documents)) => match self.remembered(id) {
                Some(client) => Ok(client),
                None => self.read_document(id, &**documents).await,
            },
            (Some(client), None) if client.source == ClientSource::Registration => Ok(client),
            (_, None) => Err(Objection::UnknownClient),
        }
    }

    /// Keeps a client whose document was read, when a user allows it something: the token endpoint has to know it.
    pub(super) async fn keep_document(&self, client: &Client) -> Result<(), Error> {
        if client.source == ClientSource::Registration {
            return Ok(());
        }
        let before = self.now().plus_seconds(-EVICTABLE_CLIENT_S);
        match self.store.put_client(client.clone(), before).await? {
            ClientKept::Kept => Ok(()),
            ClientKept::TooMany => Err(Error::too_many_clients()),
        }
    }

    fn is_fresh(&self, client: &Client) -> bool {
        matches!(client.source, ClientSource::Document { fresh_until } if self.now() < fresh_until)
    }

    fn remembered(&self, id: &ClientId) -> Option<Client> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.get(id).filter(|client| self.is_fresh(client)).cloned()
    }

    async fn read_document(
        &self,
        id: &ClientId,
        documents: &dyn ClientDocuments,
    ) -> Result<Client, Objection> {
        let document = documents.fetch(id.as_str()).await.map_err(|_| Objection::NoDocument)?;
        let (usual, least, most) = FRESH_S;
        #[expect(clippy::cast_precision_loss, reason = "it is cut off far below 2^52")]
        let fresh_s = document.fresh_s.map_or(usual, |seconds| seconds as f64).clamp(least, most);
        let now = self.now();
        let source = ClientSource::Document { fresh_until: now.plus_seconds(fresh_s) };
        let said = read(&document.body, id, self.settings.limits)?;
        let client = Client { source, created_at: now, ..said };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= MAX_READ_DOCUMENTS {
            read.clear();
        }
        read.insert(id.clone(), client.clone());
        Ok(client)
    }
}

/// Whether an id could be the address of a document: `https`, with a host and a path that goes nowhere but down.
pub(super) fn is_address(id: &str) -> bool {
    let Some((host, path)) = id.strip_prefix("https://").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let path = path.split('?').next().unwrap_or_default();
    let goes_down = path.split('/').all(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain != "." && plain != ".."
    });
    !path.is_empty() && !host.is_empty() && !id.contains(['#', '@', '\\']) && goes_down
}

/// What a document says of the client with an id.
fn read(body: &[u8], id: &ClientId, limits: Limits) -> Result<Client, Objection> {
    let wrong = Objection::BadDocument;
    let said: Map<String, Value> = serde_json::from_slice(body).map_err(|_| wrong("it is no JSON object"))?;
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    if text("client_id") != Some(id.as_str()) {
        return Err(wrong("its client_id is not its address"));
    }
    let name = text("client_name").and_then(ClientName::new).ok_or(wrong("it has no client_name"))?;
    if said.contains_key("client_secret") {
        return Err(wrong("it has a secret, which everybody can read"));
    }
    match text("token_endpoint_auth_method") {
        None if !said.contains_key("token_endpoint_auth_method") => {}
        Some("none") => {}
        _ => return Err(wrong("its token_endpoint_auth_method is not none")),
    }
    let redirect_uris =
        redirect_uris(&said, limits).map_err(|_| wrong("its redirect_uris cannot be read"))?;
    if redirect_uris.is_empty() {
        return Err(wrong("it has no redirect_uris that may be used"));
    }
    Ok(Client {
        id: id.clone(),
        name: Some(name),
        redirect_uris,
        grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        authentication: ClientAuthentication::None,
        secret: None,
        source: ClientSource::Registration,
        created_at: model::Timestamp::from_microseconds(0),
        last_used_at: None,
    })
}

#[cfg(test)]
mod tests;
