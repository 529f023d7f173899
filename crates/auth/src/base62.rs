//! Digits and letters, for texts that are copied by a double click and need no quoting anywhere.

use std::io;

use ports::Rng;

/// The digits, by value.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The bytes below this are a multiple of 62: each digit is as likely as any other.
const FAIR: u8 = 248;
/// How often randomness is asked for before it is called broken. Real randomness needs more than two with a chance of 2^-60.
const ROUNDS: usize = 16;

/// So many random digits.
///
/// # Errors
/// When there is no randomness to be had.
pub(crate) fn random(rng: &dyn Rng, length: usize) -> io::Result<String> {
    let mut text = String::with_capacity(length);
    let mut bytes = vec![0; 2 * length];
    for _ in 0..ROUNDS {
        rng.fill(&mut bytes)?;
        let fair = bytes.iter().filter(|byte| **byte < FAIR);
        text.extend(fair.take(length - text.len()).map(|byte| char::from(DIGITS[usize::from(byte % 62)])));
        if text.len() == length {
            return Ok(text);
        }
    }
    Err(io::Error::other("the source of random numbers gives the same byte again and again"))
}

/// A number as so many digits, with zeros before it.
pub(crate) fn digits(mut number: u32, length: usize) -> String {
    let mut digits = vec![DIGITS[0]; length];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// Whether a text is digits alone.
pub(crate) fn are_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use testkit::SeededRng;

    struct Stuck(u8);

    impl Rng for Stuck {
        fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn every_digit_comes_up() {
        let text = random(&SeededRng::default(), 4000).unwrap();
        assert_eq!((text.len(), text.bytes().collect::<HashSet<u8>>().len()), (4000, 62));
        assert!(are_digits(text.as_bytes()));
    }

    #[test]
    fn unfair_bytes_are_left_out() {
        assert_eq!(random(&Stuck(FAIR - 1), 3).unwrap(), "zzz");
        assert!(random(&Stuck(FAIR), 3).is_err());
        assert!(random(&Stuck(255), 3).is_err());
    }

    #[test]
    fn numbers_have_leading_zeros() {
        assert_eq!(digits(0, 6), "000000");
        assert_eq!(digits(61, 6), "00000z");
        assert_eq!(digits(62, 6), "000010");
        // 62^6 is more than any number of 32 bits.
        assert_eq!(digits(u32::MAX, 6), "4gfFC3");
    }
}
