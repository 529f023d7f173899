//! An answer that was signed, step by step (WebAuthn Level 3, section 7.2).

use model::{CredentialId, Passkey, UsedChallenge};

use super::authenticator_data::AuthenticatorData;
use super::client_data::{Ceremony, ClientData, Sent};
use super::flaw::Flaw;
use super::public_key::PublicKey;
use super::registration::authentic;
use super::site::PasskeySite;

/// What is to be kept of an answer (step 24).
#[derive(Debug, PartialEq)]
pub(super) struct Asserted {
    pub(super) sign_count: u32,
    pub(super) is_backed_up: bool,
    pub(super) challenge: UsedChallenge,
}

/// Whose passkey answers (step 6: which of them, an id says).
pub(super) fn credential(sent: &Sent) -> Result<CredentialId, Flaw> {
    CredentialId::new(sent.id.clone()).ok_or(Flaw::CredentialId)
}

/// Checks the answer of a passkey that is kept. `known` knows challenges again.
pub(super) fn check(
    sent: &Sent,
    own: &Passkey,
    site: &PasskeySite,
    known: impl FnOnce(&[u8]) -> Option<UsedChallenge>,
) -> Result<Asserted, Flaw> {
    // Step 6: no name was typed, so that the authenticator has to say whose it is.
    if sent.part("userHandle")? != own.user.as_str().as_bytes() {
        return Err(Flaw::UserHandle);
    }
    let said = ClientData::read(&sent.client_data)?;
    let challenge = known(&said.challenge()?).ok_or(Flaw::Challenge)?;
    said.check(Ceremony::Get, site)?;
    let written = sent.part("authenticatorData")?;
    let data = AuthenticatorData::read(&written).ok_or(Flaw::Unreadable)?;
    authentic(&data, site)?;
    // Step 19: whether it may be copied never changes.
    if data.is_backup_eligible() != own.is_backup_eligible {
        return Err(Flaw::Backup);
    }
    // Steps 20 and 21.
    let (key, _) = PublicKey::read(&own.public_key).ok_or(Flaw::Algorithm)?;
    if !key.signed(&[&written[..], &sent.hash()].concat(), &sent.part("signature")?) {
        return Err(Flaw::Signature);
    }
    // Step 22 is the store's, which looks at the counter and sets it in one.
    Ok(Asserted { sign_count: data.sign_count, is_backed_up: data.is_backed_up(), challenge })
}
