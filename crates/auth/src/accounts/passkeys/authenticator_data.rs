//! What an authenticator says and signs (WebAuthn, section 6.1 "authenticator data").

use model::CredentialId;

use super::cbor::Fields;
use super::public_key::PublicKey;

/// What an authenticator says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AuthenticatorData<'a> {
    /// The SHA-256 of the site's name.
    pub(super) site: [u8; 32],
    flags: u8,
    /// Its counter of signatures.
    pub(super) sign_count: u32,
    /// A credential that it made.
    pub(super) made: Option<Made<'a>>,
}

/// A credential that was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made<'a> {
    /// Its id; none when it is too long.
    pub(super) credential: Option<CredentialId>,
    /// Its key as it is kept.
    pub(super) public_key: &'a [u8],
    /// The same, read; none when it is of a kind that nobody asked for.
    pub(super) key: Option<PublicKey>,
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const MADE: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

impl<'a> AuthenticatorData<'a> {
    /// Reads it to its last byte.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (site, rest) = bytes.split_first_chunk::<32>()?;
        let (&[flags], rest) = rest.split_first_chunk::<1>()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let mut made = None;
        if flags & MADE != 0 {
            let (own, behind) = Made::read(rest)?;
            (made, rest) = (Some(own), behind);
        }
        if flags & EXTENSIONS != 0 {
            rest = Fields::read(rest)?.1;
        }
        let read = Self { site: *site, flags, sign_count: u32::from_be_bytes(*count), made };
        rest.is_empty().then_some(read)
    }

    /// Whether somebody was there (UP).
    pub(super) fn is_user_present(&self) -> bool {
        self.flags & PRESENT != 0
    }

    /// Whether the authenticator knows who it was (UV): by a finger, a face, a code.
    pub(super) fn is_user_verified(&self) -> bool {
        self.flags & VERIFIED != 0
    }

    /// Whether the credential may be copied (BE).
    pub(super) fn is_backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    /// Whether it is copied (BS).
    pub(super) fn is_backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }
}

impl<'a> Made<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        // Which model it is does not matter here.
        let (_, rest) = bytes.split_first_chunk::<16>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (id, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let (_, behind) = Fields::read(rest)?;
        let public_key = rest.get(..rest.len() - behind.len())?;
        let key = PublicKey::read(public_key).map(|(key, _)| key);
        Some((Self { credential: CredentialId::new(id.to_vec()), public_key, key }, behind))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use testkit::FakeAuthenticator;

    use super::*;

    /// What an authenticator says of a credential that it made.
    fn made() -> Vec<u8> {
        let options =
            serde_json::json!({"user": {"id": "YQ"}, "rp": {"id": "memory.example"}, "challenge": ""});
        FakeAuthenticator::of_ed25519("https://memory.example", 7).making(&options).data()
    }

    #[test]
    fn what_ends_too_early_or_too_late_is_refused() {
        let data = made();
        let read = AuthenticatorData::read(&data).unwrap();
        assert_eq!(read.made.as_ref().unwrap().credential.as_ref().unwrap().as_bytes(), [7; 32]);
        assert!(read.is_user_present() && read.is_user_verified());
        assert!(!read.is_backup_eligible() && !read.is_backed_up());
        for end in 0..data.len() {
            assert_eq!(AuthenticatorData::read(&data[..end]), None, "{end}");
        }
        assert_eq!(AuthenticatorData::read(&[&data[..], &[0]].concat()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = AuthenticatorData::read(&bytes);
            let _ = PublicKey::read(&bytes);
        }

        #[test]
        fn whatever_is_changed_is_read_to_its_end_or_refused(place in 0..135_usize, byte in any::<u8>()) {
            let mut data = made();
            let place = place.min(data.len() - 1);
            data[place] = byte;
            if let Some(read) = AuthenticatorData::read(&data) {
                let key = read.made.map_or(0, |made| made.public_key.len());
                prop_assert!(key <= data.len());
            }
        }
    }
}
