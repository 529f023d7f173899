//! The settings of TLS.

use std::net::IpAddr;
use std::path::PathBuf;

use super::layers::{Layers, Raw};
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Setting, parse, paths};

/// TLS for the server over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsSettings {
    /// Whether it is on. Then nothing is served without it.
    pub is_on: Setting<bool>,
    /// The certificate; none is made here. Absolute.
    pub certificate: Setting<Option<PathBuf>>,
    /// Its private key. Absolute.
    pub key: Setting<Option<PathBuf>>,
    /// Further addresses in a certificate that is made here.
    pub ips: Setting<Vec<IpAddr>>,
    /// Further names in a certificate that is made here.
    pub hostnames: Setting<Vec<String>>,
    /// Where a certificate is kept that is made here. Absolute.
    pub directory: PathBuf,
}

impl TlsSettings {
    pub(super) fn resolve(
        layers: &Layers,
        base: &Result<Setting<PathBuf>, InvalidSetting>,
        database: &Setting<PathBuf>,
    ) -> Result<Self, InvalidSetting> {
        let path = |raw: &Raw| paths::absolute(raw, layers.environment()).map(Some);
        let certificate = checked(layers.get(var::SSL_CERT_FILE), path, None)?;
        let key = checked(layers.get(var::SSL_KEY_FILE), path, None)?;
        if certificate.value.is_some() != key.value.is_some()
            && let Some(raw) = layers.first(&[var::SSL_CERT_FILE, var::SSL_KEY_FILE])
        {
            let allowed = format!("{} and {} belong together", var::SSL_CERT_FILE, var::SSL_KEY_FILE);
            return Err(InvalidSetting::value(&raw, allowed));
        }
        // Whoever has no home says where the database is; the certificate is next to it then.
        let beside = || database.value.parent().map(|directory| directory.join("tls"));
        let directory = match base {
            Ok(base) => base.value.join("tls"),
            Err(error) => beside().ok_or_else(|| error.clone())?,
        };
        Ok(Self {
            is_on: checked(layers.get(var::HTTPS_ENABLED), parse::switch, false)?,
            certificate,
            key,
            ips: checked(layers.get(var::SSL_IPS), ips, Vec::new())?,
            hostnames: checked(layers.get(var::SSL_HOSTNAMES), hostnames, Vec::new())?,
            directory,
        })
    }

    /// The names of a certificate that is made here: this machine by all that it is called from here, and what was added.
    #[must_use]
    pub fn names(&self, hostname: Option<String>) -> Vec<String> {
        let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into_iter();
        let added = self.ips.value.iter().map(IpAddr::to_string).chain(self.hostnames.value.clone());
        let mut names: Vec<String> = Vec::new();
        for name in own.chain(hostname.filter(|name| is_name(name))).chain(added) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

fn ips(raw: &Raw) -> Result<Vec<IpAddr>, InvalidSetting> {
    let allowed = "it must be addresses, separated by commas";
    let ips = parse::list(raw)?.into_iter().map(|text| text.parse());
    ips.collect::<Result<_, _>>().map_err(|_| InvalidSetting::value(raw, allowed))
}

fn hostnames(raw: &Raw) -> Result<Vec<String>, InvalidSetting> {
    let names: Vec<String> = parse::list(raw)?.into_iter().map(str::to_lowercase).collect();
    let allowed = "it must be names of machines, separated by commas";
    if names.iter().all(|name| is_name(name)) { Ok(names) } else { Err(InvalidSetting::value(raw, allowed)) }
}

/// Whether a certificate can have it: letters, digits, hyphens and dots; `*` may be the first part.
fn is_name(name: &str) -> bool {
    let rest = name.strip_prefix("*.").unwrap_or(name);
    let is_part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 253 && rest.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::{Environment, Settings};

    fn with(variables: &[(&str, &str)]) -> Result<TlsSettings, InvalidSetting> {
        let home = Path::new("/home/u");
        Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home))
            .map(|settings| settings.tls)
    }

    #[test]
    fn a_certificate_that_is_made_here_has_the_names_of_this_machine_and_what_was_added() {
        let tls = with(&[
            ("MCP_SSL_ADDITIONAL_IPS", "10.0.0.7, fe80::1,127.0.0.1"),
            ("MCP_SSL_ADDITIONAL_HOSTNAMES", "Memory.local,, *.example.org "),
        ])
        .unwrap();
        let names = tls.names(Some("box".to_owned()));
        let expected =
            ["localhost", "127.0.0.1", "::1", "box", "10.0.0.7", "fe80::1", "memory.local", "*.example.org"];
        assert_eq!(names, expected);
        assert_eq!(with(&[]).unwrap().names(Some("no name".to_owned())).len(), 3);
        assert!(!with(&[]).unwrap().is_on.value);
    }

    #[test]
    fn half_a_pair_and_what_is_no_name_is_refused() {
        let error = with(&[("MCP_SSL_CERT_FILE", "/c.pem")]).unwrap_err().to_string();
        assert!(error.contains("MCP_SSL_CERT_FILE and MCP_SSL_KEY_FILE belong together"), "{error}");
        assert!(with(&[("MCP_SSL_KEY_FILE", "/k.pem")]).is_err());
        let both = with(&[("MCP_SSL_CERT_FILE", "~/c.pem"), ("MCP_SSL_KEY_FILE", "k.pem")]).unwrap();
        assert_eq!(both.key.value, Some(PathBuf::from("/home/u/k.pem")));
        for (name, value) in [
            ("MCP_SSL_ADDITIONAL_IPS", "localhost"),
            ("MCP_SSL_ADDITIONAL_HOSTNAMES", "a b"),
            ("MCP_SSL_ADDITIONAL_HOSTNAMES", "http://a"),
            ("MCP_SSL_ADDITIONAL_HOSTNAMES", "a..b"),
            ("MCP_HTTPS_ENABLED", "maybe"),
        ] {
            assert!(with(&[(name, value)]).is_err(), "{name}={value}");
        }
    }
}
