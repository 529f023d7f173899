//! What a request shows, from its headers.

use crate::Refusal;

/// The longest credential, in bytes.
pub const MAX_CREDENTIAL_BYTES: usize = 512;

/// What a request shows. Nothing of it was checked; [`Authenticator::authenticate`](crate::Authenticator::authenticate) does.
#[derive(Clone, Copy, Default)]
pub struct Presented<'a> {
    /// What stands after `Bearer` in `Authorization`.
    pub bearer: Option<&'a [u8]>,
    /// `X-API-Key`.
    pub api_key: Option<&'a [u8]>,
    /// The session of a cookie, from a page of this server. It is looked at when nothing else is shown.
    pub session: Option<&'a [u8]>,
    /// The space that is meant (`X-Memory-Space`); none is that of the credential.
    pub space: Option<&'a [u8]>,
    /// What is asked for: a path, without what a proxy puts before it. Tokens can be good for a part of all paths.
    pub path: &'a str,
}

/// One thing that is shown.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// After `Bearer`.
    Bearer(&'a [u8]),
    /// In `X-API-Key`.
    Key(&'a [u8]),
    /// In a cookie.
    Session(&'a [u8]),
}

impl<'a> Presented<'a> {
    /// What the values of the headers `Authorization` and `X-API-Key` show. Blanks around a key are no part of it; an empty
    /// one shows nothing, and neither does any scheme but `Bearer`.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when a header is there twice: whoever stands between may have looked at the other one.
    pub fn of_headers(
        authorization: impl IntoIterator<Item = &'a [u8]>,
        api_key: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, Refusal> {
        let authorization = only(authorization)?;
        let api_key = only(api_key)?;
        let (bearer, api_key) = (authorization.and_then(bearer), api_key.and_then(filled));
        Ok(Self { bearer, api_key, ..Self::default() })
    }

    /// What is shown, in the order in which it is tried.
    pub(crate) fn all(self) -> impl Iterator<Item = Shown<'a>> {
        let in_headers = self.bearer.is_some() || self.api_key.is_some();
        let session = self.session.filter(|_| !in_headers).map(Shown::Session);
        let (bearer, key) = (self.bearer.map(Shown::Bearer), self.api_key.map(Shown::Key));
        bearer.into_iter().chain(key).chain(session)
    }
}

/// What the value of an `Authorization` header holds when its scheme is `Bearer`, in whatever case (RFC 9110 section 11.1).
#[must_use]
pub fn bearer(value: &[u8]) -> Option<&[u8]> {
    let value = value.trim_ascii();
    let (scheme, rest) = value.split_at_checked("Bearer".len())?;
    let is_bearer =
        scheme.eq_ignore_ascii_case(b"Bearer") && rest.first().is_some_and(u8::is_ascii_whitespace);
    filled(rest).filter(|_| is_bearer)
}

fn filled(value: &[u8]) -> Option<&[u8]> {
    Some(value.trim_ascii()).filter(|value| !value.is_empty())
}

fn only<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<&'a [u8]>, Refusal> {
    let mut values = values.into_iter();
    let first = values.next();
    match values.next() {
        Some(_) => Err(Refusal::Invalid),
        None => Ok(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'a>(authorization: &[&'a str], api_key: &[&'a str]) -> Result<Presented<'a>, Refusal> {
        let bytes = |values: &[&'a str]| values.iter().map(|value| value.as_bytes()).collect::<Vec<_>>();
        Presented::of_headers(bytes(authorization), bytes(api_key))
    }

    #[test]
    fn bearer_is_read_in_any_case_and_trimmed() {
        for value in ["Bearer abc", "bearer abc", "BEARER   abc  ", "bEaReR\tabc", " Bearer abc"] {
            assert_eq!(bearer(value.as_bytes()), Some(&b"abc"[..]), "{value:?}");
        }
        assert_eq!(bearer(b"Bearer a b"), Some(&b"a b"[..]));
    }

    #[test]
    fn other_schemes_and_empty_values_show_nothing() {
        for value in ["", "Bearer", "Bearer ", "Bearerabc", "Basic dTpw", "abc", "Beare abc", "Béarer abc"] {
            assert_eq!(bearer(value.as_bytes()), None, "{value:?}");
        }
        let nothing = shown(&["Basic dTpw"], &[" \t "]).unwrap();
        assert_eq!((nothing.bearer, nothing.api_key), (None, None));
    }

    #[test]
    fn both_headers_are_kept_and_keys_are_trimmed() {
        let both = shown(&["Bearer one"], &["  two "]).unwrap();
        assert_eq!((both.bearer, both.api_key), (Some(&b"one"[..]), Some(&b"two"[..])));
        let none = shown(&[], &[]).unwrap();
        assert_eq!((none.bearer, none.api_key), (None, None));
    }

    #[test]
    fn a_header_that_is_there_twice_is_refused() {
        assert!(matches!(shown(&["Bearer one", "Bearer one"], &[]), Err(Refusal::Invalid)));
        assert!(matches!(shown(&["Basic dTpw", "Bearer one"], &[]), Err(Refusal::Invalid)));
        assert!(matches!(shown(&[], &["one", "two"]), Err(Refusal::Invalid)));
    }
}
