//! The keys with which a provider signs (JWK sets, RFC 7517), and whether a signature is one of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::{Map, Value};

/// How many keys of a provider are looked at.
const MAX_KEYS: usize = 64;

/// How something is signed: with a key that only the provider has. Those that everybody can make (`none`) or whoever has the
/// secret of the client (`HS256`) are not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    /// The algorithm with a name (RFC 7518 section 3.1, RFC 8037).
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }
}

/// The keys of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Keys(Vec<Key>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    id: Option<String>,
    /// The one algorithm that it is for, where it says that.
    only: Option<String>,
    public: Public,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Public {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Keys {
    /// Reads a set. What is no key that is known here is left out.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(body: &[u8]) -> Result<Self, &'static str> {
        let set: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| "its keys are no JSON object")?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or("its document of keys has none")?;
        let keys: Vec<Key> = keys.iter().take(MAX_KEYS).filter_map(Key::read).collect();
        if keys.is_empty() { Err("it has no key that is known here") } else { Ok(Self(keys)) }
    }

    /// Whether there is a key that a signature could be of.
    pub(super) fn knows(&self, id: Option<&str>, algorithm: Algorithm, name: &str) -> bool {
        self.fitting(id, algorithm, name).next().is_some()
    }

    /// Whether one of the keys made a signature.
    pub(super) fn verify(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
        name: &str,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        self.fitting(id, algorithm, name).any(|key| key.public.verify(algorithm, signed, signature))
    }

    fn fitting<'a>(
        &'a self,
        id: Option<&'a str>,
        algorithm: Algorithm,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Key> {
        self.0.iter().filter(move |key| {
            id.is_none_or(|id| key.id.as_deref() == Some(id))
                && key.only.as_deref().is_none_or(|only| only == name)
                && key.public.is_for(algorithm)
        })
    }
}

impl Key {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?.trim_end_matches('=')).ok();
        let point = |length: usize| {
            let (x, y) = (bytes("x")?, bytes("y")?);
            (x.len() == length && y.len() == length).then(|| [&[4], x.as_slice(), y.as_slice()].concat())
        };
        let public = match (text("kty")?, text("crv")) {
            ("RSA", _) => Public::Rsa { modulus: unpadded(bytes("n")?), exponent: unpadded(bytes("e")?) },
            ("EC", Some("P-256")) => Public::P256(point(32)?),
            ("EC", Some("P-384")) => Public::P384(point(48)?),
            ("OKP", Some("Ed25519")) => Public::Ed25519(bytes("x").filter(|x| x.len() == 32)?),
            _ => return None,
        };
        Some(Self { id: text("kid").map(str::to_owned), only: text("alg").map(str::to_owned), public })
    }
}

/// A number without zeros before it, which some providers write.
fn unpadded(number: Vec<u8>) -> Vec<u8> {
    number.into_iter().skip_while(|byte| *byte == 0).collect()
}

impl Public {
    fn is_for(&self, algorithm: Algorithm) -> bool {
        use Algorithm::{EdDsa, Es256, Es384, Ps256, Rs256, Rs384, Rs512};
        match self {
            Self::Rsa { .. } => matches!(algorithm, Rs256 | Rs384 | Rs512 | Ps256),
            Self::P256(_) => algorithm == Es256,
            Self::P384(_) => algorithm == Es384,
            Self::Ed25519(_) => algorithm == EdDsa,
        }
    }

    fn verify(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa { modulus, exponent } => {
                let parameters = match algorithm {
                    Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                    Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
                    Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    _ => &RSA_PKCS1_2048_8192_SHA256,
                };
                let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                key.verify(parameters, signed, signature).is_ok()
            }
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }
            Self::P384(point) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(signed, signature).is_ok()
            }
            Self::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(signed, signature).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testkit::ProviderKey;

    use super::*;

    fn set(keys: &[Value]) -> Result<Keys, &'static str> {
        Keys::read(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn every_kind_of_key_signs_and_no_other_one_is_taken_for_it() {
        let known = [ProviderKey::rsa("r"), ProviderKey::p256("p"), ProviderKey::ed25519("e")];
        let keys = set(&known.each_ref().map(|key| key.public())).unwrap();
        for key in &known {
            let signature = key.sign(b"text");
            let algorithm = Algorithm::parse(key.algorithm()).unwrap();
            let is_good = |id, algorithm, signed: &[u8], signature: &[u8]| {
                keys.verify(id, algorithm, key.algorithm(), signed, signature)
            };
            assert!(is_good(Some(key.id()), algorithm, b"text", &signature));
            assert!(is_good(None, algorithm, b"text", &signature));
            assert!(!is_good(Some("x"), algorithm, b"text", &signature));
            assert!(!is_good(Some(key.id()), algorithm, b"Text", &signature));
            assert!(!is_good(Some(key.id()), algorithm, b"text", &signature[1..]));
            assert!(!is_good(Some(key.id()), algorithm, b"text", b""));
            for other in known.iter().filter(|other| other.id() != key.id()) {
                let other = Algorithm::parse(other.algorithm()).unwrap();
                assert!(!is_good(Some(key.id()), other, b"text", &signature));
            }
        }
    }

    #[test]
    fn a_key_is_used_for_what_it_says_alone() {
        let key = ProviderKey::rsa("r");
        let (signature, rs256) = (key.sign(b"text"), Algorithm::Rs256);
        let with = |name: &str, value: Value| {
            let mut public = key.public();
            public[name] = value;
            set(&[public]).is_ok_and(|keys| keys.verify(Some("r"), rs256, "RS256", b"text", &signature))
        };
        assert!(with("use", json!("sig")) && with("alg", json!("RS256")) && with("x5c", json!([])));
        assert!(!with("use", json!("enc")) && !with("alg", json!("PS256")));
        assert!(!with("kty", json!("oct")) && !with("n", json!("AQAB")) && !with("e", json!("!")));
    }

    #[test]
    fn a_set_has_keys_and_only_so_many_are_looked_at() {
        let key = ProviderKey::ed25519("e").public();
        assert!(set(&[]).is_err() && set(&[json!({"kty": "oct", "k": "AQAB"})]).is_err());
        assert!(Keys::read(b"{}").is_err() && Keys::read(b"[]").is_err());
        let strange = vec![json!({"kty": "oct"}); MAX_KEYS - 1];
        assert!(set(&[strange.clone(), vec![key.clone()]].concat()).is_ok());
        assert!(set(&[strange, vec![json!(1), key]].concat()).is_err());
    }

    #[test]
    fn s7_nothing_is_signed_by_everybody_or_by_the_secret_of_a_client() {
        for name in ["none", "None", "NONE", "HS256", "HS512", "", "rs256", "RS1", "dir"] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }
}
