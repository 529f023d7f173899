//! Public keys as authenticators write them (COSE_Key, RFC 9052 section 7), and signatures that are held against them.

use ciborium::Value;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::cbor::{Fields, integer};

/// The algorithms of keys that are taken, the best first: ES256, EdDSA, RS256 (IANA, "COSE Algorithms").
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
/// The longest key that is kept, in bytes: one of RSA with 8192 bits has a bit more than 1,024.
pub(super) const MAX_PUBLIC_KEY_BYTES: usize = 2048;

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// A key with which signatures are checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PublicKey {
    /// A point of P-256, not compressed.
    Es256([u8; 65]),
    /// A key of Ed25519.
    Ed25519([u8; 32]),
    /// The modulus and the exponent.
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl PublicKey {
    /// The key at the beginning of these bytes, and what stands behind it; none when it is of another kind.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (fields, rest) = Fields::read(bytes)?;
        let number = |label| fields.number(label).and_then(integer);
        let bytes = |label| fields.number(label).and_then(Value::as_bytes);
        let key = match (number(1)?, number(3)?) {
            (2, ES256) if number(-1)? == 1 => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                let is_point = (x.len(), y.len()) == (32, 32);
                let point = is_point.then(|| [&[4], x.as_slice(), y].concat())?;
                Self::Es256(point.try_into().ok()?)
            }
            (1, EDDSA) if number(-1)? == 6 => Self::Ed25519(bytes(-2)?.as_slice().try_into().ok()?),
            (3, RS256) => {
                let (n, e) = (without_zeros(bytes(-1)?), without_zeros(bytes(-2)?));
                // 2048 to 8192 bits, which is what can be checked.
                let is_good = (256..=1024).contains(&n.len()) && (1..=4).contains(&e.len());
                is_good.then(|| Self::Rs256 { n: n.to_vec(), e: e.to_vec() })?
            }
            _ => return None,
        };
        Some((key, rest))
    }

    /// By which number its algorithm is known.
    pub(super) fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => ES256,
            Self::Ed25519(_) => EDDSA,
            Self::Rs256 { .. } => RS256,
        }
    }

    /// Whether its other half signed this.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        checked.is_ok()
    }
}

/// A number without the zeros before it.
fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
