//! What a client asks for in a browser, and whether it may.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::oauth::{Client, ClientId, ClientSource, GrantType, RedirectUri, Scopes};
use model::{Capability, KeyDigest, UserId};
use ports::{AuthorizationsOf, StoreError};
use thiserror::Error as ThisError;

use super::parameters::Parameters;
use super::{AuthorizationServer, Error};

/// What a client asks for in a browser. Whoever shows a page for it asks the same query again when the user has decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Who asks. Nothing of what it says of itself is verified.
    pub client: Client,
    /// Where the browser is sent back to.
    pub redirect_uri: RedirectUri,
    /// What it asks for by name.
    pub scopes: Scopes,
    /// What it wants to be able to do at most.
    pub capability: Capability,
    /// What the tokens are to be good for: an address of this server.
    pub resource: String,
    pub(super) state: Option<String>,
    pub(super) challenge: KeyDigest,
}

impl Asked {
    /// Whom the browser is sent back to, as a person would say it: a host, with its port.
    #[must_use]
    pub fn redirect_owner(&self) -> &str {
        self.redirect_uri.owner()
    }

    /// Whether the browser is sent back to a program on the user's own machine, whichever that is.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.redirect_uri.is_loopback()
    }

    /// Whether the client stays able to act when the user is away: it gets tokens with which it gets new ones.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.client.may_use(GrantType::RefreshToken)
    }

    /// The address of the document that says what the client is; none for one that registered itself.
    #[must_use]
    pub fn document(&self) -> Option<&str> {
        match self.client.source {
            ClientSource::Document { .. } => Some(self.client.id.as_str()),
            ClientSource::Registration => None,
        }
    }
}

/// Why a client may not ask.
#[derive(Debug, ThisError)]
pub enum AskError {
    /// The user is told, and the browser is sent nowhere: nobody knows whether where it should be sent belongs to the client.
    #[error(transparent)]
    Shown(#[from] Objection),
    /// The client is told: the browser is sent there (303).
    #[error("the client is told: {code}")]
    Sent {
        /// Where.
        location: String,
        /// What is wrong, in the protocol's name.
        code: &'static str,
    },
}

/// Why a browser is sent nowhere.
#[derive(Debug, ThisError)]
pub enum Objection {
    /// There is no client to be seen.
    #[error("the address does not say which program asks (client_id)")]
    NoClient,
    /// Nobody knows it.
    #[error("the program that asks is not known here (any more): connect it again from its own settings")]
    UnknownClient,
    /// Its document cannot be had.
    #[error("the program that asks says who it is in a document that cannot be read now")]
    NoDocument,
    /// Its document is none.
    #[error("the program that asks says who it is in a document that is not valid: {0}")]
    BadDocument(&'static str),
    /// Where the browser should be sent is none of its addresses.
    #[error(
        "the program that asks wants your browser sent to an address that is not one of its own (redirect_uri)"
    )]
    ForeignRedirect,
    /// It does not say where the browser should be sent.
    #[error("the address does not say where your browser should be sent (redirect_uri)")]
    NoRedirect,
    /// It is not written as it has to be.
    #[error("the program that asks sent more, or other characters, than it may: {0}")]
    Malformed(&'static str),
    /// Nobody can tell now.
    #[error("what the server keeps cannot be read now: try again")]
    Unavailable(#[from] StoreError),
}

impl Objection {
    /// The status of the page that says it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Unavailable(_) => 503,
            _ => 400,
        }
    }
}

impl AuthorizationServer {
    /// What a client asks for, from the query of the address at which the browser was sent here.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(&self, query: &[(String, String)]) -> Result<Asked, AskError> {
        let query = Parameters(query);
        let (client, redirect_uri) = self.whom_and_where(query).await?;
        let state = self.state(query)?;
        match self.what(query, &client) {
            Ok((scopes, resource, challenge)) => {
                let capability = scopes.capability().unwrap_or(Capability::Write);
                let state = state.map(str::to_owned);
                Ok(Asked { client, redirect_uri, scopes, capability, resource, state, challenge })
            }
            Err(error) => {
                let parameters = [("error", error.code), ("error_description", error.description)];
                let location = self.location(&redirect_uri, state, &parameters);
                Err(AskError::Sent { location, code: error.code })
            }
        }
    }

    /// Whether a user never allowed this client anything before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_first_time(&self, asked: &Asked, user: &UserId) -> Result<bool, StoreError> {
        let before = self.store.authorizations(&AuthorizationsOf::User(user.clone())).await?;
        Ok(!before.iter().any(|one| one.client == asked.client.id))
    }

    /// The client, and where its browser may be sent: until both are known, nothing is sent anywhere.
    async fn whom_and_where(&self, query: Parameters<'_>) -> Result<(Client, RedirectUri), Objection> {
        let id = query.get("client_id").ok().flatten().ok_or(Objection::NoClient)?;
        let id = ClientId::parse(id).map_err(|_| Objection::UnknownClient)?;
        let client = self.client_to_ask(&id).await?;
        let uri = match query.get("redirect_uri") {
            Ok(Some(text)) if text.len() <= self.settings.limits.redirect_uri_bytes => {
                let used = RedirectUri::parse(text).map_err(|_| Objection::ForeignRedirect)?;
                let is_own = client.redirect_uris.iter().any(|own| own.allows(&used));
                is_own.then_some(used).ok_or(Objection::ForeignRedirect)?
            }
            // Who has one address need not say it (RFC 6749 section 3.1.2.3).
            Ok(None) => match client.redirect_uris.as_slice() {
                [only] => only.clone(),
                _ => return Err(Objection::NoRedirect),
            },
            Ok(Some(_)) | Err(_) => return Err(Objection::ForeignRedirect),
        };
        Ok((client, uri))
    }

    /// What has to be given back as it came.
    fn state<'a>(&self, query: Parameters<'a>) -> Result<Option<&'a str>, Objection> {
        let state = query.get("state").map_err(|_| Objection::Malformed("state is there twice"))?;
        if state.is_some_and(|state| state.len() > self.settings.limits.state_bytes) {
            return Err(Objection::Malformed("state is too long"));
        }
        // RFC 6749 appendix A.5. Others could not be given back as they came.
        if state.is_some_and(|state| !state.bytes().all(|byte| matches!(byte, b' '..=b'~'))) {
            return Err(Objection::Malformed("state has characters beyond ASCII"));
        }
        Ok(state)
    }

    /// What is asked for, and the digest of the verifier that shows later that the same client asks.
    fn what(&self, query: Parameters<'_>, client: &Client) -> Result<(Scopes, String, KeyDigest), Error> {
        match query.need("response_type", "response_type is missing: it must be code")? {
            "code" => {}
            _ => return Err(Error::new("unsupported_response_type", "response_type must be code")),
        }
        if !client.may_use(GrantType::AuthorizationCode) {
            return Err(Error::unauthorized_client("the client did not register for authorization_code"));
        }
        let challenge = challenge(query)?;
        let scopes = self.scopes(query)?;
        let resource = self.resource(query.all("resource"))?;
        Ok((scopes, resource.unwrap_or_else(|| self.settings.issuer.clone()), challenge))
    }

    /// What is asked for by name; nothing when nothing is said.
    pub(super) fn scopes(&self, parameters: Parameters<'_>) -> Result<Scopes, Error> {
        let Some(text) = parameters.get("scope")? else { return Ok(Scopes::default()) };
        if text.len() > self.settings.limits.scope_bytes {
            return Err(Error::new("invalid_scope", "scope is too long"));
        }
        match Scopes::parse(text) {
            none if none.is_empty() => Err(Error::invalid_scope()),
            scopes => Ok(scopes),
        }
    }

    /// The address of a client with what it is told in its query. It says who tells it (RFC 9207).
    pub(super) fn location(
        &self,
        uri: &RedirectUri,
        state: Option<&str>,
        parameters: &[(&str, &str)],
    ) -> String {
        let state = state.map(|state| ("state", state));
        let issuer = Some(("iss", self.settings.issuer.as_str()));
        let mut location = uri.as_str().to_owned();
        let mut joint = match uri.as_str().split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        for (name, value) in parameters.iter().copied().chain(state).chain(issuer) {
            location.push_str(joint);
            location.push_str(name);
            location.push('=');
            push_encoded(&mut location, value);
            joint = "&";
        }
        location
    }
}

/// The digest that the verifier has to have (PKCE with S256; `plain` protects nothing).
fn challenge(query: Parameters<'_>) -> Result<KeyDigest, Error> {
    let challenge = query.need("code_challenge", "code_challenge is missing: PKCE is needed (S256)")?;
    if query.get("code_challenge_method")? != Some("S256") {
        return Err(Error::invalid_request("code_challenge_method must be S256"));
    }
    let wrong =
        Error::invalid_request("code_challenge must be the SHA-256 of the verifier, as 43 characters");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(challenge).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(KeyDigest::from_bytes).ok_or(wrong)
}

/// Adds a text to a query. A blank is `%20` and not `+`, which not every client reads as one.
fn push_encoded(query: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(char::from(byte));
        } else {
            query.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests;
