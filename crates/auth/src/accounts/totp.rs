//! Codes that change with the time (RFC 6238), as every authenticator makes them: SHA-1, six digits, a new one each 30 seconds.

use hmac::{Hmac, KeyInit, Mac};
use model::{Timestamp, Totp, TotpSecret};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// How long a code is shown, in seconds.
const PERIOD_S: f64 = 30.0;
/// How many steps the clock of the user may be wrong, either way.
const TOLERANCE: u64 = 1;
/// What is left of a number for six digits.
const MODULUS: u32 = 1_000_000;

/// The step of time at which a code, without its blanks, is the one of a secret; none when it is none of those that count now.
pub(super) fn step_of(secret: &TotpSecret, code: &str, now: Timestamp) -> Option<u64> {
    let at = step(now);
    let mut found = None;
    // All are looked at, so that it takes one time.
    for step in at.saturating_sub(TOLERANCE)..=at + TOLERANCE {
        let is_it: bool = self::code(secret, step).as_bytes().ct_eq(code.as_bytes()).into();
        found = if is_it { Some(step) } else { found };
    }
    found
}

/// The step of a code that was not used before.
pub(super) fn unused_step_of(totp: &Totp, code: &str, now: Timestamp) -> Option<u64> {
    step_of(&totp.secret, code, now).filter(|step| *step > totp.last_step)
}

fn step(now: Timestamp) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no time before 1970 counts")]
    let step = (now.as_seconds() / PERIOD_S).floor().max(0.0) as u64;
    step
}

/// The code of a step (RFC 4226 section 5.3).
pub(super) fn code(secret: &TotpSecret, step: u64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else {
        // Unreachable: a key of HMAC may have any length.
        return String::new();
    };
    mac.update(&step.to_be_bytes());
    let mac = mac.finalize().into_bytes();
    let place = usize::from(mac[mac.len() - 1] & 15);
    let number = mac[place..place + 4].iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % MODULUS)
}

/// A secret as authenticators take it (base32, RFC 4648 section 6).
pub(super) fn written(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |place: usize| bytes.get(place / 8).map_or(0, |byte| byte >> (7 - place % 8) & 1);
    let digit = |number: usize| (0..5).fold(0, |digit, place| digit << 1 | bit(5 * number + place));
    let digits = (bytes.len() * 8).div_ceil(5);
    (0..digits).map(|number| char::from(DIGITS[usize::from(digit(number))])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238 appendix B, the last six of its eight digits.
        for (seconds, expected) in [
            (59.0, "287082"),
            (1_111_111_109.0, "081804"),
            (1_111_111_111.0, "050471"),
            (1_234_567_890.0, "005924"),
            (2_000_000_000.0, "279037"),
        ] {
            assert_eq!(code(&secret(), step(at(seconds))), expected);
            assert_eq!(step_of(&secret(), expected, at(seconds)), Some(step(at(seconds))));
        }
    }

    #[test]
    fn a_code_is_good_one_step_before_and_after_its_own() {
        let own = code(&secret(), 100);
        for (seconds, is_good) in
            [(2969.9, false), (2970.0, true), (3000.0, true), (3059.9, true), (3060.0, false)]
        {
            assert_eq!(step_of(&secret(), &own, at(seconds)).is_some(), is_good, "{seconds}");
        }
    }

    #[test]
    fn a_code_that_was_used_is_none_any_more_and_neither_is_an_older_one() {
        let totp = Totp { secret: secret(), last_step: 100 };
        let found = [99, 100, 101].map(|step| unused_step_of(&totp, &code(&secret(), step), at(3000.0)));
        assert_eq!(found, [None, None, Some(101)]);
    }

    #[test]
    fn what_is_no_code_is_none() {
        let own = code(&secret(), 100);
        for text in ["", "0", &own[..5], &format!("{own}0"), "éééé"] {
            assert_eq!(step_of(&secret(), text, at(3000.0)), None, "{text}");
        }
    }

    #[test]
    fn a_secret_is_written_as_the_standard_has_it() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(written(bytes.as_bytes()), text);
        }
    }
}
