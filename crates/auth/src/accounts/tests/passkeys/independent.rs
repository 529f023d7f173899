//! An authenticator and a client that others wrote (1Password's `passkey`), which read our options as a browser does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::crypto::iana;
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use serde_json::json;
use url::Url;

use super::*;

/// Somebody who is there, and whom the authenticator knows by the finger.
struct Finger;

#[async_trait::async_trait]
impl UserValidationMethod for Finger {
    type PasskeyItem = passkey::types::Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Self::PasskeyItem>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// The same as browsers write it: bytes are a text there, and a row of numbers here.
fn written(value: &Value) -> Value {
    let byte = |number: &Value| number.as_u64().and_then(|number| u8::try_from(number).ok());
    match value {
        Value::Array(row) => match row.iter().map(byte).collect::<Option<Vec<u8>>>() {
            Some(bytes) => json!(URL_SAFE_NO_PAD.encode(bytes)),
            None => value.clone(),
        },
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), written(value))).collect(),
        _ => value.clone(),
    }
}

#[tokio::test]
async fn an_authenticator_that_others_wrote_makes_passkeys_and_signs_in_with_them() {
    let page = Url::parse(ORIGIN).unwrap();
    for (algorithm, counts) in
        [(iana::Algorithm::ES256, false), (iana::Algorithm::ES256, true), (iana::Algorithm::EdDSA, true)]
    {
        let bed = Bed::peopled().await;
        let own = bed.sign_in("anna").await;
        let keys: Option<passkey::types::Passkey> = None;
        let mut authenticator = Authenticator::new(Aaguid::new_empty(), keys, Finger, RustCryptoBackend);
        authenticator.set_algorithms(&[algorithm]).unwrap();
        authenticator.set_make_credentials_with_signature_counter(counts);
        let mut client = Client::new(authenticator);

        let options: CredentialCreationOptions =
            serde_json::from_value(json!({"publicKey": bed.begin(&own).await})).unwrap();
        let made = client.register(&page, options, DefaultClientData).await.unwrap();
        let made = written(&serde_json::to_value(&made).unwrap()).to_string();
        let passkey = bed.add(&own, &made).await.unwrap();
        for _ in 0..2 {
            let options: CredentialRequestOptions =
                serde_json::from_value(json!({"publicKey": bed.ask().await})).unwrap();
            let signed = client.authenticate(&page, options, DefaultClientData).await.unwrap();
            let signed = written(&serde_json::to_value(&signed).unwrap()).to_string();
            assert_eq!(bed.answer(&signed).await.unwrap().user, own.user);
            assert!(is_refused(&bed.answer(&signed).await));
        }
        let noted = bed.accounts.passkeys_of(&own.user.id).await.unwrap().remove(0);
        assert_eq!((noted.id, noted.sign_count), (passkey.id, if counts { 2 } else { 0 }));
    }
}
