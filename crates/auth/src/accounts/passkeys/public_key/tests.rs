//! Keys and signatures of RSA, which authenticators in software have no use for: from OpenSSL.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use testkit::authenticator::cbor_bytes;

use super::*;

/// `openssl genrsa 2048`: the modulus. The exponent is 65537, and nobody has the other half any more.
const MODULUS: &str = "mRKDxFpxkCze1VdVd5eJeXIIL5VaoCT8ZmCZEUu6P19Zee2_qcOsSV-15hfbkondWG9NcYqjbgKbr6KAF0C6wq497jKl\
PUR1E2NwlO5pMHNy8o3bCB73GqmHKjwb2_PhfZDM0TaadBpI7tLi5cfT4G_ogscSRipufjh6Sl3WLbgdEETJCiFXi_mY3u7A7MFkyfJ3j0RJ0unrFGkjE7\
EJydVfy0UaUte16l-gLsftwPNXbc3tGgqBU65HhjRj1e9DOG0Stx_3rQD0OEin9Oqx1E-fP9MBqipbGAqErEzuOfPPcZfokuvmO6K0v0B4yfJtJ8aX0lfq\
g26OfzrUmJhyCw";
/// `printf message | openssl dgst -sha256 -sign`.
const SIGNATURE: &str = "Olz8S0nuxIFfDnjzOgexBTvmjpLFhDm5wtuZW5D3C-QO-jF4bAA1MjX8WSddnmJtxazI5utOO1IzpUve8YHYWvY1rBbJECb\
0yMs4xptY9MyY0KTkeFkpC26F_rYyih4tmKa9XkaNKv7HKa5djJzAyu5TRZ0i7g9X90N3i9LdrkKl1lwWvWujEyYH1NINoKuNwwG_1xIISngT6bQFugntS1L\
3LuoUg9fKFNYnC-cq14LtPEmJcgo5DW33SJyhjynAI8UbRH9jUD6es5nbXGVR3Elx8YLi6IeReQhICNwVLYxV2xZq4zUuPxry1xRYybDZsGSWqE3qGna6-6\
SZQ9f63w";

/// A key of RSA as an authenticator writes it: {1: 3, 3: -257, -1: n, -2: e}.
fn written(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let begin = [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20];
    [&begin[..], &cbor_bytes(modulus), &[0x21], &cbor_bytes(exponent)].concat()
}

#[test]
fn signatures_of_rsa_are_checked() {
    let (n, signature) =
        (URL_SAFE_NO_PAD.decode(MODULUS).unwrap(), URL_SAFE_NO_PAD.decode(SIGNATURE).unwrap());
    for modulus in [n.clone(), [&[0][..], &n].concat()] {
        let key = written(&modulus, &[1, 0, 1]);
        let (key, rest) = PublicKey::read(&key).unwrap();
        assert_eq!((key.algorithm(), rest), (-257, &[][..]));
        assert!(key.signed(b"message", &signature));
        assert!(!key.signed(b"massage", &signature) && !key.signed(b"message", &signature[1..]));
    }
}

#[test]
fn keys_of_rsa_end_at_their_limits() {
    for (bytes, is_good) in [(255, false), (256, true), (1024, true), (1025, false)] {
        assert_eq!(PublicKey::read(&written(&vec![0xff; bytes], &[1, 0, 1])).is_some(), is_good, "{bytes}");
    }
    for (exponent, is_good) in
        [(&[][..], false), (&[0], false), (&[3], true), (&[1; 4], true), (&[1; 5], false)]
    {
        assert_eq!(PublicKey::read(&written(&[0xff; 256], exponent)).is_some(), is_good, "{exponent:?}");
    }
}

#[test]
fn keys_of_other_kinds_are_none() {
    let es256 = |kind: u8, curve: u8, x: usize, y: usize| {
        let begin = [0xa5, 1, kind, 3, 0x26, 0x20, curve, 0x21];
        [&begin[..], &cbor_bytes(&vec![1; x]), &[0x22], &cbor_bytes(&vec![1; y])].concat()
    };
    assert!(PublicKey::read(&es256(2, 1, 32, 32)).is_some());
    for (kind, curve, x, y) in [(1, 1, 32, 32), (2, 2, 32, 32), (2, 1, 31, 32), (2, 1, 32, 33), (2, 1, 0, 64)]
    {
        assert!(PublicKey::read(&es256(kind, curve, x, y)).is_none(), "{kind} {curve} {x} {y}");
    }
    let ed25519 = |curve: u8, x: usize| {
        [&[0xa4, 1, 1, 3, 0x27, 0x20, curve, 0x21][..], &cbor_bytes(&vec![1; x])].concat()
    };
    assert!(PublicKey::read(&ed25519(6, 32)).is_some());
    for (curve, x) in [(7, 32), (6, 31), (6, 33)] {
        assert!(PublicKey::read(&ed25519(curve, x)).is_none(), "{curve} {x}");
    }
    // A point that lies on no curve checks no signature.
    let (off_curve, _) = (es256(2, 1, 32, 32), ());
    assert!(!PublicKey::read(&off_curve).unwrap().0.signed(b"message", &[0x30, 6, 2, 1, 1, 2, 1, 1]));
}
