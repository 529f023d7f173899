//! A credential that was made, step by step (WebAuthn Level 3, section 7.1).

use ciborium::Value;
use model::{CredentialId, UsedChallenge};
use sha2::{Digest, Sha256};

use super::authenticator_data::AuthenticatorData;
use super::cbor::{Fields, integer};
use super::client_data::{Ceremony, ClientData, Sent};
use super::flaw::Flaw;
use super::public_key::{ALGORITHMS, MAX_PUBLIC_KEY_BYTES, PublicKey};
use super::site::PasskeySite;

/// A credential that can be kept (step 28), if nobody has it yet (step 27).
#[derive(Debug, PartialEq)]
pub(super) struct Registered {
    pub(super) credential: CredentialId,
    pub(super) public_key: Vec<u8>,
    pub(super) sign_count: u32,
    pub(super) is_backup_eligible: bool,
    pub(super) is_backed_up: bool,
    pub(super) challenge: UsedChallenge,
}

/// Checks it. `known` knows challenges again.
pub(super) fn check(
    text: &str,
    site: &PasskeySite,
    known: impl FnOnce(&[u8]) -> Option<UsedChallenge>,
) -> Result<Registered, Flaw> {
    let sent = Sent::read(text)?;
    let said = ClientData::read(&sent.client_data)?;
    let challenge = known(&said.challenge()?).ok_or(Flaw::Challenge)?;
    said.check(Ceremony::Create, site)?;
    // Step 13.
    let object = sent.part("attestationObject")?;
    let object = Fields::read(&object).filter(|(_, rest)| rest.is_empty());
    let (object, _) = object.ok_or(Flaw::Unreadable)?;
    let written = object.name("authData").and_then(Value::as_bytes).ok_or(Flaw::Unreadable)?;
    let data = AuthenticatorData::read(written).ok_or(Flaw::Unreadable)?;
    authentic(&data, site)?;
    let made = data.made.as_ref().ok_or(Flaw::Unreadable)?;
    // Step 20.
    let key = made.key.as_ref().filter(|key| ALGORITHMS.contains(&key.algorithm())).ok_or(Flaw::Algorithm)?;
    if made.public_key.len() > MAX_PUBLIC_KEY_BYTES {
        return Err(Flaw::Algorithm);
    }
    // Step 21: nothing was asked of extensions, and what they say is not read.
    attested(&object, key, &[&written[..], &sent.hash()].concat())?;
    // Step 26.
    let credential = made.credential.clone().filter(|id| id.as_bytes() == sent.id);
    Ok(Registered {
        credential: credential.ok_or(Flaw::CredentialId)?,
        public_key: made.public_key.to_vec(),
        sign_count: data.sign_count,
        is_backup_eligible: data.is_backup_eligible(),
        is_backed_up: data.is_backed_up(),
        challenge,
    })
}

/// Whether an authenticator says that it is about this site, and who was there: 7.1 steps 14 to 17, 7.2 steps 15 to 18.
pub(super) fn authentic(data: &AuthenticatorData<'_>, site: &PasskeySite) -> Result<(), Flaw> {
    if data.site != <[u8; 32]>::from(Sha256::digest(site.id())) {
        return Err(Flaw::Site);
    }
    if !data.is_user_present() {
        return Err(Flaw::NotPresent);
    }
    if !data.is_user_verified() {
        return Err(Flaw::NotVerified);
    }
    match data.is_backed_up() && !data.is_backup_eligible() {
        true => Err(Flaw::Backup),
        false => Ok(()),
    }
}

/// Steps 22 to 25: no attestation was asked for, so that there is none, or the credential's own, which browsers leave as it is.
fn attested(object: &Fields, key: &PublicKey, message: &[u8]) -> Result<(), Flaw> {
    let statement = object.fields("attStmt").ok_or(Flaw::Unreadable)?;
    let is_good = match object.name("fmt").and_then(Value::as_text) {
        Some("none") => statement.is_empty(),
        Some("packed") if statement.name("x5c").is_none() => {
            let is_of_key = statement.name("alg").and_then(integer) == Some(key.algorithm());
            let signature = statement.name("sig").and_then(Value::as_bytes);
            is_of_key && signature.is_some_and(|signature| key.signed(message, signature))
        }
        _ => false,
    };
    if is_good { Ok(()) } else { Err(Flaw::Attestation) }
}
