//! Ids of entities.

use std::fmt::Write;

use sha1::{Digest, Sha1};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// How many bytes of its hash name an entity of which no letter is left.
const HASH_BYTES: usize = 4;

/// The id of an entity, as release 12 of the original makes it: its name without accents, in small letters, everything but
/// `a` to `z` and `0` to `9` as hyphens. A name of which nothing is left is known by the beginning of its SHA-1. Different
/// names can have one id.
#[must_use]
pub fn entity_id(name: &str) -> String {
    let plain: String = name.nfkd().filter(|c| canonical_combining_class(*c) == 0).collect();
    let mut id = String::new();
    for c in plain.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.truncate(id.trim_end_matches('-').len());
    if id.is_empty() {
        id.push_str("e-");
        for byte in Sha1::digest(name.as_bytes()).iter().take(HASH_BYTES) {
            let _infallible = write!(id, "{byte:02x}");
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_become_small_letters_digits_and_single_hyphens() {
        for (name, id) in [
            ("Alice", "alice"),
            ("@alice", "alice"),
            ("Zoë Müller", "zoe-muller"),
            ("İstanbul", "istanbul"),
            ("ﬁle №5", "file-no5"),
            ("src/main.rs", "src-main-rs"),
            ("  https://example.org/a?b=1  ", "https-example-org-a-b-1"),
            ("C++", "c"),
            ("--a__b--", "a-b"),
            ("straße", "stra-e"),
        ] {
            assert_eq!(entity_id(name), id, "{name}");
        }
    }

    #[test]
    fn a_name_of_which_nothing_is_left_is_known_by_its_hash() {
        // printf '東京' | sha1sum
        assert_eq!(entity_id("東京"), "e-681ee300");
        assert_eq!(entity_id(""), "e-da39a3ee");
        assert_ne!(entity_id("!"), entity_id("?"));
    }

    proptest! {
        #[test]
        fn an_id_is_its_own_id(name: String) {
            let id = entity_id(&name);
            prop_assert_eq!(entity_id(&id), id.clone());
            prop_assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{id}");
        }
    }
}
