//! A browser that comes back from the provider (OpenID Connect Core 1.0, sections 3.1.2.5 to 3.1.3.7).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{AuditAction, LinkedIdentity, Session};
use ports::StateUsed;
use serde_json::Value;

use super::id_token::{Claims, Expected, Unverified};
use super::journey::{Journey, Proof};
use super::metadata::{Authentication, Metadata};
use super::{OpenIdError, RelyingParty};
use crate::accounts::{Origin, SignedIn};

/// The longest text in an address of the way back, in bytes.
const MAX_CODE_BYTES: usize = 4096;

/// What a browser brings back.
#[derive(Debug, Clone, Copy)]
pub struct Came<'a> {
    /// What its cookie holds, if there is one.
    pub cookie: Option<&'a str>,
    /// Names and values of the address, in their order.
    pub query: &'a [(String, String)],
    /// The session that it shows, if it is a good one.
    pub session: Option<&'a Session>,
    /// Where it comes from.
    pub from: &'a Origin,
}

/// What came of it.
#[derive(Debug)]
pub enum Arrived {
    /// Somebody is signed in, and wants to go to this path; an empty one is none.
    SignedIn(Box<SignedIn>, String),
    /// Somebody has one identity more.
    Linked(LinkedIdentity),
}

impl Came<'_> {
    /// The value of a parameter; none when it is missing, empty or there more than once (RFC 6749 section 3.1).
    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = found.next().filter(|value| !value.is_empty() && value.len() <= MAX_CODE_BYTES);
        first.filter(|_| found.next().is_none())
    }

    fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(known, _)| known == name)
    }
}

impl RelyingParty {
    /// What comes of a browser that comes back. Attempts are counted by machine; whatever is refused is in the audit log.
    ///
    /// # Errors
    /// [`OpenIdError`].
    pub async fn arrive(&self, came: &Came<'_>) -> Result<Arrived, OpenIdError> {
        let attempt = self.identities.attempt(came.from).await?;
        let journey = came.cookie.and_then(|cookie| Journey::open(cookie, &self.settings.client_secret));
        let action = match journey.as_ref().and_then(|journey| journey.link.as_ref()) {
            Some(_) => AuditAction::IdentityLink,
            None => AuditAction::SignIn,
        };
        let arrived = match journey {
            Some(journey) => self.follow(&journey, came).await,
            None => Err(OpenIdError::NotBegun),
        };
        match &arrived {
            Ok(_) => self.identities.forgive(attempt).await?,
            Err(error) => {
                tracing::info!(
                    error = error as &dyn std::error::Error,
                    "nobody came of a sign-in at the provider"
                );
                self.identities.refuse(action, came.session, error, came.from).await?;
            }
        }
        arrived
    }

    async fn follow(&self, journey: &Journey, came: &Came<'_>) -> Result<Arrived, OpenIdError> {
        let (now, proof) = (self.clock.now(), journey.proof());
        if now >= journey.expires_at() || !came.get("state").is_some_and(|state| proof.is_state(state)) {
            return Err(OpenIdError::NotBegun);
        }
        // Whose browser it was may have changed meanwhile.
        let link = match &journey.link {
            None => None,
            Some(id) => match came.session.filter(|session| session.id == *id) {
                Some(session) => Some(session),
                None => return Err(OpenIdError::NotBegun),
            },
        };
        if self.identities.use_up(&journey.digest(), journey.expires_at()).await? != StateUsed::Now {
            return Err(OpenIdError::NotBegun);
        }
        let metadata = self.metadata().await?;
        let is_own = came.get("iss").map(|issuer| issuer == self.settings.issuer);
        if is_own.unwrap_or(!metadata.says_issuer && !came.has("iss")) {
            let claims = self.ask(&metadata, &proof, came).await?;
            return self.let_in(claims, journey, link, came.from).await;
        }
        Err(OpenIdError::Wrong("the answer is another provider's (iss)"))
    }

    async fn let_in(
        &self,
        claims: Claims,
        journey: &Journey,
        link: Option<&Session>,
        from: &Origin,
    ) -> Result<Arrived, OpenIdError> {
        match link {
            Some(session) => self.identities.link(session, &claims, from).await.map(Arrived::Linked),
            None => {
                let signed_in = self.identities.sign_in(&claims, &self.settings.sign_up, from).await?;
                Ok(Arrived::SignedIn(Box::new(signed_in), journey.next.clone()))
            }
        }
    }

    /// Who it is, for the code of an answer.
    async fn ask(&self, metadata: &Metadata, proof: &Proof, came: &Came<'_>) -> Result<Claims, OpenIdError> {
        if came.has("error") {
            // Who cancels is told that, and so is who may not; what else the provider writes is its own.
            return Err(OpenIdError::Denied);
        }
        let code = came.get("code").ok_or(OpenIdError::Wrong("the answer has no code"))?;
        let token = self.redeem(metadata, code, &proof.verifier).await?;
        let unverified = Unverified::read(&token)?;
        let keys = self.keys(metadata, &unverified).await?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &proof.nonce,
            now: self.clock.now(),
        };
        Ok(unverified.verify(&keys, &expected)?)
    }

    /// What is sent for a code, and what proves who sends it.
    fn request(&self, metadata: &Metadata, code: &str, verifier: &str) -> (Option<String>, String) {
        let (id, secret) = (self.settings.client_id.as_str(), self.settings.client_secret.reveal());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.settings.redirect_uri)
            .append_pair("code_verifier", verifier);
        let authorization = match metadata.authentication {
            Authentication::Basic => {
                // Each of the two is encoded as a form has it (RFC 6749 section 2.3.1).
                let encoded =
                    |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encoded(id), encoded(secret));
                Some(format!("Basic {}", STANDARD.encode(pair)))
            }
            Authentication::Post => {
                form.append_pair("client_id", id).append_pair("client_secret", secret);
                None
            }
        };
        (authorization, form.finish())
    }

    /// The ID token that the provider gives for a code.
    async fn redeem(&self, metadata: &Metadata, code: &str, verifier: &str) -> Result<String, OpenIdError> {
        let (authorization, form) = self.request(metadata, code, verifier);
        let sent = self.provider.send(&metadata.token_endpoint, authorization.as_deref(), &form).await;
        let answer = sent.map_err(|_| OpenIdError::Unreachable)?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match answer.status {
            200 => {
                let token = said.get("id_token").and_then(Value::as_str);
                token
                    .map(str::to_owned)
                    .ok_or(OpenIdError::Wrong("it gives no ID token: is openid among MCP_OIDC_SCOPES?"))
            }
            400..500 => {
                let is = |error: &str| said.get("error").and_then(Value::as_str) == Some(error);
                Err(OpenIdError::Wrong(match (is("invalid_client"), is("invalid_grant")) {
                    (true, _) => {
                        "it does not know this server: are MCP_OIDC_CLIENT_ID and MCP_OIDC_CLIENT_SECRET right?"
                    }
                    (_, true) => "it does not take the code (invalid_grant)",
                    _ => "it refuses to give tokens",
                }))
            }
            _ => Err(OpenIdError::Unreachable),
        }
    }
}
