//! A browser that is sent to the provider: what its cookie holds, and what comes of that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use model::{KeyDigest, SessionId, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Secret;

/// How long somebody may stay at the provider, in seconds.
pub const JOURNEY_LIFETIME_S: f64 = 600.0;
/// How long the place may be, in bytes, to which somebody goes afterwards: browsers keep four kibibytes of a cookie. Whoever wants to
/// go farther goes to the account.
pub const MAX_NEXT_BYTES: usize = 2560;
/// The random bytes of which all the rest is made.
pub(super) const SEED_BYTES: usize = 32;

/// A browser that is sent to the provider. It is written in a cookie that only its browser has, and sealed, so that nobody makes one.
#[derive(Clone, PartialEq)]
pub(super) struct Journey {
    seed: [u8; SEED_BYTES],
    began_us: i64,
    /// Where it goes afterwards, a path of this server.
    pub(super) next: String,
    /// For the user of which session an identity is to be linked; none is signing in.
    pub(super) link: Option<SessionId>,
}

/// What a journey is known by: at the provider, in its answers, and at its token endpoint.
pub(super) struct Proof {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

impl Proof {
    /// What is shown of the verifier beforehand (RFC 7636, section 4.2).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }

    /// Whether an answer is one to this journey.
    pub(super) fn is_state(&self, shown: &str) -> bool {
        self.state.as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

impl Journey {
    pub(super) fn new(seed: [u8; SEED_BYTES], now: Timestamp, next: &str, link: Option<SessionId>) -> Self {
        let next = if next.len() <= MAX_NEXT_BYTES { next.to_owned() } else { String::new() };
        Self { seed, began_us: now.as_microseconds(), next, link }
    }

    /// From when on it is over.
    pub(super) fn expires_at(&self) -> Timestamp {
        Timestamp::from_microseconds(self.began_us).plus_seconds(JOURNEY_LIFETIME_S)
    }

    /// By what it is remembered when it is over.
    pub(super) fn digest(&self) -> KeyDigest {
        KeyDigest::of(&self.seed)
    }

    pub(super) fn proof(&self) -> Proof {
        // Nobody gets from one of them to another: each is a digest of a secret.
        let made = |what: &str| {
            let digest = Sha256::new().chain_update(what).chain_update(b"\0").chain_update(self.seed);
            URL_SAFE_NO_PAD.encode(digest.finalize())
        };
        Proof { state: made("state"), nonce: made("nonce"), verifier: made("verifier") }
    }

    /// What the cookie holds.
    pub(super) fn seal(&self, secret: &Secret) -> Secret {
        let text = [
            URL_SAFE_NO_PAD.encode(self.seed),
            self.began_us.to_string(),
            self.link.as_ref().map(ToString::to_string).unwrap_or_default(),
            URL_SAFE_NO_PAD.encode(&self.next),
        ]
        .join(".");
        // Without a seal it is never opened.
        let seal = seal(secret, text.as_bytes()).unwrap_or_default();
        Secret::new(format!("{text}.{}", URL_SAFE_NO_PAD.encode(seal)))
    }

    /// What a cookie says, when it was sealed here.
    pub(super) fn open(cookie: &str, secret: &Secret) -> Option<Self> {
        let (text, shown) = cookie.rsplit_once('.')?;
        let shown = URL_SAFE_NO_PAD.decode(shown).ok()?;
        if !bool::from(seal(secret, text.as_bytes())?.as_slice().ct_eq(&shown)) {
            return None;
        }
        let mut parts = text.split('.');
        let mut part = || parts.next();
        let seed = URL_SAFE_NO_PAD.decode(part()?).ok()?.try_into().ok()?;
        let began_us = part()?.parse().ok()?;
        let link = match part()? {
            "" => None,
            id => Some(SessionId::parse(id).ok()?),
        };
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(part()?).ok()?).ok()?;
        Some(Self { seed, began_us, next, link })
    }
}

/// A seal that whoever has the secret of the client can make: no secret more to keep, and it is as random as that one.
fn seal(secret: &Secret, text: &[u8]) -> Option<Vec<u8>> {
    let key = Sha256::new().chain_update(b"memory sign-in cookie\0").chain_update(secret.reveal()).finalize();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).ok()?;
    mac.update(text);
    Some(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journey(next: &str) -> Journey {
        let now = Timestamp::from_seconds(1000.5).unwrap();
        Journey::new([7; SEED_BYTES], now, next, Some(SessionId::from_bytes([9; 10])))
    }

    #[test]
    fn a_cookie_says_what_was_put_into_it_and_nothing_that_others_put_there() {
        let (secret, other) = (Secret::new("hunter2"), Secret::new("hunter3"));
        for journey in [journey("/oauth/authorize?a=b"), Journey { link: None, ..journey("") }] {
            let cookie = journey.seal(&secret);
            assert!(Journey::open(cookie.reveal(), &secret) == Some(journey));
            assert!(Journey::open(cookie.reveal(), &other).is_none());
            for place in 0..cookie.reveal().len() {
                let mut changed = cookie.reveal().as_bytes().to_vec();
                changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
                assert!(Journey::open(&String::from_utf8(changed).unwrap(), &secret).is_none(), "{place}");
            }
        }
        for bad in ["", ".", "....", "a.b.c.d.e"] {
            assert!(Journey::open(bad, &secret).is_none());
        }
    }

    #[test]
    fn a_cookie_fits_into_what_browsers_keep_and_gives_a_place_too_far_away_up() {
        let secret = Secret::new("hunter2");
        let far = "/".repeat(MAX_NEXT_BYTES);
        let sealed = journey(&far).seal(&secret);
        assert!(sealed.reveal().len() < 3900 && Journey::open(sealed.reveal(), &secret).unwrap().next == far);
        assert_eq!(journey(&"/".repeat(MAX_NEXT_BYTES + 1)).next, "");
    }

    #[test]
    fn what_a_journey_is_known_by_is_of_its_own_and_of_no_other() {
        let (one, other) = (journey("").proof(), Journey { seed: [8; SEED_BYTES], ..journey("") }.proof());
        let texts = [&one.state, &one.nonce, &one.verifier, &other.state, &other.nonce, &other.verifier];
        for (place, text) in texts.iter().enumerate() {
            assert!(text.len() == 43 && !texts[..place].contains(text));
        }
        assert!(one.is_state(&one.state) && !one.is_state(&other.state) && !one.is_state(""));
        // The example of RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let proof = Proof { verifier, ..one };
        assert_eq!(proof.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
