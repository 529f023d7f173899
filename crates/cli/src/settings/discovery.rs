//! The settings of being found in the local network.

use super::layers::{Layers, Raw};
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Setting, parse};

/// How long a part of a name may be in DNS, in bytes.
const MAX_NAME_BYTES: usize = 63;
/// How long the name of a kind of service may be, in bytes (RFC 6335).
const MAX_KIND_BYTES: usize = 15;

/// Being found in the local network.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    /// Whether a server that other machines reach is announced.
    pub is_on: Setting<bool>,
    /// The name that people see.
    pub name: Setting<String>,
    /// The kind of service, with the dot at its end.
    pub service_type: Setting<String>,
}

impl Discovery {
    pub(super) fn resolve(layers: &Layers) -> Result<Self, InvalidSetting> {
        Ok(Self {
            is_on: checked(layers.get(var::MDNS_ENABLED), parse::switch, false)?,
            name: checked(layers.get(var::MDNS_NAME), name, "MCP Memory Service".to_owned())?,
            service_type: checked(
                layers.get(var::MDNS_TYPE),
                service_type,
                "_mcp-memory._tcp.local.".to_owned(),
            )?,
        })
    }
}

fn name(raw: &Raw) -> Result<String, InvalidSetting> {
    let text = raw.as_text()?;
    if (1..=MAX_NAME_BYTES).contains(&text.len()) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    let allowed = format!("it must have 1 to {MAX_NAME_BYTES} bytes and no control characters");
    Err(InvalidSetting::value(raw, allowed))
}

fn service_type(raw: &Raw) -> Result<String, InvalidSetting> {
    let text = raw.as_text()?;
    let kind = text.strip_suffix('.').unwrap_or(text).strip_suffix("._tcp.local");
    let kind = kind.and_then(|kind| kind.strip_prefix('_')).filter(|kind| is_kind(kind));
    let allowed =
        "it must be such as _mcp-memory._tcp.local., with 1 to 15 letters, digits and single hyphens";
    kind.map(|kind| format!("_{kind}._tcp.local.")).ok_or_else(|| InvalidSetting::value(raw, allowed))
}

fn is_kind(kind: &str) -> bool {
    kind.len() <= MAX_KIND_BYTES
        && kind.bytes().any(|byte| byte.is_ascii_alphabetic())
        && kind
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::{Environment, Settings};

    fn with(name: &str, value: &str) -> Result<Discovery, InvalidSetting> {
        let home = Path::new("/home/u");
        let environment = Environment::of(&[(name, value)], Some(home), home);
        Settings::resolve(Vec::new(), environment).map(|settings| settings.discovery)
    }

    #[test]
    fn nothing_is_announced_unless_the_owner_says_so() {
        assert!(!with("MCP_MDNS_SERVICE_NAME", "Box").unwrap().is_on.value);
        assert!(with("MCP_MDNS_ENABLED", "true").unwrap().is_on.value);
    }

    #[test]
    fn a_name_ends_at_the_limit_of_dns() {
        let name = |text: &str| with("MCP_MDNS_SERVICE_NAME", text).map(|one| one.name.value);
        assert_eq!(name("Gedächtnis. Oben").unwrap(), "Gedächtnis. Oben");
        assert!(name(&"n".repeat(63)).is_ok());
        for text in ["n".repeat(64), "a\u{7}b".to_owned()] {
            assert!(name(&text).unwrap_err().to_string().contains("63 bytes"), "{text}");
        }
    }

    #[test]
    fn a_kind_of_service_is_written_as_dns_wants_it() {
        let kind = |text: &str| with("MCP_MDNS_SERVICE_TYPE", text).map(|one| one.service_type.value);
        for text in ["_mcp-memory._tcp.local.", "_mcp-memory._tcp.local"] {
            assert_eq!(kind(text).unwrap(), "_mcp-memory._tcp.local.");
        }
        assert!(kind("_abcdefghijklmno._tcp.local.").is_ok());
        for text in [
            "_abcdefghijklmnop._tcp.local.",
            "_mcp-memory._udp.local.",
            "mcp-memory._tcp.local.",
            "_._tcp.local.",
            "_42._tcp.local.",
            "_a--b._tcp.local.",
            "_-a._tcp.local.",
            "_a.b._tcp.local.",
            "_a b._tcp.local.",
            "_mcp-memory._tcp.example.",
        ] {
            assert!(kind(text).is_err(), "{text}");
        }
    }
}
