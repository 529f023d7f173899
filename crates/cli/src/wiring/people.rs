//! Accounts, and programs that act for them, as the settings want it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use auth::accounts::{Accounts, Identities};
use auth::oauth::{AuthorizationServer, Lifetimes, Limits, Registration};
use auth::openid::RelyingParty;
use auth::{Authenticator, People};
use egress::{OwnersProvider, PublicDocuments};
use ports::{SystemClock, SystemRng};
use store_sqlite::SqliteKeyStore;

use super::{accounts_of, spaces_of};
use crate::settings::Settings;

const MINUTE_S: f64 = 60.0;
const DAY_S: f64 = 86_400.0;

/// The same authenticator, for a server that listens there: with users and programs, where those are on.
#[must_use]
pub fn knowing(
    authenticator: Authenticator,
    settings: &Settings,
    access: &Arc<SqliteKeyStore>,
    address: SocketAddr,
) -> Authenticator {
    match settings.oauth.is_on.value {
        true => authenticator.knowing(people(settings, access, address)),
        false => authenticator,
    }
}

/// The address that everybody reaches a server by: what the settings say, else where it listens.
#[must_use]
pub fn issuer(settings: &Settings, address: SocketAddr) -> String {
    if let Some(issuer) = &settings.oauth.issuer.value {
        return issuer.clone();
    }
    let (scheme, usual) = if settings.tls.is_on.value { ("https", 443) } else { ("http", 80) };
    let host = match address.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let port = if address.port() == usual { String::new() } else { format!(":{}", address.port()) };
    format!("{scheme}://{host}{port}{}", settings.http.root_path.value)
}

fn people(settings: &Settings, access: &Arc<SqliteKeyStore>, address: SocketAddr) -> People {
    let issuer = issuer(settings, address);
    let provider = settings.openid.provider(&issuer);
    let server = authorization_server(settings, access, issuer);
    let accounts = Arc::new(accounts_of(access));
    let people = People::new(Arc::clone(&accounts), Arc::new(spaces_of(access)), Arc::new(server));
    match provider {
        Some(provider) => people.with_provider(Arc::new(relying_party(provider, accounts, access))),
        None => people,
    }
}

/// A provider of identities, with which users sign in.
fn relying_party(
    provider: auth::openid::Settings,
    accounts: Arc<Accounts>,
    access: &Arc<SqliteKeyStore>,
) -> RelyingParty {
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    let identities = Identities::new(accounts, access.clone());
    RelyingParty::new(provider, Arc::new(OwnersProvider::default()), identities, clock, rng)
}

/// What lets programs act for users.
#[must_use]
pub fn authorization_server(
    settings: &Settings,
    access: &Arc<SqliteKeyStore>,
    issuer: String,
) -> AuthorizationServer {
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    let documents = Some(Arc::new(PublicDocuments::default()) as _);
    let behaviour = behaviour(settings, issuer);
    AuthorizationServer::new(behaviour, access.clone(), documents, access.clone(), clock, rng)
}

/// How the authorization server behaves.
#[expect(clippy::cast_precision_loss, reason = "days and minutes of a year at most")]
fn behaviour(settings: &Settings, issuer: String) -> auth::oauth::Settings {
    let oauth = &settings.oauth;
    let usual = Lifetimes::default();
    let idle_s = oauth.refresh_days.value as f64 * DAY_S;
    auth::oauth::Settings {
        registration: match &oauth.registration_key.value {
            Some(key) => Registration::Key(key.clone()),
            None => Registration::Open,
        },
        lifetimes: Lifetimes {
            access_s: oauth.access_minutes.value as f64 * MINUTE_S,
            code_s: oauth.code_minutes.value as f64 * MINUTE_S,
            idle_s,
            absolute_s: usual.absolute_s.max(idle_s),
        },
        limits: Limits {
            state_bytes: oauth.max_state_bytes.value,
            scope_bytes: oauth.max_scope_bytes.value,
            redirect_uri_bytes: oauth.max_redirect_uri_bytes.value,
        },
        ..auth::oauth::Settings::at(issuer)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::Environment;

    fn resolve(variables: &[(&str, &str)]) -> Settings {
        let home = Path::new("/home/u");
        Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home)).unwrap()
    }

    #[test]
    fn the_issuer_is_what_is_set_or_where_the_server_listens() {
        for (variables, address, expected) in [
            (&[][..], "127.0.0.1:8000", "http://127.0.0.1:8000"),
            (&[][..], "127.0.0.1:80", "http://127.0.0.1"),
            (&[][..], "0.0.0.0:8000", "http://localhost:8000"),
            (&[][..], "[::1]:8000", "http://[::1]:8000"),
            (&[("MCP_HTTPS_ENABLED", "true")][..], "192.0.2.1:443", "https://192.0.2.1"),
            (&[("MCP_HTTP_ROOT_PATH", "/memory")][..], "127.0.0.1:8000", "http://127.0.0.1:8000/memory"),
            (&[("MCP_OAUTH_ISSUER", "https://m.example")][..], "127.0.0.1:8000", "https://m.example"),
        ] {
            assert_eq!(issuer(&resolve(variables), address.parse().unwrap()), expected);
        }
    }

    #[test]
    fn every_setting_of_oauth_reaches_the_server() {
        let settings = resolve(&[
            ("MCP_OAUTH_ACCESS_TOKEN_EXPIRE_MINUTES", "5"),
            ("MCP_OAUTH_AUTHORIZATION_CODE_EXPIRE_MINUTES", "2"),
            ("MCP_OAUTH_REFRESH_TOKEN_EXPIRE_DAYS", "365"),
            ("MCP_OAUTH_MAX_STATE_LEN", "100"),
            ("MCP_OAUTH_MAX_SCOPE_LEN", "200"),
            ("MCP_OAUTH_MAX_REDIRECT_URI_LEN", "300"),
            ("MCP_DCR_REGISTRATION_KEY", "hunter2"),
        ]);
        let found = behaviour(&settings, "https://m.example".to_owned());
        let year_s = 365.0 * DAY_S;
        assert_eq!(
            found.lifetimes,
            Lifetimes { access_s: 300.0, code_s: 120.0, idle_s: year_s, absolute_s: year_s }
        );
        assert_eq!(found.limits, Limits { state_bytes: 100, scope_bytes: 200, redirect_uri_bytes: 300 });
        assert!(matches!(found.registration, Registration::Key(key) if key.reveal() == "hunter2"));
        let usual = behaviour(&resolve(&[]), "https://m.example".to_owned());
        assert_eq!(usual, auth::oauth::Settings::at("https://m.example"));
    }

    #[tokio::test]
    async fn there_are_users_only_where_that_is_on() {
        let home = tempfile::tempdir().unwrap();
        let address = "127.0.0.1:8000".parse().unwrap();
        for (value, is_on) in [("true", true), ("false", false)] {
            let environment =
                Environment::of(&[("MCP_OAUTH_ENABLED", value)], Some(home.path()), home.path());
            let settings = Settings::resolve(Vec::new(), environment).unwrap();
            let access = super::super::access(&settings).unwrap();
            let authenticator = super::super::authenticator(&settings, &access);
            let authenticator = knowing(authenticator, &settings, &access, address);
            assert_eq!(authenticator.people().is_some(), is_on);
            authenticator.close().await;
        }
    }
}
