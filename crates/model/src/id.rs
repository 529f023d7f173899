//! Ids made of random bytes: of spaces, users, and what they own.

use thiserror::Error;

/// How many random bytes an id is made of.
pub const ID_BYTES: usize = 10;
/// How many characters an id has.
pub const ID_CHARS: usize = 16;
/// The digits: lower-case letters and the digits that look like none of them (RFC 4648 section 6, in small letters).
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no id: an id has 16 characters, small letters and the digits 2 to 7")]
pub struct InvalidId(pub(crate) String);

/// Random bytes as an id.
pub(crate) fn written(bytes: [u8; ID_BYTES]) -> String {
    let number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let digit = |place: usize| char::from(DIGITS[(number >> (5 * place)) as usize & 31]);
    (0..ID_CHARS).rev().map(digit).collect()
}

/// Whether a text could be an id.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.bytes().all(|byte| DIGITS.contains(&byte))
}

/// A type of ids.
macro_rules! random_id {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        ///
        /// 80 random bits in 16 small letters and digits.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The id that random bytes give.
            #[must_use]
            pub fn from_bytes(bytes: [u8; $crate::id::ID_BYTES]) -> Self {
                Self($crate::id::written(bytes))
            }

            /// An id as it was written.
            ///
            /// # Errors
            /// [`InvalidId`](crate::InvalidId).
            pub fn parse(text: &str) -> Result<Self, $crate::InvalidId> {
                match $crate::id::is_id(text) {
                    true => Ok(Self(text.to_owned())),
                    false => Err($crate::id::InvalidId(text.chars().take(64).collect())),
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(crate) use random_id;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_bytes_are_different_ids_of_one_length() {
        let ids =
            [[0; 10], [255; 10], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]].map(written);
        assert_eq!(ids[0], "aaaaaaaaaaaaaaaa");
        assert_eq!(ids[1], "7777777777777777");
        assert_eq!(ids[2], "aaaaaaaaaaaaaaab");
        assert_eq!(ids[3], "aeaaaaaaaaaaaaaa");
        assert!(ids.iter().all(|id| is_id(id)));
    }

    #[test]
    fn what_could_be_a_path_is_no_id() {
        for text in [
            "",
            "aaaaaaaaaaaaaaa",
            "aaaaaaaaaaaaaaaaa",
            "aaaaaaaaaaaaaaa/",
            "..aaaaaaaaaaaaaa",
            "AAAAAAAAAAAAAAAA",
            "aaaaaaaaaaaaaaa1",
            "ääääääää",
        ] {
            assert!(!is_id(text), "{text:?}");
        }
    }
}
