//! API keys: making, reading, checking them.

use std::io;

use model::{ApiKey, Capability, KeyDigest, KeyId, KeyName, Space, Timestamp};
use ports::Rng;

use crate::{Secret, minted};

/// What every key begins with, so that scanners find keys that lie around.
const PREFIX: &str = "mem_";

/// An API key: `mem_`, 32 random digits and letters, and six that check the rest. A typing error is seen without looking the
/// key up, and a scanner of source texts can tell a key from what only looks like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySecret(Secret);

impl KeySecret {
    /// A new key.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub fn generate(rng: &dyn Rng) -> io::Result<Self> {
        minted::mint(PREFIX, rng).map(Self)
    }

    /// A key as it was written; none when its form or its checksum is wrong.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        minted::parse(PREFIX, text).map(Self)
    }

    /// By which it is kept.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        self.0.digest()
    }

    /// The key, for the one time that it is shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

/// What a new key is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRequest {
    /// What its owner calls it.
    pub name: KeyName,
    /// What its holder may do.
    pub capability: Capability,
    /// Whose memories it opens. That the space exists is for the caller to know.
    pub space: Space,
    /// From when on it is refused; none never ends.
    pub expires_at: Option<Timestamp>,
}

/// Makes a key: the key itself, to be shown once, and what is kept of it.
///
/// # Errors
/// When there is no randomness to be had.
pub fn new_key(request: KeyRequest, now: Timestamp, rng: &dyn Rng) -> io::Result<(KeySecret, ApiKey)> {
    let secret = KeySecret::generate(rng)?;
    let mut id = [0; 8];
    rng.fill(&mut id)?;
    let KeyRequest { name, capability, space, expires_at } = request;
    let kept = ApiKey {
        id: KeyId::from_bytes(id),
        name,
        digest: secret.digest(),
        capability,
        space,
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    Ok((secret, kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base62;
    use crate::minted::{RANDOM_CHARS, checksum};
    use ports::SystemRng;
    use proptest::prelude::*;
    use testkit::SeededRng;

    fn keys() -> impl Strategy<Value = KeySecret> {
        any::<[u8; RANDOM_CHARS]>().prop_map(|bytes| {
            let random: String = bytes.iter().map(|byte| base62::digits(u32::from(byte % 62), 1)).collect();
            let body = PREFIX.to_owned() + &random;
            KeySecret(Secret::new(body.clone() + &checksum(body.as_bytes())))
        })
    }

    #[test]
    fn a_key_has_its_form_and_is_another_one_each_time() {
        let (one, other) =
            (KeySecret::generate(&SystemRng).unwrap(), KeySecret::generate(&SystemRng).unwrap());
        assert_ne!(one, other);
        assert_eq!((one.reveal().len(), &one.reveal()[..4]), (42, "mem_"));
    }

    #[test]
    fn a_key_is_known_by_its_digest_and_shown_nowhere() {
        let request = KeyRequest {
            name: KeyName::new("laptop").unwrap(),
            capability: Capability::Write,
            space: Space::Default,
            expires_at: None,
        };
        let now = Timestamp::from_microseconds(0);
        let (secret, kept) = new_key(request, now, &SeededRng::default()).unwrap();
        assert_eq!(kept.digest, KeyDigest::of(secret.reveal().as_bytes()));
        assert_eq!((kept.capability, kept.created_at, kept.revoked_at), (Capability::Write, now, None));
        assert!(!format!("{secret:?} {kept:?}").contains(&secret.reveal()[4..12]));
    }

    #[test]
    fn what_is_no_key_is_none() {
        let key = KeySecret::generate(&SeededRng::default()).unwrap();
        let text = key.reveal();
        let more = format!("{text}0");
        for wrong in ["", "mem_", "hunter2", &text[..41], &more, &text[1..], &text.to_lowercase()] {
            assert_eq!(KeySecret::parse(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(KeySecret::parse(&[0xff; 42]), None);
        let strange = "mem_".to_owned() + &"é".repeat(16);
        assert_eq!(KeySecret::parse((strange.clone() + &checksum(strange.as_bytes())).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn a_key_is_read_as_it_was_written(key in keys()) {
            prop_assert_eq!(KeySecret::parse(key.reveal().as_bytes()), Some(key));
        }

        #[test]
        fn any_character_that_is_changed_is_noticed(key in keys(), place in 0_usize..42, byte in any::<u8>()) {
            let mut text = key.reveal().as_bytes().to_vec();
            prop_assume!(text[place] != byte);
            text[place] = byte;
            prop_assert_eq!(KeySecret::parse(&text), None);
        }

        #[test]
        fn any_two_neighbours_that_are_swapped_are_noticed(key in keys(), place in 4_usize..41) {
            let mut text = key.reveal().as_bytes().to_vec();
            prop_assume!(text[place] != text[place + 1]);
            text.swap(place, place + 1);
            prop_assert_eq!(KeySecret::parse(&text), None);
        }
    }
}
