//! Which provider, and who may become a user by it.

use thiserror::Error;

use crate::Secret;

/// The longest text of a setting, in bytes.
const MAX_TEXT_BYTES: usize = 512;
/// The longest address of a provider, in bytes.
const MAX_ISSUER_BYTES: usize = model::MAX_IDENTITY_ISSUER_BYTES;

/// Which provider, and who may become a user by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its address, as it writes it itself: `https://accounts.google.com`.
    pub issuer: String,
    /// As whom this server is known there.
    pub client_id: String,
    /// What it proves that with.
    pub client_secret: Secret,
    /// What is asked for, separated by blanks; `openid` is among it.
    pub scopes: String,
    /// How people know the provider.
    pub name: String,
    /// What becomes of people whom nobody linked.
    pub sign_up: SignUp,
    /// Where it sends browsers back to.
    pub redirect_uri: String,
}

/// What becomes of people with an identity that is no user's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SignUp {
    /// They are not let in.
    #[default]
    Off,
    /// Those become users whose e-mail address the provider verified and is of one of these domains, in small letters.
    Domains(Vec<String>),
}

/// A setting that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct InvalidProvider(pub &'static str);

impl Settings {
    /// The path, beneath the address of this server, to which the provider sends browsers back.
    pub const CALLBACK: &str = "/sign-in/callback";

    /// Checks the address of a provider: `https`, or `http` to this machine; no query, no fragment, no user.
    ///
    /// # Errors
    /// [`InvalidProvider`].
    pub fn check_issuer(text: &str) -> Result<(), InvalidProvider> {
        let is_plain =
            text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['?', '#', '@', '\\', '"']);
        if !is_plain || text.len() > MAX_ISSUER_BYTES {
            return Err(InvalidProvider("it must be an address without blanks, query, fragment and user"));
        }
        match is_guarded(text) {
            true => Ok(()),
            false => Err(InvalidProvider("it must begin with https://; http:// is for this machine alone")),
        }
    }

    /// Checks what is asked for.
    ///
    /// # Errors
    /// [`InvalidProvider`].
    pub fn check_scopes(text: &str) -> Result<(), InvalidProvider> {
        let is_scope =
            |word: &str| word.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        let is_good = text.split(' ').all(is_scope) && text.len() <= MAX_TEXT_BYTES;
        match is_good && text.split(' ').any(|word| word == "openid") {
            true => Ok(()),
            false => {
                Err(InvalidProvider("it must be words separated by single blanks, and openid among them"))
            }
        }
    }

    /// Reads what becomes of people whom nobody linked: `off`, or domains separated by commas.
    ///
    /// # Errors
    /// [`InvalidProvider`].
    pub fn read_sign_up(text: &str) -> Result<SignUp, InvalidProvider> {
        if matches!(text.trim().to_ascii_lowercase().as_str(), "" | "off" | "false" | "no" | "0") {
            return Ok(SignUp::Off);
        }
        let domains: Vec<String> = text
            .split(',')
            .map(|domain| domain.trim().trim_start_matches('@').to_ascii_lowercase())
            .collect();
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let is_domain = |domain: &String| domain.contains('.') && domain.split('.').all(is_label);
        match domains.iter().all(is_domain) {
            true => Ok(SignUp::Domains(domains)),
            false => Err(InvalidProvider(
                "it must be off, or domains of e-mail addresses separated by commas: example.org,example.com",
            )),
        }
    }
}

impl SignUp {
    /// Whether people with this address, which the provider verified, become users.
    pub(crate) fn takes(&self, email: &str) -> bool {
        match (self, email.rsplit_once('@')) {
            (Self::Domains(domains), Some((_, domain))) => {
                domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
            }
            _ => false,
        }
    }
}

/// Whether what is sent there can be read by nobody else: it is TLS, or this machine.
pub(super) fn is_guarded(address: &str) -> bool {
    let authority = |rest: &'_ str| rest.split(['/', '?']).next().unwrap_or_default().to_owned();
    match address.split_once("://") {
        Some(("https", rest)) => !authority(rest).is_empty(),
        Some(("http", rest)) => is_this_machine(&authority(rest)),
        _ => false,
    }
}

fn is_this_machine(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_reached_over_tls_or_on_this_machine() {
        for good in [
            "https://accounts.google.com",
            "https://id.example:8443/realms/main",
            "https://login.microsoftonline.com/0000/v2.0",
            "https://id.example/application/o/memory/",
            "http://localhost:8080/realms/main",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert_eq!(Settings::check_issuer(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "https://",
            "id.example",
            "http://id.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "https://id.example?x=1",
            "https://id.example#x",
            "https://id.example/a b",
            "ftp://localhost",
            &format!("https://{}", "a".repeat(MAX_ISSUER_BYTES)),
        ] {
            assert!(Settings::check_issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn openid_is_among_what_is_asked_for() {
        for (text, is_good) in [
            ("openid", true),
            ("profile openid email", true),
            ("profile", false),
            ("", false),
            ("openid\nprofile", false),
            ("openid \"", false),
        ] {
            assert_eq!(Settings::check_scopes(text).is_ok(), is_good, "{text}");
        }
        let longest = format!("openid {}", "a".repeat(MAX_TEXT_BYTES - 7));
        assert!(
            Settings::check_scopes(&longest).is_ok()
                && Settings::check_scopes(&format!("{longest}a")).is_err()
        );
    }

    #[test]
    fn people_of_a_domain_may_sign_up_and_nobody_else() {
        for off in ["", "off", "False", "no"] {
            assert_eq!(Settings::read_sign_up(off), Ok(SignUp::Off));
        }
        let sign_up = Settings::read_sign_up("Example.org, @example.com").unwrap();
        assert_eq!(sign_up, SignUp::Domains(vec!["example.org".to_owned(), "example.com".to_owned()]));
        for (email, is_taken) in [
            ("anna@example.org", true),
            ("anna@EXAMPLE.com", true),
            ("anna@sub.example.org", false),
            ("anna@notexample.org", false),
            ("anna@example.org@evil.example", false),
            ("example.org", false),
            ("", false),
        ] {
            assert_eq!(sign_up.takes(email), is_taken, "{email}");
            assert!(!SignUp::Off.takes(email));
        }
        for bad in ["true", "example", "example.org,", "exa mple.org", "*.example.org", "example..org"] {
            assert!(Settings::read_sign_up(bad).is_err(), "{bad}");
        }
    }
}
