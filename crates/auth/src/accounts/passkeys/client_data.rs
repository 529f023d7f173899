//! What a browser sends, and what it says of where and for what the authenticator was asked (WebAuthn, section 5.8.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::flaw::Flaw;
use super::site::PasskeySite;

/// A credential as the script of the page sends it: the JSON of WebAuthn, section 5.1.
pub(super) struct Sent {
    /// The authenticator's id of it.
    pub(super) id: Vec<u8>,
    /// What the browser says, as it was signed.
    pub(super) client_data: Vec<u8>,
    response: Value,
}

impl Sent {
    pub(super) fn read(text: &str) -> Result<Self, Flaw> {
        let sent: Value = serde_json::from_str(text).map_err(|_| Flaw::Unreadable)?;
        if sent.get("type").and_then(Value::as_str) != Some("public-key") {
            return Err(Flaw::Unreadable);
        }
        let response = sent.get("response").cloned().unwrap_or_default();
        let id = bytes(&sent, "id").ok_or(Flaw::Unreadable)?;
        let client_data = bytes(&response, "clientDataJSON").ok_or(Flaw::Unreadable)?;
        Ok(Self { id, client_data, response })
    }

    /// A part of the answer.
    pub(super) fn part(&self, name: &str) -> Result<Vec<u8>, Flaw> {
        bytes(&self.response, name).ok_or(Flaw::Unreadable)
    }

    /// The SHA-256 of what the browser says, which is signed.
    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.client_data).into()
    }
}

fn bytes(value: &Value, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(value.get(name)?.as_str()?).ok()
}

/// For what an authenticator was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ceremony {
    /// To make a credential.
    Create,
    /// To sign with one.
    Get,
}

impl Ceremony {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// What a browser says.
pub(super) struct ClientData(Value);

impl ClientData {
    /// 7.1 steps 5 and 6, 7.2 steps 8 and 9.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        match serde_json::from_slice(bytes) {
            Ok(said @ Value::Object(_)) => Ok(Self(said)),
            _ => Err(Flaw::Unreadable),
        }
    }

    /// 7.1 step 8, 7.2 step 11: what was to be signed, for who knows it again.
    pub(super) fn challenge(&self) -> Result<Vec<u8>, Flaw> {
        bytes(&self.0, "challenge").ok_or(Flaw::Challenge)
    }

    /// Whether it was asked for this, by a page of this site that stands alone in its window.
    pub(super) fn check(&self, ceremony: Ceremony, site: &PasskeySite) -> Result<(), Flaw> {
        let text = |name: &str| self.0.get(name).and_then(Value::as_str);
        // 7.1 step 7, 7.2 step 10.
        if text("type") != Some(ceremony.name()) {
            return Err(Flaw::Type);
        }
        // 7.1 step 9, 7.2 step 12.
        if text("origin") != Some(site.origin()) {
            return Err(Flaw::Origin);
        }
        // 7.1 steps 10 and 11, 7.2 steps 13 and 14: none of these pages is shown in a frame.
        let is_framed = !matches!(self.0.get("crossOrigin"), None | Some(Value::Bool(false)));
        if is_framed || self.0.get("topOrigin").is_some() {
            return Err(Flaw::Framed);
        }
        Ok(())
    }
}
