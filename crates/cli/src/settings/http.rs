//! The settings of the server over HTTP.

use std::time::Duration;

use auth::Network;
use mcp::http::{Authority, is_origin};

use super::layers::{Layers, Raw};
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Origin, Setting, parse};

/// How long a body may be at least and at most, in bytes.
const BODY_BYTES: (usize, usize) = (1024, 1024 * 1024 * 1024);
/// How long open requests get at the end, in seconds, as the original has it.
const DRAIN_S: (usize, usize) = (1, 300);
/// How long an idle connection may stay open, in seconds, as the original has it.
const KEEP_ALIVE_S: (usize, usize) = (1, 600);
/// How many requests a minute may be allowed, where they are counted.
const MAX_RATE: usize = 10_000_000;

/// The server over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct Http {
    /// What a server serves without a flag that says it.
    pub mode: Setting<Mode>,
    /// The address or name it listens at.
    pub host: Setting<String>,
    /// The port it listens at; 0 is any that is free.
    pub port: Setting<u16>,
    /// The address or name that MCP alone is served at.
    pub mcp_host: Setting<String>,
    /// The port that MCP alone is served at; 0 is any that is free.
    pub mcp_port: Setting<u16>,
    /// Whether a server serves MCP alone over streamable HTTP.
    pub streamable: Setting<bool>,
    /// Whether a server serves the deprecated transport of MCP.
    pub sse: Setting<bool>,
    /// How long the body of a request may be, in bytes.
    pub max_body_bytes: Setting<usize>,
    /// How long open requests get when it ends, in seconds.
    pub drain_s: Setting<usize>,
    /// How long a connection stays open on which nothing is asked, in seconds.
    pub keep_alive_s: Setting<usize>,
    /// How many requests a minute a credential may send, and a machine without one; 0 is any number.
    pub rate_per_minute: Setting<usize>,
    /// The names of this server, beside `localhost` and addresses.
    pub allowed_hosts: Setting<Vec<String>>,
    /// The origins of web pages of other places that may ask.
    pub cors_origins: Setting<Vec<String>>,
    /// The proxies that are believed.
    pub trusted_proxies: Setting<Vec<Network>>,
    /// Whether a key may stand in the address of the event stream.
    pub query_credentials: Setting<bool>,
    /// The path under which a proxy has all of it; empty, or with a slash before it and none after it.
    pub root_path: Setting<String>,
}

/// What a server serves without a flag that says it: the original's words for its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// MCP over standard input and output (`mcp`).
    Stdio,
    /// Everything over HTTP (`http`, `api`).
    Http,
    /// MCP alone over streamable HTTP (`streamable-http`).
    StreamableHttp,
}

impl Mode {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stdio => "mcp",
            Self::Http => "http",
            Self::StreamableHttp => "streamable-http",
        }
    }
}

impl Http {
    pub(super) fn resolve(layers: &Layers) -> Result<Self, InvalidSetting> {
        let host = |name| {
            let text = |raw: &Raw| raw.as_text().map(str::to_owned);
            checked(layers.get(name), text, "127.0.0.1".to_owned())
        };
        Ok(Self {
            mode: checked(layers.get(var::MODE), mode, Mode::Stdio)?,
            host: host(var::HTTP_HOST)?,
            port: everything_port(layers)?,
            mcp_host: host(var::SSE_HOST)?,
            mcp_port: checked(layers.get(var::SSE_PORT), port, 8765)?,
            streamable: checked(layers.get(var::STREAMABLE_HTTP_MODE), parse::switch, false)?,
            sse: checked(layers.get(var::SSE_MODE), parse::switch, false)?,
            max_body_bytes: checked(
                layers.get(var::HTTP_MAX_BODY),
                |raw| parse::number(raw, BODY_BYTES.0, BODY_BYTES.1),
                1024 * 1024,
            )?,
            drain_s: checked(
                layers.get(var::HTTP_DRAIN),
                |raw| parse::number(raw, DRAIN_S.0, DRAIN_S.1),
                30,
            )?,
            keep_alive_s: checked(
                layers.get(var::HTTP_KEEP_ALIVE),
                |raw| parse::number(raw, KEEP_ALIVE_S.0, KEEP_ALIVE_S.1),
                5,
            )?,
            rate_per_minute: checked(
                layers.get(var::HTTP_RATE),
                |raw| parse::number(raw, 0, MAX_RATE),
                6000,
            )?,
            allowed_hosts: checked(layers.get(var::HTTP_ALLOWED_HOSTS), hosts, Vec::new())?,
            cors_origins: checked(layers.get(var::HTTP_CORS_ORIGINS), origins, Vec::new())?,
            trusted_proxies: checked(layers.get(var::HTTP_TRUSTED_PROXIES), proxies, Vec::new())?,
            query_credentials: checked(layers.get(var::HTTP_QUERY_CREDENTIALS), parse::switch, false)?,
            root_path: checked(layers.get(var::HTTP_ROOT_PATH), root_path, String::new())?,
        })
    }

    /// How long a connection stays open on which nothing is asked.
    #[must_use]
    pub fn keep_alive(&self) -> Duration {
        Duration::from_secs(self.keep_alive_s.value as u64)
    }

    /// How long open requests get when it ends.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_s.value as u64)
    }
}

/// The port of everything. One that is meant for TLS counts where TLS is on, and gives way to a flag.
fn everything_port(layers: &Layers) -> Result<Setting<u16>, InvalidSetting> {
    let named = layers.get(var::HTTP_PORT);
    let is_flag = named.as_ref().is_some_and(|raw| matches!(raw.origin, Origin::Flag { .. }));
    let is_tls = checked(layers.get(var::HTTPS_ENABLED), parse::switch, false)?.value;
    // Looked at in any case, so that what cannot be a port is told of before TLS is switched on.
    let of_tls = layers.get(var::HTTPS_PORT);
    if let Some(raw) = &of_tls {
        port(raw)?;
    }
    checked(of_tls.filter(|_| is_tls && !is_flag).or(named), port, 8000)
}

fn mode(raw: &Raw) -> Result<Mode, InvalidSetting> {
    match raw.as_text()?.to_lowercase().as_str() {
        "mcp" => Ok(Mode::Stdio),
        "http" | "api" => Ok(Mode::Http),
        "streamable-http" => Ok(Mode::StreamableHttp),
        _ => Err(InvalidSetting::value(raw, "it must be mcp, http, api or streamable-http")),
    }
}

fn hosts(raw: &Raw) -> Result<Vec<String>, InvalidSetting> {
    let hosts = parse::list(raw)?;
    let allowed = "it must be names with or without a port, separated by commas: `memory.example`";
    if hosts.iter().any(|host| Authority::read(host).is_none()) {
        return Err(InvalidSetting::value(raw, allowed));
    }
    Ok(hosts.into_iter().map(str::to_lowercase).collect())
}

fn origins(raw: &Raw) -> Result<Vec<String>, InvalidSetting> {
    let origins = parse::list(raw)?.into_iter().map(|text| text.strip_suffix('/').unwrap_or(text));
    let origins: Vec<String> = origins.map(str::to_lowercase).collect();
    let allowed = "it must be origins, separated by commas: `https://app.example`; \
                   `*` would let every web page read all memories";
    if origins.iter().all(|origin| is_origin(origin)) {
        Ok(origins)
    } else {
        Err(InvalidSetting::value(raw, allowed))
    }
}

fn proxies(raw: &Raw) -> Result<Vec<Network>, InvalidSetting> {
    let proxies = parse::list(raw)?.into_iter().map(str::parse);
    let allowed = "it must be addresses or ranges of them, separated by commas: `10.0.0.0/8`";
    proxies.collect::<Result<_, _>>().map_err(|_| InvalidSetting::value(raw, allowed))
}

fn root_path(raw: &Raw) -> Result<String, InvalidSetting> {
    let text = raw.as_text()?.trim_end_matches('/');
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_path = text.is_empty()
        || text.strip_prefix('/').is_some_and(|rest| {
            rest.split('/')
                .all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(is_plain))
        });
    let allowed = "it must be a path such as /memory";
    if is_path { Ok(text.to_owned()) } else { Err(InvalidSetting::value(raw, allowed)) }
}

pub(super) fn port(raw: &Raw) -> Result<u16, InvalidSetting> {
    let port = raw.as_text()?.parse().ok();
    port.ok_or_else(|| InvalidSetting::value(raw, "it must be a port, 0 to 65535"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::{Environment, FlagValue, Settings};

    fn with(name: &str, value: &str) -> Result<Http, InvalidSetting> {
        let home = Path::new("/home/u");
        let environment = Environment::of(&[(name, value)], Some(home), home);
        Settings::resolve(Vec::new(), environment).map(|settings| settings.http)
    }

    #[test]
    fn lists_are_trimmed_and_what_is_not_meant_is_refused() {
        let origins = with("MCP_CORS_ORIGINS", " https://App.example/ ,http://localhost:8000,").unwrap();
        assert_eq!(origins.cors_origins.value, ["https://app.example", "http://localhost:8000"]);
        let hosts = with("MCP_ALLOWED_HOSTS", "Memory.example, box:8443").unwrap();
        assert_eq!(hosts.allowed_hosts.value, ["memory.example", "box:8443"]);
        let proxies = with("MCP_TRUSTED_PROXIES", "10.0.0.0/8,::1").unwrap();
        assert_eq!(proxies.trusted_proxies.value.len(), 2);
        for (name, value) in [
            ("MCP_CORS_ORIGINS", "*"),
            ("MCP_CORS_ORIGINS", "app.example"),
            ("MCP_CORS_ORIGINS", "https://app.example/path"),
            ("MCP_CORS_ORIGINS", "https://*.example"),
            ("MCP_CORS_ORIGINS", "null"),
            ("MCP_ALLOWED_HOSTS", "*"),
            ("MCP_ALLOWED_HOSTS", "http://memory.example"),
            ("MCP_TRUSTED_PROXIES", "localhost"),
            ("MCP_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("MCP_TRANSPORT_TIMEOUT_KEEP_ALIVE", "0"),
            ("MCP_TRANSPORT_TIMEOUT_KEEP_ALIVE", "601"),
            ("MCP_RATE_LIMIT_PER_MINUTE", "-1"),
        ] {
            assert!(with(name, value).is_err(), "{name}={value}");
        }
    }

    #[test]
    fn the_port_for_tls_counts_where_tls_is_on_and_gives_way_to_a_flag() {
        let port = |flag: Option<&str>, variables: &[(&str, &str)]| {
            let home = Path::new("/home/u");
            let flags = flag.map(|text| FlagValue {
                variable: var::HTTP_PORT,
                flag: "--http-port",
                text: text.into(),
            });
            Settings::resolve(flags.into_iter().collect(), Environment::of(variables, Some(home), home))
                .map(|settings| settings.http.port.value)
        };
        let (off, on) = (("MCP_HTTPS_ENABLED", "false"), ("MCP_HTTPS_ENABLED", "true"));
        let (http, https) = (("MCP_HTTP_PORT", "8010"), ("MCP_HTTPS_PORT", "8443"));
        assert_eq!(port(None, &[off, http, https]).unwrap(), 8010);
        assert_eq!(port(None, &[on, http, https]).unwrap(), 8443);
        assert_eq!(port(None, &[on, http]).unwrap(), 8010);
        assert_eq!(port(None, &[on]).unwrap(), 8000);
        assert_eq!(port(Some("9000"), &[on, http, https]).unwrap(), 9000);
        assert!(port(None, &[off, ("MCP_HTTPS_PORT", "65536")]).is_err());
    }

    #[test]
    fn the_path_of_a_proxy_is_written_in_one_way() {
        let path = |value| with("MCP_HTTP_ROOT_PATH", value).map(|http| http.root_path.value);
        for (value, expected) in [("/", ""), ("/memory", "/memory"), ("/a/b/", "/a/b")] {
            assert_eq!(path(value).unwrap(), expected);
        }
        for value in ["memory", "//", "/a//b", "/a b", "/{a}", "/../a", "/a?b"] {
            assert_eq!(path(value).ok().filter(|path| !path.is_empty()), None, "{value}");
        }
    }
}
