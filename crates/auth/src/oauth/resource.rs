//! What tokens are good for (RFC 8707): everything on this server, or one path of it.

use super::{AuthorizationServer, Error};

impl AuthorizationServer {
    /// The resource that is asked for; none when nothing is said. Who asks for several asks for what has them all.
    ///
    /// # Errors
    /// `invalid_target` when one of them is none of this server.
    pub(super) fn resource<'a>(&self, asked: impl Iterator<Item = &'a str>) -> Result<Option<String>, Error> {
        let mut found: Option<String> = None;
        for text in asked {
            let known = self.known(text).ok_or(Error::invalid_target())?;
            found = match found {
                Some(before) if before != known => Some(self.settings.issuer.clone()),
                _ => Some(known),
            };
        }
        Ok(found)
    }

    /// A resource as it is written here. Some clients put a slash at the end of an address that has no path.
    fn known(&self, text: &str) -> Option<String> {
        let bare = text.strip_suffix('/').unwrap_or(text);
        let path = bare.strip_prefix(self.settings.issuer.as_str())?;
        let is_known = path.is_empty() || self.settings.resources.iter().any(|known| known == path);
        is_known.then(|| bare.to_owned())
    }

    /// Whether a token for a resource is good for a path of this server (without what a proxy puts before it).
    pub(super) fn covers_path(&self, held: &str, path: &str) -> bool {
        let Some(root) = held.strip_prefix(self.settings.issuer.as_str()) else { return false };
        path.strip_prefix(root)
            .is_some_and(|rest| root.is_empty() || rest.is_empty() || rest.starts_with('/'))
    }
}

/// Whether who has a resource has the other one.
pub(super) fn covers(held: &str, asked: &str) -> bool {
    asked.strip_prefix(held).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::Bed;
    use super::*;

    #[test]
    fn o10_only_resources_of_this_server_are_known() {
        let bed = Bed::new();
        let resource = |asked: &[&str]| bed.server.resource(asked.iter().copied());
        for (asked, known) in [
            (&[][..], None),
            (&["https://memory.example"][..], Some("https://memory.example")),
            (&["https://memory.example/"][..], Some("https://memory.example")),
            (&["https://memory.example/mcp"][..], Some("https://memory.example/mcp")),
            (
                &["https://memory.example/mcp", "https://memory.example/mcp/"][..],
                Some("https://memory.example/mcp"),
            ),
            (&["https://memory.example/mcp", "https://memory.example"][..], Some("https://memory.example")),
        ] {
            assert_eq!(resource(asked).unwrap().as_deref(), known, "{asked:?}");
        }
        for asked in [
            "https://memory.example.evil",
            "https://memory.example/api",
            "https://memory.example//",
            "https://memory.example/mcp/x",
            "http://memory.example",
            "https://memory.example#x",
            "https://evil.example",
            "memory",
        ] {
            assert_eq!(resource(&[asked]).unwrap_err().code, "invalid_target", "{asked}");
            assert_eq!(resource(&["https://memory.example", asked]).unwrap_err().code, "invalid_target");
        }
    }

    #[test]
    fn a4_a_token_is_good_for_its_resource_and_what_lies_beneath() {
        let bed = Bed::new();
        for (held, path, is_good) in [
            ("https://memory.example", "/mcp", true),
            ("https://memory.example", "/api/memories", true),
            ("https://memory.example/mcp", "/mcp", true),
            ("https://memory.example/mcp", "/mcp/x", true),
            ("https://memory.example/mcp", "/mcpx", false),
            ("https://memory.example/mcp", "/api/memories", false),
            ("https://memory.example/mcp", "/", false),
            ("https://other.example", "/mcp", false),
        ] {
            assert_eq!(bed.server.covers_path(held, path), is_good, "{held} {path}");
        }
        assert!(covers("https://m.example", "https://m.example/mcp"));
        assert!(!covers("https://m.example/mcp", "https://m.example"));
        assert!(!covers("https://m.example", "https://m.example.evil"));
    }
}
