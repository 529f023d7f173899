//! Secrets that are made here: the one form that all of them have.

use std::io;

use ports::Rng;

use crate::{Secret, base62};

/// Random digits: 190 bits.
pub(crate) const RANDOM_CHARS: usize = 32;
/// Digits of the checksum.
const CHECKSUM_CHARS: usize = 6;

/// A new secret: a prefix that says what it is for, so that scanners find those that lie around, 32 random digits and letters,
/// and six that check the rest.
///
/// # Errors
/// When there is no randomness to be had.
pub(crate) fn mint(prefix: &str, rng: &dyn Rng) -> io::Result<Secret> {
    let body = format!("{prefix}{}", base62::random(rng, RANDOM_CHARS)?);
    let checksum = checksum(body.as_bytes());
    Ok(Secret::new(body + &checksum))
}

/// A secret as it was written; none when its prefix, its form or its checksum is wrong. A typing error is seen without looking
/// the secret up.
pub(crate) fn parse(prefix: &str, text: &[u8]) -> Option<Secret> {
    let (body, check) = text.split_at_checked(prefix.len() + RANDOM_CHARS)?;
    let random = body.strip_prefix(prefix.as_bytes())?;
    let is_good = base62::are_digits(random) && check == checksum(body).as_bytes();
    let text = std::str::from_utf8(text).ok().filter(|_| is_good)?;
    Some(Secret::new(text))
}

/// How those begin that callers show: API keys and access tokens.
const SHOWN: [&str; 2] = ["mem_", "mat_"];

/// Whether a credential was made here, as far as its form tells: an API key or an access token.
#[must_use]
pub fn is_minted(credential: &[u8]) -> bool {
    SHOWN.into_iter().any(|prefix| parse(prefix, credential).is_some())
}

/// What checks the rest: CRC-32, whose every bit differs for texts that differ in one character.
pub(crate) fn checksum(body: &[u8]) -> String {
    base62::digits(crc32fast::hash(body), CHECKSUM_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::SeededRng;

    #[test]
    fn a_secret_is_good_under_its_own_prefix_alone() {
        let rng = SeededRng::default();
        for prefix in ["mat_", "mset_"] {
            let secret = mint(prefix, &rng).unwrap();
            let text = secret.reveal();
            assert_eq!(text.len(), prefix.len() + RANDOM_CHARS + CHECKSUM_CHARS);
            assert_eq!(parse(prefix, text.as_bytes()), Some(secret.clone()));
            for other in ["mem_", "mrt_", "", &text[..8]] {
                assert_eq!(parse(other, text.as_bytes()), None, "{other}");
            }
        }
    }

    #[test]
    fn keys_and_access_tokens_are_seen_by_their_form() {
        let rng = SeededRng::default();
        for (prefix, is_shown) in [("mem_", true), ("mat_", true), ("mrt_", false), ("mss_", false)] {
            let text = mint(prefix, &rng).unwrap().reveal().to_owned();
            assert_eq!(is_minted(text.as_bytes()), is_shown, "{prefix}");
            assert!(!is_minted(&text.as_bytes()[1..]) && !is_minted(&text.as_bytes()[..text.len() - 1]));
        }
    }
}
