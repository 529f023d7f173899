//! The settings of accounts and of OAuth, for the server over HTTP.

use std::net::IpAddr;

use auth::{MAX_CREDENTIAL_BYTES, Secret};
use mcp::http::{Authority, is_origin};
use model::oauth::MAX_REDIRECT_URI_BYTES;

use super::layers::{Layers, Raw};
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Setting, parse};

/// How long an access token may be good, in minutes, as the original has it.
const ACCESS_MINUTES: (usize, usize) = (1, 1440);
/// How long a code may be good, in minutes: ten are allowed at most (RFC 6749 section 4.1.2).
const CODE_MINUTES: (usize, usize) = (1, 10);
/// For how long access can be renewed, in days, as the original has it.
const REFRESH_DAYS: (usize, usize) = (1, 365);
/// How long a body may be, in bytes.
const BODY_BYTES: (usize, usize) = (1024, 1024 * 1024);
/// How long `state` may be, in bytes: it comes in an address, and those end at eight kibibytes.
const STATE_BYTES: (usize, usize) = (64, 6144);
/// How long other parameters may be, in bytes.
const PARAMETER_BYTES: (usize, usize) = (64, 4096);

/// How long a redirect URI may be, in bytes.
const REDIRECT_URI_BYTES: (usize, usize) = (64, MAX_REDIRECT_URI_BYTES);

/// Accounts, and clients that act for them.
#[derive(Debug, Clone, PartialEq)]
pub struct OAuth {
    /// Whether there are any.
    pub is_on: Setting<bool>,
    /// The address that everybody reaches the server by; none is that at which it listens.
    pub issuer: Setting<Option<String>>,
    /// How long an access token is good, in minutes.
    pub access_minutes: Setting<usize>,
    /// How long a code is good, in minutes.
    pub code_minutes: Setting<usize>,
    /// For how long access can be renewed, in days.
    pub refresh_days: Setting<usize>,
    /// How long a body may be, in bytes.
    pub max_body_bytes: Setting<usize>,
    /// How long `state` may be, in bytes.
    pub max_state_bytes: Setting<usize>,
    /// How long `scope` may be, in bytes.
    pub max_scope_bytes: Setting<usize>,
    /// How long `redirect_uri` may be, in bytes.
    pub max_redirect_uri_bytes: Setting<usize>,
    /// The key that a client must show to register itself; none where every client may.
    pub registration_key: Setting<Option<Secret>>,
}

impl OAuth {
    pub(super) fn resolve(layers: &Layers, root_path: &str) -> Result<Self, InvalidSetting> {
        let number = |name, (lowest, highest): (usize, usize), default| {
            checked(layers.get(name), |raw| parse::number(raw, lowest, highest), default)
        };
        let registration_key = layers.secret(var::DCR_REGISTRATION_KEY, var::DCR_REGISTRATION_KEY_FILE)?;
        Ok(Self {
            is_on: checked(layers.get(var::OAUTH_ENABLED), parse::switch, false)?,
            issuer: checked(layers.get(var::OAUTH_ISSUER), |raw| issuer(raw, root_path).map(Some), None)?,
            access_minutes: number(var::OAUTH_ACCESS_TOKEN_MINUTES, ACCESS_MINUTES, 60)?,
            code_minutes: number(var::OAUTH_CODE_MINUTES, CODE_MINUTES, 1)?,
            refresh_days: number(var::OAUTH_REFRESH_TOKEN_DAYS, REFRESH_DAYS, 30)?,
            max_body_bytes: number(var::OAUTH_MAX_BODY, BODY_BYTES, 64 * 1024)?,
            max_state_bytes: number(var::OAUTH_MAX_STATE, STATE_BYTES, 4096)?,
            max_scope_bytes: number(var::OAUTH_MAX_SCOPE, PARAMETER_BYTES, 1024)?,
            max_redirect_uri_bytes: number(var::OAUTH_MAX_REDIRECT_URI, REDIRECT_URI_BYTES, 2048)?,
            registration_key: checked(registration_key, key, None)?,
        })
    }
}

/// The address of a server as clients compare it: byte by byte. A path is that of the proxy, where there is one.
fn issuer(raw: &Raw, root_path: &str) -> Result<String, InvalidSetting> {
    let text = raw.as_text()?;
    let refuse = |allowed: String| Err(InvalidSetting::value(raw, allowed));
    let form =
        "it must be an address such as https://memory.example, in small letters, without a slash at the end";
    if text.ends_with('/') {
        return refuse(format!("it must not end in a slash: clients compare it byte by byte; {form}"));
    }
    let Some((scheme, rest)) = text.split_once("://") else { return refuse(form.to_owned()) };
    let (authority, path) = rest.find('/').map_or((rest, ""), |place| rest.split_at(place));
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let origin = format!("{scheme}://{authority}");
    if !is_origin(&origin) || origin != origin.to_ascii_lowercase() || authority.ends_with(default_port) {
        return refuse(format!("{form}, and without the port that goes without saying"));
    }
    let is_here = Authority::read(authority).is_some_and(|authority| is_this_machine(&authority.host));
    if scheme != "https" && !is_here {
        return refuse(
            "it must begin with https://: tokens over http:// would be everybody's on the way".to_owned(),
        );
    }
    if path != root_path {
        let root = var::HTTP_ROOT_PATH;
        return refuse(format!("its path must be that of {root}, which is {root_path:?}"));
    }
    Ok(text.to_owned())
}

/// Whether what is sent there does not leave this machine.
pub(crate) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub(super) fn key(raw: &Raw) -> Result<Option<Secret>, InvalidSetting> {
    let text = raw.as_text()?;
    if text.len() > MAX_CREDENTIAL_BYTES || text.chars().any(char::is_control) {
        let allowed = format!("it must have at most {MAX_CREDENTIAL_BYTES} bytes and no control characters");
        return Err(InvalidSetting::value(raw, allowed));
    }
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::{Environment, Settings};

    fn with(variables: &[(&str, &str)]) -> Result<OAuth, InvalidSetting> {
        let home = Path::new("/home/u");
        Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home))
            .map(|settings| settings.oauth)
    }

    fn issuer_of(text: &str, root_path: &str) -> Result<Option<String>, String> {
        let variables = [("MCP_OAUTH_ISSUER", text), ("MCP_HTTP_ROOT_PATH", root_path)];
        with(&variables).map(|oauth| oauth.issuer.value).map_err(|error| error.to_string())
    }

    #[test]
    fn s7_an_issuer_is_https_or_this_machine() {
        for good in [
            "https://memory.example",
            "https://memory.example:8443",
            "https://192.168.1.5",
            "http://localhost:8000",
            "http://127.0.0.1:8000",
            "http://127.9.9.9",
            "http://[::1]:8000",
        ] {
            assert_eq!(issuer_of(good, ""), Ok(Some(good.to_owned())));
        }
        for bad in [
            "http://memory.example",
            "http://192.168.1.5:8000",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://[::2]:8000",
            "ftp://localhost",
        ] {
            let told = issuer_of(bad, "").unwrap_err();
            assert!(told.contains("https://"), "{told}");
        }
    }

    #[test]
    fn an_issuer_is_written_as_clients_compare_it() {
        for bad in [
            "https://memory.example/",
            "https://Memory.example",
            "HTTPS://memory.example",
            "https://memory.example:443",
            "http://localhost:80",
            "https://memory.example?x",
            "https://memory.example#x",
            "https://user@memory.example",
            "https://",
            "memory.example",
            "https://memory.example/other",
        ] {
            assert!(issuer_of(bad, "").is_err(), "{bad}");
        }
        assert!(issuer_of("https://memory.example/memory", "/memory").is_ok());
        assert!(issuer_of("https://memory.example", "/memory").is_err());
        assert!(issuer_of("https://memory.example/memory/", "/memory").is_err());
    }

    #[test]
    fn every_limit_holds_at_its_edges() {
        for (name, lowest, highest) in [
            ("MCP_OAUTH_ACCESS_TOKEN_EXPIRE_MINUTES", 1, 1440),
            ("MCP_OAUTH_AUTHORIZATION_CODE_EXPIRE_MINUTES", 1, 10),
            ("MCP_OAUTH_REFRESH_TOKEN_EXPIRE_DAYS", 1, 365),
            ("MCP_OAUTH_MAX_BODY_BYTES", 1024, 1_048_576),
            ("MCP_OAUTH_MAX_STATE_LEN", 64, 6144),
            ("MCP_OAUTH_MAX_SCOPE_LEN", 64, 4096),
            ("MCP_OAUTH_MAX_REDIRECT_URI_LEN", 64, 2048),
        ] {
            for (value, is_good) in
                [(lowest - 1, false), (lowest, true), (highest, true), (highest + 1, false)]
            {
                assert_eq!(with(&[(name, &value.to_string())]).is_ok(), is_good, "{name}={value}");
            }
        }
    }

    #[test]
    fn the_key_of_registration_is_a_secret() {
        let oauth = with(&[("MCP_DCR_REGISTRATION_KEY", "hunter2")]).unwrap();
        assert!(oauth.registration_key.value.is_some() && !format!("{oauth:?}").contains("hunter2"));
        assert!(with(&[("MCP_DCR_REGISTRATION_KEY", "hunter2\n2")]).is_err());
        assert!(with(&[]).unwrap().registration_key.value.is_none());
        assert!(!with(&[]).unwrap().is_on.value);
    }
}
