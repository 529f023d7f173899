//! Until when a certificate may be used (RFC 5280 section 4.1.2.5): the one field of it that is read here.

/// The end of its validity, in seconds since 1970; none when it cannot be read.
pub(super) fn end(certificate: &[u8]) -> Option<f64> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    // version (if it is there), serial number, algorithm, issuer
    if fields.first() == Some(&0xa0) {
        fields = element(fields)?.2;
    }
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (_, validity, _) = element(fields)?;
    let (_, _, after_begin) = element(validity)?;
    let (tag, end, _) = element(after_begin)?;
    let text = std::str::from_utf8(end).ok()?.strip_suffix('Z')?;
    match tag {
        // Two digits of the year: up to 49 they are of this century.
        0x17 => {
            let century = if text.get(..2)?.parse::<u32>().ok()? < 50 { "20" } else { "19" };
            seconds(&format!("{century}{text}"))
        }
        0x18 => seconds(text),
        _ => None,
    }
}

/// The first element of DER: its tag, its content, and what follows.
pub(super) fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // How many bytes the length has: more than four would be no certificate.
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYYYMMDDHHMMSS` in seconds since 1970.
fn seconds(text: &str) -> Option<f64> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |begin: usize, end: usize| text.get(begin..end)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970, with years that begin in March, so that the day that is there every four years comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    #[expect(clippy::cast_precision_loss, reason = "four digits of a year")]
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_has_them() {
        assert_eq!(seconds("19700101000000"), Some(0.0));
        assert_eq!(seconds("20000229235959"), Some(951_868_799.0));
        assert_eq!(seconds("20261125000000"), Some(1_795_564_800.0));
        assert_eq!(seconds("21000301000000"), Some(4_107_542_400.0));
        for wrong in ["", "2026112500000", "202611250000000", "20261325000000", "2026112500000Z"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        for wrong in
            [&b""[..], b"0", &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0x80], &[0x30, 2, 0x30, 0]]
        {
            assert_eq!(end(wrong), None);
        }
    }
}
