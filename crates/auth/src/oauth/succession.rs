//! The tokens that come after a refresh token: they can be made again from it, by whoever has it and by nobody else.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use ports::Rng;
use sha2::Sha256;

use super::{ACCESS, REFRESH};
use crate::{Secret, minted};

/// The access token and the refresh token that come after a refresh token.
///
/// A client whose answer got lost asks again and has to get the same tokens, though nothing of them is kept but their digests. So
/// they are made of the old token and a salt that is kept: who has the file alone, or the old token alone, makes none of them.
///
/// # Errors
/// Never in practice: the stream that they are made of would have to be one byte again and again.
pub(super) fn successors(old: &Secret, salt: &[u8; 16]) -> io::Result<(Secret, Secret)> {
    let access = minted::mint(ACCESS, &Stream::of(old, salt, "access token"))?;
    let refresh = minted::mint(REFRESH, &Stream::of(old, salt, "refresh token"))?;
    Ok((access, refresh))
}

/// Bytes that nobody can guess who does not know what they are made of: HMAC-SHA-256 of numbers, under a key that is one of the
/// secret.
struct Stream {
    key: [u8; 32],
    block: AtomicU64,
}

impl Stream {
    fn of(secret: &Secret, salt: &[u8; 16], label: &str) -> Self {
        let key = keyed(secret.reveal().as_bytes(), &[b"succession", salt, label.as_bytes()]);
        Self { key, block: AtomicU64::new(0) }
    }
}

impl Rng for Stream {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        for chunk in bytes.chunks_mut(32) {
            let number = self.block.fetch_add(1, Ordering::Relaxed);
            let block = keyed(&self.key, &[&number.to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A longer key than a block is replaced by its digest (RFC 2104), ours are shorter; a shorter one is filled up.
    let mut block = [0; 64];
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(text: &str) -> Secret {
        Secret::new(text)
    }

    #[test]
    fn the_same_token_and_salt_give_the_same_successors_and_others_give_others() {
        let made = successors(&old("one"), &[1; 16]).unwrap();
        assert_eq!(made, successors(&old("one"), &[1; 16]).unwrap());
        let (access, refresh) = &made;
        assert!(access.reveal().starts_with("mat_") && refresh.reveal().starts_with("mrt_"));
        assert_ne!(access.reveal()[4..], refresh.reveal()[4..]);
        for other in [successors(&old("two"), &[1; 16]), successors(&old("one"), &[2; 16])] {
            let (other_access, other_refresh) = other.unwrap();
            assert!(other_access != *access && other_refresh != *refresh);
        }
    }

    #[test]
    fn it_is_hmac_as_the_standard_has_it() {
        // RFC 4231, test case 2.
        let mac = keyed(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }
}
