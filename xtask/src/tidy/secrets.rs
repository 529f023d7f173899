//! No page and no file that is installed has a key in it: the original's guide had one that was copied into servers.

use std::path::{Path, PathBuf};

/// What is read by people or installed with the executable.
const PLACES: [&str; 7] =
    ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "packaging", ".ci"];
/// How the secrets begin that are made here, and how many letters and digits follow.
const PREFIXES: [&str; 8] = ["mem_", "mac_", "mat_", "mrt_", "mcs_", "mset_", "mss_", "mtk_"];
const MINTED_CHARS: usize = 38;
/// Settings with a secret in them.
const SETTINGS: [&str; 3] = ["MCP_API_KEY", "MCP_EXTERNAL_EMBEDDING_API_KEY", "CLOUDFLARE_API_TOKEN"];

/// Every file with a secret in it.
pub(crate) fn breaches() -> Result<Vec<String>, String> {
    let mut breaches = Vec::new();
    let mut left: Vec<PathBuf> = PLACES.map(PathBuf::from).into();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            for entry in entries {
                left.push(entry.map_err(|error| format!("{}: {error}", path.display()))?.path());
            }
            continue;
        }
        // What is no text has no line that somebody copies.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        breaches.extend(found(&path, &text));
    }
    breaches.sort();
    Ok(breaches)
}

fn found(path: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let has_minted = PREFIXES.iter().any(|prefix| {
            line.match_indices(prefix).any(|(at, _)| {
                let rest = line[at + prefix.len()..].bytes();
                rest.take_while(u8::is_ascii_alphanumeric).count() >= MINTED_CHARS
            })
        });
        let has_set = SETTINGS
            .iter()
            .any(|name| line.match_indices(name).any(|(at, _)| is_set(&line[at + name.len()..])));
        if has_minted || has_set || line.contains(concat!("PRIVATE", " KEY-----")) {
            found.push(format!("{}:{}: a key that somebody could copy", path.display(), place + 1));
        }
    }
    found
}

/// Whether what stands behind the name of a setting gives it a value: not one that is made on the spot (`$(...)`), a variable or a
/// place to fill in (`<...>`, `...`).
fn is_set(rest: &str) -> bool {
    let Some(value) = rest.trim_start_matches('"').trim_start().strip_prefix(['=', ':']) else {
        return false;
    };
    let value = value.trim_start().trim_start_matches(['"', '\'']);
    let value: String = value.chars().take_while(|c| !c.is_whitespace() && !"\"'`,|".contains(*c)).collect();
    !(value.is_empty() || value.starts_with(['$', '<', '\u{2026}']) || value.starts_with("..."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        found(Path::new("page.md"), text).len()
    }

    #[test]
    fn a_key_is_found_wherever_it_stands() {
        let minted = format!("mem_{}", "a1B2".repeat(10));
        for text in [
            minted.as_str(),
            &format!("curl -H 'X-API-Key: {minted}' http://localhost:8000"),
            "MCP_API_KEY=abc123",
            "\"MCP_API_KEY\": \"abc123\",",
            "Environment=\"MCP_API_KEY=abc\"",
            concat!("-----BEGIN PRIVATE", " KEY-----"),
        ] {
            assert_eq!(count(text), 1, "{text}");
        }
    }

    #[test]
    fn a_place_to_fill_in_is_no_key() {
        for text in [
            "",
            "`MCP_API_KEY`: the owner's key",
            "MCP_API_KEY=",
            "MCP_API_KEY=\"$(openssl rand -base64 32)\"",
            "MCP_API_KEY=<your key>",
            "\"MCP_API_KEY\": \"...\"",
            "MCP_API_KEY_FILE=/run/secrets/key",
            "mem_store mem_0123456789",
        ] {
            assert_eq!(count(text), 0, "{text}");
        }
    }
}
