//! Challenges: what an authenticator signs, so that an answer is new and meant for whoever asked.
//!
//! A challenge says itself until when it is good, and shows with a code that this installation gave it out, for what and to whom.
//! Nothing is kept of it before it was answered: whoever looks at a page writes nothing down here. That it is answered once is
//! certain because the answer is kept until it is over. It is 32 random bytes, 8 with the end in microseconds, 32 of the code.

use hmac::{Hmac, KeyInit, Mac};
use model::{ChallengeKey, KeyDigest, Timestamp, UsedChallenge};
use sha2::Sha256;

/// How long a challenge can be answered, in seconds.
pub const CHALLENGE_LIFETIME_S: f64 = 300.0;
/// The random bytes of a challenge.
pub(super) const NONCE_BYTES: usize = 32;
const END_BYTES: usize = 8;
const CODE_BYTES: usize = 32;
const CHALLENGE_BYTES: usize = NONCE_BYTES + END_BYTES + CODE_BYTES;

/// For what a challenge is, and for whom.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// Signing in, from the browser with this cookie.
    SignIn { browser: &'a str },
    /// Adding a passkey, in this session of a user with this password.
    Add { session: &'a str, password: &'a str },
}

impl Purpose<'_> {
    fn parts(&self) -> [&str; 3] {
        match self {
            Self::SignIn { browser } => ["sign in", browser, ""],
            Self::Add { session, password } => ["add", session, password],
        }
    }
}

/// A new challenge.
pub(super) fn issue(
    key: &ChallengeKey,
    purpose: Purpose<'_>,
    nonce: [u8; NONCE_BYTES],
    now: Timestamp,
) -> Vec<u8> {
    let end = now.plus_seconds(CHALLENGE_LIFETIME_S).as_microseconds();
    let mut challenge = [&nonce[..], &end.to_be_bytes()].concat();
    let code = code(key, purpose, &challenge).map(|code| code.finalize().into_bytes());
    challenge.extend(code.iter().flatten());
    challenge
}

/// What is kept of a challenge that was answered; none when it was not given out here, for this, to whom answers it, or is over.
pub(super) fn check(
    key: &ChallengeKey,
    purpose: Purpose<'_>,
    challenge: &[u8],
    now: Timestamp,
) -> Option<UsedChallenge> {
    if challenge.len() != CHALLENGE_BYTES {
        return None;
    }
    let (told, shown) = challenge.split_at(CHALLENGE_BYTES - CODE_BYTES);
    code(key, purpose, told)?.verify_slice(shown).ok()?;
    let end = <[u8; END_BYTES]>::try_from(told.get(NONCE_BYTES..)?).ok()?;
    let expires_at = Timestamp::from_microseconds(i64::from_be_bytes(end));
    (now < expires_at).then(|| UsedChallenge { digest: KeyDigest::of(challenge), expires_at })
}

fn code(key: &ChallengeKey, purpose: Purpose<'_>, told: &[u8]) -> Option<Hmac<Sha256>> {
    let mut code = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    code.update(b"memory passkey challenge\0");
    for part in purpose.parts() {
        // With its length before it, so that no two rows of parts look alike.
        code.update(&(part.len() as u64).to_be_bytes());
        code.update(part.as_bytes());
    }
    code.update(told);
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(1_795_500_000.0 + seconds).unwrap()
    }

    fn key(byte: u8) -> ChallengeKey {
        ChallengeKey::from_bytes([byte; 32])
    }

    const BROWSER: Purpose<'static> = Purpose::SignIn { browser: "cookie" };

    #[test]
    fn a_challenge_ends_in_the_moment_in_which_it_expires() {
        let challenge = issue(&key(1), BROWSER, [7; 32], at(0.0));
        assert_eq!(&challenge[..32], [7; 32]);
        let used = check(&key(1), BROWSER, &challenge, at(299.0)).unwrap();
        assert_eq!(used, UsedChallenge { digest: KeyDigest::of(&challenge), expires_at: at(300.0) });
        for (seconds, is_good) in [(0.0, true), (299.999, true), (300.0, false), (301.0, false)] {
            assert_eq!(check(&key(1), BROWSER, &challenge, at(seconds)).is_some(), is_good, "{seconds}");
        }
    }

    #[test]
    fn a_challenge_is_for_one_purpose_of_one_installation() {
        let add = |session, password| Purpose::Add { session, password };
        let purposes =
            [BROWSER, Purpose::SignIn { browser: "other" }, add("a", "bc"), add("ab", "c"), add("a", "d")];
        for (number, purpose) in purposes.into_iter().enumerate() {
            let challenge = issue(&key(1), purpose, [7; 32], at(0.0));
            for (other, purpose) in purposes.into_iter().enumerate() {
                assert_eq!(check(&key(1), purpose, &challenge, at(1.0)).is_some(), number == other);
            }
            assert!(check(&key(2), purpose, &challenge, at(1.0)).is_none());
        }
    }

    #[test]
    fn a_challenge_that_was_changed_is_none() {
        let challenge = issue(&key(1), BROWSER, [7; 32], at(0.0));
        assert_eq!(challenge.len(), CHALLENGE_BYTES);
        for place in 0..challenge.len() {
            let mut changed = challenge.clone();
            changed[place] ^= 1;
            assert!(check(&key(1), BROWSER, &changed, at(1.0)).is_none(), "{place}");
        }
        let longer = [&challenge[..], &[0]].concat();
        for other in [&[][..], &challenge[1..], &challenge[..71], &longer] {
            assert!(check(&key(1), BROWSER, other, at(1.0)).is_none());
        }
    }
}
