//! Who a provider says somebody is (ID token, OpenID Connect Core 1.0, sections 2 and 3.1.3.7).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Identity, Timestamp};
use serde_json::{Map, Value};

use super::keys::{Algorithm, Keys};

/// The longest token, in bytes.
pub(super) const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// How much clocks may differ, in seconds.
const SKEW_S: f64 = 60.0;
/// How old a token may be that somebody brings who was sent there ten minutes ago at most, in seconds.
const MAX_AGE_S: f64 = 600.0;
/// The longest text that is taken from a token, in characters.
const MAX_TEXT_CHARS: usize = 254;

/// What is wrong with a token, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrong(pub(super) &'static str);

/// A token whose signature was not looked at yet.
pub(super) struct Unverified<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    algorithm: Algorithm,
    algorithm_name: String,
    key: Option<String>,
    claims: Map<String, Value>,
}

/// What a token has to say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// Who somebody is, as a provider that can be relied on says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// Who.
    pub(crate) identity: Identity,
    /// The e-mail address, and whether the provider knows that it is that person's.
    pub(crate) email: Option<(String, bool)>,
    /// What that person likes to be called there.
    pub(crate) preferred_username: Option<String>,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart (JWS compact serialization, RFC 7515 section 7.1).
    ///
    /// # Errors
    /// [`Wrong`].
    pub(super) fn read(token: &'a str) -> Result<Self, Wrong> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Wrong("its ID token is too long"));
        }
        let wrong = Wrong("its ID token cannot be read");
        let (signed, signature) = token.rsplit_once('.').ok_or(wrong)?;
        let (header, payload) = signed.split_once('.').ok_or(wrong)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| wrong);
        let object =
            |part: &str| serde_json::from_slice::<Map<String, Value>>(&decoded(part)?).map_err(|_| wrong);
        let (header, claims, signature) = (object(header)?, object(payload)?, decoded(signature)?);
        if header.contains_key("crit") {
            return Err(Wrong("its ID token asks for what is not known here (crit)"));
        }
        let algorithm_name = header.get("alg").and_then(Value::as_str).unwrap_or_default().to_owned();
        let algorithm = Algorithm::parse(&algorithm_name)
            .ok_or(Wrong("its ID token is not signed with a key of its own (alg)"))?;
        let key = match header.get("kid") {
            None => None,
            Some(id) => Some(id.as_str().ok_or(wrong)?.to_owned()),
        };
        Ok(Self { signed, signature, algorithm, algorithm_name, key, claims })
    }

    /// Whether there is a key that its signature could be of.
    pub(super) fn is_known_to(&self, keys: &Keys) -> bool {
        keys.knows(self.key.as_deref(), self.algorithm, &self.algorithm_name)
    }

    /// Who it says somebody is, when it can be relied on.
    ///
    /// # Errors
    /// [`Wrong`].
    pub(super) fn verify(&self, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, Wrong> {
        let (key, name) = (self.key.as_deref(), self.algorithm_name.as_str());
        if !keys.verify(key, self.algorithm, name, self.signed.as_bytes(), &self.signature) {
            return Err(Wrong("its ID token is not signed by it"));
        }
        if self.text("iss") != Some(expected.issuer) {
            return Err(Wrong("its ID token is another provider's (iss)"));
        }
        self.is_for(expected.client_id)?;
        self.is_of_now(expected.now)?;
        if self.text("nonce") != Some(expected.nonce) {
            return Err(Wrong("its ID token was made for another sign-in (nonce)"));
        }
        let subject = self.text("sub").unwrap_or_default();
        let identity = Identity::new(expected.issuer, subject)
            .map_err(|_| Wrong("its ID token has no sub that can be kept"))?;
        // Some write the truth as a text.
        let is_verified = matches!(self.claims.get("email_verified"), Some(Value::Bool(true)))
            || self.text("email_verified") == Some("true");
        Ok(Claims {
            identity,
            email: self.short("email").map(|email| (email, is_verified)),
            preferred_username: self.short("preferred_username"),
        })
    }

    /// Whether it was made for a client, and for no other one to use.
    fn is_for(&self, client_id: &str) -> Result<(), Wrong> {
        let wrong = Wrong("its ID token is for another client (aud)");
        let is_only = match self.claims.get("aud") {
            Some(Value::String(one)) => one == client_id,
            Some(Value::Array(all)) if all.iter().any(|one| one == client_id) => all.len() == 1,
            _ => return Err(wrong),
        };
        match (self.claims.get("azp"), is_only, self.claims.get("aud")) {
            (_, false, Some(Value::String(_))) => Err(wrong),
            (None, true, _) => Ok(()),
            (Some(Value::String(azp)), _, _) if azp == client_id => Ok(()),
            _ => Err(Wrong("its ID token is for another client (azp)")),
        }
    }

    fn is_of_now(&self, now: Timestamp) -> Result<(), Wrong> {
        let time = |name: &str| self.claims.get(name).and_then(Value::as_f64);
        let now = now.as_seconds();
        if time("exp").is_none_or(|exp| now >= exp + SKEW_S) {
            return Err(Wrong("its ID token is over (exp); is the clock of this machine right?"));
        }
        let made = |iat: f64| (now - MAX_AGE_S - SKEW_S..=now + SKEW_S).contains(&iat);
        if !time("iat").is_some_and(made) {
            return Err(Wrong("its ID token was not made now (iat); is the clock of this machine right?"));
        }
        match self.claims.contains_key("nbf") && time("nbf").is_none_or(|nbf| now + SKEW_S < nbf) {
            true => Err(Wrong("its ID token does not count yet (nbf)")),
            false => Ok(()),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    fn short(&self, name: &str) -> Option<String> {
        let text = self.text(name).filter(|text| !text.is_empty())?;
        (text.chars().count() <= MAX_TEXT_CHARS).then(|| text.to_owned())
    }
}
