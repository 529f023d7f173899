//! What a user may set on the connections (`MCP_MEMORY_SQLITE_PRAGMAS`).
//!
//! | pragma | values |
//! |---|---|
//! | `cache_size`, `wal_autocheckpoint`, `journal_size_limit`, `mmap_size` | a number |
//! | `temp_store`, `foreign_keys` | as SQLite takes them |
//! | `secure_delete` | `FAST`, as it is anyway, or `ON`: purging depends on it |
//! | `synchronous` | `FULL`, `EXTRA`; `NORMAL` with a warning, as a power cut then takes back acknowledged writes |
//! | `busy_timeout`, `journal_mode = WAL` | accepted and not needed: waiting and the log are this store's own |
//!
//! Anything else is left out with a warning: `synchronous = OFF` and other journal modes damage files.

/// The pragmas to apply, of those that were asked for.
pub(crate) fn allowed(asked: &[(String, String)]) -> Vec<(&str, &str)> {
    asked
        .iter()
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| is_allowed(name, value))
        .collect()
}

fn is_allowed(name: &str, value: &str) -> bool {
    let (name_lower, value_lower) = (name.to_ascii_lowercase(), value.to_ascii_lowercase());
    let is_number = value.strip_prefix('-').unwrap_or(value).bytes().all(|byte| byte.is_ascii_digit());
    let is_word = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match (name_lower.as_str(), value_lower.as_str()) {
        ("cache_size" | "wal_autocheckpoint" | "journal_size_limit" | "mmap_size", _) if is_number => true,
        ("temp_store" | "foreign_keys", _) if is_word => true,
        ("secure_delete", "fast" | "on" | "1" | "true" | "yes") => true,
        ("synchronous", "full" | "extra" | "2" | "3") => true,
        ("synchronous", "normal" | "1") => {
            tracing::warn!(
                "synchronous=NORMAL was configured: a power cut can take back acknowledged writes"
            );
            true
        }
        ("busy_timeout", _) | ("journal_mode", "wal") => false,
        _ => {
            tracing::warn!(pragma = name, "a configured pragma is not allowed here and was left out");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn harmless_settings_pass() {
        let asked = pairs(&[("cache_size", "-20000"), ("synchronous", "EXTRA"), ("secure_delete", "ON")]);
        assert_eq!(allowed(&asked).len(), 3);
    }

    #[test]
    fn what_endangers_the_file_does_not() {
        for (name, value) in [
            ("journal_mode", "DELETE"),
            ("journal_mode", "OFF"),
            ("synchronous", "OFF"),
            ("synchronous", "0"),
            ("secure_delete", "OFF"),
            ("locking_mode", "EXCLUSIVE"),
            ("writable_schema", "ON"),
            ("cache_size", "1; DROP TABLE memories"),
            ("temp_store", "memory; DROP TABLE memories"),
        ] {
            assert!(allowed(&pairs(&[(name, value)])).is_empty(), "{name}={value}");
        }
    }
}
