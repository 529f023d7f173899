//! The addresses of memories and of collections of them: `memory://...`.

use model::ContentHash;

/// What every address begins with.
pub(crate) const SCHEME: &str = "memory://";

/// The address of one memory.
pub(crate) fn of_memory(hash: &ContentHash) -> String {
    format!("{SCHEME}memory/{}", encoded(hash.as_str()))
}

/// A text as one segment of an address (RFC 3986 section 2.3): all but unreserved characters in percent form.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The text of a segment; none when a percent form is broken or the bytes are no UTF-8.
pub(crate) fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_survives_an_address(text: String) {
            let segment = encoded(&text);
            prop_assert!(segment.bytes().all(|byte| byte.is_ascii_graphic() && !b"/?#".contains(&byte)));
            prop_assert_eq!(decoded(&segment), Some(text));
        }
    }

    #[test]
    fn what_is_no_percent_form_is_refused() {
        for segment in ["%", "%4", "a%zz", "%+1", "%FF", "%4é"] {
            assert_eq!(decoded(segment), None, "{segment}");
        }
        assert_eq!(decoded("a b+c%20d").as_deref(), Some("a b+c d"));
    }
}
