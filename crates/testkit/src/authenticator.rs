//! An authenticator of passkeys in software, which can be made to say whatever a test wants, and signs it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Somebody was there, was looked at, and a credential is written beside it.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const MADE: u8 = 1 << 6;

enum Pair {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// An authenticator with one passkey, in a browser that shows pages of one origin.
pub struct FakeAuthenticator {
    origin: String,
    pair: Pair,
    /// The id of the passkey.
    pub credential: Vec<u8>,
    /// Whose it is, once it was made.
    pub user_handle: Vec<u8>,
    /// Its counter of signatures; it stays 0 when it is 0.
    pub sign_count: u32,
    /// What is always said: more than that somebody was there and was looked at.
    pub flags: u8,
}

/// An answer before it is signed. Each part of it can be another one than the right one.
pub struct Answer {
    /// What the browser says.
    pub client_data: Value,
    /// The name of the site.
    pub site: String,
    /// What is said of who was there and of copies.
    pub flags: u8,
    /// The counter.
    pub sign_count: u32,
    /// The id that is signed, and the one that is sent.
    pub ids: (Vec<u8>, Vec<u8>),
    /// The public key that was made, as CBOR; none for an answer.
    pub public_key: Option<Vec<u8>>,
    /// What stands behind it.
    pub behind: Vec<u8>,
    /// Which kind of attestation it is, and what it says, as CBOR.
    pub attestation: (&'static str, Vec<u8>),
    /// Whose it is, as it is sent.
    pub user_handle: Option<Vec<u8>>,
}

impl FakeAuthenticator {
    /// One whose key is of P-256.
    ///
    /// # Panics
    /// When there is no randomness.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn new(origin: &str, number: u8) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self::with(origin, number, Pair::Es256(pair))
    }

    /// One whose key is of Ed25519.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn of_ed25519(origin: &str, number: u8) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap();
        Self::with(origin, number, Pair::Ed25519(pair))
    }

    fn with(origin: &str, number: u8, pair: Pair) -> Self {
        let (origin, credential) = (origin.to_owned(), vec![number; 32]);
        Self { origin, pair, credential, user_handle: Vec::new(), sign_count: 0, flags: 0 }
    }

    /// What it answers when a passkey is to be made (`PublicKeyCredentialCreationOptionsJSON`).
    ///
    /// # Panics
    /// When the options lack something.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn making(&mut self, options: &Value) -> Answer {
        self.user_handle = URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        Answer {
            site: text(&options["rp"]["id"]),
            flags: PRESENT | VERIFIED | MADE | self.flags,
            public_key: Some(self.public_key()),
            user_handle: None,
            ..self.answer("webauthn.create", options)
        }
    }

    /// What it answers when it is to sign (`PublicKeyCredentialRequestOptionsJSON`).
    pub fn signing(&mut self, options: &Value) -> Answer {
        if self.sign_count > 0 {
            self.sign_count += 1;
        }
        self.answer("webauthn.get", options)
    }

    /// A passkey that it made (`RegistrationResponseJSON`).
    pub fn make(&mut self, options: &Value) -> String {
        let answer = self.making(options);
        self.made(&answer)
    }

    /// What it signed (`AuthenticationResponseJSON`).
    pub fn sign(&mut self, options: &Value) -> String {
        let answer = self.signing(options);
        self.signed(&answer)
    }

    /// The answer of [`Self::making`], as a browser sends it.
    #[must_use]
    pub fn made(&self, answer: &Answer) -> String {
        let (kind, statement) = &answer.attestation;
        let object = [
            &[0xa3][..],
            &cbor_text("fmt"),
            &cbor_text(kind),
            &cbor_text("attStmt"),
            statement,
            &cbor_text("authData"),
            &cbor_bytes(&answer.data()),
        ]
        .concat();
        sent(answer, json!({"attestationObject": URL_SAFE_NO_PAD.encode(object)}))
    }

    /// The answer of [`Self::signing`], signed, as a browser sends it.
    #[must_use]
    pub fn signed(&self, answer: &Answer) -> String {
        let data = answer.data();
        let signature = self.signature(answer);
        let handle = answer.user_handle.as_ref().map(|handle| URL_SAFE_NO_PAD.encode(handle));
        let (data, signature) = (URL_SAFE_NO_PAD.encode(data), URL_SAFE_NO_PAD.encode(signature));
        sent(answer, json!({"authenticatorData": data, "signature": signature, "userHandle": handle}))
    }

    /// The signature of an answer.
    ///
    /// # Panics
    /// When there is no randomness.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn signature(&self, answer: &Answer) -> Vec<u8> {
        let hash = Sha256::digest(answer.client_data.to_string());
        let message = [&answer.data()[..], &hash].concat();
        match &self.pair {
            Pair::Es256(pair) => pair.sign(&SystemRandom::new(), &message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(&message).as_ref().to_vec(),
        }
    }

    /// The public key (COSE_Key).
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (point.get(1..33).unwrap_or_default(), point.get(33..).unwrap_or_default());
                // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
                let begin = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21];
                [&begin[..], &cbor_bytes(x), &[0x22], &cbor_bytes(y)].concat()
            }
            // {1: 1, 3: -8, -1: 6, -2: x}
            Pair::Ed25519(pair) => {
                [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21][..], &cbor_bytes(pair.public_key().as_ref())].concat()
            }
        }
    }

    fn answer(&self, kind: &str, options: &Value) -> Answer {
        let client_data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        Answer {
            client_data,
            site: text(&options["rpId"]),
            flags: PRESENT | VERIFIED | self.flags,
            sign_count: self.sign_count,
            ids: (self.credential.clone(), self.credential.clone()),
            public_key: None,
            behind: Vec::new(),
            attestation: ("none", vec![0xa0]),
            user_handle: Some(self.user_handle.clone()),
        }
    }
}

impl Answer {
    /// What the authenticator says (WebAuthn, section 6.1).
    #[must_use]
    pub fn data(&self) -> Vec<u8> {
        let mut data = Sha256::digest(&self.site).to_vec();
        data.push(self.flags);
        data.extend(self.sign_count.to_be_bytes());
        if let Some(public_key) = &self.public_key {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.ids.0.len()).unwrap_or(u16::MAX).to_be_bytes());
            data.extend(&self.ids.0);
            data.extend(public_key);
        }
        data.extend(&self.behind);
        data
    }
}

fn sent(answer: &Answer, mut response: Value) -> String {
    response["clientDataJSON"] = json!(URL_SAFE_NO_PAD.encode(answer.client_data.to_string()));
    let id = URL_SAFE_NO_PAD.encode(&answer.ids.1);
    json!({"id": id, "rawId": id, "type": "public-key", "response": response}).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A text of less than 24 bytes (CBOR).
#[must_use]
pub fn cbor_text(text: &str) -> Vec<u8> {
    [&[0x60 | u8::try_from(text.len()).unwrap_or(23)][..], text.as_bytes()].concat()
}

/// Bytes (CBOR).
#[must_use]
pub fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[0x59][..], &length, bytes].concat()
}
