//! How each assistant behaves when it connects.

use clap::ValueEnum;
use serde_json::{Value, json};

/// An assistant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Client {
    /// claude.ai, Claude Desktop and the mobile apps: all of them connect from Anthropic's cloud
    Claude,
    /// Claude Code
    ClaudeCode,
    /// ChatGPT
    #[value(name = "chatgpt")]
    ChatGpt,
    /// Cursor
    Cursor,
    /// VS Code
    #[value(name = "vscode")]
    VsCode,
    /// Codex
    Codex,
    /// Gemini CLI
    Gemini,
    /// The MCP Inspector
    Inspector,
}

/// From where a client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// From its vendor's machines: the server must be reachable from the internet, by https.
    Cloud,
    /// From the machine of whoever uses it.
    Here,
    /// From a page in a browser there, of this origin.
    Page(&'static str),
}

/// How a client behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// Its name for people.
    pub(super) title: &'static str,
    /// Where it asks from.
    pub(super) from: From,
    /// What it registers as its redirect addresses, all at once.
    pub(super) redirect_uris: &'static [&'static str],
    /// The one that it uses. With `{port}` it listens there itself.
    pub(super) redirect_uri: &'static str,
    /// How long it waits for an answer, in seconds.
    pub(super) patience_s: u64,
}

impl Client {
    pub(super) fn profile(self) -> Profile {
        match self {
            Self::Claude => Profile {
                name: "claude",
                title: "Claude",
                from: From::Cloud,
                redirect_uris: &["https://claude.ai/api/mcp/auth_callback"],
                redirect_uri: "https://claude.ai/api/mcp/auth_callback",
                patience_s: 30,
            },
            Self::ClaudeCode => Profile {
                name: "claude-code",
                title: "Claude Code",
                from: From::Here,
                redirect_uris: &["http://localhost:{port}/callback"],
                redirect_uri: "http://localhost:{port}/callback",
                patience_s: 30,
            },
            Self::ChatGpt => Profile {
                name: "chatgpt",
                title: "ChatGPT",
                from: From::Cloud,
                redirect_uris: &["https://chatgpt.com/connector_platform_oauth_redirect"],
                redirect_uri: "https://chatgpt.com/connector_platform_oauth_redirect",
                patience_s: 30,
            },
            Self::Cursor => Profile {
                name: "cursor",
                title: "Cursor",
                from: From::Here,
                redirect_uris: &[
                    "cursor://anysphere.cursor-mcp/oauth/callback",
                    "https://www.cursor.com/agents/mcp/oauth/callback",
                    "http://localhost:8787/callback",
                ],
                redirect_uri: "http://localhost:8787/callback",
                patience_s: 30,
            },
            Self::VsCode => Profile {
                name: "vscode",
                title: "VS Code",
                from: From::Here,
                // It registers one port and may listen on another.
                redirect_uris: &["http://127.0.0.1:33418/", "https://vscode.dev/redirect"],
                redirect_uri: "http://127.0.0.1:{port}/",
                patience_s: 30,
            },
            Self::Codex => Profile {
                name: "codex",
                title: "Codex",
                from: From::Here,
                redirect_uris: &["http://127.0.0.1:{port}/callback"],
                redirect_uri: "http://127.0.0.1:{port}/callback",
                // What it has for its whole start.
                patience_s: 10,
            },
            Self::Gemini => Profile {
                name: "gemini",
                title: "Gemini CLI",
                from: From::Here,
                redirect_uris: &["http://localhost:{port}/oauth/callback"],
                redirect_uri: "http://localhost:{port}/oauth/callback",
                patience_s: 30,
            },
            Self::Inspector => Profile {
                name: "inspector",
                title: "MCP Inspector",
                from: From::Page("http://localhost:6274"),
                redirect_uris: &["http://localhost:6274/oauth/callback"],
                redirect_uri: "http://localhost:6274/oauth/callback",
                patience_s: 10,
            },
        }
    }
}

impl Profile {
    /// Whether it listens for the answer on this machine.
    pub(super) fn listens(&self) -> bool {
        self.redirect_uri.starts_with("http://localhost") || self.redirect_uri.starts_with("http://127.0.0.1")
    }

    /// The address that it uses, with a port of its own.
    pub(super) fn redirect_uri(&self, port: u16) -> String {
        self.redirect_uri.replace("{port}", &port.to_string())
    }

    /// What it registers (RFC 7591 section 2).
    pub(super) fn registration(&self, port: u16) -> Value {
        let uris = self.redirect_uris.iter().map(|uri| uri.replace("{port}", &port.to_string()));
        json!({
            "client_name": format!("{} (memory doctor)", self.title),
            "redirect_uris": uris.collect::<Vec<_>>(),
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_has_its_own_name_and_uses_an_address_that_it_registers() {
        let mut names = std::collections::BTreeSet::new();
        for client in Client::value_variants() {
            let profile = client.profile();
            let shown = client.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(shown, profile.name);
            assert!(names.insert(profile.name));
            let used = profile.redirect_uri(33418);
            let registered = profile.registration(33418);
            let uris = registered["redirect_uris"].as_array().unwrap();
            assert!(uris.iter().any(|uri| *uri == *used), "{uris:?} {used}");
            assert_eq!(profile.from == From::Cloud, !profile.listens(), "{}", profile.name);
        }
    }
}
